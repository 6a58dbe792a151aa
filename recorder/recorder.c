#include "recorder/recorder_internal.h"

#include "core/json_writer.h"
#include "core/mem.h"
#include "wire/event/control_payload.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define TICK_MAX_NS   (50 * TD_NS_PER_MS) /* flush, limits, disk */
#define STOP_GRACE_NS (2 * TD_NS_PER_S)   /* for peers to close */
#define RETRY_NS      TD_NS_PER_MS        /* while the tape takes nothing */

struct wire_net *rec_net(const struct rec_recorder *rec)
{
    return rec->net;
}

/* Stop or go on reading, all sources. */
static void pause_sources(struct rec_recorder *rec, bool paused)
{
    if (rec->paused == paused)
        return;
    rec->paused = paused;
    for (struct rec_source *s = rec->sources; s; s = s->next)
        if (!s->over)
            s->ops->pause(s, paused);
}

/* ---- the end ---- */

void rec_finish(struct rec_recorder *rec)
{
    if (rec->done)
        return;
    rec->done = true;
    wire_timer_cancel(rec->net, &rec->tick);
    wire_timer_cancel(rec->net, &rec->retry);
    wire_timer_cancel(rec->net, &rec->grace);
    if (rec->options.done)
        rec->options.done(rec->options.ctx);
}

static void leave(struct rec_source *source)
{
    if (source->ops->leave)
        source->ops->leave(source);
    else if (!source->own_time && source->conn)
        rec_source_say(source, TD_KIND_CLOSE,
                       td_text("{\"reason\":\"it was left: it did "
                               "not end when it was asked to\"}"));
}

/* Sources that do not end are left; the tape says so. */
static void abandon(void *ctx)
{
    struct rec_recorder *rec = ctx;

    for (struct rec_source *s = rec->sources; s; s = s->next)
        if (!s->over)
            leave(s);
    rec_finish(rec);
}

void rec_stop(struct rec_recorder *rec, enum rec_stop why)
{
    if (rec->done)
        return;
    if (rec->finishing || !rec->open_sources) {
        rec->stop = rec->finishing ? rec->stop : why;
        abandon(rec);
        return;
    }
    rec->finishing = true;
    rec->stop = why;
    rec_redact_stop(rec->way.redact);
    wire_timer_set(rec->net, &rec->grace, wire_now(rec->net) + STOP_GRACE_NS);
    pause_sources(rec, false);
    for (struct rec_source *s = rec->sources; s; s = s->next)
        if (!s->over)
            s->ops->stop(s);
}

/* End at once: the tape broke (broken) or the policy says so. */
static void fail(struct rec_recorder *rec, const struct td_error *err,
                 bool broken)
{
    if (!rec->error.code)
        rec->error = *err;
    rec->broken = rec->broken || broken;
    rec->stop = REC_STOP_ERROR;
    rec->finishing = true;
    rec_redact_stop(rec->way.redact);
    rec_finish(rec);
}

void rec_drain(struct rec_recorder *rec)
{
    struct td_error err = {0};
    enum td_code code =
        rec->broken ? TD_OK : td_sink_flush(rec->way.sink, &err);

    if (code && code != TD_AGAIN)
        fail(rec, &err, true);
    else if (rec_overload_may_go_on(&rec->way.load))
        pause_sources(rec, false);
}

/* While the tape takes nothing. */
static void on_retry(void *ctx)
{
    struct rec_recorder *rec = ctx;

    rec_drain(rec);
    if (rec->way.tape.refused && !rec->finishing)
        rec_stop(rec, REC_STOP_CHECK);
    if (rec_pipeline_waits(&rec->way))
        wire_timer_set(rec->net, &rec->retry, wire_now(rec->net) + RETRY_NS);
}

/* The tape was busy: what came waits for it. */
static TD_RARE void hold_back(struct rec_recorder *rec)
{
    rec_pipeline_tell_lost(&rec->way);
    if (rec_overload_should_stop(&rec->way.load))
        pause_sources(rec, true);
    if (!wire_timer_is_set(&rec->retry))
        wire_timer_set(rec->net, &rec->retry, wire_now(rec->net) + RETRY_NS);
}

