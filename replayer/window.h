/* replayer/window.h - a stretch of the timeline. */
#ifndef REPLAYER_WINDOW_H
#define REPLAYER_WINDOW_H

#include <stdint.h>

/* What the bounds mean on one tape. */
struct play_window {
    uint64_t from_ns; /* at_ns >= this */
    uint64_t to_ns;   /* at_ns <= this; UINT64_MAX = to the end */
    uint64_t from_seq;
    uint64_t to_seq; /* UINT64_MAX = to the end */
};

#define PLAY_WINDOW_ALL ((struct play_window){0, UINT64_MAX, 0, UINT64_MAX})

#endif
