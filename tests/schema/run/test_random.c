/* Random schemas and values: the engine against a plain reading of the
 * specification (tests/support/schema_oracle.h), 120,000 pairs.
 *
 * Few names and values are used, so that much of it meets.
 */
#include "core/json_shape.h"
#include "core/rand.h"
#include "schema/schema.h"
#include "tests/suites.h"
#include "tests/support/schema_oracle.h"

#include <stdio.h>
#include <stdlib.h>

#define SCHEMAS 6000
#define VALUES  20 /* for each of them */
#define DEFS    4
#define DEEP    4 /* schemas and values within each other */

struct maker {
    struct td_rand rand;
    struct td_buf out;
    int draft;
};

static unsigned pick(struct maker *m, unsigned below)
{
    uint32_t n;

    td_rand_bytes(&m->rand, &n, sizeof(n));
    return n % below;
}

static void say(struct maker *m, const char *text)
{
    (void)td_buf_add_text(&m->out, text);
}

#define ONE_OF(m, list)                                                        \
    say(m, (list)[pick(m, sizeof(list) / sizeof((list)[0]))])

static const char *const names[] = {"\"a\"", "\"b\"", "\"ab\"", "\"c\""};
static const char *const scalars[] = {
    "null",  "true",   "false", "0",           "1",
    "2.0",   "-1",     "0.5",   "1e1",         "\"a\"",
    "\"b\"", "\"ab\"", "\"\"",  "\"\\u0061\"", "\"\\u00e9b\""};

static void make_value(struct maker *m, unsigned deep)
{
    unsigned kind = deep == 0 ? 0 : pick(m, 5);

    if (kind < 2) {
        ONE_OF(m, scalars);
    } else if (kind == 2) {
        say(m, "[");
        for (unsigned i = pick(m, 4), n = 0; n < i; n++) {
            say(m, n ? "," : "");
            make_value(m, deep - 1);
        }
        say(m, "]");
    } else {
        bool some = false;

        say(m, "{");
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            if (pick(m, 2))
                continue;
            say(m, some ? "," : "");
            say(m, names[i]);
            say(m, ":");
            make_value(m, deep - 1);
            some = true;
        }
        say(m, "}");
    }
}

static void make_schema(struct maker *m, unsigned deep);

static void make_list(struct maker *m, unsigned deep)
{
    say(m, "[");
    for (unsigned i = pick(m, 4), n = 0; n < i; n++) {
        say(m, n ? "," : "");
        make_schema(m, deep);
    }
    say(m, "]");
}

/* Alternatives that a text tells apart, more or less. */
static void make_tagged(struct maker *m, unsigned deep)
{
    static const char *const tags[] = {
        "{\"const\":\"a\"}", "{\"const\":\"b\"}", "{\"enum\":[\"ab\",\"a\"]}",
        "{\"enum\":[\"b\",1,null]}", "{\"allOf\":[{\"const\":\"ab\"}]}"};

    say(m, "[");
    for (unsigned i = 2 + pick(m, 3), n = 0; n < i; n++) {
        say(m, n ? ",{\"properties\":{\"a\":" : "{\"properties\":{\"a\":");
        if (pick(m, 6))
            ONE_OF(m, tags);
        else
            make_schema(m, 0);
        say(m, ",\"b\":");
        make_schema(m, deep);
        say(m, pick(m, 2) ? "}}" : "},\"required\":[\"a\"]}");
    }
    say(m, "]");
}

static void make_map(struct maker *m, unsigned deep, bool lists)
{
    bool some = false;

    say(m, "{");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (pick(m, 2))
            continue;
        say(m, some ? "," : "");
        say(m, names[i]);
        say(m, ":");
        if (lists)
            say(m, pick(m, 2) ? "[\"b\"]" : "[\"a\",\"c\"]");
        else
            make_schema(m, deep);
        some = true;
    }
    say(m, "}");
}

enum form {
    TEXT,
    VALUE,
    ENUM,
    REF,
    SCHEMA,
    LIST,
    MAP,
    NAMES,
    PATTERNS,
    TAGGED
};

#define OLD   1U /* draft 7 */
#define NEW   6U /* 2019-09 and 2020-12 */
#define FIRST 3U /* all but 2020-12 */
#define LAST  4U
#define ALL   7U

