/* Peers that ask and do not read, or that begin and do not end: what waits for
 * each is counted in bytes, and each is closed.
 */
#include "core/mem.h"
#include "tests/suites.h"
#include "tests/support/client_scene.h"
#include "tests/support/stage.h"
#include "wire/eio/client_session.h"
#include "wire/limits.h"
#include "wire/net/transport_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define S     TD_NS_PER_S
#define ASKED 400000u
#define PIECE 4096u
#define POLL  "/socket.io/?EIO=4&transport=polling"

struct row {
    const char *name;
    const char *hello;     /* before it stops to read; NULL: nothing */
    const char *joins;     /* a frame behind that; NULL: none */
    enum ws_opcode opcode; /* of what is asked; 0: it is no frame */
    const char *asks;
    const char *answer;
    size_t bound; /* bytes that may wait for it */
};

#define HTTP_BOUND (WIRE_ANSWER_HIGH + 1024)
#define WS_BOUND   (WIRE_HIGH_MARK + 2 * WIRE_ANSWERS_MAX)

static const struct row rows[] = {
    {"pipelined pages", NULL, NULL, 0, "GET / HTTP/1.1\r\n" H "\r\n",
     "HTTP/1.1 200", HTTP_BOUND},
    {"missing pages", NULL, NULL, 0, "GET /x HTTP/1.1\r\n" H "\r\n",
     "HTTP/1.1 404", HTTP_BOUND},
    {"HEAD", NULL, NULL, 0, "HEAD / HTTP/1.1\r\n" H "\r\n", "HTTP/1.1 200",
     HTTP_BOUND},
    {"OPTIONS", NULL, NULL, 0,
     "OPTIONS / HTTP/1.1\r\n" H "Origin: http://localhost\r\n\r\n",
     "HTTP/1.1 204", HTTP_BOUND},
    {"polls of no session", NULL, NULL, 0,
     "GET " POLL "&sid=none HTTP/1.1\r\n" H "\r\n", "HTTP/1.1 400", HTTP_BOUND},
    {"posts to no session", NULL, NULL, 0,
     "POST " POLL "&sid=none HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\n3",
     "HTTP/1.1 400", HTTP_BOUND},
    {"bodies that are announced", NULL, NULL, 0,
     "GET / HTTP/1.1\r\n" H
     "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n3",
     "HTTP/1.1 100", HTTP_BOUND},
    {"pings", WS_GET, NULL, WS_PING, "0123456789", "0123456789", WS_BOUND},
    {"pings in a session", SIO_GET, "40", WS_PING, "0123456789", "0123456789",
     WS_BOUND},
    {"events that ask for an ack", SIO_GET, "40", WS_TEXT, "4217[\"a\"]",
     "4317[]", WS_BOUND},
};

/* Bytes that wait on the server's side, and its conns. */
static size_t server_holds(const struct stage *st, unsigned *conns)
{
    size_t bytes = 0;

    *conns = 0;
    for (struct wire_conn *at = st->net->conns; at; at = at->next) {
        bool raw = false;

        for (unsigned i = 0; i < st->raw_count; i++)
            raw = raw || at == st->raws[i].conn;
        if (raw || at->state == WIRE_CLOSED)
            continue;
        bytes += wire_pending(at);
        ++*conns;
    }
    return bytes;
}

static void ask(struct raw *raw, const struct row *row, unsigned times)
{
    static const uint8_t key[4] = {1, 2, 3, 4};
    struct td_buf one = {0};

    if (row->opcode)
        (void)ws_put(&one, row->opcode, td_text(row->asks), key);
    else
        (void)td_buf_add_text(&one, row->asks);
    for (unsigned i = 0; i < times; i++)
        (void)wire_write(raw->conn, td_buf_bytes(&one));
    td_buf_release(&one);
}

static struct raw *begin(struct stage *st, const struct row *row)
{
    struct raw *raw;

    stage_set_up(st, PIECE, NULL);
    raw = stage_dial(st);
    stage_settle(st);
    if (row->hello)
        stage_say(st, raw, row->hello);
    if (row->joins)
        stage_say_frame(st, raw, WS_TEXT, row->joins);
    td_buf_clear(&raw->got);
    return raw;
}

