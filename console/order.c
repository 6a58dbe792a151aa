/* Commands that the server does: what is sent, and who reads the answer. */
#include "console/console_internal.h"
#include "core/clock.h"
#include "core/json_writer.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

/* An order while it is written. */
struct writing {
    struct console *c;
    const struct words_call *call;
    struct td_json_writer w;
    struct td_error *err;
};

static enum td_code usage(const struct writing *o, const char *text)
{
    return td_error_set(o->err, TD_USAGE, "", 0, "%s: %s",
                        o->call->command->name, text);
}

static void put_name(struct writing *o, const char *member, const char *value)
{
    td_json_put_text(&o->w, member, value);
}

/* The execution on screen, or the one that is about to be; without one the
 * server takes the session's last. */
static void put_execution(struct writing *o, const char *named)
{
    const char *id = named ? named : o->c->seen->execution;

    if (!*id)
        id = console_server_execution(o->c->server);
    if (*id)
        put_name(o, "execution_id", id);
}

static const char *argument(const struct writing *o, size_t n)
{
    return n < o->call->arg_count ? o->call->args[n] : NULL;
}

/* Arguments from the n-th on as one text. */
static void put_joined(struct writing *o, const char *member, size_t n)
{
    struct td_buf text = {0};

    words_join(o->call, n, &text);
    td_json_put_string(&o->w, member, td_buf_bytes(&text));
    td_buf_release(&text);
}

/* ---- a specification ---- */

static enum td_code put_spec_begin(struct writing *o, size_t from, bool replace)
{
    o->c->asked.render = console_render_spec;
    put_joined(o, "text", from);
    if (words_text(o->call, "type"))
        put_name(o, "type", words_text(o->call, "type"));
    put_name(o, "focus", words_text(o->call, "focus"));
    if (replace)
        td_json_put_bool(&o->w, "replace", true);
    return TD_OK;
}

static bool is_category(const char *word)
{
    static const char *const all[] = {
        "users", "features", "auth",     "scale",    "timeline", "design",
        "data",  "offline",  "security", "payments", "sources",  "failures"};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (!strcmp(word, all[i]))
            return true;
    return false;
}

static enum td_code put_spec_answer(struct writing *o)
{
    bool named = o->call->arg_count > 2 && is_category(o->call->args[1]);

    o->c->asked.render = console_render_spec;
    put_name(o, "action", "answer");
    if (named) {
        put_name(o, "category", o->call->args[1]);
        o->c->asked.text = td_strdup(o->call->args[1]);
    }
    put_joined(o, "text", named ? 2 : 1);
    return TD_OK;
}

/* A verb counts only if what follows fits it: "show me a dashboard" is a
 * description. */
static enum td_code put_spec(struct writing *o)
{
    const struct words_call *call = o->call;
    bool ready = words_verb(call, "ready", 0, 0);

    if (words_verb(call, "answer", 1, WORDS_MAX))
        return put_spec_answer(o);
    if (words_verb(call, "new", 1, WORDS_MAX))
        return put_spec_begin(o, 1, true);
    if (call->arg_count && !ready && !words_verb(call, "show", 0, 0))
        return put_spec_begin(o, 0, false);
    o->c->asked.render = ready ? console_render_ready : console_render_spec;
    o->c->asked.stats = call->arg_count > 0 && !ready; /* show: no question */
    put_name(o, "action", ready ? "ready" : "show");
    return TD_OK;
}

/* ---- plans ---- */

static void put_drawing(struct writing *o)
{
    static const char *const texts[] = {"phase", "state", "from"};
    const struct console_options *options = &o->c->options;
    const char *view = console_plan_view(o->call, o->err);

    if (view)
        put_name(o, "view", view);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (words_text(o->call, texts[i]))
            put_name(o, texts[i], words_text(o->call, texts[i]));
    if (strcmp(words_text(o->call, "format"), "text") != 0)
        put_name(o, "format", words_text(o->call, "format"));
    td_json_put_u64(&o->w, "depth", words_number(o->call, "depth"));
    td_json_put_u64(&o->w, "limit", words_number(o->call, "limit"));
    td_json_put_bool(&o->w, "all", words_flag(o->call, "all"));
    td_json_put_u64(&o->w, "width", options->columns - 1);
    td_json_put_bool(&o->w, "ascii", !options->style.utf8);
}

