#include "console/terminal_internal.h"

#include "console/keep.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/terminal.h"
#include "replayer/raw_terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SMALL_ROWS  4 /* of a screen whose block is a small one */
#define AGE_NS      (250 * TD_NS_PER_MS) /* ages and the size are looked at */
#define TAPE_KEYS   " .,+-0[]!"
#define ESCAPE_NS   (50 * TD_NS_PER_MS) /* for the rest of a sequence */
#define AGAIN_NS    (15 * TD_NS_PER_MS) /* a slow terminal is tried again */
#define LATER(a, b) ((a) > (b) ? (a) : (b))
#define LINES_NS    (20 * TD_NS_PER_MS) /* lines this close go as one piece */

/* ---- drawing ---- */

void console_terminal_soon(struct console_terminal *t)
{
    uint64_t now = wire_now(t->net);

    if (t->c->slow)
        return;
    wire_timer_set(t->net, &t->frame,
                   LATER(now, t->drawn_ns + t->options->frame_ns));
    if (t->above.len && !wire_timer_is_set(&t->lines))
        wire_timer_set(t->net, &t->lines,
                       LATER(now, LATER(t->lines_ns, t->drawn_ns) + LINES_NS));
}

void console_terminal_say(struct console_terminal *t, const char *text)
{
    (void)td_buf_add_text(&t->above, text);
    (void)td_buf_add_text(&t->above, "\n");
    console_terminal_soon(t);
}

static void write_out(struct console_terminal *t, struct td_buf *out)
{
    if (console_output_put(t->output, out, &t->why))
        wire_stop(t->net);
}

/* The size, once it stands. While it changes nobody knows how far lines have
 * wrapped, and what is drawn, or wiped, would be in the wrong place: false. */
static bool measure(struct console_terminal *t)
{
    struct console_options *o = &t->c->options;
    struct td_buf out = {0};
    bool stands = console_size_stands(&t->size, o->out, t->options->width,
                                      wire_now(t->net));
    struct td_term_size size = t->size.now;

    if (size.columns == o->columns && size.rows == o->rows)
        return true;
    if (!stands) {
        wire_timer_set(t->net, &t->frame,
                       t->size.since_ns + CONSOLE_SIZE_QUIET_NS);
        return false;
    }
    screen_resize(t->screen, &out, size.columns, size.rows);
    o->columns = size.columns;
    o->rows = size.rows;
    write_out(t, &out);
    return true;
}

/* What the terminal has not taken yet is tried again soon. */
static void watch_pace(struct console_terminal *t)
{
    t->c->slow = console_output_is_behind(t->output);
    if (t->c->slow)
        wire_timer_set(t->net, &t->frame, wire_now(t->net) + AGAIN_NS);
}

static void draw(struct console_terminal *t)
{
    struct panel v;
    struct td_buf out = {0};
    struct td_buf bottom = {0};
    size_t column;
    size_t rows;
    size_t menu;

    if (t->pager || console_output_is_behind(t->output) || !measure(t))
        return;
    if (t->server && !t->c->seen->ended)
        t->c->now_ns = td_wall_ns(td_clock_real());
    v = console_view(t->c);
    v.session = console_keep_short(t->c);
    menu = prompt_rows(t->prompt); /* it takes its rows from the block */
    if (t->small && v.rows > SMALL_ROWS)
        v.rows = SMALL_ROWS;
    v.rows = v.rows > 2 * menu + 2 ? v.rows - 2 * menu : 2;
    if (t->c->seen->events && !(t->server && t->c->seen->ended))
        panel_block(&bottom, &v);
    if (t->play)
        console_play_line(t->play, &bottom, &v);
    if (t->server && !console_server_is_up(t->server) && !bottom.len)
        panel_waiting(&bottom, &v, console_server_waits(t->server).why);
    rows = text_lines(td_buf_bytes(&bottom));
    column = prompt_draw(t->prompt, &bottom);
    console_tell_hidden(t->c, wire_now(t->net));
    screen_draw(t->screen, &out, td_buf_bytes(&t->above), td_buf_bytes(&bottom),
                rows, column);
    td_buf_clear(&t->above);
    td_buf_release(&bottom);
    write_out(t, &out);
    t->drawn_ns = wire_now(t->net);
    watch_pace(t);
}

/* What cannot be inserted waits for the frame, which soon() has set as well. */
static void on_lines(void *ctx)
{
    struct console_terminal *t = ctx;
    struct td_buf out = {0};

    if (t->above.len == 0 || console_output_is_behind(t->output) || !measure(t))
        return;
    if (!screen_insert(t->screen, &out, td_buf_bytes(&t->above)))
        return;
    td_buf_clear(&t->above);
    write_out(t, &out);
    t->lines_ns = wire_now(t->net);
    watch_pace(t);
}

static void on_frame(void *ctx)
{
    struct console_terminal *t = ctx;

    wire_timer_set(t->net, &t->frame, wire_now(t->net) + AGE_NS);
    if (console_output_go_on(t->output, &t->why))
        wire_stop(t->net);
    watch_pace(t);
    draw(t);
}

