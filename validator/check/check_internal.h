/* validator/check/check_internal.h - what the files of a check share: check.c
 * judges messages, check_tape.c what the tape says about itself.
 */
#ifndef VALIDATOR_CHECK_CHECK_INTERNAL_H
#define VALIDATOR_CHECK_CHECK_INTERNAL_H

#include "core/buf.h"
#include "core/json.h"
#include "tape/name_counts.h"
#include "validator/check/check.h"
#include "validator/check/inspect.h"
#include "validator/check/parallel.h"
#include "validator/engine/engine.h"

#define NONE    UINT32_MAX
#define EXCERPT 160 /* bytes of a message in a finding */

/* One segment of a tape as far as it was read. */
struct check_segment {
    uint64_t number; /* of the file, from 1 */
    uint64_t events;
    uint64_t last_seq;
    uint64_t last_ns;
    uint64_t max_ns;
    struct tape_counts names;
    struct tape_counts kinds;
};

struct check {
    struct check_options how;
    struct check_verdict verdict;
    struct td_json_doc doc; /* of what the tape says about itself */
    struct check_inspector inspector;
    struct check_view view; /* of the message at hand, if the caller looks */
    struct check_renaming renaming;
    struct check_parallel *parallel; /* NULL: the caller looks */
    struct check_engine *engine;     /* the contract's rules, or NULL */
    uint32_t first_rule;             /* of the contract, in the verdict */
    uint32_t first_event;            /* schema rules of events, one each */
    uint32_t tape;                   /* rules of ours; NONE until needed */
    uint32_t loss;
    uint32_t json;
    uint32_t schema;
    uint32_t unknown;
    uint32_t direction;
    uint32_t channel_rule;
    struct check_channels *channels;     /* NULL: nothing depends on them */
    const struct check_channel *channel; /* of the message at hand, or NULL */
    struct check_segment segment;
    uint64_t missing; /* sequence numbers, each with its finding */
    uint64_t lost;    /* as the events of kind lost say */
    bool tape_input;
    uint64_t wall_ns; /* when the recording of the next event began, or 0 */
    bool cut;
    size_t shown; /* findings that the lens was told of */
};

/* True if the first finding ended the check. */
bool check_is_over(const struct check *c);

/* A finding about message m; NULL, or seq 0: about the whole stream. */
void check_find(struct check *c, uint32_t rule, const struct check_message *m,
                struct td_bytes excerpt, const char *expected,
                const char *found);

/* Judge a message by what was seen of it; view NULL: look now. given is the
 * name that the transport gave it, or "".
 */
enum td_code check_judge(struct check *c, struct check_message *m,
                         struct td_bytes text, struct td_bytes given,
                         const struct check_view *view);

/* The rules of the contract, and the engine that judges them. */
void check_contract_rules(struct check *c);

/* The rule of directions, and what it says of a message that has one and should
 * go the way that is wanted.
 */
void check_way_rule(struct check *c);
void check_judge_way(struct check *c, const struct check_message *m,
                     enum check_way wanted);

/* The rule of channels; what was seen of a message, looked at again if its
 * event does not come on its channel; and what the rule says of it.
 */
void check_channel_rule(struct check *c);
const struct check_view *check_look_on_channel(struct check *c,
                                               const struct check_message *m,
                                               struct td_bytes text,
                                               struct td_bytes given,
                                               const struct check_view *view);
void check_judge_channel(struct check *c, const struct check_message *m,
                         const struct check_view *view);

/* True if a message is to be looked at when the event is judged. */
bool check_is_looked_at(const struct check *c, const struct td_event *ev);

/* Judge an event of a tape whose recording began at that time, or 0; view as
 * above.
 */
enum td_code check_take_event(struct check *c, const struct td_event *ev,
                              uint64_t wall_ns, const struct check_view *view);

/* See that all is judged that was handed over. */
void check_drain(struct check *c);

/* The reader gave *ev, and is where it is from: what a new segment says, then
 * the event, whose payload is JSON if it has some (td_payload_json()); looked,
 * with view as above. TD_FAILED: the check is over.
 */
enum td_code check_take_read(struct check *c, const struct tape_reader *reader,
                             const struct td_event *ev,
                             const struct check_view *view);

/* The members of a tape, each looked at by one of several threads as a whole,
 * from its bytes to its messages, and judged in order by the same threads in
 * turn. Goes as far as the tape is whole members: TD_OK: go on where the reader
 * is; TD_FAILED: the check is over; TD_END and errors as the reader says.
 */
enum td_code check_members(struct check *c, struct tape_reader *reader,
                           struct td_error *err);

/* Frees the segment's counts; all zeroes. */
void check_segment_release(struct check_segment *segment);

#endif
