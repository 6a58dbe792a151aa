/* replayer/serve.h - a port that plays one timeline to many consumers.
 *
 * Consumers come and go; the timeline does not wait for a latecomer. One that
 * joins late gets what is played from then on, or, with catch_up, first
 * everything from the start of the pass as fast as it takes it, then the rest
 * in time, with no gap and no event twice.
 *
 * A queue above its mark stops the player, so at full speed the slowest
 * consumer sets the pace and at a paced speed the lateness shows it. A
 * consumer that takes nothing for stall_ns no longer stops the others: its
 * queue fills to its cap, then it is dropped and what it did not get is lost.
 *
 * Ids of Socket.IO acks are issued afresh; an event of a consumer that asks for
 * an ack gets one with no arguments.
 */
#ifndef REPLAYER_SERVE_H
#define REPLAYER_SERVE_H

#include "replayer/player.h"
#include "wire/server/server.h"

struct play_serve_options {
    struct wire_server_options server;
    unsigned wait_clients; /* the player starts when so many have joined */
    bool catch_up;
    bool wait_acked;   /* an event that asks for an ack holds the next one back
                          until every consumer that got it has answered */
    uint64_t wait_ns;  /* for clients and for an ack; 0 = for ever */
    uint64_t stall_ns; /* 0 = for ever */
    /* Fill a page about the tape; NULL = none. */
    void (*page)(void *ctx, const char *path, struct wire_page *page);
};

struct play_serve_events {
    /* Enough consumers have joined: the player was started. */
    void (*started)(void *ctx);
    /* It cannot go on: TD_TIMEOUT, TD_IO. Called once. */
    void (*failed)(void *ctx, const struct td_error *why);
    /* The sink takes events again after TD_AGAIN (a player that is attached
     * goes on by itself); or NULL. */
    void (*room)(void *ctx);
    /* Consumer conn, counted from 1, is there; or NULL. */
    void (*joined)(void *ctx, uint32_t conn, const char *address);
    /* Somebody was not admitted, as wire_server_events says; or NULL. */
    void (*refused)(void *ctx, const char *address, int status,
                    const char *why);
    /* It sent a plain event that is no ack: *ev with conn and the number of the
     * event among those it sent; or NULL. */
    void (*heard)(void *ctx, const struct td_event *ev);
    /* The last consumer that was there has gone; or NULL. */
    void (*alone)(void *ctx);
    /* After play_serve_finish(): all have got everything and have gone. */
    void (*finished)(void *ctx);
    void *ctx;
};

struct play_consumer_stats {
    char address[64];
    const char *dialect; /* "ws", "sio", "sse" */
    uint64_t sent;       /* events that reached the kernel; while it is there,
                            events put into its queue */
    uint64_t lost;       /* events that were for it and did not */
    uint64_t unfit;      /* of the lost: what it speaks cannot carry them */
    uint64_t changed;    /* of the sent: it cannot carry all of them */
    uint64_t missed;     /* played before it came or after it had gone; sent,
                            lost and missed are all that was played (Socket.IO:
                            in its namespace) */
    uint64_t received;   /* events it sent to us */
    bool gone;
};

#define PLAY_CONSUMERS_KEPT 1000 /* with stats of their own */

struct play_serve;

/* Listen. source is what the player plays, for catching up. */
TD_MUST_CHECK enum td_code
play_serve_open(struct play_serve **out, struct wire_net *net,
                const struct play_serve_options *options,
                struct play_source *source,
                const struct play_serve_events *events, struct td_error *err);
void play_serve_free(struct play_serve *serve);

/* Where the player puts events. */
struct td_sink play_serve_sink(struct play_serve *serve);

/* The player that puts into the sink; starts it when wait_clients is 0. */
void play_serve_attach(struct play_serve *serve, struct play_player *player);

/* The port that is listened on, and how many consumers are there. */
uint16_t play_serve_port(const struct play_serve *serve);
unsigned play_serve_consumers(const struct play_serve *serve);

/* The player has handed over everything: let all get the rest, then close. */
void play_serve_finish(struct play_serve *serve);

/* Stats of consumer i (in order of joining), false if there is none. */
bool play_serve_consumer(const struct play_serve *serve, size_t i,
                         struct play_consumer_stats *stats);
uint64_t play_serve_joined(const struct play_serve *serve); /* ever */
uint64_t play_serve_sent(const struct play_serve *serve);   /* deliveries */
uint64_t play_serve_lost(const struct play_serve *serve);
uint64_t play_serve_unfit(const struct play_serve *serve);
uint64_t play_serve_missed(const struct play_serve *serve);
/* Why the first that was unfit was; "" if none was. */
const char *play_serve_unfit_why(const struct play_serve *serve);

/* Who was not let in; borrowed. */
const struct play_refusals *play_serve_refusals(const struct play_serve *serve);

/* Deliveries that do not hold all that is on the tape, and what of the first;
 * "" if there is none.
 */
uint64_t play_serve_changed(const struct play_serve *serve);
const char *play_serve_changed_why(const struct play_serve *serve);

#endif
