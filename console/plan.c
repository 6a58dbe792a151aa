/* The command plan: views of the run on screen, as far as its events tell; the
 * rest is asked of the server.
 */
#include "console/console_internal.h"
#include "tape/reader.h"

#include <string.h>
#include <strings.h>

/* ---- which view ---- */

/* What each option is of; a view it decides comes first. */
static const struct {
    const char *option;
    const char *views[3];
} filters[] = {
    {"phase", {"tasks"}},
    {"state", {"tasks"}},
    {"from", {"dependencies"}},
    {"depth", {"dependencies"}},
    {"limit", {"tasks", "dependencies"}},
    {"all", {"tasks", "dependencies", "full"}},
};

#define FILTERS (sizeof(filters) / sizeof(filters[0]))

static bool is_of(size_t filter, const char *view)
{
    for (size_t i = 0; i < 3 && filters[filter].views[i]; i++)
        if (!strcmp(filters[filter].views[i], view))
            return true;
    return false;
}

static bool is_text(const struct words_call *call)
{
    return !strcmp(words_text(call, "format"), "text");
}

/* Without --view a filter says which is meant. */
static const char *view_of(const struct words_call *call)
{
    if (!words_given(call, "view"))
        for (size_t i = 0; i < FILTERS; i++)
            if (words_given(call, filters[i].option))
                return filters[i].views[0];
    return words_text(call, "view");
}

static enum td_code check_show(const struct words_call *call, const char *view,
                               struct td_error *err)
{
    const char *form = words_text(call, "format");

    if (words_at_most(call, 2, err))
        return TD_USAGE;
    if (!is_text(call) && words_given(call, "view"))
        return td_error_set(err, TD_USAGE, "", 0,
                            "plan: --format %s is the whole plan; leave out "
                            "--view",
                            form);
    for (size_t i = 0; i < FILTERS; i++) {
        if (!words_given(call, filters[i].option))
            continue;
        if (!is_text(call))
            return td_error_set(err, TD_USAGE, "", 0,
                                "plan: --format %s is the whole plan; leave "
                                "out --%s",
                                form, filters[i].option);
        if (!is_of(i, view))
            return td_error_set(err, TD_USAGE, "", 0,
                                "plan: --%s is of --view %s, not of %s",
                                filters[i].option, filters[i].views[0], view);
    }
    if (words_given(call, "blueprint"))
        return td_error_set(err, TD_USAGE, "", 0,
                            "plan: --blueprint is of plan generate");
    return TD_OK;
}

/* A verb that shows nothing has none of the options of show. */
static enum td_code check_verb(const struct words_call *call,
                               struct td_error *err)
{
    static const char *const verbs[] = {"review", "lint", "why"};
    bool makes = !strcmp(call->args[0], "generate");
    size_t most = makes ? WORDS_MAX : 0;

    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (!strcmp(call->args[0], verbs[i]))
            most = 2;
    if (words_at_most(call, most, err))
        return TD_USAGE;
    for (size_t i = 0; call->command->options[i].name; i++) {
        const char *name = call->command->options[i].name;
        bool of_generate = !strcmp(name, "blueprint");

        if (call->options[i] && !(of_generate && makes))
            return td_error_set(err, TD_USAGE, "", 0,
                                "plan: --%s is of plan %s", name,
                                of_generate ? "generate" : "show");
    }
    return TD_OK;
}

const char *console_plan_view(const struct words_call *call,
                              struct td_error *err)
{
    bool shows = call->arg_count == 0 || !strcmp(call->args[0], "show");
    const char *view = view_of(call);
    enum td_code code =
        shows ? check_show(call, view, err) : check_verb(call, err);

    return code ? NULL : view;
}

/* ---- drawing ---- */

static size_t limit_of(const struct words_call *call)
{
    return words_flag(call, "all") ? SIZE_MAX
                                   : (size_t)words_number(call, "limit");
}

/* Everything, whatever its length. */
static void plan_full(struct console *c, const struct panel *v)
{
    const struct panel_tasks all = {.limit = SIZE_MAX};
    const struct panel_tree tree = {
        .from = SEEN_NONE, .depth = UINT32_MAX, .limit = SIZE_MAX};

    panel_overview(&c->text, v);
    (void)td_buf_add_text(&c->text, "\n");
    panel_timeline(&c->text, v);
    (void)td_buf_add_text(&c->text, "\n");
    panel_stats(&c->text, v);
    (void)td_buf_add_text(&c->text, "\n");
    panel_tasks(&c->text, v, &all);
    if (!c->seen->known)
        return;
    (void)td_buf_add_text(&c->text, "\n");
    panel_tree(&c->text, v, &tree);
}

static const struct {
    const char *view;
    void (*draw)(struct td_buf *out, const struct panel *v);
} views[] = {
    {"overview", panel_overview},
    {"timeline", panel_timeline},
    {"stats", panel_stats},
};

