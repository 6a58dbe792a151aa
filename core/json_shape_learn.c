#include "core/json_shape_internal.h"
#include "core/mem.h"

#include <stdatomic.h>
#include <stdlib.h>

#define OTHERS_MAX   16  /* gaps that may stand at one place */
#define CREDIT_START 512 /* what is saved up for learning at first ... */
#define CREDIT_SHAPE 8   /* ... and what a shape costs */
#define PAUSE_MAX    63  /* documents that are not tried */

struct td_json_shapes *td_json_shapes_new(unsigned max_depth)
{
    struct td_json_shapes *s = td_calloc(1, sizeof(*s));

    s->max_depth = max_depth;
    s->credit = CREDIT_START;
    return s;
}

void td_json_shapes_free(struct td_json_shapes *shapes)
{
    if (!shapes)
        return;
    td_buf_release(&shapes->texts);
    td_buf_release(&shapes->begun);
    td_buf_release(&shapes->containers);
    td_buf_release(&shapes->shapes);
    for (size_t i = 0; i < JSON_GAPS_MAX / JSON_GAPS_BLOCK; i++)
        free(shapes->blocks[i]);
    free(shapes);
}

bool td_json_shapes_may_learn(struct td_json_shapes *s)
{
    if (s->credit >= CREDIT_SHAPE) {
        s->credit -= CREDIT_SHAPE;
        return true;
    }
    s->credit++; /* so that what comes late is learned in the end */
    s->pause = s->pause_next;
    s->pause_next =
        s->pause_next * 2 < PAUSE_MAX ? s->pause_next * 2 + 1 : PAUSE_MAX;
    return false;
}

static void forget(struct td_json_shapes *s)
{
    td_buf_clear(&s->texts);
    td_buf_clear(&s->begun);
    td_buf_clear(&s->containers);
    td_buf_clear(&s->shapes);
    s->gaps_len = 0;
    s->first = NULL;
    s->values = 0;
}

/* A document that is learned. */
struct lesson {
    struct td_json_shapes *s;
    const struct td_json_doc *doc;
    bool is_key[TD_JSON_SHAPE_VALUES];
    struct json_gap **list; /* where the next gap stands */
    uint32_t offset;        /* behind the scalar at hand, in the text */
    uint32_t value;         /* the same, in the values */
};

static bool is_scalar(const struct lesson *l, uint32_t i)
{
    return l->doc->values[i].kind < TD_JSON_ARRAY && !l->is_key[i];
}

/* False: the document is too large to be remembered. */
static bool mark_keys(struct lesson *l)
{
    const struct td_json_value *v = l->doc->values;
    size_t bytes = l->doc->text.len;

    if (l->doc->len > TD_JSON_SHAPE_VALUES)
        return false;
    memset(l->is_key, 0, l->doc->len);
    for (uint32_t i = 0; i < l->doc->len; i++) {
        if (v[i].kind != TD_JSON_OBJECT)
            continue;
        for (uint32_t key = i + 1; key < v[i].next; key = v[key + 1].next)
            l->is_key[key] = true;
    }
    for (uint32_t i = 0; i < l->doc->len; i++)
        bytes -= is_scalar(l, i) ? v[i].end - v[i].start : 0;
    return bytes <= TD_JSON_SHAPE_BYTES;
}

static bool has_room(const struct td_json_shapes *s, const struct lesson *l)
{
    return s->gaps_len + l->doc->len + 1 < JSON_GAPS_MAX &&
           s->texts.len + TD_JSON_SHAPE_BYTES < TD_JSON_SHAPES_BYTES;
}

/* Value i as far from the scalar at hand as it is. */
static struct td_json_value seen_from(const struct lesson *l, uint32_t i)
{
    struct td_json_value v = l->doc->values[i];

    v.start -= l->offset;
    v.end -= l->offset;
    return v;
}

/* The values before value `end` that begin in the gap. */
static void keep_values(struct lesson *l, struct json_gap *g, uint32_t end)
{
    g->values = (uint32_t)(l->s->begun.len / sizeof(struct td_json_value));
    g->values_len = end - l->value;
    if (g->scalar >= JSON_SCALAR_NUMBER && g->values_len <= 1)
        g->place = g->values_len ? JSON_PLACE_MEMBER : JSON_PLACE_ITEM;
    g->scalar_at = end * (uint32_t)sizeof(g->pair[0]);
    for (uint32_t i = l->value; i < end; i++) {
        g->pair[0] = seen_from(l, i);
        (void)td_buf_add(&l->s->begun, &g->pair[0], sizeof(g->pair[0]));
    }
    if (g->scalar == JSON_SCALAR_NONE)
        return;
    g->pair[1] = seen_from(l, end);
    (void)td_buf_add(&l->s->begun, &g->pair[1], sizeof(g->pair[1]));
}

/* There is room; see has_room(). A gap stays where it is. */
static struct json_gap *next_gap(struct td_json_shapes *s)
{
    uint32_t number = s->gaps_len++;
    struct json_gap **block = &s->blocks[number / JSON_GAPS_BLOCK];

    if (!*block)
        *block = td_calloc(JSON_GAPS_BLOCK, sizeof(**block));
    return &(*block)[number % JSON_GAPS_BLOCK];
}

static struct json_gap *add_gap(struct lesson *l, struct td_bytes text,
                                enum json_scalar scalar, uint32_t end)
{
    struct td_json_shapes *s = l->s;
    struct json_gap *g = next_gap(s);
    size_t head = text.len < JSON_WIDE ? text.len : JSON_WIDE;

