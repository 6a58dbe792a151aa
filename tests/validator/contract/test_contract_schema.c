/* The JSON Schema of contracts, docs/contract.schema.json, and the loader: what
 * one accepts the other does.
 */
#include "core/fs.h"
#include "tests/suites.h"
#include "validator/contract/contract.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define SCHEMA  TD_SOURCE_DIR "/docs/contract.schema.json"

static struct schema_set *schemas;
static struct schema_run *runner;
static uint32_t root;

static void read_schema(void)
{
    struct td_error err = {0};

    schemas = schema_set_new(NULL);
    if (schema_set_add_file(schemas, SCHEMA, &root, &err)) {
        printf("\n    %s: %s\n", err.where, err.text);
        CU_FAIL_FATAL("the schema of contracts is wrong");
    }
    runner = schema_run_new(schemas);
}

static void drop_schema(void)
{
    schema_run_free(runner);
    schema_set_free(schemas);
}

static void print_problem(void *self, const struct schema_problem *problem)
{
    (void)self;
    printf("\n    %s: expected %s, found %s", problem->path, problem->expected,
           problem->found);
}

static bool fits(const struct td_jsonx *doc, bool tell)
{
    struct schema_value value = {&doc->json, 0};
    enum td_code code = schema_test(runner, root, value);

    if (code && tell)
        code = schema_explain(runner, root, value, print_problem, NULL);
    return code == TD_OK;
}

static bool loads(struct td_jsonx *doc, struct td_error *err)
{
    struct schema_options how = {0};
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
    {"stream: {clock: recorded, key: /data/id}", true},
    {"stream: {clock: {event: /t, unit: s}}", true},
    {"events: {a: {aliases: {n: [m]}, values: {s: {x: y}}, optional: true, "
     "note: n}}",
     true},
    {"events: {a: {aliases: {n: m}}}", true},
    {"events: {a: {}}\ndialects: {d: {note: n, events: {a: {schema: {}, "
     "aliases: {n: [m]}, values: {s: {x: y}}}}}, e: null}",
     true},
    {"profiles: [full]\nrules: [{id: r, first: a, profile: full}]", true},
    {"profiles: {full: all of it}", true},
    {"stream: {clock: wall}", false},
    {"stream: {key: 1}", false},
    {"events: {a: {aliases: [n]}}", false},
    {"events: {a: {aliases: {n: [1]}}}", false},
    {"events: {a: {values: {s: x}}}", false},
    {"events: {a: {optional: 1}}", false},
    {"events: {a: {}}\ndialects: [a]", false},
    {"events: {a: {}}\ndialects: {d: {event: {}}}", false},
    {"events: {a: {}}\ndialects: {d: {events: {a: {shema: {}}}}}", false},
    {"profiles: full", false},
    {"profiles: [1]", false},
};

