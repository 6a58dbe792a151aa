/* What only the whole of a gate, or of all gates, can tell. */
#include "validator/gates/load_internal.h"

#include <stdlib.h>
#include <string.h>

/* Keys that mean something in some kinds only: '1' is the bit of a kind. */
#define IN(kind) (1u << VERDICT_##kind)
#define READERS  (IN(TESTS) | IN(COVERAGE) | IN(LINT) | IN(PERFORMANCE))

static const struct {
    const char *key;
    unsigned kinds;
} places[] = {
    {"reads", READERS},
    {"newer_than", READERS},
    {"roots", IN(COVERAGE) | IN(LINT)},
    {"include", IN(COVERAGE) | IN(LINT)},
    {"exclude", IN(COVERAGE) | IN(LINT)},
    {"unmeasured", IN(COVERAGE)},
    {"whitespace", IN(COVERAGE) | IN(LINT)},
    {"min", IN(TESTS)},
    {"allow_empty", READERS},
    {"must_see", IN(COVERAGE) | IN(LINT)},
    {"retry", IN(TESTS)},
    {"fail", READERS},
    {"warn", READERS},
    {"a", IN(PERFORMANCE)},
    {"b", IN(PERFORMANCE)},
    {"blocks", IN(PERFORMANCE)},
    {"tape", IN(STREAM)},
    {"contract", IN(STREAM)},
};

static const char *kind_text(enum verdict_kind kind)
{
    static const char *const texts[] = {
#define KIND_TEXT(name, text) text,
        VERDICT_KINDS(KIND_TEXT)
#undef KIND_TEXT
    };

    return texts[kind];
}

static enum td_code check_places(struct loader *l)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        uint32_t at =
            td_jsonx_member(l->r.doc, l->check->at + 1, places[i].key);

        if (at && !(places[i].kinds & (1u << l->check->kind)))
            return gates_refuse(l, at, "%s means nothing in a gate of kind %s",
                                places[i].key, kind_text(l->check->kind));
    }
    return TD_OK;
}

/* What a kind cannot do without. */
static const char *missing(const struct gates_check *c)
{
    bool ab = c->a.len > 0 || c->b.len > 0;

    if (c->kind == VERDICT_CUSTOM)
        return c->run.len ? NULL : "run";
    if (c->kind == VERDICT_STREAM)
        return c->tape ? NULL : "tape";
    if (c->kind == VERDICT_PERFORMANCE && ab)
        return !c->a.len ? "a" : !c->b.len ? "b" : NULL;
    return c->inputs_len                    ? NULL
           : c->kind == VERDICT_PERFORMANCE ? "reads, or a and b"
                                            : "reads";
}

static enum td_code check_performance(struct loader *l)
{
    const struct gates_check *c = l->check;

    if (c->a.len == 0)
        return TD_OK;
    if (c->run.len || c->inputs_len)
        return gates_refuse(l, c->at,
                            "a and b are measured, so run and reads "
                            "have no place beside them");
    if (c->blocks < 8)
        return gates_refuse(l, c->at,
                            "fewer than 8 blocks cannot show "
                            "anything with p < 0.01 twice");
    return TD_OK;
}

enum td_code gates_settle_check(struct loader *l)
{
    struct gates_check *c = l->check;
    const char *lacks;

    if (!td_jsonx_member(l->r.doc, c->at + 1, "timeout"))
        c->timeout_ns = GATES_TIMEOUT_NS;
    if (!td_jsonx_member(l->r.doc, c->at + 1, "blocks"))
        c->blocks = GATES_BLOCKS;
    if (c->kind == VERDICT_PERFORMANCE &&
        !td_jsonx_member(l->r.doc, c->at + 1, "pool"))
        c->pool = GATES_EXCLUSIVE;
    if (check_places(l))
        return TD_USAGE;
    lacks = missing(c);
    if (lacks)
        return gates_refuse(l, c->at, "a gate of kind %s needs %s",
                            kind_text(c->kind), lacks);
    return check_performance(l);
}

/* Depth-first; the trail is the way that led here. */
struct trail {
    struct loader *l;
    uint8_t *state; /* 0 not seen, 1 on the trail, 2 done */
    size_t steps[GATES_CHECKS_MAX + 1];
    size_t len;
};

static size_t index_of(const struct gates_file *file, const char *name)
{
    const struct gates_check *check = gates_find(file, name);

    return check ? (size_t)(check - file->checks) : file->len;
}

/* The ring, as it is walked: a -> b -> a. */
static enum td_code tell_ring(struct trail *t, size_t again)
{
    struct gates_file *file = t->l->file;
    struct td_buf path = {0};
    size_t first = 0;

    while (t->steps[first] != again)
        first++;
    for (size_t i = first; i < t->len; i++)
        (void)td_buf_addf(&path, "%s -> ", file->checks[t->steps[i]].name);
    (void)td_buf_add_text(&path, file->checks[again].name);
    (void)gates_refuse(t->l, file->checks[again].at,
                       "gates need each other in a ring: %.250s",
                       td_buf_str(&path));
    td_buf_release(&path);
    return TD_USAGE;
}

