#include "console/words/words.h"

#define NONE                                                                   \
    {                                                                          \
        0                                                                      \
    }
#define LIMIT(n)                                                               \
    {                                                                          \
        .name = "limit", .kind = WORDS_NUMBER, .value = "N",                   \
        .about = "at most so many lines", .usual = n, .least = 1,              \
        .most = 100000                                                         \
    }

#define NUMBER(word, unit, what, preset, low, high)                            \
    {                                                                          \
        .name = word, .kind = WORDS_NUMBER, .value = unit, .about = what,      \
        .usual = preset, .least = low, .most = high                            \
    }
#define FLAG(word, what, preset)                                               \
    {                                                                          \
        .name = word, .kind = WORDS_FLAG, .value = "", .about = what,          \
        .usual = preset                                                        \
    }

static const struct words_option none[] = {NONE};

#define FOCUS(what, preset, verbs)                                             \
    {                                                                          \
        .name = "focus", .kind = WORDS_CHOICE, .value = "WHAT", .about = what, \
        .usual = preset, .of = verbs,                                          \
        .choices = "general|security|performance|accessibility"                \
    }

static const struct words_option plan_options[] = {
    {.name = "view",
     .kind = WORDS_CHOICE,
     .value = "VIEW",
     .about = "what of it",
     .usual = "overview",
     .choices = "overview|timeline|tasks|stats|dependencies|full"},
    {.name = "phase",
     .kind = WORDS_TEXT,
     .value = "NAME",
     .about = "tasks of this phase only"},
    {.name = "state",
     .kind = WORDS_CHOICE,
     .value = "STATE",
     .about = "tasks in this state only",
     .choices = "waits|ready|running|retry|approve|done|failed|"
                "skipped|cancelled"},
    LIMIT("20"),
    {.name = "all", .kind = WORDS_FLAG, .value = "", .about = "every task"},
    {.name = "from",
     .kind = WORDS_TEXT,
     .value = "TASK",
     .about = "the tree of this task",
     .thing = "task"},
    NUMBER("depth", "N", "of the tree", "3", 1, 64),
    {.name = "format",
     .kind = WORDS_CHOICE,
     .value = "FORM",
     .about = "lines, or the plan in a language",
     .usual = "text",
     .choices = "text|json|dot|mermaid"},
    {.name = "blueprint",
     .kind = WORDS_TEXT,
     .value = "NAME",
     .about = "of plan generate: this one, whatever the type"},
    FOCUS("of plan generate: what matters; else of the specification", NULL,
          "generate"),
    NONE,
};

static const struct words_option spec_options[] = {
    {.name = "type",
     .kind = WORDS_CHOICE,
     .value = "TYPE",
     .about = "what is built, else found by words",
     .choices = "web_app|api_backend|mobile_app|saas_platform|ecommerce|"
                "dashboard|integration|other"},
    FOCUS("what matters most in plans that are made of it", "general", NULL),
    NONE,
};

#define DETACH                                                                 \
    FLAG("detach", "do not draw the run here, nor wait for its end", NULL)

#define EXECUTE_OPTIONS                                                        \
    FLAG("parallel", "run independent tasks side by side", "true"),            \
        NUMBER("max-workers", "N", "at most so many at once", NULL, 1, 256),   \
        {.name = "schedule",                                                   \
         .kind = WORDS_CHOICE,                                                 \
         .value = "HOW",                                                       \
         .about = "keep waves apart, or start what is ready",                  \
         .choices = "waves|greedy"},                                           \
        FLAG("fail-fast", "stop at the first task that fails for good", NULL), \
        FLAG("auto-approve", "answer approvals with yes; each is logged",      \
             NULL),                                                            \
        {.name = "budget-tokens",                                              \
         .kind = WORDS_NUMBER,                                                 \
         .value = "N",                                                         \
         .about = "what models may use",                                       \
         .most = 1000000000000},                                               \
        {.name = "budget-cost",                                                \
         .kind = WORDS_MONEY,                                                  \
         .value = "USD",                                                       \
         .about = "what models may cost"},                                     \
        {.name = "budget-time",                                                \
         .kind = WORDS_DURATION,                                               \
         .value = "DUR",                                                       \
         .about = "how long it may take"},                                     \
        {.name = "on-limit",                                                   \
         .kind = WORDS_CHOICE,                                                 \
         .value = "WHAT",                                                      \
         .about = "when a budget is used up",                                  \
         .choices = "pause|stop|warn"},                                        \
        NUMBER("budget-warn", "PERCENT", "of a budget, told when used", NULL,  \
               1, 99),                                                         \
        NUMBER("budget-critical", "PERCENT", "and told once more", NULL, 1,    \
               99),                                                            \
        {.name = "model",                                                      \
         .kind = WORDS_TEXT,                                                   \
         .value = "NAME",                                                      \
         .about = "of tasks that name none"},                                  \
        DETACH

