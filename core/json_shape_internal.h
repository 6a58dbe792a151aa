/* core/json_shape_internal.h - the tree of shapes: json_shape.c walks it,
 * json_shape_learn.c grows it.
 */
#ifndef CORE_JSON_SHAPE_INTERNAL_H
#define CORE_JSON_SHAPE_INTERNAL_H

#include "core/json_internal.h"
#include "core/json_shape.h"

#define JSON_AT_START   UINT32_MAX
#define JSON_GAPS_MAX   8192
#define JSON_GAPS_BLOCK 64 /* of them that are allocated at once */

/* What stands behind a gap. */
enum json_scalar {
    JSON_SCALAR_NONE,
    JSON_SCALAR_WORD,
    JSON_SCALAR_NUMBER,
    JSON_SCALAR_STRING
};

/* What is listed for a gap and its scalar. */
enum json_place {
    JSON_PLACE_OTHER,
    JSON_PLACE_MEMBER, /* a key, and a string or a number */
    JSON_PLACE_ITEM    /* a string or a number alone */
};

/* The text between two scalars, with the quote that opens a string; the values
 * that begin in it, as far from the scalar before it as they are; and what may
 * come next.
 */
struct json_gap {
    uint8_t head[JSON_WIDE]; /* the first bytes, and zeroes */
    uint8_t tail[JSON_WIDE]; /* of a longer one the last */
    uint32_t mask;           /* a bit for each byte of head */
    uint32_t len;
    uint32_t need;  /* bytes that are looked at ... */
    uint32_t reach; /* ... with those of a scalar that is no long one */
    enum json_scalar scalar;
    enum json_place place;
    struct td_json_value pair[2]; /* key and scalar, whose end is left open */
    uint32_t values;              /* where they all are in begun */
    uint32_t values_len;
    uint32_t scalar_at;    /* bytes to the scalar in the document's values */
    uint32_t text;         /* where all of it is in texts */
    uint32_t shape;        /* if there is no scalar; else ... */
    struct json_gap *next; /* ... what stands behind it */
    struct json_gap *other;
};

/* What is known of a container when all of it is: where it ends, seen from the
 * end of the scalar that was the last before that.
 */
struct json_container {
    uint32_t value;
    uint32_t scalar; /* or JSON_AT_START */
    uint32_t end;
    uint32_t next;
    uint32_t count;
};

struct json_shape {
    uint64_t number;
    uint32_t values;
    uint32_t first; /* containers */
    uint32_t len;
    bool suits_line; /* td_json_suits_line(), as far as scalars have no say */
    bool distinct;   /* names of the outermost object, as they are written */
};

struct td_json_shapes {
    unsigned max_depth;
    struct json_gap *first; /* of the tree */
    uint32_t values;        /* of the largest shape */
    struct json_gap *blocks[JSON_GAPS_MAX / JSON_GAPS_BLOCK]; /* or NULL */
    uint32_t gaps_len;
    struct td_buf texts;
    struct td_buf begun;      /* struct td_json_value */
    struct td_buf containers; /* struct json_container */
    struct td_buf shapes;     /* struct json_shape */
    uint32_t credit;
    uint32_t pause;
    uint32_t pause_next;
};

/* Not of a known shape: whether to learn it. Where that happens often, fewer
 * are tried.
 */
bool td_json_shapes_may_learn(struct td_json_shapes *s);

/* Remember the shape of a document that is of none that is known. */
void td_json_shapes_learn(struct td_json_shapes *s,
                          const struct td_json_doc *doc);

#endif