/* A plan that is named, or the run on screen, or what was made last. */
static void put_subject(struct writing *o, const char *plan)
{
    if (plan)
        put_name(o, "plan", plan);
    else
        put_execution(o, NULL);
}

static enum td_code put_plan_draw(struct writing *o)
{
    const char *first = argument(o, 0);
    bool verb = first && !strcmp(first, "show");

    put_name(o, "action", "draw");
    put_subject(o, verb ? argument(o, 1) : NULL);
    put_drawing(o);
    return TD_OK;
}

static enum td_code put_plan_generate(struct writing *o)
{
    put_name(o, "action", "generate");
    o->c->asked.render = console_render_made;
    if (o->call->arg_count > 1)
        put_joined(o, "text", 1);
    if (words_text(o->call, "blueprint"))
        put_name(o, "blueprint", words_text(o->call, "blueprint"));
    if (words_text(o->call, "focus"))
        put_name(o, "focus", words_text(o->call, "focus"));
    return TD_OK;
}

static enum td_code put_plan_lint(struct writing *o)
{
    put_name(o, "action", "lint");
    o->c->asked.render = console_render_lint;
    if (argument(o, 1))
        put_name(o, "plan", argument(o, 1));
    return TD_OK;
}

static enum td_code put_plan_review(struct writing *o)
{
    put_name(o, "action", "review");
    put_subject(o, argument(o, 1));
    put_drawing(o);
    return TD_OK;
}

static enum td_code put_plan_why(struct writing *o)
{
    if (o->call->arg_count != 2)
        return usage(o, "why wants a task");
    put_name(o, "action", "why");
    put_name(o, "task", argument(o, 1));
    put_subject(o, NULL);
    put_drawing(o);
    return TD_OK;
}

/* ---- runs ---- */

/* A number that the line gives, or else the settings. */
static void put_budget(struct writing *o, const char *option,
                       const char *member, uint64_t given, uint64_t usual)
{
    if (words_given(o->call, option))
        td_json_put_u64(&o->w, member, given);
    else if (usual)
        td_json_put_u64(&o->w, member, usual);
}

static void put_text_or(struct writing *o, const char *option,
                        const char *member, const char *usual)
{
    const char *text = words_text(o->call, option);

    if (text || usual)
        put_name(o, member, text ? text : usual);
}

static void put_budgets(struct writing *o)
{
    const struct words_call *call = o->call;
    const struct console_wants *wants = &o->c->options.wants;

    put_budget(o, "budget-tokens", "budget_tokens",
               words_number(call, "budget-tokens"), wants->tokens);
    put_budget(o, "budget-cost", "budget_micro_usd",
               words_millionths(call, "budget-cost"), wants->micro_usd);
    put_budget(o, "budget-time", "budget_ms",
               words_duration(call, "budget-time") / TD_NS_PER_MS,
               wants->time_ns / TD_NS_PER_MS);
    put_budget(o, "budget-warn", "budget_warn",
               words_number(call, "budget-warn"), wants->warn);
    put_budget(o, "budget-critical", "budget_critical",
               words_number(call, "budget-critical"), wants->critical);
    put_text_or(o, "on-limit", "on_limit", wants->on_limit);
}

/* Else the lines of a batch wait for its end. */
static void put_detach(struct writing *o)
{
    o->c->asked.stays = !words_flag(o->call, "detach");
    td_json_put_bool(&o->w, "detach", !o->c->asked.stays);
}

