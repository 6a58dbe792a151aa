/* reports/verdict_shape.h - the members of verdict.json, in tables that its
 * writer and its reader share (docs/verdict.md).
 *
 * A table lists the members of one object of the document and where each stands
 * in the struct of validator/verdict/document.h. All structs of a list begin
 * with `next`.
 */
#ifndef REPORTS_VERDICT_SHAPE_H
#define REPORTS_VERDICT_SHAPE_H

#include "validator/verdict/document.h"

#define VERDICT_SCHEMA "tapedeck/verdict"

enum report_type {
    REPORT_TEXT,    /* const char *; null is NULL */
    REPORT_U64,     /* uint64_t */
    REPORT_U64_OR,  /* the same, 0 is null */
    REPORT_U32,     /* uint32_t */
    REPORT_INT,     /* int */
    REPORT_INT_IF,  /* int; null if the bool at `more` is false */
    REPORT_INT_OR,  /* int, 0 is null */
    REPORT_U64_IF,  /* uint64_t; null if the bool at `more` is false */
    REPORT_NS,      /* int64_t, -1 is null */
    REPORT_TIME,    /* uint64_t of ns since 1970, as RFC 3339 */
    REPORT_BOOL,    /* bool */
    REPORT_REAL,    /* double */
    REPORT_WORD,    /* an enum; its words are at `words` */
    REPORT_WORDS,   /* struct verdict_words */
    REPORT_NUMBER,  /* struct verdict_number; of a fraction also NAME_parts */
    REPORT_PAIR,    /* uint64_t[2] */
    REPORT_PAIR_IF, /* the same; null if the bool at `more` is false */
    REPORT_RANGES,  /* struct verdict_range *; its length is at `more` */
    REPORT_GAPS,    /* uint64_t (*)[2]; its length is at `more` */
    REPORT_WAVES,   /* struct verdict_wave *; its length is at `more` */
    REPORT_ROWS,    /* uint32_t *: the counts of a timeline */
    REPORT_LINES,   /* const char **: the source of a file's changed lines */
    REPORT_LIST,    /* a pointer to the first of `shape` */
    REPORT_SOME,    /* an array of at most `size`/`each` structs of `shape`;
                       its length is at `more` */
    REPORT_ONE,     /* a pointer to one of `shape`; null is NULL */
    REPORT_PART,    /* an object of members of the struct at `at` */
};

struct report_shape;

struct report_member {
    const char *name;
    enum report_type type;
    bool needed; /* a document without it is refused */
    size_t at;
    size_t more;
    const char *(*words)(unsigned i); /* NULL behind the last */
    const struct report_shape *shape;
};

struct report_shape {
    const struct report_member *members; /* ends with a NULL name */
    size_t size;                         /* of the struct */
};

/* What stands behind "schema" and "version" at the top. */
extern const struct report_shape report_verdict_shape;

#endif
