/* tape/walk.h - the members of a tape, each read by one of several hands.
 *
 *     tape_walk_take (in turn) -> tape_part_read (any thread) ->
 *     tape_reader_give, tape_part_next ... (in order of taking)
 *
 * A part is a closed member of at most TAPE_PART_MAX bytes of text, which is
 * inflated, checked and split into events away from the reader. What depends on
 * the members before it, such as numbers, segments and damage, the reader sees
 * in order. At anything else the walk halts, and the reader has to read there
 * itself; then the walk goes on where the reader is.
 */
#ifndef TAPE_WALK_H
#define TAPE_WALK_H

#include "tape/reader.h"

#define TAPE_PART_MAX ((size_t)1024 * 1024) /* bytes of text */

struct tape_walk;
struct tape_part;

/* NULL if members cannot be read so: a pipe, a tape that is followed, one that
 * is small or has no members, or a reader that passes over some of it.
 */
struct tape_walk *tape_walk_new(const struct tape_reader *reader);
/* NULL is fine. */
void tape_walk_free(struct tape_walk *walk);

/* For one hand; the same part is taken again and again. */
struct tape_part *tape_part_new(void);
void tape_part_free(struct tape_part *part);

/* The bytes of the next member; one thread at a time. False: it halted. */
bool tape_walk_take(struct tape_walk *walk, struct tape_part *part);

/* Go on where the reader is, which has given all its lines (else false: let it
 * read on). What was taken before is stale. Where the reader reads text that
 * stands in no members the walk is over: false.
 */
bool tape_walk_follow(struct tape_walk *walk, const struct tape_reader *reader);

/* Inflate the part and read its lines. Only the part is touched. */
void tape_part_read(struct tape_part *part);

/* Lines of the part, 0 if it is not right; event i, if line i is one, else
 * NULL. It lives until the part is taken again.
 */
uint32_t tape_part_lines(const struct tape_part *part);
const struct td_event *tape_part_event(const struct tape_part *part,
                                       uint32_t i);

/* The reader is at the part now, and past it. False if the part is stale or not
 * right: nothing happened.
 */
bool tape_reader_give(struct tape_reader *reader, const struct tape_walk *walk,
                      struct tape_part *part);

/* As tape_reader_next(), of the part that was given; *line is the number of its
 * line. TD_END at its end.
 */
TD_MUST_CHECK enum td_code tape_part_next(struct tape_reader *reader,
                                          struct tape_part *part,
                                          struct td_event *ev, uint32_t *line,
                                          struct td_error *err);

/* True if part was taken before the last tape_walk_follow(). */
bool tape_part_is_stale(const struct tape_walk *walk,
                        const struct tape_part *part);

/* True if the reader has lines at hand that it has not given yet. */
bool tape_reader_has_rest(const struct tape_reader *reader);

#endif
