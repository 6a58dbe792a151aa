/* Who is killed loses nothing that others have to know. */
#include "core/fs.h"
#include "orchestrator/keeper/frame.h"
#include "orchestrator/keeper/process.h"
#include "orchestrator/keeper/socket.h"
#include "tests/suites.h"
#include "tests/support/keep_scene.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TALKER                                                                 \
    ((struct keep_job){.id = "x7/1/1",                                         \
                       .grace_ns = TD_NS_PER_MS,                               \
                       .in_open = true,                                        \
                       .relay = KEEP_RELAY_OUT})

static bool lives(int64_t pid)
{
    struct keep_process p;

    return keep_process_look(&p, (pid_t)pid) && !p.dead;
}

/* Until no keeper answers. */
static void wait_for_no_keeper(const struct keep_scene *s)
{
    static const struct keep_events none;
    enum td_code code = TD_OK;

    for (int i = 0; i < 100000 && code != TD_END; i++) {
        struct keep_client *client;

        code =
            keep_attach(&client, &s->home, &none, NULL, KEEP_SCENE_LONG, NULL);
        keep_detach(client);
    }
    CU_ASSERT_EQUAL_FATAL(code, TD_END);
}

struct records {
    unsigned spawned;
    unsigned ended;
    unsigned failed;
    int status;
    int64_t pid;
};

static void count(void *ctx, const struct keep_record *r)
{
    struct records *records = ctx;

    records->spawned += !r->ended && !r->failed;
    records->ended += r->ended;
    records->failed += r->failed;
    if (r->ended)
        records->status = r->status;
    else if (!r->failed)
        records->pid = r->pid;
}

static struct records recall(const struct keep_scene *s)
{
    struct records r = {0};

    CU_ASSERT_EQUAL(keep_recall(s->dir, count, &r, NULL), TD_OK);
    return r;
}

/* A client in a process of its own starts a job and is killed. */
static void a_killed_client_is_followed_by_another(void)
{
    struct keep_scene s;
    struct keep_scene_job *job;
    int ends[2];
    int64_t pid = 0;
    pid_t child;

    keep_scene_open(&s, KEEP_SCENE_LONG);
    keep_detach(s.client);
    CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC), 0);
    child = fork();
    if (child == 0) {
        keep_scene_attach(&s);
        /* What it says before it is asked may be told to this client. */
        keep_scene_spawn(&s, TALKER,
                         "read x; echo one; read x; echo $x; exit 9");
        job = keep_scene_job(&s, "x7/1/1");
        keep_scene_until(&s, &job->spawned);
        (void)!write(ends[1], &job->pid, sizeof(job->pid));
        for (;;)
            (void)pause();
    }
    CU_ASSERT_EQUAL(read(ends[0], &pid, sizeof(pid)), sizeof(pid));
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    keep_scene_attach(&s);
    job = keep_scene_job(&s, "x7/1/1");
    CU_ASSERT_EQUAL(job->spawned, 1);
    CU_ASSERT_EQUAL(job->pid, pid);
    CU_ASSERT_EQUAL(keep_feed(s.client, job->id, td_text("go\n"), NULL), TD_OK);
    keep_scene_until_bytes(&s, &job->out, 4);
    CU_ASSERT_EQUAL(keep_feed(s.client, job->id, td_text("two\n"), NULL),
                    TD_OK);
    keep_scene_until(&s, &job->ended);
    CU_ASSERT_EQUAL(job->end.status, 9);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&job->out), "one\ntwo\n");
    (void)close(ends[0]);
    (void)close(ends[1]);
    keep_scene_close(&s);
}

