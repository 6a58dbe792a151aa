/* cli/verbs/contract.h - what can be done to a contract: the words behind
 * `tapedeck contract`. Each prints its page, or a JSON value with --json.
 */
#ifndef CLI_VERBS_CONTRACT_H
#define CLI_VERBS_CONTRACT_H

#include "cli/options/command.h"
#include "validator/contract/contract.h"

/* Errors and doubts of each file. TD_USAGE if one has an error; with --strict
 * TD_FAILED if one has a doubt.
 */
TD_MUST_CHECK enum td_code cli_contract_lint(const struct cli_args *args,
                                             const struct schema_options *how,
                                             struct td_error *err);

/* Run the tests of each file. TD_FAILED if one fails. */
TD_MUST_CHECK enum td_code cli_contract_test(const struct cli_args *args,
                                             const struct schema_options *how,
                                             struct td_error *err);

/* Each rule as a sentence. */
TD_MUST_CHECK enum td_code
cli_contract_explain(const struct cli_args *args,
                     const struct schema_options *how, struct td_error *err);

/* What of the first file the streams behind it have put to the test; TD_FAILED
 * if that is less than --min.
 */
TD_MUST_CHECK enum td_code
cli_contract_coverage(const struct cli_args *args,
                      const struct schema_options *how, struct td_error *err);

/* Whether the first file and the second take each other's messages; with
 * --strict TD_FAILED if the second refuses what the first accepts.
 */
TD_MUST_CHECK enum td_code
cli_contract_compare(const struct cli_args *args,
                     const struct schema_options *how, struct td_error *err);

/* The contracts that are built in, a line each. */
TD_MUST_CHECK enum td_code cli_contract_list(const struct cli_args *args,
                                             const struct schema_options *how,
                                             struct td_error *err);

/* The text of each contract. TD_USAGE for one that the shelf does not have. */
TD_MUST_CHECK enum td_code cli_contract_show(const struct cli_args *args,
                                             const struct schema_options *how,
                                             struct td_error *err);

/* The JSON Schema of contracts. */
TD_MUST_CHECK enum td_code cli_contract_schema(const struct cli_args *args,
                                               const struct schema_options *how,
                                               struct td_error *err);

#endif
