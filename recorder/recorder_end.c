/* What a recording leaves: the tapes of a snapshot, the end of the tape. */
#include "recorder/recorder_internal.h"

#include <inttypes.h>

/* ---- snapshots ---- */

static enum td_code open_snapshot(struct rec_recorder *rec, const char *path,
                                  struct rec_output **out, struct td_error *err)
{
    const struct rec_snapshot *snapshot = &rec->way.snapshot;
    struct rec_tape_stage stage = {.waits = true};
    enum td_code code = rec_open_output(
        rec, path, rec_snapshot_began_ns(snapshot), &stage.output, err);

    *out = stage.output;
    if (!code)
        code = rec_snapshot_copy(snapshot, rec_tape_stage_sink(&stage), err);
    rec->way.tape.lost += stage.lost;
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
    code = open_snapshot(rec, td_buf_str(&path), &output, err);
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
        rec->way.tape.output,
        rec_stop_ending(rec->error.code ? REC_STOP_ERROR : rec->stop), why,
        stats, &err);
    rec_pipeline_use(&rec->way, NULL);
    rec->broken = rec->broken || code;
    keep_error(rec, code, &err);
}

static bool is_worth_keeping(const struct rec_recorder *rec)
{
    return rec->worth || !rec->error.code || rec->options.output.tape.append;
}

static void write_snapshot(struct rec_recorder *rec)
{
    struct td_error err = {0};
    struct rec_output *output = NULL;
    enum td_code code =
        open_snapshot(rec, rec->options.output.path, &output, &err);

    rec_pipeline_use(&rec->way, output);
    keep_error(rec, code, &err);
}

/* What waits for more goes on without. */
static void finish_redaction(struct rec_recorder *rec)
{
    struct td_error err = {0};
    enum td_code code =
        rec->broken ? TD_OK : rec_redact_finish(rec->way.redact, &err);

    keep_error(rec, code, &err);
    rec->broken = rec->broken || (code && code != TD_LIMIT);
}

static void finish_output(struct rec_recorder *rec, struct rec_result *result)
{
    if (!rec->way.tape.output && rec->way.snapshot.ring.count)
        write_snapshot(rec);
    rec->way.tape.waits = true;
    rec_drain(rec);
    td_buf_add_text(&result->path, rec_path(rec));
    if (!rec->way.tape.output)
        return;
    result->kept = is_worth_keeping(rec);
    if (result->kept) {
        end_tape(rec, &result->stats.output);
    } else {
        rec_output_discard(rec->way.tape.output);
        rec_pipeline_use(&rec->way, NULL);
        result->stats.output = (struct rec_output_stats){0};
    }
}

enum td_code rec_close(struct rec_recorder *rec, struct rec_result *result,
                       struct td_error *err)
{
    struct td_error error;
    uint64_t lost;

    rec_finish(rec);
    finish_redaction(rec);
    *result = (struct rec_result){.stats = rec_stats(rec)};
    finish_output(rec, result);
    result->stop = rec->error.code ? REC_STOP_ERROR : rec->stop;
    error = rec->error;
    result->error = error;
    result->torn = rec->broken;
    lost = rec_pipeline_lost_total(&rec->way);
    rec_free(rec);
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
    rec_output_discard(rec->way.tape.output);
    rec_free(rec);
}
