/* TLS over the test transport, and over sockets against openssl itself. */
#include "core/proc.h"
#include "tests/suites.h"
#include "tests/support/certs.h"
#include "tests/support/party.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BIG ((size_t)300 * 1024)

struct scene {
    struct td_clock clock;
    struct wire_net *net;
    struct wire_listener *listener;
    struct party client;
    struct party server;
};

static void run_idle(struct scene *scene)
{
    while (wire_mem_turn(scene->net))
        continue;
}

/* Connect and let everything happen that can. */
static void meet(struct scene *scene, size_t chunk,
                 const struct wire_tls_options *server,
                 const struct wire_tls_options *client)
{
    const struct wire_bind bind = {.host = "localhost", .tls = server};
    struct wire_dial dial = {.host = "localhost", .tls = client};

    *scene = (struct scene){0};
    td_clock_virtual(&scene->clock, TD_NS_PER_S, 0);
    scene->net = wire_mem_open(&scene->clock, chunk);
    CU_ASSERT_EQUAL_FATAL(wire_listen(scene->net, &bind, party_accept,
                                      &scene->server, &scene->listener, NULL),
                          TD_OK);
    dial.port = wire_listener_port(scene->listener);
    CU_ASSERT_EQUAL_FATAL(wire_connect(scene->net, &dial, &party_events,
                                       &scene->client, &scene->client.conn,
                                       NULL),
                          TD_OK);
}

static void tear_down(struct scene *scene)
{
    run_idle(scene);
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

static void plain_bytes_go_both_ways(void)
{
    static const size_t chunks[] = {0, 1, 7, 5000};
    const struct wire_tls_options server = {.cert_file = certs_path("good.pem"),
                                            .key_file = certs_path("good.key")};
    const struct wire_tls_options client = {.ca_file = certs_path("ca.pem")};
    struct td_buf sent = {0};

    fill(&sent, BIG);
    for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        struct scene scene;

        meet(&scene, chunks[i], &server, &client);
        /* Written before TLS is up: held, then sent. */
        CU_ASSERT_EQUAL(wire_write(scene.client.conn, td_buf_bytes(&sent)),
                        TD_OK);
        scene.server.echo = true;
        while (scene.client.got.len < BIG && wire_mem_turn(scene.net))
            continue;
        CU_ASSERT_EQUAL(scene.client.opened, 1);
        CU_ASSERT_EQUAL(scene.server.opened, 1);
        CU_ASSERT_TRUE(td_bytes_equal(td_buf_bytes(&sent),
                                      td_buf_bytes(&scene.client.got)));
        wire_shutdown(scene.client.conn);
        run_idle(&scene);
        CU_ASSERT_EQUAL(scene.client.closed, 1);
        CU_ASSERT_EQUAL(scene.server.closed, 1);
        CU_ASSERT_EQUAL(scene.client.why.code, TD_OK);
        CU_ASSERT_EQUAL(scene.server.why.code, TD_OK);
        tear_down(&scene);
    }
    td_buf_release(&sent);
}

