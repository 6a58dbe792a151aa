/* schema/report/annotation.h - annotations, and where things are, out of a
 * trace.
 */
#ifndef SCHEMA_REPORT_ANNOTATION_H
#define SCHEMA_REPORT_ANNOTATION_H

#include "schema/run/run.h"

/* An annotation: its keyword, and its value as JSON. */
typedef void schema_note_fn(void *self, const struct schema_unit *unit,
                            uint32_t key, struct td_bytes value);

/* Call note for every annotation of a unit that holds. */
void schema_notes(const struct schema_run *r, uint32_t unit,
                  schema_note_fn *note, void *self);

/* Append the pointer of the unit's schema as it was reached, through
 * references:
 * "/properties/a/$ref/type".
 */
void schema_add_path(struct td_buf *out, const struct schema_run *r,
                     uint32_t unit);

/* Append the absolute URI of value `at` of the node's document. */
void schema_add_location(struct td_buf *out, const struct schema_run *r,
                         uint32_t node, uint32_t at);

/* The key of the keyword that a failure of the unit is about. */
uint32_t schema_failed_key(const struct schema_run *r,
                           const struct schema_unit *unit,
                           struct schema_failure failure);

#endif
