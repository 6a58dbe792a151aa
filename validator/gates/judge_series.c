/* Gates of kind performance: a and b in turn, or what a tool has measured. */
#include "validator/gates/run_internal.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/rand.h"
#include "validator/gates/stats.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ALPHA       0.01
#define SAMPLES_MAX 1000000 /* of one gate */

/* ---- a and b ---- */

struct gates_series {
    struct gates_block blocks[GATES_BLOCKS_MAX];
    struct gates_round rounds[2];
    unsigned round;   /* 0 or 1 */
    size_t taken;     /* times of this round */
    uint8_t order[3]; /* of a block: 0 a, 1 b, 2 a again */
};

void gates_series_free(struct gates_series *series)
{
    free(series);
}

/* A block in any of its six orders, so that no place is always the same. */
static void shuffle(struct gates_series *series)
{
    uint8_t bytes[2];

    for (uint8_t i = 0; i < 3; i++)
        series->order[i] = i;
    td_rand_bytes(td_rand_real(), bytes, sizeof(bytes));
    for (unsigned i = 2; i > 0; i--) {
        unsigned with = bytes[i - 1] % (i + 1);
        uint8_t kept = series->order[i];

        series->order[i] = series->order[with];
        series->order[with] = kept;
    }
}

static double limit_of(const struct gates_check *check, bool *warns)
{
    double limit = -1;

    *warns = false;
    for (size_t i = 0; i < check->limits_len; i++) {
        const struct gates_limit *l = &check->limits[i];

        if (!strcmp(l->measure, "slower") && (limit < 0 || !l->warns)) {
            limit = l->value / 100;
            *warns = l->warns;
        }
    }
    return limit;
}

/* Several gates that compare have several chances to be wrong. */
static bool is_sure(const struct gates_session *s, const struct gates_job *job)
{
    double *p = td_calloc(s->measured + 1U, sizeof(*p));
    size_t len = 0;
    size_t own = 0;
    bool sure;

    for (size_t i = 0; i < s->len; i++) {
        const struct gates_job *other = &s->jobs[i];

        if (other->check->kind != VERDICT_PERFORMANCE ||
            other->check->a.len == 0)
            continue;
        if (other == job)
            own = len;
        p[len++] = other->is_compared ? other->p : 1;
    }
    sure = gates_holm(p, len, own, ALPHA);
    free(p);
    return sure;
}

static bool ends_here(struct gates_job *job)
{
    struct gates_series *series = job->series;
    bool warns;
    double limit = limit_of(job->check, &warns);
    struct gates_round *round = &series->rounds[series->round];

    *round = gates_judge_round(series->blocks, (size_t)job->check->blocks,
                               limit < 0 ? 1e9 : limit, ALPHA);
    return round->speed != GATES_SLOWER || series->round == 1;
}

const struct verdict_words *gates_series_next(struct gates_job *job)
{
    struct gates_series *series = job->series;

    if (!series) {
        series = td_calloc(1, sizeof(*series));
        job->series = series;
    }
    if (series->taken == 3 * job->check->blocks) {
        if (ends_here(job))
            return NULL;
        series->round = 1;
        series->taken = 0;
    }
    if (series->taken % 3 == 0)
        shuffle(series);
    return series->order[series->taken % 3] == 1 ? &job->check->b
                                                 : &job->check->a;
}

void gates_series_took(struct gates_session *s, struct gates_job *job,
                       uint64_t ns)
{
    struct gates_series *series = job->series;
    struct gates_block *block = &series->blocks[series->taken / 3];
    uint8_t which = series->order[series->taken % 3];
    double time = ns ? (double)ns : 1;

    if (!gates_exit_is(&job->check->clean, job->gate->exit, 0)) {
        gates_conclude(s, job, CHECK_ERROR,
                       "%s ended with exit status %d: nothing is measured",
                       which == 1 ? "b" : "a", job->gate->exit);
        return;
    }
    *(which == 0 ? &block->a : which == 1 ? &block->b : &block->again) = time;
    series->taken++;
}

static bool is_slower(const struct gates_series *series)
{
    return series->rounds[series->round].speed == GATES_SLOWER;
}

