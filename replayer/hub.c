#include "replayer/hub.h"

#include "core/mem.h"
#include "wire/server/groups.h"

#include <stdlib.h>

#define CATCH_BATCH 256  /* events a turn and peer */
#define SEEK_BATCH  4096 /* of those that are only passed over */
#define CATCH_LOW   ((size_t)256 * 1024) /* bytes queued to go on below */
#define CATCH_RETRY (10 * TD_NS_PER_MS)

/* A peer that catches up. */
struct late_peer {
    struct wire_peer *peer; /* NULL: no longer; swept after the turn */
    void *reader;           /* of the history */
    char *seen;             /* the id to go on behind; NULL when found */
    bool full;              /* waits for room in its queue */
};

struct play_hub {
    struct wire_net *net;
    struct wire_server *server;
    struct play_hub_options options;
    struct play_hub_events events;
    void *ctx;
    uint64_t last_seq;
    struct late_peer **late;
    size_t count; /* of late, with those to be swept */
    struct wire_timer turn;
};

static void forget(const struct play_hub *hub, struct late_peer *late)
{
    hub->options.history.close(late->reader);
    free(late->seen);
    *late = (struct late_peer){.peer = NULL};
}

static void sweep(struct play_hub *hub)
{
    size_t kept = 0;

    for (size_t i = 0; i < hub->count; i++)
        if (hub->late[i]->peer)
            hub->late[kept++] = hub->late[i];
        else
            free(hub->late[i]);
    hub->count = kept;
}

static enum td_code let_in(struct play_hub *hub, struct wire_peer *peer,
                           struct td_error *err)
{
    if (hub->options.group)
        return wire_peer_join(peer, hub->options.group, err);
    wire_peer_hold(peer, false);
    return TD_OK;
}

static void keep_out(struct play_hub *hub, struct wire_peer *peer)
{
    if (hub->options.group)
        wire_peer_leave(peer, hub->options.group);
    else
        wire_peer_hold(peer, true);
}

/* From now on it gets what all get. */
static void go_live(struct play_hub *hub, struct late_peer *late,
                    struct td_error *why)
{
    struct wire_peer *peer = late->peer;
    struct td_error err = {.code = TD_OK};

    forget(hub, late);
    if (let_in(hub, peer, &err) && !why->code)
        *why = err;
    if (hub->events.caught_up)
        hub->events.caught_up(hub->ctx, peer, why);
}

/* The next event that it has missed; codes of struct play_history. */
static enum td_code fetch(struct play_hub *hub, struct late_peer *late,
                          struct td_event *ev, struct td_error *err)
{
    return hub->options.history.next(late->reader, hub->last_seq, ev, err);
}

/* Read the history from event number `from` on; 0 = its start. */
static enum td_code begin(const struct play_hub *hub, struct late_peer *late,
                          uint64_t from, struct td_error *err)
{
    const struct play_history *history = &hub->options.history;

    history->close(late->reader);
    late->reader = NULL;
    return history->open(history->self, from, &late->reader, err);
}

static void seek_over(struct late_peer *late)
{
    free(late->seen);
    late->seen = NULL;
}

/* Look for the event that it saw last, a batch; without it all was missed. */
static enum td_code seek_batch(struct play_hub *hub, struct late_peer *late,
                               struct td_error *err)
{
    struct td_buf id = {0};
    struct td_event ev;
    enum td_code code = TD_OK;

    for (unsigned n = 0; n < SEEK_BATCH && late->seen && !code; n++) {
        code = fetch(hub, late, &ev, err);
        if (code == TD_END) {
            seek_over(late);
            code = begin(hub, late, 0, err);
        } else if (!code && ev.seq > 0 &&
                   td_bytes_is(wire_sse_id(&id, &ev), late->seen)) {
            seek_over(late);
        }
    }
    td_buf_release(&id);
    return code;
}

/* What is put in another namespace is not for it. */
static bool is_for(const struct wire_peer *peer, const struct td_event *ev)
{
    const char *ns = wire_peer_namespace(peer);

    return wire_peer_dialect(peer) != WIRE_SIO ||
           td_bytes_is(ev->ns, ns && strcmp(ns, "/") != 0 ? ns : "");
}

static void send_missed(struct play_hub *hub, struct wire_peer *peer,
                        struct td_event *ev)
{
    if (hub->events.fetched)
        hub->events.fetched(hub->ctx, peer, ev);
    wire_peer_send(peer, ev);
}

/* Send what it has missed, a batch. TD_OK there is more, or it has gone;
 * TD_AGAIN its queue is full or the history cannot be read so far yet; TD_END
 * it has all.
 */
static enum td_code catch_batch(struct play_hub *hub, struct late_peer *late,
                                struct td_error *err)
{
    struct td_event ev;
    enum td_code code = TD_OK;
    unsigned sent = 0;

