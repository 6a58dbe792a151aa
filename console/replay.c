/* The command replay: another tape. */
#include "console/console_internal.h"
#include "console/play.h"
#include "console/terminal.h"
#include "core/mem.h"
#include "replayer/schedule.h"

#include <stdlib.h>

struct replaying {
    const char *tape;
    uint64_t speed;
    bool loop;
    bool step;         /* it stands still: . plays one event */
    const char *start; /* a place of console/places.h; NULL: its start */
};

/* Where it begins, and whether it stands still there. */
static enum td_code begin_at(struct console_play *play,
                             const struct replaying *how, struct td_error *err)
{
    enum td_code code =
        how->start ? console_play_goto(play, how->start, err) : TD_OK;

    /* To go to a place is to stand there. */
    if (code == TD_OK && how->step != (how->start != NULL))
        (void)console_play_key(play, ' ');
    return code;
}

static enum td_code play_here(struct console *c, const struct replaying *how,
                              struct td_error *err)
{
    const char *before = c->options.tape;
    struct seen *seen = c->seen;
    struct console_play *play = NULL;
    char *copy = td_strdup(how->tape);
    enum td_code code;

    c->options.tape = copy;
    c->seen = console_fresh(c);
    code = console_play_open(&play, c, console_terminal_net(c), how->speed,
                             how->loop, err);
    if (code == TD_OK)
        code = begin_at(play, how, err);
    if (code) {
        c->options.tape = before;
        console_play_close(play);
        seen_free(c->seen);
        c->seen = seen;
        free(copy);
        return code;
    }
    console_terminal_set_play(c, play);
    seen_free(seen);
    free(c->replayed);
    c->replayed = copy;
    return TD_OK;
}

/* On a terminal it is played; elsewhere it is told. */
static enum td_code play(struct console *c, const struct words_call *call,
                         struct replaying *how, struct td_error *err)
{
    struct tape_state state;

    how->loop = words_flag(call, "loop");
    how->step = words_flag(call, "step");
    how->start = words_text(call, "start");
    if (c->terminal)
        return play_here(c, how, err);
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
    struct replaying how = {.tape = call->args[0]};
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
