/* Which model a task speaks to, and what an attempt has used, for the journal
 * (docs/journal.md).
 */
#include "core/json_writer.h"
#include "orchestrator/provider/ask.h"
#include "orchestrator/run/exec_internal.h"

void run_model_of(struct td_buf *out, const struct run_exec *x, uint32_t index)
{
    const struct plan_task *task = &x->plan.tasks[index];
    struct plan_ask ask = {0};

    if ((task->provider != PLAN_OPENAI && task->provider != PLAN_REPLAY) ||
        prov_ask_of(&ask, task, x->config.model, true, NULL))
        return;
    (void)td_buf_add_text(out, ask.model);
    plan_ask_release(&ask);
}

/* The object that w has written, as members without its braces. */
static void put_members(struct td_buf *more, const struct td_buf *object)
{
    if (more->len)
        (void)td_buf_add_byte(more, ',');
    (void)td_buf_add_bytes(more, td_bytes(object->ptr + 1, object->len - 2));
}

void run_put_model(struct td_buf *more, const struct run_exec *x,
                   uint32_t index)
{
    struct td_buf model = {0};
    struct td_buf object = {0};
    struct td_json_writer w = td_json_writer(&object);

    run_model_of(&model, x, index);
    if (model.len) {
        td_json_object(&w, NULL);
        td_json_put_string(&w, "model", td_buf_bytes(&model));
        td_json_object_end(&w);
        put_members(more, &object);
    }
    td_buf_release(&object);
    td_buf_release(&model);
}

void run_put_used(struct td_buf *more, const struct prov_usage *usage)
{
    struct td_buf object = {0};
    struct td_json_writer w = td_json_writer(&object);

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "tokens_in", usage->tokens_in);
    td_json_put_u64(&w, "tokens_out", usage->tokens_out);
    if (usage->model && *usage->model)
        td_json_put_text(&w, "model", usage->model);
    if (usage->price) {
        td_json_put_fixed(&w, "price_in", usage->price->in, 6);
        td_json_put_fixed(&w, "price_out", usage->price->out, 6);
    }
    if (usage->estimated)
        td_json_put_bool(&w, "estimated", true);
    td_json_object_end(&w);
    put_members(more, &object);
    td_buf_release(&object);
}
