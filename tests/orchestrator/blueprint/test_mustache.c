/* The cases of the public Mustache specification (interpolation, sections,
 * inverted, comments) that are about what there is here, and what is refused.
 */
#include "core/jsonx.h"
#include "orchestrator/blueprint/mustache.h"
#include "tests/suites.h"

#include <string.h>

static const struct {
    const char *text;
    const char *view;
    const char *out;
} rows[] = {
    /* Interpolation. */
    {"Hello from {Mustache}!\n", "{}", "Hello from {Mustache}!\n"},
    {"Hello, {{subject}}!\n", "{\"subject\":\"world\"}", "Hello, world!\n"},
    {"{{string}}", "{\"string\":\"& \\\" < >\"}", "& \" < >"},
    {"\"{{mph}} miles an hour!\"", "{\"mph\":85}", "\"85 miles an hour!\""},
    {"\"{{power}} jiggawatts!\"", "{\"power\":1.210}", "\"1.210 jiggawatts!\""},
    {"I ({{cannot}}) be seen!", "{\"cannot\":null}", "I () be seen!"},
    {"\"{{person.name}}\" == \"{{#person}}{{name}}{{/person}}\"",
     "{\"person\":{\"name\":\"Joe\"}}", "\"Joe\" == \"Joe\""},
    {"\"{{a.b.c.d.e.name}}\" == \"Phil\"",
     "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"name\":\"Phil\"}}}}}}",
     "\"Phil\" == \"Phil\""},
    {"\"{{#a}}{{b.c.d.e.name}}{{/a}}\" == \"Phil\"",
     "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"name\":\"Phil\"}}}}},"
     "\"b\":{\"c\":{\"d\":{\"e\":{\"name\":\"Wrong\"}}}}}",
     "\"Phil\" == \"Phil\""},
    {"| {{string}} |", "{\"string\":\"---\"}", "| --- |"},
    {"  {{string}}\n", "{\"string\":\"---\"}", "  ---\n"},
    {"|{{ string }}|", "{\"string\":\"---\"}", "|---|"},
    {"Hello, {{.}}!", "\"world\"", "Hello, world!"},
    /* Sections. */
    {"\"{{#boolean}}This should be rendered.{{/boolean}}\"",
     "{\"boolean\":true}", "\"This should be rendered.\""},
    {"\"{{#boolean}}no{{/boolean}}\"", "{\"boolean\":false}", "\"\""},
    {"\"{{#null}}no{{/null}}\"", "{\"null\":null}", "\"\""},
    {"\"{{#context}}Hi {{name}}.{{/context}}\"",
     "{\"context\":{\"name\":\"Joe\"}}", "\"Hi Joe.\""},
    {"\"{{#sec}}{{a}}, {{b}}, {{c.d}}{{/sec}}\"",
     "{\"a\":\"foo\",\"b\":\"wrong\",\"sec\":{\"b\":\"bar\"},"
     "\"c\":{\"d\":\"baz\"}}",
     "\"foo, bar, baz\""},
    {"{{#tops}}{{#middles}}{{tname.lower}}{{mname}}.{{#bottoms}}"
     "{{tname.upper}}{{mname}}{{bname}}.{{/bottoms}}{{/middles}}{{/tops}}",
     "{\"tops\":[{\"tname\":{\"upper\":\"A\",\"lower\":\"a\"},\"middles\":["
     "{\"mname\":\"1\",\"bottoms\":[{\"bname\":\"x\"},{\"bname\":\"y\"}]}]}]}",
     "a1.A1x.A1y."},
    {"\"{{#list}}{{item}}{{/list}}\"",
     "{\"list\":[{\"item\":1},{\"item\":2},{\"item\":3}]}", "\"123\""},
    {"\"{{#list}}Yay lists!{{/list}}\"", "{\"list\":[]}", "\"\""},
    {"{{#bool}}\n* first\n{{/bool}}\n* {{two}}\n{{#bool}}\n* "
     "third\n{{/bool}}\n",
     "{\"bool\":true,\"two\":\"second\"}", "* first\n* second\n* third\n"},
    {"| A {{#bool}}B {{#bool}}C{{/bool}} D{{/bool}} E |", "{\"bool\":true}",
     "| A B C D E |"},
    {"| A {{#bool}}B {{#bool}}C{{/bool}} D{{/bool}} E |", "{\"bool\":false}",
     "| A  E |"},
    {"\"{{#list}}({{.}}){{/list}}\"", "{\"list\":[\"a\",\"b\"]}", "\"(a)(b)\""},
    {"\"{{#list}}({{.}}){{/list}}\"", "{\"list\":[1.10,2.20]}",
     "\"(1.10)(2.20)\""},
    {"\"{{#list}}({{#.}}{{.}}{{/.}}){{/list}}\"",
     "{\"list\":[[1,2,3],[\"a\",\"b\"]]}", "\"(123)(ab)\""},
    {"{{#.}}{{x}}{{/.}}", "[{\"x\":1},{\"x\":2}]", "12"},
    {"\"{{#a.b.c}}Here{{/a.b.c}}\" == \"Here\"", "{\"a\":{\"b\":{\"c\":true}}}",
     "\"Here\" == \"Here\""},
    {" | {{#boolean}}\t|\t{{/boolean}} | \n", "{\"boolean\":true}",
     " | \t|\t | \n"},
    {" {{#boolean}}YES{{/boolean}}\n {{#boolean}}GOOD{{/boolean}}\n",
     "{\"boolean\":true}", " YES\n GOOD\n"},
    {"| This Is\n{{#boolean}}\n|\n{{/boolean}}\n| A Line\n",
     "{\"boolean\":true}", "| This Is\n|\n| A Line\n"},
    {"| This Is\n  {{#boolean}}\n|\n  {{/boolean}}\n| A Line\n",
     "{\"boolean\":true}", "| This Is\n|\n| A Line\n"},
    {"|\r\n{{#boolean}}\r\n{{/boolean}}\r\n|", "{\"boolean\":true}", "|\r\n|"},
    {"  {{#boolean}}\n#{{/boolean}}\n/", "{\"boolean\":true}", "#\n/"},
    {"#{{#boolean}}\n/\n  {{/boolean}}", "{\"boolean\":true}", "#\n/\n"},
    {"|{{# boolean }}={{/ boolean }}|", "{\"boolean\":true}", "|=|"},
    /* Inverted. */
    {"\"{{^boolean}}yes{{/boolean}}\"", "{\"boolean\":false}", "\"yes\""},
    {"\"{{^boolean}}no{{/boolean}}\"", "{\"boolean\":true}", "\"\""},
    {"\"{{^null}}yes{{/null}}\"", "{\"null\":null}", "\"yes\""},
    {"\"{{^context}}no{{/context}}\"", "{\"context\":{\"name\":\"Joe\"}}",
     "\"\""},
    {"\"{{^list}}no{{/list}}\"", "{\"list\":[{\"n\":1}]}", "\"\""},
    {"\"{{^list}}Empty list{{/list}}\"", "{\"list\":[]}", "\"Empty list\""},
    {"{{^bool}}\n* first\n{{/bool}}\n* {{two}}\n{{^bool}}\n* "
     "third\n{{/bool}}\n",
     "{\"bool\":false,\"two\":\"second\"}", "* first\n* second\n* third\n"},
    {"| A {{^bool}}B {{^bool}}C{{/bool}} D{{/bool}} E |", "{\"bool\":true}",
     "| A  E |"},
    {"{{^a}}{{.}}{{/a}}", "{\"a\":{}}", ""},
    {"\"{{^a.b.c}}Not Here{{/a.b.c}}\"", "{\"a\":{\"b\":{\"c\":false}}}",
     "\"Not Here\""},
    {"|\r\n{{^boolean}}\r\n{{/boolean}}\r\n|", "{\"boolean\":false}", "|\r\n|"},
    {"^{{^boolean}}\n/\n  {{/boolean}}", "{\"boolean\":false}", "^\n/\n"},
    {"{{#list}}{{#t}}, {{/t}}{{/list}}{{^text}}e{{/text}}",
     "{\"list\":[{\"t\":\"\"},{\"t\":\"x\"}],\"text\":\"\"}", ", e"},
    /* Comments. */
    {"12345{{! Comment Block! }}67890\n", "{}", "1234567890\n"},
    {"12345{{!\n  This is a\n  multi-line comment...\n}}67890\n", "{}",
     "1234567890\n"},
    {"Begin.\n{{! Comment Block! }}\nEnd.\n", "{}", "Begin.\nEnd.\n"},
    {"Begin.\n  {{! Indented }}\nEnd.\n", "{}", "Begin.\nEnd.\n"},
    {"|\r\n{{! Standalone }}\r\n|", "{}", "|\r\n|"},
    {"  {{! I'm Still Standalone }}\n!", "{}", "!"},
    {"!\n  {{! I'm Still Standalone }}", "{}", "!\n"},
    {"Begin.\n{{!\nSomething's going on here...\n}}\nEnd.\n", "{}",
     "Begin.\nEnd.\n"},
    {"  12 {{! 34 }}\n", "{}", "  12 \n"},
    {"12345 {{! Comment Block! }} 67890", "{}", "12345  67890"},
    /* What the specification leaves open. */
    {"{{#z}}{{.}}{{/z}}", "{\"z\":0}", "0"},
    {"{{x}}", "{\"x\":\"a\\u00e9\\n\\\"\"}", "a\xc3\xa9\n\""},
    {"{ {{x}} }", "{\"x\":true}", "{ true }"},
    {"{", "{}", "{"},
    {"", "{}", ""},
};

