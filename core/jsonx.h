/* core/jsonx.h - documents that people write: JSON or YAML, with positions.
 *
 * Both end up as JSON text under a td_json_doc, so numbers keep their digits
 * and every reader of JSON works on them; each value knows the line and column
 * it was written at. Keys must be unique within their object.
 *
 * YAML is 1.2 with the core schema (YAML 1.2.2, section 10.3): plain scalars
 * are null, true, false, numbers or text; `yes` and dates are text. Keys are
 * the text they are written with. Refused: .inf and .nan (no JSON), tags
 * outside the core schema, several documents, keys that are collections,
 * aliases of what is not complete. `<<` is an ordinary key.
 *
 * Errors are TD_USAGE (the text is wrong) or TD_LIMIT with `where` as
 * "NAME:LINE:COLUMN"; td_jsonx_load also TD_IO.
 */
#ifndef CORE_JSONX_H
#define CORE_JSONX_H

#include "core/json.h"

#define TD_JSONX_MAX     ((size_t)16 << 20) /* bytes, also with aliases copied */
#define TD_JSONX_DEPTH   128                /* levels of nesting */
#define TD_JSONX_ALIASES 10000              /* uses of anchors */

enum td_jsonx_syntax { TD_JSONX_JSON, TD_JSONX_YAML };

/* From 1; columns count bytes in JSON, characters in YAML. */
struct td_jsonx_mark {
    uint32_t line;
    uint32_t column;
    uint8_t lead; /* of text: characters in front of it, as a quote; or
                     TD_JSONX_FOLDED: on several lines, nobody knows where */
};

#define TD_JSONX_FOLDED 255

/* A document. All zeroes is valid and empty. */
struct td_jsonx {
    struct td_json_doc json; /* over text; read it with td_json_... */
    struct td_buf text;
    struct td_jsonx_mark *marks; /* YAML: one a value; JSON: NULL */
    uint32_t *lines;             /* JSON: where each line begins */
    uint32_t line_count;
    char *name; /* what error messages call it */
};

/* Parse text (not kept) into *doc, which must be empty. */
TD_MUST_CHECK enum td_code td_jsonx_parse(struct td_jsonx *doc,
                                          const char *name,
                                          enum td_jsonx_syntax syntax,
                                          struct td_bytes text,
                                          struct td_error *err);

/* What a file of that name with that text is: YAML unless its name ends in
 * ".json" or its first byte that is not white space is { or [ (and it does not
 * end in ".yaml" or ".yml").
 */
enum td_jsonx_syntax td_jsonx_syntax_of(const char *path, struct td_bytes text);

/* Read and parse a file of either syntax, "-" is stdin. */
TD_MUST_CHECK enum td_code td_jsonx_load(struct td_jsonx *doc, const char *path,
                                         struct td_error *err);

/* Frees everything; *doc is empty. */
void td_jsonx_release(struct td_jsonx *doc);

/* Where value i was written. */
struct td_jsonx_mark td_jsonx_where(const struct td_jsonx *doc, uint32_t i);

/* Where byte `offset` of the text of string i (without escapes) was written; of
 * text that was folded from several lines, where it begins.
 */
struct td_jsonx_mark td_jsonx_inside(const struct td_jsonx *doc, uint32_t i,
                                     size_t offset);

/* Set *err to "NAME:LINE:COLUMN: ..." of value i and return code. */
enum td_code td_jsonx_fail(const struct td_jsonx *doc, uint32_t i,
                           enum td_code code, struct td_error *err,
                           const char *fmt, ...) TD_PRINTF(5, 6);

#endif
