/* schema/run/run.h - what the files that run compiled schemas share.
 *
 * schema_plan.c   nodes -> steps; schema_tag.c finds tags of alternatives
 * schema_eval.c   the fast pass: steps, and only whether they hold
 * schema_shape.c  what of it is left for documents of a shape that was seen
 * schema_leaf.c   operations that look at one value
 * schema_trace.c  the other pass: operations, and all that became of them
 * schema_explain.c schema_text.c  problems out of a trace, in words
 * schema_note.c schema_output.c  annotations and the standard outputs
 *
 * A step is what is left to do for a value of one kind once it is known which:
 * a node has a list of steps for each kind, with those of $ref and allOf put
 * in, and bounds joined. A trace keeps to the operations as they were written.
 */
#ifndef SCHEMA_RUN_RUN_H
#define SCHEMA_RUN_RUN_H

#include "schema/program/program.h"

#define SCHEMA_UNITS_MAX 4000000 /* units of one trace */

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
        const struct check_pattern *pattern;
        check_format_fn *format;
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
    uint32_t steps_cap;
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

/* Which children of a value were evaluated: a byte each, in run->marks. */
struct schema_seen {
    size_t marks;
    uint32_t count;
};

/* A unit of a trace: a node that ran over a value. */
struct schema_unit {
    uint32_t parent;
    uint32_t
        op; /* of the parent's node, that asked for it; SCHEMA_NONE: root */
    uint32_t node;
    uint32_t at;
    uint32_t first_kid; /* units; SCHEMA_NONE ends each list */
    uint32_t last_kid;
    uint32_t next;
    uint32_t first_failure;
    uint32_t last_failure;
    bool valid;
    bool condition; /* it may fail: of anyOf, oneOf, not, if, contains */
};

struct schema_failure {
    uint32_t op;
    uint32_t detail; /* the number of a missing name, how many fitted, ... */
    uint32_t next;
};

/* What one thread needs to run the program. */
struct check_schema_run {
    const struct check_schemas *set;
    struct check_pattern_memory *patterns;
    struct check_equal_memory memory;
    const struct td_json_doc *doc; /* the value's, and what it points to ... */
    const struct td_json_value *values;
    const uint8_t *bytes;
    const struct schema_fast *nodes; /* ... and the plan does */
    const struct schema_step *list;
    struct schema_shapes *shapes; /* of schema_shape.c, when there are any */
    uint32_t *guesses; /* by place in a table: 1 + the name that came next */
    int64_t steps;     /* that are left */
    uint32_t depth;
    bool gave_up;
    struct td_buf text;  /* names and strings without escapes */
    struct td_buf marks; /* of struct schema_seen */
    struct td_buf scope; /* uint32_t resources with dynamic anchors */

    /* the trace */
    struct schema_unit *units;
    uint32_t units_len;
    uint32_t units_cap;
    struct td_buf failures; /* struct schema_failure */
    bool keep_all;          /* units that hold, too */
    uint32_t keeping; /* nodes around us whose unevaluated... needs them */
    struct td_buf words[4];
    struct td_buf chosen; /* problems, for schema_explain.c */
};

/* Plan all nodes that are not planned yet. */
void schema_plan_nodes(struct check_schemas *set);

/* NULL is fine. */
void schema_plan_free(struct schema_plan *plan);

/* The list that has all operations of a conjunction; see schema_plan.c. */
struct schema_gathered {
    uint32_t node;
    uint32_t op; /* SCHEMA_NONE: run the node */
};

/* The operations of a node, with those of $ref and allOf; appended as struct
 * schema_gathered.
 */
void schema_gather(const struct check_schemas *set, uint32_t node,
                   struct td_buf *out);

/* A tag that tells the nodes of an anyOf or oneOf apart, or NULL. */
struct schema_tag *schema_tag_find(const struct check_schemas *set,
                                   uint32_t op);

/* The value at the end of the tag's path within value `at`, if it is there and
 * tells alternatives apart; else 0.
 */
uint32_t schema_tag_value(const struct schema_tag *tag,
                          const struct td_json_doc *doc, uint32_t at);

