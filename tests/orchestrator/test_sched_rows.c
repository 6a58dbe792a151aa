/* Executions of few tasks, in virtual time, as texts: what is decided when. */
#include "core/buf.h"
#include "core/clock.h"
#include "core/mem.h"
#include "orchestrator/sched/simulate.h"
#include "tests/suites.h"
#include "tests/support/plans.h"

#include <stdlib.h>
#include <string.h>

static const char *const words[] = {
    [SCHED_LOOK] = "look",     [SCHED_ASK] = "ask",
    [SCHED_LAUNCH] = "go",     [SCHED_STOP] = "stop",
    [SCHED_WAIT] = "wait",     [SCHED_FAIL] = "fail",
    [SCHED_SKIP] = "skip",     [SCHED_DROP] = "drop",
    [SCHED_WARN] = "warn",     [SCHED_HALT] = "halt",
    [SCHED_FINISH] = "end",    [SCHED_WAVE_BEGIN] = "open",
    [SCHED_WAVE_END] = "close"};

static struct plan plan;
static struct sched_options options;
static struct sched *s;
static struct td_buf told;

static void begin(uint32_t tasks)
{
    plans_new(&plan, tasks);
    options = (struct sched_options){.execution = "x1", .workers = 4};
}

static void start(void)
{
    plans_link(&plan);
    s = sched_new(&plan, &options);
}

static void over(void)
{
    sched_free(s);
    s = NULL;
    plan_release(&plan);
    td_buf_release(&told);
    told = (struct td_buf){0};
}

static void put(const struct sched_event *ev)
{
    (void)td_buf_addf(&told, "%s%s", told.len ? " " : "", words[ev->what]);
    if (ev->what == SCHED_WARN || ev->what == SCHED_HALT)
        (void)td_buf_addf(&told, "%u", ev->percent);
    else if (ev->what == SCHED_WAVE_BEGIN || ev->what == SCHED_WAVE_END)
        (void)td_buf_addf(&told, "%u", ev->wave);
    else if (ev->what != SCHED_FINISH)
        (void)td_buf_addf(&told, " %u", ev->task);
    if (ev->what == SCHED_FAIL || ev->what == SCHED_STOP)
        (void)td_buf_addf(&told, ":%s", plan_fault_word(ev->fault));
    if (ev->what == SCHED_SKIP)
        (void)td_buf_addf(&told, ":%u:%s", ev->cause,
                          plan_fault_word(ev->fault));
}

/* What is decided at that second, up to a question about a task. */
static const char *at(double second)
{
    struct sched_event ev;

    td_buf_clear(&told);
    while (sched_next(s, (uint64_t)(second * 1e9), &ev)) {
        put(&ev);
        if (ev.what == SCHED_LOOK)
            break;
        CU_ASSERT_EQUAL_FATAL(sched_apply(s, &ev, NULL), TD_OK);
    }
    return td_buf_str(&told);
}

static enum td_code is(double second, enum sched_what what, uint32_t task,
                       enum plan_fault fault)
{
    struct sched_event ev = {
        .what = what,
        .at_ns = (uint64_t)(second * 1e9),
        .task = task,
        .attempt = task < plan.task_count ? sched_task(s, task)->attempt : 0,
        .fault = fault,
        .status = 7,
        .tokens = 80,
        .cost_usd = -1};

    return sched_apply(s, &ev, NULL);
}

static void was(double second, enum sched_what what, uint32_t task,
                enum plan_fault fault)
{
    CU_ASSERT_EQUAL_FATAL(is(second, what, task, fault), TD_OK);
}

static void done(double second, uint32_t task)
{
    was(second, SCHED_ENDED, task, 0);
    was(second, SCHED_DONE, task, 0);
}

