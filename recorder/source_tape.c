/* Events of a tape, as fast as they can be read, with the times they have. */
#include "core/mem.h"
#include "recorder/source.h"
#include "tape/reader.h"

#include <stdlib.h>

#define EVENTS_A_TURN 512

/* A connection of the tape and its number on the other one. */
struct conn_pair {
    uint32_t from;
    uint32_t to;
};

struct tape_source {
    struct rec_source base;
    struct tape_reader *reader;
    struct wire_timer pump;
    bool paused;
    struct conn_pair *pairs;
    size_t pair_count;
    size_t last_pair;
};

/* Events of one connection mostly come together. 0, the recording itself, stays
 * as it is.
 */
static uint32_t conn_for(struct tape_source *source, uint32_t conn)
{
    struct conn_pair *pairs = source->pairs;
    size_t i = 0;

    if (!conn)
        return 0;
    if (source->pair_count && pairs[source->last_pair].from == conn)
        return pairs[source->last_pair].to;
    while (i < source->pair_count && pairs[i].from != conn)
        i++;
    source->last_pair = i;
    if (i < source->pair_count)
        return pairs[i].to;
    pairs = td_realloc(pairs, (source->pair_count + 1) * sizeof(*pairs));
    pairs[i] = (struct conn_pair){conn, rec_source_conn(&source->base)};
    source->pairs = pairs;
    source->pair_count++;
    return pairs[i].to;
}

/* What the tape itself is missing is missing on the copy too. */
static void tell_losses(struct tape_source *source)
{
    struct tape_state state = tape_reader_state(source->reader);

    uint64_t left_out = state.repeated + state.foreign;

    if (left_out)
        rec_source_lost(&source->base, left_out,
                        "left out: there twice on the tape that was read, or "
                        "of another recording");
    if (state.missing)
        rec_source_lost(&source->base, state.missing,
                        "missing on the tape that was read");
    else if (state.torn)
        rec_source_lost(&source->base, 1, "the tape that was read is torn");
}

static void pump_on(struct tape_source *source)
{
    struct wire_net *net = rec_net(source->base.rec);

    if (!source->base.over && !source->paused)
        wire_timer_set(net, &source->pump, wire_now(net));
}

static void on_pump(void *ctx)
{
    struct tape_source *source = ctx;
    struct td_error err = {0};
    struct td_event ev;
    enum td_code code = TD_OK;

    for (int i = 0; i < EVENTS_A_TURN && !code && !source->paused; i++) {
        code = tape_reader_next(source->reader, &ev, &err);
        if (code)
            break;
        ev.conn = conn_for(source, ev.conn);
        if (td_sink_put(source->base.sink, &ev, &err))
            return; /* the recorder has ended this source, or will */
    }
    if (code == TD_END)
        tell_losses(source);
    if (code)
        rec_source_over(&source->base, code == TD_END ? NULL : &err);
    pump_on(source);
}

static void pause_reading(struct rec_source *base, bool paused)
{
    struct tape_source *source = (struct tape_source *)base;

    source->paused = paused;
    if (paused)
        wire_timer_cancel(rec_net(base->rec), &source->pump);
    else
        pump_on(source);
}

static void stop(struct rec_source *base)
{
    rec_source_over(base, NULL);
}

static void free_source(struct rec_source *base)
{
    struct tape_source *source = (struct tape_source *)base;

    wire_timer_cancel(rec_net(base->rec), &source->pump);
    tape_reader_close(source->reader);
    free(source->pairs);
    free(source);
}

static const struct rec_source_ops ops = {
    .pause = pause_reading, .stop = stop, .free = free_source};

enum td_code rec_source_tape(struct rec_recorder *rec, const char *path,
                             struct td_error *err)
{
    static const struct tape_read_options how = {0};
    struct tape_source *source;
    struct tape_reader *reader;
    enum td_code code = tape_reader_open(&reader, path, &how, err);

    if (code)
        return code;
    source = td_calloc(1, sizeof(*source));
    source->base.ops = &ops;
    source->base.own_time = true;
    source->reader = reader;
    source->pump = (struct wire_timer){.fire = on_pump, .ctx = source};
    rec_source_add(rec, &source->base);
    pump_on(source);
    return TD_OK;
}
