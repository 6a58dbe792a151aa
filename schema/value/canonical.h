/* schema/value/canonical.h - JSON values as bytes that are equal when the
 * values are.
 *
 * Numbers by value (1.0 is 1), strings by their text, objects in any order of
 * members; as in schema/value/equal.h. The bytes are for comparing and for keys
 * of tables, and can be shown again.
 */
#ifndef SCHEMA_VALUE_CANONICAL_H
#define SCHEMA_VALUE_CANONICAL_H

#include "core/json.h"

/* Append the canonical bytes of value `at`. They are JSON text: strings with
 * the fewest escapes, members sorted, numbers up to 18 digits spelled out.
 */
void schema_canonical(struct td_buf *out, const struct td_json_doc *doc,
                      uint32_t at);

/* The same bytes alone: where they stand in the document if they are written
 * so there, else in `room`. They live as long as both.
 */
struct td_bytes schema_canonical_text(struct td_buf *room,
                                      const struct td_json_doc *doc,
                                      uint32_t at);

#endif
