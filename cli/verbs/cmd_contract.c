/* tapedeck contract: work on a contract without a stream. */
#include "cli/shared/report_files.h"
#include "cli/shared/schema_options.h"
#include "cli/verbs/contract.h"

#include <string.h>

static const struct cli_option options[] = {
    {.name = "strict",
     .type = CLI_FLAG,
     .help = "warnings of lint, rules that no test makes fail, and a contract "
             "that refuses what the older one accepts are exit status 1"},
    {.name = "min",
     .type = CLI_NUMBER,
     .value = "PERCENT",
     .max = 100,
     .help = "coverage below this is exit status 1"},
    {.name = "mutants",
     .type = CLI_FLAG,
     .help =
         "coverage: also whether each rule can fail, tried on copies of the "
         "streams with one change"},
    {.name = "dialect",
     .type = CLI_TEXT,
     .value = "NAME",
     .help = "coverage: which of the contract's dialects the streams speak"},
    {.name = "report",
     .type = CLI_LIST,
     .value = "FORMAT=FILE",
     .help = "coverage: write it also in this format; several times for "
             "several (tapedeck report --help names the formats)"},
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
    {"coverage", cli_contract_coverage, true},
    {"compare", cli_contract_compare, true},
    {"list", cli_contract_list, false},
    {"show", cli_contract_show, true},
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
    return td_error_hint(err,
                         "write lint, test, explain, coverage, compare, list, "
                         "show or schema");
}

const struct cli_command cli_cmd_contract = {
    .name = "contract",
    .summary = "Work on a contract: find errors, run its tests, read it.",
    .usage =
        "lint|test|explain|show FILE|std:NAME... | coverage FILE TAPE... | "
        "compare OLD NEW | list | schema",
    .words = "lint|test|explain|coverage|compare|list|show|schema",
    .details =
        "lint    every error, and warnings: rules that cannot fail, names that "
        "the contract does not define.\n"
        "test    run the small streams under `tests:` and compare the "
        "verdicts; "
        "name the rules that no test makes fail.\n"
        "explain each rule as a sentence.\n"
        "coverage  what of the contract tapes have put to the test: rules that "
        "had something to\n        judge, events, fields, values,\n        "
        "alternatives.\n"
        "compare whether what one contract takes the other one refuses, with a "
        "message that\n        proves it.\n"
        "list    the contracts that are built in, for --contract std:NAME.\n"
        "show    the text of a contract, to begin one of your own with.\n"
        "schema  the JSON Schema of contracts, for editors.\n"
        "\n"
        "Exit status 0: fine. 1: a test fails, or coverage is below --min. 2: "
        "a contract is wrong. 4: a\nfile could not be read; coverage has read "
        "the others.",
    .examples =
        "tapedeck contract lint run.contract.yaml\n"
        "tapedeck contract test run.contract.yaml\n"
        "tapedeck contract coverage run.contract.yaml runs/*.tape.gz --min 80\n"
        "tapedeck contract list\n"
        "tapedeck contract show std:json-rpc > mine.contract.yaml\n"
        "tapedeck contract schema > contract.schema.json",
    .options = options,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
