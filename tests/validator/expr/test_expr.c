/* Expressions: what they mean, what is refused and where, what cannot hurt. */
#include "tests/suites.h"
#include "validator/expr/aggregate.h"
#include "validator/expr/expr.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

/* One expression of a contract that knows the events a, b and start. */
struct scene {
    struct check_words *words;
    struct td_jsonx doc;
    struct check_aggregates *aggregates;
    struct check_selector *target;
    struct check_env env;
    struct check_expr *expr;
    struct check_eval *eval;
    struct check_aggregate *own;
    struct td_error err;
};

static void begin(struct scene *s, const char *text)
{
    struct td_buf json = {0};

    *s = (struct scene){.words = check_words_new(),
                        .aggregates = check_aggregates_new()};
    (void)check_event_add(s->words, td_text("a"));
    (void)check_event_add(s->words, td_text("b"));
    (void)check_event_add(s->words, td_text("start"));
    (void)check_event_add(s->words, td_text("odd name"));
    (void)td_buf_add_text(&json, "[\"a\", \"");
    (void)td_json_escape(&json, td_text(text));
    (void)td_buf_add_text(&json, "\"]");
    CU_ASSERT_EQUAL_FATAL(
        td_jsonx_parse(&s->doc, "c", TD_JSONX_JSON, td_buf_bytes(&json), NULL),
        TD_OK);
    td_buf_release(&json);
    CU_ASSERT_EQUAL_FATAL(
        check_selector_load(&s->target, s->words, &s->doc, 1, NULL), TD_OK);
    s->env = (struct check_env){.words = s->words,
                                .doc = &s->doc,
                                .aggregates = s->aggregates,
                                .target = s->target,
                                .events = 4};
}

static void end(struct scene *s)
{
    check_aggregate_free(s->own);
    check_eval_free(s->eval);
    check_expr_free(s->expr);
    check_aggregates_free(s->aggregates);
    check_selector_free(s->target);
    check_words_free(s->words);
    td_jsonx_release(&s->doc);
}

static enum td_code load(struct scene *s, bool number)
{
    enum td_code code =
        number ? check_expr_load_number(&s->expr, &s->env, 2, &s->err)
               : check_expr_load(&s->expr, &s->env, 2, &s->err);

    if (code == TD_OK) {
        s->eval = check_eval_new(s->words);
        s->own = check_aggregate_new(s->aggregates);
    }
    return code;
}

/* The message `{"type":NAME,"t":MS,"data":...}` is seen; doc is its memory. */
static void see(struct scene *s, struct td_json_doc *doc,
                struct check_message *m, const char *text, uint64_t number)
{
    static struct td_buf name;
    uint32_t type;

    CU_ASSERT_EQUAL_FATAL(
        td_json_parse(doc, td_text(text), TD_JSON_DEPTH, NULL), TD_OK);
    type = td_json_member(doc, 0, td_text("type"));
    *m = (struct check_message){.seq = number, .number = number, .doc = doc};
    m->event = CHECK_NO_EVENT;
    if (type) {
        td_buf_clear(&name);
        (void)td_json_unescape(&name, td_json_inner(doc, type));
        m->event = check_event_find(s->words, td_buf_bytes(&name));
    }
    td_buf_release(&name);
    m->has_t = true;
    m->t_ns = number * 1000000500;
    check_eval_begin(s->eval, m);
    check_eval_time(s->eval, (int64_t)m->t_ns, 1000000);
    check_eval_key(s->eval, td_text("\"k1\""));
    check_eval_aggregate(s->eval, s->own, NULL);
    check_aggregate_observe(s->own, s->eval);
}

static const char *answer(struct scene *s, bool number, struct td_buf *out)
{
    struct schema_rational n = {.den = 1};

    td_buf_clear(out);
    if (number && check_expr_number(s->expr, s->eval, &n)) {
        schema_rational_write(out, &n);
    } else if (number || check_expr_test(s->expr, s->eval) == CHECK_UNDEFINED) {
        (void)td_buf_add_text(out, "? ");
        check_eval_reason(s->eval, out);
    } else {
        (void)td_buf_add_text(
            out, check_expr_test(s->expr, s->eval) == CHECK_YES ? "yes" : "no");
    }
    schema_rational_release(&n);
    return td_buf_str(out);
}

