/* The machine of an execution: what it decides, on plans of every kind, held to
 * what each decision needs, and to a second machine that only hears what
 * happened.
 */
#include "core/clock.h"
#include "core/mem.h"
#include "core/rand.h"
#include "orchestrator/plan/load.h"
#include "orchestrator/sched/sched.h"
#include "tests/suites.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 20000
#define MS        TD_NS_PER_MS

static uint32_t pick(struct td_rand *rand, uint32_t below)
{
    uint32_t n;

    td_rand_bytes(rand, &n, sizeof(n));
    return n % below;
}

/* ---- plans ---- */

/* How many. */
static uint32_t add_deps(struct td_buf *text, struct td_rand *rand, uint32_t i)
{
    uint32_t count = 0;

    (void)td_buf_addf(text, "- {id: t%u, run: 'true', depends_on: [", i);
    for (uint32_t d = 0; d < i && d < 20; d++)
        if (pick(rand, i < 6 ? 3 : 6) == 0)
            (void)td_buf_addf(text, "%st%u", count++ ? ", " : "", d);
    (void)td_buf_add_text(text, "]");
    return count;
}

static void add_task(struct td_buf *text, struct td_rand *rand, uint32_t i)
{
    static const char *const whens[] = {"success", "always", "success",
                                        "failure"};
    static const char *const pools[] = {"", ", pool: p", ", pool: q, weight: 2",
                                        ", weight: 2"};
    uint32_t deps = add_deps(text, rand, i);

    (void)td_buf_addf(text, ", when: %s%s", whens[pick(rand, deps ? 4 : 3)],
                      pools[pick(rand, 4)]);
    if (pick(rand, 3) == 0)
        (void)td_buf_addf(text, ", retry: {attempts: %u, backoff: 1ms}",
                          1 + pick(rand, 4));
    if (pick(rand, 5) == 0)
        (void)td_buf_add_text(text, ", timeout: 5ms");
    if (pick(rand, 8) == 0)
        (void)td_buf_add_text(text, ", approval: {ask: well, expires: 4ms}");
    if (pick(rand, 8) == 0)
        (void)td_buf_add_text(text, ", soft_fail: true");
    (void)td_buf_add_text(text, "}\n");
}

static void make_plan(struct plan *plan, struct td_rand *rand)
{
    struct td_buf text = {0};
    struct td_error err;
    uint32_t count = 1 + pick(rand, 14);

    (void)td_buf_add_text(&text, "plan: 1\npools: {p: 1, q: 3}\ntasks:\n");
    for (uint32_t i = 0; i < count; i++)
        add_task(&text, rand, i);
    *plan = (struct plan){.name = NULL};
    if (plan_parse(plan, "plan.yaml", td_buf_bytes(&text), NULL, &err))
        CU_FAIL_FATAL("the plan is one");
    td_buf_release(&text);
}

/* ---- a run ---- */

struct world {
    struct plan plan;
    struct sched *s;
    struct sched *shadow; /* only hears */
    struct td_rand rand;
    uint64_t now;
    struct sched_options options;
    uint8_t *ended; /* 1: an end was decided or told */
    uint32_t *launches;
    bool stopping[32];
    bool finished;
    bool cancelled;
};

static bool ended_well(const struct world *w, uint32_t task)
{
    enum sched_state state = sched_task(w->s, task)->state;

    return state == SCHED_COMPLETED || state == SCHED_CACHED ||
           ((state == SCHED_FAILED || state == SCHED_CANCELLED) &&
            w->plan.tasks[task].soft_fail);
}

