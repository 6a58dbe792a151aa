#include "recorder/pipeline.h"

void rec_pipeline_join(struct rec_pipeline *p)
{
    p->limits.next =
        p->snapshot.keep_ns
            ? rec_snapshot_sink(&p->snapshot)
            : rec_overload_sink(&p->load, rec_tape_stage_sink(&p->tape));
    p->sink = rec_redact_sink(p->redact, rec_limit_stage_sink(&p->limits));
}

void rec_pipeline_use(struct rec_pipeline *p, struct rec_output *output)
{
    p->tape.output = output;
    p->limits.output = output;
}

void rec_pipeline_lost(struct rec_pipeline *p, uint64_t count)
{
    p->lost_before += count;
    rec_pipeline_tell_lost(p);
}

uint64_t rec_pipeline_lost_total(const struct rec_pipeline *p)
{
    return p->lost_before + p->load.lost + p->tape.lost;
}

/* Of lines that are too long the tape knows by itself. */
void rec_pipeline_tell_lost(struct rec_pipeline *p)
{
    uint64_t lost = p->lost_before + p->load.lost;

    if (lost == p->lost_told || !p->tape.output)
        return;
    rec_output_lost(p->tape.output, lost - p->lost_told);
    p->lost_told = lost;
}

enum td_code rec_pipeline_report(struct rec_pipeline *p, uint64_t at_ns,
                                 struct td_error *err)
{
    struct td_buf json = {0};
    struct td_event ev = {.at_ns = at_ns,
                          .dir = TD_DIR_OUT,
                          .form = TD_FORM_JSON,
                          .kind = td_text(REC_KIND_REDACTED)};
    enum td_code code;

    rec_redact_report(p->redact, &json);
    ev.payload = td_buf_bytes(&json);
    code = rec_output_put(p->tape.output, &ev, err);
    td_buf_release(&json);
    return code;
}

void rec_pipeline_release(struct rec_pipeline *p)
{
    rec_redact_close(p->redact);
    rec_overload_release(&p->load);
    rec_snapshot_release(&p->snapshot);
}
