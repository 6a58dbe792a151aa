#include "core/json_writer.h"
#include "replayer/refusals.h"
#include "replayer/run.h"

#include "core/json.h"
#include "core/log.h"

#include <inttypes.h>

static void text_duration(struct td_buf *out, const struct play_stats *stats)
{
    (void)td_buf_add_text(out, " in ");
    (void)td_duration_format(out, stats->took_ns);
    if (!stats->lateness.count)
        return;
    (void)td_buf_add_text(out, ", planned ");
    (void)td_duration_format(out, stats->planned_ns);
}

static void text_consumer(struct td_buf *out,
                          const struct play_consumer_stats *c)
{
    (void)td_buf_add_text(out, "consumer ");
    (void)td_text_clean(out, td_text(c->address));
    (void)td_buf_addf(out, " %s: %" PRIu64 " sent", c->dialect, c->sent);
    if (c->lost)
        (void)td_buf_addf(out, ", %" PRIu64 " LOST", c->lost);
    if (c->unfit)
        (void)td_buf_addf(out, " (%" PRIu64 " do not fit what it speaks)",
                          c->unfit);
    if (c->missed)
        (void)td_buf_addf(out, ", %" PRIu64 " missed: it %s", c->missed,
                          c->gone ? "came late or left early" : "came late");
    if (c->received)
        (void)td_buf_addf(out, ", %" PRIu64 " received", c->received);
    (void)td_buf_add_byte(out, '\n');
}

#define CONSUMERS_SHOWN 20

static void text_consumers(struct td_buf *out, const struct play_serve *serve)
{
    struct play_consumer_stats c;
    uint64_t joined = play_serve_joined(serve);

    for (size_t i = 0; i < CONSUMERS_SHOWN; i++)
        if (play_serve_consumer(serve, i, &c))
            text_consumer(out, &c);
    if (joined > CONSUMERS_SHOWN)
        (void)td_buf_addf(out,
                          "%" PRIu64 " consumers in all, %" PRIu64
                          " deliveries, %" PRIu64 " lost, %" PRIu64 " missed\n",
                          joined, play_serve_sent(serve),
                          play_serve_lost(serve), play_serve_missed(serve));
    if (joined == 0)
        (void)td_buf_add_text(out, "no consumer came\n");
}

static void text_served(struct td_buf *out, const struct play_serve *serve)
{
    if (play_serve_changed(serve))
        (void)td_buf_addf(out,
                          "%" PRIu64 " did not arrive as on the tape, the "
                          "first: %s\n",
                          play_serve_changed(serve),
                          play_serve_changed_why(serve));
    play_refusals_text(play_serve_refusals(serve), out);
}

enum td_code play_summary_text(const struct play_run *run, struct td_buf *out)
{
    const struct play_stats *stats = play_player_stats(play_run_player(run));
    struct td_buf damage = {0};

    (void)td_buf_addf(out, "played %" PRIu64 " message%s (%" PRIu64 " bytes)",
                      stats->events, stats->events == 1 ? "" : "s",
                      stats->bytes);
    text_duration(out, stats);
    if (stats->passes > 1)
        (void)td_buf_addf(out, ", %" PRIu64 " passes", stats->passes);
    (void)td_buf_add_byte(out, '\n');
    if (play_run_serve(run))
        text_consumers(out, play_run_serve(run));
    if (play_run_unfit(run))
        (void)td_buf_addf(out, "%" PRIu64 " could not be sent, the first: %s\n",
                          play_run_unfit(run), play_run_unfit_why(run));
    if (play_run_serve(run))
        text_served(out, play_run_serve(run));
    if (play_run_faults(run))
        play_fault_rules_say(play_run_faults(run), out);
    if (play_run_shift(run))
        play_shift_say(play_run_shift(run),
                       play_source_shifted(play_run_source(run)), out);
    if (stats->lateness.count)
        (void)play_lateness_text(&stats->lateness, out);
    if (play_source_damage(play_run_source(run), &damage))
        (void)td_buf_addf(out, "the input is damaged: %s\n",
                          td_buf_str(&damage));
    td_buf_release(&damage);
    return out->len ? TD_OK : TD_LIMIT;
}

