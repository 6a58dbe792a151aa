/* tapedeck plan: make plans and look at them without running them. */
#include "cli/verbs/plan.h"
#include "cli/verbs/plan_see.h"
#include "cli/verbs/run_loop.h"

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
    {.name = "focus",
     .type = CLI_CHOICE,
     .value = "WHAT",
     .choices = CLI_PLAN_FOCUSES,
     .help =
         "with generate: what matters most; else as the specification says"},
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
    {.name = "overwrite",
     .type = CLI_FLAG,
     .help = "with generate: replace files that are there and are other than "
             "what is written"},
    {.name = "view",
     .type = CLI_CHOICE,
     .value = "VIEW",
     .choices = CLI_PLAN_VIEWS,
     .preset = "overview",
     .help = "with show: how far it is; by phase and wave; a row a task; sums; "
             "what needs what, as a tree; all of these"},
    {.name = "format",
     .type = CLI_CHOICE,
     .value = "FORM",
     .choices = "text|json|dot|mermaid",
     .preset = "text",
     .help = "with show: text is the view; json the plan itself, dot and "
             "mermaid its graph"},
    {.name = "phase",
     .type = CLI_CHOICE,
     .value = "PHASE",
     .choices = CLI_PLAN_PHASES,
     .help = "with --view tasks: those of this phase"},
    {.name = "only",
     .type = CLI_CHOICE,
     .value = "STATE",
     .choices = CLI_PLAN_STATES,
     .help = "with --view tasks: those that stand so"},
    {.name = "from",
     .type = CLI_TEXT,
     .value = "TASK",
     .help = "with --view dependencies: what depends on this task"},
    {.name = "depth",
     .type = CLI_NUMBER,
     .value = "N",
     .min = 1,
     .max = VIEW_DEPTH_MAX,
     .preset = "3",
     .help = "with --view dependencies: so many levels below a root"},
    {.name = "limit",
     .type = CLI_NUMBER,
     .value = "N",
     .min = 1,
     .max = PLAN_TASKS_MAX,
     .preset = "20",
     .help = "rows of a view; what is left out is counted"},
    {.name = "all",
     .type = CLI_FLAG,
     .help = "no limit of rows or levels; also of --view full"},
    CLI_PLAN_STATE_OPTION,
    CLI_WORKERS_OPTION,
    CLI_VIEW_OPTIONS,
    {.name = NULL},
};

static const struct {
    const char *name;
    enum td_code (*run)(const struct cli_args *args, struct td_error *err);
    int least; /* operands behind it */
    int most;
} actions[] = {
    {"generate", cli_plan_generate, 0, 0}, {"lint", cli_plan_lint, 1, 1},
    {"show", cli_plan_show, 1, 1},         {"why", cli_plan_why, 2, 2},
    {"review", cli_plan_review, 1, 1},     {"schema", cli_plan_schema, 0, 0}};

#define WORDS "generate|lint|show|why|review|schema"

static enum td_code check_operands(const struct cli_args *args, int least,
                                   int most, struct td_error *err)
{
    int given = cli_operands(args) - 1;

    if (given < least)
        return td_error_set(err, TD_USAGE, cli_operand(args, 0), 0,
                            given == 0 ? "takes a plan" : "takes a task");
    if (given > most)
        return td_error_set(err, TD_USAGE, cli_operand(args, 0), 0,
                            "takes %d operand%s", most, most == 1 ? "" : "s");
    return TD_OK;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *word = cli_operand(args, 0);

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(word, actions[i].name) != 0)
            continue;
        if (check_operands(args, actions[i].least, actions[i].most, err))
            return err->code;
        return actions[i].run(args, err);
    }
    (void)td_error_set(err, TD_USAGE, word, 0, "no such thing to do");
    return td_error_hint(err, "write " WORDS);
}

const struct cli_command cli_cmd_plan = {
    .name = "plan",
    .summary = "Make plans and look at them, without running them.",
    .usage = "generate | lint PLAN | show PLAN|ID | why PLAN|ID TASK | "
             "review PLAN|ID | schema",
    .words = WORDS,
    .details =
        "generate make a plan from a specification (tapedeck spec) by a "
        "blueprint: one that is built in, or a folder of one's own. What is "
        "not answered is taken by default, and every default is told. Equal "
        "specification, equal bytes.\n"
        "lint tells every mistake of a plan, with its line.\n"
        "show draws it, before, while and after it runs: ID is an execution "
        "(x7) in the state folder, or the path of its journal.\n"
        "why tells of one task whether and why it will run, what makes it "
        "wait, and how late it may be before the end is.\n"
        "review judges a plan: the critical path, how much can run at once, "
        "how long it takes by what earlier runs took, and what is doubtful in "
        "it.\n"
        "schema prints the JSON Schema of plans, for editors.\n"
        "\n"
        "Nothing of it makes or changes a file, but generate. Exit status 0: "
        "done. 2: no blueprint suits, or something in it or in the plan is "
        "wrong.",
    .examples = "tapedeck plan lint plan.yaml\n"
                "tapedeck plan show plan.yaml --view tasks --all\n"
                "tapedeck plan show x7 --view timeline\n"
                "tapedeck plan show plan.yaml --format dot | dot -Tsvg "
                "-o plan.svg\n"
                "tapedeck plan why plan.yaml eval\n"
                "tapedeck plan generate -o plan.yaml\n"
                "tapedeck plan generate --blueprint ./mine -o plan.yaml",
    .options = options,
    .min_operands = 1,
    .max_operands = 3,
    .run = run,
};
