#include "console/cast.h"

#include "console/console_internal.h"
#include "console/screen/screen.h"
#include "core/fs.h"
#include "core/json_writer.h"
#include "replayer/schedule.h"
#include "tape/reader.h"

#include <inttypes.h>
#include <stdio.h>

#define FRAME_NS  (66 * TD_NS_PER_MS) /* at most 15 frames a second */
#define AGE_NS    TD_NS_PER_S         /* ages are drawn that often */
#define NS_PER_US (TD_NS_PER_MS / 1000)
#define CAST_MAX  ((size_t)1 << 30) /* bytes of the asciicast */

struct cast {
    struct console *c;
    const struct console_cast_options *how;
    struct screen *screen;
    struct td_buf above;  /* for the scrollback, not drawn yet */
    struct td_buf bottom; /* as it was drawn */
    struct td_buf out;    /* the asciicast */
    uint64_t first_ns;    /* of the tape; the others are of the asciicast */
    uint64_t event_ns;
    uint64_t frame_ns;
    uint64_t line_ns; /* of the last line */
    bool full;
    bool fresh; /* an event has come since the last frame */
};

static void put_header(struct cast *cast)
{
    const struct console_options *o = &cast->c->options;

    if (cast->how->version == 2)
        (void)td_buf_addf(&cast->out,
                          "{\"version\":2,\"width\":%zu,\"height\":%zu}\n",
                          o->columns, o->rows);
    else
        (void)td_buf_addf(&cast->out,
                          "{\"version\":3,\"term\":{\"cols\":%zu,\"rows\":%zu}"
                          "}\n",
                          o->columns, o->rows);
}

static void put_line(struct cast *cast, struct td_bytes text)
{
    struct td_json_writer w = td_json_writer(&cast->out);
    uint64_t since = cast->how->version == 2 ? 0 : cast->line_ns;
    uint64_t us = (cast->frame_ns - since) / NS_PER_US;
    char seconds[32];

    (void)snprintf(seconds, sizeof(seconds), "%" PRIu64 ".%06" PRIu64,
                   us / 1000000, us % 1000000);
    td_json_array(&w, NULL);
    td_json_put_raw(&w, NULL, td_text(seconds));
    td_json_put_text(&w, NULL, "o");
    td_json_put_string(&w, NULL, text);
    td_json_array_end(&w);
    cast->full = cast->full || td_json_line(&w) != TD_OK;
    /* What is rounded away is not lost: the next line counts from this one. */
    cast->line_ns = since + us * NS_PER_US;
}

static void draw(struct cast *cast, uint64_t at_ns)
{
    struct panel v;
    struct td_buf bottom = {0};
    struct td_buf out = {0};
    size_t rows;

    cast->frame_ns = at_ns;
    cast->fresh = false;
    if (!cast->c->seen->ended)
        cast->c->now_ns = cast->c->seen->last_ns + (at_ns - cast->event_ns) /
                                                       PLAY_SPEED_ONE *
                                                       cast->how->speed;
    console_tell_hidden(cast->c, at_ns);
    v = console_view(cast->c);
    if (cast->c->seen->events)
        panel_block(&bottom, &v);
    rows = text_lines(td_buf_bytes(&bottom));
    (void)td_buf_add_byte(&bottom, '\n'); /* where the cursor stands */
    if (cast->above.len ||
        !td_bytes_equal(td_buf_bytes(&bottom), td_buf_bytes(&cast->bottom))) {
        screen_draw(cast->screen, &out, td_buf_bytes(&cast->above),
                    td_buf_bytes(&bottom), rows, 0);
        put_line(cast, td_buf_bytes(&out));
    }
    td_buf_clear(&cast->above);
    td_buf_clear(&cast->bottom);
    (void)td_buf_add_bytes(&cast->bottom, td_buf_bytes(&bottom));
    td_buf_release(&bottom);
    td_buf_release(&out);
}

/* The frames before the next event. */
static void draw_until(struct cast *cast, uint64_t at_ns)
{
    if (cast->fresh && at_ns > cast->frame_ns + FRAME_NS)
        draw(cast, cast->frame_ns + FRAME_NS);
    while (cast->c->seen->events && !cast->c->seen->ended &&
           at_ns > cast->frame_ns + AGE_NS)
        draw(cast, cast->frame_ns + AGE_NS);
    if (!cast->fresh && at_ns > cast->frame_ns + FRAME_NS)
        cast->frame_ns = at_ns - FRAME_NS; /* nothing was to be seen */
}

static uint64_t slowed(const struct cast *cast, uint64_t at_ns)
{
    uint64_t ns = at_ns > cast->first_ns ? at_ns - cast->first_ns : 0;

    return (uint64_t)((double)ns * PLAY_SPEED_ONE / (double)cast->how->speed);
}

static enum td_code take(struct cast *cast, const struct td_event *ev,
                         struct td_error *err)
{
    uint64_t at_ns;

    if (cast->c->seen->events == 0)
        cast->first_ns = ev->at_ns;
    at_ns = slowed(cast, ev->at_ns);
    draw_until(cast, at_ns);
    cast->event_ns = at_ns;
    cast->fresh = true;
    if (cast->full)
        return td_error_set(err, TD_LIMIT, cast->how->path, 0,
                            "would be longer than 1 GiB: raise --speed");
    return console_take(cast->c, ev, true, err);
}

static enum td_code read_all(struct cast *cast, struct tape_state *state,
                             struct td_error *err)
{
    const struct tape_read_options how = {.threads = 1};
    struct tape_reader *reader = NULL;
    struct td_event ev;
    enum td_code code =
        tape_reader_open(&reader, cast->c->options.tape, &how, err);

    while (code == TD_OK) {
        code = tape_reader_next(reader, &ev, err);
        cast->c->start_wall_ns = tape_reader_header(reader)->start_wall_ns;
        if (code == TD_OK)
            code = take(cast, &ev, err);
    }
    if (reader)
        *state = tape_reader_state(reader);
    tape_reader_close(reader);
    return code == TD_END ? console_has_seen(cast->c, state, err) : code;
}

enum td_code console_cast(struct console *c,
                          const struct console_cast_options *how,
                          struct tape_state *state, struct td_error *err)
{
    struct cast cast = {.c = c, .how = how};
    enum td_code code;

    if (how->speed == PLAY_SPEED_MAX)
        return td_error_set(err, TD_USAGE, "--speed", 0,
                            "max has no times that an asciicast could keep");
    cast.screen = screen_new(c->options.columns, c->options.rows);
    td_buf_init(&cast.out, CAST_MAX);
    c->above = &cast.above;
    put_header(&cast);
    code = read_all(&cast, state, err);
    if (code == TD_OK) {
        draw(&cast, cast.frame_ns + (cast.fresh ? FRAME_NS : 0));
        code = td_fs_replace(how->path, td_buf_bytes(&cast.out), err);
    }
    c->above = NULL;
    screen_free(cast.screen);
    td_buf_release(&cast.above);
    td_buf_release(&cast.bottom);
    td_buf_release(&cast.out);
    return code;
}
