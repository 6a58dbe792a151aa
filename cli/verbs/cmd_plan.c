/* tapedeck plan: make plans and look at them without running them. */
#include "cli/verbs/plan.h"

#include <string.h>

static const struct cli_option options[] = {
    {.name = "spec",
     .type = CLI_TEXT,
     .value = "FILE",
     .preset = ".tapedeck/spec.json",
     .help = "with generate: the specification"},
    {.name = "blueprint",
     .type = CLI_TEXT,
     .value = "NAME|FOLDER",
     .help = "with generate: which, if it is not to be found by the "
             "specification's type and words; a folder has a slash in it"},
    {.name = "output",
     .letter = 'o',
     .type = CLI_TEXT,
     .value = "FILE",
     .preset = "-",
     .help = "with generate: where to write the plan; YAML, or JSON if FILE "
             "ends in .json; - is stdout"},
    {.name = "render",
     .type = CLI_TEXT,
     .value = "DIR",
     .help = "with generate: write what the templates make below DIR as well, "
             "to look at it without a run"},
    {.name = "format",
     .type = CLI_CHOICE,
     .value = "FORM",
     .choices = "text|json|dot|mermaid",
     .preset = "text",
     .help = "with show: tasks by depth, the plan as JSON, or its graph"},
    {.name = NULL},
};

static const struct {
    const char *name;
    enum td_code (*run)(const struct cli_args *args, struct td_error *err);
    int most; /* operands behind it */
} actions[] = {{"generate", cli_plan_generate, 0},
               {"lint", cli_plan_lint, 1},
               {"show", cli_plan_show, 1}};

#define WORDS "generate|lint|show"

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *word = cli_operand(args, 0);

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(word, actions[i].name) != 0)
            continue;
        if (cli_operands(args) > actions[i].most + 1)
            return td_error_set(err, TD_USAGE, word, 0, "takes %d operands",
                                actions[i].most);
        return actions[i].run(args, err);
    }
    (void)td_error_set(err, TD_USAGE, word, 0, "no such thing to do");
    return td_error_hint(err, "write " WORDS);
}

const struct cli_command cli_cmd_plan = {
    .name = "plan",
    .summary = "Make plans and look at them, without running them.",
    .usage = "generate | lint PLAN | show PLAN",
    .words = WORDS,
    .details =
        "generate make a plan from a specification (tapedeck spec) by a "
        "blueprint: one that is built in, or a folder of one's own. What is "
        "not answered is taken by default, and every default is told. Equal "
        "specification, equal bytes.\n"
        "lint tells every mistake of a plan, with its line.\n"
        "show prints its tasks by depth, with what each needs; or the graph.\n"
        "\n"
        "Exit status 0: done. 2: no blueprint suits, or something in it or in "
        "the plan is wrong.",
    .examples = "tapedeck plan lint plan.yaml\n"
                "tapedeck plan show plan.yaml --format dot | dot -Tsvg "
                "-o plan.svg\n"
                "tapedeck plan generate -o plan.yaml\n"
                "tapedeck plan generate --blueprint ./mine -o plan.yaml",
    .options = options,
    .min_operands = 1,
    .max_operands = 2,
    .run = run,
};