/* ---- sources ---- */

/* The first is why the recording ends. */
static void keep_source_error(struct rec_recorder *rec, struct td_error why)
{
    rec_redact_error(rec->way.redact, &why);
    if (!rec->error.code)
        rec->error = why;
    else if (rec->options.trouble)
        rec->options.trouble(rec->options.ctx, &why);
}

void rec_source_over(struct rec_source *source, const struct td_error *why)
{
    struct rec_recorder *rec = source->rec;

    if (source->over)
        return;
    source->over = true;
    rec->open_sources--;
    if (why && why->code && !rec->finishing)
        keep_source_error(rec, *why);
    if (rec->open_sources || rec->done)
        return;
    if (!rec->finishing)
        rec->stop = rec->error.code ? REC_STOP_ERROR : REC_STOP_SOURCES;
    rec->finishing = true;
    rec_finish(rec);
}

uint32_t rec_source_conn(struct rec_source *source)
{
    return ++source->rec->conns;
}

uint64_t rec_source_now(const struct rec_source *source)
{
    return rec_now(source->rec);
}

void rec_source_exchanges(struct rec_source *source, uint64_t count)
{
    source->rec->exchanges = count;
}

/* Number of the connection that ev is on. */
static uint32_t conn_of(struct rec_source *source, const struct td_event *ev)
{
    struct rec_recorder *rec = source->rec;
    uint32_t conn;

    if (source->own_time || source->own_conns)
        return ev->conn;
    if (!source->conn)
        source->conn = ++rec->conns;
    conn = source->conn;
    if (!ev->ns.len && td_bytes_is(ev->kind, TD_KIND_CLOSE))
        source->conn = 0;
    return conn;
}

static void obey_limits(struct rec_recorder *rec)
{
    enum rec_stop stop = rec->way.limits.stop;

    if (rec->way.tape.refused)
        stop = REC_STOP_CHECK;
    if (stop)
        rec_stop(rec, stop);
}

/* The way to the tape has ended with an error. */
static TD_RARE enum td_code give_up(struct rec_recorder *rec,
                                    struct td_error *why)
{
    rec_pipeline_tell_lost(&rec->way);
    if (!why->where[0])
        (void)snprintf(why->where, sizeof(why->where), "%s", rec_path(rec));
    fail(rec, why, why->code != TD_LIMIT);
    return TD_END;
}

/* The first that is worth a tape. */
static void begin(struct rec_recorder *rec)
{
    struct td_error err = {0};

    rec->worth = true;
    if (rec->way.tape.output && rec_output_begin(rec->way.tape.output, &err))
        fail(rec, &err, true);
}

/* What a source says becomes an event of the recording: with its connection,
 * its time, what its payload is and what it is called.
 */
static void settle(struct rec_source *source, struct td_event *ev)
{
    struct rec_recorder *rec = source->rec;

    ev->conn = conn_of(source, ev);
    if (!source->own_time)
        ev->at_ns = rec_now(rec);
    if (td_event_is_plain(ev))
        rec->last_ns = rec_now(rec);
    rec_event_name_read(&rec->namer, ev);
}

static enum td_code take(void *self, const struct td_event *ev,
                         struct td_error *err)
{
    struct rec_source *source = self;
    struct rec_recorder *rec = source->rec;
    struct td_event own = *ev;
    struct td_error why; /* large, and filled only when needed */
    bool plain = td_event_is_plain(ev);
    enum td_code code;

    (void)err;
    if (rec->done || (plain && rec->finishing && rec->stop != REC_STOP_SIGNAL))
        return TD_END;
    if (!rec->worth && !td_bytes_is(ev->kind, TD_KIND_CLOSE))
        begin(rec);
    settle(source, &own);
    code = td_sink_put(rec->way.sink, &own, &why);
    if (code)
        return give_up(rec, &why);
    rec->cut += own.cut > 0;
    if (rec_pipeline_waits(&rec->way))
        hold_back(rec);
    if (plain && !rec->finishing)
        obey_limits(rec);
    return TD_OK;
}

