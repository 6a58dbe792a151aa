/* Attempts that are processes of a keeper: what they are told and tell, and
 * what becomes of them when who started them, or the keeper, is gone.
 */
#include "orchestrator/provider/processes.h"
#include "tests/suites.h"
#include "tests/support/attempt_scene.h"
#include "tests/support/tapes.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WAIT_NS (10 * TD_NS_PER_S)

struct stage {
    struct attempt_scene scene;
    struct prov_processes *processes;
    struct provider provider;
    const char *argv[4];
    unsigned strays;
    unsigned ready;
    struct td_error gone; /* code TD_OK: it is not */
    int stray_status;
};

static void on_stray(void *ctx, const char *id, const struct keep_end *end)
{
    struct stage *stage = ctx;

    CU_ASSERT_STRING_EQUAL(id, "x7/9/1");
    stage->strays++;
    stage->stray_status = end->status;
    wire_stop(stage->scene.net);
}

static void on_ready(void *ctx)
{
    ((struct stage *)ctx)->ready++;
}

static void on_gone(void *ctx, const struct td_error *why)
{
    struct stage *stage = ctx;

    stage->gone = *why;
    wire_stop(stage->scene.net);
}

static void attach(struct stage *stage, bool talks)
{
    static const struct prov_keeper_events events = {
        .stray = on_stray, .ready = on_ready, .gone = on_gone};
    const struct keep_home home = {
        .dir = stage->scene.dir, .id = "x7", .linger_ns = WAIT_NS};
    struct td_error err = {0};

    CU_ASSERT_EQUAL_FATAL(prov_processes_open(&stage->processes,
                                              stage->scene.net, &home, &events,
                                              stage, &err),
                          TD_OK);
    stage->provider =
        talks ? prov_command(stage->processes) : prov_shell(stage->processes);
}

static void open_stage(struct stage *stage, bool talks, const char *script)
{
    struct keep_home home = {.id = "x7", .linger_ns = WAIT_NS};

    *stage = (struct stage){.argv = {"sh", "-euc", script}};
    attempt_scene_open(&stage->scene, talks ? "{\"n\":1.10}" : "{}");
    stage->scene.task.run = (struct plan_words){stage->argv, 3};
    home.dir = stage->scene.dir;
    CU_ASSERT_EQUAL_FATAL(keep_start(&home, NULL), TD_OK);
    attach(stage, talks);
}

/* The keeper is told to end, and does. */
static void close_stage(struct stage *stage)
{
    if (!stage->gone.code) {
        prov_processes_quit(stage->processes, true);
        CU_ASSERT_EQUAL(wire_run(stage->scene.net, NULL), TD_OK);
        CU_ASSERT_EQUAL(stage->gone.code, TD_END);
    }
    prov_processes_close(stage->processes);
    attempt_scene_close(&stage->scene);
}

static void run(struct stage *stage)
{
    CU_ASSERT_EQUAL_FATAL(
        attempt_scene_run(&stage->scene, &stage->provider, NULL), TD_OK);
}

static bool has(struct stage *stage, const char *name, const char *text)
{
    char path[400];
    struct td_buf got = {0};
    bool same;

    (void)snprintf(path, sizeof(path), "%s/%s", stage->scene.dir, name);
    if (access(path, R_OK))
        return false;
    test_read_file(path, &got);
    same = !strcmp(td_buf_str(&got), text);
    if (!same)
        printf("\n    %s: %s", name, td_buf_str(&got));
    td_buf_release(&got);
    return same;
}

