/* validator/gates/capture.h - what a short command says. */
#ifndef VALIDATOR_GATES_CAPTURE_H
#define VALIDATOR_GATES_CAPTURE_H

#include "core/arena.h"
#include "core/error.h"
#include "validator/verdict/document.h"

/* This process's environment with these "NAME=VALUE" instead or beside, as a
 * list that ends with NULL. */
char *const *gates_environment(struct td_arena *arena,
                               const struct verdict_words *more);

/* Run argv (ends with NULL) in dir until it ends; what it writes to stdout is
 * appended to *out, to its limit; to stderr, the first of it to *talk (or
 * NULL). TD_OK: *status is its exit status, whatever that is. TD_TOOL: it is
 * not there, it said more than out may hold, or went on for longer than two
 * minutes.
 */
TD_MUST_CHECK enum td_code
gates_capture(const char *dir, const char *const *argv, struct td_buf *out,
              struct td_buf *talk, int *status, struct td_error *err);

#endif
