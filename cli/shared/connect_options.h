/* cli/shared/connect_options.h - how a verb that connects logs in, and whom it
 * trusts: the same options in `record` and `replay`.
 */
#ifndef CLI_SHARED_CONNECT_OPTIONS_H
#define CLI_SHARED_CONNECT_OPTIONS_H

#include "cli/options/command.h"
#include "core/buf.h"
#include "wire/client/client.h"

/* Rows of a verb's table. */
#define CLI_DIAL_OPTIONS                                                       \
    {.name = "header",                                                         \
     .letter = 'H',                                                            \
     .type = CLI_LIST,                                                         \
     .value = "NAME: VALUE|@FILE",                                             \
     .serves = CLI_CALLED,                                                     \
     .help = "a further HTTP header, or a file with one a line; never on the " \
             "tape"},                                                          \
        {.name = "auth",                                                       \
         .type = CLI_TEXT,                                                     \
         .value = "JSON|@FILE",                                                \
         .serves = CLI_SIO,                                                    \
         .help = "Socket.IO: the auth payload; never on the tape"},            \
        {.name = "path",                                                       \
         .type = CLI_TEXT,                                                     \
         .value = "PATH",                                                      \
         .serves = CLI_SIO,                                                    \
         .help = "Socket.IO: path of the server, /socket.io/ if not given"},   \
        {.name = "transport",                                                  \
         .type = CLI_CHOICE,                                                   \
         .value = "WHICH",                                                     \
         .choices = "both|polling|websocket",                                  \
         .preset = "both",                                                     \
         .serves = CLI_SIO,                                                    \
         .help = "Socket.IO: polling and upgrade, or only one"},               \
        {.name = "connect-timeout",                                            \
         .type = CLI_DURATION,                                                 \
         .min = 1,                                                             \
         .value = "TIME",                                                      \
         .preset = "10s",                                                      \
         .serves = CLI_CALLED,                                                 \
         .help = "give up connecting after TIME"},                             \
        {.name = "ca",                                                         \
         .type = CLI_TEXT,                                                     \
         .value = "FILE",                                                      \
         .serves = CLI_TLS,                                                    \
         .help = "trust the certificates in this PEM file"},                   \
        {.name = "server-name",                                                \
         .type = CLI_TEXT,                                                     \
         .value = "NAME",                                                      \
         .serves = CLI_TLS,                                                    \
         .help = "the name the certificate must have"},                        \
    {                                                                          \
        .name = "insecure", .type = CLI_FLAG, .serves = CLI_TLS,               \
        .help = "do not check the server's certificate"                        \
    }

/* What the options point to. Zeroes before, released after the client has been
 * opened, which copies.
 */
struct cli_dial {
    char **headers; /* NULL-terminated */
    size_t header_count;
    struct td_buf auth;     /* of --auth */
    struct td_buf url;      /* of the last cli_dial_url() */
    struct td_buf url_auth; /* of the last cli_dial_url() */
};

/* Set what the rows above say in *client. TD_USAGE, or TD_IO and TD_LIMIT for
 * a file.
 */
TD_MUST_CHECK enum td_code cli_dial_read(struct cli_dial *dial,
                                         struct wire_client_options *client,
                                         const struct cli_args *args,
                                         struct td_error *err);

/* Set client->url, and client->auth if it is a Socket.IO URL that says
 * "?auth=@FILE" (else it is that of --auth). That part is taken out of the
 * query; the others go to the server. Errors as above.
 */
TD_MUST_CHECK enum td_code cli_dial_url(struct cli_dial *dial,
                                        struct wire_client_options *client,
                                        const char *url, struct td_error *err);

/* Forget all of it. */
void cli_dial_release(struct cli_dial *dial);

#endif
