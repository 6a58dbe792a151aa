/* orchestrator/serve/extras.h - events beside the six of the contract, for
 * consoles that ask for them.
 *
 * They are made of the lines of kind "run" of the journal, so one that comes
 * late gets the same ones. Each has the `seq` of the event before it and its
 * number behind that, `sub`, from 1; `timestamp` is that of the event before
 * it.
 *
 *     task_started wave_started approval_request approval_answered
 *     retry_scheduled budget_warning context_update
 *     phase_started phase_completed test_started test_result
 *
 * In one flow with the six its number is SERVE_NUMBER(seq, sub).
 */
#ifndef ORCHESTRATOR_SERVE_EXTRAS_H
#define ORCHESTRATOR_SERVE_EXTRAS_H

#include "core/buf.h"
#include "core/event.h"
#include "orchestrator/plan/plan.h"

#define SERVE_SUB_BITS         20
#define SERVE_NUMBER(seq, sub) (((uint64_t)(seq) << SERVE_SUB_BITS) | (sub))

/* Where a flow of lines stands; all zeroes before the first. */
struct serve_flow {
    const char *execution;
    const struct plan *(*plan)(void *ctx); /* NULL: it cannot be read */
    void *ctx;
    uint64_t seq;
    uint64_t sub;
    char timestamp[32];
    struct td_buf text; /* of the last extra; to be released */
};

/* The next line of a journal. True: it is an event of the flow, and *ev is what
 * consoles hear, good until the next call, with its number as seq. */
bool serve_flow_take(struct serve_flow *flow, struct td_event *ev);

/* The same where nobody hears it: only how far the flow is. */
void serve_flow_count(struct serve_flow *flow, const struct td_event *ev);

/* The number of what was said last. */
uint64_t serve_flow_number(const struct serve_flow *flow);

#endif
