#include "orchestrator/run/marks.h"

void run_marks_put(struct td_json_writer *w, const struct plan *plan)
{
    td_json_put_text(w, "file", plan->file);
    td_json_array(w, "outputs_at");
    for (uint32_t i = 0; i < plan->task_count; i++) {
        const struct plan_mark *at = &plan->tasks[i].outputs_where;

        if (!at->line)
            continue;
        td_json_array(w, NULL);
        td_json_put_u64(w, NULL, plan->tasks[i].place);
        td_json_put_u64(w, NULL, at->line);
        td_json_put_u64(w, NULL, at->column);
        td_json_array_end(w);
    }
    td_json_array_end(w);
}

/* [place, line, column] of a task. */
static void take_mark(struct plan *plan, const json_t *mark)
{
    json_int_t place = json_integer_value(json_array_get(mark, 0));
    json_int_t line = json_integer_value(json_array_get(mark, 1));
    json_int_t column = json_integer_value(json_array_get(mark, 2));

    if (place < 1 || place > plan->task_count || line < 1 ||
        line > UINT32_MAX || column < 0 || column > UINT32_MAX)
        return;
    plan->tasks[place - 1].outputs_where =
        (struct plan_mark){(uint32_t)line, (uint32_t)column};
}

void run_marks_take(struct plan *plan, const json_t *object)
{
    const char *file = json_string_value(json_object_get(object, "file"));
    const json_t *marks = json_object_get(object, "outputs_at");

    for (uint32_t i = 0; i < plan->task_count; i++)
        plan->tasks[i].outputs_where = (struct plan_mark){0, 0};
    if (file)
        plan->file = td_arena_copy(&plan->arena, file);
    for (size_t i = 0; i < json_array_size(marks); i++)
        take_mark(plan, json_array_get(marks, i));
}

void run_marks_copy(struct plan *to, const struct plan *from)
{
    to->file = td_arena_copy(&to->arena, from->file);
    for (uint32_t i = 0; i < to->task_count && i < from->task_count; i++)
        to->tasks[i].outputs_where = from->tasks[i].outputs_where;
}

void run_marks_say(struct td_buf *out, const struct plan *plan, uint32_t task)
{
    const struct plan_mark *at = &plan->tasks[task].outputs_where;

    if (at->line)
        (void)td_buf_addf(out, " (%s:%u:%u)", plan->file, at->line, at->column);
}