/* What a start needs of those it depends on. */
static void check_launch(const struct world *w, const struct sched_event *ev)
{
    const struct plan_task *t = &w->plan.tasks[ev->task];
    bool bad = false;

    for (uint32_t i = 0; i < t->depends_count; i++) {
        CU_ASSERT_TRUE(
            sched_is_final(sched_task(w->s, t->depends_on[i])->state));
        bad |= !ended_well(w, t->depends_on[i]);
    }
    CU_ASSERT_TRUE(t->when == PLAN_ALWAYS ||
                   bad == (t->when == PLAN_ON_FAILURE));
    CU_ASSERT_FALSE(w->ended[ev->task]);
    CU_ASSERT_FALSE(sched_task(w->s, ev->task)->cancelling);
    CU_ASSERT_FALSE(sched_counts(w->s)->paused);
    if (w->options.waves)
        CU_ASSERT_TRUE(t->depth <= sched_counts(w->s)->wave);
}

/* Slots by looking at every task. */
static void check_slots(const struct world *w)
{
    uint32_t used[3] = {0};

    for (uint32_t i = 0; i < w->plan.task_count; i++) {
        const struct plan_task *t = &w->plan.tasks[i];
        enum sched_state state = sched_task(w->s, i)->state;

        if (state != SCHED_RUNNING && state != SCHED_STOPPING)
            continue;
        used[2] += t->weight;
        if (t->pool != PLAN_NO_POOL)
            used[t->pool] += t->weight;
    }
    for (uint32_t p = 0; p < w->plan.pool_count; p++) {
        CU_ASSERT_EQUAL(used[p], sched_slots(w->s, p));
        CU_ASSERT_TRUE(used[p] <= w->plan.pools[p].slots);
    }
    CU_ASSERT_EQUAL(used[2], sched_slots(w->s, PLAN_NO_POOL));
    CU_ASSERT_TRUE(used[2] <= w->options.workers ||
                   sched_counts(w->s)->running == 1);
}

static void hear(struct world *w, const struct sched_event *ev)
{
    struct td_error err;

    CU_ASSERT_EQUAL(sched_apply(w->s, ev, &err), TD_OK);
    CU_ASSERT_EQUAL(sched_apply(w->shadow, ev, &err), TD_OK);
    if (sched_is_final(sched_task(w->s, ev->task)->state) &&
        ev->what != SCHED_FINISH && ev->what != SCHED_WAVE_END &&
        ev->what != SCHED_WAVE_BEGIN)
        w->ended[ev->task] = 1;
    w->finished |= ev->what == SCHED_FINISH;
    check_slots(w);
}

static void happened(struct world *w, enum sched_what what, uint32_t task,
                     enum plan_fault fault)
{
    struct sched_event ev = {
        .what = what,
        .at_ns = w->now,
        .task = task,
        .attempt = sched_task(w->s, task)->attempt,
        .fault = fault,
        .status = fault == PLAN_EXIT_STATUS ? 1 : 0,
        .cost_usd = -1,
    };

    hear(w, &ev);
}

static void decide(struct world *w)
{
    struct sched_event ev;

    while (sched_next(w->s, w->now, &ev)) {
        struct sched_event same;

        CU_ASSERT_FALSE(w->finished);
        if (ev.what == SCHED_LOOK) {
            sched_changed(w->s, ev.task);
            sched_changed(w->shadow, ev.task);
            continue;
        }
        CU_ASSERT_TRUE(sched_next(w->shadow, w->now, &same));
        CU_ASSERT_EQUAL(memcmp(&ev, &same, sizeof(ev)), 0);
        if (ev.what == SCHED_LAUNCH)
            check_launch(w, &ev);
        if (ev.what == SCHED_LAUNCH)
            w->launches[ev.task]++;
        hear(w, &ev);
    }
    CU_ASSERT_FALSE(sched_next(w->shadow, w->now, &ev));
}

