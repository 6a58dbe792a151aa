#include "replayer/keyboard.h"

#include "core/fs.h"
#include "core/mem.h"
#include "core/terminal.h"
#include "replayer/key_watch.h"

#include <stdlib.h>
#include <unistd.h>

struct play_keyboard {
    struct play_player *player;
    struct play_key_watch *keys;
    struct play_keyboard_events events;
};

/* A line of its own; the progress line is drawn again below it. */
static void show_keys(const struct play_keyboard *keyboard)
{
    static const char all[] =
        "keys: space pauses and goes on, . one event, up and down change the "
        "speed, left and right seek by 5 s, m sets a marker, q quits\r\n";
    static const char fixed[] =
        "keys: space pauses and goes on, . one event, up and down change the "
        "speed, left and right seek by 5 s, q quits\r\n";
    const char *keys = keyboard->events.mark ? all : fixed;

    /* A terminal that has gone has nobody to tell. */
    if (td_term_line(STDERR_FILENO, td_text("")) &&
        td_fs_write(STDERR_FILENO, td_text(keys), "stderr", NULL))
        return;
}

static void on_key(void *ctx, enum play_key key)
{
    struct play_keyboard *keyboard = ctx;

    switch (key) {
    case PLAY_KEY_NONE:
        break;
    case PLAY_KEY_PAUSE:
        play_player_pause(keyboard->player,
                          !play_player_view(keyboard->player).paused);
        break;
    case PLAY_KEY_STEP:
        play_player_step(keyboard->player);
        break;
    case PLAY_KEY_FASTER:
        play_player_faster(keyboard->player, 110);
        break;
    case PLAY_KEY_SLOWER:
        play_player_faster(keyboard->player, 90);
        break;
    case PLAY_KEY_FORWARD:
        play_player_seek(keyboard->player, (int64_t)PLAY_SEEK_NS);
        break;
    case PLAY_KEY_BACK:
        play_player_seek(keyboard->player, -(int64_t)PLAY_SEEK_NS);
        break;
    case PLAY_KEY_MARK:
        if (keyboard->events.mark)
            keyboard->events.mark(keyboard->events.ctx);
        break;
    case PLAY_KEY_HELP:
        show_keys(keyboard);
        break;
    case PLAY_KEY_QUIT:
        keyboard->events.quit(keyboard->events.ctx);
        break;
    }
}

enum td_code play_keyboard_open(struct play_keyboard **out,
                                struct wire_net *net,
                                struct play_player *player,
                                const struct play_keyboard_events *events,
                                struct td_error *err)
{
    struct play_keyboard *keyboard = td_calloc(1, sizeof(*keyboard));

    keyboard->player = player;
    keyboard->events = *events;
    *out = keyboard;
    return play_key_watch_open(&keyboard->keys, net, on_key, keyboard, err);
}

void play_keyboard_close(struct play_keyboard *keyboard)
{
    if (!keyboard)
        return;
    play_key_watch_close(keyboard->keys);
    free(keyboard);
}
