/* The JSON Schema of contracts, docs/contract.schema.json, and the loader: what
 * one accepts the other does.
 */
#include "core/fs.h"
#include "tests/suites.h"
#include "validator/contract.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define SCHEMA  TD_SOURCE_DIR "/docs/contract.schema.json"

static struct check_schemas *schemas;
static struct check_schema_run *runner;
static uint32_t root;

static void read_schema(void)
{
    struct td_error err = {0};

    schemas = check_schemas_new(NULL);
    if (check_schemas_add_file(schemas, SCHEMA, &root, &err))
        printf("\n    %s: %s\n", err.where, err.text);
    runner = check_schema_run_new(schemas);
}

static void drop_schema(void)
{
    check_schema_run_free(runner);
    check_schemas_free(schemas);
}

static void print_problem(void *self, const struct check_problem *problem)
{
    (void)self;
    printf("\n    %s: expected %s, found %s", problem->path, problem->expected,
           problem->found);
}

static bool fits(const struct td_jsonx *doc, bool tell)
{
    struct check_value value = {&doc->json, 0};
    enum td_code code = check_schema_test(runner, root, value);

    if (code && tell)
        code = check_schema_explain(runner, root, value, print_problem, NULL);
    return code == TD_OK;
}

static bool loads(struct td_jsonx *doc, struct td_error *err)
{
    struct check_schema_options how = {0};
    struct check_contract *contract = NULL;
    enum td_code code = check_contract_compile(&contract, doc, &how, err);

    check_contract_free(contract);
    return code == TD_OK;
}

static void contracts_of_the_tree_fit(void)
{
    static const char *const names[] = {"execution", "socketio-build"};

    read_schema();
    for (size_t i = 0; i < ROWS(names); i++) {
        struct td_jsonx doc = {0};
        char path[512];

        (void)snprintf(path, sizeof(path), "%s/fixtures/contracts/%s.%s",
                       TD_SOURCE_DIR, names[i], "contract.yaml");
        CU_ASSERT_EQUAL_FATAL(td_jsonx_load(&doc, path, NULL), TD_OK);
        CU_ASSERT_TRUE(fits(&doc, true));
        td_jsonx_release(&doc);
    }
    drop_schema();
}

/* Beside `contract: 1` in a mapping. */
static const struct {
    const char *text;
    bool good;
} rows[] = {
    {"", true},
    {"note: [any, thing]", true},
    {"contracts: 1", false},
    {"stream: {name: /type, data: ''}", true},
    {"stream: {name: type}", false},
    {"stream: {nam: /type}", false},
    {"stream: []", false},
    {"complete: false", true},
    {"complete: 1", false},
    {"unknown: ignore", true},
    {"unknown: never", false},
    {"events: {a: {}, b: null, c: {schema: {type: object}}}", true},
    {"events: {a: {schema: true}}", true},
    {"events: {a: {schema: [1]}}", false},
    {"events: {a: {shema: {}}}", false},
    {"events: [a]", false},
    {"events: {a: 1}", false},
    {"rules: []", true},
    {"rules: {}", false},
    {"rules: [1]", false},
    {"rules: [{}]", false},
    {"rules: [{id: r}]", false},
    {"rules: [{first: a}]", false},
    {"rules: [{id: 1, first: a}]", false},
    {"rules: [{id: r, first: a}]", true},
    {"rules: [{id: r, first: a, level: warn, max_report: 3, note: n}]", true},
    {"rules: [{id: r, first: a, level: fatal}]", false},
    {"rules: [{id: r, first: a, max_report: -1}]", false},
    {"rules: [{id: r, first: a, max_report: x}]", false},
    {"rules: [{id: r, first: 1}]", false},
    {"rules: [{id: r, last: a, exactly: 1}]", false},
    {"rules: [{id: r, count: a, exactly: 1}]", true},
    {"rules: [{id: r, count: a, at_least: 1, at_most: 2}]", false},
    {"rules: [{id: r, count: a}]", false},
    {"rules: [{id: r, count: a, exactly: 1.5}]", false},
    {"rules: [{id: r, count: a, exactly: -1}]", false},
    {"rules: [{id: r, count: a, between: [1, 2]}]", true},
    {"rules: [{id: r, count: a, between: [1]}]", false},
    {"rules: [{id: r, count: a, between: 1}]", false},
    {"rules: [{id: r, monotonic: a.n}]", true},
    {"rules: [{id: r, monotonic: a.n, mode: decreasing}]", true},
    {"rules: [{id: r, monotonic: a.n, mode: up}]", false},
    {"rules: [{id: r, monotonic: a.n, bogus: 1}]", false},
    {"tests: [{name: n, stream: [], expect: pass}]", true},
};

static void loader_and_schema_agree(void)
{
    read_schema();
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_jsonx doc = {0};
        struct td_error err = {0};
        struct td_buf text = {0};
        bool fit;
        bool load;

        (void)td_buf_addf(&text, "contract: 1\n%s", rows[i].text);
        CU_ASSERT_EQUAL_FATAL(
            td_jsonx_parse(&doc, "c", TD_JSONX_YAML, td_buf_bytes(&text), &err),
            TD_OK);
        fit = fits(&doc, rows[i].good);
        load = loads(&doc, &err);
        if (fit != rows[i].good || load != rows[i].good)
            printf("\n    %s: %s by the schema, %s by the loader: %s\n",
                   rows[i].text, fit ? "taken" : "refused",
                   load ? "taken" : "refused", err.text);
        CU_ASSERT_EQUAL(fit, rows[i].good);
        CU_ASSERT_EQUAL(load, rows[i].good);
        td_buf_release(&text);
    }
    drop_schema();
}

CU_TestInfo validator_contract_schema_tests[] = {
    {"contracts of the tree fit the schema", contracts_of_the_tree_fit},
    {"loader and schema agree", loader_and_schema_agree},
    CU_TEST_INFO_NULL,
};
