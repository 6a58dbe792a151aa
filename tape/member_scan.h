/* tape/member_scan.h - the text of a tape in order, past whatever is broken.
 *
 * One step gives the whole lines of one member, or of a stretch of a file that
 * has no members of ours (plain text, foreign gzip). Damage is counted in
 * *state and passed over: behind it the next signature is looked for.
 */
#ifndef TAPE_MEMBER_SCAN_H
#define TAPE_MEMBER_SCAN_H

#include "tape/audit.h"
#include "tape/chain.h"
#include "tape/deflate.h"
#include "tape/gaps.h"
#include "tape/inflate.h"
#include "tape/input.h"
#include "tape/state.h"

enum tape_scan_mode { TAPE_SCAN_MEMBERS, TAPE_SCAN_GZIP, TAPE_SCAN_TEXT };

struct tape_scan {
    struct tape_input in;
    uint64_t at; /* offset of the next byte to look at */
    bool follow;
    enum tape_scan_mode mode;
    struct tape_state *state;
    uint64_t expect;    /* sequence number that comes next; 0 = not known */
    uint64_t resume;    /* what came next before numbers were skipped over */
    uint64_t jumped;    /* the number that came instead */
    uint64_t jumped_at; /* `events` then */
    uint64_t begun_at;  /* text that was cut out of a tape began with this
                           number: those before it are not told missing */
    struct tape_gaps skipped; /* numbers of this part that have not come */
    struct tape_gaps came;    /* and those that came too early */
    struct tape_chain chain;
    bool stray;  /* the member at hand is out of its place */
    bool begins; /* a part begins whose header is gone: it is to be told */

    /* Members that cannot hold what is wanted are not inflated. */
    bool by_name;
    struct tape_names names;
    uint64_t unwanted; /* events of other names */
    uint64_t from_ns;
    uint64_t from_seq;
    bool gaps; /* numbers may be missing inside a member: do not pass over it
                  by from_seq */

    uint64_t anchor_wall; /* of the member at hand; 0 = none */
    uint64_t anchor_ns;
    uint64_t lost;   /* in this segment, as its members say */
    uint64_t events; /* given or passed over, in all segments */
    uint64_t first_ns;
    uint64_t last_ns;

    struct td_buf text;
    bool streaming;     /* text holds the rest of a stream */
    uint64_t stream_at; /* where the stream, or its gzip member, begins */
    size_t given;       /* stream: bytes at the start of text that were given */
    size_t searched;    /* and those at its start that have no LF */
    bool no_line;       /* up to the next LF, the stream is no line of a tape */
    uint64_t open_at;   /* the open member that was given in part */
    size_t open_len;    /* bytes of it that were looked at */
    size_t open_given;  /* bytes of its text that were given */
    struct tape_gunzip *gunzip;

    struct tape_audit *audit; /* told of every member; NULL = nobody */
    struct tape_ahead *ahead; /* NULL = inflate here */
    uint64_t ahead_at;        /* where it was left; 0 = nowhere */
};

struct tape_text {
    struct td_bytes lines; /* whole lines; the last may lack its LF */
    bool checked;          /* a CRC vouches for them */
    bool stray;            /* of a member that is out of its place */
    bool begins;           /* a part of the tape whose header is gone */
    bool plain;            /* they stand in no member of ours */
    uint64_t offset;       /* in the file: the member they are from */
};

/* The next lines; they live until the next call. TD_END, or when following
 * TD_AGAIN; TD_IO.
 */
TD_MUST_CHECK enum td_code tape_scan_next(struct tape_scan *scan,
                                          struct tape_text *out,
                                          struct td_error *err);

/* Inflate members on a thread of their own before they are asked for, where
 * that pays: in a file of some size that is read in order.
 */
void tape_scan_read_ahead(struct tape_scan *scan);

/* The closed data member that stands at scan->at was read elsewhere, and is
 * right in every checksum: its text is what comes next.
 */
void tape_scan_give(struct tape_scan *scan, const struct tape_member *m,
                    struct td_bytes text, struct tape_text *out);

/* Go on at another offset, where a member starts. */
void tape_scan_go(struct tape_scan *scan, uint64_t at);

/* Free all and close the file. */
void tape_scan_release(struct tape_scan *scan);

/* A part of the tape begins: its events are numbered from 1. */
static inline void tape_scan_new_part(struct tape_scan *scan)
{
    scan->expect = 1;
    scan->resume = 0;
    scan->begun_at = 0;
    scan->skipped.len = 0;
    scan->came.len = 0;
}

/* Events first .. first + count - 1 come next, which is not what was expected:
 * some are missing, come late, or had come before. False: they had.
 */
bool tape_scan_jump(struct tape_scan *scan, uint64_t first, uint64_t count);

/* Events first .. first + count - 1 come next: what is between them and the
 * last ones is missing. False: they had come before.
 */
static inline bool tape_scan_expect(struct tape_scan *scan, uint64_t first,
                                    uint64_t count)
{
    if (first != scan->expect)
        return tape_scan_jump(scan, first, count);
    scan->expect = first + count;
    return true;
}

/* Those events are at these times. */
static inline void tape_scan_count(struct tape_scan *scan, uint64_t count,
                                   uint64_t first_ns, uint64_t last_ns)
{
    if (scan->events == 0)
        scan->first_ns = first_ns;
    if (last_ns > scan->last_ns)
        scan->last_ns = last_ns;
    scan->events += count;
}

/* Offset of the next signature at or behind `from`; the end of the file and
 * *found false if there is none.
 */
uint64_t tape_scan_signature(struct tape_input *in, uint64_t from, bool *found);

/* Remember damage at an offset of the file. */
void tape_scan_damage(struct tape_scan *scan, uint64_t at);

#endif
