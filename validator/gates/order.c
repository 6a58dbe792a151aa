/* Which gates run, and in which order. */
#include "validator/gates/run.h"

#include "core/suggest.h"

#include <string.h>

struct picking {
    const struct gates_options *how;
    bool *wanted;
    const struct gates_check **order;
    size_t len;
};

/* As deep as there are gates, GATES_CHECKS_MAX. */
/* NOLINTBEGIN(misc-no-recursion) */
static void want(struct picking *p, const struct gates_check *check)
{
    const struct gates_file *file = p->how->file;
    size_t i = (size_t)(check - file->checks);

    if (p->wanted[i])
        return;
    p->wanted[i] = true;
    for (size_t n = 0; n < check->needs.len; n++)
        want(p, gates_find(file, check->needs.list[n]));
    p->order[p->len++] = check;
}
/* NOLINTEND(misc-no-recursion) */

static enum td_code refuse_pick(const struct gates_options *how,
                                const char *pick, struct td_error *err)
{
    struct td_suggestion near = {.word = pick};

    for (size_t i = 0; i < how->file->len; i++)
        td_suggest(&near, how->file->checks[i].name);
    (void)td_error_set(err, TD_USAGE, "--check", 0,
                       "\"%.80s\" is no gate of %.100s and no kind", pick,
                       how->file->path);
    if (near.best)
        return td_error_hint(err, "did you mean %s?", near.best);
    return td_error_hint(err, "see --list");
}

static enum td_code pick_one(struct picking *p, const char *pick,
                             struct td_error *err)
{
    const struct gates_file *file = p->how->file;
    const struct gates_check *named = gates_find(file, pick);
    bool any = named != NULL;

    if (named)
        want(p, named);
    for (size_t i = 0; i < file->len && !named; i++) {
        if (!strcmp(verdict_kind_text(file->checks[i].kind), pick)) {
            want(p, &file->checks[i]);
            any = true;
        }
    }
    return any ? TD_OK : refuse_pick(p->how, pick, err);
}

enum td_code gates_order(const struct gates_options *how,
                         struct td_arena *arena,
                         const struct gates_check ***order, size_t *len,
                         struct td_error *err)
{
    const struct gates_file *file = how->file;
    struct picking p = {.how = how};
    bool all = !how->picks || !how->picks[0];
    enum td_code code = TD_OK;

    p.wanted = td_arena_alloc(arena, file->len * sizeof(*p.wanted));
    p.order = td_arena_alloc(arena, file->len * sizeof(*p.order));
    for (size_t i = 0; all && i < file->len; i++)
        want(&p, &file->checks[i]);
    for (size_t i = 0; !all && code == TD_OK && how->picks[i]; i++)
        code = pick_one(&p, how->picks[i], err);
    *order = p.order;
    *len = p.len;
    return code;
}
