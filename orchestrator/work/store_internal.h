/* orchestrator/work/store_internal.h - the file of a task's past. */
#ifndef ORCHESTRATOR_WORK_STORE_INTERNAL_H
#define ORCHESTRATOR_WORK_STORE_INTERNAL_H

#include "orchestrator/work/store.h"

/* Read its bytes. False: they are no past, and *past is empty. */
bool work_past_parse(struct td_bytes text, struct work_past *past);

#endif
