#include "console/panel/panel_internal.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/width.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE    60
#define HOUR      3600
#define BAR_CELLS 40
#define TOOK_MAX  1e12 /* ms that can be told in ns */

const char *panel_took(char out[PANEL_SHORT], double ms)
{
    *out = '\0';
    if (ms >= 0 && ms <= TOOK_MAX)
        (void)td_duration_text(out, (uint64_t)(ms * 1e6), TD_DURATION_TENTH);
    return out;
}

const char *panel_age(char out[PANEL_SHORT], const struct panel *v,
                      uint64_t since_ns)
{
    if (v->mode == PANEL_LOST || since_ns == 0) {
        memcpy(out, "?", sizeof("?"));
        return out;
    }
    return td_duration_text(out,
                            v->now_ns > since_ns ? v->now_ns - since_ns : 0,
                            TD_DURATION_COUNT);
}

const char *panel_clock(char out[PANEL_SHORT], const struct panel *v,
                        uint64_t at_ns)
{
    uint64_t began = v->seen->began_ns;
    uint64_t s = at_ns > began ? (at_ns - began) / TD_NS_PER_S : 0;

    if (s < HOUR)
        (void)snprintf(out, PANEL_SHORT, "%02" PRIu64 ":%02" PRIu64, s / MINUTE,
                       s % MINUTE);
    else
        (void)snprintf(out, PANEL_SHORT, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64,
                       s / HOUR, s % HOUR / MINUTE, s % MINUTE);
    return out;
}

const char *panel_count(char out[PANEL_SHORT], uint64_t n)
{
    char digits[PANEL_SHORT];
    int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);
    int put = 0;

    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            out[put++] = ',';
        out[put++] = digits[i];
    }
    out[put] = '\0';
    return out;
}

const char *panel_percent(char out[PANEL_SHORT], unsigned thousandths)
{
    (void)snprintf(out, PANEL_SHORT, "%u.%u%%", thousandths / 10,
                   thousandths % 10);
    return out;
}

size_t panel_bar_cells(const struct panel *v)
{
    return v->columns > BAR_CELLS + 34 ? BAR_CELLS
           : v->columns > 50           ? v->columns - 44
                                       : 8;
}

/* ---- lines ---- */

static size_t width_of(const struct panel *v)
{
    return v->columns > 1 ? v->columns - 1 : 1;
}

struct text_line panel_line(struct td_buf *out, const struct panel *v)
{
    return (struct text_line){
        .out = out, .style = v->style, .max = width_of(v)};
}

void panel_end(struct text_line *line)
{
    (void)td_buf_add_byte(line->out, '\n');
}

struct text_line panel_line_for(struct td_buf *out, const struct panel *v,
                                const char *right)
{
    struct text_line line = panel_line(out, v);
    size_t takes = td_width(td_text(right)) + (*right ? 1 : 0);

    line.max = line.max > takes ? line.max - takes : 0;
    return line;
}

void panel_end_right(struct text_line *line, const struct panel *v,
                     enum text_role role, const char *right)
{
    size_t width = width_of(v);
    size_t takes = td_width(td_text(right));

    line->cut = false;
    line->max = width;
    if (*right)
        text_tab(line, width > takes ? width - takes : 0);
    text_put(line, role, right);
    panel_end(line);
}

/* ---- tasks ---- */

struct look {
    enum text_role role;
    enum text_sign sign;
    const char *word;
};

static const struct look states[] = {
    [SEEN_WAITING] = {TEXT_DIM, TEXT_WAITS, "waits"},
    [SEEN_READY] = {TEXT_DIM, TEXT_WAITS, "ready"},
    [SEEN_RUNNING] = {TEXT_RUN, TEXT_RUNS, "running"},
    [SEEN_RETRYING] = {TEXT_WARN, TEXT_AGAIN, "retry"},
    [SEEN_ASKING] = {TEXT_WARN, TEXT_ASKS, "approve"},
    [SEEN_COMPLETED] = {TEXT_GOOD, TEXT_DONE, "done"},
    [SEEN_FAILED] = {TEXT_BAD, TEXT_FAILED, "failed"},
};

enum text_role panel_role(enum seen_state state)
{
    return states[state].role;
}

enum text_sign panel_sign(enum seen_state state)
{
    return states[state].sign;
}

