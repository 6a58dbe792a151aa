/* replayer/hub.h - one flow of events to many consumers, also to late ones.
 *
 * A hub puts events to the peers of a server and lets one that comes late read
 * the history first (replayer/history.h), as fast as it takes it; then it gets
 * what all get, with no gap and no event twice. It serves a tape that a player
 * plays as well as a journal that is being written.
 *
 *     who has events -> journal (a tape) -> hub -> server -> peers
 *                          '------ history ---'
 *
 * The owner keeps its loop and its server, with everything else that a server
 * tells and can be asked (requests, pages, groups); a server may have several
 * hubs, one a group. It tells the hub which peers want the flow, and which have
 * gone.
 *
 * The history, not memory, can hold what a slow peer has not taken: a peer may
 * be sent back to it at any time, behind the last event it was meant to get.
 */
#ifndef REPLAYER_HUB_H
#define REPLAYER_HUB_H

#include "replayer/history.h"
#include "wire/server/server.h"

struct play_hub;

struct play_hub_options {
    struct play_history history;
    const char *group; /* what is put goes to the server's group of that name,
                          which peers join when they have caught up and which
                          nobody else sends them to; NULL: to all peers, from
                          which those that catch up are held out. Borrowed */
};

struct play_hub_events {
    /* *ev of the history is to be sent to peer next, and may be changed; or
     * NULL. */
    void (*fetched)(void *ctx, struct wire_peer *peer, struct td_event *ev);
    /* From now on peer gets what is put. why->code is not TD_OK: it has a gap,
     * the history could not be read (its codes), or it cannot join the group
     * (TD_LIMIT) and gets nothing; or NULL. */
    void (*caught_up)(void *ctx, struct wire_peer *peer,
                      const struct td_error *why);
    /* Nobody is behind any more; the hub may be freed. Or NULL. */
    void (*level)(void *ctx);
};

struct play_hub *play_hub_new(struct wire_net *net, struct wire_server *server,
                              const struct play_hub_options *options,
                              const struct play_hub_events *events, void *ctx);
/* Peers stay as they are. NULL is fine. */
void play_hub_free(struct play_hub *hub);

/* To every peer that has the flow. Always taken, up to the max_queue of each
 * peer; wire_server_ready() says whether to go on. It is in the history
 * already. */
void play_hub_put(struct play_hub *hub, const struct td_event *ev);

/* The number of the event that was put last; 0 = none. */
uint64_t play_hub_last_seq(const struct play_hub *hub);
/* The history has events up to this one that were put before the hub was: of a
 * journal that is gone on with. */
void play_hub_begin_after(struct play_hub *hub, uint64_t seq);

/* Send peer the history from event number `from` on, then what is put. from 0:
 * behind the event that an SSE peer names (Last-Event-ID), or all if it names
 * none or there is no such event. One behind the last event put begins with
 * what is put next. A peer that has the flow already, or catches up, leaves it
 * and begins anew. From inside any callback of the server but `left`. On an
 * error, that of opening the history, the peer is out of the flow.
 */
TD_MUST_CHECK enum td_code play_hub_catch_up(struct play_hub *hub,
                                             struct wire_peer *peer,
                                             uint64_t from,
                                             struct td_error *err);

/* The peer has gone (from inside the server's `left`), or wants no more. */
void play_hub_gone(struct play_hub *hub, struct wire_peer *peer);
void play_hub_leave(struct play_hub *hub, struct wire_peer *peer);

/* Peers that catch up. */
size_t play_hub_behind(const struct play_hub *hub);

#endif
