/* Tokens and cost: against their budgets, by model, by what they were for. */
#include "console/panel/panel_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MODEL_COLUMN 22 /* where the numbers of a model begin */
#define MODEL_LEAST  56 /* columns for prices behind them */
#define WARN         75 /* percent of a budget */
#define CRITICAL     90
#define PERCENT_MAX  1000000

enum text_role panel_used_role(const struct panel *v, uint64_t percent)
{
    return percent >= (v->critical ? v->critical : CRITICAL) ? TEXT_BAD
           : percent >= (v->warn ? v->warn : WARN)           ? TEXT_WARN
                                                             : TEXT_GOOD;
}

/* Of a budget that there is; numbers come from outside, and may be any. */
static uint64_t percent_of(double used, double max)
{
    double percent = used * 100 / max;

    return percent >= PERCENT_MAX ? PERCENT_MAX
           : percent > 0          ? (uint64_t)percent
                                  : 0;
}

static uint64_t tokens_percent(const struct seen *s, uint64_t used)
{
    return s->tokens_max ? percent_of((double)used, (double)s->tokens_max) : 0;
}

static uint64_t cost_percent(const struct seen *s, double used)
{
    return s->cost_max > 0 ? percent_of(used, s->cost_max) : 0;
}

uint64_t panel_tokens_percent(const struct seen *s)
{
    return tokens_percent(s, s->tokens);
}

uint64_t panel_cost_percent(const struct seen *s)
{
    return cost_percent(s, s->cost);
}

/* "67,450/100,000", without a budget what is used alone. */
static void add_tokens(struct td_buf *out, const struct seen *s,
                       uint64_t tokens)
{
    char text[PANEL_SHORT];

    (void)td_buf_add_text(out, panel_count(text, tokens));
    if (s->tokens_max)
        (void)td_buf_addf(out, "/%s", panel_count(text, s->tokens_max));
}

/* "$0.38/$2.00"; ">= $0.38" where not all of it is known. */
static void add_cost(struct td_buf *out, const struct seen *s, double cost)
{
    (void)td_buf_addf(out, "%s$%.2f", s->cost_partly ? ">= " : "", cost);
    if (s->cost_max > 0)
        (void)td_buf_addf(out, "/$%.2f", s->cost_max);
}

void panel_add_alert(struct td_buf *out, const struct seen *s,
                     const struct seen_alert *alert)
{
    char took[PANEL_SHORT];
    bool limited = alert->cost ? s->cost_max > 0 : s->tokens_max > 0;
    uint64_t used;

    if (alert->wall) {
        (void)td_buf_addf(out, "time %u%% of %s", alert->percent,
                          s->wall_max_ms > 0 ? panel_took(took, s->wall_max_ms)
                                             : "the budget");
        return;
    }
    (void)td_buf_add_text(out, alert->cost ? "cost " : "tokens ");
    if (!limited) {
        (void)td_buf_addf(out, "%u%% of the budget", alert->percent);
        return;
    }
    if (alert->cost)
        add_cost(out, s, alert->dollars);
    else
        add_tokens(out, s, alert->tokens);
    used = alert->cost ? cost_percent(s, alert->dollars)
                       : tokens_percent(s, alert->tokens);
    (void)td_buf_addf(out, " (%" PRIu64 "%%)", used);
}

/* The bar, what is used and how much of the budget that is. */
static void put_used(struct text_line *line, const struct panel *v,
                     struct td_buf *text, uint64_t percent, bool limited,
                     size_t cells)
{
    if (limited && cells) {
        text_bar(line, panel_used_role(v, percent), cells,
                 (unsigned)(percent < 100 ? percent * 10 : 1000));
        text_put(line, TEXT_PLAIN, " ");
    }
    text_put(line, TEXT_PLAIN, td_buf_str(text));
    if (limited) {
        text_put(line, TEXT_PLAIN, " (");
        text_putf(line, panel_used_role(v, percent), "%u%%", (unsigned)percent);
        text_put(line, TEXT_PLAIN, ")");
    }
    td_buf_release(text);
}

void panel_put_tokens(struct text_line *line, const struct panel *v,
                      const char *name, size_t cells)
{
    const struct seen *s = v->seen;
    struct td_buf text = {0};

    add_tokens(&text, s, s->tokens);
    text_put(line, TEXT_PLAIN, name);
    put_used(line, v, &text, panel_tokens_percent(s), s->tokens_max > 0, cells);
}

void panel_put_cost(struct text_line *line, const struct panel *v,
                    const char *name, size_t cells)
{
    const struct seen *s = v->seen;
    struct td_buf text = {0};

    if (!s->cost_known)
        return;
    add_cost(&text, s, s->cost);
    text_put(line, TEXT_PLAIN, name);
    put_used(line, v, &text, panel_cost_percent(s), s->cost_max > 0, cells);
}

/* ---- asked for ---- */

static const char *alarm(enum text_role role)
{
    return role == TEXT_BAD ? "critical" : "warning";
}

static void budget_row(struct td_buf *out, const struct panel *v,
                       const char *name, struct td_buf *text, uint64_t percent,
                       bool limited)
{
    enum text_role role = panel_used_role(v, percent);
    struct text_line line = panel_line(out, v);

    text_putf(&line, TEXT_DIM, "  %-7s", name);
    put_used(&line, v, text, percent, limited, panel_bar_cells(v));
    if (limited && role != TEXT_GOOD)
        text_putf(&line, role, " %s", alarm(role));
    panel_end(&line);
}

