/* cli/verbs/learn_evaluate.h - what learned contracts accept and catch. */
#ifndef CLI_VERBS_LEARN_EVALUATE_H
#define CLI_VERBS_LEARN_EVALUATE_H

#include "cli/options/command.h"
#include "validator/learn/evaluate.h"

/* Evaluate and print it. As learn_evaluate(). */
TD_MUST_CHECK enum td_code
cli_learn_evaluate(const struct cli_args *args,
                   const struct learn_evaluation *what, struct td_error *err);

#endif
