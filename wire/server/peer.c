#include "core/mem.h"
#include "wire/event/control_payload.h"
#include "wire/limits.h"
#include "wire/server/server_internal.h"

#include <stdlib.h>

/* Bytes of plain text in a record (RFC 8446, 5.1). */
#define TLS_RECORD 16384u

struct wire_peer *server_peer_new(struct wire_server *server,
                                  enum wire_dialect dialect,
                                  const char *address)
{
    struct wire_peer *peer = td_calloc(1, sizeof(*peer));

    peer->server = server;
    peer->dialect = dialect;
    peer->id = ++server->last_id;
    peer->address = td_strdup(address);
    peer->ns = td_strdup("");
    peer->last_id = td_strdup("");
    peer->target = td_strdup("");
    return peer;
}

/* What is gathered for others must not reach a peer that comes behind it. */
void server_peer_joined(struct wire_peer *peer)
{
    struct wire_server *server = peer->server;
    struct wire_peer **head = &server->peers[peer->dialect];

    server_flush(server);
    peer->next = *head;
    if (peer->next)
        peer->next->prev = peer;
    *head = peer;
    server->peer_count++;
    if (server->events.joined)
        server->events.joined(server->ctx, peer);
}

static struct server_conn *conn_of(const struct wire_peer *peer)
{
    return peer->sio ? peer->sio->ws : peer->conn;
}

static struct server_sent *sent_at(struct server_deliveries *deliveries,
                                   uint32_t i)
{
    return &deliveries->ring[(deliveries->first + i) & (deliveries->cap - 1)];
}

/* Where the message that ends at byte `end` of a block of `len` bytes ends in
 * `sent` bytes that TLS made of it: whole records of TLS_RECORD bytes, each
 * with the same number of bytes around it.
 */
static uint64_t end_in_records(uint64_t end, uint64_t len, uint64_t sent)
{
    uint64_t records = (len + TLS_RECORD - 1) / TLS_RECORD;
    uint64_t around = (sent - len) / records;
    uint64_t nth = (end + TLS_RECORD - 1) / TLS_RECORD;
    uint64_t whole = nth * TLS_RECORD < len ? nth * TLS_RECORD : len;

    return whole + nth * around;
}

/* Messages of one entry that had not wholly left at byte `gone`. */
static uint64_t count_unsent(const struct server_sent *sent, uint64_t gone)
{
    uint64_t size = sent->end - sent->start;
    uint64_t n = 0;
    uint64_t len;

    if (sent->end <= gone)
        return 0;
    if (!sent->tally)
        return 1;
    len = sent->tally->ends[sent->tally->count - 1];
    for (uint32_t i = 0; i < sent->tally->count; i++) {
        uint64_t end = sent->tally->ends[i];

        if (size > len)
            end = end_in_records(end, len, size);
        n += sent->start + end > gone;
    }
    return n;
}

uint64_t server_gone_bytes(const struct server_conn *c)
{
    return wire_offered(c->conn) - wire_pending(c->conn);
}

static uint64_t count_lost(const struct wire_peer *peer)
{
    struct server_conn *c = conn_of(peer);
    uint64_t lost = peer->refused + peer->waiting;

    for (uint32_t i = 0; c && i < c->deliveries.count; i++) {
        const struct server_sent *sent = sent_at(&c->deliveries, i);

        if (sent->peer == peer)
            lost += count_unsent(sent, server_gone_bytes(c));
    }
    return lost;
}

/* A peer that is gone leaves its entries behind, for nobody. */
static void forget_entries(struct wire_peer *peer)
{
    struct server_conn *c = conn_of(peer);

    for (uint32_t i = 0; c && i < c->deliveries.count; i++)
        if (sent_at(&c->deliveries, i)->peer == peer)
            sent_at(&c->deliveries, i)->peer = NULL;
}

