/* What a tape is said to be when it is opened, and whether it is whole. */
#include "console/play_internal.h"

#include <inttypes.h>
#include <stdio.h>

#define TENTH_NS (TD_NS_PER_S / 10)
#define PROOF_NS (50 * TD_NS_PER_MS) /* until it is asked for again */

const char *console_play_clock(char out[CONSOLE_PLAY_SHORT], uint64_t ns)
{
    uint64_t tenths = ns / TENTH_NS;

    (void)snprintf(out, CONSOLE_PLAY_SHORT,
                   "%02" PRIu64 ":%02" PRIu64 ".%" PRIu64, tenths / 600,
                   tenths / 10 % 60, tenths % 10);
    return out;
}

static void put_name(struct console_play *play)
{
    (void)td_buf_add_text(play->c->above, "tape ");
    text_clean(play->c->above, td_text(play->c->options.tape),
               &play->c->options.style);
}

/* "tape run.tape.gz  1904 events, 10:32.1, verified" */
static void say_hello(struct console_play *play)
{
    struct td_buf *above = play->c->above;
    char text[CONSOLE_PLAY_SHORT];
    char count[PANEL_SHORT];

    if (!above || !play->events)
        return;
    put_name(play);
    (void)td_buf_addf(
        above, "  %s event%s, %s%s\n", panel_count(count, play->events),
        play->events == 1 ? "" : "s", console_play_clock(text, play->last_ns),
        console_proof_state(play->proof) == CONSOLE_PROOF_WHOLE ? ", verified"
                                                                : "");
}

/* What has been found since, once. */
static void on_proof(void *ctx)
{
    struct console_play *play = ctx;
    struct td_buf *above = play->c->above;
    enum console_proof_state state = console_proof_state(play->proof);

    if (state == CONSOLE_PROOF_OPEN) {
        wire_timer_set(play->net, &play->proving,
                       wire_now(play->net) + PROOF_NS);
        return;
    }
    if (!above || state == CONSOLE_PROOF_NONE)
        return;
    if (state == CONSOLE_PROOF_WHOLE) {
        put_name(play);
        (void)td_buf_add_text(above, "  verified\n");
        return;
    }
    play->damage_told = true;
    (void)td_buf_add_text(above, "! ");
    text_clean(above, td_text(play->c->options.tape), &play->c->options.style);
    (void)td_buf_add_text(above, ": is not whole: ");
    console_proof_say(play->proof, above);
    (void)td_buf_add_text(above, "\n");
}

void console_play_prove(struct console_play *play)
{
    play->proof = console_proof_begin(play->c->options.tape);
    play->proving = (struct wire_timer){.fire = on_proof, .ctx = play};
    say_hello(play);
    if (console_proof_state(play->proof) != CONSOLE_PROOF_WHOLE)
        on_proof(play);
}

void console_play_unprove(struct console_play *play)
{
    if (play->net)
        wire_timer_cancel(play->net, &play->proving);
    console_proof_end(play->proof);
}
