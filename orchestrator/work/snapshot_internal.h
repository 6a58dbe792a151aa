/* orchestrator/work/snapshot_internal.h - the file of a snapshot. */
#ifndef ORCHESTRATOR_WORK_SNAPSHOT_INTERNAL_H
#define ORCHESTRATOR_WORK_SNAPSHOT_INTERNAL_H

#include "orchestrator/work/snapshot.h"

/* Read its bytes. False: they are none, and *out is empty. */
bool work_snapshot_parse(struct td_bytes text, struct work_snapshot *out);

#endif
