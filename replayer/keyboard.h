/* replayer/keyboard.h - keys on the terminal of stdin that steer a player. */
#ifndef REPLAYER_KEYBOARD_H
#define REPLAYER_KEYBOARD_H

#include "replayer/player.h"

struct play_keyboard;

/* What is not the player's own. */
struct play_keyboard_events {
    void (*quit)(void *ctx); /* q */
    void (*mark)(void *ctx); /* m; NULL: that is no key */
    void *ctx;
};

/* Take the terminal over (see replayer/raw_terminal.h). One at a time. Close it
 * also after an error.
 */
TD_MUST_CHECK enum td_code
play_keyboard_open(struct play_keyboard **out, struct wire_net *net,
                   struct play_player *player,
                   const struct play_keyboard_events *events,
                   struct td_error *err);
void play_keyboard_close(struct play_keyboard *keyboard);

#endif
