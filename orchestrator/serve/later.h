/* orchestrator/serve/later.h - answers that take long: worked out in a thread,
 * told from the loop, which answers others meanwhile.
 *
 *     command or page -> serve_later_begin() -> work (a thread of its own)
 *                                            -> tell (the loop) -> release
 *
 * SERVE_LATER_THREADS are worked at a time, SERVE_LATER_WAITING wait for one of
 * these. Who asked and has gone is not told; what nobody waits for is stopped,
 * but for what is to be done anyway.
 */
#ifndef ORCHESTRATOR_SERVE_LATER_H
#define ORCHESTRATOR_SERVE_LATER_H

#include "orchestrator/serve/serve_internal.h"

#include <stdatomic.h>

#define SERVE_LATER_THREADS 2
#define SERVE_LATER_WAITING 64

struct serve_later_thread;

/* The first member of what the work needs. */
struct serve_later {
    /* Set by who has the work. In the thread: `answer` and what is behind this
     * struct are its own, the server is not. It looks at `stop` now and then.
     */
    void (*work)(struct serve_later *later);
    /* Frees all of it, answer and this struct included. */
    void (*release)(struct serve_later *later);
    /* On the loop, before it is told: the answer is completed there. Or NULL.
     */
    void (*ready)(struct serve_later *later);
    struct serve_answer answer;
    bool must; /* be done, also if nobody waits for it */
    atomic_bool stop;

    /* Set by who asked: on the loop, when the work is done. One of console and
     * request is there. */
    void (*tell)(struct serve_later *later);
    struct serve *serve;
    struct serve_console *console;
    struct td_buf ack; /* the id of its event, */
    struct td_buf ns;  /* and its namespace */
    struct wire_request *request;

    struct serve_later_thread *thread; /* NULL: it waits for one */
    struct serve_later *next;
};

/* Takes over the work, also on error: then it is released, and nobody is told.
 * TD_LIMIT: too many wait, or there is no thread to be had; TD_IO. */
TD_MUST_CHECK enum td_code serve_later_begin(struct serve *serve,
                                             struct serve_later *later,
                                             struct td_error *err);

/* Who asked has gone. */
void serve_later_forget_console(struct serve *serve,
                                const struct serve_console *console);
void serve_later_forget_request(struct serve *serve,
                                const struct wire_request *request);

/* All are to come to an end, and are told that they were stopped. */
void serve_later_stop(struct serve *serve);

/* Stop them, wait for the threads, tell nobody. */
void serve_later_close(struct serve *serve);

#endif
