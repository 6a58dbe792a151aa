/* cli/options/config.h - what options are set to when the command line is
 * silent.
 *
 * In order of precedence:
 *   environment   TAPEDECK_RECORD_MAX_SIZE (one verb), TAPEDECK_MAX_SIZE
 *   project       .tapedeck.yaml in this directory or the nearest one above
 *   user          $XDG_CONFIG_HOME/tapedeck/config.yaml, by default in
 *                 ~/.config
 * A file is a mapping of option names; a verb's name holds a mapping for that
 * verb alone, which wins over the general one of the same file. Options that
 * are `not_of_project` are not taken from a project's file. Files and folders
 * that it names are looked for beside it.
 */
#ifndef CLI_OPTIONS_CONFIG_H
#define CLI_OPTIONS_CONFIG_H

#include "cli/options/command.h"
#include "core/buf.h"

#include <stddef.h>

enum cli_origin {
    CLI_FROM_PRESET,
    CLI_FROM_USER,
    CLI_FROM_PROJECT,
    CLI_FROM_ENVIRONMENT,
    CLI_FROM_FLAG,
};

/* "default", "user file", "project file", "environment", "command line". */
const char *cli_origin_text(enum cli_origin from);

struct cli_config;

/* Find and read the files; verbs is the table of all verbs and outlives them. A
 * missing file is fine. TD_USAGE: one is no YAML mapping, has a key that no
 * verb knows, or a value that is no text, number, yes or no, or list of these;
 * TD_IO: it cannot be read.
 */
TD_MUST_CHECK enum td_code
cli_config_open(struct cli_config **out, const struct cli_command *const *verbs,
                struct td_error *err);

/* Append the path of the file of the user, or (project) of the nearest project,
 * else of one in this folder. It need not be there. TD_IO: there is no home. */
TD_MUST_CHECK enum td_code cli_config_path(struct td_buf *out, bool project,
                                           struct td_error *err);

/* Lines of "FILE:LINE:COLUMN: ...": what files say of verbs that forgive it,
 * and that does not count. "" none. config may be NULL. */
const char *cli_config_warnings(struct cli_config *config);

/* NULL is fine. */
void cli_config_close(struct cli_config *config);

/* One setting. */
struct cli_found {
    enum cli_origin from;
    size_t count;
    const char *const *texts; /* of config, or of this struct: do not copy it */
    const char *one;
    bool of_verb;    /* of this verb alone */
    char where[320]; /* the variable, or "FILE:LINE:COLUMN" */
};

/* Returns false to hear of no more. */
typedef bool cli_found_fn(void *ctx, const struct cli_found *found);

/* Every setting of an option of a verb, the one that counts first. verb may be
 * NULL: then only general settings. config may be NULL: then only the
 * environment.
 */
void cli_config_each(const struct cli_config *config, const char *verb,
                     const struct cli_option *option, cli_found_fn *found,
                     void *ctx);

#endif
