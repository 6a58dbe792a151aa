/* A server whose requests are all the owner's, who stands for another one. */
#include "tests/suites.h"
#include "tests/support/stage.h"
#include "wire/server/request.h"

#define COUNT(a) (sizeof(a) / sizeof(a[0]))

/* /up speaks WebSocket, with the field or without what may be sent; all else
 * is kept open. */
static bool on_request(void *ctx, struct wire_request *request)
{
    struct stage *st = ctx;
    const struct wire_request_info *info = wire_request_info(request);
    const struct wire_response_field fields[] = {{"X-A", td_text("a")},
                                                 {"Connection", td_text("x")}};
    struct wire_upgrade how = {.fields = fields,
                               .field_count = 1,
                               .protocol = td_text("two"),
                               .peer_ctx = st};
    struct td_error err;

    (void)td_buf_add_bytes(&st->log, info->head->method);
    (void)td_buf_add_byte(&st->log, '|');
    if (!td_bytes_is(info->head->path, "/up")) {
        st->open[st->asked++ % 8] = request;
        return true;
    }
    how.field_count = 2;
    CU_ASSERT_EQUAL(wire_request_upgrade(request, &how, &err), TD_USAGE);
    how.field_count = 1;
    (void)td_buf_addf(&st->log, "%d|",
                      wire_request_upgrade(request, &how, &err) == TD_OK);
    return true;
}

static const struct wire_server_events owner = {.request = on_request};
static const struct wire_server_options all = {.owner_routes = true,
                                               .max_message = 1000};

static void every_request_is_the_owners(void)
{
    static const char *const requests[] = {
        "OPTIONS /a HTTP/1.1\r\n" H "Origin: http://localhost:1\r\n"
        "Access-Control-Request-Method: PUT\r\n\r\n",
        "GET /events HTTP/1.1\r\n" H "Accept: text/event-stream\r\n\r\n",
        "POST /socket.io/?EIO=4 HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\nx",
        "BREW /pot HTTP/1.1\r\n" H "\r\n",
    };
    struct stage st;

    stage_set_up_owner(&st, 0, &all, &owner);
    for (size_t i = 0; i < COUNT(requests); i++)
        stage_say(&st, stage_dial(&st), requests[i]);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&st.log), "OPTIONS|GET|POST|BREW|");
    CU_ASSERT_EQUAL(st.asked, COUNT(requests));
    stage_tear_down(&st);
}

static void an_answer_is_as_its_owner_says(void)
{
    static const struct wire_response_field fields[] = {
        {"etag", {(const uint8_t *)"x", 1}}};
    static const struct {
        const char *request;
        struct wire_response response;
        const char *answer;
    } rows[] = {
        {"GET / HTTP/1.1\r\n" H "Origin: http://localhost:1\r\n\r\n",
         {.status = 299,
          .reason = {(const uint8_t *)"Fine", 4},
          .fields = fields,
          .field_count = 1,
          .as_is = true,
          .body = {(const uint8_t *)"b", 1}},
         "HTTP/1.1 299 Fine\r\netag: x\r\nContent-Length: 1\r\n\r\nb"},
        {"HEAD / HTTP/1.1\r\n" H "\r\n",
         {.status = 200, .as_is = true, .has_length = true, .length = 77},
         "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n"},
        {"HEAD / HTTP/1.1\r\n" H "\r\n",
         {.status = 200, .as_is = true},
         "HTTP/1.1 200 OK\r\n\r\n"},
        {"GET / HTTP/1.1\r\n" H "\r\n",
         {.status = 204, .as_is = true, .last = true},
         "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct stage st;

        stage_set_up_owner(&st, 0, &all, &owner);
        stage_say(&st, stage_dial(&st), rows[i].request);
        CU_ASSERT_EQUAL(
            wire_request_answer(st.open[0], &rows[i].response, NULL), TD_OK);
        stage_settle(&st);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&st.raws[0].got), rows[i].answer);
        CU_ASSERT_EQUAL(st.raws[0].closed, rows[i].response.last);
        stage_tear_down(&st);
    }
}

static void a_reason_is_one_line(void)
{
    struct wire_response no = {.status = 200, .reason = td_text("a\r\nb: c")};
    struct stage st;
    struct td_error err;

    stage_set_up_owner(&st, 0, &all, &owner);
    stage_say(&st, stage_dial(&st), "GET / HTTP/1.1\r\n" H "\r\n");
    CU_ASSERT_EQUAL(wire_request_answer(st.open[0], &no, &err), TD_USAGE);
    stage_tear_down(&st);
}

static void pieces_may_have_a_length_or_trailers(void)
{
    static const struct wire_response_field trailers[] = {
        {"X-Sum", {(const uint8_t *)"1", 1}}};
    static const struct wire_response_field bad[] = {
        {"X-Sum", {(const uint8_t *)"1\r\n", 3}}};
    static const struct {
        bool has_length;
        uint64_t length;
        const struct wire_response_field *trailers;
        const char *answer;
        bool closed;
    } rows[] = {
        {true, 4, trailers, "Content-Length: 4\r\n\r\nabcd", false},
        {true, 3, NULL, "Content-Length: 3\r\n\r\nabc", false},
        {true, 5, NULL, "Content-Length: 5\r\n\r\nabcd", true},
        {false, 0, trailers,
         "chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\nX-Sum: 1\r\n\r\n", false},
        {false, 0, bad, "2\r\ncd\r\n0\r\n\r\n", false},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct wire_response head = {.status = 200,
                                     .as_is = true,
                                     .has_length = rows[i].has_length,
                                     .length = rows[i].length,
                                     .body = td_text("ab")};
        struct stage st;
        const char *end;

        stage_set_up_owner(&st, 0, &all, &owner);
        stage_say(&st, stage_dial(&st), "GET / HTTP/1.1\r\n" H "\r\n");
        CU_ASSERT_EQUAL(wire_request_begin(st.open[0], &head, NULL), TD_OK);
        CU_ASSERT_EQUAL(wire_request_write(st.open[0], td_text("cd")), TD_OK);
        wire_request_end_with(st.open[0], rows[i].trailers,
                              rows[i].trailers ? 1 : 0);
        stage_settle(&st);
        CU_ASSERT_TRUE(stage_has(&st.raws[0].got, rows[i].answer));
        end = strstr(td_buf_str(&st.raws[0].got), rows[i].answer);
        CU_ASSERT(end && strlen(end) == strlen(rows[i].answer));
        CU_ASSERT_EQUAL(st.raws[0].closed, rows[i].closed);
        stage_tear_down(&st);
    }
}

