/* TAP 14: a test point for each gate, and its cases as a subtest. */
#include "core/json_writer.h"
#include "core/log.h"
#include "reports/cases.h"
#include "reports/formats.h"

#include <string.h>

/* A description: # would begin a directive (TAP 14, "Escaping"). */
static void add_name(struct td_buf *out, const char *text)
{
    struct td_buf clean = {0};

    (void)td_text_clean(&clean, td_text(text));
    for (size_t i = 0; i < clean.len; i++) {
        if (clean.ptr[i] == '#' || clean.ptr[i] == '\\')
            (void)td_buf_add_byte(out, '\\');
        (void)td_buf_add_byte(out, clean.ptr[i]);
    }
    td_buf_release(&clean);
}

/* What follows a directive is read to the end of the line as it is. */
static void add_reason(struct td_buf *out, const char *reason)
{
    if (!reason)
        return;
    (void)td_buf_add_byte(out, ' ');
    add_name(out, reason);
}

static const char *directive(enum report_case_result result)
{
    return result == REPORT_CASE_SKIP    ? " # SKIP"
           : result == REPORT_CASE_KNOWN ? " # TODO known"
           : result == REPORT_CASE_FLAKY ? " # flaky"
                                         : "";
}

/* Text whose lines are fit for a terminal. Readers by regular expressions also
 * end a line at U+2028.
 */
static void add_lines(struct td_buf *out, const char *text)
{
    for (size_t len = strcspn(text, "\n"); text[len];
         len = strcspn(text, "\n")) {
        (void)td_text_clean(out, td_bytes(text, len));
        (void)td_buf_add_byte(out, '\n');
        text += len + 1;
    }
    (void)td_text_clean(out, td_text(text));
}

/* YAML in the form that is JSON too, so that nothing in it means anything. */
static void add_yaml(struct td_buf *out, const char *indent, const char *key,
                     const char *text)
{
    struct td_json_writer w;
    struct td_buf lines = {0};

    if (!text)
        return;
    (void)td_buf_addf(out, "%s  %s: ", indent, key);
    add_lines(&lines, text);
    w = td_json_writer(out);
    td_json_put_string(&w, NULL, td_buf_bytes(&lines));
    (void)td_json_line(&w);
    td_buf_release(&lines);
}

static void add_details(struct td_buf *out, const char *indent,
                        const struct report_case *c)
{
    if (c->result <= REPORT_CASE_SKIP || (!c->message && !c->body))
        return;
    (void)td_buf_addf(out, "%s  ---\n", indent);
    add_yaml(out, indent, "message", c->message);
    add_yaml(out, indent, "data", c->body);
    (void)td_buf_addf(out, "%s  ...\n", indent);
}

static void add_point(struct td_buf *out, const char *indent, size_t number,
                      const struct report_case *c)
{
    bool bad = c->result >= REPORT_CASE_FAIL || c->result == REPORT_CASE_KNOWN;

    (void)td_buf_addf(out, "%s%s %zu - ", indent, bad ? "not ok" : "ok",
                      number);
    add_name(out, c->name);
    (void)td_buf_add_text(out, directive(c->result));
    if (c->result == REPORT_CASE_SKIP)
        add_reason(out, c->message);
    (void)td_buf_add_byte(out, '\n');
    add_details(out, indent, c);
}

static enum report_case_result result_of(enum check_outcome outcome)
{
    return outcome == CHECK_FAIL || outcome == CHECK_ERROR ? REPORT_CASE_FAIL
           : outcome == CHECK_FLAKY                        ? REPORT_CASE_FLAKY
           : outcome == CHECK_PASS                         ? REPORT_CASE_PASS
                                                           : REPORT_CASE_SKIP;
}

static void add_gate(struct td_buf *out, const struct verdict_document *doc,
                     const struct verdict_gate *gate, size_t number)
{
    struct report_case point = {.name = gate->name,
                                .result = result_of(gate->outcome),
                                .message = gate->reason};
    struct report_cases cases;

    report_cases_of(&cases, doc, gate);
    (void)td_buf_add_text(out, "# Subtest: ");
    add_name(out, gate->name);
    (void)td_buf_addf(out, "\n    1..%zu\n", cases.len);
    for (size_t i = 0; i < cases.len; i++)
        add_point(out, "    ", i + 1, &cases.list[i]);
    add_point(out, "", number, &point);
    report_cases_release(&cases);
}

enum td_code report_write_tap(const struct verdict_document *const *docs,
                              size_t len, struct td_buf *out,
                              struct td_error *err)
{
    const struct verdict_document *doc = docs[len - 1];
    size_t gates = 0;

    for (const struct verdict_gate *g = doc->gates; g; g = g->next)
        gates++;
    (void)td_buf_addf(out, "TAP version 14\n1..%zu%s\n", gates,
                      gates ? "" : " # SKIP no gates");
    gates = 0;
    for (const struct verdict_gate *g = doc->gates; g; g = g->next)
        add_gate(out, doc, g, ++gates);
    return report_done(out, "tap", err);
}
