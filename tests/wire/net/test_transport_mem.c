/* The test transport itself: whole, in pieces, paused, refused, reset. */
#include "tests/suites.h"
#include "tests/support/party.h"

#include <stdlib.h>

#define START_NS UINT64_C(1000)

struct scene {
    struct td_clock clock;
    struct wire_net *net;
    struct wire_listener *listener;
    struct party client;
    struct party server;
};

static void set_up(struct scene *scene, size_t chunk)
{
    static const struct wire_bind bind = {.port = 0};
    struct wire_dial dial = {.host = "127.0.0.1"};

    *scene = (struct scene){0};
    td_clock_virtual(&scene->clock, START_NS, 0);
    scene->net = wire_mem_open(&scene->clock, chunk);
    CU_ASSERT_EQUAL_FATAL(wire_listen(scene->net, &bind, party_accept,
                                      &scene->server, &scene->listener, NULL),
                          TD_OK);
    dial.port = wire_listener_port(scene->listener);
    CU_ASSERT_EQUAL_FATAL(wire_connect(scene->net, &dial, &party_events,
                                       &scene->client, &scene->client.conn,
                                       NULL),
                          TD_OK);
    CU_ASSERT_EQUAL(scene->client.opened, 0);
    CU_ASSERT_TRUE(wire_mem_turn(scene->net));
    CU_ASSERT_EQUAL(scene->client.opened, 1);
    CU_ASSERT_EQUAL(scene->server.opened, 1);
}

static void tear_down(struct scene *scene)
{
    while (wire_mem_turn(scene->net))
        continue;
    wire_listener_close(scene->listener);
    wire_net_close(scene->net);
    party_release(&scene->client);
    party_release(&scene->server);
}

static void bytes_come_in_pieces_of_the_chunk(void)
{
    static const struct {
        size_t chunk;
        unsigned calls;
    } rows[] = {{0, 1}, {1, 10}, {3, 4}, {10, 1}, {64, 1}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene scene;

        set_up(&scene, rows[i].chunk);
        CU_ASSERT_EQUAL(wire_write(scene.client.conn, td_text("abcde")), TD_OK);
        CU_ASSERT_EQUAL(wire_write(scene.client.conn, td_text("fghij")), TD_OK);
        CU_ASSERT_EQUAL(wire_pending(scene.client.conn), 10);
        CU_ASSERT_TRUE(wire_mem_turn(scene.net));
        CU_ASSERT_EQUAL(scene.server.received, rows[i].calls);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&scene.server.got), "abcdefghij");
        CU_ASSERT_EQUAL(wire_pending(scene.client.conn), 0);
        wire_shutdown(scene.client.conn);
        tear_down(&scene);
        CU_ASSERT_EQUAL(scene.client.closed, 1);
        CU_ASSERT_EQUAL(scene.server.closed, 1);
        CU_ASSERT_EQUAL(scene.client.why.code, TD_OK);
        CU_ASSERT_EQUAL(scene.server.why.code, TD_OK);
    }
}

static void blocks_are_shared_and_freed_once(void)
{
    struct wire_block *block = wire_block_new(5);
    struct scene scene;

    memcpy(block->data, "block", 5);
    set_up(&scene, 2);
    CU_ASSERT_EQUAL(wire_write(scene.client.conn, td_text("<")), TD_OK);
    CU_ASSERT_EQUAL(wire_write_block(scene.client.conn, block), TD_OK);
    CU_ASSERT_EQUAL(wire_write_block(scene.client.conn, block), TD_OK);
    CU_ASSERT_EQUAL(wire_write(scene.client.conn, td_text(">")), TD_OK);
    CU_ASSERT_EQUAL(block->refs, 3);
    CU_ASSERT_TRUE(wire_mem_turn(scene.net));
    CU_ASSERT_EQUAL(block->refs, 1);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&scene.server.got), "<blockblock>");
    wire_block_unref(block);
    wire_abort(scene.server.conn);
    tear_down(&scene);
}

