#include "replayer/keyboard.h"

#include "core/fs.h"
#include "core/mem.h"
#include "core/terminal.h"
#include "replayer/key_decoder.h"
#include "replayer/raw_terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct play_keyboard {
    struct play_player *player;
    struct wire_watch *watch; /* stdin; NULL when it has gone */
    struct play_keys keys;
    void (*quit)(void *ctx);
    void *ctx;
};

/* A line of its own; the progress line is drawn again below it. */
static void show_keys(void)
{
    static const char keys[] =
        "keys: space pauses and goes on, . one event, up and down change the "
        "speed, left and right seek by 5 s, q quits\r\n";

    /* A terminal that has gone has nobody to tell. */
    if (td_term_line(STDERR_FILENO, td_text("")) &&
        td_fs_write(STDERR_FILENO, td_text(keys), "stderr", NULL))
        return;
}

static void on_key(struct play_keyboard *keyboard, enum play_key key)
{
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
    case PLAY_KEY_HELP:
        show_keys();
        break;
    case PLAY_KEY_QUIT:
        keyboard->quit(keyboard->ctx);
        break;
    }
}

static void on_stdin(void *ctx, int fd)
{
    struct play_keyboard *keyboard = ctx;
    uint8_t bytes[64];
    ssize_t n = read(fd, bytes, sizeof(bytes));

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) { /* the terminal has gone */
        wire_watch_close(keyboard->watch);
        keyboard->watch = NULL;
        return;
    }
    for (ssize_t i = 0; i < n; i++)
        on_key(keyboard, play_keys_feed(&keyboard->keys, bytes[i]));
}

enum td_code play_keyboard_open(struct play_keyboard **out,
                                struct wire_net *net,
                                struct play_player *player,
                                void (*quit)(void *ctx), void *ctx,
                                struct td_error *err)
{
    struct play_keyboard *keyboard;
    enum td_code code = play_term_open(STDIN_FILENO, err);

    if (code)
        return code;
    keyboard = td_calloc(1, sizeof(*keyboard));
    keyboard->player = player;
    keyboard->quit = quit;
    keyboard->ctx = ctx;
    code = wire_watch_fd(net, STDIN_FILENO, on_stdin, keyboard,
                         &keyboard->watch, err);
    *out = keyboard;
    return code;
}

void play_keyboard_close(struct play_keyboard *keyboard)
{
    if (!keyboard)
        return;
    if (keyboard->watch)
        wire_watch_close(keyboard->watch);
    play_term_close();
    free(keyboard);
}