static void waves_close_in_order(void)
{
    for (int waves = 0; waves < 2; waves++) {
        begin(3); /* 1 needs 0; 2 needs nothing */
        plans_need(&plan, 1, 0);
        options.waves = waves;
        start();
        CU_ASSERT_STRING_EQUAL(at(0), "open1 go 0 go 2");
        done(1, 0);
        CU_ASSERT_STRING_EQUAL(at(1), waves ? "" : "go 1");
        if (!waves)
            done(2, 1);
        CU_ASSERT_STRING_EQUAL(at(2), "");
        done(3, 2);
        CU_ASSERT_STRING_EQUAL(at(3), waves ? "close1 open2 go 1"
                                            : "close1 open2 close2 end");
        over();
    }
}

static void a_full_pool_holds_up_nobody_else(void)
{
    begin(4);
    plans_pool(&plan, 1);
    for (uint32_t i = 0; i < 3; i++) {
        plan.tasks[i].pool = 0;
        plan.tasks[i].estimate_ns = 100 * PLANS_S;
    }
    start();
    CU_ASSERT_STRING_EQUAL(at(0), "open1 go 0 go 3");
    CU_ASSERT_EQUAL(sched_slots(s, 0), 1);
    CU_ASSERT_EQUAL(sched_slots(s, PLAN_NO_POOL), 2);
    done(1, 0);
    CU_ASSERT_STRING_EQUAL(at(1), "go 1");
    over();
}

static void failures_go_by_when(void)
{
    begin(5); /* 0 <- 1 (success) <- 2 (always); 0 <- 3 (failure) */
    plans_need(&plan, 1, 0);
    plans_need(&plan, 2, 1);
    plans_need(&plan, 3, 0);
    plan.tasks[2].when = PLAN_ALWAYS;
    plan.tasks[3].when = PLAN_ON_FAILURE;
    plan.tasks[4].when = PLAN_ON_FAILURE; /* and nothing can fail */
    start();
    CU_ASSERT_STRING_EQUAL(at(0), "open1 skip 4:4:dependency_error go 0");
    was(1, SCHED_FAULT, 0, PLAN_NOT_FOUND);
    CU_ASSERT_STRING_EQUAL(at(1), "fail 0:not_found close1 open2 "
                                  "skip 1:0:dependency_error go 2 go 3");
    over();
}

static void soft_failures_fail_nobody_else(void)
{
    begin(2);
    plans_need(&plan, 1, 0);
    plan.tasks[0].soft_fail = true;
    options.fail_fast = true;
    start();
    CU_ASSERT_STRING_EQUAL(at(0), "open1 go 0");
    was(1, SCHED_FAULT, 0, PLAN_EXIT_STATUS);
    CU_ASSERT_STRING_EQUAL(at(1), "fail 0:exit_status close1 open2 go 1");
    CU_ASSERT_EQUAL(sched_counts(s)->soft, 1);
    over();
}

static void the_first_failure_ends_all(void)
{
    begin(3);
    plans_need(&plan, 2, 1);
    options.fail_fast = true;
    start();
    (void)at(0);
    was(1, SCHED_FAULT, 0, PLAN_EXIT_STATUS);
    CU_ASSERT_STRING_EQUAL(at(1), "fail 0:exit_status stop 1:cancelled drop 2");
    was(2, SCHED_FAULT, 1, PLAN_CANCELLED);
    CU_ASSERT_STRING_EQUAL(at(2), "drop 1 close1 open2 close2 end");
    CU_ASSERT_EQUAL(sched_counts(s)->cancelled, 2);
    over();
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
        {1, PLAN_BUDGET, 0, false},      {1, PLAN_INFRASTRUCTURE, 0, false},
        {1, PLAN_RATE_LIMITED, 0, true}, {1, PLAN_NOT_FOUND, 0, false},
    };

    begin(1);
    plan.tasks[0].retry.attempts = 3;
    plan.tasks[0].retry.exit = statuses;
    plan.tasks[0].retry.exit_count = 2;
    start();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(sched_would_retry(s, 0, rows[i].attempt, rows[i].fault,
                                          rows[i].status),
                        rows[i].again);
    over();
}

