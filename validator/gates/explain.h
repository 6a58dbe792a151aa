/* validator/gates/explain.h - a gates.yaml as sentences. */
#ifndef VALIDATOR_GATES_EXPLAIN_H
#define VALIDATOR_GATES_EXPLAIN_H

#include "validator/gates/gates.h"

/* Append a paragraph for each gate: what it does, what it needs, when it fails.
 */
void gates_explain(struct td_buf *out, const struct gates_file *file);

/* Append the paragraph of one, without its name. */
void gates_explain_check(struct td_buf *out, const struct gates_check *check);

#endif