static void an_end_is_told_until_it_is_forgotten(void)
{
    struct keep_scene s;
    struct keep_scene_job *job;

    keep_scene_open(&s, KEEP_SCENE_LONG);
    keep_scene_spawn(&s, (struct keep_job){.id = "x7/1/1"}, "exit 9");
    job = keep_scene_job(&s, "x7/1/1");
    keep_scene_until(&s, &job->ended);
    keep_detach(s.client);
    keep_scene_attach(&s);
    CU_ASSERT_EQUAL(job->ended, 2);
    CU_ASSERT_EQUAL(job->end.status, 9);
    keep_forget(s.client, job->id);
    keep_detach(s.client);
    keep_scene_attach(&s);
    CU_ASSERT_EQUAL(job->ended, 2);
    CU_ASSERT_EQUAL(job->spawned, 1);
    keep_scene_close(&s);
}

static void a_job_without_a_client_ends_and_is_on_disk(void)
{
    struct keep_scene s;
    struct records r;

    keep_scene_open(&s, 0);
    keep_scene_spawn(&s, TALKER, "echo; read x; exit 3");
    keep_scene_until_bytes(&s, &keep_scene_job(&s, "x7/1/1")->out, 1);
    keep_feed_end(s.client, "x7/1/1");
    while (keep_wants_write(s.client))
        CU_ASSERT_EQUAL_FATAL(keep_scene_wait(&s, NULL), TD_OK);
    keep_detach(s.client);
    s.client = NULL;
    wait_for_no_keeper(&s);
    r = recall(&s);
    CU_ASSERT(r.spawned == 1 && r.ended == 1 && r.status == 3);
    keep_scene_close(&s);
}

/* The job's process dies with its keeper; what left its group is found by its
 * environment. */
static void after_a_killed_keeper_the_rest_is_settled(void)
{
    struct keep_scene s;
    struct keep_scene_job *job;
    struct td_error err = {0};
    char boot[KEEP_BOOT_LEN + 1];
    uint32_t killed = 0;
    int64_t stray;
    enum td_code code = TD_OK;

    keep_scene_open(&s, 0);
    keep_scene_spawn(&s, TALKER,
                     "(setsid sh -c 'trap \"\" TERM PIPE; echo $$; exec tail "
                     "-f /dev/null >/dev/null' &); read x");
    job = keep_scene_job(&s, "x7/1/1");
    keep_scene_until_bytes(&s, &job->out, 2);
    stray = strtol(td_buf_str(&job->out), NULL, 10);
    CU_ASSERT_EQUAL(keep_boot_id(boot, NULL), TD_OK);
    (void)kill(keep_scene_pid(&s), SIGKILL);
    while (!code)
        code = keep_scene_wait(&s, &err);
    CU_ASSERT_EQUAL(code, TD_IO);
    keep_detach(s.client);
    s.client = NULL;
    wait_for_no_keeper(&s);
    CU_ASSERT(lives(stray));
    CU_ASSERT_EQUAL(
        keep_settle(s.dir, "x7/2/", NULL, KEEP_SCENE_LONG, &killed, &err),
        TD_OK);
    CU_ASSERT_EQUAL(killed, 0);
    CU_ASSERT_EQUAL(
        keep_settle("/tmp", "x7/", NULL, KEEP_SCENE_LONG, &killed, &err),
        TD_OK);
    CU_ASSERT(killed == 0 && lives(stray));
    CU_ASSERT_EQUAL(keep_settle(s.dir, "x7/", "another boot", 0, &killed, &err),
                    TD_OK);
    CU_ASSERT(lives(stray));
    CU_ASSERT_EQUAL(
        keep_settle(s.dir, "x7/", boot, KEEP_SCENE_LONG, &killed, &err), TD_OK);
    CU_ASSERT(killed >= 1);
    CU_ASSERT(!lives(stray) && !lives(job->pid));
    CU_ASSERT_EQUAL(recall(&s).spawned, 1);
    CU_ASSERT_EQUAL(recall(&s).ended, 0);
    CU_ASSERT_EQUAL(recall(&s).pid, job->pid);
    /* The next keeper takes the place of the dead one's socket. */
    CU_ASSERT_EQUAL(keep_start(&s.home, &err), TD_OK);
    keep_scene_attach(&s);
    keep_scene_close(&s);
}