void rec_mark(struct rec_recorder *rec, struct td_bytes name)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);
    struct td_event ev = {.at_ns = rec_now(rec),
                          .dir = TD_DIR_OUT,
                          .form = TD_FORM_JSON,
                          .kind = td_text(TD_KIND_MARKER)};
    struct td_error why;

    if (rec->done)
        return;
    if (!rec->worth)
        begin(rec);
    td_json_object(&w, NULL);
    td_json_put_string(&w, "name", name);
    td_json_object_end(&w);
    ev.payload = td_buf_bytes(&json);
    if (td_sink_put(rec->way.sink, &ev, &why))
        (void)give_up(rec, &why);
    else if (rec_pipeline_waits(&rec->way))
        hold_back(rec);
    td_buf_release(&json);
}

void rec_source_add(struct rec_recorder *rec, struct rec_source *source)
{
    source->rec = rec;
    source->sink = (struct td_sink){.put = take, .self = source};
    source->next = rec->sources;
    rec->sources = source;
    rec->open_sources++;
}

/* Who states a fact need not know whether it is still wanted. */
void rec_source_say(struct rec_source *source, const char *kind,
                    struct td_bytes json)
{
    struct td_event ev = {.dir = TD_DIR_OUT,
                          .form = TD_FORM_JSON,
                          .kind = td_text(kind),
                          .payload = json};

    if (td_sink_put(source->sink, &ev, NULL))
        return;
}
/* NOLINTEND(misc-no-recursion) */

void rec_source_opened(struct rec_source *source, const char *scheme,
                       const char *name)
{
    struct td_buf from = {0};
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    td_buf_addf(&from, "%s%s", scheme, name);
    td_json_object(&w, NULL);
    td_json_put_string(&w, "source", td_buf_bytes(&from));
    td_json_object_end(&w);
    rec_source_say(source, TD_KIND_OPEN, td_buf_bytes(&json));
    td_buf_release(&json);
    td_buf_release(&from);
}

void rec_source_lost(struct rec_source *source, uint64_t count, const char *why)
{
    struct rec_recorder *rec = source->rec;
    struct td_buf json = {0};

    event_payload_lost(&json, count, why);
    rec_pipeline_lost(&rec->way, count);
    rec_source_say(source, TD_KIND_LOST, td_buf_bytes(&json));
    td_buf_release(&json);
}

/* ---- time ---- */

/* A process that was held up finds its time over and events waiting: they are
 * read before the timers of the next turn.
 */
static void look_again(struct rec_recorder *rec)
{
    rec->quiet = true;
    wire_timer_set(rec->net, &rec->tick, wire_now(rec->net) + 1);
}

static void on_tick(void *ctx)
{
    struct rec_recorder *rec = ctx;
    uint64_t now = rec_now(rec);
    uint64_t due = rec_limits_due(&rec->way.limits.limits, rec->last_ns);
    struct td_error err = {0};
    enum rec_stop stop;

    if (rec_redact_tick(rec->way.redact, now, &err) ||
        (rec->way.tape.output &&
         rec_output_tick(rec->way.tape.output, now, &err))) {
        fail(rec, &err, true);
        return;
    }
    if (due <= now || due > now + TICK_MAX_NS)
        due = now + TICK_MAX_NS;
    wire_timer_set(rec->net, &rec->tick, rec->start_ns + due);
    stop = rec->way.limits.stop; /* of what had waited */
    if (!stop)
        stop = rec_limit_stage_time(&rec->way.limits, now, rec->last_ns);
    if (stop == REC_STOP_IDLE && !rec->quiet) {
        look_again(rec);
        return;
    }
    rec->quiet = false;
    if (stop && !rec->finishing)
        rec_stop(rec, stop);
}

/* ---- open ---- */

enum td_code rec_open_output(struct rec_recorder *rec, const char *path,
                             uint64_t base_ns, struct rec_output **out,
                             struct td_error *err)
{
    struct rec_output_options options = rec->options.output;

    options.path = path;
    /* Who may wait for the tape need not pay for its speed with its size. */
    options.tape.patient = rec->options.policy == REC_BLOCK;
    options.tape.start_wall_ns = rec->start_wall_ns + base_ns;
    if (rec->options.redact_path) {
        td_buf_clear(&rec->policy);
        rec_redact_policy(rec->way.redact, &rec->policy);
        options.tape.redaction = td_buf_str(&rec->policy);
    }
    return rec_output_open(out, &options, err);
}

