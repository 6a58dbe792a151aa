/* The real transport over loopback, unix sockets and pipes. Every wait ends
 * with an event; a guard timer bounds it. */
#include "tests/suites.h"
#include "tests/support/party.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define GUARD_NS (20 * TD_NS_PER_S)
#define BIG      ((size_t)8 * 1024 * 1024)

struct scene {
    struct wire_net *net;
    struct wire_listener *listener;
    struct wire_timer guard;
    struct wire_timer check;
    bool (*done)(struct scene *scene);
    bool late;
    size_t read_first; /* bytes, when a timer fired */
    struct party client;
    struct party server;
};

static void too_late(void *ctx)
{
    struct scene *scene = ctx;

    scene->late = true;
    wire_stop(scene->net);
}

/* Asked every millisecond, so that conditions need no callback of their own. */
static void check(void *ctx)
{
    struct scene *scene = ctx;

    if (scene->done(scene))
        wire_stop(scene->net);
    else
        wire_timer_set(scene->net, &scene->check,
                       wire_now(scene->net) + TD_NS_PER_MS);
}

static void run_until(struct scene *scene, bool (*done)(struct scene *scene))
{
    scene->done = done;
    wire_timer_set(scene->net, &scene->guard, wire_now(scene->net) + GUARD_NS);
    wire_timer_set(scene->net, &scene->check, 0);
    CU_ASSERT_EQUAL(wire_run(scene->net, NULL), TD_OK);
    CU_ASSERT_FALSE(scene->late);
    wire_timer_cancel(scene->net, &scene->check);
}

static bool both_open(struct scene *scene)
{
    return scene->client.opened && scene->server.opened;
}

static bool both_closed(struct scene *scene)
{
    return scene->client.closed && scene->server.closed;
}

static bool client_closed(struct scene *scene)
{
    return scene->client.closed;
}

static void open_net(struct scene *scene)
{
    *scene = (struct scene){0};
    scene->guard = (struct wire_timer){.fire = too_late, .ctx = scene};
    scene->check = (struct wire_timer){.fire = check, .ctx = scene};
    CU_ASSERT_EQUAL_FATAL(wire_lws_open(&scene->net, td_clock_real(), NULL),
                          TD_OK);
}

static void dial(struct scene *scene, const struct wire_dial *dial)
{
    CU_ASSERT_EQUAL_FATAL(wire_connect(scene->net, dial, &party_events,
                                       &scene->client, &scene->client.conn,
                                       NULL),
                          TD_OK);
    CU_ASSERT_EQUAL(scene->client.opened + scene->client.closed, 0);
}

static void connect_pair(struct scene *scene, const char *host,
                         const char *path)
{
    const struct wire_bind bind = {.host = host, .unix_path = path};
    struct wire_dial to = {.host = host, .unix_path = path};

    open_net(scene);
    CU_ASSERT_EQUAL_FATAL(wire_listen(scene->net, &bind, party_accept,
                                      &scene->server, &scene->listener, NULL),
                          TD_OK);
    to.port = wire_listener_port(scene->listener);
    dial(scene, &to);
    run_until(scene, both_open);
}

static void tear_down(struct scene *scene)
{
    if (scene->listener)
        wire_listener_close(scene->listener);
    wire_net_close(scene->net);
    party_release(&scene->client);
    party_release(&scene->server);
}

static void fill(struct td_buf *buf, size_t len)
{
    uint8_t *room = td_buf_room(buf, len);

    for (size_t i = 0; i < len; i++)
        room[i] = (uint8_t)(i * 2654435761u >> 13);
    buf->len += len;
}

static bool echo_is_back(struct scene *scene)
{
    return scene->client.got.len >= BIG;
}

static void bytes_come_back_over_every_family(void)
{
    char path[64];
    const struct {
        const char *host;
        const char *path;
        const char *name_starts;
    } rows[] = {
        {"127.0.0.1", NULL, "127.0.0.1:"},
        {"::1", NULL, "[::1]:"},
        {"localhost", NULL, ""},
        {NULL, path, "unix"},
    };

    (void)snprintf(path, sizeof(path), "/tmp/tapedeck-test-%d.sock", getpid());
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf sent = {0};
        struct scene scene;
        size_t starts = strlen(rows[i].name_starts);

        connect_pair(&scene, rows[i].host, rows[i].path);
        CU_ASSERT_EQUAL(strncmp(wire_peer_name(scene.client.conn),
                                rows[i].name_starts, starts),
                        0);
        scene.server.echo = true;
        fill(&sent, BIG);
        CU_ASSERT_EQUAL(wire_write(scene.client.conn, td_buf_bytes(&sent)),
                        TD_FULL);
        run_until(&scene, echo_is_back);
        CU_ASSERT_TRUE(td_bytes_equal(td_buf_bytes(&sent),
                                      td_buf_bytes(&scene.client.got)));
        CU_ASSERT_EQUAL(scene.client.drained, 1);
        wire_shutdown(scene.client.conn);
        run_until(&scene, both_closed);
        CU_ASSERT_EQUAL(scene.client.why.code, TD_OK);
        CU_ASSERT_EQUAL(scene.server.why.code, TD_OK);
        tear_down(&scene);
        td_buf_release(&sent);
    }
    CU_ASSERT_EQUAL(access(path, F_OK), -1);
}

