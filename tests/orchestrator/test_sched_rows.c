/* Executions of few tasks, in virtual time, as texts: what is decided when. */
#include "core/buf.h"
#include "core/clock.h"
#include "core/mem.h"
#include "orchestrator/sched/simulate.h"
#include "tests/suites.h"
#include "tests/support/plans.h"
#include "tests/support/sched_scene.h"

#include <stdlib.h>
#include <string.h>

static void waves_close_in_order(void)
{
    for (int waves = 0; waves < 2; waves++) {
        scene_begin(3); /* 1 needs 0; 2 needs nothing */
        plans_need(&scene.plan, 1, 0);
        scene.options.waves = waves;
        scene_start();
        CU_ASSERT_STRING_EQUAL(scene_at(0), "open1 go 0 go 2");
        scene_done(1, 0);
        CU_ASSERT_STRING_EQUAL(scene_at(1), waves ? "" : "go 1");
        if (!waves)
            scene_done(2, 1);
        CU_ASSERT_STRING_EQUAL(scene_at(2), "");
        scene_done(3, 2);
        CU_ASSERT_STRING_EQUAL(scene_at(3), waves ? "close1 open2 go 1"
                                                  : "close1 open2 close2 end");
        scene_over();
    }
}

static void a_full_pool_holds_up_nobody_else(void)
{
    scene_begin(4);
    plans_pool(&scene.plan, 1);
    for (uint32_t i = 0; i < 3; i++) {
        scene.plan.tasks[i].pool = 0;
        scene.plan.tasks[i].estimate_ns = 100 * PLANS_S;
    }
    scene_start();
    CU_ASSERT_STRING_EQUAL(scene_at(0), "open1 go 0 go 3");
    CU_ASSERT_EQUAL(sched_slots(scene.s, 0), 1);
    CU_ASSERT_EQUAL(sched_slots(scene.s, PLAN_NO_POOL), 2);
    scene_done(1, 0);
    CU_ASSERT_STRING_EQUAL(scene_at(1), "go 1");
    scene_over();
}

/* How many are launched at that moment. */
static unsigned launched(double second)
{
    const char *text = scene_at(second);
    unsigned count = 0;

    for (; (text = strstr(text, "go ")); text += 3)
        count++;
    return count;
}

/* Eight short ones of two workers. */
static void eight_go_by(void)
{
    scene.options.workers = 2;
    scene.options.ahead = 3;
    scene_start();
    CU_ASSERT_EQUAL(launched(0), 2);
    for (uint32_t i = 0; i < 7; i++) {
        scene_done(0.1 * (i + 1), i);
        CU_ASSERT_EQUAL(launched(0.1 * (i + 1)), 1);
    }
    scene_done(0.8, 7);
}

static void short_tasks_are_launched_ahead(void)
{
    scene_begin(40);
    eight_go_by();
    CU_ASSERT_EQUAL(launched(0.8), 4);
    CU_ASSERT_EQUAL(sched_slots(scene.s, PLAN_NO_POOL), 5);
    scene_was(0.8, SCHED_PAUSE, 0, 0);
    scene_done(0.8, 8);
    CU_ASSERT_EQUAL(launched(0.8), 0);
    scene_was(0.8, SCHED_GO_ON, 0, 0);
    CU_ASSERT_EQUAL(launched(0.8), 1);
    scene_done(2, 9); /* it took long */
    CU_ASSERT_EQUAL(launched(2), 0);
    for (uint32_t i = 10; i < 13; i++)
        scene_done(2, i);
    CU_ASSERT_EQUAL(launched(2), 1);
    scene_over();
}

