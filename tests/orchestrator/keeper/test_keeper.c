/* Jobs are started, fed, listened to, stopped, and nothing of them stays. */
#include "core/fs.h"
#include "tests/suites.h"
#include "tests/support/keep_scene.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRACE (50 * TD_NS_PER_MS)

static bool lives(int64_t pid)
{
    char path[64];
    char line[256] = "";
    const char *behind;
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
    file = fopen(path, "re");
    if (!file)
        return false;
    (void)!fgets(line, sizeof(line), file);
    (void)fclose(file);
    behind = strrchr(line, ')');
    return behind && behind[2] != 'Z' && behind[2] != 'X';
}

static void read_log(struct td_buf *out, const struct keep_scene *s,
                     const char *name)
{
    char path[600];

    CU_ASSERT_EQUAL_FATAL(td_fs_read(out, keep_scene_path(s, path, name), NULL),
                          TD_OK);
}

static void the_status_is_told(void)
{
    static const struct {
        const char *script;
        int status;
    } rows[] = {
        {"exit 0", 0},
        {"exit 3", 3},
        {"exit 255", 255},
        {"kill -9 $$", -SIGKILL},
        {"kill -15 $$", -SIGTERM},
        {"kill -6 $$", -SIGABRT},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct keep_scene s;
        struct keep_scene_job *job;

        keep_scene_open(&s, 0);
        keep_scene_spawn(&s, (struct keep_job){.id = "x7/1/1"}, rows[i].script);
        job = keep_scene_job(&s, "x7/1/1");
        keep_scene_until(&s, &job->ended);
        CU_ASSERT_EQUAL(job->spawned, 1);
        CU_ASSERT(job->pid > 0 && job->start > 0);
        CU_ASSERT_EQUAL(job->end.status, rows[i].status);
        CU_ASSERT(!job->end.stopped);
        keep_scene_close(&s);
    }
}

static void what_does_not_start_says_why(void)
{
    static char none[] = "tapedeck-no-such-program";
    static char data[] = "/etc/passwd";
    static char yes[] = "true";
    static char *rows_argv[][2] = {{none, NULL}, {data, NULL}, {yes, NULL}};
    static const struct {
        int argv;
        const char *dir;
        struct keep_limits limits;
        int errnum;
        const char *text;
    } rows[] = {
        {0, NULL, {0}, ENOENT, "cannot start: No such file or directory"},
        {1, NULL, {0}, EACCES, "cannot start: Permission denied"},
        {2, "/no/such/dir", {0}, ENOENT, "cannot work in the folder: No such"},
        {2, NULL, {.files = 1U << 30}, EPERM, "is above what this user may"},
    };
    struct keep_scene s;

    keep_scene_open(&s, 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char id[32];
        struct keep_scene_job *job;

        (void)snprintf(id, sizeof(id), "x7/%zu/1", i);
        keep_scene_spawn(&s,
                         (struct keep_job){.id = id,
                                           .argv = rows_argv[rows[i].argv],
                                           .dir = rows[i].dir,
                                           .limits = rows[i].limits},
                         "");
        job = keep_scene_job(&s, id);
        keep_scene_until(&s, &job->failed);
        CU_ASSERT_EQUAL(job->why.errnum, rows[i].errnum);
        CU_ASSERT(!strncmp(job->why.text, rows[i].text, strlen(rows[i].text)));
        CU_ASSERT_EQUAL(job->spawned, 0);
    }
    keep_scene_close(&s);
}

