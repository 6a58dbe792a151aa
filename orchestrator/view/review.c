/* A plan judged before it runs. */
#include "orchestrator/view/doubt.h"
#include "orchestrator/view/way.h"

#include "core/mem.h"

#include <stdlib.h>

#define INDENT 13
#define LABEL  "  %-10s "
#define CREWS  12 /* numbers of workers that are tried: 1, 2, 4 ... */
#define NAMES  4  /* of one kind of doubt, before the rest is counted */

struct crew {
    uint32_t workers;
    uint64_t takes_ns;
};

/* How long it takes with more and more workers, as long as more help. */
static unsigned try_crews(const struct view *v, struct crew *crews)
{
    const struct plan *plan = v->of.plan;
    struct sched_options options = {
        .execution = "", .usual = v->of.usual, .waves = v->of.waves};
    struct sched_span *spans =
        td_calloc((size_t)plan->task_count + 1, sizeof(*spans));
    unsigned count = 0;

    for (uint32_t workers = 1; count < CREWS; workers *= 2) {
        struct crew *crew = &crews[count++];

        options.workers = workers;
        crew->workers = workers;
        crew->takes_ns =
            sched_simulate(plan, &options, NULL, v->of.guesses, spans);
        if (crew->takes_ns <= v->measure.path_ns || workers >= plan->task_count)
            break;
    }
    free(spans);
    return count;
}

static void line(struct td_buf *out, const char *label, struct td_buf *text,
                 const struct view_style *style)
{
    size_t from = out->len;

    (void)td_buf_addf(out, LABEL, label);
    way_wrap(out, from, td_buf_str(text), INDENT, style);
    td_buf_release(text);
}

static void add_path(const struct view *v, const struct view_style *style,
                     struct td_buf *out)
{
    const struct measure *m = &v->measure;
    struct td_buf text = {0};

    (void)td_buf_addf(&text, "%u task%s, ", m->path_count,
                      draw_s(m->path_count));
    draw_time(&text, m->path_ns);
    (void)td_buf_add_text(&text, m->path_count ? ": " : "");
    way_text(v, m->path, m->path_count, &text);
    line(out, "critical", &text, style);
}

static void add_parallel(const struct view *v, const struct view_style *style,
                         struct td_buf *out)
{
    const struct measure *m = &v->measure;
    struct td_buf text = {0};

    (void)td_buf_add_text(&text, "all tasks one by one take ");
    draw_time(&text, m->sum_ns);
    (void)td_buf_addf(&text, ", %.1f times the critical path; ",
                      m->path_ns ? (double)m->sum_ns / (double)m->path_ns : 0);
    (void)td_buf_addf(&text, "widest is wave %u with %u task%s", m->widest,
                      m->width, draw_s(m->width));
    line(out, "parallel", &text, style);
}

static void add_crews(const struct view *v, const struct view_style *style,
                      struct td_buf *out)
{
    struct crew crews[CREWS];
    unsigned count = try_crews(v, crews);
    struct td_buf text = {0};

    for (unsigned i = 0; i < count; i++) {
        (void)td_buf_addf(&text, "%s%u: ", i ? ", " : "", crews[i].workers);
        draw_time(&text, crews[i].takes_ns);
    }
    line(out, "workers", &text, style);
}

static void add_sources(const struct view *v, const struct view_style *style,
                        struct td_buf *out)
{
    const uint32_t *n = v->measure.sources;
    struct td_buf text = {0};

    (void)td_buf_addf(&text,
                      "of %u tasks from earlier runs (at most %u of each), %u "
                      "by estimate, %u a guess of 1 s",
                      n[MEASURE_PAST], v->of.runs, n[MEASURE_PLAN],
                      n[MEASURE_GUESS]);
    line(out, "times", &text, style);
}

