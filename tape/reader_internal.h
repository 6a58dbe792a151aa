/* tape/reader_internal.h - what the files of the reader share: reader.c gives
 * lines and events in order, reader_seek.c goes to other places,
 * reader_select.c knows what is wanted.
 */
#ifndef TAPE_READER_INTERNAL_H
#define TAPE_READER_INTERNAL_H

#include "core/digest.h"
#include "core/json.h"
#include "tape/member_scan.h"
#include "tape/reader.h"
#include "tape/seek.h"

/* Of a line of text: whoever writes what is recorded could make two lines that
 * a weaker sum takes for one.
 */
struct tape_digest {
    uint8_t sum[TD_SHA256_LEN];
    bool come; /* the line has */
};

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
    bool gone;  /* told by tape_reader_grows() */
    struct td_event event;

    struct td_buf header_line; /* what `header` points into */
    struct tape_header header;
    struct td_buf end_line;
    bool in_segment;  /* a header or an event was seen, no end line yet */
    bool headed;      /* its header was seen, or told to be missing */
    bool ended_whole; /* the last end line knew of no more events than came */
    bool keep_strays;
    bool from_header;     /* all of the segment is read, from its header on */
    uint64_t found;       /* of it, where some names and kinds are wanted */
    uint64_t *recordings; /* hashes of the header lines that were passed */
    size_t recordings_len;
    struct tape_digest *first_lines; /* text: of the part, by number */
    size_t first_len;     /* numbers of the part so far, at most as many */
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

/* The end line at hand knows of more events of the wanted names and kinds than
 * were found: a head has denied them.
 */
void tape_reader_find_hidden(struct tape_reader *reader,
                             const struct td_json_doc *doc, uint32_t end);

/* The line's header fields into reader->header. TD_FORMAT. */
TD_MUST_CHECK enum td_code tape_reader_enter(struct tape_reader *reader,
                                             struct td_bytes line,
                                             struct td_error *err);

/* When a part without a header began. */
static inline void tape_reader_start(struct tape_reader *r)
{
    if (r->header.start_wall_ns == 0 && r->scan.anchor_wall > 0)
        r->header.start_wall_ns = r->scan.anchor_wall - r->scan.anchor_ns;
}

/* The part at hand is over: another one comes. */
void tape_reader_leave(struct tape_reader *reader);

/* A part begins whose header is gone, which is not the first of the tape. */
void tape_reader_begin(struct tape_reader *reader);

/* An event, or an end line (NULL), where no header was before it. */
void tape_reader_enter_bare(struct tape_reader *reader,
                            const struct td_event *ev);

/* Has the header at hand come before? One has the recording's own id and start,
 * so that it is another one's in every tape. Only the first of many are
 * remembered.
 */
void tape_reader_note_recording(struct tape_reader *reader);

/* Of text: remember the line at hand, with event `seq`. */
void tape_reader_note_line(struct tape_reader *reader, uint64_t seq);

/* Of text: the line at hand has an event whose number has come. Is it, or what
 * follows it, another line than came, so that another recording begins here
 * whose header is missing? Nothing else tells where none has an end line.
 */
bool tape_reader_is_another(const struct tape_reader *reader,
                            const struct td_event *ev);

/* Damage where the line at hand stands; of a member no more than its start is
 * known.
 */
void tape_reader_damage(struct tape_reader *reader);

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