static void marks_stop_the_writer_and_start_it_again(void)
{
    struct scene scene;

    set_up(&scene, 0);
    wire_set_marks(scene.client.conn, 4, 2);
    wire_pause(scene.server.conn, true);
    CU_ASSERT_EQUAL(wire_write(scene.client.conn, td_text("abcd")), TD_OK);
    CU_ASSERT_EQUAL(wire_write(scene.client.conn, td_text("e")), TD_FULL);
    CU_ASSERT_FALSE(wire_mem_turn(scene.net));
    CU_ASSERT_EQUAL(scene.client.drained, 0);
    wire_pause(scene.server.conn, false);
    CU_ASSERT_TRUE(wire_mem_turn(scene.net));
    CU_ASSERT_EQUAL(scene.client.drained, 1);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&scene.server.got), "abcde");
    wire_abort(scene.client.conn);
    tear_down(&scene);
    CU_ASSERT_EQUAL(scene.client.why.code, TD_OK);
    CU_ASSERT_EQUAL(scene.server.why.code, TD_IO);
}

static void what_is_queued_is_sent_before_the_close(void)
{
    struct scene scene;

    set_up(&scene, 1);
    scene.server.echo = true;
    scene.server.close_on_bytes = true;
    CU_ASSERT_EQUAL(wire_write(scene.client.conn, td_text("xyz")), TD_OK);
    wire_pause(scene.client.conn, true);
    CU_ASSERT_TRUE(wire_mem_turn(scene.net));
    CU_ASSERT_EQUAL(scene.client.closed, 0);
    CU_ASSERT_EQUAL(wire_write(scene.server.conn, td_text("!")), TD_IO);
    wire_pause(scene.client.conn, false);
    while (wire_mem_turn(scene.net))
        continue;
    CU_ASSERT_STRING_EQUAL(td_buf_str(&scene.client.got), "x");
    tear_down(&scene);
    CU_ASSERT_EQUAL(scene.client.closed, 1);
    CU_ASSERT_EQUAL(scene.server.closed, 1);
}

static void on_ended(void *ctx, struct wire_conn *conn)
{
    (void)conn;
    ((struct party *)ctx)->opened = 0; /* a mark: its peer sends no more */
}

static void one_side_may_end_and_still_hear(void)
{
    struct wire_conn_events events = party_events;
    struct scene scene;

    set_up(&scene, 1);
    events.ended = on_ended;
    wire_adopt(scene.server.conn, &events, &scene.server);
    CU_ASSERT_EQUAL(wire_write(scene.client.conn, td_text("ask")), TD_OK);
    wire_end_sending(scene.client.conn);
    CU_ASSERT_EQUAL(wire_write(scene.client.conn, td_text("more")), TD_IO);
    while (scene.server.opened && wire_mem_turn(scene.net))
        continue;
    CU_ASSERT_EQUAL(scene.server.opened, 0);
    CU_ASSERT_EQUAL(scene.server.closed, 0);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&scene.server.got), "ask");
    CU_ASSERT_EQUAL(wire_write(scene.server.conn, td_text("answer")), TD_OK);
    wire_shutdown(scene.server.conn);
    tear_down(&scene);
    CU_ASSERT_EQUAL(scene.client.closed, 1);
    CU_ASSERT_EQUAL(scene.client.why.code, TD_OK);
    CU_ASSERT_EQUAL(scene.server.closed, 1);
}

static void what_was_answered_is_heard_after_the_end(void)
{
    struct wire_conn_events events = party_events;
    struct scene scene;

    set_up(&scene, 0);
    events.ended = on_ended;
    wire_adopt(scene.server.conn, &events, &scene.server);
    wire_adopt(scene.client.conn, &events, &scene.client);
    wire_end_sending(scene.client.conn);
    while (scene.server.opened && wire_mem_turn(scene.net))
        continue;
    CU_ASSERT_EQUAL(wire_write(scene.server.conn, td_text("answer")), TD_OK);
    wire_end_sending(scene.server.conn);
    while (scene.client.opened && wire_mem_turn(scene.net))
        continue;
    CU_ASSERT_STRING_EQUAL(td_buf_str(&scene.client.got), "answer");
    CU_ASSERT_EQUAL(scene.client.closed + scene.server.closed, 0);
    wire_shutdown(scene.client.conn);
    wire_shutdown(scene.server.conn);
    tear_down(&scene);
    CU_ASSERT_EQUAL(scene.client.closed, 1);
    CU_ASSERT_EQUAL(scene.server.closed, 1);
}

