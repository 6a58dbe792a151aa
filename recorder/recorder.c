#include "recorder/recorder.h"

#include "core/mem.h"
#include "recorder/pipeline.h"
#include "recorder/source.h"
#include "wire/event/control_payload.h"

#include <inttypes.h>
#include <stdlib.h>

#define TICK_MAX_NS   (50 * TD_NS_PER_MS) /* flush, limits, disk */
#define STOP_GRACE_NS (2 * TD_NS_PER_S)   /* for peers to close */
#define DISK_EVERY_NS TD_NS_PER_S
#define RETRY_NS      TD_NS_PER_MS /* while the tape takes nothing */
#define SIZE_EVERY    64 /* events between two looks at the file's size */
#define DISK_EVERY    (1024 * 1024) /* bytes between two looks at the disk */

struct rec_recorder {
    struct wire_net *net;
    struct rec_options options;
    struct rec_pipeline way;
    struct td_buf policy; /* JSON for the header */
    struct rec_source *sources;
    struct wire_timer tick;
    struct wire_timer retry;
    struct wire_timer grace;
    uint64_t start_ns;
    uint64_t start_wall_ns;
    uint64_t last_ns;    /* time of the last plain event */
    uint64_t disk_ns;    /* of the next look at the disk */
    uint64_t disk_bytes; /* of the file, likewise */
    struct rec_stats stats;
    unsigned dumps;
    enum rec_stop stop;
    struct td_error error; /* the first one */
    bool paused;
    bool quiet;     /* nothing came for idle_ns, when last looked */
    bool worth;     /* something else than a refusal was recorded */
    bool broken;    /* the tape cannot be written */
    bool finishing; /* no more plain events */
    bool done;
};

static uint64_t rec_now(const struct rec_recorder *rec)
{
    return wire_now(rec->net) - rec->start_ns;
}

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

/* Sources have ended or need not be waited for. */
static void finish(struct rec_recorder *rec)
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

/* NOLINTBEGIN(misc-no-recursion): what a limit puts is held to no limit. */
/* Sources that do not end are left; the tape says so. */
static void abandon(void *ctx)
{
    struct rec_recorder *rec = ctx;

    for (struct rec_source *s = rec->sources; s; s = s->next)
        if (!s->over && !s->own_time && s->conn)
            rec_source_put_fact(s, TD_KIND_CLOSE,
                                td_text("{\"reason\":\"it was left: it did "
                                        "not end when it was asked to\"}"));
    finish(rec);
}

void rec_stop(struct rec_recorder *rec, enum rec_stop why)
{
    if (rec->done)
        return;
    if (rec->finishing || !rec->stats.sources) {
        rec->stop = rec->finishing ? rec->stop : why;
        abandon(rec);
        return;
    }
    rec->finishing = true;
    rec->stop = why;
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
    finish(rec);
}

/* Write what waits, as far as the tape takes it; all of it when forced. */
static void drain(struct rec_recorder *rec, bool all)
{
    struct td_error err = {0};
    enum td_code code =
        rec->broken ? TD_OK : rec_pipeline_drain(&rec->way, all, &err);

    if (code && code != TD_FULL)
        fail(rec, &err, true);
    else if (rec_overload_may_go_on(&rec->way.load))
        pause_sources(rec, false);
}

/* While the tape takes nothing. */
static void on_retry(void *ctx)
{
    struct rec_recorder *rec = ctx;

    drain(rec, false);
    if (rec->way.refused && !rec->finishing)
        rec_stop(rec, REC_STOP_CHECK);
    if (!rec_overload_empty(&rec->way.load))
        wire_timer_set(rec->net, &rec->retry, wire_now(rec->net) + RETRY_NS);
}

static void deliver(struct rec_recorder *rec, struct td_event *ev)
{
    struct td_error err; /* large, and filled only when needed */
    enum td_code code = rec_pipeline_put(&rec->way, ev, &err);

    if (!code)
        return;
    if (code != TD_FULL) {
        fail(rec, &err, code != TD_LIMIT);
        return;
    }
    if (rec_overload_should_stop(&rec->way.load))
        pause_sources(rec, true);
    if (!wire_timer_is_set(&rec->retry))
        wire_timer_set(rec->net, &rec->retry, wire_now(rec->net) + RETRY_NS);
}

/* ---- sources ---- */

