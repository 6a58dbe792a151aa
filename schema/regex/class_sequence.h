/* schema/regex/class_sequence.h - patterns that need no engine: one walk over
 * the text decides.
 *
 * These are a literal, which may be anchored at either end, and a row of
 * character sets with counts from the start of the text, such as
 * "^task_[0-9]{3,}$", where no character can belong both to a set with a choice
 * of counts and to what may follow it. Then taking as much as possible is
 * right, and nothing is ever tried twice.
 */
#ifndef SCHEMA_REGEX_CLASS_SEQUENCE_H
#define SCHEMA_REGEX_CLASS_SEQUENCE_H

#include "core/buf.h"

#include <stdbool.h>

/* Characters beyond ASCII that a set has. */
enum check_wide {
    CHECK_WIDE_NONE,
    CHECK_WIDE_ALL,
    CHECK_WIDE_DOT,  /* all but the line ends U+2028 and U+2029 */
    CHECK_WIDE_SOME, /* others: a set that is not simple */
};

struct check_set {
    uint64_t ascii[2]; /* a bit each */
    enum check_wide wide;
};

/* Add the characters from one to another. */
void check_set_add(struct check_set *set, uint32_t from, uint32_t to);
/* Add those of another set. */
void check_set_join(struct check_set *set, const struct check_set *more);
/* All characters that are not in the set. */
void check_set_negate(struct check_set *set);

/* What is known of a pattern while it is read; zeroed to begin with, and
 * released at the end.
 */
struct check_simple_reader {
    bool refused;        /* it is not simple */
    bool at_start;       /* ^ */
    bool at_end;         /* $ */
    bool only_literal;   /* so far; kept by check_simple_item() */
    struct td_buf items; /* struct item */
    struct td_buf literal;
};

/* The next part of the pattern: min to max (UINT32_MAX: any number) of a set.
 * `text` is the character itself if the set has no other, else empty.
 */
void check_simple_item(struct check_simple_reader *reader,
                       const struct check_set *set, uint32_t min, uint32_t max,
                       struct td_bytes text);

/* The pattern begins or ends here with an anchor. */
void check_simple_start(struct check_simple_reader *reader);
void check_simple_end(struct check_simple_reader *reader);

/* Free what the reader holds. */
void check_simple_release(struct check_simple_reader *reader);

struct check_simple;

/* The pattern that was read, or NULL if it is not simple. */
struct check_simple *check_simple_new(const struct check_simple_reader *reader);

/* NULL is fine. */
void check_simple_free(struct check_simple *simple);

/* Whether it matches in text, which is valid UTF-8. */
bool check_simple_match(const struct check_simple *simple,
                        struct td_bytes text);

#endif