/* An agent gets its task, and is told to end before it is made to. */
static void an_agent(void)
{
    struct stage stage;
    char task[600];

    open_stage(&stage, true,
               "trap 'echo TERM >term' TERM; read -r t; echo \"$t\" >task;"
               "echo '{\"progress\":0.5}'; read -r c; echo \"$c\" >said;"
               "if read -r c; then echo more >more; fi");
    stage.scene.cancel_at = 3; /* spawned, alive, 0.5 */
    run(&stage);
    CU_ASSERT_TRUE(attempt_scene_told(&stage.scene, "agent",
                                      "spawned\nprogress 0.50\ncancelled\n"));
    CU_ASSERT_EQUAL(stage.scene.end.status, 0);
    (void)snprintf(
        task, sizeof(task),
        "{\"schema\":1,\"task\":{\"id\":\"notes\",\"task\":\"task_009\","
        "\"name\":\"Notes\",\"attempt_id\":\"x7/9/1\",\"attempt\":1,"
        "\"key\":\"\",\"dir\":\"%s\",\"temperature\":0.7,"
        "\"with\":{\"n\":1.10},\"inputs\":[],\"outputs\":[\"NOTES.md\"]}}\n",
        stage.scene.dir);
    CU_ASSERT_TRUE(has(&stage, "task", task));
    CU_ASSERT_TRUE(has(&stage, "said", "{\"cancel\":\"user\"}\n"));
    CU_ASSERT_FALSE(has(&stage, "more", "more\n"));
    CU_ASSERT_FALSE(has(&stage, "term", "TERM\n"));
    close_stage(&stage);
}

static const struct {
    bool talks;
    const char *script; /* NULL: a program that is not there */
    const char *told;
    int status;
    const char *text;
    unsigned retry_s;
} rows[] = {
    {false, "exit 3", "spawned\nexit_status\n", 3, "exit status 3", 0},
    {false, "kill -SEGV $$", "spawned\nsignal\n", -SIGSEGV, "killed by SIGSEGV",
     0},
    {false, NULL, "not_found\n", 0, NULL, 0},
    {true,
     "printf '%s' '{\"error\":{\"class\":\"server_error\",\"retry_after\":3,"
     "\"message\":\"one\\ntwo\"}}'; exit 9",
     "spawned\nserver_error\n", 9, "one two", 3},
    {true, "echo '{\"error\":{\"class\":\"server_error\"}}'", "spawned\nok\n",
     0, "", 0},
    {true, "echo '{\"error\":{\"class\":\"malformed\"}}'; kill -9 $$",
     "spawned\nsignal\n", -SIGKILL, "killed by SIGKILL", 0},
    {true, "echo no json; printf '{\"artifact\":\"last\"}'; exit 1",
     "spawned\nartifact last\nexit_status\n", 1, "exit status 1", 0},
};

static void ends(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct stage stage;
        const struct prov_end *end = &stage.scene.end;

        open_stage(&stage, rows[i].talks, rows[i].script);
        if (!rows[i].script)
            stage.argv[0] = "no-such-program";
        run(&stage);
        CU_ASSERT_TRUE(
            attempt_scene_told(&stage.scene, "process", rows[i].told));
        CU_ASSERT_EQUAL(end->status, rows[i].status);
        if (rows[i].text)
            CU_ASSERT_STRING_EQUAL(end->text, rows[i].text);
        CU_ASSERT_EQUAL(end->retry_after_ns, rows[i].retry_s * TD_NS_PER_S);
        close_stage(&stage);
    }
}

/* Its output is in its log, whether it is also heard or not. */
static void logs(void)
{
    for (int talks = 0; talks < 2; talks++) {
        struct stage stage;
        char log[400];

        open_stage(&stage, talks, "echo out; echo err >&2");
        (void)snprintf(log, sizeof(log), "%s/task.log", stage.scene.dir);
        stage.scene.job.log = log;
        run(&stage);
        CU_ASSERT_TRUE(stage.scene.end.ok);
        CU_ASSERT_TRUE(has(&stage, "task.log", "out\nerr\n"));
        close_stage(&stage);
    }
}

static void leave(struct attempt_scene *scene)
{
    wire_stop(scene->net);
}

/* Start it, and let go while it runs. */
static void start_and_leave(struct stage *stage, bool talks, const char *script)
{
    open_stage(stage, talks, script);
    stage->scene.cancel_at = 1;
    stage->scene.instead = leave;
    run(stage);
    CU_ASSERT_EQUAL(stage->scene.ended, 0);
    prov_processes_close(stage->processes);
    stage->scene.cancel_at = ATTEMPT_NEVER;
}

static void let_it_end(struct attempt_scene *scene)
{
    attempt_scene_file(scene, "go", "");
}

