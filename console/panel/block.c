/* The live block: what is so right now. Rows are made in the order in which
 * they stand, each with how much it is needed; the least needed go when there
 * is no room.
 */
#include "console/panel/panel_internal.h"
#include "core/mem.h"
#include "core/width.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KINDS        3  /* of tasks that something goes on with */
#define TASKS_MAX    20 /* of a kind; more are counted */
#define ROWS_MAX     (7 + SEEN_PHASES + KINDS * TASKS_MAX)
#define FEW          2 /* tasks that are needed more than the sums, where narrow */
#define LAST         3 /* artifacts that are named */
#define TOKENS_CELLS 30
#define COST_CELLS   20
#define TINY_ROWS    6
#define TINY_COLS    30

/* The less, the longer a row stays. */
enum need {
    STATUS,
    QUESTION,
    RETRY,
    TASK,
    TOTALS,
    FURTHER,
    PHASES,
    WAVES,
    RULE
};

struct block {
    const struct panel *v;
    struct td_buf lines[ROWS_MAX];
    enum need needs[ROWS_MAX];
    const struct seen_task *tasks[ROWS_MAX]; /* NULL: it is of none */
    size_t len;
    uint32_t gone; /* tasks that have no row */
};

static struct td_buf *row(struct block *b, enum need need)
{
    b->needs[b->len] = need;
    return &b->lines[b->len++];
}

static bool narrow(const struct block *b)
{
    return b->v->columns < PANEL_NARROW;
}

static bool wide(const struct block *b)
{
    return b->v->columns >= PANEL_WIDE;
}

/* ---- what all of it is ---- */

/* How long ago the server was heard last: "as of 02:14, 7s old". */
static void put_as_of(struct text_line *line, const struct panel *v)
{
    char clock[PANEL_SHORT];
    char age[PANEL_SHORT];
    uint64_t old = v->now_ns > v->lost_ns ? v->now_ns - v->lost_ns : 0;

    text_putf(line, TEXT_DIM, "  as of %s, %s old ",
              panel_clock(clock, v, v->lost_ns),
              td_duration_text(age, old, TD_DURATION_COUNT));
}

/* Where it comes from, and who looks at it, where there is room for that. */
static void put_where(struct text_line *line, const struct block *b)
{
    if (!wide(b) || b->v->mode == PANEL_TAPE)
        return;
    if (b->v->server) {
        text_put(line, TEXT_DIM, " ");
        text_put_foreign(line, TEXT_DIM, td_text(b->v->server));
        text_put(line, TEXT_DIM, " ");
    }
    if (b->v->session) {
        text_put(line, TEXT_DIM, " session ");
        text_put_foreign(line, TEXT_DIM, td_text(b->v->session));
        text_put(line, TEXT_DIM, " ");
    }
}

static void rule(struct block *b)
{
    const struct panel *v = b->v;
    struct text_line line = panel_line(row(b, RULE), v);

    text_put_sign(&line, TEXT_DIM, TEXT_RULE);
    text_put_sign(&line, TEXT_DIM, TEXT_RULE);
    text_put(&line, TEXT_PLAIN, " ");
    text_put_foreign(&line, TEXT_ACCENT, td_text(v->seen->execution));
    if (v->mode == PANEL_LOST && v->lost_ns)
        put_as_of(&line, v);
    else
        text_putf(&line, TEXT_DIM, "  %s ",
                  v->mode == PANEL_TAPE   ? "from a tape"
                  : v->mode == PANEL_LOST ? "connection lost"
                                          : "live");
    put_where(&line, b);
    while (line.used < line.max)
        text_put_sign(&line, TEXT_DIM, TEXT_RULE);
    panel_end(&line);
}

static uint32_t ended_of(const struct seen *s)
{
    return s->completed + s->failed + s->skipped;
}

/* When it is tried again. */
static void put_tries(struct td_buf *out, const struct block *b)
{
    if (!narrow(b))
        (void)td_buf_addf(out, "  reconnecting, try %u", b->v->lost_tries + 1);
    else
        (void)td_buf_addf(out, "  try %u", b->v->lost_tries + 1);
    if (b->v->lost_in_ns)
        (void)td_buf_addf(out, " in %.1fs", (double)b->v->lost_in_ns / 1e9);
}

