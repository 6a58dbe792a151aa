/* converter/options.h - what a conversion is told, and what it tells. */
#ifndef CONVERTER_OPTIONS_H
#define CONVERTER_OPTIONS_H

#include "core/event.h"

#define CONV_LEFT_MAX 16

/* What a contract says of the events, in the words of its verdict. */
struct conv_finding {
    uint64_t seq;   /* 0: of the whole stream */
    uint64_t at_ns; /* of several recordings on a tape, which seq is meant */
    const char *level;
    const char *rule;
    const char *message;
    const char *path; /* JSON Pointer, "" = the whole message */
    const char *expected;
    const char *found;
};

/* What is known when all events have been put; the caller fills it by then. */
struct conv_told {
    const char *contract; /* name of its file; NULL: none was laid over */
    const char *outcome;  /* "pass", "fail", ... */
    const struct conv_finding *findings;
    size_t findings_len;
    uint64_t findings_total;
    const char *trouble; /* of the tape, one line; NULL: it is whole */
};

struct conv_options {
    const char *format;     /* a name of CONV_FORMATS */
    uint64_t start_wall_ns; /* the wall clock at the events' time 0 */
    struct td_bytes header; /* line of the tape, JSON; "" = none. Borrowed */
    const char *program;    /* "tapedeck VERSION" */
    const char *title;      /* file name of the tape */
    const struct conv_told *told; /* read by conv_end(); NULL: nothing */
};

/* What the format could not hold as it is on the tape. */
struct conv_left {
    const char *what; /* "numbers that no double holds, as text" */
    uint64_t count;
};

#endif
