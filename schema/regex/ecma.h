/* schema/regex/ecma.h - regular expressions as JSON Schema writes them, read
 * and said again for PCRE2.
 *
 * ECMA-262 (2025) with the flag u: all of section 22.2.1 but duplicate group
 * names, and of annex B what schemas in the field have: a backslash before any
 * character that is no letter or digit, and ] { } that open or close nothing
 * stand for themselves.
 */
#ifndef SCHEMA_REGEX_ECMA_H
#define SCHEMA_REGEX_ECMA_H

#include "core/buf.h"
#include "core/error.h"
#include "schema/regex/class_sequence.h"

#include <stdbool.h>

#define SCHEMA_ECMA_DEPTH 200  /* groups within each other */
#define SCHEMA_ECMA_NAMES 1000 /* groups with a name */

/* Read the pattern. *out (may be NULL) gets what PCRE2 takes for it with
 * PCRE2_UTF and PCRE2_MATCH_UNSET_BACKREF, no other option; *simple (may be
 * NULL) the pattern without PCRE2 if it is that simple, else NULL. TD_USAGE
 * with err->offset, the byte at which it is wrong.
 */
TD_MUST_CHECK enum td_code
schema_ecma_read(struct td_bytes pattern, struct td_buf *out,
                 struct schema_class_sequence **simple, struct td_error *err);

/* What a lookbehind looks back on, as PCRE2 takes it. */
struct schema_ecma_look {
    struct td_buf text;
    bool negative; /* it must not be there */
};

struct schema_ecma_looks {
    struct schema_ecma_look *list;
    uint32_t len;
};

#define SCHEMA_ECMA_LOOKS 255

/* The same with "(?C1)" in the place of the first lookbehind that is in no
 * other one, "(?C2)" of the next; *looks (empty) has what they are. TD_USAGE
 * also where something refers back to a group, which looks have none of.
 */
TD_MUST_CHECK enum td_code
schema_ecma_read_looks(struct td_bytes pattern, struct td_buf *out,
                       struct schema_ecma_looks *looks, struct td_error *err);
void schema_ecma_looks_release(struct schema_ecma_looks *looks);

#endif