static void a_job_has_its_folder_and_environment_and_no_more(void)
{
    char a[] = "PATH=/usr/bin:/bin";
    char b[] = "COLOR=none of ours";
    char c[] = "TAPEDECK_TASK=a lie";
    char *env[] = {a, b, c, NULL};
    struct td_buf got = {0};
    struct td_buf want = {0};
    char log[600];
    struct keep_scene s;
    struct keep_scene_job *job;

    keep_scene_open(&s, 0);
    keep_scene_spawn(&s,
                     (struct keep_job){.id = "x7/1/1",
                                       .env = env,
                                       .log = keep_scene_path(&s, log, "log"),
                                       .log_max = 100000},
                     "pwd >&2; cat; env | grep -v ^_= | grep -v -e ^PWD= -e "
                     "^TAPEDECK_HOME= | sort; "
                     "ls /proc/self/fd | wc -l");
    job = keep_scene_job(&s, "x7/1/1");
    keep_scene_until(&s, &job->ended);
    read_log(&got, &s, "log");
    /* 0, 1, 2, and the folder that ls reads. */
    (void)td_buf_addf(&want, "%s\n%s\n%s\n%s\n4\n", s.dir, b, a,
                      "TAPEDECK_TASK=x7/1/1");
    CU_ASSERT_STRING_EQUAL(td_buf_str(&got), td_buf_str(&want));
    CU_ASSERT_EQUAL(job->end.out_bytes, got.len);
    CU_ASSERT_EQUAL(job->end.log_missing, 0);
    td_buf_release(&got);
    td_buf_release(&want);
    keep_scene_close(&s);
}

static void check_log(const struct keep_scene *s, const char *name,
                      const char *want)
{
    struct td_buf got = {0};

    read_log(&got, s, name);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&got), want);
    td_buf_release(&got);
}

static void run_logged(struct keep_scene *s, const char *id, const char *name,
                       const char *script)
{
    char log[600];

    keep_scene_spawn(s,
                     (struct keep_job){.id = id,
                                       .log = keep_scene_path(s, log, name),
                                       .log_max = 100000},
                     script);
    keep_scene_until(s, &keep_scene_job(s, id)->ended);
}

/* They share a file, which nobody else may write. */
static void silent_jobs_have_empty_logs(void)
{
    struct keep_scene s;

    keep_scene_open(&s, 0);
    run_logged(&s, "x7/1/1", "a", "exit 0");
    run_logged(&s, "x7/2/1", "b", "exit 0");
    check_log(&s, "a", "");
    run_logged(&s, "x7/2/2", "b", "echo loud; exit 1");
    check_log(&s, "a", "");
    check_log(&s, "b", "loud\n");
    run_logged(&s, "x7/2/3", "b", "exit 0");
    check_log(&s, "b", "");
    keep_scene_close(&s);
}

static void limits_hold(void)
{
    struct keep_scene s;
    struct keep_scene_job *job;

    keep_scene_open(&s, 0);
    keep_scene_spawn(
        &s,
        (struct keep_job){
            .id = "x7/1/1",
            .limits = {.cpu_ns = TD_NS_PER_S, .memory = 1U << 30, .files = 33},
            .relay = KEEP_RELAY_OUT},
        "ulimit -v; ulimit -n; ulimit -t; while :; do :; done");
    job = keep_scene_job(&s, "x7/1/1");
    keep_scene_until(&s, &job->ended);
    CU_ASSERT_EQUAL(job->end.status, -SIGXCPU);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&job->out), "1048576\n33\n1\n");
    keep_scene_close(&s);
}

static void stdin_is_given_and_fed_and_ends(void)
{
    struct td_buf all = {0};
    struct td_error err = {0};
    struct keep_scene s;
    struct keep_scene_job *job;
    size_t sent = 0;

    for (unsigned i = 0; all.len < 3U << 20; i++)
        (void)td_buf_addf(&all, "line %u\n", i);
    keep_scene_open(&s, 0);
    keep_scene_spawn(&s,
                     (struct keep_job){.id = "x7/1/1",
                                       .in = td_bytes(all.ptr, 1000),
                                       .in_open = true,
                                       .relay = KEEP_RELAY_ALL},
                     "cat; echo end >&2");
    sent = 1000;
    job = keep_scene_job(&s, "x7/1/1");
    while (sent < all.len) {
        size_t step = all.len - sent < 100000 ? all.len - sent : 100000;
        enum td_code code =
            keep_feed(s.client, job->id, td_bytes(all.ptr + sent, step), &err);

        CU_ASSERT_FATAL(code == TD_OK || code == TD_AGAIN || code == TD_FULL);
        sent += code == TD_AGAIN ? 0 : step;
        if (code)
            job->hungry = 0;
        if (code)
            keep_scene_until(&s, &job->hungry);
    }
    keep_feed_end(s.client, job->id);
    keep_scene_until(&s, &job->ended);
    CU_ASSERT_EQUAL(job->end.status, 0);
    CU_ASSERT(td_bytes_equal(td_buf_bytes(&job->out), td_buf_bytes(&all)));
    CU_ASSERT_STRING_EQUAL(td_buf_str(&job->err), "end\n");
    td_buf_release(&all);
    keep_scene_close(&s);
}

