/* cli/options/find_verb.h - a verb by its name, or by the beginning of it; an
 * option by its name.
 */
#ifndef CLI_OPTIONS_FIND_VERB_H
#define CLI_OPTIONS_FIND_VERB_H

#include "cli/options/command.h"

/* The one of that name in a table that ends with NULL; NULL: there is none. */
const struct cli_command *cli_verb_named(const struct cli_command *const *verbs,
                                         const char *name);

/* The same of options; there may be no table. */
const struct cli_option *cli_option_named(const struct cli_option *options,
                                          const char *name);

/* The verb of the table (ends with NULL) that is called name, or the only one
 * whose name begins with it. TD_USAGE: there is none, or several.
 */
TD_MUST_CHECK enum td_code cli_verb_find(const struct cli_command **out,
                                         const struct cli_command *const *verbs,
                                         const char *name,
                                         struct td_error *err);

#endif
