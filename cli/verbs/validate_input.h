/* cli/verbs/validate_input.h - a file, or stdin, into a check; part of
 * cmd_validate.
 */
#ifndef CLI_VERBS_VALIDATE_INPUT_H
#define CLI_VERBS_VALIDATE_INPUT_H

#include "cli/shared/live_check.h"
#include "cli/verbs/validate_framed.h"
#include "wire/net/transport.h"

struct cli_validate_how {
    bool follow;
    enum cli_framed framed; /* of what is no tape */
};

/* Read path ("-" is stdin) to its end. What is in it counts, not its name; but
 * a file that is named a tape and is none is refused, and so is one without a
 * line, because a check of nothing would pass.
 *
 * follow: a growing tape is read until its end line comes, or SIGINT, SIGTERM
 * or SIGHUP, which leave it open; findings are told as they come. Of what is no
 * tape only a pipe may be followed. net is what waits for it.
 */
TD_MUST_CHECK enum td_code
cli_validate_input(struct cli_live *live, const char *path,
                   const struct cli_validate_how *how, struct wire_net *net,
                   struct td_error *err);

#endif
