/* `with`, which each provider reads in its own way, and what else a provider
 * wants of a task.
 */
#include "orchestrator/plan/ask.h"
#include "orchestrator/plan/load_internal.h"

#include <string.h>

/* Where it was written; in the task itself, if it has none. */
static uint32_t place_of(const struct plan_loader *l)
{
    return l->place->with ? l->place->with : l->place->task;
}

static enum td_code check_shell(struct plan_loader *l)
{
    if (strcmp(l->task->with, "{}") == 0)
        return TD_OK;
    (void)plan_refuse(l, place_of(l), "a task of the shell has no with");
    return td_error_hint(&l->why, "take with away, or say provider: command");
}

static enum td_code check_model(struct plan_loader *l)
{
    struct plan_ask ask = {0};
    uint64_t told = l->told.count + l->told.more;
    enum td_code code = TD_OK;

    if (l->place->with)
        code = plan_ask_read(&ask, &l->r, l->place->with,
                             l->task->provider == PLAN_REPLAY);
    if (code == TD_OK && told == l->told.count + l->told.more)
        code = plan_ask_settle(&ask, &l->r, place_of(l), l->task);
    plan_ask_release(&ask);
    return code;
}

static enum td_code check_blueprint(struct plan_loader *l)
{
    static const struct td_jsonx_key keys[] = {
        {"blueprint", NULL}, {"template", NULL}, {"entity", NULL},
        {"sha256", NULL},    {"spec", NULL},     {NULL, NULL}};
    static const struct td_jsonx_shape shape = {
        keys, "with of a task of a blueprint has"};
    static const char *const needed[] = {"blueprint", "template", "spec"};
    enum td_code code = TD_OK;

    if (l->task->outputs.count != 1) {
        (void)plan_refuse(
            l, l->place->outputs ? l->place->outputs : l->place->task,
            "a task of a blueprint has one output");
        code = td_error_hint(&l->why, "name the one file that it renders");
        (void)td_jsonx_settle(&l->r, code);
    }
    for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
        if (l->place->with &&
            td_jsonx_member(&l->doc, l->place->with, needed[i]))
            continue;
        (void)plan_refuse(l, place_of(l), "with of a blueprint needs %s",
                          needed[i]);
        return td_error_hint(&l->why, "let tapedeck plan generate write it");
    }
    return td_jsonx_keys(&l->r, l->place->with, &shape);
}

enum td_code plan_check_with(struct plan_loader *l)
{
    static enum td_code (*const checks[])(struct plan_loader *) = {
        [PLAN_SHELL] = check_shell,
        [PLAN_OPENAI] = check_model,
        [PLAN_REPLAY] = check_model,
        [PLAN_BLUEPRINT] = check_blueprint,
    };

    return l->task->provider < sizeof(checks) / sizeof(*checks) &&
                   checks[l->task->provider]
               ? checks[l->task->provider](l)
               : TD_OK;
}
