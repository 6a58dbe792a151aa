/* validator/expr/sequence.h - regular expressions whose letters are events.
 *
 *     start (work | error{0,4} retry)* end
 *
 * Selectors (selector.h) one after another; `|` for alternatives, parentheses,
 * and `?` `*` `+` `{n}` `{m,n}` `{m,}` behind what is repeated; `.` is any
 * event. Compiled to an automaton without epsilons (Glushkov's): a state is a
 * set of places of the expression, in a few words, and a step costs what it
 * has places.
 */
#ifndef VALIDATOR_EXPR_SEQUENCE_H
#define VALIDATOR_EXPR_SEQUENCE_H

#include "core/jsonx.h"
#include "validator/expr/selector.h"

#define CHECK_SEQUENCE_PLACES  512 /* with repeats written out */
#define CHECK_SEQUENCE_EVENTS  56  /* different selectors */
#define CHECK_SEQUENCE_WORDS   (CHECK_SEQUENCE_PLACES / 64)
#define CHECK_SEQUENCE_NESTING 50

struct check_sequence;

/* Read text value `at`. TD_USAGE, TD_LIMIT. */
TD_MUST_CHECK enum td_code check_sequence_load(struct check_sequence **out,
                                               struct check_words *words,
                                               const struct td_jsonx *doc,
                                               uint32_t at,
                                               struct td_error *err);

/* NULL is fine. */
void check_sequence_free(struct check_sequence *sequence);

/* The different selectors in it, which are events 0, 1, ... of it. */
uint32_t check_sequence_events(const struct check_sequence *sequence);
/* One of them, which is the caller's from now on and must live on. */
struct check_selector *check_sequence_take(struct check_sequence *sequence,
                                           uint32_t event);

/* Where a reading of the sequence is; all zeroes is its beginning. */
struct check_sequence_state {
    uint64_t places[CHECK_SEQUENCE_WORDS];
    bool begun;
};

/* One event, which is all those of the mask (bit n is event n). False: the
 * sequence cannot go on like this; the state is as it was. anywhere: it may
 * also begin with this event.
 */
bool check_sequence_step(const struct check_sequence *sequence,
                         struct check_sequence_state *state, uint64_t events,
                         bool anywhere);

/* True if the sequence may end here. */
bool check_sequence_done(const struct check_sequence *sequence,
                         const struct check_sequence_state *state);

/* The events that may come next, as a mask. */
uint64_t check_sequence_next(const struct check_sequence *sequence,
                             const struct check_sequence_state *state);

#endif
