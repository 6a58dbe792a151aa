/* validator/schema_int.h - what the files of the schema engine share.
 *
 * schema_store.c   documents, base URIs, anchors, $ref -> location
 * schema_compile.c a location -> a node
 * schema_leaf.c    operations that look at one value
 * schema_run.c     operations that run other nodes; the machine
 * schema_text.c    what was expected and found, in words
 *
 * The program: a node is one compiled schema, a stretch of operations that must
 * all hold for a value. Lists of nodes and names lie in pools beside it.
 */
#ifndef VALIDATOR_SCHEMA_INT_H
#define VALIDATOR_SCHEMA_INT_H

#include "validator/decimal.h"
#include "validator/equal.h"
#include "validator/format.h"
#include "validator/pattern.h"
#include "validator/schema.h"

#define SCHEMA_NONE UINT32_MAX /* no node */

enum schema_draft { SCHEMA_DRAFT_7, SCHEMA_DRAFT_2020 };

struct schema_document {
    const struct td_jsonx *x;
    bool owned;
    struct td_bytes uri;   /* as it was loaded; allocated */
    uint32_t *resource_of; /* a value: resource + 1 if it starts a schema */
};

/* A schema with a URI of its own: a document's root, or one with $id. */
struct schema_resource {
    struct td_bytes uri; /* without fragment; allocated */
    uint32_t doc;
    uint32_t at;
    enum schema_draft draft;
};

struct schema_anchor {
    struct td_bytes name; /* allocated */
    uint32_t resource;
    uint32_t doc;
    uint32_t at;
};

struct schema_place {
    uint32_t doc;
    uint32_t at;
};

enum schema_op_kind {
    /* leaves */
    SCHEMA_NEVER,
    SCHEMA_TYPE,
    SCHEMA_CONST,
    SCHEMA_ENUM,
    SCHEMA_MINIMUM,
    SCHEMA_MAXIMUM,
    SCHEMA_ABOVE,
    SCHEMA_BELOW,
    SCHEMA_MULTIPLE,
    SCHEMA_MIN_LENGTH,
    SCHEMA_MAX_LENGTH,
    SCHEMA_PATTERN,
    SCHEMA_FORMAT,
    SCHEMA_MIN_COUNT, /* items or members, by .kinds */
    SCHEMA_MAX_COUNT,
    SCHEMA_UNIQUE,
    SCHEMA_NEEDS, /* dependentRequired: if .name then all of .names */
    SCHEMA_LEAVES,
    /* operations that run nodes */
    SCHEMA_OBJECT = SCHEMA_LEAVES,
    SCHEMA_NAMES,
    SCHEMA_ARRAY,
    SCHEMA_CONTAINS,
    SCHEMA_ALL,
    SCHEMA_ANY,
    SCHEMA_ONE,
    SCHEMA_NOT,
    SCHEMA_IF,
    SCHEMA_REF,
    SCHEMA_WHEN_MEMBER, /* dependentSchemas: if .name then .node */
};

/* Bits of a kind set; integers are a set of numbers. */
#define SCHEMA_KIND(kind) (1U << (kind))
#define SCHEMA_INTEGER    (1U << 8)

/* A name of `properties` or `required`. */
struct schema_name {
    struct td_bytes text; /* unescaped; allocated */
    uint64_t hash;
    uint32_t node;     /* SCHEMA_NONE: not in properties */
    uint32_t required; /* 1 + its number among the required names; 0 = is not */
    uint32_t at;       /* required: where the name stands */
};

struct schema_pattern {
    struct check_pattern *pattern;
    uint32_t node;
};

/* Everything about the members of an object in one walk over them. */
struct schema_members {
    struct schema_name *names;
    uint32_t *slots; /* open addressing: index + 1 into names */
    uint32_t names_len;
    uint32_t mask; /* slots - 1 */
    uint32_t required;

    struct schema_pattern *patterns;
    uint32_t patterns_len;
    uint32_t rest; /* additionalProperties, or SCHEMA_NONE */
};

struct schema_op {
    enum schema_op_kind kind;
    uint32_t at;    /* the keyword's value in the node's document */
    uint32_t node;  /* SCHEMA_NOT, _REF, _NAMES, _IF, ...: what to run */
    uint32_t list;  /* _ALL, _ANY, _ONE, _ARRAY: first of its nodes in the pool;
                       _IF: then; _NEEDS: unused */
    uint32_t count; /* how many; _IF: else */
    uint32_t kinds; /* _TYPE, _MIN_COUNT, _MAX_COUNT: kinds it speaks of */
    uint64_t low;   /* counts and lengths; _CONTAINS: minimum */
    uint64_t high;  /* _CONTAINS: maximum */
    bool small;     /* number fits integer below */
    int64_t integer;
    struct check_decimal number;
    struct td_bytes name; /* _NEEDS, _WHEN_MEMBER; allocated */
    struct check_pattern *pattern;
    struct schema_members *members;
    check_format_fn *format;
};

struct schema_node {
    struct schema_place place;
    uint32_t first; /* operations */
    uint32_t count;
    bool leaf; /* all its operations are leaves */
};

