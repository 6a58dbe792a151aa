/* NDJSON from a descriptor: standard input, a file, or a child's output. */
#include "core/json_writer.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"
#include "core/utf8.h"
#include "recorder/line_splitter.h"
#include "recorder/source.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define HELD_NS        (1 * TD_NS_PER_S) /* between the child's end and a word */
#define CHILD_GRACE_NS (500 * TD_NS_PER_MS) /* between SIGTERM and SIGKILL */

struct line_source {
    struct rec_source base;
    struct rec_lines lines;
    int fd; /* -1 once it has ended */
    struct wire_watch *watch;
    struct wire_timer pump; /* reads a regular file, which cannot be watched */
    bool regular;
    bool paused;
    bool partial; /* the last line had no LF */
    bool deaf;    /* no more lines are taken; what is left is read past */
    bool stopped;
    bool reading; /* inside read_some() */
    bool is_child;
    struct td_proc proc;
    struct wire_watch *ended; /* the child's pidfd */
    struct wire_timer held;   /* the child has ended, its output has not */
    uint64_t ended_ns;        /* wire_now() of the child's end */
    bool was_held;            /* so long that it was said */
    int *status;
};

static void on_line(void *ctx, struct td_bytes line, bool whole)
{
    struct line_source *source = ctx;
    struct td_event ev = {
        .dir = TD_DIR_OUT, .form = TD_FORM_TEXT, .payload = line};

    source->partial = !whole;
    source->deaf =
        source->deaf || td_sink_put(source->base.sink, &ev, NULL) != TD_OK;
}

static void on_long(void *ctx)
{
    struct line_source *source = ctx;

    rec_source_lost(&source->base, 1, "a line is longer than --max-message");
}

/* ---- the end ---- */

static void close_input(struct line_source *source)
{
    wire_timer_cancel(rec_net(source->base.rec), &source->pump);
    wire_timer_cancel(rec_net(source->base.rec), &source->held);
    if (source->watch)
        wire_watch_close(source->watch);
    source->watch = NULL;
    if (source->is_child)
        source->proc.out = -1;
    if (source->fd > 0)
        (void)close(source->fd);
    source->fd = -1;
}

static void say_close(struct line_source *source, const char *reason)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "reason", reason);
    if (source->is_child && source->proc.pidfd < 0)
        td_json_put_i64(&w, "status", td_proc_exit_status(&source->proc));
    if (source->was_held)
        td_json_put_u64(&w, "ended_before_ns",
                        wire_now(rec_net(source->base.rec)) - source->ended_ns);
    if (source->partial)
        td_json_put_bool(&w, "partial_line", true);
    td_json_object_end(&w);
    rec_source_say(&source->base, TD_KIND_CLOSE, td_buf_bytes(&json));
    td_buf_release(&json);
}

static void over(struct line_source *source, const char *reason,
                 const struct td_error *why)
{
    close_input(source);
    say_close(source, reason);
    rec_source_over(&source->base, why);
}

/* The child has ended and its output too. */
static void child_over(struct line_source *source)
{
    struct td_buf text = {0};

    *source->status = td_proc_exit_status(&source->proc);
    td_proc_exit_text(&text, &source->proc);
    over(source, td_buf_str(&text), NULL);
    td_buf_release(&text);
}

/* The recording goes on for something that the user may not know of. */
static void on_held(void *ctx)
{
    struct line_source *source = ctx;
    struct td_buf text = {0};

    source->was_held = true;
    td_proc_exit_text(&text, &source->proc);
    td_log(TD_LOG_WARN,
           "the command has ended (%s), but something that it started still "
           "holds its standard output: the recording waits for it",
           td_buf_str(&text));
    td_buf_release(&text);
}

static void on_child_ended(void *ctx, int fd)
{
    struct line_source *source = ctx;

    (void)fd;
    if (td_proc_wait(&source->proc, 0, NULL))
        return;
    wire_watch_close(source->ended);
    source->ended = NULL;
    source->ended_ns = wire_now(rec_net(source->base.rec));
    if (source->fd < 0)
        child_over(source);
    else
        wire_timer_set(rec_net(source->base.rec), &source->held,
                       source->ended_ns + HELD_NS);
}

static void input_over(struct line_source *source, int failed)
{
    struct td_error err = {0};

    rec_lines_end(&source->lines);
    if (failed) {
        td_error_errno(&err, TD_IO, source->is_child ? "the child" : "-",
                       failed, "cannot read");
        over(source, err.text, &err);
    } else if (!source->is_child) {
        over(source, source->stopped ? "stopped" : "end of input", NULL);
    } else {
        close_input(source);
        if (!source->ended)
            child_over(source);
    }
}

/* ---- reading ---- */

/* One read a turn: a fast writer must not keep the loop from its timers. */
static void read_some(struct line_source *source)
{
    uint8_t *room = rec_lines_room(&source->lines, REC_LINES_READ);
    ssize_t n = room ? read(source->fd, room, REC_LINES_READ) : -1;

    if (n > 0) {
        source->reading = true;
        rec_lines_came(&source->lines, (size_t)n);
        source->reading = false;
        if (source->stopped && !source->is_child)
            input_over(source, 0);
    } else if (n == 0) {
        input_over(source, 0);
    } else if (errno != EINTR && errno != EAGAIN) {
        input_over(source, errno);
    }
}

