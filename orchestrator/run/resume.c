/* An execution that was cut short, from its journal.
 *
 * The journal is folded into the state and into what consoles were told. What
 * was decided and not done, or done and not told, is seen from the two: events
 * that are missing are said; what ended well is looked at again; attempts that
 * were under way are settled: nothing of them may run any more before they are
 * started again.
 *
 * One that is torn gets its end first, for which it may be copied.
 */
#include "orchestrator/run/exec_internal.h"

#include "orchestrator/plan/load.h"
#include "orchestrator/run/folder.h"
#include "orchestrator/run/marks.h"
#include "orchestrator/run/wants.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct resuming {
    struct run_exec *x;
    uint32_t waves; /* that have ended */
};

/* ---- the fold ---- */

/* A retry works where the execution it retries did. */
static void read_place(struct run_exec *x, const json_t *options)
{
    const char *place = json_string_value(json_object_get(options, "place"));

    (void)snprintf(x->home, sizeof(x->home), "%s", place ? place : "");
    if (!run_is_id(x->home))
        (void)snprintf(x->home, sizeof(x->home), "%s", x->id);
}

/* What the order of things depends on stays as it was. */
static enum td_code on_created(void *ctx, struct td_bytes plan,
                               struct td_bytes options, struct td_error *err)
{
    struct resuming *r = ctx;
    struct run_exec *x = r->x;
    json_t *told;

    if (plan_parse(&x->plan, x->path, plan, NULL, err))
        return err->code;
    told = json_loadb((const char *)options.ptr, options.len, 0, NULL);
    run_marks_take(&x->plan, told);
    run_wants_take(&x->options, told);
    read_place(x, told);
    json_decref(told);
    if (run_open_place(x, err) || (x->resumed && run_judge(x, err)))
        return err->code;
    return run_prepare(x, err);
}

static void note_fault(struct run_exec *x, const struct sched_event *ev)
{
    x->tasks[ev->task].fault = *ev;
    x->tasks[ev->task].faults += run_is_told(x, ev);
}

static enum td_code on_event(void *ctx, const struct sched_event *ev,
                             struct td_error *err)
{
    struct resuming *r = ctx;

    if (r->x->peeks)
        return td_error_set(err, TD_CANCELLED, "", 0, "its plan is known");
    r->waves += ev->what == SCHED_WAVE_END;
    if (ev->what == SCHED_LAUNCH) {
        r->x->tasks[ev->task].began_ns = ev->at_ns;
        r->x->tasks[ev->task].begun = false;
    }
    if (ev->what == SCHED_STOP) {
        r->x->tasks[ev->task].stop = ev->fault;
        run_note_late(r->x, ev);
    }
    if (sched_apply(r->x->sched, ev, err))
        return err->code;
    if (ev->what == SCHED_FAULT)
        note_fault(r->x, ev);
    return TD_OK;
}

static enum td_code on_spawned(void *ctx, uint32_t task, int64_t pid,
                               uint64_t start, struct td_error *err)
{
    (void)pid;
    (void)start;
    (void)err;
    ((struct resuming *)ctx)->x->tasks[task].begun = true;
    return TD_OK;
}

static enum td_code on_said(void *ctx, const struct journal_said *said,
                            struct td_error *err)
{
    struct resuming *r = ctx;

    return run_tally_fold(&r->x->tally, &r->x->plan, said, r->x->sched, err);
}

static void on_noted(void *ctx, const struct td_event *line)
{
    struct run_exec *x = ((struct resuming *)ctx)->x;

    if (td_bytes_is(line->name, JOURNAL_JUDGING)) {
        x->judgings++;
        x->gates_told = 0;
    }
    x->gates_told += td_bytes_is(line->name, JOURNAL_GATE_STARTED) ||
                     td_bytes_is(line->name, JOURNAL_GATE_ENDED);
    x->judged |= td_bytes_is(line->name, JOURNAL_JUDGED);
}

enum td_code run_fold(struct run_exec *x, const char *id, struct td_error *err)
{
    static const struct journal_listener listener = {.created = on_created,
                                                     .event = on_event,
                                                     .spawned = on_spawned,
                                                     .said = on_said,
                                                     .noted = on_noted};
    struct resuming r = {.x = x};
    struct journal_found *found = &x->found;
    enum td_code code;

    if (run_id_check(id, err))
        return TD_USAGE;
    run_name(x, id);
    if (access(x->path, F_OK) != 0)
        return td_error_set(err, TD_USAGE, x->path, 0,
                            "there is no execution %s", id);
    journal_found_release(found);
    code = journal_fold(x->path, x->options.clock, &listener, &r, found, err);
    if (code == TD_CANCELLED && x->peeks)
        return TD_OK;
    if (code == TD_FORMAT && !x->sched)
        (void)td_error_hint(err, "nothing of it ran: run its plan again");
    if (code)
        return code;
    x->mark = found->mark;
    x->waves_ended = r.waves;
    x->ended = found->finished && x->tally.finished &&
               (x->judged || x->options.no_validate);
    (void)snprintf(x->boot, sizeof(x->boot), "%s", td_buf_str(&found->boot));
    return TD_OK;
}

