/* Texts that a console shows: artifacts, and what tasks have written. */
#include "orchestrator/serve/call.h"
#include "orchestrator/serve/past.h"

#include "core/digest.h"
#include "orchestrator/run/look.h"
#include "orchestrator/work/files.h"
#include "orchestrator/work/place.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOWN_MAX  ((size_t)256 << 10) /* of a text: its start, or its end */
#define HASHED_MAX ((uint64_t)16 << 20)

/* Up to SHOWN_MAX bytes from there on. */
static bool read_some(int fd, uint64_t from, struct td_buf *out)
{
    uint8_t *room = td_buf_room(out, SHOWN_MAX);
    ssize_t n = 1;

    while (room && n > 0 && out->len < SHOWN_MAX) {
        n = pread(fd, out->ptr + out->len, SHOWN_MAX - out->len,
                  (off_t)(from + out->len));
        out->len += n > 0 ? (size_t)n : 0;
    }
    return room && n >= 0;
}

/* {"path":..,"size":..,"text":..,"cut":..}; what is not UTF-8 in the text is
 * U+FFFD. */
static void put_text(const struct serve_call *call, int fd, const char *path,
                     bool end)
{
    struct td_json_writer w = td_json_writer(&call->answer->data);
    struct td_buf text = {0};
    struct stat st;

    if (fstat(fd, &st) != 0 ||
        !read_some(fd,
                   end && (uint64_t)st.st_size > SHOWN_MAX
                       ? (uint64_t)st.st_size - SHOWN_MAX
                       : 0,
                   &text)) {
        serve_fail(call->answer, 500, "%s cannot be read", path);
    } else {
        td_json_object(&w, NULL);
        td_json_put_text(&w, "path", path);
        td_json_put_u64(&w, "size", (uint64_t)st.st_size);
        td_json_put_bool(&w, "cut", (uint64_t)st.st_size > SHOWN_MAX);
        td_json_put_string(&w, "text", td_buf_bytes(&text));
        td_json_object_end(&w);
        (void)td_buf_addf(&call->answer->output, "%s, %llu bytes", path,
                          (unsigned long long)st.st_size);
    }
    td_buf_release(&text);
}

/* Who asks by hash gets nothing else. Of more than HASHED_MAX bytes it is asked
 * for over HTTP, where hashing holds nobody up. */
static bool is_wanted(const struct serve_call *call, int fd, uint64_t size,
                      const char *wanted)
{
    static const char prefix[] = "sha256:";
    struct td_sha256 *sum;
    struct td_buf bytes = {0};
    uint8_t digest[TD_SHA256_LEN];
    char hex[TD_SHA256_HEX];

    if (strncmp(wanted, prefix, sizeof(prefix) - 1) != 0)
        return true;
    if (size > HASHED_MAX) {
        serve_fail(call->answer, 413, "%llu bytes: ask for it over HTTP",
                   (unsigned long long)size);
        return false;
    }
    sum = td_sha256_new();
    for (uint64_t at = 0; at < size && read_some(fd, at, &bytes) && bytes.len;
         at += bytes.len, td_buf_clear(&bytes))
        td_sha256_add(sum, td_buf_bytes(&bytes));
    td_sha256_end(sum, digest);
    work_hex(hex, digest);
    td_buf_release(&bytes);
    if (!strcmp(hex, wanted + sizeof(prefix) - 1))
        return true;
    serve_fail(call->answer, 409, "its sha256 is %s now", hex);
    return false;
}

static void put_artifact(const struct serve_call *call, struct serve_exec *exec,
                         const char *path, const char *wanted)
{
    struct serve *serve = call->serve;
    struct run_exec *looked = NULL;
    struct td_error err;
    uint64_t size;
    int fd;

    if (!exec->run &&
        run_peek(&looked, serve->net, exec->id, serve->options.root,
                 &serve->options.run, &err)) {
        serve_fail_by(call->answer, &err);
        return;
    }
    if (work_open_file(&fd, &size, run_place(exec->run ? exec->run : looked),
                       path, &err)) {
        serve_fail(call->answer, 404, "%s: %s", path, err.text);
    } else {
        if (is_wanted(call, fd, size, wanted))
            put_text(call, fd, path, false);
        (void)close(fd);
    }
    (void)run_close(looked, &err);
}

/* One that the execution has made, by its path. */
void serve_command_artifact(const struct serve_call *call)
{
    struct serve_exec *exec = serve_call_exec(call);
    struct td_buf path = {0};

    if (!exec)
        return;
    (void)serve_arg_text(call, "path", &path);
    if (serve_past(call, exec, SERVE_PAST_ARTIFACT, td_buf_str(&path))) {
        if (*serve_past_artifact(call))
            put_artifact(call, exec, serve_past_artifact(call),
                         td_buf_str(&path));
        else
            serve_fail(call->answer, 404, "no artifact \"%.200s\"",
                       td_buf_str(&path));
    }
    td_buf_release(&path);
}

static void put_log(const struct serve_call *call,
                    const struct serve_exec *exec, const char *task)
{
    struct td_buf path = {0};
    int fd;

    (void)td_buf_addf(&path, "%s/%s/logs/%s.log", call->serve->state, exec->id,
                      task);
    fd = open(td_buf_str(&path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        serve_fail(call->answer, 404, "%s has written nothing", task);
    } else {
        put_text(call, fd, task, true);
        (void)close(fd);
    }
    td_buf_release(&path);
}

/* The end of what a task has written; by its id or its name on the wire. */
void serve_command_log(const struct serve_call *call)
{
    const struct serve_exec *exec = serve_call_exec(call);
    struct td_bytes task = serve_arg(call, "task");
    const struct serve *serve = call->serve;
    struct run_exec *looked = NULL;
    const struct plan *plan;
    struct td_error err;
    uint32_t at;

    if (!exec)
        return;
    if (!exec->run &&
        run_peek(&looked, serve->net, exec->id, serve->options.root,
                 &serve->options.run, &err)) {
        serve_fail_by(call->answer, &err);
        return;
    }
    plan = run_plan(exec->run ? exec->run : looked);
    at = plan_find(plan, task);
    if (at == UINT32_MAX)
        serve_fail(call->answer, 404, "no task \"%.*s\"",
                   (int)(task.len < 64 ? task.len : 64),
                   (const char *)task.ptr);
    else
        put_log(call, exec, plan->tasks[at].id);
    (void)run_close(looked, &err);
}