static void conclude_series(struct gates_session *s, struct gates_job *job,
                            double limit, bool warns)
{
    const struct gates_series *series = job->series;
    const struct gates_round *last = &series->rounds[series->round];
    const char *sign = last->ratio >= 1 ? "slower" : "faster";
    double percent =
        (last->ratio >= 1 ? last->ratio - 1 : 1 - last->ratio) * 100;

    if (last->speed == GATES_NOISY) {
        gates_conclude(s, job, CHECK_ERROR,
                       "too noisy to judge: a differs from itself by %.1f %%, "
                       "the limit is %.10g %%",
                       last->floor * 100, limit * 100);
    } else if (is_slower(series) && is_sure(s, job)) {
        job->gate->warned = true;
        gates_conclude(s, job, warns ? CHECK_PASS : CHECK_FAIL,
                       "b is %.1f %% slower than a, at most %.10g %% (p %.4f, "
                       "noise %.1f %%, twice)",
                       percent, limit * 100, job->p, last->floor * 100);
    } else if (is_slower(series)) {
        job->gate->warned = true;
        gates_conclude(s, job, CHECK_PASS,
                       "b seemed %.1f %% slower than a, which may be chance "
                       "in one of %u comparisons (p %.4f)",
                       percent, s->measured, job->p);
    } else if (series->round == 1) {
        job->gate->warned = true;
        gates_conclude(s, job, CHECK_PASS,
                       "b seemed slower in one round and not in the second "
                       "(%.1f %% %s)",
                       percent, sign);
    }
}

/* The chance that this is none: that of the round that shows less. */
static void take_p(struct gates_job *job)
{
    const struct gates_series *series = job->series;

    job->p = series->rounds[0].p;
    if (series->round == 1 && series->rounds[1].p > job->p)
        job->p = series->rounds[1].p;
    job->is_compared = true;
}

static void judge_series(struct gates_session *s, struct gates_job *job)
{
    const struct gates_series *series = job->series;
    const struct gates_round *last = &series->rounds[series->round];
    struct verdict_perf *perf;
    struct verdict_measure *m;
    bool warns;
    double limit = limit_of(job->check, &warns);

    take_p(job);
    if (is_slower(series) && !is_sure(s, job) && !s->settling) {
        job->phase = GATES_HELD;
        return;
    }
    perf = verdict_add_perf(s->doc);
    conclude_series(s, job, limit, warns);
    m = verdict_add_measure(s->doc, job->gate);
    m->id = "slower";
    m->value = gates_number((last->ratio - 1) * 100);
    m->unit = "%";
    m->warns = warns;
    m->holds = !is_slower(series) || !is_sure(s, job);
    if (limit >= 0) {
        m->op = "<=";
        m->limit = gates_number(limit * 100);
    }
    *perf = (struct verdict_perf){.next = perf->next,
                                  .gate = job->gate->name,
                                  .name = job->gate->name,
                                  .ratio = last->ratio,
                                  .p = job->p,
                                  .floor = last->floor,
                                  .n = (uint32_t)job->check->blocks,
                                  .rounds = series->round + 1,
                                  .outcome = job->gate->outcome,
                                  .reason = job->gate->reason};
}

/* ---- what a tool has measured ---- */

struct sample {
    const char *name;
    const char *unit;
    double value;
};

struct samples {
    struct gates_session *s;
    struct gates_job *job;
    struct sample *list;
    size_t len;
    size_t cap;
    bool full;
    const char *failed; /* what was to be measured, and did not end well */
};

static void note_failed(struct samples *all, const struct read_sample *sample)
{
    const char *name = gates_line(all->s, sample->name);

    if (sample->why.len > 0)
        all->failed = td_arena_print(&all->s->arena, "%s: %s", name,
                                     gates_line(all->s, sample->why));
    else
        all->failed =
            td_arena_print(&all->s->arena, "%s: ended with exit status %d",
                           name, sample->exit);
}

static void on_sample(void *self, const struct read_sample *sample)
{
    struct samples *all = self;

    if (sample->exit != 0 && !all->failed)
        note_failed(all, sample);
    if (all->len == SAMPLES_MAX) {
        all->full = true;
        return;
    }
    if (all->len == all->cap) {
        all->cap = all->cap * 2 + 64;
        all->list = td_realloc(all->list, all->cap * sizeof(*all->list));
    }
    all->list[all->len++] = (struct sample){gates_line(all->s, sample->name),
                                            sample->unit, sample->value};
}

