#include "validator/expr/sequence.h"

#include "core/mem.h"
#include "validator/expr/compiler.h"

#include <stdlib.h>

typedef uint64_t place_set[CHECK_SEQUENCE_WORDS];

enum node_kind { NODE_EVENT, NODE_CHAIN, NODE_CHOICE, NODE_REPEAT };

/* The expression as a tree. Children of a chain or choice are linked. */
struct node {
    enum node_kind kind;
    uint32_t event; /* NODE_EVENT */
    uint32_t child; /* the first; UINT32_MAX: none */
    uint32_t next;  /* of the same parent */
    uint32_t least; /* NODE_REPEAT */
    uint32_t most;  /* UINT32_MAX: no end */
};

struct check_sequence {
    struct check_selector *events[CHECK_SEQUENCE_EVENTS];
    uint32_t events_len;
    uint32_t places;
    uint32_t words; /* that places need */
    bool nullable;
    place_set first;
    place_set last;
    place_set *follow;                         /* of each place */
    place_set of_event[CHECK_SEQUENCE_EVENTS]; /* places of each event */
};

struct parser {
    struct expr_reader *r;
    struct check_sequence *s;
    struct node *nodes;
    uint32_t len;
};

/* --- the tree --- */

static uint32_t add_node(struct parser *p, struct node node)
{
    p->nodes = td_realloc(p->nodes, (p->len + 1) * sizeof(*p->nodes));
    p->nodes[p->len] = node;
    return p->len++;
}

static uint8_t peek_byte(const struct expr_reader *r, size_t pos)
{
    return pos < r->text.len ? r->text.ptr[pos] : 0;
}

static void skip_space(struct expr_reader *r)
{
    while (peek_byte(r, r->pos) && strchr(" \t\r\n", peek_byte(r, r->pos)))
        r->pos++;
}

/* The number of this selector among the events of the sequence. */
static enum td_code number_event(struct parser *p, struct check_selector *s,
                                 uint32_t *event)
{
    struct check_sequence *q = p->s;

    for (*event = 0; *event < q->events_len; ++*event) {
        if (!strcmp(check_selector_text(q->events[*event]),
                    check_selector_text(s))) {
            check_selector_free(s);
            return TD_OK;
        }
    }
    if (q->events_len == CHECK_SEQUENCE_EVENTS) {
        check_selector_free(s);
        return expr_limit(p->r, "a sequence of more than 56 different events");
    }
    q->events[q->events_len++] = s;
    return TD_OK;
}

/* Recursion ends at CHECK_SEQUENCE_NESTING. */
/* NOLINTBEGIN(misc-no-recursion) */
static enum td_code parse_choice(struct parser *p, uint32_t *node);

static enum td_code parse_event(struct parser *p, uint32_t *node)
{
    struct check_selector *selector = NULL;
    struct node n = {.kind = NODE_EVENT, .child = UINT32_MAX};
    enum td_code code = expr_read_one(p->r, &selector);

    if (code == TD_OK)
        code = number_event(p, selector, &n.event);
    n.next = UINT32_MAX;
    *node = add_node(p, n);
    return code;
}

static enum td_code parse_atom(struct parser *p, uint32_t *node)
{
    struct expr_reader *r = p->r;
    uint8_t c;
    enum td_code code;

    skip_space(r);
    c = peek_byte(r, r->pos);
    if (c && strchr("?*+{", c)) {
        (void)expr_fail(r, r->pos,
                        "there is nothing here that \"%c\" could "
                        "repeat",
                        c);
        return td_error_hint(r->err, "any event is written as a point");
    }
    if (c != '(')
        return parse_event(p, node);
    r->pos++;
    if (++r->nesting > CHECK_SEQUENCE_NESTING)
        return expr_limit(r, "this sequence is nested too deep");
    code = parse_choice(p, node);
    r->nesting--;
    return code ? code : expr_expect(r, ')', "a part of the sequence");
}

static bool read_count(struct expr_reader *r, uint32_t *n)
{
    size_t from = r->pos;

    for (*n = 0; peek_byte(r, r->pos) >= '0' && peek_byte(r, r->pos) <= '9';
         r->pos++) {
        if (*n <= CHECK_SEQUENCE_PLACES)
            *n = *n * 10 + (uint32_t)(peek_byte(r, r->pos) - '0');
    }
    return r->pos > from;
}

/* {n}, {m,n} or {m,}; the brace is behind us. */
static enum td_code read_counts(struct expr_reader *r, struct node *n)
{
    size_t from = r->pos;
    bool good = read_count(r, &n->least);

