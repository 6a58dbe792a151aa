/* Socket.IO clients by script: polling, WebSocket, and the way between. */
#include "tests/suites.h"
#include "tests/support/stage.h"

#include <stdio.h>

/* Text of the sid in an open packet; lives in sid. */
static const char *find_sid(const struct raw *raw, char sid[64])
{
    const char *at = memmem(raw->got.ptr, raw->got.len, "{\"sid\":\"", 8);

    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    (void)sscanf(at + 8, "%60[^\"]", sid);
    return sid;
}

static void say_poll(struct stage *st, struct raw *raw, const char *sid,
                     const char *body)
{
    char text[600];

    if (body)
        (void)snprintf(text, sizeof(text),
                       "POST /socket.io/?EIO=4&transport=polling&sid=%s "
                       "HTTP/1.1\r\n" H "Content-Length: %zu\r\n\r\n%s",
                       sid, strlen(body), body);
    else
        (void)snprintf(text, sizeof(text),
                       "GET /socket.io/?EIO=4&transport=polling&sid=%s "
                       "HTTP/1.1\r\n" H "Origin: http://localhost:1\r\n\r\n",
                       sid);
    stage_say(st, raw, text);
}

#define POLL_GET "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n" H "\r\n"

static void socketio_polls_then_upgrades(void)
{
    static const size_t chunks[] = {1, 7, 0};

    for (size_t k = 0; k < sizeof(chunks) / sizeof(chunks[0]); k++) {
        struct stage st;
        struct raw *poll;
        struct raw *ws;
        char sid[64];
        char text[400];
        struct td_event ev = stage_event(TD_FORM_JSON, "up", "[\"up\",1]");

        stage_set_up(&st, chunks[k], NULL);
        poll = stage_dial(&st);
        ws = stage_dial(&st);
        stage_say(&st, poll, POLL_GET);
        CU_ASSERT_TRUE(stage_has(&poll->got, "\"upgrades\":[\"websocket\"]"));
        (void)find_sid(poll, sid);
        say_poll(&st, poll, sid, "40");
        CU_ASSERT_TRUE(stage_has(&poll->got, "\r\n\r\nok"));
        say_poll(&st, poll, sid, NULL);
        CU_ASSERT_TRUE(stage_has(&poll->got, "\r\n\r\n40{\"sid\":\""));
        CU_ASSERT_TRUE(stage_has(
            &poll->got, "Access-Control-Allow-Origin: http://localhost:1"));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&st.log), "joined 1 /|");
        say_poll(&st, poll, sid,
                 "42[\"hi\",1]\x1e"
                 "425[\"ask\"]");
        say_poll(&st, poll, sid, NULL);
        CU_ASSERT_TRUE(stage_has(&poll->got, "\r\n\r\n435[]"));
        CU_ASSERT_TRUE(stage_has(&st.log, "[\"hi\",1]|[\"ask\"]|"));
        td_buf_clear(&poll->got);
        say_poll(&st, poll, sid, NULL);
        CU_ASSERT_EQUAL(poll->got.len, 0);
        wire_server_send(st.server, &ev);
        stage_broadcast(&st, &ev);
        CU_ASSERT_TRUE(stage_has(&poll->got, "\r\n\r\n42[\"up\",1]\x1e"
                                             "42[\"up\",1]"));
        (void)snprintf(text, sizeof(text),
                       "GET /socket.io/?EIO=4&transport=websocket&sid=%s "
                       "HTTP/1.1\r\n" WS_FIELDS,
                       sid);
        say_poll(&st, poll, sid, NULL);
        stage_say(&st, ws, text);
        stage_say_frame(&st, ws, WS_TEXT, "2probe");
        CU_ASSERT_TRUE(stage_has(&ws->got, "\x81\x06"
                                           "3probe"));
        CU_ASSERT_TRUE(stage_has(&poll->got, "\r\n\r\n6"));
        wire_server_send(st.server, &ev);
        stage_say_frame(&st, ws, WS_TEXT, "5");
        td_buf_clear(&poll->got);
        stage_broadcast(&st, &ev);
        CU_ASSERT_EQUAL(stage_count(&ws->got, "42[\"up\",1]"), 2);
        CU_ASSERT_EQUAL(poll->got.len, 0);
        stage_say_frame(&st, ws, WS_TEXT, "41");
        CU_ASSERT_TRUE(stage_has(&st.log, "left 0|"));
        CU_ASSERT_EQUAL(st.lost, 0);
        stage_tear_down(&st);
    }
}

