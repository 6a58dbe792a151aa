/* SARIF 2.1.0 (OASIS): a run for each gate that has findings, was judged by a
 * tool, or could not be judged.
 *
 * GitHub takes 20 runs of 25,000 results, each with a location, and refuses two
 * runs of one category: automationDetails.id is the gate's name.
 */
#include "core/json_writer.h"
#include "reports/formats.h"
#include "reports/pick.h"

#include <stdlib.h>
#include <string.h>

#define RUNS_MAX    20
#define RESULTS_MAX 25000

/* A path as a URI reference (RFC 3986): all but unreserved bytes and '/' are
 * percent-encoded, so that "a:b" is no scheme.
 */
static void put_uri(struct td_json_writer *w,
                    const struct verdict_document *doc, const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    struct td_buf file = {0};
    struct td_buf uri = {0};

    report_add_file(&file, doc, path);
    if (path[0] == '/')
        (void)td_buf_add_text(&uri, "file://");
    for (const char *p = td_buf_str(&file); *p; p++) {
        if (strchr(plain, *p))
            (void)td_buf_add_byte(&uri, (uint8_t)*p);
        else
            (void)td_buf_addf(&uri, "%%%02X", (uint8_t)*p);
    }
    td_json_put_string(w, "uri", td_buf_bytes(&uri));
    td_buf_release(&file);
    td_buf_release(&uri);
}

/* Of a finding about no file the first input of the gate, or its name. */
static const char *file_of(const struct verdict_gate *gate,
                           const struct verdict_finding *f)
{
    if (f->file && f->file[0])
        return f->file;
    return gate->inputs ? gate->inputs->path : gate->name;
}

static void put_location(struct td_json_writer *w,
                         const struct verdict_document *doc,
                         const struct verdict_gate *gate,
                         const struct verdict_finding *f)
{
    uint64_t line = f->line ? f->line : f->has_t ? 0 : f->seq;

    td_json_array(w, "locations");
    td_json_object(w, NULL);
    td_json_object(w, "physicalLocation");
    td_json_object(w, "artifactLocation");
    put_uri(w, doc, file_of(gate, f));
    td_json_object_end(w);
    td_json_object(w, "region");
    td_json_put_u64(w, "startLine", line ? line : 1);
    if (line && f->column)
        td_json_put_u64(w, "startColumn", f->column);
    td_json_object_end(w);
    td_json_object_end(w);
    td_json_object_end(w);
    td_json_array_end(w);
}

/* In a message [text](1) is a link: brackets and backslashes are escaped
 * (SARIF 2.1.0, section 3.11.6).
 */
static void put_message(struct td_json_writer *w, const char *text)
{
    struct td_buf escaped = {0};

    for (const char *p = text; *p; p++) {
        if (strchr("[]\\", *p))
            (void)td_buf_add_byte(&escaped, '\\');
        (void)td_buf_add_byte(&escaped, (uint8_t)*p);
    }
    td_json_object(w, "message");
    report_put_clean(w, "text", td_buf_str(&escaped));
    td_json_object_end(w);
    td_buf_release(&escaped);
}

static void put_result(struct td_json_writer *w,
                       const struct verdict_document *doc,
                       const struct verdict_gate *gate,
                       const struct verdict_finding *f)
{
    static const char *const levels[] = {"error", "warning", "note"};
    static const char *const states[] = {"new", "unchanged", "absent"};
    struct td_buf message = {0};

    td_json_object(w, NULL);
    report_put_clean(w, "ruleId", f->rule);
    td_json_put_text(w, "level", levels[f->level]);
    report_add_message(&message, f);
    put_message(w, td_buf_str(&message));
    td_buf_release(&message);
    put_location(w, doc, gate, f);
    if (f->fp) {
        td_json_object(w, "partialFingerprints");
        td_json_put_text(w, "tapedeck/v1", f->fp);
        td_json_object_end(w);
    }
    td_json_put_text(w, "baselineState", states[f->state]);
    td_json_object_end(w);
}

/* What a rule of a contract says, and where it stands. */
static void put_rule_text(struct td_json_writer *w,
                          const struct verdict_gate *gate, const char *id)
{
    const struct verdict_rule *r = gate->rules;

    while (r && strcmp(r->id, id) != 0)
        r = r->next;
    if (!r || !r->where)
        return;
    td_json_object(w, "shortDescription");
    report_put_clean(w, "text", r->what ? r->what : r->id);
    td_json_object_end(w);
    td_json_object(w, "help");
    report_put_clean(w, "text", r->where);
    td_json_object_end(w);
}

