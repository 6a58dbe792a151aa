/* tests/web/make_page.c - verdicts of every kind, as pages.
 *
 * usage: td_page SCENE OUT.html [json]
 *
 * json: the data stands in the page as JSON, not deflated.
 */
#include "cli/shared/deflate.h"
#include "reports/html.h"
#include "tests/web/page_scenes.h"
#include "validator/verdict/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_NS (UINT64_C(86400) * 1000000000)

struct stage {
    struct verdict_document doc;
    struct verdict_document before[25];
    const struct verdict_document *earlier[25];
    size_t earlier_len;
};

struct verdict_gate *page_gate(struct verdict_document *doc, const char *name,
                               enum verdict_kind kind,
                               enum check_outcome outcome, const char *reason)
{
    struct verdict_gate *g = verdict_add_gate(doc);

    g->name = name;
    g->kind = kind;
    g->outcome = outcome;
    g->reason = reason;
    g->ms = 180;
    return g;
}

struct verdict_measure *page_measure(struct verdict_document *doc,
                                     struct verdict_gate *g, const char *id,
                                     double value, double limit)
{
    struct verdict_measure *m = verdict_add_measure(doc, g);

    m->id = id;
    m->value = (struct verdict_number){.known = true, .value = value};
    m->limit = (struct verdict_number){.known = true, .value = limit};
    m->op = "<=";
    m->unit = "1";
    m->holds = value <= limit;
    return m;
}

struct verdict_finding *page_find(struct verdict_document *doc, const char *of,
                                  const char *rule, const char *message)
{
    struct verdict_finding *f = verdict_add_finding(doc);

    f->gate = of;
    f->rule = rule;
    f->message = message;
    return f;
}

static void begin(struct verdict_document *doc)
{
    verdict_document_init(doc);
    doc->run.id = "1432";
    doc->run.at_ns = UINT64_C(1795867200) * 1000000000;
    doc->run.ms = 41000;
    doc->run.tool = "0.1.0";
    doc->run.project = "orders";
    doc->run.commit = "a1b2c3d4e5f6a7b8";
    doc->run.base = "9f0e1d2c3b4a";
}

static void passing(struct verdict_document *doc)
{
    struct verdict_gate *g;

    g = page_gate(doc, "build", VERDICT_CUSTOM, CHECK_PASS, NULL);
    g->ms = 21400;
    g = page_gate(doc, "unit", VERDICT_TESTS, CHECK_PASS, NULL);
    page_measure(doc, g, "failed", 0, 0);
    g->ms = 1840;
    g = page_gate(doc, "style", VERDICT_LINT, CHECK_PASS, NULL);
    page_measure(doc, g, "new", 0, 0);
}

/* ---- tests, coverage, lint, performance ---- */

static void add_test(struct verdict_document *doc, const char *key,
                     enum verdict_result result, int64_t ns)
{
    struct verdict_test *t = verdict_add_test(doc);

    t->gate = "unit";
    t->key = key;
    t->result = result;
    t->ns = ns;
    t->is_new_failure = result == VERDICT_RESULT_FAIL;
}

static void some_tests(struct verdict_document *doc, size_t len)
{
    for (size_t i = 0; i < len; i++)
        add_test(doc,
                 td_arena_print(&doc->arena, "orders.cart.case %zu[%s]", i,
                                i % 2 ? "small" : "large"),
                 i % 97 == 5 ? VERDICT_RESULT_SKIP : VERDICT_RESULT_PASS,
                 (int64_t)(i * 7919 % 1009) * 400000);
}

static void failing_tests(struct verdict_document *doc)
{
    struct verdict_gate *g =
        page_gate(doc, "unit", VERDICT_TESTS, CHECK_FAIL, "1 of 412 failed");
    struct verdict_finding *f;

    page_measure(doc, g, "failed", 1, 0)->base.known = true;
    g->repro = "ctest --test-dir build -R 'cart.total'";
    add_test(doc, "orders.cart.total rounds half to even", VERDICT_RESULT_FAIL,
             10081300);
    some_tests(doc, 411);
    f = page_find(doc, "unit", "test-failed", "expected 10.12, found 10.13");
    f->test = "orders.cart.total rounds half to even";
    f->file = "tests/cart.c";
    f->line = 119;
    f->fp = "1:77aa";
}

