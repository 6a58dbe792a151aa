/* What models have used, as a fold over events. */
#include "console/seen/seen.h"
#include "tests/suites.h"

#include <stdio.h>

#define USED(n)                                                                \
    "{\"type\":\"context_update\",\"data\":{\"task_id\":\"t1\"," n "}}"

static void put(struct seen *s, const char *event)
{
    (void)seen_put(s, td_text(event));
}

/* By model and by what it was for; a model whose cost was not told makes the
 * sum a lower bound; a copy has the same. */
static void what_is_used_is_told_apart(void)
{
    struct seen *s = seen_new();
    struct seen *copy;

    put(s,
        "{\"type\":\"execution_started\",\"data\":{\"execution_id\":\"x1\"}}");
    put(s, "{\"type\":\"task_started\",\"data\":{\"task_id\":\"t1\","
           "\"phase\":3,\"attempt\":1,\"model\":\"big\"}}");
    put(s, USED("\"total_tokens\":10,\"tokens_in\":7,"
                "\"tokens_out\":3,\"cost_usd\":0.5,\"price_in\":3,"
                "\"price_out\":15"));
    put(s, USED("\"total_tokens\":30,\"tokens_in\":20,"
                "\"tokens_out\":10,\"cost_usd\":1.5"));
    CU_ASSERT_FALSE(s->cost_partly);
    put(s, "{\"type\":\"task_started\",\"data\":{\"task_id\":\"t1\","
           "\"attempt\":2,\"model\":\"small\"}}");
    put(s, USED("\"total_tokens\":5,\"tokens_in\":4,"
                "\"tokens_out\":1"));
    put(s, "{\"type\":\"budget_warning\",\"data\":{\"of\":\"tokens\","
           "\"percent\":75,\"limit\":40}}");
    copy = seen_copy(s);
    CU_ASSERT_EQUAL(seen_bytes(copy), seen_bytes(s));
    seen_free(s);
    CU_ASSERT_EQUAL_FATAL(copy->model_count, 2);
    CU_ASSERT_STRING_EQUAL(copy->models[0].name, "big");
    CU_ASSERT_EQUAL(copy->models[0].tokens, 30);
    CU_ASSERT_EQUAL(copy->models[0].in, 20);
    CU_ASSERT_EQUAL(copy->models[0].out, 10);
    CU_ASSERT_DOUBLE_EQUAL(copy->models[0].price_out, 15, 1e-9);
    CU_ASSERT_STRING_EQUAL(copy->models[1].name, "small");
    CU_ASSERT_EQUAL(copy->models[1].tokens, 5);
    CU_ASSERT_FALSE(copy->models[1].priced);
    CU_ASSERT_TRUE(copy->cost_partly);
    CU_ASSERT_EQUAL(copy->operations[SEEN_CODE], 30);
    CU_ASSERT_EQUAL(copy->operations[SEEN_REPAIR], 5);
    CU_ASSERT_EQUAL_FATAL(copy->alert_count, 1);
    CU_ASSERT_EQUAL(copy->alerts[0].tokens, 35);
    CU_ASSERT_EQUAL(copy->alerts[0].task, 0);
    seen_free(copy);
}

/* There is a limit to models: what others use is counted all the same. */
static void models_have_a_limit(void)
{
    struct seen *s = seen_new();
    uint64_t sum = 0;

    put(s,
        "{\"type\":\"execution_started\",\"data\":{\"execution_id\":\"x1\"}}");
    for (int i = 0; i < 200; i++) {
        char event[160];

        (void)snprintf(event, sizeof(event),
                       "{\"type\":\"progress_update\",\"data\":{\"task_id\":"
                       "\"m%d\",\"status\":\"completed\",\"tokens_used\":2,"
                       "\"model\":\"model-%d\"}}",
                       i, i);
        put(s, event);
    }
    CU_ASSERT_EQUAL(s->model_count, SEEN_MODELS);
    for (uint32_t i = 0; i < s->model_count; i++)
        sum += s->models[i].tokens;
    CU_ASSERT_EQUAL(sum, 400);
    CU_ASSERT_STRING_EQUAL(s->models[SEEN_MODELS - 1].name, "");
    seen_free(s);
}

CU_TestInfo console_seen_used_tests[] = {
    {"what is used is told apart", what_is_used_is_told_apart},
    {"models have a limit", models_have_a_limit},
    CU_TEST_INFO_NULL,
};