    if (late->seen)
        return seek_batch(hub, late, err);
    for (unsigned n = 0; n < SEEK_BATCH && sent < CATCH_BATCH && late->peer;
         n++) {
        code =
            wire_peer_ready(late->peer) ? fetch(hub, late, &ev, err) : TD_AGAIN;
        if (code)
            break;
        if (ev.seq == 0)
            continue;
        sent++;
        if (is_for(late->peer, &ev))
            send_missed(hub, late->peer, &ev);
    }
    return code;
}

/* One turn of a peer that is behind; when it wants the next one. */
static uint64_t catch_turn(struct play_hub *hub, struct late_peer *late)
{
    struct td_error err = {.code = TD_OK};
    uint64_t now = wire_now(hub->net);
    enum td_code code;

    if (late->full && wire_peer_pending(late->peer) > CATCH_LOW)
        return now + CATCH_RETRY;
    code = catch_batch(hub, late, &err);
    if (!late->peer)
        return TD_NEVER;
    late->full = code == TD_AGAIN && !wire_peer_ready(late->peer);
    if (code == TD_AGAIN)
        return now + CATCH_RETRY;
    if (!code)
        return now;
    go_live(hub, late, &err);
    return TD_NEVER;
}

static void on_turn(void *ctx)
{
    struct play_hub *hub = ctx;
    uint64_t next = TD_NEVER;
    uint64_t at;

    for (size_t i = 0; i < hub->count; i++) {
        if (!hub->late[i]->peer)
            continue;
        at = catch_turn(hub, hub->late[i]);
        next = at < next ? at : next;
    }
    sweep(hub);
    if (next != TD_NEVER)
        wire_timer_set(hub->net, &hub->turn, next);
    if (hub->count == 0 && hub->events.level)
        hub->events.level(hub->ctx);
}

struct play_hub *play_hub_new(struct wire_net *net, struct wire_server *server,
                              const struct play_hub_options *options,
                              const struct play_hub_events *events, void *ctx)
{
    struct play_hub *hub = td_calloc(1, sizeof(*hub));

    hub->net = net;
    hub->server = server;
    hub->options = *options;
    hub->events = *events;
    hub->ctx = ctx;
    hub->turn = (struct wire_timer){.fire = on_turn, .ctx = hub};
    return hub;
}

void play_hub_free(struct play_hub *hub)
{
    if (!hub)
        return;
    wire_timer_cancel(hub->net, &hub->turn);
    for (size_t i = 0; i < hub->count; i++)
        forget(hub, hub->late[i]);
    sweep(hub);
    free(hub->late);
    free(hub);
}

void play_hub_put(struct play_hub *hub, const struct td_event *ev)
{
    if (hub->options.group)
        wire_groups_send(hub->server, &hub->options.group, 1, NULL, ev);
    else
        wire_server_send(hub->server, ev);
    hub->last_seq = ev->seq;
}

uint64_t play_hub_last_seq(const struct play_hub *hub)
{
    return hub->last_seq;
}

void play_hub_begin_after(struct play_hub *hub, uint64_t seq)
{
    hub->last_seq = seq;
}

static struct late_peer *find(const struct play_hub *hub,
                              const struct wire_peer *peer)
{
    for (size_t i = 0; i < hub->count; i++)
        if (hub->late[i]->peer == peer)
            return hub->late[i];
    return NULL;
}

static void add(struct play_hub *hub, struct late_peer late)
{
    struct late_peer *own = td_calloc(1, sizeof(*own));

    *own = late;
    hub->late = td_realloc(hub->late, (hub->count + 1) * sizeof(*hub->late));
    hub->late[hub->count++] = own;
    wire_timer_set(hub->net, &hub->turn, wire_now(hub->net));
}

enum td_code play_hub_catch_up(struct play_hub *hub, struct wire_peer *peer,
                               uint64_t from, struct td_error *err)
{
    struct late_peer late = {.peer = peer};
    const char *seen = from ? "" : wire_peer_last_event_id(peer);
    enum td_code code;

    play_hub_leave(hub, peer);
    code = begin(hub, &late, from, err);
    if (code)
        return code;
    if (*seen)
        late.seen = td_strdup(seen);
    add(hub, late);
    return TD_OK;
}

void play_hub_gone(struct play_hub *hub, struct wire_peer *peer)
{
    struct late_peer *late = find(hub, peer);

    if (late)
        forget(hub, late);
}

void play_hub_leave(struct play_hub *hub, struct wire_peer *peer)
{
    play_hub_gone(hub, peer);
    keep_out(hub, peer);
}

size_t play_hub_behind(const struct play_hub *hub)
{
    size_t n = 0;

    for (size_t i = 0; i < hub->count; i++)
        n += hub->late[i]->peer != NULL;
    return n;
}
