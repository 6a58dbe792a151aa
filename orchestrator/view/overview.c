/* The views overview and timeline: how far all of it is. */
#include "orchestrator/view/way.h"

#define BAR_CELLS 50
#define PHASE_BAR 40
#define LABEL     "  %-10s "
#define INDENT    13

static unsigned bar_cells(const struct view_style *style, unsigned most,
                          unsigned beside)
{
    unsigned room = style->width > beside + 4 ? style->width - beside : 4;

    return room < most ? room : most;
}

static void add_title(const struct view *v, const struct view_style *style,
                      struct td_buf *out)
{
    size_t from = out->len;

    (void)td_buf_add_text(out, "plan ");
    (void)draw_cell(out, v->of.plan->name, style->width, false);
    if (v->of.execution)
        (void)td_buf_addf(out, "  %s", v->of.execution);
    draw_end(out, from, style);
}

static void add_size(const struct view *v, const struct view_style *style,
                     struct td_buf *out)
{
    const struct plan *plan = v->of.plan;
    size_t from = out->len;

    (void)td_buf_addf(out, LABEL, "tasks");
    draw_number(out, plan->task_count);
    (void)td_buf_addf(out, " in %u wave%s, critical path ", plan->waves,
                      draw_s(plan->waves));
    draw_number(out, v->measure.path_count);
    (void)td_buf_addf(out, " task%s, about ", draw_s(v->measure.path_count));
    draw_time(out, v->measure.path_ns);
    draw_end(out, from, style);
}

/* What the numbers of an estimate are made of. */
static void add_sources(const struct view *v, struct td_buf *out)
{
    const uint32_t *n = v->measure.sources;
    const char *comma = "";

    if (n[MEASURE_PAST]) {
        (void)td_buf_addf(out, "%u of %u tasks known from earlier runs",
                          n[MEASURE_PAST], v->of.plan->task_count);
        comma = ", ";
    }
    if (n[MEASURE_PLAN]) {
        (void)td_buf_addf(out, "%s%u from the plan", comma, n[MEASURE_PLAN]);
        comma = ", ";
    }
    if (n[MEASURE_GUESS])
        (void)td_buf_addf(out, "%s%u taken as 1 s each", comma,
                          n[MEASURE_GUESS]);
}

static void add_estimate(const struct view *v, const struct view_style *style,
                         struct td_buf *out)
{
    struct td_buf text = {0};
    size_t from = out->len;

    (void)td_buf_addf(out, LABEL, "estimate");
    draw_time(&text, v->takes_ns);
    (void)td_buf_addf(&text, " on %u worker%s%s", v->of.workers,
                      draw_s(v->of.workers),
                      v->of.plan->task_count ? ": " : "");
    add_sources(v, &text);
    way_wrap(out, from, td_buf_str(&text), INDENT, style);
    td_buf_release(&text);
}

static void add_budget(const struct view *v, const struct view_style *style,
                       struct td_buf *out)
{
    const struct plan_budget *budget = &v->of.plan->budget;
    size_t from = out->len;
    const char *comma = "";

    (void)td_buf_addf(out, LABEL, "budget");
    if (budget->tokens != PLAN_NO_LIMIT) {
        draw_number(out, budget->tokens);
        (void)td_buf_add_text(out, " tokens");
        comma = ", ";
    }
    if (budget->cost_usd >= 0) {
        (void)td_buf_addf(out, "%s$%.2f", comma, budget->cost_usd);
        comma = ", ";
    }
    if (budget->wall_ns != PLAN_NO_LIMIT) {
        (void)td_buf_add_text(out, comma);
        draw_time(out, budget->wall_ns);
    } else if (!*comma) {
        (void)td_buf_add_text(out, "none");
    }
    draw_end(out, from, style);
}

static uint32_t count_outputs(const struct plan *plan)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < plan->task_count; i++)
        count += plan->tasks[i].outputs.count;
    return count;
}

static void add_artifacts(const struct view *v, const struct view_style *style,
                          struct td_buf *out)
{
    size_t from = out->len;

    (void)td_buf_addf(out, LABEL, "artifacts");
    draw_number(out, count_outputs(v->of.plan));
    (void)td_buf_add_text(out, " expected");
    draw_end(out, from, style);
}

static void add_progress(const struct view *v, const struct view_style *style,
                         const struct view_counts *counts, struct td_buf *out)
{
    size_t from = out->len;

    (void)td_buf_addf(out, LABEL, "progress");
    draw_bar(out, style, bar_cells(style, BAR_CELLS, INDENT + 8), counts->ended,
             v->of.plan->task_count);
    (void)td_buf_addf(out, " %.1f%%",
                      draw_percent(counts->ended, v->of.plan->task_count));
    draw_end(out, from, style);
}

/* Some number of tasks and what they do, if there are any. */
static void add_some(struct td_buf *out, const char **comma, uint32_t count,
                     const char *one, const char *many)
{
    if (count == 0)
        return;
    (void)td_buf_addf(out, "%s%u %s", *comma, count, count == 1 ? one : many);
    *comma = ", ";
}

static void add_ends(struct td_buf *out, const struct view_counts *counts)
{
    const char *comma = "";

    add_some(out, &comma, counts->states[SCHED_COMPLETED], "done", "done");
    add_some(out, &comma, counts->states[SCHED_CACHED], "cached", "cached");
    add_some(out, &comma, counts->states[SCHED_FAILED], "failed", "failed");
    add_some(out, &comma, counts->states[SCHED_SKIPPED], "skipped", "skipped");
    add_some(out, &comma, counts->states[SCHED_CANCELLED], "cancelled",
             "cancelled");
}

