/* The client session in common, and over a WebSocket. */
#include "tests/suites.h"
#include "tests/support/client_scene.h"

#include <stdio.h>

#define WS_OPEN                                                                \
    "open j:{\"url\":\"ws://127.0.0.1:80/x\",\"attempt\":1,\"transport\":"     \
    "\"websocket\"}\n"

static void websocket_tells_all_that_the_peer_sends(void)
{
    struct scene s;
    uint8_t close[] = {3, 232, 'b', 'y', 'e'};

    scene_open(&s, &(struct wire_client_options){.url = "ws://127.0.0.1:80/x"});
    accept_upgrade(&s);
    say_frame(&s, WS_TEXT, td_text("{\"a\":1.10}"));
    say_frame(&s, WS_BINARY, td_text("xyz"));
    say_frame(&s, WS_PING, td_text("p"));
    say_frame(&s, WS_PONG, td_text("q"));
    say_frame(&s, WS_CLOSE, td_bytes(close, sizeof(close)));
    until_ended(&s);
    expect_log(&s, WS_OPEN "- t:{\"a\":1.10}\n- b:xyz\nping b:p\n> pong b:p\n"
                           "pong b:q\n"
                           "close j:{\"code\":1000,\"reason\":\"bye\"}\n");
    CU_ASSERT_EQUAL(s.why.code, TD_OK);
    CU_ASSERT_EQUAL(s.ready, 1);
    scene_close(&s);
}

static void websocket_sends_and_closes_in_order(void)
{
    struct scene s;
    struct td_buf frames = {0};
    struct td_event ev = {.payload = td_text("hi")};

    scene_open(&s, &(struct wire_client_options){.url = "ws://127.0.0.1:80/x"});
    CU_ASSERT_EQUAL(wire_client_send(s.client, &ev, NULL), TD_AGAIN);
    accept_upgrade(&s);
    until_logged(&s, "open");
    CU_ASSERT_EQUAL(wire_client_send(s.client, &ev, NULL), TD_OK);
    ev.form = TD_FORM_BYTES;
    CU_ASSERT_EQUAL(wire_client_send(s.client, &ev, NULL), TD_OK);
    ev.kind = td_text(TD_KIND_PING);
    CU_ASSERT_EQUAL(wire_client_send(s.client, &ev, NULL), TD_OK);
    ev.kind = td_text(TD_KIND_RETRY);
    CU_ASSERT_EQUAL(wire_client_send(s.client, &ev, NULL), TD_USAGE);
    wire_client_close(s.client);
    until_frame(&s, "8:");
    read_frames(&s, &frames);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&frames),
                           "1:0:hi 2:0:hi 9:0:hi 8:1000: ");
    say_frame(&s, WS_CLOSE, td_bytes("\x03\xe8", 2));
    until_ended(&s);
    CU_ASSERT_EQUAL(s.why.code, TD_OK);
    expect_log(&s, WS_OPEN "close j:{\"code\":1000,\"reason\":\"\"}\n");
    td_buf_release(&frames);
    scene_close(&s);
}

static void broken_frames_get_the_right_close_code(void)
{
    static const struct {
        const char *name;
        const char *bytes;
        size_t len;
        unsigned code;
    } rows[] = {
        {"RSV bit", "\xc1\x00", 2, 1002},
        {"masked by a server", "\x81\x80....", 6, 1002},
        {"unknown opcode", "\x83\x00", 2, 1002},
        {"bad UTF-8", "\x81\x01\xff", 3, 1007},
        {"too big", "\x82\x7e\x10\x01", 4, 1009},
        {"close code 1005", "\x88\x02\x03\xed", 4, 1002},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;
        struct td_buf frames = {0};
        char wanted[16];

        scene_open(&s, &(struct wire_client_options){
                           .url = "ws://127.0.0.1:80/x", .max_message = 4096});
        accept_upgrade(&s);
        until_logged(&s, "open");
        (void)wire_write(s.server.conn, td_bytes(rows[i].bytes, rows[i].len));
        until_ended(&s);
        until_frame(&s, "8:");
        read_frames(&s, &frames);
        (void)snprintf(wanted, sizeof(wanted), "8:%u:", rows[i].code);
        if (strncmp(td_buf_str(&frames), wanted, strlen(wanted)) != 0)
            printf("\n    row \"%s\": %s\n", rows[i].name, td_buf_str(&frames));
        CU_ASSERT_EQUAL(strncmp(td_buf_str(&frames), wanted, strlen(wanted)),
                        0);
        CU_ASSERT_TRUE(logged(&s, "bad j:{\"why\":"));
        CU_ASSERT_TRUE(logged(&s, "close j:{\"code\":"));
        CU_ASSERT_NOT_EQUAL(s.why.code, TD_OK);
        td_buf_release(&frames);
        scene_close(&s);
    }
}

