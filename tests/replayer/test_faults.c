/* Faults: which events, when, and what is left; a virtual clock moves only to
 * the next timer.
 */
#include "replayer/faults.h"
#include "replayer/player.h"
#include "tests/suites.h"
#include "tests/support/made_tape.h"

#include <stdio.h>

#define S         TD_NS_PER_S
#define MS        TD_NS_PER_MS
#define START     (100 * S)
#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A player on a tape with faults, and what came out: "a0 b1000" (name, ms). */
struct stage {
    struct td_clock clock;
    struct wire_net *net;
    struct play_source *source;
    struct play_fault_rules *rules;
    struct play_faults *faults;
    struct play_player *player;
    struct td_buf heard;
    unsigned refuse; /* every so manieth put is refused once */
    unsigned puts;
    bool refused; /* the last one: there is room now */
    unsigned cuts;
    unsigned drained;
};

static enum td_code hear(void *self, const struct td_event *ev,
                         struct td_error *err)
{
    struct stage *stage = self;

    (void)err;
    stage->refused = stage->refuse && stage->puts++ % stage->refuse == 0;
    if (stage->refused)
        return TD_AGAIN;
    (void)td_buf_addf(
        &stage->heard, "%s%.*s%llu", stage->heard.len ? " " : "",
        (int)ev->name.len, (const char *)ev->name.ptr,
        (unsigned long long)((td_mono_ns(&stage->clock) - START) / MS));
    return TD_OK;
}

static void on_cut(void *ctx)
{
    ((struct stage *)ctx)->cuts++;
}

static void on_room(void *ctx)
{
    play_player_go_on(((struct stage *)ctx)->player);
}

static void on_drained(void *ctx, const struct td_error *why)
{
    CU_ASSERT_EQUAL(why->code, TD_OK);
    ((struct stage *)ctx)->drained++;
}

static void on_end(void *ctx, const struct td_error *why)
{
    CU_ASSERT_EQUAL(why->code, TD_OK);
    play_faults_finish(((struct stage *)ctx)->faults);
}

static const char *tape(void)
{
    static const struct made_event events[] = {
        {.at_ns = 0, .name = "a"},     {.at_ns = 1 * S, .name = "b"},
        {.at_ns = 2 * S, .name = "c"}, {.at_ns = 3 * S, .name = "d"},
        {.at_ns = 4 * S, .name = "e"},
    };

    return made_tape("faults", 0, events, 5);
}

static void run(struct stage *stage, const char *const *specs, unsigned refuse)
{
    struct play_source_options from = {.paths = LIST(tape()),
                                       .window = PLAY_WINDOW_ALL};
    struct play_options how = {.pace = {.speed = PLAY_SPEED_ONE}, .passes = 1};
    struct play_fault_options faults = {.specs = specs, .seed = 7};
    struct play_fault_place place = {.next = {.put = hear, .self = stage},
                                     .cut = on_cut,
                                     .go_on = on_room,
                                     .drained = on_drained,
                                     .ctx = stage};
    struct td_error err = {0};

    *stage = (struct stage){.refuse = refuse};
    td_clock_virtual(&stage->clock, START, 0);
    stage->net = wire_mem_open(&stage->clock, 0);
    place.net = stage->net;
    CU_ASSERT_EQUAL_FATAL(play_source_open(&stage->source, &from, &err), TD_OK);
    CU_ASSERT_EQUAL_FATAL(play_fault_rules_new(&stage->rules, &faults, &err),
                          TD_OK);
    stage->faults = play_faults_new(stage->rules, 0);
    stage->player =
        play_player_new(stage->net, &stage->clock, stage->source,
                        play_faults_sink(stage->faults, &place), &how);
    play_player_on_end(stage->player, on_end, stage);
    play_player_start(stage->player);
    while (wire_mem_turn(stage->net) || stage->refused) {
        if (stage->refused)
            play_player_go_on(stage->player);
        stage->refused = false;
    }
}

static void close_all(struct stage *stage)
{
    play_player_free(stage->player);
    play_faults_free(stage->faults);
    play_fault_rules_free(stage->rules);
    play_source_close(stage->source);
    td_buf_release(&stage->heard);
    wire_net_close(stage->net);
}

