/* tape/reader.h - a tape in, events out, in order or from anywhere.
 *
 * Reads a whole tape, a concatenation of tapes, a tape that is still growing,
 * a torn tape, and plain text (zcat of a tape). What is wrong with the file is
 * counted and can be asked for; it never stops the reading of what is right.
 */
#ifndef TAPE_READER_H
#define TAPE_READER_H

#include "core/error.h"
#include "core/event.h"
#include "tape/line.h"
#include "tape/state.h"

#include <stdbool.h>

struct tape_reader;
struct tape_audit;

struct tape_read_options {
    bool follow;      /* at the end of a growing tape TD_AGAIN, not TD_END; a
                         pipe does not grow behind its end: see
                         tape_reader_no_wait() */
    unsigned threads; /* not 0: inflate ahead on a thread, where that pays */
    bool keep_strays; /* give repeated and foreign events too */
    struct tape_audit *audit; /* told of members (tape/audit.h), or NULL */

    /* As in struct tape_input, for tape_reader_open(). */
    const volatile int *stop;
    void (*wait)(void *ctx, int fd);
    void *wait_ctx;

    /* Told of every whole line that is no event, as it is passed (the first
     * one by tape_reader_open): a header, whose fields tape_reader_header()
     * then gives, an end, or an object of a later version. A header of length
     * 0 is one that is gone: another recording begins without it. May be NULL.
     * The line lives until the call returns.
     */
    void (*other)(void *ctx, enum tape_line_kind kind, struct td_bytes line);
    void *ctx;
};

/* Line 1 of the tape (the latest segment that was entered). */
struct tape_header {
    struct td_bytes line;   /* the JSON object as it stands, no LF */
    struct td_bytes id;     /* escaped text, no quotes */
    struct td_bytes source; /* escaped text; "" if none */
    uint64_t start_wall_ns; /* without a header: by the first anchor, or 0 */
    uint64_t segment;       /* which one of the file, from 1; 0: it begins
                               without a header */
};

/* Open a tape. TD_IO: not there or a directory; TD_FORMAT: no tape. */
TD_MUST_CHECK enum td_code tape_reader_open(struct tape_reader **out,
                                            const char *path,
                                            const struct tape_read_options *how,
                                            struct td_error *err);
/* The same from an input from which nothing was taken (tape/input.h), say after
 * tape_sniff(). Takes over *in, also on error.
 */
struct tape_input;
TD_MUST_CHECK enum td_code tape_reader_take(struct tape_reader **out,
                                            struct tape_input *in,
                                            const struct tape_read_options *how,
                                            struct td_error *err);

/* NULL is fine. */
void tape_reader_close(struct tape_reader *reader);

/* Line 1; borrowed until the next segment is entered. */
const struct tape_header *tape_reader_header(const struct tape_reader *reader);

/* The next event. Its bytes live until the next call. TD_END at the end (also
 * of a torn tape: see the state), TD_AGAIN when following.
 */
TD_MUST_CHECK enum td_code tape_reader_next(struct tape_reader *reader,
                                            struct td_event *ev,
                                            struct td_error *err);

/* The wall clock when *ev of the last tape_reader_next() was written, by the
 * anchor of its member; by the header where the file has none.
 */
uint64_t tape_reader_wall(const struct tape_reader *reader,
                          const struct td_event *ev);

/* The line that *ev of the last tape_reader_next() was read from, without LF.
 */
struct td_bytes tape_reader_line(const struct tape_reader *reader);

/* Go to the first event with at_ns >= t / seq >= s. TD_END if there is none.
 * With an index that is a few reads. Without one (torn, or still growing) the
 * tape is walked from its start: closed members are passed over by their
 * heads, which is a read each at most; text without members is read whole. A
 * pipe can only go forward (TD_IO), and only before its first event was given.
 */
TD_MUST_CHECK enum td_code tape_reader_seek_time(struct tape_reader *reader,
                                                 uint64_t at_ns,
                                                 struct td_error *err);
TD_MUST_CHECK enum td_code tape_reader_seek_seq(struct tape_reader *reader,
                                                uint64_t seq,
                                                struct td_error *err);

