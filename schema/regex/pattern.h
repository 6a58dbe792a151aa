/* schema/regex/pattern.h - regular expressions in the dialect of JSON Schema.
 *
 * ECMA-262 as schema/regex/ecma.h reads it, matched by PCRE2, with two
 * differences: a lookbehind on texts of many lengths is refused within another
 * one, and in a pattern that refers back to groups (schema/regex/look.h); and a
 * reference within a repeat to a group of that repeat sees what the round
 * before left there. Matching is bounded so that no pattern can hang a check;
 * literals and plain rows of classes ("^[a-z]+_[0-9]{3}$") need no engine at
 * all (schema/regex/class_sequence.h). A pattern is only read by matching:
 * threads share it, each with its own memory.
 */
#ifndef SCHEMA_REGEX_PATTERN_H
#define SCHEMA_REGEX_PATTERN_H

#include "core/buf.h"
#include "core/error.h"
#include "core/event.h"

#include <stdbool.h>

#define SCHEMA_PATTERN_STEPS 1000000 /* of matching one text */
#define SCHEMA_PATTERN_MAX   65536   /* bytes of a pattern */
#define SCHEMA_PATTERN_BACK  65536   /* bytes that are enough to look back on */

struct schema_pattern;

/* Compile; err->offset is where in the pattern it is wrong. TD_USAGE. */
TD_MUST_CHECK enum td_code schema_pattern_new(struct schema_pattern **out,
                                              struct td_bytes text,
                                              struct td_error *err);

/* The same for schema_pattern_find(), which always needs the engine. */
TD_MUST_CHECK enum td_code
schema_pattern_new_finder(struct schema_pattern **out, struct td_bytes text,
                          struct td_error *err);

/* Whether text is a pattern of ECMA-262, also one that schema_pattern_new()
 * refuses as too much. TD_OK or TD_USAGE, as above.
 */
TD_MUST_CHECK enum td_code schema_pattern_syntax(struct td_bytes text,
                                                 struct td_error *err);

/* Refuse a pattern with a class such as [:alpha:] in it: POSIX has them, to
 * ECMA-262 they are the characters they are written with, and whoever writes
 * one means the class. For patterns that a user types. TD_OK or TD_USAGE, as
 * above.
 */
TD_MUST_CHECK enum td_code schema_pattern_no_posix(struct td_bytes text,
                                                   struct td_error *err);

/* NULL is fine. */
void schema_pattern_free(struct schema_pattern *pattern);

/* What one thread needs to match any pattern. */
struct schema_pattern_memory;

struct schema_pattern_memory *schema_pattern_memory_new(void);
/* NULL is fine. */
void schema_pattern_memory_free(struct schema_pattern_memory *memory);

enum schema_match { SCHEMA_NO_MATCH, SCHEMA_MATCH, SCHEMA_GAVE_UP };

/* Whether the pattern matches anywhere in text, which is valid UTF-8. */
enum schema_match schema_pattern_match(const struct schema_pattern *pattern,
                                       struct schema_pattern_memory *memory,
                                       struct td_bytes text);

/* The last pattern that gave up, or NULL: as it was written, cut behind 60
 * bytes. It lives as long as the pattern.
 */
const char *schema_pattern_slow(const struct schema_pattern_memory *memory);
void schema_pattern_forget_slow(struct schema_pattern_memory *memory);

#define SCHEMA_PATTERN_MEND                                                    \
    "took more than 1,000,000 steps on one text; write it without a repeat "   \
    "in a repeat"

/* From *start, which is where a character begins or text.len, the next match of
 * at least one character, which *start and *end then enclose, in bytes. `^`
 * and what looks back see the text before *start as well. Of
 * schema_pattern_new_finder(); each call has the steps of a match.
 */
enum schema_match schema_pattern_find(const struct schema_pattern *pattern,
                                      struct schema_pattern_memory *memory,
                                      struct td_bytes text, size_t *start,
                                      size_t *end);

/* The same of a text that may go on behind its end. *growing: from *start on
 * there is what may yet become a match, or a longer one; it is SCHEMA_NO_MATCH
 * then, and matches that end before *start were given before.
 */
enum schema_match schema_pattern_find_growing(
    const struct schema_pattern *pattern, struct schema_pattern_memory *memory,
    struct td_bytes text, size_t *start, size_t *end, bool *growing);

/* How many bytes before a place in a text may decide what matches there: at
 * most SCHEMA_PATTERN_BACK where a lookbehind is on texts of any length.
 */
size_t schema_pattern_looks_back(const struct schema_pattern *pattern);

/* Bytes as a text that patterns can be asked about: as they are if they are
 * valid UTF-8, else in room, U+001A (substitute) in the place of each byte that
 * is in no character. Byte n of it stands for byte n.
 */
struct td_bytes schema_pattern_text(struct td_buf *room, struct td_bytes bytes);

#endif
