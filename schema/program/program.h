/* schema/program/program.h - what a set of schemas is made of: documents with
 * their resources and anchors, and the program.
 *
 * A node is one compiled schema, a stretch of operations that must all hold for
 * a value. Lists of nodes lie in a pool beside it.
 */
#ifndef SCHEMA_PROGRAM_PROGRAM_H
#define SCHEMA_PROGRAM_PROGRAM_H

#include "core/jsonx.h"
#include "schema/program/options.h"
#include "schema/program/step.h"
#include "schema/value/decimal.h"
#include "schema/value/equal.h"
#include "schema/value/folders.h"
#include "schema/value/name_table.h"

enum schema_draft {
    SCHEMA_DRAFT_4,
    SCHEMA_DRAFT_6,
    SCHEMA_DRAFT_7,
    SCHEMA_DRAFT_2019,
    SCHEMA_DRAFT_2020,
};

/* Sets of drafts. */
#define SCHEMA_IN(draft)    (1U << (draft))
#define SCHEMA_FROM(draft)  (0x1FU & ~(SCHEMA_IN(draft) - 1))
#define SCHEMA_UNTIL(draft) (SCHEMA_IN(draft) * 2 - 1)
#define SCHEMA_EVERY        0x1FU

/* Groups of keywords that a metaschema can leave out. */
#define SCHEMA_CORE         0x01U /* cannot be left out */
#define SCHEMA_APPLICATOR   0x02U
#define SCHEMA_UNEVALUATED  0x04U
#define SCHEMA_VALIDATION   0x08U
#define SCHEMA_FORMAT_NOTE  0x10U
#define SCHEMA_FORMAT_CHECK 0x20U
#define SCHEMA_CONTENT      0x40U
#define SCHEMA_META         0x80U

struct schema_dialect {
    struct td_bytes uri; /* of its metaschema, without fragment; allocated */
    enum schema_draft draft;
    uint32_t words; /* groups of keywords */
    bool open;      /* it may have keywords that are not known here */
};

struct schema_document {
    const struct td_jsonx *x;
    bool owned;
    bool trusted;          /* judged by its metaschema, or built in */
    struct td_bytes uri;   /* as it was loaded; allocated */
    uint32_t *resource_of; /* a value: resource + 1 if it starts a schema */
    uint32_t *node_of;     /* a value: node + 1 if it is compiled */
};

struct schema_place {
    uint32_t doc;
    uint32_t at;
};

/* A schema with a URI of its own: a document's root, or one with $id. */
struct schema_resource {
    struct td_bytes uri; /* without fragment; allocated */
    struct schema_place place;
    uint32_t dialect;
    bool dynamic; /* it has a $dynamicAnchor, or "$recursiveAnchor": true */
};

struct schema_anchor {
    struct td_bytes name; /* allocated; "" is "$recursiveAnchor": true */
    uint32_t resource;
    struct schema_place place;
    bool dynamic;
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
    SCHEMA_NEEDS, /* dependentRequired: if .name then all of the list .at */
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
    SCHEMA_DYNAMIC,     /* $dynamicRef, $recursiveRef that may lead elsewhere */
    SCHEMA_WHEN_MEMBER, /* dependentSchemas: if .name then .node */
    SCHEMA_LATE_ITEMS,  /* unevaluatedItems */
    SCHEMA_LATE_MEMBERS, /* unevaluatedProperties */
};

/* Bits of a kind set; integers are a set of numbers. */
#define SCHEMA_KIND(kind)    (1U << (kind))
#define SCHEMA_INTEGER       (1U << 8)
#define SCHEMA_SHORT_INTEGER (1U << 9) /* draft 4: 1.0 is none */
#define SCHEMA_KINDS         0x7FU

/* What an object's table knows about a name. */
struct schema_name {
    uint32_t node;     /* SCHEMA_NONE: not in properties */
    uint32_t required; /* 1 + its number among the required names; 0 = is not */
    uint32_t at;       /* required: where the name stands */
    uint64_t bit;      /* of its number, if that is up to 64 */
};