static int compare(const void *x, const void *y)
{
    const struct sample *a = x;
    const struct sample *b = y;
    int order = strcmp(a->name, b->name);

    if (!order)
        order = strcmp(a->unit, b->unit);
    return order ? order : (a->value > b->value) - (a->value < b->value);
}

static void judge_time(struct samples *all, const struct sample *middle)
{
    const struct verdict_number none = {0};

    gates_limit_apply(all->s->doc, all->job->gate, all->job->check, "time",
                      gates_number(middle->value), none);
    for (size_t i = 0; i < all->job->check->limits_len; i++) {
        const struct gates_limit *limit = &all->job->check->limits[i];
        struct verdict_finding *f;
        struct td_buf text = {0};

        if (strcmp(limit->measure, "time") != 0 ||
            middle->value <= limit->value)
            continue;
        f = gates_find_fault(all->s, all->job->gate->name, "too-slow",
                             limit->warns ? CHECK_LEVEL_WARN
                                          : CHECK_LEVEL_ERROR);
        if (!f)
            return;
        (void)td_duration_format(&text, (uint64_t)middle->value);
        f->message = td_arena_print(&all->s->doc->arena, "%s took %s",
                                    middle->name, td_buf_str(&text));
        f->test = middle->name;
        td_buf_release(&text);
    }
}

/* A fault for each benchmark that runs more instructions than its limits let
 * it.
 */
static void find_longer(struct samples *all, double count,
                        const struct gates_counted *before,
                        struct verdict_perf *perf)
{
    struct gates_job *job = all->job;
    struct td_arena *arena = &all->s->doc->arena;
    double percent = (perf->ratio - 1) * 100;

    for (size_t i = 0; i < job->check->limits_len; i++) {
        const struct gates_limit *limit = &job->check->limits[i];
        struct verdict_finding *f;
        struct td_buf text = {0};

        if (strcmp(limit->measure, "instructions") != 0 ||
            percent <= limit->value)
            continue;
        if (!limit->warns)
            perf->outcome = CHECK_FAIL;
        f = gates_find_fault(all->s, job->gate->name, "more-instructions",
                             limit->warns ? CHECK_LEVEL_WARN
                                          : CHECK_LEVEL_ERROR);
        if (!f)
            return;
        gates_percent_text(&text, percent, limit->value);
        f->test = perf->name;
        f->message = td_arena_print(
            arena, "%s more instructions: %.0f, %" PRIu64 " in the baseline",
            td_buf_str(&text), count, before->instructions);
        td_buf_release(&text);
    }
}

static void say_no_baseline(struct samples *all, const char *name)
{
    all->job->gate->warned = true;
    gates_conclude(all->s, all->job, CHECK_PASS,
                   all->s->how->update
                       ? "the baseline has no %s yet: this run is written "
                         "into it"
                       : "there is no baseline for %s yet: --update-baseline "
                         "writes it",
                   *name ? name : all->job->check->name);
}

/* More than the baseline has, in percent; of several parts the sum. */
static void judge_instructions(struct samples *all, const char *name,
                               double count, struct verdict_perf *perf)
{
    struct gates_job *job = all->job;
    struct verdict_number value = {0};
    struct verdict_number base = {0};
    const struct gates_counted *before = NULL;

    job->counted[job->counted_len++] =
        (struct gates_counted){.gate = job->check->name,
                               .name = name,
                               .instructions = (uint64_t)count};
    if (all->s->how->baseline)
        before = gates_baseline_counted(all->s->how->baseline, job->check->name,
                                        name, false);
    if (before && before->instructions > 0) {
        base = gates_number(0);
        perf->ratio = count / (double)before->instructions;
        value = gates_number((perf->ratio - 1) * 100);
        find_longer(all, count, before, perf);
    } else {
        say_no_baseline(all, name);
    }
    gates_limit_apply(all->s->doc, job->gate, job->check, "instructions", value,
                      base);
}