/* ---- keys ---- */

static void do_line(struct console_terminal *t)
{
    struct td_error err = {0};
    struct td_buf command = {0};
    enum td_code code = TD_OK;

    if (!prompt_take(t->prompt, &command, &t->above))
        code = TD_OK;
    else if (t->play && *command.ptr == '@')
        code = console_play_goto(t->play, td_buf_str(&command) + 1, &err);
    else
        code = console_do(t->c, td_buf_bytes(&command), &err);
    td_buf_release(&command);
    if (code == TD_END)
        wire_stop(t->net);
    else if (code && code != TD_AGAIN)
        console_terminal_say(t, err.text);
}

static void on_stopped(struct console_terminal *t)
{
    struct line *line = prompt_line(t->prompt);
    bool empty = line_text(line).len == 0;

    line_clear(line);
    if (!empty)
        return;
    if (t->asked_to_stop) {
        t->cancelled = true;
        wire_stop(t->net);
        return;
    }
    t->asked_to_stop = true;
    if (t->server && !t->c->seen->ended && t->c->seen->events)
        prompt_ask_leave(t->prompt);
    else
        console_terminal_say(t, "exit leaves, and Ctrl-C once more");
}

static void on_suspend(struct console_terminal *t)
{
    struct td_buf out = {0};

    screen_wipe(t->screen, &out);
    write_out(t, &out);
    console_output_finish(t->output);
    (void)kill(getpid(), SIGTSTP);
    console_terminal_soon(t);
}

static void say_keys(struct console_terminal *t)
{
    (void)words_help_topic(&t->above, "keys");
    console_terminal_soon(t);
}

static void on_arrow(struct console_terminal *t, enum line_key key)
{
    int64_t s = key == LINE_LEFT        ? -5
                : key == LINE_RIGHT     ? 5
                : key == LINE_FAR_LEFT  ? -60
                : key == LINE_FAR_RIGHT ? 60
                                        : 0;

    if (s)
        console_play_move(t->play, s * (int64_t)TD_NS_PER_S);
}

static void on_key(struct console_terminal *t, enum line_key key)
{
    if (key != LINE_STOPPED && key != LINE_NONE)
        t->asked_to_stop = false;
    if (key == LINE_ENTERED)
        do_line(t);
    else if (key == LINE_STOPPED)
        on_stopped(t);
    else if (key == LINE_ENDED)
        wire_stop(t->net);
    else if (key == LINE_SUSPEND)
        on_suspend(t);
    else if (key == LINE_TOO_LONG)
        console_terminal_say(t, "the line is full: 64 KiB");
    else if (key == LINE_F1)
        say_keys(t);
    else if (key == LINE_F2)
        t->small = !t->small;
    else if (t->play && key == LINE_SIGN)
        (void)console_play_key(t->play, line_sign(prompt_line(t->prompt)));
    else if (t->play && key == LINE_HOME)
        (void)console_play_key(t->play, '0');
    else if (t->play && key == LINE_LAST)
        console_play_to_end(t->play);
    else if (t->play)
        on_arrow(t, key);
}

/* Nothing came behind an Esc: it was a key of its own. */
static void on_escape(void *ctx)
{
    struct console_terminal *t = ctx;

    prompt_alone(t->prompt);
    draw(t);
}

static void on_stdin(void *ctx, int fd)
{
    struct console_terminal *t = ctx;
    uint8_t bytes[4096];
    ssize_t n = read(fd, bytes, sizeof(bytes));

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) { /* the terminal has gone */
        wire_watch_close(t->watch);
        t->watch = NULL;
        wire_stop(t->net);
        return;
    }
    for (ssize_t i = 0; i < n; i++)
        on_key(t, prompt_feed(t->prompt, bytes[i]));
    if (prompt_waits(t->prompt))
        wire_timer_set(t->net, &t->escape, wire_now(t->net) + ESCAPE_NS);
    draw(t); /* keys are shown at once */
}

/* ---- a pager ---- */

static enum td_code take_terminal(struct console_terminal *t,
                                  struct td_error *err)
{
    enum td_code code = play_term_open(STDIN_FILENO, false, err);
    struct td_buf paste = {0};

    if (code == TD_OK)
        code = wire_watch_fd(t->net, STDIN_FILENO, on_stdin, t, &t->watch, err);
    (void)td_buf_add_text(&paste, "\x1b[?2004h");
    write_out(t, &paste);
    return code;
}

/* All modes are as they were before, and the block is gone. */
static void leave_terminal(void *ctx)
{
    struct console_terminal *t = ctx;
    struct td_buf out = {0};

    screen_wipe(t->screen, &out);
    (void)td_buf_add_text(&out, "\x1b[?2004l");
    (void)!console_output_put(t->output, &out, NULL);
    console_output_finish(t->output);
    play_term_close();
    if (t->watch)
        wire_watch_close(t->watch);
    t->watch = NULL;
}

