#include "orchestrator/run/exec_internal.h"

#include "core/fs.h"
#include "core/mem.h"
#include "orchestrator/keeper/keeper.h"
#include "orchestrator/plan/load.h"
#include "orchestrator/run/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
        task->faults++;
        (void)snprintf(task->text, sizeof(task->text), "%s", text);
    }
    run_say_event(x, &step.event);
    describe(x, &step, text);
    add_step(x, &step);
    run_turn_soon(x);
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
                       sched_task(x->sched, ev->cause)->state == SCHED_SKIPPED
                           ? "was skipped"
                           : "failed");
    else
        (void)snprintf(task->text, sizeof(task->text), "%s",
                       ev->fault == PLAN_EXPIRED ? "nobody approved it in time"
                       : ev->fault == PLAN_REFUSED ? "it was refused"
                       : ev->fault == PLAN_BUDGET  ? "a budget is used up"
                                                   : "nothing failed");
    return task->text;
}

/* What has been decided, into the journal; LOOK is only a question. */
static void decide(struct run_exec *x)
{
    struct run_step step;

    while (!x->over && sched_next(x->sched, run_now(x), &step.event)) {
        step.decided = true;
        step.text = NULL;
        step.news = (struct run_news){.text = ""};
        if (step.event.what == SCHED_LOOK) {
            run_act(x, &step.event);
            continue;
        }
        step.event.at_ns = run_now(x);
        journal_note(x->journal, &x->plan, &step.event, "");
        if (!apply(x, &step.event))
            return;
        describe(x, &step,
                 step.event.task < x->plan.task_count ? reason(x, &step.event)
                                                      : "");
        run_say_event(x, &step.event);
        add_step(x, &step);
    }
}

static void tell(struct run_exec *x, struct run_step *step)
{
    step->news.event = &step->event;
    x->events.news(x->ctx, &step->news);
}

/* All of it is in the journal: do it, and say it. What comes of it is for the
 * next round. */
static void act(struct run_exec *x)
{
    struct run_step *steps = x->steps;
    size_t count = x->step_count;

    x->steps = NULL;
    x->step_count = 0;
    for (size_t i = 0; i < count && !x->over; i++) {
        tell(x, &steps[i]);
        run_act(x, &steps[i].event);
    }
    drop_steps(x, steps, count);
    free(steps);
}

static void finish(struct run_exec *x, const struct td_error *why)
{
    x->over = true;
    wire_timer_cancel(x->net, &x->timer);
    x->events.finished(x->ctx, why);
}

void run_broken(struct run_exec *x, const struct td_error *why)
{
    struct td_error kept = *why;

    if (!x->over)
        finish(x, &kept);
}

void run_turn(struct run_exec *x)
{
    static const struct td_error fine = {.code = TD_OK};
    struct td_error err;

    if (x->over || x->turning)
        return;
    x->turning = true;
    do {
        decide(x);
        if (!x->over && journal_commit(x->journal, &err))
            run_broken(x, &err);
        if (!x->over)
            act(x);
    } while (!x->over && (x->step_count > 0 || journal_is_dirty(x->journal)));
    x->turning = false;
    if (!x->over && sched_counts(x->sched)->finished)
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

static void on_timer(void *ctx)
{
    run_turn(ctx);
}

void run_turn_soon(struct run_exec *x)
{
    if (!x->turning && !x->over)
        wire_timer_set(x->net, &x->timer, wire_now(x->net));
}

/* ---- from the beginning ---- */

/* The median of what each task took before. */
static enum td_code learn_usual(struct run_exec *x, struct td_error *err)
{
    x->usual = td_calloc(x->plan.task_count + 1, sizeof(*x->usual));
    for (uint32_t i = 0; i < x->plan.task_count; i++) {
        struct work_past past = {.took_count = 0};

        if (work_recall(x->place, x->plan.name, x->plan.tasks[i].id, &past,
                        err))
            return err->code;
        x->usual[i] = work_past_took(&past);
        work_past_release(&past);
    }
    return TD_OK;
}

enum td_code run_prepare(struct run_exec *x, struct td_error *err)
{
    struct sched_options options = {
        .execution = x->id,
        .workers = x->options.workers,
        .waves = x->options.waves,
        .fail_fast = x->options.fail_fast,
        .cache = !x->options.no_cache || x->taken,
    };

    if (learn_usual(x, err))
        return err->code;
    options.usual = x->usual;
    x->sched = sched_new(&x->plan, &options);
    x->tasks = td_calloc(x->plan.task_count + 1, sizeof(*x->tasks));
    for (uint32_t i = 0; i < x->plan.task_count; i++)
        x->tasks[i].x = x;
    run_tally_init(&x->tally, x->plan.task_count);
    return TD_OK;
}

static uint32_t processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n > 0 ? (uint32_t)n : 1;
}