static void put_price(struct text_line *line, const struct seen_model *model)
{
    if (model->price_in >= 0 && model->price_out >= 0)
        text_putf(line, TEXT_DIM, "   %.2f / %.2f", model->price_in,
                  model->price_out);
    else if (!model->priced)
        text_put(line, TEXT_DIM, "   no price told");
}

static void model_row(struct td_buf *out, const struct panel *v,
                      const struct seen_model *model)
{
    struct text_line line = panel_line(out, v);
    bool apart = model->in || model->out;
    char in[PANEL_SHORT] = "";
    char text[PANEL_SHORT];

    line.max = MODEL_COLUMN - 1 < line.max ? MODEL_COLUMN - 1 : line.max;
    text_put(&line, TEXT_PLAIN, "  ");
    text_put_foreign(&line, TEXT_ACCENT,
                     td_text(*model->name ? model->name : "not told"));
    line.cut = false;
    line.max = v->columns - 1;
    text_tab(&line, MODEL_COLUMN);
    if (apart)
        (void)panel_count(in, model->in);
    text_putf(&line, TEXT_PLAIN, "%7s", in);
    text_putf(&line, TEXT_PLAIN, " %8s",
              panel_count(text, apart ? model->out : model->tokens));
    if (model->priced)
        (void)snprintf(text, sizeof(text), "$%.2f", model->cost);
    text_putf(&line, TEXT_PLAIN, " %7s", model->priced ? text : "unknown");
    if (v->columns >= MODEL_LEAST)
        put_price(&line, model);
    panel_end(&line);
}

static void models(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;
    struct text_line line;
    uint32_t used = 0;
    uint32_t unpriced = 0;
    bool named = false;

    for (uint32_t i = 0; i < s->model_count; i++) {
        used += s->models[i].tokens > 0;
        unpriced += s->models[i].tokens && !s->models[i].priced;
        named = named || (s->models[i].tokens && *s->models[i].name);
    }
    if (!named)
        return;
    line = panel_line(out, v);
    text_put(&line, TEXT_DIM, "  model");
    text_tab(&line, MODEL_COLUMN);
    text_put(&line, TEXT_DIM, "  input   output    cost");
    if (v->columns >= MODEL_LEAST)
        text_put(&line, TEXT_DIM, "   price per 1M");
    panel_end(&line);
    for (uint32_t i = 0; i < s->model_count; i++)
        if (s->models[i].tokens)
            model_row(out, v, &s->models[i]);
    if (unpriced == 0 || !s->cost_known)
        return;
    line = panel_line(out, v);
    text_putf(&line, TEXT_WARN,
              "  cost is a lower bound: of %u of %u model%s it is not known",
              unpriced, used, used == 1 ? "" : "s");
    panel_end(&line);
}

static void operations(struct td_buf *out, const struct panel *v)
{
    static const char *const names[] = {
        [SEEN_SPEC] = "spec",   [SEEN_PLANNING] = "plan",
        [SEEN_CODE] = "code",   [SEEN_REPAIR] = "repair",
        [SEEN_OTHER] = "other",
    };
    struct text_line line = panel_line(out, v);
    char text[PANEL_SHORT];

    text_put(&line, TEXT_DIM, "  operation");
    for (size_t i = 0; i < SEEN_OPERATIONS; i++)
        if (v->seen->operations[i])
            text_putf(&line, TEXT_PLAIN, "  %s %s", names[i],
                      panel_count(text, v->seen->operations[i]));
    panel_end(&line);
}

static void alert_row(struct td_buf *out, const struct panel *v,
                      const struct seen_alert *alert)
{
    const struct seen *s = v->seen;
    enum text_role role = panel_used_role(v, alert->percent);
    struct text_line line = panel_line(out, v);
    struct td_buf text = {0};
    char clock[PANEL_SHORT];

    text_putf(&line, TEXT_DIM, "    %s  ",
              panel_clock(clock, v, alert->wall_ns));
    text_putf(&line, role, "%-10s ", alarm(role));
    panel_add_alert(&text, s, alert);
    text_put_bytes(&line, TEXT_PLAIN, td_buf_bytes(&text));
    if (alert->task != SEEN_NONE) {
        text_put(&line, TEXT_PLAIN, " at ");
        text_put_foreign(&line, TEXT_ACCENT,
                         td_text(seen_task_id(&s->tasks[alert->task])));
    }
    panel_end(&line);
    td_buf_release(&text);
}

static void alerts(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;
    struct text_line line;

    if (s->alert_count) {
        line = panel_line(out, v);
        text_put(&line, TEXT_DIM, "  alerts");
        panel_end(&line);
    }
    for (uint32_t i = 0; i < s->alert_count; i++)
        alert_row(out, v, &s->alerts[i]);
    if (s->ended || !s->known || (!s->tokens_max && s->cost_max <= 0))
        return;
    line = panel_line(out, v);
    text_putf(&line, TEXT_DIM, "    at 100%% the run %s",
              s->pauses  ? "pauses"
              : s->warns ? "goes on"
                         : "starts no further task");
    panel_end(&line);
}

static void sums(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;
    struct td_buf text = {0};

    add_tokens(&text, s, s->tokens);
    budget_row(out, v, "tokens", &text, panel_tokens_percent(s),
               s->tokens_max > 0);
    if (s->cost_known)
        add_cost(&text, s, s->cost);
    else
        (void)td_buf_add_text(&text, "unknown");
    budget_row(out, v, "cost", &text, panel_cost_percent(s),
               s->cost_max > 0 && s->cost_known);
}

void panel_tokens(struct td_buf *out, const struct panel *v)
{
    sums(out, v);
    models(out, v);
    if (v->seen->tokens)
        operations(out, v);
    alerts(out, v);
}
