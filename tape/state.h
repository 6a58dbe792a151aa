/* tape/state.h - what was found of a tape while it was read. */
#ifndef TAPE_STATE_H
#define TAPE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#define TAPE_NO_DAMAGE UINT64_MAX

/* What has been seen so far, or from the index at open. */
struct tape_state {
    bool indexed; /* footer and index were there and right */
    bool ended;   /* the last segment has its end line */
    bool torn;    /* the file stops inside a member or without end line */
    bool growing; /* torn, but only so far: somebody is writing to it */
    long writer;  /* then, the process that does */
    uint64_t segments;
    uint64_t members;     /* data members */
    uint64_t bad_members; /* skipped: CRC or deflate data wrong */
    uint64_t bad_lines;   /* skipped: not a line of the format */
    uint64_t spaced;      /* of bad_lines, JSON with white space between tokens,
                             which a line of a tape does not have */
    uint64_t missing;     /* sequence numbers that were skipped over */
    uint64_t repeated;    /* events whose number had come before */
    uint64_t foreign;     /* other events out of order, of another recording */
    uint64_t early;       /* of foreign, those that were given all the same:
                             that they were out of order showed behind them */
    uint64_t strays;      /* members that stand where they do not belong */
    uint64_t headless;    /* segments without a header line */
    uint64_t twice;       /* segments whose header line has come before: the
                             same recording again. Their events are given */
    uint64_t wrong_index; /* found by a seek: an index that is not of the tape,
                             which was read without it; by reading some names
                             only: heads that deny what the end line counts */
    uint64_t lost;        /* as the tape says: dropped by the recorder */
    uint64_t torn_at;     /* offset in the file of the first damage, or
                             TAPE_NO_DAMAGE */
};

#endif
