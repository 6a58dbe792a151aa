/* Verdicts: of the gates of a workspace, of the stream, of tests. */
#include "console/console_internal.h"
#include "core/json_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FINDINGS_MAX 20
#define NAME_SIZE    128

/* ---- gates ---- */

/* Verdicts that are told beside those that passed and failed. */
static const struct {
    const char *word, *name;
} others[] = {
    {"flaky", "flaky"},
    {"open", "undecided"},
    {"skipped", "skipped"},
    {"vacuous", "vacuous"},
};
#define OTHERS (sizeof(others) / sizeof(others[0]))

struct sums {
    struct console *c;
    const struct td_json_doc *doc;
    unsigned gates, bad, passed, open;
    unsigned untold, flaky; /* of the bad ones */
    unsigned other[OTHERS];
};

static bool member_is(const struct td_json_doc *doc, uint32_t object,
                      const char *name, const char *word)
{
    uint32_t at = td_json_member(doc, object, td_text(name));

    return at && doc->values[at].kind == TD_JSON_STRING &&
           td_json_string_is(doc, at, td_text(word));
}

/* Warnings and what could not be judged count only where it is strict. */
static bool is_bad(const struct sums *s, uint32_t gate)
{
    const struct td_json_doc *doc = s->doc;

    return member_is(doc, gate, "verdict", "fail") ||
           member_is(doc, gate, "verdict", "error") ||
           (s->c->asked.strict && (td_json_member_true(doc, gate, "warned") ||
                                   member_is(doc, gate, "verdict", "flaky")));
}

static void put_findings(struct sums *s, uint32_t verdict, uint32_t gate)
{
    uint32_t list = console_inner(s->doc, verdict, "findings");
    uint32_t end = list ? s->doc->values[list].next : 0;
    struct panel v = console_view(s->c);
    struct td_buf name = {0};
    unsigned shown = 0;

    console_member(s->doc, gate, "name", &name);
    for (uint32_t at = list + 1; at < end && shown < FINDINGS_MAX;
         at = s->doc->values[at].next)
        if (member_is(s->doc, at, "gate", td_buf_str(&name))) {
            panel_finding(&s->c->text, &v, s->doc, at);
            shown++;
        }
    td_buf_release(&name);
}

static bool is_kind(const struct sums *s, uint32_t gate)
{
    const char *kind = s->c->asked.kind;

    if (!strcmp(kind, "syntax")) /* builds have no kind of their own */
        return member_is(s->doc, gate, "kind", "lint") ||
               member_is(s->doc, gate, "kind", "custom");
    return !strcmp(kind, "all") || member_is(s->doc, gate, "kind", kind);
}

static void put_gates(struct sums *s, const char *name,
                      const struct console_answer *answer, bool only_streams)
{
    uint32_t verdict = console_inner(s->doc, answer->data, name);
    uint32_t list = verdict ? console_inner(s->doc, verdict, "gates") : 0;
    uint32_t end = list ? s->doc->values[list].next : 0;
    struct panel v = console_view(s->c);

    for (uint32_t at = list + 1; at < end; at = s->doc->values[at].next) {
        bool stream = member_is(s->doc, at, "kind", "stream");

        if (stream != only_streams || !is_kind(s, at))
            continue;
        panel_gate(&s->c->text, &v, s->doc, at);
        s->gates++;
        if (is_bad(s, at)) {
            s->bad++;
            s->untold += member_is(s->doc, at, "verdict", "error");
            s->flaky += member_is(s->doc, at, "verdict", "flaky");
            put_findings(s, verdict, at);
            continue;
        }
        s->passed += member_is(s->doc, at, "verdict", "pass") ||
                     member_is(s->doc, at, "verdict", "flaky");
        s->open += member_is(s->doc, at, "verdict", "open");
        for (size_t i = 0; i < OTHERS; i++)
            s->other[i] += member_is(s->doc, at, "verdict", others[i].word);
    }
}

/* " passed 5 of 6 gates", " passed 6 gates" */
static void put_count(struct text_line *line, enum text_role role,
                      const char *word, unsigned count, unsigned all)
{
    text_putf(line, role, " %s %u", word, count);
    if (count < all || role == TEXT_BAD)
        text_putf(line, role, " of %u", all);
    text_put(line, role, all == 1 ? " gate" : " gates");
}

static void put_end(struct sums *s)
{
    struct panel v = console_view(s->c);
    struct text_line line = panel_row(&s->c->text, &v);
    const char *sep = " (";

    panel_verdict_sign(&line, s->bad ? "fail" : s->passed ? "pass" : "skip");
    if (s->bad)
        put_count(&line, TEXT_BAD, "failed", s->bad, s->gates);
    else if (s->passed)
        put_count(&line, TEXT_GOOD, "passed", s->passed, s->gates);
    else
        text_putf(&line, TEXT_PLAIN, " no gate of this kind %s",
                  s->gates ? "has passed" : "was run");
    for (size_t i = 0; i < OTHERS; i++) {
        if (!s->other[i])
            continue;
        text_putf(&line, TEXT_DIM, "%s%u %s", sep, s->other[i], others[i].name);
        sep = ", ";
    }
    text_put(&line, TEXT_DIM, *sep == ',' ? ")" : "");
    panel_row_end(&line);
}

