#include "replayer/dialogue/dialogue.h"

#include "core/mem.h"
#include "recorder/proxy/call.h"
#include "replayer/answer/mark.h"
#include "replayer/dialogue/ask.h"
#include "replayer/dialogue/say.h"
#include "replayer/dialogue/timeline.h"
#include "wire/sio/packet.h"
#include "wire/ws/handshake.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define LATE     "no answer in time"
#define SAID_MAX 300
#define LEFT_MAX 64 /* names of fields that are told */

/* An exchange as it goes now. */
struct live {
    struct play_dialogue *dialogue;
    const struct play_exchange *x;
    struct rec_call *call;
    struct live *next_over; /* of those whose call is to be freed */
    uint32_t conn;
    uint32_t heard; /* parts that are waited for on the tape */
    uint32_t part;  /* of the tape, that the next one heard stands for */
    bool head;
    bool switched;
    bool done;
};

struct play_dialogue {
    struct rec_source base;
    struct play_dialogue_options how;
    struct rec_tap tap;
    struct wire_net *net;
    struct wire_url url;
    struct wire_dial dial;
    struct play_binds binds;
    struct play_timeline timeline;
    uint32_t at;             /* step */
    struct live *over_first; /* calls that have ended, and are there still */
    struct live *lives;      /* one for each exchange of the tape */
    uint32_t *of_number;     /* which each exchange of the new tape is */
    uint32_t asked;
    uint64_t base_ns; /* when the step before was done */
    uint64_t tape_ns; /* and when on the tape */
    uint64_t wait_ns; /* what is waited for comes by then; 0: nothing is */
    struct wire_timer timer;
    char *left[LEFT_MAX]; /* names of fields that were left out */
    uint32_t left_len;
    struct play_dialogue_stats stats;
    bool paused; /* nothing is read */
    bool stopping;
    bool over;
};

static void wake(struct play_dialogue *d)
{
    if (!d->over)
        wire_timer_set(d->net, &d->timer, 0);
}

/* ---- what is heard ---- */

/* What the tape has in the place of the next part. */
static const struct play_part *next_part(struct live *live)
{
    const struct play_exchange *x = live->x;

    while (live->part < x->parts_len) {
        const struct play_part *part = &x->parts[live->part++];

        if (part->dir == TD_DIR_OUT && play_part_is_awaited(part->kind))
            return part;
    }
    return NULL;
}

static void hear(struct play_dialogue *d, const struct td_event *ev)
{
    struct live *live;
    const struct play_part *part;

    if (!ev->exchange || ev->exchange > d->asked || !play_event_is_awaited(ev))
        return;
    live = &d->lives[d->of_number[ev->exchange - 1]];
    live->heard++;
    part = next_part(live);
    if (part)
        play_binds_learn(&d->binds, part->payload, ev->payload);
    wake(d);
}

/* Between the calls and the recorder. What the owner has given to connect with
 * is not for the tape.
 */
static enum td_code put(void *self, const struct td_event *ev,
                        struct td_error *err)
{
    struct play_dialogue *d = self;
    struct td_event own = *ev;

    if (d->how.auth && ev->dir == TD_DIR_IN &&
        td_bytes_is(ev->kind, SIO_KIND_CONNECT)) {
        own.payload = td_text("{\"auth\":\"[redacted]\"}");
        own.form = TD_FORM_JSON;
    }
    hear(d, ev);
    return td_sink_put(d->base.sink, &own, err);
}

/* ---- an exchange ---- */

static void on_head(void *ctx, const struct http_head *head)
{
    struct live *live = ctx;

    live->head = true;
    live->switched = head->status == 101;
    play_binds_learn_head(&live->dialogue->binds, live->x->answer_fields,
                          live->x->answer_fields_len, head);
    wake(live->dialogue);
}

/* Whether the tape has it end so, too. */
static bool is_as_recorded(const struct live *live, const char *cut)
{
    return !cut || live->x->cut || !strcmp(cut, LATE) ||
           !strcmp(cut, REC_CALL_LEFT) || !strcmp(cut, PROXY_STOPPED);
}

static void on_done(void *ctx, const char *cut)
{
    struct live *live = ctx;
    struct play_dialogue *d = live->dialogue;
    char text[SAID_MAX];

    live->done = true;
    live->next_over = d->over_first;
    d->over_first = live;
    rec_source_tell(&d->base, live->conn, TD_KIND_CLOSE, "reason",
                    cut ? cut : "");
    if (!is_as_recorded(live, cut)) {
        d->stats.failed++;
        d->stats.unreached +=
            !strncmp(cut, REC_CALL_NONE, sizeof(REC_CALL_NONE) - 1);
        (void)snprintf(text, sizeof(text), "exchange %" PRIu64 ": %.200s",
                       live->x->number, cut);
        d->how.tell(d->how.ctx, text);
    }
    wake(d);
}

