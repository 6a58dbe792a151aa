/* An execution by its journal, for those that only look. */
#include "orchestrator/journal/fold.h"
#include "orchestrator/plan/load.h"
#include "orchestrator/run/folder.h"
#include "orchestrator/run/look.h"

#include <jansson.h>

static enum td_code on_created(void *ctx, struct td_bytes plan,
                               struct td_bytes options, struct td_error *err)
{
    struct run_past *past = ctx;
    struct sched_options how = {.execution = "", .workers = 1, .cache = true};
    json_t *told;

    if (past->sched)
        return td_error_set(err, TD_FORMAT, "", 0, "it begins twice");
    if (plan_parse(&past->plan, "journal", plan, NULL, err))
        return err->code;
    told = json_loadb((const char *)options.ptr, options.len, 0, NULL);
    how.waves = json_is_true(json_object_get(told, "waves"));
    how.fail_fast = json_is_true(json_object_get(told, "fail_fast"));
    json_decref(told);
    past->sched = sched_new(&past->plan, &how);
    return TD_OK;
}

static enum td_code on_event(void *ctx, const struct sched_event *ev,
                             struct td_error *err)
{
    struct run_past *past = ctx;

    past->at_ns = ev->at_ns > past->at_ns ? ev->at_ns : past->at_ns;
    return sched_apply(past->sched, ev, err);
}

enum td_code run_past_read(struct run_past *out, const char *journal,
                           struct td_error *err)
{
    static const struct journal_listener listener = {.created = on_created,
                                                     .event = on_event};
    struct journal_found found;

    if (journal_fold(journal, NULL, &listener, out, &found, err))
        return err->code;
    out->finished = found.finished;
    if (!found.finished && run_holder(journal) > 0)
        out->at_ns = found.mark.at_ns;
    out->start_wall_ns = found.start_wall_ns;
    journal_found_release(&found);
    return TD_OK;
}

void run_past_release(struct run_past *past)
{
    sched_free(past->sched);
    plan_release(&past->plan);
    *past = (struct run_past){.at_ns = 0};
}
