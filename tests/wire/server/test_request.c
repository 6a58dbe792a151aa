/* Requests that the owner answers. */
#include "core/mem.h"
#include "tests/suites.h"
#include "tests/support/stage.h"
#include "wire/server/request.h"

#define COUNT(a) (sizeof(a) / sizeof(a[0]))

/* A part of the path says what the owner does:
 *     /echo     method, path, query, X-A and body come back
 *     /later    it is kept open
 *     /no       it is not the owner's
 */
static enum td_code echo(struct wire_request *request)
{
    const struct wire_request_info *info = wire_request_info(request);
    const struct http_head *head = info->head;
    const struct td_bytes parts[] = {head->method, head->path, head->query,
                                     http_field(head, "X-A"), info->body};
    const struct wire_response_field fields[] = {
        {"Content-Type", td_text("text/plain")}, {"X-B", td_text("b")}};
    struct td_buf body = {0};
    enum td_code code;

    for (size_t i = 0; i < COUNT(parts); i++) {
        if (parts[i].len > 0)
            (void)td_buf_add_bytes(&body, parts[i]);
        (void)td_buf_add_byte(&body, '|');
    }
    code = wire_request_answer(
        request,
        &(struct wire_response){.status = 200,
                                .fields = fields,
                                .field_count = 2,
                                .body = td_buf_bytes(&body)},
        NULL);
    td_buf_release(&body);
    return code;
}

static bool on_request(void *ctx, struct wire_request *request)
{
    struct stage *st = ctx;
    const struct wire_request_info *info = wire_request_info(request);

    CU_ASSERT(*info->address);
    (void)td_buf_addf(&st->log, "%s%s|", info->trusted ? "trusted" : "not",
                      info->blind ? " blind" : "");
    if (td_bytes_is(info->head->path, "/no"))
        return false;
    if (td_bytes_is(info->head->path, "/echo")) {
        CU_ASSERT_EQUAL(echo(request), TD_OK);
    } else {
        st->open[st->asked++ % 8] = request;
    }
    return true;
}

static void on_gone(void *ctx, struct wire_request *request)
{
    struct stage *st = ctx;

    (void)td_buf_add_text(&st->log, "gone|");
    for (unsigned i = 0; i < 8; i++)
        if (st->open[i] == request)
            st->open[i] = NULL;
}

static void on_ready(void *ctx, struct wire_request *request)
{
    struct stage *st = ctx;

    CU_ASSERT_PTR_EQUAL(request, st->open[0]);
    (void)td_buf_add_text(&st->log, "ready|");
}

static const struct wire_server_events owner = {
    .request = on_request, .request_gone = on_gone, .request_ready = on_ready};

static void answer(struct stage *st, unsigned i, const char *text)
{
    struct wire_response response = {.status = 201, .body = td_text(text)};

    CU_ASSERT_EQUAL(wire_request_answer(st->open[i], &response, NULL), TD_OK);
    stage_settle(st);
}