/* Where its page is; or why there is none, which fails. */
static void put_page(struct sums *s, const struct console_answer *answer)
{
    struct td_buf path = {0};
    struct td_buf why = {0};
    struct panel v = console_view(s->c);
    struct text_line line = panel_row(&s->c->text, &v);

    console_member(answer->doc, answer->data, "html", &path);
    console_member(answer->doc, answer->data, "html_error", &why);
    if (path.len) {
        text_put(&line, TEXT_PLAIN, "  page  ");
        text_put_foreign(&line, TEXT_ACCENT, td_buf_bytes(&path));
    } else {
        text_put(&line, TEXT_BAD, "  no page: ");
        text_put_foreign(&line, TEXT_PLAIN, td_buf_bytes(&why));
        s->c->asked.failed = "the page could not be written";
    }
    panel_row_end(&line);
    td_buf_release(&path);
    td_buf_release(&why);
}

/* Nothing is wrong, but not all of it is there; NULL: it is. */
static const char *missing_of(const struct console_answer *answer)
{
    if (member_is(answer->doc, answer->data, "state", "running"))
        return "it is under way; its verdict comes with its end";
    if (member_is(answer->doc, answer->data, "state", "suspended"))
        return "it was cut short; its verdict comes with its end: resume";
    return NULL;
}

/* The gates of the validate phase, then the stream as it is judged now. */
void console_render_verdict(struct console *c,
                            const struct console_answer *answer)
{
    struct sums s = {.c = c, .doc = answer->doc};
    const char *missing;

    if (!answer->data)
        return;
    put_gates(&s, "phase", answer, false);
    put_gates(&s, "stream", answer, true);
    put_end(&s);
    missing = missing_of(answer);
    if (s.bad) {
        c->asked.failed = s.untold == s.bad ? "could not be judged" : "failed";
        c->asked.failed_by = s.untold == s.bad  ? TD_TOOL
                             : s.flaky == s.bad ? TD_FLAKY
                                                : TD_FAILED;
    } else if (missing) {
        c->asked.failed = missing;
        c->asked.failed_by = TD_LOSSY;
    } else if (s.passed + s.open == 0) { /* what is open may still pass */
        c->asked.failed =
            s.gates ? "no gate has passed" : "no gate of this kind was run";
    }
    if (c->asked.page)
        put_page(&s, answer);
}

/* ---- tests ---- */

/* Tests side by side whose keys have the same front. */
struct suite {
    char name[NAME_SIZE];
    unsigned all, good;
    double ns;
};

/* "cart" of "cart.adds", "cart::adds", "cart/adds"; else all of it. */
static void suite_of(char out[NAME_SIZE], const char *key)
{
    size_t len = strlen(key);

    for (size_t i = len; i-- > 1;)
        if (strchr(".:/#", key[i])) {
            len = i;
            break;
        }
    while (len > 1 && strchr(":/.#", key[len - 1]))
        len--;
    (void)snprintf(out, NAME_SIZE, "%.*s", (int)len, key);
}

static bool is_good(const char *result)
{
    return !strcmp(result, "pass") || !strcmp(result, "skip") ||
           !strcmp(result, "xfail") || !strcmp(result, "xpass");
}

static void put_row(struct console *c, const char *sign, const char *name,
                    const char *text)
{
    struct panel v = console_view(c);
    struct text_line line = panel_row(&c->text, &v);

    text_put(&line, TEXT_PLAIN, "  ");
    panel_verdict_sign(&line, sign);
    text_put(&line, TEXT_PLAIN, " ");
    text_put_foreign(&line, TEXT_PLAIN, td_text(name));
    text_tab(&line, v.columns > 60 ? 40 : v.columns / 2);
    text_put(&line, TEXT_PLAIN, " ");
    text_put_foreign(&line, TEXT_DIM, td_text(text));
    panel_row_end(&line);
}

static void end_suite(struct console *c, struct suite *suite)
{
    char text[64];

    if (suite->all == 0)
        return;
    (void)snprintf(text, sizeof(text), "%u of %u  %.1fs", suite->good,
                   suite->all, suite->ns / 1e9);
    put_row(c, suite->good == suite->all ? "pass" : "fail", suite->name, text);
    *suite = (struct suite){.all = 0};
}

