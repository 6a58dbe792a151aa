/* A proxy over the test transport: how it ends, and who is too slow. */
#include "wire/proxy/proxy.h"

#include "tests/suites.h"
#include "tests/support/party.h"

#define START_NS UINT64_C(1000)
#define UPSTREAM 80
#define REQUEST  "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
#define ANSWER   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

struct scene {
    struct td_clock clock;
    struct wire_net *net;
    struct wire_listener *listener;
    struct proxy *proxy;
    struct party client;
    struct party server;
    unsigned done;
    unsigned closed;
    bool stopped;
};

/* A peer that does not close because the other side has. */
static void stays(void *ctx, struct wire_conn *conn)
{
    (void)ctx;
    (void)conn;
}

static struct wire_conn_events peer_events(void)
{
    struct wire_conn_events events = party_events;

    events.ended = stays;
    return events;
}

static void accept_peer(void *ctx, struct wire_conn *conn)
{
    const struct wire_conn_events events = peer_events();

    party_accept(ctx, conn);
    wire_adopt(conn, &events, ctx);
}

static void *on_opened(void *ctx, const char *peer)
{
    (void)peer;
    return ctx;
}

static void *on_request(void *ctx, void *link, const struct http_head *head)
{
    (void)link;
    (void)head;
    return ctx;
}

static void on_response(void *ctx, void *x, const struct http_head *head,
                        bool own)
{
    (void)ctx;
    (void)x;
    (void)head;
    CU_ASSERT_FALSE(own);
}

static void on_body(void *ctx, void *x, enum proxy_side side,
                    struct td_bytes piece, bool ends)
{
    (void)ctx;
    (void)x;
    (void)side;
    (void)piece;
    (void)ends;
}

static void on_whole(void *ctx, void *x, enum proxy_side side,
                     const struct http_parser *parser)
{
    (void)ctx;
    (void)x;
    (void)side;
    (void)parser;
}

static void on_done(void *ctx, void *x, const char *cut)
{
    struct scene *scene = ctx;

    (void)x;
    CU_ASSERT_PTR_NULL(cut);
    scene->done++;
}

static void on_closed(void *ctx, void *link, const char *reason)
{
    struct scene *scene = ctx;

    (void)link;
    CU_ASSERT_STRING_EQUAL(reason, PROXY_STOPPED);
    scene->closed++;
}

static void on_stopped(void *ctx)
{
    struct scene *scene = ctx;

    scene->stopped = true;
}

static void turn(struct scene *scene)
{
    for (int i = 0; i < 64; i++)
        (void)wire_mem_turn(scene->net);
}

/* A client of a proxy, kept alive behind an answer. */
static void set_up(struct scene *scene)
{
    static const struct proxy_events events = {.opened = on_opened,
                                               .request = on_request,
                                               .response = on_response,
                                               .body = on_body,
                                               .whole = on_whole,
                                               .done = on_done,
                                               .closed = on_closed,
                                               .stopped = on_stopped};
    static const struct proxy_options options = {.to = "http://127.0.0.1:80"};
    static const struct wire_bind bind = {.host = "127.0.0.1",
                                          .port = UPSTREAM};
    const struct wire_conn_events client_events = peer_events();
    struct wire_dial dial = {.host = "127.0.0.1"};

    *scene = (struct scene){0};
    td_clock_virtual(&scene->clock, START_NS, 0);
    scene->net = wire_mem_open(&scene->clock, 0);
    CU_ASSERT_EQUAL_FATAL(wire_listen(scene->net, &bind, accept_peer,
                                      &scene->server, &scene->listener, NULL),
                          TD_OK);
    CU_ASSERT_EQUAL_FATAL(
        proxy_open(&scene->proxy, scene->net, &options, &events, scene, NULL),
        TD_OK);
    dial.port = proxy_port(scene->proxy);
    CU_ASSERT_EQUAL_FATAL(wire_connect(scene->net, &dial, &client_events,
                                       &scene->client, &scene->client.conn,
                                       NULL),
                          TD_OK);
    turn(scene);
    CU_ASSERT_EQUAL(wire_write(scene->client.conn, td_text(REQUEST)), TD_OK);
    turn(scene);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scene->server.conn);
    CU_ASSERT_EQUAL(wire_write(scene->server.conn, td_text(ANSWER)), TD_OK);
    turn(scene);
    CU_ASSERT_TRUE(td_bytes_is(td_buf_bytes(&scene->client.got), ANSWER));
    CU_ASSERT_EQUAL(scene->done, 1);
}

static void tear_down(struct scene *scene)
{
    proxy_free(scene->proxy);
    turn(scene);
    wire_listener_close(scene->listener);
    wire_net_close(scene->net);
    party_release(&scene->client);
    party_release(&scene->server);
}

/* Neither peer closes, and the clock stands. */
static void who_asks_for_nothing_is_not_waited_for(void)
{
    struct scene scene;
    uint64_t began_ns;

    set_up(&scene);
    began_ns = wire_now(scene.net);
    proxy_stop(scene.proxy);
    turn(&scene);
    CU_ASSERT_TRUE(scene.stopped);
    CU_ASSERT_EQUAL(scene.closed, 1);
    CU_ASSERT_EQUAL(wire_now(scene.net), began_ns);
    tear_down(&scene);
}

/* By the virtual clock, which goes on to the timer. */
static void a_head_that_does_not_come_is_a_408(void)
{
    static const char late[] = "HTTP/1.1 408 ";
    struct scene scene;
    uint64_t began_ns;

    set_up(&scene);
    began_ns = wire_now(scene.net);
    td_buf_clear(&scene.client.got);
    CU_ASSERT_EQUAL(wire_write(scene.client.conn, td_text("GET / HT")), TD_OK);
    for (int i = 0; i < 1000 && scene.client.got.len == 0; i++)
        (void)wire_mem_turn(scene.net);
    CU_ASSERT_FATAL(scene.client.got.len > sizeof(late));
    CU_ASSERT_EQUAL(memcmp(scene.client.got.ptr, late, sizeof(late) - 1), 0);
    CU_ASSERT(wire_now(scene.net) - began_ns >= 30 * TD_NS_PER_S);
    tear_down(&scene);
}

CU_TestInfo wire_proxy_proxy_tests[] = {
    {"a head that does not come is a 408", a_head_that_does_not_come_is_a_408},
    {"who asks for nothing is not waited for",
     who_asks_for_nothing_is_not_waited_for},
    CU_TEST_INFO_NULL,
};
