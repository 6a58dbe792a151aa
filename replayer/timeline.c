#include "replayer/timeline.h"

#include "core/log.h"
#include "core/mem.h"
#include "replayer/remap.h"
#include "tape/damage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct input {
    struct tape_reader *reader;
    uint64_t wall_ns;   /* of the time 0 of its first segment */
    struct td_event ev; /* several tapes: read ahead by one */
    bool ahead;
    bool ended;
    int fd; /* of what is no plain file, and is not waited for; or -1 */
};

struct play_source {
    struct play_source_options options;
    struct input inputs[PLAY_TAPES_MAX];
    struct play_remap *remap; /* or NULL */
    struct play_shift_room shifted;
    bool beside; /* another source has begun the pass */
    uint32_t count;
    uint32_t last;       /* the input of the event given last */
    bool dated;          /* at_ns is the date of an event, less start_wall */
    uint64_t start_wall; /* the earliest of all starts */
    struct play_place place;
    struct play_seen seen;
    bool touched; /* an event was read: a rewind must seek */
    int fd;       /* that gave TD_AGAIN */
};

/* Not before the window was reached, which may be a long way on a pipe. */
static void wait_no_more(struct play_source *source)
{
    for (uint32_t i = 0; i < source->count && source->options.no_wait; i++)
        source->inputs[i].fd = tape_reader_no_wait(source->inputs[i].reader);
}

static uint64_t earliest_wall(const struct play_source *source)
{
    uint64_t wall = UINT64_MAX;

    for (uint32_t i = 0; i < source->count; i++)
        if (source->inputs[i].wall_ns < wall)
            wall = source->inputs[i].wall_ns;
    return wall;
}

static enum td_code inputs_open(struct play_source *source,
                                struct td_error *err)
{
    const struct play_source_options *o = &source->options;
    struct tape_read_options how = {
        .threads = o->threads, .stop = o->stop, .wait = o->wait};
    const char *const *paths = source->options.paths;
    struct input *input;
    enum td_code code;

    for (; paths[source->count]; source->count++) {
        if (source->count == PLAY_TAPES_MAX)
            return td_error_set(err, TD_USAGE, paths[source->count], 0,
                                "more than %d tapes", PLAY_TAPES_MAX);
        input = &source->inputs[source->count];
        code =
            tape_reader_open(&input->reader, paths[source->count], &how, err);
        if (code)
            return code;
        play_select_tell(source->options.select, input->reader);
        input->wall_ns = tape_reader_header(input->reader)->start_wall_ns;
    }
    source->start_wall = earliest_wall(source);
    source->dated = o->dated || source->count > 1;
    play_window_anchor(&source->options.window, source->start_wall);
    return TD_OK;
}

static enum td_code open_source(struct play_source **out,
                                const struct play_source_options *options,
                                bool beside, struct td_error *err)
{
    struct play_source *source = td_calloc(1, sizeof(*source));
    enum td_code code;

    source->options = *options;
    source->beside = beside;
    code = inputs_open(source, err);
    if (!code && options->remap)
        code = play_remap_new(&source->remap, options->remap, err);
    if (!code)
        code = play_source_rewind(source, err);
    if (code) {
        play_source_close(source);
        return code;
    }
    wait_no_more(source);
    *out = source;
    return TD_OK;
}

enum td_code play_source_open(struct play_source **out,
                              const struct play_source_options *options,
                              struct td_error *err)
{
    return open_source(out, options, false, err);
}

void play_source_close(struct play_source *source)
{
    if (!source)
        return;
    for (uint32_t i = 0; i < PLAY_TAPES_MAX && source->inputs[i].reader; i++)
        tape_reader_close(source->inputs[i].reader);
    play_remap_free(source->remap);
    play_shift_release(&source->shifted);
    free(source);
}

enum td_code play_source_again(struct play_source **out,
                               const struct play_source *source,
                               struct td_error *err)
{
    struct play_source_options options = source->options;

    options.threads = 0;
    return open_source(out, &options, true, err);
}

/* The time 0 of a tape's first segment on the timeline. */
static uint64_t shift_of(const struct play_source *source,
                         const struct input *input)
{
    return source->dated ? input->wall_ns - source->start_wall : 0;
}