/* Who may not be launched ahead is waited for, by the others, too. */
static void what_counts_waits_for_a_worker(void)
{
    for (int kind = 0; kind < 4; kind++) {
        scene_begin(20);
        plans_pool(&scene.plan, 1);
        if (kind == 0)
            scene.plan.tasks[10].weight = 2;
        else if (kind == 1)
            scene.plan.tasks[10].timeout.run = PLANS_S;
        else if (kind == 2)
            scene.plan.tasks[10].timeout.heartbeat = PLANS_S;
        else
            scene.plan.tasks[10].timeout.total = PLANS_S;
        eight_go_by();
        CU_ASSERT_STRING_EQUAL(scene_at(0.8), "go 9");
        scene_done(0.9, 8);
        scene_done(0.9, 9);
        CU_ASSERT_STRING_EQUAL(scene_at(0.9),
                               kind == 0 ? "go 10 go 11 go 12 go 13"
                                         : "go 10 go 11 go 12 go 13 go 14");
        scene_over();
    }
}

/* Where not all is known to be short: the chain 8, 30, 31 is the longest way,
 * and nothing goes ahead of it before its next one has begun. */
static void what_matters_more_waits_for_nobody(void)
{
    scene_begin(40);
    plans_need(&scene.plan, 30, 8);
    plans_need(&scene.plan, 31, 30);
    scene.plan.tasks[8].estimate_ns = PLANS_S / 10;
    scene.options.workers = 2;
    scene.options.ahead = 3;
    scene.options.in_order = true;
    scene_start();
    CU_ASSERT_STRING_EQUAL(scene_at(0), "open1 go 8 go 0");
    for (uint32_t i = 0; i < 8; i++) {
        scene_done(0.1 * (i + 1), i);
        CU_ASSERT_EQUAL(launched(0.1 * (i + 1)), 1);
    }
    scene_done(0.85, 8);
    CU_ASSERT_STRING_EQUAL(scene_at(0.85), "go 30");
    for (uint32_t i = 9; i < 17; i++) {
        scene_done(0.1 * i, i);
        CU_ASSERT_EQUAL(launched(0.1 * i), i < 16 ? 1 : 4);
    }
    scene_over();
}

static void failures_go_by_when(void)
{
    scene_begin(5); /* 0 <- 1 (success) <- 2 (always); 0 <- 3 (failure) */
    plans_need(&scene.plan, 1, 0);
    plans_need(&scene.plan, 2, 1);
    plans_need(&scene.plan, 3, 0);
    scene.plan.tasks[2].when = PLAN_ALWAYS;
    scene.plan.tasks[3].when = PLAN_ON_FAILURE;
    scene.plan.tasks[4].when = PLAN_ON_FAILURE; /* and nothing can fail */
    scene_start();
    CU_ASSERT_STRING_EQUAL(scene_at(0), "open1 skip 4:4:dependency_error go 0");
    scene_was(1, SCHED_FAULT, 0, PLAN_NOT_FOUND);
    CU_ASSERT_STRING_EQUAL(scene_at(1), "fail 0:not_found close1 open2 "
                                        "skip 1:0:dependency_error go 2 go 3");
    scene_over();
}

static void soft_failures_fail_nobody_else(void)
{
    scene_begin(2);
    plans_need(&scene.plan, 1, 0);
    scene.plan.tasks[0].soft_fail = true;
    scene.options.fail_fast = true;
    scene_start();
    CU_ASSERT_STRING_EQUAL(scene_at(0), "open1 go 0");
    scene_was(1, SCHED_FAULT, 0, PLAN_EXIT_STATUS);
    CU_ASSERT_STRING_EQUAL(scene_at(1), "fail 0:exit_status close1 open2 go 1");
    CU_ASSERT_EQUAL(sched_counts(scene.s)->soft, 1);
    scene_over();
}

static void the_first_failure_ends_all(void)
{
    scene_begin(3);
    plans_need(&scene.plan, 2, 1);
    scene.options.fail_fast = true;
    scene_start();
    (void)scene_at(0);
    scene_was(1, SCHED_FAULT, 0, PLAN_EXIT_STATUS);
    CU_ASSERT_STRING_EQUAL(scene_at(1),
                           "fail 0:exit_status stop 1:cancelled drop 2");
    scene_was(2, SCHED_FAULT, 1, PLAN_CANCELLED);
    CU_ASSERT_STRING_EQUAL(scene_at(2), "drop 1 close1 open2 close2 end");
    CU_ASSERT_EQUAL(sched_counts(scene.s)->cancelled, 2);
    scene_over();
}

