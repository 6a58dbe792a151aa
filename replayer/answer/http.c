#include "core/mem.h"
#include "replayer/answer/http_internal.h"
#include "replayer/answer/owner.h"
#include "replayer/answer/tally.h"

#include <inttypes.h>
#include <stdlib.h>

#define BLIND "a page of another origin may not ask for this"

/* ---- what is not on the tape ---- */

void play_http_tell_miss(struct play_http *http, const struct play_miss *miss,
                         uint32_t *count)
{
    struct td_buf text = {0};

    (*count)++;
    play_miss_text(&text, miss);
    http->how.missed(http->how.ctx, td_buf_bytes(&text));
    td_buf_release(&text);
}

/* An error of our own. To ask again changes nothing: SDKs of models, which try
 * again after any status from 500 on, mind the second field.
 */
static void answer_with(struct wire_request *request, int status,
                        struct td_bytes json)
{
    const struct wire_response_field fields[] = {
        {"Content-Type", td_text("application/json")},
        {"X-Should-Retry", td_text("false")}};
    const struct wire_response response = {
        .status = status, .fields = fields, .field_count = 2, .body = json};
    struct td_error err;

    if (wire_request_answer(request, &response, &err))
        wire_request_abort(request);
}

static struct td_bytes recorded_field(const void *ctx, const char *name)
{
    const struct play_exchange *x = ctx;

    return play_field_value(x->fields, x->fields_len, name);
}

/* The request of an exchange. */
static struct play_asked asked_of(const struct play_exchange *x)
{
    return (struct play_asked){.method = x->method,
                               .target = x->target,
                               .body = x->body,
                               .field = recorded_field,
                               .ctx = x};
}

static void find_near(struct play_http *http, struct play_miss *miss,
                      struct diff_tree *tree, struct play_key *key)
{
    const struct play_exchange *near;
    struct play_asked asked;
    uint32_t at;

    if (!play_match_nearest(http->match, &http->key.said, &at, tree))
        return;
    near = &http->how.exchanges->list[at];
    asked = asked_of(near);
    play_key_make(key, http->how.keys, &asked);
    miss->near_what = td_buf_bytes(&key->shown);
    miss->tree = tree;
    miss->near_exchange = near->number;
    miss->near_seq = near->seq;
}

static void refuse(struct play_http *http, struct wire_request *request,
                   bool used_up)
{
    struct diff_tree tree = {0};
    struct play_key near = {0};
    struct td_buf json = {0};
    struct td_buf bodiless = {0};
    struct play_miss miss = {.kind = "request",
                             .number = http->said,
                             .what = td_buf_bytes(&http->key.shown),
                             .used_up = used_up,
                             .called = "(request)",
                             .upstream = http->how.exchanges->upstream,
                             .answered = "answered 501"};

    play_keys_bodiless(&bodiless, http->how.keys);
    miss.bodiless = td_buf_bytes(&bodiless);
    if (!used_up)
        find_near(http, &miss, &tree, &near);
    play_http_tell_miss(http, &miss, &http->stats.unknown);
    play_miss_error(&json, &miss,
                    http->key.rpc.kind == PLAY_RPC_REQUEST ? http->key.rpc.id
                                                           : td_bytes("", 0));
    (void)td_buf_add_byte(&json, '\n');
    answer_with(request, 501, td_buf_bytes(&json));
    td_buf_release(&json);
    td_buf_release(&bodiless);
    play_key_release(&near);
    diff_tree_release(&tree);
}

/* It is on the tape, but with an answer that cannot be sent. */
static void give_up(struct play_http *http, struct wire_request *request,
                    const struct play_exchange *x)
{
    struct td_buf text = {0};
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    http->stats.unknown++;
    (void)td_buf_addf(&text, "exchange %" PRIu64 " of the tape has %s",
                      x->number,
                      x->framed ? "frames that only an extension of WebSocket "
                                  "can read"
                                : "a status that cannot be sent");
    td_json_object(&w, NULL);
    td_json_object(&w, "error");
    td_json_put_text(&w, "type", "tapedeck_unusable");
    td_json_put_string(&w, "message", td_buf_bytes(&text));
    td_json_object_end(&w);
    td_json_object_end(&w);
    (void)td_json_line(&w);
    (void)td_buf_add_text(&text, "\n  answered 502\n");
    http->how.missed(http->how.ctx, td_buf_bytes(&text));
    answer_with(request, 502, td_buf_bytes(&json));
    td_buf_release(&text);
    td_buf_release(&json);
}

/* ---- requests ---- */

static struct td_bytes live_field(const void *ctx, const char *name)
{
    return http_field(ctx, name);
}

static void begin(struct play_http *http, struct wire_request *request,
                  uint32_t at)
{
    const struct play_exchange *x = &http->how.exchanges->list[at];

    if (x->framed || (x->unusable && !x->answered))
        give_up(http, request, x);
    else if (x->stream == PLAY_STREAM_WS)
        play_http_talk_begin(http, request, at);
    else
        play_http_answer_begin(http, request, at, &http->key.rpc);
}

