#include "core/mem.h"
#include "replayer/answer/http_internal.h"
#include "replayer/answer/owner.h"
#include "wire/http/http.h"

#include <stdlib.h>

#define LINGER_NS (2 * TD_NS_PER_MS)
#define SLICE     ((size_t)64 * 1024) /* bytes of a body that are sent at once */

/* What is sent: the head, then the parts, or the pieces that they came in, then
 * the end.
 */
struct play_http_answer {
    const struct play_request_owner *owner; /* first: see there */
    struct play_http *http;
    struct play_http_answer *prev;
    struct play_http_answer *next;
    struct wire_request *request;
    const struct play_exchange *x;
    uint32_t step;    /* that is next; 0: the head */
    uint64_t base_ns; /* when the one before was due */
    uint64_t tape_ns; /* and when it was on the tape */
    bool waits;       /* for its reader */
    bool full;        /* its reader has not read what was sent */
    bool lingers;     /* it is reset when what was written has gone out */
    size_t sent;      /* bytes of the body that is being sent */
    uint32_t encoded; /* parts that are in carry, if it goes by pieces */
    struct td_buf carry;
    bool is_rpc; /* ids are the caller's */
    struct play_rpc_ids ids;
    struct td_buf tokens;    /* the bytes of ids */
    struct play_binds binds; /* as they were when it was asked for */
    struct play_http_wrong wrong;
    struct wire_timer timer;
};

/* ---- life ---- */

void play_http_answer_free(struct play_http_answer *answer)
{
    struct play_http *http = answer->http;

    if (answer->prev)
        answer->prev->next = answer->next;
    else
        http->answers = answer->next;
    if (answer->next)
        answer->next->prev = answer->prev;
    wire_timer_cancel(http->net, &answer->timer);
    td_buf_release(&answer->carry);
    td_buf_release(&answer->tokens);
    play_binds_release(&answer->binds);
    play_http_wrong_release(&answer->wrong);
    free(answer);
}

static void on_gone(struct wire_request *request)
{
    struct play_http_answer *answer = wire_request_ctx(request);

    if (answer)
        play_http_answer_free(answer);
}

/* ---- ids ---- */

static struct td_bytes keep(struct play_http_answer *answer,
                            struct td_bytes token, size_t *at)
{
    struct td_bytes kept = td_bytes(answer->tokens.ptr + *at, token.len);

    *at += token.len;
    return kept;
}

static void take_ids(struct play_http_answer *answer,
                     const struct play_rpc *live,
                     const struct play_rpc *recorded)
{
    size_t at = 0;

    answer->is_rpc = live->kind == PLAY_RPC_REQUEST;
    if (!answer->is_rpc)
        return;
    (void)td_buf_add_bytes(&answer->tokens, live->id);
    for (size_t i = 0; i < PLAY_TOKENS; i++)
        (void)td_buf_add_bytes(&answer->tokens, live->tokens[i]);
    answer->ids.id = keep(answer, live->id, &at);
    for (size_t i = 0; i < PLAY_TOKENS; i++) {
        answer->ids.live[i] = keep(answer, live->tokens[i], &at);
        answer->ids.recorded[i] = recorded->tokens[i];
    }
}

/* The payload of a part with the caller's ids, until the next call. */
static struct td_bytes payload_of(struct play_http_answer *answer,
                                  const struct play_part *part)
{
    struct play_http *http = answer->http;

    if (!answer->is_rpc || part->form == TD_FORM_BYTES)
        return play_http_bound(http, &answer->binds, part->form, part->payload);
    td_buf_clear(&http->text);
    play_rpc_send(&http->text, &http->doc, part->payload, &answer->ids);
    return play_http_bound(http, &answer->binds, part->form,
                           td_buf_bytes(&http->text));
}

/* ---- the head ---- */

/* The field is not true of the bytes that are sent. */
static bool is_decoded(const struct play_exchange *x)
{
    struct td_bytes coding = play_field_value(
        x->answer_fields, x->answer_fields_len, "Content-Encoding");

    return !x->coded && coding.len && !http_same(coding, "identity");
}

/* A tape may have been tampered with. */
static bool can_be_sent(const struct play_field *field)
{
    return http_is_token(td_text(field->name)) &&
           (!field->value.len ||
            (!memchr(field->value.ptr, '\r', field->value.len) &&
             !memchr(field->value.ptr, '\n', field->value.len) &&
             !memchr(field->value.ptr, '\0', field->value.len)));
}