static void a_job_that_does_not_read_its_stdin_is_no_trouble(void)
{
    uint8_t *bytes = calloc(1, KEEP_IN_MAX);
    struct keep_scene s;
    struct keep_scene_job *job;

    keep_scene_open(&s, 0);
    keep_scene_spawn(
        &s,
        (struct keep_job){.id = "x7/1/1", .in = td_bytes(bytes, KEEP_IN_MAX)},
        "exec 0<&-; exit 4");
    job = keep_scene_job(&s, "x7/1/1");
    keep_scene_until(&s, &job->ended);
    CU_ASSERT_EQUAL(job->end.status, 4);
    free(bytes);
    keep_scene_close(&s);
}

#define FLOOD (10U << 20)
#define KEPT  65536U

static void a_flood_leaves_both_ends_in_the_log_and_is_relayed_whole(void)
{
    struct td_buf got = {0};
    char log[600];
    char line[100];
    struct keep_scene s;
    struct keep_scene_job *job;

    keep_scene_open(&s, 0);
    keep_scene_spawn(&s,
                     (struct keep_job){.id = "x7/1/1",
                                       .log = keep_scene_path(&s, log, "log"),
                                       .log_max = KEPT,
                                       .relay = KEEP_RELAY_OUT},
                     "printf begin; head -c 10485750 /dev/zero; printf lasts");
    job = keep_scene_job(&s, "x7/1/1");
    keep_scene_until(&s, &job->ended);
    CU_ASSERT_EQUAL(job->out.len, FLOOD);
    read_log(&got, &s, "log");
    (void)snprintf(line, sizeof(line),
                   "\n[tapedeck: %u bytes are left out here]\n", FLOOD - KEPT);
    CU_ASSERT_EQUAL_FATAL(got.len, KEPT + strlen(line));
    CU_ASSERT(!memcmp(got.ptr, "begin", 5));
    CU_ASSERT(!memcmp(got.ptr + KEPT / 2, line, strlen(line)));
    CU_ASSERT(!memcmp(got.ptr + got.len - 5, "lasts", 5));
    CU_ASSERT_EQUAL(job->end.out_bytes, FLOOD);
    CU_ASSERT_EQUAL(job->end.log_missing, FLOOD - KEPT);
    td_buf_release(&got);
    keep_scene_close(&s);
}

/* A number of a line "NAME: 123 kB" of /proc/PID/FILE. */
static uint64_t proc_number(int64_t pid, const char *file, const char *name)
{
    char path[64];
    char line[256];
    uint64_t n = 0;
    FILE *from;

    (void)snprintf(path, sizeof(path), "/proc/%lld/%s", (long long)pid, file);
    from = fopen(path, "re");
    CU_ASSERT_PTR_NOT_NULL_FATAL(from);
    while (fgets(line, sizeof(line), from))
        if (!strncmp(line, name, strlen(name)))
            n = strtoull(line + strlen(name), NULL, 10);
    (void)fclose(from);
    return n;
}

static void who_is_not_listened_to_waits(void)
{
    struct keep_scene s;
    struct keep_scene_job *job;
    uint64_t before = 0;
    unsigned same = 0;

    keep_scene_open(&s, 0);
    keep_scene_spawn(&s,
                     (struct keep_job){.id = "x7/1/1", .relay = KEEP_RELAY_OUT},
                     "exec yes");
    job = keep_scene_job(&s, "x7/1/1");
    keep_scene_until(&s, &job->spawned);
    /* Nobody reads: it writes until all pipes and windows are full. */
    while (same < 2000) {
        uint64_t now = proc_number(job->pid, "io", "wchar:");

        same = now == before ? same + 1 : 0;
        before = now;
    }
    CU_ASSERT(before < 4U << 20);
#ifndef __SANITIZE_ADDRESS__ /* what it keeps aside is not the program's */
    CU_ASSERT(proc_number(keep_scene_pid(&s), "status", "VmRSS:") < 65536);
#endif
    keep_stop(s.client, job->id, KEEP_GRACE);
    keep_scene_until(&s, &job->ended);
    CU_ASSERT_EQUAL(job->end.status, -SIGTERM);
    CU_ASSERT_EQUAL(job->out.len, job->end.out_bytes);
    keep_scene_close(&s);
}

