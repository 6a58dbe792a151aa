/* A keeper has no more jobs than those whose end the journal does not have. */
#include "orchestrator/plan/load.h"
#include "orchestrator/run/exec.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"

#include <stdio.h>
#include <sys/stat.h>

#define JOBS  6 /* that the keeper has at a time */
#define TASKS 40

struct scene {
    struct wire_net *net;
    struct td_error why;
    bool finished;
};

static void on_news(void *ctx, const struct run_news *news)
{
    (void)ctx;
    (void)news;
}

static void on_finished(void *ctx, const struct td_error *why)
{
    struct scene *scene = ctx;

    scene->finished = true;
    scene->why = *why;
    wire_stop(scene->net);
}

/* Every other one fails once before it ends well. */
static void make_plan(struct plan *plan)
{
    struct td_buf text = {0};
    struct td_error err;

    (void)td_buf_add_text(&text, "{\"plan\":1,\"name\":\"many\",\"tasks\":[");
    for (unsigned i = 0; i < TASKS; i++)
        (void)td_buf_addf(&text,
                          "%s{\"id\":\"t%u\",\"run\":"
                          "\"%s test -e m%u || { touch m%u; exit 3; }\","
                          "\"retry\":{\"attempts\":2,\"backoff\":\"1ms\"}}",
                          i ? "," : "", i, i % 2 ? "exit 0;" : "", i, i);
    (void)td_buf_add_text(&text, "]}");
    CU_ASSERT_EQUAL_FATAL(
        plan_parse(plan, "many", td_buf_bytes(&text), NULL, &err), TD_OK);
    td_buf_release(&text);
}

static void ended_attempts_are_forgotten(void)
{
    static const struct run_events events = {.news = on_news,
                                             .finished = on_finished};
    struct run_options options = {
        .workers = 2, .no_fsync = true, .keeper_jobs = JOBS};
    struct scene scene = {.finished = false};
    struct run_exec *x = NULL;
    struct plan plan = {.name = NULL};
    struct td_error err;
    const char *root = test_path("workspace");

    CU_ASSERT_EQUAL(mkdir(root, 0777), 0);
    make_plan(&plan);
    CU_ASSERT_EQUAL_FATAL(wire_lws_open(&scene.net, td_clock_real(), &err),
                          TD_OK);
    CU_ASSERT_EQUAL_FATAL(
        run_create(&x, scene.net, &plan, root, &options, &err), TD_OK);
    CU_ASSERT_EQUAL_FATAL(run_go(x, &events, &scene, &err), TD_OK);
    CU_ASSERT_EQUAL(wire_run(scene.net, &err), TD_OK);
    CU_ASSERT(scene.finished);
    CU_ASSERT_EQUAL(scene.why.code, TD_OK);
    CU_ASSERT_EQUAL(run_exit_status(x), 0);
    CU_ASSERT_EQUAL(sched_counts(run_sched(x))->completed, TASKS);
    CU_ASSERT_EQUAL(run_close(x, &err), TD_OK);
    wire_net_close(scene.net);
}

CU_TestInfo orchestrator_run_forget_tests[] = {
    {"ended attempts are forgotten", ended_attempts_are_forgotten},
    CU_TEST_INFO_NULL,
};
