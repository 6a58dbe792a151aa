/* Journals that grow, served by an owner of its own through hubs: sessions of
 * our own client against one server, over a transport in memory.
 */
#include "replayer/hub.h"
#include "tape/writer.h"
#include "tests/suites.h"
#include "tests/support/made_tape.h"
#include "tests/support/tape_history.h"
#include "wire/client/client.h"
#include "wire/server/groups.h"

#include <stdio.h>
#include <stdlib.h>

#define S  TD_NS_PER_S
#define MS TD_NS_PER_MS

#define GUESTS    3
#define FLOWS     2
#define EVENTS    200
#define TURNS_MAX 20000

struct scene;

/* A journal and its hub. Payloads are {"a":NUMBER} of the first flow, and
 * {"b":NUMBER} of the second. */
struct flow {
    char name[2];
    const char *path;
    struct tape_writer *writer;
    struct play_hub *hub;
    uint64_t put;
};

struct guest {
    struct wire_client *client;
    unsigned long next[FLOWS]; /* the number that it must hear next */
    unsigned heard[FLOWS];
    unsigned long again; /* it asked for the first flow from here on */
    bool asked;
    bool wrong; /* it heard another */
};

/* The owner: of a loop, a server, its journals. */
struct scene {
    struct td_clock clock;
    struct wire_net *net;
    struct wire_server *server;
    struct flow flows[FLOWS];
    struct guest guests[GUESTS];
    struct wire_peer *peer; /* the last that came, NULL when one went */
    uint64_t from;          /* of the first flow, for who comes */
    bool both;              /* who comes gets the second flow, too */
    unsigned caught_up;
    unsigned level;
    enum td_code why; /* of the last that caught up */
};

static void hear(struct guest *guest, size_t flow, unsigned long n)
{
    if (flow == 0 && guest->asked && n == guest->again) {
        guest->asked = false;
        guest->next[0] = n;
    }
    guest->wrong |= n != guest->next[flow];
    guest->next[flow] = n + 1;
    guest->heard[flow]++;
}

static void on_guest_event(void *ctx, const struct td_event *ev)
{
    char text[64] = "";

    if (!td_event_is_plain(ev) || ev->dir == TD_DIR_IN)
        return;
    (void)snprintf(text, sizeof(text), "%.*s", (int)ev->payload.len,
                   (const char *)ev->payload.ptr);
    for (size_t flow = 0; flow < FLOWS; flow++) {
        const char *at = strstr(text, flow == 0 ? "\"a\":" : "\"b\":");

        if (at)
            hear(ctx, flow, strtoul(at + 4, NULL, 10));
    }
}

static void on_guest_ready(void *ctx)
{
    (void)ctx;
}

static void on_guest_ended(void *ctx, const struct td_error *why)
{
    (void)ctx;
    (void)why;
}

static const struct wire_client_events guest_events = {
    .event = on_guest_event,
    .ready = on_guest_ready,
    .ended = on_guest_ended,
};

static void on_joined(void *ctx, struct wire_peer *peer)
{
    struct scene *scene = ctx;

    scene->peer = peer;
    CU_ASSERT_EQUAL(
        play_hub_catch_up(scene->flows[0].hub, peer, scene->from, NULL), TD_OK);
    if (scene->both)
        CU_ASSERT_EQUAL(play_hub_catch_up(scene->flows[1].hub, peer, 1, NULL),
                        TD_OK);
}

static void on_left(void *ctx, struct wire_peer *peer, uint64_t lost,
                    const struct td_error *why)
{
    struct scene *scene = ctx;

    (void)lost;
    (void)why;
    scene->peer = NULL;
    for (size_t i = 0; i < FLOWS; i++)
        if (scene->flows[i].hub)
            play_hub_gone(scene->flows[i].hub, peer);
}

/* {"since":N}: from there on, please. */
static void on_asked(void *ctx, struct wire_peer *peer,
                     const struct td_event *ev)
{
    struct scene *scene = ctx;
    char text[64];
    const char *at;

    (void)snprintf(text, sizeof(text), "%.*s", (int)ev->payload.len,
                   (const char *)ev->payload.ptr);
    at = strstr(text, "since\":");
    if (at)
        CU_ASSERT_EQUAL(play_hub_catch_up(scene->flows[0].hub, peer,
                                          strtoul(at + 7, NULL, 10), NULL),
                        TD_OK);
}

