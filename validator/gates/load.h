/* validator/gates/load.h - gates.yaml, read.
 *
 * Unknown keys, formats, measures, needs and rings of needs are TD_USAGE with
 * "FILE:LINE:COLUMN"; of a word that is nearly right it says which was meant.
 */
#ifndef VALIDATOR_GATES_LOAD_H
#define VALIDATOR_GATES_LOAD_H

#include "core/jsonx_object.h"
#include "validator/gates/gates.h"

/* Read path into *file, all zeroes before. errors: hears of every error, or
 * NULL. TD_IO, TD_LIMIT, TD_USAGE. Release also after an error.
 */
TD_MUST_CHECK enum td_code gates_load(struct gates_file *file, const char *path,
                                      const struct td_jsonx_errors *errors,
                                      struct td_error *err);

/* The same of a text; path is what it is called. */
TD_MUST_CHECK enum td_code gates_parse(struct gates_file *file,
                                       const char *path, struct td_bytes text,
                                       const struct td_jsonx_errors *errors,
                                       struct td_error *err);

/* Frees everything; *file is empty. */
void gates_release(struct gates_file *file);

/* Remarks on what is legal and hardly meant: a gate that cannot fail, a pool
 * that is not the one for measurements, a report that may be old, a limit on a
 * number that the gate's report never has.
 */
void gates_doubts(const struct gates_file *file,
                  const struct td_jsonx_errors *doubts);

#endif
