#include "core/mem.h"
#include "core/rand.h"
#include "wire/limits.h"
#include "wire/server/server_internal.h"
#include "wire/ws/handshake.h"

#include <stdlib.h>

#define GOODBYE_NS (2 * TD_NS_PER_S) /* between a disconnect and a close */

static uint64_t now_of(const struct server_sio *s)
{
    return wire_now(s->server->net);
}

static struct td_bytes any_ns(void)
{
    return td_bytes(NULL, 0);
}

static struct wire_peer *find_named(const struct server_sio *s,
                                    struct td_bytes ns)
{
    return server_session_peer(s, ns.len > 0 ? ns : td_text(""));
}

static void unlink_session(struct server_sio *s)
{
    if (s->prev)
        s->prev->next = s->next;
    else
        s->server->sessions = s->next;
    if (s->next)
        s->next->prev = s->prev;
}

void server_sio_free(struct server_sio *s)
{
    wire_timer_cancel(s->server->net, &s->timer);
    server_slow(s->server, &s->slow, false);
    unlink_session(s);
    server_session_remove(s);
    eio_server_free(s->eio);
    sio_session_free(s->sio);
    free(s->address);
    free(s);
}

static void leave_all(struct server_sio *s)
{
    struct wire_peer *peer;

    while ((peer = server_session_peer(s, any_ns())))
        server_peer_left(peer, &s->why);
}

/* The session is over and its WebSocket is gone: nothing more can arrive. */
static void bury(struct server_sio *s)
{
    if (!s->over || s->ws)
        return;
    leave_all(s);
    wire_timer_set(s->server->net, &s->timer, now_of(s));
}

