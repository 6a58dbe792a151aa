/* Annotations and the standard outputs: rows of our own, the suite's cases of
 * outputs from Debian, and its cases of annotations where
 * TD_JSON_SCHEMA_SUITE names a copy that has them.
 */
#include "schema/schema.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>

#define DEBIAN "/usr/share/perl5/auto/share/dist/Test-JSON-Schema-Acceptance"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static uint32_t member(const struct td_jsonx *x, uint32_t at, const char *name)
{
    return td_json_member(&x->json, at, td_text(name));
}

/* An output of a schema for a value, as text. */
static void show(const char *schema, const char *data,
                 enum schema_output_form form, struct td_buf *out)
{
    struct schema_set *set = schema_set_new(NULL);
    struct schema_run *run;
    struct td_jsonx x = {0};
    struct td_json_doc doc = {0};
    struct td_error err = {0};
    uint32_t root = 0;

    if (td_jsonx_parse(&x, "s", TD_JSONX_YAML, td_text(schema), &err) ||
        schema_set_add(set, &x, 0, &root, &err) ||
        td_json_parse(&doc, td_text(data), 64, &err))
        (void)td_buf_add_text(out, err.text);
    run = schema_run_new(set);
    if (out->len == 0 &&
        schema_output(run, root, (struct schema_value){&doc, 0}, form, out) ==
            TD_LIMIT)
        (void)td_buf_add_text(out, "undecided");
    schema_run_free(run);
    schema_set_free(set);
    td_json_release(&doc);
    td_jsonx_release(&x);
}

static void outputs_say_what_became_of_each_schema(void)
{
    static const struct {
        enum schema_output_form form;
        const char *data;
        const char *output;
    } rows[] = {
        {SCHEMA_OUTPUT_FLAG, "{}", "{\"valid\":false}"},
        {SCHEMA_OUTPUT_FLAG, "{\"a\":\"x\"}", "{\"valid\":true}"},
        {SCHEMA_OUTPUT_BASIC, "{\"a\":1}",
         "{\"valid\":false,\"errors\":[{\"valid\":false,"
         "\"keywordLocation\":\"/properties/a/$ref/type\","
         "\"absoluteKeywordLocation\":\"http://x/s#/$defs/t/type\","
         "\"instanceLocation\":\"/a\",\"error\":\"expected string\"}]}"},
        {SCHEMA_OUTPUT_BASIC, "{\"a\":\"x\"}",
         "{\"valid\":true,\"annotations\":[{\"valid\":true,"
         "\"keywordLocation\":\"/properties\","
         "\"absoluteKeywordLocation\":\"http://x/s#/properties\","
         "\"instanceLocation\":\"\",\"annotation\":[\"a\"]},{\"valid\":true,"
         "\"keywordLocation\":\"/properties/a/$ref/title\","
         "\"absoluteKeywordLocation\":\"http://x/s#/$defs/t/title\","
         "\"instanceLocation\":\"/a\",\"annotation\":\"T\"}]}"},
        {SCHEMA_OUTPUT_LIST, "{}",
         "{\"valid\":false,\"details\":[{\"valid\":false,"
         "\"evaluationPath\":\"\",\"schemaLocation\":\"http://x/s#\","
         "\"instanceLocation\":\"\",\"errors\":{\"required\":"
         "\"expected a member \\\"a\\\"\"}}]}"},
        {SCHEMA_OUTPUT_HIERARCHICAL, "{\"a\":\"x\"}",
         "{\"valid\":true,\"evaluationPath\":\"\","
         "\"schemaLocation\":\"http://x/s#\",\"instanceLocation\":\"\","
         "\"annotations\":{\"properties\":[\"a\"]},\"details\":[{"
         "\"valid\":true,\"evaluationPath\":\"/properties/a\","
         "\"schemaLocation\":\"http://x/s#/properties/a\","
         "\"instanceLocation\":\"/a\",\"details\":[{\"valid\":true,"
         "\"evaluationPath\":\"/properties/a/$ref\","
         "\"schemaLocation\":\"http://x/s#/$defs/t\","
         "\"instanceLocation\":\"/a\",\"annotations\":{\"title\":\"T\"}}]}]}"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_buf out = {0};

        show("{$id: 'http://x/s', required: [a],"
             "properties: {a: {$ref: '#/$defs/t'}},"
             "$defs: {t: {type: string, title: T}}}",
             rows[i].data, rows[i].form, &out);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].output);
        if (strcmp(td_buf_str(&out), rows[i].output) != 0)
            printf("\n    row %zu: %s\n", i, td_buf_str(&out));
        td_buf_release(&out);
    }
}