static void all_of_a_request_comes_and_is_answered(void)
{
    static const struct {
        const char *request;
        const char *answer;
    } rows[] = {
        {"POST /echo?a=%20b HTTP/1.1\r\n" H "X-A: x\r\nContent-Length: 4\r\n"
         "\r\nbody",
         "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-B: b\r\n"
         "Cache-Control: no-store\r\nContent-Length: 25\r\n\r\n"
         "POST|/echo|a=%20b|x|body|"},
        {"PUT /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
         "2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n",
         "\r\n\r\nPUT|/echo|||body|"},
        {"DELETE /echo HTTP/1.1\r\n" H "\r\n", "\r\n\r\nDELETE|/echo||||"},
        {"PATCH /echo HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n",
         "\r\n\r\nPATCH|/echo||||"},
        {"POST /echo HTTP/1.1\r\n" H "Expect: 100-continue\r\n"
         "Content-Length: 1\r\n\r\nx",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"},
        {"GET /echo HTTP/1.1\r\n" H "\r\nPOST /echo HTTP/1.1\r\n" H
         "Content-Length: 1\r\n\r\nx",
         "\r\n\r\nGET|/echo||||HTTP/1.1 200 OK\r\n"},
        {"HEAD /echo HTTP/1.1\r\n" H "\r\nGET /x HTTP/1.1\r\n" H
         "Connection: close\r\n\r\n",
         "Content-Length: 14\r\n\r\n"},
        {"GET /echo HTTP/1.0\r\n\r\n",
         "Connection: close\r\n\r\nGET|/echo||||"},
        {"GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
         "Connection: keep-alive\r\n\r\nGET|/echo||||"},
        {"GET /echo HTTP/1.1\r\n" H "Origin: http://localhost:1\r\n\r\n",
         "Access-Control-Allow-Origin: http://localhost:1\r\n"},
        {"POST /no HTTP/1.1\r\n" H "\r\n",
         "HTTP/1.1 405 Method Not Allowed\r\n"},
        {"GET /no HTTP/1.1\r\n" H "\r\n", "HTTP/1.1 404 Not Found\r\n"},
        {"BREW /echo HTTP/1.1\r\n" H "\r\n",
         "HTTP/1.1 501 Not Implemented\r\n"},
        {"POST /echo HTTP/1.1\r\n" H "Content-Length: 1001\r\n\r\n",
         "HTTP/1.1 413 Content Too Large\r\n"},
        {"POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
         "fff\r\n",
         "HTTP/1.1 413 Content Too Large\r\n"},
        {"POST /echo HTTP/1.1\r\n" H "Origin: http://evil.example\r\n\r\n",
         "HTTP/1.1 403 Forbidden\r\n"},
        {"POST /echo HTTP/1.1\r\nHost: evil.example\r\n\r\n",
         "HTTP/1.1 403 Forbidden\r\n"},
        {"OPTIONS /echo HTTP/1.1\r\n" H "Origin: http://localhost:1\r\n"
         "Access-Control-Request-Method: DELETE\r\n\r\n",
         "Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE, "
         "OPTIONS\r\n"},
        {"GET /events HTTP/1.1\r\n" H "\r\n",
         "Content-Type: text/event-stream\r\n"},
        {"POST /socket.io/?EIO=4&transport=polling&sid=x HTTP/1.1\r\n" H
         "Content-Length: 1\r\n\r\nx",
         "{\"code\":1,\"message\":\"Session ID unknown\"}"},
    };
    static const size_t chunks[] = {1, 7, 0};

    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t k = 0; k < COUNT(chunks); k++) {
            struct stage st;
            struct raw *raw;

            stage_set_up_owner(&st, chunks[k], NULL, &owner);
            raw = stage_dial(&st);
            stage_say(&st, raw, rows[i].request);
            CU_ASSERT_TRUE(stage_has(&raw->got, rows[i].answer));
            stage_tear_down(&st);
        }
}

static void heads_that_are_too_long_are_refused(void)
{
    struct stage st;
    char line[9000];

    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\0';
    stage_set_up_owner(&st, 0, NULL, &owner);
    stage_say(&st, stage_dial(&st), "POST /echo HTTP/1.1\r\n" H);
    for (unsigned i = 0; i < 5 && !st.raws[0].closed; i++) {
        static const char *const parts[] = {"X-Y: ", NULL, "\r\n"};

        for (size_t k = 0; k < 3 && !st.raws[0].closed; k++)
            stage_say(&st, &st.raws[0], parts[k] ? parts[k] : line + 2000);
    }
    CU_ASSERT_TRUE(stage_has(&st.raws[0].got, "HTTP/1.1 431 "));
    stage_say(&st, stage_dial(&st), "POST /");
    if (!st.raws[1].closed)
        stage_say(&st, &st.raws[1], line);
    CU_ASSERT_TRUE(stage_has(&st.raws[1].got, "HTTP/1.1 414 "));
    stage_say(&st, stage_dial(&st),
              "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nx");
    stage_run_for(&st, 40 * TD_NS_PER_S);
    CU_ASSERT_TRUE(
        stage_has(&st.raws[2].got, "HTTP/1.1 408 Request Timeout\r\n"));
    CU_ASSERT_EQUAL(st.log.len, 0);
    stage_tear_down(&st);
}

static void answers_may_come_later_and_in_order(void)
{
    struct stage st;
    struct raw *raw;

    stage_set_up_owner(&st, 3, NULL, &owner);
    raw = stage_dial(&st);
    stage_say(&st, raw,
              "POST /later HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\none"
              "GET /echo HTTP/1.1\r\n" H "\r\n"
              "GET /later HTTP/1.1\r\n" H "\r\n");
    CU_ASSERT_EQUAL(st.asked, 1);
    stage_run_for(&st, 200 * TD_NS_PER_S); /* the owner's time is its own */
    CU_ASSERT_EQUAL(raw->got.len, 0);
    CU_ASSERT(td_bytes_is(wire_request_info(st.open[0])->body, "one"));
    answer(&st, 0, "first");
    CU_ASSERT_TRUE(stage_has(&raw->got, "HTTP/1.1 201 Created\r\n"));
    CU_ASSERT_TRUE(stage_has(&raw->got, "firstHTTP/1.1 200 OK\r\n"));
    CU_ASSERT_EQUAL_FATAL(st.asked, 2);
    answer(&st, 1, "third");
    CU_ASSERT_TRUE(stage_has(&raw->got, "GET|/echo||||HTTP/1.1 201 Created"));
    stage_tear_down(&st);
}

