/* The stage of a flow: events wait while a piece in them may be one of a secret
 * that is still growing, and those behind them wait with them.
 */
#include "core/mem.h"
#include "recorder/event_queue.h"
#include "recorder/redact_pieces.h"

#include <stdlib.h>

#define NEAR 256 /* texts that are found at once; a power of two */

struct redact_held {
    struct rec_queue queue;
    struct td_buf counts; /* uint32_t: pieces of each event of the queue */
    size_t counts_at;     /* of the first */
    struct td_buf pieces; /* struct redact_piece, of them all */
    size_t pieces_at;
    uint64_t number;     /* of the first, counted over all that waited */
    struct td_buf found; /* pieces of the event at hand */
    struct td_buf clean;
    struct redact_text *texts[REDACT_TEXTS];
    size_t len;
    struct redact_text *near[NEAR]; /* some of them, by their keys */
    struct redact_text *rest;       /* what is too much: closed */
    struct redact_lines lines;
    uint64_t uses;
    uint64_t now_ns;  /* of the event at hand, or of the last look */
    uint64_t seen;    /* the number that was first at the last look, */
    uint64_t seen_ns; /* and when it was first seen there */
};

void redact_held_free(struct redact_held *held)
{
    if (!held)
        return;
    for (size_t i = 0; i < held->len; i++)
        redact_text_free(held->texts[i]);
    redact_text_free(held->rest);
    rec_queue_release(&held->queue);
    td_buf_release(&held->counts);
    td_buf_release(&held->pieces);
    td_buf_release(&held->found);
    td_buf_release(&held->clean);
    free(held);
}

struct rec_redact_held rec_redact_held(const struct rec_redact *redact)
{
    struct rec_redact_held waited = redact->waited;

    waited.streams = redact->rules.streams > 0;
    return waited;
}

/* ---- texts ---- */

/* Whatever nobody waits for any more. */
static void sweep(struct redact_held *held)
{
    size_t kept = 0;

    memset(held->near, 0, sizeof(held->near));
    for (size_t i = 0; i < held->len; i++) {
        if (held->texts[i]->over && held->texts[i]->held == 0)
            redact_text_free(held->texts[i]);
        else
            held->texts[kept++] = held->texts[i];
    }
    held->len = kept;
}

static void force(struct rec_redact *redact, struct redact_text *text)
{
    redact->withheld += redact_follow_force(text);
}

/* Room for one more: of the texts that nobody waits for, and that are not in
 * the middle of something, the one that was not used for the longest time ends.
 */
static void make_room(struct redact_held *held)
{
    struct redact_text *oldest = NULL;

    sweep(held);
    if (held->len < REDACT_TEXTS)
        return;
    for (size_t i = 0; i < held->len; i++) {
        struct redact_text *text = held->texts[i];

        if (text->held == 0 && text->from == redact_text_end(text) &&
            (!oldest || text->used < oldest->used))
            oldest = text;
    }
    if (oldest) {
        oldest->over = true;
        sweep(held);
    }
}

static struct redact_text *rest(struct rec_redact *redact,
                                const struct td_event *ev)
{
    struct redact_held *held = redact->held;

    if (!held->rest)
        held->rest = redact_text_new(0, ev);
    held->rest->closed = true;
    redact->withheld++;
    return held->rest;
}

static struct redact_text *find(const struct redact_held *held, uint64_t key)
{
    struct redact_text *near = held->near[key % NEAR];

    if (near && near->key == key && !near->over)
        return near;
    for (size_t i = 0; i < held->len; i++)
        if (held->texts[i]->key == key && !held->texts[i]->over)
            return held->texts[i];
    return NULL;
}

static struct redact_text *text_of(struct rec_redact *redact, uint64_t key,
                                   const struct td_event *ev)
{
    struct redact_held *held = redact->held;
    struct redact_text *text = find(held, key);

    if (!text) {
        if (held->len == REDACT_TEXTS)
            make_room(held);
        if (held->len == REDACT_TEXTS)
            return rest(redact, ev);
        text = held->texts[held->len++] = redact_text_new(key, ev);
    }
    text->used = ++held->uses;
    held->near[key % NEAR] = text;
    return text;
}

static bool is_known(const struct redact_piece *pieces, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (pieces[i].text->known < pieces[i].to)
            return false;
    return true;
}

/* ---- events ---- */

