/* The graph of a plan in the languages of others. */
#include "orchestrator/view/view.h"

#include "core/log.h"

#include <string.h>

/* A string of DOT: in quotes, and a backslash is no escape of theirs (\N would
 * be the node's name). */
static void add_quoted(struct td_buf *out, const char *text)
{
    struct td_buf clean = {0};

    (void)td_text_clean(&clean, td_text(text));
    for (size_t i = 0; i < clean.len; i++) {
        if (clean.ptr[i] == '"' || clean.ptr[i] == '\\')
            (void)td_buf_add_byte(out, '\\');
        (void)td_buf_add_byte(out, clean.ptr[i]);
    }
    td_buf_release(&clean);
}

/* In quotes, for some ids are words of the language. */
static void add_dot_task(struct td_buf *out, const struct plan_task *task)
{
    (void)td_buf_addf(out, "  \"%s\"", task->id);
    if (strcmp(task->id, task->name) != 0) {
        (void)td_buf_addf(out, " [label=\"%s\\n", task->id);
        add_quoted(out, task->name);
        (void)td_buf_add_text(out, "\"]");
    }
    (void)td_buf_add_byte(out, '\n');
}

void view_dot(const struct plan *plan, struct td_buf *out)
{
    (void)td_buf_add_text(out, "digraph {\n  rankdir=LR\n  node [shape=box]\n");
    for (uint32_t i = 0; i < plan->task_count; i++)
        add_dot_task(out, &plan->tasks[i]);
    for (uint32_t i = 0; i < plan->task_count; i++)
        for (uint32_t d = 0; d < plan->tasks[i].depends_count; d++)
            (void)td_buf_addf(out, "  \"%s\" -> \"%s\"\n",
                              plan->tasks[plan->tasks[i].depends_on[d]].id,
                              plan->tasks[i].id);
    (void)td_buf_add_text(out, "}\n");
}

/* Text in a label: what means something to Mermaid or to HTML goes by number.
 */
static void add_label(struct td_buf *out, const char *text)
{
    struct td_buf clean = {0};

    (void)td_text_clean(&clean, td_text(text));
    for (size_t i = 0; i < clean.len; i++) {
        if (strchr("\"#;<>&`\\[]{}()|", clean.ptr[i]))
            (void)td_buf_addf(out, "#%u;", clean.ptr[i]);
        else
            (void)td_buf_add_byte(out, clean.ptr[i]);
    }
    td_buf_release(&clean);
}

/* t_ keeps ids apart from its words, as "end". */
void view_mermaid(const struct plan *plan, struct td_buf *out)
{
    (void)td_buf_add_text(out, "flowchart LR\n");
    for (uint32_t i = 0; i < plan->task_count; i++) {
        const struct plan_task *task = &plan->tasks[i];

        (void)td_buf_addf(out, "  t_%s[\"%s", task->id, task->id);
        if (strcmp(task->id, task->name) != 0) {
            (void)td_buf_add_text(out, "<br>");
            add_label(out, task->name);
        }
        (void)td_buf_add_text(out, "\"]\n");
    }
    for (uint32_t i = 0; i < plan->task_count; i++)
        for (uint32_t d = 0; d < plan->tasks[i].depends_count; d++)
            (void)td_buf_addf(out, "  t_%s --> t_%s\n",
                              plan->tasks[plan->tasks[i].depends_on[d]].id,
                              plan->tasks[i].id);
}
