/* cli/options/find_verb.h - a verb by its name, or by the beginning of it. */
#ifndef CLI_OPTIONS_FIND_VERB_H
#define CLI_OPTIONS_FIND_VERB_H

#include "cli/options/command.h"

/* The verb of the table (ends with NULL) that is called name, or the only one
 * whose name begins with it. TD_USAGE: there is none, or several.
 */
TD_MUST_CHECK enum td_code cli_verb_find(const struct cli_command **out,
                                         const struct cli_command *const *verbs,
                                         const char *name,
                                         struct td_error *err);

#endif
