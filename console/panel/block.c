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

#define NARROW    60
#define WIDE      110
#define KINDS     3  /* of tasks that something goes on with */
#define TASKS_MAX 20 /* of a kind; more are counted */
#define ROWS_MAX  (6 + SEEN_PHASES + KINDS * TASKS_MAX)
#define FEW       2 /* tasks that are needed more than the sums, where narrow */
#define LAST      3 /* artifacts that are named */
#define TINY_ROWS 6
#define TINY_COLS 30

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
    return b->v->columns < NARROW;
}

static bool wide(const struct block *b)
{
    return b->v->columns >= WIDE;
}

/* ---- what all of it is ---- */

static void rule(struct block *b)
{
    static const char *const modes[] = {
        [PANEL_LIVE] = "live",
        [PANEL_TAPE] = "from a tape",
        [PANEL_LOST] = "connection lost",
    };
    struct text_line line = panel_line(row(b, RULE), b->v);

    text_put_sign(&line, TEXT_DIM, TEXT_RULE);
    text_put_sign(&line, TEXT_DIM, TEXT_RULE);
    text_put(&line, TEXT_PLAIN, " ");
    text_put_foreign(&line, TEXT_ACCENT, td_text(b->v->seen->execution));
    text_putf(&line, TEXT_DIM, "  %s ", modes[b->v->mode]);
    while (line.used < line.max)
        text_put_sign(&line, TEXT_DIM, TEXT_RULE);
    panel_end(&line);
}

static uint32_t ended_of(const struct seen *s)
{
    return s->completed + s->failed + s->skipped;
}

/* What follows the bar: its width decides how long the bar is. */
static void status_end(struct td_buf *out, const struct block *b)
{
    const struct seen *s = b->v->seen;
    char text[PANEL_SHORT];
    uint64_t now = s->ended ? s->last_ns : b->v->now_ns;

    (void)td_buf_addf(out, " %5s  %u/%u", panel_percent(text, seen_progress(s)),
                      ended_of(s), s->total);
    if (s->waves_total && !narrow(b)) {
        uint32_t wave = 1;

        for (uint32_t i = 0; i < s->wave_count; i++)
            wave += s->waves[i].ended;
        (void)td_buf_addf(out, "  wave %u/%u",
                          wave < s->waves_total ? wave : s->waves_total,
                          s->waves_total);
    }
    (void)td_buf_addf(out, "  %s",
                      b->v->mode == PANEL_LOST ? "?"
                                               : panel_clock(text, b->v, now));
    if (!narrow(b) && *panel_eta(text, b->v))
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
    size_t cells = b->v->columns / 2;

    for (size_t i = 0; i < SEEN_PHASES; i++) {
        const struct seen_phase *phase = &s->phases[i];
        enum seen_state state = panel_phase_state(phase);
        struct text_line line;
        char part[PANEL_SHORT];
        char percent[PANEL_SHORT];

        if (!is_shown(phase))
            continue;
        line = panel_line(row(b, PHASES), b->v);
        (void)snprintf(part, sizeof(part), "%u/%u", phase->ended, phase->tasks);
        text_put(&line, TEXT_PLAIN, " ");
        text_put_sign(&line, panel_role(state), panel_sign(state));
        text_put(&line, TEXT_PLAIN, " ");
        text_put_foreign(&line, TEXT_PLAIN, td_text(phase->name));
        text_tab(&line, 14);
        text_putf(&line, TEXT_PLAIN, " %7s  ", part);
        text_bar(&line, panel_role(state), cells,
                 (unsigned)((uint64_t)phase->ended * 1000 / phase->tasks));
        text_putf(&line, TEXT_PLAIN, " %6s",
                  panel_percent(percent, (unsigned)((uint64_t)phase->ended *
                                                    1000 / phase->tasks)));
        panel_end(&line);
    }
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

    if (s->wave_count == 0)
        return;
    line = panel_line(row(b, WAVES), b->v);
    text_put(&line, TEXT_DIM, " waves ");
    for (uint32_t i = 0; i < s->wave_count && !line.cut; i++) {
        text_put(&line, TEXT_PLAIN, i ? "  " : " ");
        panel_put_wave(&line, &s->waves[i]);
    }
    panel_end(&line);
}