/* The second is let in and sent away, as clients of the reference server know
 * it; the first one stays.
 */
static void a_session_has_one_websocket(void)
{
    struct stage st;
    struct raw *poll;
    struct raw *ws;
    struct raw *second;
    char sid[64];
    char text[400];

    stage_set_up(&st, 0, NULL);
    poll = stage_dial(&st);
    ws = stage_dial(&st);
    second = stage_dial(&st);
    stage_say(&st, poll, POLL_GET);
    (void)find_sid(poll, sid);
    say_poll(&st, poll, sid, "40");
    (void)snprintf(text, sizeof(text),
                   "GET /socket.io/?EIO=4&transport=websocket&sid=%s "
                   "HTTP/1.1\r\n" WS_FIELDS,
                   sid);
    stage_say(&st, ws, text);
    stage_say_frame(&st, ws, WS_TEXT, "2probe");
    stage_say_frame(&st, ws, WS_TEXT, "5");
    stage_say(&st, second, text);
    CU_ASSERT_TRUE(stage_has(&second->got, "HTTP/1.1 101 "));
    CU_ASSERT_TRUE(stage_has(&second->got, "\x88\x1d\x03\xf0"));
    stage_run_for(&st, 5 * TD_NS_PER_S);
    CU_ASSERT_TRUE(second->closed);
    CU_ASSERT_FALSE(ws->closed);
    stage_say_frame(&st, ws, WS_TEXT, "425[\"ask\"]");
    CU_ASSERT_EQUAL(stage_count(&ws->got, "435[]"), 1);
    CU_ASSERT_TRUE(stage_has(&st.log, "[\"ask\"]|"));
    CU_ASSERT_EQUAL(stage_count(&st.log, "left"), 0);
    stage_tear_down(&st);
}

static void the_owner_admits_and_refuses(void)
{
    static const struct {
        const char *connect;
        const char *answer;
        const char *log;
    } rows[] = {
        {"40", "40{\"sid\":\"", "asks  |joined 1 /|"},
        {"40/a,{\"a\":1}", "40/a,{\"sid\":\"",
         "asks /a {\"a\":1}|joined 1 /a|"},
        {"40{\"a\":\"no\"}", "44{\"message\":\"full\"}",
         "asks  {\"a\":\"no\"}|"},
        {"40{\"b\":1}", "44{\"message\":\"Unauthorized\"}", "asks  {\"b\":1}|"},
        {"40/c,", "44/c,{\"message\":\"Invalid namespace\"}", ""},
    };
    static const char *const allowed[] = {"/", "/a", NULL};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct wire_server_options options = {.namespaces = allowed};
        struct stage st;
        struct raw *raw;

        stage_set_up(&st, 0, &options);
        st.asks = true;
        raw = stage_dial(&st);
        stage_say(&st, raw, SIO_GET);
        stage_say_frame(&st, raw, WS_TEXT, rows[i].connect);
        CU_ASSERT_TRUE(stage_has(&raw->got, rows[i].answer));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&st.log), rows[i].log);
        if (st.peers[0])
            CU_ASSERT_PTR_EQUAL(wire_peer_ctx(st.peers[0]), &st.asks);
        stage_tear_down(&st);
    }
}

