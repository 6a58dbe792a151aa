/* validator/learn/mine_internal.h - what the files of mine.h share. */
#ifndef VALIDATOR_LEARN_MINE_INTERNAL_H
#define VALIDATOR_LEARN_MINE_INTERNAL_H

#include "validator/learn/mine.h"

/* All arithmetic between the numbers of an event; what a message leaves; what
 * all of them left becomes the list.
 */
void learn_sums_find(struct learn_mine *mine, struct learn_event *event);
void learn_sums_judge(struct learn_mine *mine, struct learn_event *event);
void learn_sums_end(struct learn_mine *mine);

/* Fields that go from one value to another; what a message, and the end of a
 * tape, leave of them.
 */
void learn_states_find(struct learn_mine *mine,
                       const struct learn_event *event);
void learn_states_judge(struct learn_mine *mine, uint32_t event);
void learn_states_end(struct learn_mine *mine);

/* Which events follow which; a message, the end of a tape, all is over. */
void learn_orders_find(struct learn_mine *mine);
void learn_orders_take(struct learn_mine *mine, uint32_t event);
void learn_orders_end(struct learn_mine *mine);
void learn_orders_release(struct learn_mine *mine);
void learn_took_add(struct learn_took *took, uint64_t from_ns, uint64_t to_ns);
void learn_turns_take(struct learn_mine *mine, uint32_t event);
void learn_turns_end(struct learn_mine *mine);

/* Whether the members of an event may depend on a text of it; one message. */
void learn_tags_find(struct learn_mine *mine, struct learn_event *event,
                     struct audit_node *data);
void learn_tags_take(struct learn_mine *mine, const struct learn_event *event);

#endif
