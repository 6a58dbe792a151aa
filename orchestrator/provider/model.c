#include "orchestrator/provider/model.h"

#include "core/fs.h"

#include <stdio.h>
#include <unistd.h>

static enum td_code open_log(struct prov_model *model,
                             const struct prov_job *job, struct td_error *err)
{
    return job->log ? td_fs_create(&model->log, job->log, TD_FS_REPLACE, err)
                    : TD_OK;
}

enum td_code prov_model_open(struct prov_model *model,
                             const struct prov_job *job, const char *name,
                             bool with_tape, struct td_error *err)
{
    enum td_code code =
        prov_ask_of(&model->ask, job->task, name, with_tape, err);

    if (!code)
        code = open_log(model, job, err);
    if (code)
        prov_model_release(model);
    return code;
}

void prov_model_release(struct prov_model *model)
{
    if (model->log >= 0)
        (void)close(model->log);
    plan_ask_release(&model->ask);
    prov_answer_release(&model->answer);
    *model = (struct prov_model){.log = -1};
}

/* End the attempt for an error here. */
static bool give_up(struct prov_run *run, enum plan_fault fault,
                    const struct td_error *err)
{
    prov_run_fail(run, fault, "%s%s%s", err->where, *err->where ? ": " : "",
                  err->text);
    return false;
}

bool prov_model_read(struct prov_model *model, struct prov_run *run)
{
    struct td_error err;
    enum td_code code = prov_ask_read(&model->ask, run->job->dir, &err);

    if (!code)
        return true;
    return give_up(run, code == TD_IO ? PLAN_NOT_FOUND : PLAN_BAD_REQUEST,
                   &err);
}

/* Write the text up to `end` to the log. */
static bool log_to(struct prov_model *model, struct prov_run *run, size_t end)
{
    const struct td_buf *text = &model->answer.text;
    struct td_error err;

    if (model->log < 0 || end <= model->logged)
        return true;
    if (td_fs_write(model->log,
                    td_bytes(text->ptr + model->logged, end - model->logged),
                    run->job->log, &err))
        return give_up(run, PLAN_INFRASTRUCTURE, &err);
    model->logged = end;
    return true;
}

static size_t half_of(const struct prov_run *run)
{
    return (size_t)(run->job->task->log_max / 2);
}

/* While the answer comes: the first half. */
static bool log_some(struct prov_model *model, struct prov_run *run)
{
    size_t len = model->answer.text.len;
    size_t half = half_of(run);

    return log_to(model, run, len < half ? len : half);
}

/* Behind the answer: the rest of it, or its last half. */
static bool log_rest(struct prov_model *model, struct prov_run *run)
{
    size_t len = model->answer.text.len;
    size_t half = half_of(run);
    char line[64];
    struct td_error err;

    if (model->log < 0 || len - model->logged <= half)
        return log_to(model, run, len);
    (void)snprintf(line, sizeof(line), "\n... %zu bytes are missing here ...\n",
                   len - half - model->logged);
    if (td_fs_write(model->log, td_text(line), run->job->log, &err))
        return give_up(run, PLAN_INFRASTRUCTURE, &err);
    model->logged = len - half;
    return log_to(model, run, len);
}

bool prov_model_take(struct prov_model *model, struct prov_run *run,
                     struct td_bytes message, bool whole)
{
    struct td_error err;
    enum td_code code = whole ? prov_answer_whole(&model->answer, message, &err)
                              : prov_answer_take(&model->answer, message, &err);

    if (code)
        return give_up(run, PLAN_MALFORMED, &err);
    return log_some(model, run);
}

/* Put one file, and say so. */
static bool put(struct prov_run *run, const char *path, struct td_bytes bytes)
{
    struct td_error err;

    if (!run->events->put)
        prov_run_fail(run, PLAN_INFRASTRUCTURE, "nobody takes %s", path);
    else if (run->events->put(run->ctx, path, bytes, &err))
        return give_up(run, PLAN_INFRASTRUCTURE, &err);
    if (!run->ending && run->events->artifact)
        run->events->artifact(run->ctx, td_text(path));
    return !run->ending;
}

/* What of the answer the n-th output gets. */
static bool part_of(const struct prov_model *model, uint32_t n,
                    struct td_bytes *out)
{
    *out = td_buf_bytes(&model->answer.text);
    return !model->ask.blocks || prov_answer_block(*out, n, out);
}

/* Whether there is something for each output. */
static bool has_all(const struct prov_model *model, struct prov_run *run)
{
    const struct plan_words *outputs = &model->ask.outputs;
    struct td_bytes part;
    uint32_t i = 0;

    while (i < outputs->count && part_of(model, i, &part))
        i++;
    if (i < outputs->count)
        prov_run_fail(run, PLAN_MALFORMED,
                      "the answer has no block of code number %u, for %s",
                      i + 1, outputs->list[i]);
    return !run->ending;
}

static bool put_all(const struct prov_model *model, struct prov_run *run)
{
    const struct plan_words *outputs = &model->ask.outputs;
    struct td_bytes part;

    for (uint32_t i = 0; i < outputs->count; i++)
        if (part_of(model, i, &part) && !put(run, outputs->list[i], part))
            return false;
    return true;
}

void prov_model_finish(struct prov_model *model, struct prov_run *run)
{
    struct prov_end end = {0};

    if (!log_rest(model, run))
        return;
    if (!prov_answer_judge(&model->answer, &end)) {
        prov_run_fail(run, end.fault, "%s", end.text);
        return;
    }
    if (has_all(model, run) && put_all(model, run))
        prov_run_end(run, &end);
}