struct schema_frame {
    uint32_t node;
    uint32_t value;
    uint32_t op;    /* the operation at hand, from the node's first */
    uint32_t i;     /* where it is: alternative, child, ... */
    uint32_t j;     /* second counter: pattern of a member, ... */
    uint32_t index; /* elements walked over */
    uint64_t hits;
    uint64_t seen; /* required names met */
    bool matched;
    bool failed;
};

struct schema_failure {
    uint32_t node;
    uint32_t op;
    uint32_t at;     /* value */
    uint32_t detail; /* a missing name, ... */
};

struct check_schemas {
    struct check_schema_options how;
    struct schema_document *docs;
    uint32_t docs_len;
    struct schema_resource *resources;
    uint32_t resources_len;
    struct schema_anchor *anchors;
    uint32_t anchors_len;
    struct schema_node *nodes;
    uint32_t nodes_len;
    uint32_t nodes_cap;
    uint32_t nodes_done; /* compiled so far */
    struct schema_op *ops;
    uint32_t ops_len;
    uint32_t ops_cap;
    struct td_buf lists; /* uint32_t nodes */
};

/* What one thread needs to run the program. */
struct check_schema_run {
    const struct check_schemas *set;
    struct check_pattern_memory *patterns;
    struct schema_frame *frames;
    uint32_t frames_len;
    uint32_t frames_cap;
    uint64_t steps;
    bool collect;         /* report failures instead of stopping at one */
    uint32_t alternative; /* how many tries surround us: then do not report */
    bool gave_up;
    uint32_t next_node; /* what the operation at hand wants to run */
    uint32_t next_at;
    const struct td_json_doc *doc; /* the event's */
    struct td_buf failures;        /* struct schema_failure */
    struct check_equal_memory memory;
    struct td_buf text;
    struct td_buf words[4];
};

/* Find $id and anchors of a schema that stands within another document. */
TD_MUST_CHECK enum td_code schema_store_scan(struct check_schemas *set,
                                             struct schema_place place,
                                             struct td_error *err);

/* Load a document of a URI (only if it is not there yet). */
TD_MUST_CHECK enum td_code schema_store_load(struct check_schemas *set,
                                             struct td_bytes uri, uint32_t *doc,
                                             struct td_error *err);

/* Add a document and find every $id and anchor in it. `owned` is released with
 * the set, and at once on error.
 */
TD_MUST_CHECK enum td_code schema_store_add(struct check_schemas *set,
                                            const struct td_jsonx *x,
                                            bool owned, struct td_bytes uri,
                                            uint32_t *doc,
                                            struct td_error *err);

/* Read what stands in a file and add it. */
TD_MUST_CHECK enum td_code schema_store_file(struct check_schemas *set,
                                             const char *path,
                                             struct td_bytes uri, uint32_t *doc,
                                             struct td_error *err);

/* The resource that a place belongs to. */
const struct schema_resource *
schema_store_resource(const struct check_schemas *set,
                      struct schema_place place);

/* Where the reference at `place` (a string) leads. */
TD_MUST_CHECK enum td_code schema_store_resolve(struct check_schemas *set,
                                                struct schema_place place,
                                                struct schema_place *target,
                                                struct td_error *err);

/* Free documents, resources and anchors. */
void schema_store_release(struct check_schemas *set);

/* The node of a place, which will be compiled if it is a new one. */
uint32_t schema_node_of(struct check_schemas *set, struct schema_place place);

/* Compile all nodes that were asked for. */
TD_MUST_CHECK enum td_code schema_compile(struct check_schemas *set,
                                          struct td_error *err);

/* The operation of properties, patternProperties, additionalProperties and
 * required; adds nothing if the schema has none of them.
 */
TD_MUST_CHECK enum td_code schema_compile_members(struct check_schemas *set,
                                                  struct schema_place place,
                                                  struct td_error *err);

/* Add an operation to the node that is being compiled; valid until the next. */
struct schema_op *schema_add_op(struct check_schemas *set,
                                enum schema_op_kind kind, uint32_t at);

/* Compile the pattern that is string `at`. */
TD_MUST_CHECK enum td_code schema_compile_pattern(struct check_schemas *set,
                                                  struct schema_place place,
                                                  struct check_pattern **out,
                                                  struct td_error *err);

/* A copy of string `at` without escapes; free its ptr. */
struct td_bytes schema_copy_text(const struct td_json_doc *doc, uint32_t at);

/* The hash that schema_name.hash holds. */
uint64_t schema_hash(struct td_bytes text);

/* Free an operation's memory. */
void schema_op_release(struct schema_op *op);

/* Free a table of members. NULL is fine. */
void schema_members_free(struct schema_members *members);

/* The index of a name in the table, or SCHEMA_NONE. */
uint32_t schema_find_name(const struct schema_members *members,
                          struct td_bytes text);

/* Whether a leaf holds for value `at`. */
bool schema_leaf(struct check_schema_run *r, const struct schema_op *op,
                 const struct td_json_doc *schema, struct check_value value);

/* Put a failure into words. */
void schema_describe(struct check_schema_run *r,
                     const struct schema_failure *failure,
                     struct check_value value, struct check_problem *out);

#endif
