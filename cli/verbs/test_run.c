#include "cli/verbs/test_run.h"

#include "core/clock.h"
#include "core/json.h"
#include "core/mem.h"
#include "tape/detect.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define HELLO_MAX 65536 /* bytes of a server's first line */
#define GRACE_NS  UINT64_C(2000000000)
#define TICK_MS   1000 /* a signal that came between is heard by then */
#define FDS       4    /* of one run */

static uint64_t now(void)
{
    return td_mono_ns(td_clock_real());
}

/* $URL, $PORT and $SCRATCH in a word. */
static const char *filled(struct test_run *run, const char *word)
{
    const struct {
        const char *name;
        const char *text;
    } all[] = {{"$URL", run->url ? run->url : ""},
               {"$PORT", run->port ? run->port : ""},
               {"$SCRATCH", run->scratch}};
    struct td_buf out = {0};
    const char *kept;

    while (*word) {
        size_t len = 0;

        for (size_t i = 0; i < sizeof(all) / sizeof(*all) && !len; i++) {
            if (strncmp(word, all[i].name, strlen(all[i].name)) != 0)
                continue;
            len = strlen(all[i].name);
            (void)td_buf_add_text(&out, all[i].text);
        }
        if (!len)
            (void)td_buf_add_byte(&out, (uint8_t)*word);
        word += len ? len : 1;
    }
    kept = td_arena_text(&run->arena, td_buf_bytes(&out));
    td_buf_release(&out);
    return kept;
}

/* This process's environment, and what the command is told. */
static char **environment(struct test_run *run)
{
    size_t len = 0;
    char **env;

    while (environ[len])
        len++;
    env = (char **)td_arena_alloc(&run->arena, (len + 4) * sizeof(*env));
    env[0] = td_arena_print(&run->arena, "SCRATCH=%s", run->scratch);
    env[1] = td_arena_print(&run->arena, "URL=%s", run->url ? run->url : "");
    env[2] = td_arena_print(&run->arena, "PORT=%s", run->port ? run->port : "");
    len = 3;
    for (size_t i = 0; environ[i]; i++) {
        if (strncmp(environ[i], "SCRATCH=", 8) != 0 &&
            strncmp(environ[i], "URL=", 4) != 0 &&
            strncmp(environ[i], "PORT=", 5) != 0)
            env[len++] = environ[i];
    }
    return env;
}

static void end(struct test_run *run)
{
    td_proc_stop(&run->child, GRACE_NS);
    td_proc_stop(&run->server, GRACE_NS);
    run->ns = now() - run->began;
    run->state = TEST_RUN_ENDED;
}

static const char **put(const char **to, const char *const *words)
{
    while (*words)
        *to++ = *words++;
    return to;
}

static enum td_code spawn(struct test_run *run, const char **argv,
                          struct td_proc *proc, bool listens)
{
    /* argv is not written to: execvp() takes it so. */
    union {
        const char **words;
        char *const *argv;
    } of = {.words = argv};
    struct td_proc_options how = {.argv = of.argv,
                                  .env = environment(run),
                                  .dir = listens ? NULL : run->dir,
                                  .in_path = run->hears,
                                  .in = listens || !run->hears ? TD_PROC_NULL
                                                               : TD_PROC_FILE,
                                  .out = listens ? TD_PROC_PIPE : TD_PROC_NULL,
                                  .err = TD_PROC_PIPE};
    enum td_code code = td_proc_spawn(proc, &how, &run->err);

    if (!code && proc->err >= 0)
        (void)fcntl(proc->err, F_SETFL, O_NONBLOCK);
    if (!code && proc->out >= 0)
        (void)fcntl(proc->out, F_SETFL, O_NONBLOCK);
    return code ? TD_TOOL : TD_OK;
}

static void begin_command(struct test_run *run, const char *program)
{
    const struct golden *g = run->golden;
    const char *const recorder[] = {
        program,    "record",    "--quiet", "--overwrite", "--child-status",
        "--output", run->stream, "--",      NULL};
    const char **argv;
    const char **to;
    size_t len = 0;

    while (g->command[len])
        len++;
    argv = to =
        (const char **)td_arena_alloc(&run->arena, (len + 10) * sizeof(*argv));
    if (!g->writes)
        to = put(to, recorder);
    for (size_t i = 0; i < len; i++)
        *to++ = filled(run, g->command[i]);
    run->state = TEST_RUN_RUNS;
    if (spawn(run, argv, &run->child, false)) {
        run->err.code = TD_TOOL;
        end(run);
    } else if (g->stdio && run->server.out >= 0) {
        (void)close(run->server.out);
        run->server.out = -1;
    }
}