static void on_caught_up(void *ctx, struct wire_peer *peer,
                         const struct td_error *why)
{
    struct scene *scene = ctx;

    (void)peer;
    scene->caught_up++;
    scene->why = why->code;
}

static void on_level(void *ctx)
{
    struct scene *scene = ctx;

    scene->level++;
}

static void open_flow(struct scene *scene, size_t i, const char *group)
{
    static const char *const files[] = {"hub-journal-a", "hub-journal-b"};
    const struct tape_options how = {
        .id = "journal", .overwrite = true, .one_thread = true};
    static const struct play_hub_events events = {.caught_up = on_caught_up,
                                                  .level = on_level};
    struct flow *flow = &scene->flows[i];
    struct play_hub_options options = {.group = group};

    flow->name[0] = (char)('a' + i);
    flow->path = made_tape_ticks(files[i], 1, MS);
    options.history = tape_history(flow->path);
    CU_ASSERT_EQUAL_FATAL(
        tape_writer_open(&flow->writer, flow->path, &how, NULL), TD_OK);
    flow->hub =
        play_hub_new(scene->net, scene->server, &options, &events, scene);
}

static void scene_open(struct scene *scene)
{
    static const struct wire_server_options options = {.id_for_all = true};
    static const struct wire_server_events events = {
        .joined = on_joined, .left = on_left, .event = on_asked};

    *scene = (struct scene){.from = 0};
    td_clock_virtual(&scene->clock, 100 * S, 0);
    scene->net = wire_mem_open(&scene->clock, 0);
    CU_ASSERT_EQUAL_FATAL(wire_server_open(scene->net, &options, &events, scene,
                                           &scene->server, NULL),
                          TD_OK);
}

static void scene_close(struct scene *scene)
{
    for (size_t i = 0; i < GUESTS; i++)
        wire_client_free(scene->guests[i].client);
    for (size_t i = 0; i < FLOWS; i++) {
        play_hub_free(scene->flows[i].hub);
        if (scene->flows[i].writer)
            CU_ASSERT_EQUAL(tape_writer_close(scene->flows[i].writer,
                                              TAPE_END_CLEAN, NULL, NULL),
                            TD_OK);
    }
    wire_server_free(scene->server);
    for (int i = 0; i < 1000 && wire_mem_turn(scene->net); i++)
        ;
    wire_net_close(scene->net);
}

static void enter(struct scene *scene, size_t i, const char *scheme,
                  const char *last_event_id)
{
    char url[64];
    struct wire_client_options options = {.url = url,
                                          .last_event_id = last_event_id};

    (void)snprintf(url, sizeof(url), "%s://127.0.0.1:%u/", scheme,
                   wire_server_port(scene->server));
    CU_ASSERT_EQUAL_FATAL(wire_client_open(scene->net, &options, &guest_events,
                                           &scene->guests[i],
                                           &scene->guests[i].client, NULL),
                          TD_OK);
}

/* Write the next event of a journal, then say it; `size` bytes at least. */
static void say(struct flow *flow, int size)
{
    char payload[2048];
    struct td_event ev = {.seq = flow->put + 1,
                          .at_ns = flow->put * MS,
                          .conn = 1,
                          .dir = TD_DIR_OUT,
                          .form = TD_FORM_JSON,
                          .name = td_text("tick")};

    (void)snprintf(payload, sizeof(payload), "{\"%s\":%llu%*s}", flow->name,
                   (unsigned long long)flow->put, size, "");
    ev.payload = td_text(payload);
    CU_ASSERT_EQUAL(tape_writer_put(flow->writer, &ev, NULL), TD_OK);
    play_hub_put(flow->hub, &ev);
    flow->put++;
}

static void flush(struct flow *flow)
{
    CU_ASSERT_EQUAL(tape_writer_flush(flow->writer, NULL), TD_OK);
}

static void turns(struct scene *scene, size_t n)
{
    while (n-- > 0 && wire_mem_turn(scene->net))
        ;
}

/* Turn until guest i waits for number `next` of a flow. */
static bool hears(struct scene *scene, size_t i, size_t flow,
                  unsigned long next)
{
    const struct guest *guest = &scene->guests[i];

    for (size_t n = 0; n < TURNS_MAX && guest->next[flow] < next; n++)
        if (!wire_mem_turn(scene->net))
            break;
    turns(scene, 20);
    return guest->next[flow] == next && !guest->wrong;
}