static void expect(const char *text, const char *const *events, size_t len,
                   bool number, const char *wanted)
{
    struct td_json_doc doc = {0};
    struct td_buf out = {0};
    struct check_message m;
    struct scene s;

    begin(&s, text);
    if (load(&s, number)) {
        (void)td_buf_addf(&out, "%s: %s", s.err.where, s.err.text);
        (void)td_buf_str(&out);
    }
    for (size_t i = 0; s.expr && i < len && events[i]; i++)
        see(&s, &doc, &m, events[i], i + 1);
    if (s.expr)
        (void)answer(&s, number, &out);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), wanted);
    if (strcmp(td_buf_str(&out), wanted) != 0)
        printf("\n    %s\n        is %s\n        not %s\n", text,
               td_buf_str(&out), wanted);
    td_buf_release(&out);
    td_json_release(&doc);
    end(&s);
}

#define EVENT                                                                  \
    "{\"type\":\"a\",\"n\":45,\"total\":120,\"half\":37.5,\"zero\":0,"         \
    "\"s\":\"a\\u00e9\\\"x\",\"t\":\"2025-01-01T00:00:01.5Z\",\"yes\":true,"   \
    "\"nil\":null,\"list\":[1,\"x\",2.0],\"o\":{\"p\":{\"q\":7},\"x-y\":8},"   \
    "\"ph\":[{\"c\":2},{\"c\":3.5}],\"big\":1e999999,\"in\":3,"                \
    "\"key\":\"mine\",\"long\":12345678901234567890123456789}"