static bool is_of_conn(const char *name)
{
    static const char *const names[] = {"Connection",
                                        "Keep-Alive",
                                        "Proxy-Connection",
                                        "Content-Length",
                                        "Transfer-Encoding",
                                        "Trailer",
                                        "Upgrade",
                                        "Sec-WebSocket-Accept",
                                        "Sec-WebSocket-Extensions",
                                        "Sec-WebSocket-Protocol"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (http_same(td_text(name), names[i]))
            return true;
    return false;
}

struct wire_response_field *play_http_fields(const struct play_exchange *x,
                                             const struct http_head *asked,
                                             size_t *count)
{
    struct wire_response_field *fields = td_calloc(
        (size_t)x->answer_fields_len + PLAY_CORS_FIELDS, sizeof(*fields));
    bool decoded = is_decoded(x);
    bool foreign = asked && play_http_is_foreign(asked);

    *count = 0;
    for (uint32_t i = 0; i < x->answer_fields_len; i++) {
        const struct play_field *field = &x->answer_fields[i];

        if (can_be_sent(field) && !is_of_conn(field->name) &&
            !(foreign && play_http_is_cors(field->name)) &&
            !(decoded && http_same(td_text(field->name), "Content-Encoding")))
            fields[(*count)++] =
                (struct wire_response_field){field->name, field->value};
    }
    if (foreign)
        *count += play_http_put_cors(fields + *count, asked);
    return fields;
}

static bool read_length(struct td_bytes text, uint64_t *length)
{
    *length = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || i > 17)
            return false;
        *length = *length * 10 + (text.ptr[i] - (uint64_t)'0');
    }
    return text.len > 0;
}

/* The length that the answer tells: as it was, where the bytes are those that
 * were sent. Without a body (HEAD, 304) it tells of another answer's. What may
 * go wrong is not known before it is sent.
 */
static bool length_of(struct play_http_answer *answer, uint64_t *length)
{
    const struct play_exchange *x = answer->x;
    struct td_bytes told = play_field_value(
        x->answer_fields, x->answer_fields_len, "Content-Length");
    uint64_t whole = 0;

    if (!told.ptr || x->stream != PLAY_STREAM_NONE)
        return false;
    if (!x->parts_len || x->cut || x->part_cut)
        return !is_decoded(x) && read_length(told, length);
    if (answer->wrong.stage)
        return false;
    for (uint32_t i = 0; i < x->parts_len; i++)
        whole += payload_of(answer, &x->parts[i]).len;
    *length = whole;
    return true;
}

static void send_head(struct play_http_answer *answer)
{
    const struct play_exchange *x = answer->x;
    size_t count;
    struct wire_response_field *fields =
        play_http_fields(x, wire_request_info(answer->request)->head, &count);
    struct wire_response head = {.status = x->status,
                                 .reason = x->reason,
                                 .fields = fields,
                                 .field_count = count,
                                 .as_is = true};
    struct td_bytes conn =
        play_field_value(x->answer_fields, x->answer_fields_len, "Connection");
    struct td_error err;
    enum td_code code;

    head.has_length = length_of(answer, &head.length);
    head.last = http_same(conn, "close");
    code = wire_request_begin(answer->request, &head, &err);
    if (code) { /* a reason that is none */
        head.reason = td_text("");
        code = wire_request_begin(answer->request, &head, &err);
    }
    free(fields);
    if (code) {
        wire_request_abort(answer->request);
        answer->request = NULL;
    }
}

/* ---- what follows it ---- */

/* It goes in the pieces that it came in, not by parts. */
static bool by_pieces(const struct play_http_answer *answer)
{
    return answer->x->chunks_len && !answer->wrong.stage;
}

static uint32_t steps(const struct play_http_answer *answer)
{
    return by_pieces(answer) ? answer->x->chunks_len : answer->x->parts_len;
}

static uint64_t tape_time(const struct play_http_answer *answer)
{
    const struct play_exchange *x = answer->x;
    uint32_t at = answer->step - 1;

    if (answer->step == 0)
        return x->answered ? x->head_ns : x->end_ns;
    if (at == steps(answer))
        return x->end_ns;
    return by_pieces(answer) ? x->chunks[at].at_ns : x->parts[at].at_ns;
}

