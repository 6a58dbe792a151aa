#include "orchestrator/serve/follow.h"

#include "core/log.h"
#include "core/mem.h"
#include "wire/server/groups.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH 8

/* Of a task: its log, as far as it was told. */
struct followed {
    ino_t inode;
    uint64_t at;
    uint64_t left_out;
    uint64_t looked_ns;
    uint64_t share_ns; /* its share was told */
};

struct serve_follow {
    struct followed *tasks;
    uint8_t *bytes; /* FOLLOW_BYTES */
    struct td_buf text;
    struct td_buf clean;
};

/* ---- who hears it ---- */

static bool hears(const struct serve_console *console,
                  const struct serve_exec *exec)
{
    return console->live && console->peer &&
           (wire_peer_is_in(console->peer, exec->id) ||
            (exec->full_name &&
             wire_peer_is_in(console->peer, exec->full_name)));
}

static bool is_heard(const struct serve_exec *exec)
{
    const struct serve *serve = exec->serve;

    if (serve->live == 0)
        return false;
    for (const struct serve_console *c = serve->consoles; c; c = c->next)
        if (hears(c, exec))
            return true;
    return false;
}

static void send(const struct serve_exec *exec, const char *type,
                 struct td_bytes envelope)
{
    const struct td_event ev = {.dir = TD_DIR_OUT,
                                .form = TD_FORM_JSON,
                                .name = td_text(type),
                                .payload = envelope};

    for (struct serve_console *c = exec->serve->consoles; c; c = c->next)
        if (hears(c, exec) && wire_peer_ready(c->peer))
            wire_peer_send(c->peer, &ev);
}

/* ---- events ---- */

static struct serve_follow *follow_of(struct serve_exec *exec)
{
    struct serve_follow *f = exec->follow;

    if (f)
        return f;
    f = exec->follow = td_calloc(1, sizeof(*f));
    f->tasks =
        td_calloc(run_plan(exec->run)->task_count + 1, sizeof(*f->tasks));
    f->bytes = td_calloc(1, FOLLOW_BYTES);
    return f;
}

static struct td_json_writer begin(const struct serve_exec *exec,
                                   const char *type, uint32_t task)
{
    const struct plan_task *of = &run_plan(exec->run)->tasks[task];
    struct td_buf *text = &exec->follow->text;
    struct td_json_writer w = td_json_writer(text);
    char name[PLAN_TASK_NAME];

    td_buf_clear(text);
    td_json_object(&w, NULL);
    td_json_put_text(&w, "type", type);
    td_json_put_time(&w, "timestamp",
                     td_wall_ns(exec->serve->options.run.clock
                                    ? exec->serve->options.run.clock
                                    : td_clock_real()));
    td_json_object(&w, "data");
    td_json_put_text(&w, "task_id", plan_task_name(name, of->place));
    td_json_put_text(&w, "task_name", of->name);
    return w;
}

static void end(const struct serve_exec *exec, const char *type,
                struct td_json_writer *w)
{
    td_json_put_text(w, "execution_id", exec->id);
    td_json_object_end(w);
    td_json_object_end(w);
    send(exec, type, td_buf_bytes(&exec->follow->text));
}

/* Not within a character. */
static struct td_bytes shorten(struct td_bytes line)
{
    size_t len = line.len < FOLLOW_CHARS ? line.len : FOLLOW_CHARS;

    while (len < line.len && len > 0 && (line.ptr[len] & 0xc0) == 0x80)
        len--;
    return td_bytes(line.ptr, len);
}

static void tell_line(const struct serve_exec *exec, uint32_t task,
                      struct td_bytes line)
{
    struct serve_follow *f = exec->follow;
    struct td_json_writer w = begin(exec, "log_message", task);

    line = shorten(line);
    td_buf_clear(&f->clean);
    (void)td_text_clean(&f->clean, line);
    td_json_put_text(&w, "level", "info");
    td_json_put_string(&w, "message", td_buf_bytes(&f->clean));
    if (f->tasks[task].left_out)
        td_json_put_u64(&w, "left_out", f->tasks[task].left_out);
    f->tasks[task].left_out = 0;
    end(exec, "log_message", &w);
}

/* ---- logs ---- */

static int open_log(const struct serve_exec *exec, uint32_t task,
                    struct stat *st)
{
    struct td_buf path = {0};
    int fd;