struct listing {
    struct console *c;
    const struct td_json_doc *doc;
    struct suite suite;
    uint64_t rows;
    unsigned all, found, bad;
};

static bool is_wanted(const struct listing *l, const char *key,
                      const char *result)
{
    const struct console_asked *asked = &l->c->asked;

    return (!asked->text || strcasestr(key, asked->text)) &&
           (!asked->kind || !strcmp(asked->kind, result));
}

static bool is_of_gate(const struct listing *l, uint32_t test)
{
    const char *gate = l->c->asked.gate;

    return !gate || member_is(l->doc, test, "gate", gate);
}

static void take_test(struct listing *l, uint32_t at, const char *key,
                      const char *result)
{
    bool each = l->c->asked.kind || l->c->asked.each;
    char name[NAME_SIZE];
    struct td_buf message = {0};

    l->found++;
    l->bad += !is_good(result);
    if (each || !is_good(result)) {
        console_member(l->doc, at, "message", &message);
        if (l->rows++ < l->c->asked.lines)
            put_row(l->c, result, key,
                    message.len ? td_buf_str(&message) : result);
        td_buf_release(&message);
    }
    if (each || l->c->asked.sums)
        return;
    suite_of(name, key);
    if (strcmp(name, l->suite.name) != 0)
        end_suite(l->c, &l->suite);
    (void)snprintf(l->suite.name, NAME_SIZE, "%s", name);
    l->suite.all++;
    l->suite.good += is_good(result);
    l->suite.ns += td_json_member_double(l->doc, at, "ns", 0);
}

static void put_tests(struct listing *l, uint32_t list)
{
    uint32_t end = list ? l->doc->values[list].next : 0;
    struct td_buf key = {0};
    struct td_buf result = {0};

    for (uint32_t at = list + 1; at < end; at = l->doc->values[at].next) {
        td_buf_clear(&key);
        td_buf_clear(&result);
        console_member(l->doc, at, "key", &key);
        console_member(l->doc, at, "result", &result);
        l->all++;
        if (is_of_gate(l, at) &&
            is_wanted(l, td_buf_str(&key), td_buf_str(&result)))
            take_test(l, at, td_buf_str(&key), td_buf_str(&result));
    }
    end_suite(l->c, &l->suite);
    td_buf_release(&key);
    td_buf_release(&result);
}

/* "src/cart.c  91.0%  10 of 11 lines" of each file that is measured. */
static void put_coverage(struct console *c, const struct td_json_doc *doc,
                         uint32_t phase)
{
    uint32_t coverage = console_inner(doc, phase, "coverage");
    uint32_t files = coverage ? console_inner(doc, coverage, "files") : 0;
    uint32_t end = files ? doc->values[files].next : 0;

    for (uint32_t at = files + 1; at < end; at = doc->values[at].next) {
        uint32_t lines = console_inner(doc, at, "lines");
        struct td_buf path = {0};
        char text[64];
        double hit;
        double all;

        if (!lines || doc->values[lines].count != 2)
            continue;
        hit = strtod((const char *)td_json_raw(doc, lines + 1).ptr, NULL);
        all = strtod(
            (const char *)td_json_raw(doc, doc->values[lines + 1].next).ptr,
            NULL);
        console_member(doc, at, "path", &path);
        (void)snprintf(text, sizeof(text), "%5.1f%%  %.0f of %.0f lines",
                       all > 0 ? hit * 100 / all : 0, hit, all);
        put_row(c, "pass", td_buf_str(&path), text);
        td_buf_release(&path);
    }
}

/* A line for each suite, and one for each test that is no good. */
void console_render_tests(struct console *c,
                          const struct console_answer *answer)
{
    struct listing l = {.c = c, .doc = answer->doc};
    uint32_t phase = console_inner(answer->doc, answer->data, "phase");
    struct panel v = console_view(c);
    struct text_line line;

    if (!answer->data)
        return;
    if (phase)
        put_tests(&l, console_inner(l.doc, phase, "tests"));
    if (phase && c->asked.stats)
        put_coverage(c, l.doc, phase);
    line = panel_row(&c->text, &v);
    if (l.found)
        text_putf(&line, l.bad ? TEXT_BAD : TEXT_GOOD, "  %u test%s, %u failed",
                  l.found, l.found == 1 ? "" : "s", l.bad);
    else if (!phase)
        text_put(&line, TEXT_WARN,
                 "  no validate phase has ended; execute first, with gates "
                 "(tapedeck gates init)");
    else if (l.all)
        text_putf(&line, TEXT_WARN, "  no test matches; %u here", l.all);
    else
        text_put(&line, TEXT_WARN, "  no gate has told of a test");
    panel_row_end(&line);
    if (l.bad)
        c->asked.failed = "failed";
    else if (l.found == 0)
        c->asked.failed = l.all ? "no test matches" : "nothing was tested";
}