    n->most = n->least;
    if (good && peek_byte(r, r->pos) == ',') {
        r->pos++;
        if (!read_count(r, &n->most))
            n->most = UINT32_MAX;
    }
    if (!good || peek_byte(r, r->pos) != '}')
        return expr_fail(r, from,
                         "a repeat is {TIMES}, {LEAST,MOST} or "
                         "{LEAST,}");
    r->pos++;
    if (n->least > CHECK_SEQUENCE_PLACES ||
        (n->most != UINT32_MAX && n->most > CHECK_SEQUENCE_PLACES)) {
        r->pos = from;
        return expr_limit(r, "a repeat of more than 512 times");
    }
    if (n->most == 0 || n->most < n->least)
        return expr_fail(r, from, "a repeat of %u to %u times", n->least,
                         n->most);
    return TD_OK;
}

static enum td_code parse_repeat(struct parser *p, uint32_t *node)
{
    struct expr_reader *r = p->r;
    enum td_code code = parse_atom(p, node);
    uint8_t c = code ? 0 : peek_byte(r, r->pos);
    struct node n = {.kind = NODE_REPEAT,
                     .child = *node,
                     .next = UINT32_MAX,
                     .least = c == '+',
                     .most = c == '?' ? 1 : UINT32_MAX};

    if (!c || !strchr("?*+{", c))
        return code;
    r->pos++;
    if (c == '{')
        code = read_counts(r, &n);
    *node = add_node(p, n);
    return code;
}

static bool at_end_of_chain(struct expr_reader *r)
{
    skip_space(r);
    return r->pos >= r->text.len || strchr("|)", peek_byte(r, r->pos));
}

/* Parts of one kind under one parent. */
static enum td_code parse_row(struct parser *p, enum node_kind kind,
                              uint32_t *node)
{
    enum td_code code = TD_OK;
    uint32_t before = UINT32_MAX;
    uint32_t child = 0;

    *node = add_node(
        p,
        (struct node){.kind = kind, .child = UINT32_MAX, .next = UINT32_MAX});
    do {
        code = kind == NODE_CHAIN ? parse_repeat(p, &child)
                                  : parse_row(p, NODE_CHAIN, &child);
        if (code)
            return code;
        if (before == UINT32_MAX)
            p->nodes[*node].child = child;
        else
            p->nodes[before].next = child;
        before = child;
    } while (kind == NODE_CHAIN ? !at_end_of_chain(p->r)
                                : expr_accept(p->r, '|'));
    return code;
}

static enum td_code parse_choice(struct parser *p, uint32_t *node)
{
    return parse_row(p, NODE_CHOICE, node);
}
/* NOLINTEND(misc-no-recursion) */

/* --- the automaton --- */

/* A stretch of the expression: where it begins and ends. */
struct part {
    bool nullable;
    place_set first;
    place_set last;
};

static void unite(place_set a, const place_set b)
{
    for (int i = 0; i < CHECK_SEQUENCE_WORDS; i++)
        a[i] |= b[i];
}

/* What ends `a` may be followed by what begins `b`. */
static void connect(struct check_sequence *s, const place_set last,
                    const place_set first)
{
    for (uint32_t p = 0; p < s->places; p++) {
        if (last[p / 64] >> p % 64 & 1)
            unite(s->follow[p], first);
    }
}

static void append(struct check_sequence *s, struct part *a,
                   const struct part *b)
{
    connect(s, a->last, b->first);
    if (a->nullable)
        unite(a->first, b->first);
    if (!b->nullable)
        memset(a->last, 0, sizeof(a->last));
    unite(a->last, b->last);
    a->nullable = a->nullable && b->nullable;
}

/* The nodes are no deeper than what was parsed. */
/* NOLINTBEGIN(misc-no-recursion) */
static bool make(struct parser *p, uint32_t node, struct part *out);

static bool make_event(struct parser *p, const struct node *n, struct part *out)
{
    struct check_sequence *s = p->s;
    uint32_t place = s->places;
    uint64_t bit = UINT64_C(1) << place % 64;

    if (place == CHECK_SEQUENCE_PLACES)
        return false;
    s->follow = td_realloc(s->follow, (place + 1) * sizeof(*s->follow));
    memset(s->follow[place], 0, sizeof(s->follow[place]));
    s->places++;
    s->of_event[n->event][place / 64] |= bit;
    out->first[place / 64] |= bit;
    out->last[place / 64] |= bit;
    return true;
}

/* x{2,4} is x x x? x?, x{2,} is x x+ with the last one again and again. */
static bool make_repeat(struct parser *p, const struct node *n,
                        struct part *out)
{
    uint32_t copies = n->most == UINT32_MAX ? n->least : n->most;

    out->nullable = true;
    if (copies == 0)
        copies = 1;
    for (uint32_t i = 0; i < copies; i++) {
        struct part copy = {0};

        if (!make(p, n->child, &copy))
            return false;
        if (n->most == UINT32_MAX && i + 1 == copies)
            connect(p->s, copy.last, copy.first);
        if (i >= n->least)
            copy.nullable = true;
        append(p->s, out, &copy);
    }
    return true;
}

