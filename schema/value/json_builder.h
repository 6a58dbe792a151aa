/* schema/value/json_builder.h - a document made from pieces of others, whose
 * values know where they were written.
 *
 * Call in the order of the JSON text: open, key, value..., close. Commas come
 * by themselves.
 */
#ifndef SCHEMA_VALUE_JSON_BUILDER_H
#define SCHEMA_VALUE_JSON_BUILDER_H

#include "core/jsonx.h"

/* All zeroes is an empty one. */
struct schema_builder {
    struct td_buf text;
    struct td_buf marks; /* struct td_jsonx_mark, one a value */
};

/* Begin or end an object or array: one of { [ and } ]. */
void schema_builder_open(struct schema_builder *m, char bracket,
                         struct td_jsonx_mark mark);
void schema_builder_close(struct schema_builder *m, char bracket);

/* A string: the key of a member, or a value. */
void schema_builder_key(struct schema_builder *m, struct td_bytes name,
                        struct td_jsonx_mark mark);
void schema_builder_string(struct schema_builder *m, struct td_bytes text,
                           struct td_jsonx_mark mark);

/* A copy of value `at` with all it contains. */
void schema_builder_copy(struct schema_builder *m, const struct td_jsonx *doc,
                         uint32_t at);

/* The members of object `at`, but those named `without` (may be NULL). */
void schema_builder_members(struct schema_builder *m,
                            const struct td_jsonx *doc, uint32_t at,
                            const char *without);

/* The values that another one has made, one behind the other. */
void schema_builder_append(struct schema_builder *m,
                           const struct schema_builder *other);

/* What was made becomes *out, which is empty, by that name. The maker is empty
 * then, also after an error: TD_LIMIT if it nests too deep.
 */
TD_MUST_CHECK enum td_code schema_builder_finish(struct schema_builder *m,
                                                 const char *name,
                                                 struct td_jsonx *out,
                                                 struct td_error *err);

/* Note the place of every value of a document at once, which makes asking for
 * them cheap: in JSON it is counted from the start of the text each time.
 */
void schema_builder_mark(struct td_jsonx *doc);

#endif
