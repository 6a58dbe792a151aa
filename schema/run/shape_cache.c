#include "core/mem.h"
#include "schema/run/inline.h"

#include <stdlib.h>

/* Of documents of one shape (core/json_shape.h), most of what a schema says
 * holds for all or for none: types of containers, names, counts, which members
 * are required. Once worked out, what is left is a list of checks of scalars,
 * each by the number of its value. A tag among them chooses one of several
 * lists. A schema that asks for more than such a list can say has parts of it
 * that are run as they are.
 */
#define PLACES     128 /* what is remembered; a power of two */
#define STRIKES    4   /* misses before another takes its place */
#define CHECKS_MAX 4096
#define VISITS_MAX 16384
#define LISTS_MAX  512               /* of one place */
#define BYTES_MAX  ((size_t)4194304) /* of all lists */
#define WANTED     2   /* how often a list must be wanted before it is made; */
#define WANTED_MAX 128 /* each time that all are forgotten twice as often */

enum check_kind {
    CHECK_NODE,   /* run node .node */
    CHECK_STEP,   /* run step .step, and nothing of the node */
    CHECK_NUMBER, /* any */
    CHECK_FROM_0,
    CHECK_FROM_1,
    CHECK_RANGE,
    CHECK_FILLED, /* one character or more */
    CHECK_LENGTH,
    CHECK_TEXT,
    CHECK_TEXTS,
    CHECK_PATTERN,
};

/* What is left to check of a value. */
struct check_left {
    uint16_t kind;  /* enum check_kind */
    uint16_t flags; /* of the value: with one of these the node decides */
    uint32_t at;
    uint32_t node;
    uint32_t step;
    uint32_t guess; /* CHECK_TEXTS: the number that came last */
};

struct checks {
    uint32_t wanted; /* how often, before it was made */
    bool made;
    bool never;         /* no document of the shape is good */
    bool none;          /* there is no list: run the schema */
    uint32_t depth;     /* of the deepest check, as in the schema */
    struct td_buf list; /* struct check_left */
};

/* A schema over a value of documents of one shape. */
struct place {
    uint64_t shape; /* 0: free */
    uint32_t root;
    uint32_t at;
    uint32_t strikes;
    uint32_t wanted;              /* before there was a list */
    const struct schema_tag *tag; /* what tells the lists apart, or NULL */
    uint32_t tag_at;
    uint32_t guess; /* the value of the tag that came last */
    struct checks *lists;
    uint32_t lists_len;
};

struct schema_shapes {
    struct place places[PLACES];
    size_t bytes; /* of their lists, with some that are gone */
    uint32_t wanted;
};

/* --- what is left --- */

/* SCHEMA_DEPTH bounds the depth. */
/* NOLINTBEGIN(misc-no-recursion) */

struct maker {
    struct schema_run *r;
    struct checks *out;
    const struct schema_tag *tag; /* the first that was met */
    uint32_t tag_at;
    const struct schema_key *chosen; /* the text it has, if it is one of it */
    int64_t visits; /* steps that a run of all of it would take */
    uint32_t depth;
    bool given_up;
};

static bool make_node(struct maker *m, uint32_t node, uint32_t at);

static void visit(struct maker *m, int64_t steps)
{
    m->visits += steps;
    m->given_up |= m->visits > VISITS_MAX;
}

static void add_check(struct maker *m, struct check_left c)
{
    if (m->depth > m->out->depth)
        m->out->depth = m->depth;
    (void)td_buf_add(&m->out->list, &c, sizeof(c));
    m->given_up |= m->out->list.len > CHECKS_MAX * sizeof(c);
}

static enum check_kind kind_of_number(const struct schema_step *s)
{
    if (s->high == INT64_MAX && s->low == 0)
        return CHECK_FROM_0;
    return s->high == INT64_MAX && s->low == 1 ? CHECK_FROM_1 : CHECK_RANGE;
}

static enum check_kind kind_of_length(const struct schema_step *s)
{
    return s->high == INT64_MAX && s->low == 1 ? CHECK_FILLED : CHECK_LENGTH;
}