/* One event without secrets, to the next stage. */
static enum td_code pass(struct rec_redact *redact, struct td_event *ev,
                         const struct redact_piece *pieces, size_t len,
                         struct td_error *err)
{
    struct redact_held *held = redact->held;
    uint64_t events = redact->events;
    bool changed = false;

    td_buf_clear(&redact->pieces);
    if (len > 0) {
        redact->waited.pieces +=
            redact_clean(redact, ev, pieces, len, &held->clean, &changed);
        ev->payload = changed ? td_buf_bytes(&held->clean) : ev->payload;
        if (changed && ev->form == TD_FORM_JSON &&
            !td_json_suits_line(ev->payload))
            ev->form = TD_FORM_TEXT; /* a piece of text that was JSON alone */
    }
    rec_redact_event(redact, ev);
    td_buf_clear(&redact->pieces);
    if (changed && redact->events == events)
        redact->events++;
    for (size_t i = 0; i < len; i++)
        pieces[i].text->held--;
    for (size_t i = 0; i < len; i++)
        redact_follow_trim(redact, pieces[i].text);
    return td_sink_put(redact->next, ev, err);
}

static const struct redact_piece *first_pieces(const struct redact_held *held,
                                               size_t *len)
{
    const uint32_t *counts = (const uint32_t *)(const void *)held->counts.ptr;

    *len = counts[held->counts_at];
    return (const struct redact_piece *)(const void *)held->pieces.ptr +
           held->pieces_at;
}

static void drop_first(struct redact_held *held, size_t len)
{
    rec_queue_drop(&held->queue);
    held->counts_at++;
    held->pieces_at += len;
    held->number++;
    if (held->queue.count == 0) {
        held->counts_at = held->pieces_at = 0;
        td_buf_clear(&held->counts);
        td_buf_clear(&held->pieces);
    }
}

/* The first that waits goes on. */
static enum td_code release_first(struct rec_redact *redact,
                                  struct td_error *err)
{
    struct redact_held *held = redact->held;
    struct td_event ev = {.at_ns = 0};
    size_t len;
    const struct redact_piece *pieces = first_pieces(held, &len);
    enum td_code code;

    (void)rec_queue_first(&held->queue, &ev);
    if (held->now_ns > ev.at_ns && held->now_ns - ev.at_ns > redact->waited.ns)
        redact->waited.ns = held->now_ns - ev.at_ns;
    code = pass(redact, &ev, pieces, len, err);
    drop_first(held, len);
    return code;
}

/* All that need not wait. */
static enum td_code release(struct rec_redact *redact, struct td_error *err)
{
    struct redact_held *held = redact->held;
    enum td_code code = TD_OK;

    while (code == TD_OK && held->queue.count > 0) {
        size_t len;
        const struct redact_piece *pieces = first_pieces(held, &len);

        if (!is_known(pieces, len))
            break;
        code = release_first(redact, err);
    }
    return code;
}

static enum td_code force_first(struct rec_redact *redact, struct td_error *err)
{
    size_t len;
    const struct redact_piece *pieces = first_pieces(redact->held, &len);

    for (size_t i = 0; i < len; i++)
        if (pieces[i].text->known < pieces[i].to)
            force(redact, pieces[i].text);
    return release(redact, err);
}

static void enqueue(struct rec_redact *redact, const struct td_event *ev)
{
    struct redact_held *held = redact->held;
    struct redact_piece *pieces =
        (struct redact_piece *)(void *)held->found.ptr;
    size_t len = held->found.len / sizeof(*pieces);
    uint32_t count = (uint32_t)len;

    rec_queue_add(&held->queue, ev);
    (void)td_buf_add(&held->counts, &count, sizeof(count));
    (void)td_buf_add_bytes(&held->pieces, td_buf_bytes(&held->found));
    redact->waited.events++;
    for (size_t i = 0; i < len; i++) {
        struct redact_text *text = pieces[i].text;
        uint64_t open = redact_text_end(text) - text->known;

        if (open > redact->waited.bytes)
            redact->waited.bytes = open;
    }
}

/* No longer than the bounds. */
static enum td_code expire(struct rec_redact *redact, struct td_error *err)
{
    struct redact_held *held = redact->held;
    struct td_event first;
    enum td_code code = release(redact, err);