static const struct keyword {
    const char *name;
    unsigned drafts;
    enum form form;
    const char *text[4];
} keywords[] = {
    {"type", ALL, TEXT, {"\"string\"", "\"integer\"", "\"object\""}},
    {"type", ALL, TEXT, {"[\"array\",\"null\",\"number\"]", "\"boolean\""}},
    {"const", ALL, VALUE, {NULL}},
    {"enum", ALL, ENUM, {NULL}},
    {"minimum", ALL, TEXT, {"0", "0.5"}},
    {"maximum", ALL, TEXT, {"1", "2.0"}},
    {"exclusiveMinimum", ALL, TEXT, {"0.5", "0"}},
    {"exclusiveMaximum", ALL, TEXT, {"2", "1.5"}},
    {"multipleOf", ALL, TEXT, {"2", "0.5"}},
    {"minLength", ALL, TEXT, {"1", "2"}},
    {"maxLength", ALL, TEXT, {"0", "1"}},
    {"pattern", ALL, TEXT, {"\"^a\"", "\"b$\"", "\"a\""}},
    {"minItems", ALL, TEXT, {"1", "2"}},
    {"maxItems", ALL, TEXT, {"1", "2"}},
    {"uniqueItems", ALL, TEXT, {"true", "false"}},
    {"minProperties", ALL, TEXT, {"1", "2"}},
    {"maxProperties", ALL, TEXT, {"1", "2"}},
    {"required", ALL, TEXT, {"[\"a\"]", "[\"b\",\"ab\"]"}},
    {"minContains", ALL, TEXT, {"0", "2"}},
    {"maxContains", ALL, TEXT, {"1", "2"}},
    {"dependentRequired", NEW, NAMES, {NULL}},
    {"dependencies", OLD, NAMES, {NULL}},
    {"dependencies", OLD, MAP, {NULL}},
    {"dependentSchemas", NEW, MAP, {NULL}},
    {"properties", ALL, MAP, {NULL}},
    {"properties", ALL, MAP, {NULL}},
    {"patternProperties", ALL, PATTERNS, {NULL}},
    {"additionalProperties", ALL, SCHEMA, {NULL}},
    {"propertyNames", ALL, SCHEMA, {NULL}},
    {"items", ALL, SCHEMA, {NULL}},
    {"items", FIRST, LIST, {NULL}},
    {"additionalItems", ALL, SCHEMA, {NULL}},
    {"prefixItems", LAST, LIST, {NULL}},
    {"contains", ALL, SCHEMA, {NULL}},
    {"allOf", ALL, LIST, {NULL}},
    {"anyOf", ALL, LIST, {NULL}},
    {"oneOf", ALL, LIST, {NULL}},
    {"anyOf", ALL, TAGGED, {NULL}},
    {"oneOf", ALL, TAGGED, {NULL}},
    {"not", ALL, SCHEMA, {NULL}},
    {"if", ALL, SCHEMA, {NULL}},
    {"then", ALL, SCHEMA, {NULL}},
    {"else", ALL, SCHEMA, {NULL}},
    {"$ref", ALL, REF, {NULL}},
    {"unevaluatedItems", ALL, SCHEMA, {NULL}},
    {"unevaluatedProperties", ALL, SCHEMA, {NULL}},
};

static void make_text(struct maker *m, const struct keyword *k)
{
    unsigned count = 1;

    while (count < 4 && k->text[count])
        count++;
    say(m, k->text[pick(m, count)]);
}

static void make_keyword(struct maker *m, const struct keyword *k,
                         unsigned deep)
{
    (void)td_buf_addf(&m->out, "\"%s\":", k->name);
    switch (k->form) {
    case TEXT:
        make_text(m, k);
        break;
    case VALUE:
        make_value(m, 1);
        break;
    case ENUM:
        say(m, "[");
        make_value(m, 1);
        say(m, ",");
        ONE_OF(m, scalars);
        say(m, "]");
        break;
    case REF:
        (void)td_buf_addf(&m->out, "\"#/$defs/%u\"", pick(m, DEFS));
        break;
    case SCHEMA:
        make_schema(m, deep);
        break;
    case LIST:
        make_list(m, deep);
        break;
    case MAP:
    case NAMES:
        make_map(m, deep, k->form == NAMES);
        break;
    case PATTERNS:
        say(m, "{\"^a\":");
        make_schema(m, deep);
        say(m, ",\"b$\":");
        make_schema(m, deep);
        say(m, "}");
        break;
    case TAGGED:
        make_tagged(m, deep);
        break;
    }
}

static bool is_used(const struct keyword *const *used, unsigned count,
                    const struct keyword *k)
{
    for (unsigned i = 0; i < count; i++) {
        if (!strcmp(used[i]->name, k->name))
            return true;
    }
    return false;
}

