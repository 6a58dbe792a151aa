/* replayer/keyboard.h - keys on the terminal of stdin that steer a player. */
#ifndef REPLAYER_KEYBOARD_H
#define REPLAYER_KEYBOARD_H

#include "replayer/player.h"

struct play_keyboard;

/* Take the terminal over (see replayer/raw_terminal.h). quit is called for q.
 * One at a time. Close it also after an error.
 */
TD_MUST_CHECK enum td_code play_keyboard_open(struct play_keyboard **out,
                                              struct wire_net *net,
                                              struct play_player *player,
                                              void (*quit)(void *ctx),
                                              void *ctx, struct td_error *err);
void play_keyboard_close(struct play_keyboard *keyboard);

#endif