static void put_how(struct writing *o)
{
    const struct words_call *call = o->call;

    put_detach(o);
    td_json_put_bool(&o->w, "parallel", words_flag(call, "parallel"));
    td_json_put_bool(&o->w, "fail_fast", words_flag(call, "fail-fast"));
    td_json_put_bool(&o->w, "auto_approve", words_flag(call, "auto-approve"));
    if (words_given(call, "max-workers"))
        td_json_put_u64(&o->w, "max_workers",
                        words_number(call, "max-workers"));
    if (words_text(call, "schedule"))
        put_name(o, "schedule", words_text(call, "schedule"));
    put_text_or(o, "model", "model", o->c->options.wants.model);
    put_budgets(o);
}

static enum td_code put_execute(struct writing *o)
{
    if (argument(o, 0))
        put_name(o, "plan", argument(o, 0));
    td_json_put_bool(&o->w, "dry_run", words_flag(o->call, "dry-run"));
    td_json_put_u64(&o->w, "width", o->c->options.columns - 1);
    td_json_put_bool(&o->w, "ascii", !o->c->options.style.utf8);
    put_how(o);
    return TD_OK;
}

static enum td_code put_run(struct writing *o)
{
    if (o->call->arg_count == 0)
        return usage(o, "say what is to be built");
    o->c->asked.render = console_render_made;
    put_joined(o, "text", 0);
    if (words_text(o->call, "blueprint"))
        put_name(o, "blueprint", words_text(o->call, "blueprint"));
    put_name(o, "depth", words_text(o->call, "depth"));
    put_name(o, "focus", words_text(o->call, "focus"));
    put_how(o);
    return TD_OK;
}

/* The words of the line are gone when the answer comes. */
static char *copy_of(const char *text)
{
    return text ? td_strdup(text) : NULL;
}

static enum td_code put_validate(struct writing *o)
{
    put_execution(o, argument(o, 0));
    o->c->asked.render = console_render_verdict;
    o->c->asked.kind = copy_of(words_text(o->call, "check"));
    o->c->asked.strict = words_flag(o->call, "strict");
    return TD_OK;
}

static enum td_code put_test(struct writing *o)
{
    put_execution(o, NULL);
    o->c->asked.render = console_render_tests;
    o->c->asked.kind = copy_of(words_text(o->call, "filter"));
    o->c->asked.stats = words_flag(o->call, "coverage");
    o->c->asked.lines = words_number(o->call, "limit");
    o->c->asked.text = copy_of(argument(o, 0));
    o->c->asked.gate = copy_of(words_text(o->call, "focus"));
    o->c->asked.sums = !strcmp(words_text(o->call, "depth"), "light");
    o->c->asked.each = !strcmp(words_text(o->call, "depth"), "deep");
    return TD_OK;
}

static enum td_code put_none(struct writing *o)
{
    put_execution(o, NULL);
    return TD_OK;
}

static enum td_code put_resume(struct writing *o)
{
    o->c->asked.stays = !words_flag(o->call, "detach");
    put_execution(o, argument(o, 0));
    return TD_OK;
}

static enum td_code put_task(struct writing *o)
{
    put_execution(o, NULL);
    if (argument(o, 0))
        put_name(o, "task", argument(o, 0));
    return TD_OK;
}

static enum td_code put_cancel(struct writing *o)
{
    if (words_given(o->call, "grace"))
        td_json_put_u64(&o->w, "grace_ms",
                        words_duration(o->call, "grace") / TD_NS_PER_MS);
    return put_task(o);
}

/* Of a task that is known not to have failed nothing is to be tried again. */
static enum td_code check_failed(struct writing *o, const char *id)
{
    const struct seen *s = o->c->seen;
    uint32_t task = seen_find_task(s, td_text(id));

    if (task == SEEN_NONE || s->tasks[task].state == SEEN_FAILED ||
        (s->ended && s->tasks[task].state != SEEN_COMPLETED))
        return TD_OK;
    return td_error_set(
        o->err, TD_FAILED, "", 0, "retry: %s has not failed (%s)%s%s", id,
        panel_task_word(&s->tasks[task]),
        s->ended ? "; to run it all the same: retry --from " : "",
        s->ended ? id : "");
}