/* The most that waits at any time, until the server has let go of the conn. */
static size_t peak_until_closed(struct stage *st)
{
    size_t peak = 0;
    unsigned conns = 1;

    for (unsigned i = 0; i < 70 && conns > 0; i++) {
        size_t held;

        stage_run_for(st, S);
        held = server_holds(st, &conns);
        peak = held > peak ? held : peak;
    }
    CU_ASSERT_EQUAL(conns, 0);
    return peak;
}

static void who_reads_nothing_costs_its_bound_and_is_closed(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stage st;
        struct raw *raw = begin(&st, &rows[i]);
        size_t peak;

        wire_pause(raw->conn, true);
        ask(raw, &rows[i], ASKED);
        peak = peak_until_closed(&st);
        if (peak > rows[i].bound || peak == 0)
            printf("\n    %s: %zu bytes waited\n", rows[i].name, peak);
        CU_ASSERT_TRUE(peak <= rows[i].bound && peak > 0);
        stage_tear_down(&st);
    }
}

/* Nothing that was asked stays without its answer. */
static void who_reads_later_gets_all_answers(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned times = rows[i].opcode ? 250000 : 3000;
        struct stage st;
        struct raw *raw = begin(&st, &rows[i]);
        unsigned got;

        wire_pause(raw->conn, true);
        ask(raw, &rows[i], times);
        stage_run_for(&st, 20 * S);
        CU_ASSERT_TRUE(wire_pending(raw->conn) > 0);
        wire_pause(raw->conn, false);
        stage_run_for(&st, 5 * S);
        got = stage_count(&raw->got, rows[i].answer);
        if (got != times)
            printf("\n    %s: %u answers\n", rows[i].name, got);
        CU_ASSERT_EQUAL(got, times);
        CU_ASSERT_FALSE(raw->closed);
        stage_tear_down(&st);
    }
}

static void the_close_of_a_websocket_says_why(void)
{
    const struct row pings = {
        .hello = WS_GET, .opcode = WS_PING, .asks = "0123456789"};
    struct stage st;
    struct raw *raw = begin(&st, &pings);

    wire_pause(raw->conn, true);
    ask(raw, &pings, ASKED);
    stage_run_for(&st, 45 * S);
    wire_pause(raw->conn, false);
    stage_settle(&st);
    CU_ASSERT_EQUAL(stage_count(&raw->got, "\x88\x16\x03\xf0"
                                           "answers are not read"),
                    1);
    CU_ASSERT_TRUE(stage_has(&st.log, "left 8|"));
    stage_tear_down(&st);
}

/* The sid of the handshake that it got. */
static void post_line(struct td_buf *out, struct raw *raw, unsigned len)
{
    const char *sid = strstr(td_buf_str(&raw->got), "\"sid\":\"");

    CU_ASSERT_PTR_NOT_NULL_FATAL(sid);
    td_buf_addf(out,
                "POST " POLL "&sid=%.36s HTTP/1.1\r\n" H
                "Content-Length: %u\r\n\r\n",
                sid + 7, len);
}

static void answers_that_no_poll_fetches_end_the_session(void)
{
    struct wire_server_options options = {.max_message = 0};
    struct td_buf acks = {0};
    struct td_buf request = {0};
    struct stage st;
    struct raw *raw;

    stage_set_up(&st, 0, &options);
    raw = stage_dial(&st);
    stage_say(&st, raw, "GET " POLL " HTTP/1.1\r\n" H "\r\n");
    post_line(&request, raw, 2);
    (void)td_buf_add_text(&request, "40");
    stage_say(&st, raw, td_buf_str(&request));
    CU_ASSERT_EQUAL_FATAL(st.joined, 1);
    for (unsigned i = 0; i < 80000; i++)
        (void)td_buf_addf(&acks, "%s4217[\"a\"]", i ? "\x1e" : "");
    td_buf_clear(&request);
    post_line(&request, raw, (unsigned)acks.len);
    (void)td_buf_add_bytes(&request, td_buf_bytes(&acks));
    for (unsigned i = 0; i < 4 && st.left == 0; i++)
        stage_say(&st, raw, td_buf_str(&request));
    td_buf_clear(&st.log);
    stage_run_for(&st, 15 * S);
    CU_ASSERT_EQUAL(st.left, 1);
    CU_ASSERT_TRUE(stage_has(&st.log, "left 7|"));
    td_buf_release(&acks);
    td_buf_release(&request);
    stage_tear_down(&st);
}

/* Sessions that nobody joins, a sid that is empty or strays elsewhere, and
 * namespaces of one session: all count.
 */