static const struct rec_call_events call_events = {.head = on_head,
                                                   .done = on_done};

/* Whether it is told the first time. */
static bool is_news(struct play_dialogue *d, const char *what)
{
    for (uint32_t i = 0; i < d->left_len; i++)
        if (!strcasecmp(d->left[i], what))
            return false;
    if (d->left_len == LEFT_MAX)
        return false;
    d->left[d->left_len++] = td_strdup(what);
    return true;
}

static void on_left_out(void *ctx, const char *name)
{
    struct play_dialogue *d = ((struct live *)ctx)->dialogue;
    char text[SAID_MAX];

    if (!is_news(d, name))
        return;
    (void)snprintf(text, sizeof(text),
                   "the tape has no value for the field %.60s, which is left "
                   "out; give it with --header '%.60s: ...'",
                   name, name);
    d->how.tell(d->how.ctx, text);
}

/* ":" is in no name of a field. */
static void on_marked(void *ctx, const char *where)
{
    const struct live *live = ctx;
    char text[SAID_MAX];

    (void)snprintf(text, sizeof(text), ":%s", where);
    if (!is_news(live->dialogue, text))
        return;
    (void)snprintf(text, sizeof(text),
                   "exchange %" PRIu64
                   ": a value in its %s is not on the tape; "
                   "the mark in its place is sent",
                   live->x->number, where);
    live->dialogue->how.tell(live->dialogue->how.ctx, text);
}

static void fail(struct live *live, const struct td_error *err)
{
    struct play_dialogue *d = live->dialogue;
    char text[SAID_MAX];

    live->done = true;
    d->stats.failed++;
    (void)snprintf(text, sizeof(text),
                   "exchange %" PRIu64 " is not asked: %.200s", live->x->number,
                   err->text);
    d->how.tell(d->how.ctx, text);
}

static void open_call(struct live *live, struct td_bytes request,
                      const char *ws_key)
{
    struct play_dialogue *d = live->dialogue;
    const struct play_exchange *x = live->x;
    struct td_bytes protocols =
        play_field_value(x->fields, x->fields_len, "Sec-WebSocket-Protocol");
    char *offered =
        protocols.len ? td_strndup(protocols.ptr, protocols.len) : NULL;
    const struct rec_call_options how = {
        .tap = &d->tap,
        .conn = live->conn,
        .dial = &d->dial,
        .request = request,
        .ws_key = ws_key,
        .ws_protocols = ws_key ? offered : NULL,
        .sio = play_target_transport(x->target).len > 0,
        .hidden = d->how.headers};
    struct td_error err = {0};
    uint64_t before = d->tap.exchanges;

    d->of_number[before] = (uint32_t)(live - d->lives);
    d->asked = (uint32_t)before + 1;
    if (rec_call_open(&live->call, d->net, &how, &call_events, live, &err)) {
        d->asked = (uint32_t)d->tap.exchanges;
        fail(live, &err);
    } else {
        d->stats.exchanges++;
        rec_call_pause(live->call, d->paused);
    }
    free(offered);
}

static void ask(struct live *live)
{
    struct play_dialogue *d = live->dialogue;
    const struct play_exchange *x = live->x;
    bool upgrades = http_same(
        play_field_value(x->fields, x->fields_len, "Upgrade"), "websocket");
    char key[WS_KEY_LEN + 1] = "";
    struct td_buf request = {0};
    struct td_error err = {0};
    const struct play_ask how = {.to = &d->url,
                                 .headers = d->how.headers,
                                 .binds = &d->binds,
                                 .method = x->method,
                                 .target = x->target,
                                 .fields = x->fields,
                                 .fields_len = x->fields_len,
                                 .body = x->body,
                                 .decoded = true,
                                 .ws_key = upgrades ? key : NULL,
                                 .left_out = on_left_out,
                                 .marked = on_marked,
                                 .ctx = live};

    if (upgrades)
        ws_key_new(key);
    if (play_ask_put(&request, &how, &err)) {
        fail(live, &err);
    } else {
        live->conn = rec_source_conn(&d->base);
        rec_source_tell(&d->base, live->conn, TD_KIND_OPEN, "transport",
                        "dialogue");
        open_call(live, td_buf_bytes(&request), upgrades ? key : NULL);
        rec_source_exchanges(&d->base, d->tap.exchanges);
    }
    td_buf_release(&request);
}

/* ---- messages ---- */