static const char *const schemes[GUESTS] = {"ws", "http", "sio"};

/* Guests come when so many events were put, and want them from one on. */
static void who_comes_late_reads_the_journal_once(void)
{
    static const struct {
        uint64_t from;
        size_t come_at[GUESTS];
        const char *group;
    } rows[] = {
        {0, {0, 1, 2}, NULL},         {0, {0, 37, 38}, NULL},
        {1, {100, 100, 200}, "run"},  {0, {5, 50, 199}, "run"},
        {17, {20, 50, 199}, NULL},    {17, {17, 18, 200}, "run"},
        {150, {150, 170, 200}, NULL}, {200, {200, 200, 200}, "run"},
    };

    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        unsigned long first = rows[row].from ? rows[row].from - 1 : 0;
        struct scene scene;
        struct flow *flow = &scene.flows[0];

        scene_open(&scene);
        open_flow(&scene, 0, rows[row].group);
        scene.from = rows[row].from;
        for (size_t i = 0; i <= EVENTS; i++) {
            for (size_t g = 0; g < GUESTS; g++) {
                if (rows[row].come_at[g] != i)
                    continue;
                scene.guests[g].next[0] = first;
                enter(&scene, g, schemes[g], NULL);
            }
            turns(&scene, i % 4);
            if (i < EVENTS)
                say(flow, 0);
            if (i % 7 == 6 || i == EVENTS)
                flush(flow);
        }
        for (size_t g = 0; g < GUESTS; g++) {
            CU_ASSERT(hears(&scene, g, 0, EVENTS));
            CU_ASSERT_EQUAL(scene.guests[g].heard[0], EVENTS - first);
        }
        CU_ASSERT_EQUAL(scene.caught_up, GUESTS);
        CU_ASSERT_EQUAL(scene.why, TD_OK);
        CU_ASSERT_EQUAL(play_hub_behind(flow->hub), 0);
        scene_close(&scene);
    }
}

static void ask(struct scene *scene, size_t i, unsigned long since)
{
    char payload[32];
    struct td_event ev = {.form = TD_FORM_JSON,
                          .name = td_text("request_catch_up")};

    (void)snprintf(payload, sizeof(payload), "[{\"since\":%lu}]", since);
    ev.payload = td_text(payload);
    CU_ASSERT_EQUAL(wire_client_send(scene->guests[i].client, &ev, NULL),
                    TD_OK);
    scene->guests[i].again = since - 1;
    scene->guests[i].asked = true;
}

/* Also while it catches up already. */
static void who_asks_again_gets_it_from_there(void)
{
    struct scene scene;

    scene_open(&scene);
    open_flow(&scene, 0, "run");
    enter(&scene, 0, "ws", NULL);
    enter(&scene, 2, "sio", NULL);
    for (size_t i = 0; i < 50; i++)
        say(&scene.flows[0], 0);
    flush(&scene.flows[0]);
    CU_ASSERT(hears(&scene, 0, 0, 50));
    CU_ASSERT(hears(&scene, 2, 0, 50));
    ask(&scene, 0, 11);
    ask(&scene, 2, 31);
    for (size_t i = 0; i < 50; i++) {
        say(&scene.flows[0], 0);
        turns(&scene, i % 3);
    }
    flush(&scene.flows[0]);
    CU_ASSERT(hears(&scene, 0, 0, 100));
    CU_ASSERT(hears(&scene, 2, 0, 100));
    CU_ASSERT_FALSE(scene.guests[0].asked);
    CU_ASSERT_FALSE(scene.guests[2].asked);
    scene_close(&scene);
}

static void an_event_stream_goes_on_behind_what_it_names(void)
{
    static const struct {
        const char *id;
        unsigned long first;
    } rows[] = {{"tape:41000000-42", 42}, {"of another server", 0}};

    for (size_t row = 0; row < 2; row++) {
        struct scene scene;

        scene_open(&scene);
        open_flow(&scene, 0, NULL);
        for (size_t i = 0; i < 100; i++)
            say(&scene.flows[0], 0);
        flush(&scene.flows[0]);
        scene.guests[1].next[0] = rows[row].first;
        enter(&scene, 1, "http", rows[row].id);
        CU_ASSERT(hears(&scene, 1, 0, 100));
        CU_ASSERT_EQUAL(scene.guests[1].heard[0], 100 - rows[row].first);
        scene_close(&scene);
    }
}

