#include "core/mem.h"
#include "replayer/answer/http_internal.h"
#include "replayer/answer/owner.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define CLOSE_POLICY 1008 /* RFC 6455, section 7.4.1 */
#define CLOSE_NORMAL 1000

/* The parts of an exchange behind its 101, in lock-step: those of the client
 * must be said before what stands behind them is sent.
 */
struct play_http_talk {
    const struct play_peer_owner *owner; /* first: see there */
    struct play_http *http;
    struct play_http_talk *prev;
    struct play_http_talk *next;
    struct wire_peer *peer; /* NULL: it has gone */
    const struct play_exchange *x;
    struct play_match *match; /* what the client says */
    uint32_t at;              /* part that is next */
    uint32_t heard;           /* part of the client that is next, or the end */
    uint32_t said;            /* messages by now */
    uint64_t *heard_ns;       /* of the client's parts */
    uint64_t base_ns;         /* when the part before was due, or heard */
    uint64_t tape_ns;         /* and when it was on the tape */
    struct play_rpc_ids *ids; /* of requests of the client */
    struct play_binds binds;  /* as the client has said */
    uint32_t ids_len;
    struct td_arena arena;
    struct sio_decoder *packets; /* it speaks Socket.IO; or NULL */
    struct play_http_wrong wrong;
    struct wire_timer timer;
    struct wire_timer beat; /* Engine.IO: the next ping */
};

/* ---- life ---- */

void play_http_talk_free(struct play_http_talk *talk)
{
    struct play_http *http = talk->http;

    if (talk->prev)
        talk->prev->next = talk->next;
    else
        http->talks = talk->next;
    if (talk->next)
        talk->next->prev = talk->prev;
    wire_timer_cancel(http->net, &talk->timer);
    wire_timer_cancel(http->net, &talk->beat);
    sio_decoder_free(talk->packets);
    play_match_free(talk->match);
    td_arena_release(&talk->arena);
    free(talk->heard_ns);
    free(talk->ids);
    play_binds_release(&talk->binds);
    play_http_wrong_release(&talk->wrong);
    free(talk);
}

static bool is_said(const struct play_part *part)
{
    return part->dir == TD_DIR_IN &&
           (part->kind == PLAY_PART_EVENT || part->kind == PLAY_PART_PACKET);
}

/* The client's part from that one on, or the end. */
static uint32_t next_said(const struct play_exchange *x, uint32_t at)
{
    while (at < x->parts_len && !is_said(&x->parts[at]))
        at++;
    return at;
}

uint32_t play_http_talk_unsaid(const struct play_http_talk *talk)
{
    uint32_t count = 0;

    for (uint32_t i = talk->heard; i < talk->x->parts_len; i++)
        count += is_said(&talk->x->parts[i]);
    return count;
}

struct play_http_talk *play_http_talk_next(const struct play_http_talk *talk)
{
    return talk->next;
}

static void on_left(struct wire_peer *peer, const struct td_error *why)
{
    struct play_http_talk *talk = wire_peer_ctx(peer);

    (void)why;
    talk->http->stats.unsaid += play_http_talk_unsaid(talk);
    play_http_talk_free(talk);
}

static void close_with(struct play_http_talk *talk, uint16_t code,
                       const char *reason)
{
    wire_timer_cancel(talk->http->net, &talk->timer);
    wire_timer_cancel(talk->http->net, &talk->beat);
    talk->at = talk->x->parts_len;
    wire_peer_close(talk->peer, code, reason);
}

/* ---- what the server said ---- */

/* The caller's id of the request that this answers. */
static const struct play_rpc_ids *ids_of(struct play_http_talk *talk,
                                         struct td_bytes id)
{
    for (uint32_t i = talk->ids_len; i > 0; i--)
        if (td_bytes_equal(talk->ids[i - 1].recorded[0], id))
            return &talk->ids[i - 1];
    return NULL;
}

static void send_packet(struct play_http_talk *talk,
                        const struct play_part *part)
{
    const struct play_rpc_ids *ids =
        part->ack.len ? ids_of(talk, part->ack) : NULL;

    play_packets_send(talk->peer, part, ids ? ids->id : td_bytes("", 0));
}

