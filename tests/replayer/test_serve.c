/* Consumers on one timeline, over a transport in memory with a virtual clock:
 * sessions of our own client against the port of a replay.
 */
#include "replayer/connect.h"
#include "replayer/serve.h"
#include "tests/suites.h"
#include "tests/support/made_tape.h"

#include <stdio.h>

#define S  TD_NS_PER_S
#define MS TD_NS_PER_MS

#define GUESTS    3
#define TURNS_MAX 20000

struct room;

struct guest {
    struct room *room;
    struct wire_client *client;
    struct td_buf heard; /* payloads, each with a line break */
    unsigned acks;
    bool ready;
    bool over;
};

/* A served replay and its consumers. */
struct room {
    struct td_clock clock;
    struct wire_net *net;
    struct play_select *select;
    struct play_source *source;
    struct play_serve *serve;
    struct play_player *player;
    struct guest guests[GUESTS];
    enum td_code failed;
    bool played;
    bool finished;
    char url[64];
};

static void on_event(void *ctx, const struct td_event *ev)
{
    struct guest *guest = ctx;

    guest->acks += ev->ack.len > 0;
    if (!td_event_is_plain(ev) || ev->dir == TD_DIR_IN)
        return;
    (void)td_buf_add_bytes(&guest->heard, ev->payload);
    (void)td_buf_add_text(&guest->heard, "\n");
}

static void on_ready(void *ctx)
{
    struct guest *guest = ctx;

    guest->ready = true;
}

static void on_ended(void *ctx, const struct td_error *why)
{
    struct guest *guest = ctx;

    (void)why;
    guest->over = true;
}

static const struct wire_client_events guest_events = {
    .event = on_event,
    .ready = on_ready,
    .ended = on_ended,
};

static void on_failed(void *ctx, const struct td_error *why)
{
    struct room *room = ctx;

    room->failed = why->code;
}

static void on_finished(void *ctx)
{
    struct room *room = ctx;

    room->finished = true;
}

static void on_played(void *ctx, const struct td_error *why)
{
    struct room *room = ctx;

    CU_ASSERT_EQUAL(why->code, TD_OK);
    room->played = true;
    play_serve_finish(room->serve);
}

/* which: what is taken of the tape, or NULL. */
static void room_open_with(struct room *room, const char *tape,
                           const struct play_select_options *which,
                           const struct play_serve_options *options,
                           const struct play_options *play)
{
    static struct play_source_options from;
    static const char *paths[2];
    struct play_serve_events events = {
        .failed = on_failed, .finished = on_finished, .ctx = room};
    struct td_error err;

    paths[0] = tape;
    from =
        (struct play_source_options){.paths = paths, .window = PLAY_WINDOW_ALL};
    memset(room, 0, sizeof(*room));
    if (which)
        CU_ASSERT_EQUAL_FATAL(play_select_new(&room->select, which, &err),
                              TD_OK);
    from.select = room->select;
    td_clock_virtual(&room->clock, 100 * S, 0);
    room->net = wire_mem_open(&room->clock, 0);
    CU_ASSERT_EQUAL_FATAL(play_source_open(&room->source, &from, &err), TD_OK);
    CU_ASSERT_EQUAL_FATAL(play_serve_open(&room->serve, room->net, options,
                                          room->source, &events, &err),
                          TD_OK);
    room->player = play_player_new(room->net, &room->clock, room->source,
                                   play_serve_sink(room->serve), play);
    play_player_on_end(room->player, on_played, room);
    play_serve_attach(room->serve, room->player);
}

static void room_open(struct room *room, const char *tape,
                      const struct play_serve_options *options,
                      const struct play_options *play)
{
    room_open_with(room, tape, NULL, options, play);
}

/* Connect guest i; options without the URL. */
static void enter_with(struct room *room, unsigned i, const char *scheme,
                       struct wire_client_options options)
{
    struct guest *guest = &room->guests[i];
    struct td_error err;

    options.url = room->url;

    (void)snprintf(room->url, sizeof(room->url), "%s://127.0.0.1:%u/", scheme,
                   play_serve_port(room->serve));
    guest->room = room;
    CU_ASSERT_EQUAL_FATAL(wire_client_open(room->net, &options, &guest_events,
                                           guest, &guest->client, &err),
                          TD_OK);
}

