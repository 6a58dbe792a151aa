/* replayer/timeline.h - the selected events of one or more tapes, in order.
 *
 * Several tapes share one timeline: each is shifted by the wall clock of its
 * start, so that what happened at the same time is played at the same time.
 * Equal times keep the order of the tapes as they were named.
 */
#ifndef REPLAYER_TIMELINE_H
#define REPLAYER_TIMELINE_H

#include "core/buf.h"
#include "replayer/select.h"
#include "replayer/shift_time.h"
#include "replayer/window.h"
#include "tape/reader.h"

#define PLAY_TAPES_MAX 64

struct play_source;

/* Everything is borrowed until play_source_close(). */
struct play_source_options {
    const char *const *paths;   /* end with NULL */
    struct play_select *select; /* NULL = every event of any kind */
    const char *const *remap;   /* OLD:=NEW rules; NULL = none */
    struct play_shift *shift;   /* moves timestamps in payloads; or NULL */
    struct play_window window;  /* PLAY_WINDOW_ALL */
    bool dated; /* the segments of a tape by the wall clock of their starts,
                   too; else each goes on where the one before it ended */
    unsigned threads; /* members inflated ahead */
    /* As in struct tape_read_options; or NULL. */
    const volatile int *stop;
    void (*wait)(void *ctx, int fd);
    bool no_wait; /* play_source_next() does not wait for what is no plain
                     file: TD_AGAIN */
};

/* Where an event stands; equal only for the same event. */
struct play_place {
    uint32_t tape; /* index in paths */
    uint64_t seq;
    uint64_t at_ns;
};

/* Where a marker stands. */
struct play_mark {
    uint64_t segment; /* of its tape, from 1 */
    uint64_t seq;
    uint64_t dated; /* as in struct play_window */
};

struct play_seen {
    uint64_t read;  /* events looked at inside the window */
    uint64_t taken; /* selected */
};

/* Open the tapes as one timeline. TD_IO, TD_FORMAT, TD_USAGE. */
TD_MUST_CHECK enum td_code
play_source_open(struct play_source **out,
                 const struct play_source_options *options,
                 struct td_error *err);
void play_source_close(struct play_source *source);

/* The same events again from the start of the window, read apart. */
TD_MUST_CHECK enum td_code play_source_again(struct play_source **out,
                                             const struct play_source *source,
                                             struct td_error *err);

/* The next selected event, renamed, at_ns on the common timeline. Its bytes
 * live until the next call. TD_END at the end of the window or the tapes; with
 * no_wait TD_AGAIN, the next one is not there yet.
 */
TD_MUST_CHECK enum td_code play_source_next(struct play_source *source,
                                            struct td_event *ev,
                                            struct td_error *err);

/* After TD_AGAIN: the descriptor that must be readable before the next call. */
int play_source_fd(const struct play_source *source);

/* Of the event that play_source_next() gave last. */
struct play_place play_source_place(const struct play_source *source);

/* Back to the start of the window. */
TD_MUST_CHECK enum td_code play_source_rewind(struct play_source *source,
                                              struct td_error *err);

/* To the first event at or behind at_ns, kept inside the window. Returns TD_OK
 * also if nothing is there: the next call then says TD_END.
 */
TD_MUST_CHECK enum td_code play_source_seek(struct play_source *source,
                                            uint64_t at_ns,
                                            struct td_error *err);

/* The first marker of that name, without reading what has
 * none where the tapes have an index; the source must be opened again to be
 * read. TD_END: there is none.
 */
TD_MUST_CHECK enum td_code play_source_marker(struct play_source *source,
                                              const char *name,
                                              struct play_mark *mark,
                                              struct td_error *err);

/* at_ns of the last event that can come, as the tapes say without being read;
 * 0: they do not (a pipe, a tape that is torn or still growing).
 */
uint64_t play_source_last(const struct play_source *source);

/* Counts by now. */
struct play_seen play_source_seen(const struct play_source *source);

/* What was done to timestamps; NULL: nothing was to be done. */
const struct play_shift_room *
play_source_shifted(const struct play_source *source);

/* For facts: the path of a tape (NULL: there are not so many), line 1 (or "")
 * of the tape at that index, the end line (or "") of the first, and the wall
 * clock of time 0.
 */
const char *play_source_path(const struct play_source *source, uint32_t i);
struct td_bytes play_source_header(const struct play_source *source,
                                   uint32_t i);
struct td_bytes play_source_end(const struct play_source *source);
uint64_t play_source_start_wall(const struct play_source *source);
uint32_t play_source_tapes(const struct play_source *source);

/* The state of the tape at that index in paths. */
struct tape_state play_source_state(const struct play_source *source,
                                    uint32_t i);

/* What is wrong with the input so far, tape by tape with its name: appends it,
 * free of control bytes, and returns true, or false if all are whole.
 */
bool play_source_damage(const struct play_source *source, struct td_buf *out);

#endif