static enum td_code draw_tree(struct console *c, const struct panel *v,
                              const struct words_call *call,
                              struct td_error *err)
{
    const char *from = words_text(call, "from");
    struct panel_tree which = {.from = SEEN_NONE,
                               .depth = words_flag(call, "all")
                                            ? UINT32_MAX
                                            : words_number(call, "depth"),
                               .limit = limit_of(call)};

    if (from)
        which.from = seen_find_task(c->seen, td_text(from));
    if (from && which.from == SEEN_NONE)
        return td_error_set(err, TD_USAGE, "", 0, "plan: no task \"%s\"", from);
    if (!c->seen->known)
        return td_error_set(err, TD_FAILED, "", 0,
                            "plan: what tasks need was not told");
    panel_tree(&c->text, v, &which);
    return TD_OK;
}

/* The name of a phase, in any case. */
static enum td_code draw_tasks(struct console *c, const struct panel *v,
                               const struct words_call *call,
                               struct td_error *err)
{
    const struct panel_tasks which = {.phase = words_text(call, "phase"),
                                      .state = words_text(call, "state"),
                                      .limit = limit_of(call)};
    struct td_buf names = {0};
    bool found = !which.phase;

    for (size_t i = 0; i < SEEN_PHASES; i++) {
        const char *name = c->seen->phases[i].name;

        if (!name)
            continue;
        (void)td_buf_addf(&names, "%s%s", names.len ? ", " : "", name);
        found = found || !strcasecmp(name, which.phase);
    }
    if (found)
        panel_tasks(&c->text, v, &which);
    else
        (void)td_error_set(
            err, TD_USAGE, "", 0, "plan: no phase \"%.64s\"; there are %s",
            which.phase, names.len ? td_buf_str(&names) : "none");
    td_buf_release(&names);
    return found ? TD_OK : TD_USAGE;
}

/* ---- in a language ---- */

/* A journal begins with its plan (docs/journal.md). */
static enum td_code put_journal_plan(struct console *c, struct td_error *err)
{
    struct tape_reader *reader = NULL;
    struct td_json_doc doc = {0};
    struct td_event ev;
    uint32_t plan = 0;
    enum td_code code =
        tape_reader_open(&reader, c->options.tape,
                         &(struct tape_read_options){.threads = 1}, err);

    while (code == TD_OK && !plan) {
        code = tape_reader_next(reader, &ev, err);
        if (code == TD_OK && td_bytes_is(ev.kind, "run") &&
            td_bytes_is(ev.name, "created") &&
            !td_json_parse(&doc, ev.payload, TD_JSON_DEPTH_ALL, NULL))
            plan = td_json_member(&doc, 0, td_text("plan"));
    }
    if (plan) {
        /* an escape of its own is one of JSON, too */
        text_clean(&c->text, td_json_raw(&doc, plan), &c->options.style);
        (void)td_buf_add_text(&c->text, "\n");
    }
    td_json_release(&doc);
    tape_reader_close(reader);
    if (code == TD_END)
        return td_error_set(err, TD_FAILED, "", 0,
                            "plan: this tape does not hold its plan; the tape "
                            "of an execution in .tapedeck does");
    return code;
}

static enum td_code put_form(struct console *c, const struct panel *v,
                             const char *form, struct td_error *err)
{
    if (!strcmp(form, "json"))
        return put_journal_plan(c, err);
    if (!c->seen->known)
        return td_error_set(err, TD_FAILED, "", 0,
                            "plan: what tasks need was not told");
    if (!strcmp(form, "dot"))
        panel_dot(&c->text, v);
    else
        panel_mermaid(&c->text, v);
    return TD_OK;
}

/* ---- the command ---- */

/* Of the run on screen, as far as its events tell; the rest is asked for. */
static bool is_local(const struct console *c, const struct words_call *call)
{
    bool shows = call->arg_count == 0 || words_verb(call, "show", 0, 0);

    return shows && (is_text(call) ? c->seen->events || !c->server
                                   : c->options.tape != NULL);
}

enum td_code console_plan(struct console *c, const struct words_call *call,
                          struct td_error *err)
{
    struct panel v = console_view(c);
    const char *view = console_plan_view(call, err);
    enum td_code code = TD_OK;

    if (!view)
        return TD_USAGE;
    if (!is_local(c, call))
        return console_order(c, call, err);
    code = console_need_run(c, call, err);
    if (code)
        return code;
    if (!is_text(call))
        return put_form(c, &v, words_text(call, "format"), err);
    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
        if (!strcmp(view, views[i].view))
            views[i].draw(&c->text, &v);
    if (!strcmp(view, "tasks"))
        code = draw_tasks(c, &v, call, err);
    else if (!strcmp(view, "dependencies"))
        code = draw_tree(c, &v, call, err);
    else if (!strcmp(view, "full"))
        plan_full(c, &v);
    return code;
}
