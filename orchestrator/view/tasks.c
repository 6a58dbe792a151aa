/* The view tasks: a row each, in file order. */
#include "orchestrator/view/view_internal.h"

#include "core/clock.h"

#include <stdio.h>
#include <string.h>

#define ID_MAX    24
#define STATE_LEN 11
#define TIME_LEN  8

struct columns {
    unsigned id;
    unsigned name; /* 0: there is none */
    unsigned needs;
};

static unsigned longest_name(const struct plan *plan)
{
    unsigned most = 4;

    for (uint32_t i = 0; i < plan->task_count; i++) {
        unsigned columns = draw_columns(td_text(plan->tasks[i].name));

        most = columns > most ? columns : most;
    }
    return most;
}

static struct columns columns_of(const struct view *v,
                                 const struct view_style *style)
{
    struct columns c = {.id = 2};
    unsigned rest;

    for (uint32_t i = 0; i < v->of.plan->task_count; i++) {
        unsigned len = (unsigned)strlen(v->of.plan->tasks[i].id);

        c.id = len > c.id ? len : c.id;
    }
    c.id = c.id > ID_MAX ? ID_MAX : c.id;
    rest = 5 + c.id + 2 + STATE_LEN + 2 + TIME_LEN + 2;
    rest = style->width > rest ? style->width - rest : 0;
    if (view_has_names(v->of.plan) && rest > 20) {
        unsigned longest = longest_name(v->of.plan) + 2;

        c.name = longest < rest * 2 / 3 ? longest : rest * 2 / 3;
    }
    c.needs = rest - c.name;
    return c;
}

/* "retry 2/4", or the state's word. */
static void add_state(const struct view *v, uint32_t i, struct td_buf *out)
{
    char word[STATE_LEN + 16];
    enum sched_state state = view_state(v, i);

    if (state == SCHED_BACKOFF)
        (void)snprintf(word, sizeof(word), "retry %u/%u",
                       sched_task(v->of.sched, i)->attempt + 1,
                       v->of.plan->tasks[i].retry.attempts);
    else
        (void)snprintf(word, sizeof(word), "%s", view_state_word(state));
    (void)draw_cell(out, word, STATE_LEN, true);
    (void)td_buf_add_text(out, "  ");
}

/* What it took or has taken; else what it is expected to, with "~". */
static void add_time(const struct view *v, uint32_t i, struct td_buf *out)
{
    struct td_buf time = {0};
    enum sched_state state = view_state(v, i);
    bool ran =
        v->of.sched && sched_task(v->of.sched, i)->started_ns != TD_NEVER;

    if (!ran && state < SCHED_COMPLETED) {
        (void)td_buf_add_text(&time, "~");
        draw_time(&time, v->measure.tasks[i].takes_ns);
    } else if (ran) {
        draw_time(&time, view_ran(v, i));
    }
    (void)td_buf_addf(out, "%*s  ", TIME_LEN, td_buf_str(&time));
    td_buf_release(&time);
}

/* Ids of what it needs, as many as there is room for. */
static void add_needs(const struct view *v, uint32_t i, unsigned room,
                      struct td_buf *out)
{
    const struct plan_task *task = &v->of.plan->tasks[i];

    for (uint32_t d = 0; d < task->depends_count; d++) {
        const char *id = v->of.plan->tasks[task->depends_on[d]].id;
        unsigned len = (unsigned)strlen(id) + (d > 0);
        unsigned more = d + 1 < task->depends_count ? 6 : 0;

        if (len + more > room && d > 0) {
            (void)td_buf_addf(out, " +%u", task->depends_count - d);
            return;
        }
        (void)td_buf_addf(out, "%s%s", d ? " " : "", id);
        room = room > len ? room - len : 0;
    }
}

static void add_row(const struct view *v, const struct view_style *style,
                    const struct columns *c, uint32_t i, struct td_buf *out)
{
    size_t from = out->len;

    (void)td_buf_add_text(out, "  ");
    draw_colored_mark(out, view_state(v, i), style);
    (void)td_buf_add_text(out, "  ");
    (void)draw_cell(out, v->of.plan->tasks[i].id, c->id, true);
    (void)td_buf_add_text(out, "  ");
    if (c->name) {
        (void)draw_cell(out, v->of.plan->tasks[i].name, c->name - 2, true);
        (void)td_buf_add_text(out, "  ");
    }
    add_state(v, i, out);
    add_time(v, i, out);
    add_needs(v, i, c->needs, out);
    draw_end(out, from, style);
}

static void add_head(const struct view_style *style, const struct columns *c,
                     struct td_buf *out)
{
    size_t from = out->len;

    (void)td_buf_addf(out, "     %-*s  ", (int)c->id, "id");
    if (c->name)
        (void)td_buf_addf(out, "%-*s", (int)c->name, "task");
    (void)td_buf_addf(out, "%-*s  %*s  needs", STATE_LEN, "state", TIME_LEN,
                      "time");
    draw_end(out, from, style);
}

void view_tasks(const struct view *v, const struct view_style *style,
                const struct view_pick *pick, struct td_buf *out)
{
    struct columns c = columns_of(v, style);
    uint32_t rows = 0;
    uint32_t picked = 0;
    size_t from;

    add_head(style, &c, out);
    for (uint32_t i = 0; i < v->of.plan->task_count; i++) {
        if (!view_picks(v, pick, i))
            continue;
        picked++;
        if (pick->limit && rows >= pick->limit)
            continue;
        rows++;
        add_row(v, style, &c, i, out);
    }
    from = out->len;
    (void)td_buf_addf(out, "  %u of %u", rows, picked);
    if (pick->phase)
        (void)td_buf_addf(out, " in %s", view_phase_word(pick->phase - 1));
    if (pick->state)
        (void)td_buf_addf(out, ", %s", pick->state);
    if (rows < picked)
        (void)td_buf_add_text(out, "; more: --all, --phase, --only, --limit N");
    draw_end(out, from, style);
}