static void handshake_that_fails_says_why(void)
{
    static const struct {
        const char *url;
        const char *answer;
        const char *text;
    } rows[] = {
        {"ws://127.0.0.1:80/x", "HTTP/1.1 404 Not Found\r\n\r\n", "404"},
        {"ws://127.0.0.1:80/x", "HTTP/1.1 403 Forbidden\r\n\r\n", "403"},
        {"ws://127.0.0.1:80/x", "HTTP/1.1 200 OK\r\n\r\n", "200"},
        {"ws://127.0.0.1:80/x", "SSH-2.0-OpenSSH\r\n\r\n", "HTTP"},
        {"ws://127.0.0.1:80/x",
         "HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: no\r\n\r\n",
         "Sec-WebSocket-Accept"},
        {"http://127.0.0.1:80/", "HTTP/1.1 404 Not Found\r\n\r\n", "404"},
        {"http://127.0.0.1:80/",
         "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
         "text/event-stream"},
        {"http://127.0.0.1:80/", "HTTP/1.1 302 Found\r\n\r\n", "Location"},
        {"http://127.0.0.1:80/",
         "HTTP/1.1 302 Found\r\nLocation: ftp://a/\r\n\r\n", "not HTTP"},
        {"http://127.0.0.1:80/", "\x16\x03\x01", "HTTP"},
        {"http://127.0.0.1:80/",
         "HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\n\r\n",
         "two Locations"},
        {"http://127.0.0.1:80/",
         "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
         "Content-Encoding: identity\r\nContent-Encoding: br\r\n\r\n",
         "compressed"},
        {"http://127.0.0.1:80/",
         "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 101 x\r\n"
         "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
         "switches"},
        {"sio://127.0.0.1:80/",
         "HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
         "switches"},
        {"ws://127.0.0.1:80/x",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n", "404"},
        {"sio://127.0.0.1:80/",
         "HTTP/1.1 400 Bad Request\r\nContent-Length: 52\r\n\r\n"
         "{\"code\":5,\"message\":\"Unsupported protocol version\"}\n",
         "HTTP 400: {\"code\":5,"},
        {"sio://127.0.0.1:80/",
         "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n4a", "handshake"},
        {"sio://127.0.0.1:80/",
         "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n0{}", "session id"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;

        scene_open(&s, &(struct wire_client_options){
                           .url = rows[i].url, .reconnect = {.attempts = 9}});
        until_server(&s, "\r\n\r\n");
        say(&s, rows[i].answer);
        until_ended(&s);
        if (!strstr(s.why.text, rows[i].text))
            printf("\n    row %zu: %s\n", i, s.why.text);
        CU_ASSERT_EQUAL(s.why.code, TD_PROTOCOL);
        CU_ASSERT_PTR_NOT_NULL(strstr(s.why.text, rows[i].text));
        CU_ASSERT_STRING_EQUAL(s.why.where, rows[i].url);
        CU_ASSERT_EQUAL(s.ready, 0);
        CU_ASSERT_FALSE(logged(&s, "open"));
        scene_close(&s);
    }
}

/* RFC 9110, 15.2: a client passes over answers that are not final. */
static void interim_answers_are_passed_over(void)
{
    static const char *const urls[] = {"ws://127.0.0.1:80/x",
                                       "http://127.0.0.1:80/x"};

    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct scene s;

        scene_open(&s, &(struct wire_client_options){.url = urls[i]});
        until_server(&s, "\r\n\r\n");
        say(&s, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
                "Link: </a>; rel=preload\r\nContent-Length: 9\r\n\r\n");
        if (i == 0) {
            accept_upgrade(&s);
            say_frame(&s, WS_TEXT, td_text("one"));
        } else {
            say(&s, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\t;a=b"
                    "\r\n\r\ndata: one\n\n");
        }
        until_logged(&s, "one");
        CU_ASSERT_EQUAL(s.ready, 1);
        CU_ASSERT_FALSE(logged(&s, "bad"));
        scene_close(&s);
    }
}

/* RFC 9110, 10.2.3: not before the server wants to see us again. */
static void retry_after_is_waited_for(void)
{
    static const char *const urls[] = {
        "ws://127.0.0.1:80/x", "http://127.0.0.1:80/x", "sio://127.0.0.1:80/"};

    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct scene s;
        uint64_t start;

        scene_open(&s, &(struct wire_client_options){
                           .url = urls[i], .reconnect = {.attempts = 2}});
        until_server(&s, "\r\n\r\n");
        td_buf_clear(&s.server.got);
        start = wire_now(s.net);
        say(&s, "HTTP/1.1 503 Busy\r\nRetry-After: 90\r\n"
                "Content-Length: 0\r\n\r\n");
        until_server(&s, "\r\n\r\n");
        CU_ASSERT(wire_now(s.net) - start >= 90 * TD_NS_PER_S);
        td_buf_clear(&s.server.got);
        start = wire_now(s.net);
        say(&s, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
        until_server(&s, "\r\n\r\n");
        CU_ASSERT(wire_now(s.net) - start <= 4 * TD_NS_PER_S);
        scene_close(&s);
    }
}

static void credentials_are_sent_and_never_shown(void)
{
    static const char *const headers[] = {"X-Key: k1", "Cookie: c=1", NULL};
    struct scene s;

    scene_open(&s, &(struct wire_client_options){
                       .url = "ws://me:s3cret@127.0.0.1:80/x?token=t0ken",
                       .headers = headers});
    until_server(&s, "\r\n\r\n");
    CU_ASSERT_TRUE(server_got(&s, "\r\nAuthorization: Basic bWU6czNjcmV0\r\n"));
    CU_ASSERT_TRUE(server_got(&s, "GET /x?token=t0ken HTTP/1.1\r\n"));
    CU_ASSERT_TRUE(server_got(&s, "\r\nX-Key: k1\r\nCookie: c=1\r\n"));
    accept_upgrade(&s);
    until_logged(&s, "open");
    CU_ASSERT_FALSE(logged(&s, "s3cret"));
    CU_ASSERT_FALSE(logged(&s, "t0ken"));
    scene_close(&s);
}

static void bad_options_are_refused_at_once(void)
{
    static const char *const split[] = {"A: b\r\nC: d", NULL};
    static const char *const nameless[] = {": b", NULL};
    static const char *const own[] = {"X: y", "connection: close", NULL};
    static const char *const protocol[] = {"Sec-WebSocket-Protocol: a", NULL};
    const struct wire_client_options rows[] = {
        {.url = "nonsense"},
        {.url = "http://127.0.0.1/", .headers = own},
        {.url = "ws://127.0.0.1/", .headers = protocol},
        {.url = "ws://127.0.0.1/", .headers = split},
        {.url = "ws://127.0.0.1/", .headers = nameless},
        {.url = "sio://127.0.0.1/", .auth = "[1]"},
        {.url = "sio://127.0.0.1/", .path = "/a\r\nb"},
        {.url = "http://127.0.0.1/", .last_event_id = "1\n2"},
    };
    struct td_clock clock;
    struct wire_net *net;

    td_clock_virtual(&clock, TD_NS_PER_S, 0);
    net = wire_mem_open(&clock, 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct wire_client *client = NULL;
        struct td_error err = {0};

        CU_ASSERT_EQUAL(
            wire_client_open(net, &rows[i], &scene_events, NULL, &client, &err),
            TD_USAGE);
        CU_ASSERT_NOT_EQUAL(err.text[0], '\0');
    }
    wire_net_close(net);
}

static void reconnects_with_growing_pauses_then_gives_up(void)
{
    struct scene s;
    struct td_rand rand;
    uint64_t start;

    td_rand_seeded(&rand, 7);
    scene_open(&s, &(struct wire_client_options){
                       .url = "ws://127.0.0.1:81/", /* nobody listens */
                       .rand = &rand,
                       .reconnect = {.attempts = 5,
                                     .min_ns = TD_NS_PER_S,
                                     .max_ns = 4 * TD_NS_PER_S}});
    start = wire_now(s.net);
    until_ended(&s);
    /* 1, 2, 4, 4, 4 s; chance adds to those below the most. */
    CU_ASSERT(wire_now(s.net) - start >= 15 * TD_NS_PER_S);
    CU_ASSERT(wire_now(s.net) - start <= 165 * TD_NS_PER_S / 10);
    CU_ASSERT_EQUAL(s.why.code, TD_IO);
    CU_ASSERT_STRING_EQUAL(s.why.where, "ws://127.0.0.1:81/");
    scene_close(&s);
}

static void lost_connection_is_told_and_made_again(void)
{
    struct scene s;

    scene_open(&s, &(struct wire_client_options){.url = "ws://127.0.0.1:80/x",
                                                 .reconnect = {.attempts = 1}});
    accept_upgrade(&s);
    until_logged(&s, "open");
    say_frame(&s, WS_TEXT, td_text("one"));
    until_logged(&s, "one");
    wire_abort(s.server.conn);
    until_logged(&s, "close j:{\"code\":1006,");
    accept_upgrade(&s);
    until_logged(&s, "\"attempt\":2");
    CU_ASSERT_EQUAL(s.ready, 2);
    scene_close(&s);
}

static void pause_outlives_a_reconnection(void)
{
    struct scene s;

    scene_open(&s, &(struct wire_client_options){.url = "ws://127.0.0.1:80/x",
                                                 .reconnect = {.attempts = 1}});
    accept_upgrade(&s);
    until_logged(&s, "open");
    wire_abort(s.server.conn);
    until_logged(&s, "close");
    wire_client_pause(s.client, true);
    accept_upgrade(&s);
    until_logged(&s, "\"attempt\":2");
    say_frame(&s, WS_TEXT, td_text("held back"));
    for (int i = 0; i < 100; i++)
        (void)wire_mem_turn(s.net);
    CU_ASSERT_FALSE(logged(&s, "held back"));
    wire_client_pause(s.client, false);
    until_logged(&s, "held back");
    scene_close(&s);
}

static void idle_stream_times_out(void)
{
    struct scene s;
    uint64_t start;

    scene_open(&s, &(struct wire_client_options){.url = "ws://127.0.0.1:80/x",
                                                 .idle_ns = 3 * TD_NS_PER_S});
    accept_upgrade(&s);
    until_logged(&s, "open");
    start = wire_now(s.net);
    until_ended(&s);
    CU_ASSERT_EQUAL(s.why.code, TD_TIMEOUT);
    CU_ASSERT_EQUAL(wire_now(s.net) - start, 3 * TD_NS_PER_S);
    scene_close(&s);
}

static void server_that_never_answers_times_out(void)
{
    struct scene s;

    scene_open(&s, &(struct wire_client_options){.url = "ws://127.0.0.1:80/x"});
    until_ended(&s);
    CU_ASSERT_EQUAL(s.why.code, TD_TIMEOUT);
    scene_close(&s);
}

static void client_may_be_freed_inside_an_event(void)
{
    struct scene s;

    scene_open(&s, &(struct wire_client_options){.url = "ws://127.0.0.1:80/x"});
    accept_upgrade(&s);
    s.free_on_event = true;
    until_logged(&s, "open");
    CU_ASSERT_PTR_NULL(s.client);
    CU_ASSERT_EQUAL(s.ended, 0);
    scene_close(&s);
}

CU_TestInfo wire_client_client_tests[] = {
    {"websocket tells all that the peer sends",
     websocket_tells_all_that_the_peer_sends},
    {"websocket sends and closes in order",
     websocket_sends_and_closes_in_order},
    {"broken frames get the right close code",
     broken_frames_get_the_right_close_code},
    {"handshake that fails says why", handshake_that_fails_says_why},
    {"interim answers are passed over", interim_answers_are_passed_over},
    {"retry-after is waited for", retry_after_is_waited_for},
    {"credentials are sent and never shown",
     credentials_are_sent_and_never_shown},
    {"bad options are refused at once", bad_options_are_refused_at_once},
    {"reconnects with growing pauses then gives up",
     reconnects_with_growing_pauses_then_gives_up},
    {"lost connection is told and made again",
     lost_connection_is_told_and_made_again},
    {"pause outlives a reconnection", pause_outlives_a_reconnection},
    {"idle stream times out", idle_stream_times_out},
    {"server that never answers times out",
     server_that_never_answers_times_out},
    {"client may be freed inside an event",
     client_may_be_freed_inside_an_event},
    CU_TEST_INFO_NULL,
};