/* ---- tasks that something goes on with ---- */

static void right_of_running(char out[PANEL_SHORT * 2], const struct block *b,
                             const struct seen_task *task)
{
    char text[PANEL_SHORT];
    const char *age = panel_age(text, b->v, task->began_ns);

    if (narrow(b) || !*task->provider)
        (void)snprintf(out, (size_t)PANEL_SHORT * 2, "%4s", age);
    else
        (void)snprintf(out, (size_t)PANEL_SHORT * 2, "%.20s %4s",
                       task->provider, age);
}

static void right_of_retrying(char out[PANEL_SHORT * 2], const struct block *b,
                              const struct seen_task *task)
{
    uint64_t now = b->v->now_ns;
    char left[PANEL_SHORT];

    *out = '\0';
    if (b->v->mode != PANEL_LOST && task->again_ns > now)
        (void)snprintf(
            out, (size_t)PANEL_SHORT * 2, "%s %s",
            narrow(b) ? "in" : "again in",
            td_duration_text(left, task->again_ns - now, TD_DURATION_TENTH));
}

static void right_of_asking(char out[PANEL_SHORT * 2], const struct block *b,
                            const struct seen_task *task)
{
    char age[PANEL_SHORT];

    (void)snprintf(out, (size_t)PANEL_SHORT * 2, "%s%4s",
                   narrow(b) ? "" : "approve yes or no  ",
                   panel_age(age, b->v, task->began_ns));
}

static const struct kind {
    enum seen_state state;
    enum need need;
    void (*right)(char out[PANEL_SHORT * 2], const struct block *b,
                  const struct seen_task *task);
} kinds[KINDS] = {
    {SEEN_ASKING, QUESTION, right_of_asking},
    {SEEN_RETRYING, RETRY, right_of_retrying},
    {SEEN_RUNNING, TASK, right_of_running},
};

static void put_reason(struct text_line *line, const struct seen_task *task)
{
    if (task->state == SEEN_ASKING && task->batch) {
        text_put(line, TEXT_PLAIN, "  ");
        text_put_foreign(line, TEXT_ACCENT, td_text(task->batch));
    }
    if (task->state != SEEN_RETRYING)
        return;
    text_putf(line, TEXT_PLAIN, ": attempt %u of %u", task->errors,
              task->attempts_max);
    if (task->error) {
        text_put(line, TEXT_PLAIN, ", ");
        text_put_foreign(line, TEXT_PLAIN, td_text(task->error));
    }
}

/* In the last columns `more` tasks that have no row, if there are any. */
static void put_task_row(struct td_buf *out, const struct block *b,
                         const struct seen_task *task, uint32_t more)
{
    char right[PANEL_SHORT * 2] = "";
    struct text_line line;
    struct td_buf clean = {0};
    const struct kind *kind = kinds;

    while (kind->state != task->state)
        kind++;
    kind->right(right, b, task);
    text_clean(&clean, td_text(right), b->v->style);
    if (more)
        (void)td_buf_addf(&clean, "  +%u", more);
    line = panel_line_for(out, b->v, td_buf_str(&clean));
    text_put(&line, TEXT_PLAIN, " ");
    text_put_sign(&line, panel_role(task->state), panel_sign(task->state));
    text_put(&line, TEXT_PLAIN, " ");
    panel_put_task(&line, task);
    put_reason(&line, task);
    panel_end_right(&line, b->v, TEXT_DIM, td_buf_str(&clean));
    td_buf_release(&clean);
}

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
        put_task_row(row(b, need), b, list[i], 0);
    }
    b->gone += found > TASKS_MAX ? found - TASKS_MAX : 0;
    free((void *)list);
}

/* ---- sums ---- */

static void put_used(struct text_line *line, const char *used, const char *max,
                     uint64_t percent)
{
    text_put(line, TEXT_PLAIN, used);
    if (!max)
        return;
    text_putf(line, TEXT_PLAIN, "/%s (", max);
    text_putf(line, panel_used_role(percent), "%u%%", (unsigned)percent);
    text_put(line, TEXT_PLAIN, ")");
}

