/* The server against scripted clients, in pieces of any size. */
#include "core/mem.h"
#include "tests/suites.h"
#include "tests/support/stage.h"

#include <stdlib.h>

static void requests_get_their_answers(void)
{
    static const struct {
        const char *request;
        const char *answer;
    } rows[] = {
        {"GET / HTTP/1.1\r\n" H "\r\n", "HTTP/1.1 200 OK\r\n"},
        {"GET / HTTP/1.1\r\n" H "\r\n", "Content-Length: 5\r\n"},
        {"GET / HTTP/1.1\r\n" H "\r\nGET / HTTP/1.1\r\n" H "\r\n",
         "\r\n\r\nfactsHTTP/1.1 200 OK\r\n"},
        {"HEAD / HTTP/1.1\r\n" H "\r\nGET /x HTTP/1.1\r\n" H "\r\n",
         "no-store\r\n\r\nHTTP/1.1 404 Not Found\r\n"},
        {"GET /x HTTP/1.1\r\n" H "\r\n", "HTTP/1.1 404 Not Found\r\n"},
        {"GET / HTTP/1.0\r\n\r\n", "Connection: close\r\n\r\nfacts"},
        {"POST / HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\nx",
         "HTTP/1.1 405 Method Not Allowed\r\n"},
        {"POST / HTTP/1.1\r\n" H "\r\n", "Allow: GET, HEAD, OPTIONS\r\n"},
        {"BREW / HTTP/1.1\r\n" H "\r\n", "HTTP/1.1 501 Not Implemented\r\n"},
        {"POST /socket.io/?EIO=4&transport=polling&sid=x HTTP/1.1\r\n" H "\r\n",
         "HTTP/1.1 411 Length Required\r\n"},
        {"POST /socket.io/?EIO=4 HTTP/1.1\r\n" H "Content-Length: 1001\r\n\r\n",
         "HTTP/1.1 413 Content Too Large\r\n"},
        {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
        {"GET / HTTP/3.0\r\n" H "\r\n",
         "HTTP/1.1 505 HTTP Version Not Supported\r\n"},
        {"OPTIONS /socket.io/ HTTP/1.1\r\n" H
         "Origin: http://localhost:1\r\nAccess-Control-Request-Method: POST\r\n"
         "Access-Control-Request-Headers: x-a\r\n\r\n",
         "Access-Control-Allow-Origin: http://localhost:1\r\n"
         "Access-Control-Allow-Credentials: true\r\nVary: Origin\r\n"
         "Access-Control-Allow-Methods: GET, HEAD, POST, OPTIONS\r\n"
         "Access-Control-Allow-Headers: x-a\r\n"},
        {"OPTIONS * HTTP/1.1\r\n" H "\r\n", "HTTP/1.1 204 No Content\r\n"},
        {"HEAD /events HTTP/1.1\r\n" H "\r\n",
         "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"},
        {"HEAD /w HTTP/1.1\r\n" H "Upgrade: websocket\r\n\r\n",
         "HTTP/1.1 405 Method Not Allowed\r\n"},
        {"POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n" H "\r\n",
         "{\"code\":2,\"message\":\"Bad handshake method\"}"},
        {"PUT /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n" H
         "Content-Length: 1\r\n\r\nx",
         "{\"code\":2,\"message\":\"Bad handshake method\"}"},
        {"HEAD /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n" H "\r\n",
         "HTTP/1.1 400 Bad Request\r\n"},
        {"BREW /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n" H "\r\n",
         "HTTP/1.1 501 Not Implemented\r\n"},
        {"GET /socket.io/?EIO=3&transport=polling HTTP/1.1\r\n" H "\r\n",
         "{\"code\":5,\"message\":\"Unsupported protocol version\"}"},
        {"GET /socket.io/?EIO=4&transport=x HTTP/1.1\r\n" H "\r\n",
         "{\"code\":0,\"message\":\"Transport unknown\"}"},
        {"GET /socket.io/?EIO=4&transport=polling&sid=x HTTP/1.1\r\n" H "\r\n",
         "{\"code\":1,\"message\":\"Session ID unknown\"}"},
        {"GET /ws HTTP/1.1\r\n" H "Upgrade: websocket\r\nConnection: "
         "Upgrade\r\nSec-WebSocket-Version: 8\r\n\r\n",
         "HTTP/1.1 426 Upgrade Required\r\n"},
    };
    static const size_t chunks[] = {1, 3, 0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (size_t k = 0; k < sizeof(chunks) / sizeof(chunks[0]); k++) {
            struct stage st;
            struct raw *raw;

            stage_set_up(&st, chunks[k], NULL);
            raw = stage_dial(&st);
            stage_say(&st, raw, rows[i].request);
            CU_ASSERT_TRUE(stage_has(&raw->got, rows[i].answer));
            stage_tear_down(&st);
        }
}

static void slow_requests_time_out(void)
{
    struct stage st;
    struct raw *half;
    struct raw *idle;

    stage_set_up(&st, 0, NULL);
    half = stage_dial(&st);
    idle = stage_dial(&st);
    stage_say(&st, half, "GET / HT");
    stage_run_for(&st, 20 * TD_NS_PER_S);
    stage_say(&st, half, "TP/1.1\r\n");
    stage_run_for(&st, 15 * TD_NS_PER_S);
    CU_ASSERT_TRUE(stage_has(&half->got, "HTTP/1.1 408 Request Timeout\r\n"));
    CU_ASSERT_FALSE(idle->closed);
    stage_run_for(&st, 60 * TD_NS_PER_S);
    CU_ASSERT_TRUE(half->closed);
    CU_ASSERT_TRUE(idle->closed);
    CU_ASSERT_EQUAL(idle->got.len, 0);
    stage_tear_down(&st);
}

static void websocket_peers_talk(void)
{
    static const size_t chunks[] = {1, 2, 5, 0};

    for (size_t k = 0; k < sizeof(chunks) / sizeof(chunks[0]); k++) {
        struct stage st;
        struct raw *raw;
        struct td_event ev = stage_event(TD_FORM_JSON, "", "{\"a\": 1.10}");

        stage_set_up(&st, chunks[k], NULL);
        raw = stage_dial(&st);
        stage_say(&st, raw, WS_GET);
        CU_ASSERT_TRUE(stage_has(
            &raw->got, "Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"));
        stage_say_frame(&st, raw, WS_TEXT, "hi");
        stage_say_frame(&st, raw, WS_BINARY, "by");
        stage_say_frame(&st, raw, WS_PING, "p");
        CU_ASSERT_TRUE(stage_has(&raw->got, "\x8a\x01p"));
        stage_broadcast(&st, &ev);
        CU_ASSERT_TRUE(stage_has(&raw->got, "\x81\x0b{\"a\": 1.10}"));
        stage_say_frame(&st, raw, WS_CLOSE,
                        "\x0b\xb8"
                        "bye");
        CU_ASSERT_TRUE(stage_has(&raw->got, "\x88\x02\x0b\xb8"));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&st.log),
                               "joined 0 /|hi|by b|ping p b|left 0|");
        CU_ASSERT_EQUAL(st.lost, 0);
        stage_tear_down(&st);
    }
}