/* Over either transport the ack is the owner's alone. */
static void the_owner_answers_with_content(void)
{
    struct wire_server_options options = {.owner_answers = true};
    struct td_event ack = {
        .form = TD_FORM_JSON,
        .ack = td_text("9007199254740991"),
        .att = td_text("[\"aGk=\"]"),
        .payload = td_text("[1,{\"_placeholder\":true,\"num\":0}]")};
    struct stage st;
    struct raw *ws;
    struct raw *poll;
    char sid[64];

    stage_set_up(&st, 0, &options);
    ws = stage_dial(&st);
    poll = stage_dial(&st);
    stage_say(&st, ws, SIO_GET);
    stage_say_frame(&st, ws, WS_TEXT, "40");
    stage_say_frame(&st, ws, WS_TEXT, "429007199254740991[\"ask\"]");
    CU_ASSERT_EQUAL(stage_count(&ws->got, "439007"), 0);
    wire_peer_send(st.peers[0], &ack);
    stage_settle(&st);
    CU_ASSERT_TRUE(stage_has(
        &ws->got, "461-9007199254740991[1,{\"_placeholder\":true,\"num\":0}]"
                  "\x82\x02hi"));
    stage_say(&st, poll, POLL_GET);
    (void)find_sid(poll, sid);
    say_poll(&st, poll, sid,
             "40\x1e"
             "425[\"ask\"]");
    ack = (struct td_event){.form = TD_FORM_JSON,
                            .ack = td_text("5"),
                            .payload = td_text("[{\"ok\":1.10}]")};
    wire_peer_send(st.peers[1], &ack);
    say_poll(&st, poll, sid, NULL);
    CU_ASSERT_TRUE(stage_has(&poll->got, "435[{\"ok\":1.10}]"));
    stage_tear_down(&st);
}

static void namespaces_are_apart(void)
{
    static const char *const allowed[] = {"/", "/a", NULL};
    struct wire_server_options options = {.namespaces = allowed};
    struct stage st;
    struct raw *raw;
    struct td_event ev = stage_event(TD_FORM_JSON, "up", "[\"up\"]");

    stage_set_up(&st, 0, &options);
    raw = stage_dial(&st);
    stage_say(&st, raw, SIO_GET);
    stage_say_frame(&st, raw, WS_TEXT, "40/a,");
    stage_say_frame(&st, raw, WS_TEXT, "40/b,");
    CU_ASSERT_TRUE(
        stage_has(&raw->got, "44/b,{\"message\":\"Invalid namespace\"}"));
    CU_ASSERT_STRING_EQUAL(td_buf_str(&st.log), "joined 1 /a|");
    stage_broadcast(&st, &ev);
    CU_ASSERT_EQUAL(stage_count(&raw->got, "[\"up\"]"), 0);
    ev.ns = td_text("/a");
    stage_broadcast(&st, &ev);
    CU_ASSERT_TRUE(stage_has(&raw->got, "42/a,[\"up\"]"));
    stage_tear_down(&st);
}

static void silent_sessions_time_out(void)
{
    struct stage st;
    struct raw *raw;

    stage_set_up(&st, 0, NULL);
    raw = stage_dial(&st);
    stage_say(&st, raw, SIO_GET);
    stage_say_frame(&st, raw, WS_TEXT, "40");
    stage_run_for(&st, 26 * TD_NS_PER_S);
    CU_ASSERT_TRUE(stage_has(&raw->got, "\x81\x01"
                                        "2"));
    CU_ASSERT_EQUAL(st.left, 0);
    stage_run_for(&st, 30 * TD_NS_PER_S);
    CU_ASSERT_EQUAL(st.left, 1);
    CU_ASSERT_TRUE(stage_has(&st.log, "left 8|"));
    stage_tear_down(&st);
}

static void polls_that_stay_away_are_cut_off(void)
{
    struct wire_server_options options = {.max_queue = 3000};
    struct stage st;
    struct raw *raw;
    char sid[64];
    char text[1001] = "";
    struct td_event ev;

    memset(text, 'x', 1000);
    ev = stage_event(TD_FORM_TEXT, "", text);
    stage_set_up(&st, 0, &options);
    raw = stage_dial(&st);
    stage_say(&st, raw, POLL_GET);
    say_poll(&st, raw, find_sid(raw, sid), "40");
    say_poll(&st, raw, sid, NULL);
    for (unsigned i = 0; i < 5; i++)
        wire_server_send(st.server, &ev);
    stage_run_for(&st, 20 * TD_NS_PER_S);
    CU_ASSERT_EQUAL(st.left, 1);
    CU_ASSERT_EQUAL(st.lost, 5);
    CU_ASSERT_TRUE(stage_has(&st.log, "left 7|"));
    stage_tear_down(&st);
}