static enum td_code render(const char *text, const char *json,
                           struct td_buf *out, struct td_error *err)
{
    struct td_json_doc doc = {0};
    struct blue_view view = {.doc = &doc};
    enum td_code code = td_json_parse(&doc, td_text(json), 64, err);

    CU_ASSERT_EQUAL(code, TD_OK);
    code = blue_mustache(out, "t", td_text(text), &view, err);
    td_json_release(&doc);
    return code;
}

static void renders_what_the_specification_says(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf out = {0};
        struct td_error err = {0};

        CU_ASSERT_EQUAL(render(rows[i].text, rows[i].view, &out, &err), TD_OK);
        if (strcmp(td_buf_str(&out), rows[i].out) != 0)
            printf("%s: %s (%s)\n", rows[i].text, td_buf_str(&out), err.text);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].out);
        td_buf_release(&out);
    }
}

static const struct {
    const char *text;
    const char *where;
    const char *text_part;
    const char *hint_part;
} refused[] = {
    {"a\n b {{nam}}", "t:2:4", "nobody knows \"nam\"", "did you mean name?"},
    {"{{zebra}}", "t:1:1", "nobody knows", "docs/blueprints.md"},
    {"{{#zebra}}{{/zebra}}", "t:1:1", "nobody knows", ""},
    {"{{^zebra}}{{/zebra}}", "t:1:1", "nobody knows", ""},
    {"{{a.c}}", "t:1:1", "nobody knows \"a.c\"", ""},
    {"{{name.b}}", "t:1:1", "nobody knows", ""},
    {"{{#a}}", "t:1:1", "nothing closes the section \"a\"", "{{/name}}"},
    {"{{/a}}", "t:1:1", "no section is open", ""},
    {"{{#a}}{{/b}}{{/a}}", "t:1:7", "the section at hand is not \"b\"", ""},
    {"{{#a}}{{#b}}{{/a}}{{/b}}", "t:1:19", "the section at hand", ""},
    {"{{>part}}", "t:1:1", "no partials", ""},
    {"{{=<% %>=}}", "t:1:1", "delimiters", ""},
    {"{{&name}}", "t:1:1", "nothing is escaped", ""},
    {"{{{name}}}", "t:1:1", "nothing is escaped", "{ {{x}}"},
    {"{{name", "t:1:1", "no end", "}}"},
    {"{{}}", "t:1:1", "no name", ""},
    {"{{a b}}", "t:1:1", "no name", ""},
    {"{{a..b}}", "t:1:1", "no name", ""},
    {"{{a}}", "t:1:1", "no single value", "section"},
    {"{{list}}", "t:1:1", "no single value", "section"},
};

