/* What others ask of an execution, and order. */
#include "orchestrator/run/exec_internal.h"

#include "core/json.h"

/* ---- what others ask ---- */

const char *run_id(const struct run_exec *x)
{
    return x->id;
}

const char *run_folder(const struct run_exec *x)
{
    return x->folder;
}

const char *run_journal(const struct run_exec *x)
{
    return x->path;
}

const struct plan *run_plan(const struct run_exec *x)
{
    return &x->plan;
}

const struct sched *run_sched(const struct run_exec *x)
{
    return x->sched;
}

uint64_t run_usual(const struct run_exec *x, uint32_t task)
{
    return x->usual[task];
}

uint64_t run_began(const struct run_exec *x, uint32_t task)
{
    return x->tasks[task].began_ns;
}

struct work_place *run_place(const struct run_exec *x)
{
    return x->place;
}

uint64_t run_seq(const struct run_exec *x)
{
    return x->journal ? journal_seq(x->journal) : x->mark.seq;
}

uint64_t run_now(const struct run_exec *x)
{
    return journal_now(x->journal);
}

/* ---- orders ---- */

static void order(struct run_exec *x, enum sched_what what, uint32_t task,
                  const char *by)
{
    struct td_buf more = {0};
    struct sched_event ev = {.what = what, .task = task, .cost_usd = -1};

    (void)td_buf_add_text(&more, "\"by\":\"");
    (void)td_json_escape_any(&more, td_text(by));
    (void)td_buf_add_text(&more, "\"");
    run_happened(x, &ev, td_buf_str(&more), "");
    if (!x->turning)
        run_commit(x); /* who gave it is answered next */
    td_buf_release(&more);
}

/* All tasks have ended: what is judged then is not called off. */
static bool is_over(const struct run_exec *x)
{
    return x->over || sched_counts(x->sched)->finished;
}

/* What is told to end, or was, has no more than this. */
static void hurry(struct run_exec *x, uint32_t task, uint64_t grace_ns)
{
    struct run_task *t = &x->tasks[task];

    if (grace_ns < t->grace_ns)
        t->grace_ns = grace_ns;
    if (sched_task(x->sched, task)->state == SCHED_STOPPING)
        run_end_attempt(t, t->grace_ns);
}

void run_cancel(struct run_exec *x, uint64_t grace_ns, const char *by)
{
    run_validate_stop(x, grace_ns);
    for (uint32_t i = 0; grace_ns != RUN_GRACE && i < x->plan.task_count; i++)
        hurry(x, i, grace_ns);
    if (!is_over(x) && !sched_counts(x->sched)->cancelling)
        order(x, SCHED_CANCEL, 0, by);
}

enum td_code run_cancel_task(struct run_exec *x, uint32_t task,
                             uint64_t grace_ns, const char *by,
                             struct td_error *err)
{
    const struct sched_task *state =
        task < x->plan.task_count ? sched_task(x->sched, task) : NULL;

    if (!state)
        return td_error_set(err, TD_USAGE, "", 0, "there is no such task");
    if (is_over(x) || sched_is_final(state->state) ||
        state->state == SCHED_VERIFYING)
        return td_error_set(err, TD_USAGE, "", 0, "%s has ended",
                            x->plan.tasks[task].id);
    if (grace_ns != RUN_GRACE)
        hurry(x, task, grace_ns);
    if (!state->cancelling && !sched_counts(x->sched)->cancelling)
        order(x, SCHED_CANCEL_TASK, task, by);
    return TD_OK;
}

void run_pause(struct run_exec *x, bool on, const char *by)
{
    if (!is_over(x) && sched_counts(x->sched)->paused != on)
        order(x, on ? SCHED_PAUSE : SCHED_GO_ON, 0, by);
}

enum td_code run_answer(struct run_exec *x, uint32_t task, bool yes,
                        const char *by, struct td_error *err)
{
    if (task >= x->plan.task_count ||
        sched_task(x->sched, task)->state != SCHED_HELD)
        return td_error_set(err, TD_USAGE, "", 0,
                            "it does not wait for an approval");
    order(x, yes ? SCHED_APPROVE : SCHED_REFUSE, task, by);
    return TD_OK;
}

const struct verdict_document *run_verdict(const struct run_exec *x)
{
    return run_judge_verdict(x->judge);
}

/* Of the tasks that all ended as they should. */
static int judged_status(const struct run_exec *x)
{
    const struct verdict_document *verdict = run_verdict(x);

    return verdict ? verdict->exit : 0;
}

int run_exit_status(const struct run_exec *x)
{
    const struct sched_counts *counts = sched_counts(x->sched);
    bool bad = false;
    bool infra = false;
    bool expired = false;

    if (counts->cancelling)
        return td_code_exit_status(TD_CANCELLED);
    for (uint32_t i = 0; i < x->plan.task_count; i++) {
        const struct sched_task *task = sched_task(x->sched, i);

        infra |=
            task->state == SCHED_FAILED && task->fault == PLAN_INFRASTRUCTURE;
        expired |= task->state == SCHED_SKIPPED && task->fault == PLAN_EXPIRED;
        bad |=
            ((task->state == SCHED_FAILED || task->state == SCHED_CANCELLED) &&
             !x->plan.tasks[i].soft_fail) ||
            (task->state == SCHED_SKIPPED && task->fault != PLAN_DEPENDENCY);
    }
    if (infra)
        return td_code_exit_status(TD_IO);
    if (expired)
        return td_code_exit_status(TD_TIMEOUT);
    return bad || counts->halted ? td_code_exit_status(TD_FAILED)
                                 : judged_status(x);
}
