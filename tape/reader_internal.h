/* tape/reader_internal.h - what the files of the reader share: reader.c gives
 * lines and events in order, reader_seek.c goes to other places,
 * reader_select.c knows what is wanted.
 */
#ifndef TAPE_READER_INTERNAL_H
#define TAPE_READER_INTERNAL_H

#include "tape/member_scan.h"
#include "tape/reader.h"
#include "tape/seek.h"

struct tape_reader {
    struct tape_scan scan;
    struct tape_state state;
    struct tape_text text; /* the lines at hand */
    struct td_bytes rest;  /* of them, what was not given yet */
    struct td_bytes line;  /* of the last event */
    struct td_buf scratch; /* its payload, where it had to be decoded */
    void (*other)(void *ctx, enum tape_line_kind kind, struct td_bytes line);
    void *other_ctx;
    bool held;  /* `event` is given by the next call */
    bool given; /* an event has left: a pipe cannot give it again */
    struct td_event event;

    struct td_buf header_line; /* what `header` points into */
    struct tape_header header;
    struct td_buf end_line;
    bool in_segment; /* a header or an event was seen, no end line yet */
    bool headed;     /* its header was seen, or told to be missing */
    bool keep_strays;
    uint64_t lost_before; /* in the segments behind */
    uint64_t lost_here;

    struct tape_seek seek;
    uint64_t segment; /* the one at hand, from 1 */
    uint64_t entered; /* offset of the segment whose header is at hand */

    struct td_bytes *names; /* wanted; both lists empty = all */
    size_t names_len;
    struct td_bytes *kinds;
    size_t kinds_len;
};

/* The line's header fields into reader->header. TD_FORMAT. */
TD_MUST_CHECK enum td_code tape_reader_enter(struct tape_reader *reader,
                                             struct td_bytes line,
                                             struct td_error *err);

/* Forget the lines at hand and go on at an offset of the file. */
void tape_reader_go(struct tape_reader *reader, uint64_t at);

/* Every event is wanted again. */
void tape_reader_unselect(struct tape_reader *reader);

/* All is read once more from the start: forget what was counted on the way. */
void tape_reader_forget(struct tape_reader *reader);

/* The scan gave further text, or was given it: what its member says of losses.
 */
void tape_reader_entered_text(struct tape_reader *reader);

/* Take a line of that text; is: the event that was read from it, or NULL.
 * TD_AGAIN: there is nothing to give.
 */
TD_MUST_CHECK enum td_code tape_reader_line_in(struct tape_reader *reader,
                                               struct td_bytes line,
                                               const struct td_event *is,
                                               struct td_event *ev,
                                               struct td_error *err);

/* Keep *ev, which tape_reader_next() just gave, for the next call. */
void tape_reader_hold(struct tape_reader *reader, const struct td_event *ev);

#endif