/* What the command hears: lines from their file, requests of a tape from a
 * program that writes them.
 */
static enum td_code begin_stdio(struct test_run *run, const char *program)
{
    const char *path = run->golden->stdio;
    const char *words[] = {program, "replay",  path,  "-",       "--dir",
                           "in",    "--speed", "max", "--quiet", NULL};
    struct tape_input in;
    enum td_code code = tape_input_open(&in, path, &run->err);
    bool is_tape;

    if (code)
        return code;
    is_tape = tape_is_named(path) || tape_sniff(&in);
    tape_input_close(&in);
    run->hears = path;
    if (!is_tape)
        return TD_OK;
    code = spawn(run, words, &run->server, true);
    /* A file of its own of this pipe: that of this process does not block. */
    run->hears =
        td_arena_print(&run->arena, "/proc/self/fd/%d", run->server.out);
    return code;
}

/* Begin the tape that the command talks to; false: there is none. */
static bool begin_server(struct test_run *run, const char *program,
                         enum td_code *code)
{
    const struct golden *g = run->golden;
    const char *serve[] = {program,       "replay",
                           g->serve,      "--serve",
                           "127.0.0.1:0", "--wait-clients",
                           "1",           "--quiet",
                           "--speed",     g->speed ? g->speed : "max",
                           NULL};
    const char *answer[] = {program,       "replay",  g->answer, "--answer",
                            "127.0.0.1:0", "--quiet", NULL};

    if (!g->serve && !g->answer)
        return false;
    run->state = TEST_RUN_GREETS;
    *code = spawn(run, g->serve ? serve : answer, &run->server, true);
    return true;
}

static void begin(struct test_run *run, const char *program)
{
    const struct golden *g = run->golden;
    enum td_code code = TD_OK;

    run->began = now();
    run->stream =
        g->writes ? filled(run, g->writes)
                  : td_arena_print(&run->arena, "%s/run.tape.gz", run->scratch);
    if (g->writes && *run->stream != '/')
        run->stream =
            td_arena_print(&run->arena, "%s/%s", run->dir, run->stream);
    if (g->stdio)
        code = begin_stdio(run, program);
    if (!code && !begin_server(run, program, &code))
        begin_command(run, program);
    if (code) {
        run->err.code = TD_TOOL;
        end(run);
    }
}

/* All that is there by now. False: the pipe is closed. */
static bool drain(int fd, struct td_buf *out, size_t max)
{
    uint8_t bytes[4096];
    ssize_t n;

    while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
        (void)td_buf_add(out, bytes, (size_t)n);
        if (out->len > max)
            td_buf_drop(out, out->len - max);
    }
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static void drain_log(struct test_run *run, struct td_proc *proc)
{
    if (proc->err >= 0 && !drain(proc->err, &run->log, TEST_LOG_MAX)) {
        (void)close(proc->err);
        proc->err = -1;
    }
}

/* A member of the server's first line. */
static const char *told(struct test_run *run, const struct td_json_doc *doc,
                        const char *pointer)
{
    uint32_t at = td_json_pointer(doc, 0, pointer);

    if (at == UINT32_MAX)
        return "";
    return td_arena_text(&run->arena, doc->values[at].kind == TD_JSON_STRING
                                          ? td_json_inner(doc, at)
                                          : td_json_raw(doc, at));
}

/* The server has said something, or has ended. */
static void hear_server(struct test_run *run, const char *program)
{
    bool open = drain(run->server.out, &run->hello, HELLO_MAX);
    const uint8_t *line =
        run->hello.len
            ? (const uint8_t *)memchr(run->hello.ptr, '\n', run->hello.len)
            : NULL;
    struct td_json_doc doc = {0};

    if (line &&
        !td_json_parse(
            &doc, td_bytes(run->hello.ptr, (size_t)(line - run->hello.ptr)),
            TD_JSON_DEPTH, NULL)) {
        size_t len;

        run->port = told(run, &doc, "/port");
        run->url = told(run, &doc, "/url");
        len = strlen(run->url);
        if (len && run->url[len - 1] == '/')
            run->url = td_arena_text(&run->arena, td_bytes(run->url, len - 1));
        begin_command(run, program);
    } else if (!open) {
        drain_log(run, &run->server);
        (void)td_error_set(
            &run->err, TD_TOOL,
            run->golden->serve ? run->golden->serve : run->golden->answer, 0,
            run->golden->serve ? "cannot be served" : "cannot answer");
        end(run);
    }
    td_json_release(&doc);
}

