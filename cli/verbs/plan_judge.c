/* tapedeck plan why|review|schema, and a dry run. */
#include "cli/shared/tape_output.h"
#include "cli/verbs/plan.h"
#include "cli/verbs/plan_see.h"

extern const unsigned char cli_plan_schema_text[];
extern const size_t cli_plan_schema_text_len;

/* What is drawn of it, or written as one object. */
struct form {
    enum td_code (*draw)(const struct view *view,
                         const struct view_style *style, struct td_buf *out);
    void (*json)(const struct view *view, struct td_json_writer *w);
};

static enum td_code end(struct td_buf *out, enum td_code code,
                        struct td_error *err)
{
    if (!code)
        code = cli_print(out, err);
    td_buf_release(out);
    return code;
}

static enum td_code show(const struct cli_args *args, const struct form *form,
                         const struct cli_plan_how *how, const char *what,
                         struct td_error *err)
{
    struct view_style style = cli_view_style(args);
    struct cli_plan_seen seen;
    struct td_buf out = {0};
    struct td_json_writer w = td_json_writer(&out);
    enum td_code code = cli_plan_see(&seen, what, how, err);

    if (!code && cli_json(args)) {
        td_json_object(&w, NULL);
        form->json(seen.view, &w);
        td_json_object_end(&w);
        code = td_json_line(&w);
    } else if (!code) {
        code = form->draw(seen.view, &style, &out);
    }
    cli_plan_forget(&seen);
    return end(&out, code, err);
}

enum td_code cli_plan_review(const struct cli_args *args, struct td_error *err)
{
    static const struct form form = {view_draw_review, view_json_review};
    const struct cli_plan_how how = cli_plan_settings(args);

    return show(args, &form, &how, cli_operand(args, 1), err);
}

enum td_code cli_run_dry(const struct cli_args *args,
                         const struct cli_plan_how *how, struct td_error *err)
{
    static const struct form form = {view_draw_starts, view_json_starts};

    return show(args, &form, how, cli_operand(args, 0), err);
}

enum td_code cli_plan_why(const struct cli_args *args, struct td_error *err)
{
    const struct cli_plan_how how = cli_plan_settings(args);
    const char *name = cli_operand(args, 2);
    struct view_style style = cli_view_style(args);
    struct cli_plan_seen seen;
    struct td_buf out = {0};
    struct td_json_writer w = td_json_writer(&out);
    enum td_code code = cli_plan_see(&seen, cli_operand(args, 1), &how, err);
    uint32_t task = code ? UINT32_MAX : plan_find(seen.of, td_text(name));

    if (!code && task == UINT32_MAX)
        code = td_error_set(err, TD_USAGE, name, 0, "there is no such task");
    if (!code && cli_json(args)) {
        td_json_object(&w, NULL);
        view_json_why(seen.view, task, &w);
        td_json_object_end(&w);
        code = td_json_line(&w);
    } else if (!code) {
        code = view_draw_why(seen.view, task, &style, &out);
    }
    cli_plan_forget(&seen);
    return end(&out, code, err);
}

enum td_code cli_plan_schema(const struct cli_args *args, struct td_error *err)
{
    struct td_buf out = {0};

    (void)args;
    return end(&out,
               td_buf_add(&out, cli_plan_schema_text, cli_plan_schema_text_len),
               err);
}