static void websocket_violations_are_closed_and_told(void)
{
    static const struct {
        const char *frame; /* as it goes over the wire */
        size_t len;
        const char *close;
        const char *log;
        const char *left;
    } rows[] = {
        {"\x81\x02hi", 4, "\x88\x2f\x03\xea",
         "bad {\"why\":\"WebSocket: an unmasked frame from a client",
         "left 6|"},
        {"\x81\x81\0\0\0\0\xff", 7, "\x88\x25\x03\xef",
         "bad {\"why\":\"WebSocket: a text that is not UTF-8", "left 5|"},
        {"\x82\xfe\x03\xe9\0\0\0\0", 8, "\x88\x25\x03\xf1",
         "bad {\"why\":\"WebSocket: a message over the limit", "left 7|"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stage st;
        struct raw *raw;

        stage_set_up(&st, 0, NULL);
        raw = stage_dial(&st);
        stage_say(&st, raw, WS_GET);
        (void)wire_write(raw->conn, td_bytes(rows[i].frame, rows[i].len));
        stage_settle(&st);
        stage_run_for(&st, 5 * TD_NS_PER_S);
        CU_ASSERT_TRUE(stage_has(&raw->got, rows[i].close + 2));
        CU_ASSERT_TRUE(stage_has(&st.log, rows[i].log));
        CU_ASSERT_TRUE(stage_has(&st.log, rows[i].left));
        CU_ASSERT_TRUE(raw->closed);
        stage_tear_down(&st);
    }
}

static const struct {
    const char *name;
    struct td_event ev;
    const char *ws;
    const char *sse;
    const char *sio;
} crossings[] = {
#define T(text)                                                                \
    {                                                                          \
        (const uint8_t *)(text), sizeof(text) - 1                              \
    }
    {"Socket.IO",
     {.form = TD_FORM_JSON,
      .seq = 7,
      .name = T("up"),
      .payload = T("[\"up\",{\"a\":1.10},2]")},
     "{\"event\":\"up\",\"args\":[{\"a\":1.10},2]}",
     "\r\nevent: up\ndata: [{\"a\":1.10},2]\n\n",
     "42[\"up\",{\"a\":1.10},2]"},
    {"Socket.IO without arguments",
     {.form = TD_FORM_JSON, .name = T("up"), .payload = T("[\"up\"]")},
     "{\"event\":\"up\",\"args\":[]}",
     "event: up\ndata: []\n\n",
     "42[\"up\"]"},
    {"Socket.IO that asks for an ack",
     {.form = TD_FORM_JSON,
      .name = T("q"),
      .id = T("3"),
      .payload = T("[\"q\",1]")},
     "{\"event\":\"q\",\"id\":3,\"args\":[1]}",
     "event: q\ndata: [1]\n\n",
     "423[\"q\",1]"},
    {"Socket.IO with bytes",
     {.form = TD_FORM_JSON,
      .name = T("b"),
      .att = T("[\"aGk=\"]"),
      .payload = T("[\"b\",{\"_placeholder\":true,\"num\":0}]")},
     "{\"event\":\"b\",\"att\":[\"aGk=\"],\"args\":[{\"_placeholder\":true,"
     "\"num\":0}]}",
     "event: b\ndata: [{\"_placeholder\":true,\"num\":0}]\n\n",
     "451-[\"b\",{\"_placeholder\":true,\"num\":0}]\x82\x02hi"},
    {"Socket.IO on several lines",
     {.form = TD_FORM_TEXT,
      .name = T("up"),
      .payload = T("2 [\n\"up\" ,\n{\"a\":1} ]\n")},
     "{\"event\":\"up\",\"args\":[{\"a\":1} ]}",
     "event: up\ndata: [{\"a\":1} ]\n\n",
     "42 [\n\"up\" ,\n{\"a\":1} ]\n"},
    {"JSON with white space around it",
     {.form = TD_FORM_TEXT, .name = T("n"), .payload = T("{\"a\": 1}\n")},
     "{\"a\": 1}\n",
     "event: n\ndata: {\"a\": 1}\ndata: \n\n",
     "42[\"n\",{\"a\": 1}\n]"},
    {"JSON",
     {.form = TD_FORM_JSON, .payload = T("{\"a\": 1}")},
     "{\"a\": 1}",
     "data: {\"a\": 1}\n\n",
     "42[\"message\",{\"a\": 1}]"},
    {"JSON with a name",
     {.form = TD_FORM_JSON, .name = T("n"), .payload = T("[1]")},
     "[1]",
     "event: n\ndata: [1]\n\n",
     "42[\"n\",[1]]"},
    {"text",
     {.form = TD_FORM_TEXT, .id = T("\"e1\""), .payload = T("a\nb")},
     "a\nb",
     "id: e1\ndata: a\ndata: b\n\n",
     "42[\"message\",\"a\\nb\"]"},
    {"an empty id",
     {.form = TD_FORM_TEXT, .id = T("\"\""), .payload = T("e")},
     "\x81\x01"
     "e",
     "id: \ndata: e\n\n",
     "42[\"message\",\"e\"]"},
    {"a name and an id that no field can hold",
     {.form = TD_FORM_TEXT,
      .name = T("a\\nb\\ud800"),
      .id = T("\"x\\u0000y\\r\""),
      .payload = T("f")},
     "\x81\x01"
     "f",
     "id: x\xef\xbf\xbdy\xef\xbf\xbd\n"
     "event: a\xef\xbf\xbd"
     "b\xef\xbf\xbd\ndata: f\n\n",
     "42[\"a\\nb\\ud800\",\"f\"]"},
    {"bytes",
     {.form = TD_FORM_BYTES, .payload = T("hi")},
     "\x82\x02hi",
     "event: binary\ndata: aGk=\n\n",
     "\x82\x02hi"},
#undef T
};

static void events_cross_over(void)
{
    struct stage st;
    struct raw *ws;
    struct raw *sse;
    struct raw *sio;

    stage_set_up(&st, 0, NULL);
    ws = stage_dial(&st);
    sse = stage_dial(&st);
    sio = stage_dial(&st);
    stage_say(&st, ws, WS_GET);
    stage_say(&st, sse,
              "GET /events HTTP/1.1\r\n" H "Last-Event-ID: 5\r\n\r\n");
    CU_ASSERT_STRING_EQUAL(wire_peer_last_event_id(st.peers[1]), "5");
    stage_say(&st, sio, SIO_GET);
    stage_say_frame(&st, sio, WS_TEXT, "40");
    CU_ASSERT_STRING_EQUAL(td_buf_str(&st.log),
                           "joined 0 /|joined 2 /|joined 1 /|");
    for (size_t i = 0; i < sizeof(crossings) / sizeof(crossings[0]); i++) {
        td_buf_clear(&ws->got);
        td_buf_clear(&sse->got);
        td_buf_clear(&sio->got);
        stage_broadcast(&st, &crossings[i].ev);
        CU_ASSERT_TRUE(stage_has(&ws->got, crossings[i].ws));
        CU_ASSERT_TRUE(stage_has(&sse->got, crossings[i].sse));
        CU_ASSERT_TRUE(stage_has(&sio->got, crossings[i].sio));
        for (unsigned k = 0; k < 3; k++)
            wire_peer_send(st.peers[k], &crossings[i].ev);
        stage_settle(&st);
        CU_ASSERT_EQUAL(stage_count(&ws->got, crossings[i].ws), 2);
        CU_ASSERT_EQUAL(stage_count(&sse->got, crossings[i].sse), 2);
        CU_ASSERT_EQUAL(stage_count(&sio->got, crossings[i].sio), 2);
    }
    stage_tear_down(&st);
}

/* An id without an event goes to SSE peers alone and is counted nowhere; with
 * id_for_all each event has an id of its own, which no other one has.
 */
static void ids_are_sent_as_they_came_or_made(void)
{
    static const struct td_event id = {.kind = {(const uint8_t *)"id", 2},
                                       .id = {(const uint8_t *)"\"9\"", 3},
                                       .at_ns = 1500,
                                       .seq = 9};

    for (int all = 0; all < 2; all++) {
        struct wire_server_options options = {.id_for_all = all == 1};
        struct td_event ev = stage_event(TD_FORM_TEXT, "", "a");
        struct stage st;
        struct raw *ws;
        struct raw *sse;

        ev.seq = 9;
        ev.at_ns = 1500;
        stage_set_up(&st, 0, &options);
        ws = stage_dial(&st);
        sse = stage_dial(&st);
        stage_say(&st, ws, WS_GET);
        stage_say(&st, sse, "GET /events HTTP/1.0\r\n\r\n");
        td_buf_clear(&ws->got);
        td_buf_clear(&sse->got);
        stage_broadcast(&st, &ev);
        stage_broadcast(&st, &id);
        wire_peer_send(st.peers[1], &id);
        wire_peer_send(st.peers[0], &id);
        stage_settle(&st);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&sse->got),
                               all ? "id: tape:1500-9\ndata: a\n\n"
                                     "id: 9\n\nid: 9\n\n"
                                   : "data: a\n\nid: 9\n\nid: 9\n\n");
        CU_ASSERT_EQUAL(ws->got.len, 3);
        stage_tear_down(&st);
    }
}

