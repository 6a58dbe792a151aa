/* schema/program/step.h - what runs: the steps that a node has for each kind of
 * value.
 *
 * A step is what is left to do for a value of one kind once it is known which:
 * a node has a list of steps for each kind, with those of $ref and allOf put
 * in, and bounds joined. A trace keeps to the operations as they were written.
 */
#ifndef SCHEMA_PROGRAM_STEP_H
#define SCHEMA_PROGRAM_STEP_H

#include "schema/format/format.h"
#include "schema/regex/pattern.h"
#include "schema/value/name_table.h"

enum schema_step_kind {
    STEP_END, /* the list is over: the value is good */
    STEP_NEVER,
    STEP_RANGE,  /* an integer from .low to .high; else the next .node steps */
    STEP_LEAF,   /* operation .node, whatever it is */
    STEP_LENGTH, /* characters from .low to .high */
    STEP_TEXT,   /* the text .key */
    STEP_TEXTS,  /* one of .table */
    STEP_PATTERN,
    STEP_FORMAT,
    STEP_COUNT, /* children from .low to .high */
    STEP_UNIQUE,
    STEP_MEMBERS, /* .members */
    STEP_ITEMS,   /* every element is .node */
    STEP_ARRAY,   /* operation .node */
    STEP_NAMES,
    STEP_CONTAINS,
    STEP_RUN, /* node .node holds too */
    STEP_ANY, /* operation .node */
    STEP_ONE,
    STEP_TAGGED, /* alternatives of .tag */
    STEP_NOT,    /* node .node does not hold */
    STEP_IF,
    STEP_DYNAMIC,
    STEP_WHEN_MEMBER,
    STEP_LATE_ITEMS,
    STEP_LATE_MEMBERS,
};

struct schema_step {
    uint16_t kind; /* enum schema_step_kind */
    bool alone;    /* nothing else is to be looked at */
    uint32_t node; /* a node, an operation, or a count */
    union {
        int64_t low;
        const struct schema_table *table;
        const struct schema_key *key;
        const struct schema_members *members;
        const struct schema_tag *tag;
        const struct schema_pattern *pattern;
        schema_format_fn *format;
    };
    int64_t high;
};

#define SCHEMA_CLASSES 7 /* kinds of JSON values */

/* A node as it runs. */
struct schema_fast {
    uint32_t first[SCHEMA_CLASSES]; /* steps by kind; 0: none to do */
    uint16_t kinds; /* SCHEMA_KIND bits that may be at all ... */
    uint16_t
        integer; /* ... SCHEMA_INTEGER, SCHEMA_SHORT_INTEGER: which numbers */
    bool scoped; /* its resource has dynamic anchors */
    bool late;   /* it has unevaluatedItems or -Properties */
};

struct schema_plan {
    struct schema_fast *nodes;
    uint32_t nodes_len;
    struct schema_step *steps; /* number 0 is STEP_END */
    uint32_t steps_len;
};

/* One member, or element, on the way to a tag. */
struct schema_tag_step {
    struct td_bytes name; /* allocated; ptr NULL: an element */
    uint32_t index;
};

#define SCHEMA_TAG_DEPTH 3

/* Alternatives that a text within the value tells apart. For a value that has
 * it, only those listed for the text can hold.
 */
struct schema_tag {
    struct schema_tag_step path[SCHEMA_TAG_DEPTH];
    uint32_t path_len;
    struct schema_table values;
    uint32_t *starts; /* by number of the value, and one more for any other; the
                         end is the next start */
    uint32_t *nodes;
    uint32_t op;
    bool mixed; /* some take other values than texts */
};

#endif
