/* orchestrator/work/snapshot_internal.h - the file of a snapshot. */
#ifndef ORCHESTRATOR_WORK_SNAPSHOT_INTERNAL_H
#define ORCHESTRATOR_WORK_SNAPSHOT_INTERNAL_H

#include "orchestrator/work/snapshot.h"

/* Read its bytes. False: they are none, and *out is empty. */
bool work_snapshot_parse(struct td_bytes text, struct work_snapshot *out);

/* One by name. TD_END: there is none; TD_FORMAT; TD_IO. */
TD_MUST_CHECK enum td_code work_snapshot_load(struct work_place *place,
                                              const char *name,
                                              struct work_snapshot *out,
                                              struct td_error *err);

/* Whether a snapshot may be called so. */
bool work_snapshot_is_name(const char *name);

#endif