static bool make(struct parser *p, uint32_t node, struct part *out)
{
    struct node n = p->nodes[node];

    if (n.kind == NODE_EVENT)
        return make_event(p, &n, out);
    if (n.kind == NODE_REPEAT)
        return make_repeat(p, &n, out);
    out->nullable = n.kind == NODE_CHAIN;
    for (uint32_t i = n.child; i != UINT32_MAX; i = p->nodes[i].next) {
        struct part part = {0};

        if (!make(p, i, &part))
            return false;
        if (n.kind == NODE_CHAIN) {
            append(p->s, out, &part);
            continue;
        }
        unite(out->first, part.first);
        unite(out->last, part.last);
        out->nullable = out->nullable || part.nullable;
    }
    return true;
}
/* NOLINTEND(misc-no-recursion) */

static enum td_code compile(struct parser *p, uint32_t root)
{
    struct part all = {0};

    if (!make(p, root, &all)) {
        p->r->pos = 0;
        return expr_limit(p->r, "a sequence of more than 512 events, with its "
                                "repeats written out");
    }
    memcpy(p->s->first, all.first, sizeof(all.first));
    memcpy(p->s->last, all.last, sizeof(all.last));
    p->s->nullable = all.nullable;
    p->s->words = (p->s->places + 63) / 64;
    return TD_OK;
}

static enum td_code read_all(struct parser *p)
{
    uint32_t root = 0;
    enum td_code code = parse_choice(p, &root);
    struct expr_token t = expr_peek(p->r);

    if (code == TD_OK && t.kind != EXPR_END)
        code = expr_unexpected(p->r, &t, "the end of the sequence");
    return code ? code : compile(p, root);
}

enum td_code check_sequence_load(struct check_sequence **out,
                                 struct check_words *words,
                                 const struct td_jsonx *doc, uint32_t at,
                                 struct td_error *err)
{
    struct check_env env = {.words = words, .doc = doc, .events = UINT32_MAX};
    struct check_sequence *s = td_calloc(1, sizeof(*s));
    struct expr_reader r;
    struct parser p = {.r = &r, .s = s};
    enum td_code code = expr_open(
        &r, &env, at, "a sequence is text like \"start work* end\"", err);

    if (code == TD_OK) {
        code = read_all(&p);
        expr_close(&r);
    }
    free(p.nodes);
    if (code)
        check_sequence_free(s);
    else
        *out = s;
    return code;
}

void check_sequence_free(struct check_sequence *sequence)
{
    if (!sequence)
        return;
    for (uint32_t i = 0; i < sequence->events_len; i++)
        check_selector_free(sequence->events[i]);
    free(sequence->follow);
    free(sequence);
}

uint32_t check_sequence_events(const struct check_sequence *sequence)
{
    return sequence->events_len;
}

struct check_selector *check_sequence_take(struct check_sequence *sequence,
                                           uint32_t event)
{
    struct check_selector *selector = sequence->events[event];

    sequence->events[event] = NULL;
    return selector;
}

/* --- a reading --- */

/* The places that may come next. */
static void find_next(const struct check_sequence *s,
                      const struct check_sequence_state *state, place_set out)
{
    memset(out, 0, sizeof(place_set));
    if (!state->begun) {
        memcpy(out, s->first, sizeof(place_set));
        return;
    }
    for (uint32_t w = 0; w < s->words; w++) {
        for (uint64_t left = state->places[w]; left; left &= left - 1) {
            const uint64_t *follow =
                s->follow[w * 64 + (uint32_t)__builtin_ctzll(left)];

            for (uint32_t i = 0; i < s->words; i++)
                out[i] |= follow[i];
        }
    }
}

bool check_sequence_step(const struct check_sequence *sequence,
                         struct check_sequence_state *state, uint64_t events,
                         bool anywhere)
{
    place_set next;
    uint64_t any = 0;

    find_next(sequence, state, next);
    for (uint32_t w = 0; w < sequence->words; w++) {
        uint64_t mask = 0;

        for (uint64_t left = events; left; left &= left - 1)
            mask |= sequence->of_event[__builtin_ctzll(left)][w];
        next[w] = (next[w] | (anywhere ? sequence->first[w] : 0)) & mask;
        any |= next[w];
    }
    if (!any)
        return false;
    memcpy(state->places, next, sizeof(state->places));
    state->begun = true;
    return true;
}

bool check_sequence_done(const struct check_sequence *sequence,
                         const struct check_sequence_state *state)
{
    if (!state->begun)
        return sequence->nullable;
    for (uint32_t w = 0; w < sequence->words; w++) {
        if (state->places[w] & sequence->last[w])
            return true;
    }
    return false;
}

uint64_t check_sequence_next(const struct check_sequence *sequence,
                             const struct check_sequence_state *state)
{
    place_set next;
    uint64_t events = 0;

    find_next(sequence, state, next);
    for (uint32_t e = 0; e < sequence->events_len; e++) {
        for (uint32_t w = 0; w < sequence->words; w++) {
            if (next[w] & sequence->of_event[e][w])
                events |= UINT64_C(1) << e;
        }
    }
    return events;
}
