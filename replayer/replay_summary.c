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

enum td_code play_summary_text(const struct play_run *run, struct td_buf *out)
{
    const struct play_stats *stats = play_player_stats(play_run_player(run));
    struct td_buf damage = {0};

    (void)td_buf_addf(out, "played %" PRIu64 " messages (%" PRIu64 " bytes)",
                      stats->events, stats->bytes);
    text_duration(out, stats);
    if (stats->passes > 1)
        (void)td_buf_addf(out, ", %" PRIu64 " passes", stats->passes);
    (void)td_buf_add_byte(out, '\n');
    if (play_run_serve(run))
        text_consumers(out, play_run_serve(run));
    if (play_run_unfit(run))
        (void)td_buf_addf(out, "%" PRIu64 " could not be sent, the first: %s\n",
                          play_run_unfit(run), play_run_unfit_why(run));
    if (stats->lateness.count)
        (void)play_lateness_text(&stats->lateness, out);
    if (play_source_damage(play_run_source(run), &damage))
        (void)td_buf_addf(out, "the input is damaged: %s\n",
                          td_buf_str(&damage));
    td_buf_release(&damage);
    return out->len ? TD_OK : TD_LIMIT;
}

static void json_consumer(struct td_buf *out,
                          const struct play_consumer_stats *c)
{
    (void)td_buf_add_text(out, "{\"address\":\"");
    (void)td_json_escape(out, td_text(c->address));
    (void)td_buf_addf(out,
                      "\",\"dialect\":\"%s\",\"sent\":%" PRIu64
                      ",\"lost\":%" PRIu64 ",\"unfit\":%" PRIu64
                      ",\"missed\":%" PRIu64 ",\"received\":%" PRIu64 "}",
                      c->dialect, c->sent, c->lost, c->unfit, c->missed,
                      c->received);
}

/* A member with a string, or null if it is empty. */
static void json_text(struct td_buf *out, const char *key, const char *text)
{
    (void)td_buf_addf(out, ",\"%s\":%s", key, *text ? "\"" : "null");
    (void)td_json_escape(out, td_text(text));
    (void)td_buf_add_text(out, *text ? "\"" : "");
}

static void json_consumers(struct td_buf *out, const struct play_run *run)
{
    const struct play_serve *serve = play_run_serve(run);
    const struct play_connect *connect = play_run_connect(run);
    struct play_consumer_stats c = {.dialect = "url"};
    uint64_t sent = connect ? play_connect_sent(connect)
                            : play_player_stats(play_run_player(run))->events;

    (void)td_buf_add_text(out, ",\"consumers\":[");
    for (size_t i = 0; serve && play_serve_consumer(serve, i, &c); i++) {
        (void)td_buf_add_text(out, i ? "," : "");
        json_consumer(out, &c);
    }
    if (connect) {
        c.sent = play_connect_sent(connect);
        c.lost = c.unfit = play_connect_unfit(connect);
        c.received = play_connect_received(connect);
        json_consumer(out, &c);
    }
    (void)td_buf_addf(
        out,
        "],\"joined\":%" PRIu64 ",\"delivered\":%" PRIu64 ",\"lost\":%" PRIu64
        ",\"unfit\":%" PRIu64 ",\"missed\":%" PRIu64,
        serve ? play_serve_joined(serve) : 1,
        serve ? play_serve_sent(serve) : sent,
        serve ? play_serve_lost(serve) : play_run_unfit(run),
        play_run_unfit(run), serve ? play_serve_missed(serve) : 0);
    json_text(out, "unfit_why", play_run_unfit_why(run));
}

enum td_code play_summary_json(const struct play_run *run, struct td_buf *out)
{
    const struct play_stats *stats = play_player_stats(play_run_player(run));
    struct td_buf damage = {0};
    bool damaged = play_source_damage(play_run_source(run), &damage);

    (void)td_buf_addf(
        out,
        "{\"read\":%" PRIu64 ",\"events\":%" PRIu64 ",\"bytes\":%" PRIu64
        ",\"passes\":%" PRIu64 ",\"took_ns\":%" PRIu64,
        play_source_seen(play_run_source(run)).read, stats->events,
        stats->bytes, stats->passes, stats->took_ns);
    if (stats->lateness.count) {
        (void)td_buf_addf(
            out, ",\"planned_ns\":%" PRIu64 ",\"late\":", stats->planned_ns);
        (void)play_lateness_json(&stats->lateness, out);
    } else {
        (void)td_buf_add_text(out, ",\"planned_ns\":null,\"late\":null");
    }
    json_consumers(out, run);
    json_text(out, "damage", damaged ? td_buf_str(&damage) : "");
    td_buf_release(&damage);
    return td_buf_add_text(out, "}\n");
}