static bool server_queue_is_stuck(struct scene *scene)
{
    static size_t last;
    bool same = wire_pending(scene->server.conn) == last;

    last = wire_pending(scene->server.conn);
    return same && last > 0;
}

/* Nothing is read while paused, and nothing is lost: not even when the peer
 * has gone meanwhile. */
static void a_paused_conn_keeps_what_its_peer_left(void)
{
    char path[64];
    const char *const paths[] = {NULL, path};

    (void)snprintf(path, sizeof(path), "/tmp/tapedeck-test-p%d.sock", getpid());
    for (size_t i = 0; i < 2; i++) {
        struct td_buf sent = {0};
        struct scene scene;

        connect_pair(&scene, i == 0 ? "127.0.0.1" : NULL, paths[i]);
        wire_pause(scene.client.conn, true);
        fill(&sent, BIG);
        CU_ASSERT_EQUAL(wire_write(scene.server.conn, td_buf_bytes(&sent)),
                        TD_FULL);
        run_until(&scene, server_queue_is_stuck);
        CU_ASSERT_EQUAL(scene.client.received, 0);
        wire_shutdown(scene.server.conn);
        wire_pause(scene.client.conn, false);
        run_until(&scene, both_closed);
        CU_ASSERT_TRUE(td_bytes_equal(td_buf_bytes(&sent),
                                      td_buf_bytes(&scene.client.got)));
        tear_down(&scene);
        td_buf_release(&sent);
    }
}

static void an_abort_is_a_reset(void)
{
    struct scene scene;

    connect_pair(&scene, "127.0.0.1", NULL);
    wire_abort(scene.server.conn);
    run_until(&scene, both_closed);
    CU_ASSERT_EQUAL(scene.server.why.code, TD_OK);
    CU_ASSERT_EQUAL(scene.client.why.code, TD_IO);
    CU_ASSERT_STRING_EQUAL(scene.client.why.text,
                           "the peer reset the connection");
    tear_down(&scene);
}

static void an_answer_before_the_close_arrives(void)
{
    struct td_buf sent = {0};
    struct scene scene;

    connect_pair(&scene, "127.0.0.1", NULL);
    scene.server.close_on_bytes = true;
    scene.server.echo = true;
    fill(&sent, BIG);
    (void)wire_write(scene.client.conn, td_buf_bytes(&sent));
    run_until(&scene, both_closed);
    CU_ASSERT_EQUAL(scene.server.why.code, TD_OK);
    CU_ASSERT_TRUE(scene.client.got.len > 0);
    CU_ASSERT_EQUAL(
        memcmp(scene.client.got.ptr, sent.ptr, scene.client.got.len), 0);
    tear_down(&scene);
    td_buf_release(&sent);
}

