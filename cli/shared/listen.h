/* cli/shared/listen.h - verbs that serve: the token they ask for, and where
 * they say that they are.
 */
#ifndef CLI_SHARED_LISTEN_H
#define CLI_SHARED_LISTEN_H

#include "cli/options/command.h"
#include "core/buf.h"
#include "wire/net/transport.h"

/* Rows of a verb's table. cli_listen_tls() reads the second. */
#define CLI_TOKEN_OPTION                                                       \
    {                                                                          \
        .name = "token-file", .type = CLI_TEXT, .value = "FILE",               \
        .help =                                                                \
            "one line that all who connect must bear, also those of other "    \
            "machines"                                                         \
    }
#define CLI_TLS_OPTIONS                                                        \
    {.name = "tls-cert",                                                       \
     .type = CLI_TEXT,                                                         \
     .value = "FILE",                                                          \
     .help = "PEM chain: serve with TLS"},                                     \
    {                                                                          \
        .name = "tls-key", .type = CLI_TEXT, .value = "FILE",                  \
        .help = "PEM key of --tls-cert"                                        \
    }
#define CLI_READY_OPTION                                                       \
    {                                                                          \
        .name = "ready-file", .type = CLI_TEXT, .value = "FILE",               \
        .help = "gets the address as JSON once it is open"                     \
    }
/* Without its braces, for who has more to say of it (CLI_INTO). */
#define CLI_ORIGIN_OPTION                                                      \
    .name = "origin", .type = CLI_LIST, .value = "ORIGIN",                     \
    .help = "pages of this origin may connect, too, such as "                  \
            "https://app.example; * admits any"

/* The paths of CLI_TLS_OPTIONS into *tls, and bind->tls if they are given.
 * TD_USAGE: only one of them is. */
TD_MUST_CHECK enum td_code cli_listen_tls(const struct cli_args *args,
                                          struct wire_tls_options *tls,
                                          struct wire_bind *bind,
                                          struct td_error *err);

/* The one line of a file, without white space at its end, into *buf, and *token
 * pointing there. TD_USAGE: it is not visible ASCII; TD_IO, TD_LIMIT. */
TD_MUST_CHECK enum td_code cli_token_read(struct td_buf *buf, const char *path,
                                          const char **token,
                                          struct td_error *err);

/* Append {"host":..,"port":..,"url":..} and a LF. */
void cli_listening_json(struct td_buf *out, const struct wire_bind *bind,
                        uint16_t port);

/* Append "http://HOST:PORT", as who connects writes it. */
void cli_listening_url(struct td_buf *out, const struct wire_bind *bind,
                       uint16_t port);

/* It listens. {"host":..,"port":..,"url":..} goes to --ready-file; to
 * stdout where the port was for the system to choose; else `asked` is told.
 * TD_IO. */
TD_MUST_CHECK enum td_code cli_say_listening(const struct cli_args *args,
                                             const struct wire_bind *bind,
                                             const char *asked, uint16_t port,
                                             struct td_error *err);

#endif
