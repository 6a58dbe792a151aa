#include "replayer/player.h"

#include "core/mem.h"

#include <stdlib.h>

#define BATCH  1024 /* events a turn, so that sockets and keys get theirs */
#define RETIME 64   /* events between two looks at the clock in a batch */

struct play_player {
    struct wire_net *net;
    const struct td_clock *clock;
    struct play_source *source;
    struct td_sink sink;
    struct play_options options;
    struct play_schedule schedule;
    struct wire_timer timer;
    struct wire_watch *watch; /* for the next event to come; or NULL */
    struct td_event ev;       /* the next event, if have */
    struct play_stats stats;
    void (*ended)(void *ctx, const struct td_error *why);
    void *ctx;
    uint64_t start_ns;
    uint64_t first_ns;    /* tape time of the first event of a pass */
    uint64_t pass_events; /* events of this pass so far */
    uint64_t now_ns;
    bool started;
    bool have;
    bool blocked;
    bool step;   /* one event although paused */
    bool at_end; /* of the tape, while paused: it may still go back */
    bool over;   /* all was put, and what was put is not handed on yet */
    bool awaits; /* the next event is not there yet: watch */
    bool done;
};

static void turn(void *ctx);

struct play_player *play_player_new(struct wire_net *net,
                                    const struct td_clock *clock,
                                    struct play_source *source,
                                    struct td_sink sink,
                                    const struct play_options *options)
{
    struct play_player *p = td_calloc(1, sizeof(*p));

    p->net = net;
    p->clock = clock;
    p->source = source;
    p->sink = sink;
    p->options = *options;
    p->timer.fire = turn;
    p->timer.ctx = p;
    return p;
}

void play_player_on_end(struct play_player *player,
                        void (*ended)(void *ctx, const struct td_error *why),
                        void *ctx)
{
    player->ended = ended;
    player->ctx = ctx;
}

static void watch_no_more(struct play_player *p)
{
    if (p->watch)
        wire_watch_close(p->watch);
    p->watch = NULL;
}

void play_player_free(struct play_player *player)
{
    if (!player)
        return;
    watch_no_more(player);
    wire_timer_cancel(player->net, &player->timer);
    free(player);
}

static bool timed(const struct play_player *p)
{
    return p->schedule.pace.eps || p->schedule.pace.speed != PLAY_SPEED_MAX;
}

/* Time begins with the first event, also where that is waited for. */
static void begin_clock(struct play_player *p)
{
    struct play_pace pace = p->schedule.pace;
    bool paused = p->schedule.paused;

    p->now_ns = td_mono_ns(p->clock);
    p->start_ns = p->now_ns;
    play_schedule_start(&p->schedule, &pace, p->now_ns);
    if (paused)
        play_schedule_pause(&p->schedule, p->now_ns);
}

static void on_more(void *ctx, int fd)
{
    struct play_player *p = ctx;

    (void)fd;
    p->awaits = false;
    watch_no_more(p);
    if (p->done)
        return;
    if (!p->schedule.begun)
        begin_clock(p);
    turn(p);
}

/* Set the timer for the next event, if it is time that we wait for. */
static void arm(struct play_player *p)
{
    uint64_t due = TD_NEVER;
    bool stands = p->at_end && p->schedule.paused && !p->step;

    if (p->started && !p->done && !p->blocked && !stands && !p->awaits) {
        due = p->have && !p->step ? play_schedule_due(&p->schedule) : p->now_ns;
        if (due < p->now_ns)
            due = p->now_ns;
    }
    wire_timer_set(p->net, &p->timer, due);
}

/* Who pauses at the end stands there; by hand only the next pass is reached. */
static bool stands_at_end(const struct play_player *p)
{
    bool last = p->stats.passes + 1 == p->options.passes;

    return p->schedule.paused && p->schedule.begun && (!p->step || last);
}

/* The tape is at its end: TD_OK if another pass begins, else TD_END; TD_AGAIN
 * if the user decides.
 */