static void an_answer_in_pieces_is_chunked(void)
{
    static const struct {
        const char *request;
        const char *answer;
    } rows[] = {
        {"GET /later HTTP/1.1\r\n" H "\r\n",
         "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n4\r\nmore\r\n"
         "0\r\n\r\nHTTP/1.1 200 OK"},
        {"GET /later HTTP/1.0\r\n\r\n", "Connection: close\r\n\r\nonemore"},
        {"HEAD /later HTTP/1.1\r\n" H "\r\n", "\r\n\r\nHTTP/1.1 200 OK"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct wire_response head = {.status = 200, .body = td_text("one")};
        struct stage st;

        stage_set_up_owner(&st, 0, NULL, &owner);
        stage_say(&st, stage_dial(&st), rows[i].request);
        CU_ASSERT_EQUAL(wire_request_begin(st.open[0], &head, NULL), TD_OK);
        stage_say(&st, &st.raws[0], "GET /echo HTTP/1.1\r\n" H "\r\n");
        CU_ASSERT_EQUAL(wire_request_write(st.open[0], td_text("more")), TD_OK);
        CU_ASSERT_EQUAL(wire_request_write(st.open[0], td_text("")), TD_OK);
        wire_request_end(st.open[0]);
        stage_settle(&st);
        CU_ASSERT_TRUE(stage_has(&st.raws[0].got, rows[i].answer));
        stage_tear_down(&st);
    }
}

static void a_reader_that_is_slow_is_waited_for(void)
{
    struct wire_response head = {.status = 200};
    struct stage st;
    struct td_buf big = {0};
    enum td_code code = TD_OK;
    unsigned pieces = 0;

    for (unsigned i = 0; i < 50000; i++)
        (void)td_buf_add_byte(&big, 'x');
    stage_set_up_owner(&st, 0, NULL, &owner);
    stage_say(&st, stage_dial(&st), "GET /later HTTP/1.1\r\n" H "\r\n");
    wire_pause(st.raws[0].conn, true);
    CU_ASSERT_EQUAL(wire_request_begin(st.open[0], &head, NULL), TD_OK);
    while (code == TD_OK && pieces++ < 100) {
        code = wire_request_write(st.open[0], td_buf_bytes(&big));
        stage_settle(&st);
    }
    CU_ASSERT_EQUAL(code, TD_FULL);
    CU_ASSERT_EQUAL(stage_count(&st.log, "ready|"), 0);
    wire_pause(st.raws[0].conn, false);
    stage_settle(&st);
    CU_ASSERT_EQUAL(stage_count(&st.log, "ready|"), 1);
    wire_pause(st.raws[0].conn, true);
    code = TD_OK;
    while (code == TD_OK && pieces++ < 200) {
        code = wire_request_write(st.open[0], td_buf_bytes(&big));
        stage_settle(&st);
    }
    stage_run_for(&st, 70 * TD_NS_PER_S);
    CU_ASSERT_TRUE(stage_has(&st.log, "ready|gone|"));
    CU_ASSERT_PTR_NULL(st.open[0]);
    td_buf_release(&big);
    stage_tear_down(&st);
}

static void who_goes_before_its_answer_is_told(void)
{
    struct stage st;
    struct wire_response head = {.status = 200, .body = td_text("x")};

    stage_set_up_owner(&st, 0, NULL, &owner);
    stage_say(&st, stage_dial(&st), "GET /later HTTP/1.1\r\n" H "\r\n");
    wire_abort(st.raws[0].conn);
    stage_settle(&st);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&st.log), "trusted|gone|");
    stage_say(&st, stage_dial(&st), "GET /later HTTP/1.1\r\n" H "\r\n");
    CU_ASSERT_EQUAL(wire_request_begin(st.open[1], &head, NULL), TD_OK);
    stage_settle(&st);
    wire_request_abort(st.open[1]);
    stage_settle(&st);
    CU_ASSERT_TRUE(st.raws[1].closed);
    CU_ASSERT_EQUAL(stage_count(&st.log, "gone|"), 1);
    stage_say(&st, stage_dial(&st), "GET /later HTTP/1.1\r\n" H "\r\n");
    stage_tear_down(&st); /* the third is open */
}

