#include "recorder/recorder_internal.h"

#include "core/mem.h"

#include <inttypes.h>
#include <stdlib.h>

#define TICK_MAX_NS   (50 * TD_NS_PER_MS) /* flush, limits, disk */
#define STOP_GRACE_NS (2 * TD_NS_PER_S)   /* for peers to close */
#define DISK_EVERY_NS TD_NS_PER_S

#define KIND_REDACTED "redacted" /* what the rules of --redact replaced */

struct wire_net *rec_net(const struct rec_recorder *rec)
{
    return rec->net;
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

/* Sources that do not end are left; the tape says so. */
static void abandon(struct rec_recorder *rec)
{
    for (struct rec_source *s = rec->sources; s; s = s->next)
        if (!s->over && !s->own_time && s->conn)
            rec_source_put_fact(s, TD_KIND_CLOSE,
                                td_text("{\"reason\":\"it was left: it did "
                                        "not end when it was asked to\"}"));
    rec_finish(rec);
}

static void on_grace(void *ctx)
{
    abandon(ctx);
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
    rec_pause(rec, false);
    for (struct rec_source *s = rec->sources; s; s = s->next)
        if (!s->over)
            s->ops->stop(s);
}

void rec_fail(struct rec_recorder *rec, const struct td_error *err, bool broken)
{
    if (!rec->error.code)
        rec->error = *err;
    rec->broken = rec->broken || broken;
    rec->stop = REC_STOP_ERROR;
    rec->finishing = true;
    rec_finish(rec);
}

/* ---- time ---- */

static bool disk_is_low(struct rec_recorder *rec, uint64_t now)
{
    if (!rec->options.output.min_free || now < rec->disk_ns)
        return false;
    rec->disk_ns = now + DISK_EVERY_NS;
    return rec_output_disk_low(rec->output);
}

static enum rec_stop time_to_stop(struct rec_recorder *rec, uint64_t now)
{
    const struct rec_limits *limits = &rec->options.limits;
    enum rec_stop stop = rec_limits_time(limits, now, rec->last_ns);

    if (stop || !rec->output)
        return stop;
    if (limits->max_bytes &&
        rec_output_stats(rec->output).file_bytes >= limits->max_bytes)
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

    if (rec->output && rec_output_tick(rec->output, now, &err)) {
        rec_fail(rec, &err, true);
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
        rec_redact_policy(rec->redact, &rec->policy);
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
    rec_redact_close(rec->redact);
    rec_event_name_release(&rec->namer);
    rec_overload_release(&rec->load);
    rec_queue_release(&rec->ring);
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
    rec->start_ns = wire_now(net);
    rec->start_wall_ns = td_wall_ns(clock ? clock : td_clock_real());
    rec->tick = (struct wire_timer){.fire = on_tick, .ctx = rec};
    rec->retry = (struct wire_timer){.fire = rec_on_retry, .ctx = rec};
    rec->grace = (struct wire_timer){.fire = on_grace, .ctx = rec};
    rec_overload_init(&rec->load, options->policy,
                      options->queue_bytes ? options->queue_bytes
                                           : REC_QUEUE_DEFAULT);
    rec_queue_init(&rec->ring, REC_RING_MAX);
    code = rec_event_name_init(&rec->namer, options->no_names ? NULL : pointer,
                               err);
    if (!code)
        code = rec_redact_open(&rec->redact, options->redact_path, err);
    if (!code && !options->snapshot_ns)
        code = open_output(rec, options->output.path, 0, &rec->output, err);
    if (!code && rec->output && rec_output_disk_low(rec->output)) {
        td_error_set(err, TD_IO, options->output.path, 0,
                     "the disk has less space left than --min-free asks for");
        code = td_error_hint(err, "free some space, or lower --min-free");
    }
    if (code) {
        rec_output_discard(rec->output);
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

    stats.elapsed_ns = rec_now(rec);
    stats.redacted = rec_redact_values(rec->redact);
    stats.withheld = rec_redact_withheld(rec->redact);
    if (rec_queue_first(&rec->load.queue, &first) &&
        stats.elapsed_ns > first.at_ns)
        stats.lag_ns = stats.elapsed_ns - first.at_ns;
    if (rec->output)
        stats.output = rec_output_stats(rec->output);
    return stats;
}

const char *rec_path(const struct rec_recorder *rec)
{
    return rec->output ? rec_output_path(rec->output)
                       : rec->options.output.path;
}

/* ---- snapshots ---- */

static enum td_code open_ring_output(struct rec_recorder *rec, const char *path,
                                     struct rec_output **out,
                                     struct td_error *err)
{
    struct td_event first = {0};
    enum td_code code;

    (void)rec_queue_first(&rec->ring, &first);
    code = open_output(rec, path, first.at_ns, out, err);
    if (!code)
        code = rec_write_ring(rec, *out, first.at_ns, err);
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

/* How much the rules replaced is known only now: the last event says it. */
static enum td_code put_report(struct rec_recorder *rec, struct td_error *err)
{
    struct td_buf json = {0};
    struct td_event ev = {.at_ns = rec_now(rec),
                          .dir = TD_DIR_OUT,
                          .form = TD_FORM_JSON,
                          .kind = td_text(KIND_REDACTED)};
    enum td_code code;

    rec_redact_report(rec->redact, &json);
    ev.payload = td_buf_bytes(&json);
    code = rec_output_put(rec->output, &ev, err);
    td_buf_release(&json);
    return code;
}

static enum tape_ending ending_of(const struct rec_recorder *rec)
{
    if (rec->error.code)
        return TAPE_END_ERROR;
    if (rec->stop == REC_STOP_SIGNAL)
        return TAPE_END_SIGNAL;
    return rec->stop == REC_STOP_SOURCES || rec->stop == REC_STOP_UNTIL ||
                   rec->stop == REC_STOP_NONE
               ? TAPE_END_CLEAN
               : TAPE_END_LIMIT;
}

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
        code = put_report(rec, &err);
    keep_error(rec, code, &err);
    why = rec->error.code ? rec->error.text : rec_stop_text(rec->stop);
    code = rec_output_close(rec->output, ending_of(rec), why, stats, &err);
    rec->output = NULL;
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

    if (!rec->output && rec->ring.count)
        keep_error(
            rec,
            open_ring_output(rec, rec->options.output.path, &rec->output, &err),
            &err);
    rec_drain(rec, true);
    td_buf_add_text(&result->path, rec_path(rec));
    if (!rec->output)
        return;
    result->kept = is_worth_keeping(rec);
    if (result->kept) {
        end_tape(rec, &result->stats.output);
    } else {
        rec_output_discard(rec->output);
        rec->output = NULL;
        result->stats.output = (struct rec_output_stats){0};
    }
}

enum td_code rec_close(struct rec_recorder *rec, struct rec_result *result,
                       struct td_error *err)
{
    struct td_error error;
    uint64_t lost;

    rec_finish(rec);
    *result = (struct rec_result){.stats = rec_stats(rec)};
    finish_output(rec, result);
    result->stop = rec->error.code ? REC_STOP_ERROR : rec->stop;
    error = rec->error;
    result->error = error;
    result->torn = rec->broken;
    lost = rec->stats.lost;
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
    rec_finish(rec);
    rec_output_discard(rec->output);
    free_recorder(rec);
}
