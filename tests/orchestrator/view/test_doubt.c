/* What is doubtful in plans, and what is not. */
#include "orchestrator/plan/load.h"
#include "orchestrator/view/doubt.h"
#include "tests/suites.h"

#include <stdio.h>
#include <string.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

/* Tasks a, b, c behind "plan: 1"; the kinds that are found. */
static void doubts(void)
{
    static const struct {
        const char *rest;
        const char *kinds;
    } rows[] = {
        {"tasks:\n- {id: a, run: x}\n", ""},
        {"tasks:\n- {id: a, run: x}\n- {id: b, run: x, depends_on: [a]}\n",
         "no_outputs:a "},
        {"tasks:\n- {id: a, run: x, outputs: [a]}\n"
         "- {id: b, run: x, depends_on: [a], inputs: [a]}\n",
         ""},
        /* b is on the way from a to c */
        {"tasks:\n- {id: a, run: x, outputs: [a]}\n"
         "- {id: b, run: x, depends_on: [a], outputs: [b]}\n"
         "- {id: c, run: x, depends_on: [a, b]}\n",
         "redundant:c "},
        {"tasks:\n- {id: a, run: x, outputs: [a]}\n"
         "- {id: b, run: x, inputs: [a]}\n",
         "unordered:b "},
        {"tasks:\n- {id: a, run: x, outputs: [d/]}\n"
         "- {id: b, run: x, inputs: [d/e]}\n",
         "unordered:b "},
        {"tasks:\n- {id: a, run: x, outputs: [d/e]}\n"
         "- {id: b, run: x, inputs: ['d/*']}\n",
         "unordered:b "},
        /* two steps away is near enough */
        {"tasks:\n- {id: a, run: x, outputs: [a]}\n"
         "- {id: b, run: x, depends_on: [a], outputs: [b]}\n"
         "- {id: c, run: x, depends_on: [b], inputs: [a, b]}\n",
         ""},
        {"tasks:\n- {id: a, run: x, outputs: [a.o]}\n"
         "- {id: b, run: x, outputs: ['*.o']}\n",
         "overlap:b "},
        {"tasks:\n- {id: a, run: x, weight: 5}\n", "heavy:a "},
        {"pools: {net: 1}\ntasks:\n- {id: a, run: x}\n", "unused_pool: "},
        {"tasks:\n- {id: a, provider: openai, with: {prompt: x, output: y}}\n",
         "no_timeout:a "},
        {"tasks:\n- {id: a, provider: openai, with: {prompt: x, output: y}, "
         "timeout: 1m}\n",
         ""},
        {"tasks:\n- {id: a, run: x, env: [API_TOKEN=x, MODE=y]}\n"
         "- {id: b, run: x, env: [API_TOKEN, DB_PASSWORD=]}\n",
         "secret:a "},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_buf text = {0};
        struct td_buf kinds = {0};
        struct plan plan = {0};
        struct doubts found = {0};
        struct td_error err;

        (void)td_buf_addf(&text, "plan: 1\n%s", rows[i].rest);
        CU_ASSERT_EQUAL_FATAL(
            plan_parse(&plan, "p", td_buf_bytes(&text), NULL, &err), TD_OK);
        doubts_find(&found, &plan, 4);
        for (uint32_t k = 0; k < found.count; k++)
            (void)td_buf_addf(&kinds, "%s:%s ", doubt_word(found.list[k].kind),
                              found.list[k].task == UINT32_MAX
                                  ? ""
                                  : plan.tasks[found.list[k].task].id);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&kinds), rows[i].kinds);
        CU_ASSERT_FALSE(found.cut);
        doubts_release(&found);
        plan_release(&plan);
        td_buf_release(&text);
        td_buf_release(&kinds);
    }
}

CU_TestInfo orchestrator_view_doubt_tests[] = {
    {"doubts", doubts},
    CU_TEST_INFO_NULL,
};