/* What follows the bar: its width decides how long the bar is. */
static void status_end(struct td_buf *out, const struct block *b)
{
    const struct seen *s = b->v->seen;
    char text[PANEL_SHORT];
    uint64_t now = s->ended ? s->last_ns : b->v->now_ns;

    (void)td_buf_addf(out, " %5s  %u/%u", panel_percent(text, seen_progress(s)),
                      ended_of(s), s->total);
    if (s->waves_total && !narrow(b))
        (void)td_buf_addf(out, "  wave %u/%u", panel_wave_now(s),
                          s->waves_total);
    if (b->v->mode == PANEL_LOST && !b->v->lost_ns)
        (void)td_buf_add_text(out, "  ?");
    else
        (void)td_buf_addf(
            out, "  %s",
            panel_clock(text, b->v,
                        b->v->mode == PANEL_LOST ? b->v->lost_ns : now));
    if (b->v->mode == PANEL_LOST && b->v->lost_tries)
        put_tries(out, b);
    else if (!narrow(b) && *panel_eta(text, b->v))
        (void)td_buf_addf(out, "  %s", text);
}

static void status(struct block *b)
{
    const struct seen *s = b->v->seen;
    struct text_line line = panel_line(row(b, STATUS), b->v);
    struct td_buf end = {0};
    size_t width;

    status_end(&end, b);
    width = td_width(td_buf_bytes(&end));
    line.max = line.max > width + 4 ? line.max / 3 : line.max;
    text_put_foreign(&line, TEXT_ACCENT, td_text(panel_title(s)));
    line.cut = false;
    line.max = b->v->columns - 1;
    text_put(&line, TEXT_PLAIN, " ");
    if (line.max > line.used + width)
        text_bar(&line, s->failed ? TEXT_BAD : TEXT_GOOD,
                 line.max - line.used - width, seen_progress(s));
    text_put_bytes(&line, TEXT_PLAIN, td_buf_bytes(&end));
    panel_end(&line);
    td_buf_release(&end);
}

/* ---- phases and waves ---- */

/* It has tasks, and a name to show them by. */
static bool is_shown(const struct seen_phase *phase)
{
    return phase->tasks && phase->name && *phase->name;
}

static bool has_phases(const struct seen *s)
{
    for (size_t i = 0; i < SEEN_PHASES; i++)
        if (is_shown(&s->phases[i]))
            return true;
    return false;
}

static void phase_bars(struct block *b)
{
    const struct seen *s = b->v->seen;

    for (size_t i = 0; i < SEEN_PHASES; i++)
        if (is_shown(&s->phases[i]))
            panel_phase_row(row(b, PHASES), b->v, &s->phases[i], " ",
                            b->v->columns / 2);
}

static void phase_line(struct block *b)
{
    const struct seen *s = b->v->seen;
    struct text_line line;

    if (!has_phases(s))
        return;
    line = panel_line(row(b, PHASES), b->v);
    for (size_t i = 0; i < SEEN_PHASES; i++) {
        const struct seen_phase *phase = &s->phases[i];
        enum seen_state state = panel_phase_state(phase);

        if (!is_shown(phase))
            continue;
        text_put(&line, TEXT_PLAIN, line.used ? "  " : " ");
        text_put_sign(&line, panel_role(state), panel_sign(state));
        text_put(&line, TEXT_PLAIN, " ");
        text_put_foreign(&line, TEXT_PLAIN, td_text(phase->name));
        if (state == SEEN_RUNNING)
            text_putf(&line, TEXT_PLAIN, " %u/%u", phase->ended, phase->tasks);
    }
    panel_end(&line);
}

static void waves(struct block *b)
{
    const struct seen *s = b->v->seen;
    struct text_line line;

    if (!panel_has_waves(s))
        return;
    line = panel_line(row(b, WAVES), b->v);
    text_put(&line, TEXT_DIM, " waves");
    panel_put_waves(&line, s);
    panel_end(&line);
}

/* ---- tasks that something goes on with ---- */

static const struct kind {
    enum seen_state state;
    enum need need;
} kinds[KINDS] = {
    {SEEN_ASKING, QUESTION},
    {SEEN_RETRYING, RETRY},
    {SEEN_RUNNING, TASK},
};

static int older(const void *a, const void *b)
{
    const struct seen_task *const *x = a;
    const struct seen_task *const *y = b;

    return (*x)->began_ns < (*y)->began_ns   ? -1
           : (*x)->began_ns > (*y)->began_ns ? 1
                                             : 0;
}