/* What is said in place of a part. */
static void bind(const struct live *live, const struct play_part *part,
                 struct td_buf *text)
{
    const struct play_dialogue *d = live->dialogue;

    if (d->how.auth && td_bytes_is(part->packet, SIO_KIND_CONNECT))
        (void)td_buf_add_text(text, d->how.auth);
    else
        play_binds_put(&d->binds, text, part->payload);
}

static void say(struct live *live, const struct play_part *part)
{
    struct td_buf text = {0};

    if (!live->switched || live->done) {
        live->dialogue->stats.unsaid++;
        return;
    }
    bind(live, part, &text);
    if (play_has_mark(td_buf_bytes(&text)))
        on_marked(live, "messages");
    if (part->kind == PLAY_PART_CLOSE)
        play_say_close(live->call, part->payload);
    else if (play_target_transport(live->x->target).len)
        play_say_packet(live->call, part, td_buf_bytes(&text));
    else
        rec_call_say(live->call,
                     part->form == TD_FORM_BYTES ? WS_BINARY : WS_TEXT,
                     td_buf_bytes(&text));
    td_buf_release(&text);
}

/* ---- the tape, step by step ---- */

static void leave(struct live *live, const char *cut)
{
    if (live->call && !live->done)
        rec_call_leave(live->call, cut);
}

static void end(struct play_dialogue *d)
{
    if (d->over)
        return;
    d->over = true;
    wire_timer_cancel(d->net, &d->timer);
    for (uint32_t i = 0; i < d->how.exchanges->len; i++)
        leave(&d->lives[i], REC_CALL_LEFT);
    rec_source_over(&d->base, NULL);
}

static void do_step(struct play_dialogue *d, const struct play_step *step)
{
    struct live *live = &d->lives[step->exchange];

    if (step->kind == PLAY_STEP_ASK)
        ask(live);
    else if (step->kind == PLAY_STEP_SAY)
        say(live, &live->x->parts[step->part]);
    else
        leave(live, REC_CALL_LEFT);
}

static bool has_come(const struct play_dialogue *d,
                     const struct play_step *step)
{
    const struct live *live = &d->lives[step->exchange];

    return live->done || (step->kind == PLAY_STEP_HEAD && live->head) ||
           (step->kind == PLAY_STEP_HEAR && live->heard >= step->heard);
}

static void tell_late(const struct live *live, const struct play_step *step)
{
    char text[SAID_MAX];
    char what[64] = "its end";

    if (step->kind == PLAY_STEP_HEAD)
        (void)snprintf(what, sizeof(what), "an answer");
    else if (step->kind == PLAY_STEP_HEAR)
        (void)snprintf(what, sizeof(what), "event %" PRIu32 " of its answer",
                       step->heard);
    (void)snprintf(text, sizeof(text),
                   "exchange %" PRIu64 ": %s did not come in time; gone on "
                   "without it",
                   live->x->number, what);
    live->dialogue->how.tell(live->dialogue->how.ctx, text);
}

/* Wait for what the server is to say. True: no longer. */
static bool wait_for(struct play_dialogue *d, const struct play_step *step,
                     uint64_t now)
{
    struct live *live = &d->lives[step->exchange];

    if (!has_come(d, step)) {
        if (!d->wait_ns)
            d->wait_ns = now + d->how.answer_ns;
        if (now < d->wait_ns) {
            wire_timer_set(d->net, &d->timer, d->wait_ns);
            return false;
        }
        d->stats.late++;
        tell_late(live, step);
        leave(live, LATE);
    }
    d->wait_ns = 0;
    d->base_ns = now;
    return true;
}

/* Wait until it is the client's turn. */
static bool is_due(struct play_dialogue *d, const struct play_step *step,
                   uint64_t now)
{
    uint64_t gap = step->at_ns > d->tape_ns ? step->at_ns - d->tape_ns : 0;
    uint64_t due = d->base_ns + play_pace_gap(&d->how.pace, gap);

    if (now < due) {
        wire_timer_set(d->net, &d->timer, due);
        return false;
    }
    d->base_ns = due;
    return true;
}

/* Never from inside one. */
static void free_calls(struct play_dialogue *d)
{
    while (d->over_first) {
        struct live *live = d->over_first;

        d->over_first = live->next_over;
        rec_call_free(live->call);
        live->call = NULL;
    }
}

static void go_on(void *ctx)
{
    struct play_dialogue *d = ctx;
    uint64_t now = wire_now(d->net);

    free_calls(d);
    while (d->at < d->timeline.len && !d->stopping) {
        const struct play_step *step = &d->timeline.steps[d->at];
        bool ours = step->kind <= PLAY_STEP_LEAVE;

        if (ours ? !is_due(d, step, now) : !wait_for(d, step, now))
            return;
        d->tape_ns = step->at_ns;
        d->at++;
        if (ours)
            do_step(d, step);
    }
    end(d);
}