static void a_certificate_that_does_not_fit_is_refused(void)
{
    const struct {
        const char *cert;
        const char *key;
        const char *ca;
        const char *name;
        bool insecure;
        const char *text; /* NULL = accepted */
    } rows[] = {
        {"good.pem", "good.key", "ca.pem", "localhost", false, NULL},
        {"good.pem", "good.key", "ca.pem", "127.0.0.1", false, NULL},
        {"good.pem", "good.key", "ca.pem", "127.0.0.2", false,
         "the server's certificate is not for 127.0.0.2"},
        {"good.pem", "good.key", "ca.pem", "example.org", false,
         "the server's certificate is not for example.org"},
        {"other.pem", "other.key", "ca.pem", NULL, false,
         "the server's certificate is not for localhost"},
        {"other.pem", "other.key", "ca.pem", "", false,
         "the server's certificate is not for localhost"},
        {"other.pem", "other.key", "ca.pem", "other.example", false, NULL},
        {"selfsigned.pem", "selfsigned.key", "ca.pem", NULL, false,
         "nobody trusted signed the server's certificate (self-signed "
         "certificate)"},
        {"selfsigned.pem", "selfsigned.key", "selfsigned.pem", NULL, false,
         NULL},
        {"expired.pem", "good.key", "ca.pem", NULL, false,
         "the server's certificate has expired"},
        {"expired.pem", "good.key", "ca.pem", "example.org", true, NULL},
        {"good.pem", "good.key", NULL, NULL, false,
         "nobody trusted signed the server's certificate (unable to get local "
         "issuer certificate)"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct wire_tls_options server = {
            .cert_file = certs_path(rows[i].cert),
            .key_file = certs_path(rows[i].key)};
        const struct wire_tls_options client = {
            .ca_file = rows[i].ca ? certs_path(rows[i].ca) : NULL,
            .server_name = rows[i].name,
            .insecure = rows[i].insecure};
        struct scene scene;

        meet(&scene, 0, &server, &client);
        run_idle(&scene);
        if (rows[i].text) {
            CU_ASSERT_EQUAL(scene.client.why.code, TD_PROTOCOL);
            CU_ASSERT_STRING_EQUAL(scene.client.why.text, rows[i].text);
            CU_ASSERT_EQUAL(scene.client.opened, 0);
            CU_ASSERT_EQUAL(scene.server.received, 0);
        } else {
            CU_ASSERT_EQUAL(scene.client.opened, 1);
            CU_ASSERT_EQUAL(scene.client.closed, 0);
        }
        tear_down(&scene);
    }
}

static void a_plain_peer_is_told_apart(void)
{
    const struct wire_tls_options options = {.cert_file =
                                                 certs_path("good.pem"),
                                             .key_file = certs_path("good.key"),
                                             .ca_file = certs_path("ca.pem")};
    struct scene scene;

    meet(&scene, 0, NULL, &options);
    scene.server.echo = true; /* a ClientHello back: not what was expected */
    run_idle(&scene);
    CU_ASSERT_EQUAL(scene.client.opened, 0);
    CU_ASSERT_EQUAL(scene.client.why.code, TD_PROTOCOL);
    tear_down(&scene);

    meet(&scene, 0, &options, NULL);
    CU_ASSERT_EQUAL(
        wire_write(scene.client.conn, td_text("GET / HTTP/1.1\r\n")), TD_OK);
    run_idle(&scene);
    CU_ASSERT_EQUAL(scene.server.opened, 0);
    CU_ASSERT_EQUAL(scene.client.closed, 1);
    tear_down(&scene);
}

static void a_paused_conn_keeps_what_is_decrypted(void)
{
    const struct wire_tls_options options = {.cert_file =
                                                 certs_path("good.pem"),
                                             .key_file = certs_path("good.key"),
                                             .ca_file = certs_path("ca.pem")};
    struct td_buf sent = {0};
    struct scene scene;

    fill(&sent, BIG);
    meet(&scene, 0, &options, &options);
    run_idle(&scene);
    scene.client.pause_on_bytes = true;
    CU_ASSERT_EQUAL(wire_write(scene.server.conn, td_buf_bytes(&sent)), TD_OK);
    wire_shutdown(scene.server.conn);
    CU_ASSERT_TRUE(wire_mem_turn(scene.net));
    CU_ASSERT_EQUAL(scene.client.received, 1);
    scene.client.pause_on_bytes = false;
    wire_pause(scene.client.conn, false);
    run_idle(&scene);
    CU_ASSERT_TRUE(
        td_bytes_equal(td_buf_bytes(&sent), td_buf_bytes(&scene.client.got)));
    CU_ASSERT_EQUAL(scene.client.why.code, TD_OK);
    tear_down(&scene);
    td_buf_release(&sent);
}

static void files_that_do_not_fit_are_refused(void)
{
    const struct wire_tls_options bad_cert = {.cert_file = "/nonexistent"};
    const struct wire_tls_options bad_key = {
        .cert_file = certs_path("good.pem"),
        .key_file = certs_path("other.key")};
    const struct wire_tls_options *rows[] = {&bad_cert, &bad_key};

    for (size_t i = 0; i < 2; i++) {
        struct wire_bind bind = {.tls = rows[i]};
        struct wire_listener *listener = NULL;
        struct td_error err = {0};
        struct td_clock clock;
        struct wire_net *net;

        td_clock_virtual(&clock, 0, 0);
        net = wire_mem_open(&clock, 0);
        CU_ASSERT_EQUAL(
            wire_listen(net, &bind, party_accept, NULL, &listener, &err),
            TD_USAGE);
        CU_ASSERT_TRUE(strlen(err.hint) > 0);
        wire_net_close(net);
    }
}

/* --- openssl as the peer -------------------------------------------------- */

struct guard {
    struct wire_net *net;
    struct wire_timer timer;
    struct wire_timer check;
    struct party *party;
    size_t want; /* bytes, or the close */
    bool late;
};

static void too_late(void *ctx)
{
    struct guard *guard = ctx;

    guard->late = true;
    wire_stop(guard->net);
}

static void check(void *ctx)
{
    struct guard *guard = ctx;

    if (guard->party->closed || guard->party->got.len >= guard->want)
        wire_stop(guard->net);
    else
        wire_timer_set(guard->net, &guard->check,
                       wire_now(guard->net) + TD_NS_PER_MS);
}

static void wait_for(struct wire_net *net, struct party *party, size_t want)
{
    struct guard guard = {.net = net, .party = party, .want = want};

    guard.timer = (struct wire_timer){.fire = too_late, .ctx = &guard};
    guard.check = (struct wire_timer){.fire = check, .ctx = &guard};
    wire_timer_set(net, &guard.timer, wire_now(net) + 20 * TD_NS_PER_S);
    wire_timer_set(net, &guard.check, 0);
    CU_ASSERT_EQUAL(wire_run(net, NULL), TD_OK);
    CU_ASSERT_FALSE(guard.late);
    wire_timer_cancel(net, &guard.timer);
    wire_timer_cancel(net, &guard.check);
}

/* The port in openssl's "ACCEPT 127.0.0.1:4711". */
static uint16_t announced_port(int fd)
{
    char line[256] = "";
    unsigned port = 0;
    size_t len = 0;

    while (len + 1 < sizeof(line) && read(fd, line + len, 1) == 1) {
        len++;
        if (line[len - 1] != '\n')
            continue;
        line[len] = '\0';
        if (sscanf(line, "ACCEPT %*[^:]:%u", &port) == 1)
            break;
        len = 0;
    }
    return (uint16_t)port;
}

static void start(struct td_proc *proc, char *command, enum td_proc_stream in)
{
    char shell[] = "/bin/sh";
    char flag[] = "-c";
    char *const argv[] = {shell, flag, command, NULL};
    const struct td_proc_options options = {
        .argv = argv, .in = in, .out = TD_PROC_PIPE, .err = TD_PROC_NULL};

    CU_ASSERT_EQUAL_FATAL(td_proc_spawn(proc, &options, NULL), TD_OK);
}

static void a_client_talks_to_openssl(void)
{
    static const char *const versions[] = {"-tls1_2", "-tls1_3"};

    for (size_t i = 0; i < 2; i++) {
        char command[512];
        const struct wire_tls_options tls = {.ca_file = certs_path("ca.pem")};
        struct wire_dial dial = {.host = "localhost", .tls = &tls};
        struct party party = {0};
        struct wire_net *net = NULL;
        struct td_proc proc;

        (void)snprintf(command, sizeof(command),
                       "exec openssl s_server -accept 127.0.0.1:0 -cert %s"
                       " -key %s -rev -naccept 1 -alpn http/1.1 %s",
                       certs_path("good.pem"), certs_path("good.key"),
                       versions[i]);
        start(&proc, command, TD_PROC_NULL);
        dial.port = announced_port(proc.out);
        CU_ASSERT_EQUAL_FATAL(wire_lws_open(&net, td_clock_real(), NULL),
                              TD_OK);
        CU_ASSERT_EQUAL_FATAL(
            wire_connect(net, &dial, &party_events, &party, &party.conn, NULL),
            TD_OK);
        (void)wire_write(party.conn, td_text("tapedeck\n"));
        wait_for(net, &party, 9);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&party.got), "kcedepat\n");
        if (party.conn)
            wire_shutdown(party.conn);
        wait_for(net, &party, SIZE_MAX);
        CU_ASSERT_EQUAL(party.why.code, TD_OK);
        wire_net_close(net);
        td_proc_stop(&proc, TD_NS_PER_S);
        party_release(&party);
    }
}

