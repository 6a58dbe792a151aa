/* The command replay: another tape. */
#include "console/console_internal.h"
#include "console/terminal.h"
#include "core/mem.h"
#include "replayer/schedule.h"

#include <stdlib.h>

/* On a terminal it is played; elsewhere it is told. */
enum td_code console_replay(struct console *c, const struct words_call *call,
                            struct td_error *err)
{
    struct tape_state state;
    uint64_t speed;

    if (call->arg_count != 1)
        return td_error_set(err, TD_USAGE, "", 0, "replay: name one tape");
    if (c->server)
        return td_error_set(err, TD_FAILED, "", 0,
                            "replay: a live run is on screen; tapedeck console "
                            "TAPE plays a tape");
    if (play_speed_parse(words_text(call, "speed"), &speed, err))
        return TD_USAGE;
    if (c->terminal)
        return console_terminal_replay(c, call->args[0], speed,
                                       words_flag(call, "loop"), err);
    free(c->replayed);
    c->replayed = td_strdup(call->args[0]);
    c->options.tape = c->replayed;
    seen_clear(c->seen);
    return console_fold(c, true, &state, err);
}