static void enter(struct room *room, unsigned i, const char *scheme,
                  bool answers)
{
    enter_with(room, i, scheme,
               (struct wire_client_options){.answer_acks = answers});
}

static size_t lines(const struct guest *guest)
{
    size_t n = 0;

    for (size_t i = 0; i < guest->heard.len; i++)
        n += guest->heard.ptr[i] == '\n';
    return n;
}

/* Turn until guest i has heard so many events. */
static void run_to(struct room *room, unsigned i, size_t events)
{
    while (lines(&room->guests[i]) < events)
        CU_ASSERT_FATAL(wire_mem_turn(room->net));
}

static void run_out(struct room *room)
{
    for (unsigned n = 0; n < TURNS_MAX && !room->finished && !room->failed; n++)
        if (!wire_mem_turn(room->net))
            break;
}

static void room_close(struct room *room)
{
    for (unsigned i = 0; i < GUESTS; i++) {
        wire_client_free(room->guests[i].client);
        td_buf_release(&room->guests[i].heard);
    }
    play_player_free(room->player);
    play_serve_free(room->serve);
    play_source_close(room->source);
    play_select_free(room->select);
    for (int i = 0; i < 1000 && wire_mem_turn(room->net); i++)
        ;
    wire_net_close(room->net);
}

/* Events of a tape of ticks, from one on, up to count. */
static bool heard_from(const struct guest *guest, size_t from, size_t count)
{
    struct td_buf want = {0};
    bool same;

    for (size_t i = from; i < count; i++)
        (void)td_buf_addf(&want, "{\"n\":%zu}\n", i);
    same = td_bytes_equal(td_buf_bytes(&want), td_buf_bytes(&guest->heard));
    td_buf_release(&want);
    return same;
}

static bool heard_all(const struct guest *guest, size_t count)
{
    return heard_from(guest, 0, count);
}

static const struct play_options as_recorded = {.pace = {PLAY_SPEED_ONE, 0, 0},
                                                .passes = 1};

static void it_starts_when_enough_have_come(void)
{
    struct play_serve_options options = {.wait_clients = 2};
    struct play_consumer_stats stats;
    struct room room;

    room_open(&room, made_tape_ticks("serve-wait", 100, MS), &options,
              &as_recorded);
    enter(&room, 0, "ws", false);
    while (!room.guests[0].ready)
        CU_ASSERT_FATAL(wire_mem_turn(room.net));
    CU_ASSERT(!play_player_started(room.player));
    enter(&room, 1, "ws", false);
    run_out(&room);
    CU_ASSERT(room.finished);
    CU_ASSERT(heard_all(&room.guests[0], 100));
    CU_ASSERT(heard_all(&room.guests[1], 100));
    CU_ASSERT_EQUAL(play_player_stats(room.player)->took_ns, 99 * MS);
    CU_ASSERT_EQUAL(play_player_stats(room.player)->lateness.max_ns, 0);
    CU_ASSERT_EQUAL(play_serve_sent(room.serve), 200);
    CU_ASSERT(play_serve_consumer(room.serve, 1, &stats));
    CU_ASSERT_EQUAL(stats.sent, 100);
    CU_ASSERT(!play_serve_consumer(room.serve, 2, &stats));
    room_close(&room);
}

static void it_does_not_wait_for_ever(void)
{
    struct play_serve_options options = {.wait_clients = 2, .wait_ns = 5 * S};
    struct room room;

    room_open(&room, made_tape_ticks("serve-never", 3, MS), &options,
              &as_recorded);
    enter(&room, 0, "ws", false);
    run_out(&room);
    CU_ASSERT_EQUAL(room.failed, TD_TIMEOUT);
    CU_ASSERT_EQUAL(td_mono_ns(&room.clock), 105 * S);
    room_close(&room);
}