static void a_peer_that_takes_nothing_times_out(void)
{
    struct scene scene;

    set_up(&scene, 0);
    wire_pause(scene.client.conn, true);
    CU_ASSERT_EQUAL(wire_write(scene.server.conn, td_text("left")), TD_OK);
    wire_shutdown(scene.server.conn);
    while (scene.server.closed == 0 && wire_mem_turn(scene.net))
        continue;
    CU_ASSERT_EQUAL(scene.server.why.code, TD_TIMEOUT);
    CU_ASSERT_EQUAL(td_mono_ns(&scene.clock), START_NS + 30 * TD_NS_PER_S);
    wire_pause(scene.client.conn, false);
    tear_down(&scene);
    CU_ASSERT_EQUAL(scene.client.why.code, TD_IO);
}

static void nobody_listening_is_refused(void)
{
    const struct wire_dial dial = {.host = "example", .port = 7};
    struct party party = {0};
    struct td_clock clock;
    struct wire_net *net;

    td_clock_virtual(&clock, START_NS, 0);
    net = wire_mem_open(&clock, 0);
    CU_ASSERT_EQUAL(
        wire_connect(net, &dial, &party_events, &party, &party.conn, NULL),
        TD_OK);
    CU_ASSERT_EQUAL(wire_run(net, NULL), TD_END);
    CU_ASSERT_EQUAL(party.opened, 0);
    CU_ASSERT_EQUAL(party.why.code, TD_IO);
    CU_ASSERT_STRING_EQUAL(party.why.where, "example:7");
    CU_ASSERT_STRING_EQUAL(party.why.text, "connection refused");
    wire_net_close(net);
}

static void stop(void *ctx)
{
    wire_stop(ctx);
}

static void timers_move_the_clock_and_stop_the_loop(void)
{
    struct wire_timer timer = {.fire = stop};
    struct td_clock clock;
    struct wire_net *net;

    td_clock_virtual(&clock, START_NS, 0);
    net = wire_mem_open(&clock, 0);
    timer.ctx = net;
    wire_timer_set(net, &timer, START_NS + 5 * TD_NS_PER_MS);
    CU_ASSERT_TRUE(wire_timer_is_set(&timer));
    CU_ASSERT_EQUAL(wire_run(net, NULL), TD_OK);
    CU_ASSERT_FALSE(wire_timer_is_set(&timer));
    CU_ASSERT_EQUAL(wire_now(net), START_NS + 5 * TD_NS_PER_MS);
    wire_timer_set(net, &timer, TD_NEVER);
    CU_ASSERT_FALSE(wire_timer_is_set(&timer));
    wire_on_wake(net, stop, net);
    wire_wake(net);
    CU_ASSERT_EQUAL(wire_run(net, NULL), TD_END);
    wire_net_close(net);
}

static void closing_the_net_lets_go_of_every_conn(void)
{
    struct scene scene;

    set_up(&scene, 0);
    CU_ASSERT_EQUAL(wire_write(scene.client.conn, td_text("left")), TD_OK);
    wire_net_close(scene.net);
    CU_ASSERT_EQUAL(scene.client.closed, 0);
}

CU_TestInfo wire_net_transport_mem_tests[] = {
    {"bytes come in pieces of the chunk", bytes_come_in_pieces_of_the_chunk},
    {"blocks are shared and freed once", blocks_are_shared_and_freed_once},
    {"marks stop the writer and start it again",
     marks_stop_the_writer_and_start_it_again},
    {"what is queued is sent before the close",
     what_is_queued_is_sent_before_the_close},
    {"one side may end and still hear", one_side_may_end_and_still_hear},
    {"what was answered is heard after the end",
     what_was_answered_is_heard_after_the_end},
    {"a peer that takes nothing times out",
     a_peer_that_takes_nothing_times_out},
    {"nobody listening is refused", nobody_listening_is_refused},
    {"timers move the clock and stop the loop",
     timers_move_the_clock_and_stop_the_loop},
    {"closing the net lets go of every conn",
     closing_the_net_lets_go_of_every_conn},
    CU_TEST_INFO_NULL,
};
