#include "wire/sio/session.h"

#include "core/clock.h"
#include "core/mem.h"

#include <stdlib.h>

struct space {
    char *name;      /* as td_event.ns spells it */
    bool joined;     /* else: asked for, not answered */
    uint64_t due_ns; /* of the answer */
};

struct expected {
    char *ns; /* NULL once it is settled */
    uint64_t id;
    uint64_t due_ns;
};

struct sio_session {
    struct sio_session_options options;
    struct sio_session_events events;
    void *ctx;
    struct sio_decoder *decoder;
    struct td_buf out;
    struct space *spaces;
    size_t space_count;
    struct expected *acks; /* in the order they were asked for */
    size_t ack_first;      /* settled ones before it are forgotten */
    size_t ack_end;
    size_t ack_cap;
    size_t ack_count;    /* not settled */
    uint64_t ack_due;    /* no earlier than the first time-out */
    uint64_t connect_by; /* server: the first CONNECT */
    bool broken;
};

static const char where[] = "Socket.IO connection";

struct sio_session *sio_session_new(const struct sio_session_options *options,
                                    const struct sio_session_events *events,
                                    void *ctx, uint64_t now)
{
    struct sio_session *s = td_calloc(1, sizeof(*s));

    s->options = *options;
    if (!s->options.connect_ns)
        s->options.connect_ns = SIO_CONNECT_MS * TD_NS_PER_MS;
    s->events = *events;
    s->ctx = ctx;
    s->decoder = sio_decoder_new(options->max_bytes);
    s->ack_due = TD_NEVER;
    s->connect_by = TD_NEVER;
    if (options->role == SIO_SERVER)
        s->connect_by = now + s->options.connect_ns;
    return s;
}

void sio_session_free(struct sio_session *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->space_count; i++)
        free(s->spaces[i].name);
    for (size_t i = s->ack_first; i < s->ack_end; i++)
        free(s->acks[i].ns);
    free(s->spaces);
    free(s->acks);
    td_buf_release(&s->out);
    sio_decoder_free(s->decoder);
    free(s);
}

static struct space *find(const struct sio_session *s, struct td_bytes ns)
{
    for (size_t i = 0; i < s->space_count; i++)
        if (td_bytes_is(ns, s->spaces[i].name))
            return &s->spaces[i];
    return NULL;
}

static struct space *add(struct sio_session *s, struct td_bytes ns)
{
    struct space *space;

    if (s->space_count == SIO_NAMESPACES_MAX)
        return NULL;
    s->spaces =
        td_realloc(s->spaces, (s->space_count + 1) * sizeof(*s->spaces));
    space = &s->spaces[s->space_count++];
    *space =
        (struct space){.name = td_strndup(ns.ptr, ns.len), .due_ns = TD_NEVER};
    return space;
}

static void forget(struct sio_session *s, struct space *space)
{
    free(space->name);
    *space = s->spaces[--s->space_count];
}

/* A namespace without the query that CONNECT may put behind it. */
static struct td_bytes bare(struct td_bytes ns)
{
    const uint8_t *mark = ns.len > 0 ? memchr(ns.ptr, '?', ns.len) : NULL;

    if (mark)
        ns.len = (size_t)(mark - ns.ptr);
    return td_bytes_is(ns, "/") ? td_bytes(NULL, 0) : ns;
}

static void break_off(struct sio_session *s, struct td_bytes bytes,
                      enum td_code code, const char *text)
{
    struct td_error why = {0};

    s->broken = true;
    (void)td_error_set(&why, code, where, 0, "%s", text);
    s->events.bad(s->ctx, bytes, &why);
}

/* Encode and send one event that is known to be good. */
static enum td_code send_packet(struct sio_session *s,
                                const struct td_event *ev, struct td_error *err)
{
    size_t attachments;
    enum td_code code;

    td_buf_clear(&s->out);
    code = sio_encode(&s->out, &attachments, ev, err);
    if (!code)
        s->events.send(s->ctx, td_buf_bytes(&s->out), false);
    return code;
}

/* The same in a namespace that a packet of the peer has named. */
static void send_own(struct sio_session *s, const struct td_event *ev)
{
    (void)send_packet(s, ev, NULL);
}

/* Acks. */

