/* replayer/faults.h - a stage that does wrong to events on purpose.
 *
 * A sink around a sink. It is told by rules (replayer/fault_rule.h), which are
 * asked in their order for each plain event; what is no plain event passes.
 * What is held back is a copy; an event that is offered again after TD_AGAIN is
 * not judged again.
 */
#ifndef REPLAYER_FAULTS_H
#define REPLAYER_FAULTS_H

#include "core/json_writer.h"
#include "replayer/fault_rule.h"
#include "replayer/player.h"
#include "wire/net/transport.h"

#define PLAY_FAULT_HELD   ((size_t)64 << 20) /* bytes that may be held back */
#define PLAY_FAULT_EVENTS ((size_t)100000)   /* events */

struct play_faults;

struct play_fault_options {
    const char *const *specs; /* end with NULL; borrowed for good */
    uint64_t seed;
};

/* TD_USAGE: a rule that is none. */
TD_MUST_CHECK enum td_code
play_faults_new(struct play_faults **out,
                const struct play_fault_options *options, struct td_error *err);
void play_faults_free(struct play_faults *faults); /* NULL is fine */

/* Stand before `next`. cut: nothing more will come, the rest may be ended; it
 * is called from within put(), once. drained: after play_faults_finish().
 */
struct play_fault_place {
    struct wire_net *net;
    struct td_sink next;
    void (*cut)(void *ctx);
    void (*drained)(void *ctx, const struct td_error *why);
    void *ctx;
};
struct td_sink play_faults_sink(struct play_faults *faults,
                                const struct play_fault_place *place);

/* What stood around it goes away: no timer is left. */
void play_faults_leave(struct play_faults *faults);

/* Who is told to go on after a TD_AGAIN of the stage's own. */
void play_faults_attach(struct play_faults *faults, struct play_player *player);

/* All was put: what is held back comes now, or when its time has come; then
 * drained() is called, at once if nothing is held.
 */
void play_faults_finish(struct play_faults *faults);

/* "faults (seed 7): 2 x drop (#3, #9), 0 x cut"; as JSON an object `key`:
 * {"seed":N,"list":[{"fault":"drop p=0.1","count":N,"events":[3,9]}]}; cut has
 * "exchanges" where there are some.
 */
void play_faults_say(const struct play_faults *faults, struct td_buf *out);
void play_faults_json(const struct play_faults *faults,
                      struct td_json_writer *w, const char *key);

#endif
