/* validator/equal.h - when two JSON values are the same value.
 *
 * Numbers are equal by value (1.0 is 1), strings by their text (escapes do not
 * matter), arrays in order, objects in any order of members.
 */
#ifndef VALIDATOR_EQUAL_H
#define VALIDATOR_EQUAL_H

#include "core/json.h"

/* One value of a document. */
struct check_value {
    const struct td_json_doc *doc;
    uint32_t at;
};

/* Memory for comparisons; all zeroes is valid, use it again and again. */
struct check_equal_memory {
    struct td_buf pairs;
    struct td_buf text;
};

/* Frees the memory; it is valid and empty. */
void check_equal_release(struct check_equal_memory *memory);

/* True if a and b are equal. */
bool check_equal(struct check_equal_memory *memory, struct check_value a,
                 struct check_value b);

/* Equal values have equal hashes. */
uint64_t check_value_hash(struct check_equal_memory *memory,
                          struct check_value v);

/* True if no two elements of the array are equal. */
bool check_all_unique(struct check_equal_memory *memory,
                      struct check_value array);

/* The text of string v without escapes; borrowed from its document or from
 * scratch, which is overwritten.
 */
struct td_bytes check_text(struct td_buf *scratch, struct check_value v);

#endif