static void on_ready(void *ctx, int fd)
{
    (void)fd;
    read_some(ctx);
}

static void pump_on(struct line_source *source)
{
    struct wire_net *net = rec_net(source->base.rec);

    if (source->fd >= 0 && !source->paused)
        wire_timer_set(net, &source->pump, wire_now(net));
}

static void on_pump(void *ctx)
{
    struct line_source *source = ctx;

    read_some(source);
    pump_on(source);
}

static void pause_reading(struct rec_source *base, bool paused)
{
    struct line_source *source = (struct line_source *)base;

    source->paused = paused;
    if (source->watch)
        wire_watch_pause(source->watch, paused);
    if (source->regular && paused)
        wire_timer_cancel(rec_net(base->rec), &source->pump);
    else if (source->regular)
        pump_on(source);
}

static void stop(struct rec_source *base)
{
    struct line_source *source = (struct line_source *)base;

    source->stopped = true;
    if (source->is_child)
        td_proc_signal(&source->proc, SIGTERM);
    else if (!source->reading)
        input_over(source, 0);
}

static void free_source(struct rec_source *base)
{
    struct line_source *source = (struct line_source *)base;

    /* Its output is open until it has ended: else a child that is asked to end
     * might fall over the broken pipe, and nobody could say what ended it. */
    if (source->is_child) {
        source->proc.out = -1; /* is source->fd */
        td_proc_stop(&source->proc, CHILD_GRACE_NS);
        *source->status = td_proc_exit_status(&source->proc);
    }
    close_input(source);
    if (source->ended)
        wire_watch_close(source->ended);
    rec_lines_release(&source->lines);
    free(source);
}

static const struct rec_source_ops ops = {
    .pause = pause_reading, .stop = stop, .free = free_source};

/* ---- opening ---- */

static struct line_source *new_source(int fd, size_t max_line)
{
    struct line_source *source = td_calloc(1, sizeof(*source));
    struct stat st;

    source->base.ops = &ops;
    source->fd = fd;
    source->pump = (struct wire_timer){.fire = on_pump, .ctx = source};
    source->held = (struct wire_timer){.fire = on_held, .ctx = source};
    source->regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    rec_lines_init(&source->lines, max_line ? max_line : REC_LINE_MAX, on_line,
                   on_long, source);
    return source;
}

static enum td_code start_reading(struct line_source *source,
                                  struct td_error *err)
{
    if (!source->regular)
        return wire_watch_fd(rec_net(source->base.rec), source->fd, on_ready,
                             source, &source->watch, err);
    pump_on(source);
    return TD_OK;
}

static void say_open(struct line_source *source, const char *scheme,
                     const char *name)
{
    struct td_buf from = {0};
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    td_buf_addf(&from, "%s%s", scheme, name);
    td_json_object(&w, NULL);
    td_json_put_string(&w, "source", td_buf_bytes(&from));
    td_json_object_end(&w);
    rec_source_say(&source->base, TD_KIND_OPEN, td_buf_bytes(&json));
    td_buf_release(&json);
    td_buf_release(&from);
}

static enum td_code check_input(int fd, struct td_error *err)
{
    int flags = fcntl(fd, F_GETFL);
    struct stat st;

    if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY) {
        td_error_set(err, TD_IO, "-", 0, "standard input is closed");
        return td_error_hint(err, "write PROGRAM | tapedeck record -");
    }
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        td_error_set(err, TD_IO, "-", 0, "standard input is a directory");
        return td_error_hint(err, "write tapedeck record - <FILE");
    }
    return TD_OK;
}

enum td_code rec_source_lines(struct rec_recorder *rec, int fd, size_t max_line,
                              struct td_error *err)
{
    struct line_source *source;
    enum td_code code = check_input(fd, err);

    if (code)
        return code;
    source = new_source(fd, max_line);
    rec_source_add(rec, &source->base);
    say_open(source, "-", "");
    return start_reading(source, err);
}

/* The name of the program and no more: arguments hold secrets. */
static const char *program_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

enum td_code rec_source_child(struct rec_recorder *rec, char *const *argv,
                              size_t max_line, int *status,
                              struct td_error *err)
{
    struct td_proc_options how = {.argv = argv,
                                  .in = isatty(STDIN_FILENO) ? TD_PROC_NULL
                                                             : TD_PROC_INHERIT,
                                  .out = TD_PROC_PIPE};
    struct td_proc proc;
    struct line_source *source;
    enum td_code code = td_proc_spawn(&proc, &how, err);

    if (code)
        return code;
    source = new_source(proc.out, max_line);
    source->is_child = true;
    source->proc = proc;
    source->status = status;
    *status = -1;
    rec_source_add(rec, &source->base);
    say_open(source, "exec:", program_name(argv[0]));
    code = wire_watch_fd(rec_net(rec), proc.pidfd, on_child_ended, source,
                         &source->ended, err);
    return code ? code : start_reading(source, err);
}
