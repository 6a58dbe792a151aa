/* replayer/key_watch.h - keys of the terminal of stdin, one by one, for as long
 * as it listens to us.
 *
 * Ctrl-Z and `bg` give the terminal to the shell: then nothing is read and no
 * setting touched, or the process would be stopped for it, and `fg` brings the
 * keys back.
 */
#ifndef REPLAYER_KEY_WATCH_H
#define REPLAYER_KEY_WATCH_H

#include "replayer/key_decoder.h"
#include "wire/net/transport.h"

struct play_key_watch;

/* Take the terminal over (replayer/raw_terminal.h) and call take(ctx, key) for
 * each key, until it is closed. One at a time. TD_IO: *out may be there all the
 * same and is closed as ever.
 */
TD_MUST_CHECK enum td_code
play_key_watch_open(struct play_key_watch **out, struct wire_net *net,
                    void (*take)(void *ctx, enum play_key key), void *ctx,
                    struct td_error *err);
void play_key_watch_close(struct play_key_watch *keys); /* NULL is fine */

#endif
