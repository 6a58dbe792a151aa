#include "orchestrator/run/marks.h"

#include "core/json.h"
#include "core/take.h"

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

/* The numbers of a list of three; false: it is none. */
static bool take_three(const struct td_json_doc *doc, uint32_t at,
                       uint64_t out[3])
{
    if (doc->values[at].kind != TD_JSON_ARRAY || doc->values[at].count != 3)
        return false;
    for (uint32_t i = 0; i < 3; i++) {
        struct td_bytes raw = td_json_raw(doc, at + 1 + i);

        if (!td_take_number(&raw, &out[i]) || raw.len || out[i] > UINT32_MAX)
            return false;
    }
    return true;
}

static void take_mark(struct plan *plan, const struct td_json_doc *doc,
                      uint32_t at)
{
    uint64_t n[3];

    if (!take_three(doc, at, n) || n[0] < 1 || n[0] > plan->task_count)
        return;
    plan->tasks[n[0] - 1].outputs_where =
        (struct plan_mark){(uint32_t)n[1], (uint32_t)n[2]};
}

static void take_file(struct plan *plan, const struct td_json_doc *doc)
{
    uint32_t at = td_json_member(doc, 0, td_text("file"));
    struct td_buf text = {0};

    if (at && doc->values[at].kind == TD_JSON_STRING &&
        !td_json_unescape(&text, td_json_inner(doc, at)))
        plan->file = td_arena_text(&plan->arena, td_buf_bytes(&text));
    td_buf_release(&text);
}

void run_marks_take(struct plan *plan, struct td_bytes object)
{
    struct td_json_doc doc = {0};
    uint32_t at = 0;

    for (uint32_t i = 0; i < plan->task_count; i++)
        plan->tasks[i].outputs_where = (struct plan_mark){0, 0};
    if (!td_json_parse(&doc, object, TD_JSON_DEPTH_ALL, NULL)) {
        take_file(plan, &doc);
        at = td_json_member(&doc, 0, td_text("outputs_at"));
    }
    if (at && doc.values[at].kind == TD_JSON_ARRAY)
        for (uint32_t i = at + 1; i < doc.values[at].next;
             i = doc.values[i].next)
            take_mark(plan, &doc, i);
    td_json_release(&doc);
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
