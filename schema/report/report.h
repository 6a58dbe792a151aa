/* schema/report/report.h - what is told of a value: the keywords that it did
 * not meet, the standard outputs, and annotations.
 */
#ifndef SCHEMA_REPORT_REPORT_H
#define SCHEMA_REPORT_REPORT_H

#include "core/buf.h"
#include "schema/value/equal.h"

/* The memory of one thread that judges values by a set (schema/schema.h). */
struct schema_run;

/* One keyword that a value did not meet. Texts are borrowed and live until the
 * next call with the same run.
 */
struct schema_problem {
    const char *path;        /* JSON Pointer of the value in the document */
    const char *schema_path; /* FILE#POINTER of the keyword */
    const char *expected;
    const char *found;
    uint32_t at; /* the value */
};

/* Call report for every keyword that is not met, in the order they stand. Where
 * no alternative of anyOf or oneOf fits, for those of the one that was meant:
 * it has the value's tag, or is the only one of its type; else that none fits.
 * The same codes as schema_test().
 */
TD_MUST_CHECK enum td_code
schema_explain(struct schema_run *run, uint32_t root, struct schema_value value,
               void (*report)(void *self, const struct schema_problem *problem),
               void *self);

/* The standard outputs as JSON: `flag`; `basic` of 2019-09 and 2020-12, a list
 * of errors or of annotations; `list` and `hierarchical` of the version after
 * that, every schema that was applied with what became of it.
 */
enum schema_output_form {
    SCHEMA_OUTPUT_FLAG,
    SCHEMA_OUTPUT_BASIC,
    SCHEMA_OUTPUT_LIST,
    SCHEMA_OUTPUT_HIERARCHICAL,
};

/* Append the output to out. TD_OK (valid), TD_FAILED, or TD_LIMIT with nothing
 * appended.
 */
TD_MUST_CHECK enum td_code schema_output(struct schema_run *run, uint32_t root,
                                         struct schema_value value,
                                         enum schema_output_form form,
                                         struct td_buf *out);

/* An annotation: what a keyword says of a value that is valid. Texts live until
 * the next call with the same run.
 */
struct schema_annotation {
    const char *path;    /* JSON Pointer of the value */
    const char *schema;  /* absolute URI of the schema that has the keyword */
    const char *keyword; /* known or not */
    const char *value;   /* JSON */
    uint32_t at;         /* the value */
};

/* Call report for every annotation; for none if the value is not valid. The
 * same codes as schema_test().
 */
TD_MUST_CHECK enum td_code schema_annotate(
    struct schema_run *run, uint32_t root, struct schema_value value,
    void (*report)(void *self, const struct schema_annotation *annotation),
    void *self);

#endif
