/* One set of schemas, judged by from several threads at once. */
#include "schema/schema.h"
#include "tests/suites.h"

#include <pthread.h>
#include <stdlib.h>

#define THREADS 4
#define ROUNDS  2000

struct worker {
    pthread_t thread;
    const struct schema_set *set;
    uint32_t root;
    unsigned wrong;
};

static void ignore(void *self, const struct schema_problem *problem)
{
    ++*(unsigned *)self;
    (void)problem;
}

static void *work(void *arg)
{
    static const struct {
        const char *text;
        enum td_code code;
    } rows[] = {
        {"{\"t\":\"a\",\"v\":\"x1\",\"l\":[1,2]}", TD_OK},
        {"{\"t\":\"b\",\"v\":7,\"l\":[]}", TD_OK},
        {"{\"t\":\"a\",\"v\":\"yy\",\"l\":[1,1]}", TD_FAILED},
        {"{\"t\":\"\\u0062\",\"v\":7,\"w\":0}", TD_FAILED},
    };
    struct worker *w = arg;
    struct schema_run *run = schema_run_new(w->set);
    struct td_json_doc doc = {0};

    for (unsigned i = 0; i < ROUNDS; i++) {
        struct schema_value value = {&doc, 0};
        unsigned problems = 0;

        if (td_json_parse(&doc, td_text(rows[i % 4].text), 64, NULL))
            abort();
        w->wrong += schema_test(run, w->root, value) != rows[i % 4].code;
        w->wrong += schema_explain(run, w->root, value, ignore, &problems) !=
                    rows[i % 4].code;
        w->wrong += (problems > 0) != (rows[i % 4].code == TD_FAILED);
    }
    td_json_release(&doc);
    schema_run_free(run);
    return NULL;
}

static void threads_share_a_set(void)
{
    static const char schema[] =
        "{oneOf: [{properties: {t: {const: a}, v: {pattern: '^(x|z)+[0-9]'}}},"
        "{properties: {t: {const: b}, v: {type: integer}}}],"
        "properties: {l: {uniqueItems: true, contains: {minimum: 0},"
        "minContains: 0}}, unevaluatedProperties: false}";
    struct schema_set *set = schema_set_new(NULL);
    struct worker workers[THREADS] = {{0}};
    struct td_jsonx x = {0};
    uint32_t root = 0;

    CU_ASSERT_EQUAL_FATAL(
        td_jsonx_parse(&x, "s", TD_JSONX_YAML, td_text(schema), NULL), TD_OK);
    CU_ASSERT_EQUAL_FATAL(schema_set_add(set, &x, 0, &root, NULL), TD_OK);
    for (int i = 0; i < THREADS; i++) {
        workers[i].set = set;
        workers[i].root = root;
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
            abort();
    }
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(workers[i].thread, NULL);
        CU_ASSERT_EQUAL(workers[i].wrong, 0);
    }
    schema_set_free(set);
    td_jsonx_release(&x);
}

CU_TestInfo schema_run_threads_tests[] = {
    {"threads share a set", threads_share_a_set},
    CU_TEST_INFO_NULL,
};