static const char *const answers[][2] = {
    {"n == 45", "yes"},
    {"n == 45.0 && 45 == n", "yes"},
    {"n != 45", "no"},
    {"n < total and n <= 45 and total > n and n >= 45", "yes"},
    {"half == 100 * n / total", "yes"},
    {"0.1 + 0.2 == 0.3", "yes"},
    {"100 * 1 / 3 * 3 == 100", "yes"},
    {"1 / 3 + 1 / 3 + 1 / 3 == 1", "yes"},
    {"7 % 3 == 1 && -7 % 3 == -1 && 7.5 % 2 == 1.5", "yes"},
    {"2 + 3 * 4 == 14 && (2 + 3) * 4 == 20 && 2 - 3 - 4 == -5", "yes"},
    {"12345678901234567890123456789 == long", "yes"},
    {"long + 1 > long && long * long / long == long", "yes"},
    {"1e30 == 1000000000000000000000000000000", "yes"},
    {"9223372036854775807 + 1 == 9223372036854775808", "yes"},
    {"s == 'a\\u00e9\"x' && s == \"a\\u00e9\\\"x\"", "yes"},
    {"s == 'A'", "no"},
    {"n == '45'", "no"},
    {"nil == null", "yes"},
    {"n == null", "no"},
    {"yes", "yes"},
    {"yes == true && !(yes != true)", "yes"},
    {"not n == 46", "yes"},
    {"!yes || n == 45", "yes"},
    {"o.p.q == 7 && o['p'].q == 7 && o['x-y'] == 8", "yes"},
    {"list[0] == 1 && list[1] == 'x' && list[2] == 2", "yes"},
    {"this.in == 3 && this.key == 'mine' && key == 'k1'", "yes"},
    {"$.type == 'a'", "yes"},
    {"1 in list && 'x' in list && 2 in list && !(3 in list)", "yes"},
    {"'p' in o && !('q' in o)", "yes"},
    {"n in [1, 45, 'x']", "yes"},
    {"n in [total / 2, 15 * 3]", "yes"},
    {"n in []", "no"},
    {"list == [1, 'x', 2]", "yes"},
    {"size([1, [2, -3], 'x', null, true]) == 5", "yes"},
    {"n > 40 ? half == 37.5 : half == 0", "yes"},
    {"(n > 50 ? 1 : n > 44 ? 2 : 3) == 2", "yes"},
    {"has(n) && !has(nope) && has(nil) && !has(o.nope.q)", "yes"},
    {"size(s) == 4 && s.size() == 4 && len(list) == 3 && len(o) == 2", "yes"},
    {"s.startsWith('a') && s.endsWith('x') && s.contains('\"')", "yes"},
    {"startsWith(s, 'ax') || endsWith(s, 'ax') || contains(s, 'z')", "no"},
    {"s.matches('^a.\"x$') && !matches(s, 'b')", "yes"},
    {"abs(-3) == 3 && floor(-1.5) == -2 && ceil(-1.5) == -1", "yes"},
    {"round(2.5) == 3 && round(-2.5) == -3 && round(0.125, 2) == 0.13", "yes"},
    {"round(1250, -2) == 1300 && round(100 * 1 / 3, 2) == 33.33", "yes"},
    {"min(n, 3, total) == 3 && max(n, 3, total) == 120", "yes"},
    {"lower('AbC') == 'abc' && int('12') == 12 && int(-2.9) == -2", "yes"},
    {"string(half) == '37.5' && string(true) == 'true'", "yes"},
    {"string(1 / 4) + '!' == '0.25!'", "yes"},
    {"double('1e2') == 100", "yes"},
    {"time(t) == 1735689601500", "yes"},
    {"time('2025-01-01T01:00:01.5+01:00') == time(t)", "yes"},
    {"duration('10m32s') == 632000", "yes"},
    {"duration('1.5ms') == 1.5", "yes"},
    {"sum(ph, c) == 5.5", "yes"},
    {"now == 1000.0005", "yes"},
    {"half ~= 100 * n / total && half ~= 37.45 && half ~= 37.55", "yes"},
    {"half ~= 37.551 || half ~= 37.449", "no"},
    {"n ~= 45.5", "yes"},
    {"n ~= 45.51", "no"},
    {"33.3 ~= 100 / 3", "yes"},
    {"'abc' < 'abd' && 'ab' < 'abc' && 'B' < 'a'", "yes"},
    /* what is undefined, and why */
    {"nope == 1", "? nope is missing"},
    {"n == nope.x", "? nope.x is missing"},
    {"n / zero == 1", "? n / zero divides by zero"},
    {"n % (zero * 2) > 1", "? n % (zero * 2) divides by zero"},
    {"s > 1", "? s is not a number"},
    {"1 < s", "? s is not a number"},
    {"s + 1 == 2", "? s is not a number"},
    {"-s == 1", "? s is not a number"},
    {"n > 'x'", "? n is not text"},
    {"n", "? n is not true or false"},
    {"n && yes", "? n is not true or false"},
    {"yes && n", "? n is not true or false"},
    {"!s", "? s is not true or false"},
    {"n ? yes : yes", "? n is not true or false"},
    {"nope ? yes : yes", "? nope is missing"},
    {"abs(s) > 1", "? s is not a number"},
    {"min(1, n, s) > 1", "? s is not a number"},
    {"size(n) > 1", "? n is of a type that this cannot take"},
    {"matches(n, 'x')", "? n is not text"},
    {"n in total", "? total is not a list"},
    {"nope in list", "? nope is missing"},
    {"n in [nope, 1]", "? nope is missing"},
    {"big > 1", "? big has too many digits to calculate with"},
    {"time(s) > 1", "? time(s) is of a text that is no time of RFC 3339"},
    {"duration(s) > 1",
     "? duration(s) is of a text that is no duration like 10m32s"},
    {"int(s) > 1", "? int(s) is of a text that is not a number"},
    {"sum(ph, d) > 1", "? ph has met an element without that number"},
    {"sum(n, d) > 1", "? n is not a list"},
    {"round(n, 99) == 1", "? round(n, 99) rounds to a number of places "
                          "that is no integer from -30 to 30"},
    /* what is not looked at cannot matter */
    {"n == 45 || nope", "yes"},
    {"nope || n == 45", "yes"},
    {"n != 45 && nope", "no"},
    {"nope && n != 45", "no"},
    {"nope || n != 45", "? nope is missing"},
    {"n == 45 && nope > 1", "? nope is missing"},
    {"n == 45 ? yes : nope", "yes"},
    {"n in [nope, 45]", "yes"},
    {"has(nope) && nope > 1", "no"},
};

