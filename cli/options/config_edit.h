/* cli/options/config_edit.h - one setting of a file that people write.
 *
 * What else stands in the file, comments and all, stays as it is, byte for
 * byte: a value is put in the place of another, or a line is added.
 */
#ifndef CLI_OPTIONS_CONFIG_EDIT_H
#define CLI_OPTIONS_CONFIG_EDIT_H

#include "core/buf.h"
#include "core/error.h"

#include <stdbool.h>

struct cli_config_change {
    const char *verb;
    const char *option;
    const char *value;
};

/* Append the text with the change to *out. The result was read again: it sets
 * the option so, and all else as before. TD_USAGE: the text is no mapping, or
 * is written in a way in which that is not so; `name` is what errors call it.
 */
TD_MUST_CHECK enum td_code
cli_config_edit(struct td_buf *out, const char *name, struct td_bytes text,
                const struct cli_config_change *change, struct td_error *err);

/* The same of the file that holds a user's settings, or (project) those of the
 * nearest project, or of this folder where there is none. It is made if it is
 * missing. *path gets its path. TD_USAGE as above, TD_IO. */
TD_MUST_CHECK enum td_code
cli_config_set(const struct cli_config_change *change, bool project,
               struct td_buf *path, struct td_error *err);

#endif
