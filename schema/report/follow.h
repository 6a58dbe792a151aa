/* schema/report/follow.h - where references of compiled schemas lead: for who
 * reads schemas as they are written.
 */
#ifndef SCHEMA_REPORT_FOLLOW_H
#define SCHEMA_REPORT_FOLLOW_H

#include "core/json.h"

struct schema_set;

/* The value that the `$ref` of the schema at value `at` of *doc leads to, in
 * the same document or another one of the set, which is then *doc. UINT32_MAX:
 * it has no `$ref`, or is no schema that was compiled.
 */
uint32_t schema_follow(const struct schema_set *set,
                       const struct td_json_doc **doc, uint32_t at);

#endif