static const struct words_option execute_options[] = {
    EXECUTE_OPTIONS,
    FLAG("dry-run", "when each task would start; nothing is touched", NULL),
    NONE,
};

static const struct words_option run_options[] = {
    EXECUTE_OPTIONS,
    {.name = "blueprint",
     .kind = WORDS_TEXT,
     .value = "NAME",
     .about = "this one, whatever the type"},
    {.name = "depth",
     .kind = WORDS_CHOICE,
     .value = "HOW",
     .about = "how much is done beside the program itself",
     .usual = "standard",
     .choices = "light|standard|deep"},
    FOCUS("what matters: its tasks are there at any depth", "general", NULL),
    NONE,
};

static const struct words_option validate_options[] = {
    {.name = "check",
     .kind = WORDS_CHOICE,
     .value = "KIND",
     .about = "gates of this kind only; syntax: lint, builds and the like",
     .usual = "all",
     .choices = "all|syntax|tests|coverage|lint|performance|stream|custom"},
    FLAG("strict", "warnings and what could not be judged fail too", NULL),
    NONE,
};

static const struct words_option test_options[] = {
    {.name = "depth",
     .kind = WORDS_CHOICE,
     .value = "HOW",
     .about = "the sums, a line a suite, or each test",
     .usual = "standard",
     .choices = "light|standard|deep"},
    {.name = "focus",
     .kind = WORDS_TEXT,
     .value = "GATE",
     .about = "tests of this gate only"},
    FLAG("coverage", "lines that were run, too", NULL),
    {.name = "filter",
     .kind = WORDS_CHOICE,
     .value = "RESULT",
     .about = "tests that came to this only, each by itself",
     .choices = "pass|fail|error|skip|flaky"},
    LIMIT("50"),
    NONE,
};

static const struct words_option snapshot_options[] = {
    {.name = "yes",
     .kind = WORDS_FLAG,
     .value = "",
     .about = "of rollback and delete: do it",
     .of = "rollback|delete"},
    NONE,
};

static const struct words_option replay_options[] = {
    {.name = "speed",
     .kind = WORDS_TEXT,
     .value = "X",
     .about = "times as fast, or max",
     .usual = "1"},
    FLAG("loop", "again from its start, for ever", NULL),
    FLAG("step", "stand still: . plays one event", NULL),
    {.name = "start",
     .kind = WORDS_TEXT,
     .value = "PLACE",
     .about = "begin at 50%, seq:9, 2m13s or 02:13"},
    NONE,
};

static const struct words_option show_options[] = {
    {.name = "since",
     .kind = WORDS_DURATION,
     .value = "DUR",
     .about = "of status: also what has ended since",
     .of = "status"},
    {.name = "stats",
     .kind = WORDS_FLAG,
     .value = "",
     .about = "of artifacts: sums instead of the list",
     .of = "artifacts"},
    {.name = "limit",
     .kind = WORDS_NUMBER,
     .value = "N",
     .about = "at most so many lines",
     .usual = "20",
     .least = 1,
     .most = 100000,
     .of = "status|artifacts|errors|logs"},
    {.name = "lines",
     .kind = WORDS_NUMBER,
     .value = "N",
     .about = "of an artifact: so many",
     .usual = "20",
     .least = 1,
     .most = 100000,
     .of = "artifact"},
    {.name = "from",
     .kind = WORDS_NUMBER,
     .value = "N",
     .about = "of an artifact: from this line on",
     .usual = "1",
     .least = 1,
     .most = 10000000,
     .of = "artifact"},
    {.name = "all",
     .kind = WORDS_FLAG,
     .value = "",
     .about = "of an artifact: every line; of executions: every session",
     .of = "artifact|executions"},
    {.name = "raw",
     .kind = WORDS_FLAG,
     .value = "",
     .about = "of an artifact: without numbers and colors",
     .of = "artifact"},
    {.name = "html",
     .kind = WORDS_FLAG,
     .value = "",
     .about = "of results: as a page, too",
     .of = "results"},
    NONE,
};