static void waits_double_to_a_minute(void)
{
    double now = 0;
    double wait = 1;

    begin(1);
    plan.tasks[0].retry.attempts = 9;
    start();
    CU_ASSERT_STRING_EQUAL(at(0), "open1 go 0");
    for (int n = 1; n < 9; n++) {
        was(now, SCHED_FAULT, 0, PLAN_SIGNAL);
        CU_ASSERT_STRING_EQUAL(at(now), "wait 0");
        CU_ASSERT_TRUE((double)sched_due(s) / 1e9 - now >= wait * 0.799);
        CU_ASSERT_TRUE((double)sched_due(s) / 1e9 - now <= wait * 1.201);
        now = (double)(sched_due(s) + 1000) / 1e9;
        CU_ASSERT_STRING_EQUAL(at(now), "go 0");
        wait = wait * 2 > 60 ? 60 : wait * 2;
    }
    was(now, SCHED_FAULT, 0, PLAN_SIGNAL);
    CU_ASSERT_STRING_EQUAL(at(now), "fail 0:signal close1 end");
    CU_ASSERT_EQUAL(sched_task(s, 0)->retries, 8);
    over();
}

static void a_provider_may_ask_for_longer(void)
{
    struct sched_event ev = {.what = SCHED_FAULT,
                             .attempt = 1,
                             .fault = PLAN_RATE_LIMITED,
                             .retry_after_ns = 30 * PLANS_S,
                             .cost_usd = -1};

    begin(1);
    plan.tasks[0].retry.attempts = 2;
    start();
    (void)at(0);
    CU_ASSERT_EQUAL(sched_apply(s, &ev, NULL), TD_OK);
    CU_ASSERT_STRING_EQUAL(at(0), "wait 0");
    CU_ASSERT_EQUAL(sched_due(s), 30 * PLANS_S);
    over();
}

static void timeouts_stop(void)
{
    static const struct {
        struct plan_timeouts limit;
        double due;
    } rows[] = {
        {{.run = 5 * PLANS_S}, 5},
        {{.total = 6 * PLANS_S}, 6},
        {{.heartbeat = 2 * PLANS_S}, 3}, /* alive at 1 */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        begin(1);
        plan.tasks[0].timeout = rows[i].limit;
        start();
        (void)at(0);
        sched_alive(s, 0, PLANS_S);
        CU_ASSERT_EQUAL(sched_due(s), (uint64_t)(rows[i].due * 1e9));
        CU_ASSERT_STRING_EQUAL(at(rows[i].due - 0.1), "");
        CU_ASSERT_STRING_EQUAL(at(rows[i].due), "stop 0:timeout");
        was(rows[i].due + 1, SCHED_FAULT, 0, PLAN_TIMEOUT);
        CU_ASSERT_STRING_EQUAL(at(rows[i].due + 1),
                               "fail 0:timeout close1 end");
        over();
    }
}

static void queues_are_not_for_ever_but_pauses_do_not_count(void)
{
    begin(2);
    options.workers = 1;
    plan.tasks[1].timeout.queue = 5 * PLANS_S;
    start();
    CU_ASSERT_STRING_EQUAL(at(0), "open1 go 0");
    was(2, SCHED_PAUSE, 0, 0);
    CU_ASSERT_STRING_EQUAL(at(50), "");
    CU_ASSERT_EQUAL(sched_due(s), TD_NEVER);
    was(100, SCHED_GO_ON, 0, 0);
    CU_ASSERT_STRING_EQUAL(at(102), "");
    CU_ASSERT_EQUAL(sched_due(s), 103 * PLANS_S);
    CU_ASSERT_STRING_EQUAL(at(103), "fail 1:timeout");
    over();
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
        begin(1);
        plan.tasks[0].approval =
            (struct plan_approval){.ask = "?", .expires_ns = 9 * PLANS_S};
        start();
        CU_ASSERT_STRING_EQUAL(at(0), "open1 ask 0");
        if (rows[i].answer >= 0)
            was(1, (enum sched_what)rows[i].answer, 0, 0);
        CU_ASSERT_STRING_EQUAL(at(1), rows[i].then);
        if (rows[i].answer < 0)
            CU_ASSERT_STRING_EQUAL(at(9),
                                   "skip 0:0:approval_expired close1 end");
        over();
    }
}