static void an_answer_is_cut_behind_what_was_written(void)
{
    struct wire_response head = {.status = 200, .body = td_text("ab")};
    struct stage st;

    stage_set_up_owner(&st, 0, &all, &owner);
    stage_say(&st, stage_dial(&st), "GET / HTTP/1.1\r\n" H "\r\n");
    CU_ASSERT_EQUAL(wire_request_begin(st.open[0], &head, NULL), TD_OK);
    wire_request_cut(st.open[0], true); /* something waits */
    stage_settle(&st);
    CU_ASSERT_TRUE(stage_has(&st.raws[0].got, "\r\n\r\n2\r\nab\r\n"));
    CU_ASSERT_PTR_NULL(strstr(td_buf_str(&st.raws[0].got), "0\r\n\r\n"));
    CU_ASSERT_TRUE(st.raws[0].closed);
    stage_tear_down(&st);
}

static void a_request_becomes_a_websocket(void)
{
    static const size_t chunks[] = {1, 0};

    for (size_t i = 0; i < COUNT(chunks); i++) {
        struct td_event ev = stage_event(TD_FORM_TEXT, "", "hello");
        struct stage st;
        struct raw *raw;

        stage_set_up_owner(&st, chunks[i], &all, &owner);
        raw = stage_dial(&st);
        stage_say(
            &st, raw,
            "GET /up HTTP/1.1\r\nSec-WebSocket-Protocol: one, two\r\n" WS_FIELDS
            "\x81\x82\1\2\3\4\x69\x6b"); /* "hi" */
        stage_settle(&st);
        CU_ASSERT_TRUE(
            stage_has(&raw->got, "HTTP/1.1 101 Switching Protocols\r\n"));
        CU_ASSERT_TRUE(
            stage_has(&raw->got, "Sec-WebSocket-Protocol: two\r\nX-A: a\r\n"));
        CU_ASSERT_EQUAL_FATAL(st.joined, 1);
        CU_ASSERT_TRUE(stage_has(&st.log, "hi"));
        CU_ASSERT_PTR_EQUAL(wire_peer_ctx(st.peers[0]), &st);
        wire_peer_send(st.peers[0], &ev);
        wire_peer_close(st.peers[0], 1008, "no");
        stage_settle(&st);
        CU_ASSERT_TRUE(stage_has(&raw->got, "\x81\x05hello\x88\x04\x03\xf0no"));
        CU_ASSERT_TRUE(raw->closed);
        CU_ASSERT_EQUAL(st.left, 1);
        stage_tear_down(&st);
    }
}

static void a_websocket_is_cut_behind_what_is_queued(void)
{
    struct td_event ev = stage_event(TD_FORM_TEXT, "", "hello");
    struct stage st;
    struct raw *raw;

    stage_set_up_owner(&st, 0, &all, &owner);
    raw = stage_dial(&st);
    stage_say(&st, raw, "GET /up HTTP/1.1\r\n" WS_FIELDS);
    CU_ASSERT_EQUAL_FATAL(st.joined, 1);
    wire_peer_send(st.peers[0], &ev);
    wire_peer_cut(st.peers[0]);
    stage_settle(&st);
    CU_ASSERT(raw->got.len > 7 &&
              !memcmp(raw->got.ptr + raw->got.len - 7, "\x81\x05hello", 7));
    CU_ASSERT_TRUE(raw->closed);
    CU_ASSERT_EQUAL(st.left, 1);
    stage_tear_down(&st);
}

static void a_handshake_that_is_wrong_is_answered(void)
{
    struct stage st;

    stage_set_up_owner(&st, 0, &all, &owner);
    stage_say(&st, stage_dial(&st),
              "GET /up HTTP/1.1\r\n" H "Upgrade: websocket\r\n\r\n");
    CU_ASSERT_TRUE(stage_has(&st.raws[0].got, "HTTP/1.1 400 "));
    CU_ASSERT_TRUE(stage_has(&st.log, "GET|0|"));
    CU_ASSERT_EQUAL(st.joined, 0);
    stage_tear_down(&st);
}

CU_TestInfo wire_server_owner_tests[] = {
    {"every request is the owner's", every_request_is_the_owners},
    {"an answer is as its owner says", an_answer_is_as_its_owner_says},
    {"a reason is one line", a_reason_is_one_line},
    {"pieces may have a length or trailers",
     pieces_may_have_a_length_or_trailers},
    {"an answer is cut behind what was written",
     an_answer_is_cut_behind_what_was_written},
    {"a request becomes a WebSocket", a_request_becomes_a_websocket},
    {"a WebSocket is cut behind what is queued",
     a_websocket_is_cut_behind_what_is_queued},
    {"a handshake that is wrong is answered",
     a_handshake_that_is_wrong_is_answered},
    CU_TEST_INFO_NULL,
};