    while (code == TD_OK && rec_queue_first(&held->queue, &first) &&
           (rec_queue_bytes(&held->queue) > REC_HOLD_BYTES ||
            held->now_ns > first.at_ns + REC_HOLD_NS))
        code = force_first(redact, err);
    return code;
}

/* ---- what comes ---- */

/* Whether a piece is one of its text, and how. A text that began with what is
 * no string of JSON may have pieces that happen to be one, and a text of
 * strings has nothing else.
 */
static bool belongs(struct redact_piece *piece, const struct td_event *ev)
{
    struct redact_text *text = piece->text;

    if (redact_text_end(text) == 0)
        text->raw = !piece->quoted;
    if (text->raw && piece->quoted) {
        piece->quoted = piece->escaped = false;
        piece->start = 0;
        piece->len = ev->payload.len;
    }
    return text->raw == !piece->quoted;
}

/* The event where the texts of its line began. */
static struct td_event placed(struct redact_held *held,
                              const struct td_event *ev)
{
    const struct redact_line *line = redact_line_of(&held->lines, ev);
    struct td_event own = *ev;

    if (line) {
        own.conn = line->first;
        own.exchange = line->first_exchange;
    }
    return own;
}

/* Find the pieces of an event, and follow the texts that they are of. */
static void take_pieces(struct rec_redact *redact, const struct td_event *came)
{
    struct redact_held *held = redact->held;
    struct td_event own = placed(held, came);
    const struct td_event *ev = &own;
    struct redact_piece *pieces;
    size_t len;
    size_t kept = 0;

    redact_places(redact, ev, &held->found);
    pieces = (struct redact_piece *)(void *)held->found.ptr;
    len = held->found.len / sizeof(*pieces);
    redact->unsure = false;
    for (size_t i = 0; i < len; i++) {
        struct redact_piece piece = pieces[i];

        piece.text = text_of(redact, piece.key, ev);
        if (piece.text != held->rest && !belongs(&piece, ev))
            continue;
        piece.text->held++;
        piece.from = redact_text_end(piece.text);
        redact_follow(redact, piece.text,
                      td_bytes(ev->payload.ptr + piece.start, piece.len),
                      piece.escaped);
        piece.to = redact_text_end(piece.text);
        pieces[kept++] = piece;
    }
    held->found.len = kept * sizeof(*pieces);
}

/* An answer that broke off, a connection without a closing handshake, or that
 * the recorder left.
 */
static bool is_cut(struct rec_redact *redact, const struct td_event *ev)
{
    struct td_json_doc *doc = &redact->doc;

    if (redact->stopped)
        return true;
    if (td_json_parse(doc, ev->payload, TD_JSON_DEPTH, NULL) ||
        doc->values[0].kind != TD_JSON_OBJECT)
        return false;
    return redact_says(doc, "code", "1006") ||
           redact_says(doc, "reason", "\"stopped\"") ||
           td_json_member(doc, 0, td_text("cut")) > 0;
}

static void end_text(struct rec_redact *redact, struct redact_text *text,
                     bool cut)
{
    if (cut)
        redact->withheld += redact_follow_cut(redact, text);
    else
        redact_follow_end(redact, text);
}

/* What may be taken up again, or goes on, has no end yet. */
static bool goes_on(struct redact_line *line, bool done, bool cut)
{
    if (line->session)
        return done && !cut;
    line->closed = true; /* who knows whether for good */
    line->cut = cut;
    return true;
}

/* It goes on, whatever becomes of the connection that it began on. */
static bool is_elsewhere(struct redact_held *held,
                         const struct redact_text *text)
{
    return text->exchange &&
           redact_line_of_text(&held->lines, text->conn, text->exchange);
}

/* The end of an answer, or of a connection, is the end of its texts. */
static void end_texts(struct rec_redact *redact, const struct td_event *ev)
{
    struct redact_held *held = redact->held;
    struct redact_line *line = redact_line_of(&held->lines, ev);
    struct td_event own = placed(held, ev);
    bool done = td_bytes_is(ev->kind, TD_KIND_DONE);
    bool cut;

    if (!done && (!td_bytes_is(ev->kind, TD_KIND_CLOSE) || ev->ns.len > 0))
        return;
    cut = is_cut(redact, ev);
    if (line && !redact->stopped && goes_on(line, done, cut))
        return;
    redact->unsure = false;
    for (size_t i = 0; i < held->len; i++) {
        struct redact_text *text = held->texts[i];

        if (!text->over && text->conn == own.conn &&
            (text->exchange == own.exchange ||
             (!ev->exchange && !is_elsewhere(held, text))))
            end_text(redact, text, cut);
    }
    sweep(held);
}