static enum check_kind kind_of(const struct schema_step *s)
{
    if (!s->alone)
        return CHECK_NODE;
    switch ((int)s->kind) {
    case STEP_RANGE:
        return kind_of_number(s);
    case STEP_LENGTH:
        return kind_of_length(s);
    case STEP_TEXT:
        return CHECK_TEXT;
    case STEP_TEXTS:
        return CHECK_TEXTS;
    case STEP_PATTERN:
        return CHECK_PATTERN;
    default:
        return CHECK_NODE;
    }
}

/* A word may be another one the next time. */
static bool make_word(struct maker *m, uint32_t node, uint32_t at)
{
    static const unsigned words = SCHEMA_KIND(TD_JSON_NULL) |
                                  SCHEMA_KIND(TD_JSON_FALSE) |
                                  SCHEMA_KIND(TD_JSON_TRUE);
    const struct schema_fast *f = &m->r->nodes[node];

    if ((f->kinds & words) == words && !f->first[TD_JSON_NULL] &&
        !f->first[TD_JSON_FALSE] && !f->first[TD_JSON_TRUE])
        return true;
    add_check(m,
              (struct check_left){.kind = CHECK_NODE, .at = at, .node = node});
    return true;
}

/* What chose the list is not checked again. */
static bool is_chosen(const struct maker *m, const struct check_left *c)
{
    return m->chosen && c->at == m->tag_at && c->kind == CHECK_TEXT &&
           td_bytes_equal(m->chosen->text, m->r->list[c->step].key->text);
}

static bool make_scalar(struct maker *m, uint32_t node, uint32_t at)
{
    const struct schema_fast *f = &m->r->nodes[node];
    unsigned kind = m->r->values[at].kind;
    struct check_left c = {.kind = CHECK_NODE, .at = at, .node = node};
    bool integer = kind == TD_JSON_NUMBER && f->integer;

    if (kind < TD_JSON_NUMBER)
        return make_word(m, node, at);
    if (!(f->kinds >> kind & 1))
        return false;
    c.step = f->first[kind];
    if (!c.step && !integer)
        return true;
    c.kind = (uint16_t)(c.step ? kind_of(&m->r->list[c.step]) : CHECK_NUMBER);
    if (integer || c.kind == CHECK_FROM_1)
        c.flags = TD_JSON_NOT_INT;
    if (c.kind >= CHECK_LENGTH)
        c.flags = TD_JSON_ESCAPED;
    if (!is_chosen(m, &c))
        add_check(m, c);
    return true;
}

static bool make_others(struct maker *m, const struct schema_members *s,
                        uint32_t key, bool matched)
{
    struct schema_run *r = m->r;
    struct schema_value name = {r->doc, key};

    visit(m, s->patterns_len);
    for (uint32_t i = 0; i < s->patterns_len; i++) {
        enum schema_match match =
            schema_pattern_match(s->patterns[i].pattern, r->patterns,
                                 schema_value_text(&r->text, name));

        m->given_up |= match == SCHEMA_GAVE_UP;
        if (match != SCHEMA_MATCH)
            continue;
        matched = true;
        if (!make_node(m, s->patterns[i].node, key + 1))
            return false;
    }
    return matched || s->rest == SCHEMA_NONE || make_node(m, s->rest, key + 1);
}

static bool make_members(struct maker *m, const struct schema_members *s,
                         uint32_t at)
{
    const struct td_json_value *values = m->r->values;

    if (s->required > 64)
        visit(m, (int64_t)s->required * values[at].count);
    for (uint32_t i = 0; s->required > 0 && i < s->table.len; i++) {
        if (s->names[i].required &&
            !td_json_member(m->r->doc, at, s->table.keys[i].text))
            return false;
    }
    for (uint32_t key = at + 1; key < values[at].next;
         key = values[key + 1].next) {
        uint32_t found = schema_table_find(&s->table, schema_text(m->r, key));
        bool named =
            found != SCHEMA_NONE && s->names[found].node != SCHEMA_NONE;

        if (named && !make_node(m, s->names[found].node, key + 1))
            return false;
        if (s->others && !make_others(m, s, key, named))
            return false;
    }
    return true;
}

