/* validator/diff/single.h - one message beside another, without streams around
 * them.
 *
 * Messages are looked at as diff_look() does, so that equal hashes mean what
 * they mean there. What has to be judged beside a stream (ids that are renamed,
 * times) is held in the view, and is the caller's to judge.
 */
#ifndef VALIDATOR_DIFF_SINGLE_H
#define VALIDATOR_DIFF_SINGLE_H

#include "validator/diff/tree.h"

struct diff_single;

/* masks are borrowed. */
struct diff_single *diff_single_new(const struct diff_masks *masks);
/* NULL is fine. */
void diff_single_free(struct diff_single *single);

/* *view until the next call. TD_LIMIT: too many names. */
TD_MUST_CHECK enum td_code diff_single_look(struct diff_single *single,
                                            const struct diff_message *m,
                                            struct diff_view *view,
                                            struct td_error *err);

/* What differs under the masks, from a to b; nothing of what is held but
 * `within`. tree is emptied first. Both were looked at before.
 */
void diff_single_tree(struct diff_single *single, const struct diff_message *a,
                      const struct diff_message *b, struct diff_tree *tree);

#endif