static enum td_code put_retry(struct writing *o)
{
    const char *from = words_text(o->call, "from");
    const char *task = argument(o, 0);

    if (task && from)
        return usage(o, "a task, or --from TASK: one of them");
    if (task && check_failed(o, task))
        return TD_FAILED;
    put_detach(o);
    put_execution(o, NULL);
    if (task || from)
        put_name(o, "task", task ? task : from);
    if (words_given(o->call, "attempts"))
        td_json_put_u64(&o->w, "attempts", words_number(o->call, "attempts"));
    return TD_OK;
}

/* "x7/release", or the task alone: "release", of the run on screen. */
static void put_batch(struct writing *o, const char *id)
{
    uint32_t task = seen_find_task(o->c->seen, td_text(id));

    if (task != SEEN_NONE && o->c->seen->tasks[task].batch) {
        id = o->c->seen->tasks[task].batch;
    } else if (!strchr(id, '/')) {
        put_execution(o, NULL);
        put_name(o, "task", id);
        return;
    }
    put_name(o, "batch_id", id);
}

static enum td_code put_approval(struct writing *o)
{
    const char *answer = o->call->arg_count > 1 ? o->call->args[1] : "yes";
    bool yes = !strcmp(answer, "yes") || !strcmp(answer, "y");

    if (o->call->arg_count == 0 || o->call->arg_count > 2 ||
        (!yes && strcmp(answer, "no") != 0 && strcmp(answer, "n") != 0))
        return usage(o, "wants ID, and yes, no or show");
    put_batch(o, o->call->args[0]);
    td_json_put_bool(&o->w, "approved", yes);
    return TD_OK;
}

static enum td_code put_snapshot(struct writing *o)
{
    const struct words_call *call = o->call;
    bool list = call->arg_count == 0 || words_verb(call, "list", 0, 0);
    bool change =
        words_verb(call, "rollback", 1, 1) || words_verb(call, "delete", 1, 1);

    if (!list && !change && !words_verb(call, "create", 0, 1) &&
        !words_verb(call, "show", 1, 1))
        return usage(o, "wants list, create [NAME], or show, rollback or "
                        "delete with the ID of one");
    if (change && !words_flag(call, "yes"))
        return usage(o, "that cannot be undone; say it with --yes");
    o->c->asked.render = console_render_snapshots;
    put_name(o, "action", list ? "list" : call->args[0]);
    put_execution(o, NULL);
    if (argument(o, 1))
        put_name(o, "name", argument(o, 1));
    return TD_OK;
}

/* ---- texts ---- */

static enum td_code put_artifact(struct writing *o)
{
    if (o->call->arg_count != 2)
        return usage(o, "artifact wants a path");
    put_execution(o, NULL);
    put_name(o, "path", argument(o, 1));
    o->c->asked.render = console_render_text;
    o->c->asked.text = td_strdup(argument(o, 1));
    o->c->asked.from = words_number(o->call, "from");
    o->c->asked.lines = words_flag(o->call, "all")
                            ? UINT64_MAX
                            : words_number(o->call, "lines");
    o->c->asked.raw = words_flag(o->call, "raw");
    return TD_OK;
}

static enum td_code put_log(struct writing *o)
{
    const char *task = words_text(o->call, "task");

    if (!task)
        return usage(o, "--output wants the task, with --task ID");
    put_execution(o, NULL);
    put_name(o, "task", task);
    o->c->asked.render = console_render_text;
    o->c->asked.text = td_strdup("");
    o->c->asked.lines = words_number(o->call, "limit");
    o->c->asked.from = 0; /* the end of it */
    o->c->asked.raw = true;
    return TD_OK;
}

static enum td_code put_executions(struct writing *o)
{
    put_name(o, "action", "executions");
    td_json_put_bool(&o->w, "all", words_flag(o->call, "all"));
    o->c->asked.render = console_render_executions;
    return TD_OK;
}

