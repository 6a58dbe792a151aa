/* Random plans, failures, crashes, answers and orders, held to a model that
 * looks at everything each time; and folds of what happened so far.
 */
#include "core/clock.h"
#include "core/mem.h"
#include "core/rand.h"
#include "orchestrator/sched/sched.h"
#include "tests/suites.h"
#include "tests/support/plans.h"
#include "tests/support/sched_scene.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS     400
#define TASKS      40
#define EVENTS_MAX 4000

struct model_task {
    enum sched_state state;
    uint32_t attempt;
    uint32_t next;  /* attempt */
    uint64_t until; /* of a wait */
    uint64_t end;   /* when the attempt ends; TD_NEVER */
    uint64_t began; /* the attempt */
    bool approved;
    bool looked;
    bool told;           /* it alone was cancelled */
    enum plan_fault why; /* it was stopped */
    uint32_t ends;
};

struct world {
    struct plan plan;
    struct sched_options options;
    struct sched *s;
    struct td_rand rand;
    struct model_task tasks[TASKS];
    struct sched_event events[EVENTS_MAX];
    uint32_t count;
    uint64_t now;
    uint32_t wave;
    uint32_t wave_ended;
    bool paused;
    bool ending;
    bool halted;
    bool finished;
    uint64_t step;      /* what attempts take some of; short ones are hurried */
    uint32_t short_row; /* that ended well in a row, each within 250 ms */
};

static uint32_t dice(struct world *w, uint32_t sides)
{
    uint32_t n;

    td_rand_bytes(&w->rand, &n, sizeof(n));
    return n % sides;
}

/* ---- a plan ---- */

static void make_task(struct world *w, uint32_t i)
{
    struct plan_task *t = &w->plan.tasks[i];

    t->when = dice(w, 4) ? PLAN_ON_SUCCESS : (enum plan_when)dice(w, 3);
    t->weight = 1 + dice(w, 2);
    t->estimate_ns = (1 + dice(w, 9)) * PLANS_S;
    t->retry.attempts = 1 + dice(w, 4);
    t->soft_fail = dice(w, 5) == 0;
    t->pool = dice(w, 2) ? dice(w, 2) : PLAN_NO_POOL;
    if (dice(w, 6) == 0)
        t->approval = (struct plan_approval){
            .ask = "?", .expires_ns = dice(w, 2) * 20 * PLANS_S};
    t->timeout.run = dice(w, 5) ? 0 : 4 * PLANS_S;
    t->timeout.total = dice(w, 8) ? 0 : 12 * PLANS_S;
    t->timeout.queue = dice(w, 8) ? 0 : 30 * PLANS_S;
    for (uint32_t on = 0; on < i; on++)
        if (dice(w, i + 2) < 2)
            plans_need(&w->plan, i, on);
}

static void make_world(struct world *w, uint64_t seed)
{
    *w = (struct world){.now = 0};
    td_rand_seeded(&w->rand, seed);
    plans_new(&w->plan, 1 + dice(w, TASKS));
    plans_pool(&w->plan, 2);
    plans_pool(&w->plan, 3);
    for (uint32_t i = 0; i < w->plan.task_count; i++)
        make_task(w, i);
    plans_link(&w->plan);
    if (dice(w, 4) == 0)
        w->plan.budget.tokens = 200;
    if (dice(w, 4) == 0)
        w->plan.budget.wall_ns = 30 * PLANS_S;
    w->plan.budget.on = (enum plan_limit)dice(w, 3);
    w->options = (struct sched_options){.execution = "x1",
                                        .workers = 1 + dice(w, 4),
                                        .waves = dice(w, 2),
                                        .fail_fast = dice(w, 4) == 0,
                                        .cache = dice(w, 2),
                                        .ahead = dice(w, 4),
                                        .in_order = dice(w, 2)};
    w->step = dice(w, 3) ? PLANS_S : PLANS_S / 40;
    w->s = sched_new(&w->plan, &w->options);
}

/* ---- what the model says ---- */

static bool is_bad(const struct world *w, uint32_t i)
{
    enum sched_state state = w->tasks[i].state;

    return state == SCHED_SKIPPED ||
           ((state == SCHED_FAILED || state == SCHED_CANCELLED) &&
            !w->plan.tasks[i].soft_fail);
}

