/* validator/pattern.h - regular expressions in the dialect of JSON Schema.
 *
 * ECMA-262 as far as PCRE2 speaks it: UTF-8, ASCII classes, $ only at the very
 * end, \u escapes. Matching is bounded, so no pattern can hang a check. A
 * pattern is only read by matching: threads share it, each with its own memory.
 */
#ifndef VALIDATOR_PATTERN_H
#define VALIDATOR_PATTERN_H

#include "core/error.h"
#include "core/event.h"

#define CHECK_PATTERN_STEPS 1000000 /* of matching one text */
#define CHECK_PATTERN_MAX   65536   /* bytes of a pattern */

struct check_pattern;

/* Compile; err->offset is where in the pattern it is wrong. TD_USAGE. */
TD_MUST_CHECK enum td_code check_pattern_new(struct check_pattern **out,
                                             struct td_bytes text,
                                             struct td_error *err);

/* NULL is fine. */
void check_pattern_free(struct check_pattern *pattern);

/* What one thread needs to match any pattern. */
struct check_pattern_memory;

struct check_pattern_memory *check_pattern_memory_new(void);
/* NULL is fine. */
void check_pattern_memory_free(struct check_pattern_memory *memory);

enum check_match { CHECK_NO_MATCH, CHECK_MATCH, CHECK_GAVE_UP };

/* Whether the pattern matches anywhere in text, which is valid UTF-8. */
enum check_match check_pattern_match(const struct check_pattern *pattern,
                                     struct check_pattern_memory *memory,
                                     struct td_bytes text);

#endif
