/* GitLab Code Quality: an array of findings, each with a fingerprint that no
 * other has (GitLab drops all but one of equal ones) and a path from the root
 * of the repository.
 */
#include "core/digest.h"
#include "core/json_writer.h"
#include "reports/formats.h"
#include "reports/pick.h"

#include <stdlib.h>

/* Of a finding without one: what it says, without its line. */
static const char *fingerprint(struct td_arena *arena,
                               const struct verdict_finding *f)
{
    char hex[TD_SHA256_HEX];
    struct td_buf text = {0};

    if (f->fp)
        return f->fp;
    (void)td_buf_addf(&text, "%s\n%s\n%s\n%s\n%s", f->gate, f->rule,
                      f->file ? f->file : "", f->test ? f->test : "",
                      f->message);
    td_sha256_hex(hex, td_buf_bytes(&text));
    td_buf_release(&text);
    return td_arena_print(arena, "%.32s", hex);
}

struct quality {
    struct td_json_writer w;
    struct td_arena arena;
    struct report_twins twins;
};

static void put_fingerprint(struct quality *q, const char *fp)
{
    unsigned times = report_twin(&q->twins, fp);

    td_json_put_text(&q->w, "fingerprint",
                     times > 1 ? td_arena_print(&q->arena, "%s:%u", fp, times)
                               : fp);
}

static const char *path_of(struct quality *q,
                           const struct verdict_document *doc,
                           const struct verdict_finding *f)
{
    struct td_buf file = {0};
    const struct verdict_gate *gate = report_gate(doc, f->gate);
    const char *path = f->file && f->file[0]  ? f->file
                       : gate && gate->inputs ? gate->inputs->path
                                              : f->gate;

    report_add_file(&file, doc, path);
    path = td_arena_text(&q->arena, td_buf_bytes(&file));
    td_buf_release(&file);
    return path;
}

/* What a finding says and where its rule stands, if a contract has it. */
static void put_description(struct quality *q, const struct verdict_finding *f,
                            const char *rule)
{
    struct td_buf text = {0};

    report_add_message(&text, f);
    if (rule)
        (void)td_buf_addf(&text, " (rule: %s)", rule);
    report_put_clean(&q->w, "description", td_buf_str(&text));
    td_buf_release(&text);
}

static void put_finding(struct quality *q, const struct verdict_document *doc,
                        const struct verdict_finding *f, const char *severity)
{
    uint64_t line = f->line ? f->line : f->has_t ? 0 : f->seq;

    td_json_object(&q->w, NULL);
    put_description(q, f, report_rule_place(doc, f));
    report_put_clean(&q->w, "check_name", f->rule);
    put_fingerprint(q, fingerprint(&q->arena, f));
    td_json_put_text(&q->w, "severity", severity);
    td_json_object(&q->w, "location");
    report_put_clean(&q->w, "path", path_of(q, doc, f));
    td_json_object(&q->w, "lines");
    td_json_put_u64(&q->w, "begin", line ? line : 1);
    td_json_object_end(&q->w);
    td_json_object_end(&q->w);
    td_json_object_end(&q->w);
}

/* What stands in no finding: gates that could not be judged, flaky tests. */
static void put_others(struct quality *q, const struct verdict_document *doc)
{
    struct report_flaky flaky = report_pick_flaky(doc, NULL);

    for (const struct verdict_gate *g = doc->gates; g; g = g->next) {
        struct verdict_finding f = {
            .gate = g->name,
            .rule = "gate",
            .message = g->reason ? g->reason : "could not be judged"};

        if (g->outcome == CHECK_ERROR)
            put_finding(q, doc, &f, "blocker");
    }
    for (size_t i = 0; i < flaky.len; i++)
        put_finding(q, doc, &flaky.list[i], "minor");
    free(flaky.list);
}

enum td_code report_write_gitlab(const struct verdict_document *const *docs,
                                 size_t len, struct td_buf *out,
                                 struct td_error *err)
{
    static const char *const severities[] = {"major", "minor", "info"};
    const struct verdict_document *doc = docs[len - 1];
    struct report_findings found = report_pick_findings(doc, NULL);
    struct quality q = {.w = td_json_writer(out)};

    td_json_array(&q.w, NULL);
    put_others(&q, doc);
    for (size_t i = 0; i < found.len; i++)
        if (found.list[i]->state != VERDICT_FIXED)
            put_finding(&q, doc, found.list[i],
                        severities[found.list[i]->level]);
    td_json_array_end(&q.w);
    (void)td_json_line(&q.w);
    report_twins_release(&q.twins);
    td_arena_release(&q.arena);
    free(found.list);
    return report_done(out, "gitlab", err);
}