static void what_cannot_be_sent_is_refused_before(void)
{
    static const struct wire_response_field bad[] = {
        {"X-A", {(const uint8_t *)"a\r\nB: c", 7}},
        {"Content-Length", {(const uint8_t *)"1", 1}},
        {"transfer-encoding", {(const uint8_t *)"chunked", 7}},
        {"Connection", {(const uint8_t *)"close", 5}},
        {"X A", {(const uint8_t *)"a", 1}},
        {"", {(const uint8_t *)"a", 1}},
    };
    static const int statuses[] = {0, 101, 199, 600};
    struct stage st;
    struct td_error err = {0};

    stage_set_up_owner(&st, 0, NULL, &owner);
    stage_say(&st, stage_dial(&st), "GET /later HTTP/1.1\r\n" H "\r\n");
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct wire_response no = {.status = 200,
                                   .fields = &bad[i],
                                   .field_count = 1,
                                   .body = td_text("x")};

        CU_ASSERT_EQUAL(wire_request_answer(st.open[0], &no, &err), TD_USAGE);
    }
    for (size_t i = 0; i < COUNT(statuses); i++) {
        struct wire_response no = {.status = statuses[i]};

        CU_ASSERT_EQUAL(wire_request_answer(st.open[0], &no, &err), TD_USAGE);
    }
    stage_settle(&st);
    CU_ASSERT_EQUAL(st.raws[0].got.len, 0);
    answer(&st, 0, "good");
    CU_ASSERT_TRUE(stage_has(&st.raws[0].got, "\r\n\r\ngood"));
    stage_tear_down(&st);
}

static void the_owner_knows_who_asks(void)
{
    struct wire_server_options options = {.access.token = "sesame",
                                          .max_message = 1000};
    struct stage st;

    stage_set_up_owner(&st, 0, &options, &owner);
    stage_say(&st, stage_dial(&st), "GET /echo HTTP/1.1\r\n" H "\r\n");
    CU_ASSERT_TRUE(stage_has(&st.raws[0].got, "HTTP/1.1 401 Unauthorized\r\n"));
    stage_say(&st, stage_dial(&st),
              "GET /echo HTTP/1.1\r\n" H "Sec-Fetch-Site: cross-site\r\n"
              "Authorization: Bearer sesame\r\n\r\n");
    CU_ASSERT_STRING_EQUAL(td_buf_str(&st.log), "trusted blind|");
    stage_tear_down(&st);
}

static void open_requests_are_waited_for_at_the_end(void)
{
    struct stage st;

    stage_set_up_owner(&st, 0, NULL, &owner);
    stage_say(&st, stage_dial(&st), "GET /later HTTP/1.1\r\n" H "\r\n");
    (void)stage_dial(&st);
    stage_settle(&st);
    wire_server_finish(st.server, stage_on_done);
    stage_run_for(&st, 5 * TD_NS_PER_S);
    CU_ASSERT_FALSE(st.done);
    CU_ASSERT_TRUE(st.raws[1].closed);
    answer(&st, 0, "last");
    stage_run_for(&st, 5 * TD_NS_PER_S);
    CU_ASSERT_TRUE(stage_has(&st.raws[0].got, "Connection: close\r\n\r\nlast"));
    CU_ASSERT_TRUE(st.done);
    stage_tear_down(&st);
}

CU_TestInfo wire_server_request_tests[] = {
    {"all of a request comes and is answered",
     all_of_a_request_comes_and_is_answered},
    {"heads that are too long are refused",
     heads_that_are_too_long_are_refused},
    {"answers may come later, and in order",
     answers_may_come_later_and_in_order},
    {"an answer in pieces is chunked", an_answer_in_pieces_is_chunked},
    {"a reader that is slow is waited for",
     a_reader_that_is_slow_is_waited_for},
    {"who goes before its answer is told", who_goes_before_its_answer_is_told},
    {"what cannot be sent is refused before",
     what_cannot_be_sent_is_refused_before},
    {"the owner knows who asks", the_owner_knows_who_asks},
    {"open requests are waited for at the end",
     open_requests_are_waited_for_at_the_end},
    CU_TEST_INFO_NULL,
};