/* Elements from number `from` on. */
static bool make_items(struct maker *m, const struct schema_op *op,
                       uint32_t node, uint32_t at)
{
    const struct td_json_value *values = m->r->values;
    uint32_t number = 0;

    for (uint32_t i = at + 1; i < values[at].next; i = values[i].next) {
        uint32_t item = op && number < op->count
                            ? schema_listed(m->r->set, op->list, number)
                            : node;

        if (item != SCHEMA_NONE && !make_node(m, item, i))
            return false;
        number++;
    }
    return true;
}

static bool make_names(struct maker *m, uint32_t node, uint32_t at)
{
    const struct td_json_value *values = m->r->values;
    int64_t steps = m->r->steps;

    m->r->depth = m->depth;
    for (uint32_t key = at + 1; key < values[at].next;
         key = values[key + 1].next) {
        if (!schema_eval(m->r, node, key, NULL))
            return false;
    }
    visit(m, steps - m->r->steps);
    return true;
}

/* The first tag chooses the list, if it leaves one alternative; a further one
 * is run as it is.
 */
static bool make_tagged(struct maker *m, const struct schema_step *s,
                        uint32_t at, bool *done)
{
    const struct schema_tag *tag = s->tag;
    uint32_t tag_at = schema_tag_value(tag, m->r->doc, at);
    uint32_t number = schema_tag_number(m->r, tag, at);

    *done = false;
    if (number == SCHEMA_NONE || (m->tag && m->tag != tag) ||
        (m->tag && m->tag_at != tag_at) || tag->values.len >= LISTS_MAX)
        return true;
    m->tag = tag;
    m->tag_at = tag_at;
    if (number < tag->values.len)
        m->chosen = &tag->values.keys[number];
    if (tag->starts[number + 1] - tag->starts[number] > 1)
        return true;
    *done = true;
    return tag->starts[number + 1] > tag->starts[number] &&
           make_node(m, tag->nodes[tag->starts[number]], at);
}

static bool make_step(struct maker *m, const struct schema_step *s, uint32_t at)
{
    const struct td_json_value *v = &m->r->values[at];
    const struct schema_op *op = &m->r->set->ops[s->node];
    bool good = true;
    bool done = true;

    visit(m, v->count);
    switch ((int)s->kind) {
    case STEP_NEVER:
        return false;
    case STEP_COUNT:
        return v->count >= s->low && v->count <= s->high;
    case STEP_MEMBERS:
        return make_members(m, s->members, at);
    case STEP_ITEMS:
        return make_items(m, NULL, s->node, at);
    case STEP_ARRAY:
        return make_items(m, op, op->node, at);
    case STEP_NAMES:
        return make_names(m, op->node, at);
    case STEP_RUN:
        return make_node(m, s->node, at);
    case STEP_WHEN_MEMBER:
        return !td_json_member(m->r->doc, at, op->name) ||
               make_node(m, op->node, at);
    case STEP_TAGGED:
        good = make_tagged(m, s, at, &done);
        break;
    default:
        done = false;
        break;
    }
    if (!done)
        add_check(m, (struct check_left){.kind = CHECK_STEP,
                                         .at = at,
                                         .step = (uint32_t)(s - m->r->list)});
    return good;
}

/* List what is left of a node over a value; false: it cannot hold. */
static bool make_node(struct maker *m, uint32_t node, uint32_t at)
{
    const struct td_json_value *v = &m->r->values[at];
    const struct schema_fast *f = &m->r->nodes[node];
    bool good = true;

    visit(m, 1);
    m->given_up |= m->depth >= SCHEMA_DEPTH;
    if (m->given_up)
        return true;
    m->given_up |= f->scoped;
    if (v->kind < TD_JSON_ARRAY)
        return make_scalar(m, node, at);
    if (!(f->kinds >> v->kind & 1))
        return false;
    if (f->late) {
        add_check(
            m, (struct check_left){.kind = CHECK_NODE, .at = at, .node = node});
        return true;
    }
    m->depth++;
    for (const struct schema_step *s = &m->r->list[f->first[v->kind]];
         s->kind != STEP_END && good; s++)
        good = make_step(m, s, at);
    m->depth--;
    return good;
}

