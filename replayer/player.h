/* replayer/player.h - plays a source into a sink, event by event, in time.
 *
 * Runs on a wire_net loop: a turn hands over what is due, many events at once
 * when many are, then sets one timer for the next. A sink that says TD_AGAIN
 * stops the player until play_player_go_on(): an event is offered again, never
 * dropped, and its lateness shows how long it had to wait.
 */
#ifndef REPLAYER_PLAYER_H
#define REPLAYER_PLAYER_H

#include "replayer/lateness.h"
#include "replayer/schedule.h"
#include "replayer/timeline.h"
#include "wire/net/transport.h"

#define PLAY_SEEK_NS (5 * TD_NS_PER_S) /* of the arrow keys */

#define PLAY_ACK_ID_SIZE 24 /* digits of an ack id that we issue, and NUL */

/* True if the event asks for a Socket.IO ack (an SSE id is a string). */
static inline bool play_asks_ack(const struct td_event *ev)
{
    return ev->id.len && ev->id.ptr[0] >= '0' && ev->id.ptr[0] <= '9';
}

struct play_options {
    struct play_pace pace;
    uint64_t passes; /* how often the tape is played; 0 = for ever */
    uint64_t loop_delay_ns;
    bool paused; /* starts paused */
};

struct play_stats {
    uint64_t events;
    uint64_t bytes; /* of their payloads */
    uint64_t passes;
    uint64_t planned_ns; /* from the first event's due time to the last's; 0 at
                            full speed */
    uint64_t took_ns;    /* from the start to the last event handed over */
    struct play_lateness lateness; /* empty at full speed */
};

/* For a progress line. */
struct play_view {
    uint64_t at_ns; /* where the tape stands */
    uint64_t events;
    uint64_t speed; /* millionths, or PLAY_SPEED_MAX */
    uint64_t eps;
    bool paused;
    bool blocked; /* waits for a consumer, or for the first ones */
};

struct play_player;

/* source and what sink leads to are borrowed until play_player_free(). `ended`
 * is called once, from the loop: why->code is TD_OK when everything was handed
 * over.
 */
struct play_player *play_player_new(struct wire_net *net,
                                    const struct td_clock *clock,
                                    struct play_source *source,
                                    struct td_sink sink,
                                    const struct play_options *options);
void play_player_on_end(struct play_player *player,
                        void (*ended)(void *ctx, const struct td_error *why),
                        void *ctx);
void play_player_free(struct play_player *player);

/* The first event is due now. */
void play_player_start(struct play_player *player);

/* The sink takes events again. */
void play_player_go_on(struct play_player *player);

/* Pause or go on; play one event (pauses first); percent of the speed; seek by
 * ns, back if negative. Nothing before the start or after the end. While paused
 * the end of the tape is a place like any other: to go on from there ends the
 * replay (or begins the next pass).
 */
void play_player_pause(struct play_player *player, bool paused);
void play_player_step(struct play_player *player);
void play_player_faster(struct play_player *player, unsigned percent);
void play_player_seek(struct play_player *player, int64_t by_ns);

/* Play no more; `ended` is not called. */
void play_player_stop(struct play_player *player);

/* Was it started; is there nothing more to come. */
bool play_player_started(const struct play_player *player);
bool play_player_done(const struct play_player *player);

/* The event that is offered next; false if there is none (everything was
 * played) or it is not known yet.
 */
bool play_player_next_place(const struct play_player *player,
                            struct play_place *place);

/* What was done so far; lives as long as the player. */
const struct play_stats *play_player_stats(const struct play_player *player);
struct play_view play_player_view(const struct play_player *player);

#endif