/* Behind an id. */
static const struct {
    const char *text;
    bool good;
} rules[] = {
    {"last: \"a|b[x == 1]\"", true},
    {"count: \"*\", exactly: a.n", true},
    {"count: a, equals: 3", true},
    {"count: a, between: [a.n, 9]", true},
    {"count: a, at_most: count(b) + 1", true},
    {"count: a, at_most: true", false},
    {"absent: a, when: {after: b}", true},
    {"absent: a, when: {before: b}", true},
    {"absent: a, when: {between: [b, c]}", true},
    {"absent: a, when: {after: b, until: c}", true},
    {"absent: a, when: globally", true},
    {"conforms: a, schema: {type: object}", true},
    {"conforms: \"*\", at: \"\", schema: true", true},
    {"conforms: a, at: n, schema: {}", true},
    {"before: [a, b, c], each: pair", true},
    {"before: [a, b]", true},
    {"response: {trigger: a, expect: b}", true},
    {"response: {trigger: a, expect: b, within: 1.5s}", true},
    {"clock: sequence, response: {trigger: a, expect: b, within: 3}", true},
    {"unique: a.n", true},
    {"unique: a, on_fields: [n, m]", true},
    {"unique: a, on_fields: n", true},
    {"no_duplicate: a", true},
    {"no_duplicate: \"*\", same: [type, data, /id], within: 1s", true},
    {"requires: {event: a, known: n, from: b.n}", true},
    {"requires: {event: a, known: n, from: [b.n, c.n], order: any}", true},
    {"step: a.n, by_at_most: 1", true},
    {"step: a.n, by_at_least: -1.5, by_at_most: 2", true},
    {"constant: a.n", true},
    {"constant: a.n, equals: b.n", true},
    {"contiguous: a.n", true},
    {"contiguous: a.n, from: 0", true},
    {"on: a, expr: n > 1", true},
    {"on: a, expr: n ~= 1, tol: 0.5", true},
    {"sequence: a b*", true},
    {"sequence: \"(a|b){1,3} c?\", anchored: true, strict: false", true},
    {"states: {field: s, allow: {x: [y], y: []}}", true},
    {"states: {event: a, field: s, start: x, allow: {x: y, y: [x]}, final: "
     "[y]}",
     true},
    {"gap: a, max: 1s", true},
    {"gap: a, p50: 1s, p95: 2s, p99: 3s, min: 1ms", true},
    {"clock: sequence, gap: a, max: 3", true},
    {"rate: a, window: 1s, max: 5", true},
    {"rate: \"*\", window: 1m, min: 1", true},
    {"latency: {from: a, to: b, p95: 1m}", true},
    {"clock_skew: {event: /t, recorded: true, max: 1s}", true},
    {"clock_skew: {event: t, max: 1s}", true},
    {"first: a, by: k", true},
    {"first: a, by: [k, l]", true},
    {"first: a, by: []", true},
    {"first: a, mostly: 0.95", true},
    {"first: a, missing: skip", true},
    {"first: a, clock: recorded", true},
    {"first: a, clock: \"event:/t\"", true},
    {"first: a, clock: {event: t, unit: s}", true},
    {"first: a, ends: b", true},
    {"first: a, max_keys: 5", true},
    {"count: a, exactly: true", false},
    {"count: a, between: [1, 2, 3]", false},
    {"absent: a, when: {until: b}", false},
    {"absent: a, when: {after: b, before: c}", false},
    {"absent: a, when: sometimes", false},
    {"absent: a, when: {between: [b]}", false},
    {"conforms: a", false},
    {"first: a, schema: {}", false},
    {"first: a, at: n", false},
    {"before: [a]", false},
    {"before: a", false},
    {"before: [a, b], each: third", false},
    {"response: {trigger: a}", false},
    {"response: {trigger: a, expect: b, within: soon}", false},
    {"response: {trigger: a, expect: b, with: 1s}", false},
    {"unique: a.n, on: b", false},
    {"no_duplicate: a, same: []", false},
    {"no_duplicate: a, same: type", false},
    {"requires: {event: a, known: n}", false},
    {"requires: {event: a, known: n, from: b.n, order: after}", false},
    {"requires: {event: a, known: n, from: []}", false},
    {"step: a.n", false},
    {"step: a.n, by_at_most: x", false},
    {"constant: a.n, equals: 1", false},
    {"contiguous: a.n, from: x", false},
    {"on: a", false},
    {"expr: x", false},
    {"on: a, expr: 1", false},
    {"on: a, expr: n == 1, tol: -1", false},
    {"sequence: a, anchored: 1", false},
    {"sequence: [a]", false},
    {"states: {field: s}", false},
    {"states: {field: s, allow: [x]}", false},
    {"states: {field: s, allow: {x: [1]}}", false},
    {"states: {field: s, allow: {x: []}, begin: x}", false},
    {"gap: a", false},
    {"gap: a, max: x", false},
    {"rate: a", false},
    {"rate: a, window: 1s", false},
    {"rate: a, window: 1s, max: 0", false},
    {"rate: a, max: 5", false},
    {"latency: {from: a, to: b}", false},
    {"latency: {from: a, max: 1s}", false},
    {"clock_skew: {event: /t}", false},
    {"clock_skew: {event: /t, recorded: false, max: 1s}", false},
    {"first: a, by: 1", false},
    {"first: a, by: [k, k]", false},
    {"first: a, by: [a, b, c, d, e, f, g, h, i]", false},
    {"first: a, mostly: 0", false},
    {"first: a, mostly: 1.5", false},
    {"first: a, missing: ignore", false},
    {"first: a, clock: wall", false},
    {"first: a, clock: {unit: s}", false},
    {"first: a, clock: {event: t, unit: h}", false},
    {"first: a, max_keys: 0", false},
    {"first: a, note: 1", false},
    {"first: a, profile: 1", false},
    {"nonsense: a", false},
};

static void compare(const char *text, bool good)
{
    struct td_jsonx doc = {0};
    struct td_error err = {0};
    bool fit;
    bool load;

    CU_ASSERT_EQUAL_FATAL(
        td_jsonx_parse(&doc, "c", TD_JSONX_YAML, td_text(text), &err), TD_OK);
    fit = fits(&doc, good);
    load = loads(&doc, &err);
    if (fit != good || load != good)
        printf("\n    %s: %s by the schema, %s by the loader: %s\n", text,
               fit ? "taken" : "refused", load ? "taken" : "refused", err.text);
    CU_ASSERT_EQUAL(fit, good);
    CU_ASSERT_EQUAL(load, good);
}

static void loader_and_schema_agree(void)
{
    struct td_buf text = {0};

    read_schema();
    for (size_t i = 0; i < ROWS(rows); i++) {
        td_buf_clear(&text);
        (void)td_buf_addf(&text, "contract: 1\n%s", rows[i].text);
        compare(td_buf_str(&text), rows[i].good);
    }
    for (size_t i = 0; i < ROWS(rules); i++) {
        td_buf_clear(&text);
        (void)td_buf_addf(&text, "contract: 1\nrules: [{id: r, %s}]",
                          rules[i].text);
        compare(td_buf_str(&text), rules[i].good);
    }
    td_buf_release(&text);
    drop_schema();
}

CU_TestInfo validator_contract_contract_schema_tests[] = {
    {"contracts of the tree fit the schema", contracts_of_the_tree_fit},
    {"loader and schema agree", loader_and_schema_agree},
    CU_TEST_INFO_NULL,
};