/* A port that was free a moment ago. */
static uint16_t closed_port(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    CU_ASSERT_EQUAL(bind(fd, (struct sockaddr *)&addr, len), 0);
    CU_ASSERT_EQUAL(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
    (void)close(fd);
    return ntohs(addr.sin_port);
}

static void what_cannot_be_reached_says_so(void)
{
    const struct {
        struct wire_dial dial;
        const char *text;
    } rows[] = {
        {{.host = "127.0.0.1", .port = closed_port()}, "connection refused"},
        {{.host = "localhost", .port = closed_port()}, "connection refused"},
        {{.unix_path = "/nonexistent/socket"}, "there is no such socket"},
        {{.host = "no-such-host.invalid", .port = 80},
         "cannot find this host: "},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene scene;

        open_net(&scene);
        dial(&scene, &rows[i].dial);
        run_until(&scene, client_closed);
        CU_ASSERT_EQUAL(scene.client.opened, 0);
        CU_ASSERT_EQUAL(scene.client.why.code, TD_IO);
        CU_ASSERT_EQUAL(
            strncmp(scene.client.why.text, rows[i].text, strlen(rows[i].text)),
            0);
        CU_ASSERT_TRUE(strlen(scene.client.why.hint) > 0);
        tear_down(&scene);
    }
}

static void an_address_in_use_is_refused(void)
{
    struct wire_bind bind = {.host = "127.0.0.1"};
    struct wire_listener *second = NULL;
    struct td_error err = {0};
    struct scene scene;

    connect_pair(&scene, "127.0.0.1", NULL);
    bind.port = wire_listener_port(scene.listener);
    CU_ASSERT_EQUAL(
        wire_listen(scene.net, &bind, party_accept, &scene, &second, &err),
        TD_IO);
    CU_ASSERT_STRING_EQUAL(err.text, "cannot listen: Address already in use");
    tear_down(&scene);
}

/* Nor removed: only a socket that nobody listens on is. */
static void a_file_is_not_taken_for_a_socket(void)
{
    char path[] = "/tmp/tapedeck-test-XXXXXX";
    int file = mkstemp(path);
    const struct wire_bind bind = {.unix_path = path};
    struct wire_listener *listener = NULL;
    struct td_error err = {0};
    struct stat after;
    struct scene scene;

    CU_ASSERT_FATAL(file >= 0);
    open_net(&scene);
    CU_ASSERT_EQUAL(
        wire_listen(scene.net, &bind, party_accept, &scene, &listener, &err),
        TD_IO);
    CU_ASSERT_STRING_EQUAL(err.text, "cannot listen: Address already in use");
    CU_ASSERT_EQUAL(stat(path, &after), 0);
    CU_ASSERT_TRUE(S_ISREG(after.st_mode));
    tear_down(&scene);
    (void)unlink(path);
    (void)close(file);
}

static void a_silent_connect_times_out(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(addr);
    struct wire_dial to = {.host = "127.0.0.1",
                           .timeout_ns = 50 * TD_NS_PER_MS};
    struct scene scene;
    int full = socket(AF_INET, SOCK_STREAM, 0);
    int filler[2];

    /* A backlog of 0 that is full: the kernel answers no further SYN. */
    CU_ASSERT_EQUAL(bind(full, (struct sockaddr *)&addr, len), 0);
    CU_ASSERT_EQUAL(listen(full, 0), 0);
    CU_ASSERT_EQUAL(getsockname(full, (struct sockaddr *)&addr, &len), 0);
    for (size_t i = 0; i < 2; i++) {
        filler[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(filler[i], (struct sockaddr *)&addr, len);
    }
    open_net(&scene);
    to.port = ntohs(addr.sin_port);
    dial(&scene, &to);
    run_until(&scene, client_closed);
    CU_ASSERT_EQUAL(scene.client.why.code, TD_TIMEOUT);
    tear_down(&scene);
    (void)close(filler[0]);
    (void)close(filler[1]);
    (void)close(full);
}

static void *wake_from_outside(void *net)
{
    wire_wake(net);
    return NULL;
}

static void stop(void *net)
{
    wire_stop(net);
}

static void another_thread_wakes_the_loop(void)
{
    struct scene scene;
    pthread_t thread;

    open_net(&scene);
    wire_timer_set(scene.net, &scene.guard, wire_now(scene.net) + GUARD_NS);
    wire_on_wake(scene.net, stop, scene.net);
    CU_ASSERT_EQUAL(pthread_create(&thread, NULL, wake_from_outside, scene.net),
                    0);
    CU_ASSERT_EQUAL(wire_run(scene.net, NULL), TD_OK);
    CU_ASSERT_FALSE(scene.late);
    CU_ASSERT_EQUAL(pthread_join(thread, NULL), 0);
    tear_down(&scene);
}

struct order {
    struct wire_net *net;
    char *at;
    char letter;
};

static void note(void *ctx)
{
    struct order *order = ctx;

    *order->at = order->letter;
    if (order->letter == 'd')
        wire_stop(order->net);
}

static void timers_fire_in_order_and_not_early(void)
{
    char seen[5] = "";
    struct order orders[4];
    struct wire_timer timers[4];
    const uint64_t after_us[] = {900, 300, 300, 2500};
    const size_t place[] = {2, 0, 1, 3};
    struct scene scene;
    uint64_t start;

    open_net(&scene);
    start = td_mono_ns(td_clock_real());
    for (size_t i = 0; i < 4; i++) {
        orders[i] = (struct order){scene.net, &seen[place[i]],
                                   (char)('a' + (int)place[i])};
        timers[i] = (struct wire_timer){.fire = note, .ctx = &orders[i]};
        wire_timer_set(scene.net, &timers[i], start + after_us[i] * 1000);
    }
    CU_ASSERT_EQUAL(wire_run(scene.net, NULL), TD_OK);
    CU_ASSERT_TRUE(td_mono_ns(td_clock_real()) - start >= 2500 * 1000);
    CU_ASSERT_STRING_EQUAL(seen, "abcd");
    tear_down(&scene);
}

struct pipe_reader {
    struct scene *scene;
    size_t got;
    bool ended;
};

static void read_pipe(void *ctx, int fd)
{
    struct pipe_reader *reader = ctx;
    char bytes[7];
    ssize_t n = read(fd, bytes, sizeof(bytes));

    if (n > 0) {
        reader->got += (size_t)n;
        return;
    }
    reader->ended = true;
    wire_stop(reader->scene->net);
}

/* Read by sevens, so that the hang-up comes long before the last byte. */
static void a_watch_sees_the_last_byte(void)
{
    static const char *const kinds[] = {"pipe", "file"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        char bytes[1000] = {0};
        struct wire_watch *watch = NULL;
        struct scene scene;
        struct pipe_reader reader = {.scene = &scene};
        FILE *file = i == 1 ? tmpfile() : NULL;
        int ends[2] = {-1, -1};

        open_net(&scene);
        CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
        CU_ASSERT_EQUAL(write(file ? fileno(file) : ends[1], bytes, 1000),
                        1000);
        if (file)
            rewind(file);
        (void)close(ends[1]);
        CU_ASSERT_EQUAL_FATAL(wire_watch_fd(scene.net,
                                            file ? fileno(file) : ends[0],
                                            read_pipe, &reader, &watch, NULL),
                              TD_OK);
        wire_watch_pause(watch, true);
        wire_watch_pause(watch, false);
        wire_timer_set(scene.net, &scene.guard, wire_now(scene.net) + GUARD_NS);
        CU_ASSERT_EQUAL(wire_run(scene.net, NULL), TD_OK);
        CU_ASSERT_TRUE(reader.ended);
        CU_ASSERT_EQUAL(reader.got, 1000);
        wire_watch_close(watch);
        tear_down(&scene);
        (void)close(ends[0]);
        if (file)
            (void)fclose(file);
    }
}

static void accept_and_stop(void *ctx, struct wire_conn *conn)
{
    struct scene *scene = ctx;

    party_accept(&scene->server, conn);
    wire_stop(scene->net);
}

static void note_what_was_read(void *ctx)
{
    struct scene *scene = ctx;

    scene->read_first = scene->server.got.len;
    wire_stop(scene->net);
}

/* The process stands still while a peer sends and a timer comes due: bytes that
 * were there in time are read before the timer says that they were not. More
 * than one piece of a conn is read.
 */
static void what_came_in_a_hold_up_is_read_before_timers(void)
{
    struct td_clock clock;
    struct scene scene = {0};
    struct wire_dial to = {.host = "127.0.0.1"};
    struct wire_timer late = {.fire = note_what_was_read, .ctx = &scene};
    char bytes[4096] = {0};
    struct sockaddr_in at = {.sin_family = AF_INET};
    size_t sent = 0;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    td_clock_virtual(&clock, TD_NS_PER_S, TD_NS_PER_S);
    CU_ASSERT_EQUAL_FATAL(wire_lws_open(&scene.net, &clock, NULL), TD_OK);
    CU_ASSERT_EQUAL_FATAL(
        wire_listen(scene.net, &(struct wire_bind){.host = to.host},
                    accept_and_stop, &scene, &scene.listener, NULL),
        TD_OK);
    at.sin_port = htons(wire_listener_port(scene.listener));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    CU_ASSERT_EQUAL(wire_run(scene.net, NULL), TD_OK);
    wire_timer_set(scene.net, &late, wire_now(scene.net) + 10 * TD_NS_PER_S);
    for (ssize_t n = 0; n >= 0 && sent<600000; sent += n> 0 ? (size_t)n : 0)
        n = send(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    td_clock_advance(&clock, 11 * TD_NS_PER_S);
    CU_ASSERT_EQUAL(wire_run(scene.net, NULL), TD_OK);
    CU_ASSERT_TRUE(sent > 300000);
    CU_ASSERT_EQUAL(scene.read_first, sent);
    (void)close(fd);
    wire_abort(scene.server.conn);
    tear_down(&scene);
}

CU_TestInfo wire_net_loop_epoll_tests[] = {
    {"bytes come back over every family", bytes_come_back_over_every_family},
    {"a paused conn keeps what its peer left",
     a_paused_conn_keeps_what_its_peer_left},
    {"an abort is a reset", an_abort_is_a_reset},
    {"an answer before the close arrives", an_answer_before_the_close_arrives},
    {"what cannot be reached says so", what_cannot_be_reached_says_so},
    {"an address in use is refused", an_address_in_use_is_refused},
    {"a file is not taken for a socket", a_file_is_not_taken_for_a_socket},
    {"a silent connect times out", a_silent_connect_times_out},
    {"another thread wakes the loop", another_thread_wakes_the_loop},
    {"timers fire in order and not early", timers_fire_in_order_and_not_early},
    {"a watch sees the last byte", a_watch_sees_the_last_byte},
    {"what came in a hold-up is read before timers",
     what_came_in_a_hold_up_is_read_before_timers},
    CU_TEST_INFO_NULL,
};
