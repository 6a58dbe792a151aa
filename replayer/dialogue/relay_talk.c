#include "core/mem.h"
#include "replayer/dialogue/relay_internal.h"

#include <stdlib.h>

struct wire_peer *play_relay_let_go(struct relayed *r)
{
    struct wire_peer *peer = r->talking.peer;

    if (peer)
        wire_peer_set_ctx(peer, NULL);
    r->talking.peer = NULL;
    return peer;
}

void play_relay_talk_over(struct relayed *r)
{
    if (r->talking.peer)
        wire_peer_cut(play_relay_let_go(r));
}

static void pass_goodbye(struct relayed *r, const struct ws_message *message)
{
    char *reason = td_strndup(message->payload.ptr, message->payload.len);

    wire_peer_close(play_relay_let_go(r), message->code, reason);
    free(reason);
}

void play_relay_message(void *ctx, const struct ws_message *message)
{
    struct relayed *r = ctx;
    struct talking *talking = &r->talking;
    const struct td_event ev = {
        .dir = TD_DIR_OUT,
        .form = message->opcode == WS_TEXT ? TD_FORM_TEXT : TD_FORM_BYTES,
        .payload = message->payload};

    if (!talking->peer || message->opcode == WS_PING ||
        message->opcode == WS_PONG)
        return;
    if (message->opcode == WS_CLOSE) {
        pass_goodbye(r, message);
        return;
    }
    wire_peer_send(talking->peer, &ev);
    r->full = !wire_peer_ready(talking->peer);
    play_relay_obey(r);
}

static void on_joined(struct wire_peer *peer)
{
    struct talking *talking = wire_peer_ctx(peer);

    talking->peer = peer;
}

static void on_said(struct wire_peer *peer, const struct td_event *ev)
{
    const struct talking *talking = wire_peer_ctx(peer);

    if (!talking->relayed->over)
        rec_call_say(talking->relayed->call,
                     ev->form == TD_FORM_BYTES ? WS_BINARY : WS_TEXT,
                     ev->payload);
}

static void on_left(struct wire_peer *peer, const struct td_error *why)
{
    struct talking *talking = wire_peer_ctx(peer);
    struct relayed *r = talking->relayed;
    uint16_t code = wire_peer_close_code(peer);

    (void)why;
    talking->peer = NULL;
    talking->left = !code;
    r->full = false;
    if (r->over)
        return;
    play_relay_obey(r);
    if (code)
        rec_call_say_close(r->call, code, "");
    wire_timer_set(r->relay->net, &r->relay->sweep, 0);
}

void play_relay_drained(struct play_relay *relay)
{
    for (struct relayed *r = relay->first; r; r = r->next)
        if (r->talking.peer && r->full) {
            r->full = !wire_peer_ready(r->talking.peer);
            play_relay_obey(r);
        }
}

void play_relay_talk_init(struct relayed *r)
{
    static const struct play_peer_owner owner = {
        .joined = on_joined, .said = on_said, .left = on_left};

    r->talking.owner = &owner;
    r->talking.relayed = r;
}

/* ---- the handshake ---- */

bool play_relay_refuses(struct wire_request *request)
{
    static const struct wire_upgrade how = {.field_count = 0};
    const struct http_head *head = wire_request_info(request)->head;
    struct td_error err;
    const char *why;

    if (!ws_is_upgrade(head) || ws_check_request(head, &why) == 101)
        return false;
    if (wire_request_upgrade(request, &how, &err) == TD_USAGE)
        wire_request_abort(request);
    return true;
}

enum td_code play_relay_upgrade(struct relayed *r, const struct http_head *head,
                                const struct wire_response_field *fields,
                                size_t count)
{
    struct wire_request *request = r->request;
    const struct wire_upgrade how = {
        .fields = fields,
        .field_count = count,
        .protocol = http_field(head, "Sec-WebSocket-Protocol"),
        .peer_ctx = &r->talking};
    struct td_error err;
    enum td_code code;

    r->request = NULL;
    code = wire_request_upgrade(request, &how, &err);
    if (code == TD_USAGE)
        r->request = request;
    return code == TD_USAGE ? code : TD_OK;
}
