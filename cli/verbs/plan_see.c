#include "cli/verbs/plan_see.h"

#include "core/mem.h"
#include "core/terminal.h"
#include "orchestrator/plan/load.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOURNAL_ENDING ".tape.gz"

/* The last mistake is what the verb ends with, which says it. */
struct mistakes {
    struct td_error last; /* code TD_OK: none yet */
};

static void on_mistake(void *self, const struct td_error *error)
{
    struct mistakes *m = self;

    if (m->last.code)
        cli_complain(&m->last);
    m->last = *error;
}

enum td_code cli_plan_load(struct plan *plan, const char *path,
                           struct td_error *err)
{
    struct mistakes m = {.last = {.code = TD_OK}};
    const struct td_jsonx_errors errors = {.report = on_mistake, .self = &m};
    enum td_code code = plan_load(plan, path, &errors, err);

    if (code && m.last.code)
        *err = m.last;
    return code;
}

char *cli_plan_folder(const char *path)
{
    char *copy = td_strdup(path);
    char *folder = td_strdup(strcmp(path, "-") ? dirname(copy) : ".");

    free(copy);
    return folder;
}

struct cli_plan_how cli_plan_settings(const struct cli_args *args)
{
    return (struct cli_plan_how){
        .state = cli_text(args, "state"),
        .workers = (uint32_t)cli_number(args, "workers"),
    };
}

struct view_style cli_view_style(const struct cli_args *args)
{
    struct view_style style = {.width = (unsigned)cli_number(args, "width"),
                               .color = cli_color(args, STDOUT_FILENO),
                               .ascii = cli_flag(args, "ascii")};

    if (!style.width)
        style.width = td_term_size(STDOUT_FILENO).columns;
    if (style.width < VIEW_WIDTH_MIN)
        style.width = VIEW_WIDTH_MIN;
    if (style.width > VIEW_WIDTH_MAX)
        style.width = VIEW_WIDTH_MAX;
    return style;
}

static bool is_journal(const char *what)
{
    size_t len = strlen(what);
    size_t ending = sizeof(JOURNAL_ENDING) - 1;

    return len > ending && !strcmp(what + len - ending, JOURNAL_ENDING);
}

/* "x7" of "state/x7.tape.gz", as far as there is room. */
static void name(struct cli_plan_seen *seen, const char *what)
{
    const char *slash = strrchr(what, '/');
    const char *last = slash ? slash + 1 : what;
    size_t len =
        strlen(last) - (is_journal(what) ? sizeof(JOURNAL_ENDING) - 1 : 0);

    (void)snprintf(seen->id, sizeof(seen->id), "%.*s", (int)len, last);
}

static enum td_code see_execution(struct cli_plan_seen *seen, const char *what,
                                  const struct cli_plan_how *how,
                                  struct td_error *err)
{
    char *path =
        is_journal(what)
            ? td_strdup(what)
            : run_journal_of(how->state ? how->state : ".tapedeck", what);
    enum td_code code = TD_OK;

    if (access(path, F_OK) != 0) {
        (void)td_error_set(err, TD_USAGE, path, 0, "there is no execution %s",
                           what);
        code = td_error_hint(err, "name its folder with --state");
    }
    if (!code)
        code = run_past_read(&seen->past, path, err);
    free(path);
    name(seen, what);
    seen->of = &seen->past.plan;
    return code;
}

/* What earlier executions tell; of one that ran, only how long tasks take. */
static enum td_code look(struct cli_plan_seen *seen,
                         const struct cli_plan_how *how, struct td_error *err)
{
    struct run_options options = {
        .state = how->state, .no_cache = how->no_cache || seen->past.sched};

    return run_look(&seen->look, seen->of, seen->root, &options, err);
}

enum td_code cli_plan_see(struct cli_plan_seen *seen, const char *what,
                          const struct cli_plan_how *how, struct td_error *err)
{
    struct view_subject subject = {.waves = how->waves};
    bool ran = run_is_id(what) || is_journal(what);
    enum td_code code;

    *seen = (struct cli_plan_seen){.of = &seen->plan};
    seen->root = ran ? td_strdup(".") : cli_plan_folder(what);
    code = ran ? see_execution(seen, what, how, err)
               : cli_plan_load(&seen->plan, what, err);
    if (!code)
        code = look(seen, how, err);
    if (code)
        return code;
    subject.plan = seen->of;
    subject.workers = how->workers ? how->workers : run_processors();
    subject.usual = seen->look.usual;
    subject.runs = seen->look.runs;
    subject.sched = seen->past.sched;
    subject.execution = ran ? seen->id : NULL;
    subject.now_ns = seen->past.at_ns;
    subject.guesses = ran ? NULL : seen->look.guesses;
    subject.why = ran ? NULL : seen->look.why;
    seen->view = view_new(&subject);
    return TD_OK;
}

void cli_plan_forget(struct cli_plan_seen *seen)
{
    view_free(seen->view);
    run_look_release(&seen->look);
    run_past_release(&seen->past);
    plan_release(&seen->plan);
    free(seen->root);
    *seen = (struct cli_plan_seen){.of = NULL};
}
