/* core/proc_env.h - the environment of a child that is told where to go.
 *
 * A wish is "NAME" or "NAME=/PATH": the variable NAME has an address, and that
 * path behind it. Lists end with NULL; NULL is an empty one.
 */
#ifndef CORE_PROC_ENV_H
#define CORE_PROC_ENV_H

#include "core/error.h"

/* TD_USAGE with option as `where`: a name that is none, a path without its
 * slash, a name twice.
 */
TD_MUST_CHECK enum td_code td_proc_env_check(const char *const *wishes,
                                             const char *option,
                                             struct td_error *err);

/* This process's environment, with what is wished for in the place of what is
 * there; to be freed by td_proc_env_free().
 */
char **td_proc_env(const char *const *wishes, const char *url);
void td_proc_env_free(char **env);

#endif