static void refuses_the_rest_with_a_place(void)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct td_buf out = {0};
        struct td_error err = {0};

        CU_ASSERT_EQUAL(render(refused[i].text,
                               "{\"name\":\"x\",\"a\":{\"b\":1},\"list\":[1]}",
                               &out, &err),
                        TD_USAGE);
        if (strcmp(err.where, refused[i].where) != 0 ||
            !strstr(err.text, refused[i].text_part) ||
            !strstr(err.hint, refused[i].hint_part))
            printf("%s: %s: %s; %s\n", refused[i].text, err.where, err.text,
                   err.hint);
        CU_ASSERT_STRING_EQUAL(err.where, refused[i].where);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, refused[i].text_part));
        CU_ASSERT_PTR_NOT_NULL(strstr(err.hint, refused[i].hint_part));
        td_buf_release(&out);
    }
}

/* Lists in lists multiply; nesting is cheap to write. */
static void keeps_its_limits(void)
{
    struct td_buf text = {0};
    struct td_buf view = {0};
    struct td_buf out = {0};

    for (int i = 0; i < BLUE_NESTING_MAX + 1; i++)
        (void)td_buf_add_text(&text, "{{#x}}");
    for (int i = 0; i < BLUE_NESTING_MAX + 1; i++)
        (void)td_buf_add_text(&text, "{{/x}}");
    CU_ASSERT_EQUAL(render(td_buf_str(&text), "{\"x\":true}", &out, NULL),
                    TD_LIMIT);
    td_buf_clear(&text);
    (void)td_buf_add_text(&view, "{\"x\":[0");
    for (int i = 0; i < 400; i++)
        (void)td_buf_add_text(&view, ",0");
    (void)td_buf_add_text(&view, "]}");
    (void)td_buf_add_text(&text,
                          "{{#x}}{{#x}}{{#x}}0123456789{{/x}}{{/x}}{{/x}}");
    CU_ASSERT_EQUAL(render(td_buf_str(&text), td_buf_str(&view), &out, NULL),
                    TD_LIMIT);
    CU_ASSERT_TRUE(out.len <= BLUE_OUTPUT_MAX);
    td_buf_clear(&text);
    td_buf_clear(&out);
    (void)td_buf_add_text(&text, "{{#x}}{{#x}}{{#x}}{{/x}}{{/x}}{{/x}}");
    CU_ASSERT_EQUAL(render(td_buf_str(&text), td_buf_str(&view), &out, NULL),
                    TD_OK);
    CU_ASSERT_EQUAL(out.len, 0);
    td_buf_release(&text);
    td_buf_release(&view);
    td_buf_release(&out);
}

CU_TestInfo orchestrator_blueprint_mustache_tests[] = {
    {"renders what the specification says",
     renders_what_the_specification_says},
    {"refuses the rest with a place", refuses_the_rest_with_a_place},
    {"keeps its limits", keeps_its_limits},
    CU_TEST_INFO_NULL,
};