static void a_keeper_ends_its_jobs_when_it_is_told(void)
{
    struct keep_scene s;
    struct keep_scene_job *job;
    struct td_error err = {0};
    enum td_code code = TD_OK;

    keep_scene_open(&s, KEEP_SCENE_LONG);
    keep_scene_spawn(&s, TALKER,
                     "trap '' TERM; echo; while :; do read x; done");
    job = keep_scene_job(&s, "x7/1/1");
    keep_scene_until_bytes(&s, &job->out, 1);
    (void)kill(keep_scene_pid(&s), SIGTERM);
    while (!code)
        code = keep_scene_wait(&s, &err);
    CU_ASSERT_EQUAL(code, TD_END);
    CU_ASSERT_EQUAL(job->ended, 1);
    CU_ASSERT_EQUAL(job->end.status, -SIGKILL);
    CU_ASSERT(job->end.stopped);
    CU_ASSERT_EQUAL(recall(&s).ended, 1);
    keep_detach(s.client);
    s.client = NULL;
    keep_scene_close(&s);
}

static void one_client_at_a_time(void)
{
    static const struct keep_events none;
    struct keep_scene s;
    struct keep_client *other;
    struct keep_home wrong;
    struct td_error err = {0};

    keep_scene_open(&s, KEEP_SCENE_LONG);
    CU_ASSERT_EQUAL(
        keep_attach(&other, &s.home, &none, NULL, 20 * TD_NS_PER_MS, &err),
        TD_TIMEOUT);
    CU_ASSERT_PTR_NULL(other);
    CU_ASSERT_EQUAL(keep_start(&s.home, &err), TD_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "has a keeper already, process"));
    keep_detach(s.client);
    wrong = s.home;
    wrong.id = "x8";
    CU_ASSERT_EQUAL(
        keep_attach(&other, &wrong, &none, NULL, KEEP_SCENE_LONG, &err),
        TD_END);
    keep_scene_attach(&s);
    keep_scene_close(&s);
}

static void a_full_disk_keeps_the_end_back_until_there_is_room(void)
{
    struct rlimit none = {4, RLIM_INFINITY};
    struct rlimit room = {RLIM_INFINITY, RLIM_INFINITY};
    struct keep_scene s;
    struct keep_scene_job *job;

    keep_scene_open(&s, 0);
    keep_scene_spawn(&s, TALKER, "read x; exit 6");
    job = keep_scene_job(&s, "x7/1/1");
    keep_scene_until(&s, &job->spawned);
    CU_ASSERT_EQUAL(prlimit(keep_scene_pid(&s), RLIMIT_FSIZE, &none, NULL), 0);
    keep_feed_end(s.client, job->id);
    keep_scene_until(&s, &s.troubles);
    CU_ASSERT_EQUAL(s.trouble.errnum, EFBIG);
    CU_ASSERT_EQUAL(job->ended, 0);
    CU_ASSERT_EQUAL(recall(&s).ended, 0);
    keep_scene_spawn(&s, (struct keep_job){.id = "x7/2/1"}, "exit 0");
    keep_scene_until(&s, &keep_scene_job(&s, "x7/2/1")->failed);
    CU_ASSERT_EQUAL(prlimit(keep_scene_pid(&s), RLIMIT_FSIZE, &room, NULL), 0);
    keep_scene_until(&s, &job->ended);
    CU_ASSERT_EQUAL(job->end.status, 6);
    CU_ASSERT_EQUAL(recall(&s).ended, 1);
    CU_ASSERT_EQUAL(recall(&s).spawned, 1);
    keep_scene_close(&s);
}

static struct keep_job one_of(const char *id, uint32_t most)
{
    struct keep_job it = TALKER;

    it.id = id;
    it.most = most;
    return it;
}

/* Those behind the first wait for it; the third is called off. A client that
 * comes later hears of them, and they begin with or without one. */
