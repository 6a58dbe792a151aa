/* validator/explain/explain.h - a rule of a contract as an English sentence.
 *
 * Works on the text of the contract, which must have been loaded without error
 * (validator/contract/contract.h): what stands there is what is said.
 */
#ifndef VALIDATOR_EXPLAIN_EXPLAIN_H
#define VALIDATOR_EXPLAIN_EXPLAIN_H

#include "core/jsonx.h"

/* Append the sentence of the rule at value `at`, with its key, scope and share,
 * without its id and level: "After execution_completed, there is no event."
 */
void check_explain_rule(struct td_buf *out, const struct td_jsonx *doc,
                        uint32_t at);

#endif
