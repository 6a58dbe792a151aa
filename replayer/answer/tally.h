/* replayer/answer/tally.h - what came of a tape that answered, in one line:
 *
 *     6 of 7 exchanges answered, 1 request unknown, 1 exchange unused (5)
 */
#ifndef REPLAYER_ANSWER_TALLY_H
#define REPLAYER_ANSWER_TALLY_H

#include "core/buf.h"
#include "core/json_writer.h"

/* Exchanges that nobody asked for. All zeroes is valid. */
struct play_tally {
    struct td_buf list;
    uint32_t count;
};

/* The next of them; its number on the tape. */
void play_tally_add(struct play_tally *tally, uint64_t exchange);

/* Append the parts of the line: its head, then a count of something (nothing of
 * 0), then those that are unused; the tally is released.
 */
void play_tally_head(struct td_buf *out, uint32_t answered, uint32_t all);
void play_tally_count(struct td_buf *out, uint32_t n, const char *one,
                      const char *many);
void play_tally_end(struct play_tally *tally, struct td_buf *out);

/* Write members of the object at hand: {"exchanges":7,"answered":6,
 * "unused_count":1,"unused":[5]}, the first 20; the tally is released.
 */
void play_tally_json(struct play_tally *tally, uint32_t all,
                     struct td_json_writer *w);

#endif