static bool may_run(const struct world *w, uint32_t i)
{
    const struct plan_task *t = &w->plan.tasks[i];
    bool bad = false;

    for (uint32_t d = 0; d < t->depends_count; d++) {
        if (!sched_is_final(w->tasks[t->depends_on[d]].state))
            return false;
        bad |= is_bad(w, t->depends_on[d]);
    }
    return t->when == PLAN_ALWAYS || bad == (t->when == PLAN_ON_FAILURE);
}

static bool is_live(const struct world *w, uint32_t i)
{
    return w->tasks[i].state == SCHED_RUNNING ||
           w->tasks[i].state == SCHED_STOPPING;
}

/* Weights that run: of one pool, or of all. */
static uint32_t used(const struct world *w, uint32_t pool)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < w->plan.task_count; i++)
        if (is_live(w, i) &&
            (pool == PLAN_NO_POOL || w->plan.tasks[i].pool == pool))
            sum += w->plan.tasks[i].weight;
    return sum;
}

static bool has_room(const struct world *w, uint32_t i)
{
    const struct plan_task *t = &w->plan.tasks[i];

    return t->pool == PLAN_NO_POOL ||
           used(w, t->pool) + t->weight <= w->plan.pools[t->pool].slots;
}

static uint64_t path(const struct world *w, uint32_t i)
{
    const struct plan_task *t = &w->plan.tasks[i];
    uint64_t longest = 0;

    for (uint32_t d = 0; d < t->dependants_count; d++) {
        uint64_t on = path(w, t->dependants[d]);

        longest = on > longest ? on : longest;
    }
    return longest + t->estimate_ns;
}

/* None that has not begun matters more. */
static bool is_foremost(const struct world *w, uint32_t i)
{
    for (uint32_t j = 0; j < w->plan.task_count; j++)
        if ((w->tasks[j].state <= SCHED_HELD ||
             w->tasks[j].state == SCHED_BACKOFF) &&
            path(w, j) > path(w, i))
            return false;
    return true;
}

static bool fits(const struct world *w, uint32_t i)
{
    const struct plan_task *t = &w->plan.tasks[i];
    uint32_t sum = used(w, PLAN_NO_POOL);
    bool ahead = w->short_row >= 8 && t->weight == 1 &&
                 t->pool == PLAN_NO_POOL && !t->timeout.run &&
                 !t->timeout.total && !t->timeout.heartbeat &&
                 (!w->options.in_order || is_foremost(w, i));

    return sum == 0 || sum + t->weight <=
                           w->options.workers + (ahead ? w->options.ahead : 0);
}

static bool could_start(const struct world *w, uint32_t i)
{
    const struct model_task *m = &w->tasks[i];

    if (w->paused || w->halted || w->ending || m->told ||
        (w->options.waves && w->plan.tasks[i].depth > w->wave))
        return false;
    if (m->state == SCHED_BACKOFF)
        return w->now >= m->until;
    return m->state == SCHED_WAITING && may_run(w, i) && w->wave > 0 &&
           (m->approved || !w->plan.tasks[i].approval.ask);
}

static bool is_before(const struct world *w, uint32_t i, uint32_t best)
{
    return best == UINT32_MAX || path(w, i) > path(w, best) ||
           (path(w, i) == path(w, best) && i < best);
}

/* Of those of one pool, or of none. */
static uint32_t first_of(const struct world *w, uint32_t pool)
{
    uint32_t best = UINT32_MAX;

    for (uint32_t i = 0; i < w->plan.task_count; i++)
        if (w->plan.tasks[i].pool == pool && could_start(w, i) &&
            is_before(w, i, best))
            best = i;
    return best;
}

/* The one that is to start next; UINT32_MAX: none. It holds up the others of
 * its pool while that has too little room for it, and only them. */
static uint32_t first_of_all(const struct world *w)
{
    const uint32_t pools[] = {0, 1, PLAN_NO_POOL};
    uint32_t best = UINT32_MAX;

    for (size_t p = 0; p < sizeof(pools) / sizeof(pools[0]); p++) {
        uint32_t first = first_of(w, pools[p]);

        if (first != UINT32_MAX && has_room(w, first) &&
            is_before(w, first, best))
            best = first;
    }
    return best != UINT32_MAX && fits(w, best) ? best : UINT32_MAX;
}

/* ---- what happens is held to it ---- */

