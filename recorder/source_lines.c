/* NDJSON from a descriptor: standard input, a file, or a child's output. */
#include "core/mem.h"
#include "core/utf8.h"
#include "recorder/child.h"
#include "recorder/source.h"
#include "wire/framing/line_splitter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct line_source {
    struct rec_source base;
    struct wire_lines lines;
    int fd; /* -1 once it has ended */
    struct wire_watch *watch;
    struct wire_timer pump; /* reads a regular file, which cannot be watched */
    bool regular;
    bool paused;
    bool begun;   /* the first line was there */
    bool partial; /* the last line had no LF */
    bool deaf;    /* no more lines are taken; what is left is read past */
    bool stopped;
    bool reading; /* inside read_some() */
    bool is_child;
    struct rec_child child;
};

static void on_line(void *ctx, struct td_bytes line, bool whole)
{
    struct line_source *source = ctx;
    struct td_event ev = {
        .dir = TD_DIR_OUT, .form = TD_FORM_TEXT, .payload = line};

    if (!source->begun)
        ev.payload = td_utf8_unmarked(line);
    source->begun = true;
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
    if (source->watch)
        wire_watch_close(source->watch);
    source->watch = NULL;
    if (source->is_child) {
        source->child.proc.out = -1;
        rec_child_output_over(&source->child);
    }
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
    if (source->is_child)
        rec_child_facts(&source->child, &w);
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

    td_proc_exit_text(&text, &source->child.proc);
    over(source, td_buf_str(&text), NULL);
    td_buf_release(&text);
}

static void on_child_ended(void *ctx)
{
    struct line_source *source = ctx;

    if (source->fd < 0)
        child_over(source);
}

static void input_over(struct line_source *source, int failed)
{
    struct td_error err = {0};

    wire_lines_end(&source->lines);
    if (failed) {
        td_error_errno(&err, TD_IO, source->is_child ? "the child" : "-",
                       failed, "cannot read");
        over(source, err.text, &err);
    } else if (!source->is_child) {
        over(source, source->stopped ? "stopped" : "end of input", NULL);
    } else {
        close_input(source);
        if (rec_child_has_ended(&source->child))
            child_over(source);
    }
}

/* ---- reading ---- */

/* One read a turn: a fast writer must not keep the loop from its timers. */
static void read_some(struct line_source *source)
{
    uint8_t *room = wire_lines_room(&source->lines, WIRE_LINES_READ);
    ssize_t n = room ? read(source->fd, room, WIRE_LINES_READ) : -1;

    if (n > 0) {
        source->reading = true;
        wire_lines_came(&source->lines, (size_t)n);
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
        td_proc_signal(&source->child.proc, SIGTERM);
    else if (!source->reading)
        input_over(source, 0);
}

static void free_source(struct rec_source *base)
{
    struct line_source *source = (struct line_source *)base;

    /* Its output is open until it has ended: else a child that is asked to end
     * might fall over the broken pipe, and nobody could say what ended it. */
    if (source->is_child) {
        source->child.proc.out = -1; /* is source->fd */
        rec_child_stop(&source->child);
    }
    close_input(source);
    wire_lines_release(&source->lines);
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
    source->regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    wire_lines_init(&source->lines, max_line ? max_line : REC_LINE_MAX, on_line,
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
    rec_source_opened(&source->base, "-", "");
    return start_reading(source, err);
}

enum td_code rec_source_child(struct rec_recorder *rec, char *const *argv,
                              size_t max_line, int *status,
                              struct td_error *err)
{
    struct td_proc_options how = {.argv = argv,
                                  .in = isatty(STDIN_FILENO) ? TD_PROC_NULL
                                                             : TD_PROC_INHERIT,
                                  .out = TD_PROC_PIPE};
    struct rec_child child;
    struct line_source *source;
    enum td_code code =
        rec_child_start(&child, rec_net(rec), &how, status, err);

    if (code)
        return code;
    source = new_source(child.proc.out, max_line);
    source->is_child = true;
    source->child = child;
    rec_source_add(rec, &source->base);
    rec_source_opened(&source->base, "exec:", rec_child_name(argv[0]));
    code = rec_child_watch(&source->child, on_child_ended, source, err);
    return code ? code : start_reading(source, err);
}