static void each_fault_does_what_it_says(void)
{
    static const struct {
        const char *spec;
        const char *heard;
        const char *said;
    } rows[] = {
        {"drop at=seq:2", "a0 c2000 d3000 e4000", "1 x drop (#2)"},
        {"drop event=c", "a0 b1000 d3000 e4000", "1 x drop (#3)"},
        {"drop after=3", "a0 b1000 c2000", "2 x drop (#4, #5)"},
        {"drop at=+1500ms", "a0 b1000 d3000 e4000", "1 x drop (#3)"},
        {"drop at=exchange:1", "a0 b1000 c2000 d3000 e4000", "0 x drop"},
        {"drop p=0", "a0 b1000 c2000 d3000 e4000", "0 x drop"},
        {"duplicate at=seq:5 times=2", "a0 b1000 c2000 d3000 e4000 e4000 e4000",
         "1 x duplicate (#5)"},
        {"delay by=1500ms at=seq:2", "a0 c2000 b2500 d3000 e4000",
         "1 x delay (#2)"},
        {"delay by=10s p=1", "a10000 b11000 c12000 d13000 e14000",
         "5 x delay (#1, #2, #3, #4, #5)"},
        {"reorder by=2 at=seq:2", "a0 c2000 d3000 b3000 e4000",
         "1 x reorder (#2)"},
        {"reorder by=9 at=seq:4", "a0 b1000 c2000 e4000 d4000",
         "1 x reorder (#4)"},
        {"silence for=1500ms at=seq:2", "a0 b2500 c2500 d3000 e4000",
         "1 x silence (#2)"},
        {"slow rate=4", "a0 b1750 c3500 d5250 e7000", "5 x slow"},
        {"cut after=2 events", "a0 b1000", "1 x cut (#3)"},
        {"cut after=9 bytes", "a0 b1000", "1 x cut (#2)"},
        {"sse-join at=seq:3", "a0 b1000 d3000 e4000", "1 x sse-join (#3)"},
        {"sse-join at=seq:5", "a0 b1000 c2000 d3000 e4000",
         "1 x sse-join (#5)"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stage stage;
        struct td_buf said = {0};
        struct td_buf want = {0};
        bool cut = !strncmp(rows[i].spec, "cut", 3);

        run(&stage, LIST(rows[i].spec), 0);
        play_fault_rules_say(stage.rules, &said);
        (void)td_buf_addf(&want, "faults (seed 7): %s\n", rows[i].said);
        if (strcmp(td_buf_str(&stage.heard), rows[i].heard) != 0)
            printf("\n    %s: %s\n", rows[i].spec, td_buf_str(&stage.heard));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&stage.heard), rows[i].heard);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&said), td_buf_str(&want));
        CU_ASSERT_EQUAL(stage.cuts, cut ? 1U : 0U);
        CU_ASSERT_EQUAL(stage.drained, cut ? 0U : 1U);
        td_buf_release(&said);
        td_buf_release(&want);
        close_all(&stage);
    }
}

static void a_sink_that_refuses_changes_nothing_of_what_is_done(void)
{
    static const char *const specs[] = {
        "duplicate p=0.7 times=2", "reorder by=2 p=0.5",
        "delay by=700ms p=0.5",    "drop p=0.3",
        "corrupt p=0.5",           NULL};
    struct td_buf said[2] = {{0}, {0}};
    size_t len[2];

    for (unsigned i = 0; i < 2; i++) {
        struct stage stage;

        run(&stage, specs, i * 2);
        CU_ASSERT_EQUAL(stage.drained, 1);
        play_fault_rules_say(stage.rules, &said[i]);
        len[i] = 0;
        for (size_t k = 0; k < stage.heard.len; k++)
            len[i] += stage.heard.ptr[k] == ' ';
        close_all(&stage);
    }
    CU_ASSERT_STRING_EQUAL(td_buf_str(&said[0]), td_buf_str(&said[1]));
    CU_ASSERT_EQUAL(len[0], len[1]);
    td_buf_release(&said[0]);
    td_buf_release(&said[1]);
}

/* Rules have numbers of their own: another rule behind it changes none. */
static void the_seed_says_what_happens(void)
{
    struct play_fault_rule one;
    struct play_fault_rule two;
    struct td_event ev = {.seq = 1};
    unsigned hits = 0;
    unsigned apart = 0;

    CU_ASSERT_EQUAL(play_fault_read(&one, "drop p=0.25", 7, 0, NULL), TD_OK);
    CU_ASSERT_EQUAL(play_fault_read(&two, "drop p=0.25", 7, 1, NULL), TD_OK);
    for (unsigned i = 0; i < 10000; i++) {
        bool hit = play_fault_hits(&one, &ev);

        hits += hit;
        apart += hit != play_fault_hits(&two, &ev);
    }
    CU_ASSERT(hits > 2300 && hits < 2700);
    CU_ASSERT(apart > 3400 && apart < 4100); /* 2 * 1/4 * 3/4 of them */
    CU_ASSERT_EQUAL(play_fault_read(&two, "drop p=0.25", 7, 0, NULL), TD_OK);
    CU_ASSERT_EQUAL(play_fault_read(&one, "drop p=0.25", 7, 0, NULL), TD_OK);
    for (unsigned i = 0; i < 1000; i++)
        CU_ASSERT_EQUAL(play_fault_hits(&one, &ev), play_fault_hits(&two, &ev));
}

static void a_rule_that_is_none_is_refused(void)
{
    static const char *const rows[] = {"",
                                       " ",
                                       "dorp p=1",
                                       "drop",
                                       "drop p=2",
                                       "drop p=",
                                       "drop p=1e9",
                                       "drop at=3",
                                       "drop at=+",
                                       "drop at=seq:0",
                                       "drop by=1 p=1",
                                       "delay p=1",
                                       "delay by=0s p=1",
                                       "reorder by=1001 p=1",
                                       "slow",
                                       "slow rate=0",
                                       "drop after=3 bytes",
                                       "cut after=x",
                                       "drop p=-1",
                                       "drop event= p",
                                       "status=429"};
    struct play_fault_rule rule;
    struct td_error err;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        err = (struct td_error){0};
        CU_ASSERT_EQUAL(play_fault_read(&rule, rows[i], 0, 0, &err), TD_USAGE);
        if (err.code != TD_USAGE)
            printf("\n    \"%s\" is taken\n", rows[i]);
        CU_ASSERT_STRING_EQUAL(err.where, "--fault");
    }
}

CU_TestInfo replayer_faults_tests[] = {
    {"each fault does what it says", each_fault_does_what_it_says},
    {"a sink that refuses changes nothing of what is done",
     a_sink_that_refuses_changes_nothing_of_what_is_done},
    {"the seed says what happens", the_seed_says_what_happens},
    {"a rule that is none is refused", a_rule_that_is_none_is_refused},
    CU_TEST_INFO_NULL,
};
