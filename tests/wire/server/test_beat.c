/* Streams that must not fall silent, consumers that have, and what was lost. */
#include "core/mem.h"
#include "tests/suites.h"
#include "tests/support/certs.h"
#include "tests/support/stage.h"

#include <stdlib.h>

#define S TD_NS_PER_S

/* HTTP/1.0 knows no chunks: the stream ends with the connection. */
static void old_http_gets_its_stream_without_chunks(void)
{
    struct td_event ev = stage_event(TD_FORM_TEXT, "", "one");
    struct stage st;
    struct raw *old;
    struct raw *current;

    stage_set_up(&st, 3, NULL);
    old = stage_dial(&st);
    current = stage_dial(&st);
    stage_say(&st, old, "GET /events HTTP/1.0\r\n\r\n");
    stage_say(&st, current, "GET /events HTTP/1.1\r\n" H "\r\n");
    CU_ASSERT_EQUAL(stage_count(&old->got, "chunked"), 0);
    CU_ASSERT_TRUE(stage_has(&old->got, "\r\n\r\nretry: 1000\n"));
    CU_ASSERT_EQUAL(stage_count(&current->got, "chunked"), 1);
    td_buf_clear(&old->got);
    td_buf_clear(&current->got);
    stage_broadcast(&st, &ev);
    wire_peer_send(st.peers[0], &ev);
    wire_peer_send(st.peers[1], &ev);
    wire_server_finish(st.server, stage_on_done);
    stage_run_for(&st, 3 * S);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&old->got), "data: one\n\ndata: one\n\n");
    CU_ASSERT_STRING_EQUAL(
        td_buf_str(&current->got),
        "b\r\ndata: one\n\n\r\nb\r\ndata: one\n\n\r\n0\r\n\r\n");
    CU_ASSERT_TRUE(old->closed);
    CU_ASSERT_EQUAL(st.lost, 0);
    stage_tear_down(&st);
}

static void quiet_stream_gives_signs_of_life(void)
{
    struct td_event ev = stage_event(TD_FORM_TEXT, "", "one");
    struct stage st;
    struct raw *raw;

    stage_set_up(&st, 0, NULL);
    raw = stage_dial(&st);
    stage_say(&st, raw, "GET /events HTTP/1.1\r\n" H "\r\n");
    stage_run_for(&st, 14 * S);
    CU_ASSERT_EQUAL(stage_count(&raw->got, ": \n\n"), 0);
    stage_run_for(&st, 2 * S);
    CU_ASSERT_EQUAL(stage_count(&raw->got, "4\r\n: \n\n\r\n"), 1);
    stage_broadcast(&st, &ev);
    stage_run_for(&st, 14 * S); /* the beat saw an event */
    CU_ASSERT_EQUAL(stage_count(&raw->got, ": \n\n"), 1);
    stage_run_for(&st, 15 * S);
    CU_ASSERT_EQUAL(stage_count(&raw->got, ": \n\n"), 2);
    stage_tear_down(&st);
}

static void dead_websocket_is_noticed(void)
{
    struct stage st;
    struct raw *dead;
    struct raw *alive;

    stage_set_up(&st, 0, NULL);
    dead = stage_dial(&st);
    alive = stage_dial(&st);
    stage_say(&st, dead, WS_GET);
    stage_say(&st, alive, WS_GET);
    stage_run_for(&st, 26 * S);
    CU_ASSERT_EQUAL(stage_count(&dead->got, "\x89"), 1);
    stage_say_frame(&st, alive, WS_PONG, "");
    stage_run_for(&st, 18 * S);
    CU_ASSERT_EQUAL(st.left, 0);
    stage_run_for(&st, 2 * S);
    CU_ASSERT_EQUAL(st.left, 1);
    CU_ASSERT_TRUE(dead->closed);
    CU_ASSERT_FALSE(alive->closed);
    CU_ASSERT_TRUE(stage_has(&st.log, "left 8|"));
    stage_tear_down(&st);
}