/* The number of that text among the tag's values, or their count if it is none
 * of them; SCHEMA_NONE if there is no such value.
 */
uint32_t schema_tag_number(struct check_schema_run *r,
                           const struct schema_tag *tag, uint32_t at);

/* Get ready for a value. */
void schema_run_begin(struct check_schema_run *r, struct check_value value);

/* Whether the node holds for value `at`; marks children in seen if not NULL.
 * False with gave_up set when a limit was reached.
 */
bool schema_eval(struct check_schema_run *r, uint32_t node, uint32_t at,
                 struct schema_seen *seen);

/* Whether a step for containers holds for value `at`, of a node that is not
 * late and has no dynamic scope.
 */
bool schema_eval_step(struct check_schema_run *r, uint32_t step, uint32_t at);

/* True if the root holds for the value, as can be told by the shape of its
 * document; false if not, or if that cannot be told. Begin the run before and
 * again after.
 */
bool schema_shape_holds(struct check_schema_run *r, uint32_t root,
                        struct check_value value);
/* NULL is fine. */
void schema_shapes_free(struct schema_shapes *shapes);

/* The node a dynamic reference leads to from here. */
uint32_t schema_dynamic_node(const struct check_schema_run *r,
                             const struct schema_op *op);

/* Enter a node whose resource has dynamic anchors, and leave it again. */
bool schema_scope_enter(struct check_schema_run *r, uint32_t node);
void schema_scope_leave(struct check_schema_run *r, bool entered);

/* Whether a leaf holds for value `at`. */
bool schema_leaf(struct check_schema_run *r, const struct schema_op *op,
                 const struct td_json_doc *schema, struct check_value value);

/* Whether a number is an integer, of draft 4 if short_only. */
bool schema_is_integer(struct check_value v, bool short_only);

/* An integer of up to 18 digits without a detour; false if it is none. */
bool schema_short_integer(struct check_value v, int64_t *n);

/* The whole part of a number from 0 without an exponent, of up to 18 bytes;
 * false if it is none.
 */
static inline bool schema_whole_part(struct td_bytes token, int64_t *n)
{
    int64_t sum = 0;
    size_t i = 0;
    unsigned digit = 10;

    if (token.len > 18)
        return false;
    for (; i < token.len && (digit = token.ptr[i] - (unsigned)'0') <= 9; i++)
        sum = sum * 10 + digit;
    *n = sum;
    if (i < token.len && token.ptr[i] == '.')
        for (i++; i < token.len && token.ptr[i] <= '9'; i++)
            continue;
    return i == token.len;
}

/* The number of characters of a text. */
uint64_t schema_count_characters(struct td_bytes text);

/* Run the node over the value and keep what became of it; the root is unit 0.
 */
void schema_trace(struct check_schema_run *r, uint32_t node,
                  struct check_value value);

/* Failure number i. */
struct schema_failure schema_failure_at(const struct check_schema_run *r,
                                        uint32_t i);

/* The bytes of a number, or of a string without its quotes and as it is
 * written: these run for every value of every event.
 */
static inline struct td_bytes schema_token(const struct check_schema_run *r,
                                           const struct td_json_value *v)
{
    return td_bytes(r->bytes + v->start, v->end - v->start);
}

static inline struct td_bytes schema_inner(const struct check_schema_run *r,
                                           const struct td_json_value *v)
{
    return td_bytes(r->bytes + v->start + 1, v->end - v->start - 2);
}

/* The text of string `at`. */
static inline struct td_bytes schema_text(struct check_schema_run *r,
                                          uint32_t at)
{
    const struct td_json_value *v = &r->values[at];
    struct check_value value = {r->doc, at};

    return v->flags & TD_JSON_ESCAPED ? check_text(&r->text, value)
                                      : schema_inner(r, v);
}

/* The document that a node stands in. */
static inline const struct td_json_doc *
schema_doc_of(const struct check_schemas *set, uint32_t node)
{
    return &set->docs[set->nodes[node].place.doc].x->json;
}

#endif
