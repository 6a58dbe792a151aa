/* Commands that ask what has been seen: they work on a tape and without a
 * server too.
 */
#include "console/console_internal.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/suggest.h"

#include <stdlib.h>
#include <string.h>

#define EXPORT_COLUMNS 10000

enum td_code console_need_run(const struct console *c,
                              const struct words_call *call,
                              struct td_error *err)
{
    if (c->seen->events)
        return TD_OK;
    return td_error_set(err, TD_FAILED, "", 0, "%s: %s", call->command->name,
                        c->server || c->options.tape
                            ? "nothing has run here yet; execute begins a run"
                            : "there is neither a tape nor a server; tapedeck "
                              "console TAPE, or --connect URL");
}

static size_t limit_of(const struct words_call *call)
{
    return (size_t)words_number(call, "limit");
}

/* ---- logs ---- */

static enum seen_level level_of(const char *word)
{
    static const char *const levels[] = {"debug", "info", "warn", "error"};
    int level = SEEN_DEBUG;

    while (level < SEEN_ERROR && strcmp(levels[level], word) != 0)
        level++;
    return (enum seen_level)level;
}

/* What the options ask for; TD_USAGE: there is no such task. */
static enum td_code which_logs(const struct console *c,
                               const struct words_call *call,
                               struct panel_logs *which, struct td_error *err)
{
    uint64_t since = words_duration(call, "since");
    const char *query = words_text(call, "query");

    if (!query)
        query = words_text(call, "grep");
    if (!query)
        query = words_text(call, "filter");
    *which = (struct panel_logs){
        .level = level_of(words_text(call, "level")),
        .task = words_text(call, "task"),
        .source = words_text(call, "source"),
        .query = query,
        .limit = limit_of(call),
        .since_ns = since && since < c->now_ns ? c->now_ns - since : 0,
    };
    if (which->task &&
        seen_find_task(c->seen, td_text(which->task)) == SEEN_NONE)
        return td_error_set(err, TD_USAGE, "", 0, "logs: no task \"%s\"",
                            which->task);
    return TD_OK;
}

/* Lines without colors, in a file that is not there yet. */
static enum td_code export_logs(struct console *c,
                                const struct panel_logs *which,
                                const char *path, struct td_error *err)
{
    struct panel v = console_view(c);
    struct text_style plain = {.utf8 = true};
    struct td_buf text = {0};
    enum td_code code;

    v.style = &plain;
    v.columns = EXPORT_COLUMNS;
    panel_logs(&text, &v, which);
    code = td_fs_vacant(path, err);
    if (code == TD_OK)
        code = td_fs_replace(path, td_buf_bytes(&text), err);
    if (code == TD_OK) {
        (void)td_buf_add_text(&c->text, "  wrote ");
        text_clean(&c->text, td_text(path), &c->options.style);
        (void)td_buf_add_text(&c->text, "\n");
    }
    td_buf_release(&text);
    return code;
}

static char *copy_of(const char *text)
{
    return text ? td_strdup(text) : NULL;
}

void console_unfollow(struct console *c)
{
    free(c->follow_task);
    free(c->follow_query);
    c->follow_task = NULL;
    c->follow_query = NULL;
    c->following = false;
}

/* On a terminal they come above the prompt; elsewhere until the run ends. */
static void follow(struct console *c, const struct panel_logs *which)
{
    console_unfollow(c);
    c->follow = *which;
    c->follow_task = copy_of(which->task);
    c->follow_query = copy_of(which->query);
    c->follow.task = c->follow_task;
    c->follow.query = c->follow_query;
    c->follow.since_ns = 0;
    c->following = true;
}

enum td_code console_logs(struct console *c, const struct words_call *call,
                          struct td_error *err)
{
    struct panel v = console_view(c);
    struct panel_logs which;
    enum td_code code;

    if (words_flag(call, "output"))
        return console_order(c, call, err);
    code = words_flag(call, "follow") ? TD_OK : console_need_run(c, call, err);
    if (code == TD_OK)
        code = which_logs(c, call, &which, err);
    if (code)
        return code;
    if (words_text(call, "export"))
        return export_logs(c, &which, words_text(call, "export"), err);
    if (words_flag(call, "stats")) {
        panel_logs_stats(&c->text, &v);
    } else if (words_flag(call, "follow") &&
               (c->terminal || (c->server && !c->seen->ended))) {
        which.bare = true;
        panel_logs(&c->text, &v, &which);
        follow(c, &which);
        return c->terminal ? TD_OK : TD_AGAIN;
    } else {
        panel_logs(&c->text, &v, &which);
    }
    return TD_OK;
}

/* ---- show ---- */

static void show_logs(struct console *c, const struct panel *v,
                      const struct words_call *call)
{
    const struct panel_logs all = {.level = SEEN_DEBUG,
                                   .limit = limit_of(call)};

    panel_logs(&c->text, v, &all);
}

static void show_artifacts(struct console *c, const struct panel *v,
                           const struct words_call *call)
{
    panel_artifacts(&c->text, v, words_flag(call, "stats"), limit_of(call));
}