/* One that never ran has not failed, nor has one that was told to end. */
static const struct look *look_of(const struct seen_task *task)
{
    static const struct look skipped = {TEXT_DIM, TEXT_WAITS, "skipped"};
    static const struct look cancelled = {TEXT_DIM, TEXT_FAILED, "cancelled"};

    if (task->state != SEEN_FAILED || !seen_was_skipped(task))
        return &states[task->state];
    return !strcmp(task->error_type, "cancelled") ? &cancelled : &skipped;
}

enum text_role panel_task_role(const struct seen_task *task)
{
    return look_of(task)->role;
}

const char *panel_task_word(const struct seen_task *task)
{
    return look_of(task)->word;
}

bool panel_never_ran(const struct seen_task *task)
{
    return task->state == SEEN_FAILED && seen_was_skipped(task) &&
           !task->began_ns;
}

void panel_put_sign(struct text_line *line, const struct seen_task *task)
{
    text_put_sign(line, look_of(task)->role, look_of(task)->sign);
}

/* Where the last word is a path, that part alone is cut, and at its front. */
static void fit_name(struct text_line *line, struct td_bytes name)
{
    const uint8_t *blank = name.len ? memrchr(name.ptr, ' ', name.len) : NULL;
    size_t before = blank ? (size_t)(blank - name.ptr) + 1 : 0;
    struct td_bytes path = td_bytes(name.ptr + before, name.len - before);
    size_t room = line->max > line->used ? line->max - line->used : 0;
    size_t left;

    if (!path.len || !memchr(path.ptr, '/', path.len) ||
        td_width(name) <= room) {
        text_put_bytes(line, TEXT_PLAIN, name);
        return;
    }
    text_put_bytes(line, TEXT_PLAIN, td_bytes(name.ptr, before));
    left = line->max > line->used ? line->max - line->used : 0;
    if (!line->cut) {
        struct td_buf cut = {0};

        text_cut_path(&cut, path, left, line->style);
        text_put_bytes(line, TEXT_PLAIN, td_buf_bytes(&cut));
        td_buf_release(&cut);
    }
}

void panel_put_name(struct text_line *line, const char *name)
{
    size_t most = (line->max + 1) * 64; /* see text_put_foreign() */
    size_t len = strlen(name);
    struct td_buf clean = {0};

    text_clean(&clean, td_bytes(name, len < most ? len : most), line->style);
    fit_name(line, td_buf_bytes(&clean));
    td_buf_release(&clean);
}

void panel_put_task(struct text_line *line, const struct seen_task *task)
{
    text_put_foreign(line, TEXT_ACCENT, td_text(seen_task_id(task)));
    if (!*task->name || !strcmp(task->name, seen_task_id(task)))
        return;
    text_put(line, TEXT_PLAIN, " ");
    panel_put_name(line, task->name);
}

void panel_add_attempt(struct td_buf *out, const struct seen_task *task)
{
    (void)td_buf_addf(out, "attempt %u", task->errors);
    if (task->state == SEEN_RETRYING)
        (void)td_buf_addf(out, " of %u", task->attempts_max);
}

enum seen_state panel_phase_state(const struct seen_phase *phase)
{
    if (phase->ended < phase->tasks)
        return phase->ended || phase->began ? SEEN_RUNNING : SEEN_WAITING;
    return phase->bad ? SEEN_FAILED : SEEN_COMPLETED;
}

const char *panel_thing(const struct seen *s)
{
    return s->gates ? "gate" : "task";
}

void panel_phase_row(struct td_buf *out, const struct panel *v,
                     const struct seen_phase *phase, const char *margin,
                     size_t cells)
{
    unsigned part = (unsigned)((uint64_t)phase->ended * 1000 / phase->tasks);
    enum seen_state state = panel_phase_state(phase);
    struct text_line line = panel_line(out, v);
    char percent[PANEL_SHORT];
    size_t left = strlen(margin);

    text_put(&line, TEXT_PLAIN, margin);
    text_put_sign(&line, panel_role(state), panel_sign(state));
    text_put(&line, TEXT_PLAIN, " ");
    text_put_foreign(&line, TEXT_PLAIN,
                     td_text(phase->name ? phase->name : ""));
    text_tab(&line, left + 13);
    text_putf(&line, TEXT_PLAIN, " %2u/%u", phase->ended, phase->tasks);
    text_tab(&line, left + 19);
    text_put(&line, TEXT_PLAIN, "  ");
    text_bar(&line, panel_role(state), cells, part);
    text_putf(&line, TEXT_PLAIN, " %6s", panel_percent(percent, part));
    panel_end(&line);
}

