/* replayer/key_decoder.h - bytes of a terminal to the keys a player knows.
 * Pure. */
#ifndef REPLAYER_KEY_DECODER_H
#define REPLAYER_KEY_DECODER_H

#include <stdint.h>

enum play_key {
    PLAY_KEY_NONE,
    PLAY_KEY_PAUSE,   /* space */
    PLAY_KEY_STEP,    /* . */
    PLAY_KEY_FASTER,  /* up */
    PLAY_KEY_SLOWER,  /* down */
    PLAY_KEY_FORWARD, /* right */
    PLAY_KEY_BACK,    /* left */
    PLAY_KEY_MARK,    /* m */
    PLAY_KEY_HELP,    /* ? h */
    PLAY_KEY_QUIT,    /* q */
};

/* All zeroes is the start. */
struct play_keys {
    uint8_t state;
};

/* One byte in; a key when it completes one. Sequences that are not known
 * (ECMA-48 CSI, SS3) are swallowed whole.
 */
enum play_key play_keys_feed(struct play_keys *keys, uint8_t byte);

#endif
