/* The errors of a plan, in the order of its lines. */
#include "orchestrator/plan/load_internal.h"

#include "core/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct plan_told_error {
    uint32_t line;
    uint32_t column;
    uint32_t order;
    enum td_code code;
    const char *where;
    const char *text;
    const char *hint;
};

/* ":11:14" at the end of where. */
static void find_place(struct plan_told_error *e)
{
    const char *column = strrchr(e->where, ':');
    const char *line = column;

    while (line && line > e->where && line[-1] != ':')
        line--;
    if (!line || line == e->where)
        return;
    e->line = (uint32_t)strtoul(line, NULL, 10);
    e->column = (uint32_t)strtoul(column + 1, NULL, 10);
}

static void keep(void *self, const struct td_error *error)
{
    struct plan_told *told = self;
    struct plan_told_error *e;

    if (told->count == PLAN_ERRORS_MAX) {
        told->more++;
        return;
    }
    told->list = td_list_room(told->list, told->count, sizeof(*told->list));
    e = &told->list[told->count];
    *e = (struct plan_told_error){
        .order = told->count++,
        .code = error->code,
        .where = td_arena_copy(&told->arena, error->where),
        .text = td_arena_copy(&told->arena, error->text),
        .hint = td_arena_copy(&told->arena, error->hint),
    };
    find_place(e);
}

struct td_jsonx_errors plan_told_listener(struct plan_told *told)
{
    return (struct td_jsonx_errors){keep, told};
}

static int compare(const void *a, const void *b)
{
    const struct plan_told_error *x = a;
    const struct plan_told_error *y = b;

    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static void give(const struct plan_told *told, const char *file,
                 const struct td_jsonx_errors *errors)
{
    struct td_error error = {0};

    for (uint32_t i = 0; i < told->count; i++) {
        const struct plan_told_error *e = &told->list[i];

        (void)td_error_set(&error, e->code, e->where, 0, "%s", e->text);
        if (*e->hint)
            (void)td_error_hint(&error, "%s", e->hint);
        errors->report(errors->self, &error);
    }
    if (told->more == 0)
        return;
    (void)td_error_set(&error, TD_USAGE, file, 0,
                       "%" PRIu64 " more errors are not shown", told->more);
    errors->report(errors->self, &error);
}

enum td_code plan_told_give(struct plan_told *told, const char *file,
                            const struct td_jsonx_errors *errors,
                            struct td_error *err)
{
    enum td_code code = TD_OK;

    if (told->count > 0) {
        const struct plan_told_error *first = told->list;

        qsort(told->list, told->count, sizeof(*told->list), compare);
        code =
            td_error_set(err, first->code, first->where, 0, "%s", first->text);
        if (*first->hint)
            (void)td_error_hint(err, "%s", first->hint);
        if (errors)
            give(told, file, errors);
    }
    free(told->list);
    td_arena_release(&told->arena);
    *told = (struct plan_told){0};
    return code;
}