static void a_latecomer_catches_up_without_gap_or_double(void)
{
    static const size_t late_at[] = {1, 2, 50, 199, 200};

    for (size_t i = 0; i < sizeof(late_at) / sizeof(late_at[0]); i++) {
        struct play_serve_options options = {.wait_clients = 1,
                                             .catch_up = true};
        struct room room;

        room_open(&room, made_tape_ticks("serve-late", 200, 20 * MS), &options,
                  &as_recorded);
        enter(&room, 0, "ws", false);
        run_to(&room, 0, late_at[i]);
        if (!room.played) {
            enter(&room, 1, "ws", false);
            enter(&room, 2, "sio", false);
        }
        run_out(&room);
        CU_ASSERT(room.finished);
        CU_ASSERT(heard_all(&room.guests[0], 200));
        if (room.guests[1].ready)
            CU_ASSERT(heard_all(&room.guests[1], 200));
        if (late_at[i] < 199) {
            CU_ASSERT(room.guests[1].ready && room.guests[2].ready);
            CU_ASSERT_EQUAL(lines(&room.guests[2]), 200);
            CU_ASSERT_EQUAL(play_serve_sent(room.serve), 600);
        }
        room_close(&room);
    }
}

/* A tick's id is its time and its seq, from 1: who saw seq N last goes on with
 * tick N.
 */
static void who_names_what_it_saw_goes_on_behind_it(void)
{
    static const struct {
        const char *label;
        const char *seen;
        size_t from;
        bool catch_up;
    } rows[] = {
        {"in the middle", "tape:780000000-40", 40, true},
        {"the first", "tape:0-1", 1, true},
        {"unknown: all", "x7", 0, true},
        {"a seq alone is no id: all", "40", 0, true},
        {"not yet played: all", "tape:2980000000-150", 0, true},
        {"live: from then on", "tape:780000000-40", 100, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play_serve_options options = {.wait_clients = 1,
                                             .catch_up = rows[i].catch_up};
        struct room room;

        room_open(&room, made_tape_ticks("serve-resume", 200, 20 * MS),
                  &options, &as_recorded);
        enter(&room, 0, "ws", false);
        run_to(&room, 0, 100);
        enter_with(&room, 1, "http",
                   (struct wire_client_options){.last_event_id = rows[i].seen});
        run_out(&room);
        CU_ASSERT(room.finished);
        CU_ASSERT(heard_all(&room.guests[0], 200));
        if (!heard_from(&room.guests[1], rows[i].from, 200))
            CU_FAIL(rows[i].label);
        room_close(&room);
    }
}

/* A tape of an event stream: ids that look like numbers of other events, events
 * without one, an id alone, and a reset.
 */
static const char *stream_tape(void)
{
    static const struct made_event events[] = {
        {.at_ns = 0, .payload = "0", .id = "\"3\""},
        {.at_ns = 20 * MS, .payload = "1"},
        {.at_ns = 40 * MS, .payload = "2"},
        {.at_ns = 60 * MS, .payload = "\"\"", .kind = "id", .id = "\"2\""},
        {.at_ns = 80 * MS, .payload = "4"},
        {.at_ns = 100 * MS, .payload = "5", .id = "\"\""},
        {.at_ns = 120 * MS, .payload = "6", .id = "\"7\""},
        {.at_ns = 500 * MS, .payload = "7"},
    };

    return made_tape("serve-stream", 0, events, 8);
}

static void an_event_stream_is_resumed_by_its_own_ids(void)
{
    static const struct {
        const char *seen;
        const char *heard;
    } rows[] = {
        {"3", "1\n2\n4\n5\n6\n7\n"},
        {"2", "4\n5\n6\n7\n"},
        {"7", "7\n"},
        {"tape:40000000-3", "4\n5\n6\n7\n"},
        {"5", "0\n1\n2\n4\n5\n6\n7\n"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play_select_options which = {.sse_ids = true};
        struct play_serve_options options = {.wait_clients = 1,
                                             .catch_up = true};
        struct room room;

        room_open_with(&room, stream_tape(), &which, &options, &as_recorded);
        enter(&room, 0, "ws", false);
        run_to(&room, 0, 6);
        enter_with(&room, 1, "http",
                   (struct wire_client_options){.last_event_id = rows[i].seen});
        run_out(&room);
        CU_ASSERT(room.finished);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&room.guests[0].heard),
                               "0\n1\n2\n4\n5\n6\n7\n");
        CU_ASSERT_STRING_EQUAL(td_buf_str(&room.guests[1].heard),
                               rows[i].heard);
        CU_ASSERT_EQUAL(play_player_stats(room.player)->events, 7);
        CU_ASSERT_EQUAL(play_serve_sent(room.serve),
                        7 + lines(&room.guests[1]));
        room_close(&room);
    }
}

