#include "reports/formats.h"

#include "reports/html.h"
#include "reports/verdict_json.h"

static enum td_code
report_write_json(const struct verdict_document *const *docs, size_t len,
                  struct td_buf *out, struct td_error *err)
{
    if (report_verdict_json(out, docs[len - 1]))
        return td_error_set(err, TD_LIMIT, "json", 0, "the report is too long");
    return report_done(out, "json", err);
}

const struct report_format report_formats[] = {
    {"text", "txt", "for people, at a terminal", report_write_text},
    {"json", "json", "verdict.json itself", report_write_json},
    {"junit", "xml", "JUnit XML as Surefire and Jenkins have it",
     report_write_junit},
    {"sarif", "sarif", "SARIF 2.1.0", report_write_sarif},
    {"tap", "tap", "TAP 14", report_write_tap},
    {"ctrf", "json", "CTRF", report_write_ctrf},
    {"gitlab", "json", "GitLab Code Quality", report_write_gitlab},
    {"github", "txt", "annotations of GitHub Actions", report_write_github},
    {"github-summary", "md", "step summary of GitHub Actions",
     report_write_summary},
    {"markdown", "md", "Markdown of GitHub and GitLab", report_write_markdown},
    {"prometheus", "prom", "text of Prometheus", report_write_prometheus},
    {"badge", "json", "endpoint of a shields.io badge", report_write_badge},
    {"html", "html", "one page that needs nothing else", report_write_html},
    {NULL, NULL, NULL, NULL},
};

const struct report_format *report_format_find(struct td_bytes name)
{
    const struct report_format *f = report_formats;

    while (f->name && !td_bytes_is(name, f->name))
        f++;
    return f->name ? f : NULL;
}

enum td_code report_write_html(const struct verdict_document *const *docs,
                               size_t len, struct td_buf *out,
                               struct td_error *err)
{
    return report_html_deflated(docs, len, NULL, out, err);
}

enum td_code report_html_deflated(const struct verdict_document *const *docs,
                                  size_t len, report_deflate deflate,
                                  struct td_buf *out, struct td_error *err)
{
    const struct report_html in = {.doc = docs[len - 1],
                                   .earlier = docs,
                                   .earlier_len = len - 1,
                                   .deflate = deflate};

    if (report_html(out, &in))
        return td_error_set(err, TD_LIMIT, "html", 0, "the report is too long");
    return report_done(out, "html", err);
}

enum td_code report_done(const struct td_buf *out, const char *name,
                         struct td_error *err)
{
    if (out->len <= REPORT_MAX)
        return TD_OK;
    return td_error_set(err, TD_LIMIT, name, 0, "the report is too long");
}