static void conditions(void)
{
    static const char *const event[] = {EVENT};

    for (size_t i = 0; i < ROWS(answers); i++)
        expect(answers[i][0], event, 1, false, answers[i][1]);
}

#define BIG "123456789012345678901234567890"

static void numbers(void)
{
    static const char *const rows[][2] = {
        {"1 / 3", "0.333333333333..."},
        {"-7 / 2", "-3.5"},
        {"0.1 + 0.2", "0.3"},
        {"1e-3", "0.001"},
        {"2e3", "2000"},
        {"0 * -1", "0"},
        {"half", "37.5"},
        {BIG " * 10", "1234567890123456789012345678900"},
        {BIG " * " BIG, "15241578753238836750... (59 digits)"},
        {BIG " - " BIG, "0"},
        {BIG " / " BIG, "1"},
        {BIG " % 1000", "890"},
        {"-" BIG " % 1000", "-890"},
        {"floor(" BIG ".5)", BIG},
        {"ceil(-" BIG ".5)", "-" BIG},
        {"round(" BIG ".5)", "123456789012345678901234567891"},
        {"round(-" BIG ".5)", "-123456789012345678901234567891"},
        {"int(" BIG ".9)", BIG},
        {"abs(-" BIG ")", BIG},
        {"round(1.2345678901234567890123, 20)", "1.234567890123..."},
        {"count(a)", "1"},
        {"a.n + 1", "46"},
        {"1e1000 * 1e1000 * 1e1000", "10000000000000000000... (3001 digits)"},
        {"1 / 1e1000", "0.000000000000..."},
    };
    static const char *const event[] = {EVENT};

    for (size_t i = 0; i < ROWS(rows); i++)
        expect(rows[i][0], event, 1, true, rows[i][1]);
}

static void the_past(void)
{
    static const struct {
        const char *expr;
        const char *events[5];
        const char *wanted;
    } rows[] = {
        {"count(a)", {"{\"type\":\"a\"}", "{\"type\":\"b\"}"}, "1"},
        {"count(*)", {"{\"type\":\"a\"}", "{\"type\":\"c\"}"}, "2"},
        {"count(a|b)",
         {"{\"type\":\"a\"}", "{\"type\":\"b\"}", "{\"type\":\"c\"}"},
         "2"},
        {"count(a[x > 1])",
         {"{\"type\":\"a\",\"x\":1}", "{\"type\":\"a\",\"x\":2}",
          "{\"type\":\"a\"}"},
         "1"},
        {"count('odd name')", {"{\"type\":\"odd name\"}"}, "1"},
        {"'odd name'.x", {"{\"type\":\"odd name\",\"x\":4}"}, "4"},
        {"start.x", {"{\"type\":\"a\"}"}, "? start.x has no value yet"},
        {"start.x",
         {"{\"type\":\"start\",\"x\":3}", "{\"type\":\"a\"}",
          "{\"type\":\"start\"}"},
         "3"},
        {"start.x[1].y",
         {"{\"type\":\"start\",\"x\":[1,{\"y\":9}]}", "{\"type\":\"a\"}"},
         "9"},
        {"size(start.x) + len(start.s)",
         {"{\"type\":\"start\",\"x\":[1,2],\"s\":\"\\u00e9b\"}",
          "{\"type\":\"a\"}"},
         "4"},
        {"prev(x)", {"{\"type\":\"a\",\"x\":1}"}, "? prev(x) has no value yet"},
        {"prev(x)",
         {"{\"type\":\"a\",\"x\":1}", "{\"type\":\"b\",\"x\":7}",
          "{\"type\":\"a\",\"x\":2}"},
         "1"},
        {"prev(x)", {"{\"type\":\"a\",\"x\":1}", "{\"type\":\"a\"}"}, "1"},
        {"prev(b.x)",
         {"{\"type\":\"b\",\"x\":1}", "{\"type\":\"b\",\"x\":2}",
          "{\"type\":\"a\"}"},
         "2"},
        {"first(x)",
         {"{\"type\":\"a\",\"x\":1}", "{\"type\":\"a\",\"x\":2}"},
         "1"},
        {"last(x) - first(b.x)",
         {"{\"type\":\"b\",\"x\":1}", "{\"type\":\"b\",\"x\":3}",
          "{\"type\":\"a\",\"x\":5}"},
         "4"},
        {"sum(a.x)",
         {"{\"type\":\"a\",\"x\":0.1}", "{\"type\":\"a\",\"x\":0.2}",
          "{\"type\":\"a\"}"},
         "0.3"},
        {"sum(a[x > 1].x)",
         {"{\"type\":\"a\",\"x\":1}", "{\"type\":\"a\",\"x\":2}"},
         "2"},
        {"sum(a.x)",
         {"{\"type\":\"a\",\"x\":\"1\"}"},
         "? sum(a.x) has met a value that is not a number"},
        {"sum(a.o.x)", {"{\"type\":\"a\",\"o\":{\"x\":1}}"}, "1"},
        {"distinct(a.x)",
         {"{\"type\":\"a\",\"x\":1}", "{\"type\":\"a\",\"x\":1.0}",
          "{\"type\":\"a\",\"x\":\"1\"}", "{\"type\":\"a\",\"x\":[1]}"},
         "3"},
        {"elapsed()",
         {"{\"type\":\"c\"}", "{}", "{\"type\":\"a\"}"},
         "2000.001"},
        {"elapsed(b)",
         {"{\"type\":\"b\"}", "{}", "{\"type\":\"a\"}"},
         "2000.001"},
        {"elapsed(b)",
         {"{\"type\":\"b\"}", "{\"type\":\"b\"}", "{\"type\":\"a\"}"},
         "1000.0005"},
        {"elapsed(b)",
         {"{\"type\":\"a\"}"},
         "? elapsed(b) has not begun: there was no such event"},
    };

    for (size_t i = 0; i < ROWS(rows); i++)
        expect(rows[i].expr, rows[i].events, 5, true, rows[i].wanted);
}

