/* schema/regex/ecma_internal.h - what the files that read ECMA-262 patterns
 * share.
 *
 * ecma.c          terms, groups, quantifiers
 * ecma_escape.c   what a backslash begins
 * ecma_class.c    classes in brackets
 * ecma_property.c \p{...}
 */
#ifndef SCHEMA_REGEX_ECMA_INTERNAL_H
#define SCHEMA_REGEX_ECMA_INTERNAL_H

#include "schema/regex/ecma.h"

/* A group that is open, and the flags around it. */
struct schema_ecma_group {
    const uint8_t *at;
    bool dot_all;
    bool multiline;
    bool ignore_case;
    bool repeats; /* a quantifier may follow */
};

struct schema_ecma {
    struct td_bytes whole;
    struct td_bytes rest; /* not read yet */
    struct td_buf *out;   /* for PCRE2 */
    struct schema_ecma_group open[SCHEMA_ECMA_DEPTH];
    unsigned depth;
    bool captures; /* something refers back to a group */
    bool dot_all;
    bool multiline;
    bool ignore_case;
    struct schema_ecma_looks *looks; /* NULL: they are left where they are */
    struct td_buf *around; /* out of the pattern, in a lookbehind of looks */
    unsigned around_depth; /* of the group that it is; 0: in none */
    uint32_t groups;       /* in the whole pattern */
    struct td_buf names; /* struct td_bytes of each group; empty: it has none */
    struct schema_class_sequence_reader simple;
    struct td_error *err;
};

/* What an escape stands for. */
enum schema_escape {
    SCHEMA_ESCAPE_WRONG,
    SCHEMA_ESCAPE_CHAR, /* *c; UINT32_MAX for half a surrogate pair, which no
                          text in UTF-8 has */
    SCHEMA_ESCAPE_SET,  /* e->out has it as PCRE2 takes it in a class, and *set
                         */
};

/* Set the error at byte `at` of the pattern and return false. */
bool schema_ecma_fail(struct schema_ecma *e, const uint8_t *at, const char *fmt,
                      ...) TD_PRINTF(3, 4);

/* Take text if it stands next. */
bool schema_ecma_skip(struct schema_ecma *e, const char *text);

/* Take an escape that may stand in a class or outside; the backslash is gone.
 */
enum schema_escape schema_ecma_escape(struct schema_ecma *e, uint32_t *c,
                                      struct schema_char_set *set);

/* Take "{Name}" or "{Name=Value}" behind \p or \P. */
bool schema_ecma_property(struct schema_ecma *e, bool negate);

/* Take a class; the opening bracket is gone. */
bool schema_ecma_class(struct schema_ecma *e, struct schema_char_set *set);

/* Add a character as PCRE2 takes it, in a class or outside. */
void schema_ecma_put(struct td_buf *out, uint32_t c);

#endif