/* What a stream ended within has the rest of a secret that is still growing. */
static bool is_rest(struct redact_held *held, const struct td_event *ev)
{
    struct td_event own = placed(held, ev);

    if (!td_bytes_is(ev->kind, TD_KIND_BODY))
        return false;
    for (size_t i = 0; i < held->len; i++) {
        const struct redact_text *text = held->texts[i];

        if (!text->over && text->conn == own.conn &&
            text->exchange == own.exchange &&
            text->known < redact_text_end(text))
            return true;
    }
    return false;
}

static enum td_code take(struct rec_redact *redact, const struct td_event *ev,
                         struct td_error *err)
{
    struct redact_held *held = redact->held;
    struct td_event own = *ev;
    const struct redact_piece *pieces;
    enum td_code code = TD_OK;
    size_t len;

    held->now_ns = ev->at_ns > held->now_ns ? ev->at_ns : held->now_ns;
    td_buf_clear(&held->found);
    if (td_event_is_plain(ev)) {
        take_pieces(redact, ev);
    } else if (is_rest(held, ev)) {
        redact->withheld++;
        own.payload = td_text(REC_WITHHELD);
        own.form = TD_FORM_TEXT;
    } else {
        redact_line_opens(redact, &held->lines, ev);
        end_texts(redact, ev);
    }
    if (held->queue.count > 0)
        code = release(redact, err);
    pieces = (const struct redact_piece *)(const void *)held->found.ptr;
    len = held->found.len / sizeof(*pieces);
    if (code == TD_OK && held->queue.count == 0 && is_known(pieces, len))
        return pass(redact, &own, pieces, len, err);
    if (code)
        return code;
    enqueue(redact, &own);
    return expire(redact, err);
}

static enum td_code stage_put(void *self, const struct td_event *ev,
                              struct td_error *err)
{
    struct rec_redact *redact = self;
    struct td_event own;

    if (redact->rules.streams)
        return take(redact, ev, err);
    if (!redact->rules.len && !redact_is_fact(redact, ev))
        return td_sink_put(redact->next, ev, err);
    own = *ev;
    rec_redact_event(redact, &own);
    return td_sink_put(redact->next, &own, err);
}

static enum td_code stage_flush(void *self, struct td_error *err)
{
    struct rec_redact *redact = self;

    return td_sink_flush(redact->next, err);
}

struct td_sink rec_redact_sink(struct rec_redact *redact, struct td_sink next)
{
    redact->next = next;
    if (redact->rules.streams && !redact->held)
        redact->held = td_calloc(1, sizeof(*redact->held));
    return (struct td_sink){
        .put = stage_put, .flush = stage_flush, .self = redact};
}

enum td_code rec_redact_tick(struct rec_redact *redact, uint64_t now_ns,
                             struct td_error *err)
{
    struct redact_held *held = redact->held;
    enum td_code code = TD_OK;

    if (!held || held->queue.count == 0)
        return TD_OK;
    if (held->seen != held->number + 1) {
        held->seen = held->number + 1;
        held->seen_ns = now_ns;
    } else if (now_ns >= held->seen_ns + REC_HOLD_NS) {
        held->now_ns = now_ns > held->now_ns ? now_ns : held->now_ns;
        code = force_first(redact, err);
    }
    return code;
}

void rec_redact_stop(struct rec_redact *redact)
{
    redact->stopped = true;
}

/* Nobody has taken it up again. */
static bool was_cut(struct redact_held *held, const struct redact_text *text)
{
    const struct redact_line *line =
        redact_line_of_text(&held->lines, text->conn, text->exchange);

    return line && line->closed && line->cut;
}

enum td_code rec_redact_finish(struct rec_redact *redact, struct td_error *err)
{
    struct redact_held *held = redact->held;

    if (!held)
        return TD_OK;
    redact->unsure = false;
    for (size_t i = 0; i < held->len; i++)
        if (!held->texts[i]->over)
            end_text(redact, held->texts[i],
                     redact->stopped || was_cut(held, held->texts[i]));
    return release(redact, err);
}