static void jobs_wait_for_each_other(void)
{
    struct keep_scene s;
    struct keep_scene_job *first;
    struct keep_scene_job *second;
    struct keep_scene_job *third;

    keep_scene_open(&s, KEEP_SCENE_LONG);
    keep_scene_spawn(&s, one_of("x7/1/1", 1), "read x; exit 1");
    keep_scene_spawn(&s, one_of("x7/2/1", 1), "read x; exit 2");
    keep_scene_spawn(&s, one_of("x7/3/1", 1), "exit 3");
    first = keep_scene_job(&s, "x7/1/1");
    second = keep_scene_job(&s, "x7/2/1");
    third = keep_scene_job(&s, "x7/3/1");
    keep_scene_until(&s, &first->spawned);
    keep_stop(s.client, third->id, KEEP_GRACE);
    keep_scene_until(&s, &third->failed);
    CU_ASSERT_EQUAL(third->why.errnum, ECANCELED);
    CU_ASSERT_EQUAL(third->spawned, 0);
    keep_detach(s.client);
    keep_scene_attach(&s);
    CU_ASSERT_EQUAL(first->spawned, 2);
    CU_ASSERT_EQUAL(second->waits, 1);
    CU_ASSERT_EQUAL(second->spawned, 0);
    keep_feed_end(s.client, first->id);
    keep_detach(s.client);
    keep_scene_attach(&s);
    keep_scene_until(&s, &second->spawned);
    CU_ASSERT_EQUAL(first->end.status, 1);
    keep_feed_end(s.client, second->id);
    keep_scene_until(&s, &second->ended);
    CU_ASSERT_EQUAL(second->end.status, 2);
    CU_ASSERT(second->end.ran_ns > 0);
    keep_scene_close(&s);
}

/* It waited, and fails while nobody listens: who comes later hears of it, until
 * it is forgotten or tried again. */
static void a_failure_without_a_client_is_kept(void)
{
    static char none[] = "tapedeck-no-such-program";
    static char *argv[] = {none, NULL};
    struct keep_scene s;
    struct keep_scene_job *first;
    struct keep_scene_job *second;
    struct keep_job it = one_of("x7/2/1", 1);

    keep_scene_open(&s, KEEP_SCENE_LONG);
    keep_scene_spawn(&s, one_of("x7/1/1", 1), "read x");
    it.argv = argv;
    keep_scene_spawn(&s, it, "");
    first = keep_scene_job(&s, "x7/1/1");
    second = keep_scene_job(&s, "x7/2/1");
    keep_scene_until(&s, &first->spawned);
    keep_feed_end(s.client, first->id);
    while (keep_wants_write(s.client))
        CU_ASSERT_EQUAL_FATAL(keep_scene_wait(&s, NULL), TD_OK);
    keep_detach(s.client);
    while (recall(&s).failed == 0)
        (void)sched_yield();
    for (unsigned told = 1; told <= 2; told++) {
        keep_scene_attach(&s);
        CU_ASSERT_EQUAL(second->failed, told);
        CU_ASSERT_EQUAL(second->why.errnum, ENOENT);
        if (told == 2)
            keep_forget(s.client, second->id);
        keep_detach(s.client);
    }
    keep_scene_attach(&s);
    CU_ASSERT_EQUAL(second->failed, 2);
    CU_ASSERT_EQUAL(second->spawned, 0);
    keep_scene_close(&s);
}

