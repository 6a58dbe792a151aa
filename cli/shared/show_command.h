/* cli/shared/show_command.h - how a finding's event is looked at again. */
#ifndef CLI_SHARED_SHOW_COMMAND_H
#define CLI_SHARED_SHOW_COMMAND_H

#include "validator/check/check.h"

enum cli_form { CLI_FORM_TAPE, CLI_FORM_LINES, CLI_FORM_GZIPPED_LINES };

/* Tell the check the command that prints event N of the file at path; "-"
 * cannot be read again.
 */
void cli_show_command(struct check *check, const char *path,
                      enum cli_form form);

/* Append a path as one word of a POSIX shell that is no option. */
void cli_shell_word(struct td_buf *out, const char *path);

#endif
