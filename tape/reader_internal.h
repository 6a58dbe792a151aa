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

    uint64_t from_wall; /* tape_reader_from(); 0 = all */

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

/* By name or kind, where some are: by_name. Not inlined, so that who wants all
 * events saves no registers for it.
 */
bool tape_reader_wants(const struct tape_reader *reader,
                       const struct td_event *ev);

/* What the scan may pass over of the segment at hand for tape_reader_from(). */
void tape_reader_pass(struct tape_reader *reader);

/* Every event is wanted again. */
void tape_reader_unselect(struct tape_reader *reader);

/* All is read once more from the start: forget what was counted on the way. */
void tape_reader_forget(struct tape_reader *reader);

/* The scan gave further text, or was given it: what its member says of losses.
 */
void tape_reader_entered_text(struct tape_reader *reader);

/* Take a line of that text, whose event *ev is if it was read before, and gets
 * to be if not. TD_AGAIN: there is nothing to give.
 */
TD_MUST_CHECK enum td_code tape_reader_line_in(struct tape_reader *reader,
                                               struct td_bytes line, bool read,
                                               struct td_event *ev,
                                               struct td_error *err);

/* Keep *ev, which tape_reader_next() just gave, for the next call. */
void tape_reader_hold(struct tape_reader *reader, const struct td_event *ev);

#endif
