#include "replayer/keyboard.h"

#include "core/mem.h"
#include "replayer/key_decoder.h"
#include "replayer/raw_terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct play_steer {
    struct play_player *player;
    struct wire_watch *watch; /* stdin; NULL when it has gone */
    struct play_keys keys;
    void (*quit)(void *ctx);
    void *ctx;
};

static void on_key(struct play_steer *steer, enum play_key key)
{
    switch (key) {
    case PLAY_KEY_NONE:
        break;
    case PLAY_KEY_PAUSE:
        play_player_pause(steer->player,
                          !play_player_view(steer->player).paused);
        break;
    case PLAY_KEY_STEP:
        play_player_step(steer->player);
        break;
    case PLAY_KEY_FASTER:
        play_player_faster(steer->player, 110);
        break;
    case PLAY_KEY_SLOWER:
        play_player_faster(steer->player, 90);
        break;
    case PLAY_KEY_FORWARD:
        play_player_seek(steer->player, (int64_t)PLAY_SEEK_NS);
        break;
    case PLAY_KEY_BACK:
        play_player_seek(steer->player, -(int64_t)PLAY_SEEK_NS);
        break;
    case PLAY_KEY_QUIT:
        steer->quit(steer->ctx);
        break;
    }
}

static void on_stdin(void *ctx, int fd)
{
    struct play_steer *steer = ctx;
    uint8_t bytes[64];
    ssize_t n = read(fd, bytes, sizeof(bytes));

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) { /* the terminal has gone */
        wire_watch_close(steer->watch);
        steer->watch = NULL;
        return;
    }
    for (ssize_t i = 0; i < n; i++)
        on_key(steer, play_keys_feed(&steer->keys, bytes[i]));
}

enum td_code play_steer_open(struct play_steer **out, struct wire_net *net,
                             struct play_player *player,
                             void (*quit)(void *ctx), void *ctx,
                             struct td_error *err)
{
    struct play_steer *steer;
    enum td_code code = play_term_open(STDIN_FILENO, err);

    if (code)
        return code;
    steer = td_calloc(1, sizeof(*steer));
    steer->player = player;
    steer->quit = quit;
    steer->ctx = ctx;
    code =
        wire_watch_fd(net, STDIN_FILENO, on_stdin, steer, &steer->watch, err);
    *out = steer;
    return code;
}

void play_steer_close(struct play_steer *steer)
{
    if (!steer)
        return;
    if (steer->watch)
        wire_watch_close(steer->watch);
    play_term_close();
    free(steer);
}
