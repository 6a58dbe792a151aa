/* replayer/serve_internal.h - what the files of replayer/serve share.
 *
 *     serve.c        the port, the sink, waiting for consumers and acks
 *     serve_peers.c  consumers that come, speak and go, and what they got
 *     serve_history.c   the history of a timeline that a player plays
 */
#ifndef REPLAYER_SERVE_INTERNAL_H
#define REPLAYER_SERVE_INTERNAL_H

#include "replayer/hub.h"
#include "replayer/refusals.h"
#include "replayer/serve.h"

/* Events put so far that peers of one Socket.IO namespace get. */
struct play_tally {
    char *ns; /* escaped as on the tape; "" is "/" */
    uint64_t count;
    uint64_t dropped;     /* consumers of it that are no longer kept */
    uint64_t dropped_put; /* what they were meant to get */
};

struct play_consumer {
    struct play_serve *serve;
    struct wire_peer *peer; /* NULL when it has gone */
    struct play_consumer_stats stats;
    uint32_t conn;             /* from 1, in order of joining */
    size_t tally;              /* index; SIZE_MAX = all events */
    size_t pending;            /* bytes queued at the last look, at the end */
    uint64_t base;             /* of the tally when it joined the timeline */
    bool behind;               /* it catches up */
    bool leaving;              /* what is put now is not for it */
    char id[PLAY_ACK_ID_SIZE]; /* of the ack of what it is sent meanwhile */
    bool awaited;              /* owes an ack */
};

struct play_serve {
    struct wire_net *net;
    struct play_serve_options options;
    struct play_serve_events events;
    struct play_source *source;
    struct play_player *player;
    struct wire_server *server;
    struct play_hub *hub;
    struct play_consumer **consumers;
    size_t count;
    uint64_t joined;
    unsigned present;   /* consumers that are there */
    uint64_t gone_sent; /* of consumers that are no longer kept */
    uint64_t lost;
    uint64_t unfit;
    char unfit_why[400]; /* of the first */
    uint64_t changed;
    char changed_why[200]; /* of the first */
    struct play_refusals refusals;
    struct play_tally *tallies;
    size_t tally_count;
    struct play_tally all;     /* the same of all events; its ns is NULL */
    char id[PLAY_ACK_ID_SIZE]; /* of the last ack asked for */
    uint64_t last_id;
    unsigned awaited; /* consumers that owe an ack */
    struct wire_timer wait;
    struct wire_timer stall;
    bool blocked;
    bool flood;     /* stalled consumers no longer hold the player */
    bool finishing; /* waits for acks and for those that catch up */
    bool closing;   /* the server closes in order */
    bool failed;
};

/* serve.c */
void play_serve_fail(struct play_serve *s, const struct td_error *why);
void play_serve_go_on(struct play_serve *s); /* if nothing holds the player */
void play_serve_start_if_ready(struct play_serve *s);
void play_serve_finish_if_ready(struct play_serve *s);
/* An ack that is asked for gets an id of our own, written to id. */
void play_serve_issue_id(struct play_serve *s, char *id, struct td_event *ev);

/* serve_peers.c */
/* What c speaks cannot carry ev. */
void play_serve_unfit_event(void *ctx, struct wire_peer *peer,
                            const struct td_event *ev,
                            const struct td_error *why);
/* It carries only a part of ev. */
void play_serve_changed_event(void *ctx, struct wire_peer *peer,
                              const struct td_event *ev, const char *why);
/* The index of a namespace's tally, made when it is not there. */
size_t play_serve_tally(struct play_serve *s, struct td_bytes ns);
struct play_consumer_stats play_consumer_stats(const struct play_consumer *c);
void play_serve_joined_peer(void *ctx, struct wire_peer *peer);
void play_serve_leaving_peer(void *ctx, struct wire_peer *peer);
void play_serve_left_peer(void *ctx, struct wire_peer *peer, uint64_t lost,
                          const struct td_error *why);
void play_serve_heard(void *ctx, struct wire_peer *peer,
                      const struct td_event *ev);
/* Of the hub: an event that a latecomer has missed, and that it has them all.
 */
void play_serve_fetched(void *ctx, struct wire_peer *peer, struct td_event *ev);
void play_serve_caught_up(void *ctx, struct wire_peer *peer,
                          const struct td_error *why);

/* serve_history.c */
/* The source, as far as the player has played it. */
struct play_history play_serve_history(struct play_serve *s);

#endif