/* An event's date as a time of the timeline. */
static uint64_t since_start(const struct play_source *source, uint64_t dated)
{
    return dated > source->start_wall ? dated - source->start_wall : 0;
}

/* What a tape says of its last event, or 0. One of several segments does not
 * say when the last of all was.
 */
static uint64_t last_of(const struct play_source *source,
                        const struct input *input)
{
    struct tape_extent extent = {0};
    struct tape_state state = tape_reader_state(input->reader);

    if (!state.indexed || (source->dated && state.segments > 1) ||
        tape_reader_extent(input->reader, &extent, NULL))
        return 0;
    return extent.last_ns + shift_of(source, input);
}

uint64_t play_source_last(const struct play_source *source)
{
    uint64_t to = since_start(source, source->options.window.to_ns);
    uint64_t last = 0;

    for (uint32_t i = 0; i < source->count; i++) {
        uint64_t own = last_of(source, &source->inputs[i]);

        if (own == 0)
            return 0;
        last = own > last ? own : last;
    }
    return last < to ? last : to;
}

/* The next event inside the window. */
static enum td_code input_next(struct play_source *source, struct input *input,
                               struct td_error *err)
{
    enum play_side side = PLAY_BEFORE;
    enum td_code code = input->ended ? TD_END : TD_OK;

    while (!code && side == PLAY_BEFORE) {
        code = tape_reader_next(input->reader, &input->ev, err);
        if (!code)
            side = play_window_side(&source->options.window, input->reader,
                                    &input->ev);
    }
    if (!code && side == PLAY_BEHIND)
        code = TD_END;
    input->ended = code == TD_END;
    input->ahead = !code;
    if (code == TD_AGAIN)
        source->fd = input->fd;
    if (!code && source->dated)
        input->ev.at_ns =
            since_start(source, tape_reader_dated(input->reader, &input->ev));
    return code;
}

/* The earliest event of all tapes; equal times in the order of the tapes. */
static enum td_code merge_next(struct play_source *source, struct td_event *ev,
                               struct td_error *err)
{
    struct input *first = NULL;

    for (uint32_t i = 0; i < source->count; i++) {
        struct input *input = &source->inputs[i];
        enum td_code code = TD_OK;

        if (!input->ahead)
            code = input_next(source, input, err);
        if (code && code != TD_END)
            return code;
        if (input->ahead && (!first || input->ev.at_ns < first->ev.at_ns))
            first = input;
    }
    if (!first)
        return TD_END;
    first->ahead = false;
    source->last = (uint32_t)(first - source->inputs);
    *ev = first->ev;
    return TD_OK;
}

static enum td_code any_next(struct play_source *source, struct td_event *ev,
                             struct td_error *err)
{
    struct input *input = &source->inputs[0];
    enum td_code code;

    source->touched = true;
    if (source->count != 1)
        return merge_next(source, ev, err);
    code = input_next(source, input, err);
    *ev = input->ev;
    return code;
}

enum td_code play_source_next(struct play_source *source, struct td_event *ev,
                              struct td_error *err)
{
    bool takes = true;
    enum td_code code;

    while (!(code = any_next(source, ev, err))) {
        source->seen.read++;
        if (source->options.select)
            code = play_select_takes(source->options.select, ev, &takes, err);
        if (code)
            return code;
        if (!takes)
            continue;
        source->seen.taken++;
        source->place = (struct play_place){source->last, ev->seq, ev->at_ns};
        if (source->options.shift)
            play_shift_apply(source->options.shift, &source->shifted, ev,
                             source->start_wall + ev->at_ns);
        return source->remap ? play_remap_apply(source->remap, ev, err) : TD_OK;
    }
    return code;
}

int play_source_fd(const struct play_source *source)
{
    return source->fd;
}

struct play_place play_source_place(const struct play_source *source)
{
    return source->place;
}

static enum td_code arrived(struct input *input, enum td_code code)
{
    input->ahead = false;
    input->ended = code == TD_END;
    return code == TD_END ? TD_OK : code;
}

enum td_code play_source_seek(struct play_source *source, uint64_t at_ns,
                              struct td_error *err)
{
    uint64_t from = since_start(source, source->options.window.from_ns);
    enum td_code code = TD_OK;