    (void)td_buf_addf(&path, "%s/logs/%s.log", run_folder(exec->run),
                      run_plan(exec->run)->tasks[task].id);
    fd = open(td_buf_str(&path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    td_buf_release(&path);
    if (fd >= 0 && (fstat(fd, st) != 0 || !S_ISREG(st->st_mode))) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* Where to go on in a log that may have been made anew or have lost its
 * middle. */
static void place(struct followed *t, const struct stat *st)
{
    uint64_t size = (uint64_t)st->st_size;

    if (t->inode && t->inode != st->st_ino)
        t->at = size < t->at ? size : t->at;
    else if (size < t->at)
        t->at = 0;
    t->inode = st->st_ino;
    if (size - t->at > FOLLOW_BYTES) {
        t->left_out += size - t->at - FOLLOW_BYTES;
        t->at = size - FOLLOW_BYTES;
    }
}

/* The lines that end in these bytes but for the last FOLLOW_LINES are left
 * out: where those begin. */
static size_t skip(struct td_bytes bytes)
{
    size_t at = bytes.len;

    for (unsigned lines = 0; at > 0; at--)
        if (bytes.ptr[at - 1] == '\n' && at < bytes.len &&
            ++lines == FOLLOW_LINES)
            return at;
    return 0;
}

/* How many bytes were told or left out. last: so is a line without an end. */
static size_t tell_lines(const struct serve_exec *exec, uint32_t task,
                         struct td_bytes bytes, bool last)
{
    const uint8_t *lf = memrchr(bytes.ptr, '\n', bytes.len);
    size_t len = last || bytes.len == FOLLOW_BYTES ? bytes.len
                 : lf ? (size_t)(lf + 1 - bytes.ptr)
                      : 0;
    size_t at = skip(td_bytes(bytes.ptr, len));

    exec->follow->tasks[task].left_out += at;
    while (at < len) {
        const uint8_t *next = memchr(bytes.ptr + at, '\n', len - at);
        size_t n = next ? (size_t)(next - bytes.ptr) - at : len - at;

        tell_line(exec, task, td_bytes(bytes.ptr + at, n));
        at += n + (next != NULL);
    }
    return len;
}

static void look(struct serve_exec *exec, uint32_t task, bool last)
{
    struct serve_follow *f = exec->follow;
    struct followed *t = &f->tasks[task];
    struct stat st;
    ssize_t n;
    int fd = open_log(exec, task, &st);

    if (fd < 0)
        return;
    place(t, &st);
    n = pread(fd, f->bytes, FOLLOW_BYTES, (off_t)t->at);
    (void)close(fd);
    if (n > 0)
        t->at += tell_lines(exec, task, td_bytes(f->bytes, (size_t)n), last);
}

/* ---- what happens ---- */

static bool is_due(const struct serve_exec *exec, uint64_t *last_ns)
{
    uint64_t now = wire_now(exec->serve->net);

    if (*last_ns && now - *last_ns < FOLLOW_NS)
        return false;
    *last_ns = now;
    return true;
}

void serve_follow_alive(struct serve_exec *exec, uint32_t task, double share)
{
    struct serve_follow *f;
    struct td_json_writer w;

    if (!exec->run || !is_heard(exec))
        return;
    f = follow_of(exec);
    if (is_due(exec, &f->tasks[task].looked_ns))
        look(exec, task, false);
    if (share < 0 || !is_due(exec, &f->tasks[task].share_ns))
        return;
    w = begin(exec, "task_progress", task);
    td_json_put_fixed(&w, "progress", share, 4);
    end(exec, "task_progress", &w);
}

void serve_follow_claimed(struct serve_exec *exec, uint32_t task,
                          struct td_bytes path)
{
    struct td_buf line = {0};

    if (!exec->run || !is_heard(exec))
        return;
    (void)follow_of(exec);
    (void)td_buf_addf(&line, "says that it wrote %.*s",
                      (int)(path.len < FOLLOW_CHARS ? path.len : FOLLOW_CHARS),
                      (const char *)path.ptr);
    tell_line(exec, task, td_buf_bytes(&line));
    td_buf_release(&line);
}

/* The task that a line is about, from 0; its count: none. */
static uint32_t task_of(const struct serve_exec *exec,
                        const struct td_event *line)
{
    uint32_t count = run_plan(exec->run)->task_count;
    struct td_json_doc doc = {0};
    uint64_t place = 0;

    if (!td_json_parse(&doc, line->payload, DEPTH, NULL))
        place = serve_number(&doc, 0, "task");
    td_json_release(&doc);
    return place > 0 && place <= count ? (uint32_t)place - 1 : count;
}

void serve_follow_line(struct serve_exec *exec, const struct td_event *line)
{
    bool begins = td_bytes_is(line->name, "launch");
    bool ends =
        td_bytes_is(line->name, "ended") || td_bytes_is(line->name, "fault");
    uint32_t task;

    if (!exec->run || (!begins && !ends) ||
        !td_bytes_is(line->kind, JOURNAL_KIND) || !is_heard(exec))
        return;
    task = task_of(exec, line);
    if (task == run_plan(exec->run)->task_count)
        return;
    if (begins)
        follow_of(exec)->tasks[task] = (struct followed){.at = 0};
    else if (follow_of(exec))
        look(exec, task, true);
}

void serve_follow_close(struct serve_exec *exec)
{
    struct serve_follow *f = exec->follow;

    if (!f)
        return;
    td_buf_release(&f->text);
    td_buf_release(&f->clean);
    free(f->tasks);
    free(f->bytes);
    free(f);
    exec->follow = NULL;
}