const char *panel_title(const struct seen *s)
{
    return *s->plan ? s->plan : s->execution;
}

uint32_t panel_wave_now(const struct seen *s)
{
    uint32_t wave = 1;

    for (uint32_t i = 0; i < s->wave_count; i++)
        wave += s->waves[i].ended;
    return wave < s->waves_total ? wave : s->waves_total;
}

/* How many tasks of each wave there are, by what they need, and have ended. */
struct planned {
    uint32_t tasks, ended, begun;
};

static struct planned *planned_waves(const struct seen *s, uint32_t count)
{
    struct planned *list = td_calloc(count + 1, sizeof(*list));

    for (uint32_t i = 0; i < s->task_count; i++) {
        const struct seen_task *task = &s->tasks[i];

        if (task->depth == 0 || task->depth > count)
            continue;
        list[task->depth].tasks++;
        list[task->depth].ended += seen_is_final(task->state);
        list[task->depth].begun += task->began_ns > 0;
    }
    return list;
}

static void put_wave(struct text_line *line, const struct seen_wave *wave,
                     const struct planned *planned)
{
    bool good = wave->ended && wave->good == wave->tasks;
    uint32_t tasks = wave->tasks ? wave->tasks : planned->tasks;
    enum seen_state state = good                            ? SEEN_COMPLETED
                            : wave->ended                   ? SEEN_FAILED
                            : wave->began || planned->begun ? SEEN_RUNNING
                                                            : SEEN_WAITING;

    text_putf(line, TEXT_PLAIN, "%u ", wave->number);
    text_put_sign(line, panel_role(state), panel_sign(state));
    if (state == SEEN_FAILED)
        text_putf(line, TEXT_PLAIN, "%u/", wave->good);
    else if (state == SEEN_RUNNING && planned->tasks)
        text_putf(line, TEXT_PLAIN, "%u/", planned->ended);
    text_putf(line, TEXT_PLAIN, "%u", tasks);
}

/* The wave of this number, if it was told. */
static const struct seen_wave *told_wave(const struct seen *s, uint32_t number)
{
    for (uint32_t i = s->wave_count; i-- > 0;)
        if (s->waves[i].number == number)
            return &s->waves[i];
    return NULL;
}

bool panel_has_waves(const struct seen *s)
{
    return s->wave_count > 0 || (s->known && s->waves_total > 0);
}

void panel_put_waves(struct text_line *line, const struct seen *s)
{
    uint32_t count = s->waves_total < SEEN_WAVES_MAX ? s->waves_total : 0;
    struct planned *planned = planned_waves(s, count);
    static const struct planned none;

    for (uint32_t i = 0; i < s->wave_count && !line->cut; i++) {
        uint32_t number = s->waves[i].number;

        text_put(line, TEXT_PLAIN, "  ");
        put_wave(line, &s->waves[i],
                 number <= count ? &planned[number] : &none);
    }
    for (uint32_t i = 1; i <= count && !line->cut; i++) {
        const struct seen_wave wave = {.number = i};

        if (planned[i].tasks == 0 || told_wave(s, i))
            continue;
        text_put(line, TEXT_PLAIN, "  ");
        put_wave(line, &wave, &planned[i]);
    }
    free(planned);
}

void panel_notice(struct td_buf *out, const struct panel *v, uint64_t at_ns)
{
    char clock[PANEL_SHORT];

    (void)td_buf_add_text(out, "! ");
    if (v->seen->began_ns)
        (void)td_buf_addf(out, "%s ", panel_clock(clock, v, at_ns));
}

void panel_waiting(struct td_buf *out, const struct panel *v, const char *why)
{
    struct text_line line = panel_line(out, v);

    text_put(&line, TEXT_PLAIN, "server ");
    text_put_foreign(&line, TEXT_PLAIN, td_text(v->server ? v->server : ""));
    text_put(&line, TEXT_PLAIN, ": ");
    if (v->lost_tries == 0) {
        text_put(&line, TEXT_PLAIN, "connecting");
    } else {
        text_put(&line, TEXT_WARN,
                 v->mode == PANEL_LOST ? "reconnecting: " : "not reachable: ");
        text_put_foreign(&line, TEXT_PLAIN, td_text(why));
        text_putf(&line, TEXT_PLAIN, "; try %u", v->lost_tries + 1);
        if (v->lost_in_ns)
            text_putf(&line, TEXT_PLAIN, " in %.1fs",
                      (double)v->lost_in_ns / 1e9);
    }
    panel_end(&line);
}