/* Where, then what: as errors of lint are told. */
static void add_doubt(const struct view *v, const struct doubt *doubt,
                      const struct view_style *style, struct td_buf *out)
{
    const struct plan *plan = v->of.plan;
    struct td_buf text = {0};
    size_t from = out->len;

    (void)td_buf_add_text(out, "  ");
    if (doubt->task != UINT32_MAX)
        (void)td_buf_addf(&text, "%s:%u: ", plan->file,
                          plan->tasks[doubt->task].where.line);
    (void)td_buf_add_text(&text, doubt->text);
    way_wrap(out, from, td_buf_str(&text), 4, style);
    td_buf_release(&text);
}

static void add_doubts(const struct view *v, const struct view_style *style,
                       const struct doubts *doubts, struct td_buf *out)
{
    uint32_t counts[DOUBT_KINDS] = {0};

    (void)td_buf_addf(out, "%u doubt%s%s\n", doubts->count,
                      draw_s(doubts->count),
                      doubts->cut ? ", and some that were not looked for: the "
                                    "plan is too large"
                                  : "");
    for (uint32_t i = 0; i < doubts->count; i++)
        if (counts[doubts->list[i].kind]++ < NAMES)
            add_doubt(v, &doubts->list[i], style, out);
    for (unsigned kind = 0; kind < DOUBT_KINDS; kind++)
        if (counts[kind] > NAMES)
            (void)td_buf_addf(out, "  and %u more: %s (--json has all)\n",
                              counts[kind] - NAMES, doubt_word(kind));
}

enum td_code view_draw_review(const struct view *view,
                              const struct view_style *style,
                              struct td_buf *out)
{
    struct doubts doubts = {.count = 0};

    view_overview(view, style, out);
    add_path(view, style, out);
    add_parallel(view, style, out);
    add_crews(view, style, out);
    add_sources(view, style, out);
    doubts_find(&doubts, view->of.plan, view->of.workers);
    add_doubts(view, style, &doubts, out);
    doubts_release(&doubts);
    return td_buf_add(out, NULL, 0);
}

static void put_doubts(const struct view *v, struct td_json_writer *w)
{
    const struct plan *plan = v->of.plan;
    struct doubts doubts = {.count = 0};

    doubts_find(&doubts, plan, v->of.workers);
    td_json_array(w, "doubts");
    for (uint32_t i = 0; i < doubts.count; i++) {
        const struct doubt *doubt = &doubts.list[i];

        td_json_object(w, NULL);
        td_json_put_text(w, "kind", doubt_word(doubt->kind));
        td_json_put_text_or_null(
            w, "task",
            doubt->task == UINT32_MAX ? NULL : plan->tasks[doubt->task].id);
        td_json_put_u64(w, "line",
                        doubt->task == UINT32_MAX
                            ? 1
                            : plan->tasks[doubt->task].where.line);
        td_json_put_text(w, "text", doubt->text);
        td_json_object_end(w);
    }
    td_json_array_end(w);
    td_json_put_bool(w, "all_doubts", !doubts.cut);
    doubts_release(&doubts);
}

void view_json_review(const struct view *view, struct td_json_writer *w)
{
    static const struct view_pick every = {.phase = 0};
    const struct measure *m = &view->measure;
    struct crew crews[CREWS];
    unsigned count = try_crews(view, crews);

    view_json(view, VIEW_OVERVIEW, &every, w);
    way_json(view, "critical_path", m->path, m->path_count, w);
    view_put_ms(w, "sum_ms", m->sum_ns);
    td_json_put_fixed(w, "parallelism",
                      m->path_ns ? (double)m->sum_ns / (double)m->path_ns : 0,
                      2);
    td_json_put_u64(w, "widest_wave", m->widest);
    td_json_put_u64(w, "width", m->width);
    td_json_array(w, "by_workers");
    for (unsigned i = 0; i < count; i++) {
        td_json_object(w, NULL);
        td_json_put_u64(w, "workers", crews[i].workers);
        view_put_ms(w, "takes_ms", crews[i].takes_ns);
        td_json_object_end(w);
    }
    td_json_array_end(w);
    put_doubts(view, w);
}
