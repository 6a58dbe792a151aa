/* JUnit XML as Maven Surefire writes it and Jenkins reads it: a suite is a
 * gate; flakyFailure and rerunFailure are the attempts that failed of a test
 * that passed, or did not, in the end.
 */
#include "core/clock.h"
#include "reports/cases.h"
#include "reports/formats.h"
#include "reports/pick.h"
#include "reports/xml_writer.h"

#include <string.h>

/* Seconds without a sign of thousands: "1,234.5" is read wrong. */
static void add_time(struct td_buf *out, int64_t ns)
{
    char parts[] = ".000000000\"";
    int64_t part = ns % (int64_t)TD_NS_PER_S;

    if (ns < 0)
        return;
    for (char *digit = parts + 9; part > 0; part /= 10)
        *digit-- = (char)('0' + part % 10);
    (void)td_buf_add_text(out, " time=\"");
    (void)td_buf_add_u64(out, (uint64_t)ns / TD_NS_PER_S);
    (void)td_buf_add_text(out, parts);
}

static void add_element(struct td_buf *out, const char *name,
                        const struct report_case *c)
{
    (void)td_buf_add_text(out, "      <");
    (void)td_buf_add_text(out, name);
    report_xml_attribute(out, "message", c->message ? c->message : "");
    if (strcmp(name, "skipped") != 0)
        report_xml_attribute(out, "type", name);
    (void)td_buf_add_text(out, ">");
    if (c->body)
        report_xml_text(out, c->body);
    (void)td_buf_addf(out, "</%s>\n", name);
}

/* The attempts that failed; the last one of a test that fails is its failure.
 */
static void add_attempts(struct td_buf *out, const struct report_case *c)
{
    bool flaky = c->result == REPORT_CASE_FLAKY;
    bool told = false;

    for (const struct verdict_attempt *a = c->attempts; a; a = a->next) {
        bool error = a->result == VERDICT_RESULT_ERROR;
        const char *name = flaky   ? error ? "flakyError" : "flakyFailure"
                           : error ? "rerunError"
                                   : "rerunFailure";

        if (a->result < VERDICT_RESULT_FAIL || (!flaky && !a->next))
            continue;
        (void)td_buf_addf(out, "      <%s", name);
        report_xml_attribute(out, "message", a->message ? a->message : "");
        report_xml_attribute(out, "type", error ? "error" : "failure");
        (void)td_buf_add_text(out, "/>\n");
        told = true;
    }
    if (flaky && !told)
        add_element(out, "flakyFailure", c);
}

static void add_output(struct td_buf *out, const struct report_case *c)
{
    const char *text = c->body ? c->body : c->message;

    if (!text)
        return;
    (void)td_buf_add_text(out, "      <system-out>");
    report_xml_text(out, c->result == REPORT_CASE_KNOWN ? "known: " : "");
    report_xml_text(out, text);
    (void)td_buf_add_text(out, "</system-out>\n");
}

static void add_case(struct td_buf *out, const struct verdict_gate *gate,
                     const struct report_case *c)
{
    (void)td_buf_add_text(out, "    <testcase");
    report_xml_attribute(out, "name", c->name);
    report_xml_attribute(out, "classname", gate->name);
    add_time(out, c->ns < 0 ? 0 : c->ns);
    report_xml_attribute(out, "file", c->file);
    if (c->file && c->line) {
        (void)td_buf_add_text(out, " line=\"");
        (void)td_buf_add_u64(out, c->line);
        (void)td_buf_add_byte(out, '"');
    }
    (void)td_buf_add_text(out, ">\n");
    if (c->result == REPORT_CASE_FAIL)
        add_element(out, "failure", c);
    else if (c->result == REPORT_CASE_ERROR)
        add_element(out, "error", c);
    else if (c->result == REPORT_CASE_SKIP)
        add_element(out, "skipped", c);
    if (c->attempts || c->result == REPORT_CASE_FLAKY)
        add_attempts(out, c);
    if (c->result == REPORT_CASE_KNOWN || c->result == REPORT_CASE_PASS)
        add_output(out, c);
    (void)td_buf_add_text(out, "    </testcase>\n");
}

static void add_counts(struct td_buf *out, const size_t *results, size_t tests)
{
    (void)td_buf_addf(
        out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
        tests, results[REPORT_CASE_FAIL], results[REPORT_CASE_ERROR],
        results[REPORT_CASE_SKIP]);
}

static void add_suite(struct td_buf *out, const struct verdict_document *doc,
                      const struct verdict_gate *gate,
                      const struct report_cases *cases)
{
    struct td_buf at = {0};

    (void)td_time_format(&at, doc->run.at_ns / TD_NS_PER_S * TD_NS_PER_S);
    at.len = at.len > 19 ? 19 : at.len; /* 2026-01-31T12:00:00 */
    (void)td_buf_add_text(out, "  <testsuite");
    report_xml_attribute(out, "name", gate->name);
    add_counts(out, cases->results, cases->len);
    add_time(out, (int64_t)(gate->ms % UINT64_C(1000000000)) * 1000000);
    report_xml_attribute(out, "timestamp", td_buf_str(&at));
    (void)td_buf_add_text(out, ">\n");
    for (size_t i = 0; i < cases->len; i++)
        add_case(out, gate, &cases->list[i]);
    (void)td_buf_add_text(out, "  </testsuite>\n");
    td_buf_release(&at);
}

/* The sums of all suites stand before them. */
static void add_head(struct td_buf *out, const struct verdict_document *doc)
{
    size_t results[REPORT_CASE_ERROR + 1] = {0};
    size_t tests = 0;

    for (const struct verdict_gate *g = doc->gates; g; g = g->next) {
        struct report_cases cases;

        report_cases_of(&cases, doc, g);
        for (size_t i = 0; i <= REPORT_CASE_ERROR; i++)
            results[i] += cases.results[i];
        tests += cases.len;
        report_cases_release(&cases);
    }
    (void)td_buf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                               "<testsuites name=\"tapedeck\"");
    add_counts(out, results, tests);
    add_time(out, (int64_t)(doc->run.ms % UINT64_C(1000000000)) * 1000000);
    (void)td_buf_add_text(out, ">\n");
}

enum td_code report_write_junit(const struct verdict_document *const *docs,
                                size_t len, struct td_buf *out,
                                struct td_error *err)
{
    const struct verdict_document *doc = docs[len - 1];

    add_head(out, doc);
    for (const struct verdict_gate *g = doc->gates; g; g = g->next) {
        struct report_cases cases;

        report_cases_of(&cases, doc, g);
        add_suite(out, doc, g, &cases);
        report_cases_release(&cases);
    }
    (void)td_buf_add_text(out, "</testsuites>\n");
    return report_done(out, "junit", err);
}
