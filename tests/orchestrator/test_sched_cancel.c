/* One task is cancelled, and the others go on. */
#include "tests/suites.h"
#include "tests/support/plans.h"
#include "tests/support/sched_scene.h"

static void one_task_is_cancelled(void)
{
    scene_begin(6); /* 0 <- 1 <- 2; 0 <- 3 (failure), 4 (always); 5 */
    plans_need(&scene.plan, 1, 0);
    plans_need(&scene.plan, 2, 1);
    plans_need(&scene.plan, 3, 0);
    plans_need(&scene.plan, 4, 0);
    scene.plan.tasks[3].when = PLAN_ON_FAILURE;
    scene.plan.tasks[4].when = PLAN_ALWAYS;
    scene.plan.tasks[0].retry.attempts = 4;
    scene.options.fail_fast = true;
    scene_start();
    CU_ASSERT_STRING_EQUAL(scene_at(0), "open1 go 0 go 5");
    scene_was(1, SCHED_CANCEL_TASK, 0, 0);
    CU_ASSERT_STRING_EQUAL(scene_at(1), "stop 0:cancelled");
    scene_was(2, SCHED_FAULT, 0, PLAN_CANCELLED);
    CU_ASSERT_STRING_EQUAL(scene_at(2), "drop 0 skip 1:0:dependency_error "
                                        "skip 2:1:dependency_error go 3 go 4");
    CU_ASSERT_EQUAL(sched_task(scene.s, 0)->state, SCHED_CANCELLED);
    CU_ASSERT_EQUAL(sched_task(scene.s, 0)->fault, PLAN_CANCELLED);
    CU_ASSERT_EQUAL(sched_task(scene.s, 5)->state, SCHED_RUNNING);
    scene_over();
}

/* Waiting for its turn, for a yes, for its next attempt, or being stopped. */
static void one_that_waits_is_cancelled(void)
{
    scene_begin(5);
    plans_need(&scene.plan, 3, 2);
    scene.plan.tasks[0].approval.ask = "?";
    scene.plan.tasks[1].retry.attempts = 4;
    scene.plan.tasks[4].timeout.run = PLANS_S;
    scene.plan.tasks[4].retry.attempts = 4;
    scene.plan.tasks[0].soft_fail = true;
    scene.options.workers = 3;
    scene_start();
    (void)scene_at(0);
    scene_was(1, SCHED_FAULT, 1, PLAN_SIGNAL);
    CU_ASSERT_STRING_EQUAL(scene_at(1), "wait 1 stop 4:timeout");
    for (uint32_t task = 0; task < 5; task++)
        if (task != 2)
            scene_was(1, SCHED_CANCEL_TASK, task, 0);
    CU_ASSERT_STRING_EQUAL(scene_at(1), "drop 0 drop 1 drop 3");
    scene_was(2, SCHED_FAULT, 4, PLAN_TIMEOUT);
    CU_ASSERT_STRING_EQUAL(scene_at(2), "fail 4:timeout");
    scene_over();
}

static void what_needs_a_soft_one_goes_on(void)
{
    scene_begin(2);
    plans_need(&scene.plan, 1, 0);
    scene.plan.tasks[0].soft_fail = true;
    scene_start();
    (void)scene_at(0);
    scene_was(1, SCHED_CANCEL_TASK, 0, 0);
    (void)scene_at(1);
    scene_was(2, SCHED_SETTLED, 0, 0); /* a crash was faster */
    CU_ASSERT_STRING_EQUAL(scene_at(2), "drop 0 close1 open2 go 1");
    scene_over();
}

CU_TestInfo orchestrator_sched_cancel_tests[] = {
    {"one task is cancelled", one_task_is_cancelled},
    {"one that waits is cancelled", one_that_waits_is_cancelled},
    {"what needs a soft one goes on", what_needs_a_soft_one_goes_on},
    CU_TEST_INFO_NULL,
};
