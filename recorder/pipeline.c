/* The way of an event from a source to the tape. */
#include "core/log.h"
#include "recorder/recorder_internal.h"
#include "wire/event/control_payload.h"

#include <inttypes.h>
#include <stdio.h>

#define RETRY_NS   TD_NS_PER_MS /* while the tape takes nothing */
#define SIZE_EVERY 64 /* events between two looks at the file's size */
#define DISK_EVERY (1024 * 1024) /* bytes between two looks at the disk */

/* ---- towards the tape ---- */

/* The event is on the tape: its number there, and its time, which the writer
 * does not let go back.
 */
static void note_written(struct rec_recorder *rec, const struct td_event *ev)
{
    rec->written++;
    if (ev->at_ns > rec->written_ns)
        rec->written_ns = ev->at_ns;
}

static TD_APART void tell_watch(struct rec_recorder *rec,
                                const struct td_event *ev)
{
    struct td_event own = *ev;

    own.seq = rec->written;
    own.at_ns = rec->written_ns;
    if (td_sink_put(rec->options.watch, &own, NULL) == TD_FAILED)
        rec->refused = true; /* sources are stopped when no event is in hand */
}

static enum td_code put_event(struct rec_recorder *rec,
                              const struct td_event *ev, struct td_error *err)
{
    enum td_code code = rec_output_put(rec->output, ev, err);

    if (code)
        return code;
    note_written(rec, ev);
    if (rec->options.watch.put)
        tell_watch(rec, ev);
    return TD_OK;
}

/* A line that is too long for a tape is one event lost, not the end. */
static enum td_code lose_long(struct rec_recorder *rec,
                              const struct td_event *ev, struct td_error *err)
{
    char text[160];
    int len = snprintf(text, sizeof(text),
                       "{\"count\":1,\"why\":\"a message of %zu bytes does not "
                       "fit on a tape line\"}",
                       ev->payload.len);
    struct td_event lost = {.at_ns = ev->at_ns,
                            .conn = ev->conn,
                            .dir = ev->dir,
                            .form = TD_FORM_JSON,
                            .kind = td_text(TD_KIND_LOST),
                            .payload = td_bytes(text, (size_t)len)};

    rec->stats.lost++;
    rec_output_lost(rec->output, 1);
    return put_event(rec, &lost, err);
}

static enum td_code write_event(struct rec_recorder *rec,
                                const struct td_event *ev, struct td_error *err)
{
    enum td_code code = put_event(rec, ev, err);

    return code == TD_LIMIT ? lose_long(rec, ev, err) : code;
}

void rec_pause(struct rec_recorder *rec, bool paused)
{
    if (rec->paused == paused)
        return;
    rec->paused = paused;
    for (struct rec_source *s = rec->sources; s; s = s->next)
        if (!s->over)
            s->ops->pause(s, paused);
}

/* What dropping policies lost since the last time, for the tape's totals. */
static void settle_lost(struct rec_recorder *rec, uint64_t before)
{
    uint64_t lost = rec->load.lost - before;

    rec->stats.lost += lost;
    if (lost && rec->output)
        rec_output_lost(rec->output, lost);
}

/* Write what waits, as far as the tape takes it; all of it when forced. */
void rec_drain(struct rec_recorder *rec, bool all)
{
    struct td_event ev;
    struct td_error err = {0};

    while (!rec->broken && (all || rec_output_ready(rec->output)) &&
           rec_overload_next(&rec->load, &ev)) {
        if (write_event(rec, &ev, &err)) {
            rec_fail(rec, &err, true);
            return;
        }
        rec_overload_taken(&rec->load, &ev);
    }
    if (rec_overload_may_go_on(&rec->load))
        rec_pause(rec, false);
}

void rec_on_retry(void *ctx)
{
    struct rec_recorder *rec = ctx;

    rec_drain(rec, false);
    if (rec->refused && !rec->finishing)
        rec_stop(rec, REC_STOP_CHECK);
    if (!rec_overload_empty(&rec->load))
        wire_timer_set(rec->net, &rec->retry, wire_now(rec->net) + RETRY_NS);
}

static enum td_code wait_in_queue(struct rec_recorder *rec,
                                  const struct td_event *ev,
                                  struct td_error *err)
{
    uint64_t before = rec->load.lost;
    enum td_code code = rec_overload_put(&rec->load, ev);

    settle_lost(rec, before);
    if (rec_overload_should_stop(&rec->load))
        rec_pause(rec, true);
    if (!wire_timer_is_set(&rec->retry))
        wire_timer_set(rec->net, &rec->retry, wire_now(rec->net) + RETRY_NS);
    if (code) {
        td_error_set(err, code, rec_path(rec), 0,
                     "events come faster than the tape takes them, and the "
                     "policy is to fail");
        td_error_hint(err, "use --on-overload block, or a faster disk");
    }
    return code;
}