static void adopted(void)
{
    for (int talks = 0; talks < 2; talks++) {
        struct stage stage;

        start_and_leave(&stage, talks,
                        "while [ ! -e go ]; do sleep 0.02; done;"
                        "echo '{\"progress\":0.5}'; exit 4");
        attach(&stage, talks);
        stage.scene.adopt = true;
        stage.scene.cancel_at = 1; /* it is told that it runs */
        stage.scene.instead = let_it_end;
        run(&stage);
        CU_ASSERT_TRUE(
            attempt_scene_told(&stage.scene, "adopted",
                               talks ? "spawned\nprogress 0.50\nexit_status\n"
                                     : "spawned\nexit_status\n"));
        CU_ASSERT_EQUAL(stage.scene.end.status, 4);
        CU_ASSERT_EQUAL(stage.strays, 0);
        close_stage(&stage);
    }
}

static void unknown(void)
{
    struct stage stage;

    open_stage(&stage, false, "exit 0");
    stage.scene.adopt = true;
    run(&stage);
    CU_ASSERT_TRUE(
        attempt_scene_told(&stage.scene, "unknown", "infrastructure_error\n"));
    CU_ASSERT_TRUE(stage.scene.end.unknown);
    CU_ASSERT_EQUAL(stage.ready, 1);
    close_stage(&stage);
}

static void strays(void)
{
    struct stage stage;

    start_and_leave(&stage, false,
                    "while [ ! -e go ]; do sleep 0.02; done; exit 5");
    attempt_scene_file(&stage.scene, "go", "");
    attach(&stage, false);
    CU_ASSERT_EQUAL(wire_run(stage.scene.net, NULL), TD_OK);
    CU_ASSERT_EQUAL(stage.strays, 1);
    CU_ASSERT_EQUAL(stage.stray_status, 5);
    prov_processes_forget(stage.processes, "x7/9/1");
    close_stage(&stage);
}

/* The process that keeps, by its own log. */
static void kill_keeper(struct attempt_scene *scene)
{
    char path[400];
    struct td_buf text = {0};
    long pid = 0;

    (void)snprintf(path, sizeof(path), "%s/keeper.log", scene->dir);
    test_read_file(path, &text);
    CU_ASSERT_EQUAL(
        sscanf(td_buf_str(&text), "{\"keeper\":1,\"pid\":%ld,", &pid), 1);
    td_buf_release(&text);
    CU_ASSERT_EQUAL(kill((pid_t)pid, SIGKILL), 0);
}

/* Whether a process that was killed has ended, or is about to. */
static bool is_over(const char *pid)
{
    struct pollfd over = {.events = POLLIN};
    int ready;

    over.fd = (int)syscall(SYS_pidfd_open, strtol(pid, NULL, 10), 0);
    if (over.fd < 0)
        return errno == ESRCH;
    ready = poll(&over, 1, 10000);
    (void)close(over.fd);
    return ready == 1;
}

/* Nothing of an attempt runs any more when its end is told. */
static void keeper_killed(void)
{
    struct stage stage;
    struct td_buf pid = {0};
    char path[400];

    open_stage(&stage, true,
               "echo $$ >pid; echo '{\"progress\":0.5}'; exec sleep 60");
    stage.scene.cancel_at = 3;
    stage.scene.instead = kill_keeper;
    run(&stage);
    if (!stage.scene.ended) /* on_gone() has stopped the loop */
        CU_ASSERT_EQUAL(attempt_scene_go_on(&stage.scene, NULL), TD_OK);
    CU_ASSERT_TRUE(
        attempt_scene_told(&stage.scene, "keeper killed",
                           "spawned\nprogress 0.50\ninfrastructure_error\n"));
    CU_ASSERT_EQUAL(stage.gone.code, TD_IO);
    (void)snprintf(path, sizeof(path), "%s/pid", stage.scene.dir);
    test_read_file(path, &pid);
    CU_ASSERT_TRUE(is_over(td_buf_str(&pid)));
    td_buf_release(&pid);
    stage.scene.cancel_at = ATTEMPT_NEVER;
    CU_ASSERT_EQUAL(attempt_scene_run(&stage.scene, &stage.provider, NULL),
                    TD_IO);
    close_stage(&stage);
}

CU_TestInfo orchestrator_provider_processes_tests[] = {
    {"an agent", an_agent},
    {"ends", ends},
    {"logs", logs},
    {"adopted", adopted},
    {"adopted, but unknown", unknown},
    {"ends of nobody", strays},
    {"the keeper is killed", keeper_killed},
    CU_TEST_INFO_NULL,
};
