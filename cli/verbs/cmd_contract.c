/* tapedeck contract: work on a contract without a stream. */
#include "cli/shared/schema_options.h"
#include "cli/verbs/contract.h"

#include <string.h>

static const struct cli_option options[] = {
    {.name = "strict",
     .type = CLI_FLAG,
     .help = "warnings of lint, and rules that no test makes fail, are exit "
             "status 1"},
    CLI_SCHEMA_OPTIONS,
    {.name = NULL},
};

typedef enum td_code action_fn(const struct cli_args *args,
                               const struct schema_options *how,
                               struct td_error *err);

static const struct {
    const char *name;
    action_fn *run;
    bool takes_files;
} actions[] = {
    {"lint", cli_contract_lint, true},
    {"test", cli_contract_test, true},
    {"explain", cli_contract_explain, true},
    {"schema", cli_contract_schema, false},
};

static enum td_code check_operands(const struct cli_args *args, size_t i,
                                   struct td_error *err)
{
    bool has_files = cli_operands(args) > 1;

    if (actions[i].takes_files == has_files)
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, actions[i].name, 0,
                       has_files ? "takes no file" : "needs a contract");
    return td_error_hint(err, "write: tapedeck contract %s%s", actions[i].name,
                         has_files ? "" : " FILE");
}

static enum td_code act(const struct cli_args *args, size_t i,
                        struct td_error *err)
{
    struct schema_options how;
    enum td_code code = check_operands(args, i, err);

    if (code)
        return code;
    code = cli_schema_read(&how, args, err);
    if (code == TD_OK)
        code = actions[i].run(args, &how, err);
    cli_schema_release(&how);
    return code;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *word = cli_operand(args, 0);

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (!strcmp(word, actions[i].name))
            return act(args, i, err);
    }
    (void)td_error_set(err, TD_USAGE, word, 0, "no such thing to do");
    return td_error_hint(err, "write lint, test, explain or schema");
}

const struct cli_command cli_cmd_contract = {
    .name = "contract",
    .summary = "Work on a contract: find errors, run its tests, read it.",
    .usage = "lint|test|explain FILE... | schema",
    .words = "lint|test|explain|schema",
    .details =
        "lint    every error, and warnings: rules that cannot fail, names that "
        "the contract does not define.\n"
        "test    run the small streams under `tests:` and compare the "
        "verdicts; "
        "name the rules that no test makes fail.\n"
        "explain each rule as a sentence.\n"
        "schema  the JSON Schema of contracts, for editors.\n"
        "\n"
        "Exit status 0: fine. 1: a test fails. 2: a contract is wrong.",
    .examples = "tapedeck contract lint run.contract.yaml\n"
                "tapedeck contract test run.contract.yaml\n"
                "tapedeck contract schema > contract.schema.json",
    .options = options,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
