/* validator/verdict/timeline.h - count a stream's events by time and name while
 * it is read, in memory that does not grow with it.
 *
 *     struct verdict_timeline_maker *maker = verdict_timeline_new();
 *
 *     verdict_timeline_put(maker, t_ns, name);      for each event
 *     gate->timeline = verdict_timeline_make(maker, &doc->arena);
 *     verdict_timeline_free(maker);
 *
 * Bins of equal width begin at the first event; when a time is behind the last
 * of them, two and two become one. So there are at most VERDICT_BINS, and once
 * a stream is longer than that many bins of the narrowest, more than half.
 */
#ifndef VALIDATOR_VERDICT_TIMELINE_H
#define VALIDATOR_VERDICT_TIMELINE_H

#include "core/event.h"
#include "validator/verdict/document.h"

#define VERDICT_BINS       4096
#define VERDICT_NAMES      11  /* the most frequent; the rest is "other" */
#define VERDICT_NAMES_SEEN 64  /* counted apart; later ones are "other" */
#define VERDICT_NAME_MAX   256 /* bytes of a name; a longer one is cut */
#define VERDICT_GAPS       100 /* the longest */

struct verdict_timeline_maker;

/* Never NULL; verdict_timeline_free() takes it, NULL too. */
struct verdict_timeline_maker *verdict_timeline_new(void);
void verdict_timeline_free(struct verdict_timeline_maker *maker);

/* An event at a time of the tape, in ns. One before the first is counted in the
 * first bin, and one before the event in front of it makes no gap.
 */
void verdict_timeline_put(struct verdict_timeline_maker *maker, uint64_t t_ns,
                          struct td_bytes name);

/* What was counted, in the arena; NULL if there was no event. Gaps are those
 * that are longer than 99 of 100 are, of fewer than 100 than 9 of 10 (to the
 * resolution of core/histogram.h): the longest VERDICT_GAPS of them, in the
 * order of the stream.
 */
struct verdict_timeline *
verdict_timeline_make(struct verdict_timeline_maker *maker,
                      struct td_arena *arena);

#endif