/* As far as its reader takes it: TD_FULL may be before its end. */
static enum td_code send_body(struct play_http_answer *answer,
                              struct td_bytes payload)
{
    enum td_code code = TD_OK;

    while (!code && answer->sent < payload.len) {
        size_t left = payload.len - answer->sent;
        size_t len = left < SLICE ? left : SLICE;

        code = wire_request_write(answer->request,
                                  td_bytes(payload.ptr + answer->sent, len));
        answer->sent += len;
    }
    return code;
}

static bool is_within(const struct play_http_answer *answer,
                      const struct play_part *part)
{
    return answer->sent > 0 &&
           (answer->wrong.stage || answer->sent < part->payload.len);
}

/* What has come through the faults. */
static enum td_code put_part(void *self, const struct td_event *ev,
                             struct td_error *err)
{
    struct play_http_answer *answer = self;
    struct play_part part = play_http_wrong_part(&answer->wrong, ev);
    struct td_buf bytes = {0};

    (void)err;
    if (answer->full)
        return TD_AGAIN;
    play_part_encode(&bytes, answer->x->stream, &part, part.payload);
    answer->full =
        wire_request_write(answer->request, td_buf_bytes(&bytes)) == TD_FULL;
    td_buf_release(&bytes);
    return TD_OK;
}

/* A part, or what is next of a body that comes slowly. TD_FULL: it is sent. */
static enum td_code send_wrong(struct play_http_answer *answer,
                               const struct play_part *part)
{
    struct td_bytes payload = payload_of(answer, part);
    size_t len = payload.len - answer->sent;
    enum td_code code;

    if (part->kind == PLAY_PART_BODY && answer->wrong.slice &&
        answer->wrong.slice < len)
        len = (size_t)answer->wrong.slice;
    code = play_http_wrong_put(&answer->wrong, part,
                               td_bytes(payload.ptr + answer->sent, len));
    if (answer->wrong.cut) {
        wire_request_cut(answer->request, false);
        answer->request = NULL;
    }
    if (code)
        return code;
    answer->sent += len;
    if (answer->sent == payload.len)
        answer->sent = 0;
    return answer->full ? TD_FULL : TD_OK;
}

static enum td_code send_part(struct play_http_answer *answer,
                              const struct play_part *part)
{
    struct td_bytes payload;
    struct td_buf bytes = {0};
    enum td_code code;

    if (answer->wrong.stage)
        return send_wrong(answer, part);
    payload = payload_of(answer, part);
    if (part->kind == PLAY_PART_BODY && !answer->is_rpc && !answer->binds.len)
        return send_body(answer, payload);
    play_part_encode(&bytes, answer->x->stream, part, payload);
    code = wire_request_write(answer->request, td_buf_bytes(&bytes));
    td_buf_release(&bytes);
    return code;
}

/* A piece as it came: what it holds of the parts. Ids of the caller may make
 * the whole longer or shorter; the last piece has the rest.
 */
static enum td_code send_piece(struct play_http_answer *answer, uint32_t at)
{
    const struct play_exchange *x = answer->x;
    bool last = at + 1 == x->chunks_len;
    size_t len = (size_t)x->chunks[at].len;
    enum td_code code;

    while ((answer->carry.len < len || last) &&
           answer->encoded < x->parts_len) {
        const struct play_part *part = &x->parts[answer->encoded++];

        play_part_encode(&answer->carry, x->stream, part,
                         payload_of(answer, part));
    }
    if (last || len > answer->carry.len)
        len = answer->carry.len;
    code =
        wire_request_write(answer->request, td_bytes(answer->carry.ptr, len));
    td_buf_drop(&answer->carry, len);
    return code;
}

static void put_trailers(struct play_http_answer *answer)
{
    const struct play_exchange *x = answer->x;
    struct wire_response_field *fields =
        td_calloc((size_t)x->trailers_len + 1, sizeof(*fields));
    size_t count = 0;

    for (uint32_t i = 0; i < x->trailers_len; i++)
        if (can_be_sent(&x->trailers[i]) && !is_of_conn(x->trailers[i].name))
            fields[count++] = (struct wire_response_field){
                x->trailers[i].name, x->trailers[i].value};
    wire_request_end_with(answer->request, fields, count);
    free(fields);
}