/* Two journals in two groups of one server: catching up with one does not
 * hold the other back, and nobody hears what it did not ask for. */
static void a_server_has_several_flows(void)
{
    struct scene scene;

    scene_open(&scene);
    open_flow(&scene, 0, "run-a");
    open_flow(&scene, 1, "run-b");
    for (size_t i = 0; i < EVENTS; i++) {
        say(&scene.flows[0], 0);
        if (i == 60)
            enter(&scene, 0, "ws", NULL);
        if (i == 120) {
            turns(&scene, 20);
            scene.both = true;
            enter(&scene, 1, "http", NULL);
            enter(&scene, 2, "sio", NULL);
        }
        say(&scene.flows[1], 0);
        turns(&scene, i % 3);
        if (i % 9 == 0)
            flush(&scene.flows[1]);
    }
    flush(&scene.flows[0]);
    flush(&scene.flows[1]);
    for (size_t g = 0; g < GUESTS; g++)
        CU_ASSERT(hears(&scene, g, 0, EVENTS));
    CU_ASSERT(hears(&scene, 1, 1, EVENTS));
    CU_ASSERT(hears(&scene, 2, 1, EVENTS));
    CU_ASSERT_EQUAL(scene.guests[0].heard[1], 0);
    CU_ASSERT_EQUAL(wire_group_size(scene.server, "run-a"), 3);
    CU_ASSERT_EQUAL(wire_group_size(scene.server, "run-b"), 2);
    scene_close(&scene);
}

/* What a slow peer has not taken waits in the journal. */
static void who_is_slow_is_sent_back_to_the_journal(void)
{
    struct scene scene;
    struct flow *flow = &scene.flows[0];
    size_t most = 0;
    unsigned back = 0;

    scene_open(&scene);
    open_flow(&scene, 0, NULL);
    enter(&scene, 0, "ws", NULL);
    for (int i = 0; i < 1000 && scene.caught_up == 0; i++)
        turns(&scene, 1);
    wire_client_pause(scene.guests[0].client, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scene.peer);
    for (size_t i = 0; i < 5000; i++) {
        say(flow, 1000);
        if (!wire_peer_ready(scene.peer) && play_hub_behind(flow->hub) == 0) {
            CU_ASSERT_EQUAL(play_hub_catch_up(flow->hub, scene.peer,
                                              play_hub_last_seq(flow->hub) + 1,
                                              NULL),
                            TD_OK);
            back++;
        }
        if (i % 50 == 0)
            flush(flow);
        turns(&scene, i % 2);
        if (wire_peer_pending(scene.peer) > most)
            most = wire_peer_pending(scene.peer);
    }
    flush(flow);
    CU_ASSERT_EQUAL(back, 1);
    CU_ASSERT(most > 1000 * 1000 && most < 2 * 1000 * 1000);
    wire_client_pause(scene.guests[0].client, false);
    CU_ASSERT(hears(&scene, 0, 0, 5000));
    CU_ASSERT_EQUAL(scene.guests[0].heard[0], 5000);
    scene_close(&scene);
}

static void what_the_journal_lacks_is_said(void)
{
    struct scene scene;
    struct flow *flow = &scene.flows[0];

    scene_open(&scene);
    open_flow(&scene, 0, NULL);
    say(flow, 0);
    say(flow, 0);
    CU_ASSERT_EQUAL(tape_writer_close(flow->writer, TAPE_END_CLEAN, NULL, NULL),
                    TD_OK);
    flow->writer = NULL;
    play_hub_put(flow->hub, &(struct td_event){.seq = 3,
                                               .dir = TD_DIR_OUT,
                                               .payload = td_text("lost")});
    enter(&scene, 0, "ws", NULL);
    for (int i = 0; i < 1000 && scene.caught_up == 0; i++)
        turns(&scene, 1);
    CU_ASSERT(hears(&scene, 0, 0, 2));
    CU_ASSERT_EQUAL(scene.caught_up, 1);
    CU_ASSERT_EQUAL(scene.why, TD_LOSSY);
    scene_close(&scene);
}