static void send_message(struct play_http_talk *talk,
                         const struct play_part *part)
{
    struct play_http *http = talk->http;
    const struct play_rpc_ids *ids = NULL;
    struct td_event ev = {.form = part->form, .payload = part->payload};
    struct play_rpc rpc = {.kind = PLAY_RPC_OTHER};

    if (talk->ids_len && part->form != TD_FORM_BYTES)
        play_rpc_read(&rpc, &http->doc, part->payload);
    if (rpc.kind == PLAY_RPC_ANSWER)
        ids = ids_of(talk, rpc.id);
    if (ids) {
        const struct play_rpc_ids caller = {.id = ids->id};

        td_buf_clear(&http->text);
        play_rpc_send(&http->text, &http->doc, part->payload, &caller);
        ev.payload = td_buf_bytes(&http->text);
    }
    ev.dir = TD_DIR_OUT;
    wire_peer_send(talk->peer, &ev);
}

static void send_as(struct play_http_talk *talk, const struct play_part *part)
{
    if (talk->packets)
        send_packet(talk, part);
    else
        send_message(talk, part);
}

/* What has come through the faults. */
static enum td_code put_part(void *self, const struct td_event *ev,
                             struct td_error *err)
{
    struct play_http_talk *talk = self;
    const struct play_part part = play_http_wrong_part(&talk->wrong, ev);

    (void)err;
    if (!wire_peer_ready(talk->peer))
        return TD_AGAIN;
    send_as(talk, &part);
    return TD_OK;
}

/* False: not yet, or no more. */
static bool send(struct play_http_talk *talk, const struct play_part *part)
{
    struct play_part bound = *part;
    enum td_code code = TD_OK;

    bound.payload =
        play_http_bound(talk->http, &talk->binds, part->form, part->payload);
    if (talk->wrong.stage)
        code = play_http_wrong_put(&talk->wrong, part, bound.payload);
    else
        send_as(talk, &bound);
    if (talk->wrong.cut) {
        talk->at = talk->x->parts_len;
        wire_peer_cut(talk->peer);
        return false;
    }
    return code != TD_AGAIN;
}

/* {"code":1000,"reason":""} */
static void send_close(struct play_http_talk *talk,
                       const struct play_part *part)
{
    struct td_json_doc *doc = &talk->http->doc;
    struct td_buf reason = {0};
    unsigned long code = CLOSE_NORMAL;
    uint32_t at;

    if (!td_json_parse(doc, part->payload, TD_JSON_DEPTH, NULL)) {
        at = td_json_member(doc, 0, td_text("code"));
        if (at && doc->values[at].kind == TD_JSON_NUMBER)
            code = strtoul((const char *)td_json_raw(doc, at).ptr, NULL, 10);
        at = td_json_member(doc, 0, td_text("reason"));
        if (at && doc->values[at].kind == TD_JSON_STRING)
            (void)td_json_unescape(&reason, td_json_inner(doc, at));
    }
    /* Codes that no frame may hold stand for an end without one. */
    if (code < CLOSE_NORMAL || code > 4999 || code == 1004 || code == 1006 ||
        (code >= 1015 && code < 3000))
        wire_peer_cut(talk->peer);
    else
        close_with(talk, (uint16_t)code,
                   reason.len > 123 ? "" : td_buf_str(&reason));
    td_buf_release(&reason);
}

/* Where nothing stands behind the last part: it broke off, unless the client
 * did so, or the recording ended.
 */
static bool breaks_off(const struct play_exchange *x)
{
    return x->cut && !strstr(x->cut, "client") && !strstr(x->cut, "recording");
}

/* ---- in time ---- */

/* When the next part is due; TD_NEVER: when the client has said something, or
 * read. *at is its time on the tape.
 */
static uint64_t due_next(struct play_http_talk *talk, uint64_t *tape_ns)
{
    const struct play_exchange *x = talk->x;
    const struct play_part *part =
        talk->at < x->parts_len ? &x->parts[talk->at] : NULL;
    uint64_t gap;

    if (part && is_said(part))
        return talk->at < talk->heard ? 0 : TD_NEVER;
    if (part && part->dir == TD_DIR_IN)
        return 0; /* its close, which it says or not */
    if (!part && !breaks_off(x))
        return TD_NEVER;
    *tape_ns = part ? part->at_ns : x->end_ns;
    gap = *tape_ns > talk->tape_ns ? *tape_ns - talk->tape_ns : 0;
    return talk->base_ns + play_pace_gap(&talk->http->how.pace, gap);
}

/* False: not now, or it was the last one. */
static bool take_part(struct play_http_talk *talk, uint64_t due,
                      uint64_t tape_ns)
{
    const struct play_part *part = &talk->x->parts[talk->at];
    bool over = talk->at == talk->x->parts_len;

    if (!over && part->dir == TD_DIR_IN) {
        if (is_said(part) && talk->heard_ns[talk->at] > talk->base_ns)
            talk->base_ns = talk->heard_ns[talk->at];
        talk->tape_ns = part->at_ns;
        talk->at++;
        return true;
    }
    talk->base_ns = due;
    talk->tape_ns = tape_ns;
    if (!over && part->kind != PLAY_PART_CLOSE) {
        if (!send(talk, part))
            return false;
        talk->at++;
        return true;
    }
    if (!play_http_wrong_finish(&talk->wrong))
        return false;
    if (over)
        wire_peer_cut(talk->peer);
    else
        send_close(talk, part);
    return false;
}

