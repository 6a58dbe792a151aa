/* replayer/answer/match.h - which recorded message a live one is.
 *
 * Messages are equal as diff (validator/diff) says under its masks; what the
 * masks number is renamed one to one, by what was matched before. Equal
 * messages are taken in recorded order.
 */
#ifndef REPLAYER_ANSWER_MATCH_H
#define REPLAYER_ANSWER_MATCH_H

#include "validator/diff/single.h"

#define PLAY_NEAR_LOOKS 256 /* messages that a miss is compared with */

struct play_match;

/* masks are borrowed. */
struct play_match *play_match_new(const struct diff_masks *masks);
/* NULL is fine. */
void play_match_free(struct play_match *match);

/* What a message is compared by. */
struct play_said {
    struct td_bytes name; /* method, JSON-escaped, or "" */
    struct td_bytes text;
};

/* Add the next recorded message; its bytes are borrowed. turn is the caller's
 * number of it. TD_LIMIT: too many names.
 */
TD_MUST_CHECK enum td_code play_match_add(struct play_match *match,
                                          const struct play_said *said,
                                          uint32_t turn, struct td_error *err);

enum play_found {
    PLAY_FOUND,
    PLAY_USED_UP, /* all that are equal have been taken */
    PLAY_UNKNOWN,
};

/* Take the first equal message that was not taken; with repeat, past the last
 * one, that again. *turn is its, also of PLAY_USED_UP.
 */
enum play_found play_match_take(struct play_match *match,
                                const struct play_said *said, bool repeat,
                                uint32_t *turn);

/* What was just taken may be taken again. */
void play_match_give_back(struct play_match *match);

/* The recorded message that differs from this one in the fewest places, of
 * those with its name, or else with the name that is most like it, and there of
 * those not taken; what differs is in *tree, from the recorded one to this.
 * False: there is none.
 */
bool play_match_nearest(struct play_match *match, const struct play_said *said,
                        uint32_t *turn, struct diff_tree *tree);

/* What differs from a recorded message (one that was added) to another, in
 * *tree.
 */
void play_match_compare(struct play_match *match,
                        const struct play_said *recorded,
                        const struct play_said *said, struct diff_tree *tree);

/* Messages that nobody took: calls `each` in recorded order. */
void play_match_unused(const struct play_match *match,
                       void (*each)(void *ctx, uint32_t turn), void *ctx);

#endif