static void output_that_is_not_relayed_beats(void)
{
    struct keep_scene s;
    struct keep_scene_job *job;
    unsigned never = 0;

    keep_scene_open(&s, 0);
    keep_scene_spawn(&s, (struct keep_job){.id = "x7/1/1", .in_open = true},
                     "echo hello; read x");
    job = keep_scene_job(&s, "x7/1/1");
    while (!job->beats)
        CU_ASSERT_EQUAL_FATAL(keep_scene_wait(&s, NULL), TD_OK);
    CU_ASSERT_EQUAL(job->beats, 6);
    CU_ASSERT_EQUAL(job->out.len, 0);
    CU_ASSERT_EQUAL(never, job->ended);
    keep_feed_end(s.client, job->id);
    keep_scene_until(&s, &job->ended);
    keep_scene_close(&s);
}

static void one_that_ignores_term_is_killed(void)
{
    struct keep_scene s;
    struct keep_scene_job *job;

    keep_scene_open(&s, 0);
    keep_scene_spawn(
        &s,
        (struct keep_job){
            .id = "x7/1/1", .grace_ns = GRACE, .relay = KEEP_RELAY_OUT},
        "trap '' TERM; sh -c 'echo $$; exec tail -f /dev/null' & wait; "
        "wait");
    job = keep_scene_job(&s, "x7/1/1");
    keep_scene_until_bytes(&s, &job->out, 2);
    keep_stop(s.client, job->id, KEEP_GRACE);
    keep_stop(s.client, job->id, KEEP_GRACE);
    keep_scene_until(&s, &job->ended);
    CU_ASSERT_EQUAL(job->end.status, -SIGKILL);
    CU_ASSERT(job->end.stopped);
    CU_ASSERT(!lives(strtol(td_buf_str(&job->out), NULL, 10)));
    keep_scene_close(&s);
}

static void one_that_hears_term_may_tidy_up(void)
{
    struct keep_scene s;
    struct keep_scene_job *job;

    keep_scene_open(&s, 0);
    keep_scene_spawn(&s,
                     (struct keep_job){.id = "x7/1/1",
                                       .grace_ns = KEEP_SCENE_LONG,
                                       .in_open = true,
                                       .relay = KEEP_RELAY_OUT},
                     "trap 'echo tidy; exit 7' TERM; echo on; "
                     "while :; do read x; done");
    job = keep_scene_job(&s, "x7/1/1");
    keep_scene_until_bytes(&s, &job->out, 3);
    keep_stop(s.client, job->id, KEEP_GRACE);
    keep_scene_until(&s, &job->ended);
    CU_ASSERT_EQUAL(job->end.status, 7);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&job->out), "on\ntidy\n");
    keep_scene_close(&s);
}

/* Each is left behind by a job that ends well: in its group, out of it with a
 * session of its own, with no environment, deaf to SIGTERM, stopped. */
