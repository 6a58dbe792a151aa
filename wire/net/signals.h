/* wire/net/signals.h - signals as events of the loop.
 *
 * SIGINT, SIGTERM and SIGHUP call `end` on the loop's thread, each time one
 * comes; the third ends the process at once with status 130, whatever it is
 * waiting for. SIGUSR1 calls `usr1`, or is ignored without one. SIGPIPE is
 * ignored. One set a process.
 */
#ifndef WIRE_NET_SIGNALS_H
#define WIRE_NET_SIGNALS_H

#include "wire/net/transport.h"

struct cli_signals {
    void (*end)(void *ctx, unsigned times); /* times: 1, 2 */
    void (*usr1)(void *ctx);                /* or NULL */
    void *ctx;
};

/* Take over the signals until cli_signals_close(). TD_IO. Without a loop (net
 * NULL) nobody is called, and cli_signals_wait() tells.
 */
TD_MUST_CHECK enum td_code cli_signals_open(struct wire_net *net,
                                            const struct cli_signals *signals,
                                            struct td_error *err);

/* Wait until fd can be read (-1: nothing), or has ended, or timeout_ms are over
 * (-1: never): TD_OK; TD_CANCELLED once a signal is to end the process. From
 * any thread, inside or outside of the loop, which hears of the signal
 * afterwards.
 */
TD_MUST_CHECK enum td_code cli_signals_wait(int fd, int timeout_ms);

/* Default handling again. Fine when it was not open. */
void cli_signals_close(void);

#endif
