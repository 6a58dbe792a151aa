#include "replayer/range.h"

#include "core/clock.h"
#include "replayer/schedule.h"
#include "replayer/timeline.h"

#include <stdlib.h>

#define HUNDRED_PERCENT (100 * PLAY_SPEED_ONE)

static bool starts(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

static bool seq_parse(const char *text, uint64_t *seq)
{
    uint64_t value = 0;

    if (!*text || strlen(text) > 16)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (uint64_t)(*text - '0');
    }
    *seq = value;
    return value > 0;
}

static bool percent_parse(const char *text, uint64_t *value)
{
    char digits[16];
    size_t len = strlen(text);

    if (len < 2 || len > sizeof(digits) || text[len - 1] != '%')
        return false;
    memcpy(digits, text, len - 1);
    digits[len - 1] = '\0';
    return play_millionths_parse(digits, value) && *value <= HUNDRED_PERCENT;
}

static bool bound_parse(struct play_bound *bound, const char *text)
{
    if (*text == '+') {
        bound->kind = PLAY_BOUND_OFFSET;
        return !td_duration_parse(text + 1, &bound->value);
    }
    if (starts(text, "seq:")) {
        bound->kind = PLAY_BOUND_SEQ;
        return seq_parse(text + 4, &bound->value);
    }
    if (starts(text, "marker:")) {
        bound->kind = PLAY_BOUND_MARKER;
        bound->name = text + 7;
        return *bound->name;
    }
    if (percent_parse(text, &bound->value)) {
        bound->kind = PLAY_BOUND_PERCENT;
        return true;
    }
    bound->kind = PLAY_BOUND_WALL;
    return !td_time_parse(td_text(text), &bound->value);
}

enum td_code play_bound_parse(struct play_bound *bound, const char *option,
                              const char *text, struct td_error *err)
{
    *bound = (struct play_bound){.kind = PLAY_BOUND_NONE, .option = option};
    if (!text || bound_parse(bound, text))
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, option, 0, "\"%s\" is no place on a tape",
                       text);
    return td_error_hint(err, "write +10s, 50%%, seq:N, marker:NAME or "
                              "2026-01-31T12:00:00Z");
}

/* True if one look at the whole tape is needed to know what it means. */
static bool play_bound_needs_scan(const struct play_bound *bound)
{
    return bound->kind == PLAY_BOUND_PERCENT;
}

bool play_bound_needs_tape(const struct play_bound *bound)
{
    return play_bound_needs_scan(bound) || bound->kind == PLAY_BOUND_MARKER ||
           bound->kind == PLAY_BOUND_WALL;
}

/* A bound, and the marker it names. */
struct found {
    const struct play_bound *bound;
    bool marker; /* it was found */
    struct play_mark mark;
};

/* The time of the last event. */
static enum td_code find_last(struct play_source *source, uint64_t *last_ns,
                              struct td_error *err)
{
    struct td_event ev;
    enum td_code code;

    while (!(code = play_source_next(source, &ev, err)))
        *last_ns = ev.at_ns > *last_ns ? ev.at_ns : *last_ns;
    return code == TD_END ? TD_OK : code;
}

static enum td_code find_marker(struct found *found, struct play_source *source,
                                struct td_error *err)
{
    enum td_code code;

    if (found->bound->kind != PLAY_BOUND_MARKER)
        return TD_OK;
    code = play_source_marker(source, found->bound->name, &found->mark, err);
    found->marker = !code;
    return code == TD_END ? TD_OK : code;
}

/* What bounds are measured against. */
struct whole {
    uint32_t count; /* of tapes */
    bool known;     /* they were opened: the next is known */
    uint64_t start_wall_ns;
    uint64_t last_ns; /* from there to the last event, if it was looked for */
};

static uint64_t share(uint64_t whole, uint64_t percent)
{
    return whole / HUNDRED_PERCENT * percent +
           whole % HUNDRED_PERCENT * percent / HUNDRED_PERCENT;
}

