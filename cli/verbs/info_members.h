/* cli/verbs/info_members.h - `tapedeck info --members`. */
#ifndef CLI_VERBS_INFO_MEMBERS_H
#define CLI_VERBS_INFO_MEMBERS_H

#include "cli/options/command.h"

/* Print a line (or, with --json, an array in one line) for every member of the
 * tape: where it is, what it holds, and its flags. TD_IO; TD_LOSSY if the file
 * ends inside a member.
 */
TD_MUST_CHECK enum td_code cli_info_members(const struct cli_args *args,
                                            const char *path,
                                            struct td_error *err);

#endif