static uint64_t to_number(struct td_bytes digits)
{
    uint64_t n = 0;

    for (size_t i = 0; i < digits.len; i++)
        n = n * 10 + (uint64_t)(digits.ptr[i] - '0');
    return n;
}

static void settle(struct sio_session *s, struct expected *ack)
{
    free(ack->ns);
    ack->ns = NULL;
    s->ack_count--;
    while (s->ack_first < s->ack_end && !s->acks[s->ack_first].ns)
        s->ack_first++;
}

static void take_ack(struct sio_session *s, const struct td_event *ev)
{
    uint64_t id = to_number(ev->ack);

    for (size_t i = s->ack_first; i < s->ack_end; i++) {
        struct expected *ack = &s->acks[i];

        if (ack->ns && ack->id == id && td_bytes_is(ev->ns, ack->ns)) {
            settle(s, ack);
            return;
        }
    }
}

static void make_room(struct sio_session *s)
{
    size_t len = s->ack_end - s->ack_first;

    if (s->ack_first > s->ack_cap / 2) {
        memmove(s->acks, s->acks + s->ack_first, len * sizeof(*s->acks));
        s->ack_first = 0;
        s->ack_end = len;
    }
    if (s->ack_end < s->ack_cap)
        return;
    s->ack_cap = s->ack_cap ? s->ack_cap * 2 : 16;
    s->acks = td_realloc(s->acks, s->ack_cap * sizeof(*s->acks));
}

static void expect(struct sio_session *s, const struct td_event *ev,
                   uint64_t due_ns)
{
    make_room(s);
    s->acks[s->ack_end++] = (struct expected){
        .ns = td_strndup(ev->ns.ptr, ev->ns.len),
        .id = to_number(ev->id),
        .due_ns = due_ns,
    };
    s->ack_count++;
    if (due_ns < s->ack_due)
        s->ack_due = due_ns;
}

static void expire_acks(struct sio_session *s, uint64_t now)
{
    size_t end = s->ack_end;

    s->ack_due = TD_NEVER;
    for (size_t i = s->ack_first; i < end; i++) {
        struct expected late = s->acks[i];

        if (!late.ns)
            continue;
        if (late.due_ns > now) {
            if (late.due_ns < s->ack_due)
                s->ack_due = late.due_ns;
            continue;
        }
        s->acks[i].ns = NULL;
        s->ack_count--;
        s->events.unanswered(s->ctx, td_text(late.ns), late.id);
        free(late.ns);
    }
    while (s->ack_first < s->ack_end && !s->acks[s->ack_first].ns)
        s->ack_first++;
}

/* Packets. */

/* What is wrong is told without the packet: it may hold credentials. */
static void admit(struct sio_session *s, const struct td_event *ev,
                  struct td_bytes auth)
{
    struct td_bytes ns = bare(ev->ns);
    struct td_buf answer = {0};
    bool in;

    if (find(s, ns)) {
        break_off(s, td_bytes(NULL, 0), TD_PROTOCOL,
                  "a second CONNECT to one namespace");
        return;
    }
    if (s->space_count == SIO_NAMESPACES_MAX) {
        break_off(s, td_bytes(NULL, 0), TD_LIMIT, "too many namespaces");
        return;
    }
    in = s->events.admit(s->ctx, ns, auth, &answer);
    if (in && answer.len == 0)
        (void)td_buf_add_text(&answer, "{}");
    send_own(
        s, &(struct td_event){
               .kind = td_text(in ? SIO_KIND_CONNECT : SIO_KIND_CONNECT_ERROR),
               .ns = ns,
               .form = TD_FORM_JSON,
               .payload = td_buf_bytes(&answer),
           });
    td_buf_release(&answer);
    if (!in)
        return;
    add(s, ns)->joined = true;
    s->connect_by = TD_NEVER;
    s->events.joined(s->ctx, ns);
}

static void answered(struct sio_session *s, struct td_bytes ns)
{
    struct space *space = find(s, ns);

    if (!space || space->joined)
        return;
    space->joined = true;
    space->due_ns = TD_NEVER;
    s->events.joined(s->ctx, ns);
}

static void leave(struct sio_session *s, struct td_bytes ns)
{
    struct space *space = find(s, ns);

    if (!space || !space->joined)
        return;
    forget(s, space);
    s->events.left(s->ctx, ns);
}

