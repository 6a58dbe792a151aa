/* validator/contract/load.h - a contract read from its file, as programs
 * outside see it: what is in it stays closed (validator/contract/contract.h).
 *
 * Source: docs/contract.md, version 1. Errors are TD_USAGE with `where` as
 * FILE:LINE:COLUMN.
 */
#ifndef VALIDATOR_CONTRACT_LOAD_H
#define VALIDATOR_CONTRACT_LOAD_H

#include "core/jsonx_object.h"
#include "schema/schema.h"

/* Read only once it is compiled: any number of checks share it. */
struct check_contract;

/* Read and compile a contract, or an AsyncAPI document
 * (validator/asyncapi/asyncapi.h) as one; "std:NAME" is one of the shelf
 * (validator/shelf/shelf.h). how is for its schemas, as in schema.h.
 */
TD_MUST_CHECK enum td_code check_contract_load(struct check_contract **out,
                                               const char *path,
                                               const struct schema_options *how,
                                               struct td_error *err);

/* The same from a document, which is taken over, also on error. */
TD_MUST_CHECK enum td_code
check_contract_compile(struct check_contract **out, struct td_jsonx *doc,
                       const struct schema_options *how, struct td_error *err);

/* The same, but go on after an error in an event, a rule or a key, so that all
 * that can be found is reported. *out is NULL after an error, and the code that
 * of the first one, which is also in *err.
 */
TD_MUST_CHECK enum td_code
check_contract_compile_all(struct check_contract **out, struct td_jsonx *doc,
                           const struct schema_options *how,
                           const struct td_jsonx_errors *errors,
                           struct td_error *err);

/* The files that it was read from beside its own: what it imports, and the
 * AsyncAPI document; NULL behind the last.
 */
const char *check_contract_source(const struct check_contract *contract,
                                  uint32_t i);

/* NULL is fine. */
void check_contract_free(struct check_contract *contract);

#endif
