/* orchestrator/work/env.h - the environment of a task: PATH, HOME, LANG and TZ
 * of ours, what its plan names, and nothing else.
 */
#ifndef ORCHESTRATOR_WORK_ENV_H
#define ORCHESTRATOR_WORK_ENV_H

#include "core/arena.h"
#include "orchestrator/plan/plan.h"

/* "NAME=value", sorted by name, each once, NULL behind the last; lives in the
 * arena. NAME alone takes the value that `ours` has (NULL-terminated, as
 * environ); of one that is not set there is nothing. A name twice: the last.
 * TD_USAGE: not a name.
 */
TD_MUST_CHECK enum td_code work_env(char ***out, struct td_arena *arena,
                                    const struct plan_words *names,
                                    char *const *ours, struct td_error *err);

#endif
