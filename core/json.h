/* core/json.h - a reader over JSON bytes that never rewrites them.
 *
 * td_json_parse() validates strictly (RFC 8259: one value, white space around
 * it allowed; UTF-8 per RFC 3629; depth limit) and lists every value's kind and
 * extent in document order. It does not decode numbers or strings: 1.10 stays
 * 1.10, duplicate keys stay two members, lone surrogate escapes are legal
 * (they are RFC 8259 grammar). Nothing is allocated once a doc has grown to
 * the size of the largest input it has seen: keep one and use it again.
 *
 *     {"a":[1,true]}   values: 0 object, 1 key "a", 2 array, 3 1, 4 true
 *
 * A member is its key (kind TD_JSON_STRING) followed by its value. Children of
 * value i start at i + 1; `next` is the index just behind value i and all it
 * contains, so the sibling of i is values[i].next.
 */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include "core/buf.h"
#include "core/error.h"
#include "core/event.h"

#include <stdbool.h>

#define TD_JSON_DEPTH     512               /* levels of nesting on a tape */
#define TD_JSON_DEPTH_ALL 127               /* levels that every reader takes */
#define TD_JSON_DEPTH_CAP 4096              /* no limit may be set above this */
#define TD_JSON_MAX       (UINT32_MAX - 64) /* bytes of one document */

enum td_json_kind {
    TD_JSON_NULL,
    TD_JSON_FALSE,
    TD_JSON_TRUE,
    TD_JSON_NUMBER,
    TD_JSON_STRING,
    TD_JSON_ARRAY,
    TD_JSON_OBJECT,
};

/* What a value's token contains, so that callers can skip slow paths. */
#define TD_JSON_ESCAPED 0x01 /* string: has at least one backslash */
#define TD_JSON_NOT_INT 0x02 /* number: has a fraction or an exponent */

struct td_json_value {
    uint32_t start; /* offset of the first byte (strings: the quote) */
    uint32_t end;   /* offset behind the last byte */
    uint32_t next;  /* index behind this value and its descendants */
    uint32_t count; /* array: elements; object: members; else 0 */
    uint8_t kind;   /* enum td_json_kind */
    uint8_t flags;  /* TD_JSON_ESCAPED, TD_JSON_NOT_INT */
};

/* A parsed document. All zeroes is valid and empty. text is borrowed. */
struct td_json_doc {
    struct td_bytes text;
    struct td_json_value *values;
    uint32_t len; /* values in use */
    uint32_t cap;
    uint64_t shape; /* core/json_shape.h; 0: not known */
};

/* Parse text into *doc (which is used again). Errors: TD_FORMAT with
 * err->offset at the first byte that cannot be right (of ill-formed UTF-8: the
 * first byte of the sequence); TD_LIMIT deeper than max_depth levels (at most
 * TD_JSON_DEPTH_CAP) or longer than TD_JSON_MAX. On error doc->len is 0.
 */
TD_MUST_CHECK enum td_code td_json_parse(struct td_json_doc *doc,
                                         struct td_bytes text,
                                         unsigned max_depth,
                                         struct td_error *err);

/* Frees the values; the doc is empty. */
void td_json_release(struct td_json_doc *doc);

/* Room for so many values; those in use stay. */
void td_json_reserve(struct td_json_doc *doc, uint32_t values);

/* Validate only; the same errors. Faster than parsing. */
TD_MUST_CHECK enum td_code
td_json_check(struct td_bytes text, unsigned max_depth, struct td_error *err);

/* True if text may stand behind "json": on a tape line: one valid value, no
 * white space around it, no CR or LF anywhere, within TD_JSON_DEPTH.
 */
bool td_json_fits_line(struct td_bytes text);

/* True if text should stand there: it fits, and no common reader stops at it
 * and so leaves the rest of the tape unread (jq 1.6 does): it has no more than
 * TD_JSON_DEPTH_ALL levels, and no escape of half a surrogate pair. That is
 * what is written as "json"; a reader takes all that fits.
 */
bool td_json_suits_line(struct td_bytes text);

/* The bytes of value i, strings with their quotes. */
struct td_bytes td_json_raw(const struct td_json_doc *doc, uint32_t i);

/* The bytes between the quotes of string i, still escaped. */
struct td_bytes td_json_inner(const struct td_json_doc *doc, uint32_t i);

/* True if string i stands for exactly this text after unescaping. */
bool td_json_string_is(const struct td_json_doc *doc, uint32_t i,
                       struct td_bytes text);

/* Index of the value of the member of object `object` whose key equals name
 * after unescaping, of several the last, as JSON.parse takes it (RFC 8259,
 * section 4: most do); 0 if there is none or it is not an object (0 is the root
 * and never a member).
 */
uint32_t td_json_member(const struct td_json_doc *doc, uint32_t object,
                        struct td_bytes name);

/* Index of the element of array `array` that digits without leading zeroes
 * name, counted from 0; 0 if there is none.
 */
uint32_t td_json_element(const struct td_json_doc *doc, uint32_t array,
                         struct td_bytes digits);

/* Index of the value an RFC 6901 pointer names, from value `from`;
 * UINT32_MAX if there is none. "" is `from` itself.
 */
uint32_t td_json_pointer(const struct td_json_doc *doc, uint32_t from,
                         const char *pointer);

/* Append the text of an escaped string body (without quotes), decoded to UTF-8.
 * A lone surrogate becomes U+FFFD. TD_OK, TD_LIMIT, or TD_FORMAT.
 */
enum td_code td_json_unescape(struct td_buf *out, struct td_bytes inner);

/* Whether an escape in valid JSON text stands for half of a surrogate pair
 * without the other half.
 */
bool td_json_has_half_pair(struct td_bytes text);

/* Append an escaped string body with an escape of U+FFFD for each such half,
 * which is what it stands for (td_json_unescape()). TD_OK or TD_LIMIT.
 */
enum td_code td_json_mend_pairs(struct td_buf *out, struct td_bytes inner);

/* Append text as the body of a JSON string (without quotes): ", \ and control
 * bytes escaped the shortest way, everything else as it is. text must be valid
 * UTF-8. TD_OK or TD_LIMIT.
 */
enum td_code td_json_escape(struct td_buf *out, struct td_bytes text);

/* The same of any bytes: what is not UTF-8 becomes U+FFFD (td_utf8_replace()).
 * Nothing is allocated beside what out grows by.
 */
enum td_code td_json_escape_any(struct td_buf *out, struct td_bytes text);

#endif
