/* core/json_value.h - what values of a parsed document (core/json.h) say.
 *
 * Value 0 is none, as td_json_member() tells it: of it nothing is true.
 */
#ifndef CORE_JSON_VALUE_H
#define CORE_JSON_VALUE_H

#include "core/json.h"

/* True if there is a value at `at`, of that kind. */
static inline bool td_json_is(const struct td_json_doc *doc, uint32_t at,
                              enum td_json_kind kind)
{
    return at && doc->values[at].kind == kind;
}

/* True if the member is true. */
bool td_json_member_true(const struct td_json_doc *doc, uint32_t object,
                         const char *name);

/* The bytes between the quotes of a value, or of the member, still escaped; ""
 * if it is no string.
 */
struct td_bytes td_json_inner_at(const struct td_json_doc *doc, uint32_t at);
struct td_bytes td_json_member_inner(const struct td_json_doc *doc,
                                     uint32_t object, const char *name);

/* The number that the member is; missing: it is none as below. */
uint64_t td_json_member_u64(const struct td_json_doc *doc, uint32_t object,
                            const char *name, uint64_t missing);
double td_json_member_double(const struct td_json_doc *doc, uint32_t object,
                             const char *name, double missing);

/* A number of digits alone, which fits; false, and *n as it was: it is none. */
bool td_json_u64(const struct td_json_doc *doc, uint32_t at, uint64_t *n);

/* The nearest double, infinite if there is none; false, and *n as it was: it is
 * no number.
 */
bool td_json_double(const struct td_json_doc *doc, uint32_t at, double *n);

#endif
