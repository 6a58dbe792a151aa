/* CTRF (ctrf.io): the cases of all gates as tests. Times are whole
 * milliseconds, and suite is an array, as its schema wants them.
 */
#include "core/json_writer.h"
#include "reports/cases.h"
#include "reports/formats.h"

#include <string.h>

enum status { PASSED, FAILED, SKIPPED, PENDING, OTHER, STATUSES };

static const char *const words[] = {"passed", "failed", "skipped", "pending",
                                    "other"};

static enum status status_of(const struct report_case *c)
{
    static const enum status map[] = {
        [REPORT_CASE_PASS] = PASSED, [REPORT_CASE_SKIP] = SKIPPED,
        [REPORT_CASE_KNOWN] = OTHER, [REPORT_CASE_FLAKY] = PASSED,
        [REPORT_CASE_FAIL] = FAILED, [REPORT_CASE_ERROR] = OTHER};

    return map[c->result];
}

static uint64_t retries(const struct report_case *c)
{
    uint64_t n = 0;

    for (const struct verdict_attempt *a = c->attempts; a && a->next;
         a = a->next)
        n++;
    return n;
}

static void put_case(struct td_json_writer *w, const struct verdict_gate *gate,
                     const struct report_case *c)
{
    td_json_object(w, NULL);
    td_json_put_text(w, "name", c->name[0] ? c->name : "(no name)");
    td_json_put_text(w, "status", words[status_of(c)]);
    td_json_put_i64(w, "duration", c->ns < 0 ? 0 : (c->ns + 500000) / 1000000);
    td_json_array(w, "suite");
    td_json_put_text(w, NULL, gate->name[0] ? gate->name : "(no name)");
    td_json_array_end(w);
    if (c->message)
        td_json_put_text(w, "message", c->message);
    if (c->body)
        td_json_put_text(w, "trace", c->body);
    if (c->result == REPORT_CASE_ERROR)
        td_json_put_text(w, "rawStatus", "error");
    if (c->result == REPORT_CASE_KNOWN)
        td_json_put_text(w, "rawStatus", "known");
    if (c->file && c->file[0])
        td_json_put_text(w, "filePath", c->file);
    if (c->file && c->line)
        td_json_put_u64(w, "line", c->line);
    td_json_put_bool(w, "flaky", c->result == REPORT_CASE_FLAKY);
    if (retries(c) > 0)
        td_json_put_u64(w, "retries", retries(c));
    td_json_object_end(w);
}

static void put_summary(struct td_json_writer *w,
                        const struct verdict_document *doc,
                        const uint64_t *counts, uint64_t flaky)
{
    uint64_t start = doc->run.at_ns / 1000000;
    uint64_t tests = 0;

    for (int s = 0; s < STATUSES; s++)
        tests += counts[s];
    td_json_object(w, "summary");
    td_json_put_u64(w, "tests", tests);
    for (int s = 0; s < STATUSES; s++)
        td_json_put_u64(w, words[s], counts[s]);
    td_json_put_u64(w, "flaky", flaky);
    td_json_put_u64(w, "start", start);
    td_json_put_u64(w, "stop", start + doc->run.ms);
    td_json_object_end(w);
}

static void put_gate(struct td_json_writer *w,
                     const struct verdict_document *doc,
                     const struct verdict_gate *gate, uint64_t *counts,
                     uint64_t *flaky)
{
    struct report_cases cases;

    report_cases_of(&cases, doc, gate);
    for (size_t i = 0; i < cases.len; i++) {
        counts[status_of(&cases.list[i])]++;
        *flaky += cases.list[i].result == REPORT_CASE_FLAKY;
        put_case(w, gate, &cases.list[i]);
    }
    report_cases_release(&cases);
}

enum td_code report_write_ctrf(const struct verdict_document *const *docs,
                               size_t len, struct td_buf *out,
                               struct td_error *err)
{
    const struct verdict_document *doc = docs[len - 1];
    struct td_json_writer w = td_json_writer(out);
    uint64_t counts[STATUSES] = {0};
    uint64_t flaky = 0;

    td_json_object(&w, NULL);
    td_json_put_text(&w, "reportFormat", "CTRF");
    td_json_put_text(&w, "specVersion", "0.0.0");
    td_json_put_text(&w, "generatedBy", "tapedeck");
    td_json_object(&w, "results");
    td_json_object(&w, "tool");
    td_json_put_text(&w, "name", "tapedeck");
    if (doc->run.tool)
        td_json_put_text(&w, "version", doc->run.tool);
    td_json_object_end(&w);
    td_json_array(&w, "tests");
    for (const struct verdict_gate *g = doc->gates; g; g = g->next)
        put_gate(&w, doc, g, counts, &flaky);
    td_json_array_end(&w);
    put_summary(&w, doc, counts, flaky);
    td_json_object_end(&w);
    td_json_object_end(&w);
    (void)td_json_line(&w);
    return report_done(out, "ctrf", err);
}
