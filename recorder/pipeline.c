#include "recorder/pipeline.h"

#include "core/log.h"

#include <stdio.h>

#define KIND_REDACTED "redacted" /* what the rules of --redact replaced */

/* The event is on the tape: its number there, and its time, which the writer
 * does not let go back.
 */
static void note_written(struct rec_pipeline *p, const struct td_event *ev)
{
    p->written++;
    if (ev->at_ns > p->written_ns)
        p->written_ns = ev->at_ns;
}

static TD_APART void tell_watch(struct rec_pipeline *p,
                                const struct td_event *ev)
{
    struct td_event own = *ev;

    own.seq = p->written;
    own.at_ns = p->written_ns;
    if (td_sink_put(p->watch, &own, NULL) == TD_FAILED)
        p->refused = true; /* sources are stopped when no event is in hand */
}

static enum td_code put_event(struct rec_pipeline *p, const struct td_event *ev,
                              struct td_error *err)
{
    enum td_code code = rec_output_put(p->output, ev, err);

    if (code)
        return code;
    note_written(p, ev);
    if (p->watch.put)
        tell_watch(p, ev);
    return TD_OK;
}

/* A line that is too long for a tape is one event lost, not the end. */
static enum td_code lose_long(struct rec_pipeline *p, const struct td_event *ev,
                              struct td_error *err)
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

    p->lost++;
    rec_output_lost(p->output, 1);
    return put_event(p, &lost, err);
}

static enum td_code write_event(struct rec_pipeline *p,
                                const struct td_event *ev, struct td_error *err)
{
    enum td_code code = put_event(p, ev, err);

    return code == TD_LIMIT ? lose_long(p, ev, err) : code;
}

void rec_pipeline_lost(struct rec_pipeline *p, uint64_t count)
{
    p->lost += count;
    if (count && p->output)
        rec_output_lost(p->output, count);
}

enum td_code rec_pipeline_drain(struct rec_pipeline *p, bool all,
                                struct td_error *err)
{
    struct td_event ev;
    enum td_code code = TD_OK;

    while (!code && (all || rec_output_ready(p->output)) &&
           rec_overload_next(&p->load, &ev)) {
        code = write_event(p, &ev, err);
        if (!code)
            rec_overload_taken(&p->load, &ev);
    }
    if (code)
        return code;
    return rec_overload_empty(&p->load) ? TD_OK : TD_FULL;
}

static enum td_code wait_in_queue(struct rec_pipeline *p,
                                  const struct td_event *ev,
                                  struct td_error *err)
{
    uint64_t before = p->load.lost;
    enum td_code code = rec_overload_put(&p->load, ev);

    rec_pipeline_lost(p, p->load.lost - before);
    if (!code)
        return TD_FULL;
    td_error_set(err, code, rec_output_path(p->output), 0,
                 "events come faster than the tape takes them, and the "
                 "policy is to fail");
    return td_error_hint(err, "use --on-overload block, or a faster disk");
}

static void keep_in_ring(struct rec_pipeline *p, const struct td_event *ev)
{
    struct td_event old;

    while (rec_queue_first(&p->ring, &old)) {
        bool aged = old.at_ns + p->snapshot_ns < ev->at_ns;

        if (!aged && rec_queue_fits(&p->ring, ev))
            break;
        if (!aged && !p->ring_said) {
            p->ring_said = true;
            td_log(TD_LOG_WARN,
                   "the snapshot holds less time than asked for: its memory "
                   "is full");
        }
        rec_queue_drop(&p->ring);
    }
    rec_queue_add(&p->ring, ev);
}

enum td_code rec_pipeline_write_ring(const struct rec_pipeline *p,
                                     struct rec_output *output,
                                     uint64_t base_ns, struct td_error *err)
{
    struct td_event ev;
    size_t at = 0;
    enum td_code code = TD_OK;

    while (!code && rec_queue_next(&p->ring, &at, &ev)) {
        ev.at_ns -= base_ns;
        code = rec_output_put(output, &ev, err);
    }
    return code;
}

static enum td_code deliver(struct rec_pipeline *p, const struct td_event *ev,
                            struct td_error *err)
{
    if (p->snapshot_ns) {
        keep_in_ring(p, ev);
        return TD_OK;
    }
    if (rec_overload_empty(&p->load) && rec_output_ready(p->output))
        return write_event(p, ev, err);
    return wait_in_queue(p, ev, err);
}

enum td_code rec_pipeline_put(struct rec_pipeline *p, struct td_event *ev,
                              struct td_error *err)
{
    rec_event_name_read(&p->namer, ev);
    rec_redact_event(p->redact, ev);
    return deliver(p, ev, err);
}

enum td_code rec_pipeline_report(struct rec_pipeline *p, uint64_t at_ns,
                                 struct td_error *err)
{
    struct td_buf json = {0};
    struct td_event ev = {.at_ns = at_ns,
                          .dir = TD_DIR_OUT,
                          .form = TD_FORM_JSON,
                          .kind = td_text(KIND_REDACTED)};
    enum td_code code;

    rec_redact_report(p->redact, &json);
    ev.payload = td_buf_bytes(&json);
    code = rec_output_put(p->output, &ev, err);
    td_buf_release(&json);
    return code;
}

void rec_pipeline_release(struct rec_pipeline *p)
{
    rec_redact_close(p->redact);
    rec_event_name_release(&p->namer);
    rec_overload_release(&p->load);
    rec_queue_release(&p->ring);
}
