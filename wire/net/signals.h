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

struct wire_signals {
    void (*end)(void *ctx, unsigned times); /* times: 1, 2 */
    void (*usr1)(void *ctx);                /* or NULL */
    void *ctx;
};

/* Take over the signals until wire_signals_close(). TD_IO. */
TD_MUST_CHECK enum td_code wire_signals_open(struct wire_net *net,
                                             const struct wire_signals *signals,
                                             struct td_error *err);

/* Not 0 once a signal is to end the process, from any thread. */
const volatile int *wire_signals_ended(void);

/* Wait until fd can be read, or has ended, or a signal is to end the process;
 * inside or outside of the loop, which hears of the signal afterwards. ctx is
 * not looked at.
 */
void wire_signals_wait(void *ctx, int fd);

/* Default handling again. Fine when it was not open. */
void wire_signals_close(void);

#endif
