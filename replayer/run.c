#include "replayer/run.h"

#include "core/mem.h"
#include "replayer/faults.h"
#include "replayer/keyboard.h"
#include "replayer/line_sink.h"
#include "replayer/progress.h"

#include <stdlib.h>

struct play_run {
    struct wire_net *net;
    struct play_run_options options;
    struct play_source *source;
    struct play_player *player;
    struct play_serve *serve; /* one of these three */
    struct play_connect *connect;
    struct play_lines *lines;
    struct play_keyboard *keyboard;
    struct play_progress *progress;
    struct play_faults *faults; /* or NULL */
    struct wire_timer ending;   /* what was heard, or the silence, ends it */
    uint64_t opened_ns;
    struct td_error why;
    bool played;
    bool finishing;
    bool quit;
};

static void stop(struct play_run *run, const struct td_error *why)
{
    if (!run->why.code && why)
        run->why = *why;
    play_player_stop(run->player);
    wire_stop(run->net);
}

/* Nothing more will be played: consumers get the rest. */
static void finish(struct play_run *run)
{
    if (run->finishing)
        return;
    run->finishing = true;
    if (run->serve)
        play_serve_finish(run->serve);
    else if (run->connect)
        play_connect_finish(run->connect);
    else
        wire_stop(run->net);
}

static void on_ending(void *ctx)
{
    struct play_run *run = ctx;

    play_player_stop(run->player);
    finish(run);
}

/* Everything was played; peers may have something to say about it, if they are
 * there still.
 */
static void linger(struct play_run *run)
{
    bool alone = run->serve && play_serve_consumers(run->serve) == 0;

    if (run->connect)
        play_connect_linger(run->connect);
    wire_timer_set(run->net, &run->ending,
                   wire_now(run->net) +
                       (alone ? 0 : run->options.hearing.linger_ns));
}

/* Nothing is held back any more. */
static void on_all_played(void *ctx, const struct td_error *why)
{
    struct play_run *run = ctx;

    if (why->code) {
        stop(run, why);
        return;
    }
    run->played = true;
    if (run->options.stay)
        return;
    if (run->options.hearing.heard.put && run->options.hearing.linger_ns)
        linger(run);
    else
        finish(run);
}

static void on_played(void *ctx, const struct td_error *why)
{
    struct play_run *run = ctx;

    if (run->faults && !why->code)
        play_faults_finish(run->faults);
    else
        on_all_played(run, why);
}

/* A fault has cut the replay off; not from within the player. */
static void on_cut(void *ctx)
{
    struct play_run *run = ctx;

    run->played = true;
    wire_timer_set(run->net, &run->ending, wire_now(run->net));
}

/* Nobody is left to listen to. */
static void on_alone(void *ctx)
{
    struct play_run *run = ctx;

    if (wire_timer_is_set(&run->ending))
        wire_timer_set(run->net, &run->ending, wire_now(run->net));
}

static void on_joined(void *ctx, uint32_t conn, const char *address)
{
    struct play_run *run = ctx;

    if (run->options.hearing.joined)
        run->options.hearing.joined(run->options.hearing.ctx, conn, address);
}

static void on_heard(void *ctx, const struct td_event *ev)
{
    struct play_run *run = ctx;
    struct td_sink heard = run->options.hearing.heard;
    struct td_event own = *ev;

    own.at_ns = wire_now(run->net) - run->opened_ns;
    if (!heard.put || !td_sink_put(heard, &own, NULL) || run->quit)
        return;
    run->quit = true;
    run->why.code = TD_FAILED;
    /* Not from within the peer that spoke. */
    wire_timer_set(run->net, &run->ending, wire_now(run->net));
}

static void on_failed(void *ctx, const struct td_error *why)
{
    stop(ctx, why);
}

static void on_finished(void *ctx)
{
    struct play_run *run = ctx;

    wire_stop(run->net);
}

void play_run_quit(struct play_run *run)
{
    bool again = run->quit;

    run->quit = true;
    wire_timer_cancel(run->net, &run->ending);
    if (!run->played || !run->options.stay)
        run->why.code = TD_CANCELLED;
    play_player_stop(run->player);
    if (again)
        wire_stop(run->net);
    else
        finish(run);
}

static void on_quit(void *ctx)
{
    play_run_quit(ctx);
}

static void on_page(void *ctx, const char *path, struct wire_page *page)
{
    struct play_run *run = ctx;

    run->options.page(run->options.ctx, run, path, page);
}

static void on_refused(void *ctx, const char *address, int status,
                       const char *why)
{
    struct play_run *run = ctx;

    if (run->options.refused)
        run->options.refused(run->options.ctx, address, status, why);
}

static enum td_code open_serve(struct play_run *run, struct td_error *err)
{
    const struct play_serve_events events = {.failed = on_failed,
                                             .joined = on_joined,
                                             .refused = on_refused,
                                             .heard = on_heard,
                                             .alone = on_alone,
                                             .finished = on_finished,
                                             .ctx = run};
    enum td_code code;

    run->options.serve.page = run->options.page ? on_page : NULL;
    code = play_serve_open(&run->serve, run->net, &run->options.serve,
                           run->source, &events, err);
    if (code || !run->options.listening)
        return code;
    return run->options.listening(run->options.ctx, play_serve_port(run->serve),
                                  err);
}

static enum td_code open_connect(struct play_run *run, struct td_error *err)
{
    const struct play_connect_events events = {.failed = on_failed,
                                               .heard = on_heard,
                                               .finished = on_finished,
                                               .ctx = run};

    on_joined(run, 1, run->options.connect.client.url);
    return play_connect_open(&run->connect, run->net, &run->options.connect,
                             &events, err);
}