static const struct words_option logs_options[] = {
    {.name = "level",
     .kind = WORDS_CHOICE,
     .value = "LEVEL",
     .about = "this level and above",
     .usual = "debug",
     .choices = "debug|info|warn|error"},
    {.name = "task",
     .kind = WORDS_TEXT,
     .value = "ID",
     .about = "of this task only",
     .thing = "task"},
    {.name = "query",
     .kind = WORDS_TEXT,
     .value = "TEXT",
     .about = "lines that contain it, in any case"},
    {.name = "grep",
     .kind = WORDS_TEXT,
     .value = "TEXT",
     .about = "the same as --query"},
    {.name = "filter",
     .kind = WORDS_TEXT,
     .value = "TEXT",
     .about = "the same as --query"},
    {.name = "source",
     .kind = WORDS_CHOICE,
     .value = "SOURCE",
     .about = "of tasks, of gates, or of the run",
     .choices = "task|gate|run"},
    {.name = "since",
     .kind = WORDS_DURATION,
     .value = "DUR",
     .about = "not older than this"},
    LIMIT("100"),
    FLAG("follow", "go on with what comes", NULL),
    FLAG("output", "with --task: what it has written", NULL),
    {.name = "export",
     .kind = WORDS_TEXT,
     .value = "FILE",
     .about = "write the lines there",
     .thing = "file"},
    {.name = "stats",
     .kind = WORDS_FLAG,
     .value = "",
     .about = "how many lines there are"},
    NONE,
};

static const struct words_option cancel_options[] = {
    {.name = "grace",
     .kind = WORDS_DURATION,
     .value = "DUR",
     .about = "from SIGTERM to SIGKILL; else as the plan has it"},
    NONE,
};

static const struct words_option resume_options[] = {
    FLAG("detach", "do not wait for the end of one that was cut short", NULL),
    NONE,
};

static const struct words_option retry_options[] = {
    NUMBER("attempts", "N",
           "what runs again is tried so often; else as planned", NULL, 1, 5),
    {.name = "from",
     .kind = WORDS_TEXT,
     .value = "TASK",
     .about = "this task again too, and all that depend on it",
     .thing = "task"},
    DETACH,
    NONE,
};

static const struct words_option session_options[] = {
    LIMIT("20"),
    {.name = "read-only",
     .kind = WORDS_FLAG,
     .value = "",
     .about = "load: look at one that another console has open",
     .of = "load"},
    NONE,
};

static const struct words_option config_options[] = {
    {.name = "project",
     .kind = WORDS_FLAG,
     .value = "",
     .about = "set: in the project's file, not in the user's"},
    NONE,
};

static const struct words_option context_options[] = {
    {.name = "verbose",
     .kind = WORDS_FLAG,
     .value = "",
     .about = "a line for each task",
     .of = "show"},
    NONE,
};