    *g = (struct json_gap){
        .mask = (1u << head) - 1,
        .len = (uint32_t)text.len,
        .need = (uint32_t)(head < text.len ? text.len : JSON_WIDE),
        .text = (uint32_t)s->texts.len,
        .scalar = scalar};
    g->reach =
        g->len + JSON_WIDE + 1 > g->need ? g->len + JSON_WIDE + 1 : g->need;
    memcpy(g->head, text.ptr, head);
    if (text.len > JSON_WIDE)
        memcpy(g->tail, text.ptr + text.len - JSON_WIDE, JSON_WIDE);
    (void)td_buf_add_bytes(&s->texts, text);
    keep_values(l, g, end);
    return g;
}

/* The gap from the scalar at hand to value `end`, which is scalar `scalar` or
 * nothing. Where many stand, it takes the place of the one that has not come
 * for the longest time.
 */
static struct json_gap *need_gap(struct lesson *l, enum json_scalar scalar,
                                 uint32_t end)
{
    struct td_json_shapes *s = l->s;
    uint32_t to =
        scalar == JSON_SCALAR_NONE
            ? (uint32_t)l->doc->text.len
            : l->doc->values[end].start + (scalar == JSON_SCALAR_STRING);
    struct td_bytes text =
        td_bytes(l->doc->text.ptr + l->offset, to - l->offset);
    struct json_gap **link = l->list;

    for (uint32_t n = 0; *link; n++, link = &(*link)->other) {
        struct json_gap *g = *link;

        if (g->scalar == scalar &&
            td_bytes_equal(td_bytes(s->texts.ptr + g->text, g->len), text))
            return g;
        if (n == OTHERS_MAX) {
            *link = NULL;
            break;
        }
    }
    *link = add_gap(l, text, scalar, end);
    return *link;
}

static enum json_scalar scalar_of(const struct td_json_value *v)
{
    if (v->kind == TD_JSON_STRING)
        return JSON_SCALAR_STRING;
    return v->kind == TD_JSON_NUMBER ? JSON_SCALAR_NUMBER : JSON_SCALAR_WORD;
}

/* The scalar that was the last before the end of container i. */
static uint32_t last_scalar(const struct lesson *l, uint32_t i)
{
    uint32_t at = l->doc->values[i].next;

    while (at > 0 && !is_scalar(l, at - 1))
        at--;
    return at > 0 ? at - 1 : JSON_AT_START;
}

static void keep_container(const struct lesson *l, uint32_t i)
{
    const struct td_json_value *v = &l->doc->values[i];
    struct json_container c = {.value = i,
                               .scalar = last_scalar(l, i),
                               .end = v->end,
                               .next = v->next,
                               .count = v->count};

    if (c.scalar != JSON_AT_START)
        c.end -= l->doc->values[c.scalar].end;
    (void)td_buf_add(&l->s->containers, &c, sizeof(c));
}

/* Whether the text suits a line, if no scalar is against it. */
static bool suits_line(const struct lesson *l)
{
    const struct td_json_doc *doc = l->doc;
    const struct td_json_value *v = doc->values;

    for (uint32_t i = 0; i < doc->len; i++)
        if (l->is_key[i] && (v[i].flags & TD_JSON_ESCAPED) &&
            td_json_has_half_pair(td_json_raw(doc, i)))
            return false;
    return td_json_fits_deep(doc->text, TD_JSON_DEPTH_ALL);
}

/* A name with an escape may be any other. */
static bool is_distinct(const struct td_json_doc *doc)
{
    const struct td_json_value *v = doc->values;

    if (v[0].kind != TD_JSON_OBJECT)
        return true;
    for (uint32_t key = 1; key < v[0].next; key = v[key + 1].next) {
        if ((v[key].flags & TD_JSON_ESCAPED) ||
            td_json_member(doc, 0, td_json_inner(doc, key)) != key + 1)
            return false;
    }
    return true;
}

static uint32_t add_shape(const struct lesson *l)
{
    static _Atomic uint64_t numbers;
    struct td_json_shapes *s = l->s;
    uint32_t index = (uint32_t)(s->shapes.len / sizeof(struct json_shape));
    struct json_shape shape = {
        .values = l->doc->len,
        .first = (uint32_t)(s->containers.len / sizeof(struct json_container)),
        .suits_line = suits_line(l),
        .distinct = is_distinct(l->doc)};

    shape.number = atomic_fetch_add(&numbers, 1) + 1;
    for (uint32_t i = 0; i < l->doc->len; i++) {
        if (l->doc->values[i].kind < TD_JSON_ARRAY)
            continue;
        keep_container(l, i);
        shape.len++;
    }
    (void)td_buf_add(&s->shapes, &shape, sizeof(shape));
    s->values = shape.values > s->values ? shape.values : s->values;
    return index;
}

void td_json_shapes_learn(struct td_json_shapes *s,
                          const struct td_json_doc *doc)
{
    struct lesson l = {.s = s, .doc = doc, .list = &s->first};
    struct json_gap *g;

    if (!mark_keys(&l))
        return;
    if (!has_room(s, &l))
        forget(s);
    for (uint32_t i = 0; i < doc->len; i++) {
        if (!is_scalar(&l, i))
            continue;
        g = need_gap(&l, scalar_of(&doc->values[i]), i);
        l.list = &g->next;
        l.offset = doc->values[i].end;
        l.value = i + 1;
    }
    g = need_gap(&l, JSON_SCALAR_NONE, doc->len);
    g->shape = add_shape(&l);
}