static enum td_code open_target(struct play_run *run, struct td_error *err)
{
    if (run->options.target == PLAY_TO_CLIENTS)
        return open_serve(run, err);
    if (run->options.target == PLAY_TO_SERVER)
        return open_connect(run, err);
    run->lines =
        play_lines_new(run->options.lines_fd, "stdout", run->options.envelope);
    return TD_OK;
}

static struct td_sink target_of(const struct play_run *run)
{
    if (run->serve)
        return play_serve_sink(run->serve);
    if (run->connect)
        return play_connect_sink(run->connect);
    return play_lines_sink(run->lines);
}

static void on_room(void *ctx)
{
    const struct play_run *run = ctx;

    if (run->player)
        play_player_go_on(run->player);
}

static struct td_sink sink_of(struct play_run *run)
{
    struct play_fault_place place = {.net = run->net,
                                     .next = target_of(run),
                                     .cut = on_cut,
                                     .go_on = on_room,
                                     .drained = on_all_played,
                                     .ctx = run};

    if (!run->options.faults)
        return place.next;
    run->faults = play_faults_new(run->options.faults, 0);
    return play_faults_sink(run->faults, &place);
}

/* Once all parts are there the consumer decides when to start. */
static void attach(struct play_run *run)
{
    if (run->serve)
        play_serve_attach(run->serve, run->player);
    else if (run->connect)
        play_connect_attach(run->connect, run->player);
    else
        play_player_start(run->player);
}

static void show_progress(struct play_run *run)
{
    struct play_progress_options options = {
        .player = run->player,
        .serve = run->serve,
        .last_ns = play_source_last(run->source),
        .keys = run->keyboard != NULL,
    };

    run->progress = play_progress_new(run->net, &options);
}

static void on_mark(void *ctx)
{
    struct play_run *run = ctx;
    uint64_t at_ns = play_player_view(run->player).at_ns;

    run->options.mark(run->options.ctx, at_ns,
                      play_source_start_wall(run->source) + at_ns);
}

static enum td_code open_keyboard(struct play_run *run, struct td_error *err)
{
    struct play_keyboard_events events = {.quit = on_quit, .ctx = run};

    if (run->options.mark)
        events.mark = on_mark;
    return play_keyboard_open(&run->keyboard, run->net, run->player, &events,
                              err);
}

static enum td_code open_all(struct play_run *run, const struct td_clock *clock,
                             struct td_error *err)
{
    enum td_code code;

    run->options.source.no_wait = true;
    code = play_source_open(&run->source, &run->options.source, err);
    if (!code)
        code = open_target(run, err);
    if (code)
        return code;
    run->player = play_player_new(run->net, clock, run->source, sink_of(run),
                                  &run->options.play);
    play_player_on_end(run->player, on_played, run);
    if (run->options.keys)
        code = open_keyboard(run, err);
    if (!code && run->options.progress)
        show_progress(run);
    return code;
}

enum td_code play_run_open(struct play_run **out, struct wire_net *net,
                           const struct td_clock *clock,
                           const struct play_run_options *options,
                           struct td_error *err)
{
    struct play_run *run = td_calloc(1, sizeof(*run));
    enum td_code code;

    run->net = net;
    run->options = *options;
    run->opened_ns = wire_now(net);
    run->ending = (struct wire_timer){.fire = on_ending, .ctx = run};
    code = open_all(run, clock, err);
    if (code) {
        play_run_free(run);
        return code;
    }
    attach(run);
    *out = run;
    return TD_OK;
}

void play_run_free(struct play_run *run)
{
    if (!run)
        return;
    wire_timer_cancel(run->net, &run->ending);
    play_progress_free(run->progress);
    play_keyboard_close(run->keyboard);
    play_player_free(run->player);
    play_faults_free(run->faults);
    play_serve_free(run->serve);
    play_connect_free(run->connect);
    play_lines_free(run->lines);
    play_source_close(run->source);
    free(run);
}

static bool is_lossy(const struct play_run *run)
{
    struct td_buf why = {0};
    bool lossy = play_source_damage(run->source, &why) ||
                 play_run_unfit(run) > 0 ||
                 (run->serve && play_serve_lost(run->serve));

    td_buf_release(&why);
    return lossy;
}

enum td_code play_run_loop(struct play_run *run, struct td_error *err)
{
    enum td_code code = wire_run(run->net, err);

    play_progress_free(run->progress);
    run->progress = NULL;
    play_keyboard_close(run->keyboard);
    run->keyboard = NULL;
    if (code)
        return code;
    if (run->why.code) {
        if (err)
            *err = run->why;
        return run->why.code;
    }
    return is_lossy(run) ? TD_LOSSY : TD_OK;
}

struct play_player *play_run_player(const struct play_run *run)
{
    return run->player;
}

const struct play_source *play_run_source(const struct play_run *run)
{
    return run->source;
}

const struct play_serve *play_run_serve(const struct play_run *run)
{
    return run->serve;
}

const struct play_connect *play_run_connect(const struct play_run *run)
{
    return run->connect;
}

const struct play_shift *play_run_shift(const struct play_run *run)
{
    return run->options.source.shift;
}

const struct play_fault_rules *play_run_faults(const struct play_run *run)
{
    return run->options.faults;
}

uint64_t play_run_unfit(const struct play_run *run)
{
    if (run->serve)
        return play_serve_unfit(run->serve);
    return run->connect ? play_connect_unfit(run->connect) : 0;
}

const char *play_run_unfit_why(const struct play_run *run)
{
    if (run->serve)
        return play_serve_unfit_why(run->serve);
    return run->connect ? play_connect_unfit_why(run->connect) : "";
}
