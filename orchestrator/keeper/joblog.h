/* orchestrator/keeper/joblog.h - a job's log, which keeps both ends of what was
 * written.
 *
 * The first half of log_max bytes is written as it comes, and so is what comes
 * behind it, until that is twice as much again: then the file is replaced by
 * one with the first half, a line that says how many bytes are missing, and the
 * last half. So it can be read at any time, holds at most 1.5 times log_max
 * while the job runs (and a second such file for a moment), and log_max and the
 * line at the end. Until something is written its name leads to a file that all
 * silent jobs of the folder share, ".empty". Who follows it must look whether
 * the name leads to another file.
 */
#ifndef ORCHESTRATOR_KEEPER_JOBLOG_H
#define ORCHESTRATOR_KEEPER_JOBLOG_H

#include "core/error.h"
#include "core/event.h"

struct keep_joblog;

/* Make the file anew. max is at least KEEP_LOG_MIN, whatever is said. TD_IO. */
TD_MUST_CHECK enum td_code keep_joblog_open(struct keep_joblog **out,
                                            const char *path, uint64_t max,
                                            struct td_error *err);

/* Append. After a failure nothing more is written, and all is missing. */
void keep_joblog_add(struct keep_joblog *log, struct td_bytes bytes);

/* Bring it to its last form. */
void keep_joblog_finish(struct keep_joblog *log);

/* Bytes added that are not in the file; 0, or why it cannot be written. */
uint64_t keep_joblog_missing(const struct keep_joblog *log);
int keep_joblog_errnum(const struct keep_joblog *log);

/* NULL is fine. */
void keep_joblog_close(struct keep_joblog *log);

#endif