static void annotations_of_children_name_them(void)
{
    static const struct {
        const char *schema;
        const char *data;
        const char *part;
    } rows[] = {
        {"{prefixItems: [{}, {}]}", "[1,2,3]", "\"prefixItems\":1"},
        {"{prefixItems: [{}, {}]}", "[1,2]", "\"prefixItems\":true"},
        {"{items: {}}", "[1]", "\"items\":true"},
        {"{contains: {type: string}}", "[1,\"a\",2,\"b\"]",
         "\"contains\":[1,3]"},
        {"{contains: {type: string}}", "[\"a\"]", "\"contains\":true"},
        {"{patternProperties: {a: {}, b: {}}}", "{\"ab\":1,\"c\":2}",
         "\"patternProperties\":[\"ab\"]"},
        {"{properties: {a: {}}, unevaluatedProperties: {}}",
         "{\"a\":1,\"b\":2}", "\"unevaluatedProperties\":[\"b\"]"},
        {"{x-own: {k: 1}}", "1", "\"x-own\":{\"k\":1}"},
        {"{format: email}", "\"x\"", "\"format\":\"email\""},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_buf out = {0};

        show(rows[i].schema, rows[i].data, SCHEMA_OUTPUT_HIERARCHICAL, &out);
        CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&out), rows[i].part));
        if (!strstr(td_buf_str(&out), rows[i].part))
            printf("\n    row %zu: %s\n", i, td_buf_str(&out));
        td_buf_release(&out);
    }
}

/* Judge an output by the schema that the suite has for it. */
static bool output_fits(const struct schema_options *how,
                        const struct td_jsonx *x, uint32_t schema,
                        struct td_bytes output)
{
    struct schema_set *set = schema_set_new(how);
    struct td_json_doc doc = {0};
    struct td_error err = {0};
    uint32_t root = 0;
    bool good = false;

    if (schema_set_add(set, x, schema, &root, &err)) {
        printf("\n    %s: %s\n", err.where, err.text);
    } else if (td_json_parse(&doc, output, 512, &err) == TD_OK) {
        struct schema_run *run = schema_run_new(set);

        good = schema_test(run, root, (struct schema_value){&doc, 0}) == TD_OK;
        schema_run_free(run);
    }
    if (!good)
        printf("\n    %.*s\n", (int)output.len, (const char *)output.ptr);
    schema_set_free(set);
    td_json_release(&doc);
    return good;
}

static unsigned run_output_group(const struct schema_options *how,
                                 const struct td_jsonx *x, uint32_t group)
{
    struct schema_set *set = schema_set_new(how);
    uint32_t tests = member(x, group, "tests");
    struct schema_run *run;
    uint32_t root = 0;
    unsigned cases = 0;

    CU_ASSERT_EQUAL_FATAL(
        schema_set_add(set, x, member(x, group, "schema"), &root, NULL), TD_OK);
    run = schema_run_new(set);
    for (uint32_t t = tests + 1; t < x->json.values[tests].next;
         t = x->json.values[t].next) {
        struct schema_value data = {&x->json, member(x, t, "data")};
        uint32_t basic = member(x, member(x, t, "output"), "basic");
        struct td_buf out = {0};

        /* A keyword that holds without an annotation: dropped since. */
        if (td_json_string_is(&x->json, member(x, t, "description"),
                              td_text("correct type yields an output unit")))
            continue;
        CU_ASSERT_NOT_EQUAL(
            schema_output(run, root, data, SCHEMA_OUTPUT_BASIC, &out),
            TD_LIMIT);
        CU_ASSERT(output_fits(how, x, basic, td_buf_bytes(&out)));
        cases++;
        td_buf_release(&out);
    }
    schema_run_free(run);
    schema_set_free(set);
    return cases;
}

static unsigned run_output_file(const char *folder, const char *name)
{
    struct schema_map map[] = {
        {"https://json-schema.org/draft/2020-12/output/schema",
         DEBIAN "/output-tests/draft2020-12/output-schema.json"},
        {"https://json-schema.org/draft/2019-09/output/schema",
         DEBIAN "/output-tests/draft2019-09/output-schema.json"},
        {NULL, NULL}};
    struct schema_options how = {.map = map, .trust = true};
    struct td_jsonx x = {0};
    char path[512];
    unsigned cases = 0;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    CU_ASSERT_EQUAL_FATAL(td_jsonx_load(&x, path, NULL), TD_OK);
    for (uint32_t group = 1; group < x.json.len;
         group = x.json.values[group].next)
        cases += run_output_group(&how, &x, group);
    td_jsonx_release(&x);
    return cases;
}

static void outputs_fit_the_suite(void)
{
    static const char *const files[] = {"escape.json", "general.json",
                                        "readOnly.json", "type.json"};
    unsigned cases = 0;

    for (size_t i = 0; i < ROWS(files); i++) {
        cases += run_output_file(DEBIAN "/output-tests/draft2019-09/content",
                                 files[i]);
        cases += run_output_file(DEBIAN "/output-tests/draft2020-12/content",
                                 files[i]);
    }
    printf("\n    %u outputs\n    ", cases);
    CU_ASSERT(cases >= 8);
}

/* What the suite says of one keyword at one place. */
struct assertion {
    const char *path;
    const char *keyword;
    struct td_buf found; /* "/schema=value;" ... */
    unsigned count;
};

static void add_dense(struct td_buf *out, struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!strchr(" \n", text.ptr[i]))
            (void)td_buf_add_byte(out, text.ptr[i]);
    }
}

