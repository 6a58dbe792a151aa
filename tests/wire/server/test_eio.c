/* Engine.IO by itself: sessions are peers, messages are events. */
#include "tests/suites.h"
#include "tests/support/stage.h"

#include <stdio.h>

#define EIO_GET "GET /e/?EIO=4&transport=websocket HTTP/1.1\r\n" WS_FIELDS

static const struct wire_server_options plain = {
    .sio_path = "/e", .engine_io = true, .max_message = 1000};

static void messages_are_events_both_ways(void)
{
    static const size_t chunks[] = {1, 0};

    for (size_t k = 0; k < 2; k++) {
        struct stage st;
        struct raw *raw;
        struct td_event ev = stage_event(TD_FORM_JSON, "", "{\"a\": 1.10}");

        stage_set_up(&st, chunks[k], &plain);
        raw = stage_dial(&st);
        stage_say(&st, raw, EIO_GET);
        CU_ASSERT_TRUE(stage_has(&raw->got, "0{\"sid\":"));
        stage_say_frame(&st, raw, WS_TEXT, "4hi");
        stage_say_frame(&st, raw, WS_BINARY, "by");
        stage_broadcast(&st, &ev);
        CU_ASSERT_TRUE(stage_has(&raw->got, "\x81\x0c"
                                            "4{\"a\": 1.10}"));
        ev = stage_event(TD_FORM_BYTES, "", "raw");
        wire_peer_send(st.peers[0], &ev);
        stage_settle(&st);
        CU_ASSERT_TRUE(stage_has(&raw->got, "\x82\x03raw"));
        stage_say_frame(&st, raw, WS_TEXT, "1");
        CU_ASSERT_STRING_EQUAL(td_buf_str(&st.log),
                               "joined 3 /|hi|by b|left 0|");
        CU_ASSERT_EQUAL(st.lost, 0);
        stage_tear_down(&st);
    }
}

static void polls_carry_them_too(void)
{
    struct stage st;
    struct raw *raw;
    struct td_event one = stage_event(TD_FORM_TEXT, "", "one");
    struct td_event two = stage_event(TD_FORM_BYTES, "", "two");
    char get[300];
    char post[300];
    const char *sid;

    stage_set_up(&st, 0, &plain);
    raw = stage_dial(&st);
    stage_say(&st, raw,
              "GET /e/?EIO=4&transport=polling HTTP/1.1\r\n" H "\r\n");
    sid = strstr(td_buf_str(&raw->got), "\"sid\":\"");
    CU_ASSERT_PTR_NOT_NULL_FATAL(sid);
    sid += strlen("\"sid\":\"");
    (void)snprintf(
        get, sizeof(get),
        "GET /e/?EIO=4&transport=polling&sid=%.36s HTTP/1.1\r\n" H "\r\n", sid);
    (void)snprintf(post, sizeof(post),
                   "POST /e/?EIO=4&transport=polling&sid=%.36s HTTP/1.1\r\n" H
                   "Content-Length: 8\r\n\r\n4a\x1e"
                   "bAQID",
                   sid);
    stage_say(&st, raw, post);
    CU_ASSERT_TRUE(stage_has(&st.log, "joined 3 /|a|\x01\x02\x03 b|"));
    wire_server_send(st.server, &one);
    wire_server_send(st.server, &two);
    stage_settle(&st);
    stage_say(&st, raw, get);
    CU_ASSERT_TRUE(stage_has(&raw->got, "4one\x1e"
                                        "bdHdv"));
    wire_server_send(st.server, &one);
    wire_abort(raw->conn);
    stage_run_for(&st, 60 * TD_NS_PER_S);
    (void)snprintf(get, sizeof(get), "left %d|", TD_TIMEOUT);
    CU_ASSERT_TRUE(stage_has(&st.log, get));
    CU_ASSERT_EQUAL(st.lost, 1);
    stage_tear_down(&st);
}

static void its_token_comes_with_the_request(void)
{
    struct wire_server_options options = plain;
    struct stage st;

    options.access.token = "sesame";
    stage_set_up(&st, 0, &options);
    stage_say(&st, stage_dial(&st), EIO_GET);
    CU_ASSERT_TRUE(stage_has(&st.raws[0].got, "HTTP/1.1 401 Unauthorized\r\n"));
    CU_ASSERT_EQUAL(st.refused, 401);
    stage_say(&st, stage_dial(&st),
              "GET /e/?EIO=4&transport=websocket&token=sesame "
              "HTTP/1.1\r\n" WS_FIELDS);
    CU_ASSERT_TRUE(stage_has(&st.raws[1].got, "0{\"sid\":"));
    CU_ASSERT_EQUAL(st.joined, 1);
    stage_tear_down(&st);
}

static void it_ends_in_order(void)
{
    struct stage st;
    struct td_event ev = stage_event(TD_FORM_TEXT, "", "last");

    stage_set_up(&st, 0, &plain);
    stage_say(&st, stage_dial(&st), EIO_GET);
    wire_server_send(st.server, &ev);
    wire_server_finish(st.server, stage_on_done);
    stage_run_for(&st, 10 * TD_NS_PER_S);
    CU_ASSERT_TRUE(stage_has(&st.raws[0].got, "\x81\x05"
                                              "4last\x88\x02\x03\xe8"));
    CU_ASSERT_TRUE(st.done);
    CU_ASSERT_EQUAL(st.lost, 0);
    stage_tear_down(&st);
}

CU_TestInfo wire_server_eio_tests[] = {
    {"messages are events both ways", messages_are_events_both_ways},
    {"polls carry them too", polls_carry_them_too},
    {"its token comes with the request", its_token_comes_with_the_request},
    {"it ends in order", it_ends_in_order},
    CU_TEST_INFO_NULL,
};
