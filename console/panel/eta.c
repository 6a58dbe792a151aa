/* When it will have ended, by how long its tasks took before; and how many of
 * its workers had something to do. */
#include "console/panel/panel_internal.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define ENDED_LEAST   3  /* tasks, before anything is said */
#define FACTOR_LEAST  5  /* before this run's own pace counts */
#define TURNS         64 /* over all tasks, in the order of the plan */
#define KNOWN_PERCENT 80 /* of the tasks that are left */
#define SLOWEST       4.0
#define FASTEST       0.25
#define MS            1000.0
#define MINUTE        (60 * MS)

struct guess {
    const struct panel *v;
    double *left;  /* of each task; < 0: not looked at */
    double *way;   /* the longest way from here to the end; < 0: the same */
    double factor; /* how slow this run is */
    uint32_t open, known;
    double sum;
};

/* What is left of a task; 0: nothing, or nobody knows. */
static double left_of(const struct guess *g, const struct seen_task *task)
{
    double left = task->usual_ms * g->factor;
    uint64_t now = g->v->now_ns;

    if (seen_is_final(task->state))
        return 0;
    if (task->state == SEEN_RUNNING && task->began_ns && now > task->began_ns)
        left -= (double)(now - task->began_ns) / 1e6;
    if (left < 0)
        left = 0;
    if (task->state == SEEN_RETRYING && task->again_ns > now)
        left += (double)(task->again_ns - now) / 1e6;
    return left;
}

/* Tasks of this run that have ended, against what they took before. */
static void measure(struct guess *g)
{
    const struct seen *s = g->v->seen;
    double real = 0;
    double usual = 0;
    uint32_t ended = 0;

    for (uint32_t i = 0; i < s->task_count; i++)
        if (s->tasks[i].state == SEEN_COMPLETED && s->tasks[i].usual_ms > 0 &&
            s->tasks[i].took_ms >= 0) {
            real += s->tasks[i].took_ms;
            usual += s->tasks[i].usual_ms;
            ended++;
        }
    g->factor = 1;
    if (ended >= FACTOR_LEAST && usual > 0)
        g->factor = real / usual;
    g->factor = g->factor > SLOWEST   ? SLOWEST
                : g->factor < FASTEST ? FASTEST
                                      : g->factor;
}

static void add_up(struct guess *g)
{
    const struct seen *s = g->v->seen;

    for (uint32_t i = 0; i < s->task_count; i++) {
        g->left[i] = left_of(g, &s->tasks[i]);
        g->sum += g->left[i];
        g->open += !seen_is_final(s->tasks[i].state);
        g->known +=
            !seen_is_final(s->tasks[i].state) && s->tasks[i].usual_ms > 0;
    }
}

/* The longest way to the end of each task, itself with it: as often as a way
 * turns against the order of the plan, up to TURNS. */
static double longest(struct guess *g)
{
    const struct seen *s = g->v->seen;
    double most = 0;
    bool changed = true;

    for (uint32_t turn = 0; changed && turn < TURNS; turn++) {
        changed = false;
        for (uint32_t i = 0; i < s->task_count; i++) {
            double before = 0;

            for (uint32_t n = 0; n < s->tasks[i].need_count; n++)
                if (g->way[s->tasks[i].needs[n]] > before)
                    before = g->way[s->tasks[i].needs[n]];
            changed |= before + g->left[i] > g->way[i];
            if (before + g->left[i] > g->way[i])
                g->way[i] = before + g->left[i];
            most = g->way[i] > most ? g->way[i] : most;
        }
    }
    return most;
}

/* In steps, so that it is not another with each frame. */
static void put_rounded(char out[PANEL_SHORT], double ms)
{
    double step = ms < MINUTE ? 5 * MS : ms < 10 * MINUTE ? 10 * MS : MINUTE;
    uint64_t s = (uint64_t)(ms / step + 0.999) * (uint64_t)(step / MS);

    if (s < 60)
        (void)snprintf(out, PANEL_SHORT, "eta ~%llus", (unsigned long long)s);
    else if (s % 60 && s < 600)
        (void)snprintf(out, PANEL_SHORT, "eta ~%llum%02llus",
                       (unsigned long long)(s / 60),
                       (unsigned long long)(s % 60));
    else
        (void)snprintf(out, PANEL_SHORT, "eta ~%llum",
                       (unsigned long long)(s / 60));
}

static bool is_hidden(const struct panel *v)
{
    const struct seen *s = v->seen;

    return v->mode != PANEL_LIVE || s->ended || !s->known ||
           s->completed + s->failed + s->skipped < ENDED_LEAST;
}

/* Nothing goes on until somebody has answered. */
static bool waits_for_you(const struct seen *s)
{
    return s->counts[SEEN_ASKING] && !s->counts[SEEN_RUNNING] &&
           !s->counts[SEEN_RETRYING];
}

double panel_estimate(const struct panel *v, uint32_t *known)
{
    const struct seen *s = v->seen;
    struct guess g = {.v = v};
    double workers = s->workers ? s->workers : 1;
    double ms;

    g.left = td_calloc(s->task_count + 1, sizeof(*g.left));
    g.way = td_calloc(s->task_count + 1, sizeof(*g.way));
    for (uint32_t i = 0; i < s->task_count; i++) {
        g.left[i] = s->tasks[i].usual_ms;
        g.sum += g.left[i];
        *known += g.left[i] > 0;
    }
    ms = longest(&g);
    ms = g.sum / workers > ms ? g.sum / workers : ms;
    free(g.left);
    free(g.way);
    return ms;
}

const char *panel_busy(char out[PANEL_SHORT * 2], const struct panel *v)
{
    const struct seen *s = v->seen;
    uint64_t now = s->ended ? s->last_ns : v->now_ns;
    double ms = 0;
    double all;

    *out = '\0';
    if (!s->workers || !s->began_ns || now <= s->began_ns)
        return out;
    for (uint32_t i = 0; i < s->task_count; i++) {
        const struct seen_task *task = &s->tasks[i];

        if (seen_is_final(task->state) && task->took_ms > 0)
            ms += task->took_ms;
        else if (task->state == SEEN_RUNNING && task->began_ns &&
                 now > task->began_ns)
            ms += (double)(now - task->began_ns) / 1e6;
    }
    all = ms * 1e6 / (double)(now - s->began_ns);
    (void)snprintf(out, (size_t)PANEL_SHORT * 2, "%.1f of %u workers busy",
                   all < s->workers ? all : s->workers, s->workers);
    return out;
}

const char *panel_eta(char out[PANEL_SHORT], const struct panel *v)
{
    const struct seen *s = v->seen;
    struct guess g = {.v = v};
    double workers = s->workers ? s->workers : 1;
    double ms;

    *out = '\0';
    if (is_hidden(v))
        return out;
    if (waits_for_you(s)) {
        (void)snprintf(out, PANEL_SHORT, "waits for you");
        return out;
    }
    g.left = td_calloc(s->task_count + 1, sizeof(*g.left));
    g.way = td_calloc(s->task_count + 1, sizeof(*g.way));
    measure(&g);
    add_up(&g);
    ms = g.sum / workers;
    if (g.open && (uint64_t)g.known * 100 >= (uint64_t)g.open * KNOWN_PERCENT) {
        double way = longest(&g);

        put_rounded(out, way > ms ? way : ms);
    }
    free(g.left);
    free(g.way);
    return out;
}