static void tasks_of(struct block *b, size_t kind)
{
    const struct seen *s = b->v->seen;
    uint32_t count = s->counts[kinds[kind].state];
    const struct seen_task **list;
    uint32_t found = 0;

    if (count == 0)
        return;
    list = td_calloc(count, sizeof(const struct seen_task *));
    for (uint32_t i = 0; i < s->task_count && found < count; i++)
        if (s->tasks[i].state == kinds[kind].state)
            list[found++] = &s->tasks[i];
    qsort((void *)list, found, sizeof(const struct seen_task *), older);
    for (uint32_t i = 0; i < found && i < TASKS_MAX; i++) {
        enum need need = kinds[kind].need;

        if (narrow(b) && need == TASK && i >= FEW)
            need = FURTHER;
        b->tasks[b->len] = list[i];
        panel_put_row(row(b, need), b->v, list[i], 0);
    }
    b->gone += found > TASKS_MAX ? found - TASKS_MAX : 0;
    free((void *)list);
}

/* ---- sums ---- */

static void put_artifacts(struct text_line *line, const struct seen *s)
{
    text_putf(line, TEXT_PLAIN, " artifacts %u", s->artifact_count);
    if (s->artifacts_expected)
        text_putf(line, TEXT_PLAIN, "/%u", s->artifacts_expected);
}

static bool uses_tokens(const struct seen *s)
{
    return s->tokens || s->tokens_max;
}

static void put_used(struct text_line *line, const struct panel *v)
{
    if (uses_tokens(v->seen))
        panel_put_tokens(line, v, "  tokens ", 0);
    panel_put_cost(line, v, "  cost ", 0);
}

static void put_errors(struct text_line *line, const struct seen *s)
{
    text_putf(line, s->errors ? TEXT_WARN : TEXT_PLAIN, " errors %u",
              s->errors);
    if (s->failed)
        text_putf(line, TEXT_BAD, "  failed %u", s->failed);
    if (s->skipped)
        text_putf(line, TEXT_PLAIN, "  skipped %u", s->skipped);
}

/* One row. */
static void totals(struct block *b)
{
    const struct seen *s = b->v->seen;
    struct text_line line = panel_line(row(b, TOTALS), b->v);

    if (!s->gates) {
        put_artifacts(&line, s);
        put_used(&line, b->v);
        text_put(&line, TEXT_PLAIN, " ");
    }
    put_errors(&line, s);
    panel_end(&line);
}

/* "67% tokens  19% cost  17/45 files  errors 1" */
static void narrow_totals(struct block *b)
{
    const struct seen *s = b->v->seen;
    struct text_line line = panel_line(row(b, TOTALS), b->v);
    char text[PANEL_SHORT];

    if (s->tokens_max)
        text_putf(&line, panel_used_role(b->v, panel_tokens_percent(s)),
                  " %u%% tokens ", (unsigned)panel_tokens_percent(s));
    else if (s->tokens)
        text_putf(&line, TEXT_PLAIN, " %s tokens ",
                  panel_count(text, s->tokens));
    if (s->cost_known && s->cost_max > 0)
        text_putf(&line, panel_used_role(b->v, panel_cost_percent(s)),
                  " %u%% cost ", (unsigned)panel_cost_percent(s));
    text_putf(&line, TEXT_PLAIN, " %u", s->artifact_count);
    if (s->artifacts_expected)
        text_putf(&line, TEXT_PLAIN, "/%u", s->artifacts_expected);
    text_put(&line, TEXT_PLAIN,
             s->artifact_count == 1 && s->artifacts_expected < 2 ? " file "
                                                                 : " files ");
    put_errors(&line, s);
    panel_end(&line);
}

/* "artifacts 17/45 (84.1 KiB)   last src/order.c, include/order.h" */
static void files_row(struct block *b)
{
    const struct seen *s = b->v->seen;
    struct text_line line = panel_line(row(b, TOTALS), b->v);
    char size[PANEL_SHORT];

    put_artifacts(&line, s);
    if (s->artifact_count)
        text_putf(&line, TEXT_PLAIN, " (%s)   last",
                  td_size_text(size, s->artifact_bytes));
    for (uint32_t i = 0; i < LAST && i < s->artifact_count; i++) {
        text_put(&line, TEXT_PLAIN, i ? ", " : " ");
        text_put_foreign(&line, TEXT_PLAIN,
                         td_text(s->artifacts[s->artifact_count - 1 - i].path));
    }
    panel_end(&line);
}

