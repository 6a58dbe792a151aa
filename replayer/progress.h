/* replayer/progress.h - how far a replay is: a line on a terminal. */
#ifndef REPLAYER_PROGRESS_H
#define REPLAYER_PROGRESS_H

#include "replayer/player.h"
#include "replayer/serve.h"

struct play_progress;

/* Draw a line on stderr several times a second until it is freed, which wipes
 * it. serve may be NULL.
 */
struct play_progress *play_progress_new(struct wire_net *net,
                                        const struct play_player *player,
                                        const struct play_serve *serve);
void play_progress_free(struct play_progress *progress);

/* Append "playing 00:12.3  x2  1200 events  3 consumers  late p99 80 us". */
enum td_code play_progress_text(struct td_buf *out, struct play_view view,
                                const struct play_lateness *lateness,
                                unsigned consumers);

#endif
