#include "orchestrator/run/exec_internal.h"

#include "core/fs.h"
#include "core/mem.h"
#include "orchestrator/keeper/keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- turns ---- */

static void add_step(struct run_exec *x, const struct run_step *step)
{
    x->steps = td_realloc(x->steps, (x->step_count + 1) * sizeof(*x->steps));
    x->steps[x->step_count++] = *step;
}

static void drop_steps(struct run_exec *x, struct run_step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(steps[i].text);
    if (steps == x->steps)
        x->step_count = 0;
}

static void finish(struct run_exec *x, const struct td_error *why)
{
    x->over = true;
    wire_timer_cancel(x->net, &x->timer);
    x->events.finished(x->ctx, why);
}

/* The end of it all, by fault. */
static void run_broken(struct run_exec *x, const struct td_error *why)
{
    struct td_error kept = *why;

    if (x->over)
        return;
    run_abandon(x);
    finish(x, &kept);
}

/* A journal and a state that do not go together are a fault of this program;
 * going on would write what is not so. */
static bool apply(struct run_exec *x, const struct sched_event *ev)
{
    struct td_error err;

    if (!sched_apply(x->sched, ev, &err))
        return true;
    run_broken(x, &err);
    return false;
}

static void describe(struct run_exec *x, struct run_step *step,
                     const char *text)
{
    const struct sched_event *ev = &step->event;
    const struct run_task *task =
        ev->task < x->plan.task_count ? &x->tasks[ev->task] : NULL;

    step->text = td_strdup(text);
    step->news = (struct run_news){.text = step->text};
    if (!task)
        return;
    if (ev->what == SCHED_CACHED_NOW)
        step->news.from = task->from;
    if (ev->what == SCHED_CACHED_NOW || ev->what == SCHED_DONE) {
        step->news.outputs = task->outputs.count;
        for (uint32_t i = 0; i < task->outputs.count; i++)
            step->news.bytes += task->outputs.list[i].size;
    }
    if (ev->what == SCHED_DONE || ev->what == SCHED_FAULT)
        step->news.took_ns = ev->at_ns - task->began_ns;
}

void run_happened(struct run_exec *x, const struct sched_event *ev,
                  const char *more, const char *text)
{
    struct run_step step = {.event = *ev};

    if (x->over)
        return;
    step.event.at_ns = run_now(x);
    journal_note(x->journal, &x->plan, &step.event, more);
    if (!apply(x, &step.event))
        return;
    if (ev->what == SCHED_FAULT) {
        struct run_task *task = &x->tasks[ev->task];

        task->fault = step.event;
        task->faults += run_is_told(x, &step.event);
        (void)snprintf(task->text, sizeof(task->text), "%s", text);
    }
    run_say_event(x, &step.event);
    describe(x, &step, text);
    add_step(x, &step);
    run_turn_soon(x);
}

static const char *end_word(enum sched_state state)
{
    return state == SCHED_SKIPPED     ? "was skipped"
           : state == SCHED_CANCELLED ? "was cancelled"
                                      : "failed";
}

/* Why a task never ran, or what it failed by. */
static const char *reason(struct run_exec *x, const struct sched_event *ev)
{
    struct run_task *task = &x->tasks[ev->task];

    if (ev->what != SCHED_SKIP && ev->what != SCHED_DROP)
        return task->text;
    if (ev->what == SCHED_DROP)
        (void)snprintf(task->text, sizeof(task->text), "cancelled");
    else if (ev->cause != ev->task)
        (void)snprintf(task->text, sizeof(task->text), "%s %s",
                       x->plan.tasks[ev->cause].id,
                       end_word(sched_task(x->sched, ev->cause)->state));
    else
        (void)snprintf(task->text, sizeof(task->text), "%s",
                       ev->fault == PLAN_EXPIRED ? "nobody approved it in time"
                       : ev->fault == PLAN_REFUSED ? "it was refused"
                       : ev->fault == PLAN_BUDGET  ? "a budget is used up"
                                                   : "nothing failed");
    return task->text;
}

/* Who reads the journal need not know the plan to tell how it ended, and that a
 * process begins only when its line comes (run/ahead.c). */
static void note_decided(struct run_exec *x, const struct sched_event *ev)
{
    struct td_buf more = {0};

    if (ev->what == SCHED_FINISH)
        (void)td_buf_addf(&more, "\"exit\":%d", run_exit_status(x));
    if (ev->what == SCHED_LAUNCH && x->ahead)
        (void)td_buf_add_text(&more, "\"waits\":true");
    if (ev->what == SCHED_LAUNCH)
        run_put_model(&more, x, ev->task);
    journal_note(x->journal, &x->plan, ev, td_buf_str(&more));
    td_buf_release(&more);
}

/* What has been decided, into the journal; LOOK is only a question. */
static void decide(struct run_exec *x)
{
    struct run_step step;
    uint32_t retries;

    while (!x->over && sched_next(x->sched, run_now(x), &step.event)) {
        if (step.event.what == SCHED_FINISH && run_validate_gates(x))
            return;
        step.decided = true;
        step.text = NULL;
        step.news = (struct run_news){.text = ""};
        if (step.event.what == SCHED_LOOK) {
            run_act(x, &step.event);
            continue;
        }
        step.event.at_ns = run_now(x);
        note_decided(x, &step.event);
        run_note_late(x, &step.event);
        retries = sched_counts(x->sched)->retries;
        if (!apply(x, &step.event))
            return;
        describe(x, &step,
                 step.event.task < x->plan.task_count ? reason(x, &step.event)
                                                      : "");
        step.news.retry = sched_counts(x->sched)->retries > retries;
        run_say_event(x, &step.event);
        add_step(x, &step);
    }
}