static void retries_by_class_and_status(void)
{
    static const uint8_t statuses[] = {7, 28};
    static const struct {
        uint32_t attempt;
        enum plan_fault fault;
        int status;
        bool again;
    } rows[] = {
        {1, PLAN_EXIT_STATUS, 7, true},  {1, PLAN_EXIT_STATUS, 8, false},
        {3, PLAN_EXIT_STATUS, 7, false}, {1, PLAN_SIGNAL, -9, true},
        {2, PLAN_TIMEOUT, 0, true},      {1, PLAN_OUTPUT_MISSING, 0, false},
        {1, PLAN_BUDGET, 0, false},      {3, PLAN_INFRASTRUCTURE, 0, true},
        {1, PLAN_RATE_LIMITED, 0, true}, {1, PLAN_NOT_FOUND, 0, false},
    };

    scene_begin(1);
    scene.plan.tasks[0].retry.attempts = 3;
    scene.plan.tasks[0].retry.exit = statuses;
    scene.plan.tasks[0].retry.exit_count = 2;
    scene_start();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(sched_would_retry(scene.s, 0, rows[i].attempt,
                                          rows[i].fault, rows[i].status),
                        rows[i].again);
    scene_over();
}

static void infrastructure_takes_no_attempt(void)
{
    double now = 0;

    scene_begin(1);
    scene.plan.tasks[0].retry.attempts = 2;
    scene_start();
    CU_ASSERT_STRING_EQUAL(scene_at(0), "open1 go 0");
    for (int n = 1; n < SCHED_SETTLES_MAX; n++) {
        scene_was(now, SCHED_FAULT, 0, PLAN_INFRASTRUCTURE);
        CU_ASSERT_STRING_EQUAL(scene_at(now), "wait 0");
        now = (double)(sched_due(scene.s) + 1000) / 1e9;
        CU_ASSERT_STRING_EQUAL(scene_at(now), "go 0");
        CU_ASSERT_EQUAL(sched_task(scene.s, 0)->attempt, 1);
    }
    scene_was(now, SCHED_FAULT, 0, PLAN_SIGNAL);
    CU_ASSERT_STRING_EQUAL(scene_at(now), "wait 0");
    now = (double)(sched_due(scene.s) + 1000) / 1e9;
    CU_ASSERT_STRING_EQUAL(scene_at(now), "go 0");
    CU_ASSERT_EQUAL(sched_task(scene.s, 0)->attempt, 2);
    CU_ASSERT_EQUAL(sched_counts(scene.s)->retries, 1);
    scene_was(now, SCHED_FAULT, 0, PLAN_INFRASTRUCTURE);
    CU_ASSERT_STRING_EQUAL(scene_at(now),
                           "fail 0:infrastructure_error close1 end");
    CU_ASSERT_EQUAL(sched_counts(scene.s)->infra, SCHED_SETTLES_MAX);
    scene_over();
}

static void waits_double_to_a_minute(void)
{
    double now = 0;
    double wait = 1;

    scene_begin(1);
    scene.plan.tasks[0].retry.attempts = 9;
    scene_start();
    CU_ASSERT_STRING_EQUAL(scene_at(0), "open1 go 0");
    for (int n = 1; n < 9; n++) {
        scene_was(now, SCHED_FAULT, 0, PLAN_SIGNAL);
        CU_ASSERT_STRING_EQUAL(scene_at(now), "wait 0");
        CU_ASSERT_TRUE((double)sched_due(scene.s) / 1e9 - now >= wait * 0.799);
        CU_ASSERT_TRUE((double)sched_due(scene.s) / 1e9 - now <= wait * 1.201);
        now = (double)(sched_due(scene.s) + 1000) / 1e9;
        CU_ASSERT_STRING_EQUAL(scene_at(now), "go 0");
        wait = wait * 2 > 60 ? 60 : wait * 2;
    }
    scene_was(now, SCHED_FAULT, 0, PLAN_SIGNAL);
    CU_ASSERT_STRING_EQUAL(scene_at(now), "fail 0:signal close1 end");
    CU_ASSERT_EQUAL(sched_task(scene.s, 0)->retries, 8);
    scene_over();
}

