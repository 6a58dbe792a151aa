/* tests/web/make_page.c - verdicts of every kind, as pages.
 *
 * usage: td_page SCENE OUT.html [json]
 *
 * json: the data stands in the page as JSON, not deflated.
 */
#include "cli/shared/deflate.h"
#include "reports/html.h"
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

static struct verdict_gate *gate(struct verdict_document *doc, const char *name,
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

static struct verdict_measure *measure(struct verdict_document *doc,
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

static struct verdict_finding *find(struct verdict_document *doc,
                                    const char *of, const char *rule,
                                    const char *message)
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

    g = gate(doc, "build", VERDICT_CUSTOM, CHECK_PASS, NULL);
    g->ms = 21400;
    g = gate(doc, "unit", VERDICT_TESTS, CHECK_PASS, NULL);
    measure(doc, g, "failed", 0, 0);
    g->ms = 1840;
    g = gate(doc, "style", VERDICT_LINT, CHECK_PASS, NULL);
    measure(doc, g, "new", 0, 0);
}

/* ---- a stream ---- */

static struct verdict_rule *rule(struct verdict_document *doc,
                                 struct verdict_gate *g, const char *id,
                                 const char *what, enum check_outcome outcome)
{
    struct verdict_rule **end = &g->rules;

    while (*end)
        end = &(*end)->next;
    *end = td_arena_alloc(&doc->arena, sizeof(**end));
    (*end)->id = id;
    (*end)->what = what;
    (*end)->outcome = outcome;
    (*end)->judged = outcome == CHECK_VACUOUS ? 0 : 38;
    (*end)->total = outcome == CHECK_FAIL;
    return *end;
}

/* Events in waves, with pauses and some names that come seldom. */
static void draw(struct verdict_document *doc, struct verdict_gate *g,
                 uint64_t events)
{
    static const char *const names[] = {
        "progress_update",  "heartbeat",      "order_placed",
        "order_paid",       "order_shipped",  "stock_changed",
        "price_changed",    "user_joined",    "user_left",
        "payment_declined", "refund_started", "execution_completed",
        "cart_abandoned",   "audit_written"};
    struct verdict_timeline_maker *maker = verdict_timeline_new();
    uint64_t seed = 7;
    uint64_t t = 0;

    for (uint64_t i = 0; i < events; i++) {
        size_t name;

        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        name = (seed >> 33) % 100 < 55 ? 0 : (seed >> 40) % 14;
        if (i % (events / 6 + 1) > events / 9 && name != 1 && i % 4)
            name = 1;
        t += (seed >> 45) % 2000000 * (name == 1 ? 3 : 1);
        if (i && i % (events / 5 + 1) == 0)
            t += events * 60000;
        verdict_timeline_put(maker, t, td_text(names[name]));
    }
    g->events = events;
    g->timeline = verdict_timeline_make(maker, &doc->arena);
    verdict_timeline_free(maker);
}

static void stream(struct verdict_document *doc)
{
    struct verdict_gate *g =
        gate(doc, "stream", VERDICT_STREAM, CHECK_FAIL, "1 of 4 rules failed");
    struct verdict_finding *f;

    measure(doc, g, "findings", 1, 0);
    draw(doc, g, 4000);
    rule(doc, g, "total-is-done", "count task[status == 'done']", CHECK_FAIL);
    rule(doc, g, "started-first", "first: execution_started", CHECK_PASS);
    rule(doc, g, "refund-in-5s", "response: refund_started within 5 s",
         CHECK_VACUOUS)
        ->reason = "no refund_started in this stream";
    rule(doc, g, "ends", "last: execution_completed", CHECK_OPEN)->reason =
        "the stream was cut before its end";
    f = find(doc, "stream", "total-is-done",
             "expected 40 tasks that are done, found 39");
    f->seq = 77;
    f->has_t = true;
    f->t_ns = 1381000000;
    f->path = "/data/total";
    f->expected = "40 (as event 1 says)";
    f->found = "39";
    f->fp = "1:5c3a";
    f->excerpt = "execution_completed {\"total\":39,\"ok\":true}";
    f->witness[0] = (struct verdict_witness){
        1, true, 4000000, "execution_started {\"total_tasks\":40}"};
    f->witness[1] = (struct verdict_witness){
        76, true, 1204000000, "progress_update {\"completed_tasks\":38}"};
    f->witness_len = 2;
    f->repro = "tapedeck show run.tape.gz --seq 77 --context 3";
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
        gate(doc, "unit", VERDICT_TESTS, CHECK_FAIL, "1 of 412 failed");
    struct verdict_finding *f;

    measure(doc, g, "failed", 1, 0)->base.known = true;
    g->repro = "ctest --test-dir build -R 'cart.total'";
    add_test(doc, "orders.cart.total rounds half to even", VERDICT_RESULT_FAIL,
             10081300);
    some_tests(doc, 411);
    f = find(doc, "unit", "test-failed", "expected 10.12, found 10.13");
    f->test = "orders.cart.total rounds half to even";
    f->file = "tests/cart.c";
    f->line = 119;
    f->fp = "1:77aa";
}

static void flaky_tests(struct verdict_document *doc)
{
    static const char *const why[] = {"timed out after 2 s", NULL};
    struct verdict_gate *g = gate(doc, "unit", VERDICT_TESTS, CHECK_FLAKY,
                                  "1 test failed, then passed");
    struct verdict_attempt **end;

    measure(doc, g, "flaky", 1, 0);
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
    struct verdict_gate *g = gate(doc, "coverage", VERDICT_COVERAGE, CHECK_FAIL,
                                  "3 of 12 changed lines are not covered");
    struct verdict_measure *m = measure(doc, g, "changed", 75, 90);
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
        gate(doc, "clang-tidy", VERDICT_LINT, CHECK_FAIL, "new findings");

    measure(doc, g, "new", (double)files, 0);
    for (size_t i = 0; i < files; i++) {
        struct verdict_finding *f =
            find(doc, "clang-tidy", "bugprone-narrowing-conversions",
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

    gate(doc, "bench", VERDICT_PERFORMANCE, CHECK_FAIL,
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
            measure(doc,
                    gate(doc, g->name, g->kind,
                         i % 7 == 3 ? CHECK_FAIL : CHECK_PASS, NULL),
                    "n", i % 7 == 3 ? 2 : 0, 0);
        s->earlier[s->earlier_len++] = doc;
    }
}

static void all_kinds(struct stage *s)
{
    struct verdict_document *doc = &s->doc;

    gate(doc, "build", VERDICT_CUSTOM, CHECK_PASS, NULL)->ms = 21400;
    failing_tests(doc);
    stream(doc);
    coverage(doc);
    lint(doc, 3);
    slower(doc);
    gate(doc, "cppcheck", VERDICT_LINT, CHECK_SKIPPED,
         "cppcheck is not installed");
    gate(doc, "format", VERDICT_CUSTOM, CHECK_PASS, NULL)->warned = true;
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
    stream(&s->doc);
    s->doc.gates->lossy = true;
    gate(&s->doc, "cppcheck", VERDICT_LINT, CHECK_SKIPPED, "not installed");
    gate(&s->doc, "replay", VERDICT_STREAM, CHECK_VACUOUS, "no event applied");
    s->doc.truncated_findings = 12;
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
    stream(&s->doc);
    draw(&s->doc, s->doc.gates, 1000000);
}

static void scene_empty(struct stage *s)
{
    (void)s;
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
        gate(&s->doc, texts[0], VERDICT_STREAM, CHECK_FAIL, texts[1]);
    size_t len = sizeof(texts) / sizeof(texts[0]);

    memset(big, 'A', sizeof(big) - 1);
    g->repro = texts[5];
    for (size_t i = 0; i <= len; i++) {
        const char *text = i < len ? texts[i] : big;
        struct verdict_finding *f = find(&s->doc, texts[0], text, text);

        f->excerpt = f->expected = f->found = f->path = f->repro = text;
        f->seq = i + 1;
        f->fp = text;
        f->witness[0] = (struct verdict_witness){i, false, 0, text};
        f->witness_len = 1;
        add_test(&s->doc, text, VERDICT_RESULT_PASS, 1);
    }
    s->doc.run.project = texts[0];
}

static const struct {
    const char *name;
    void (*make)(struct stage *s);
} scenes[] = {
    {"pass", scene_pass},       {"fail", all_kinds},
    {"flaky", scene_flaky},     {"lossy", scene_lossy},
    {"lint", scene_lint},       {"many", scene_many},
    {"million", scene_million}, {"empty", scene_empty},
    {"hostile", scene_hostile},
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
