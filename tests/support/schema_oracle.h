/* tests/support/schema_oracle.h - JSON Schema as the specification reads, slow
 * and plain, to judge the engine by.
 *
 * It walks over both documents and compiles nothing. Drafts 7, 2019-09 and
 * 2020-12; references of the form #/$defs/NAME only; numbers that are
 * multiples of 0.25; up to 64 children a value; patterns of the shapes ^TEXT,
 * TEXT$ and TEXT.
 */
#ifndef TESTS_SUPPORT_SCHEMA_ORACLE_H
#define TESTS_SUPPORT_SCHEMA_ORACLE_H

#include "core/json.h"

struct schema_oracle {
    int draft; /* 7, 2019 or 2020 */
    const struct td_json_doc *schema;
    const struct td_json_doc *doc;
};

/* Whether the value `at` of doc is valid against the schema at `schema`. */
bool schema_oracle(const struct schema_oracle *o, uint32_t schema, uint32_t at);

#endif
