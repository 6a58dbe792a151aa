/* What models have used: which of them, what for, and of which budget. */
#include "console/seen/seen_internal.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

/* The place of a model, of 1. Takes over the name. */
static uint32_t model_of(struct seen *s, char *name)
{
    uint32_t i = 0;

    while (i < s->model_count && strcmp(s->models[i].name, name) != 0)
        i++;
    if (i == SEEN_MODELS)
        i--; /* the last place counts what has none */
    if (i < s->model_count) {
        free(name);
        return i + 1;
    }
    if (i == SEEN_MODELS - 1)
        *name = '\0';
    s->models = td_list_room(s->models, i, sizeof(*s->models));
    s->models[i] =
        (struct seen_model){.name = name, .price_in = -1, .price_out = -1};
    s->model_count++;
    return i + 1;
}

static struct seen_model *model_used(struct seen *s, struct seen_task *task)
{
    if (!task->model)
        task->model = model_of(s, td_strdup(""));
    return &s->models[task->model - 1];
}

void seen_read_model(struct seen_read *r, struct seen_task *task)
{
    char *name = seen_text(r->doc, r->data, "model");
    struct seen_model *model;

    if (name)
        task->model = model_of(r->s, name);
    if (!task->model)
        return;
    model = &r->s->models[task->model - 1];
    model->price_in = seen_real(r->doc, r->data, "price_in", model->price_in);
    model->price_out =
        seen_real(r->doc, r->data, "price_out", model->price_out);
}

static enum seen_operation operation_of(const struct seen_task *task)
{
    static const enum seen_operation of_phase[] = {SEEN_SPEC, SEEN_SPEC,
                                                   SEEN_PLANNING, SEEN_CODE};

    if (task->phase >= sizeof(of_phase) / sizeof(of_phase[0]))
        return SEEN_OTHER;
    return of_phase[task->phase] == SEEN_CODE && task->attempt > 1
               ? SEEN_REPAIR
               : of_phase[task->phase];
}

static void note_cost(struct seen *s)
{
    s->cost_partly = false;
    for (uint32_t i = 0; i < s->model_count; i++)
        s->cost_partly =
            s->cost_partly || (s->models[i].tokens && !s->models[i].priced);
}

void seen_add_tokens(struct seen *s, struct seen_task *task, uint64_t more)
{
    if (more == 0)
        return;
    s->tokens += more;
    task->tokens += more;
    model_used(s, task)->tokens += more;
    s->operations[operation_of(task)] += more;
    s->last_used = (uint32_t)(task - s->tasks) + 1;
    note_cost(s);
}

void seen_add_apart(struct seen *s, struct seen_task *task, uint64_t in,
                    uint64_t out)
{
    struct seen_model *model;

    if (in <= task->attempt_in && out <= task->attempt_out)
        return;
    model = model_used(s, task);
    if (in > task->attempt_in) {
        model->in += in - task->attempt_in;
        task->attempt_in = in;
    }
    if (out > task->attempt_out) {
        model->out += out - task->attempt_out;
        task->attempt_out = out;
    }
}

void seen_add_cost(struct seen *s, struct seen_task *task, double more)
{
    struct seen_model *model = model_used(s, task);

    s->cost += more;
    task->cost += more;
    s->cost_known = true;
    model->cost += more;
    model->priced = true;
    note_cost(s);
}

struct seen_alert seen_add_alert(struct seen_read *r, unsigned percent,
                                 bool cost, bool wall)
{
    struct seen *s = r->s;
    const struct seen_alert alert = {
        .wall_ns = r->wall_ns,
        .percent = percent,
        .cost = cost,
        .wall = wall,
        .tokens = s->tokens,
        .dollars = s->cost,
        .task = s->last_used && !wall ? s->last_used - 1 : SEEN_NONE,
    };

    if (s->alert_count < SEEN_ALERTS) {
        s->alerts = td_list_room(s->alerts, s->alert_count, sizeof(alert));
        s->alerts[s->alert_count++] = alert;
    }
    return alert;
}
