/* replayer/progress.h - how far a replay is: a line on a terminal. */
#ifndef REPLAYER_PROGRESS_H
#define REPLAYER_PROGRESS_H

#include "replayer/player.h"
#include "replayer/serve.h"

struct play_progress;

/* What a line is made of; all but net is borrowed for its life. */
struct play_progress_options {
    const struct play_player *player;
    const struct play_serve *serve; /* or NULL */
    uint64_t last_ns; /* time of the last event of the tapes; 0: not known */
    bool keys;        /* ? shows keys */
};

/* Draw a line on stderr several times a second until it is freed, which wipes
 * it.
 */
struct play_progress *
play_progress_new(struct wire_net *net,
                  const struct play_progress_options *options);
void play_progress_free(struct play_progress *progress);

/* Append "playing 00:12.3 of 01:01.5, 20 %  x2  1200 messages  3 consumers late
 * p99 80 us  ? keys".
 */
enum td_code play_progress_text(struct td_buf *out, struct play_view view,
                                const struct play_lateness *lateness,
                                unsigned consumers,
                                const struct play_progress_options *options);

#endif