/* Something happens to a task that is under way; false: to this one nothing. */
static bool move(struct world *w, uint32_t task)
{
    static const enum plan_fault faults[] = {PLAN_EXIT_STATUS, PLAN_SIGNAL,
                                             PLAN_NOT_FOUND};
    enum sched_state state = sched_task(w->s, task)->state;

    if (state == SCHED_RUNNING && pick(&w->rand, 10) == 0)
        happened(w, SCHED_SETTLED, task, 0);
    else if (state == SCHED_RUNNING && pick(&w->rand, 3) == 0)
        happened(w, SCHED_FAULT, task, faults[pick(&w->rand, 3)]);
    else if (state == SCHED_RUNNING)
        happened(w, SCHED_ENDED, task, 0);
    else if (state == SCHED_STOPPING)
        happened(w, SCHED_FAULT, task, PLAN_TIMEOUT);
    else if (state == SCHED_VERIFYING && pick(&w->rand, 6) == 0)
        happened(w, SCHED_FAULT, task, PLAN_OUTPUT_MISSING);
    else if (state == SCHED_VERIFYING)
        happened(w, SCHED_DONE, task, 0);
    else if (state == SCHED_HELD)
        happened(w, pick(&w->rand, 3) ? SCHED_APPROVE : SCHED_REFUSE, task, 0);
    else
        return false;
    return true;
}

static void cancel_one(struct world *w, uint32_t task)
{
    enum sched_state state = sched_task(w->s, task)->state;

    if (!sched_is_final(state) && state != SCHED_VERIFYING)
        happened(w, SCHED_CANCEL_TASK, task, 0);
}

static void order(struct world *w)
{
    bool paused = sched_counts(w->s)->paused;

    if (paused || pick(&w->rand, 12) == 0)
        happened(w, paused ? SCHED_GO_ON : SCHED_PAUSE, 0, 0);
    else if (pick(&w->rand, 20) == 0)
        cancel_one(w, pick(&w->rand, w->plan.task_count));
    else if (!w->cancelled && pick(&w->rand, 40) == 0) {
        w->cancelled = true;
        happened(w, SCHED_CANCEL, 0, 0);
    }
}

static void step(struct world *w)
{
    uint32_t task = pick(&w->rand, w->plan.task_count);
    bool moved = false;

    decide(w);
    if (w->finished)
        return;
    for (uint32_t i = 0; i < w->plan.task_count && !moved; i++)
        if (pick(&w->rand, 4))
            moved = move(w, (task + i) % w->plan.task_count);
    if (!moved)
        w->now += MS * (1 + pick(&w->rand, 3));
    order(w);
}

static void check_end(const struct world *w)
{
    const struct sched_counts *c = sched_counts(w->s);

    CU_ASSERT_TRUE(w->finished);
    CU_ASSERT_EQUAL(c->completed + c->failed + c->skipped + c->cancelled,
                    w->plan.task_count);
    CU_ASSERT_EQUAL(c->wave, w->plan.waves);
    CU_ASSERT_EQUAL(c->running, 0);
    for (uint32_t i = 0; i < w->plan.task_count; i++)
        CU_ASSERT_TRUE(sched_is_final(sched_task(w->s, i)->state));
}

static void run_one(uint64_t seed)
{
    struct world w = {.now = 0};
    unsigned steps = 0;

    td_rand_seeded(&w.rand, seed);
    make_plan(&w.plan, &w.rand);
    w.options = (struct sched_options){.execution = "x1",
                                       .workers = 1 + pick(&w.rand, 4),
                                       .waves = pick(&w.rand, 2),
                                       .fail_fast = pick(&w.rand, 6) == 0,
                                       .cache = pick(&w.rand, 2)};
    w.s = sched_new(&w.plan, &w.options);
    w.shadow = sched_new(&w.plan, &w.options);
    w.ended = td_calloc(w.plan.task_count + 1, 1);
    w.launches = td_calloc(w.plan.task_count + 1, sizeof(*w.launches));
    while (!w.finished && steps++ < STEPS_MAX)
        step(&w);
    check_end(&w);
    sched_free(w.s);
    sched_free(w.shadow);
    free(w.ended);
    free(w.launches);
    plan_release(&w.plan);
}

static void test_any_plan(void)
{
    for (uint64_t seed = 1; seed <= 2000; seed++)
        run_one(seed);
}

/* ---- rows: what is decided, in short ---- */

