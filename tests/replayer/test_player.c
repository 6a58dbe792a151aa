/* The player hands over the right events at exactly the right times: a virtual
 * clock moves only to the next timer.
 */
#include "replayer/player.h"
#include "tests/suites.h"
#include "tests/support/made_tape.h"

#include <stdio.h>

#define S         TD_NS_PER_S
#define MS        TD_NS_PER_MS
#define START     (100 * S)
#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A player on a tape, and what came out of it: "a0 b1000" (name, ms). */
struct stage {
    struct td_clock clock;
    struct wire_net *net;
    struct play_source *source;
    struct play_player *player;
    struct td_buf heard;
    unsigned refuse; /* puts to refuse */
    unsigned keep;   /* flushes that do not hand on */
    unsigned flushes;
    unsigned ended;
    enum td_code how;
};

static enum td_code hear(void *self, const struct td_event *ev,
                         struct td_error *err)
{
    struct stage *stage = self;

    (void)err;
    if (stage->refuse) {
        stage->refuse--;
        return TD_AGAIN;
    }
    (void)td_buf_addf(
        &stage->heard, "%s%.*s%llu", stage->heard.len ? " " : "",
        (int)ev->name.len, (const char *)ev->name.ptr,
        (unsigned long long)((td_mono_ns(&stage->clock) - START) / MS));
    return TD_OK;
}

static enum td_code hand_on(void *self, struct td_error *err)
{
    struct stage *stage = self;

    (void)err;
    stage->flushes++;
    if (!stage->keep)
        return TD_OK;
    stage->keep--;
    return TD_AGAIN;
}

static void on_end(void *ctx, const struct td_error *why)
{
    struct stage *stage = ctx;

    stage->ended++;
    stage->how = why->code;
}

static void stage_open(struct stage *stage, const char *tape,
                       const struct play_options *options)
{
    struct play_source_options from = {.paths = LIST(tape),
                                       .window = PLAY_WINDOW_ALL};
    struct td_sink sink = {.put = hear, .flush = hand_on, .self = stage};
    struct td_error err;

    *stage = (struct stage){.ended = 0};
    td_clock_virtual(&stage->clock, START, 0);
    stage->net = wire_mem_open(&stage->clock, 0);
    CU_ASSERT_EQUAL_FATAL(play_source_open(&stage->source, &from, &err), TD_OK);
    stage->player = play_player_new(stage->net, &stage->clock, stage->source,
                                    sink, options);
    play_player_on_end(stage->player, on_end, stage);
    play_player_start(stage->player);
}

/* Until nothing is left to do. */
static void run_all(struct stage *stage)
{
    while (wire_mem_turn(stage->net))
        ;
}

/* Until so many events were heard. */
static void run_to(struct stage *stage, uint64_t events)
{
    while (play_player_stats(stage->player)->events < events)
        CU_ASSERT_FATAL(wire_mem_turn(stage->net));
}

static const char *heard(struct stage *stage)
{
    return td_buf_str(&stage->heard);
}

static void stage_close(struct stage *stage)
{
    play_player_free(stage->player);
    play_source_close(stage->source);
    td_buf_release(&stage->heard);
    wire_net_close(stage->net);
}

static const char *short_tape(void)
{
    static const struct made_event events[] = {
        {.at_ns = 3 * S, .name = "a"},
        {.at_ns = 4 * S, .name = "b"},
        {.at_ns = 4 * S, .name = "c"},
        {.at_ns = 14 * S, .name = "d"},
    };

    return made_tape("player-short", 0, events, 4);
}

