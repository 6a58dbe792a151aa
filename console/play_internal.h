/* console/play_internal.h - a tape that is played, among play*.c. */
#ifndef CONSOLE_PLAY_INTERNAL_H
#define CONSOLE_PLAY_INTERNAL_H

#include "console/marks.h"
#include "console/places.h"
#include "console/play.h"
#include "console/proof.h"
#include "replayer/player.h"

#define CONSOLE_PLAY_SHORT 32 /* bytes of a time, and of where to go */

/* Where a move leads to: in front of an event, or behind the last one. */
struct play_target {
    bool known; /* the event that comes next */
    struct play_place place;
    uint64_t at_ns;
};

enum play_moving { STILL, LOOKING, FOLDING };

struct console_play {
    struct console *c;
    struct wire_net *net;
    struct play_options how;
    const char *paths[2]; /* of the source, while it is there */
    struct play_source *source;
    struct play_player *player;
    struct console_marks *marks;
    struct td_error why;
    uint64_t last_ns; /* of the tape; 0: not known */
    uint64_t events;  /* of the tape; 0: not known */
    uint64_t seq;     /* of the last event in the fold, and its time */
    uint64_t at_ns;
    bool ended;
    bool damage_told;
    struct console_proof *proof;
    struct wire_timer proving; /* set: it is looked whether it is there */
    /* A move that takes more than a turn; the player pauses meanwhile. */
    enum play_moving moving;
    bool paused;            /* as it is to be behind it */
    struct wire_timer turn; /* the next */
    struct console_places look;
    char sought[CONSOLE_PLAY_SHORT]; /* what led to it: a key, or what is behind
                                        `@` */
    struct play_source *copy;        /* that is folded */
    struct play_place from;          /* what is in the fold already */
    struct play_target target;       /* up to which */
};

/* Minutes, seconds and tenths: "10:32.1". */
const char *console_play_clock(char out[CONSOLE_PLAY_SHORT], uint64_t ns);

/* Say what is played, and look whether it is whole. A small tape is known at
 * once: only what is wrong with it is left to say.
 */
void console_play_prove(struct console_play *play);
void console_play_unprove(struct console_play *play);

#endif