static void on_refused(void *ctx, const char *address, int status,
                       const char *why)
{
    struct play_http *http = ctx;

    http->stats.refused++;
    if (http->how.refused)
        http->how.refused(http->how.ctx, address, status, why);
}

static void turn_away(struct play_http *http, struct wire_request *request,
                      int status, const char *why)
{
    struct td_buf json = {0};

    on_refused(http, wire_request_info(request)->address, status, why);
    (void)td_buf_addf(&json, "{\"error\":\"%s\"}\n", why);
    answer_with(request, status, td_buf_bytes(&json));
    td_buf_release(&json);
}

static bool has_some(const struct play_binds *binds)
{
    return binds->len || (binds->others && binds->others->len);
}

struct td_bytes play_http_bound(struct play_http *http,
                                const struct play_binds *binds,
                                enum td_form form, struct td_bytes payload)
{
    if (!has_some(binds) || form == TD_FORM_BYTES)
        return payload;
    td_buf_clear(&http->bound);
    play_binds_put(binds, &http->bound, payload);
    return td_buf_bytes(&http->bound);
}

struct td_bytes play_http_undone(struct play_binds *binds, struct td_buf *out,
                                 struct td_bytes text)
{
    if (!has_some(binds))
        return text;
    td_buf_clear(out);
    play_binds_undo(binds, out, text);
    return td_buf_bytes(out);
}

static void learn(struct play_http *http, const struct play_exchange *x,
                  const struct http_head *head, struct td_bytes body)
{
    play_binds_learn(http->how.binds, x->body, body);
    play_binds_learn_head(http->how.binds, x->fields, x->fields_len, head);
}

static void look_for(struct play_http *http, struct wire_request *request,
                     struct td_bytes body)
{
    const struct http_head *head = wire_request_info(request)->head;
    const struct play_asked asked = {
        .method = head->method,
        .target =
            play_http_undone(http->how.binds, &http->undone[0], head->target),
        .body = play_http_undone(http->how.binds, &http->undone[1], body),
        .field = live_field,
        .ctx = head};
    bool preflight = play_http_is_preflight(head);
    enum play_found found = PLAY_UNKNOWN;
    uint32_t at = 0;

    play_key_make(&http->key, http->how.keys, &asked);
    if (!preflight || http->how.keys->method)
        found = play_match_take(http->match, &http->key.said, http->how.repeat,
                                &at);
    if (found != PLAY_FOUND && preflight) {
        play_http_answer_preflight(request);
        return;
    }
    http->said++;
    if (found == PLAY_FOUND && play_http_refuse_on_purpose(http, request, at))
        return;
    if (found == PLAY_FOUND)
        learn(http, &http->how.exchanges->list[at], head, body);
    if (found == PLAY_FOUND)
        begin(http, request, at);
    else if (http->how.relay)
        http->how.relay(http->how.ctx, request);
    else
        refuse(http, request, found == PLAY_USED_UP);
}

static bool on_request(void *ctx, struct wire_request *request)
{
    struct play_http *http = ctx;
    const struct wire_request_info *info = wire_request_info(request);
    struct td_bytes body = info->body;

    if (info->blind)
        turn_away(http, request, 403, BLIND);
    else if (play_http_unpack(&http->body, info->head, &body,
                              http->how.server->max_message))
        turn_away(http, request, 413, "the body unpacks to too much");
    else
        look_for(http, request, body);
    return true;
}

static void on_request_gone(void *ctx, struct wire_request *request)
{
    const struct play_request_owner *const *owner = wire_request_ctx(request);

    (void)ctx;
    if (owner)
        (*owner)->gone(request);
}

static void on_request_ready(void *ctx, struct wire_request *request)
{
    const struct play_request_owner *const *owner = wire_request_ctx(request);

    (void)ctx;
    if (owner)
        (*owner)->ready(request);
}

/* ---- conversations ---- */

static void on_joined(void *ctx, struct wire_peer *peer)
{
    const struct play_peer_owner *const *owner = wire_peer_ctx(peer);

    (void)ctx;
    (*owner)->joined(peer);
}

static void on_event(void *ctx, struct wire_peer *peer,
                     const struct td_event *ev)
{
    const struct play_peer_owner *const *owner = wire_peer_ctx(peer);

    (void)ctx;
    if (owner && td_event_is_plain(ev))
        (*owner)->said(peer, ev);
}

static void on_drained(void *ctx)
{
    const struct play_http *http = ctx;

    play_http_talk_drained(ctx);
    if (http->how.relay_drained)
        http->how.relay_drained(http->how.ctx);
}

