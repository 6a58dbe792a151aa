/* schema/value/pointer.h - from a value back to how it is named and shown. */
#ifndef SCHEMA_VALUE_POINTER_H
#define SCHEMA_VALUE_POINTER_H

#include "core/json.h"

/* Append the JSON Pointer (RFC 6901) of value `at`, seen from value `from`,
 * which contains it. A key has the pointer of its member.
 */
void schema_pointer(struct td_buf *out, const struct td_json_doc *doc,
                    uint32_t from, uint32_t at);

/* Append "/name" as a token of such a pointer. */
void schema_pointer_token(struct td_buf *out, struct td_bytes name);

/* Append the bytes, or their first `max` (cut between characters) and "...".
 * What is not UTF-8 becomes U+FFFD.
 */
void schema_excerpt(struct td_buf *out, struct td_bytes bytes, size_t max);

/* The same with value `at`. Where it is laid out over lines, each run of white
 * space is one space.
 */
void schema_excerpt_value(struct td_buf *out, const struct td_json_doc *doc,
                          uint32_t at, size_t max);

#endif