static void weights_count_and_the_heaviest_runs_alone(void)
{
    struct keep_scene s;
    struct keep_job heavy = one_of("x7/2/1", 2);
    struct keep_scene_job *jobs[4];

    keep_scene_open(&s, 0);
    heavy.weight = 5;
    heavy.in_open = false;
    keep_scene_spawn(&s, one_of("x7/1/1", 2), "read x; exit 0");
    keep_scene_spawn(&s, heavy, "exit 0");
    keep_scene_spawn(&s, one_of("x7/3/1", 2), "read x; exit 0");
    keep_scene_spawn(&s, one_of("x7/4/1", 0), "exit 0");
    jobs[0] = keep_scene_job(&s, "x7/1/1");
    jobs[1] = keep_scene_job(&s, "x7/2/1");
    jobs[2] = keep_scene_job(&s, "x7/3/1");
    jobs[3] = keep_scene_job(&s, "x7/4/1");
    keep_scene_until(&s, &jobs[3]->ended); /* it asked for no room */
    CU_ASSERT(jobs[1]->spawned == 0 && jobs[2]->spawned == 0);
    keep_feed_end(s.client, jobs[0]->id);
    keep_scene_until(&s, &jobs[2]->spawned);
    CU_ASSERT_EQUAL(jobs[1]->spawned, 1);
    keep_quit(s.client, true);
    keep_scene_until(&s, &jobs[2]->ended);
    keep_scene_close(&s);
}

static void a_log_that_cannot_be_written_is_told_at_the_end(void)
{
    struct rlimit small = {3000, RLIM_INFINITY};
    char path[600];
    struct keep_scene s;
    struct keep_scene_job *job;
    struct keep_job it = TALKER;

    keep_scene_open(&s, 0);
    it.log = keep_scene_path(&s, path, "log");
    it.log_max = 1U << 20;
    keep_scene_spawn(&s, it, "read x; head -c 100000 /dev/zero; exit 6");
    job = keep_scene_job(&s, "x7/1/1");
    keep_scene_until(&s, &job->spawned);
    CU_ASSERT_EQUAL(prlimit(keep_scene_pid(&s), RLIMIT_FSIZE, &small, NULL), 0);
    keep_feed_end(s.client, job->id);
    keep_scene_until(&s, &job->ended);
    CU_ASSERT_EQUAL(job->out.len, 100000);
    CU_ASSERT_EQUAL(job->end.log_errnum, EFBIG);
    CU_ASSERT_EQUAL(job->end.log_missing, 97000);
    keep_scene_close(&s);
}

