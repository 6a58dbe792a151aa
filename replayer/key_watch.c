#include "replayer/key_watch.h"

#include "core/clock.h"
#include "core/mem.h"
#include "replayer/raw_terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define LOOK_NS (TD_NS_PER_S / 2) /* whether the terminal is ours again */

struct play_key_watch {
    struct wire_net *net;
    struct wire_watch *watch; /* stdin; NULL when it has gone */
    struct wire_timer look;
    struct play_keys keys;
    bool away; /* the terminal listens to somebody else */
    void (*take)(void *ctx, enum play_key key);
    void *ctx;
};

/* Who has come back by `fg` finds the settings of the shell. */
static bool is_ours(struct play_key_watch *keys)
{
    bool ours = play_term_is_ours();

    if (ours && keys->away)
        play_term_again();
    if (keys->watch && ours == keys->away)
        wire_watch_pause(keys->watch, !ours);
    keys->away = !ours;
    return ours;
}

static void on_look(void *ctx)
{
    struct play_key_watch *keys = ctx;

    (void)is_ours(keys);
    wire_timer_set(keys->net, &keys->look, wire_now(keys->net) + LOOK_NS);
}

static void on_stdin(void *ctx, int fd)
{
    struct play_key_watch *keys = ctx;
    uint8_t bytes[64];
    ssize_t n;

    if (!is_ours(keys))
        return;
    n = read(fd, bytes, sizeof(bytes));
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) { /* the terminal has gone */
        wire_timer_cancel(keys->net, &keys->look);
        wire_watch_close(keys->watch);
        keys->watch = NULL;
        return;
    }
    for (ssize_t i = 0; i < n; i++) {
        enum play_key key = play_keys_feed(&keys->keys, bytes[i]);

        if (key != PLAY_KEY_NONE)
            keys->take(keys->ctx, key);
    }
}

enum td_code play_key_watch_open(struct play_key_watch **out,
                                 struct wire_net *net,
                                 void (*take)(void *ctx, enum play_key key),
                                 void *ctx, struct td_error *err)
{
    struct play_key_watch *keys;
    enum td_code code = play_term_open(STDIN_FILENO, true, err);

    if (code)
        return code;
    keys = td_calloc(1, sizeof(*keys));
    keys->net = net;
    keys->take = take;
    keys->ctx = ctx;
    keys->look = (struct wire_timer){.fire = on_look, .ctx = keys};
    *out = keys;
    code = wire_watch_fd(net, STDIN_FILENO, on_stdin, keys, &keys->watch, err);
    if (code == TD_OK)
        wire_timer_set(net, &keys->look, wire_now(net) + LOOK_NS);
    return code;
}

void play_key_watch_close(struct play_key_watch *keys)
{
    if (!keys)
        return;
    wire_timer_cancel(keys->net, &keys->look);
    if (keys->watch)
        wire_watch_close(keys->watch);
    play_term_close();
    free(keys);
}