/* What it could not show is shown above. */
static void on_back(void *ctx, const char *why, struct td_bytes text)
{
    struct console_terminal *t = ctx;

    if (*why) {
        console_terminal_say(t, why);
        (void)td_buf_add_bytes(&t->above, text);
    }
    if (take_terminal(t, &t->why))
        wire_stop(t->net);
    console_terminal_soon(t);
}

static bool pages(struct console *c, struct td_bytes text)
{
    struct console_terminal *t = c->terminal;
    const struct console_paging how = {.command = t->options->pager,
                                       .rows = c->options.rows,
                                       .tty = STDIN_FILENO,
                                       .net = t->net,
                                       .leave = leave_terminal,
                                       .back = on_back,
                                       .ctx = t};

    return console_pager_show(&t->pager, &how, text);
}

/* ---- all of it ---- */

struct wire_net *console_terminal_net(const struct console *c)
{
    return c->terminal->net;
}

void console_terminal_set_play(struct console *c, struct console_play *play)
{
    console_play_close(c->terminal->play);
    c->terminal->play = play;
}

void console_terminal_stop(struct console *c)
{
    if (!c->terminal)
        return;
    c->terminal->cancelled = true;
    wire_stop(c->terminal->net);
}

static enum td_code open_source(struct console_terminal *t,
                                const struct console_terminal_options *options,
                                struct td_error *err)
{
    if (!options->server) {
        line_signs(prompt_line(t->prompt), TAPE_KEYS);
        return console_play_open(&t->play, t->c, t->net, options->speed,
                                 options->loop, err);
    }
    return console_terminal_join(t, options->server, err);
}

/* ---- what is kept ---- */

static void on_keep(void *ctx)
{
    struct console_terminal *t = ctx;

    console_keep_turn(t->c);
    if (t->options->save_ns)
        wire_timer_set(t->net, &t->keep,
                       wire_now(t->net) + t->options->save_ns);
}

static void remember(void *ctx, struct td_bytes line)
{
    struct console_terminal *t = ctx;

    line_remember(prompt_line(t->prompt), line);
}

static void begin_keeping(struct console_terminal *t)
{
    struct td_buf hello = {0};

    if (!t->c->keep)
        return;
    console_keep_lines(t->c, remember, t);
    if (console_keep_note(t->c, &t->above))
        console_terminal_say(t, "");
    console_keep_hello(t->c, &hello);
    text_clean(&t->above, td_buf_bytes(&hello), &t->c->options.style);
    console_terminal_say(t, t->options->tips ? "  help: help or Tab" : "");
    td_buf_release(&hello);
    /* Not before there is a prompt. */
    wire_timer_set(t->net, &t->keep, wire_now(t->net) + TD_NS_PER_S);
}

static void close_all(struct console_terminal *t)
{
    wire_timer_cancel(t->net, &t->frame);
    wire_timer_cancel(t->net, &t->lines);
    wire_timer_cancel(t->net, &t->keep);
    wire_timer_cancel(t->net, &t->escape);
    console_pager_close(t->pager);
    leave_terminal(t);
    console_output_close(t->output);
    console_play_close(t->play);
    console_server_close(t->server);
    t->c->server = NULL;
    t->c->rejoin = NULL;
    t->c->terminal = NULL;
    t->c->above = NULL;
    t->c->played = NULL;
    t->c->pages = NULL;
    prompt_free(t->prompt);
    screen_free(t->screen);
    td_buf_release(&t->above);
    free(t);
}

enum td_code console_terminal(struct console *c, struct wire_net *net,
                              const struct console_terminal_options *options,
                              struct td_error *err)
{
    struct console_terminal *t = td_calloc(1, sizeof(*t));
    enum td_code code;

    t->c = c;
    t->net = net;
    t->prompt = prompt_new(c);
    t->screen = screen_new(c->options.columns, c->options.rows);
    t->output = console_output_open(c->options.out);
    t->frame = (struct wire_timer){.fire = on_frame, .ctx = t};
    t->lines = (struct wire_timer){.fire = on_lines, .ctx = t};
    t->escape = (struct wire_timer){.fire = on_escape, .ctx = t};
    t->keep = (struct wire_timer){.fire = on_keep, .ctx = t};
    t->options = options;
    c->terminal = t;
    c->above = &t->above;
    c->played = console_terminal_soon;
    c->pages = pages;
    code = open_source(t, options, err);
    if (code == TD_OK)
        code = take_terminal(t, err);
    if (code == TD_OK) {
        begin_keeping(t);
        console_terminal_soon(t);
        code = wire_run(net, err);
    }
    if (code == TD_OK && t->play && console_play_why(t->play)->code) {
        *err = *console_play_why(t->play);
        code = err->code;
    }
    if (code == TD_OK && t->why.code) {
        *err = t->why;
        code = err->code;
    }
    if (code == TD_OK && t->cancelled)
        code = TD_CANCELLED;
    close_all(t);
    return code;
}