static void check_wave(struct world *w, const struct sched_event *ev)
{
    if (ev->what == SCHED_WAVE_BEGIN) {
        CU_ASSERT_EQUAL(ev->wave, w->wave + 1);
        CU_ASSERT_EQUAL(w->wave_ended, w->wave);
        w->wave = ev->wave;
        return;
    }
    CU_ASSERT_EQUAL(ev->wave, w->wave);
    for (uint32_t i = 0; i < w->plan.task_count; i++)
        CU_ASSERT_TRUE(w->plan.tasks[i].depth > ev->wave ||
                       sched_is_final(w->tasks[i].state));
    w->wave_ended = ev->wave;
}

static void check_launch(struct world *w, const struct sched_event *ev)
{
    struct model_task *m = &w->tasks[ev->task];

    CU_ASSERT_EQUAL(ev->task, first_of_all(w));
    CU_ASSERT_EQUAL(ev->attempt, m->next ? m->next : 1);
    CU_ASSERT_TRUE(ev->attempt <= w->plan.tasks[ev->task].retry.attempts);
    m->state = SCHED_RUNNING;
    m->attempt = ev->attempt;
    m->began = w->now;
    m->end = w->now + dice(w, 8) * w->step;
}

static void check_stop(struct world *w, const struct sched_event *ev)
{
    struct model_task *m = &w->tasks[ev->task];
    bool told = w->ending || m->told;

    CU_ASSERT_EQUAL(ev->fault, told ? PLAN_CANCELLED : PLAN_TIMEOUT);
    m->state = SCHED_STOPPING;
    m->why = ev->fault;
}

static void check_wait(struct world *w, const struct sched_event *ev)
{
    struct model_task *m = &w->tasks[ev->task];
    double wait =
        (double)(ev->until - w->now) / (double)(PLANS_S << (m->attempt - 1));

    CU_ASSERT_TRUE(wait >= 0.799 && wait <= 1.201);
    CU_ASSERT_FALSE(m->told);
    m->until = ev->until;
    m->next = m->attempt + 1;
}

static void check_end(struct world *w, const struct sched_event *ev,
                      enum sched_state state)
{
    struct model_task *m = &w->tasks[ev->task];

    CU_ASSERT_EQUAL(m->ends++, 0);
    CU_ASSERT_FALSE(is_live(w, ev->task));
    if (state == SCHED_SKIPPED && ev->cause != ev->task)
        CU_ASSERT_TRUE(is_bad(w, ev->cause));
    CU_ASSERT_FALSE(state == SCHED_SKIPPED && m->told);
    CU_ASSERT_TRUE(state != SCHED_CANCELLED || w->ending || m->told);
    m->state = state;
    if (state == SCHED_FAILED && w->options.fail_fast &&
        !w->plan.tasks[ev->task].soft_fail)
        w->ending = true;
}

static void check_task(struct world *w, const struct sched_event *ev)
{
    struct model_task *m = &w->tasks[ev->task];

    if (ev->what == SCHED_ASK)
        m->state = SCHED_HELD;
    else if (ev->what == SCHED_LAUNCH)
        check_launch(w, ev);
    else if (ev->what == SCHED_STOP)
        check_stop(w, ev);
    else if (ev->what == SCHED_WAIT)
        check_wait(w, ev);
    else if (ev->what == SCHED_FAIL)
        check_end(w, ev, SCHED_FAILED);
    else if (ev->what == SCHED_SKIP)
        check_end(w, ev, SCHED_SKIPPED);
    else if (ev->what == SCHED_DROP)
        check_end(w, ev, SCHED_CANCELLED);
}

static void check_all(struct world *w, const struct sched_event *ev)
{
    if (ev->what == SCHED_WAVE_BEGIN || ev->what == SCHED_WAVE_END)
        check_wave(w, ev);
    else if (ev->what == SCHED_HALT)
        w->halted = true;
    else if (ev->what != SCHED_WARN && ev->what != SCHED_FINISH)
        check_task(w, ev);
    if (ev->what == SCHED_HALT && w->plan.budget.on == PLAN_PAUSES)
        w->paused = true;
}

static void check_slots(const struct world *w)
{
    CU_ASSERT_EQUAL(sched_slots(w->s, PLAN_NO_POOL), used(w, PLAN_NO_POOL));
    for (uint32_t p = 0; p < w->plan.pool_count; p++) {
        CU_ASSERT_EQUAL(sched_slots(w->s, p), used(w, p));
        CU_ASSERT_TRUE(used(w, p) <= w->plan.pools[p].slots);
    }
}

/* ---- folds ---- */

