#include "tests/support/keep_scene.h"

#include "core/proc.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct keep_scene_job *keep_scene_job(struct keep_scene *s, const char *id)
{
    for (unsigned i = 0; i < s->job_count; i++)
        if (!strcmp(s->jobs[i].id, id))
            return &s->jobs[i];
    CU_ASSERT_FATAL(s->job_count < KEEP_SCENE_JOBS);
    (void)snprintf(s->jobs[s->job_count].id, KEEP_ID_MAX + 1, "%s", id);
    return &s->jobs[s->job_count++];
}

static void on_spawned(void *ctx, const char *id, int64_t pid, uint64_t start)
{
    struct keep_scene_job *job = keep_scene_job(ctx, id);

    job->spawned++;
    job->pid = pid;
    job->start = start;
}

static void on_waits(void *ctx, const char *id)
{
    keep_scene_job(ctx, id)->waits++;
}

static void on_failed(void *ctx, const char *id, const struct td_error *why)
{
    struct keep_scene_job *job = keep_scene_job(ctx, id);

    job->failed++;
    job->why = *why;
}

static void on_output(void *ctx, const char *id, enum keep_stream stream,
                      struct td_bytes bytes)
{
    struct keep_scene_job *job = keep_scene_job(ctx, id);

    (void)td_buf_add_bytes(stream == KEEP_OUT ? &job->out : &job->err, bytes);
}

static void on_beat(void *ctx, const char *id, uint64_t bytes)
{
    keep_scene_job(ctx, id)->beats = bytes;
}

static void on_hungry(void *ctx, const char *id)
{
    keep_scene_job(ctx, id)->hungry++;
}

static void on_ended(void *ctx, const char *id, const struct keep_end *end)
{
    struct keep_scene_job *job = keep_scene_job(ctx, id);

    job->ended++;
    job->end = *end;
}

static void on_ready(void *ctx)
{
    ((struct keep_scene *)ctx)->ready++;
}

static void on_trouble(void *ctx, const struct td_error *why)
{
    struct keep_scene *s = ctx;

    s->troubles++;
    s->trouble = *why;
}

void keep_scene_attach(struct keep_scene *s)
{
    static const struct keep_events events = {
        .spawned = on_spawned,
        .waits = on_waits,
        .failed = on_failed,
        .output = on_output,
        .beat = on_beat,
        .hungry = on_hungry,
        .ended = on_ended,
        .ready = on_ready,
        .trouble = on_trouble,
    };
    struct td_error err = {0};

    s->ready = 0;
    CU_ASSERT_EQUAL_FATAL(
        keep_attach(&s->client, &s->home, &events, s, KEEP_SCENE_LONG, &err),
        TD_OK);
    keep_scene_until(s, &s->ready);
}

void keep_scene_open(struct keep_scene *s, uint64_t linger_ns)
{
    struct td_error err = {0};

    memset(s, 0, sizeof(*s));
    (void)snprintf(s->dir, sizeof(s->dir), "/tmp/tapedeck-keep.XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(s->dir));
    s->home =
        (struct keep_home){.dir = s->dir, .id = "x7", .linger_ns = linger_ns};
    CU_ASSERT_EQUAL_FATAL(keep_start(&s->home, &err), TD_OK);
    keep_scene_attach(s);
}

pid_t keep_scene_pid(const struct keep_scene *s)
{
    static const char sign[] = "{\"keeper\":1,\"pid\":";
    char path[600];
    struct td_buf log = {0};
    const char *last = NULL;
    long pid;

    test_read_file(keep_scene_path(s, path, "keeper.log"), &log);
    for (const char *at = td_buf_str(&log); (at = strstr(at, sign)); at++)
        last = at;
    CU_ASSERT_PTR_NOT_NULL_FATAL(last);
    pid = strtol(last + strlen(sign), NULL, 10);
    CU_ASSERT_FATAL(pid > 1);
    td_buf_release(&log);
    return (pid_t)pid;
}

enum td_code keep_scene_wait(struct keep_scene *s, struct td_error *err)
{
    struct pollfd p = {.fd = keep_fd(s->client), .events = POLLIN};

    if (keep_wants_write(s->client))
        p.events |= POLLOUT;
    CU_ASSERT_FATAL(poll(&p, 1, (int)(KEEP_SCENE_LONG / TD_NS_PER_MS)) != 0);
    return keep_read(s->client, err);
}

static void remove_folder(char *dir)
{
    char rm[] = "rm";
    char rf[] = "-rf";
    char *argv[] = {rm, rf, dir, NULL};
    struct td_proc_options o = {.argv = argv};
    struct td_proc proc;

    CU_ASSERT_EQUAL_FATAL(td_proc_spawn(&proc, &o, NULL), TD_OK);
    CU_ASSERT_EQUAL(td_proc_wait(&proc, KEEP_SCENE_LONG, NULL), TD_OK);
}

void keep_scene_close(struct keep_scene *s)
{
    struct td_error err = {0};
    enum td_code code = TD_OK;

    if (s->client) {
        keep_quit(s->client, true);
        while (!code)
            code = keep_scene_wait(s, &err);
        CU_ASSERT_EQUAL(code, TD_END);
        keep_detach(s->client);
    }
    for (unsigned i = 0; i < s->job_count; i++) {
        td_buf_release(&s->jobs[i].out);
        td_buf_release(&s->jobs[i].err);
    }
    remove_folder(s->dir);
}

void keep_scene_spawn(struct keep_scene *s, struct keep_job job,
                      const char *script)
{
    char sh[] = "sh";
    char c[] = "-c";
    char *text = strdup(script);
    char *argv[] = {sh, c, text, NULL};
    char path[] = "PATH=/usr/bin:/bin";
    char *env[] = {path, NULL};
    struct td_error err = {0};

    job.argv = job.argv ? job.argv : argv;
    job.env = job.env ? job.env : env;
    job.dir = job.dir ? job.dir : s->dir;
    CU_ASSERT_EQUAL_FATAL(keep_spawn(s->client, &job, &err), TD_OK);
    free(text);
}

void keep_scene_until(struct keep_scene *s, const unsigned *flag)
{
    struct td_error err = {0};
    enum td_code code = TD_OK;

    /* What a keeper says last and its end may come in one. */
    while (!*flag && !code)
        code = keep_scene_wait(s, &err);
    CU_ASSERT_FATAL(*flag || !code);
}

void keep_scene_until_bytes(struct keep_scene *s, const struct td_buf *buf,
                            size_t len)
{
    struct td_error err = {0};

    while (buf->len < len)
        CU_ASSERT_EQUAL_FATAL(keep_scene_wait(s, &err), TD_OK);
}

const char *keep_scene_path(const struct keep_scene *s, char out[600],
                            const char *name)
{
    (void)snprintf(out, 600, "%s/%s", s->dir, name);
    return out;
}