void server_peer_left(struct wire_peer *peer, const struct td_error *why)
{
    struct wire_server *server = peer->server;
    uint64_t lost;

    server_flush(server);
    lost = count_lost(peer);
    forget_entries(peer);
    if (peer->prev)
        peer->prev->next = peer->next;
    else
        server->peers[peer->dialect] = peer->next;
    if (peer->next)
        peer->next->prev = peer->prev;
    if (peer->sio)
        server_session_leave(peer);
    server_groups_left(peer);
    server->peer_count--;
    if (server->events.left)
        server->events.left(server->ctx, peer, lost, why);
    free(peer->address);
    free(peer->ns);
    free(peer->last_id);
    free(peer->target);
    free(peer);
}

static void leaving(struct wire_peer *peer)
{
    struct wire_server *server = peer->server;

    if (peer->leaving)
        return;
    server_flush(server);
    peer->leaving = true;
    if (server->events.leaving)
        server->events.leaving(server->ctx, peer);
}

void server_session_leaving(struct server_sio *s)
{
    for (struct wire_peer *peer = s->peers; peer; peer = peer->sibling)
        leaving(peer);
}

void server_conn_leaving(struct server_conn *c)
{
    if (c->peer)
        leaving(c->peer);
    if (c->sio && c->sio->ws == c && c->sio->streaming)
        server_session_leaving(c->sio);
}

void server_peer_event(struct wire_peer *peer, const char *kind,
                       enum td_form form, struct td_bytes payload)
{
    struct wire_server *server = peer->server;
    struct td_event ev = {.at_ns = wire_now(server->net),
                          .conn = peer->id,
                          .dir = TD_DIR_IN,
                          .form = form,
                          .kind = td_text(kind),
                          .payload = payload};

    if (server->events.event)
        server->events.event(server->ctx, peer, &ev);
}

void server_peer_bad(struct wire_peer *peer, struct td_bytes bytes,
                     const struct td_error *why)
{
    struct td_buf json = {0};

    event_payload_bad(&json, bytes, why->text);
    server_peer_event(peer, TD_KIND_BAD, TD_FORM_JSON, td_buf_bytes(&json));
    td_buf_release(&json);
}

void server_peer_unfit(struct wire_peer *peer, const struct td_event *ev,
                       const struct td_error *why)
{
    struct wire_server *server = peer->server;

    peer->refused++;
    if (server->events.unfit)
        server->events.unfit(server->ctx, peer, ev, why);
}

void server_unfit(struct wire_server *server, enum wire_dialect dialect,
                  const struct td_event *ev, const struct td_error *why)
{
    for (struct wire_peer *peer = server_first(server, dialect); peer;
         peer = server_next(peer))
        if (server_takes(peer) &&
            (dialect != WIRE_SIO || td_bytes_is(ev->ns, peer->ns)))
            server_peer_unfit(peer, ev, why);
}

static void changed(struct wire_peer *peer, const struct td_event *ev,
                    const char *why)
{
    struct wire_server *server = peer->server;

    if (why && server->events.changed)
        server->events.changed(server->ctx, peer, ev, why);
}

static void server_peer_changes(struct wire_peer *peer,
                                const struct td_event *ev)
{
    changed(peer, ev, envelope_sse_changes(ev));
}

void server_changes(struct wire_server *server, const struct td_event *ev)
{
    const char *why = envelope_sse_changes(ev);

    for (struct wire_peer *peer = server_first(server, WIRE_SSE); why && peer;
         peer = server_next(peer))
        if (server_takes(peer))
            changed(peer, ev, why);
}

static void unref_tally(struct server_tally *tally)
{
    if (tally && --tally->refs == 0)
        free(tally);
}

/* Drop the entries that have left wholly. */
static void trim(struct server_deliveries *deliveries, uint64_t gone)
{
    while (deliveries->count > 0 && sent_at(deliveries, 0)->end <= gone) {
        unref_tally(sent_at(deliveries, 0)->tally);
        deliveries->first = (deliveries->first + 1) & (deliveries->cap - 1);
        deliveries->count--;
    }
}