static void flaky_tests(struct verdict_document *doc)
{
    static const char *const why[] = {"timed out after 2 s", NULL};
    struct verdict_gate *g = page_gate(doc, "unit", VERDICT_TESTS, CHECK_FLAKY,
                                       "1 test failed, then passed");
    struct verdict_attempt **end;

    page_measure(doc, g, "flaky", 1, 0);
    add_test(doc, "orders.socket.reconnects", VERDICT_RESULT_FLAKY, 2100000000);
    end = &doc->tests->attempts;
    for (size_t i = 0; i < 2; i++) {
        *end = td_arena_alloc(&doc->arena, sizeof(**end));
        (*end)->result = i ? VERDICT_RESULT_PASS : VERDICT_RESULT_FAIL;
        (*end)->message = why[i];
        end = &(*end)->next;
    }
    some_tests(doc, 30);
}

static struct verdict_file *add_file(struct verdict_document *doc,
                                     struct verdict_coverage *c,
                                     const char *path, uint64_t hit,
                                     uint64_t lines)
{
    struct verdict_file **end = &c->files;

    while (*end)
        end = &(*end)->next;
    *end = td_arena_alloc(&doc->arena, sizeof(**end));
    (*end)->path = path;
    (*end)->lines[0] = hit;
    (*end)->lines[1] = lines;
    (*end)->branches[0] = hit / 3;
    (*end)->branches[1] = lines / 2;
    return *end;
}

static void coverage(struct verdict_document *doc)
{
    static const char *source[] = {"    if (cut > max) {",
                                   "        line->cut = true;",
                                   "        return TD_LIMIT;"};
    static struct verdict_range changed[] = {{118, 120}};
    struct verdict_gate *g =
        page_gate(doc, "coverage", VERDICT_COVERAGE, CHECK_FAIL,
                  "3 of 12 changed lines are not covered");
    struct verdict_measure *m = page_measure(doc, g, "changed", 75, 90);
    struct verdict_coverage *c = verdict_add_coverage(doc);
    struct verdict_file *f;

    m->op = ">=";
    m->unit = "%";
    m->value.part = 9;
    m->value.whole = 12;
    m->holds = false;
    m->base = (struct verdict_number){.known = true, .value = 91.5};
    c->gate = "coverage";
    c->lines[0] = 4810;
    c->lines[1] = 5200;
    c->branches[0] = 1700;
    c->branches[1] = 2300;
    c->has_changed = true;
    c->changed[0] = 9;
    c->changed[1] = 12;
    add_file(doc, c, "core/buf.c", 120, 122);
    add_file(doc, c, "core/json.c", 410, 431);
    f = add_file(doc, c, "tape/line.c", 300, 361);
    f->changed = changed;
    f->changed_len = 1;
    f->source = source;
    add_file(doc, c, "tape/reader.c", 512, 530);
}

static void lint(struct verdict_document *doc, size_t files)
{
    struct verdict_gate *g =
        page_gate(doc, "clang-tidy", VERDICT_LINT, CHECK_FAIL, "new findings");

    page_measure(doc, g, "new", (double)files, 0);
    for (size_t i = 0; i < files; i++) {
        struct verdict_finding *f =
            page_find(doc, "clang-tidy", "bugprone-narrowing-conversions",
                      "narrowing conversion from 'size_t' to 'int'");

        f->file = td_arena_print(&doc->arena, "src/part%03zu.c", i);
        f->line = 88;
        f->column = 5;
        f->level = i % 3 ? CHECK_LEVEL_ERROR : CHECK_LEVEL_WARN;
        f->state = i % 4 == 3 ? VERDICT_KNOWN : VERDICT_NEW;
        f->excerpt = "    int n = (strlen(text));";
        f->fp = td_arena_print(&doc->arena, "1:%06zx", i);
    }
}

static void slower(struct verdict_document *doc)
{
    struct verdict_perf *m = verdict_add_perf(doc);

    page_gate(doc, "bench", VERDICT_PERFORMANCE, CHECK_FAIL,
              "parse is 11.0 % slower");
    *m = (struct verdict_perf){.gate = "bench",
                               .name = "parse",
                               .ratio = 1.11,
                               .p = 0.001,
                               .floor = 0.02,
                               .n = 20,
                               .rounds = 2,
                               .outcome = CHECK_FAIL};
}

/* ---- scenes ---- */