static void refuse(struct sio_session *s, struct td_bytes ns,
                   struct td_bytes data)
{
    struct space *space = find(s, ns);

    if (!space || space->joined)
        return;
    forget(s, space);
    s->events.refused(s->ctx, ns, data);
}

static void answer(struct sio_session *s, const struct td_event *ev)
{
    struct td_event ack = {.ns = ev->ns,
                           .ack = ev->id,
                           .form = TD_FORM_JSON,
                           .payload = td_text("[]")};

    send_own(s, &ack);
    if (s->events.answered)
        s->events.answered(s->ctx, &ack);
}

static void take_plain(struct sio_session *s, const struct td_event *ev)
{
    if (ev->ack.len > 0)
        take_ack(s, ev);
    s->events.event(s->ctx, ev);
    if (s->options.answer_acks && ev->id.len > 0)
        answer(s, ev);
}

static void serve(struct sio_session *s, enum sio_type type,
                  const struct td_event *ev, struct td_bytes raw)
{
    struct td_event shown = *ev;
    struct space *space;

    if (type == SIO_CONNECT) {
        shown.form = TD_FORM_TEXT;
        shown.payload = td_bytes(NULL, 0);
        shown.ns = bare(ev->ns);
        s->events.event(s->ctx, &shown);
        admit(s, ev, sio_decoder_json(s->decoder));
        return;
    }
    space = find(s, ev->ns);
    if (type == SIO_CONNECT_ERROR || !space) {
        break_off(s, raw, TD_PROTOCOL,
                  space ? "CONNECT_ERROR from a client"
                        : "a packet for a namespace it is not in");
        return;
    }
    if (type != SIO_DISCONNECT) {
        take_plain(s, ev);
        return;
    }
    s->events.event(s->ctx, ev);
    leave(s, ev->ns);
}

static void consume(struct sio_session *s, enum sio_type type,
                    const struct td_event *ev)
{
    switch (type) {
    case SIO_EVENT:
    case SIO_ACK:
    case SIO_BINARY_EVENT:
    case SIO_BINARY_ACK:
        take_plain(s, ev);
        return;
    case SIO_CONNECT:
        s->events.event(s->ctx, ev);
        answered(s, bare(ev->ns));
        return;
    case SIO_DISCONNECT:
        s->events.event(s->ctx, ev);
        leave(s, ev->ns);
        return;
    case SIO_CONNECT_ERROR:
        s->events.event(s->ctx, ev);
        refuse(s, bare(ev->ns), sio_decoder_json(s->decoder));
        return;
    }
}

/* A client's CONNECT may hold credentials, also one that cannot be read. */
static bool may_be_shown(const struct sio_session *s, struct td_bytes data)
{
    return s->options.role == SIO_CLIENT || data.len == 0 ||
           data.ptr[0] != '0' + SIO_CONNECT;
}

void sio_session_receive(struct sio_session *s, struct td_bytes data,
                         bool binary, uint64_t now)
{
    struct td_event ev;
    struct td_error why = {0};
    enum sio_type type;
    enum td_code code;

    (void)now;
    if (s->broken)
        return;
    code = sio_decode(s->decoder, data, binary, &type, &ev, &why);
    if (code == TD_AGAIN)
        return;
    if (code != TD_OK) {
        s->broken = true;
        s->events.bad(s->ctx, may_be_shown(s, data) ? data : td_bytes(NULL, 0),
                      &why);
    } else if (s->options.role == SIO_SERVER) {
        serve(s, type, &ev, data);
    } else {
        consume(s, type, &ev);
    }
}

enum td_code sio_session_join(struct sio_session *s, struct td_bytes ns,
                              struct td_bytes auth, uint64_t now,
                              struct td_error *err)
{
    const struct td_event ask = {.kind = td_text(SIO_KIND_CONNECT),
                                 .ns = td_bytes_is(ns, "/") ? td_bytes(NULL, 0)
                                                            : ns,
                                 .form = TD_FORM_JSON,
                                 .payload = auth};
    struct space *space = add(s, bare(ns));
    enum td_code code;