/* Who takes what is sent, however slowly, is not asked for more. */
static void slow_reader_is_not_dead(void)
{
    struct stage st;
    struct raw *raw;
    char *big = td_calloc(1, 100001);
    struct td_event ev;

    memset(big, 'x', 100000);
    ev = stage_event(TD_FORM_TEXT, "", big);
    stage_set_up(&st, 0, NULL);
    raw = stage_dial(&st);
    stage_say(&st, raw, WS_GET);
    wire_pause(raw->conn, true);
    for (unsigned i = 0; i < 20; i++)
        wire_server_send(st.server, &ev);
    stage_run_for(&st, 40 * S);
    CU_ASSERT_EQUAL(st.left, 0);
    wire_pause(raw->conn, false);
    stage_run_for(&st, 15 * S);
    CU_ASSERT_EQUAL(st.left, 0);
    free(big);
    stage_tear_down(&st);
}

/* Each namespace has lost its own messages, not the whole queue. */
static void what_polls_did_not_fetch_is_counted(void)
{
    struct td_event ev = stage_event(TD_FORM_TEXT, "", "x");
    struct stage st;
    struct raw *raw;
    char *sid;
    struct td_buf request = {0};

    stage_set_up(&st, 0, NULL);
    raw = stage_dial(&st);
    stage_say(&st, raw,
              "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n" H "\r\n");
    sid = strstr(td_buf_str(&raw->got), "\"sid\":\"");
    CU_ASSERT_PTR_NOT_NULL_FATAL(sid);
    td_buf_addf(&request,
                "POST /socket.io/?EIO=4&transport=polling&sid=%.36s "
                "HTTP/1.1\r\n" H "Content-Length: 8\r\n\r\n40\x1e"
                "40/a,",
                sid + 7);
    stage_say(&st, raw, td_buf_str(&request));
    CU_ASSERT_EQUAL(st.joined, 2);
    for (unsigned i = 0; i < 3; i++)
        stage_broadcast(&st, &ev);
    ev.ns = td_text("/a");
    for (unsigned i = 0; i < 4; i++)
        stage_broadcast(&st, &ev);
    stage_run_for(&st, 50 * S); /* no pong: the session is over */
    CU_ASSERT_EQUAL(st.left, 2);
    CU_ASSERT_EQUAL(st.lost, 7);
    td_buf_release(&request);
    stage_tear_down(&st);
}

static void on_received(void *ctx, struct wire_conn *conn,
                        struct td_bytes bytes)
{
    (void)ctx;
    (void)conn;
    (void)bytes;
}

static void on_closed(void *ctx, struct wire_conn *conn,
                      const struct td_error *why)
{
    (void)ctx;
    (void)conn;
    (void)why;
}

/* TLS makes more bytes of the same messages. */
static void losses_behind_tls_are_counted(void)
{
    struct wire_tls_options own = {.cert_file = certs_path("good.pem"),
                                   .key_file = certs_path("good.key")};
    struct wire_tls_options trust = {.ca_file = certs_path("ca.pem")};
    struct wire_server_options options = {.bind = {.tls = &own}};
    struct wire_dial to = {.host = "127.0.0.1", .tls = &trust};
    struct td_event ev = stage_event(TD_FORM_TEXT, "", "one");
    static const struct wire_conn_events quiet = {.received = on_received,
                                                  .closed = on_closed};
    struct wire_conn *conn;
    struct stage st;

    stage_set_up(&st, 0, &options);
    to.port = wire_server_port(st.server);
    CU_ASSERT_EQUAL_FATAL(wire_connect(st.net, &to, &quiet, NULL, &conn, NULL),
                          TD_OK);
    stage_settle(&st);
    (void)wire_write(conn, td_text(WS_GET));
    stage_settle(&st);
    CU_ASSERT_EQUAL_FATAL(st.joined, 1);
    stage_broadcast(&st, &ev); /* taken */
    for (unsigned i = 0; i < 40; i++)
        wire_server_send(st.server, &ev);
    wire_peer_send(st.peers[0], &ev);
    wire_peer_abort(st.peers[0]);
    stage_settle(&st);
    CU_ASSERT_EQUAL(st.left, 1);
    CU_ASSERT_EQUAL(st.lost, 41);
    stage_tear_down(&st);
}

CU_TestInfo wire_server_beat_tests[] = {
    {"old HTTP gets its stream without chunks",
     old_http_gets_its_stream_without_chunks},
    {"quiet stream gives signs of life", quiet_stream_gives_signs_of_life},
    {"dead WebSocket is noticed", dead_websocket_is_noticed},
    {"slow reader is not dead", slow_reader_is_not_dead},
    {"what polls did not fetch is counted",
     what_polls_did_not_fetch_is_counted},
    {"losses behind TLS are counted", losses_behind_tls_are_counted},
    CU_TEST_INFO_NULL,
};