static void a_provider_may_ask_for_longer(void)
{
    struct sched_event ev = {.what = SCHED_FAULT,
                             .attempt = 1,
                             .fault = PLAN_RATE_LIMITED,
                             .retry_after_ns = 30 * PLANS_S,
                             .cost_usd = -1};

    scene_begin(1);
    scene.plan.tasks[0].retry.attempts = 2;
    scene_start();
    (void)scene_at(0);
    CU_ASSERT_EQUAL(sched_apply(scene.s, &ev, NULL), TD_OK);
    CU_ASSERT_STRING_EQUAL(scene_at(0), "wait 0");
    CU_ASSERT_EQUAL(sched_due(scene.s), 30 * PLANS_S);
    scene_over();
}

static void timeouts_stop(void)
{
    static const struct {
        struct plan_timeouts limit;
        double due;
        const char *name;
    } rows[] = {
        {{.run = 5 * PLANS_S}, 5, "run"},
        {{.total = 6 * PLANS_S}, 6, "total"},
        {{.heartbeat = 2 * PLANS_S}, 3, "heartbeat"}, /* alive at 1 */
    };
    uint64_t limit;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        scene_begin(1);
        scene.plan.tasks[0].timeout = rows[i].limit;
        scene_start();
        (void)scene_at(0);
        sched_alive(scene.s, 0, PLANS_S);
        CU_ASSERT_EQUAL(sched_due(scene.s), (uint64_t)(rows[i].due * 1e9));
        CU_ASSERT_STRING_EQUAL(scene_at(rows[i].due - 0.1), "");
        CU_ASSERT_STRING_EQUAL(
            sched_late(scene.s, 0, (uint64_t)(rows[i].due * 1e9), &limit),
            rows[i].name);
        CU_ASSERT_STRING_EQUAL(scene_at(rows[i].due), "stop 0:timeout");
        scene_was(rows[i].due + 1, SCHED_FAULT, 0, PLAN_TIMEOUT);
        CU_ASSERT_STRING_EQUAL(scene_at(rows[i].due + 1),
                               "fail 0:timeout close1 end");
        scene_over();
    }
}

/* That of an attempt is tried again, that of all of them is not. */
static void a_total_that_is_over_is_the_end(void)
{
    scene_begin(1);
    scene.plan.tasks[0].timeout.total = 6 * PLANS_S;
    scene.plan.tasks[0].timeout.run = 4 * PLANS_S;
    scene.plan.tasks[0].retry.attempts = 5;
    scene_start();
    (void)scene_at(0);
    CU_ASSERT_STRING_EQUAL(scene_at(4), "stop 0:timeout");
    CU_ASSERT_TRUE(sched_would_retry(scene.s, 0, 1, PLAN_TIMEOUT, 0));
    scene_was(4, SCHED_FAULT, 0, PLAN_TIMEOUT);
    CU_ASSERT_STRING_EQUAL(scene_at(4), "wait 0");
    CU_ASSERT_STRING_EQUAL(scene_at(5.5), "go 0");
    CU_ASSERT_STRING_EQUAL(scene_at(6), "stop 0:timeout");
    CU_ASSERT_FALSE(sched_would_retry(scene.s, 0, 2, PLAN_TIMEOUT, 0));
    scene_was(6, SCHED_FAULT, 0, PLAN_TIMEOUT);
    CU_ASSERT_STRING_EQUAL(scene_at(6), "fail 0:timeout close1 end");
    scene_over();
}

static void queues_are_not_for_ever_but_pauses_do_not_count(void)
{
    scene_begin(2);
    scene.options.workers = 1;
    scene.plan.tasks[1].timeout.queue = 5 * PLANS_S;
    scene_start();
    CU_ASSERT_STRING_EQUAL(scene_at(0), "open1 go 0");
    scene_was(2, SCHED_PAUSE, 0, 0);
    CU_ASSERT_STRING_EQUAL(scene_at(50), "");
    CU_ASSERT_EQUAL(sched_due(scene.s), TD_NEVER);
    scene_was(100, SCHED_GO_ON, 0, 0);
    CU_ASSERT_STRING_EQUAL(scene_at(102), "");
    CU_ASSERT_EQUAL(sched_due(scene.s), 103 * PLANS_S);
    CU_ASSERT_STRING_EQUAL(scene_at(103), "fail 1:timeout");
    scene_over();
}