static void finish_delivers_and_says_goodbye(void)
{
    static const size_t chunks[] = {1, 0};

    for (size_t k = 0; k < sizeof(chunks) / sizeof(chunks[0]); k++) {
        struct stage st;
        struct raw *ws;
        struct raw *sse;
        struct raw *sio;
        struct raw *poll;
        char sid[64];
        struct td_event ev = stage_event(TD_FORM_JSON, "", "\"last\"");

        stage_set_up(&st, chunks[k], NULL);
        ws = stage_dial(&st);
        sse = stage_dial(&st);
        sio = stage_dial(&st);
        poll = stage_dial(&st);
        stage_say(&st, ws, WS_GET);
        stage_say(&st, sse,
                  "GET / HTTP/1.1\r\n" H "Accept: text/event-stream\r\n\r\n");
        stage_say(&st, sio, SIO_GET);
        stage_say_frame(&st, sio, WS_TEXT, "40");
        stage_say(&st, poll, POLL_GET);
        say_poll(&st, poll, find_sid(poll, sid), "40");
        say_poll(&st, poll, sid, NULL);
        CU_ASSERT_EQUAL(wire_server_peers(st.server), 4);
        wire_server_send(st.server, &ev);
        wire_server_finish(st.server, stage_on_done);
        stage_settle(&st);
        say_poll(&st, poll, sid, NULL);
        say_poll(&st, poll, sid, NULL);
        stage_run_for(&st, 30 * TD_NS_PER_S);
        CU_ASSERT_TRUE(stage_has(&ws->got, "\x81\x06\"last\"\x88\x02\x03\xe8"));
        CU_ASSERT_TRUE(stage_has(&sse->got, "data: \"last\"\n\n\r\n0\r\n\r\n"));
        CU_ASSERT_TRUE(stage_has(&sio->got, "42[\"message\",\"last\"]\x81\x02"
                                            "41"));
        CU_ASSERT_TRUE(stage_has(&poll->got,
                                 "\r\n\r\n42[\"message\",\"last\"]\x1e"
                                 "41HTTP/1.1 200 OK"));
        CU_ASSERT_TRUE(stage_has(&poll->got, "\r\n\r\n1"));
        CU_ASSERT_EQUAL(st.left, 4);
        CU_ASSERT_EQUAL(st.lost, 0);
        CU_ASSERT_TRUE(st.done);
        stage_tear_down(&st);
    }
}

static void a_handshake_alone_holds_nobody_up(void)
{
    struct stage st;
    struct raw *poll;

    stage_set_up(&st, 0, NULL);
    poll = stage_dial(&st);
    stage_say(&st, poll, POLL_GET);
    CU_ASSERT_TRUE(stage_has(&poll->got, "\"upgrades\":[\"websocket\"]"));
    wire_abort(poll->conn);
    poll->conn = NULL;
    wire_server_finish(st.server, stage_on_done);
    stage_run_for(&st, TD_NS_PER_S);
    CU_ASSERT_TRUE(st.done);
    stage_tear_down(&st);
}

CU_TestInfo wire_server_sio_tests[] = {
    {"Socket.IO polls, then upgrades", socketio_polls_then_upgrades},
    {"a session has one WebSocket", a_session_has_one_websocket},
    {"the owner admits and refuses", the_owner_admits_and_refuses},
    {"the owner answers with content", the_owner_answers_with_content},
    {"namespaces are apart", namespaces_are_apart},
    {"silent sessions time out", silent_sessions_time_out},
    {"polls that stay away are cut off", polls_that_stay_away_are_cut_off},
    {"finish delivers and says goodbye", finish_delivers_and_says_goodbye},
    {"a handshake alone holds nobody up", a_handshake_alone_holds_nobody_up},
    CU_TEST_INFO_NULL,
};