/* The date and number of a place; what a bound does not say stays. */
struct place {
    uint64_t *ns;
    uint64_t *seq;
    uint64_t *segment;
    bool *offset;
};

static enum td_code no_marker(const struct play_bound *bound,
                              struct td_error *err)
{
    return td_error_set(err, TD_USAGE, bound->option, 0,
                        "marker:%s: the tape has no such marker", bound->name);
}

static enum td_code resolve(const struct found *found, const struct whole *tape,
                            struct place to, struct td_error *err)
{
    const struct play_bound *bound = found->bound;
    bool single = tape->count == 1;

    switch (bound->kind) {
    case PLAY_BOUND_NONE:
        break;
    case PLAY_BOUND_OFFSET:
        *to.ns = bound->value + (tape->known ? tape->start_wall_ns : 0);
        *to.offset = !tape->known;
        break;
    case PLAY_BOUND_WALL:
        *to.ns = bound->value;
        break;
    case PLAY_BOUND_PERCENT:
        *to.ns = tape->start_wall_ns + share(tape->last_ns, bound->value);
        break;
    case PLAY_BOUND_SEQ:
        if (!single)
            return td_error_set(err, TD_USAGE, bound->option, 0,
                                "a sequence number means one tape, not %u",
                                tape->count);
        *to.seq = bound->value;
        break;
    case PLAY_BOUND_MARKER:
        if (!found->marker)
            return no_marker(bound, err);
        *to.ns = found->mark.dated;
        *to.seq = single ? found->mark.seq : *to.seq;
        *to.segment = single ? found->mark.segment : 0;
        break;
    }
    return TD_OK;
}

static bool is_reversed(const struct play_window *w)
{
    if (w->from_ns > w->to_ns)
        return true;
    if (w->from_segment != w->to_segment)
        return w->to_segment > 0 && w->from_segment > w->to_segment;
    return w->from_seq > w->to_seq;
}

static enum td_code resolve_both(struct play_window *w,
                                 const struct whole *tape,
                                 const struct found *a, const struct found *b,
                                 struct td_error *err)
{
    struct place from = {&w->from_ns, &w->from_seq, &w->from_segment,
                         &w->from_offset};
    struct place to = {&w->to_ns, &w->to_seq, &w->to_segment, &w->to_offset};
    enum td_code code = resolve(a, tape, from, err);

    if (!code)
        code = resolve(b, tape, to, err);
    if (!code && is_reversed(w))
        code = td_error_set(err, TD_USAGE, "--end", 0,
                            "the end lies before the start");
    return code;
}

/* What the bounds ask the tapes for. */
static enum td_code look_at_tapes(struct whole *tape, struct found *a,
                                  struct found *b, const char *const *paths,
                                  struct td_error *err)
{
    struct play_source_options options = {
        .paths = paths, .window = PLAY_WINDOW_ALL, .dated = true};
    struct play_source *source;
    enum td_code code = play_source_open(&source, &options, err);

    if (code)
        return code;
    tape->known = true;
    tape->start_wall_ns = play_source_start_wall(source);
    if (play_bound_needs_scan(a->bound) || play_bound_needs_scan(b->bound))
        code = find_last(source, &tape->last_ns, err);
    if (!code)
        code = find_marker(a, source, err);
    if (!code)
        code = find_marker(b, source, err);
    play_source_close(source);
    return code;
}

enum td_code play_window_find(struct play_window *window,
                              const struct play_bound *start,
                              const struct play_bound *end,
                              const char *const *paths, struct td_error *err)
{
    struct found a = {.bound = start};
    struct found b = {.bound = end};
    struct whole tape = {0};
    enum td_code code = TD_OK;

    *window = PLAY_WINDOW_ALL;
    while (paths[tape.count])
        tape.count++;
    if (play_bound_needs_tape(start) || play_bound_needs_tape(end))
        code = look_at_tapes(&tape, &a, &b, paths, err);
    return code ? code : resolve_both(window, &tape, &a, &b, err);
}