void rec_source_add(struct rec_recorder *rec, struct rec_source *source)
{
    source->rec = rec;
    source->next = rec->sources;
    rec->sources = source;
    rec->stats.sources++;
}

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
    rec->stats.sources--;
    if (why && why->code && !rec->finishing)
        keep_source_error(rec, *why);
    if (rec->stats.sources || rec->done)
        return;
    if (!rec->finishing)
        rec->stop = rec->error.code ? REC_STOP_ERROR : REC_STOP_SOURCES;
    rec->finishing = true;
    finish(rec);
}

uint32_t rec_source_conn(struct rec_source *source)
{
    return ++source->rec->stats.conns;
}

/* Number of the connection that ev is on. */
static uint32_t conn_of(struct rec_source *source, const struct td_event *ev)
{
    struct rec_recorder *rec = source->rec;
    uint32_t conn;

    if (source->own_time)
        return ev->conn;
    if (!source->conn)
        source->conn = ++rec->stats.conns;
    conn = source->conn;
    if (!ev->ns.len && td_bytes_is(ev->kind, TD_KIND_CLOSE))
        source->conn = 0;
    return conn;
}

/* The clock looks at the disk, too, but a fast stream fills it in between. */
static bool disk_fills(struct rec_recorder *rec, uint64_t file_bytes)
{
    if (!rec->options.output.min_free || file_bytes < rec->disk_bytes)
        return false;
    rec->disk_bytes = file_bytes + DISK_EVERY;
    return rec_output_disk_low(rec->way.output);
}

static enum rec_stop check_file(struct rec_recorder *rec)
{
    uint64_t max = rec->options.limits.max_bytes;
    uint64_t bytes;

    if (!rec->way.output || rec->stats.events % SIZE_EVERY != 0)
        return REC_STOP_NONE;
    bytes = rec_output_stats(rec->way.output).file_bytes;
    if (max && bytes >= max)
        return REC_STOP_SIZE;
    return disk_fills(rec, bytes) ? REC_STOP_DISK : REC_STOP_NONE;
}

static void check_limits(struct rec_recorder *rec, const struct td_event *ev)
{
    enum rec_stop stop =
        rec_limits_event(&rec->options.limits, ev, rec->stats.events);

    if (!stop)
        stop = check_file(rec);
    if (rec->way.refused)
        stop = REC_STOP_CHECK;
    if (stop)
        rec_stop(rec, stop);
}

/* The first that is worth a tape. */
static void begin(struct rec_recorder *rec)
{
    struct td_error err = {0};

    rec->worth = true;
    if (rec->way.output && rec_output_begin(rec->way.output, &err))
        fail(rec, &err, true);
}

void rec_source_put(struct rec_source *source, const struct td_event *ev)
{
    struct rec_recorder *rec = source->rec;
    struct td_event own = *ev;
    bool plain = td_event_is_plain(ev);

    if (rec->done || (plain && rec->finishing && rec->stop != REC_STOP_SIGNAL))
        return;
    if (!rec->worth && !td_bytes_is(ev->kind, TD_KIND_CLOSE))
        begin(rec);
    own.conn = conn_of(source, ev);
    if (!source->own_time)
        own.at_ns = rec_now(rec);
    deliver(rec, &own);
    if (plain) {
        rec->stats.events++;
        rec->stats.payload_bytes += own.payload.len;
        rec->last_ns = rec_now(rec);
    }
    if (plain && !rec->finishing)
        check_limits(rec, &own);
}

void rec_source_put_fact(struct rec_source *source, const char *kind,
                         struct td_bytes json)
{
    struct td_event ev = {.dir = TD_DIR_OUT,
                          .form = TD_FORM_JSON,
                          .kind = td_text(kind),
                          .payload = json};

    rec_source_put(source, &ev);
}
/* NOLINTEND(misc-no-recursion) */

void rec_source_lost(struct rec_source *source, uint64_t count, const char *why)
{
    struct rec_recorder *rec = source->rec;
    struct td_buf json = {0};

    event_payload_lost(&json, count, why);
    rec_pipeline_lost(&rec->way, count);
    rec_source_put_fact(source, TD_KIND_LOST, td_buf_bytes(&json));
    td_buf_release(&json);
}

/* ---- time ---- */