/* Bars of what there is a budget of. */
static void used_row(struct block *b)
{
    const struct seen *s = b->v->seen;
    struct text_line line;

    if (!uses_tokens(s) && !s->cost_known)
        return;
    line = panel_line(row(b, TOTALS), b->v);
    if (uses_tokens(s))
        panel_put_tokens(&line, b->v, " tokens ", TOKENS_CELLS);
    panel_put_cost(&line, b->v, uses_tokens(s) ? "    cost " : " cost ",
                   COST_CELLS);
    panel_end(&line);
}

/* "errors 1, retries 1, failed 0, skipped 0", and the workers. */
static void errors_row(struct block *b)
{
    const struct seen *s = b->v->seen;
    char right[PANEL_SHORT * 2];
    struct text_line line;

    (void)panel_busy(right, b->v);
    line = panel_line_for(row(b, FURTHER), b->v, right);
    text_putf(&line, s->errors ? TEXT_WARN : TEXT_PLAIN, " errors %u",
              s->errors);
    text_putf(&line, TEXT_PLAIN, ", retries %u", s->retries);
    text_putf(&line, s->failed ? TEXT_BAD : TEXT_PLAIN, ", failed %u",
              s->failed);
    text_putf(&line, TEXT_PLAIN, ", skipped %u", s->skipped);
    panel_end_right(&line, b->v, TEXT_DIM, right);
}

/* Where there is room for them. */
static void wide_totals(struct block *b)
{
    files_row(b);
    used_row(b);
    errors_row(b);
}

/* ---- the block ---- */

/* The last row of a task says how many have none. */
static void say_gone(struct block *b)
{
    size_t last = b->len;

    while (last && !b->tasks[last - 1])
        last--;
    if (b->gone == 0 || last == 0)
        return;
    td_buf_clear(&b->lines[last - 1]);
    panel_put_row(&b->lines[last - 1], b->v, b->tasks[last - 1], b->gone);
}

/* Drops the last of the least needed rows until `room` are left. */
static void shrink(struct block *b, size_t room)
{
    while (b->len > room) {
        size_t least = b->len - 1;

        for (size_t i = b->len; i-- > 0;)
            if (b->needs[i] > b->needs[least])
                least = i;
        b->gone += b->tasks[least] != NULL;
        td_buf_release(&b->lines[least]);
        memmove(&b->lines[least], &b->lines[least + 1],
                (b->len - least - 1) * sizeof(b->lines[0]));
        memmove(&b->needs[least], &b->needs[least + 1],
                (b->len - least - 1) * sizeof(b->needs[0]));
        memmove((void *)&b->tasks[least], (const void *)&b->tasks[least + 1],
                (b->len - least - 1) * sizeof(b->tasks[0]));
        b->len--;
        b->lines[b->len] = (struct td_buf){0};
        b->tasks[b->len] = NULL;
    }
}

static void fill(struct block *b)
{
    if (!narrow(b))
        rule(b);
    status(b);
    if (b->v->rows < TINY_ROWS || b->v->columns < TINY_COLS)
        return;
    if (wide(b))
        phase_bars(b);
    else if (!narrow(b))
        phase_line(b);
    if (wide(b))
        waves(b);
    for (size_t i = 0; i < KINDS; i++)
        tasks_of(b, i);
    if (b->v->seen->gates)
        totals(b); /* there is nothing more to sum up */
    else if (wide(b))
        wide_totals(b);
    else if (narrow(b))
        narrow_totals(b);
    else
        totals(b);
}

void panel_block(struct td_buf *out, const struct panel *v)
{
    struct block *b = td_calloc(1, sizeof(*b));
    struct text_style style = *v->style;
    struct panel now = *v;

    style.faded = v->mode == PANEL_LOST;
    now.style = &style;
    b->v = &now;
    fill(b);
    shrink(b, v->rows / 2 ? v->rows / 2 : 1);
    say_gone(b);
    for (size_t i = 0; i < b->len; i++) {
        (void)td_buf_add_bytes(out, td_buf_bytes(&b->lines[i]));
        td_buf_release(&b->lines[i]);
    }
    free(b);
}