static void grow(struct server_deliveries *deliveries)
{
    struct server_deliveries bigger = *deliveries;

    bigger.cap = deliveries->cap ? deliveries->cap * 2 : 8;
    bigger.first = 0;
    bigger.ring = td_calloc(bigger.cap, sizeof(*bigger.ring));
    for (uint32_t i = 0; i < deliveries->count; i++)
        bigger.ring[i] = *sent_at(deliveries, i);
    free(deliveries->ring);
    *deliveries = bigger;
}

/* Everything from `start` up to here was written for that peer. */
static void note_sent(struct wire_peer *peer, struct server_conn *c,
                      uint64_t start, struct server_tally *tally)
{
    struct server_deliveries *deliveries = &c->deliveries;

    if (deliveries->count == deliveries->cap) {
        trim(deliveries, server_gone_bytes(c));
        if (deliveries->count * 2 > deliveries->cap || deliveries->cap == 0)
            grow(deliveries);
    }
    *sent_at(deliveries, deliveries->count++) =
        (struct server_sent){start, wire_offered(c->conn), tally, peer};
    if (tally)
        tally->refs++;
}

void server_deliveries_release(struct server_deliveries *deliveries)
{
    trim(deliveries, UINT64_MAX);
    free(deliveries->ring);
    *deliveries = (struct server_deliveries){0};
}

/* What waits for a conn, and what is remembered of each message of it: of short
 * ones that is more than the messages are. */
static size_t waiting_bytes(struct server_conn *c)
{
    trim(&c->deliveries, server_gone_bytes(c));
    return wire_pending(c->conn) +
           (size_t)c->deliveries.count * WIRE_MESSAGE_COST;
}

/* A queue over its cap ends the conn: a consumer with holes in its stream would
 * not know of them. Who is not behind takes anything: one message may be longer
 * than the cap. */
static bool has_room(struct wire_peer *peer, struct server_conn *c, size_t len)
{
    size_t max = peer->server->options.max_queue;

    if (c->mode == SERVER_CLOSING)
        return false;
    if (!c->slow || waiting_bytes(c) + len <= max)
        return true;
    td_error_set(&c->why, TD_LIMIT, peer->address, 0,
                 "the consumer is too slow: more than %zu bytes wait for it",
                 max);
    c->has_why = true;
    c->mode = SERVER_CLOSING;
    wire_abort(c->conn);
    return false;
}

bool server_peer_room(struct wire_peer *peer, struct server_conn *c)
{
    return has_room(peer, c, 0);
}

void server_peer_note(struct wire_peer *peer, struct server_conn *c,
                      uint64_t start)
{
    note_sent(peer, c, start, NULL);
}

static void server_peer_write(struct wire_peer *peer, struct server_conn *c,
                              struct td_bytes bytes)
{
    uint64_t start = wire_offered(c->conn);

    if (!has_room(peer, c, bytes.len)) {
        peer->refused++;
        return;
    }
    if (c->mode == SERVER_SSE)
        server_sse_write(c, bytes);
    else
        server_conn_write(c, bytes);
    note_sent(peer, c, start, NULL);
}

void server_peer_write_block(struct wire_peer *peer, struct server_conn *c,
                             struct wire_block *block,
                             struct server_tally *tally)
{
    uint64_t start = wire_offered(c->conn);

    if (!has_room(peer, c, block->len)) {
        peer->refused += tally->count;
        return;
    }
    if (wire_write_block(c->conn, block) == TD_FULL)
        server_slow(peer->server, &c->slow, true);
    note_sent(peer, c, start, tally);
}

enum wire_dialect wire_peer_dialect(const struct wire_peer *peer)
{
    return peer->dialect;
}

uint32_t wire_peer_id(const struct wire_peer *peer)
{
    return peer->id;
}

const char *wire_peer_address(const struct wire_peer *peer)
{
    return peer->address;
}

const char *wire_peer_namespace(const struct wire_peer *peer)
{
    return *peer->ns ? peer->ns : "/";
}

const char *wire_peer_last_event_id(const struct wire_peer *peer)
{
    return peer->last_id;
}