struct row {
    const char *tasks;
    const char *decided; /* until nothing is */
};

static const struct row rows[] = {
    {"- {id: a, run: x}\n", "wave 1, launch a"},
    {"- {id: a, run: x}\n- {id: b, run: x}\n- {id: c, run: x}\n",
     "wave 1, launch a, launch b"},
    {"- {id: a, run: x, estimate: 1s}\n- {id: b, run: x, estimate: 9s}\n",
     "wave 1, launch b, launch a"},
    {"- {id: a, run: x, weight: 2}\n- {id: b, run: x}\n", "wave 1, launch a"},
    {"- {id: a, run: x, pool: one}\n- {id: b, run: x, pool: one}\n"
     "- {id: c, run: x}\n",
     "wave 1, launch a, launch c"},
    {"- {id: a, run: x, approval: {ask: well}}\n", "wave 1, ask a"},
    {"- {id: a, depends_on: [b], run: x}\n- {id: b, run: x}\n",
     "wave 1, launch b"},
};

static const char *decided(struct td_buf *out, const char *tasks)
{
    static const char *const words[] = {
        [SCHED_ASK] = "ask", [SCHED_LAUNCH] = "launch"};
    const struct sched_options options = {.execution = "x1", .workers = 2};
    struct td_buf text = {0};
    struct plan plan = {.name = NULL};
    struct sched_event ev;
    struct td_error err;
    struct sched *s;

    td_buf_clear(out);
    (void)td_buf_addf(&text, "plan: 1\npools: {one: 1}\ntasks:\n%s", tasks);
    CU_ASSERT_EQUAL(plan_parse(&plan, "p", td_buf_bytes(&text), NULL, &err),
                    TD_OK);
    s = sched_new(&plan, &options);
    while (sched_next(s, 0, &ev)) {
        if (ev.what == SCHED_WAVE_BEGIN)
            (void)td_buf_addf(out, "wave %u", ev.wave);
        else
            (void)td_buf_addf(out, ", %s %s", words[ev.what],
                              plan.tasks[ev.task].id);
        CU_ASSERT_EQUAL(sched_apply(s, &ev, &err), TD_OK);
    }
    sched_free(s);
    plan_release(&plan);
    td_buf_release(&text);
    return td_buf_str(out);
}

static void test_order(void)
{
    struct td_buf out = {0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_STRING_EQUAL(decided(&out, rows[i].tasks), rows[i].decided);
    td_buf_release(&out);
}

/* What cannot be is refused, and changes nothing. */
static void test_what_cannot_be(void)
{
    static const enum sched_what impossible[] = {
        SCHED_ENDED,    SCHED_DONE,      SCHED_FAULT,   SCHED_WAIT,
        SCHED_STOP,     SCHED_LAUNCH,    SCHED_ASK,     SCHED_APPROVE,
        SCHED_REFUSE,   SCHED_FINISH,    SCHED_SETTLED, SCHED_FAIL,
        SCHED_WAVE_END, SCHED_CACHED_NOW};
    const struct sched_options options = {.workers = 1};
    struct plan plan = {.name = NULL};
    struct td_error err;
    struct sched *s;

    CU_ASSERT_EQUAL(plan_parse(&plan, "p",
                               td_text("plan: 1\ntasks: [{id: a, run: x}]\n"),
                               NULL, &err),
                    TD_OK);
    s = sched_new(&plan, &options);
    for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
        struct sched_event ev = {.what = impossible[i], .wave = 1};

        CU_ASSERT_EQUAL(sched_apply(s, &ev, &err), TD_FORMAT);
        CU_ASSERT_EQUAL(sched_task(s, 0)->state, SCHED_WAITING);
    }
    sched_free(s);
    plan_release(&plan);
}

CU_TestInfo orchestrator_sched_tests[] = {
    {"any plan", test_any_plan},
    {"order", test_order},
    {"what cannot be", test_what_cannot_be},
    CU_TEST_INFO_NULL,
};