static void joining_and_held_peers_miss_what_came_before(void)
{
    struct stage st;
    struct raw *first;
    struct raw *second;
    struct td_event ev = stage_event(TD_FORM_TEXT, "", "one");

    stage_set_up(&st, 0, NULL);
    first = stage_dial(&st);
    second = stage_dial(&st);
    stage_say(&st, first, WS_GET);
    wire_server_send(st.server, &ev);
    stage_say(&st, second, WS_GET);
    wire_peer_hold(st.peers[0], true);
    ev.payload = td_text("two");
    wire_server_send(st.server, &ev);
    wire_peer_hold(st.peers[0], false);
    ev.payload = td_text("six");
    stage_broadcast(&st, &ev);
    CU_ASSERT_EQUAL(stage_count(&first->got, "\x81\x03one"), 1);
    CU_ASSERT_EQUAL(stage_count(&first->got, "\x81\x03two"), 0);
    CU_ASSERT_EQUAL(stage_count(&first->got, "\x81\x03six"), 1);
    CU_ASSERT_EQUAL(stage_count(&second->got, "\x81\x03one"), 0);
    CU_ASSERT_EQUAL(stage_count(&second->got, "\x81\x03two"), 1);
    CU_ASSERT_EQUAL(stage_count(&second->got, "\x81\x03six"), 1);
    stage_tear_down(&st);
}