static void nothing_passes_the_number_of_consumers(void)
{
    static const struct {
        const char *fills;
        const char *asks;
        const char *answer;
    } fulls[] = {
        {"GET " POLL " HTTP/1.1\r\n" H "\r\n",
         "GET " POLL " HTTP/1.1\r\n" H "\r\n", "HTTP/1.1 503"},
        {"GET " POLL " HTTP/1.1\r\n" H "\r\n",
         "GET " POLL "&sid= HTTP/1.1\r\n" H "\r\n", "HTTP/1.1 503"},
        {"GET " POLL " HTTP/1.1\r\n" H "\r\n", SIO_GET, "HTTP/1.1 503"},
        {"GET /events HTTP/1.1\r\n" H "\r\n",
         "GET /events?sid=1 HTTP/1.1\r\n" H "\r\n", "HTTP/1.1 503"},
        {"GET " POLL " HTTP/1.1\r\n" H "\r\n",
         "GET /events HTTP/1.1\r\n" H "\r\n", "HTTP/1.1 200"},
    };

    for (size_t i = 0; i < sizeof(fulls) / sizeof(fulls[0]); i++) {
        struct wire_server_options options = {.max_peers = 2};
        struct stage st;

        stage_set_up(&st, 0, &options);
        for (unsigned k = 0; k < 2; k++)
            stage_say(&st, stage_dial(&st), fulls[i].fills);
        stage_say(&st, stage_dial(&st), fulls[i].asks);
        CU_ASSERT_TRUE(stage_has(&st.raws[2].got, fulls[i].answer));
        stage_tear_down(&st);
    }
}

static void a_session_joins_no_more_than_there_may_be(void)
{
    struct wire_server_options options = {.max_peers = 2};
    struct stage st;
    struct raw *raw;

    stage_set_up(&st, 0, &options);
    raw = stage_dial(&st);
    stage_say(&st, raw, SIO_GET);
    stage_say_frame(&st, raw, WS_TEXT, "40");
    stage_say_frame(&st, raw, WS_TEXT, "40/a,");
    stage_say_frame(&st, raw, WS_TEXT, "40/b,");
    CU_ASSERT_EQUAL(st.joined, 2);
    CU_ASSERT_TRUE(
        stage_has(&raw->got, "44/b,{\"message\":\"Too many consumers\"}"));
    stage_tear_down(&st);
}

/* Those that begin and do not end: `drip` comes every second. */
static void who_does_not_end_is_ended(void)
{
    static const struct {
        const char *name;
        const char *start;
        const char *drip;
        unsigned within; /* seconds */
    } ends[] = {
        {"nothing at all", "", "", 76},
        {"half a head", "GET / HT", "", 31},
        {"a head byte by byte", "GET / HTTP/1.1\r\n" H "X: ", "x", 31},
        {"a body that does not come",
         "GET / HTTP/1.1\r\n" H "Content-Length: 900\r\n\r\n", "", 31},
        {"a body byte by byte",
         "GET / HTTP/1.1\r\n" H "Content-Length: 900\r\n\r\n", "x", 31},
        {"chunks without end",
         "GET / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n",
         "1\r\nx\r\n", 31},
        {"a kept connection", "GET / HTTP/1.1\r\n" H "\r\n", "", 76},
        {"fragments without end", WS_GET,
         "\1\x81"
         "aaaax",
         1000},
    };

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct stage st;
        struct raw *raw;
        unsigned t;

        stage_set_up(&st, 0, NULL);
        raw = stage_dial(&st);
        stage_say(&st, raw, ends[i].start);
        for (t = 0; t < 1100 && !raw->closed; t++) {
            const char *drip = ends[i].drip;

            /* A first fragment once, continuations from then on. */
            if (*drip == 1 && t > 0)
                (void)wire_write(raw->conn, td_bytes("\0\x81"
                                                     "aaaax",
                                                     7));
            else
                (void)wire_write(raw->conn, td_text(drip));
            stage_run_for(&st, S);
        }
        if (t > ends[i].within + 3)
            printf("\n    %s: %u s\n", ends[i].name, t);
        CU_ASSERT_TRUE(t <= ends[i].within + 3);
        stage_tear_down(&st);
    }
}

