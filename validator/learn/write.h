/* validator/learn/write.h - what was learned, as a contract that a person could
 * have written (docs/contract.md).
 */
#ifndef VALIDATOR_LEARN_WRITE_H
#define VALIDATOR_LEARN_WRITE_H

#include "validator/learn/mine.h"

#define LEARN_CHOICES 8 /* values of a field that may be all there are */

/* How much evidence is enough: half of the usual, twice as much, any. */
enum learn_strictness { LEARN_USUAL, LEARN_LOOSE, LEARN_TIGHT, LEARN_ALL };

/* "/data", where messages have an envelope with a name and data; else "".
 */
const char *learn_data_of(const struct audit_profile *profile);

/* Append a name or value as YAML has it. */
void learn_add_text(struct td_buf *out, const char *text);

/* Append the contract, with its evidence as comments. */
struct learn_writing {
    const struct audit_profile *profile;
    const struct learn_mine *mine;
    const char *data;
    const char *name; /* pointer of the name, or NULL: the transport's */
    enum learn_strictness strictness;
};
void learn_write(struct td_buf *out, const struct learn_writing *what);

/* Append one event of it, indented by two. */
void learn_write_event(struct td_buf *out, const struct learn_writing *what,
                       const struct audit_event *event);

/* Append the rules that have enough support and follow from no other; how many
 * were left out for each of these reasons.
 */
struct learn_left {
    uint32_t weak;
    uint32_t implied;
};
struct learn_left learn_write_rules(struct td_buf *out,
                                    const struct learn_mine *mine,
                                    enum learn_strictness strictness);

#endif