/* A second machine that has only heard what happened decides the same next. */
static void check_fold(const struct world *w, bool decided,
                       const struct sched_event *next)
{
    struct sched *f = sched_new(&w->plan, &w->options);
    struct sched_event ev;

    for (uint32_t i = 0; i < w->count; i++)
        CU_ASSERT_EQUAL_FATAL(sched_apply(f, &w->events[i], NULL), TD_OK);
    for (uint32_t i = 0; i < w->plan.task_count; i++) {
        CU_ASSERT_TRUE(scene_same_task(sched_task(f, i), sched_task(w->s, i)));
        if (w->tasks[i].looked)
            sched_changed(f, i);
    }
    CU_ASSERT_EQUAL(sched_counts(w->s)->paused, w->paused);
    CU_ASSERT_EQUAL(sched_counts(f)->wave, sched_counts(w->s)->wave);
    CU_ASSERT_EQUAL(sched_counts(f)->tokens, sched_counts(w->s)->tokens);
    CU_ASSERT_EQUAL(sched_next(f, w->now, &ev), decided);
    CU_ASSERT_TRUE(decided ? scene_same_event(&ev, next)
                           : sched_due(f) == sched_due(w->s));
    sched_free(f);
}

/* ---- a life ---- */

static void apply(struct world *w, const struct sched_event *ev)
{
    CU_ASSERT_FALSE_FATAL(w->finished);
    CU_ASSERT_EQUAL_FATAL(sched_apply(w->s, ev, NULL), TD_OK);
    CU_ASSERT_TRUE_FATAL(w->count < EVENTS_MAX);
    w->events[w->count++] = *ev;
}

static void happened(struct world *w, enum sched_what what, uint32_t task,
                     enum plan_fault fault)
{
    struct sched_event ev = {.what = what,
                             .at_ns = w->now,
                             .task = task,
                             .attempt = w->tasks[task].attempt,
                             .fault = fault,
                             .status = 1,
                             .tokens = 20,
                             .cost_usd = -1};

    apply(w, &ev);
}

static void answer_look(struct world *w, uint32_t task)
{
    CU_ASSERT_TRUE(may_run(w, task));
    if (dice(w, 4) == 0) {
        happened(w, SCHED_CACHED_NOW, task, 0);
        CU_ASSERT_EQUAL(w->tasks[task].ends++, 0);
        w->tasks[task].state = SCHED_CACHED;
        return;
    }
    w->tasks[task].looked = true;
    sched_changed(w->s, task);
}

static void decide(struct world *w)
{
    struct sched_event ev;
    bool more = true;

    while (more) {
        more = sched_next(w->s, w->now, &ev);
        if (dice(w, 5) == 0)
            check_fold(w, more, &ev);
        if (more && ev.what == SCHED_LOOK) {
            answer_look(w, ev.task);
        } else if (more) {
            check_all(w, &ev);
            apply(w, &ev);
            w->finished = ev.what == SCHED_FINISH;
            check_slots(w);
        }
    }
    CU_ASSERT_EQUAL(first_of_all(w), UINT32_MAX);
    CU_ASSERT_TRUE(sched_due(w->s) > w->now); /* the loop may sleep */
    for (uint32_t i = 0; i < w->plan.task_count; i++)
        CU_ASSERT_TRUE(!w->tasks[i].told || sched_is_final(w->tasks[i].state) ||
                       w->tasks[i].state == SCHED_STOPPING);
}

static void fail(struct world *w, uint32_t i, enum plan_fault fault)
{
    happened(w, SCHED_FAULT, i, fault);
    w->short_row = 0;
    w->tasks[i].state = SCHED_BACKOFF;
    w->tasks[i].until = TD_NEVER;
}

static void end_attempt(struct world *w, uint32_t i)
{
    static const enum plan_fault faults[] = {PLAN_EXIT_STATUS, PLAN_SIGNAL,
                                             PLAN_SERVER_ERROR, PLAN_NOT_FOUND};
    struct model_task *m = &w->tasks[i];

    if (dice(w, 2))
        happened(w, SCHED_USAGE, i, 0);
    if (m->state == SCHED_STOPPING) {
        fail(w, i, m->why);
    } else if (dice(w, w->step == PLANS_S ? 3 : 30) == 0) {
        fail(w, i, faults[dice(w, 4)]);
    } else {
        happened(w, SCHED_ENDED, i, 0);
        w->short_row = w->now - m->began < PLANS_S / 4 ? w->short_row + 1 : 0;
        m->state = SCHED_VERIFYING;
        m->end = w->now + dice(w, 2) * PLANS_S;
    }
}

