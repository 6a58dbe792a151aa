/* validator/diff/answers.h - what a server of exchanges said, as messages.
 * Source: docs/tape-format.md, section 3, "Exchanges".
 */
#ifndef VALIDATOR_DIFF_ANSWERS_H
#define VALIDATOR_DIFF_ANSWERS_H

#include "core/buf.h"
#include "core/event.h"
#include "core/json.h"

#include <stdbool.h>

/* All zeroes is valid. */
struct diff_answers {
    struct td_json_doc doc;
    struct td_buf text;
    uint64_t *polls; /* exchanges that are polls, and not over */
    size_t polls_len;
    uint64_t *asked; /* numbers of exchanges in the order of their requests */
    size_t asked_len;
    size_t first; /* of them in the recording at hand: there numbers rise */
};

/* Whether ev is one of them (validator/diff/source.h, DIFF_ANSWERS); it is
 * rewritten then, and borrows from answers until the next call.
 */
bool diff_answers_take(struct diff_answers *answers, struct td_event *ev);
void diff_answers_release(struct diff_answers *answers);

#endif
