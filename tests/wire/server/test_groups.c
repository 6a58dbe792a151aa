/* Peers in groups, over every dialect. */
#include "tests/suites.h"
#include "tests/support/stage.h"
#include "wire/server/groups.h"

#include <stdio.h>

static void join(struct wire_peer *peer, const char *group)
{
    CU_ASSERT_EQUAL(wire_peer_join(peer, group, NULL), TD_OK);
}

static void send_to(struct stage *st, const char *const *groups, size_t count,
                    const struct wire_peer *except, const char *payload)
{
    struct td_event ev = stage_event(TD_FORM_JSON, "e", payload);

    wire_groups_send(st->server, groups, count, except, &ev);
    stage_settle(st);
}

/* A session that polls: its namespace is joined, and polls wait. */
static void open_polling(struct stage *st, struct raw *raw)
{
    char text[400];
    char sid[37];
    const char *at;

    stage_say(st, raw,
              "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n" H "\r\n");
    at = strstr(td_buf_str(&raw->got), "\"sid\":\"");
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    (void)snprintf(sid, sizeof(sid), "%s", at + strlen("\"sid\":\""));
    (void)snprintf(text, sizeof(text),
                   "POST /socket.io/?EIO=4&transport=polling&sid=%s "
                   "HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\n40",
                   sid);
    stage_say(st, raw, text);
    (void)snprintf(text, sizeof(text),
                   "GET /socket.io/?EIO=4&transport=polling&sid=%s "
                   "HTTP/1.1\r\n" H "\r\n",
                   sid);
    for (unsigned i = 0; i < 5; i++)
        stage_say(st, raw, text);
}

/* One of each: WebSocket, Socket.IO over both, SSE with and without chunks. */
static void open_all(struct stage *st)
{
    stage_say(st, stage_dial(st), WS_GET);
    stage_say(st, stage_dial(st), SIO_GET);
    stage_say_frame(st, &st->raws[1], WS_TEXT, "40");
    open_polling(st, stage_dial(st));
    stage_say(st, stage_dial(st), "GET /events HTTP/1.1\r\n" H "\r\n");
    stage_say(st, stage_dial(st), "GET /events HTTP/1.0\r\n" H "\r\n");
    CU_ASSERT_EQUAL_FATAL(st->joined, 5);
}

static const char *const both[] = {"red", "blue"};

static void who_is_in_two_groups_gets_it_once(void)
{
    static const size_t chunks[] = {1, 0};

    for (size_t k = 0; k < 2; k++) {
        struct stage st;

        stage_set_up(&st, chunks[k], NULL);
        open_all(&st);
        for (unsigned i = 0; i < 5; i++) {
            join(st.peers[i], "red");
            join(st.peers[i], "blue");
            join(st.peers[i], "blue");
        }
        CU_ASSERT_EQUAL(wire_group_size(st.server, "blue"), 5);
        send_to(&st, both, 2, NULL, "[\"e\",1]");
        for (unsigned i = 0; i < 5; i++)
            CU_ASSERT_EQUAL(stage_count(&st.raws[i].got, "1]"), 1);
        stage_tear_down(&st);
    }
}

static void only_members_get_it(void)
{
    struct stage st;

    stage_set_up(&st, 0, NULL);
    open_all(&st);
    for (unsigned i = 0; i < 5; i++)
        join(st.peers[i], i % 2 ? "red" : "blue");
    send_to(&st, both, 1, NULL, "[\"e\",11]");
    send_to(&st, both + 1, 1, NULL, "[\"e\",22]");
    send_to(&st, both, 2, st.peers[4], "[\"e\",33]");
    wire_peer_leave(st.peers[0], "blue");
    wire_peer_leave(st.peers[0], "red");
    send_to(&st, both, 2, NULL, "[\"e\",44]");
    for (unsigned i = 0; i < 5; i++) {
        CU_ASSERT_EQUAL(stage_count(&st.raws[i].got, "11]"), i % 2);
        CU_ASSERT_EQUAL(stage_count(&st.raws[i].got, "22]"), 1 - i % 2);
        CU_ASSERT_EQUAL(stage_count(&st.raws[i].got, "33]"), i != 4);
        CU_ASSERT_EQUAL(stage_count(&st.raws[i].got, "44]"), i != 0);
    }
    stage_tear_down(&st);
}

static void order_is_kept_among_all_that_is_sent(void)
{
    struct stage st;
    struct td_event one = stage_event(TD_FORM_JSON, "", "[1]");
    struct td_event two = stage_event(TD_FORM_JSON, "", "[2]");

    stage_set_up(&st, 0, NULL);
    stage_say(&st, stage_dial(&st), WS_GET);
    join(st.peers[0], "red");
    wire_server_send(st.server, &one);
    wire_groups_send(st.server, both, 2, NULL, &two);
    wire_server_send(st.server, &one);
    stage_settle(&st);
    CU_ASSERT_TRUE(
        stage_has(&st.raws[0].got, "\x81\x03[1]\x81\x03[2]\x81\x03[1]"));
    stage_tear_down(&st);
}