static void make_schema(struct maker *m, unsigned deep)
{
    unsigned draft = m->draft == 7 ? 1 : m->draft == 2019 ? 2 : 4;
    unsigned want = 1 + pick(m, deep > 1 ? 4 : 2);
    const struct keyword *used[4];
    unsigned count = 0;

    if (pick(m, 12) == 0) {
        say(m, pick(m, 3) ? "true" : "false");
        return;
    }
    say(m, "{");
    while (count < want) {
        const struct keyword *k =
            &keywords[pick(m, sizeof(keywords) / sizeof(keywords[0]))];

        if (!(k->drafts & draft) || is_used(used, count, k) ||
            (deep == 0 && k->form > REF))
            continue;
        say(m, count ? "," : "");
        used[count++] = k;
        make_keyword(m, k, deep ? deep - 1 : 0);
    }
    say(m, "}");
}

static void make_root(struct maker *m)
{
    td_buf_clear(&m->out);
    say(m, "{\"$defs\":{");
    for (unsigned i = 0; i < DEFS; i++) {
        (void)td_buf_addf(&m->out, "%s\"%u\":", i ? "," : "", i);
        make_schema(m, 2);
    }
    say(m, "},\"allOf\":[");
    make_schema(m, DEEP);
    say(m, "]");
    if (pick(m, 3) == 0) {
        say(m, ",\"unevaluatedProperties\":");
        make_schema(m, 0);
    }
    say(m, "}");
}

static const char *dialect_of(int draft)
{
    if (draft == 7)
        return "http://json-schema.org/draft-07/schema";
    return draft == 2019 ? "https://json-schema.org/draft/2019-09/schema"
                         : "https://json-schema.org/draft/2020-12/schema";
}

static void count(void *self, const struct schema_problem *problem)
{
    (void)problem;
    ++*(unsigned *)self;
}

/* The longest output says the same, and is JSON. */
static bool output_agrees(struct schema_run *run, uint32_t root,
                          struct schema_value value, enum td_code code)
{
    struct td_buf out = {0};
    bool good = schema_output(run, root, value, SCHEMA_OUTPUT_HIERARCHICAL,
                              &out) == code &&
                td_json_check(td_buf_bytes(&out), 512, NULL) == TD_OK;

    td_buf_release(&out);
    return good;
}

/* How a pair went: 1 valid, 0 not, -1: the two differ. */
static int judge(struct schema_run *run, uint32_t root,
                 const struct schema_oracle *oracle)
{
    struct schema_value value = {oracle->doc, 0};
    bool good = schema_oracle(oracle, 0, 0);
    enum td_code fast = schema_test(run, root, value);
    unsigned problems = 0;
    enum td_code slow = schema_explain(run, root, value, count, &problems);

    if (fast != (good ? TD_OK : TD_FAILED) || slow != fast ||
        (problems > 0) == good || !output_agrees(run, root, value, fast))
        return -1;
    return good;
}

/* --- documents of one shape --- */

/* Another scalar of the same sort. */
static const char *other_scalar(struct maker *m, unsigned kind)
{
    static const char *const strings[] = {
        "\"\"",         "\"a\"",  "\"ab\"",      "\"b\"",
        "\"\\u0061b\"", "\"cc\"", "\"\xc3\xa9\""};
    static const char *const numbers[] = {"0",   "1",  "-1",  "2",   "3",
                                          "1.5", "10", "2e0", "4.0", "-0"};
    static const char *const words[] = {"true", "false", "null"};

    if (kind == TD_JSON_STRING)
        return strings[pick(m, 7)];
    return kind == TD_JSON_NUMBER ? numbers[pick(m, 10)] : words[pick(m, 3)];
}

/* The document with some of its scalars changed, into m->out. */
static void vary(struct maker *m, const struct td_json_doc *doc)
{
    const struct td_json_value *v = doc->values;
    bool *is_key = calloc(doc->len + 1, sizeof(*is_key));
    uint32_t from = 0;

    td_buf_clear(&m->out);
    for (uint32_t i = 0; is_key && i < doc->len; i++) {
        for (uint32_t key = i + 1;
             v[i].kind == TD_JSON_OBJECT && key < v[i].next;
             key = v[key + 1].next)
            is_key[key] = true;
        if (v[i].kind >= TD_JSON_ARRAY || is_key[i] || pick(m, 2))
            continue;
        (void)td_buf_add(&m->out, doc->text.ptr + from, v[i].start - from);
        say(m, other_scalar(m, v[i].kind));
        from = v[i].end;
    }
    (void)td_buf_add(&m->out, doc->text.ptr + from, doc->text.len - from);
    free(is_key);
}

