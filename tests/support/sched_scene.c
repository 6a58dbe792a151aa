#include "tests/support/sched_scene.h"

#include "tests/suites.h"
#include "tests/support/plans.h"

static const char *const words[] = {
    [SCHED_LOOK] = "look",     [SCHED_ASK] = "ask",
    [SCHED_LAUNCH] = "go",     [SCHED_STOP] = "stop",
    [SCHED_WAIT] = "wait",     [SCHED_FAIL] = "fail",
    [SCHED_SKIP] = "skip",     [SCHED_DROP] = "drop",
    [SCHED_WARN] = "warn",     [SCHED_HALT] = "halt",
    [SCHED_FINISH] = "end",    [SCHED_WAVE_BEGIN] = "open",
    [SCHED_WAVE_END] = "close"};

struct scene scene;

void scene_begin(uint32_t tasks)
{
    plans_new(&scene.plan, tasks);
    scene.options = (struct sched_options){.execution = "x1", .workers = 4};
}

void scene_start(void)
{
    plans_link(&scene.plan);
    scene.s = sched_new(&scene.plan, &scene.options);
}

void scene_over(void)
{
    sched_free(scene.s);
    scene.s = NULL;
    plan_release(&scene.plan);
    td_buf_release(&scene.told);
    scene.told = (struct td_buf){0};
}

static void put(const struct sched_event *ev)
{
    (void)td_buf_addf(&scene.told, "%s%s", scene.told.len ? " " : "",
                      words[ev->what]);
    if (ev->what == SCHED_WARN || ev->what == SCHED_HALT)
        (void)td_buf_addf(&scene.told, "%u", ev->percent);
    else if (ev->what == SCHED_WAVE_BEGIN || ev->what == SCHED_WAVE_END)
        (void)td_buf_addf(&scene.told, "%u", ev->wave);
    else if (ev->what != SCHED_FINISH)
        (void)td_buf_addf(&scene.told, " %u", ev->task);
    if (ev->what == SCHED_FAIL || ev->what == SCHED_STOP)
        (void)td_buf_addf(&scene.told, ":%s", plan_fault_word(ev->fault));
    if (ev->what == SCHED_SKIP)
        (void)td_buf_addf(&scene.told, ":%u:%s", ev->cause,
                          plan_fault_word(ev->fault));
}

/* What is decided at that second, up to a question about a task. */
const char *scene_at(double second)
{
    struct sched_event ev;

    td_buf_clear(&scene.told);
    while (sched_next(scene.s, (uint64_t)(second * 1e9), &ev)) {
        put(&ev);
        if (ev.what == SCHED_LOOK)
            break;
        CU_ASSERT_EQUAL_FATAL(sched_apply(scene.s, &ev, NULL), TD_OK);
    }
    return td_buf_str(&scene.told);
}

enum td_code scene_is(double second, enum sched_what what, uint32_t task,
                      enum plan_fault fault)
{
    struct sched_event ev = {.what = what,
                             .at_ns = (uint64_t)(second * 1e9),
                             .task = task,
                             .attempt = task < scene.plan.task_count
                                            ? sched_task(scene.s, task)->attempt
                                            : 0,
                             .fault = fault,
                             .status = 7,
                             .tokens = 80,
                             .cost_usd = -1};

    return sched_apply(scene.s, &ev, NULL);
}

void scene_was(double second, enum sched_what what, uint32_t task,
               enum plan_fault fault)
{
    CU_ASSERT_EQUAL_FATAL(scene_is(second, what, task, fault), TD_OK);
}

void scene_done(double second, uint32_t task)
{
    scene_was(second, SCHED_ENDED, task, 0);
    scene_was(second, SCHED_DONE, task, 0);
}

bool scene_same_event(const struct sched_event *a, const struct sched_event *b)
{
    return a->what == b->what && a->task == b->task &&
           a->attempt == b->attempt && a->wave == b->wave &&
           a->cause == b->cause && a->fault == b->fault &&
           a->until == b->until && a->percent == b->percent;
}

bool scene_same_task(const struct sched_task *a, const struct sched_task *b)
{
    return a->state == b->state && a->attempt == b->attempt &&
           a->retries == b->retries && a->started_ns == b->started_ns &&
           a->ended_ns == b->ended_ns && a->tokens == b->tokens &&
           a->fault == b->fault && a->cause == b->cause &&
           a->cancelling == b->cancelling;
}