static void history(struct stage *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        struct verdict_document *doc = &s->before[i];
        struct verdict_gate *g;

        begin(doc);
        doc->run.at_ns -= (len - i) * DAY_NS;
        for (g = s->doc.gates; g; g = g->next)
            page_measure(doc,
                         page_gate(doc, g->name, g->kind,
                                   i % 7 == 3 ? CHECK_FAIL : CHECK_PASS, NULL),
                         "n", i % 7 == 3 ? 2 : 0, 0);
        s->earlier[s->earlier_len++] = doc;
    }
}

static void all_kinds(struct stage *s)
{
    struct verdict_document *doc = &s->doc;

    page_gate(doc, "build", VERDICT_CUSTOM, CHECK_PASS, NULL)->ms = 21400;
    failing_tests(doc);
    page_stream(doc);
    coverage(doc);
    lint(doc, 3);
    slower(doc);
    page_gate(doc, "cppcheck", VERDICT_LINT, CHECK_SKIPPED,
              "cppcheck is not installed");
    page_gate(doc, "format", VERDICT_CUSTOM, CHECK_PASS, NULL)->warned = true;
    history(s, 20);
}

static void scene_pass(struct stage *s)
{
    passing(&s->doc);
    history(s, 1);
}

static void scene_flaky(struct stage *s)
{
    flaky_tests(&s->doc);
}

static void scene_lossy(struct stage *s)
{
    page_stream(&s->doc);
    s->doc.gates->lossy = true;
    page_gate(&s->doc, "cppcheck", VERDICT_LINT, CHECK_SKIPPED,
              "not installed");
    page_gate(&s->doc, "replay", VERDICT_STREAM, CHECK_VACUOUS,
              "no event applied");
    s->doc.truncated_findings = 12;
}

static void scene_tests(struct stage *s)
{
    page_measure(&s->doc,
                 page_gate(&s->doc, "unit", VERDICT_TESTS, CHECK_PASS, NULL),
                 "failed", 0, 0);
    some_tests(&s->doc, 25000);
}

/* A rule that was broken oftener than is kept. */
static void scene_counted(struct stage *s)
{
    page_stream(&s->doc);
    s->doc.gates->rules->total = 42;
    s->doc.gates->measures = NULL;
}

static void scene_lint(struct stage *s)
{
    lint(&s->doc, 500);
}

static void scene_many(struct stage *s)
{
    lint(&s->doc, 10000);
}

static void scene_million(struct stage *s)
{
    page_stream(&s->doc);
    page_draw(&s->doc, s->doc.gates, 1000000);
}

static void scene_empty(struct stage *s)
{
    (void)s;
}

/* The greatest numbers, names without an end, other scripts, nothing known. */
static void scene_odd(struct stage *s)
{
    static const char *const names[] = {
        "\xe6\xb5\x8b\xe8\xaf\x95\xe7\xbd\x91\xe5\x85\xb3",
        "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85",
        "\xf0\x9f\x9a\x80 e\xcc\x81", "", NULL};
    struct verdict_document *doc = &s->doc;
    static char name[400];
    struct verdict_gate *g;
    struct verdict_finding *f;

    memset(name, 'n', sizeof(name) - 1);
    g = page_gate(doc, name, VERDICT_TESTS, CHECK_FAIL, name);
    g->ms = UINT64_MAX;
    page_measure(doc, g, name, 1e308, -1e308)->unit = "ms";
    page_measure(doc, g, "below", -12.5, 0)->unit = "s";
    g->repro = name;
    for (size_t i = 0; names[i]; i++)
        page_gate(doc, names[i], VERDICT_CUSTOM, CHECK_ERROR, names[i]);
    f = page_find(doc, name, name, name);
    f->seq = UINT64_MAX;
    f->has_t = true;
    f->t_ns = UINT64_MAX;
    f->expected = f->found = f->path = f->key = f->file = name;
    f->line = f->column = UINT64_MAX;
    add_test(doc, name, VERDICT_RESULT_ERROR, INT64_MAX);
    add_test(doc, names[1], VERDICT_RESULT_XPASS, -1);
    add_test(doc, "", VERDICT_RESULT_PASS, 0);
    doc->run.project = name;
    doc->run.id = doc->run.commit = name;
    doc->run.ms = UINT64_MAX;
    doc->truncated_tests = UINT64_MAX;
}

