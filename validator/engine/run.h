/* validator/engine/run.h - what a verb may call while it runs.
 *
 * Whatever is judged is said with one of
 *
 *     check_rule_pass(run)             it held once more
 *     if (check_rule_fail(run)) ...    it did not; true: put it into words with
 *                                      a struct check_note
 *     check_rule_open(run, why)        nobody can know any more
 *     check_rule_undecided(run, why)   a limit was reached
 *
 * A rule that never said anything is vacuous.
 */
#ifndef VALIDATOR_ENGINE_RUN_H
#define VALIDATOR_ENGINE_RUN_H

#include "core/histogram.h"
#include "validator/rule/rule.h"

/* What a verb's functions get. */
struct check_run {
    const struct check_rule *rule;
    void *state;  /* of the key and scope, zeroed before the first message */
    void *shared; /* of the rule */
    struct check_eval *eval;
    struct check_field_cache *fields;
    struct schema_run *schemas; /* the contract's */
    struct check_place *place;  /* of fold.c: where findings go */
    uint64_t *judged;           /* of that place: how often it was */
};

/* For on_message() and on_end(). */
static inline void check_rule_pass(struct check_run *run)
{
    ++*run->judged;
}
/* It did not hold. */
TD_MUST_CHECK bool check_rule_fail(struct check_run *run);
void check_rule_open(struct check_run *run, const char *why);
void check_rule_undecided(struct check_run *run, const char *why);
/* The same where m is what reached the limit: the reason names it. */
void check_rule_gave_up(struct check_run *run, const struct check_message *m,
                        const char *why);
/* Whatever this key and scope still bring, nothing more will be said of it: the
 * verb need not be told.
 */
void check_rule_done(struct check_run *run);

/* The time of m for this rule, in nanoseconds (messages, if the clock is the
 * sequence). False: it has none, and the rule says so at the end.
 */
TD_MUST_CHECK bool check_rule_time(struct check_run *run,
                                   const struct check_message *m, int64_t *at);
/* The time of the last message of the stream that had one. */
TD_MUST_CHECK bool check_rule_end_time(const struct check_run *run,
                                       int64_t *at);

/* What the rule measures took, of this stream or of one more: for those who
 * look at the verdict. samples is empty behind it.
 */
void check_rule_spread(struct check_run *run, struct td_histogram *samples);

/* Of a rule with states: move number `index`, told in order at the end. */
void check_rule_move(struct check_run *run, uint32_t index, const char *from,
                     const char *to, bool taken);

/* The value of a field, or CHECK_NO_VALUE; then, unless the rule says
 * otherwise, that is a finding.
 */
uint32_t check_rule_field(struct check_run *run, const struct check_message *m,
                          uint32_t field);

/* For a shared role: the message at hand has the key that the rule is by. */
bool check_rule_has_key(const struct check_run *run);

/* The key of the run, or that of its stream, as canonical JSON (canon.h); len
 * 0: there is none. Lives until the key ends.
 */
struct td_bytes check_rule_key(const struct check_run *run);

/* What the field is called. */
const char *check_rule_field_text(const struct check_run *run, uint32_t field);

/* A message to remember. */
__extension__ struct check_seen { /* small: rules keep many of them */
    uint64_t seq : 63;            /* 0: none */
    uint64_t has_t : 1;
    uint64_t t_ns;
};

/* m, to remember. */
static inline struct check_seen check_seen(const struct check_message *m)
{
    return (struct check_seen){m->seq & UINT64_MAX >> 1, m->has_t, m->t_ns};
}

/* A finding that is put into words:
 *
 *     if (!check_rule_fail(run))
 *         return;
 *     check_note_begin(&note, run, m, at);
 *     (void)td_buf_addf(&note.expected, "at least %d", 1);
 *     ...
 *     check_note_end(&note);
 */
struct check_note {
    struct check_run *run;
    const struct check_message *m;
    uint32_t at;
    struct td_buf expected;
    struct td_buf found;
    struct td_buf values[CHECK_RELATED_MAX];
    struct check_seen seen[CHECK_RELATED_MAX];
    size_t related_len;
    struct check_seen about; /* without m: the message it is about, if any */
};

/* m: the message it is about; NULL: the whole stream, or key. at: the value in
 * it; CHECK_NO_VALUE: the message.
 */
void check_note_begin(struct check_note *note, struct check_run *run,
                      const struct check_message *m, uint32_t at);
/* Another message it rests on, in the order of the stream and before m, which
 * is the last by itself. value: what of it matters; may be empty. What does not
 * fit is left out.
 */
void check_note_related(struct check_note *note, const struct check_seen *seen,
                        struct td_bytes value);
/* Without m: it is about a message that was remembered. */
void check_note_about(struct check_note *note, const struct check_seen *seen);
/* Reports and releases. */
void check_note_end(struct check_note *note);

/* Append the start of a value of m as it stands there, or "nothing". */
void check_note_value(struct td_buf *out, const struct check_message *m,
                      uint32_t at);
/* Append the name of an event in quotes. */
void check_note_name(struct td_buf *out, struct td_bytes name);
/* Append to what was expected where: " after \"a\"". */
void check_note_scope(struct check_note *note);

#endif