    if (!space)
        return td_error_set(err, TD_LIMIT, where, 0, "more than %d namespaces",
                            SIO_NAMESPACES_MAX);
    space->due_ns = now + s->options.connect_ns;
    code = send_packet(s, &ask, err);
    if (code)
        forget(s, find(s, bare(ns)));
    return code;
}

void sio_session_leave(struct sio_session *s, struct td_bytes ns)
{
    struct space *space = find(s, ns);

    if (!space || !space->joined)
        return;
    send_own(
        s, &(struct td_event){.kind = td_text(SIO_KIND_DISCONNECT), .ns = ns});
    forget(s, space);
}

void sio_session_leave_all(struct sio_session *s)
{
    for (size_t i = s->space_count; i > 0; i--)
        if (s->spaces[i - 1].joined)
            sio_session_leave(s, td_text(s->spaces[i - 1].name));
}

bool sio_session_is_in(const struct sio_session *s, struct td_bytes ns)
{
    const struct space *space = find(s, ns);

    return space && space->joined;
}

size_t sio_session_count(const struct sio_session *s)
{
    return s->space_count - sio_session_waiting(s);
}

size_t sio_session_waiting(const struct sio_session *s)
{
    size_t waiting = 0;

    for (size_t i = 0; i < s->space_count; i++)
        waiting += !s->spaces[i].joined;
    return waiting;
}

/* Attachments are checked before anything is sent: half a packet would break
 * the connection.
 */
static enum td_code send_message(struct sio_session *s,
                                 const struct td_event *ev,
                                 struct td_error *err)
{
    size_t attachments = 0;
    size_t packet_len;
    enum td_code code;

    td_buf_clear(&s->out);
    code = sio_encode(&s->out, &attachments, ev, err);
    packet_len = s->out.len;
    for (size_t i = 0; i < attachments && code == TD_OK; i++)
        code = sio_attachment(&s->out, ev, i, err);
    if (code != TD_OK)
        return code;
    s->events.send(s->ctx, td_bytes(s->out.ptr, packet_len), false);
    for (size_t i = 0; i < attachments && code == TD_OK; i++) {
        td_buf_clear(&s->out);
        code = sio_attachment(&s->out, ev, i, err);
        s->events.send(s->ctx, td_buf_bytes(&s->out), true);
    }
    return code;
}

enum td_code sio_session_send(struct sio_session *s, const struct td_event *ev,
                              uint64_t ack_ns, uint64_t now,
                              struct td_error *err)
{
    bool asks = ack_ns > 0 && ev->id.len > 0 && ev->ack.len == 0;
    enum td_code code;

    if (!sio_session_is_in(s, ev->ns))
        return td_error_set(err, TD_USAGE, where, 0,
                            "not in the namespace %.*s",
                            ev->ns.len > 0 ? (int)ev->ns.len : 1,
                            ev->ns.len > 0 ? (const char *)ev->ns.ptr : "/");
    if (asks && s->ack_count == SIO_ACKS_MAX)
        return td_error_set(err, TD_LIMIT, where, 0, "%d acks are outstanding",
                            SIO_ACKS_MAX);
    code = send_message(s, ev, err);
    if (code == TD_OK && asks)
        expect(s, ev, now + ack_ns);
    return code;
}

bool sio_session_is_within(const struct sio_session *s, struct td_bytes *came)
{
    *came = sio_decoder_text(s->decoder);
    return sio_decoder_left(s->decoder) > 0;
}

uint64_t sio_session_due(const struct sio_session *s)
{
    uint64_t due = s->connect_by < s->ack_due ? s->connect_by : s->ack_due;

    if (s->broken)
        return TD_NEVER;
    for (size_t i = 0; i < s->space_count; i++)
        if (s->spaces[i].due_ns < due)
            due = s->spaces[i].due_ns;
    return due;
}

void sio_session_tick(struct sio_session *s, uint64_t now)
{
    bool late = now >= s->connect_by;

    if (s->broken)
        return;
    for (size_t i = 0; i < s->space_count; i++)
        late = late || now >= s->spaces[i].due_ns;
    if (late)
        break_off(s, td_bytes(NULL, 0), TD_TIMEOUT,
                  s->options.role == SIO_SERVER
                      ? "no CONNECT came in time"
                      : "a CONNECT was not answered in time");
    else if (now >= s->ack_due)
        expire_acks(s, now);
}
