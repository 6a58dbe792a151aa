/* tape/member_scan_internal.h - what the files of the scan share: scan.c goes
 * from member to member, scan_place.c knows where on the tape they are,
 * scan_stream.c reads text that stands in none of ours.
 */
#ifndef TAPE_MEMBER_SCAN_INTERNAL_H
#define TAPE_MEMBER_SCAN_INTERNAL_H

#include "tape/member_scan.h"

#define TAPE_STREAM_STEP ((size_t)256 * 1024) /* bytes of text at once */

/* Count damage at an offset of the file. */
void tape_scan_torn(struct tape_scan *scan, uint64_t at);
void tape_scan_bad_member(struct tape_scan *scan, uint64_t at);

/* Go on at the next signature at or behind `from`. */
void tape_scan_resync(struct tape_scan *scan, uint64_t from);

/* The closed member *m is at hand: is it out of its place (scan->stray), or the
 * first of a part whose header is gone (scan->begins)? What it says of its
 * place is kept.
 */
void tape_scan_place(struct tape_scan *scan, const struct tape_member *m);

/* The same of a member that is still open. */
void tape_scan_place_open(struct tape_scan *scan, const struct tape_member *m);

/* Lines are given: of the first member of such a part? */
bool tape_scan_begins(struct tape_scan *scan);

/* What was given of an open member before it was closed is not given again. */
size_t tape_scan_given(const struct tape_scan *scan, uint64_t at);

/* Empty the text. */
void tape_scan_clear(struct tape_scan *scan);

/* Whole lines of text from `given` on; false if there are none. */
bool tape_scan_lines(const struct td_buf *text, size_t given,
                     struct td_bytes *lines);

/* Read what stands at scan->at as text, or as gzip of others, from now on. */
void tape_scan_stream(struct tape_scan *scan, enum tape_scan_mode mode);

/* The next whole lines of the stream; TD_AGAIN with streaming off: it gave way
 * to members.
 */
TD_MUST_CHECK enum td_code tape_scan_stream_next(struct tape_scan *scan,
                                                 struct tape_text *out);

#endif
