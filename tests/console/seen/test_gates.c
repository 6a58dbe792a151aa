/* A run of gates, folded as an execution is. */
#include "console/seen/seen.h"
#include "core/clock.h"
#include "tests/suites.h"

static struct seen_fact gate(struct seen *s, const char *name, const char *json,
                             uint64_t ms)
{
    CU_ASSERT_TRUE(seen_is_gate(td_text(name)));
    return seen_put_gate(s, td_text(name), td_text(json),
                         TD_NS_PER_S + ms * TD_NS_PER_MS);
}

static void a_run_of_gates_is_one_of_tasks(void)
{
    struct seen *s = seen_new();
    struct seen_fact fact;

    CU_ASSERT_FALSE(seen_is_gate(td_text("progress_update")));
    fact =
        gate(s, "validation_started",
             "{\"gates\":\"g.yaml\",\"checks\":[{\"gate\":\"build\",\"kind\":"
             "\"custom\",\"needs\":[]},{\"gate\":\"unit\",\"kind\":\"tests\","
             "\"needs\":[\"build\",\"gone\"]},{\"gate\":\"lint\"}]}",
             0);
    CU_ASSERT_EQUAL(fact.kind, SEEN_BEGAN);
    CU_ASSERT_STRING_EQUAL(s->plan, "g.yaml");
    CU_ASSERT_EQUAL(s->total, 3);
    CU_ASSERT_EQUAL(s->tasks[1].need_count, 1);
    fact = gate(s, "gate_started", "{\"gate\":\"unit\",\"kind\":\"tests\"}", 5);
    CU_ASSERT_EQUAL(fact.kind, SEEN_TASK_BEGAN);
    CU_ASSERT_EQUAL(fact.task, 1);
    CU_ASSERT_EQUAL(s->counts[SEEN_RUNNING], 1);
    CU_ASSERT_STRING_EQUAL(s->tasks[1].provider, "tests");
    fact = gate(s, "gate_output",
                "{\"gate\":\"unit\",\"text\":\"one\\n\\ntwo\"}", 6);
    CU_ASSERT_EQUAL(fact.kind, SEEN_LOGGED);
    CU_ASSERT_EQUAL(s->log_count, 2);
    CU_ASSERT_STRING_EQUAL(s->logs[1].text, "two");
    fact = gate(s, "gate_finished",
                "{\"gate\":\"unit\",\"verdict\":\"fail\",\"reason\":\"1 of 2 "
                "failed\",\"ms\":7,\"exit\":8}",
                12);
    CU_ASSERT_EQUAL(fact.kind, SEEN_TASK_ENDED);
    CU_ASSERT_EQUAL(s->tasks[1].state, SEEN_FAILED);
    CU_ASSERT_STRING_EQUAL(s->tasks[1].error, "1 of 2 failed");
    CU_ASSERT_EQUAL(s->tasks[1].took_ms, 7);
    (void)gate(
        s, "gate_finished",
        "{\"gate\":\"lint\",\"verdict\":\"skipped\",\"reason\":\"its need "
        "unit: fail\",\"ms\":0}",
        13);
    (void)gate(s, "gate_finished", "{\"gate\":\"build\",\"verdict\":\"pass\"}",
               14);
    CU_ASSERT_EQUAL(s->completed, 1);
    CU_ASSERT_EQUAL(s->failed, 1);
    CU_ASSERT_EQUAL(s->skipped, 1);
    CU_ASSERT_EQUAL(s->errors, 1);
    CU_ASSERT_EQUAL(seen_progress(s), 999);
    fact =
        gate(s, "validation_finished", "{\"verdict\":\"fail\",\"exit\":1}", 20);
    CU_ASSERT_EQUAL(fact.kind, SEEN_ENDED);
    CU_ASSERT_EQUAL(s->took_ms, 20);
    CU_ASSERT_EQUAL(seen_progress(s), 1000);
    CU_ASSERT_FALSE(seen_is_good(s));
    fact = gate(s, "gate_output", "[\"no object\"]", 21);
    CU_ASSERT_EQUAL(fact.kind, SEEN_NOTHING);
    CU_ASSERT_EQUAL(s->odd, 1);
    /* an execution behind them is one */
    (void)seen_put(s, td_text("{\"type\":\"execution_started\",\"timestamp\":"
                              "\"2026-01-01T00:00:00.000Z\",\"data\":{"
                              "\"execution_id\":\"x1\",\"total_tasks\":1}}"));
    CU_ASSERT_FALSE(s->gates);
    fact = gate(s, "gate_output", "{\"gate\":\"a\",\"text\":\"b\"}", 0);
    CU_ASSERT_EQUAL(fact.kind, SEEN_NOTHING);
    seen_free(s);
}

static void gates_without_their_beginning_are_gates(void)
{
    struct seen *s = seen_new();

    (void)gate(s, "gate_finished",
               "{\"gate\":\"unit\",\"verdict\":\"pass\",\"ms\":7}", 3);
    CU_ASSERT_TRUE(s->gates);
    CU_ASSERT_EQUAL(s->total, 1);
    CU_ASSERT_EQUAL(s->completed, 1);
    CU_ASSERT_TRUE(seen_is_good(s));
    seen_free(s);
}

CU_TestInfo console_seen_gates_tests[] = {
    {"a run of gates is one of tasks", a_run_of_gates_is_one_of_tasks},
    {"gates without their beginning are gates",
     gates_without_their_beginning_are_gates},
    CU_TEST_INFO_NULL,
};
