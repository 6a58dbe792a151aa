/* replayer/answer/each.h - all that is on a tape, told to who holds it in
 * memory.
 */
#ifndef REPLAYER_ANSWER_EACH_H
#define REPLAYER_ANSWER_EACH_H

#include "tape/reader.h"

struct play_each {
    /* The header of the first segment; NULL: not wanted. It lives until the
     * call returns, as the event does. */
    void (*header)(void *self, const struct tape_header *header);
    /* Another code than TD_OK ends the reading. */
    enum td_code (*event)(void *self, const struct td_event *ev,
                          struct td_error *err);
    void *self;
};

/* Read the tape at path from its start to its end; *state is what was found of
 * it. TD_OK at the end, also of a torn tape; as tape_reader_open() and
 * tape_reader_next() else.
 */
TD_MUST_CHECK enum td_code play_each_event(const char *path,
                                           struct play_each each,
                                           struct tape_state *state,
                                           struct td_error *err);

/* Nothing of what is played was on it, as `what` says: "nobody asks anything on
 * it". That it may have been there, on a tape that is damaged or torn
 * (TD_LOSSY), or what such a tape is made by, the hint (TD_USAGE).
 */
enum td_code play_each_none(const char *path, const struct tape_state *state,
                            const char *what, const char *hint,
                            struct td_error *err);

#endif