/* A client's side of it. */
static void a_server_that_pings_and_does_not_read_is_left(void)
{
    struct td_buf pings = {0};
    struct scene s;
    size_t peak = 0;

    scene_open(&s, &(struct wire_client_options){.url = "ws://127.0.0.1:80/x"});
    accept_upgrade(&s);
    until_logged(&s, "open");
    wire_pause(s.server.conn, true);
    for (unsigned i = 0; i < 200000; i++)
        (void)td_buf_add(&pings,
                         "\x89\x05"
                         "abcde",
                         7);
    (void)wire_write(s.server.conn, td_buf_bytes(&pings));
    for (unsigned i = 0; i < 3000000 && !s.ended; i++) {
        size_t held = wire_client_pending(s.client);

        peak = held > peak ? held : peak;
        td_buf_clear(&s.log);
        (void)wire_mem_turn(s.net);
    }
    CU_ASSERT_EQUAL(s.ended, 1);
    CU_ASSERT_EQUAL(s.why.code, TD_TIMEOUT);
    CU_ASSERT_TRUE(peak > WIRE_HIGH_MARK && peak <= WS_BOUND);
    CU_ASSERT_TRUE(wire_pending(s.server.conn) > 0);
    td_buf_release(&pings);
    scene_close(&s);
}

struct polls {
    unsigned gets;
    unsigned posts;
};

static void count_get(void *ctx, const char *query)
{
    (void)query;
    ((struct polls *)ctx)->gets++;
}

static void count_post(void *ctx, const char *query, struct td_bytes body)
{
    (void)query;
    (void)body;
    ((struct polls *)ctx)->posts++;
}

static void ignore_open(void *ctx, const struct eio_handshake *handshake)
{
    (void)ctx;
    (void)handshake;
}

static void ignore_why(void *ctx, const struct td_error *why)
{
    (void)ctx;
    (void)why;
}

/* What waits to be posted would grow with every poll. */
static void a_server_that_takes_no_post_is_not_polled(void)
{
    static const struct eio_client_events events = {.get = count_get,
                                                    .post = count_post,
                                                    .opened = ignore_open,
                                                    .closed = ignore_why};
    const struct eio_client_options options = {.polling_only = true};
    const struct td_bytes noop = td_text("6");
    struct polls n = {0};
    struct eio_client *client = eio_client_new(&options, &events, &n);
    char *long_text = td_calloc(1, 100001);
    unsigned posts;

    memset(long_text, 'x', 100000);
    eio_client_get_done(client, 200,
                        td_text("0{\"sid\":\"a\",\"upgrades\":[],"
                                "\"pingInterval\":25000,\"pingTimeout\":20000,"
                                "\"maxPayload\":1000000}"),
                        NULL, 0);
    CU_ASSERT_EQUAL_FATAL(n.gets, 2);
    while (eio_client_queued(client) <= WIRE_UNPOSTED_MAX)
        CU_ASSERT_EQUAL_FATAL(
            eio_client_send(client, td_text(long_text), false), TD_OK);
    eio_client_flush(client);
    while (eio_client_queued(client) <= WIRE_UNPOSTED_MAX)
        CU_ASSERT_EQUAL_FATAL(
            eio_client_send(client, td_text(long_text), false), TD_OK);
    eio_client_get_done(client, 200, noop, NULL, 0);
    CU_ASSERT_EQUAL(n.gets, 2);
    posts = n.posts;
    eio_client_post_done(client, 200, td_text("ok"), NULL);
    CU_ASSERT_EQUAL(n.posts, posts + 1);
    CU_ASSERT_EQUAL(n.gets, 3);
    eio_client_free(client);
    free(long_text);
}

CU_TestInfo wire_server_unread_tests[] = {
    {"who reads nothing costs its bound and is closed",
     who_reads_nothing_costs_its_bound_and_is_closed},
    {"who reads later gets all answers", who_reads_later_gets_all_answers},
    {"the close of a WebSocket says why", the_close_of_a_websocket_says_why},
    {"answers that no poll fetches end the session",
     answers_that_no_poll_fetches_end_the_session},
    {"nothing passes the number of consumers",
     nothing_passes_the_number_of_consumers},
    {"a session joins no more than there may be",
     a_session_joins_no_more_than_there_may_be},
    {"who does not end is ended", who_does_not_end_is_ended},
    {"a server that pings and does not read is left",
     a_server_that_pings_and_does_not_read_is_left},
    {"a server that takes no post is not polled",
     a_server_that_takes_no_post_is_not_polled},
    CU_TEST_INFO_NULL,
};