static void slow_peers_press_back_and_are_cut_off(void)
{
    struct wire_server_options options = {.max_queue = 3 << 20};
    struct stage st;
    struct raw *raw;
    char *big = td_calloc(1, 100001);
    struct td_event ev;
    unsigned sent = 0;
    struct td_sink sink;

    memset(big, 'x', 100000);
    ev = stage_event(TD_FORM_TEXT, "", big);
    stage_set_up(&st, 0, &options);
    raw = stage_dial(&st);
    stage_say(&st, raw, WS_GET);
    wire_pause(raw->conn, true);
    sink = wire_server_sink(st.server);
    while (td_sink_put(sink, &ev, NULL) == TD_OK && sent < 100)
        sent++;
    CU_ASSERT_EQUAL(sent, 11); /* the next is not taken */
    stage_settle(&st);
    CU_ASSERT_EQUAL(st.drained, 0);
    wire_pause(raw->conn, false);
    stage_settle(&st);
    CU_ASSERT_EQUAL(st.drained, 1);
    CU_ASSERT_EQUAL(stage_count(&raw->got, "\x81\x7f"), 11);
    wire_pause(raw->conn, true);
    for (unsigned i = 0; i < 40; i++)
        wire_server_send(st.server, &ev);
    CU_ASSERT_EQUAL(st.left, 0);
    stage_settle(&st);
    CU_ASSERT_EQUAL(st.left, 1);
    CU_ASSERT_EQUAL(st.lost, 40);
    CU_ASSERT_TRUE(stage_has(&st.log, "left 7|"));
    wire_server_send(st.server, &ev);
    free(big);
    stage_tear_down(&st);
}