static enum td_code put_results(struct writing *o)
{
    put_execution(o, NULL);
    o->c->asked.render = console_render_verdict;
    o->c->asked.kind = td_strdup("all");
    o->c->asked.page = words_flag(o->call, "html");
    if (o->c->asked.page)
        td_json_put_bool(&o->w, "html", true);
    return TD_OK;
}

/* ---- all of them ---- */

static const struct {
    const char *command;
    const char *verb; /* its first argument; NULL: any, or none */
    const char *sent; /* what the server calls it; NULL: the same */
    enum td_code (*put)(struct writing *o);
} orders[] = {
    {"spec", NULL, NULL, put_spec},
    {"plan", "generate", NULL, put_plan_generate},
    {"plan", "lint", NULL, put_plan_lint},
    {"plan", "review", NULL, put_plan_review},
    {"plan", "why", NULL, put_plan_why},
    {"plan", NULL, NULL, put_plan_draw},
    {"execute", NULL, NULL, put_execute},
    {"run", NULL, NULL, put_run},
    {"validate", NULL, NULL, put_validate},
    {"test", NULL, "validate", put_test},
    {"cancel", NULL, NULL, put_cancel},
    {"pause", NULL, NULL, put_none},
    {"resume", NULL, NULL, put_resume},
    {"retry", NULL, NULL, put_retry},
    {"approve", NULL, NULL, put_approval},
    {"snapshot", NULL, NULL, put_snapshot},
    {"show", "artifact", "artifact", put_artifact},
    {"show", "executions", "show", put_executions},
    {"show", "results", "validate", put_results},
    {"logs", NULL, "log", put_log},
};

static size_t order_of(const struct words_call *call)
{
    const size_t count = sizeof(orders) / sizeof(orders[0]);
    const char *first = call->arg_count ? call->args[0] : "";
    size_t i = 0;

    while (i + 1 < count &&
           (strcmp(orders[i].command, call->command->name) != 0 ||
            (orders[i].verb && strcmp(orders[i].verb, first) != 0)))
        i++;
    return i;
}

void console_asked_clear(struct console_asked *asked)
{
    free(asked->line);
    free(asked->text);
    free(asked->kind);
    free(asked->gate);
    free(asked->meant);
    *asked = (struct console_asked){0};
}

static enum td_code no_server(const struct console *c, const char *name,
                              struct td_error *err)
{
    if (c->options.tape)
        return td_error_set(err, TD_FAILED, "", 0,
                            "%s: this is a tape; it works on a live run", name);
    return td_error_set(err, TD_FAILED, "", 0,
                        "%s: not connected; name a server with --connect URL",
                        name);
}

static enum td_code not_now(const struct console *c, const char *name,
                            struct td_error *err)
{
    struct console_server_wait wait = console_server_waits(c->server);

    if (console_server_is_up(c->server))
        return td_error_set(err, TD_FAILED, "", 0,
                            "%s: the last command is not answered yet", name);
    return td_error_set(err, TD_FAILED, "", 0,
                        "%s: not connected (try %u in %.1fs)", name,
                        wait.tries + 1, (double)wait.in_ns / 1e9);
}

enum td_code console_order(struct console *c, const struct words_call *call,
                           struct td_error *err)
{
    const char *name = call->command->name;
    const size_t which = order_of(call);
    struct td_buf args = {0};
    struct writing o = {
        .c = c, .call = call, .w = td_json_writer(&args), .err = err};
    enum td_code code;

    if (!c->server)
        return no_server(c, name, err);
    if (c->asked.command)
        return td_error_set(err, TD_FAILED, "", 0, "%s: %s is not answered yet",
                            name, c->asked.command);
    td_json_object(&o.w, NULL);
    code = orders[which].put(&o);
    td_json_object_end(&o.w);
    c->asked.command = name;
    if (code == TD_OK)
        code = console_server_call(
            c->server, orders[which].sent ? orders[which].sent : name,
            td_buf_bytes(&args), err);
    td_buf_release(&args);
    if (code)
        console_asked_clear(&c->asked);
    if (code == TD_AGAIN)
        return not_now(c, name, err);
    return code ? code : TD_AGAIN;
}