static void a_server_talks_to_openssl(void)
{
    const struct wire_tls_options tls = {.cert_file = certs_path("good.pem"),
                                         .key_file = certs_path("good.key")};
    const struct wire_bind bind = {.tls = &tls};
    struct wire_listener *listener = NULL;
    struct party party = {.echo = true};
    struct wire_net *net = NULL;
    struct td_proc proc;
    char command[512];
    char back[16] = "";

    CU_ASSERT_EQUAL_FATAL(wire_lws_open(&net, td_clock_real(), NULL), TD_OK);
    CU_ASSERT_EQUAL_FATAL(
        wire_listen(net, &bind, party_accept, &party, &listener, NULL), TD_OK);
    (void)snprintf(command, sizeof(command),
                   "exec openssl s_client -connect 127.0.0.1:%u -CAfile %s"
                   " -verify_return_error -servername localhost"
                   " -verify_hostname localhost -quiet -no_ign_eof",
                   wire_listener_port(listener), certs_path("ca.pem"));
    start(&proc, command, TD_PROC_PIPE);
    CU_ASSERT_EQUAL(write(proc.in, "tapedeck\n", 9), 9);
    wait_for(net, &party, 9);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&party.got), "tapedeck\n");
    if (party.conn)
        wire_shutdown(party.conn);
    wait_for(net, &party, SIZE_MAX);
    CU_ASSERT_EQUAL(read(proc.out, back, 9), 9);
    CU_ASSERT_STRING_EQUAL(back, "tapedeck\n");
    wire_listener_close(listener);
    wire_net_close(net);
    td_proc_stop(&proc, TD_NS_PER_S);
    party_release(&party);
}

CU_TestInfo wire_net_tls_tests[] = {
    {"plain bytes go both ways", plain_bytes_go_both_ways},
    {"a certificate that does not fit is refused",
     a_certificate_that_does_not_fit_is_refused},
    {"a plain peer is told apart", a_plain_peer_is_told_apart},
    {"a paused conn keeps what is decrypted",
     a_paused_conn_keeps_what_is_decrypted},
    {"files that do not fit are refused", files_that_do_not_fit_are_refused},
    {"a client talks to openssl", a_client_talks_to_openssl},
    {"a server talks to openssl", a_server_talks_to_openssl},
    CU_TEST_INFO_NULL,
};
