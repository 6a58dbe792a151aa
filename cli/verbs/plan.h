/* cli/verbs/plan.h - what `tapedeck plan` can be told to do, a file each. */
#ifndef CLI_VERBS_PLAN_H
#define CLI_VERBS_PLAN_H

#include "cli/options/command.h"
#include "core/event.h"

#define CLI_PLAN_VIEWS   "overview|timeline|tasks|stats|dependencies|full"
#define CLI_PLAN_PHASES  "discovery|analysis|planning|execution|validation"
#define CLI_PLAN_FOCUSES "general|security|performance|accessibility"
#define CLI_PLAN_STATES                                                        \
    "waits|approve|running|retry|done|cached|failed|skipped|cancelled"

/* Operands behind the word are from 1 on. */
enum td_code cli_plan_generate(const struct cli_args *args,
                               struct td_error *err);

/* Every mistake of a plan; or how large it is. */
enum td_code cli_plan_lint(const struct cli_args *args, struct td_error *err);
/* A view of a plan or an execution, or a graph of it. */
enum td_code cli_plan_show(const struct cli_args *args, struct td_error *err);
enum td_code cli_plan_why(const struct cli_args *args, struct td_error *err);
enum td_code cli_plan_review(const struct cli_args *args, struct td_error *err);
/* docs/plan.schema.json */
enum td_code cli_plan_schema(const struct cli_args *args, struct td_error *err);

/* Write the outputs of all templates of a generated plan, which is JSON, below
 * the folder --render; or, without `write`, only look whether they may be
 * written. TD_IO.
 */
enum td_code cli_plan_render(const struct cli_args *args, struct td_bytes plan,
                             bool write, struct td_error *err);

#endif