static void namespaces_and_holding_are_minded(void)
{
    struct stage st;
    struct td_event ev = stage_event(TD_FORM_JSON, "e", "[\"e\",1]");

    stage_set_up(&st, 0, NULL);
    stage_say(&st, stage_dial(&st), SIO_GET);
    stage_say_frame(&st, &st.raws[0], WS_TEXT, "40");
    stage_say_frame(&st, &st.raws[0], WS_TEXT, "40/b,");
    stage_say(&st, stage_dial(&st), WS_GET);
    for (unsigned i = 0; i < 3; i++)
        join(st.peers[i], "red");
    wire_peer_hold(st.peers[2], true);
    ev.ns = td_text("/b");
    wire_groups_send(st.server, both, 1, NULL, &ev);
    stage_settle(&st);
    CU_ASSERT_EQUAL(stage_count(&st.raws[0].got, "[\"e\",1]"), 1);
    CU_ASSERT_TRUE(stage_has(&st.raws[0].got, "42/b,[\"e\",1]"));
    CU_ASSERT_EQUAL(stage_count(&st.raws[1].got, "\"e\""), 0);
    stage_tear_down(&st);
}

static void who_goes_leaves_its_groups(void)
{
    struct stage st;

    stage_set_up(&st, 0, NULL);
    open_all(&st);
    for (unsigned i = 0; i < 5; i++) {
        join(st.peers[i], "red");
        join(st.peers[i], "blue");
    }
    wire_abort(st.raws[0].conn);
    stage_say_frame(&st, &st.raws[1], WS_TEXT, "41");
    CU_ASSERT_EQUAL(wire_group_size(st.server, "red"), 3);
    wire_abort(st.raws[2].conn);
    wire_abort(st.raws[3].conn);
    wire_abort(st.raws[4].conn);
    stage_settle(&st);
    CU_ASSERT_EQUAL(st.left, 5);
    CU_ASSERT_EQUAL(wire_group_size(st.server, "red"), 0);
    send_to(&st, both, 2, NULL, "[\"e\",1]");
    CU_ASSERT_EQUAL(st.lost, 0);
    stage_tear_down(&st);
}

static void names_and_their_number_have_limits(void)
{
    struct stage st;
    struct wire_peer *peer;
    char name[WIRE_GROUP_NAME_MAX + 2];
    struct td_error err = {0};

    stage_set_up(&st, 0, NULL);
    stage_say(&st, stage_dial(&st), WS_GET);
    peer = st.peers[0];
    memset(name, 'n', sizeof(name));
    name[WIRE_GROUP_NAME_MAX + 1] = '\0';
    CU_ASSERT_EQUAL(wire_peer_join(peer, name, &err), TD_USAGE);
    CU_ASSERT_EQUAL(wire_peer_join(peer, "", &err), TD_USAGE);
    join(peer, name + 1);
    for (unsigned i = 1; i < WIRE_GROUPS_PER_PEER; i++) {
        (void)snprintf(name, sizeof(name), "g%u", i);
        join(peer, name);
    }
    CU_ASSERT_EQUAL(wire_peer_join(peer, "one more", &err), TD_LIMIT);
    join(peer, "g7");
    CU_ASSERT_FALSE(wire_peer_is_in(peer, "one more"));
    CU_ASSERT_EQUAL(wire_group_size(st.server, "one more"), 0);
    CU_ASSERT_EQUAL(wire_peer_group_count(peer), WIRE_GROUPS_PER_PEER);
    wire_peer_leave(peer, "g7");
    join(peer, "one more");
    stage_tear_down(&st);
}

/* A member that does not read is cut off, as by what is sent to all. */
static void who_is_behind_loses_and_is_told(void)
{
    struct wire_server_options options = {.max_queue = 1 << 16,
                                          .max_message = 1000};
    struct stage st;
    struct td_buf big = {0};
    struct td_event ev = stage_event(TD_FORM_TEXT, "", "");
    unsigned sent = 0;

    stage_set_up(&st, 0, &options);
    stage_say(&st, stage_dial(&st), WS_GET);
    join(st.peers[0], "red");
    wire_pause(st.raws[0].conn, true);
    for (unsigned i = 0; i < 600000; i++)
        (void)td_buf_add_byte(&big, 'x');
    ev.payload = td_buf_bytes(&big);
    while (st.left == 0 && sent < 100) {
        wire_groups_send(st.server, both, 1, NULL, &ev);
        stage_settle(&st);
        sent++;
    }
    CU_ASSERT_EQUAL(st.left, 1);
    CU_ASSERT(st.lost > 0 && st.lost <= sent);
    CU_ASSERT_TRUE(stage_has(&st.log, "left"));
    td_buf_release(&big);
    stage_tear_down(&st);
}

CU_TestInfo wire_server_groups_tests[] = {
    {"who is in two groups gets it once", who_is_in_two_groups_gets_it_once},
    {"only members get it", only_members_get_it},
    {"order is kept among all that is sent",
     order_is_kept_among_all_that_is_sent},
    {"namespaces and holding are minded", namespaces_and_holding_are_minded},
    {"who goes leaves its groups", who_goes_leaves_its_groups},
    {"names and their number have limits", names_and_their_number_have_limits},
    {"who is behind loses and is told", who_is_behind_loses_and_is_told},
    CU_TEST_INFO_NULL,
};