static void nothing_is_left_behind(void)
{
    static const char *const rows[] = {
        "(sh -c 'echo $$; exec tail -f /dev/null' &)",
        "(setsid sh -c 'echo $$; exec tail -f /dev/null' &)",
        "(setsid setsid -f sh -c 'echo $$; exec tail -f /dev/null' &)",
        "(setsid sh -c 'trap \"\" TERM HUP; echo $$; exec tail -f /dev/null' "
        "&)",
        "(setsid env -i sh -c 'echo $$; exec tail -f /dev/null' &)",
        "(setsid sh -c 'echo $$; kill -STOP $$; exec tail -f /dev/null' &)",
        "(setsid sh -c 'trap \"\" TERM; echo $$; (setsid tail -f /dev/null &) ;"
        " exec tail -f /dev/null' &)",
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char script[300];
        struct keep_scene s;
        struct keep_scene_job *job;
        int64_t pid;

        keep_scene_open(&s, 0);
        (void)snprintf(script, sizeof(script), "%s; read x; exit 5", rows[i]);
        keep_scene_spawn(&s,
                         (struct keep_job){.id = "x7/1/1",
                                           .grace_ns = GRACE,
                                           .in_open = true,
                                           .relay = KEEP_RELAY_OUT},
                         script);
        job = keep_scene_job(&s, "x7/1/1");
        while (!job->out.len || job->out.ptr[job->out.len - 1] != '\n')
            keep_scene_until_bytes(&s, &job->out, job->out.len + 1);
        pid = strtol(td_buf_str(&job->out), NULL, 10);
        CU_ASSERT(lives(pid));
        keep_feed_end(s.client, job->id);
        keep_scene_until(&s, &job->ended);
        CU_ASSERT_EQUAL(job->end.status, 5);
        CU_ASSERT(!lives(pid));
        keep_scene_close(&s);
    }
}

static void the_strays_of_one_job_are_not_anothers(void)
{
    struct keep_scene s;
    struct keep_scene_job *one;
    struct keep_scene_job *two;
    struct keep_job job = {
        .grace_ns = GRACE, .in_open = true, .relay = KEEP_RELAY_OUT};
    int64_t pid;

    keep_scene_open(&s, 0);
    job.id = "x7/1/1";
    keep_scene_spawn(&s, job,
                     "(setsid sh -c 'echo $$; exec tail -f /dev/null "
                     ">/dev/null' &); read x");
    job.id = "x7/1/11";
    keep_scene_spawn(&s, job, "echo; read x");
    one = keep_scene_job(&s, "x7/1/1");
    two = keep_scene_job(&s, "x7/1/11");
    keep_scene_until_bytes(&s, &one->out, 3);
    keep_scene_until_bytes(&s, &two->out, 1);
    pid = strtol(td_buf_str(&one->out), NULL, 10);
    keep_feed_end(s.client, two->id);
    keep_scene_until(&s, &two->ended);
    CU_ASSERT(lives(pid));
    keep_feed_end(s.client, one->id);
    keep_scene_until(&s, &one->ended);
    CU_ASSERT(!lives(pid));
    keep_scene_close(&s);
}

static void an_id_is_used_once(void)
{
    struct keep_scene s;
    struct keep_scene_job *job;

    keep_scene_open(&s, 0);
    keep_scene_spawn(&s, (struct keep_job){.id = "x7/1/1"}, "exit 0");
    job = keep_scene_job(&s, "x7/1/1");
    keep_scene_until(&s, &job->ended);
    keep_scene_spawn(&s, (struct keep_job){.id = "x7/1/1"}, "exit 0");
    keep_scene_until(&s, &job->failed);
    CU_ASSERT_STRING_EQUAL(job->why.text, "there is a job of this id");
    keep_scene_close(&s);
}

CU_TestInfo orchestrator_keeper_keeper_tests[] = {
    {"the status is told", the_status_is_told},
    {"what does not start says why", what_does_not_start_says_why},
    {"a job has its folder and environment and no more",
     a_job_has_its_folder_and_environment_and_no_more},
    {"silent jobs have empty logs", silent_jobs_have_empty_logs},
    {"limits hold", limits_hold},
    {"stdin is given, and fed, and ends", stdin_is_given_and_fed_and_ends},
    {"a job that does not read its stdin is no trouble",
     a_job_that_does_not_read_its_stdin_is_no_trouble},
    {"a flood leaves both ends in the log and is relayed whole",
     a_flood_leaves_both_ends_in_the_log_and_is_relayed_whole},
    {"who is not listened to waits", who_is_not_listened_to_waits},
    {"output that is not relayed beats", output_that_is_not_relayed_beats},
    {"one that ignores SIGTERM is killed", one_that_ignores_term_is_killed},
    {"one that hears SIGTERM may tidy up", one_that_hears_term_may_tidy_up},
    {"nothing is left behind", nothing_is_left_behind},
    {"the strays of one job are not another's",
     the_strays_of_one_job_are_not_anothers},
    {"an id is used once", an_id_is_used_once},
    CU_TEST_INFO_NULL,
};
