/* cli/shared/wait.h - waiting for slow input in the loop of the process.
 *
 * Readers of tapes and lines ask for bytes and know no loop. The verb owns one
 * and hands them this: whatever else lives in the loop goes on meanwhile, and
 * when it is stopped the waiting is over.
 */
#ifndef CLI_SHARED_WAIT_H
#define CLI_SHARED_WAIT_H

#include "wire/net/transport.h"

struct cli_wait;

/* net is the verb's and outlives the wait; at most one waits in it at a time.
 * What net wakes to (wire_on_wake()) is the wait's until cli_wait_free().
 */
struct cli_wait *cli_wait_new(struct wire_net *net);
void cli_wait_free(struct cli_wait *wait); /* NULL is fine */

/* From now on the first SIGINT, SIGTERM or SIGHUP ends the waiting, at once,
 * and makes this not 0; the next ends the process as usual. One a process:
 * stays so after cli_wait_free().
 */
const volatile int *cli_wait_hear_signals(void);

/* The same, but the next ones do not end the process, now nor after a later
 * cli_wait_hear_signals(): 2 is what they make it. For who has others to end
 * before itself.
 */
const volatile int *cli_wait_count_signals(void);

/* Until fd, which is no plain file, can be read, or a signal was heard. As
 * tape_input.wait: wait is a struct cli_wait.
 */
void cli_wait_readable(void *wait, int fd);

/* Until there may be more in the file at path ("-" is stdin) than at the call
 * before. TD_CANCELLED: a signal was heard (err is left untouched); TD_IO.
 */
TD_MUST_CHECK enum td_code
cli_wait_growth(struct cli_wait *wait, const char *path, struct td_error *err);

#endif