static void keep_in_ring(struct rec_recorder *rec, const struct td_event *ev)
{
    struct td_event old;

    while (rec_queue_first(&rec->ring, &old)) {
        bool aged = old.at_ns + rec->options.snapshot_ns < ev->at_ns;

        if (!aged && rec_queue_fits(&rec->ring, ev))
            break;
        if (!aged && !rec->ring_said) {
            rec->ring_said = true;
            td_log(TD_LOG_WARN,
                   "the snapshot holds less time than asked for: its memory "
                   "is full");
        }
        rec_queue_drop(&rec->ring);
    }
    rec_queue_add(&rec->ring, ev);
}

enum td_code rec_write_ring(struct rec_recorder *rec, struct rec_output *output,
                            uint64_t base_ns, struct td_error *err)
{
    struct td_event ev;
    size_t at = 0;
    enum td_code code = TD_OK;

    while (!code && rec_queue_next(&rec->ring, &at, &ev)) {
        ev.at_ns -= base_ns;
        code = rec_output_put(output, &ev, err);
    }
    return code;
}

static void deliver(struct rec_recorder *rec, const struct td_event *ev)
{
    struct td_error err; /* large, and filled only when needed */

    if (rec->options.snapshot_ns) {
        keep_in_ring(rec, ev);
    } else if (rec_overload_empty(&rec->load) &&
               rec_output_ready(rec->output)) {
        if (write_event(rec, ev, &err))
            rec_fail(rec, &err, true);
    } else if (wait_in_queue(rec, ev, &err)) {
        rec_fail(rec, &err, false);
    }
}

/* ---- from the sources ---- */

void rec_source_add(struct rec_recorder *rec, struct rec_source *source)
{
    source->rec = rec;
    source->next = rec->sources;
    rec->sources = source;
    rec->stats.sources++;
}

/* The first is why the recording ends. */
static void keep_error(struct rec_recorder *rec, struct td_error why)
{
    rec_redact_error(rec->redact, &why);
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
        keep_error(rec, *why);
    if (rec->stats.sources || rec->done)
        return;
    if (!rec->finishing)
        rec->stop = rec->error.code ? REC_STOP_ERROR : REC_STOP_SOURCES;
    rec->finishing = true;
    rec_finish(rec);
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
static bool disk_is_low(struct rec_recorder *rec, uint64_t file_bytes)
{
    if (!rec->options.output.min_free || file_bytes < rec->disk_bytes)
        return false;
    rec->disk_bytes = file_bytes + DISK_EVERY;
    return rec_output_disk_low(rec->output);
}

static enum rec_stop check_file(struct rec_recorder *rec)
{
    uint64_t max = rec->options.limits.max_bytes;
    uint64_t bytes;

    if (!rec->output || rec->stats.events % SIZE_EVERY != 0)
        return REC_STOP_NONE;
    bytes = rec_output_stats(rec->output).file_bytes;
    if (max && bytes >= max)
        return REC_STOP_SIZE;
    return disk_is_low(rec, bytes) ? REC_STOP_DISK : REC_STOP_NONE;
}

static void check_limits(struct rec_recorder *rec, const struct td_event *ev)
{
    enum rec_stop stop =
        rec_limits_event(&rec->options.limits, ev, rec->stats.events);

    if (!stop)
        stop = check_file(rec);
    if (rec->refused)
        stop = REC_STOP_CHECK;
    if (stop)
        rec_stop(rec, stop);
}

/* The first that is worth a tape. */
static void begin(struct rec_recorder *rec)
{
    struct td_error err = {0};

    rec->worth = true;
    if (rec->output && rec_output_begin(rec->output, &err))
        rec_fail(rec, &err, true);
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
    rec_event_name_read(&rec->namer, &own);
    rec_redact_event(rec->redact, &own);
    if (plain) {
        rec->stats.events++;
        rec->stats.payload_bytes += own.payload.len;
        rec->last_ns = rec_now(rec);
    }
    deliver(rec, &own);
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

void rec_source_lost(struct rec_source *source, uint64_t count, const char *why)
{
    struct rec_recorder *rec = source->rec;
    struct td_buf json = {0};

    event_payload_lost(&json, count, why);
    rec->stats.lost += count;
    if (rec->output)
        rec_output_lost(rec->output, count);
    rec_source_put_fact(source, TD_KIND_LOST, td_buf_bytes(&json));
    td_buf_release(&json);
}