/* As deep as there are gates, GATES_CHECKS_MAX. */
/* NOLINTBEGIN(misc-no-recursion) */
static enum td_code walk(struct trail *t, size_t i)
{
    const struct gates_check *c = &t->l->file->checks[i];

    if (t->state[i] == 2)
        return TD_OK;
    if (t->state[i] == 1)
        return tell_ring(t, i);
    t->state[i] = 1;
    t->steps[t->len++] = i;
    for (size_t n = 0; n < c->needs.len; n++) {
        if (walk(t, index_of(t->l->file, c->needs.list[n])))
            return TD_USAGE;
    }
    t->len--;
    t->state[i] = 2;
    return TD_OK;
}
/* NOLINTEND(misc-no-recursion) */

/* The value in the document of the n-th need. */
static uint32_t need_at(const struct loader *l, const struct gates_check *c,
                        size_t n)
{
    uint32_t at = td_jsonx_member(l->r.doc, c->at + 1, "needs");

    if (!td_jsonx_is(l->r.doc, at, TD_JSON_ARRAY))
        return at;
    for (at++; n > 0; n--)
        at = l->r.doc->json.values[at].next;
    return at;
}

static enum td_code refuse_need(struct loader *l, const struct gates_check *c,
                                size_t n)
{
    const char **names =
        td_arena_alloc(&l->file->arena, (l->file->len + 1) * sizeof(*names));
    size_t len = 0;

    for (size_t i = 0; i < l->file->len; i++) {
        if (&l->file->checks[i] != c)
            names[len++] = l->file->checks[i].name;
    }
    (void)gates_refuse(l, need_at(l, c, n), "there is no gate \"%.80s\"",
                       c->needs.list[n]);
    if (len == 0)
        return td_error_hint(l->r.err, "%.80s is the only one", c->name);
    return gates_meant(l, c->needs.list[n], names);
}

/* Does one gate need another, directly or through others? */
static bool needs(struct loader *l, const struct gates_check *c,
                  const char *name, size_t len)
{
    const struct gates_file *file = l->file;
    size_t *queue =
        td_arena_alloc(&l->file->arena, (file->len + 1) * sizeof(*queue));
    bool *seen = td_arena_alloc(&l->file->arena, file->len * sizeof(*seen));
    size_t end = 0;

    queue[end++] = (size_t)(c - file->checks);
    for (size_t at = 0; at < end; at++) {
        const struct verdict_words *list = &file->checks[queue[at]].needs;

        for (size_t n = 0; n < list->len; n++) {
            size_t i = index_of(file, list->list[n]);

            if (strlen(list->list[n]) == len &&
                !memcmp(list->list[n], name, len))
                return true;
            if (!seen[i])
                queue[end++] = i;
            seen[i] = true;
        }
    }
    return false;
}

/* ${NAME.OUT} in a text: of a gate that has run by then. */
static enum td_code check_outs(struct loader *l, const struct gates_check *c,
                               uint32_t at)
{
    char *text = td_jsonx_text(l->r.doc, at);
    enum td_code code = TD_OK;

    for (const char *p = text; code == TD_OK && (p = strstr(p, "${")); p++) {
        size_t len = strcspn(p + 2, ".}");

        if (strncmp(p + 2 + len, ".OUT}", 5) != 0 || needs(l, c, p + 2, len))
            continue;
        code = gates_refuse(l, at,
                            "${%.*s.OUT} is of a gate that %s does not "
                            "need",
                            (int)(len < 80 ? len : 80), p + 2, c->name);
        (void)td_error_hint(l->r.err, "add needs: [%.*s]",
                            (int)(len < 80 ? len : 80), p + 2);
    }
    free(text);
    return code;
}

static enum td_code check_all_outs(struct loader *l)
{
    const struct td_json_value *v = l->r.doc->json.values;

    for (size_t i = 0; i < l->file->len; i++) {
        const struct gates_check *c = &l->file->checks[i];

        for (uint32_t at = c->at + 2; at < v[c->at + 1].next; at++) {
            if (v[at].kind == TD_JSON_STRING && check_outs(l, c, at))
                return TD_USAGE;
        }
    }
    return TD_OK;
}

enum td_code gates_check_graph(struct loader *l)
{
    struct gates_file *file = l->file;
    struct trail *t;

    for (size_t i = 0; i < file->len; i++) {
        const struct gates_check *c = &file->checks[i];

        for (size_t n = 0; n < c->needs.len; n++) {
            if (index_of(file, c->needs.list[n]) == file->len)
                return refuse_need(l, c, n);
        }
    }
    t = td_arena_alloc(&file->arena, sizeof(*t));
    t->l = l;
    t->state = td_arena_alloc(&file->arena, file->len + 1);
    for (size_t i = 0; i < file->len; i++) {
        if (walk(t, i))
            return TD_USAGE;
    }
    return check_all_outs(l);
}