static void mistakes_are_found_at_load(void)
{
    static const struct {
        const char *expr;
        const char *wanted;
    } rows[] = {
        {"", "c:1:8: expected a value, but the text ends here"},
        {"a ==", "c:1:12: expected a value, but the text ends here"},
        {"n = 1", "c:1:10: there is no \"=\" in an expression"},
        {"n & 1", "c:1:10: there is no \"&\" in an expression"},
        {"n == 1 1", "c:1:15: expected the end of the expression, found 1"},
        {"n == 01", "c:1:13: this is not written as a number"},
        {"n == 1x", "c:1:13: this is not written as a number"},
        {"n == 'x", "c:1:13: the text that begins here has no end"},
        {"n == 'a\\qb'", "c:1:15: there is no escape \\q in a text"},
        {"n == '\\u12'", "c:1:14: \\u takes four hexadecimal digits"},
        {"n # 1", "c:1:10: there is no \"#\" in an expression"},
        {"(n == 1",
         "c:1:15: expected \")\" after a value in parentheses, but the text "
         "ends here"},
        {"n == 1)", "c:1:14: expected the end of the expression, found )"},
        {"sise(n) == 1", "c:1:8: there is no function \"sise\""},
        {"n.foo() == 1", "c:1:10: there is no function \"foo\""},
        {"abs() == 1", "c:1:8: abs takes 1 value, and has 0"},
        {"abs(1, 2) == 1", "c:1:15: abs takes no more than 1 value"},
        {"min(1) == 1", "c:1:8: min takes 2 values, and has 1"},
        {"'a' + 1 == 2", "c:1:14: + takes text, and this is a number"},
        {"'a' * 2 == 2", "c:1:8: * takes a number, and this is text"},
        {"1 == 'a'", "c:1:10: a number cannot be compared with text in this "
                     "way"},
        {"true < false",
         "c:1:13: true or false cannot be compared with true or false in this "
         "way"},
        {"!5", "c:1:8: ! takes true or false, and this is a number"},
        {"-'x' == 1", "c:1:8: - takes a number, and this is text"},
        {"1 + 2", "c:1:8: a rule takes true or false, and this is a number"},
        {"1 ? true : false",
         "c:1:8: ?: takes true or false, and this is a number"},
        {"n < 1 < 2", "c:1:14: a comparison cannot be compared again"},
        {"abs('x') == 1", "c:1:12: abs takes a number, and this is text"},
        {"1 in 2", "c:1:13: `in` takes a list, and this is a number"},
        {"[n] == list",
         "c:1:9: expected a constant (lists of other values stand behind `in` "
         "only), found n"},
        {"list[n] == 1",
         "c:1:13: expected a name in quotes or a number from 0, found n"},
        {"list[-1] == 1",
         "c:1:13: expected a name in quotes or a number from 0, found -"},
        {"n.1 == 1",
         "c:1:10: expected the name of a field after \".\", found 1"},
        {"matches(s, s)", "c:1:19: expected a pattern in quotes, found s"},
        {"matches(s, '(')", "c:1:20: this pattern is wrong: this ( has no )"},
        {"count(c) == 1", "c:1:14: there is no event \"c\" in this contract"},
        {"count(a[x >]) == 1", "c:1:19: expected a value, found ]"},
        {"count(a[x) == 1", "c:1:17: expected \"]\" after a filter, found )"},
        {"count(a[count(b) == 1 && prev(x) > 1]) == 1",
         "c:1:38: prev() needs to know of which event"},
        {"sum(a) == 1", "c:1:13: expected EVENT.FIELD, like progress.percent"},
        {"'nope'.x == 1", "c:1:8: there is no event \"nope\""},
        {"1e1001 == 1",
         "c:1:8: this number has more than 1000 digits on one side of its "
         "point"},
        {"n + 1 ~= n * 2",
         "c:1:14: neither side of ~= is a number as it is written, whose "
         "digits would say how near is near"},
        {"in == 3", "c:1:8: expected a value, found in"},
        {"has(1)", "c:1:12: expected a field, found 1"},
    };

    for (size_t i = 0; i < ROWS(rows); i++)
        expect(rows[i].expr, NULL, 0, false, rows[i].wanted);
}