static void collect(void *self, const struct schema_annotation *a)
{
    struct assertion *want = self;

    if (strcmp(a->path, want->path) || strcmp(a->keyword, want->keyword))
        return;
    want->count++;
    (void)td_buf_addf(&want->found, "%s=", strchr(a->schema, '#') + 1);
    add_dense(&want->found, td_text(a->value));
    (void)td_buf_add_text(&want->found, ";");
}

static void string_of(const struct td_jsonx *x, uint32_t at, struct td_buf *out)
{
    td_buf_clear(out);
    (void)td_json_unescape(out, td_json_inner(&x->json, at));
    (void)td_buf_str(out);
}

/* Each value that is expected is there, and no other. A schema with $id has
 * pointers of its own: the suite counts from the document.
 */
static bool assertion_holds(struct schema_run *run, uint32_t root,
                            struct schema_value data, const struct td_jsonx *x,
                            uint32_t at)
{
    uint32_t expected = member(x, at, "expected");
    struct td_buf path = {0};
    struct td_buf keyword = {0};
    struct td_buf part = {0};
    struct assertion want = {0};
    bool good;

    string_of(x, member(x, at, "location"), &path);
    string_of(x, member(x, at, "keyword"), &keyword);
    want.path = td_buf_str(&path);
    want.keyword = td_buf_str(&keyword);
    good = schema_annotate(run, root, data, collect, &want) != TD_LIMIT;
    good &= want.count == x->json.values[expected].count;
    for (uint32_t key = expected + 1; key < x->json.values[expected].next;
         key = x->json.values[key + 1].next) {
        const char *tail;

        string_of(x, key, &part);
        (void)td_buf_add_text(&part, "=");
        add_dense(&part, td_json_raw(&x->json, key + 1));
        tail = td_buf_str(&part);
        if (strstr(tail, "/$defs/"))
            tail = strrchr(tail, '/');
        else
            tail++;
        good &= strstr(td_buf_str(&want.found), tail) != NULL;
    }
    if (!good)
        printf("\n    %s %s: %s\n", want.path, want.keyword,
               td_buf_str(&want.found));
    td_buf_release(&path);
    td_buf_release(&keyword);
    td_buf_release(&part);
    td_buf_release(&want.found);
    return good;
}

static unsigned run_note_case(const struct td_jsonx *x, uint32_t at)
{
    struct schema_set *set = schema_set_new(NULL);
    uint32_t tests = member(x, at, "tests");
    struct schema_run *run;
    struct td_error err = {0};
    uint32_t root = 0;
    unsigned cases = 0;

    if (schema_set_add(set, x, member(x, at, "schema"), &root, &err))
        printf("\n    %s: %s\n", err.where, err.text);
    run = schema_run_new(set);
    for (uint32_t t = tests + 1; t < x->json.values[tests].next;
         t = x->json.values[t].next) {
        struct schema_value data = {&x->json, member(x, t, "instance")};
        uint32_t list = member(x, t, "assertions");

        for (uint32_t a = list + 1; a < x->json.values[list].next;
             a = x->json.values[a].next) {
            CU_ASSERT(assertion_holds(run, root, data, x, a));
            cases++;
        }
    }
    schema_run_free(run);
    schema_set_free(set);
    return cases;
}

/* Whether a case is meant for 2020-12 (also): "2019", "=2020", not "9999". */
static bool is_meant(const struct td_jsonx *x, uint32_t at)
{
    uint32_t only = member(x, at, "compatibility");
    struct td_bytes text;

    if (!only)
        return true;
    text = td_json_inner(&x->json, only);
    return text.ptr[0] != '<' && !td_bytes_is(text, "9999");
}

static void annotations_fit_the_suite(void)
{
    static const char *const files[] = {"applicators", "content",   "core",
                                        "format",      "meta-data", "unknown",
                                        "unevaluated"};
    const char *suite = getenv("TD_JSON_SCHEMA_SUITE");
    unsigned cases = 0;

    for (size_t i = 0; suite && i < ROWS(files); i++) {
        struct td_jsonx x = {0};
        char path[512];
        uint32_t list;

        (void)snprintf(path, sizeof(path), "%s/annotations/tests/%s.json",
                       suite, files[i]);
        CU_ASSERT_EQUAL_FATAL(td_jsonx_load(&x, path, NULL), TD_OK);
        list = member(&x, 0, "suite");
        for (uint32_t at = list + 1; at < x.json.values[list].next;
             at = x.json.values[at].next) {
            if (is_meant(&x, at))
                cases += run_note_case(&x, at);
        }
        td_jsonx_release(&x);
    }
    printf("\n    %u annotations\n    ", cases);
}

CU_TestInfo schema_report_output_tests[] = {
    {"outputs say what became of each schema",
     outputs_say_what_became_of_each_schema},
    {"annotations of children name them", annotations_of_children_name_them},
    {"outputs fit the suite", outputs_fit_the_suite},
    {"annotations fit the suite", annotations_fit_the_suite},
    CU_TEST_INFO_NULL,
};