static bool is_reset(const struct play_exchange *x)
{
    return x->cut && strstr(x->cut, "reset");
}

/* It ends as it did: also by breaking off. A reset drops what still waits to be
 * sent, so that it comes a moment later.
 */
static void end(struct play_http_answer *answer)
{
    struct play_http *http = answer->http;
    bool reset = is_reset(answer->x);

    if (reset && answer->x->answered && !answer->lingers) {
        answer->lingers = true;
        wire_timer_set(http->net, &answer->timer,
                       wire_now(http->net) + LINGER_NS);
        return;
    }
    if (answer->x->answered && !answer->x->cut)
        put_trailers(answer);
    else
        wire_request_cut(answer->request, reset);
    play_http_answer_free(answer);
}

/* ---- in time ---- */

/* One step that is due. False: nothing more now. */
static bool take_step(struct play_http_answer *answer)
{
    const struct play_exchange *x = answer->x;
    uint32_t at = answer->step - 1;
    enum td_code code = TD_OK;

    if ((answer->step == 0 && !x->answered) ||
        (answer->step > 0 && at == steps(answer))) {
        answer->waits = !play_http_wrong_finish(&answer->wrong);
        if (!answer->waits)
            end(answer);
        return false;
    }
    if (answer->step == 0)
        send_head(answer);
    else
        code = by_pieces(answer) ? send_piece(answer, at)
                                 : send_part(answer, &x->parts[at]);
    if (!answer->request) {
        play_http_answer_free(answer);
        return false;
    }
    answer->waits = code == TD_FULL || code == TD_AGAIN;
    if (code != TD_AGAIN && (answer->step == 0 || by_pieces(answer) ||
                             !is_within(answer, &x->parts[at]))) {
        answer->step++;
        answer->sent = 0;
    }
    return !answer->waits;
}

static void go_on(void *ctx)
{
    struct play_http_answer *answer = ctx;
    struct play_http *http = answer->http;
    uint64_t now = wire_now(http->net);
    bool more = true;

    while (more) {
        uint64_t at = tape_time(answer);
        uint64_t gap = at > answer->tape_ns ? at - answer->tape_ns : 0;
        uint64_t due = answer->base_ns + play_pace_gap(&http->how.pace, gap);

        if (due > now) {
            wire_timer_set(http->net, &answer->timer, due);
            return;
        }
        answer->base_ns = due;
        answer->tape_ns = at > answer->tape_ns ? at : answer->tape_ns;
        more = take_step(answer);
    }
}

static void on_room(void *ctx)
{
    struct play_http_answer *answer = ctx;

    if (!answer->waits)
        return;
    answer->waits = false;
    go_on(answer);
}

static void on_ready(struct wire_request *request)
{
    struct play_http_answer *answer = wire_request_ctx(request);

    if (!answer)
        return;
    answer->full = false;
    on_room(answer);
}

/* Its length has been said, and stays; a stream hears of what is new. */
static void keep_binds(struct play_http_answer *answer)
{
    const struct play_binds *all = answer->http->how.binds;

    play_binds_keep(&answer->binds, all);
    if (answer->x->stream != PLAY_STREAM_NONE)
        answer->binds.others = all;
}

void play_http_answer_begin(struct play_http *http,
                            struct wire_request *request, uint32_t exchange,
                            const struct play_rpc *live)
{
    static const struct play_request_owner owner = {.gone = on_gone,
                                                    .ready = on_ready};
    struct play_http_answer *answer = td_calloc(1, sizeof(*answer));

    answer->owner = &owner;
    answer->http = http;
    answer->request = request;
    answer->x = &http->how.exchanges->list[exchange];
    answer->tape_ns = answer->x->asked_ns;
    answer->base_ns = wire_now(http->net);
    answer->timer = (struct wire_timer){.fire = go_on, .ctx = answer};
    answer->next = http->answers;
    if (answer->next)
        answer->next->prev = answer;
    http->answers = answer;
    take_ids(answer, live, &http->rpcs[exchange]);
    keep_binds(answer);
    play_http_wrong_begin(&answer->wrong, http, answer->x,
                          (struct td_sink){.put = put_part, .self = answer},
                          on_room, answer);
    wire_request_set_ctx(request, answer);
    go_on(answer);
}
