/* Alternatives: those that there are, and those that a value took. */
#include "schema/report/branch.h"
#include "schema/schema.h"
#include "tests/suites.h"

#include <stdio.h>
#include <string.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

struct shown {
    struct schema_run *run;
    uint32_t root;
    struct td_buf *out;
};

static void show_branch(void *self, uint32_t branch)
{
    struct shown *s = self;

    (void)td_buf_add_text(s->out, s->out->len ? " " : "");
    schema_branch_place(s->out, s->run, s->root, branch);
}

/* Places of all alternatives, or of those that the data takes. */
static void show(const char *schema, const char *data, struct td_buf *out)
{
    struct schema_set *set = schema_set_new(NULL);
    struct td_jsonx x = {0};
    struct td_json_doc doc = {0};
    struct td_error err = {0};
    struct shown s = {.out = out};

    td_buf_clear(out);
    if (td_jsonx_parse(&x, "s", TD_JSONX_YAML, td_text(schema), &err) ||
        schema_set_add(set, &x, 0, &s.root, &err) ||
        (data && td_json_parse(&doc, td_text(data), 64, &err)))
        (void)td_buf_add_text(out, err.text);
    s.run = schema_run_new(set);
    if (out->len == 0 && !data)
        schema_branches(s.run, s.root, show_branch, &s);
    else if (out->len == 0 && schema_branches_taken(
                                  s.run, s.root, (struct schema_value){&doc, 0},
                                  show_branch, &s) == TD_LIMIT)
        (void)td_buf_add_text(out, "undecided");
    schema_run_free(s.run);
    schema_set_free(set);
    td_json_release(&doc);
    td_jsonx_release(&x);
}

#define CHOICE                                                                 \
    "{if: {anyOf: [true]}, then: {anyOf: [{const: 1}]}, "                      \
    "else: {anyOf: [true]}}"
#define LOOP                                                                   \
    "{items: {$ref: '#/$defs/a'}, $defs: {a: {oneOf: [{const: 1}, "            \
    "{type: array, items: {$ref: '#/$defs/a'}}]}}}"

static void alternatives_are_found_and_taken(void)
{
    static const struct {
        const char *schema;
        const char *data; /* NULL: all there are */
        const char *shown;
    } rows[] = {
        {"{type: integer}", NULL, ""},
        {"{oneOf: [true, false]}", NULL, "/oneOf/0 /oneOf/1"},
        {"{oneOf: [true, false]}", "1", "/oneOf/0"},
        {"{anyOf: [{type: integer}, {minimum: 2}]}", "3", "/anyOf/0 /anyOf/1"},
        {"{anyOf: [{type: integer}, {minimum: 2}]}", "1", "/anyOf/0"},
        /* Both fit, so that oneOf does not hold: they were taken. */
        {"{oneOf: [{type: integer}, {minimum: 2}]}", "3", "/oneOf/0 /oneOf/1"},
        /* What else is wrong with the value does not matter. */
        {"{required: [b], properties: {a: {oneOf: [{const: 1}, {const: 2}]}}}",
         "{\"a\":2}", "/properties/a/oneOf/1"},
        {"{not: {oneOf: [true, false]}}", NULL, ""},
        {"{not: {anyOf: [true, false]}}", "1", ""},
        {CHOICE, NULL, "/then/anyOf/0 /else/anyOf/0"},
        {CHOICE, "1", "/then/anyOf/0"},
        {"{propertyNames: {anyOf: [true]}}", NULL, ""},
        {"{propertyNames: {anyOf: [true]}}", "{\"a\":1}", ""},
        /* Of an alternative that fails nothing below is taken. */
        {"{anyOf: [{type: string, allOf: [{oneOf: [true]}]}, true]}", "1",
         "/anyOf/1"},
        {"{anyOf: [{allOf: [{oneOf: [true]}]}]}", "1",
         "/anyOf/0 /anyOf/0/allOf/0/oneOf/0"},
        {LOOP, NULL, "/$defs/a/oneOf/0 /$defs/a/oneOf/1"},
        {LOOP, "[[1]]", "/$defs/a/oneOf/1 /$defs/a/oneOf/0"},
        {LOOP, "[1,1]", "/$defs/a/oneOf/0 /$defs/a/oneOf/0"},
        {"{prefixItems: [{anyOf: [true]}], items: {anyOf: [true]}, contains: "
         "{anyOf: [true]}}",
         NULL, "/prefixItems/0/anyOf/0 /items/anyOf/0 /contains/anyOf/0"},
        {"{patternProperties: {a: {anyOf: [true]}}, additionalProperties: "
         "{anyOf: [true]}, dependentSchemas: {b: {anyOf: [true]}}}",
         NULL,
         "/patternProperties/a/anyOf/0 /additionalProperties/anyOf/0 "
         "/dependentSchemas/b/anyOf/0"},
        {"{unevaluatedProperties: {anyOf: [true]}, unevaluatedItems: {anyOf: "
         "[true]}}",
         "{\"a\":1}", "/unevaluatedProperties/anyOf/0"},
    };
    struct td_buf out = {0};

    for (size_t i = 0; i < ROWS(rows); i++) {
        show(rows[i].schema, rows[i].data, &out);
        if (strcmp(td_buf_str(&out), rows[i].shown) != 0)
            printf("\n    row %zu: %s\n", i, td_buf_str(&out));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].shown);
    }
    td_buf_release(&out);
}

CU_TestInfo schema_report_branch_tests[] = {
    {"alternatives are found and taken", alternatives_are_found_and_taken},
    CU_TEST_INFO_NULL,
};