/* The command has ended. */
static void ended(struct test_run *run)
{
    int status = td_proc_exit_status(&run->child);
    struct td_buf how = {0};

    drain_log(run, &run->child);
    (void)td_proc_exit_text(&how, &run->child);
    /* The recorder says of itself what went wrong: 1 is the command's status,
     * 4 that there was none.
     */
    if (status == 4 && !run->golden->writes)
        (void)td_error_set(&run->err, TD_TOOL, run->golden->command[0], 0,
                           "could not be run or recorded");
    else if (status != 0 && !run->golden->writes && status == 1)
        (void)td_error_set(&run->err, TD_FAILED, run->golden->command[0], 0,
                           "did not end with status 0");
    else if (status != 0)
        (void)td_error_set(&run->err, TD_FAILED, run->golden->command[0], 0,
                           "ended with %s", td_buf_str(&how));
    else if (access(run->stream, R_OK) != 0)
        (void)td_error_set(&run->err, TD_FAILED, run->golden->command[0], 0,
                           "has not written %s", run->golden->writes);
    td_buf_release(&how);
    end(run);
}

static void look(struct test_run *run, const char *program)
{
    uint64_t limit = run->golden->timeout_ns;

    if (run->state == TEST_RUN_WAITS || run->state == TEST_RUN_ENDED)
        return;
    drain_log(run, &run->server);
    drain_log(run, &run->child);
    if (run->state == TEST_RUN_GREETS)
        hear_server(run, program);
    else if (!td_proc_wait(&run->child, 0, NULL))
        ended(run);
    if (run->state != TEST_RUN_ENDED && now() - run->began > limit) {
        char text[TD_AMOUNT_SIZE];

        (void)td_error_set(&run->err, TD_TIMEOUT, run->golden->command[0], 0,
                           "did not end within %s",
                           td_duration_text(text, limit, TD_DURATION_SHORT));
        end(run);
    }
}

/* What is waited for. */
static nfds_t gather(const struct test_run *run, struct pollfd *fds)
{
    const int all[FDS] = {run->state == TEST_RUN_GREETS ? run->server.out : -1,
                          run->state == TEST_RUN_RUNS ? run->child.pidfd : -1,
                          run->server.err, run->child.err};
    nfds_t len = 0;

    if (run->state == TEST_RUN_WAITS || run->state == TEST_RUN_ENDED)
        return 0;
    for (int i = 0; i < FDS; i++) {
        if (all[i] >= 0)
            fds[len++] = (struct pollfd){.fd = all[i], .events = POLLIN};
    }
    return len;
}

/* Start those for which there is room; how many run. */
static uint32_t begin_some(struct test_run *runs, uint32_t len, uint32_t jobs,
                           const char *program)
{
    uint32_t busy = 0;

    for (uint32_t i = 0; i < len; i++)
        busy +=
            runs[i].state == TEST_RUN_GREETS || runs[i].state == TEST_RUN_RUNS;
    for (uint32_t i = 0; i < len && busy < jobs; i++) {
        if (runs[i].state != TEST_RUN_WAITS)
            continue;
        begin(&runs[i], program);
        busy += runs[i].state != TEST_RUN_ENDED;
    }
    return busy;
}

static enum td_code stopped(struct test_run *runs, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        if (runs[i].state == TEST_RUN_GREETS || runs[i].state == TEST_RUN_RUNS)
            end(&runs[i]);
    }
    return TD_CANCELLED;
}

enum td_code cli_test_run_all(struct test_run *runs, uint32_t len,
                              uint32_t jobs, const char *program,
                              const volatile int *stop)
{
    struct pollfd *fds =
        (struct pollfd *)td_calloc((size_t)len * FDS + 1, sizeof(*fds));
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < len; i++) {
        static const struct td_proc none = {
            .pidfd = -1, .in = -1, .out = -1, .err = -1};

        runs[i].server = runs[i].child = none;
    }
    while (!code && begin_some(runs, len, jobs, program) > 0) {
        nfds_t waits = 0;

        for (uint32_t i = 0; i < len; i++)
            waits += gather(&runs[i], fds + waits);
        (void)poll(fds, waits, TICK_MS);
        for (uint32_t i = 0; i < len; i++)
            look(&runs[i], program);
        if (*stop)
            code = stopped(runs, len);
    }
    free(fds);
    return code;
}

void cli_test_run_release(struct test_run *run)
{
    td_buf_release(&run->log);
    td_buf_release(&run->hello);
    td_arena_release(&run->arena);
}
