/* schema/report/branch.h - the alternatives of `anyOf` and `oneOf` that values
 * of a schema may take, and which of them a value took.
 *
 * They are those of the schema and of all that it refers to, in other files
 * too. What stands below `not` and `if` is none: nothing is taken there.
 */
#ifndef SCHEMA_REPORT_BRANCH_H
#define SCHEMA_REPORT_BRANCH_H

#include "schema/report/report.h"

/* A number that the alternative has in its set of schemas. */
typedef void schema_branch_fn(void *self, uint32_t branch);

/* Call report for each alternative below root, once, in the order of documents
 * and of places in them.
 */
void schema_branches(const struct schema_run *run, uint32_t root,
                     schema_branch_fn *report, void *self);

/* Call report for each alternative that the value, or a value in it, is valid
 * by, as often as it is; where one alternative stands in another, if it is
 * valid by both. TD_LIMIT as schema_test(), and nothing was reported.
 */
TD_MUST_CHECK enum td_code schema_branches_taken(struct schema_run *run,
                                                 uint32_t root,
                                                 struct schema_value value,
                                                 schema_branch_fn *report,
                                                 void *self);

/* Append where an alternative is: its pointer in the schema root, or
 * FILE#POINTER if it stands elsewhere, with a file that is beside root's or
 * below as seen from there.
 */
void schema_branch_place(struct td_buf *out, const struct schema_run *run,
                         uint32_t root, uint32_t branch);

#endif