/* ---- going on ---- */

static enum td_code open_journal(struct run_exec *x, struct td_error *err)
{
    struct td_buf source = {0};
    struct journal_options options = {
        .clock = x->options.clock, .id = x->id, .fsync = !x->options.no_fsync};
    enum td_code code;

    (void)td_buf_addf(&source, "plan:%s", x->plan.name);
    options.source = td_buf_str(&source);
    code = journal_continue(&x->journal, x->path, &options, &x->mark, err);
    td_buf_release(&source);
    return code;
}

enum td_code run_resume_read(struct run_exec **out, struct wire_net *net,
                             const char *id, const char *root,
                             const struct run_options *options,
                             struct td_error *err)
{
    struct run_exec *x;

    if (run_new(out, net, root, options, err))
        return err->code;
    x = *out;
    x->resumed = true;
    run_name(x, id);
    if (run_is_id(id) && access(x->path, F_OK) == 0 && run_lock(x, err))
        return err->code;
    if (run_fold(x, id, err))
        return err->code;
    return x->found.torn ? journal_seal(x->path, &x->found, err) : TD_OK;
}

static enum td_code go_on(struct run_exec *x, struct td_error *err)
{
    struct sched_event again = {.what = SCHED_RESUMED};

    if (x->ended)
        return td_error_set(err, TD_USAGE, x->id, 0, "it has ended");
    if (run_crew_find(x, err) || open_journal(x, err))
        return err->code;
    again.at_ns = x->mark.at_ns;
    return sched_apply(x->sched, &again, err);
}

enum td_code run_resume_on(struct run_exec **out, struct run_exec *x,
                           struct td_error *err)
{
    return run_opened(out, x, go_on(x, err));
}

enum td_code run_resume(struct run_exec **out, struct wire_net *net,
                        const char *id, const char *root,
                        const struct run_options *options, struct td_error *err)
{
    struct run_exec *x;
    enum td_code code = run_resume_read(&x, net, id, root, options, err);

    return code ? run_opened(out, x, code) : run_resume_on(out, x, err);
}

/* Outputs that a task had are found again for those that were not told. */
static void find_outputs(struct run_exec *x, uint32_t index)
{
    struct run_task *task = &x->tasks[index];
    struct td_error err;

    if (work_outputs(x->place, &x->plan.tasks[index].outputs, &task->outputs,
                     &err))
        work_files_release(&task->outputs);
}

/* A process that its keeper has no line of: it waited there for others, or the
 * keeper never heard of it. */
static bool is_unbegun(const struct run_exec *x, uint32_t index,
                       const struct run_begun *begun)
{
    const struct plan_task *task = &x->plan.tasks[index];
    char id[RUN_JOB_ID];

    (void)snprintf(id, sizeof(id), "%s/%u/%u", x->id, task->place,
                   sched_task(x->sched, index)->attempt);
    return (task->provider == PLAN_SHELL || task->provider == PLAN_COMMAND) &&
           !run_has_begun(begun, id);
}

/* An attempt that was told to end has ended so; one that was not is made once
 * more, unless it goes on; what ended well is looked at again. */
static void take_up_task(struct run_exec *x, uint32_t index,
                         const struct run_begun *begun)
{
    const struct sched_task *task = sched_task(x->sched, index);
    struct sched_event cut = {
        .what = SCHED_SETTLED,
        .task = index,
        .attempt = task->attempt,
        .fault = x->tasks[index].stop,
        .cost_usd = -1,
    };
    struct td_error err;

    if (task->state == SCHED_VERIFYING) {
        run_find_room(x, index);
        run_verify(x, index);
    } else if (task->state == SCHED_HELD) {
        run_await_answers(x);
    } else if (task->state == SCHED_STOPPING) {
        cut.what = SCHED_FAULT;
        run_happened(x, &cut, "", "it was ended by a resume");
    } else if (task->state == SCHED_RUNNING &&
               (!x->adopts || run_adopt(x, index, &err))) {
        cut.unbegun = is_unbegun(x, index, begun);
        run_happened(x, &cut,
                     cut.unbegun ? "\"how\":\"unknown\"" : "\"how\":\"killed\"",
                     "");
    }
}

void run_take_up(struct run_exec *x)
{
    struct run_begun *begun = x->adopts ? NULL : run_begun_read(x);

    for (uint32_t i = 0; i < x->plan.task_count; i++) {
        enum sched_state state = sched_task(x->sched, i)->state;

        if ((state == SCHED_COMPLETED || state == SCHED_CACHED) &&
            !x->tally.tasks[i].ended)
            find_outputs(x, i);
    }
    run_say_missing(x, x->waves_ended);
    for (uint32_t i = 0; i < x->plan.task_count; i++)
        take_up_task(x, i, begun);
    run_begun_free(begun);
    /* Like attempts of tasks, before the keeper tells of it. */
    if (x->judgings > 0 && !sched_counts(x->sched)->finished)
        (void)run_validate_gates(x);
}