static enum td_code next_pass(struct play_player *p, struct td_error *err)
{
    p->at_end = stands_at_end(p);
    if (p->at_end) {
        p->step = false;
        return TD_AGAIN;
    }
    p->stats.passes++;
    if (p->pass_events == 0 || p->stats.passes == p->options.passes)
        return TD_END;
    p->pass_events = 0;
    play_schedule_loop(&p->schedule, p->now_ns, p->options.loop_delay_ns);
    return play_source_rewind(p->source, err);
}

/* The source has nothing yet. TD_AGAIN, or why that cannot be heard of. */
static enum td_code await(struct play_player *p, struct td_error *err)
{
    enum td_code code = p->watch
                            ? TD_OK
                            : wire_watch_fd(p->net, play_source_fd(p->source),
                                            on_more, p, &p->watch, err);

    p->awaits = !code;
    return code ? code : TD_AGAIN;
}

/* See that p->ev is the next event. */
static enum td_code fetch(struct play_player *p, struct td_error *err)
{
    enum td_code code = TD_OK;

    while (!p->have && !code) {
        code = p->at_end ? TD_END : play_source_next(p->source, &p->ev, err);
        p->have = !code;
        if (code == TD_AGAIN)
            return await(p, err);
        if (code == TD_END)
            code = next_pass(p, err);
    }
    return code;
}

/* Fetch and schedule the next event. */
static enum td_code prepare(struct play_player *p, struct td_error *err)
{
    enum td_code code;

    if (p->have)
        return TD_OK;
    code = fetch(p, err);
    if (code)
        return code;
    /* What is no event takes none of the places of --eps. */
    if (td_event_is_plain(&p->ev) || !p->schedule.pace.eps)
        play_schedule_next(&p->schedule, p->ev.at_ns);
    if (p->pass_events == 0 && p->stats.passes == 0 && p->stats.events == 0)
        p->first_ns = p->ev.at_ns;
    return TD_OK;
}

static void count(struct play_player *p, uint64_t due)
{
    p->have = false;
    if (!td_event_is_plain(&p->ev))
        return;
    p->stats.events++;
    p->stats.bytes += p->ev.payload.len;
    p->stats.took_ns = p->now_ns - p->start_ns;
    p->pass_events++;
    if (!timed(p) || due == TD_NEVER)
        return;
    p->stats.planned_ns = due > p->start_ns ? due - p->start_ns : 0;
    play_lateness_add(&p->stats.lateness, p->now_ns - due);
}

/* Hand over the event that is due. TD_AGAIN: none is, or nobody takes it. */
static enum td_code play_one(struct play_player *p, struct td_error *err)
{
    enum td_code code = prepare(p, err);
    uint64_t due;

    if (code)
        return code;
    due = play_schedule_due(&p->schedule);
    if (due > p->now_ns && !p->step) {
        p->now_ns = td_mono_ns(p->clock);
        if (due > p->now_ns)
            return TD_AGAIN;
    }
    code = td_sink_put(p->sink, &p->ev, err);
    p->blocked = code == TD_AGAIN;
    if (code)
        return code;
    if (p->step)
        play_schedule_step(&p->schedule);
    p->step = false;
    count(p, due);
    return TD_OK;
}

static void end(struct play_player *p, enum td_code code, struct td_error *err)
{
    p->done = true;
    if (code == TD_END)
        err->code = TD_OK;
    if (p->ended)
        p->ended(p->ctx, err);
}

/* Hand over what is due, a batch. TD_AGAIN: no more is, or nobody takes it. */
static enum td_code play_batch(struct play_player *p, struct td_error *err)
{
    enum td_code code = p->over ? TD_END : TD_OK;

    for (unsigned n = 0; n < BATCH && !code; n++) {
        if (n % RETIME == 0)
            p->now_ns = td_mono_ns(p->clock);
        code = play_one(p, err);
    }
    return code ? code : prepare(p, err);
}