static void add_moment(const struct view *v, struct td_buf *out,
                       const struct view_counts *counts)
{
    const struct sched_counts *sums = sched_counts(v->of.sched);
    const uint32_t *n = counts->states;
    const char *comma = ", ";

    (void)td_buf_addf(out, "wave %u of %u", sums->wave, v->of.plan->waves);
    add_some(out, &comma,
             n[SCHED_RUNNING] + n[SCHED_STOPPING] + n[SCHED_VERIFYING],
             "running", "running");
    add_some(out, &comma, n[SCHED_BACKOFF], "waits to retry", "wait to retry");
    add_some(out, &comma, n[SCHED_HELD], "waits for you", "wait for you");
    add_some(out, &comma, n[SCHED_FAILED], "failed", "failed");
    if (sums->paused)
        (void)td_buf_add_text(out, ", paused");
}

static void add_now(const struct view *v, const struct view_style *style,
                    const struct view_counts *counts, struct td_buf *out)
{
    size_t from = out->len;

    (void)td_buf_addf(out, LABEL, "now");
    if (!v->of.sched) {
        (void)td_buf_add_text(out, "nothing has run");
    } else if (sched_counts(v->of.sched)->finished) {
        (void)td_buf_add_text(out, "ended after ");
        draw_time(out, v->of.now_ns);
        (void)td_buf_add_text(out, counts->all ? ": " : "");
        add_ends(out, counts);
    } else {
        add_moment(v, out, counts);
    }
    draw_end(out, from, style);
}

void view_overview(const struct view *v, const struct view_style *style,
                   struct td_buf *out)
{
    struct view_counts counts = view_count(v, 0);

    add_title(v, style, out);
    add_size(v, style, out);
    add_estimate(v, style, out);
    add_budget(v, style, out);
    add_artifacts(v, style, out);
    add_progress(v, style, &counts, out);
    add_now(v, style, &counts, out);
}

/* ---- timeline ---- */

/* All of it, some of it, nothing of it; bad if one failed. */
static enum sched_state state_of(const struct view_counts *c)
{
    const uint32_t *n = c->states;

    if (n[SCHED_FAILED])
        return SCHED_FAILED;
    if (c->ended == c->all)
        return n[SCHED_COMPLETED] + n[SCHED_CACHED] ? SCHED_COMPLETED
                                                    : SCHED_SKIPPED;
    return c->ended + n[SCHED_WAITING] + n[SCHED_READY] < c->all || c->ended
               ? SCHED_RUNNING
               : SCHED_WAITING;
}

static void add_phase(const struct view *v, const struct view_style *style,
                      unsigned phase, struct td_buf *out)
{
    struct view_counts counts = view_count(v, phase + 1);
    struct td_buf share = {0};
    size_t from = out->len;

    if (counts.all == 0)
        return;
    (void)td_buf_add_text(out, "  ");
    draw_colored_mark(out, state_of(&counts), style);
    (void)td_buf_addf(&share, "%u/%u", counts.ended, counts.all);
    (void)td_buf_addf(out, " %c%-11s %9s  ", view_phase_word(phase)[0] - 32,
                      view_phase_word(phase) + 1, td_buf_str(&share));
    td_buf_release(&share);
    draw_bar(out, style, bar_cells(style, PHASE_BAR, 36), counts.ended,
             counts.all);
    (void)td_buf_addf(out, " %5.1f%%", draw_percent(counts.ended, counts.all));
    draw_end(out, from, style);
}

static struct view_counts count_wave(const struct view *v, uint32_t wave)
{
    const struct measure *m = &v->measure;
    struct view_counts counts = {.all = m->ends[wave] - m->ends[wave - 1]};

    for (uint32_t i = m->ends[wave - 1]; i < m->ends[wave]; i++) {
        enum sched_state state = view_state(v, m->order[i]);

        counts.states[state]++;
        counts.ended += state >= SCHED_COMPLETED;
    }
    return counts;
}

/* "4 >5/18": its number, how it stands, and how many of how many. */
static void add_wave(const struct view *v, const struct view_style *style,
                     uint32_t wave, struct td_buf *out)
{
    struct view_counts counts = count_wave(v, wave);

    (void)td_buf_addf(out, "%u ", wave);
    draw_colored_mark(out, state_of(&counts), style);
    if (counts.ended > 0 && counts.ended < counts.all)
        (void)td_buf_addf(out, "%u/", counts.ended);
    (void)td_buf_addf(out, "%u", counts.all);
}

void view_timeline(const struct view *v, const struct view_style *style,
                   struct td_buf *out)
{
    struct td_buf word = {0};
    size_t from;
    unsigned used = 10;

    for (unsigned phase = 0; phase < VIEW_PHASES; phase++)
        add_phase(v, style, phase, out);
    from = out->len;
    (void)td_buf_add_text(out, "  waves   ");
    for (uint32_t wave = 1; wave <= v->of.plan->waves; wave++) {
        unsigned columns;

        td_buf_clear(&word);
        add_wave(v, style, wave, &word);
        columns = draw_columns(td_buf_bytes(&word)) + 2;
        if (used > 10 && used + columns - 2 > style->width) {
            draw_end(out, from, style);
            from = out->len;
            (void)td_buf_addf(out, "%10s", "");
            used = 10;
        }
        (void)td_buf_add_bytes(out, td_buf_bytes(&word));
        (void)td_buf_add_text(out, "  ");
        used += columns;
    }
    draw_end(out, from, style);
    td_buf_release(&word);
}