static void on_left(void *ctx, struct wire_peer *peer, uint64_t lost,
                    const struct td_error *why)
{
    const struct play_peer_owner *const *owner = wire_peer_ctx(peer);

    (void)ctx;
    (void)lost;
    if (owner)
        (*owner)->left(peer, why);
}

/* ---- what came of it ---- */

struct unused {
    const struct play_exchanges *exchanges;
    struct play_tally tally;
};

static void on_unused(void *ctx, uint32_t at)
{
    struct unused *unused = ctx;

    play_tally_add(&unused->tally, unused->exchanges->list[at].number);
}

/* Conversations that still go on are counted as they stand. */
struct play_http_stats play_http_stats(const struct play_http *http)
{
    struct play_http_stats stats = http->stats;

    for (const struct play_http_talk *talk = http->talks; talk;
         talk = play_http_talk_next(talk))
        stats.unsaid += play_http_talk_unsaid(talk);
    return stats;
}

uint32_t play_http_summary(const struct play_http *http, struct td_buf *out)
{
    struct play_http_stats stats = play_http_stats(http);
    struct unused unused = {.exchanges = http->how.exchanges};
    uint32_t all = http->how.exchanges->len;
    uint32_t count;

    play_match_unused(http->match, on_unused, &unused);
    count = unused.tally.count;
    play_tally_head(out, all - count, all);
    play_tally_count(out, stats.unknown, "request unknown", "requests unknown");
    play_tally_count(out, stats.strange, "message unknown", "messages unknown");
    play_tally_count(out, stats.unsaid, "message not said",
                     "messages not said");
    play_tally_count(out, stats.refused, "refused", "refused");
    play_tally_end(&unused.tally, out);
    return count;
}

void play_http_json(const struct play_http *http, struct td_json_writer *w)
{
    struct play_http_stats stats = play_http_stats(http);
    struct unused unused = {.exchanges = http->how.exchanges};

    play_match_unused(http->match, on_unused, &unused);
    play_tally_json(&unused.tally, http->how.exchanges->len, w);
    td_json_put_u64(w, "requests_unknown", stats.unknown);
    td_json_put_u64(w, "messages_unknown", stats.strange);
    td_json_put_u64(w, "messages_unsaid", stats.unsaid);
    td_json_put_u64(w, "refused", stats.refused);
}

uint16_t play_http_port(const struct play_http *http)
{
    return wire_server_port(http->server);
}

/* ---- life ---- */

/* What is said of recorded requests points into the exchanges, or is kept here.
 */
static enum td_code add_one(struct play_http *http, uint32_t at,
                            struct td_error *err)
{
    const struct play_exchanges *all = http->how.exchanges;
    struct play_exchange *x = &all->list[at];
    const struct play_asked asked = asked_of(x);
    struct play_said said;

    play_key_make(&http->key, http->how.keys, &asked);
    said = http->key.said;
    http->rpcs[at] = http->key.rpc;
    said.name = td_bytes(td_arena_text(&http->arena, said.name), said.name.len);
    if (said.text.ptr == http->key.text.ptr)
        said.text =
            td_bytes(td_arena_text(&http->arena, said.text), said.text.len);
    return play_match_add(http->match, &said, at, err);
}

enum td_code play_http_open(struct play_http **out, struct wire_net *net,
                            const struct play_http_options *options,
                            struct td_error *err)
{
    static const struct wire_server_events events = {
        .request = on_request,
        .request_gone = on_request_gone,
        .request_ready = on_request_ready,
        .joined = on_joined,
        .event = on_event,
        .drained = on_drained,
        .left = on_left,
        .refused = on_refused};
    struct play_http *http = td_calloc(1, sizeof(*http));
    struct wire_server_options server = *options->server;
    enum td_code code = TD_OK;

    http->how = *options;
    http->net = net;
    http->match = play_match_new(options->masks);
    http->rpcs =
        td_calloc((size_t)options->exchanges->len + 1, sizeof(*http->rpcs));
    for (uint32_t i = 0; i < options->exchanges->len && !code; i++)
        code = add_one(http, i, err);
    play_http_faults_open(http);
    server.owner_routes = true;
    if (!code)
        code =
            wire_server_open(net, &server, &events, http, &http->server, err);
    if (code)
        play_http_close(http);
    *out = code ? NULL : http;
    return code;
}

void play_http_close(struct play_http *http)
{
    if (!http)
        return;
    http->closing = true;
    wire_server_free(http->server);
    while (http->answers)
        play_http_answer_free(http->answers);
    while (http->talks)
        play_http_talk_free(http->talks);
    play_match_free(http->match);
    play_key_release(&http->key);
    td_json_release(&http->doc);
    td_buf_release(&http->text);
    td_buf_release(&http->bound);
    td_buf_release(&http->undone[0]);
    td_buf_release(&http->undone[1]);
    td_buf_release(&http->body);
    td_arena_release(&http->arena);
    free(http->rpcs);
    free(http->refusals);
    free(http);
}