static void go_on(void *ctx)
{
    struct play_http_talk *talk = ctx;
    uint64_t now = wire_now(talk->http->net);
    uint64_t tape_ns = talk->tape_ns;
    uint64_t due = due_next(talk, &tape_ns);

    while (due <= now) {
        if (!wire_peer_ready(talk->peer))
            return; /* play_http_talk_drained() */
        if (!take_part(talk, due, tape_ns))
            return;
        due = due_next(talk, &tape_ns);
    }
    if (talk->at == talk->x->parts_len)
        (void)play_http_wrong_finish(&talk->wrong);
    wire_timer_set(talk->http->net, &talk->timer, due);
}

void play_http_talk_drained(struct play_http *http)
{
    struct play_http_talk *next;

    for (struct play_http_talk *talk = http->talks; talk; talk = next) {
        next = talk->next;
        if (talk->peer)
            go_on(talk);
    }
}

/* ---- what the client says ---- */

static void keep_ids(struct play_http_talk *talk, struct td_bytes recorded,
                     struct td_bytes live)
{
    struct play_rpc_ids ids = {.recorded = {recorded}};

    ids.id = td_bytes(td_arena_text(&talk->arena, live), live.len);
    talk->ids = td_list_room(talk->ids, talk->ids_len, sizeof(*talk->ids));
    talk->ids[talk->ids_len++] = ids;
}

/* What a recorded part is compared by. */
static void make_key(const struct play_http_talk *talk, struct play_key *key,
                     const struct play_part *part)
{
    const struct td_event ev = play_part_event(part);

    if (talk->packets)
        play_key_packet(key, &ev);
    else
        play_key_message(key, part->payload, part->form == TD_FORM_BYTES);
}

static void miss(struct play_http_talk *talk, struct play_key *key)
{
    struct play_http *http = talk->http;
    const struct play_exchange *x = talk->x;
    struct diff_tree tree = {0};
    struct play_key recorded = {0};
    struct td_buf target = {0};
    char reason[64];
    struct play_miss miss = {.kind = "message",
                             .number = talk->said,
                             .answered = "closed with 1008"};

    (void)td_json_escape_any(&target, x->target);
    miss.what = td_buf_bytes(&target);
    if (talk->heard < x->parts_len) {
        const struct play_part *part = &x->parts[talk->heard];

        make_key(talk, &recorded, part);
        play_match_compare(talk->match, &recorded.said, &key->said, &tree);
        miss.tree = &tree;
        miss.near_exchange = x->number;
        miss.near_seq = part->seq;
    }
    play_http_tell_miss(http, &miss, &http->stats.strange);
    (void)snprintf(reason, sizeof(reason),
                   "message %" PRIu32 " is not on the "
                   "tape",
                   talk->said);
    close_with(talk, CLOSE_POLICY, reason);
    play_key_release(&recorded);
    td_buf_release(&target);
    diff_tree_release(&tree);
}

/* It was said as part `at`: what answers it bears its id. */
static void take_id(struct play_http_talk *talk, uint32_t at,
                    const struct play_key *key, const struct td_event *ev)
{
    const struct play_part *part = &talk->x->parts[at];
    struct play_rpc rpc;

    play_binds_learn(&talk->binds, part->payload, ev->payload);
    play_binds_learn(talk->http->how.binds, part->payload, ev->payload);
    if (talk->packets && ev->id.len && part->id.len) {
        keep_ids(talk, part->id, ev->id);
    } else if (key->rpc.kind == PLAY_RPC_REQUEST) {
        play_rpc_read(&rpc, &talk->http->doc, part->payload);
        keep_ids(talk, rpc.id, key->rpc.id);
    }
}

static void hear(struct play_http_talk *talk, const struct td_event *ev)
{
    struct play_http *http = talk->http;
    struct play_key *key = &http->key;
    struct td_event undone = *ev;
    uint32_t at = 0;

    talk->said++;
    if (ev->form != TD_FORM_BYTES)
        undone.payload =
            play_http_undone(&talk->binds, &http->undone[1], ev->payload);
    if (talk->packets)
        play_key_packet(key, &undone);
    else
        play_key_message(key, undone.payload, ev->form == TD_FORM_BYTES);
    if (talk->heard == talk->x->parts_len ||
        play_match_take(talk->match, &key->said, false, &at) != PLAY_FOUND ||
        at != talk->heard) {
        miss(talk, key);
        return;
    }
    take_id(talk, at, key, ev);
    talk->heard_ns[at] = wire_now(talk->http->net);
    talk->heard = next_said(talk->x, at + 1);
    go_on(talk);
}

