/* The client session of Socket.IO. */
#include "tests/suites.h"
#include "tests/support/client_scene.h"

#include <stdio.h>

#define SIO_OPEN                                                               \
    "0{\"sid\":\"abc\",\"upgrades\":[],\"pingInterval\":25000,"                \
    "\"pingTimeout\":20000,\"maxPayload\":1000}"

static void scene_sio(struct scene *s, struct wire_client_options options)
{
    options.websocket_only = true;
    options.url = "sio://127.0.0.1:80/chat";
    scene_open(s, &options);
    until_server(s, "\r\n\r\n");
    CU_ASSERT_TRUE(server_got(
        s, "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"));
    accept_upgrade(s);
    say_frame(s, WS_TEXT, td_text(SIO_OPEN));
    until_frame(s, "1:0:40/chat");
}

static void socket_io_joins_talks_and_leaves(void)
{
    static const char *const more[] = {"/", NULL};
    struct td_event ev = {.form = TD_FORM_JSON,
                          .ns = td_text("/chat"),
                          .name = td_text("up"),
                          .id = td_text("5"),
                          .payload = td_text("[\"up\",1]")};
    struct td_buf frames = {0};
    struct scene s;

    scene_sio(&s, (struct wire_client_options){.auth = "{\"t\":1}",
                                               .namespaces = more,
                                               .answer_acks = true});
    say_frame(&s, WS_TEXT, td_text("40/chat,{\"sid\":\"x\"}"));
    until_logged(&s, "connect");
    CU_ASSERT_EQUAL(s.ready, 0);
    say_frame(&s, WS_TEXT, td_text("40{\"sid\":\"y\"}"));
    say_frame(&s, WS_TEXT, td_text("2"));
    say_frame(&s, WS_TEXT, td_text("42/chat,3[\"hi\",1.10]"));
    say_frame(&s, WS_TEXT,
              td_text("451-[\"b\",{\"_placeholder\":true,\"num\":0}]"));
    say_frame(&s, WS_BINARY, td_text("abc"));
    until_logged(&s, "YWJj");
    CU_ASSERT_EQUAL(s.ready, 1);
    CU_ASSERT_EQUAL(wire_client_send(s.client, &ev, NULL), TD_OK);
    wire_client_close(s.client);
    until_frame(&s, "8:");
    read_frames(&s, &frames);
    CU_ASSERT_STRING_EQUAL(
        td_buf_str(&frames),
        "1:0:40/chat,{\"t\":1} 1:0:40{\"t\":1} 1:0:3 1:0:43/chat,3[] "
        "1:0:42/chat,5[\"up\",1] 1:0:41 1:0:41/chat, 8:1000: ");
    say_frame(&s, WS_CLOSE, td_bytes("\x03\xe8", 2));
    until_ended(&s);
    CU_ASSERT_EQUAL(s.why.code, TD_OK);
    expect_log(
        &s,
        "open j:{\"url\":\"sio://127.0.0.1:80/chat\",\"attempt\":1,"
        "\"transport\":\"websocket\",\"sid\":\"abc\",\"ping_interval_ms\":"
        "25000,"
        "\"ping_timeout_ms\":20000,\"max_payload\":1000}\n"
        "connect ns=/chat j:{\"sid\":\"x\"}\nconnect j:{\"sid\":\"y\"}\n"
        "ping t:\n> pong t:\n- ns=/chat name=hi id=3 j:[\"hi\",1.10]\n"
        "> - ns=/chat ack=3 j:[]\n"
        "- name=b att=[\"YWJj\"] j:[\"b\",{\"_placeholder\":true,\"num\":0}]\n"
        "close j:{\"code\":1000,\"reason\":\"\"}\n");
    td_buf_release(&frames);
    scene_close(&s);
}

static void socket_io_failures_say_why(void)
{
    static const struct {
        const char *frame;
        enum td_code code;
        const char *text;
    } rows[] = {
        {"44/chat,{\"message\":\"no\"}", TD_PROTOCOL, "{\"message\":\"no\"}"},
        {"42[\"connect\"]", TD_PROTOCOL, "reserved"},
        {"49", TD_PROTOCOL, "packet type"},
        {"9", TD_PROTOCOL, "packet type"},
        {"", TD_PROTOCOL, "empty"},
        {"1", TD_OK, ""},
        {NULL, TD_TIMEOUT, "in time"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;

        scene_sio(&s, (struct wire_client_options){.connect_ns = TD_NS_PER_S});
        if (rows[i].frame)
            say_frame(&s, WS_TEXT, td_text(rows[i].frame));
        until_ended(&s);
        if (s.why.code != rows[i].code || !strstr(s.why.text, rows[i].text))
            printf("\n    row %zu: %s\n", i, s.why.text);
        CU_ASSERT_EQUAL(s.why.code, rows[i].code);
        CU_ASSERT_PTR_NOT_NULL(strstr(s.why.text, rows[i].text));
        CU_ASSERT_TRUE(logged(&s, "\nclose j:"));
        scene_close(&s);
    }
}

static void silent_server_is_found_out(void)
{
    struct scene s;
    uint64_t start;

    scene_sio(&s, (struct wire_client_options){0});
    say_frame(&s, WS_TEXT, td_text("40/chat,{\"sid\":\"x\"}"));
    until_logged(&s, "connect");
    start = wire_now(s.net);
    until_ended(&s);
    CU_ASSERT_EQUAL(s.why.code, TD_TIMEOUT);
    CU_ASSERT(wire_now(s.net) - start >= 44 * TD_NS_PER_S);
    CU_ASSERT(wire_now(s.net) - start <= 46 * TD_NS_PER_S);
    scene_close(&s);
}

static void message_beyond_the_servers_limit_is_refused(void)
{
    char big[2001];
    struct scene s;
    struct td_error err = {0};
    struct td_event ev = {.ns = td_text("/chat"), .form = TD_FORM_TEXT};

    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    ev.payload = td_text(big);
    scene_sio(&s, (struct wire_client_options){.answer_acks = true});
    say_frame(&s, WS_TEXT, td_text("40/chat,{\"sid\":\"x\"}"));
    until_logged(&s, "connect");
    CU_ASSERT_EQUAL(wire_client_send(s.client, &ev, &err), TD_LIMIT);
    say_frame(&s, WS_TEXT, td_text("42/chat,7[\"still there?\"]"));
    until_frame(&s, "1:0:43/chat,7[]");
    CU_ASSERT_TRUE(logged(&s, "> - ns=/chat ack=7 j:[]\n"));
    ev.payload = td_text("ok");
    CU_ASSERT_EQUAL(wire_client_send(s.client, &ev, &err), TD_OK);
    scene_close(&s);
}

CU_TestInfo wire_client_sio_tests[] = {
    {"Socket.IO joins talks and leaves", socket_io_joins_talks_and_leaves},
    {"Socket.IO failures say why", socket_io_failures_say_why},
    {"silent server is found out", silent_server_is_found_out},
    {"message beyond the server's limit is refused",
     message_beyond_the_servers_limit_is_refused},
    CU_TEST_INFO_NULL,
};
