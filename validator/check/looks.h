/* validator/check/looks.h - what was seen of some messages, kept together until
 * they are judged: as much of it as somebody will ask for.
 */
#ifndef VALIDATOR_CHECK_LOOKS_H
#define VALIDATOR_CHECK_LOOKS_H

#include "validator/check/inspect.h"

struct check_looks {
    struct check_view *views; /* one a message; where nobody looked, json is
                                 false and doc NULL */
    uint32_t cap;

    /* Documents of messages, their values one behind the other; names that had
     * to be unescaped, and texts that stand for messages. Offsets while they
     * grow.
     */
    struct td_json_doc *docs;
    uint32_t docs_len;
    uint32_t docs_cap;
    struct td_json_value *values;
    size_t values_len;
    size_t values_cap;
    struct td_buf names;
};

/* All zeroes is valid. */
void check_looks_release(struct check_looks *looks);

/* Forget all; room for the views of so many messages. */
void check_looks_begin(struct check_looks *looks, uint32_t len);

/* Look at message i: text and name as for check_inspect(). In rising order. */
void check_looks_add(struct check_looks *looks, uint32_t i,
                     struct check_inspector *inspector, struct td_bytes text,
                     struct td_bytes name, enum check_way way);

/* All are added: views are as check_inspect() left them from now on. len as
 * above.
 */
void check_looks_settle(struct check_looks *looks, uint32_t len);

#endif
