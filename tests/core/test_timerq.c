/* Timers come out by deadline, equal ones in the order they were set. */
#include "core/timerq.h"
#include "tests/suites.h"

#define MANY 1000

static void equal_deadlines_keep_their_order(void)
{
    struct td_timer timers[8] = {0};
    struct td_timerq queue = {0};

    for (size_t i = 0; i < 8; i++)
        td_timerq_set(&queue, &timers[i], 5);
    td_timerq_set(&queue, &timers[0], 5); /* moved: now the last */
    for (size_t i = 1; i < 8; i++) {
        CU_ASSERT_PTR_EQUAL(td_timerq_first(&queue), &timers[i]);
        td_timerq_cancel(&queue, &timers[i]);
    }
    CU_ASSERT_PTR_EQUAL(td_timerq_first(&queue), &timers[0]);
    td_timerq_cancel(&queue, &timers[0]);
    CU_ASSERT_PTR_NULL(td_timerq_first(&queue));
    td_timerq_release(&queue);
}

static void many_come_out_sorted(void)
{
    static struct td_timer timers[MANY];
    struct td_timerq queue = {0};
    uint32_t seed = 1;
    uint32_t left = 0;
    uint64_t last = 0;

    for (size_t i = 0; i < MANY; i++) {
        seed = seed * 1664525u + 1013904223u;
        td_timerq_set(&queue, &timers[i], seed >> 16);
    }
    for (size_t i = 0; i < MANY; i += 3)
        td_timerq_cancel(&queue, &timers[i]);
    for (size_t i = 1; i < MANY; i += 3)
        td_timerq_set(&queue, &timers[i], timers[i].due_ns / 2);
    while (td_timerq_first(&queue)) {
        struct td_timer *timer = td_timerq_first(&queue);

        CU_ASSERT_TRUE(timer->due_ns >= last);
        last = timer->due_ns;
        td_timerq_cancel(&queue, timer);
        left++;
    }
    CU_ASSERT_EQUAL(left, MANY - (MANY + 2) / 3);
    td_timerq_release(&queue);
}

static void cancelling_twice_does_nothing(void)
{
    struct td_timer timer = {0};
    struct td_timerq queue = {0};

    td_timerq_cancel(&queue, &timer);
    td_timerq_set(&queue, &timer, 1);
    td_timerq_cancel(&queue, &timer);
    td_timerq_cancel(&queue, &timer);
    CU_ASSERT_FALSE(td_timer_is_set(&timer));
    CU_ASSERT_EQUAL(queue.count, 0);
    td_timerq_release(&queue);
}

CU_TestInfo core_timerq_tests[] = {
    {"equal deadlines keep their order", equal_deadlines_keep_their_order},
    {"many come out sorted", many_come_out_sorted},
    {"cancelling twice does nothing", cancelling_twice_does_nothing},
    CU_TEST_INFO_NULL,
};
