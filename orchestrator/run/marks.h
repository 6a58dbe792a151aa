/* orchestrator/run/marks.h - where in its file a plan names outputs, kept in
 * the journal, so that a resume and a retry can say it, too.
 */
#ifndef ORCHESTRATOR_RUN_MARKS_H
#define ORCHESTRATOR_RUN_MARKS_H

#include "core/json_writer.h"
#include "orchestrator/plan/plan.h"

#include <jansson.h>

/* Members of the object that is open: "file", and "outputs_at", a list of
 * [place, line, column] of the tasks that have outputs. */
void run_marks_put(struct td_json_writer *w, const struct plan *plan);

/* Take them from an object into a plan, in the place of those that it has. */
void run_marks_take(struct plan *plan, const json_t *object);

/* From a plan into another one of the same tasks. */
void run_marks_copy(struct plan *to, const struct plan *from);

/* Append " (plan.yaml:9:110)"; nothing if it is not known. */
void run_marks_say(struct td_buf *out, const struct plan *plan, uint32_t task);

#endif