static const char *asking_tape(void)
{
    static const struct made_event events[] = {
        {.at_ns = 0, .name = "a", .payload = "[\"a\",0]", .id = "7"},
        {.at_ns = MS, .name = "b", .payload = "[\"b\",1]"},
        {.at_ns = 2 * MS, .name = "c", .payload = "[\"c\",2]", .id = "7"},
        {.at_ns = 3 * MS, .name = "d", .payload = "[\"d\",3]"},
    };

    return made_tape("serve-acks", 0, events, 4);
}

static void an_ack_is_waited_for(void)
{
    struct play_serve_options options = {
        .wait_clients = 2, .wait_acked = true, .wait_ns = 5 * S};
    struct room room;

    room_open(&room, asking_tape(), &options, &as_recorded);
    enter(&room, 0, "sio", true);
    enter(&room, 1, "sio", true);
    run_out(&room);
    CU_ASSERT(room.finished);
    CU_ASSERT_EQUAL(lines(&room.guests[0]), 4);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&room.guests[1].heard),
                           "[\"a\",0]\n[\"b\",1]\n[\"c\",2]\n[\"d\",3]\n");
    room_close(&room);
}

static void an_ack_that_does_not_come_ends_it(void)
{
    struct play_serve_options options = {
        .wait_clients = 1, .wait_acked = true, .wait_ns = 5 * S};
    struct room room;

    room_open(&room, asking_tape(), &options, &as_recorded);
    enter(&room, 0, "sio", false);
    run_out(&room);
    CU_ASSERT_EQUAL(room.failed, TD_TIMEOUT);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&room.guests[0].heard), "[\"a\",0]\n");
    room_close(&room);
}

static void who_leaves_owes_no_ack(void)
{
    struct play_serve_options options = {
        .wait_clients = 2, .wait_acked = true, .wait_ns = 50 * S};
    struct room room;

    room_open(&room, asking_tape(), &options, &as_recorded);
    enter(&room, 0, "sio", true);
    enter(&room, 1, "sio", false);
    run_to(&room, 1, 1);
    wire_client_close(room.guests[1].client);
    run_out(&room);
    CU_ASSERT(room.finished);
    CU_ASSERT_EQUAL(lines(&room.guests[0]), 4);
    room_close(&room);
}

static void an_ack_is_given_once(void)
{
    struct play_serve_options options = {.wait_clients = 2, .wait_ns = 5 * S};
    struct td_event ev = {.form = TD_FORM_JSON,
                          .name = td_text("ask"),
                          .id = td_text("9007199254740991"),
                          .payload = td_text("[\"ask\"]")};
    struct room room;
    struct td_error err;

    room_open(&room, asking_tape(), &options, &as_recorded);
    enter(&room, 0, "sio", false);
    while (!room.guests[0].ready)
        CU_ASSERT_FATAL(wire_mem_turn(room.net));
    CU_ASSERT_EQUAL(wire_client_send(room.guests[0].client, &ev, &err), TD_OK);
    run_out(&room);
    CU_ASSERT_EQUAL(room.failed, TD_TIMEOUT);
    CU_ASSERT_EQUAL(room.guests[0].acks, 1);
    room_close(&room);
}

CU_TestInfo replayer_serve_tests[] = {
    {"it starts when enough have come", it_starts_when_enough_have_come},
    {"it does not wait for ever", it_does_not_wait_for_ever},
    {"a latecomer catches up without gap or double",
     a_latecomer_catches_up_without_gap_or_double},
    {"who names what it saw goes on behind it",
     who_names_what_it_saw_goes_on_behind_it},
    {"an event stream is resumed by its own ids",
     an_event_stream_is_resumed_by_its_own_ids},
    {"an ack is waited for", an_ack_is_waited_for},
    {"an ack is given once", an_ack_is_given_once},
    {"an ack that does not come ends it", an_ack_that_does_not_come_ends_it},
    {"who leaves owes no ack", who_leaves_owes_no_ack},
    CU_TEST_INFO_NULL,
};
