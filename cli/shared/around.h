/* cli/shared/around.h - a command that a verb runs while it serves, and which
 * finds its address in environment variables.
 */
#ifndef CLI_SHARED_AROUND_H
#define CLI_SHARED_AROUND_H

#include "cli/options/args.h"
#include "core/buf.h"
#include "wire/net/transport.h"

/* A row of a verb's table. */
#define CLI_ENV_OPTION                                                         \
    {                                                                          \
        .name = "env", .type = CLI_LIST, .value = "NAME[=/PATH]",              \
        .help = "with -- COMMAND: a variable that holds the address, with "    \
                "that path behind it, such as OPENAI_BASE_URL=/v1"             \
    }

struct cli_around;

/* Whether --env and the command are in order. TD_USAGE: a name that is none, a
 * path without its slash, --env without a command.
 */
TD_MUST_CHECK enum td_code cli_around_check(const struct cli_args *args,
                                            struct td_error *err);

struct cli_around_options {
    const char *url;          /* "http://HOST:PORT" */
    void (*ended)(void *ctx); /* on the loop: the command has ended */
    void *ctx;
};

/* Run the command of the command line. TD_IO: it cannot be run. */
TD_MUST_CHECK enum td_code
cli_around_start(struct cli_around **out, const struct cli_args *args,
                 struct wire_net *net, const struct cli_around_options *options,
                 struct td_error *err);

/* Ask it to end (SIGTERM), or with hard end it (SIGKILL). */
void cli_around_signal(struct cli_around *around, bool hard);

/* Of a command that has ended: what a shell would make of its status; append
 * "npm test: exit status 1".
 */
int cli_around_status(const struct cli_around *around);
void cli_around_text(const struct cli_around *around, struct td_buf *out);

/* Ends it if it runs. NULL is fine. */
void cli_around_free(struct cli_around *around);

#endif
