/* schema/report/explain.h - what is told of a trace, and in what words. */
#ifndef SCHEMA_REPORT_EXPLAIN_H
#define SCHEMA_REPORT_EXPLAIN_H

#include "schema/report/report.h"
#include "schema/run/run.h"

/* How a failure is put: as what it is; or, when no alternative fits, as the
 * types that would, or the tags that are known.
 */
enum schema_shape { SCHEMA_SHAPE_PLAIN, SCHEMA_SHAPE_TYPES, SCHEMA_SHAPE_TAG };

struct schema_chosen {
    uint32_t unit;
    uint32_t failure;
    enum schema_shape shape;
};

/* Whether a unit fails because of the type, const or enum of its own value;
 * *chosen is that failure.
 */
bool schema_fails_itself(const struct schema_run *r, uint32_t unit,
                         struct schema_chosen *chosen);

/* Append what a failure expected, cut off where it gets long. */
void schema_add_expected(struct td_buf *out, const struct schema_run *r,
                         const struct schema_chosen *chosen);

/* Put a failure into words, which live in the run. */
void schema_describe(struct schema_run *r, const struct schema_chosen *chosen,
                     struct schema_value value, struct schema_problem *out);

#endif
