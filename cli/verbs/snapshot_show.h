/* cli/verbs/snapshot_show.h - what is said of snapshots. */
#ifndef CLI_VERBS_SNAPSHOT_SHOW_H
#define CLI_VERBS_SNAPSHOT_SHOW_H

#include "core/json_writer.h"
#include "orchestrator/work/snapshot.h"

/* "before-cart: 42 files, 1.1 MiB" */
void cli_snapshot_line(struct td_buf *out, const struct work_snapshot *s);
void cli_snapshot_json(struct td_json_writer *w, const struct work_snapshot *s);

/* What going back would do, against the files that are there now: a line for
 * each, or as an array `changes`; how many. */
uint32_t cli_snapshot_changes(struct td_buf *out, const struct work_snapshot *s,
                              const struct work_files *now);
uint32_t cli_snapshot_changes_json(struct td_json_writer *w,
                                   const struct work_snapshot *s,
                                   const struct work_files *now);

#endif