static void approvals(void)
{
    static const struct {
        int answer;
        const char *then;
    } rows[] = {
        {SCHED_APPROVE, "go 0"},
        {SCHED_REFUSE, "skip 0:0:refused close1 end"},
        {-1, ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        scene_begin(1);
        scene.plan.tasks[0].approval =
            (struct plan_approval){.ask = "?", .expires_ns = 9 * PLANS_S};
        scene_start();
        CU_ASSERT_STRING_EQUAL(scene_at(0), "open1 ask 0");
        if (rows[i].answer >= 0)
            scene_was(1, (enum sched_what)rows[i].answer, 0, 0);
        CU_ASSERT_STRING_EQUAL(scene_at(1), rows[i].then);
        if (rows[i].answer < 0)
            CU_ASSERT_STRING_EQUAL(scene_at(9),
                                   "skip 0:0:approval_expired close1 end");
        scene_over();
    }
}

static void budgets_warn_and_stop(void)
{
    scene_begin(4); /* 1 waits for a yes, 2 needs 0, 3 is cleaning up */
    scene.plan.budget.tokens = 100;
    scene.plan.tasks[1].approval.ask = "?";
    plans_need(&scene.plan, 2, 0);
    plans_need(&scene.plan, 3, 0);
    scene.plan.tasks[3].when = PLAN_ALWAYS;
    scene_start();
    CU_ASSERT_STRING_EQUAL(scene_at(0), "open1 ask 1 go 0");
    scene_was(1, SCHED_USAGE, 0, 0);
    scene_was(1, SCHED_USAGE, 0, 0); /* a sum, not more of it */
    CU_ASSERT_STRING_EQUAL(scene_at(1), "warn75");
    scene.plan.budget.tokens = 80;
    CU_ASSERT_STRING_EQUAL(scene_at(2), "halt100 skip 1:1:budget");
    scene_done(3, 0);
    CU_ASSERT_STRING_EQUAL(scene_at(3), "close1 open2 skip 2:2:budget "
                                        "skip 3:3:budget close2 end");
    scene_over();
}

static void a_budget_may_only_warn(void)
{
    scene_begin(2);
    scene.plan.budget.tokens = 200;
    scene.plan.budget.on = PLAN_WARNS;
    scene.plan.budget.warn = 50;
    scene.plan.budget.critical = 40; /* no less than warn */
    plans_need(&scene.plan, 1, 0);
    scene_start();
    CU_ASSERT_STRING_EQUAL(scene_at(0), "open1 go 0");
    scene_was(1, SCHED_USAGE, 0, 0);
    scene.plan.budget.tokens = 160;
    CU_ASSERT_STRING_EQUAL(scene_at(1), "warn50");
    scene.plan.budget.tokens = 80;
    CU_ASSERT_STRING_EQUAL(scene_at(2), "warn100");
    CU_ASSERT_FALSE(sched_counts(scene.s)->halted);
    scene_done(3, 0);
    CU_ASSERT_STRING_EQUAL(scene_at(3), "close1 open2 go 1");
    scene_over();
}

static void the_wall_stands_in_a_pause(void)
{
    scene_begin(2);
    plans_need(&scene.plan, 1, 0);
    scene.plan.budget.wall_ns = 100 * PLANS_S;
    scene.plan.budget.on = PLAN_PAUSES;
    scene_start();
    CU_ASSERT_STRING_EQUAL(scene_at(0), "open1 go 0");
    scene_was(10, SCHED_PAUSE, 0, 0);
    CU_ASSERT_STRING_EQUAL(scene_at(500), "");
    scene_was(1010, SCHED_GO_ON, 0, 0);
    CU_ASSERT_EQUAL(sched_due(scene.s), 1075 * PLANS_S);
    CU_ASSERT_STRING_EQUAL(scene_at(1075), "warn75");
    CU_ASSERT_STRING_EQUAL(scene_at(1100), "halt100");
    CU_ASSERT_TRUE(sched_counts(scene.s)->paused);
    scene_done(1101, 0);
    CU_ASSERT_STRING_EQUAL(scene_at(1101), "close1 open2");
    scene_was(1200, SCHED_GO_ON, 0, 0);
    CU_ASSERT_STRING_EQUAL(scene_at(1200), "go 1");
    scene_over();
}

static void what_a_crash_cut_short_runs_again(void)
{
    scene_begin(1);
    scene_start();
    CU_ASSERT_STRING_EQUAL(scene_at(0), "open1 go 0");
    for (int i = 1; i < SCHED_SETTLES_MAX; i++) {
        scene_was(i, SCHED_RESUMED, 0, 0);
        scene_was(i, SCHED_SETTLED, 0, 0);
        CU_ASSERT_EQUAL(sched_slots(scene.s, PLAN_NO_POOL), 0);
        CU_ASSERT_STRING_EQUAL(scene_at(i), "go 0");
        CU_ASSERT_EQUAL(sched_task(scene.s, 0)->attempt, 1);
    }
    for (int i = 3; i < 9; i++) { /* what never began was not cut short */
        struct sched_event ev = {.what = SCHED_SETTLED,
                                 .at_ns = (uint64_t)i * TD_NS_PER_S,
                                 .attempt = 1,
                                 .unbegun = true};
        struct td_error err;

        CU_ASSERT_EQUAL(sched_apply(scene.s, &ev, &err), TD_OK);
        CU_ASSERT_STRING_EQUAL(scene_at(i), "go 0");
    }
    scene_was(9, SCHED_SETTLED, 0, 0);
    CU_ASSERT_STRING_EQUAL(scene_at(9),
                           "fail 0:infrastructure_error close1 end");
    scene_was(10, SCHED_RESUMED, 0, 0); /* what follows the end was not told */
    CU_ASSERT_STRING_EQUAL(scene_at(10), "");
    scene_over();
}

static void the_unchanged_takes_no_slot(void)
{
    scene_begin(2);
    plans_need(&scene.plan, 1, 0);
    scene.options.cache = true;
    scene_start();
    CU_ASSERT_STRING_EQUAL(scene_at(0), "open1 look 0");
    scene_was(0, SCHED_CACHED_NOW, 0, 0);
    CU_ASSERT_STRING_EQUAL(scene_at(0), "close1 open2 look 1");
    sched_changed(scene.s, 1);
    CU_ASSERT_STRING_EQUAL(scene_at(0), "go 1");
    CU_ASSERT_EQUAL(sched_counts(scene.s)->cached, 1);
    scene_over();
}

static void what_cannot_be_is_refused(void)
{
    struct sched_event other = {
        .what = SCHED_ENDED, .attempt = 2, .cost_usd = -1};
    struct td_error err;

    scene_begin(2);
    plans_need(&scene.plan, 1, 0);
    scene_start();
    CU_ASSERT_EQUAL(scene_is(0, SCHED_LAUNCH, 0, 0), TD_FORMAT);
    (void)scene_at(0);
    CU_ASSERT_EQUAL(scene_is(0, SCHED_DONE, 0, 0), TD_FORMAT);
    CU_ASSERT_EQUAL(scene_is(0, SCHED_ENDED, 1, 0), TD_FORMAT);
    CU_ASSERT_EQUAL(scene_is(0, SCHED_ENDED, 2, 0), TD_FORMAT);
    CU_ASSERT_EQUAL(scene_is(0, SCHED_APPROVE, 0, 0), TD_FORMAT);
    CU_ASSERT_EQUAL(scene_is(0, SCHED_FINISH, 0, 0), TD_FORMAT);
    CU_ASSERT_EQUAL(scene_is(0, SCHED_WAVE_END, 0, 0), TD_FORMAT);
    CU_ASSERT_EQUAL(sched_apply(scene.s, &other, &err), TD_FORMAT);
    CU_ASSERT_EQUAL(sched_task(scene.s, 0)->state, SCHED_RUNNING);
    scene_over();
}

static void simulations(void)
{
    static const uint64_t takes[] = {2 * PLANS_S, 3 * PLANS_S, 4 * PLANS_S, 0};
    static const enum sched_guess same[] = {SCHED_UNCHANGED, SCHED_WILL_RUN,
                                            SCHED_MAY_RUN, SCHED_UNCHANGED};
    struct sched_span spans[4];

    scene_begin(4); /* 2 needs 0; 3 takes 9 scene.s, as it is usual */
    plans_need(&scene.plan, 2, 0);
    scene.plan.tasks[3].estimate_ns = 9 * PLANS_S;
    scene.plan.tasks[1].approval.ask = "?";
    scene.options.workers = 2;
    scene_start();
    CU_ASSERT_EQUAL(
        sched_simulate(&scene.plan, &scene.options, takes, NULL, spans),
        9 * PLANS_S);
    CU_ASSERT_EQUAL(spans[3].order, 1);
    CU_ASSERT_EQUAL(spans[0].order, 2);
    CU_ASSERT_EQUAL(spans[1].start_ns, 2 * PLANS_S);
    CU_ASSERT_EQUAL(spans[2].start_ns, 5 * PLANS_S);
    CU_ASSERT_EQUAL(spans[2].end_ns, 9 * PLANS_S);
    CU_ASSERT_EQUAL(
        sched_simulate(&scene.plan, &scene.options, takes, same, spans),
        4 * PLANS_S); /* 1 beside 2, which may run */
    CU_ASSERT_EQUAL(spans[0].state, SCHED_CACHED);
    CU_ASSERT_EQUAL(spans[0].order, 0);
    CU_ASSERT_EQUAL(spans[0].start_ns, TD_NEVER);
    CU_ASSERT_EQUAL(spans[2].start_ns, 0);
    scene.plan.tasks[0].timeout.run = PLANS_S;
    (void)sched_simulate(&scene.plan, &scene.options, takes, NULL, spans);
    CU_ASSERT_EQUAL(spans[0].end_ns, PLANS_S);
    CU_ASSERT_EQUAL(spans[0].state, SCHED_FAILED);
    CU_ASSERT_EQUAL(spans[2].state, SCHED_SKIPPED);
    CU_ASSERT_EQUAL(spans[2].start_ns, TD_NEVER);
    scene_over();
}

CU_TestInfo orchestrator_sched_rows_tests[] = {
    {"waves close in order", waves_close_in_order},
    {"a full pool holds up nobody else", a_full_pool_holds_up_nobody_else},
    {"short tasks are launched ahead", short_tasks_are_launched_ahead},
    {"what counts waits for a worker", what_counts_waits_for_a_worker},
    {"what matters more waits for nobody", what_matters_more_waits_for_nobody},
    {"failures go by when", failures_go_by_when},
    {"soft failures fail nobody else", soft_failures_fail_nobody_else},
    {"the first failure ends all", the_first_failure_ends_all},
    {"retries by class and status", retries_by_class_and_status},
    {"infrastructure takes no attempt", infrastructure_takes_no_attempt},
    {"waits double to a minute", waits_double_to_a_minute},
    {"a provider may ask for longer", a_provider_may_ask_for_longer},
    {"a total that is over is the end", a_total_that_is_over_is_the_end},
    {"timeouts stop", timeouts_stop},
    {"queues are not for ever, but pauses do not count",
     queues_are_not_for_ever_but_pauses_do_not_count},
    {"approvals", approvals},
    {"budgets warn and stop", budgets_warn_and_stop},
    {"a budget may only warn", a_budget_may_only_warn},
    {"the wall stands in a pause", the_wall_stands_in_a_pause},
    {"what a crash cut short runs again", what_a_crash_cut_short_runs_again},
    {"the unchanged takes no slot", the_unchanged_takes_no_slot},
    {"what cannot be is refused", what_cannot_be_is_refused},
    {"simulations", simulations},
    CU_TEST_INFO_NULL,
};
