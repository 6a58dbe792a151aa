#include "replayer/answer/http_internal.h"

#include "core/mem.h"

#include <inttypes.h>
#include <stdlib.h>

#define SLICES_A_SECOND 8 /* of a body that comes slowly */

/* ---- requests that are refused ---- */

static struct td_event request_of(const struct play_exchange *x)
{
    return (struct td_event){
        .seq = x->seq, .at_ns = x->asked_ns, .exchange = x->number};
}

void play_http_faults_open(struct play_http *http)
{
    const struct play_exchanges *all = http->how.exchanges;

    if (!http->how.faults)
        return;
    http->refusals = td_calloc((size_t)all->len + 1, sizeof(*http->refusals));
    for (uint32_t i = 0; i < all->len; i++) {
        const struct td_event request = request_of(&all->list[i]);

        http->refusals[i].chosen =
            play_fault_rules_choose(http->how.faults, &request);
    }
}

bool play_http_refuse_on_purpose(struct play_http *http,
                                 struct wire_request *request, uint32_t at)
{
    const struct play_exchange *x = &http->how.exchanges->list[at];
    const struct td_event line = request_of(x);
    const struct play_fault_rule *rule = NULL;
    struct wire_response_field fields[] = {
        {"Content-Type", td_text("application/json")}, {"Retry-After", {0}}};
    struct wire_response response = {.fields = fields, .field_count = 1};
    struct td_buf json = {0};
    struct td_buf retry = {0};

    if (http->refusals)
        rule =
            play_fault_rules_refuse(http->how.faults, http->refusals[at].chosen,
                                    http->refusals[at].count, &line);
    if (!rule)
        return false;
    http->refusals[at].count++;
    play_match_give_back(http->match);
    (void)td_buf_addf(&json,
                      "{\"error\":{\"type\":\"tapedeck_fault\",\"message\":"
                      "\"exchange %" PRIu64 " is refused on purpose\"}}\n",
                      x->number);
    (void)td_buf_addf(&retry, "%" PRIu64, rule->retry);
    fields[1].value = td_buf_bytes(&retry);
    response.field_count += rule->has_retry;
    response.status = rule->status;
    response.body = td_buf_bytes(&json);
    if (wire_request_answer(request, &response, NULL))
        wire_request_abort(request);
    td_buf_release(&json);
    td_buf_release(&retry);
    return true;
}

/* ---- answers that go wrong ---- */

static void on_cut(void *ctx)
{
    ((struct play_http_wrong *)ctx)->cut = true;
}

static void on_room(void *ctx)
{
    const struct play_http_wrong *wrong = ctx;

    wrong->go_on(wrong->ctx);
}

static void on_drained(void *ctx, const struct td_error *why)
{
    struct play_http_wrong *wrong = ctx;

    (void)why;
    wrong->drained = true;
    if (!wrong->asked)
        wrong->go_on(wrong->ctx);
}

/* The slowest rule says how much of a body comes at once. */
static uint64_t slice_of(struct play_fault_rules *rules)
{
    uint64_t slice = 0;
    size_t count;
    const struct play_fault_rule *list = play_fault_rules_list(rules, &count);

    for (size_t i = 0; i < count; i++) {
        uint64_t own = list[i].amount / SLICES_A_SECOND;

        if (list[i].kind == PLAY_FAULT_SLOW && (!slice || own < slice))
            slice = own ? own : 1;
    }
    return slice;
}

void play_http_wrong_begin(struct play_http_wrong *wrong,
                           const struct play_http *http,
                           const struct play_exchange *x, struct td_sink next,
                           void (*go_on)(void *ctx), void *ctx)
{
    const struct play_fault_place place = {.net = http->net,
                                           .next = next,
                                           .cut = on_cut,
                                           .go_on = on_room,
                                           .drained = on_drained,
                                           .ctx = wrong};

    if (!http->how.faults)
        return;
    wrong->x = x;
    wrong->go_on = go_on;
    wrong->ctx = ctx;
    wrong->slice = slice_of(http->how.faults);
    wrong->stage = play_faults_new(http->how.faults, x->number);
    wrong->sink = play_faults_sink(wrong->stage, &place);
}

void play_http_wrong_release(struct play_http_wrong *wrong)
{
    play_faults_free(wrong->stage);
    td_buf_release(&wrong->payload);
}

/* What is no event of the stream has a word for its kind, and so passes. */
static const char *const kinds[] = {
    [PLAY_PART_BODY] = "body",    [PLAY_PART_EVENT] = "",
    [PLAY_PART_ID] = "id",        [PLAY_PART_RETRY] = "retry",
    [PLAY_PART_NOTE] = "comment", [PLAY_PART_OPEN] = "handshake",
    [PLAY_PART_CLOSE] = "close",
};

static struct td_bytes kind_of(const struct play_exchange *x,
                               const struct play_part *part)
{
    if (part->kind == PLAY_PART_PACKET)
        return part->packet;
    if (part->kind == PLAY_PART_BODY && x->stream == PLAY_STREAM_NONE)
        return td_text("");
    return td_text(kinds[part->kind]);
}

enum td_code play_http_wrong_put(struct play_http_wrong *wrong,
                                 const struct play_part *part,
                                 struct td_bytes payload)
{
    struct td_event ev = play_part_event(part);
    enum td_code code;

    if (!wrong->offered) {
        td_buf_clear(&wrong->payload);
        (void)td_buf_add_bytes(&wrong->payload, payload);
        wrong->offered = true;
    }
    ev.seq = part->seq;
    ev.at_ns = part->at_ns;
    ev.exchange = wrong->x->number;
    ev.kind = kind_of(wrong->x, part);
    ev.payload = td_buf_bytes(&wrong->payload);
    code = td_sink_put(wrong->sink, &ev, NULL);
    wrong->offered = code == TD_AGAIN;
    return code;
}

/* Whether what comes out went in as a part that its payload named; most come
 * in order.
 */
static bool is_called(struct play_http_wrong *wrong, const struct td_event *ev)
{
    const struct play_exchange *x = wrong->x;

    for (uint32_t i = 0, at = wrong->came; i < x->parts_len; i++, at++) {
        at %= x->parts_len;
        if (x->parts[at].seq != ev->seq)
            continue;
        wrong->came = at;
        return x->parts[at].called;
    }
    return false;
}

struct play_part play_http_wrong_part(struct play_http_wrong *wrong,
                                      const struct td_event *ev)
{
    struct play_part part = {.kind = PLAY_PART_PACKET,
                             .dir = TD_DIR_OUT,
                             .form = ev->form,
                             .called = is_called(wrong, ev),
                             .name = ev->name,
                             .id = ev->id,
                             .payload = ev->payload,
                             .packet = ev->kind,
                             .ns = ev->ns,
                             .ack = ev->ack,
                             .att = ev->att};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (kinds[i] && td_bytes_is(ev->kind, kinds[i]))
            part.kind = (enum play_part_kind)i;
    if (td_event_is_plain(ev) && wrong->x->stream == PLAY_STREAM_NONE)
        part.kind = PLAY_PART_BODY;
    if (part.kind != PLAY_PART_PACKET)
        part.packet = td_bytes("", 0);
    return part;
}

bool play_http_wrong_finish(struct play_http_wrong *wrong)
{
    if (!wrong->stage || wrong->drained)
        return true;
    if (!wrong->finished) {
        wrong->finished = wrong->asked = true;
        play_faults_finish(wrong->stage);
        wrong->asked = false;
    }
    return wrong->drained;
}