static void show_status(struct console *c, const struct panel *v,
                        const struct words_call *call)
{
    uint64_t since = words_duration(call, "since");

    panel_status(&c->text, v);
    if (words_given(call, "since"))
        panel_since(&c->text, v, c->now_ns > since ? c->now_ns - since : 0,
                    limit_of(call));
}

static void show_plan(struct console *c, const struct panel *v,
                      const struct words_call *call)
{
    (void)call;
    panel_overview(&c->text, v);
}

static void show_block(struct console *c, const struct panel *v,
                       const struct words_call *call)
{
    (void)call;
    panel_block(&c->text, v);
}

static void show_tokens(struct console *c, const struct panel *v,
                        const struct words_call *call)
{
    (void)call;
    panel_tokens(&c->text, v);
}

static void show_errors(struct console *c, const struct panel *v,
                        const struct words_call *call)
{
    panel_errors(&c->text, v, limit_of(call));
}

static const struct {
    const char *name;
    void (*show)(struct console *c, const struct panel *v,
                 const struct words_call *call);
} shows[] = {
    {"status", show_status},  {"plan", show_plan},
    {"pipeline", show_block}, {"artifacts", show_artifacts},
    {"tokens", show_tokens},  {"logs", show_logs},
    {"errors", show_errors},
};

/* What events do not tell, and what a tape has anyway. */
static bool is_asked_for(const struct console *c, const char *what)
{
    return !strcmp(what, "artifact") || !strcmp(what, "executions") ||
           (!strcmp(what, "results") && c->server);
}

static enum td_code no_view(const char *what, struct td_error *err)
{
    static const char *const others[] = {"artifact", "executions", "results"};
    struct td_suggestion near = {.word = what};
    struct td_buf all = {0};
    enum td_code code;

    for (size_t i = 0; i < sizeof(shows) / sizeof(shows[0]); i++) {
        td_suggest(&near, shows[i].name);
        (void)td_buf_addf(&all, "%s, ", shows[i].name);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        td_suggest(&near, others[i]);
        (void)td_buf_addf(&all, "%s%s", i ? ", " : "", others[i]);
    }
    code = near.best
               ? td_error_set(err, TD_USAGE, "", 0,
                              "show: no view \"%s\"; did you mean \"%s\"?",
                              what, near.best)
               : td_error_set(err, TD_USAGE, "", 0,
                              "show: no view \"%.64s\"; there are %s", what,
                              td_buf_str(&all));
    td_buf_release(&all);
    return code;
}

enum td_code console_show(struct console *c, const struct words_call *call,
                          struct td_error *err)
{
    struct panel v = console_view(c);
    const char *what = call->arg_count ? call->args[0] : "status";
    size_t i = 0;
    enum td_code code;

    if (strcmp(what, "artifact") != 0 && is_asked_for(c, what) &&
        words_at_most(call, 1, err))
        return TD_USAGE;
    if (is_asked_for(c, what))
        return console_order(c, call, err);
    if (words_flag(call, "html"))
        return td_error_set(err, TD_FAILED, "", 0,
                            "show: --html is made by the server of a live run; "
                            "of a tape by tapedeck validate TAPE --report "
                            "html=FILE");
    while (i < sizeof(shows) / sizeof(shows[0]) &&
           strcmp(shows[i].name, what) != 0)
        i++;
    if (i == sizeof(shows) / sizeof(shows[0]) && strcmp(what, "results") != 0)
        return no_view(what, err);
    if (words_at_most(call, 1, err))
        return TD_USAGE;
    code = console_need_run(c, call, err);
    if (code == TD_OK && i == sizeof(shows) / sizeof(shows[0]))
        panel_results(&c->text, &v);
    else if (code == TD_OK)
        shows[i].show(c, &v, call);
    return code;
}

/* ---- approvals ---- */

static void list_approvals(struct console *c)
{
    struct panel v = console_view(c);

    if (c->seen->counts[SEEN_ASKING] == 0)
        (void)td_buf_add_text(&c->text, "  nothing waits for an answer\n");
    for (uint32_t i = 0; i < c->seen->task_count; i++)
        if (c->seen->tasks[i].state == SEEN_ASKING)
            panel_question(&c->text, &v, &c->seen->tasks[i]);
}

/* By its batch, or by the task's id. */
static const struct seen_task *asking_task(const struct seen *s, const char *id)
{
    for (uint32_t i = 0; i < s->task_count; i++) {
        const struct seen_task *task = &s->tasks[i];

        if (task->state == SEEN_ASKING &&
            ((task->batch && !strcmp(task->batch, id)) ||
             !strcmp(task->id, id) ||
             (task->alias && !strcmp(task->alias, id))))
            return task;
    }
    return NULL;
}

enum td_code console_approve(struct console *c, const struct words_call *call,
                             struct td_error *err)
{
    struct panel v = console_view(c);
    const struct seen_task *task =
        call->arg_count ? asking_task(c->seen, call->args[0]) : NULL;

    if (call->arg_count == 0) {
        list_approvals(c);
        return TD_OK;
    }
    if (call->arg_count != 2 || strcmp(call->args[1], "show") != 0)
        return console_order(c, call, err);
    if (!task)
        return td_error_set(err, TD_USAGE, "", 0,
                            "approve: no approval \"%s\" is open",
                            call->args[0]);
    panel_question(&c->text, &v, task);
    return TD_OK;
}
