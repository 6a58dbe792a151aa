/* schema/value/equal.h - when two JSON values are the same value.
 *
 * Numbers are equal by value (1.0 is 1), strings by their text (escapes do not
 * matter), arrays in order, objects in any order of members; of members with
 * one name the first is compared with the first, and so on. Whoever chooses the
 * values, it takes no more than a sort of them.
 */
#ifndef SCHEMA_VALUE_EQUAL_H
#define SCHEMA_VALUE_EQUAL_H

#include "core/json.h"

/* One value of a document. */
struct schema_value {
    const struct td_json_doc *doc;
    uint32_t at;
};

/* Memory for comparisons; all zeroes is valid, use it again and again. */
struct schema_equal_memory {
    struct td_buf pairs;
    struct td_buf text;
    struct td_buf other;
    uint64_t compared; /* pairs of values so far: the work that it took */
};

/* Frees the memory; it is valid and empty. */
void schema_equal_release(struct schema_equal_memory *memory);

/* True if a and b are equal. */
bool schema_equal(struct schema_equal_memory *memory, struct schema_value a,
                  struct schema_value b);

/* True if no two elements of the array are equal. Only those are compared that
 * have one hash, and that hash depends on a secret (schema/value/hash_seed.h).
 */
bool schema_all_unique(struct schema_equal_memory *memory,
                       struct schema_value array);

/* The text of string v without escapes; borrowed from its document or from
 * scratch, which is overwritten.
 */
struct td_bytes schema_value_text(struct td_buf *scratch,
                                  struct schema_value v);

#endif
