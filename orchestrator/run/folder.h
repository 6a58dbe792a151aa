/* orchestrator/run/folder.h - where executions are kept, and their ids.
 *
 * STATE/x1.tape.gz, STATE/x1/, STATE/x2.tape.gz ... An id is taken by making
 * its folder, so two processes never have the same.
 */
#ifndef ORCHESTRATOR_RUN_FOLDER_H
#define ORCHESTRATOR_RUN_FOLDER_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>

#define RUN_ID_SIZE 16 /* of "x4294967295" and its NUL */

/* "x" and a number from 1 without leading zeroes. */
bool run_is_id(const char *text);

/* The same of what somebody wrote. TD_USAGE. */
TD_MUST_CHECK enum td_code run_id_check(const char *text, struct td_error *err);

/* Take the next free id: its folder and logs/ in it are there then, as is the
 * state folder. TD_IO, TD_LIMIT. */
TD_MUST_CHECK enum td_code run_take_id(char id[RUN_ID_SIZE], const char *state,
                                       struct td_error *err);

/* STATE/ID and STATE/ID.tape.gz; to be freed. */
char *run_folder_of(const char *state, const char *id);
char *run_journal_of(const char *state, const char *id);

/* The process that runs the execution of such a journal; 0: none does, or it is
 * this one. */
long run_holder(const char *journal);

/* The ids that have a journal, in the order of their numbers: told to `each`.
 * A state folder that is not there has none. TD_IO. */
TD_MUST_CHECK enum td_code run_ids(const char *state,
                                   void (*each)(void *ctx, const char *id),
                                   void *ctx, struct td_error *err);

/* TD_USAGE if a process runs one of the executions; the hint says which. TD_IO:
 * the folder cannot be read. */
TD_MUST_CHECK enum td_code run_idle(const char *state, struct td_error *err);

#endif
