/* reports/verdict_load.h - read verdict.json (docs/verdict.md).
 *
 * Every member that is known is checked; others are passed over, so that a
 * later writer may add some. What was written by a newer version is refused.
 */
#ifndef REPORTS_VERDICT_LOAD_H
#define REPORTS_VERDICT_LOAD_H

#include "validator/verdict/document.h"

#define REPORT_FILE_MAX ((size_t)64 << 20) /* bytes of a verdict.json */
#define REPORT_DEPTH    16                 /* levels of nesting, with unknown */

/* Read text, which is not kept, into *doc, which is initialised and empty; name
 * is what errors call it. TD_USAGE: it is no verdict; TD_LIMIT. Release *doc
 * also after an error.
 */
TD_MUST_CHECK enum td_code report_verdict_parse(struct verdict_document *doc,
                                                const char *name,
                                                struct td_bytes text,
                                                struct td_error *err);

/* The same of a file; "-" is stdin. Also TD_IO. */
TD_MUST_CHECK enum td_code report_verdict_load(struct verdict_document *doc,
                                               const char *path,
                                               struct td_error *err);

#endif
