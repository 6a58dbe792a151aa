/* cli/verbs/plan_see.h - a plan or an execution, ready to be drawn. */
#ifndef CLI_VERBS_PLAN_SEE_H
#define CLI_VERBS_PLAN_SEE_H

#include "cli/options/command.h"
#include "orchestrator/run/folder.h"
#include "orchestrator/run/look.h"
#include "orchestrator/view/view.h"

/* Options of what is drawn. */
#define CLI_VIEW_OPTIONS                                                       \
    {.name = "width",                                                          \
     .type = CLI_NUMBER,                                                       \
     .value = "N",                                                             \
     .min = VIEW_WIDTH_MIN,                                                    \
     .max = VIEW_WIDTH_MAX,                                                    \
     .help = "columns of a line; else those of the terminal, or 80"},          \
    {                                                                          \
        .name = "ascii", .type = CLI_FLAG,                                     \
        .help = "bars, marks and trees of ASCII only"                          \
    }

/* What an execution of it would be told. */
struct cli_plan_how {
    const char *state; /* NULL: .tapedeck beside the plan */
    uint32_t workers;  /* 0: processors */
    bool waves;
    bool no_cache;
};

struct cli_plan_seen {
    struct plan plan; /* of a file */
    struct run_past past;
    struct run_look look;
    char id[RUN_ID_SIZE]; /* of an execution; "" */
    char *root;
    const struct plan *of; /* the plan of either */
    struct view *view;
};

/* All mistakes of the plan are told, the last in *err. */
TD_MUST_CHECK enum td_code cli_plan_load(struct plan *plan, const char *path,
                                         struct td_error *err);
/* The folder that a plan is in; to be freed. */
char *cli_plan_folder(const char *path);

/* what: a file of a plan, the id of an execution ("x7"), or its journal
 * (x7.tape.gz). To be forgotten, also on error. */
TD_MUST_CHECK enum td_code cli_plan_see(struct cli_plan_seen *seen,
                                        const char *what,
                                        const struct cli_plan_how *how,
                                        struct td_error *err);
void cli_plan_forget(struct cli_plan_seen *seen);

/* What --state and --workers of a verb say. */
struct cli_plan_how cli_plan_settings(const struct cli_args *args);

/* `run --dry-run`: when everything would start. */
TD_MUST_CHECK enum td_code cli_run_dry(const struct cli_args *args,
                                       const struct cli_plan_how *how,
                                       struct td_error *err);

/* By CLI_VIEW_OPTIONS, --color and the terminal. */
struct view_style cli_view_style(const struct cli_args *args);

#endif