/* End a batch; code is what came of it, and what comes of it now. */
static enum td_code flush(struct play_player *p, enum td_code code,
                          struct td_error *err)
{
    enum td_code flushed = TD_OK;

    if (!code || code == TD_AGAIN || code == TD_END)
        flushed = td_sink_flush(p->sink, err);
    p->over = code == TD_END && flushed == TD_AGAIN;
    p->blocked |= flushed == TD_AGAIN;
    return flushed ? flushed : code;
}

static void turn(void *ctx)
{
    struct play_player *p = ctx;
    struct td_error err = {.code = TD_OK};
    enum td_code code = play_batch(p, &err);

    code = flush(p, code, &err);
    if (code && code != TD_AGAIN)
        end(p, code, &err);
    else
        arm(p);
}

void play_player_start(struct play_player *player)
{
    if (player->started || player->done)
        return;
    player->started = true;
    player->schedule.pace = player->options.pace;
    player->schedule.paused = player->options.paused;
    begin_clock(player);
    arm(player);
}

void play_player_go_on(struct play_player *player)
{
    if (!player->blocked)
        return;
    player->blocked = false;
    player->now_ns = td_mono_ns(player->clock);
    arm(player);
}

static bool running(struct play_player *player)
{
    player->now_ns = td_mono_ns(player->clock);
    return player->started && !player->done;
}

void play_player_pause(struct play_player *player, bool paused)
{
    if (!running(player))
        return;
    if (paused)
        play_schedule_pause(&player->schedule, player->now_ns);
    else
        play_schedule_resume(&player->schedule, player->now_ns);
    player->step = false;
    arm(player);
}

void play_player_step(struct play_player *player)
{
    if (!running(player))
        return;
    if (!player->schedule.paused)
        play_schedule_pause(&player->schedule, player->now_ns);
    player->step = true;
    arm(player);
}

void play_player_faster(struct play_player *player, unsigned percent)
{
    if (!running(player))
        return;
    play_schedule_faster(&player->schedule, player->now_ns, percent);
    arm(player);
}

void play_player_seek(struct play_player *player, int64_t by_ns)
{
    struct td_error err = {.code = TD_OK};
    enum td_code code;
    uint64_t at;

    if (!running(player))
        return;
    at = play_schedule_tape_ns(&player->schedule, player->now_ns);
    if (by_ns >= 0)
        at += (uint64_t)by_ns;
    else
        at = at > (uint64_t)-by_ns ? at - (uint64_t)-by_ns : 0;
    if (at < player->first_ns)
        at = player->first_ns;
    code = play_source_seek(player->source, at, &err);
    play_schedule_seek(&player->schedule, player->now_ns, at);
    player->have = false;
    player->at_end = false;
    player->stats.passes -= player->over; /* that pass goes on */
    player->over = false;
    if (code)
        end(player, code, &err);
    else
        arm(player);
}

void play_player_stop(struct play_player *player)
{
    player->done = true;
    watch_no_more(player);
    wire_timer_cancel(player->net, &player->timer);
}

bool play_player_started(const struct play_player *player)
{
    return player->started;
}

bool play_player_done(const struct play_player *player)
{
    return player->done;
}

bool play_player_next_place(const struct play_player *player,
                            struct play_place *place)
{
    if (!player->have || player->done)
        return false;
    *place = play_source_place(player->source);
    return true;
}

const struct play_stats *play_player_stats(const struct play_player *player)
{
    return &player->stats;
}

struct play_view play_player_view(const struct play_player *player)
{
    const struct play_schedule *s = &player->schedule;
    uint64_t now = td_mono_ns(player->clock);

    return (struct play_view){
        .at_ns = player->started ? play_schedule_tape_ns(s, now) : 0,
        .events = player->stats.events,
        .speed = player->started ? s->pace.speed : player->options.pace.speed,
        .eps = player->options.pace.eps ? s->pace.eps : 0,
        .paused = player->started ? s->paused : player->options.paused,
        .blocked = player->blocked || !player->started,
    };
}