static void events_come_at_their_times(void)
{
    static const struct {
        const char *name;
        struct play_options options;
        const char *heard;
    } rows[] = {
        {"as recorded",
         {.pace = {PLAY_SPEED_ONE, 0, 0}, .passes = 1},
         "a0 b1000 c1000 d11000"},
        {"twice as fast",
         {.pace = {2 * PLAY_SPEED_ONE, 0, 0}, .passes = 1},
         "a0 b500 c500 d5500"},
        {"full speed",
         {.pace = {PLAY_SPEED_MAX, 0, 0}, .passes = 1},
         "a0 b0 c0 d0"},
        {"events a second",
         {.pace = {PLAY_SPEED_ONE, 10 * PLAY_SPEED_ONE, 0}, .passes = 1},
         "a0 b100 c200 d300"},
        {"short gaps",
         {.pace = {PLAY_SPEED_ONE, 0, S / 2}, .passes = 1},
         "a0 b500 c500 d1000"},
        {"twice",
         {.pace = {PLAY_SPEED_ONE, 0, 0}, .passes = 2},
         "a0 b1000 c1000 d11000 a11000 b12000 c12000 d22000"},
        {"twice with a delay",
         {.pace = {PLAY_SPEED_ONE, 0, 0}, .passes = 2, .loop_delay_ns = 5 * S},
         "a0 b1000 c1000 d11000 a16000 b17000 c17000 d27000"},
        {"twice at full speed with a delay",
         {.pace = {PLAY_SPEED_MAX, 0, 0}, .passes = 2, .loop_delay_ns = 5 * S},
         "a0 b0 c0 d0 a5000 b5000 c5000 d5000"},
    };
    const char *tape = short_tape();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stage stage;

        stage_open(&stage, tape, &rows[i].options);
        run_all(&stage);
        if (strcmp(heard(&stage), rows[i].heard) != 0)
            printf("\n    row \"%s\": %s\n", rows[i].name, heard(&stage));
        CU_ASSERT_STRING_EQUAL(heard(&stage), rows[i].heard);
        CU_ASSERT_EQUAL(stage.ended, 1);
        CU_ASSERT_EQUAL(stage.how, TD_OK);
        CU_ASSERT_EQUAL(play_player_stats(stage.player)->lateness.max_ns, 0);
        CU_ASSERT_EQUAL(play_player_stats(stage.player)->passes,
                        rows[i].options.passes);
        stage_close(&stage);
    }
}

static const struct play_options once = {.pace = {PLAY_SPEED_ONE, 0, 0},
                                         .passes = 1};

static void a_pause_holds_and_a_step_plays_one(void)
{
    struct stage stage;

    stage_open(&stage, short_tape(), &once);
    run_to(&stage, 1);
    td_clock_advance(&stage.clock, S / 4);
    play_player_pause(stage.player, true);
    CU_ASSERT(play_player_view(stage.player).paused);
    run_all(&stage);
    CU_ASSERT_STRING_EQUAL(heard(&stage), "a0");
    td_clock_advance(&stage.clock, 60 * S);
    play_player_pause(stage.player, false);
    run_to(&stage, 3);
    CU_ASSERT_STRING_EQUAL(heard(&stage), "a0 b61000 c61000");
    play_player_step(stage.player);
    run_all(&stage);
    CU_ASSERT_STRING_EQUAL(heard(&stage), "a0 b61000 c61000 d61000");
    CU_ASSERT_EQUAL(stage.ended, 0); /* it is paused, at the end */
    play_player_pause(stage.player, false);
    run_all(&stage);
    CU_ASSERT_EQUAL(stage.ended, 1);
    stage_close(&stage);
}

static void it_may_start_paused(void)
{
    struct play_options options = once;
    struct stage stage;

    options.paused = true;
    stage_open(&stage, short_tape(), &options);
    run_all(&stage);
    CU_ASSERT_STRING_EQUAL(heard(&stage), "");
    play_player_step(stage.player);
    run_all(&stage);
    CU_ASSERT_STRING_EQUAL(heard(&stage), "a0");
    td_clock_advance(&stage.clock, 7 * S);
    play_player_pause(stage.player, false);
    run_all(&stage);
    CU_ASSERT_STRING_EQUAL(heard(&stage), "a0 b8000 c8000 d18000");
    stage_close(&stage);
}

static void a_seek_goes_both_ways(void)
{
    struct stage stage;

    stage_open(&stage, short_tape(), &once);
    run_to(&stage, 3);
    play_player_seek(stage.player, 5 * (int64_t)S); /* from 4 s to 9 s */
    run_to(&stage, 4);
    CU_ASSERT_STRING_EQUAL(heard(&stage), "a0 b1000 c1000 d6000");
    stage_close(&stage);

    stage_open(&stage, short_tape(), &once);
    run_to(&stage, 3);
    play_player_seek(stage.player, -5 * (int64_t)S); /* to the first event */
    run_all(&stage);
    CU_ASSERT_STRING_EQUAL(heard(&stage),
                           "a0 b1000 c1000 a1000 b2000 c2000 d12000");
    stage_close(&stage);
}