static bool disk_is_low(struct rec_recorder *rec, uint64_t now)
{
    if (!rec->options.output.min_free || now < rec->disk_ns)
        return false;
    rec->disk_ns = now + DISK_EVERY_NS;
    return rec_output_disk_low(rec->way.output);
}

static enum rec_stop time_to_stop(struct rec_recorder *rec, uint64_t now)
{
    const struct rec_limits *limits = &rec->options.limits;
    enum rec_stop stop = rec_limits_time(limits, now, rec->last_ns);

    if (stop || !rec->way.output)
        return stop;
    if (limits->max_bytes &&
        rec_output_stats(rec->way.output).file_bytes >= limits->max_bytes)
        return REC_STOP_SIZE;
    return disk_is_low(rec, now) ? REC_STOP_DISK : REC_STOP_NONE;
}

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
    uint64_t due = rec_limits_due(&rec->options.limits, rec->last_ns);
    struct td_error err = {0};
    enum rec_stop stop;

    if (rec->way.output && rec_output_tick(rec->way.output, now, &err)) {
        fail(rec, &err, true);
        return;
    }
    if (due <= now || due > now + TICK_MAX_NS)
        due = now + TICK_MAX_NS;
    wire_timer_set(rec->net, &rec->tick, rec->start_ns + due);
    stop = time_to_stop(rec, now);
    if (stop == REC_STOP_IDLE && !rec->quiet) {
        look_again(rec);
        return;
    }
    rec->quiet = false;
    if (stop && !rec->finishing)
        rec_stop(rec, stop);
}

/* ---- open ---- */

