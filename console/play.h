/* console/play.h - a tape that is played to the console, and can be moved in.
 *
 * A move is a fold to that place: what stood in between is read, not shown.
 */
#ifndef CONSOLE_PLAY_H
#define CONSOLE_PLAY_H

#include "console/console_internal.h"
#include "wire/net/transport.h"

struct console_play;

/* Open the tape of the console's options; play begins at once. moved is called
 * when the fold was made anew. TD_IO, TD_FORMAT. */
TD_MUST_CHECK enum td_code console_play_open(struct console_play **out,
                                             struct console *c,
                                             struct wire_net *net,
                                             uint64_t speed, bool loop,
                                             struct td_error *err);
void console_play_close(struct console_play *play);

/* space + - . , [ ] ! and 0. False: it is no key of a tape. */
bool console_play_key(struct console_play *play, char key);
/* What stands behind an @: "50%", "seq:9", "+10s". TD_USAGE; TD_FAILED: there
 * is no such place. */
TD_MUST_CHECK enum td_code console_play_goto(struct console_play *play,
                                             const char *text,
                                             struct td_error *err);
void console_play_move(struct console_play *play, int64_t by_ns);
/* Behind the last event there is. */
void console_play_to_end(struct console_play *play);

/* The error that ended it; TD_OK: none did. */
const struct td_error *console_play_why(const struct console_play *play);

/* " ▶ 4x  02:13.4/10:32.1  seq 402  space pause ..", one line. */
void console_play_line(const struct console_play *play, struct td_buf *out,
                       const struct panel *v);

#endif