/* The first marker of that name (text) / the first event at or after a
 * wall-clock time, by the anchors of the members, so that a stepped clock is
 * followed. TD_END if there is none.
 */
TD_MUST_CHECK enum td_code tape_reader_seek_marker(struct tape_reader *reader,
                                                   struct td_bytes name,
                                                   struct td_error *err);
TD_MUST_CHECK enum td_code tape_reader_seek_wall(struct tape_reader *reader,
                                                 uint64_t wall_ns,
                                                 struct td_error *err);

/* Go to the start, and from now on give no event that its segment dates before
 * wall_ns: the start in its header + at_ns. Segments of one file overlap, or
 * stand in any order, as they were put together. 0: all again. TD_END if it is
 * known that there is none; TD_IO of a pipe that gave events before.
 */
TD_MUST_CHECK enum td_code tape_reader_from(struct tape_reader *reader,
                                            uint64_t wall_ns,
                                            struct td_error *err);

/* That date of *ev of the last tape_reader_next(). */
uint64_t tape_reader_dated(const struct tape_reader *reader,
                           const struct td_event *ev);

/* False: no segment follows the one at hand, or nobody can say before it has
 * come (a pipe, a tape that grows).
 */
bool tape_reader_goes_on(const struct tape_reader *reader);

/* Give only plain events of these names and events of these kinds from now on;
 * members that have none are not inflated. Names are text: an escape on the
 * tape does not matter. The list is copied. Both counts 0: give all events
 * again.
 */
void tape_reader_select(struct tape_reader *reader,
                        const struct td_bytes *names, size_t names_len,
                        const struct td_bytes *kinds, size_t kinds_len);

/* From now on tape_reader_next() says TD_AGAIN where what is no plain file has
 * nothing to read yet, and waits no more. Returns the descriptor to wait for,
 * or -1: it is a plain file, and nothing has changed.
 */
int tape_reader_no_wait(struct tape_reader *reader);

/* After TD_AGAIN: nothing more is to be waited for, as the tape has its end
 * line. What is no plain file says itself when it ends.
 */
bool tape_reader_is_over(const struct tape_reader *reader);

/* After TD_AGAIN of a file that is followed, before it is waited for: TD_OK, it
 * may grow. TD_AGAIN: it seems not to; read on, and ask once more. TD_LOSSY: it
 * was made shorter, or was removed or replaced and nobody is writing to it. Who
 * writes to a file without a name is still followed.
 */
TD_MUST_CHECK enum td_code tape_reader_grows(struct tape_reader *reader,
                                             struct td_error *err);

/* Events that were passed over for their name. */
uint64_t tape_reader_unwanted(const struct tape_reader *reader);

/* What a tape spans, over all its segments, each by its own clock; the middle
 * of a tape is at first_ns + (last_ns - first_ns) / 2.
 */
struct tape_extent {
    uint64_t events;
    uint64_t first_ns;
    uint64_t last_ns;
    uint64_t file_bytes;
};

/* From the footers where the tape has them, else by looking at the head of
 * every member (and at the text of those that are open). TD_IO.
 */
TD_MUST_CHECK enum td_code tape_reader_extent(struct tape_reader *reader,
                                              struct tape_extent *out,
                                              struct td_error *err);

/* What a reader asked the kernel for. */
struct tape_reads {
    uint64_t reads;
    uint64_t bytes;
};

/* Since the reader was opened; without those of a thread that reads ahead. */
struct tape_reads tape_reader_reads(const struct tape_reader *reader);

/* Events that were lost while recording, by what was read so far: of the
 * segments behind when a header was just passed, of the whole tape at its end.
 */
uint64_t tape_reader_lost(const struct tape_reader *reader);

/* What is known by now. */
struct tape_state tape_reader_state(const struct tape_reader *reader);

/* The end line's JSON object as it stands, once it was read or found through
 * the footer; "" before. When a further segment was just entered: that of the
 * one before, or "" if that has none.
 */
struct td_bytes tape_reader_end(const struct tape_reader *reader);

#endif
