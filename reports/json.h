/* reports/json.h - a verdict as JSON.
 *
 *     {"verdict":"fail","input":"run.tape.gz","events":187,"lossy":false,
 *      "counts":{"pass":3,"fail":1,...},
 *      "rules":[{"id","what","level","outcome","applied","judged","total",
 *                "note","where","reason"}],
 *      "findings":[{"rule","level","seq","t","key","path","schema_path",
 *                   "expected","found","excerpt",
 *                   "witness":[{"seq","t","value"}],"show"}]}
 *
 * t is in nanoseconds of tape time and left out for NDJSON, whose seq is the
 * line number; show is a command that prints the event, left out where the
 * input cannot be read again; seq is left out for findings about the whole
 * stream, key and value where there is none.
 */
#ifndef REPORTS_JSON_H
#define REPORTS_JSON_H

#include "core/json_writer.h"
#include "validator/verdict/verdict.h"

/* Write the verdict as a value. */
void report_json(struct td_json_writer *w, const char *key,
                 const struct check_verdict *v);

#endif