static void who_goes_is_forgotten(void)
{
    struct scene scene;
    struct flow *flow = &scene.flows[0];

    scene_open(&scene);
    open_flow(&scene, 0, "run");
    say(flow, 0); /* and nothing is flushed: it cannot catch up */
    enter(&scene, 0, "ws", NULL);
    for (int i = 0; i < 1000 && play_hub_behind(flow->hub) == 0; i++)
        turns(&scene, 1);
    CU_ASSERT_EQUAL(play_hub_behind(flow->hub), 1);
    CU_ASSERT_EQUAL(scene.level, 0);
    wire_client_free(scene.guests[0].client);
    scene.guests[0].client = NULL;
    for (int i = 0; i < 1000 && scene.level == 0; i++)
        turns(&scene, 1);
    CU_ASSERT_EQUAL(play_hub_behind(flow->hub), 0);
    CU_ASSERT_EQUAL(scene.level, 1);
    CU_ASSERT_EQUAL(scene.caught_up, 0);
    scene_close(&scene);
}

/* A journal that is gone on with: its events are history from the start. */
static void a_journal_is_gone_on_with(void)
{
    struct scene scene;
    struct flow *flow = &scene.flows[0];
    struct play_hub *first;

    scene_open(&scene);
    open_flow(&scene, 0, NULL);
    for (size_t i = 0; i < 50; i++)
        say(flow, 0);
    flush(flow);
    first = flow->hub;
    flow->hub = play_hub_new(
        scene.net, scene.server,
        &(struct play_hub_options){.history = tape_history(flow->path)},
        &(struct play_hub_events){.caught_up = on_caught_up}, &scene);
    play_hub_begin_after(flow->hub, play_hub_last_seq(first));
    play_hub_free(first);
    enter(&scene, 0, "ws", NULL);
    CU_ASSERT(hears(&scene, 0, 0, 50));
    say(flow, 0);
    CU_ASSERT(hears(&scene, 0, 0, 51));
    scene_close(&scene);
}

#define FAR 40000

static enum td_code far_open(void *self, uint64_t from, void **reader,
                             struct td_error *err)
{
    (void)from;
    (void)err;
    *reader = self;
    return TD_OK;
}

/* One event, so many steps away. */
static enum td_code far_next(void *reader, uint64_t last_seq,
                             struct td_event *ev, struct td_error *err)
{
    unsigned *steps = reader;

    (void)last_seq;
    (void)err;
    *ev = (struct td_event){.dir = TD_DIR_OUT, .form = TD_FORM_JSON};
    ev->payload = td_text("{\"a\":0}");
    ev->seq = ++*steps == FAR;
    return *steps > FAR ? TD_END : TD_OK;
}

static void far_close(void *reader)
{
    (void)reader;
}

/* Nothing of what is passed over is sent, and others have their turns. */
static void a_long_way_is_gone_in_steps(void)
{
    unsigned steps = 0;
    unsigned most = 0;
    const struct play_history history = {far_open, far_next, far_close, &steps};
    struct scene scene;

    scene_open(&scene);
    scene.flows[0].hub = play_hub_new(
        scene.net, scene.server, &(struct play_hub_options){.history = history},
        &(struct play_hub_events){.caught_up = on_caught_up}, &scene);
    enter(&scene, 0, "ws", NULL);
    for (int i = 0; i < TURNS_MAX && scene.caught_up == 0; i++) {
        unsigned before = steps;

        turns(&scene, 1);
        most = steps - before > most ? steps - before : most;
    }
    CU_ASSERT(most > 0 && most < FAR / 2);
    CU_ASSERT(hears(&scene, 0, 0, 1));
    scene_close(&scene);
}

CU_TestInfo replayer_hub_tests[] = {
    {"who comes late reads the journal once",
     who_comes_late_reads_the_journal_once},
    {"who asks again gets it from there", who_asks_again_gets_it_from_there},
    {"an event stream goes on behind what it names",
     an_event_stream_goes_on_behind_what_it_names},
    {"a server has several flows", a_server_has_several_flows},
    {"who is slow is sent back to the journal",
     who_is_slow_is_sent_back_to_the_journal},
    {"what the journal lacks is said", what_the_journal_lacks_is_said},
    {"who goes is forgotten", who_goes_is_forgotten},
    {"a journal is gone on with", a_journal_is_gone_on_with},
    {"a long way is gone in steps", a_long_way_is_gone_in_steps},
    CU_TEST_INFO_NULL,
};