/* NOLINTEND(misc-no-recursion) */

static SCHEMA_INLINE uint32_t list_of(struct place *p, struct schema_run *r)
{
    struct td_bytes text;
    uint32_t number;

    if (!p->tag)
        return 0;
    if (r->values[p->tag_at].kind != TD_JSON_STRING)
        return p->tag->values.len;
    text = schema_text(r, p->tag_at);
    if (schema_key_is(&p->tag->values.keys[p->guess], schema_words(text), text))
        return p->guess;
    number = schema_table_find(&p->tag->values, text);
    if (number == SCHEMA_NONE)
        return p->tag->values.len;
    p->guess = number;
    return number;
}

static int compare_checks(const void *a, const void *b)
{
    const struct check_left *x = a;
    const struct check_left *y = b;

    return x->kind != y->kind ? (x->kind > y->kind) - (x->kind < y->kind)
                              : (x->at > y->at) - (x->at < y->at);
}

static void release_place(struct place *p)
{
    for (uint32_t i = 0; i < p->lists_len; i++)
        td_buf_release(&p->lists[i].list);
    free(p->lists);
    *p = (struct place){0};
}

/* Make room for lists; place p stays, without any. */
static void forget_lists(struct schema_shapes *shapes, struct place *p)
{
    struct place own = {.shape = p->shape, .root = p->root, .at = p->at};

    for (uint32_t i = 0; i < PLACES; i++)
        release_place(&shapes->places[i]);
    *p = own;
    shapes->bytes = 0;
    if (shapes->wanted < WANTED_MAX)
        shapes->wanted *= 2;
}

/* The list for the document at hand. */
static struct checks *make_checks(struct schema_run *r, struct place *p)
{
    struct checks made = {.made = true};
    struct maker m = {.r = r, .out = &made};
    uint32_t number;

    if (r->shapes->bytes > BYTES_MAX)
        forget_lists(r->shapes, p);
    made.never = !make_node(&m, p->root, p->at);
    made.none = m.given_up || r->gave_up;
    if (made.list.len > 0)
        qsort(made.list.ptr, made.list.len / sizeof(struct check_left),
              sizeof(struct check_left), compare_checks);
    if (!p->lists) {
        p->tag = m.tag;
        p->tag_at = m.tag_at;
        p->lists_len = m.tag ? m.tag->values.len + 1 : 1;
        p->lists = td_calloc(p->lists_len, sizeof(*p->lists));
        r->shapes->bytes += p->lists_len * sizeof(*p->lists);
    }
    r->shapes->bytes += made.list.cap;
    number = list_of(p, r);
    p->lists[number] = made;
    return &p->lists[number];
}

/* --- checking it --- */

static SCHEMA_INLINE bool is_one_of(struct check_left *c,
                                    const struct schema_table *table,
                                    struct td_bytes text)
{
    uint32_t found;

    if (schema_key_is(&table->keys[c->guess], schema_words(text), text))
        return true;
    found = schema_table_find(table, text);
    if (found != SCHEMA_NONE)
        c->guess = found;
    return found != SCHEMA_NONE;
}