/* base_ns: the moment of the recording that is time 0 of this output. */
static enum td_code open_output(struct rec_recorder *rec, const char *path,
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

static void free_recorder(struct rec_recorder *rec)
{
    while (rec->sources) {
        struct rec_source *source = rec->sources;

        rec->sources = source->next;
        source->ops->free(source);
    }
    rec_pipeline_release(&rec->way);
    td_buf_release(&rec->policy);
    free(rec);
}

enum td_code rec_open(struct rec_recorder **out, struct wire_net *net,
                      const struct rec_options *options, struct td_error *err)
{
    struct rec_recorder *rec = td_calloc(1, sizeof(*rec));
    const struct td_clock *clock = options->output.tape.clock;
    const char *pointer =
        options->name_pointer ? options->name_pointer : REC_NAME_POINTER;
    enum td_code code;

    rec->net = net;
    rec->options = *options;
    rec->way.watch = options->watch;
    rec->way.snapshot_ns = options->snapshot_ns;
    rec->start_ns = wire_now(net);
    rec->start_wall_ns = td_wall_ns(clock ? clock : td_clock_real());
    rec->tick = (struct wire_timer){.fire = on_tick, .ctx = rec};
    rec->retry = (struct wire_timer){.fire = on_retry, .ctx = rec};
    rec->grace = (struct wire_timer){.fire = abandon, .ctx = rec};
    rec_overload_init(&rec->way.load, options->policy,
                      options->queue_bytes ? options->queue_bytes
                                           : REC_QUEUE_DEFAULT);
    rec_queue_init(&rec->way.ring, REC_RING_MAX);
    code = rec_event_name_init(&rec->way.namer,
                               options->no_names ? NULL : pointer, err);
    if (!code)
        code = rec_redact_open(&rec->way.redact, options->redact_path, err);
    if (!code && !options->snapshot_ns)
        code = open_output(rec, options->output.path, 0, &rec->way.output, err);
    if (!code && rec->way.output && rec_output_disk_low(rec->way.output)) {
        td_error_set(err, TD_IO, options->output.path, 0,
                     "the disk has less space left than --min-free asks for");
        code = td_error_hint(err, "free some space, or lower --min-free");
    }
    if (code) {
        rec_output_discard(rec->way.output);
        free_recorder(rec);
        return code;
    }
    wire_timer_set(net, &rec->tick, rec->start_ns);
    *out = rec;
    return TD_OK;
}

struct rec_stats rec_stats(const struct rec_recorder *rec)
{
    struct rec_stats stats = rec->stats;
    struct td_event first;

    stats.lost = rec->way.lost;
    stats.elapsed_ns = rec_now(rec);
    stats.redacted = rec_redact_values(rec->way.redact);
    stats.withheld = rec_redact_withheld(rec->way.redact);
    if (rec_queue_first(&rec->way.load.queue, &first) &&
        stats.elapsed_ns > first.at_ns)
        stats.lag_ns = stats.elapsed_ns - first.at_ns;
    if (rec->way.output)
        stats.output = rec_output_stats(rec->way.output);
    return stats;
}

const char *rec_path(const struct rec_recorder *rec)
{
    return rec->way.output ? rec_output_path(rec->way.output)
                           : rec->options.output.path;
}

/* ---- snapshots ---- */

static enum td_code open_ring_output(struct rec_recorder *rec, const char *path,
                                     struct rec_output **out,
                                     struct td_error *err)
{
    struct td_event first = {0};
    enum td_code code;

    (void)rec_queue_first(&rec->way.ring, &first);
    code = open_output(rec, path, first.at_ns, out, err);
    if (!code)
        code = rec_pipeline_write_ring(&rec->way, *out, first.at_ns, err);
    return code;
}

enum td_code rec_dump(struct rec_recorder *rec, struct td_error *err)
{
    struct rec_output *output = NULL;
    struct td_buf path = {0};
    enum td_code code;

    if (!rec->options.snapshot_ns)
        return td_error_set(err, TD_USAGE, "--snapshot", 0,
                            "the events are not kept in memory");
    rec_output_part(&path, rec->options.output.path, rec->dumps + 1);
    code = open_ring_output(rec, td_buf_str(&path), &output, err);
    if (!code)
        code =
            rec_output_close(output, TAPE_END_CLEAN, "a snapshot", NULL, err);
    else
        rec_output_discard(output);
    rec->dumps += code == TD_OK;
    td_buf_release(&path);
    return code;
}

/* ---- close ---- */

/* An error of the recording stands before one of its end. */
static void keep_error(struct rec_recorder *rec, enum td_code code,
                       const struct td_error *err)
{
    if (code && !rec->error.code)
        rec->error = *err;
}

static void end_tape(struct rec_recorder *rec, struct rec_output_stats *stats)
{
    struct td_error err = {0};
    enum td_code code = TD_OK;
    const char *why;

    if (!rec->broken && rec->options.redact_path)
        code = rec_pipeline_report(&rec->way, rec_now(rec), &err);
    keep_error(rec, code, &err);
    why = rec->error.code ? rec->error.text : rec_stop_text(rec->stop);
    code = rec_output_close(
        rec->way.output,
        rec_stop_ending(rec->error.code ? REC_STOP_ERROR : rec->stop), why,
        stats, &err);
    rec->way.output = NULL;
    rec->broken = rec->broken || code;
    keep_error(rec, code, &err);
}

static bool is_worth_keeping(const struct rec_recorder *rec)
{
    return rec->worth || !rec->error.code || rec->options.output.tape.append;
}

static void finish_output(struct rec_recorder *rec, struct rec_result *result)
{
    struct td_error err = {0};

    if (!rec->way.output && rec->way.ring.count)
        keep_error(rec,
                   open_ring_output(rec, rec->options.output.path,
                                    &rec->way.output, &err),
                   &err);
    drain(rec, true);
    td_buf_add_text(&result->path, rec_path(rec));
    if (!rec->way.output)
        return;
    result->kept = is_worth_keeping(rec);
    if (result->kept) {
        end_tape(rec, &result->stats.output);
    } else {
        rec_output_discard(rec->way.output);
        rec->way.output = NULL;
        result->stats.output = (struct rec_output_stats){0};
    }
}

enum td_code rec_close(struct rec_recorder *rec, struct rec_result *result,
                       struct td_error *err)
{
    struct td_error error;
    uint64_t lost;

    finish(rec);
    *result = (struct rec_result){.stats = rec_stats(rec)};
    finish_output(rec, result);
    result->stop = rec->error.code ? REC_STOP_ERROR : rec->stop;
    error = rec->error;
    result->error = error;
    result->torn = rec->broken;
    lost = rec->way.lost;
    free_recorder(rec);
    if (error.code) {
        if (err)
            *err = error;
        return error.code;
    }
    if (lost)
        return td_error_set(err, TD_LOSSY, td_buf_str(&result->path), 0,
                            "%" PRIu64 " %s lost", lost,
                            lost == 1 ? "event was" : "events were");
    return TD_OK;
}

void rec_abort(struct rec_recorder *rec)
{
    rec->options.done = NULL;
    finish(rec);
    rec_output_discard(rec->way.output);
    free_recorder(rec);
}
