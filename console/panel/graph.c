/* The graph of a plan in the languages of others, of what has been told of it.
 */
#include "console/panel/panel_internal.h"

#include <inttypes.h>
#include <string.h>

/* What steers a terminal is escaped, and what ends a string. */
static void add_quoted(struct td_buf *out, const char *text)
{
    const struct text_style style = {.utf8 = true};
    struct td_buf clean = {0};

    text_clean(&clean, td_text(text), &style);
    for (size_t i = 0; i < clean.len; i++) {
        if (strchr("\"\\", clean.ptr[i]))
            (void)td_buf_add_byte(out, '\\');
        (void)td_buf_add_byte(out, clean.ptr[i]);
    }
    td_buf_release(&clean);
}

static void dot_task(struct td_buf *out, const struct seen_task *task)
{
    (void)td_buf_add_text(out, "  \"");
    add_quoted(out, seen_task_id(task));
    (void)td_buf_add_text(out, "\"");
    if (strcmp(seen_task_id(task), task->name) != 0) {
        (void)td_buf_add_text(out, " [label=\"");
        add_quoted(out, seen_task_id(task));
        (void)td_buf_add_text(out, "\\n");
        add_quoted(out, task->name);
        (void)td_buf_add_text(out, "\"]");
    }
    (void)td_buf_add_text(out, "\n");
}

void panel_dot(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;

    (void)td_buf_add_text(out, "digraph {\n  rankdir=LR\n  node [shape=box]\n");
    for (uint32_t i = 0; i < s->task_count; i++)
        dot_task(out, &s->tasks[i]);
    for (uint32_t i = 0; i < s->task_count; i++)
        for (uint32_t n = 0; n < s->tasks[i].need_count; n++) {
            (void)td_buf_add_text(out, "  \"");
            add_quoted(out, seen_task_id(&s->tasks[s->tasks[i].needs[n]]));
            (void)td_buf_add_text(out, "\" -> \"");
            add_quoted(out, seen_task_id(&s->tasks[i]));
            (void)td_buf_add_text(out, "\"\n");
        }
    (void)td_buf_add_text(out, "}\n");
}

/* Ids of plans are names in Mermaid too; others go by their place. */
static void mermaid_id(struct td_buf *out, const struct seen *s, uint32_t place)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    const char *id = seen_task_id(&s->tasks[place]);

    if (strspn(id, safe) == strlen(id))
        (void)td_buf_addf(out, "t_%s", id);
    else
        (void)td_buf_addf(out, "t_%" PRIu32, place + 1);
}

/* What means something to Mermaid or to HTML goes by number. */
static void add_label(struct td_buf *out, const char *text)
{
    const struct text_style style = {.utf8 = true};
    struct td_buf clean = {0};

    text_clean(&clean, td_text(text), &style);
    for (size_t i = 0; i < clean.len; i++)
        if (strchr("\"#;<>&`\\[]{}()|", clean.ptr[i]))
            (void)td_buf_addf(out, "#%u;", clean.ptr[i]);
        else
            (void)td_buf_add_byte(out, clean.ptr[i]);
    td_buf_release(&clean);
}

void panel_mermaid(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;

    (void)td_buf_add_text(out, "flowchart LR\n");
    for (uint32_t i = 0; i < s->task_count; i++) {
        const struct seen_task *task = &s->tasks[i];

        (void)td_buf_add_text(out, "  ");
        mermaid_id(out, s, i);
        (void)td_buf_add_text(out, "[\"");
        add_label(out, seen_task_id(task));
        if (strcmp(seen_task_id(task), task->name) != 0) {
            (void)td_buf_add_text(out, "<br>");
            add_label(out, task->name);
        }
        (void)td_buf_add_text(out, "\"]\n");
    }
    for (uint32_t i = 0; i < s->task_count; i++)
        for (uint32_t n = 0; n < s->tasks[i].need_count; n++) {
            (void)td_buf_add_text(out, "  ");
            mermaid_id(out, s, s->tasks[i].needs[n]);
            (void)td_buf_add_text(out, " --> ");
            mermaid_id(out, s, i);
            (void)td_buf_add_text(out, "\n");
        }
}
