/* schema/run/run.h - what the files that run compiled schemas share.
 *
 * run.c          whether a value is valid
 * eval.c         the fast pass: steps, and only whether they hold
 * shape_cache.c  what of it is left for documents of a shape that was seen
 * leaf.c         operations that look at one value
 * discriminate.c the tag of a value, where alternatives have one
 * trace.c        the other pass: operations, and all that became of them
 */
#ifndef SCHEMA_RUN_RUN_H
#define SCHEMA_RUN_RUN_H

#include "schema/program/program.h"

#define SCHEMA_UNITS_MAX 4000000 /* units of one trace */

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
struct schema_run {
    const struct schema_set *set;
    struct schema_pattern_memory *patterns;
    struct schema_equal_memory memory;
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

/* The value at the end of the tag's path within value `at`, if it is there and
 * tells alternatives apart; else 0.
 */
uint32_t schema_tag_value(const struct schema_tag *tag,
                          const struct td_json_doc *doc, uint32_t at);

/* The number of that text among the tag's values, or their count if it is none
 * of them; SCHEMA_NONE if there is no such value.
 */
uint32_t schema_tag_number(struct schema_run *r, const struct schema_tag *tag,
                           uint32_t at);

/* Get ready for a value. */
void schema_run_begin(struct schema_run *r, struct schema_value value);

/* Whether the value is valid against root. TD_OK, TD_FAILED or TD_LIMIT. */
TD_MUST_CHECK enum td_code schema_run_test(struct schema_run *r, uint32_t root,
                                           struct schema_value value);

/* Whether the node holds for value `at`; marks children in seen if not NULL.
 * False with gave_up set when a limit was reached.
 */
bool schema_eval(struct schema_run *r, uint32_t node, uint32_t at,
                 struct schema_seen *seen);

/* Whether a step for containers holds for value `at`, of a node that is not
 * late and has no dynamic scope.
 */
bool schema_eval_step(struct schema_run *r, uint32_t step, uint32_t at);

/* True if the root holds for the value, as can be told by the shape of its
 * document; false if not, or if that cannot be told. Begin the run before and
 * again after.
 */
bool schema_shape_holds(struct schema_run *r, uint32_t root,
                        struct schema_value value);
/* NULL is fine. */
void schema_shapes_free(struct schema_shapes *shapes);

/* The node a dynamic reference leads to from here. */
uint32_t schema_dynamic_node(const struct schema_run *r,
                             const struct schema_op *op);

/* Enter a node whose resource has dynamic anchors, and leave it again. */
bool schema_scope_enter(struct schema_run *r, uint32_t node);
void schema_scope_leave(struct schema_run *r, bool entered);

/* Whether a leaf holds for value `at`. */
bool schema_leaf(struct schema_run *r, const struct schema_op *op,
                 const struct td_json_doc *schema, struct schema_value value);

/* Whether a number is an integer, of draft 4 if short_only. */
bool schema_is_integer(struct schema_value v, bool short_only);

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
void schema_trace(struct schema_run *r, uint32_t node,
                  struct schema_value value);

/* Failure number i. */
struct schema_failure schema_failure_at(const struct schema_run *r, uint32_t i);

/* The bytes of a number, or of a string without its quotes and as it is
 * written: these run for every value of every event.
 */
static inline struct td_bytes schema_token(const struct schema_run *r,
                                           const struct td_json_value *v)
{
    return td_bytes(r->bytes + v->start, v->end - v->start);
}

static inline struct td_bytes schema_inner(const struct schema_run *r,
                                           const struct td_json_value *v)
{
    return td_bytes(r->bytes + v->start + 1, v->end - v->start - 2);
}

/* The text of string `at`. */
static inline struct td_bytes schema_text(struct schema_run *r, uint32_t at)
{
    const struct td_json_value *v = &r->values[at];
    struct schema_value value = {r->doc, at};

    return v->flags & TD_JSON_ESCAPED ? schema_value_text(&r->text, value)
                                      : schema_inner(r, v);
}

#endif
