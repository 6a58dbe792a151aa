/* A whole server and four clients that say anything. The input is steps: a byte
 * whose low two bits name the client and whose high bits say what it does, then
 * for "say" a byte of length and the bytes. "SID!" in them becomes the session
 * id that the client was given last.
 */
#include "wire/server/server.h"

#include <stdlib.h>

#define CLIENTS 4
#define TURNS   64 /* of the loop behind each step: time moves on */

enum step { SAY, SAY_MORE, HANG_UP, BROADCAST };

struct guest {
    struct wire_conn *conn;
    struct td_buf got;
};

static unsigned peers;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_received(void *ctx, struct wire_conn *conn,
                        struct td_bytes bytes)
{
    struct guest *guest = ctx;

    (void)conn;
    (void)td_buf_add_bytes(&guest->got, bytes);
}

static void on_closed(void *ctx, struct wire_conn *conn,
                      const struct td_error *why)
{
    (void)conn;
    (void)why;
    ((struct guest *)ctx)->conn = NULL;
}

static const struct wire_conn_events guest_events = {.received = on_received,
                                                     .closed = on_closed};

static void on_joined(void *ctx, struct wire_peer *peer)
{
    (void)ctx;
    (void)peer;
    peers++;
}

static void on_left(void *ctx, struct wire_peer *peer, uint64_t lost,
                    const struct td_error *why)
{
    (void)ctx;
    (void)peer;
    (void)why;
    if (peers-- == 0 || lost > 1000000)
        abort();
}

static void on_event(void *ctx, struct wire_peer *peer,
                     const struct td_event *ev)
{
    (void)ctx;
    if (ev->dir != TD_DIR_IN || ev->conn != wire_peer_id(peer))
        abort();
}

static void turn(struct wire_net *net)
{
    for (int i = 0; i < TURNS && wire_mem_turn(net); i++)
        continue;
}

/* The bytes with the guest's session id in them. */
static void say(struct guest *guest, struct td_bytes bytes)
{
    static const char mark[] = "SID!";
    const char *sid = strstr(td_buf_str(&guest->got), "\"sid\":\"");

    while (bytes.len) {
        const uint8_t *at = memmem(bytes.ptr, bytes.len, mark, 4);
        size_t n = at ? (size_t)(at - bytes.ptr) : bytes.len;

        (void)wire_write(guest->conn, td_bytes(bytes.ptr, n));
        if (at && sid && strlen(sid) >= 7 + 36)
            (void)wire_write(guest->conn, td_bytes(sid + 7, 36));
        n += at ? 4 : 0;
        bytes = td_bytes(bytes.ptr + n, bytes.len - n);
    }
}

static void dial(struct wire_net *net, const struct wire_server *server,
                 struct guest *guest)
{
    struct wire_dial to = {.host = "127.0.0.1",
                           .port = wire_server_port(server)};

    if (!guest->conn &&
        wire_connect(net, &to, &guest_events, guest, &guest->conn, NULL))
        abort();
}

static void take_step(struct wire_net *net, struct wire_server *server,
                      struct guest *guest, unsigned step,
                      struct td_bytes *input)
{
    static const struct td_event event = {
        .form = TD_FORM_JSON, .seq = 1, .payload = {(const uint8_t *)"[1]", 3}};
    size_t len;

    if (step == BROADCAST) {
        wire_server_send(server, &event);
    } else if (step == HANG_UP) {
        if (guest->conn)
            wire_abort(guest->conn);
    } else if (input->len > 0) {
        len = input->ptr[0] < input->len ? input->ptr[0] : input->len - 1;
        dial(net, server, guest);
        say(guest, td_bytes(input->ptr + 1, len));
        *input = td_bytes(input->ptr + 1 + len, input->len - 1 - len);
    }
    if (step != SAY_MORE)
        turn(net);
}

static void end(struct wire_net *net, struct wire_server *server,
                struct guest *guests)
{
    wire_server_finish(server, NULL);
    turn(net);
    wire_server_free(server);
    for (unsigned i = 0; i < CLIENTS; i++) {
        if (guests[i].conn)
            wire_abort(guests[i].conn);
        turn(net);
        td_buf_release(&guests[i].got);
    }
    wire_net_close(net);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct wire_server_events events = {
        .joined = on_joined, .left = on_left, .event = on_event};
    static const char *const any[] = {"https://a.example", "*", NULL};
    struct wire_server_options options = {
        .max_message = 2000, .max_peers = 8, .access.origins = any};
    struct guest guests[CLIENTS] = {{0}};
    struct td_bytes input = {data, size};
    struct wire_server *server;
    struct td_clock clock;
    struct wire_net *net;

    peers = 0;
    td_clock_virtual(&clock, TD_NS_PER_S, 0);
    net = wire_mem_open(&clock, 0);
    if (wire_server_open(net, &options, &events, NULL, &server, NULL))
        abort();
    while (input.len > 0) {
        unsigned first = input.ptr[0];

        input = td_bytes(input.ptr + 1, input.len - 1);
        take_step(net, server, &guests[first % CLIENTS], first >> 6, &input);
    }
    end(net, server, guests);
    return 0;
}