enum td_code run_new(struct run_exec **out, struct wire_net *net,
                     const char *root, const struct run_options *options,
                     struct td_error *err)
{
    struct run_exec *x = td_calloc(1, sizeof(*x));
    struct td_buf state = {0};
    char *absolute = realpath(root, NULL);

    x->net = net;
    x->lock = -1;
    x->options = *options;
    x->timer = (struct wire_timer){.fire = on_timer, .ctx = x};
    if (!x->options.env)
        x->options.env = environ;
    if (!x->options.workers)
        x->options.workers = processors();
    *out = x;
    if (!absolute)
        return td_error_errno(err, TD_IO, root, errno, "cannot be entered");
    x->root = absolute;
    if (options->state)
        (void)td_buf_add_text(&state, options->state);
    else
        (void)td_buf_addf(&state, "%s/.tapedeck", x->root);
    x->state = td_strdup(td_buf_str(&state));
    td_buf_release(&state);
    return TD_OK;
}

/* The plan's folder, or a fresh one in the execution's. */
enum td_code run_open_place(struct run_exec *x, struct td_error *err)
{
    struct work_options options = {
        .root = x->root, .state = x->state, .clock = x->options.clock};
    struct td_buf own = {0};
    enum td_code code;

    (void)td_buf_addf(&own, "%s/%s/work", x->state, *x->home ? x->home : x->id);
    if (x->plan.own_workspace) {
        options.root = td_buf_str(&own);
        if (mkdir(options.root, 0777) != 0 && errno != EEXIST) {
            code = td_error_errno(err, TD_IO, options.root, errno,
                                  "cannot be made");
            td_buf_release(&own);
            return code;
        }
    }
    code = work_open(&x->place, &options, err);
    td_buf_release(&own);
    return code;
}

static enum td_code note_created(struct run_exec *x, struct td_error *err)
{
    char boot[KEEP_BOOT_LEN + 1];
    struct td_buf json = {0};
    struct td_buf plan = {0};
    struct td_json_writer w = td_json_writer(&json);
    enum td_code code = keep_boot_id(boot, err);

    if (!code && plan_write(&x->plan, &plan))
        code = td_error_set(err, TD_LIMIT, x->plan.file, 0,
                            "the plan is too long for a journal");
    if (code)
        return code;
    td_json_object(&w, NULL);
    td_json_put_raw(&w, "plan", td_buf_bytes(&plan));
    td_json_object(&w, "options");
    td_json_put_u64(&w, "workers", x->options.workers);
    td_json_put_bool(&w, "waves", x->options.waves);
    td_json_put_bool(&w, "fail_fast", x->options.fail_fast);
    td_json_put_bool(&w, "no_cache", x->options.no_cache);
    if (*x->home)
        td_json_put_text(&w, "place", x->home);
    td_json_object_end(&w);
    td_json_put_text(&w, "boot", boot);
    td_json_object_end(&w);
    journal_note_json(x->journal, JOURNAL_CREATED, td_buf_bytes(&json));
    td_buf_release(&json);
    td_buf_release(&plan);
    return TD_OK;
}

