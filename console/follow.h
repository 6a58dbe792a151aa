/* console/follow.h - a live run without a terminal: commands one after another,
 * or a line for each fact until the run ends.
 */
#ifndef CONSOLE_FOLLOW_H
#define CONSOLE_FOLLOW_H

#include "console/console.h"
#include "console/server.h"

/* Do the lines in their order; the first that fails ends them. No lines: follow
 * the execution to its end, and end as `run` would have. TD_IO: the server
 * cannot be reached; TD_FAILED, TD_USAGE: a command was refused. */
TD_MUST_CHECK enum td_code
console_follow(struct console *c, struct wire_net *net,
               const struct console_server_options *server,
               struct td_bytes lines, struct td_error *err);

#endif
