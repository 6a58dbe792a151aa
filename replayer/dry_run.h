/* replayer/dry_run.h - what a replay would do, without doing it.
 *
 * Walks the source through a schedule of its own: how many events, how long,
 * and what on the tape is out of the ordinary.
 */
#ifndef REPLAYER_DRY_RUN_H
#define REPLAYER_DRY_RUN_H

#include "core/buf.h"
#include "replayer/schedule.h"
#include "replayer/timeline.h"

#define PLAY_GAP_NOTED (10 * TD_NS_PER_S) /* a silence that is worth a line */

struct play_dry_run;

/* passes and loop_delay_ns as in struct play_options; passes 0 (for ever)
 * looks at one. The source is read to its end.
 */
TD_MUST_CHECK enum td_code play_dry_run(struct play_dry_run **out,
                                        struct play_source *source,
                                        const struct play_pace *pace,
                                        uint64_t passes, uint64_t loop_delay_ns,
                                        struct td_error *err);
void play_dry_run_free(struct play_dry_run *run);

uint64_t play_dry_run_events(const struct play_dry_run *run); /* all passes */
/* True if nothing is damaged: the replay would not be lossy. */
bool play_dry_run_whole(const struct play_dry_run *run);

/* For people: a few lines. */
enum td_code play_dry_run_text(struct play_dry_run *run, struct td_buf *out);

/* {"events":N,"read":N,"bytes":N,"passes":N,"duration_ns":N|null,
 *  "tape_ns":N,"names":{"...":N},"anomalies":{"gaps":N,"longest_gap_ns":N,
 *  "longest_gap_seq":N,"time_goes_back":N,"damage":"..."|null}}
 * duration_ns is null where nothing can be said: full speed, or for ever.
 */
enum td_code play_dry_run_json(struct play_dry_run *run, struct td_buf *out);

#endif
