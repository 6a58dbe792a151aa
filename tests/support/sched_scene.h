/* tests/support/sched_scene.h - an execution of few tasks in virtual time, as
 * texts: what is decided when. One at a time.
 */
#ifndef TESTS_SUPPORT_SCHED_SCENE_H
#define TESTS_SUPPORT_SCHED_SCENE_H

#include "core/buf.h"
#include "orchestrator/sched/sched.h"

struct scene {
    struct plan plan;
    struct sched_options options;
    struct sched *s;
    struct td_buf told;
};

extern struct scene scene;

/* A plan of that many tasks, to be changed until scene_start(). */
void scene_begin(uint32_t tasks);
void scene_start(void);
void scene_over(void);
/* What is decided at that second, up to a question about a task: "open1 go 0".
 * Until the next call. */
const char *scene_at(double second);
/* It happens: its code, or it must be TD_OK. */
enum td_code scene_is(double second, enum sched_what what, uint32_t task,
                      enum plan_fault fault);
void scene_was(double second, enum sched_what what, uint32_t task,
               enum plan_fault fault);
/* What two machines decide, and what they know of a task. */
bool scene_same_event(const struct sched_event *a, const struct sched_event *b);
bool scene_same_task(const struct sched_task *a, const struct sched_task *b);
/* The task ends well. */
void scene_done(double second, uint32_t task);

#endif