static void put_tokens(struct text_line *line, const struct seen *s)
{
    char used[PANEL_SHORT];
    char max[PANEL_SHORT];

    if (!s->tokens && !s->tokens_max)
        return;
    text_put(line, TEXT_PLAIN, "  tokens ");
    put_used(line, panel_count(used, s->tokens),
             s->tokens_max ? panel_count(max, s->tokens_max) : NULL,
             s->tokens_max ? s->tokens * 100 / s->tokens_max : 0);
}

static void put_cost(struct text_line *line, const struct seen *s)
{
    char used[PANEL_SHORT];
    char max[PANEL_SHORT];

    if (!s->cost_known)
        return;
    (void)snprintf(used, sizeof(used), "$%.2f", s->cost);
    (void)snprintf(max, sizeof(max), "$%.2f", s->cost_max);
    text_put(line, TEXT_PLAIN, "  cost ");
    put_used(line, used, s->cost_max > 0 ? max : NULL,
             s->cost_max > 0 ? (uint64_t)(s->cost * 100 / s->cost_max) : 0);
}

static void put_artifacts(struct text_line *line, const struct seen *s)
{
    text_putf(line, TEXT_PLAIN, " artifacts %u", s->artifact_count);
    if (s->artifacts_expected)
        text_putf(line, TEXT_PLAIN, "/%u", s->artifacts_expected);
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

/* One row, the shorter the narrower it is. */
static void totals(struct block *b)
{
    const struct seen *s = b->v->seen;
    struct text_line line = panel_line(row(b, TOTALS), b->v);

    if (!s->gates) {
        put_artifacts(&line, s);
        put_tokens(&line, s);
        put_cost(&line, s);
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
        text_putf(&line, panel_used_role(s->tokens * 100 / s->tokens_max),
                  " %u%% tokens ", (unsigned)(s->tokens * 100 / s->tokens_max));
    else if (s->tokens)
        text_putf(&line, TEXT_PLAIN, " %s tokens ",
                  panel_count(text, s->tokens));
    if (s->cost_known && s->cost_max > 0)
        text_putf(&line,
                  panel_used_role((uint64_t)(s->cost * 100 / s->cost_max)),
                  " %u%% cost ", (unsigned)(s->cost * 100 / s->cost_max));
    text_putf(&line, TEXT_PLAIN, " %u", s->artifact_count);
    if (s->artifacts_expected)
        text_putf(&line, TEXT_PLAIN, "/%u", s->artifacts_expected);
    text_put(&line, TEXT_PLAIN,
             s->artifact_count == 1 && s->artifacts_expected < 2 ? " file "
                                                                 : " files ");
    put_errors(&line, s);
    panel_end(&line);
}

/* Two rows where there is room for them: files, with the last ones, and what
 * was used; and how many workers have something to do. */
static void wide_totals(struct block *b)
{
    const struct seen *s = b->v->seen;
    struct text_line line = panel_line(row(b, TOTALS), b->v);
    char right[PANEL_SHORT * 2] = "";
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
    if (s->workers)
        (void)snprintf(right, sizeof(right), "%u of %u workers busy",
                       s->counts[SEEN_RUNNING], s->workers);
    line = panel_line_for(row(b, TOTALS), b->v, right);
    put_errors(&line, s);
    text_putf(&line, TEXT_PLAIN, "  retries %u", s->retries);
    put_tokens(&line, s);
    put_cost(&line, s);
    panel_end_right(&line, b->v, TEXT_DIM, right);
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
    put_task_row(&b->lines[last - 1], b, b->tasks[last - 1], b->gone);
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

    b->v = v;
    fill(b);
    shrink(b, v->rows / 2 ? v->rows / 2 : 1);
    say_gone(b);
    for (size_t i = 0; i < b->len; i++) {
        (void)td_buf_add_bytes(out, td_buf_bytes(&b->lines[i]));
        td_buf_release(&b->lines[i]);
    }
    free(b);
}