/* A client of Socket.IO that goes may say so, or not. */
static bool is_goodbye(const struct play_http_talk *talk,
                       const struct td_event *ev)
{
    return talk->heard == talk->x->parts_len &&
           td_bytes_is(ev->kind, SIO_KIND_DISCONNECT);
}

static void on_said(struct wire_peer *peer, const struct td_event *ev)
{
    struct play_http_talk *talk = wire_peer_ctx(peer);
    struct td_event packet = {0};
    enum td_code code = TD_OK;

    if (!talk->peer)
        return;
    if (!talk->packets) {
        hear(talk, ev);
        return;
    }
    code = play_packets_read(peer, talk->packets, ev, &packet);
    if (!code && !is_goodbye(talk, &packet))
        hear(talk, &packet);
    else if (code == TD_PROTOCOL)
        close_with(talk, CLOSE_POLICY, "this is no packet of Socket.IO");
}

static void on_beat(void *ctx)
{
    struct play_http_talk *talk = ctx;
    uint64_t now = wire_now(talk->http->net);

    play_packets_ping(talk->peer);
    wire_timer_set(talk->http->net, &talk->beat,
                   now + play_packets_interval(talk->x));
}

/* ---- the handshake ---- */

static bool fill(struct play_http_talk *talk)
{
    const struct play_exchange *x = talk->x;
    struct play_key key = {0};
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < x->parts_len && !code; i++) {
        struct play_said said;

        if (!is_said(&x->parts[i]))
            continue;
        make_key(talk, &key, &x->parts[i]);
        said = key.said;
        said.name =
            td_bytes(td_arena_text(&talk->arena, said.name), said.name.len);
        if (said.text.ptr == key.text.ptr)
            said.text =
                td_bytes(td_arena_text(&talk->arena, said.text), said.text.len);
        code = play_match_add(talk->match, &said, i, NULL);
    }
    play_key_release(&key);
    return !code;
}

static void on_joined(struct wire_peer *peer)
{
    struct play_http_talk *talk = wire_peer_ctx(peer);
    struct play_http *http = talk->http;

    talk->peer = peer;
    talk->base_ns = wire_now(http->net);
    talk->tape_ns = talk->x->head_ns;
    wire_timer_set(http->net, &talk->timer, talk->base_ns);
    if (talk->packets)
        wire_timer_set(http->net, &talk->beat,
                       talk->base_ns + play_packets_interval(talk->x));
}

void play_http_talk_begin(struct play_http *http, struct wire_request *request,
                          uint32_t exchange)
{
    static const struct play_peer_owner owner = {
        .joined = on_joined, .said = on_said, .left = on_left};
    struct play_http_talk *talk = td_calloc(1, sizeof(*talk));
    const struct play_exchange *x = &http->how.exchanges->list[exchange];
    struct wire_upgrade how = {.peer_ctx = talk};
    struct wire_response_field *fields =
        play_http_fields(x, NULL, &how.field_count);
    struct td_error err;
    enum td_code code;

    talk->owner = &owner;
    talk->http = http;
    talk->x = x;
    talk->heard = next_said(x, 0);
    talk->heard_ns =
        td_calloc((size_t)x->parts_len + 1, sizeof(*talk->heard_ns));
    play_http_wrong_begin(&talk->wrong, http, x,
                          (struct td_sink){.put = put_part, .self = talk},
                          go_on, talk);
    play_binds_keep(&talk->binds, http->how.binds);
    talk->binds.others = http->how.binds;
    talk->timer = (struct wire_timer){.fire = go_on, .ctx = talk};
    talk->beat = (struct wire_timer){.fire = on_beat, .ctx = talk};
    if (play_packets_are_spoken(x))
        talk->packets = sio_decoder_new(http->how.server->max_message);
    talk->match = play_match_new(http->how.masks);
    talk->next = http->talks;
    if (talk->next)
        talk->next->prev = talk;
    http->talks = talk;
    how.fields = fields;
    how.protocol = play_field_value(x->answer_fields, x->answer_fields_len,
                                    "Sec-WebSocket-Protocol");
    code = fill(talk) ? wire_request_upgrade(request, &how, &err) : TD_USAGE;
    if (code == TD_USAGE)
        wire_request_abort(request);
    if (code)
        play_http_talk_free(talk);
    free(fields);
}
