/* orchestrator/run/wants.h - how an execution is to go, in its first line: what
 * it was told at its beginning holds as long as it lives, whoever goes on with
 * it, and for its retries.
 */
#ifndef ORCHESTRATOR_RUN_WANTS_H
#define ORCHESTRATOR_RUN_WANTS_H

#include "core/json_writer.h"
#include "orchestrator/run/exec.h"

#include <jansson.h>

/* Members of the object that is open in *w. */
void run_wants_put(struct td_json_writer *w, const struct run_options *options);

/* From that object; what is not in it is as it is without being told. Who goes
 * on and says own_workers itself is obeyed. */
void run_wants_take(struct run_options *options, const json_t *object);

/* What a retry has of the execution it retries. */
void run_wants_copy(struct run_options *to, const struct run_options *from);

#endif
