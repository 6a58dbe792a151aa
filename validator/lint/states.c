#include "validator/lint/lint_internal.h"

#include "core/mem.h"

#include <stdlib.h>

/* The states of an automaton are the keys of `allow`, by their number. */
struct graph {
    const struct check_lint *lint;
    const struct td_json_doc *json;
    uint32_t allow;
    bool *reached;
};

static struct td_bytes inner(const struct graph *g, uint32_t at)
{
    return td_json_inner(g->json, at);
}

/* Keys are compared as they are written: names of states are plain words. */
static bool same(const struct graph *g, uint32_t a, uint32_t b)
{
    return g->json->values[a].kind == TD_JSON_STRING &&
           g->json->values[b].kind == TD_JSON_STRING &&
           td_bytes_equal(inner(g, a), inner(g, b));
}

static bool mark(const struct graph *g, uint32_t name)
{
    uint32_t n = 0;

    for (uint32_t key = g->allow + 1; key < g->json->values[g->allow].next;
         key = g->json->values[key + 1].next, n++) {
        if (same(g, key, name) && !g->reached[n]) {
            g->reached[n] = true;
            return true;
        }
    }
    return false;
}

/* Mark what stands at `at`: one name, or a list of them. */
static bool mark_all(const struct graph *g, uint32_t at)
{
    bool more = false;

    if (g->json->values[at].kind != TD_JSON_ARRAY)
        return mark(g, at);
    for (uint32_t i = at + 1; i < g->json->values[at].next;
         i = g->json->values[i].next)
        more = mark(g, i) || more;
    return more;
}

/* One round over the states that are reached; true if it reached more. */
static bool spread(const struct graph *g)
{
    bool more = false;
    uint32_t n = 0;

    for (uint32_t key = g->allow + 1; key < g->json->values[g->allow].next;
         key = g->json->values[key + 1].next, n++) {
        if (g->reached[n])
            more = mark_all(g, key + 1) || more;
    }
    return more;
}

static void tell(const struct graph *g)
{
    uint32_t n = 0;

    for (uint32_t key = g->allow + 1; key < g->json->values[g->allow].next;
         key = g->json->values[key + 1].next, n++) {
        struct td_bytes name = inner(g, key);

        if (!g->reached[n])
            check_doubt(g->lint, key,
                        "let some state lead to it, or leave it "
                        "out",
                        "nothing leads to the state \"%.*s\"",
                        (int)(name.len < 80 ? name.len : 80),
                        (const char *)name.ptr);
    }
}

void check_lint_states(const struct check_lint *lint, uint32_t at)
{
    struct graph g = {.lint = lint, .json = &lint->doc->json};
    uint32_t start = check_lint_member(lint, at, "start");

    g.allow = check_lint_member(lint, at, "allow");
    if (g.allow == 0 || start == 0)
        return;
    g.reached = td_calloc(g.json->values[g.allow].count + 1, sizeof(bool));
    (void)mark_all(&g, start);
    while (spread(&g))
        ;
    tell(&g);
    free(g.reached);
}