/* ---- life ---- */

static void pause_reading(struct rec_source *base, bool paused)
{
    struct play_dialogue *d = (struct play_dialogue *)base;

    d->paused = paused;
    for (uint32_t i = 0; i < d->how.exchanges->len; i++)
        if (d->lives[i].call)
            rec_call_pause(d->lives[i].call, paused);
}

/* It may be within what a call says just now. */
static void stop(struct rec_source *base)
{
    struct play_dialogue *d = (struct play_dialogue *)base;

    d->stopping = true;
    wake(d);
}

static void free_source(struct rec_source *base)
{
    struct play_dialogue *d = (struct play_dialogue *)base;

    wire_timer_cancel(d->net, &d->timer);
    for (uint32_t i = 0; d->lives && i < d->how.exchanges->len; i++)
        rec_call_free(d->lives[i].call);
    for (uint32_t i = 0; i < d->left_len; i++)
        free(d->left[i]);
    play_timeline_release(&d->timeline);
    play_binds_release(&d->binds);
    wire_url_release(&d->url);
    free(d->lives);
    free(d->of_number);
    free(d);
}

static const struct rec_source_ops ops = {
    .pause = pause_reading, .stop = stop, .free = free_source};

static enum td_code read_url(struct play_dialogue *d, struct td_error *err)
{
    enum td_code code = wire_url_parse(&d->url, d->how.to, err);

    if (code)
        return code;
    if (d->url.scheme == WIRE_SCHEME_SIO)
        return td_error_set(err, TD_USAGE, "--to", 0,
                            "exchanges are of HTTP: write http:// or ws://");
    if (*d->url.query)
        return td_error_set(err, TD_USAGE, "--to", 0,
                            "a server has no query: requests have theirs");
    d->dial = (struct wire_dial){.host = d->url.host,
                                 .port = d->url.port,
                                 .unix_path = d->url.unix_path,
                                 .tls = d->url.tls ? &d->how.tls : NULL,
                                 .timeout_ns = d->how.connect_ns};
    return TD_OK;
}

static void tell_framed(struct play_dialogue *d, const struct play_exchange *x)
{
    char text[SAID_MAX];

    d->stats.framed++;
    (void)snprintf(text, sizeof(text),
                   "exchange %" PRIu64
                   " is left behind its handshake: only an extension of "
                   "WebSocket can read its frames (--keep-extensions)",
                   x->number);
    d->how.tell(d->how.ctx, text);
}

static void begin(struct play_dialogue *d)
{
    const struct play_exchanges *all = d->how.exchanges;

    d->lives = td_calloc((size_t)all->len + 1, sizeof(*d->lives));
    d->of_number = td_calloc((size_t)all->len + 1, sizeof(*d->of_number));
    for (uint32_t i = 0; i < all->len; i++) {
        d->lives[i] = (struct live){.dialogue = d, .x = &all->list[i]};
        if (all->list[i].framed)
            tell_framed(d, &all->list[i]);
    }
    play_timeline_make(&d->timeline, all);
    d->stats.polls = d->timeline.polls;
    d->tap = rec_source_tap(&d->base, d->how.max_message);
    d->tap.sink = (struct td_sink){.put = put, .self = d};
    d->base_ns = wire_now(d->net);
    d->tape_ns = d->timeline.len ? d->timeline.steps[0].at_ns : 0;
    wire_timer_set(d->net, &d->timer, 0);
}

enum td_code play_dialogue_open(struct play_dialogue **out,
                                struct rec_recorder *rec,
                                const struct play_dialogue_options *options,
                                struct td_error *err)
{
    static const char *const none[] = {NULL};
    struct play_dialogue *d = td_calloc(1, sizeof(*d));
    enum td_code code;

    d->base.ops = &ops;
    d->base.own_conns = true;
    d->how = *options;
    d->net = rec_net(rec);
    d->timer = (struct wire_timer){.fire = go_on, .ctx = d};
    code = read_url(d, err);
    if (!code)
        code = play_ask_check(options->headers, err);
    if (!code)
        code = play_binds_read(&d->binds,
                               options->binds ? options->binds : none, err);
    if (code) {
        free_source(&d->base);
        return code;
    }
    rec_source_add(rec, &d->base);
    begin(d);
    *out = d;
    return TD_OK;
}

struct play_dialogue_stats play_dialogue_stats(const struct play_dialogue *d)
{
    return d->stats;
}
