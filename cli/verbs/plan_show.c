/* tapedeck plan lint|show: what is in a plan, and what is wrong in it. */
#include "cli/verbs/plan.h"

#include "core/fs.h"
#include "core/json_writer.h"
#include "orchestrator/plan/load.h"

#include <string.h>
#include <unistd.h>

static void on_mistake(void *self, const struct td_error *error)
{
    (void)self;
    cli_complain(error);
}

/* All mistakes are told; the last is for whoever ends. */
static enum td_code load(const struct cli_args *args, struct plan *plan,
                         struct td_error *err)
{
    const struct td_jsonx_errors errors = {.report = on_mistake};

    if (cli_operands(args) < 2)
        return td_error_set(err, TD_USAGE, cli_operand(args, 0), 0,
                            "takes a plan");
    return plan_load(plan, cli_operand(args, 1), &errors, err);
}

static enum td_code print(struct td_buf *text, struct td_error *err)
{
    enum td_code code =
        td_fs_write(STDOUT_FILENO, td_buf_bytes(text), "stdout", err);

    td_buf_release(text);
    return code;
}

enum td_code cli_plan_lint(const struct cli_args *args, struct td_error *err)
{
    struct plan plan = {.name = NULL};
    struct td_buf text = {0};
    struct td_json_writer w = td_json_writer(&text);
    enum td_code code = load(args, &plan, err);

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
    return print(&text, err);
}

/* ---- forms ---- */

static void add_text(struct td_buf *out, const struct plan *plan)
{
    (void)td_buf_addf(out, "%s: %u task%s, depth %u\n", plan->name,
                      plan->task_count, plan->task_count == 1 ? "" : "s",
                      plan->waves);
    for (uint32_t wave = 1; wave <= plan->waves; wave++) {
        (void)td_buf_addf(out, "wave %u\n", wave);
        for (uint32_t i = 0; i < plan->task_count; i++) {
            const struct plan_task *t = &plan->tasks[i];

            if (t->depth != wave)
                continue;
            (void)td_buf_addf(out, "  %s", t->id);
            for (uint32_t d = 0; d < t->depends_count; d++)
                (void)td_buf_addf(out, "%s%s", d ? ", " : " <- ",
                                  plan->tasks[t->depends_on[d]].id);
            (void)td_buf_add_text(out, "\n");
        }
    }
}

/* In quotes, for some ids are words of the language. */
static void add_dot(struct td_buf *out, const struct plan *plan)
{
    (void)td_buf_add_text(out, "digraph {\n  rankdir=LR\n  node [shape=box]\n");
    for (uint32_t i = 0; i < plan->task_count; i++)
        (void)td_buf_addf(out, "  \"%s\"\n", plan->tasks[i].id);
    for (uint32_t i = 0; i < plan->task_count; i++)
        for (uint32_t d = 0; d < plan->tasks[i].depends_count; d++)
            (void)td_buf_addf(out, "  \"%s\" -> \"%s\"\n",
                              plan->tasks[plan->tasks[i].depends_on[d]].id,
                              plan->tasks[i].id);
    (void)td_buf_add_text(out, "}\n");
}

/* t_ keeps ids apart from its words, as "end". */
static void add_mermaid(struct td_buf *out, const struct plan *plan)
{
    (void)td_buf_add_text(out, "flowchart LR\n");
    for (uint32_t i = 0; i < plan->task_count; i++)
        (void)td_buf_addf(out, "  t_%s[\"%s\"]\n", plan->tasks[i].id,
                          plan->tasks[i].id);
    for (uint32_t i = 0; i < plan->task_count; i++)
        for (uint32_t d = 0; d < plan->tasks[i].depends_count; d++)
            (void)td_buf_addf(out, "  t_%s --> t_%s\n",
                              plan->tasks[plan->tasks[i].depends_on[d]].id,
                              plan->tasks[i].id);
}

static void add_json(struct td_buf *out, const struct plan *plan)
{
    if (!plan_write(plan, out))
        (void)td_buf_add_text(out, "\n");
}

enum td_code cli_plan_show(const struct cli_args *args, struct td_error *err)
{
    static const struct {
        const char *name;
        void (*add)(struct td_buf *out, const struct plan *plan);
    } forms[] = {{"text", add_text},
                 {"json", add_json},
                 {"dot", add_dot},
                 {"mermaid", add_mermaid}};
    const char *form = cli_json(args) ? "json" : cli_text(args, "format");
    struct plan plan = {.name = NULL};
    struct td_buf out = {0};
    enum td_code code = load(args, &plan, err);

    if (code)
        return code;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (!strcmp(forms[i].name, form))
            forms[i].add(&out, &plan);
    plan_release(&plan);
    return print(&out, err);
}