const char *wire_peer_target(const struct wire_peer *peer)
{
    return peer->target;
}

void server_peer_asked(struct wire_peer *peer, const struct http_head *head)
{
    free(peer->target);
    peer->target = td_strndup((const char *)head->target.ptr, head->target.len);
}

size_t wire_peer_pending(const struct wire_peer *peer)
{
    struct server_conn *c = conn_of(peer);
    size_t pending = c ? wire_pending(c->conn) : 0;

    if (peer->sio && peer->sio->eio)
        pending += eio_server_queued(peer->sio->eio);
    return pending;
}

uint16_t wire_peer_close_code(const struct wire_peer *peer)
{
    return peer->close_code;
}

void wire_peer_set_ctx(struct wire_peer *peer, void *ctx)
{
    peer->ctx = ctx;
}

void *wire_peer_ctx(const struct wire_peer *peer)
{
    return peer->ctx;
}

void wire_peer_hold(struct wire_peer *peer, bool held)
{
    if (peer->held == held)
        return;
    server_flush(peer->server);
    peer->held = held;
}

void wire_peer_abort(struct wire_peer *peer)
{
    struct server_conn *c = conn_of(peer);

    if (c)
        wire_abort(c->conn);
}

void wire_peer_close(struct wire_peer *peer, uint16_t code, const char *reason)
{
    if (peer->dialect == WIRE_WS && peer->conn)
        server_ws_close(peer->conn, code, reason);
}

void wire_peer_cut(struct wire_peer *peer)
{
    if (peer->dialect != WIRE_WS || !peer->conn)
        return;
    server_conn_leaving(peer->conn);
    server_conn_end(peer->conn);
}

/* It is longer than a buffer may be. */
static void too_long(struct wire_peer *peer, const struct td_event *ev)
{
    struct td_error why;

    (void)td_error_set(&why, TD_LIMIT, peer->address, 0,
                       "the message is too long");
    server_peer_unfit(peer, ev, &why);
}

static void send_frame(struct wire_peer *peer, const struct td_event *ev)
{
    struct wire_server *server = peer->server;
    enum ws_opcode opcode;

    td_buf_clear(&server->scratch);
    td_buf_clear(&server->frame);
    if (envelope_ws(&server->scratch, &opcode, ev) ||
        ws_put(&server->frame, opcode, td_buf_bytes(&server->scratch), NULL))
        too_long(peer, ev);
    else
        server_peer_write(peer, peer->conn, td_buf_bytes(&server->frame));
}

static void send_stream(struct wire_peer *peer, const struct td_event *ev)
{
    struct wire_server *server = peer->server;

    td_buf_clear(&server->scratch);
    if (envelope_sse(&server->scratch, ev, server->options.id_for_all)) {
        too_long(peer, ev);
        return;
    }
    server_peer_changes(peer, ev);
    server_peer_write(peer, peer->conn, td_buf_bytes(&server->scratch));
}

void wire_peer_send(struct wire_peer *peer, const struct td_event *ev)
{
    if (peer->leaving)
        return;
    if (td_bytes_is(ev->kind, TD_KIND_ID) && peer->dialect == WIRE_SSE) {
        server_flush(peer->server);
        server_sse_put_id(peer, ev);
    }
    if (!td_event_is_plain(ev))
        return;
    server_flush(peer->server);
    if (peer->dialect == WIRE_SIO)
        server_sio_send(peer, ev);
    else if (peer->dialect == WIRE_EIO)
        server_eio_send(peer, ev);
    else if (peer->dialect == WIRE_WS)
        send_frame(peer, ev);
    else
        send_stream(peer, ev);
}

bool wire_peer_ready(const struct wire_peer *peer)
{
    const struct server_sio *s = peer->sio;
    const struct server_conn *c = s && !s->streaming ? NULL : conn_of(peer);
    bool slow = (s && s->slow) || (c && c->slow);

    peer->server->owes_drained |= slow;
    return !slow;
}