static void tell(struct run_exec *x, struct run_step *step)
{
    step->news.event = &step->event;
    x->events.news(x->ctx, &step->news);
}

/* Attempts begin first: they run while the rest is done. */
static void launch_all(struct run_exec *x, const struct run_step *steps,
                       size_t count)
{
    for (size_t i = 0; i < count && !x->over; i++)
        if (steps[i].event.what == SCHED_LAUNCH)
            run_act(x, &steps[i].event);
}

/* All of it is in the journal: do it, and say it. What comes of it is for the
 * next round. */
static void act(struct run_exec *x)
{
    struct run_step *steps = x->steps;
    size_t count = x->step_count;

    x->steps = NULL;
    x->step_count = 0;
    launch_all(x, steps, count);
    for (size_t i = 0; i < count && !x->over; i++) {
        tell(x, &steps[i]);
        if (steps[i].event.what != SCHED_LAUNCH)
            run_act(x, &steps[i].event);
    }
    drop_steps(x, steps, count);
    free(steps);
}

void run_commit(struct run_exec *x)
{
    struct td_error err;

    if (!x->over && journal_commit(x->journal, &err))
        run_broken(x, &err);
}

/* The verdict is about all that was told, so it comes behind its commit. */
static void judge(struct run_exec *x)
{
    struct td_error err;
    enum td_code code;

    if (x->over || !sched_counts(x->sched)->finished || x->judged)
        return;
    code = run_hear(x, &err);
    if (code == TD_AGAIN)
        return;
    if (code || run_validate_end(x, &err))
        run_broken(x, &err);
    run_commit(x);
}

/* Decide, commit, act, until there is nothing to do now. */
static void run_turn(struct run_exec *x)
{
    static const struct td_error fine = {.code = TD_OK};

    if (x->over || x->turning)
        return;
    x->turning = true;
    do {
        decide(x);
        run_commit(x);
        if (!x->over)
            act(x);
    } while (!x->over && (x->step_count > 0 || journal_is_dirty(x->journal)));
    judge(x);
    x->turning = false;
    if (!x->over && sched_counts(x->sched)->finished && x->judged)
        finish(x, &fine);
    if (!x->over) {
        uint64_t due = sched_due(x->sched);
        uint64_t now = run_now(x);

        wire_timer_set(x->net, &x->timer,
                       due == TD_NEVER
                           ? TD_NEVER
                           : wire_now(x->net) + (due > now ? due - now : 0));
    }
}

void run_on_timer(void *ctx)
{
    run_turn(ctx);
}

void run_turn_within(struct run_exec *x, uint64_t ns)
{
    uint64_t at = wire_now(x->net) + ns;

    if (!x->turning && !x->over &&
        (!wire_timer_is_set(&x->timer) || x->timer.entry.due_ns > at))
        wire_timer_set(x->net, &x->timer, at);
}

void run_turn_soon(struct run_exec *x)
{
    run_turn_within(x, 0);
}

/* ---- going, and the end ---- */

static void on_line(void *ctx, const struct td_event *line)
{
    struct run_exec *x = ctx;

    if (!td_event_is_plain(line))
        run_validate_tell(x, line);
    else if (x->judge && !x->resumed)
        run_judge_hear(x->judge, line);
    if (x->events.line)
        x->events.line(x->ctx, line);
}

enum td_code run_go(struct run_exec *x, const struct run_events *events,
                    void *ctx, struct td_error *err)
{
    x->events = *events;
    x->ctx = ctx;
    if (events->line || x->judge)
        journal_on_event(x->journal, on_line, x);
    if (run_crew_check(x, err))
        return err->code;
    if (!x->resumed)
        run_say_started(x);
    run_hear_outside(x);
    if (x->resumed)
        run_take_up(x);
    run_look_orders(x);
    run_turn_soon(x);
    return TD_OK;
}

/* What goes on without us, or is looked at by who resumes, keeps its folder. */
static void leave_room(struct run_exec *x, uint32_t index)
{
    enum sched_state state = sched_task(x->sched, index)->state;

    if (state != SCHED_RUNNING && state != SCHED_STOPPING &&
        state != SCHED_VERIFYING)
        return;
    work_room_leave(x->tasks[index].room);
    x->tasks[index].room = NULL;
}

enum td_code run_close(struct run_exec *x, struct td_error *err)
{
    enum td_code code = TD_OK;

    if (!x)
        return TD_OK;
    wire_timer_cancel(x->net, &x->timer);
    if (x->journal)
        code = journal_close(x->journal,
                             x->sched && sched_counts(x->sched)->finished, err);
    for (uint32_t i = 0; x->tasks && i < x->plan.task_count; i++) {
        leave_room(x, i);
        run_forget(&x->tasks[i]);
    }
    run_outside_close(x);
    run_validate_close(x);
    run_crew_close(x);
    drop_steps(x, x->steps, x->step_count);
    free(x->steps);
    free(x->taken);
    free(x->tasks);
    free(x->usual);
    td_arena_release(&x->arena);
    run_hear_close(x);
    run_judge_free(x->judge);
    run_tally_release(&x->tally);
    sched_free(x->sched);
    journal_found_release(&x->found);
    work_close(x->place);
    if (x->lock >= 0)
        (void)close(x->lock);
    plan_release(&x->plan);
    free(x->id);
    free(x->folder);
    free(x->path);
    free(x->state);
    free(x->root);
    free(x);
    return code;
}
