#include "replayer/progress.h"

#include "core/mem.h"
#include "core/terminal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define REDRAW_NS (200 * TD_NS_PER_MS)

struct play_progress {
    struct wire_net *net;
    struct play_progress_options options;
    struct wire_timer timer;
    struct td_buf line;
};

static void add_clock(struct td_buf *out, uint64_t ns)
{
    uint64_t tenths = ns / (TD_NS_PER_S / 10);

    if (tenths >= 36000)
        (void)td_buf_addf(out, "%" PRIu64 ":", tenths / 36000);
    (void)td_buf_addf(out, "%02u:%02u.%u", (unsigned)(tenths / 600 % 60),
                      (unsigned)(tenths / 10 % 60), (unsigned)(tenths % 10));
}

/* Millionths as a number with two digits behind the point at most. */
static void add_rate(struct td_buf *out, uint64_t millionths)
{
    uint64_t cents = (millionths + 5000) / 10000;

    (void)td_buf_addf(out, "%" PRIu64, cents / 100);
    if (cents % 10)
        (void)td_buf_addf(out, ".%02u", (unsigned)(cents % 100));
    else if (cents % 100)
        (void)td_buf_addf(out, ".%u", (unsigned)(cents % 100 / 10));
}

static void add_speed(struct td_buf *out, const struct play_view *view)
{
    if (view->eps) {
        add_rate(out, view->eps);
        (void)td_buf_add_text(out, " events/s");
    } else if (view->speed == PLAY_SPEED_MAX) {
        (void)td_buf_add_text(out, "full speed");
    } else {
        (void)td_buf_add_byte(out, 'x');
        add_rate(out, view->speed);
    }
}

/* How much there is, and how far that is. */
static void add_total(struct td_buf *out, uint64_t at_ns, uint64_t last_ns)
{
    uint64_t at = at_ns < last_ns ? at_ns : last_ns;

    if (last_ns == 0)
        return;
    (void)td_buf_add_text(out, " of ");
    add_clock(out, last_ns);
    (void)td_buf_addf(out, ", %u %%",
                      (unsigned)((double)at * 100 / (double)last_ns));
}

enum td_code play_progress_text(struct td_buf *out, struct play_view view,
                                const struct play_lateness *lateness,
                                unsigned consumers,
                                const struct play_progress_options *options)
{
    const char *state = "playing ";

    if (view.paused)
        state = "paused  ";
    else if (view.blocked)
        state = "waiting ";
    (void)td_buf_add_text(out, state);
    add_clock(out, view.at_ns);
    add_total(out, view.at_ns, options->last_ns);
    (void)td_buf_add_text(out, "  ");
    add_speed(out, &view);
    (void)td_buf_addf(out, "  %" PRIu64 " message%s", view.events,
                      view.events == 1 ? "" : "s");
    if (consumers)
        (void)td_buf_addf(out, "  %u consumer%s", consumers,
                          consumers == 1 ? "" : "s");
    if (lateness->count) {
        (void)td_buf_add_text(out, "  late p99 ");
        (void)td_duration_format(out, play_lateness_quantile(lateness, 990));
    }
    if (options->keys)
        (void)td_buf_add_text(out, "  ? keys");
    return out->len ? TD_OK : TD_LIMIT;
}

static void draw(void *ctx)
{
    struct play_progress *p = ctx;
    const struct play_progress_options *o = &p->options;

    td_buf_clear(&p->line);
    (void)play_progress_text(&p->line, play_player_view(o->player),
                             &play_player_stats(o->player)->lateness,
                             o->serve ? play_serve_consumers(o->serve) : 0, o);
    /* A terminal that has gone has nobody to tell. */
    if (td_term_line(STDERR_FILENO, td_buf_bytes(&p->line)))
        wire_timer_set(p->net, &p->timer, wire_now(p->net) + REDRAW_NS);
}

struct play_progress *
play_progress_new(struct wire_net *net,
                  const struct play_progress_options *options)
{
    struct play_progress *p = td_calloc(1, sizeof(*p));

    p->net = net;
    p->options = *options;
    p->timer = (struct wire_timer){.fire = draw, .ctx = p};
    wire_timer_set(net, &p->timer, 0);
    return p;
}

void play_progress_free(struct play_progress *progress)
{
    if (!progress)
        return;
    wire_timer_cancel(progress->net, &progress->timer);
    (void)td_term_line(STDERR_FILENO, td_text(""));
    td_buf_release(&progress->line);
    free(progress);
}
