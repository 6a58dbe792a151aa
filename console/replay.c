/* The command replay: another tape. */
#include "console/console_internal.h"
#include "console/terminal.h"
#include "core/mem.h"
#include "replayer/schedule.h"

#include <stdlib.h>

/* On a terminal it is played; elsewhere it is told. */
static enum td_code play(struct console *c, const struct words_call *call,
                         struct console_replaying *how, struct td_error *err)
{
    struct tape_state state;

    how->loop = words_flag(call, "loop");
    how->step = words_flag(call, "step");
    how->start = words_text(call, "start");
    if (c->terminal)
        return console_terminal_replay(c, how, err);
    if (how->step || how->start)
        return td_error_set(err, TD_FAILED, "", 0,
                            "replay: --step and --start are of a terminal; "
                            "elsewhere all of a tape is told");
    free(c->replayed);
    c->replayed = td_strdup(how->tape);
    c->options.tape = c->replayed;
    seen_clear(c->seen);
    return console_fold(c, true, &state, err);
}

enum td_code console_replay(struct console *c, const struct words_call *call,
                            struct td_error *err)
{
    struct console_replaying how = {.tape = call->args[0]};
    struct td_error why = {0};

    if (call->arg_count != 1)
        return td_error_set(err, TD_USAGE, "", 0, "replay: name one tape");
    if (c->server)
        return td_error_set(err, TD_FAILED, "", 0,
                            "replay: a live run is on screen; tapedeck console "
                            "TAPE plays a tape");
    if (play_speed_parse(words_text(call, "speed"), &how.speed, &why))
        return td_error_set(err, TD_USAGE, "", 0, "replay: --speed: %s%s%s",
                            why.text, *why.hint ? "; " : "", why.hint);
    return play(c, call, &how, err);
}
