/* schema/schema_internal.h - compiling the schema at a place: metaschemas are
 * schemas too. */
#ifndef SCHEMA_SCHEMA_INTERNAL_H
#define SCHEMA_SCHEMA_INTERNAL_H

#include "schema/compile/compile.h"
#include "schema/load/load.h"
#include "schema/schema.h"

/* Compile the schema at a place, refuse loops in it, and plan it. */
TD_MUST_CHECK enum td_code schema_compile_root(struct schema_set *set,
                                               struct schema_place place,
                                               uint32_t *root,
                                               struct td_error *err);

/* Judge the schema at a place by the metaschema of its dialect. */
TD_MUST_CHECK enum td_code schema_check_by_meta(struct schema_set *set,
                                                struct schema_place place,
                                                struct td_error *err);

#endif