struct schema_member_pattern {
    struct schema_pattern *pattern;
    uint32_t node;
};

/* Everything about the members of an object in one walk over them. */
struct schema_members {
    struct schema_table table;
    struct schema_name *names; /* by number in the table */
    uint32_t required;
    struct schema_member_pattern *patterns;
    uint32_t patterns_len;
    uint32_t rest;     /* additionalProperties, or SCHEMA_NONE */
    bool others;       /* there are patterns or a rest */
    uint32_t names_at; /* the values of the four keywords, or 0 */
    uint32_t patterns_at;
    uint32_t rest_at;
    uint32_t required_at;
    uint32_t guess; /* its first place among a run's guesses; one a name, and
                       one for the start */
};

struct schema_op {
    enum schema_op_kind kind;
    uint32_t at;    /* the keyword's value in the node's document */
    uint32_t node;  /* _NOT, _REF, _NAMES, _IF, ...: what to run */
    uint32_t list;  /* _ALL, _ANY, _ONE, _ARRAY: first of its nodes in the pool;
                       _IF: then */
    uint32_t count; /* how many; _IF: else */
    uint32_t kinds; /* _TYPE, _MIN_COUNT, _MAX_COUNT: kinds it speaks of */
    uint32_t other; /* _ARRAY: the value of prefixItems; _IF: of then or 0;
                       _CONTAINS: 1 if what fits counts as evaluated */
    uint32_t last;  /* _ARRAY: the value of items; _IF: of else; or 0 */
    uint64_t low;   /* counts and lengths; _CONTAINS: minimum */
    uint64_t high;  /* _CONTAINS: maximum */
    bool small;     /* number fits integer below */
    int64_t integer;
    struct schema_decimal number;
    struct td_bytes name; /* _NEEDS, _WHEN_MEMBER, _DYNAMIC; allocated */
    struct schema_pattern *pattern;
    struct schema_members *members;
    schema_format_fn *format;
    struct schema_table *texts; /* _CONST, _ENUM: the strings of it, planned */
    struct schema_tag *tag;     /* _ANY, _ONE: planned; or NULL */
    bool planned;
};

struct schema_node {
    struct schema_place place;
    uint32_t resource;
    uint32_t first; /* operations */
    uint32_t count;
};

struct schema_set {
    struct schema_options how;
    struct schema_dialect *dialects;
    uint32_t dialects_len;
    struct schema_folders folders; /* that references may lead into */
    struct schema_document *docs;
    uint32_t docs_len;
    struct schema_resource *resources;
    uint32_t resources_len;
    struct schema_table uris; /* of resources ... */
    struct td_buf uri_owners; /* ... uint32_t: the first resource of each */
    struct schema_anchor *anchors;
    uint32_t anchors_len;
    struct schema_node *nodes;
    uint32_t nodes_len;
    uint32_t nodes_done; /* compiled so far */
    struct schema_op *ops;
    uint32_t ops_len;
    struct td_buf lists;        /* uint32_t nodes */
    struct schema_table wanted; /* names that a $dynamicRef looks for */
    struct schema_plan *plan;
    struct schema_set *metas; /* metaschemas, to check schemas by */
    uint64_t steps;           /* spent on following references */
    uint32_t guesses;         /* places of all tables of members */
};

/* Number i of the list that begins at `list` in the pool. */
static inline uint32_t schema_listed(const struct schema_set *set,
                                     uint32_t list, uint32_t i)
{
    uint32_t node;

    memcpy(&node, set->lists.ptr + ((size_t)list + i) * sizeof(node),
           sizeof(node));
    return node;
}

/* The document that a node stands in. */
static inline const struct td_json_doc *
schema_doc_of(const struct schema_set *set, uint32_t node)
{
    return &set->docs[set->nodes[node].place.doc].x->json;
}

#endif
