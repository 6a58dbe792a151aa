/* orchestrator/work/swap.h - many files that change their places, all or none.
 *
 * What is in the way is exchanged (renameat2(2), RENAME_EXCHANGE), so each step
 * can be taken back. The last thing is to fsync the folders; if that fails, all
 * is taken back too.
 */
#ifndef ORCHESTRATOR_WORK_SWAP_H
#define ORCHESTRATOR_WORK_SWAP_H

#include "orchestrator/work/files.h"

struct work_swap;

/* Between the workspace and the folder behind `stage`, on one file system. */
struct work_swap *work_swap_new(struct work_place *place, int stage);
void work_swap_free(struct work_swap *swap);

/* A step: what is at `path` goes to `staged`. Copied. */
void work_swap_out(struct work_swap *swap, const char *staged,
                   const char *path);

/* Steps for all of a list, staged under a prefix: folders as a whole, and files
 * that are in none of them. */
void work_swap_in_all(struct work_swap *swap, const char *prefix,
                      const struct work_files *files);

/* TD_IO: nothing has changed, or err says what could not be taken back. */
TD_MUST_CHECK enum td_code work_swap_run(struct work_swap *swap,
                                         struct td_error *err);

#endif