static void a_pause_at_the_end_can_go_back(void)
{
    struct stage stage;

    stage_open(&stage, short_tape(), &once);
    run_to(&stage, 3);
    play_player_pause(stage.player, true);
    play_player_seek(stage.player, 60 * (int64_t)S);
    run_all(&stage);
    play_player_step(stage.player);
    run_all(&stage);
    CU_ASSERT_STRING_EQUAL(heard(&stage), "a0 b1000 c1000");
    CU_ASSERT_EQUAL(stage.ended, 0);
    play_player_seek(stage.player, -55 * (int64_t)S); /* to 9 s */
    play_player_step(stage.player);
    run_all(&stage);
    CU_ASSERT_STRING_EQUAL(heard(&stage), "a0 b1000 c1000 d1000");
    CU_ASSERT_EQUAL(stage.ended, 0);
    play_player_pause(stage.player, false);
    run_all(&stage);
    CU_ASSERT_EQUAL(stage.ended, 1);
    CU_ASSERT_EQUAL(stage.how, TD_OK);
    stage_close(&stage);
}

static void who_cannot_take_more_gets_it_later(void)
{
    struct stage stage;
    const struct play_lateness *late;

    stage_open(&stage, short_tape(), &once);
    stage.refuse = 1;
    run_all(&stage); /* nothing is left to do: the sink must speak */
    CU_ASSERT_STRING_EQUAL(heard(&stage), "");
    CU_ASSERT(play_player_view(stage.player).blocked);
    td_clock_advance(&stage.clock, 2 * S);
    play_player_go_on(stage.player);
    run_all(&stage);
    CU_ASSERT_STRING_EQUAL(heard(&stage), "a2000 b2000 c2000 d11000");
    late = &play_player_stats(stage.player)->lateness;
    CU_ASSERT_EQUAL(late->max_ns, 2 * S);
    CU_ASSERT_EQUAL(play_lateness_above(late, S / 2), 3);
    stage_close(&stage);
}

static void the_end_is_when_all_is_handed_on(void)
{
    struct play_options options = {.pace = {PLAY_SPEED_MAX, 0, 0}, .passes = 1};
    struct stage stage;

    stage_open(&stage, short_tape(), &options);
    stage.keep = 2;
    run_all(&stage); /* nothing is left to do: the sink must speak */
    CU_ASSERT_STRING_EQUAL(heard(&stage), "a0 b0 c0 d0");
    CU_ASSERT_EQUAL(stage.ended, 0);
    CU_ASSERT(play_player_view(stage.player).blocked);
    play_player_go_on(stage.player);
    run_all(&stage);
    CU_ASSERT_EQUAL(stage.flushes, 2);
    CU_ASSERT_EQUAL(stage.ended, 0);
    play_player_go_on(stage.player);
    run_all(&stage);
    CU_ASSERT_EQUAL(stage.ended, 1);
    CU_ASSERT_EQUAL(stage.how, TD_OK);
    CU_ASSERT_EQUAL(play_player_stats(stage.player)->passes, 1);
    CU_ASSERT_STRING_EQUAL(heard(&stage), "a0 b0 c0 d0");
    stage_close(&stage);
}

static void a_change_of_speed_counts_from_now(void)
{
    struct stage stage;

    stage_open(&stage, short_tape(), &once);
    run_to(&stage, 3);
    play_player_faster(stage.player, 200); /* 10 s are left: 5 s */
    run_all(&stage);
    CU_ASSERT_STRING_EQUAL(heard(&stage), "a0 b1000 c1000 d6000");
    stage_close(&stage);
}

static void a_long_tape_does_not_drift(void)
{
    struct play_options options = {.pace = {3 * PLAY_SPEED_ONE, 0, 0},
                                   .passes = 1};
    struct stage stage;
    const struct play_stats *stats;

    stage_open(&stage, made_tape_ticks("player-long", 20000, MS), &options);
    run_all(&stage);
    stats = play_player_stats(stage.player);
    CU_ASSERT_EQUAL(stats->events, 20000);
    CU_ASSERT_EQUAL(stats->took_ns, UINT64_C(19999) * MS / 3);
    CU_ASSERT_EQUAL(stats->planned_ns, stats->took_ns);
    CU_ASSERT_EQUAL(stats->lateness.max_ns, 0);
    stage_close(&stage);
}

CU_TestInfo replayer_player_tests[] = {
    {"events come at their times", events_come_at_their_times},
    {"a pause holds and a step plays one", a_pause_holds_and_a_step_plays_one},
    {"it may start paused", it_may_start_paused},
    {"a seek goes both ways", a_seek_goes_both_ways},
    {"a pause at the end can go back", a_pause_at_the_end_can_go_back},
    {"who cannot take more gets it later", who_cannot_take_more_gets_it_later},
    {"the end is when all is handed on", the_end_is_when_all_is_handed_on},
    {"a change of speed counts from now", a_change_of_speed_counts_from_now},
    {"a long tape does not drift", a_long_tape_does_not_drift},
    CU_TEST_INFO_NULL,
};
