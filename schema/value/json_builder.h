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
struct check_maker {
    struct td_buf text;
    struct td_buf marks; /* struct td_jsonx_mark, one a value */
};

/* Begin or end an object or array: one of { [ and } ]. */
void check_maker_open(struct check_maker *m, char bracket,
                      struct td_jsonx_mark mark);
void check_maker_close(struct check_maker *m, char bracket);

/* A string: the key of a member, or a value. */
void check_maker_key(struct check_maker *m, struct td_bytes name,
                     struct td_jsonx_mark mark);
void check_maker_string(struct check_maker *m, struct td_bytes text,
                        struct td_jsonx_mark mark);

/* A copy of value `at` with all it contains. */
void check_maker_copy(struct check_maker *m, const struct td_jsonx *doc,
                      uint32_t at);

/* The members of object `at`, but those named `without` (may be NULL). */
void check_maker_members(struct check_maker *m, const struct td_jsonx *doc,
                         uint32_t at, const char *without);

/* What was made becomes *out, which is empty, by that name. The maker is empty
 * then, also after an error: TD_LIMIT if it nests too deep.
 */
TD_MUST_CHECK enum td_code check_maker_finish(struct check_maker *m,
                                              const char *name,
                                              struct td_jsonx *out,
                                              struct td_error *err);

/* Note the place of every value of a document at once, which makes asking for
 * them cheap: in JSON it is counted from the start of the text each time.
 */
void check_maker_mark(struct td_jsonx *doc);

#endif
