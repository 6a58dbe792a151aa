/* orchestrator/serve/follow.h - what is only told while it happens, to consoles
 * that ask for it ("live"): lines of the logs of tasks that run, and how far
 * they say they are.
 *
 *     log_message    task_id, task_name, level, message; left_out: bytes of the
 *                    log before it that are not told
 *     task_progress  task_id, task_name, progress (0 to 1)
 *
 * They are in no journal and have no number: who comes late asks for the log. A
 * log is looked at when its task gives a sign of life and when it ends, at most
 * every FOLLOW_NS, and only while somebody hears it; of each look the last
 * FOLLOW_LINES lines are told, and of a line FOLLOW_CHARS bytes. A console that
 * does not take what it was sent is passed over.
 */
#ifndef ORCHESTRATOR_SERVE_FOLLOW_H
#define ORCHESTRATOR_SERVE_FOLLOW_H

#include "orchestrator/serve/serve_internal.h"

#define FOLLOW_NS    (200 * TD_NS_PER_MS)
#define FOLLOW_LINES 50
#define FOLLOW_CHARS 1000
#define FOLLOW_BYTES 65536 /* of a log, in a look */

struct serve_follow;

/* A sign of life of a task; share: see struct run_events. */
void serve_follow_alive(struct serve_exec *exec, uint32_t task, double share);

/* It says that it wrote this. */
void serve_follow_claimed(struct serve_exec *exec, uint32_t task,
                          struct td_bytes path);

/* A line of the journal was committed: attempts begin and end. Before the
 * events that come of it are told. */
void serve_follow_line(struct serve_exec *exec, const struct td_event *line);

/* The execution does not run any more. */
void serve_follow_close(struct serve_exec *exec);

#endif