/* True if that is all it takes; else the node is asked. */
static SCHEMA_INLINE bool is_settled(const struct schema_run *r,
                                     struct check_left *c,
                                     const enum check_kind kind)
{
    const struct td_json_value *v = &r->values[c->at];
    const struct schema_step *s = &r->list[c->step];

    if (v->flags & c->flags)
        return false;
    switch (kind) {
    case CHECK_NUMBER:
        return true;
    case CHECK_FROM_0:
        return r->bytes[v->start] != '-';
    case CHECK_FROM_1:
        return r->bytes[v->start] >= '1';
    case CHECK_RANGE:
        return schema_in_range(r, s, v) == SCHEMA_YES;
    case CHECK_FILLED:
        return v->end - v->start > 2;
    case CHECK_LENGTH:
        return schema_has_length(r, s, v) == SCHEMA_YES;
    case CHECK_TEXT:
        return schema_key_is(s->key, schema_words(schema_inner(r, v)),
                             schema_inner(r, v));
    case CHECK_TEXTS:
        return is_one_of(c, s->table, schema_inner(r, v));
    case CHECK_PATTERN:
        return schema_pattern_match(s->pattern, r->patterns,
                                    schema_inner(r, v)) == SCHEMA_MATCH;
    case CHECK_NODE:
    case CHECK_STEP:
    default:
        return false;
    }
}

/* Compiled for each kind. */
static SCHEMA_INLINE struct check_left *
pass_settled(const struct schema_run *r, struct check_left *c,
             const struct check_left *end, const enum check_kind kind)
{
    while (c < end && c->kind == kind && is_settled(r, c, kind))
        c++;
    return c;
}

/* The list is sorted by kind. The limits of a run of the whole schema must not
 * come later here: what the list spares is taken off, which is no more than was
 * visited to make it.
 */
static bool fit_all(struct schema_run *r, const struct checks *checks)
{
    struct check_left *c = (struct check_left *)(void *)checks->list.ptr;
    const struct check_left *end =
        c ? c + checks->list.len / sizeof(*c) : NULL; /* or nothing is left */

    r->steps -= VISITS_MAX;
    r->depth = checks->depth;
    for (;; c++) {
        c = pass_settled(r, c, end, CHECK_NUMBER);
        c = pass_settled(r, c, end, CHECK_FROM_0);
        c = pass_settled(r, c, end, CHECK_FROM_1);
        c = pass_settled(r, c, end, CHECK_RANGE);
        c = pass_settled(r, c, end, CHECK_FILLED);
        c = pass_settled(r, c, end, CHECK_LENGTH);
        c = pass_settled(r, c, end, CHECK_TEXT);
        c = pass_settled(r, c, end, CHECK_TEXTS);
        c = pass_settled(r, c, end, CHECK_PATTERN);
        if (c == end)
            return !r->gave_up;
        if (c->kind == CHECK_STEP ? !schema_eval_step(r, c->step, c->at)
                                  : !schema_eval(r, c->node, c->at, NULL))
            return false;
    }
}

void schema_shapes_free(struct schema_shapes *shapes)
{
    if (!shapes)
        return;
    for (uint32_t i = 0; i < PLACES; i++)
        release_place(&shapes->places[i]);
    free(shapes);
}

/* Where documents of this shape are remembered, or NULL. */
static struct place *place_of(struct schema_run *r, uint32_t root,
                              struct schema_value v)
{
    uint64_t shape = v.doc->shape;
    struct place *p;

    if (!r->shapes) {
        r->shapes = td_calloc(1, sizeof(*r->shapes));
        r->shapes->wanted = WANTED;
    }
    p = &r->shapes->places[(shape + v.at + (uint64_t)root * 7) % PLACES];
    if (p->shape == shape && p->root == root && p->at == v.at) {
        p->strikes = 0;
        return p;
    }
    if (p->shape && ++p->strikes < STRIKES)
        return NULL;
    release_place(p);
    p->shape = shape;
    p->root = root;
    p->at = v.at;
    return p;
}

bool schema_shape_holds(struct schema_run *r, uint32_t root,
                        struct schema_value value)
{
    struct place *p = value.doc->shape ? place_of(r, root, value) : NULL;
    struct checks *checks = NULL;

    if (!p)
        return false;
    if (p->lists)
        checks = &p->lists[list_of(p, r)];
    if (!checks || !checks->made) {
        if (++*(checks ? &checks->wanted : &p->wanted) < r->shapes->wanted)
            return false;
        checks = make_checks(r, p);
    }
    return !checks->never && !checks->none && fit_all(r, checks);
}
