/* orchestrator/work/files_internal.h - which paths the names of inputs and
 * outputs lead to.
 */
#ifndef ORCHESTRATOR_WORK_FILES_INTERNAL_H
#define ORCHESTRATOR_WORK_FILES_INTERNAL_H

#include "orchestrator/work/files.h"

/* Fill out->list with paths and kinds, sorted, each once, and out->missing. A
 * glob that matches nothing is missing if `strict`. Codes of work_inputs(). */
TD_MUST_CHECK enum td_code work_gather(const struct work_place *place,
                                       const struct plan_words *names,
                                       bool strict, struct work_files *out,
                                       struct td_error *err);

#endif