/* What is known of a shape must hold for all documents of it. */
static bool alike_agree(struct maker *m, struct schema_run *run, uint32_t root,
                        const struct schema_oracle *oracle,
                        struct td_json_shapes *shapes)
{
    struct td_json_doc doc = {0};
    struct schema_oracle own = {oracle->draft, oracle->schema, &doc};
    bool good = true;

    for (unsigned i = 0; i < 6 && good; i++) {
        vary(m, oracle->doc);
        if (td_json_shapes_parse(shapes, &doc, td_buf_bytes(&m->out), NULL))
            abort();
        good = schema_test(run, root, (struct schema_value){&doc, 0}) ==
               (schema_oracle(&own, 0, 0) ? TD_OK : TD_FAILED);
    }
    td_json_release(&doc);
    return good;
}

struct tally {
    unsigned pairs;
    unsigned valid;
    unsigned refused;
    unsigned wrong;
};

static void run_values(struct maker *m, const struct td_jsonx *x,
                       const struct schema_set *set, uint32_t root,
                       struct tally *tally)
{
    struct schema_run *run = schema_run_new(set);
    struct td_json_shapes *shapes = td_json_shapes_new(64);
    struct td_buf text = {0};
    struct td_json_doc doc = {0};
    struct schema_oracle oracle = {m->draft, &x->json, &doc};

    for (unsigned i = 0; i < VALUES; i++) {
        int result;

        td_buf_clear(&m->out);
        make_value(m, DEEP - 1);
        td_buf_clear(&text);
        (void)td_buf_add_bytes(&text, td_buf_bytes(&m->out));
        if (td_json_parse(&doc, td_buf_bytes(&text), 64, NULL))
            abort();
        result = judge(run, root, &oracle);
        if (result >= 0 && !alike_agree(m, run, root, &oracle, shapes))
            result = -1;
        tally->pairs++;
        tally->valid += result == 1;
        if (result >= 0 || tally->wrong++ > 3)
            continue;
        printf("\n    draft %d: %.*s\n    value: %.*s\n", m->draft,
               (int)x->json.text.len, (const char *)x->json.text.ptr,
               (int)m->out.len, (const char *)m->out.ptr);
    }
    td_json_shapes_free(shapes);
    td_buf_release(&text);
    td_json_release(&doc);
    schema_run_free(run);
}

static void run_schema(struct maker *m, struct tally *tally)
{
    struct schema_options how = {.dialect = dialect_of(m->draft),
                                 .trust = true};
    struct schema_set *set = schema_set_new(&how);
    struct td_jsonx x = {0};
    uint32_t root;

    make_root(m);
    if (td_jsonx_parse(&x, "random", TD_JSONX_JSON, td_buf_bytes(&m->out),
                       NULL))
        abort();
    if (schema_set_add(set, &x, 0, &root, NULL))
        tally->refused++;
    else
        run_values(m, &x, set, root, tally);
    schema_set_free(set);
    td_jsonx_release(&x);
}

static void run_draft(int draft)
{
    struct maker m = {.draft = draft};
    struct tally tally = {0};

    td_rand_seeded(&m.rand, (uint64_t)draft);
    for (unsigned i = 0; tally.pairs < SCHEMAS / 3 * VALUES; i++)
        run_schema(&m, &tally);
    printf("\n    draft %d: %u pairs, %u valid, %u schemas refused, %u differ\n"
           "    ",
           draft, tally.pairs, tally.valid, tally.refused, tally.wrong);
    CU_ASSERT_EQUAL(tally.wrong, 0);
    CU_ASSERT(tally.valid > tally.pairs / 20);
    CU_ASSERT(tally.pairs - tally.valid > tally.pairs / 20);
    td_buf_release(&m.out);
}

static void random_schemas_of_draft_2020(void)
{
    run_draft(2020);
}

static void random_schemas_of_draft_2019(void)
{
    run_draft(2019);
}

static void random_schemas_of_draft_7(void)
{
    run_draft(7);
}

CU_TestInfo schema_run_random_tests[] = {
    {"random schemas of draft 2020-12", random_schemas_of_draft_2020},
    {"random schemas of draft 2019-09", random_schemas_of_draft_2019},
    {"random schemas of draft 7", random_schemas_of_draft_7},
    CU_TEST_INFO_NULL,
};
