/* orchestrator/plan/load.h - a plan out of a file or out of bytes.
 *
 * All errors of a document are told, not only the first: unknown keys with the
 * one that was meant, unknown ids, cycles with their whole path, outputs that
 * two tasks name, weights above their pool. Each is TD_USAGE with `where` as
 * "FILE:LINE:COLUMN" and, beside the text, how to mend it (td_error_hint).
 */
#ifndef ORCHESTRATOR_PLAN_LOAD_H
#define ORCHESTRATOR_PLAN_LOAD_H

#include "core/jsonx_object.h"
#include "orchestrator/plan/plan.h"

/* *plan must be all zeroes; after an error it is again. errors may be NULL.
 * TD_USAGE, TD_LIMIT, TD_IO; *err is the first. */
TD_MUST_CHECK enum td_code plan_load(struct plan *plan, const char *path,
                                     const struct td_jsonx_errors *errors,
                                     struct td_error *err);

/* The same of bytes that are already here; name is what errors call them. The
 * syntax is guessed as by td_jsonx_load(). */
TD_MUST_CHECK enum td_code plan_parse(struct plan *plan, const char *name,
                                      struct td_bytes text,
                                      const struct td_jsonx_errors *errors,
                                      struct td_error *err);

/* The checked plan as one line of JSON in the same language, with names of
 * pools and ids of tasks, without defaults: what the journal keeps, and what
 * plan_parse() reads to an equal plan. */
enum td_code plan_write(const struct plan *plan, struct td_buf *out);

#endif