static void end_verify(struct world *w, uint32_t i)
{
    if (dice(w, w->step == PLANS_S ? 5 : 50) == 0) {
        fail(w, i, PLAN_OUTPUT_MISSING);
        return;
    }
    happened(w, SCHED_DONE, i, 0);
    CU_ASSERT_EQUAL(w->tasks[i].ends++, 0);
    w->tasks[i].state = SCHED_COMPLETED;
}

static void crash(struct world *w)
{
    happened(w, SCHED_RESUMED, 0, 0);
    for (uint32_t i = 0; i < w->plan.task_count; i++) {
        struct model_task *m = &w->tasks[i];

        if (m->state != SCHED_RUNNING || dice(w, 2))
            continue;
        happened(w, SCHED_SETTLED, i, 0);
        m->next = m->attempt;
        m->state = sched_task(w->s, i)->state == SCHED_BACKOFF ? SCHED_BACKOFF
                                                               : SCHED_WAITING;
        m->until = TD_NEVER;
    }
}

/* One that has ended well is none to be cancelled. */
static void cancel_one(struct world *w)
{
    uint32_t i = dice(w, w->plan.task_count);
    enum sched_state state = w->tasks[i].state;
    const struct sched_event ev = {
        .what = SCHED_CANCEL_TASK, .at_ns = w->now, .task = i};

    if (!sched_is_final(state) && state != SCHED_VERIFYING) {
        happened(w, SCHED_CANCEL_TASK, i, 0);
        w->tasks[i].told = true;
    } else {
        CU_ASSERT_EQUAL(sched_apply(w->s, &ev, NULL), TD_FORMAT);
    }
}

static void order(struct world *w)
{
    uint32_t what = dice(w, 40);

    if (what == 0) {
        happened(w, SCHED_CANCEL, 0, 0);
        w->ending = true;
    } else if (what < 4 && !w->paused) {
        happened(w, SCHED_PAUSE, 0, 0);
        w->paused = true;
    } else if (what < 12 && w->paused) {
        happened(w, SCHED_GO_ON, 0, 0);
        w->paused = false;
        w->halted = w->halted && w->plan.budget.on != PLAN_PAUSES;
    } else if (what < 15) {
        crash(w);
    } else if (what < 18) {
        cancel_one(w);
    }
}

static void answer(struct world *w, uint32_t i)
{
    bool yes = dice(w, 3) != 0;

    if (dice(w, 4))
        return;
    happened(w, yes ? SCHED_APPROVE : SCHED_REFUSE, i, 0);
    w->tasks[i].approved = yes;
    if (yes)
        w->tasks[i].state = SCHED_WAITING;
}

/* One second on, or a part of it where all are in a hurry. */
static void pass(struct world *w)
{
    w->now += w->step;
    for (uint32_t i = 0; i < w->plan.task_count; i++) {
        struct model_task *m = &w->tasks[i];

        if (is_live(w, i) && m->end <= w->now)
            end_attempt(w, i);
        else if (m->state == SCHED_VERIFYING && m->end <= w->now)
            end_verify(w, i);
        else if (m->state == SCHED_HELD)
            answer(w, i);
    }
    order(w);
}

static void live(uint64_t seed)
{
    static struct world w;
    unsigned turns = 0;

    make_world(&w, seed);
    decide(&w);
    while (!w.finished && turns++ < 100000) {
        pass(&w);
        decide(&w);
    }
    if (!w.finished)
        printf("seed %llu does not end\n", (unsigned long long)seed);
    CU_ASSERT_TRUE(w.finished);
    CU_ASSERT_EQUAL(w.wave_ended, w.plan.waves);
    CU_ASSERT_EQUAL(w.events[w.count - 1].what, SCHED_FINISH);
    CU_ASSERT_EQUAL(sched_due(w.s), TD_NEVER);
    for (uint32_t i = 0; i < w.plan.task_count; i++) {
        CU_ASSERT_EQUAL(w.tasks[i].ends, 1);
        CU_ASSERT_EQUAL(w.tasks[i].state, sched_task(w.s, i)->state);
    }
    sched_free(w.s);
    plan_release(&w.plan);
}

static void executions_keep_to_the_model(void)
{
    for (uint64_t seed = 1; seed <= ROUNDS; seed++)
        live(seed);
}

CU_TestInfo orchestrator_sched_random_tests[] = {
    {"executions keep to the model", executions_keep_to_the_model},
    CU_TEST_INFO_NULL,
};
