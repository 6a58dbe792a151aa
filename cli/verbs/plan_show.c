/* tapedeck plan lint|show: what is in a plan, and what is wrong in it. */
#include "cli/shared/tape_output.h"
#include "cli/verbs/plan.h"
#include "cli/verbs/plan_see.h"
#include "orchestrator/plan/load.h"

#include <string.h>

enum td_code cli_plan_lint(const struct cli_args *args, struct td_error *err)
{
    struct plan plan = {.name = NULL};
    struct td_buf text = {0};
    struct td_json_writer w = td_json_writer(&text);
    enum td_code code = cli_plan_load(&plan, cli_operand(args, 1), err);

    if (code)
        return code;
    if (cli_json(args)) {
        td_json_object(&w, NULL);
        td_json_put_text(&w, "plan", plan.name);
        td_json_put_u64(&w, "tasks", plan.task_count);
        td_json_put_u64(&w, "depth", plan.waves);
        td_json_object_end(&w);
        (void)td_json_line(&w);
    } else {
        (void)td_buf_addf(&text, "%s: %u task%s, depth %u\n", plan.file,
                          plan.task_count, plan.task_count == 1 ? "" : "s",
                          plan.waves);
    }
    plan_release(&plan);
    code = cli_print(&text, err);
    td_buf_release(&text);
    return code;
}

/* ---- show ---- */

/* The number of a word in "a|b|c". */
static unsigned choice(const char *word, const char *choices)
{
    size_t len = strlen(word);
    unsigned n = 0;

    for (const char *at = choices; at; at = strchr(at, '|')) {
        at += *at == '|';
        if (!strncmp(at, word, len) && (at[len] == '|' || !at[len]))
            return n;
        n++;
    }
    return n;
}

static enum td_code pick(const struct cli_args *args,
                         const struct cli_plan_seen *seen,
                         struct view_pick *out, struct td_error *err)
{
    const char *from = cli_text(args, "from");
    bool all = cli_flag(args, "all");

    *out = (struct view_pick){
        .state = cli_text(args, "only"),
        .limit = all ? 0 : (uint32_t)cli_number(args, "limit"),
        .depth = all ? 0 : (uint32_t)cli_number(args, "depth"),
    };
    if (cli_text(args, "phase"))
        out->phase = 1 + choice(cli_text(args, "phase"), CLI_PLAN_PHASES);
    if (!from)
        return TD_OK;
    out->from = 1 + plan_find(seen->of, td_text(from));
    return out->from
               ? TD_OK
               : td_error_set(err, TD_USAGE, from, 0, "there is no such task");
}

static enum td_code draw(const struct cli_args *args,
                         const struct cli_plan_seen *seen, struct td_buf *out,
                         struct td_error *err)
{
    enum view_what what = choice(cli_text(args, "view"), CLI_PLAN_VIEWS);
    struct td_json_writer w = td_json_writer(out);
    struct view_style style = cli_view_style(args);
    struct view_pick picked;

    if (pick(args, seen, &picked, err))
        return err->code;
    if (!cli_json(args))
        return view_draw(seen->view, what, &style, &picked, out);
    td_json_object(&w, NULL);
    view_json(seen->view, what, &picked, &w);
    td_json_object_end(&w);
    return td_json_line(&w);
}

/* In a language: the plan itself, or its graph. */
static void write_form(const char *form, const struct plan *plan,
                       struct td_buf *out)
{
    if (!strcmp(form, "dot"))
        view_dot(plan, out);
    else if (!strcmp(form, "mermaid"))
        view_mermaid(plan, out);
    else if (!plan_write(plan, out))
        (void)td_buf_add_byte(out, '\n');
}

enum td_code cli_plan_show(const struct cli_args *args, struct td_error *err)
{
    const char *form = cli_text(args, "format");
    const struct cli_plan_how how = cli_plan_settings(args);
    struct cli_plan_seen seen;
    struct td_buf out = {0};
    enum td_code code = cli_plan_see(&seen, cli_operand(args, 1), &how, err);

    if (!code && !strcmp(form, "text"))
        code = draw(args, &seen, &out, err);
    else if (!code)
        write_form(form, seen.of, &out);
    if (!code)
        code = cli_print(&out, err);
    cli_plan_forget(&seen);
    td_buf_release(&out);
    return code;
}