static void peers_over_the_limit_are_refused(void)
{
    struct wire_server_options options = {.max_peers = 1};
    struct stage st;
    struct raw *first;
    struct raw *second;

    stage_set_up(&st, 0, &options);
    first = stage_dial(&st);
    second = stage_dial(&st);
    stage_say(&st, first, WS_GET);
    stage_say(&st, second, WS_GET);
    CU_ASSERT_TRUE(
        stage_has(&second->got, "HTTP/1.1 503 Service Unavailable\r\n"));
    CU_ASSERT_EQUAL(wire_server_peers(st.server), 1);
    wire_abort(first->conn);
    stage_settle(&st);
    CU_ASSERT_EQUAL(st.left, 1);
    stage_tear_down(&st);
}

CU_TestInfo wire_server_server_tests[] = {
    {"requests get their answers", requests_get_their_answers},
    {"slow requests time out", slow_requests_time_out},
    {"WebSocket peers talk", websocket_peers_talk},
    {"WebSocket violations are closed and told",
     websocket_violations_are_closed_and_told},
    {"events cross over", events_cross_over},
    {"ids are sent as they came or made", ids_are_sent_as_they_came_or_made},
    {"joining and held peers miss what came before",
     joining_and_held_peers_miss_what_came_before},
    {"slow peers press back and are cut off",
     slow_peers_press_back_and_are_cut_off},
    {"peers over the limit are refused", peers_over_the_limit_are_refused},
    CU_TEST_INFO_NULL,
};
