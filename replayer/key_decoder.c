#include "replayer/key_decoder.h"

enum { GROUND, ESCAPE, SEQUENCE, SHIFTED };

#define ESC 0x1b

static enum play_key arrow(uint8_t byte)
{
    switch (byte) {
    case 'A':
        return PLAY_KEY_FASTER;
    case 'B':
        return PLAY_KEY_SLOWER;
    case 'C':
        return PLAY_KEY_FORWARD;
    case 'D':
        return PLAY_KEY_BACK;
    default:
        return PLAY_KEY_NONE;
    }
}

static enum play_key plain(uint8_t byte)
{
    switch (byte) {
    case ' ':
        return PLAY_KEY_PAUSE;
    case '.':
        return PLAY_KEY_STEP;
    case 'm':
        return PLAY_KEY_MARK;
    case '?':
    case 'h':
        return PLAY_KEY_HELP;
    case 'q':
    case 'Q':
        return PLAY_KEY_QUIT;
    default:
        return PLAY_KEY_NONE;
    }
}

enum play_key play_keys_feed(struct play_keys *keys, uint8_t byte)
{
    uint8_t state = keys->state;

    keys->state = GROUND;
    if (byte == ESC) {
        keys->state = ESCAPE;
        return PLAY_KEY_NONE;
    }
    if (state == ESCAPE && (byte == '[' || byte == 'O')) {
        keys->state = byte == '[' ? SEQUENCE : SHIFTED;
        return PLAY_KEY_NONE;
    }
    if (state == SEQUENCE && byte >= 0x20 && byte < 0x40) {
        keys->state = SEQUENCE;
        return PLAY_KEY_NONE;
    }
    return state == SEQUENCE || state == SHIFTED ? arrow(byte) : plain(byte);
}