void rec_free(struct rec_recorder *rec)
{
    while (rec->sources) {
        struct rec_source *source = rec->sources;

        rec->sources = source->next;
        source->ops->free(source);
    }
    rec_event_name_release(&rec->namer);
    rec_pipeline_release(&rec->way);
    td_buf_release(&rec->policy);
    free(rec);
}

static void init_recorder(struct rec_recorder *rec,
                          const struct rec_options *options)
{
    const struct td_clock *clock = options->output.tape.clock;

    rec->options = *options;
    rec->start_ns = wire_now(rec->net);
    rec->start_wall_ns = td_wall_ns(clock ? clock : td_clock_real());
    rec->tick = (struct wire_timer){.fire = on_tick, .ctx = rec};
    rec->retry = (struct wire_timer){.fire = on_retry, .ctx = rec};
    rec->grace = (struct wire_timer){.fire = abandon, .ctx = rec};
    rec->way.limits.limits = options->limits;
    rec->way.limits.min_free = options->output.min_free;
    rec->way.tape.watch = options->watch;
    rec_snapshot_init(&rec->way.snapshot, options->snapshot_ns, REC_RING_MAX);
    rec_overload_init(&rec->way.load, options->policy,
                      options->queue_bytes ? options->queue_bytes
                                           : REC_QUEUE_DEFAULT);
}

/* The output of a recording that is not kept in memory. */
static enum td_code open_first_output(struct rec_recorder *rec,
                                      struct td_error *err)
{
    const char *path = rec->options.output.path;
    struct rec_output *output = NULL;
    enum td_code code = rec_open_output(rec, path, 0, &output, err);

    if (!code && rec_output_disk_low(output)) {
        rec_output_discard(output);
        td_error_set(err, TD_IO, path, 0,
                     "the disk has less space left than --min-free asks for");
        return td_error_hint(err, "free some space, or lower --min-free");
    }
    rec_pipeline_use(&rec->way, output);
    return code;
}

enum td_code rec_open(struct rec_recorder **out, struct wire_net *net,
                      const struct rec_options *options, struct td_error *err)
{
    struct rec_recorder *rec = td_calloc(1, sizeof(*rec));
    const char *pointer =
        options->name_pointer ? options->name_pointer : REC_NAME_POINTER;
    enum td_code code;

    rec->net = net;
    init_recorder(rec, options);
    code = rec_event_name_init(&rec->namer, options->no_names ? NULL : pointer,
                               err);
    if (!code)
        code = rec_redact_open(&rec->way.redact, options->redact_path, err);
    if (!code && !options->snapshot_ns)
        code = open_first_output(rec, err);
    if (code) {
        rec_free(rec);
        return code;
    }
    rec_pipeline_join(&rec->way);
    wire_timer_set(net, &rec->tick, rec->start_ns);
    *out = rec;
    return TD_OK;
}

struct rec_stats rec_stats(const struct rec_recorder *rec)
{
    struct rec_stats stats = {.events = rec->way.limits.events,
                              .payload_bytes = rec->way.limits.payload_bytes,
                              .conns = rec->conns,
                              .exchanges = rec->exchanges,
                              .cut = rec->cut,
                              .sources = rec->open_sources};
    struct td_event first;

    stats.lost = rec_pipeline_lost_total(&rec->way);
    stats.elapsed_ns = rec_now(rec);
    stats.redacted = rec_redact_values(rec->way.redact);
    stats.withheld = rec_redact_withheld(rec->way.redact);
    stats.held = rec_redact_held(rec->way.redact);
    if (rec_queue_first(&rec->way.load.queue, &first) &&
        stats.elapsed_ns > first.at_ns)
        stats.lag_ns = stats.elapsed_ns - first.at_ns;
    if (rec->way.tape.output)
        stats.output = rec_output_stats(rec->way.tape.output);
    return stats;
}

const char *rec_path(const struct rec_recorder *rec)
{
    return rec->way.tape.output ? rec_output_path(rec->way.tape.output)
                                : rec->options.output.path;
}