/* A verdict of nothing but errors, and a stream that held no event. */
static void scene_errors(struct stage *s)
{
    page_gate(&s->doc, "e2e", VERDICT_TESTS, CHECK_ERROR, "npx: not found");
    page_gate(&s->doc, "lint", VERDICT_LINT, CHECK_ERROR, NULL);
    page_gate(&s->doc, "run.tape.gz", VERDICT_STREAM, CHECK_VACUOUS,
              "there was no event");
    s->doc.run = (struct verdict_run){0};
}

static void hostile_lanes(struct verdict_document *doc, struct verdict_gate *g,
                          const char *const *names, size_t len)
{
    struct verdict_timeline_maker *maker = verdict_timeline_new();

    for (size_t i = 0; i < 4 * len; i++)
        verdict_timeline_put(maker, i * 1000000, td_text(names[i % len]));
    g->timeline = verdict_timeline_make(maker, &doc->arena);
    verdict_timeline_free(maker);
}

/* Texts that try to become something else. */
static void scene_hostile(struct stage *s)
{
    static const char *const texts[] = {
        "</script><script>window.owned=1</script>",
        "<!-- <img src=x onerror=window.owned=1> -->",
        "javascript:window.owned=1",
        "__proto__",
        "constructor",
        "\"><svg onload=window.owned=1>",
        "' onfocus=window.owned=1 autofocus x='",
        ("\xe2\x80\xae"
         "gnp.exe \xe2\x81\xa6 \xe2\x80\x8b \xef\xbb\xbf"),
        "bell \a esc \033[31m del \177 c1 \xc2\x85",
        "half \xed\xa0\x80 of a pair, broken \xff\xfe",
        "\xf3\xa0\x81\x81 tags",
        "]]> %00 &lt;b&gt; ${7*7} {{7*7}}"};
    static char big[10000001];
    struct verdict_gate *g =
        page_gate(&s->doc, texts[0], VERDICT_STREAM, CHECK_FAIL, texts[1]);
    size_t len = sizeof(texts) / sizeof(texts[0]);

    memset(big, 'A', sizeof(big) - 1);
    g->repro = texts[5];
    for (size_t i = 0; i <= len; i++) {
        const char *text = i < len ? texts[i] : big;
        struct verdict_finding *f = page_find(&s->doc, texts[0], text, text);

        f->excerpt = f->expected = f->found = f->path = f->repro = text;
        f->seq = i + 1;
        f->fp = text;
        f->witness[0] = (struct verdict_witness){i, false, 0, text};
        f->witness_len = 1;
        add_test(&s->doc, text, VERDICT_RESULT_PASS, 1);
    }
    s->doc.run.project =
        td_arena_print(&s->doc.arena, "%s%s", texts[0], texts[7]);
    hostile_lanes(&s->doc, g, texts, len);
}

static const struct {
    const char *name;
    void (*make)(struct stage *s);
} scenes[] = {
    {"pass", scene_pass},       {"fail", all_kinds},
    {"flaky", scene_flaky},     {"lossy", scene_lossy},
    {"lint", scene_lint},       {"many", scene_many},
    {"million", scene_million}, {"empty", scene_empty},
    {"hostile", scene_hostile}, {"odd", scene_odd},
    {"errors", scene_errors},   {"counted", scene_counted},
    {"tests", scene_tests},
};

static int write_page(const struct stage *s, const char *path, bool json)
{
    struct td_buf out = {0};
    FILE *file = fopen(path, "wb");
    int failed = report_html(&out, &(struct report_html){
                                       .doc = &s->doc,
                                       .earlier = s->earlier,
                                       .earlier_len = s->earlier_len,
                                       .deflate = json ? NULL : cli_deflate,
                                   }) != TD_OK;

    if (!file || fwrite(out.ptr, 1, out.len, file) != out.len)
        failed = 1;
    if (file && fclose(file) != 0)
        failed = 1;
    td_buf_release(&out);
    return failed;
}

int main(int argc, char **argv)
{
    static struct stage s;
    int failed = 2;

    if (argc < 3)
        return 2;
    begin(&s.doc);
    for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
        if (strcmp(scenes[i].name, argv[1]) == 0) {
            scenes[i].make(&s);
            verdict_document_close(&s.doc, false);
            failed = write_page(&s, argv[2], argc > 3);
        }
    for (size_t i = 0; i < s.earlier_len; i++)
        verdict_document_release(&s.before[i]);
    verdict_document_release(&s.doc);
    return failed;
}