/* Places in YAML are those of the file, not of the text alone. */
static void places_are_of_the_file(void)
{
    static const struct {
        const char *yaml;
        const char *where;
    } rows[] = {
        {"a: b\nx: n == )", "c:2:9"},
        {"a: b\nx: 'n == )'", "c:2:10"},
        {"a: b\nx: \"\u00e9 == )\"", "c:2:10"},
        {"a: b\nx: {y: 'n == )'}", "c:2:14"},
        {"a: b\nx: >\n  n ==\n  )", "c:2:4"},
        {"a: b\nx: n\n  == )", "c:2:4"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct scene s;
        uint32_t at;

        begin(&s, "");
        td_jsonx_release(&s.doc);
        CU_ASSERT_EQUAL_FATAL(td_jsonx_parse(&s.doc, "c", TD_JSONX_YAML,
                                             td_text(rows[i].yaml), NULL),
                              TD_OK);
        at = td_json_member(&s.doc.json, 0, td_text("x"));
        if (s.doc.json.values[at].kind == TD_JSON_OBJECT)
            at += 2;
        CU_ASSERT_EQUAL(check_expr_load(&s.expr, &s.env, at, &s.err), TD_USAGE);
        CU_ASSERT_STRING_EQUAL(s.err.where, rows[i].where);
        if (strcmp(s.err.where, rows[i].where) != 0)
            printf("\n    %s\n    %s\n", rows[i].yaml, s.err.where);
        end(&s);
    }
}

static void repeat(struct td_buf *out, const char *text, int n)
{
    for (int i = 0; i < n; i++)
        (void)td_buf_add_text(out, text);
}

static void what_is_too_much_is_refused(void)
{
    static const struct {
        const char *before;
        const char *part;
        int times;
        const char *behind;
        const char *why;
    } rows[] = {
        {"", "(", 1000, "n", "this expression is nested too deep"},
        {"", "!", 1000, "n", "this expression is nested too deep"},
        {"", "-", 1000, "n == 1", "this expression is nested too deep"},
        {"", "not ", 1000, "n", "this expression is nested too deep"},
        {"n in ", "[", 1000, "", "this expression is nested too deep"},
        {"", "abs(", 500, "n", "this expression is nested too deep"},
        {"", "n ? ", 500, "n", "this expression is nested too deep"},
        {"n", "+n", 600, "== 1", "this expression has too many parts"},
        {"n in [1", ",1", 300, "]", "a list of more than 255 values"},
        {"n == '", "x", 5000, "'", "longer than 4096 bytes"},
        {"count(a", "|a", 100, ") == 1", "more than 64 alternatives"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_buf text = {0};
        struct scene s;

        (void)td_buf_add_text(&text, rows[i].before);
        repeat(&text, rows[i].part, rows[i].times);
        (void)td_buf_add_text(&text, rows[i].behind);
        begin(&s, td_buf_str(&text));
        CU_ASSERT_EQUAL(load(&s, false), TD_LIMIT);
        CU_ASSERT_STRING_EQUAL(s.err.text, rows[i].why);
        if (strcmp(s.err.text, rows[i].why) != 0)
            printf("\n    %.60s: %s\n", td_buf_str(&text), s.err.text);
        end(&s);
        td_buf_release(&text);
    }
}

/* Work that a stream could ask for ends as undefined. */
static void what_is_too_much_ends(void)
{
    static const char *const event[] = {
        "{\"s\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\",\"n\":1e1000}"};

    expect("s.matches('^(a|a)*$')", event, 1, false,
           "? s takes too many steps to match");
    expect("n * n * n * n * n * n * n * n * n * n * n * n * n * n * n * n * n "
           "* n * n * n > 1",
           event, 1, false,
           "? n * n * n * n * n * n * n * n * n * n * n * n * n * n * n * n * "
           "n * n * n * n is too large to calculate with");
}

static void explanations(void)
{
    static const struct {
        const char *expr;
        const char *wanted;
    } rows[] = {
        {"half ~= 100 * n / total + 1", "n = 45, total = 120, so 100 * n / "
                                        "total + 1 = 38.5; found half = 37.5"},
        {"n == total", "total = 120; found n = 45"},
        {"n == 46", "n = 45"},
        {"n + 1 == count(a)", "n = 45, count(a) = 1; found n + 1 = 46"},
        {"n == total - nope", "total = 120, nope is missing, so total - nope = "
                              "undefined; found n = 45"},
        {"yes && n > total", "yes = true, n = 45, total = 120"},
        {"s == 'b'", "s = \"aé\"x\""},
        {"o.p == list", "list = [1,\"x\",2.0]; found o.p = {\"q\":7}"},
        {"total in [n, n + 1]", "total = 120, n = 45"},
        {"1 == 2", "1"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_json_doc doc = {0};
        struct td_buf out = {0};
        struct check_message m;
        struct scene s;

        begin(&s, rows[i].expr);
        CU_ASSERT_EQUAL_FATAL(load(&s, false), TD_OK);
        see(&s, &doc, &m, EVENT, 1);
        CU_ASSERT_NOT_EQUAL(check_expr_test(s.expr, s.eval), CHECK_YES);
        check_expr_explain(s.expr, s.eval, &out);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].wanted);
        if (strcmp(td_buf_str(&out), rows[i].wanted) != 0)
            printf("\n    %s: %s\n", rows[i].expr, td_buf_str(&out));
        td_buf_release(&out);
        td_json_release(&doc);
        end(&s);
    }
}

CU_TestInfo validator_expr_expr_tests[] = {
    {"conditions", conditions},
    {"numbers", numbers},
    {"the past", the_past},
    {"mistakes are found at load", mistakes_are_found_at_load},
    {"places are of the file", places_are_of_the_file},
    {"what is too much is refused", what_is_too_much_is_refused},
    {"what is too much ends", what_is_too_much_ends},
    {"explanations", explanations},
    CU_TEST_INFO_NULL,
};