    at_ns = at_ns > from ? at_ns : from;
    for (uint32_t i = 0; i < source->count && !code; i++) {
        struct input *input = &source->inputs[i];
        uint64_t shift = shift_of(source, input);

        code = tape_reader_seek_time(input->reader,
                                     at_ns > shift ? at_ns - shift : 0, err);
        code = arrived(input, code);
    }
    return code;
}

enum td_code play_source_rewind(struct play_source *source,
                                struct td_error *err)
{
    const struct play_window *window = &source->options.window;
    bool bounded = window->from_ns > 0 || window->from_seq > 1;
    enum td_code code = TD_OK;

    if (source->options.shift && !source->beside)
        play_shift_restart(source->options.shift);
    if (source->touched && !bounded)
        return play_source_seek(source, 0, err);
    for (uint32_t i = 0; i < source->count && !code && bounded; i++) {
        struct input *input = &source->inputs[i];

        code = play_window_go(window, input->reader, source->count == 1, err);
        code = arrived(input, code);
    }
    return code;
}

enum td_code play_source_marker(struct play_source *source, const char *name,
                                struct play_mark *mark, struct td_error *err)
{
    enum td_code found = TD_END;

    for (uint32_t i = 0; i < source->count; i++) {
        struct tape_reader *reader = source->inputs[i].reader;
        struct td_event ev;
        enum td_code code = tape_reader_seek_marker(reader, td_text(name), err);

        if (!code)
            code = tape_reader_next(reader, &ev, err);
        if (code && code != TD_END)
            return code;
        if (code || (!found && tape_reader_dated(reader, &ev) >= mark->dated))
            continue;
        mark->dated = tape_reader_dated(reader, &ev);
        mark->segment = tape_reader_header(reader)->segment;
        mark->seq = ev.seq;
        found = TD_OK;
    }
    return found;
}

struct play_seen play_source_seen(const struct play_source *source)
{
    struct play_seen seen = source->seen;

    for (uint32_t i = 0; i < source->count; i++)
        seen.read += tape_reader_unwanted(source->inputs[i].reader);
    return seen;
}

const struct play_shift_room *
play_source_shifted(const struct play_source *source)
{
    return source->options.shift ? &source->shifted : NULL;
}

struct td_bytes play_source_header(const struct play_source *source, uint32_t i)
{
    return tape_reader_header(source->inputs[i].reader)->line;
}

struct td_bytes play_source_end(const struct play_source *source)
{
    return tape_reader_end(source->inputs[0].reader);
}

const char *play_source_path(const struct play_source *source, uint32_t i)
{
    return i < source->count ? source->options.paths[i] : NULL;
}

uint64_t play_source_start_wall(const struct play_source *source)
{
    return source->start_wall;
}

uint32_t play_source_tapes(const struct play_source *source)
{
    return source->count;
}

struct tape_state play_source_state(const struct play_source *source,
                                    uint32_t i)
{
    return tape_reader_state(source->inputs[i].reader);
}

static void damage_of(const struct tape_state *state, struct td_buf *out)
{
    size_t start = out->len;

    if (state->growing)
        (void)td_buf_add_text(out, "still being recorded");
    else if (state->torn)
        (void)td_buf_addf(out, "torn at byte %" PRIu64, state->torn_at);
    tape_damage_say(out, start, state);
}

bool play_source_damage(const struct play_source *source, struct td_buf *out)
{
    struct td_buf what = {0};
    size_t start = out->len;
    const char *path;
    const char *name;

    for (uint32_t i = 0; i < source->count; i++) {
        struct tape_state state = play_source_state(source, i);

        td_buf_clear(&what);
        damage_of(&state, &what);
        if (what.len == 0)
            continue;
        (void)td_buf_add_text(out, out->len > start ? "; " : "");
        path = play_source_path(source, i);
        name = strrchr(path, '/');
        (void)td_text_clean(out, td_text(name ? name + 1 : path));
        (void)td_buf_add_text(out, ": ");
        (void)td_buf_add_bytes(out, td_buf_bytes(&what));
    }
    td_buf_release(&what);
    return out->len > start;
}
