/* reports/verdict_json.h - verdict.json of a document (docs/verdict.md). */
#ifndef REPORTS_VERDICT_JSON_H
#define REPORTS_VERDICT_JSON_H

#include "validator/verdict/document.h"

/* Append the document as one line of JSON. TD_LIMIT: it does not fit. */
TD_MUST_CHECK enum td_code
report_verdict_json(struct td_buf *out, const struct verdict_document *doc);

/* The JSON Schema of it, embedded. */
struct td_bytes report_verdict_schema(void);

#endif
