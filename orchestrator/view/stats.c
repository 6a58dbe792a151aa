/* The view stats: sums. */
#include "orchestrator/view/view_internal.h"

#include "core/mem.h"

#include <stdlib.h>

#define LABEL "  %-10s "

static int by_length(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

void view_times(const struct view *v, struct view_times *out)
{
    uint32_t n = v->of.plan->task_count;
    uint64_t *list = td_calloc((size_t)n + 1, sizeof(*list));
    uint32_t count = 0;

    *out = (struct view_times){.slowest = UINT32_MAX};
    for (uint32_t i = 0; i < n; i++) {
        uint64_t took = view_ran(v, i);

        if (took == 0 && v->of.sched)
            continue;
        if (took == 0)
            took = v->measure.tasks[i].takes_ns;
        if (out->slowest == UINT32_MAX || took > out->slowest_ns) {
            out->slowest = i;
            out->slowest_ns = took;
        }
        out->sum_ns = measure_add(out->sum_ns, took);
        list[count++] = took;
    }
    if (count) {
        qsort(list, count, sizeof(*list), by_length);
        out->median_ns = list[(count - 1) / 2];
        out->p95_ns = list[((uint64_t)count * 95 + 99) / 100 - 1];
    }
    out->count = count;
    free(list);
}

static void add_states(const struct view *v, const struct view_style *style,
                       struct td_buf *out)
{
    struct view_counts counts = view_count(v, 0);
    size_t from = out->len;

    (void)td_buf_addf(out, LABEL, "state");
    for (unsigned s = 0; s <= SCHED_CANCELLED; s++)
        if (counts.states[s] || s == SCHED_FAILED)
            (void)td_buf_addf(out, "%s %u  ", view_state_word(s),
                              counts.states[s]);
    draw_end(out, from, style);
}

static void add_times(const struct view *v, const struct view_times *times,
                      const struct view_style *style, struct td_buf *out)
{
    size_t from = out->len;

    (void)td_buf_addf(out, LABEL, "time");
    if (times->count == 0) {
        (void)td_buf_add_text(out, "nothing has run");
    } else {
        (void)td_buf_add_text(out, "sum ");
        draw_time(out, times->sum_ns);
        (void)td_buf_add_text(out, "  median ");
        draw_time(out, times->median_ns);
        (void)td_buf_add_text(out, "  p95 ");
        draw_time(out, times->p95_ns);
        (void)td_buf_addf(out, "  slowest %s ",
                          v->of.plan->tasks[times->slowest].id);
        draw_time(out, times->slowest_ns);
        (void)td_buf_add_text(out, v->of.sched ? "" : "  (expected)");
    }
    draw_end(out, from, style);
}

/* How many at once, over the whole time. */
double view_parallel(const struct view *v, const struct view_times *times)
{
    uint64_t all = v->of.sched ? v->of.now_ns : v->takes_ns;

    return all ? (double)times->sum_ns / (double)all : 0;
}

static void add_parallel(const struct view *v, const struct view_times *times,
                         const struct view_style *style, struct td_buf *out)
{
    size_t from = out->len;

    (void)td_buf_addf(out, LABEL "%.1f tasks at once, ", "parallel",
                      view_parallel(v, times));
    if (v->of.sched)
        (void)td_buf_add_text(out, "over the run so far");
    else
        (void)td_buf_addf(out, "expected on %u worker%s", v->of.workers,
                          draw_s(v->of.workers));
    draw_end(out, from, style);
}

static void add_cache(const struct view *v, const struct view_style *style,
                      struct td_buf *out)
{
    uint32_t count = v->of.sched ? sched_counts(v->of.sched)->cached : 0;
    size_t from = out->len;

    for (uint32_t i = 0;
         !v->of.sched && v->of.guesses && i < v->of.plan->task_count; i++)
        count += v->of.guesses[i] == SCHED_UNCHANGED;
    (void)td_buf_addf(out, LABEL "%u task%s unchanged", "cache", count,
                      draw_s(count));
    draw_end(out, from, style);
}

static void add_providers(const struct view *v, const struct view_style *style,
                          struct td_buf *out)
{
    uint32_t counts[PLAN_BLUEPRINT + 1] = {0};
    size_t from = out->len;

    for (uint32_t i = 0; i < v->of.plan->task_count; i++)
        counts[v->of.plan->tasks[i].provider]++;
    (void)td_buf_addf(out, LABEL, "provider");
    for (unsigned p = 0; p <= PLAN_BLUEPRINT; p++)
        if (counts[p])
            (void)td_buf_addf(out, "%s %u  ", plan_provider_word(p), counts[p]);
    draw_end(out, from, style);
}

/* Only of plans that have to do with tokens or money. */
static void add_tokens(const struct view *v, const struct view_style *style,
                       struct td_buf *out)
{
    const struct plan_budget *budget = &v->of.plan->budget;
    const struct sched_counts *sums =
        v->of.sched ? sched_counts(v->of.sched) : NULL;
    uint64_t tokens = sums ? sums->tokens : 0;
    size_t from = out->len;

    if (tokens == 0 && budget->tokens == PLAN_NO_LIMIT && budget->cost_usd < 0)
        return;
    (void)td_buf_addf(out, LABEL, "tokens");
    draw_number(out, tokens);
    if (budget->tokens != PLAN_NO_LIMIT && budget->tokens > 0) {
        (void)td_buf_add_text(out, " of ");
        draw_number(out, budget->tokens);
        (void)td_buf_addf(out, " (%.0f%%)",
                          (double)tokens * 100 / (double)budget->tokens);
    }
    (void)td_buf_add_text(out, "      cost ");
    if (sums && sums->cost_usd < 0)
        (void)td_buf_add_text(out, "unknown");
    else
        (void)td_buf_addf(out, "$%.2f", sums ? sums->cost_usd : 0.0);
    if (budget->cost_usd >= 0)
        (void)td_buf_addf(out, " of $%.2f", budget->cost_usd);
    draw_end(out, from, style);
}

static void add_phases(const struct view *v, const struct view_style *style,
                       struct td_buf *out)
{
    size_t from = out->len;
    unsigned used = 13;

    (void)td_buf_addf(out, LABEL, "phase");
    for (unsigned phase = 0; phase < VIEW_PHASES; phase++) {
        struct view_counts counts = view_count(v, phase + 1);
        struct td_buf word = {0};

        if (counts.all == 0)
            continue;
        (void)td_buf_addf(&word, "%s %u/%u  ", view_phase_word(phase),
                          counts.ended, counts.all);
        if (used > 13 && used + word.len - 2 > style->width) {
            draw_end(out, from, style);
            from = out->len;
            (void)td_buf_addf(out, "%13s", "");
            used = 13;
        }
        used += (unsigned)word.len;
        (void)td_buf_add_bytes(out, td_buf_bytes(&word));
        td_buf_release(&word);
    }
    draw_end(out, from, style);
}

void view_stats(const struct view *v, const struct view_style *style,
                struct td_buf *out)
{
    struct view_times times;

    view_times(v, &times);
    add_states(v, style, out);
    add_times(v, &times, style, out);
    add_parallel(v, &times, style, out);
    add_cache(v, style, out);
    add_providers(v, style, out);
    add_tokens(v, style, out);
    add_phases(v, style, out);
}
