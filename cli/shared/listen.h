/* cli/shared/listen.h - verbs that serve: the token they ask for, and where
 * they say that they are.
 */
#ifndef CLI_SHARED_LISTEN_H
#define CLI_SHARED_LISTEN_H

#include "cli/options/command.h"
#include "core/buf.h"
#include "wire/net/transport.h"

/* The one line of a file, without white space at its end, into *buf, and *token
 * pointing there. TD_USAGE: it is not visible ASCII; TD_IO, TD_LIMIT. */
TD_MUST_CHECK enum td_code cli_token_read(struct td_buf *buf, const char *path,
                                          const char **token,
                                          struct td_error *err);

/* It listens. {"host":..,"port":..,"url":..} goes to --ready-file; to
 * stdout where the port was for the system to choose; else `asked` is told.
 * TD_IO. */
TD_MUST_CHECK enum td_code cli_say_listening(const struct cli_args *args,
                                             const struct wire_bind *bind,
                                             const char *asked, uint16_t port,
                                             struct td_error *err);

#endif