static struct verdict_perf *add_perf(struct samples *all, const char *name,
                                     size_t n)
{
    struct verdict_perf *perf = verdict_add_perf(all->s->doc);

    perf->gate = all->job->gate->name;
    perf->name = name;
    perf->ratio = 1;
    perf->p = 1;
    perf->n = (uint32_t)n;
    perf->rounds = 1;
    perf->outcome = CHECK_PASS;
    return perf;
}

static void judge_group(struct samples *all, size_t from, size_t to)
{
    const struct sample *first = &all->list[from];
    struct verdict_perf *perf = add_perf(all, first->name, to - from);
    double sum = 0;

    for (size_t i = from; i < to; i++)
        sum += all->list[i].value;
    if (!strcmp(first->unit, "instructions"))
        judge_instructions(all, first->name, sum, perf);
    else if (!strcmp(first->unit, "ns"))
        judge_time(all, &all->list[from + (to - from) / 2]);
}

/* A limit that nothing was held to is no reason to pass. */
static void require(struct samples *all, const char *measure)
{
    const char *unit = strcmp(measure, "time") != 0 ? measure : "ns";

    for (size_t i = 0; i < all->len; i++) {
        if (!strcmp(all->list[i].unit, unit))
            return;
    }
    if (all->job->gate->outcome != CHECK_FAIL)
        gates_conclude(all->s, all->job, CHECK_ERROR,
                       !strcmp(measure, "slower")
                           ? "there is a limit for %s, which a and b are for"
                           : "there is a limit for %s, and nothing in the "
                             "report tells of it",
                       measure);
}

bool gates_is_missing(const struct gates_job *job,
                      const struct gates_counted *was)
{
    if (strcmp(was->gate, job->check->name) != 0)
        return false;
    for (size_t i = 0; i < job->counted_len; i++) {
        if (!strcmp(was->name, job->counted[i].name))
            return false;
    }
    return true;
}

static void tell_missing(struct samples *all)
{
    const struct gates_baseline *base = all->s->how->baseline;

    for (size_t i = 0; base && i < base->counted_len; i++) {
        if (!gates_is_missing(all->job, &base->counted[i]))
            continue;
        gates_remark(all->s, all->job,
                     "the baseline has %.300s, which was not measured",
                     base->counted[i].name);
        return;
    }
}

static void judge_samples(struct samples *all,
                          const struct gates_reading *reading)
{
    struct gates_job *job = all->job;

    if (!gates_weigh(all->s, job, reading, 0))
        return;
    if (all->failed || all->full || all->len == 0) {
        gates_conclude(all->s, job, CHECK_ERROR, "%s",
                       all->failed ? all->failed
                       : all->full ? "there are more than a million samples"
                                   : "nothing was measured");
        return;
    }
    qsort(all->list, all->len, sizeof(*all->list), compare);
    job->counted =
        td_arena_alloc(&all->s->arena, (all->len + 1) * sizeof(*job->counted));
    for (size_t i = 0; i < all->len;) {
        size_t end = i + 1;

        while (end < all->len &&
               !strcmp(all->list[end].name, all->list[i].name) &&
               !strcmp(all->list[end].unit, all->list[i].unit))
            end++;
        judge_group(all, i, end);
        i = end;
    }
    gates_judge_measures(all->s, job);
    for (size_t i = 0; i < job->check->limits_len; i++)
        require(all, job->check->limits[i].measure);
    if (job->gate->outcome != CHECK_ERROR)
        tell_missing(all);
}

void gates_judge_performance(struct gates_session *s, struct gates_job *job)
{
    struct samples all = {.s = s, .job = job};
    struct gates_reading reading = {
        .sink = {.self = &all, .sample = on_sample}};

    for (size_t i = 0; job->series && i < job->check->limits_len; i++) {
        const char *measure = job->check->limits[i].measure;

        if (strcmp(measure, "slower") != 0) {
            gates_conclude(s, job, CHECK_ERROR,
                           "there is a limit for %s, which is for reports: a "
                           "and b tell only of slower",
                           measure);
            return;
        }
    }
    if (job->series) {
        judge_series(s, job);
        return;
    }
    if (gates_read_inputs(s, job, &reading))
        judge_samples(&all, &reading);
    free(all.list);
}