static void a_folder_may_have_a_long_path(void)
{
    char cut[200];
    struct keep_scene s;
    struct keep_scene_job *job;

    memset(&s, 0, sizeof(s));
    (void)snprintf(s.dir, sizeof(s.dir), "/tmp/tapedeck-keep.XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(s.dir));
    memset(cut, 'l', sizeof(cut));
    cut[sizeof(cut) - 1] = 0;
    for (int i = 0; i < 2; i++) {
        (void)snprintf(s.dir + strlen(s.dir), sizeof(s.dir) - strlen(s.dir),
                       "/%s", cut);
        CU_ASSERT_EQUAL_FATAL(mkdir(s.dir, 0700), 0);
    }
    s.home = (struct keep_home){.dir = s.dir, .id = "x7"};
    CU_ASSERT_EQUAL_FATAL(keep_start(&s.home, NULL), TD_OK);
    keep_scene_attach(&s);
    keep_scene_spawn(&s, (struct keep_job){.id = "x7/1/1"}, "exit 2");
    job = keep_scene_job(&s, "x7/1/1");
    keep_scene_until(&s, &job->ended);
    CU_ASSERT_EQUAL(job->end.status, 2);
    s.dir[strlen("/tmp/tapedeck-keep.XXXXXX")] = 0;
    keep_scene_close(&s);
}

/* Bytes that are no frames end the talk, not the keeper. */
static void a_client_that_talks_nonsense_is_let_go(void)
{
    struct keep_scene s;
    struct td_error err = {0};
    enum td_code code = TD_OK;

    keep_scene_open(&s, KEEP_SCENE_LONG);
    CU_ASSERT_EQUAL(write(keep_fd(s.client), "nonsense, and more", 18), 18);
    while (!code)
        code = keep_scene_wait(&s, &err);
    CU_ASSERT_EQUAL(code, TD_IO);
    keep_detach(s.client);
    keep_scene_attach(&s);
    keep_scene_close(&s);
}

/* Until everything that was sent on it has been read. */
static void wait_until_read(int fd)
{
    int left = 1;

    for (long i = 0; left && i < 100000000; i++)
        CU_ASSERT_EQUAL_FATAL(ioctl(fd, SIOCOUTQ, &left), 0);
    CU_ASSERT_EQUAL(left, 0);
}

/* What happens between a client's coming and its greeting is told by the
 * welcome, which is the first frame. */
static void a_welcome_comes_first(void)
{
    struct keep_scene s;
    struct keep_frame hello = {.type = KEEP_HELLO, .id = td_text("x7")};
    struct td_buf bytes = {0};
    char path[600];
    uint8_t head[KEEP_HEAD + 1] = {0};
    int dir;
    int fd;

    keep_scene_open(&s, KEEP_SCENE_LONG);
    CU_ASSERT_EQUAL_FATAL(mkfifo(keep_scene_path(&s, path, "go"), 0600), 0);
    CU_ASSERT_EQUAL_FATAL(mkfifo(keep_scene_path(&s, path, "runs"), 0600), 0);
    keep_scene_spawn(&s, one_of("x7/1/1", 1), "read x <go; exit 1");
    keep_scene_spawn(&s, one_of("x7/2/1", 1), "echo x >runs; exit 2");
    keep_scene_until(&s, &keep_scene_job(&s, "x7/1/1")->spawned);
    keep_detach(s.client);
    s.client = NULL;

    dir = open(s.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CU_ASSERT_EQUAL_FATAL(keep_socket_connect(&fd, dir, NULL), TD_OK);
    (void)close(dir);
    hello.n[0] = KEEP_VERSION;
    CU_ASSERT_EQUAL(keep_frame_put(&bytes, &hello), TD_OK);
    CU_ASSERT_EQUAL(send(fd, bytes.ptr, 1, MSG_NOSIGNAL), 1);
    wait_until_read(fd);
    (void)close(open(keep_scene_path(&s, path, "go"), O_WRONLY | O_CLOEXEC));
    (void)close(open(keep_scene_path(&s, path, "runs"), O_RDONLY | O_CLOEXEC));
    CU_ASSERT_EQUAL(send(fd, bytes.ptr + 1, bytes.len - 1, MSG_NOSIGNAL),
                    (ssize_t)bytes.len - 1);
    (void)fcntl(fd, F_SETFL, 0);
    CU_ASSERT_EQUAL(recv(fd, head, sizeof(head), MSG_WAITALL), sizeof(head));
    CU_ASSERT_EQUAL(head[KEEP_HEAD], KEEP_WELCOME);
    (void)close(fd);
    td_buf_release(&bytes);

    keep_scene_attach(&s);
    keep_scene_close(&s);
}

CU_TestInfo orchestrator_keeper_survival_tests[] = {
    {"a killed client is followed by another",
     a_killed_client_is_followed_by_another},
    {"an end is told until it is forgotten",
     an_end_is_told_until_it_is_forgotten},
    {"a job without a client ends and is on disk",
     a_job_without_a_client_ends_and_is_on_disk},
    {"after a killed keeper the rest is settled",
     after_a_killed_keeper_the_rest_is_settled},
    {"a keeper ends its jobs when it is told",
     a_keeper_ends_its_jobs_when_it_is_told},
    {"one client at a time", one_client_at_a_time},
    {"a full disk keeps the end back until there is room",
     a_full_disk_keeps_the_end_back_until_there_is_room},
    {"jobs wait for each other", jobs_wait_for_each_other},
    {"a failure without a client is kept", a_failure_without_a_client_is_kept},
    {"weights count, and the heaviest runs alone",
     weights_count_and_the_heaviest_runs_alone},
    {"a log that cannot be written is told at the end",
     a_log_that_cannot_be_written_is_told_at_the_end},
    {"a folder may have a long path", a_folder_may_have_a_long_path},
    {"a client that talks nonsense is let go",
     a_client_that_talks_nonsense_is_let_go},
    {"a welcome comes first", a_welcome_comes_first},
    CU_TEST_INFO_NULL,
};
