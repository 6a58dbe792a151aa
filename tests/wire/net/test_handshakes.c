/* How many TLS handshakes may be under way. */
#include "core/mem.h"
#include "tests/suites.h"
#include "tests/support/certs.h"
#include "wire/limits.h"
#include "wire/net/transport.h"

#include <stdlib.h>

#define SOME_MORE 3

struct silent {
    struct wire_conn *conn;
    bool closed;
};

static void on_closed(void *ctx, struct wire_conn *conn,
                      const struct td_error *why)
{
    (void)conn;
    (void)why;
    ((struct silent *)ctx)->closed = true;
}

static void on_accept(void *ctx, struct wire_conn *conn)
{
    (void)conn;
    ++*(unsigned *)ctx;
}

static unsigned count_closed(const struct silent *list, unsigned count)
{
    unsigned n = 0;

    for (unsigned i = 0; i < count; i++)
        n += list[i].closed;
    return n;
}

static void dial(struct wire_net *net, const struct wire_bind *bind,
                 struct silent *silent)
{
    static const struct wire_conn_events events = {.closed = on_closed};
    struct wire_dial to = {.host = "127.0.0.1", .port = bind->port};

    CU_ASSERT_EQUAL_FATAL(
        wire_connect(net, &to, &events, silent, &silent->conn, NULL), TD_OK);
}

static void ring(void *ctx)
{
    *(bool *)ctx = true;
}

static void turns(struct wire_net *net, uint64_t ns)
{
    bool rang = false;
    struct wire_timer alarm = {.fire = ring, .ctx = &rang};

    wire_timer_set(net, &alarm, wire_now(net) + ns);
    while (!rang && wire_mem_turn(net))
        ;
}

/* Peers that say nothing: those that are too many are closed at once, the
 * others when their time is up, and then there is room again.
 */
static void handshakes_under_way_have_a_limit(void)
{
    const unsigned count = WIRE_SECURING_MAX + SOME_MORE;
    const struct wire_tls_options tls = {.cert_file = certs_path("good.pem"),
                                         .key_file = certs_path("good.key")};
    struct wire_bind bind = {.port = 7, .tls = &tls};
    struct silent *list = td_calloc(count + 1, sizeof(*list));
    struct wire_listener *listener = NULL;
    unsigned accepted = 0;
    struct td_clock clock;
    struct wire_net *net;

    td_clock_virtual(&clock, 0, 0);
    net = wire_mem_open(&clock, 0);
    CU_ASSERT_EQUAL_FATAL(
        wire_listen(net, &bind, on_accept, &accepted, &listener, NULL), TD_OK);
    for (unsigned i = 0; i < count; i++)
        dial(net, &bind, &list[i]);
    turns(net, 9 * TD_NS_PER_S);
    CU_ASSERT_EQUAL(count_closed(list, count), SOME_MORE);
    turns(net, 9 * TD_NS_PER_S);
    CU_ASSERT_EQUAL(count_closed(list, count), count);
    dial(net, &bind, &list[count]);
    turns(net, TD_NS_PER_S);
    CU_ASSERT_FALSE(list[count].closed);
    CU_ASSERT_EQUAL(accepted, 0);
    wire_listener_close(listener);
    turns(net, 60 * TD_NS_PER_S);
    CU_ASSERT_TRUE(list[count].closed);
    wire_net_close(net);
    free(list);
}

CU_TestInfo wire_net_handshakes_tests[] = {
    {"handshakes under way have a limit", handshakes_under_way_have_a_limit},
    CU_TEST_INFO_NULL,
};
