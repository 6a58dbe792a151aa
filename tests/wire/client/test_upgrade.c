/* A Socket.IO client that begins by polling, and whom a client trusts. */
#include "tests/suites.h"
#include "tests/support/certs.h"
#include "tests/support/client_scene.h"

#include <stdio.h>

#define OPEN_PACKET                                                            \
    "0{\"sid\":\"abc\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,"   \
    "\"pingTimeout\":20000,\"maxPayload\":1000}"

/* Every conn of the client has a party of its own, in the order of dialling. */
struct house {
    struct scene scene; /* without a client of its own */
    struct wire_listener *listener;
    struct wire_client *client;
    struct party parties[4];
    unsigned count;
};

static void on_accept(void *ctx, struct wire_conn *conn)
{
    struct house *house = ctx;

    party_accept(&house->parties[house->count++], conn);
}

static void house_open(struct house *house,
                       const struct wire_client_options *options)
{
    struct wire_bind bind = {.port = 81};

    house->count = 0;
    memset(house->parties, 0, sizeof(house->parties));
    scene_open(&house->scene,
               &(struct wire_client_options){.url = "ws://127.0.0.1/"});
    wire_client_free(house->scene.client);
    house->scene.client = NULL;
    CU_ASSERT_EQUAL_FATAL(wire_listen(house->scene.net, &bind, on_accept, house,
                                      &house->listener, NULL),
                          TD_OK);
    CU_ASSERT_EQUAL_FATAL(wire_client_open(house->scene.net, options,
                                           &scene_events, &house->scene,
                                           &house->client, NULL),
                          TD_OK);
}

static void house_close(struct house *house)
{
    wire_client_free(house->client);
    for (unsigned i = 0; i < house->count; i++)
        if (house->parties[i].conn)
            wire_abort(house->parties[i].conn);
    wire_listener_close(house->listener);
    scene_close(&house->scene);
    for (unsigned i = 0; i < house->count; i++)
        party_release(&house->parties[i]);
}

static bool has(struct party *party, const char *text)
{
    return strstr(td_buf_str(&party->got), text) != NULL;
}

/* The party that has got this, when it has. */
static struct party *until_got(struct house *house, const char *text)
{
    for (int turns = 0; turns < 5000; turns++) {
        for (unsigned i = 0; i < house->count; i++)
            if (has(&house->parties[i], text))
                return &house->parties[i];
        (void)wire_mem_turn(house->scene.net);
    }
    printf("\n    nobody got %s\n", text);
    CU_FAIL_FATAL("waited in vain");
    return NULL;
}

static void answer(struct party *party, const char *body)
{
    struct td_buf out = {0};

    (void)td_buf_addf(&out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
                      strlen(body), body);
    td_buf_clear(&party->got);
    (void)wire_write(party->conn, td_buf_bytes(&out));
    td_buf_release(&out);
}

/* The WebSocket's party is the scene's server from here on. */
static void open_socket(struct house *house)
{
    struct party *socket =
        until_got(house, "transport=websocket&sid=abc HTTP/1.1\r\n");

    house->scene.server = *socket;
    accept_upgrade(&house->scene);
    socket->got = (struct td_buf){0};
    wire_adopt(socket->conn, &party_events, &house->scene.server);
    socket->conn = NULL;
    until_frame(&house->scene, "1:0:2probe ");
}

/* Handshake, poll, CONNECT by POST, probe; then all is said on the WebSocket.
 */
static void polling_is_upgraded(void)
{
    struct house house;
    struct scene *s = &house.scene;
    struct party *poll;
    struct td_event ev = {.form = TD_FORM_TEXT, .payload = td_text("x")};

    house_open(&house,
               &(struct wire_client_options){.url = "sio://127.0.0.1:81/"});
    poll = until_got(&house, "GET /socket.io/?EIO=4&transport=polling HTTP");
    answer(poll, OPEN_PACKET);
    answer(until_got(&house, "\r\nContent-Length: 2\r\n"), "ok");
    poll = until_got(&house, "GET /socket.io/?EIO=4&transport=polling&sid=abc");
    answer(poll, "40{\"sid\":\"x\"}\x1e"
                 "2");
    until_logged(s, "> pong t:\n");
    CU_ASSERT_EQUAL(s->ready, 1);
    open_socket(&house);
    say_frame(s, WS_TEXT, td_text("3probe"));
    until_logged(s, "> ping t:probe\npong t:probe\n");
    answer(until_got(&house, "GET /socket.io/?EIO=4&transport=polling&sid=abc"),
           "6");
    answer(until_got(&house, "\r\n\r\n3"), "ok");
    until_logged(s, "upgrade j:{\"transport\":\"websocket\"}\n");
    CU_ASSERT_EQUAL(wire_client_send(house.client, &ev, NULL), TD_OK);
    until_frame(s, "1:0:5 1:0:42[\"message\",\"x\"] ");
    say_frame(s, WS_TEXT, td_text("2"));
    until_frame(s, "1:0:3 ");
    house_close(&house);
}

