/* cli/verbs/gates_progress.h - what is seen of gates while they run.
 *
 * On a terminal a line that is drawn again: how many are done, what runs and
 * for how long, and how long it took the last time. Else a line for each gate
 * that is done. With -v what the commands write, each line behind the name of
 * its gate. All of it on stderr.
 */
#ifndef CLI_VERBS_GATES_PROGRESS_H
#define CLI_VERBS_GATES_PROGRESS_H

#include "cli/verbs/gates_tape.h"
#include "validator/gates/run.h"

struct cli_gates_progress;

/* Times of the last run are kept in the project. tape: also record the events
 * there, or NULL. TD_IO: the tape.
 */
TD_MUST_CHECK enum td_code
cli_gates_progress_open(struct cli_gates_progress **out,
                        const struct cli_gates_plan *plan, const char *tape,
                        struct td_error *err);

/* To be given to gates_run(); the line says that all is ending once *stop is
 * not 0.
 */
struct gates_listener
cli_gates_progress_listener(struct cli_gates_progress *progress,
                            const volatile int *stop);

/* Wipe the line, close the tape, keep the times. */
TD_MUST_CHECK enum td_code
cli_gates_progress_close(struct cli_gates_progress *progress,
                         const struct verdict_document *doc,
                         struct td_error *err);

#endif