static void put_rules(struct td_json_writer *w, const struct verdict_gate *gate,
                      struct report_findings found)
{
    struct report_twins twins = {0};

    td_json_array(w, "rules");
    for (size_t i = 0; i < found.len; i++) {
        if (report_twin(&twins, found.list[i]->rule) > 1)
            continue;
        td_json_object(w, NULL);
        report_put_clean(w, "id", found.list[i]->rule);
        put_rule_text(w, gate, found.list[i]->rule);
        td_json_object_end(w);
    }
    td_json_array_end(w);
    report_twins_release(&twins);
}

static void put_tool(struct td_json_writer *w,
                     const struct verdict_document *doc,
                     const struct verdict_gate *gate,
                     struct report_findings found)
{
    td_json_object(w, "tool");
    td_json_object(w, "driver");
    td_json_put_text(w, "name", "tapedeck");
    if (doc->run.tool)
        td_json_put_text(w, "version", doc->run.tool);
    put_rules(w, gate, found);
    td_json_object_end(w);
    td_json_object_end(w);
}

static void put_invocation(struct td_json_writer *w,
                           const struct verdict_gate *gate)
{
    bool ran = gate->outcome != CHECK_ERROR && gate->outcome != CHECK_SKIPPED;

    td_json_array(w, "invocations");
    td_json_object(w, NULL);
    td_json_put_bool(w, "executionSuccessful", ran);
    if (gate->exited)
        td_json_put_i64(w, "exitCode", gate->exit);
    if (gate->reason && !ran) {
        td_json_array(w, "toolExecutionNotifications");
        td_json_object(w, NULL);
        td_json_put_text(w, "level", "error");
        put_message(w, gate->reason);
        td_json_object_end(w);
        td_json_array_end(w);
    }
    td_json_object_end(w);
    td_json_array_end(w);
}

/* Of gates of one name each has its own. */
static void put_category(struct td_json_writer *w,
                         const struct verdict_gate *gate, unsigned times)
{
    struct td_buf id = {0};

    (void)td_buf_addf(&id, "tapedeck/%s", gate->name);
    if (times > 1)
        (void)td_buf_addf(&id, " #%u", times);
    (void)td_buf_add_byte(&id, '/');
    report_put_clean(w, "id", td_buf_str(&id));
    td_buf_release(&id);
}

static void put_run(struct td_json_writer *w,
                    const struct verdict_document *doc,
                    const struct verdict_gate *gate, unsigned times)
{
    struct report_findings found = report_pick_findings(doc, gate);
    struct report_flaky flaky = report_pick_flaky(doc, gate);

    td_json_object(w, NULL);
    put_tool(w, doc, gate, found);
    td_json_object(w, "automationDetails");
    put_category(w, gate, times);
    td_json_object_end(w);
    put_invocation(w, gate);
    td_json_put_text(w, "columnKind", "unicodeCodePoints");
    td_json_array(w, "results");
    for (size_t i = 0; i < found.len && i < RESULTS_MAX; i++)
        put_result(w, doc, gate, found.list[i]);
    for (size_t i = 0; i < flaky.len && found.len + i < RESULTS_MAX; i++)
        put_result(w, doc, gate, &flaky.list[i]);
    td_json_array_end(w);
    td_json_object_end(w);
    free(found.list);
    free(flaky.list);
}

enum td_code report_write_sarif(const struct verdict_document *const *docs,
                                size_t len, struct td_buf *out,
                                struct td_error *err)
{
    const struct verdict_document *doc = docs[len - 1];
    struct report_gates gates = report_pick_gates(doc);
    struct report_twins twins = {0};
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "$schema",
                     "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/"
                     "os/schemas/sarif-schema-2.1.0.json");
    td_json_put_text(&w, "version", "2.1.0");
    td_json_array(&w, "runs");
    for (size_t i = 0; i < gates.len && i < RUNS_MAX; i++)
        put_run(&w, doc, gates.list[i],
                report_twin(&twins, gates.list[i]->name));
    td_json_array_end(&w);
    td_json_object_end(&w);
    (void)td_json_line(&w);
    report_twins_release(&twins);
    free(gates.list);
    return report_done(out, "sarif", err);
}