static void clients_refuse_whom_they_do_not_trust(void)
{
    static const struct {
        const char *cert;
        const char *key;
        const char *ca;
        const char *name;
        bool insecure;
        const char *text; /* NULL: trusted */
    } rows[] = {
        {"good.pem", "good.key", "ca.pem", NULL, false, NULL},
        {"other.pem", "other.key", "ca.pem", NULL, false, "not for localhost"},
        {"other.pem", "other.key", "ca.pem", "other.example", false, NULL},
        {"selfsigned.pem", "selfsigned.key", "ca.pem", NULL, false, "self"},
        {"selfsigned.pem", "selfsigned.key", "selfsigned.pem", NULL, false,
         NULL},
        {"selfsigned.pem", "selfsigned.key", NULL, NULL, true, NULL},
        {"expired.pem", "good.key", "ca.pem", NULL, false, "expired"},
    };
    static const char *const urls[] = {"wss://localhost:443/",
                                       "https://localhost:443/",
                                       "sios://localhost:443/"};

    for (size_t i = 0; i < 3 * sizeof(rows) / sizeof(rows[0]); i++) {
        char ca[128];
        char cert[128];
        char key[128];
        struct wire_tls_options own = {.cert_file = cert, .key_file = key};
        struct wire_bind bind = {.host = "localhost", .port = 443, .tls = &own};
        struct wire_client_options options = {
            .url = urls[i % 3],
            .tls = {.ca_file = rows[i / 3].ca ? ca : NULL,
                    .server_name = rows[i / 3].name,
                    .insecure = rows[i / 3].insecure}};
        struct wire_client *client;
        struct wire_listener *listener;
        struct party server = {0};
        struct scene s;

        (void)snprintf(cert, sizeof(cert), "%s", certs_path(rows[i / 3].cert));
        (void)snprintf(key, sizeof(key), "%s", certs_path(rows[i / 3].key));
        if (rows[i / 3].ca)
            (void)snprintf(ca, sizeof(ca), "%s", certs_path(rows[i / 3].ca));
        scene_open(&s, &(struct wire_client_options){.url = "ws://127.0.0.1/"});
        wire_client_free(s.client);
        s.client = NULL;
        CU_ASSERT_EQUAL_FATAL(
            wire_listen(s.net, &bind, party_accept, &server, &listener, NULL),
            TD_OK);
        CU_ASSERT_EQUAL_FATAL(
            wire_client_open(s.net, &options, &scene_events, &s, &client, NULL),
            TD_OK);
        for (int k = 0; k < 200 && !s.ended && server.got.len == 0; k++)
            (void)wire_mem_turn(s.net);
        CU_ASSERT_EQUAL(server.got.len > 0, rows[i / 3].text == NULL);
        if (rows[i / 3].text) {
            CU_ASSERT_EQUAL(s.ended, 1);
            CU_ASSERT_EQUAL(s.why.code, TD_PROTOCOL);
            if (!strstr(s.why.text, rows[i / 3].text))
                printf("\n    row %zu: %s\n", i / 3, s.why.text);
            CU_ASSERT_PTR_NOT_NULL(strstr(s.why.text, rows[i / 3].text));
        }
        wire_client_free(client);
        if (server.conn)
            wire_abort(server.conn);
        wire_listener_close(listener);
        scene_close(&s);
        party_release(&server);
    }
}

CU_TestInfo wire_client_upgrade_tests[] = {
    {"polling is upgraded", polling_is_upgraded},
    {"clients refuse whom they do not trust",
     clients_refuse_whom_they_do_not_trust},
    CU_TEST_INFO_NULL,
};
