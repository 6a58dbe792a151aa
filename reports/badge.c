/* The endpoint of a badge (shields.io/badges/endpoint-badge). */
#include "core/json_writer.h"
#include "reports/formats.h"
#include "validator/verdict/sum.h"

static const char *const colors[] = {
    [CHECK_PASS] = "brightgreen", [CHECK_VACUOUS] = "lightgrey",
    [CHECK_OPEN] = "lightgrey",   [CHECK_SKIPPED] = "lightgrey",
    [CHECK_FLAKY] = "yellow",     [CHECK_FAIL] = "red",
    [CHECK_ERROR] = "red"};

enum td_code report_write_badge(const struct verdict_document *const *docs,
                                size_t len, struct td_buf *out,
                                struct td_error *err)
{
    const struct verdict_document *doc = docs[len - 1];
    struct td_json_writer w = td_json_writer(out);
    struct td_buf message = {0};

    verdict_add_sum(&message, doc);
    td_json_object(&w, NULL);
    td_json_put_u64(&w, "schemaVersion", 1);
    td_json_put_text(&w, "label", "tapedeck");
    td_json_put_string(&w, "message", td_buf_bytes(&message));
    td_json_put_text(&w, "color", colors[doc->outcome]);
    td_json_object_end(&w);
    (void)td_json_line(&w);
    td_buf_release(&message);
    return report_done(out, "badge", err);
}
