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
enum schema_char_wide {
    SCHEMA_WIDE_NONE,
    SCHEMA_WIDE_ALL,
    SCHEMA_WIDE_DOT,  /* all but the line ends U+2028 and U+2029 */
    SCHEMA_WIDE_SOME, /* others: a set that is not simple */
};

struct schema_char_set {
    uint64_t ascii[2]; /* a bit each */
    enum schema_char_wide wide;
};

/* Add the characters from one to another. */
void schema_char_set_add(struct schema_char_set *set, uint32_t from,
                         uint32_t to);
/* Add those of another set. */
void schema_char_set_join(struct schema_char_set *set,
                          const struct schema_char_set *more);
/* All characters that are not in the set. */
void schema_char_set_negate(struct schema_char_set *set);

/* What is known of a pattern while it is read; zeroed to begin with, and
 * released at the end.
 */
struct schema_class_sequence_reader {
    bool refused;        /* it is not simple */
    bool at_start;       /* ^ */
    bool at_end;         /* $ */
    bool only_literal;   /* so far; kept by schema_class_sequence_item() */
    struct td_buf items; /* struct item */
    struct td_buf literal;
};

/* The next part of the pattern: min to max (UINT32_MAX: any number) of a set.
 * `text` is the character itself if the set has no other, else empty.
 */
void schema_class_sequence_item(struct schema_class_sequence_reader *reader,
                                const struct schema_char_set *set, uint32_t min,
                                uint32_t max, struct td_bytes text);

/* The pattern begins or ends here with an anchor. */
void schema_class_sequence_start(struct schema_class_sequence_reader *reader);
void schema_class_sequence_end(struct schema_class_sequence_reader *reader);

/* Free what the reader holds. */
void schema_class_sequence_release(struct schema_class_sequence_reader *reader);

struct schema_class_sequence;

/* The pattern that was read, or NULL if it is not simple. */
struct schema_class_sequence *
schema_class_sequence_new(const struct schema_class_sequence_reader *reader);

/* NULL is fine. */
void schema_class_sequence_free(struct schema_class_sequence *simple);

/* Whether it matches in text, which is valid UTF-8. */
bool schema_class_sequence_match(const struct schema_class_sequence *simple,
                                 struct td_bytes text);

#endif