static void json_consumer(struct td_json_writer *w,
                          const struct play_consumer_stats *c)
{
    td_json_object(w, NULL);
    td_json_put_text(w, "address", c->address);
    td_json_put_text(w, "dialect", c->dialect);
    td_json_put_u64(w, "sent", c->sent);
    td_json_put_u64(w, "lost", c->lost);
    td_json_put_u64(w, "unfit", c->unfit);
    td_json_put_u64(w, "changed", c->changed);
    td_json_put_u64(w, "missed", c->missed);
    td_json_put_u64(w, "received", c->received);
    td_json_object_end(w);
}

/* A member with a string, or null if it is empty. */
static void json_text(struct td_json_writer *w, const char *key,
                      const char *text)
{
    td_json_put_text_or_null(w, key, *text ? text : NULL);
}

static void json_consumers(struct td_json_writer *w, const struct play_run *run)
{
    const struct play_serve *serve = play_run_serve(run);
    const struct play_connect *connect = play_run_connect(run);
    struct play_consumer_stats c = {.dialect = "url"};
    uint64_t sent = connect ? play_connect_sent(connect)
                            : play_player_stats(play_run_player(run))->events;

    td_json_array(w, "consumers");
    for (size_t i = 0; serve && play_serve_consumer(serve, i, &c); i++)
        json_consumer(w, &c);
    if (connect) {
        c.sent = play_connect_sent(connect);
        c.lost = c.unfit = play_connect_unfit(connect);
        c.received = play_connect_received(connect);
        json_consumer(w, &c);
    }
    td_json_array_end(w);
    td_json_put_u64(w, "joined", serve ? play_serve_joined(serve) : 1);
    td_json_put_u64(w, "delivered", serve ? play_serve_sent(serve) : sent);
    td_json_put_u64(w, "lost",
                    serve ? play_serve_lost(serve) : play_run_unfit(run));
    td_json_put_u64(w, "unfit", play_run_unfit(run));
    td_json_put_u64(w, "missed", serve ? play_serve_missed(serve) : 0);
    json_text(w, "unfit_why", play_run_unfit_why(run));
    td_json_put_u64(w, "changed", serve ? play_serve_changed(serve) : 0);
    json_text(w, "changed_why", serve ? play_serve_changed_why(serve) : "");
    if (serve)
        play_refusals_json(play_serve_refusals(serve), w, "refused");
}

void play_summary_json(const struct play_run *run, struct td_json_writer *w)
{
    const struct play_stats *stats = play_player_stats(play_run_player(run));
    struct td_buf damage = {0};
    bool damaged = play_source_damage(play_run_source(run), &damage);

    td_json_put_u64(w, "read", play_source_seen(play_run_source(run)).read);
    td_json_put_u64(w, "events", stats->events);
    td_json_put_u64(w, "bytes", stats->bytes);
    td_json_put_u64(w, "passes", stats->passes);
    td_json_put_u64(w, "took_ns", stats->took_ns);
    if (stats->lateness.count) {
        td_json_put_u64(w, "planned_ns", stats->planned_ns);
        play_lateness_json(&stats->lateness, w, "late");
    } else {
        td_json_put_null(w, "planned_ns");
        td_json_put_null(w, "late");
    }
    json_consumers(w, run);
    if (play_run_faults(run))
        play_fault_rules_json(play_run_faults(run), w, "faults");
    if (play_run_shift(run))
        play_shift_json(play_run_shift(run),
                        play_source_shifted(play_run_source(run)), w,
                        "shifted");
    json_text(w, "damage", damaged ? td_buf_str(&damage) : "");
    td_buf_release(&damage);
}