/* The first reason counts. */
static void set_why(struct server_sio *s, const struct td_error *why)
{
    if (!s->has_why)
        s->why = *why;
    s->has_why = true;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void rearm(struct server_sio *s)
{
    uint64_t due = s->doomed ? now_of(s) : s->close_at;

    if (s->over)
        return;
    due = sooner(due, eio_server_due(s->eio));
    if (s->sio)
        due = sooner(due, sio_session_due(s->sio));
    wire_timer_set(s->server->net, &s->timer, due);
}

/* The polls have had time to fetch the end; what waits is given more. */
static void close_if_fetched(struct server_sio *s)
{
    s->close_at = TD_NEVER;
    if (eio_server_queued(s->eio) > 0)
        s->close_at = now_of(s) + GOODBYE_NS;
    else
        eio_server_close(s->eio, now_of(s));
}

static void fire(void *ctx)
{
    struct server_sio *s = ctx;
    struct wire_server *server = s->server;

    if (s->over && !s->ws) {
        server_sio_free(s);
        server_maybe_done(server);
        return;
    }
    if (s->doomed)
        eio_server_close(s->eio, now_of(s));
    s->doomed = false;
    if (now_of(s) >= s->close_at)
        close_if_fetched(s);
    if (now_of(s) >= eio_server_due(s->eio))
        eio_server_tick(s->eio, now_of(s));
    if (!s->over && s->sio && now_of(s) >= sio_session_due(s->sio))
        sio_session_tick(s->sio, now_of(s));
    rearm(s);
}

/* What waited for a poll has been given to one, or to the WebSocket, where it
 * begins at that byte.
 */
static void nothing_waits(struct server_sio *s, struct server_conn *ws,
                          uint64_t start)
{
    for (struct wire_peer *peer = s->peers; peer; peer = peer->sibling) {
        for (uint64_t i = 0; ws && i < peer->waiting; i++)
            server_peer_note(peer, ws, start);
        peer->waiting = 0;
    }
}

/* Engine.IO asks. */

static void reply(void *ctx, int status, struct td_bytes body)
{
    struct server_sio *s = ctx;
    struct server_conn *c = s->polls[0];

    s->polls[0] = s->polls[1];
    s->polls[1] = NULL;
    server_slow(s->server, &s->slow, false);
    s->unfetched = 0;
    if (eio_server_queued(s->eio) == 0)
        nothing_waits(s, NULL, 0);
    if (!c)
        return;
    c->sio = NULL;
    server_session_feed(s, c);
    server_http_answer(c, c->http.head, status, "text/plain; charset=UTF-8",
                       body);
    server_conn_resume(c);
}

static void frame(void *ctx, struct td_bytes data, bool binary)
{
    struct server_sio *s = ctx;

    if (s->ws)
        server_ws_frame(s->ws, binary ? WS_BINARY : WS_TEXT, data);
}

static void hang_up(void *ctx)
{
    struct server_sio *s = ctx;
    struct server_conn *c = s->ws;

    if (!c)
        return;
    if (!s->streaming) {
        c->sio = NULL;
        s->ws = NULL;
    }
    server_ws_close(c, WS_CODE_NORMAL, "");
}

static void message(void *ctx, struct td_bytes data, bool binary)
{
    struct server_sio *s = ctx;

    /* What crosses our goodbye is for a namespace we have left. */
    if (s->close_at != TD_NEVER)
        return;
    if (!s->sio)
        server_eio_message(s, data, binary);
    else
        sio_session_receive(s->sio, data, binary, now_of(s));
}

static void packet(void *ctx, const struct eio_packet *p)
{
    struct server_sio *s = ctx;
    struct wire_peer *peer = server_session_peer(s, any_ns());

    if (peer && p->type == EIO_PONG)
        server_peer_event(peer, TD_KIND_PONG, TD_FORM_TEXT, p->data);
    else if (peer && p->type == EIO_PING)
        server_peer_event(peer, TD_KIND_PING, TD_FORM_TEXT, p->data);
}

/* What was gathered before the switch was also queued for the polls. */
static void upgraded(void *ctx)
{
    struct server_sio *s = ctx;

    server_flush(s->server);
    s->streaming = true;
    nothing_waits(s, s->ws, wire_offered(s->ws->conn));
}

static void closed(void *ctx, const struct td_error *why)
{
    struct server_sio *s = ctx;

    server_session_leaving(s);
    s->over = true;
    set_why(s, why);
    bury(s);
}

static const struct eio_server_events eio_events = {
    .reply = reply,
    .frame = frame,
    .hang_up = hang_up,
    .message = message,
    .packet = packet,
    .upgraded = upgraded,
    .closed = closed,
};

/* Socket.IO asks. */

static void send_message(void *ctx, struct td_bytes data, bool binary)
{
    struct server_sio *s = ctx;

    if (eio_server_send(s->eio, data, binary) == TD_LIMIT)
        server_session_doom(s, true);
}

static bool admit(void *ctx, struct td_bytes ns, struct td_bytes auth,
                  struct td_buf *answer)
{
    return server_sio_admit(ctx, ns, auth, answer);
}

static void joined(void *ctx, struct td_bytes ns)
{
    struct server_sio *s = ctx;
    struct wire_peer *peer = server_peer_new(s->server, WIRE_SIO, s->address);

    peer->sio = s;
    peer->sibling = s->peers;
    s->peers = peer;
    free(peer->ns);
    peer->ns = td_strndup(ns.ptr, ns.len);
    peer->ctx = s->peer_ctx;
    s->peer_ctx = NULL;
    server_peer_joined(peer);
}

static void left(void *ctx, struct td_bytes ns)
{
    struct server_sio *s = ctx;
    struct wire_peer *peer = find_named(s, ns);
    struct td_error why = {0};

    if (peer)
        server_peer_left(peer, &why);
}

/* Joining and leaving are told by the calls above. */
static void event(void *ctx, const struct td_event *seen)
{
    struct server_sio *s = ctx;
    struct wire_server *server = s->server;
    struct wire_peer *peer = find_named(s, seen->ns);
    struct td_event ev = *seen;

    if (!peer || !td_event_is_plain(seen) || !server->events.event)
        return;
    ev.at_ns = now_of(s);
    ev.conn = peer->id;
    ev.dir = TD_DIR_IN;
    server->events.event(server->ctx, peer, &ev);
}

static void bad(void *ctx, struct td_bytes bytes, const struct td_error *why)
{
    struct server_sio *s = ctx;
    struct wire_peer *peer = server_session_peer(s, any_ns());

    if (peer)
        server_peer_bad(peer, bytes, why);
    set_why(s, why);
    eio_server_close(s->eio, now_of(s));
}

static const struct sio_session_events sio_events = {
    .send = send_message,
    .admit = admit,
    .joined = joined,
    .left = left,
    .event = event,
    .bad = bad,
};

/* Requests. */

/* ws: the conn of its WebSocket, or NULL if it begins by polling. */
static struct server_sio *new_session(struct server_conn *c,
                                      struct server_conn *ws)
{
    struct wire_server *server = c->server;
    struct eio_server_options eio = {
        .ping_interval_ns = server->options.ping_interval_ns,
        .ping_timeout_ns = server->options.ping_timeout_ns,
        .max_payload = server->options.max_message,
        .max_queue = server->options.max_queue};
    struct sio_session_options sio = {.role = SIO_SERVER,
                                      .max_bytes = server->options.max_message,
                                      .connect_ns = server->options.connect_ns,
                                      .answer_acks =
                                          !server->options.owner_answers};
    struct server_sio *s = td_calloc(1, sizeof(*s));
    uint64_t now = wire_now(server->net);
    char sid[TD_UUID_SIZE];

    td_uuid4(td_rand_real(), sid);
    s->server = server;
    s->address = td_strdup(wire_peer_name(c->conn));
    s->timer = (struct wire_timer){.fire = fire, .ctx = s};
    s->ws = ws;
    s->trusted = c->trusted;
    s->streaming = ws;
    s->close_at = TD_NEVER;
    if (ws)
        ws->sio = s;
    s->next = server->sessions;
    if (s->next)
        s->next->prev = s;
    server->sessions = s;
    if (!server->options.engine_io)
        s->sio = sio_session_new(&sio, &sio_events, s, now);
    s->eio = eio_server_new(&eio, sid, ws ? EIO_WEBSOCKET : EIO_POLLING,
                            &eio_events, s, now);
    server_session_add(s);
    return s;
}

static void refuse(struct server_conn *c, const struct http_head *head,
                   enum eio_refusal refusal)
{
    struct td_buf body = {0};

    (void)eio_refusal_body(&body, refusal);
    server_http_answer(c, head, eio_refusal_status(refusal), "application/json",
                       td_buf_bytes(&body));
    td_buf_release(&body);
}

static void open_socket(struct server_conn *c, const struct http_head *head,
                        struct server_sio *s)
{
    bool taken = s && !eio_server_probe(s->eio, now_of(s));

    if (!server_ws_upgrade(c, head, SERVER_SIO)) {
        if (s && !taken)
            eio_server_frame_gone(s->eio, now_of(s));
        return;
    }
    if (taken) { /* as the reference server: clients see a close, no error */
        server_ws_close(c, WS_CODE_POLICY, "the session has a WebSocket");
        return;
    }
    if (!s) {
        s = new_session(c, c);
        server_eio_open(s);
        rearm(s);
        return;
    }
    s->ws = c;
    c->sio = s;
    rearm(s);
}

static void post(struct server_conn *c, const struct http_head *head,
                 struct server_sio *s)
{
    size_t before = eio_server_queued(s->eio);
    int status = eio_server_post(s->eio, td_buf_bytes(&c->body), now_of(s));
    size_t queued = eio_server_queued(s->eio);

    s->unfetched += queued > before ? queued - before : 0;
    if (s->unfetched > WIRE_UNFETCHED_MAX && !s->over)
        server_session_doom(s, false);
    server_http_answer(c, head, status, "text/html",
                       td_text(status == 200 ? "ok" : ""));
    rearm(s);
}

/* A poll behind an answer that is still here was not sent by who reads it. */
static void poll(struct server_conn *c, const struct http_head *head,
                 struct server_sio *s)
{
    if (s && s->fed && s->fed != c && wire_pending(s->fed->conn) > 0) {
        refuse(c, head, EIO_BAD_REQUEST);
        server_session_doom(s, false);
        return;
    }
    if (!s) {
        s = new_session(c, NULL);
        server_eio_open(s);
    }
    c->sio = s;
    c->held = true;
    s->polls[s->polls[0] ? 1 : 0] = c;
    eio_server_poll(s->eio, now_of(s));
    rearm(s);
}

void server_sio_request(struct server_conn *c, const struct http_head *head)
{
    struct eio_query query = eio_query_parse(head->query);
    struct server_sio *s =
        query.sid.len > 0 ? server_session_find(c->server, query.sid) : NULL;
    bool upgrade = ws_is_upgrade(head);
    enum eio_refusal refusal =
        eio_query_check(&query, head->method, upgrade, s,
                        s ? eio_server_transport(s->eio) : EIO_POLLING);

    if (s && c->trusted)
        s->trusted = true;
    if (refusal != EIO_ACCEPTED)
        refuse(c, head, refusal);
    else if (!s && c->server->finishing)
        server_http_refuse(c, 503, "the server is closing");
    else if (upgrade)
        open_socket(c, head, s);
    else if (td_bytes_is(head->method, "POST"))
        post(c, head, s);
    else
        poll(c, head, s);
}

void server_sio_received(struct server_conn *c, const struct ws_message *m)
{
    struct server_sio *s = c->sio;

    if (!s || (m->opcode != WS_TEXT && m->opcode != WS_BINARY))
        return;
    eio_server_frame(s->eio, m->payload, m->opcode == WS_BINARY, now_of(s));
    rearm(s);
}

static void socket_gone(struct server_sio *s, const struct td_error *why)
{
    if (s->streaming)
        set_why(s, why);
    if (!s->over)
        eio_server_frame_gone(s->eio, now_of(s));
    if (s->over)
        leave_all(s); /* counts what was left in the socket */
    s->ws = NULL;
    bury(s);
    rearm(s);
}

void server_sio_gone(struct server_conn *c, const struct td_error *why)
{
    struct server_sio *s = c->sio;

    c->sio = NULL;
    if (s->ws == c) {
        socket_gone(s, why);
        return;
    }
    if (s->polls[0] == c)
        s->polls[0] = s->polls[1];
    s->polls[1] = NULL;
    eio_server_poll_gone(s->eio, now_of(s));
    rearm(s);
}

/* Over polling the close packet must not come with the last messages: the
 * official client forgets what it has not yet told when it reads one.
 */
void server_sio_close(struct server_sio *s)
{
    struct wire_peer *peer;
    struct wire_peer *next;

    for (peer = s->sio ? s->peers : NULL; peer; peer = next) {
        next = peer->sibling;
        sio_session_leave(s->sio, td_text(peer->ns));
    }
    if (s->streaming) {
        eio_server_close(s->eio, now_of(s));
    } else if (!s->peers && !s->ws && !s->polls[0]) {
        s->over = true; /* nobody has joined, nobody asks: no end is owed */
        bury(s);
        return;
    } else {
        eio_server_flush(s->eio);
        s->close_at = now_of(s) + GOODBYE_NS;
    }
    rearm(s);
}

bool server_sio_room(struct wire_peer *peer)
{
    struct server_sio *s = peer->sio;

    if (!s->over && !s->doomed &&
        (!s->streaming || server_peer_room(peer, s->ws)))
        return true;
    peer->refused++;
    return false;
}

void server_sio_send(struct wire_peer *peer, const struct td_event *ev)
{
    struct server_sio *s = peer->sio;
    struct td_event own = envelope_sio(ev);
    uint64_t start = s->streaming ? wire_offered(s->ws->conn) : 0;
    struct td_error why; /* large, and filled only when needed */

    own.ns = td_text(peer->ns);
    if (!server_sio_room(peer))
        return;
    if (sio_session_send(s->sio, &own, 0, now_of(s), &why))
        server_peer_unfit(peer, ev, &why);
    else if (s->streaming)
        server_peer_note(peer, s->ws, start);
    else
        peer->waiting++;
    server_sio_rearm(s);
}

void server_sio_rearm(struct server_sio *s)
{
    if (!s->streaming && eio_server_queued(s->eio) > WIRE_HIGH_MARK)
        server_slow(s->server, &s->slow, true);
    if (!s->doomed)
        rearm(s);
}
