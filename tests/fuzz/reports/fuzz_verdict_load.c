/* Any bytes as verdict.json: what is taken is told again and taken the same,
 * and each report can be written of it.
 */
#include "reports/formats.h"
#include "reports/verdict_json.h"
#include "reports/verdict_load.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a document that was taken is written as. */
static void write_down(struct td_buf *out, const struct verdict_document *doc)
{
    if (report_verdict_json(out, doc))
        abort();
}

static void report(const struct verdict_document *doc, size_t pick)
{
    struct td_error err = {0};
    struct td_buf out = {0};
    size_t formats = 0;

    while (report_formats[formats].name)
        formats++;
    if (report_formats[pick % formats].write(&doc, 1, &out, &err) &&
        err.text[0] == '\0')
        abort();
    td_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct verdict_document doc, again;
    struct td_error err = {0};
    struct td_buf first = {0}, second = {0};

    verdict_document_init(&doc);
    verdict_document_init(&again);
    if (report_verdict_parse(&doc, "v", td_bytes(data, size), &err) == TD_OK) {
        write_down(&first, &doc);
        if (report_verdict_parse(&again, "v", td_buf_bytes(&first), &err))
            abort();
        write_down(&second, &again);
        if (!td_bytes_equal(td_buf_bytes(&first), td_buf_bytes(&second)))
            abort();
        report(&doc, size);
    } else if (err.text[0] == '\0') {
        abort();
    }
    td_buf_release(&first);
    td_buf_release(&second);
    verdict_document_release(&doc);
    verdict_document_release(&again);
    return 0;
}