const struct words_command words_commands[] = {
    {.name = "help",
     .alias = "h ?",
     .args = "[COMMAND|aliases|keys]",
     .about = "this; help COMMAND for one",
     .more = "the commands, or how one is used",
     .verbs = "aliases:short names|keys:what keys do",
     .thing = "command",
     .most = 1,
     .options = none,
     .examples = "help logs\nhelp keys"},
    {.name = "spec",
     .alias = "",
     .args = "[TEXT|answer [CATEGORY] TEXT|show|ready|new TEXT] [OPTIONS]",
     .about = "say what to build, answer questions",
     .more = "without words: go on with the questions",
     .verbs = "answer:what is asked, or a category|show:what is known|"
              "ready:is all that is required answered?|new:drop it, and begin",
     .most = WORDS_MAX,
     .options = spec_options,
     .examples = "spec \"an API for wine, 500 users\"\n"
                 "spec answer auth token\nspec ready",
     .see = "plan generate",
     .where = WORDS_LIVE},
    {.name = "plan",
     .alias = "p",
     .args = "[show [PLAN]|generate [TEXT]|review [PLAN]|lint [PLAN]|"
             "why TASK] [OPTIONS]",
     .about = "make, look at, check a plan",
     .more = "of the run; before one, of the plan that was made last",
     .verbs = "show:look at it:file|generate:make one of the specification|"
              "review:what is doubtful in it:file|"
              "lint:every mistake in it:file|"
              "why:why a task waits:task",
     .most = WORDS_MAX,
     .options = plan_options,
     .examples = "plan generate\nplan show --view timeline\n"
                 "plan --view tasks --state failed\nplan why compile",
     .see = "execute, show, logs"},
    {.name = "execute",
     .alias = "",
     .args = "[PLAN] [OPTIONS]",
     .about = "run the plan",
     .more = "a path in the server's workspace, or what was generated last",
     .thing = "file",
     .most = 1,
     .options = execute_options,
     .examples = "execute --max-workers 3\nexecute plans/shop.yaml --dry-run",
     .see = "plan show, show status, cancel, retry",
     .where = WORDS_LIVE},
    {.name = "run",
     .alias = "",
     .args = "TEXT [OPTIONS]",
     .about = "spec, plan, execute, validate in one",
     .more = "a sentence is specified, planned, run and validated",
     .most = WORDS_MAX,
     .options = run_options,
     .examples = "run \"an API for wine\" --max-workers 2",
     .see = "spec, plan, execute, validate",
     .where = WORDS_LIVE},
    {.name = "validate",
     .alias = "",
     .args = "[EXECUTION] [OPTIONS]",
     .about = "gates of the workspace, contract of the run",
     .more = "what the gates and the execution contract say of it",
     .thing = "execution",
     .most = 1,
     .options = validate_options,
     .examples = "validate --strict\nvalidate --check lint",
     .see = "test, show results",
     .where = WORDS_LIVE},
    {.name = "test",
     .alias = "",
     .args = "[PATTERN] [OPTIONS]",
     .about = "the tests of the workspace",
     .more = "a line for each suite of the run's validate phase",
     .most = 1,
     .options = test_options,
     .examples = "test\ntest cart --coverage\ntest --filter fail",
     .see = "validate",
     .where = WORDS_LIVE},
    {.name = "show",
     .alias = "s",
     .args = "[status|pipeline|artifacts|artifact PATH|tokens|errors|logs|plan|"
             "results|executions] [OPTIONS]",
     .about = "status pipeline artifacts tokens errors logs plan results",
     .more = "how the run stands",
     .verbs = "status:how the whole stands|pipeline:the live block|"
              "artifacts:files that were made|"
              "artifact:one of them, with colors:artifact|"
              "tokens:and cost, against budgets|"
              "errors:and what follows them|logs:the newest lines|"
              "plan:the overview of it|results:what it came to|"
              "executions:of this session, or --all of the server",
     .most = 2,
     .options = show_options,
     .examples = "show\nshow artifacts --stats\n"
                 "show artifact src/main.c --lines 40",
     .see = "plan, logs"},
    {.name = "logs",
     .alias = "",
     .args = "[OPTIONS]",
     .about = "read, filter, follow the log",
     .more = "errors, retries, gates and messages, the newest last",
     .options = logs_options,
     .examples = "logs --level warn --query order\nlogs --follow\n"
                 "logs --task compile --output\nlogs --stats"},
    {.name = "approve",
     .alias = "",
     .args = "[ID [yes|no|show]]",
     .about = "answer an approval",
     .more = "answer what a task waits for; alone: which do",
     .thing = "approval",
     .most = 2,
     .options = none,
     .examples = "approve\napprove x7/release\napprove x7/release no"},
    {.name = "cancel",
     .alias = "",
     .args = "[TASK] [OPTIONS]",
     .about = "stop the run, or one task",
     .more = "tasks get SIGTERM, then SIGKILL; what depends on the one is "
             "skipped",
     .thing = "going",
     .most = 1,
     .options = cancel_options,
     .examples = "cancel\ncancel compile\ncancel compile --grace 1s",
     .see = "pause, retry",
     .where = WORDS_LIVE},
    {.name = "pause",
     .alias = "",
     .args = "",
     .about = "start no further task",
     .more = "what runs goes on to its end",
     .options = none,
     .examples = "pause",
     .see = "resume",
     .where = WORDS_LIVE},
    {.name = "resume",
     .alias = "",
     .args = "[EXECUTION] [OPTIONS]",
     .about = "go on",
     .more = "after a pause, or with an execution that was cut short",
     .thing = "execution",
     .most = 1,
     .options = resume_options,
     .examples = "resume\nresume x7\nresume x7 --detach",
     .where = WORDS_LIVE},
    {.name = "retry",
     .alias = "",
     .args = "[TASK] [OPTIONS]",
     .about = "run again what failed",
     .more = "a run that has ended, again; what ended well is taken over",
     .thing = "failed",
     .most = 1,
     .options = retry_options,
     .examples = "retry\nretry compile --attempts 4\nretry --from join",
     .see = "resume, show errors",
     .where = WORDS_LIVE},
    {.name = "snapshot",
     .alias = "snap",
     .args = "[list|create [NAME]|show ID|rollback ID|delete ID] [--yes]",
     .about = "keep and restore the workspace",
     .more = "what tasks have made, as it is at one time; ID: name or place",
     .verbs = "list:those that there are|create:keep what there is|"
              "show:files of one:snapshot|"
              "rollback:put it back into the workspace:snapshot|"
              "delete:forget one:snapshot",
     .most = 2,
     .options = snapshot_options,
     .examples = "snapshot create before-cart\nsnapshot\n"
                 "snapshot rollback 1 --yes",
     .see = "pause",
     .where = WORDS_LIVE},
    {.name = "replay",
     .alias = "",
     .args = "TAPE [OPTIONS]",
     .about = "play a tape here",
     .more = "in the place of the tape that is played; keys as there",
     .thing = "file",
     .most = 1,
     .options = replay_options,
     .examples = "replay run.tape.gz --speed 4 --loop",
     .see = "help keys"},
    {.name = "session",
     .alias = "",
     .args = "[list|info|stats|create|save|load|delete|export] [ID|NAME] "
             "[OPTIONS]",
     .about = "sessions of this console",
     .more = "what was done, and where one was; a part of an id is enough",
     .verbs = "list:those that there are|info:this one:session|"
              "stats:of its lines:session|create:a new one|save:what has "
              "changed, now|"
              "load:go on with one:session|delete:forget one:session|"
              "export:write one to a file:session",
     .most = 3,
     .options = session_options,
     .examples = "session\nsession create shop\nsession load 4f2a\n"
                 "session export 4f2a kept.json",
     .see = "history is Up and Down"},
    {.name = "context",
     .alias = "ctx",
     .args = "[show|stats] [OPTIONS]",
     .about = "what models are being told",
     .more = "tokens of the run's models, task by task",
     .verbs = "show:tokens of the run|stats:sums of them",
     .most = 1,
     .options = context_options,
     .examples = "context\ncontext show --verbose",
     .see = "show"},
    {.name = "config",
     .alias = "",
     .args = "[show|get KEY|set KEY VALUE|explain [KEY]|KEY [VALUE]] [OPTIONS]",
     .about = "settings and where they come from",
     .more = "what the console is set to, and by which file",
     .verbs = "show:all of them|get:one|set:write one|"
              "explain:where they come from",
     .most = 3,
     .options = config_options,
     .examples = "config\nconfig theme dark\nconfig explain theme\n"
                 "config set fps 30 --project"},
    {.name = "exit",
     .alias = "q quit",
     .args = "",
     .about = "leave; a run goes on",
     .more = "leave; what runs in the server goes on",
     .options = none,
     .examples = "exit"},
    {.name = NULL},
};
