/* replayer/faults.h - a stage that does wrong to events on purpose.
 *
 * A sink around a sink. It is told by rules (replayer/fault_rules.h), which are
 * asked in their order for each plain event; what is no plain event passes.
 * What is held back is a copy; an event that is offered again after TD_AGAIN,
 * with the bytes that it had, is not judged again.
 */
#ifndef REPLAYER_FAULTS_H
#define REPLAYER_FAULTS_H

#include "replayer/fault_rules.h"
#include "wire/net/transport.h"

#define PLAY_FAULT_HELD   ((size_t)64 << 20) /* bytes that may be held back */
#define PLAY_FAULT_EVENTS ((size_t)100000)   /* events */

struct play_faults;

/* The rules outlive it. exchange: of one alone (play_fault_branch()); 0: of all
 * events.
 */
struct play_faults *play_faults_new(struct play_fault_rules *rules,
                                    uint64_t exchange);
/* No timer is left. NULL is fine. */
void play_faults_free(struct play_faults *faults);

/* Stand before `next`, which takes all of an event or none of it (TD_AGAIN).
 * cut: nothing more will come, the rest may be ended; it is called from within
 * put(), once. go_on: there is room again after a TD_AGAIN. drained: after
 * play_faults_finish(); the stage may be freed there.
 */
struct play_fault_place {
    struct wire_net *net;
    struct td_sink next;
    void (*cut)(void *ctx);
    void (*go_on)(void *ctx);
    void (*drained)(void *ctx, const struct td_error *why);
    void *ctx;
};
struct td_sink play_faults_sink(struct play_faults *faults,
                                const struct play_fault_place *place);

/* Within put() of next: this event is the last and breaks off (cut after
 * bytes). NULL is fine.
 */
bool play_faults_is_cutting(const struct play_faults *faults);

/* All was put: what is held back comes now, or when its time has come; then
 * drained() is called, at once if nothing is held.
 */
void play_faults_finish(struct play_faults *faults);

#endif