static void budgets_warn_and_stop(void)
{
    begin(4); /* 1 waits for a yes, 2 needs 0, 3 is cleaning up */
    plan.budget.tokens = 100;
    plan.tasks[1].approval.ask = "?";
    plans_need(&plan, 2, 0);
    plans_need(&plan, 3, 0);
    plan.tasks[3].when = PLAN_ALWAYS;
    start();
    CU_ASSERT_STRING_EQUAL(at(0), "open1 ask 1 go 0");
    was(1, SCHED_USAGE, 0, 0);
    was(1, SCHED_USAGE, 0, 0); /* a sum, not more of it */
    CU_ASSERT_STRING_EQUAL(at(1), "warn75");
    plan.budget.tokens = 80;
    CU_ASSERT_STRING_EQUAL(at(2), "halt100 skip 1:1:budget");
    done(3, 0);
    CU_ASSERT_STRING_EQUAL(at(3), "close1 open2 skip 2:2:budget "
                                  "skip 3:3:budget close2 end");
    over();
}

static void the_wall_stands_in_a_pause(void)
{
    begin(2);
    plans_need(&plan, 1, 0);
    plan.budget.wall_ns = 100 * PLANS_S;
    plan.budget.pause = true;
    start();
    CU_ASSERT_STRING_EQUAL(at(0), "open1 go 0");
    was(10, SCHED_PAUSE, 0, 0);
    CU_ASSERT_STRING_EQUAL(at(500), "");
    was(1010, SCHED_GO_ON, 0, 0);
    CU_ASSERT_EQUAL(sched_due(s), 1075 * PLANS_S);
    CU_ASSERT_STRING_EQUAL(at(1075), "warn75");
    CU_ASSERT_STRING_EQUAL(at(1100), "halt100");
    CU_ASSERT_TRUE(sched_counts(s)->paused);
    done(1101, 0);
    CU_ASSERT_STRING_EQUAL(at(1101), "close1 open2");
    was(1200, SCHED_GO_ON, 0, 0);
    CU_ASSERT_STRING_EQUAL(at(1200), "go 1");
    over();
}

static void what_a_crash_cut_short_runs_again(void)
{
    begin(1);
    start();
    CU_ASSERT_STRING_EQUAL(at(0), "open1 go 0");
    for (int i = 1; i < SCHED_SETTLES_MAX; i++) {
        was(i, SCHED_RESUMED, 0, 0);
        was(i, SCHED_SETTLED, 0, 0);
        CU_ASSERT_EQUAL(sched_slots(s, PLAN_NO_POOL), 0);
        CU_ASSERT_STRING_EQUAL(at(i), "go 0");
        CU_ASSERT_EQUAL(sched_task(s, 0)->attempt, 1);
    }
    was(9, SCHED_SETTLED, 0, 0);
    CU_ASSERT_STRING_EQUAL(at(9), "fail 0:infrastructure_error close1 end");
    over();
}

static void the_unchanged_takes_no_slot(void)
{
    begin(2);
    plans_need(&plan, 1, 0);
    options.cache = true;
    start();
    CU_ASSERT_STRING_EQUAL(at(0), "open1 look 0");
    was(0, SCHED_CACHED_NOW, 0, 0);
    CU_ASSERT_STRING_EQUAL(at(0), "close1 open2 look 1");
    sched_changed(s, 1);
    CU_ASSERT_STRING_EQUAL(at(0), "go 1");
    CU_ASSERT_EQUAL(sched_counts(s)->cached, 1);
    over();
}