enum td_code run_begin(struct run_exec *x, struct td_error *err)
{
    char id[RUN_ID_SIZE];
    struct td_buf source = {0};
    struct journal_options options = {.clock = x->options.clock,
                                      .fsync = !x->options.no_fsync};
    enum td_code code = run_take_id(id, x->state, err);

    if (code)
        return code;
    run_name(x, id);
    if (run_lock(x, err) || run_crew_start(x, err) || run_open_place(x, err) ||
        run_prepare(x, err))
        return err->code;
    (void)td_buf_addf(&source, "plan:%s", x->plan.name);
    options.id = x->id;
    options.source = td_buf_str(&source);
    code = journal_create(&x->journal, x->path, &options, err);
    td_buf_release(&source);
    return code ? code : note_created(x, err);
}

/* Who has it holds its lock, until it ends by whatever way. */
enum td_code run_lock(struct run_exec *x, struct td_error *err)
{
    struct td_buf path = {0};
    enum td_code code;
    long holder;

    (void)td_buf_addf(&path, "%s/lock", x->folder);
    x->lock = open(td_buf_str(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    code = x->lock < 0 ? td_error_errno(err, TD_IO, td_buf_str(&path), errno,
                                        "cannot be opened")
                       : td_fs_lock(x->lock, td_buf_str(&path), err);
    td_buf_release(&path);
    if (!code || x->lock < 0)
        return code;
    holder = td_fs_holder(x->lock);
    if (!holder)
        return code;
    (void)td_error_set(err, TD_IO, x->id, 0, "it is run by pid %ld", holder);
    return td_error_hint(err, "stop that first");
}

void run_name(struct run_exec *x, const char *id)
{
    free(x->id);
    free(x->folder);
    free(x->path);
    x->id = td_strdup(id);
    x->folder = run_folder_of(x->state, id);
    x->path = run_journal_of(x->state, id);
}

enum td_code run_opened(struct run_exec **out, struct run_exec *x,
                        enum td_code code)
{
    struct td_error ignored; /* the first error is the one to be told */

    if (!code)
        *out = x;
    else
        (void)run_close(x, &ignored);
    return code;
}

enum td_code run_create(struct run_exec **out, struct wire_net *net,
                        struct plan *plan, const char *root,
                        const struct run_options *options, struct td_error *err)
{
    struct run_exec *x;
    enum td_code code = run_new(&x, net, root, options, err);

    x->plan = *plan;
    *plan = (struct plan){.name = NULL};
    if (!code)
        code = run_begin(x, err);
    return run_opened(out, x, code);
}

static enum td_code check_providers(struct run_exec *x, struct td_error *err)
{
    for (uint32_t i = 0; i < x->plan.task_count; i++) {
        const struct plan_task *task = &x->plan.tasks[i];
        const struct provider *p = &x->providers[task->provider];

        if (!p->ops)
            return td_error_set(err, TD_USAGE, task->id, 0,
                                "there is no provider %s here",
                                plan_provider_word(task->provider));
        if (p->ops->check && p->ops->check(p->self, task, err))
            return err->code;
    }
    return TD_OK;
}

enum td_code run_go(struct run_exec *x, const struct run_events *events,
                    void *ctx, struct td_error *err)
{
    x->events = *events;
    x->ctx = ctx;
    if (events->line)
        journal_on_event(x->journal, events->line, ctx);
    if (run_crew_providers(x, err) || check_providers(x, err))
        return err->code;
    if (!x->resumed)
        run_say_started(x);
    else
        run_take_up(x);
    run_turn_soon(x);
    return TD_OK;
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
    for (uint32_t i = 0; x->tasks && i < x->plan.task_count; i++)
        run_forget(&x->tasks[i]);
    run_answers_close(x);
    run_crew_close(x);
    drop_steps(x, x->steps, x->step_count);
    free(x->steps);
    free(x->taken);
    free(x->tasks);
    free(x->usual);
    run_tally_release(&x->tally);
    sched_free(x->sched);
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