static void what_cannot_be_is_refused(void)
{
    struct sched_event other = {
        .what = SCHED_ENDED, .attempt = 2, .cost_usd = -1};
    struct td_error err;

    begin(2);
    plans_need(&plan, 1, 0);
    start();
    CU_ASSERT_EQUAL(is(0, SCHED_LAUNCH, 0, 0), TD_FORMAT);
    (void)at(0);
    CU_ASSERT_EQUAL(is(0, SCHED_DONE, 0, 0), TD_FORMAT);
    CU_ASSERT_EQUAL(is(0, SCHED_ENDED, 1, 0), TD_FORMAT);
    CU_ASSERT_EQUAL(is(0, SCHED_ENDED, 2, 0), TD_FORMAT);
    CU_ASSERT_EQUAL(is(0, SCHED_APPROVE, 0, 0), TD_FORMAT);
    CU_ASSERT_EQUAL(is(0, SCHED_FINISH, 0, 0), TD_FORMAT);
    CU_ASSERT_EQUAL(is(0, SCHED_WAVE_END, 0, 0), TD_FORMAT);
    CU_ASSERT_EQUAL(sched_apply(s, &other, &err), TD_FORMAT);
    CU_ASSERT_EQUAL(sched_task(s, 0)->state, SCHED_RUNNING);
    over();
}

static void simulations(void)
{
    static const uint64_t takes[] = {2 * PLANS_S, 3 * PLANS_S, 4 * PLANS_S, 0};
    struct sched_span spans[4];

    begin(4); /* 2 needs 0; 3 takes 9 s, as it is usual */
    plans_need(&plan, 2, 0);
    plan.tasks[3].estimate_ns = 9 * PLANS_S;
    plan.tasks[1].approval.ask = "?";
    options.workers = 2;
    start();
    CU_ASSERT_EQUAL(sched_simulate(&plan, &options, takes, spans), 9 * PLANS_S);
    CU_ASSERT_EQUAL(spans[3].order, 1);
    CU_ASSERT_EQUAL(spans[0].order, 2);
    CU_ASSERT_EQUAL(spans[1].start_ns, 2 * PLANS_S);
    CU_ASSERT_EQUAL(spans[2].start_ns, 5 * PLANS_S);
    CU_ASSERT_EQUAL(spans[2].end_ns, 9 * PLANS_S);
    plan.tasks[0].timeout.run = PLANS_S;
    (void)sched_simulate(&plan, &options, takes, spans);
    CU_ASSERT_EQUAL(spans[0].end_ns, PLANS_S);
    CU_ASSERT_EQUAL(spans[0].state, SCHED_FAILED);
    CU_ASSERT_EQUAL(spans[2].state, SCHED_SKIPPED);
    CU_ASSERT_EQUAL(spans[2].start_ns, TD_NEVER);
    over();
}

CU_TestInfo orchestrator_sched_rows_tests[] = {
    {"waves close in order", waves_close_in_order},
    {"a full pool holds up nobody else", a_full_pool_holds_up_nobody_else},
    {"failures go by when", failures_go_by_when},
    {"soft failures fail nobody else", soft_failures_fail_nobody_else},
    {"the first failure ends all", the_first_failure_ends_all},
    {"retries by class and status", retries_by_class_and_status},
    {"waits double to a minute", waits_double_to_a_minute},
    {"a provider may ask for longer", a_provider_may_ask_for_longer},
    {"timeouts stop", timeouts_stop},
    {"queues are not for ever, but pauses do not count",
     queues_are_not_for_ever_but_pauses_do_not_count},
    {"approvals", approvals},
    {"budgets warn and stop", budgets_warn_and_stop},
    {"the wall stands in a pause", the_wall_stands_in_a_pause},
    {"what a crash cut short runs again", what_a_crash_cut_short_runs_again},
    {"the unchanged takes no slot", the_unchanged_takes_no_slot},
    {"what cannot be is refused", what_cannot_be_is_refused},
    {"simulations", simulations},
    CU_TEST_INFO_NULL,
};
