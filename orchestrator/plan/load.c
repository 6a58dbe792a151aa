#include "orchestrator/plan/load_internal.h"

#include "core/fs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_MAX   100000
#define PERCENT_MAX 99

static bool is(const struct plan_loader *l, uint32_t at, enum td_json_kind kind)
{
    return td_jsonx_is(&l->doc, at, kind);
}

/* Ten thousand tasks have a hundred thousand keys: most are told apart by their
 * first letters.
 */
static const struct td_jsonx_key *find_key(const struct plan_loader *l,
                                           uint32_t key,
                                           const struct td_jsonx_key *keys)
{
    struct td_bytes name = td_json_inner(&l->doc.json, key);
    bool escaped = l->doc.json.values[key].flags & TD_JSON_ESCAPED;

    while (keys->name &&
           ((!escaped && name.len > 0 && *name.ptr != (uint8_t)*keys->name) ||
            !td_jsonx_is_text(&l->doc, key, keys->name)))
        keys++;
    return keys;
}

enum td_code plan_read_members(struct plan_loader *l, uint32_t at,
                               const struct td_jsonx_shape *shape)
{
    const struct td_json_value *v = l->doc.json.values;
    bool strange = false;

    for (uint32_t key = at + 1; key < v[at].next; key = v[key + 1].next) {
        const struct td_jsonx_key *row = find_key(l, key, shape->keys);

        if (row->name)
            (void)td_jsonx_settle(&l->r, row->read(l, key + 1));
        else
            strange = true;
    }
    return strange ? td_jsonx_keys(&l->r, at, shape) : TD_OK;
}

static enum td_code read_version(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    if (td_bytes_is(td_json_raw(&l->doc.json, at), "1"))
        return TD_OK;
    (void)plan_refuse(l, at, "this is no version of plans that is known");
    return td_error_hint(&l->why, "write: plan: 1");
}

static enum td_code read_name(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return plan_take_text(l, at, "name", &l->plan->name);
}

static enum td_code read_workspace(void *self, uint32_t at)
{
    static const char *const words[] = {"here", "new", NULL};
    struct plan_loader *l = self;
    unsigned which = 0;
    enum td_code code = plan_take_choice(l, at, "workspace", words, &which);

    l->plan->own_workspace = which == 1;
    return code;
}

static enum td_code read_pool(struct plan_loader *l, uint32_t key)
{
    struct plan_pool *pool = &l->plan->pools[l->plan->pool_count];
    const char *name = "";
    uint64_t slots = 0;

    if (plan_take_scalar(l, key, &name))
        return TD_USAGE;
    if (!*name || strlen(name) > PLAN_ID_MAX ||
        name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-.")]) {
        (void)plan_refuse(l, key, "\"%.80s\" is no name for a pool", name);
        return td_error_hint(&l->why, "use a to z, 0 to 9, _, - and .");
    }
    if (plan_take_count(l, key + 1, "the slots of a pool", SLOTS_MAX, &slots))
        return TD_USAGE;
    *pool = (struct plan_pool){name, (uint32_t)slots};
    l->plan->pool_count++;
    return TD_OK;
}

static enum td_code read_pools(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    const struct td_json_value *v = l->doc.json.values;

    if (!is(l, at, TD_JSON_OBJECT)) {
        (void)plan_refuse(l, at, "pools is an object: names and slots");
        return td_error_hint(&l->why, "write it like {net: 2, gpu: 1}");
    }
    if (v[at].count > PLAN_POOLS_MAX)
        return plan_refuse(l, at, "there are more than %d pools",
                           PLAN_POOLS_MAX);
    l->plan->pools = td_arena_alloc(
        &l->plan->arena, (v[at].count + 1) * sizeof(*l->plan->pools));
    for (uint32_t key = at + 1; key < v[at].next; key = v[key + 1].next)
        (void)td_jsonx_settle(&l->r, read_pool(l, key));
    return TD_OK;
}

static enum td_code read_tokens(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return plan_take_count(l, at, "tokens", INT64_MAX, &l->plan->budget.tokens);
}

static enum td_code read_cost(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    const char *text = "";
    double cost = -1;

    if (is(l, at, TD_JSON_NUMBER) && plan_take_scalar(l, at, &text) == TD_OK)
        cost = strtod(text, NULL);
    if (!(cost >= 0) || !isfinite(cost)) {
        (void)plan_refuse(l, at, "cost is an amount of US dollars");
        return td_error_hint(&l->why, "write it like 2.50");
    }
    l->plan->budget.cost_usd = cost;
    return TD_OK;
}

static enum td_code read_wall(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    uint64_t *ns = &l->plan->budget.wall_ns;
    enum td_code code = plan_take_time(l, at, "wall", ns);

    if (code == TD_OK && *ns == 0)
        return plan_refuse(l, at, "wall is no time at all");
    return code;
}

static enum td_code read_on(void *self, uint32_t at)
{
    static const char *const words[] = {"stop", "pause", "warn", NULL};
    struct plan_loader *l = self;
    unsigned which = 0;
    enum td_code code = plan_take_choice(l, at, "on", words, &which);

    l->plan->budget.on = (enum plan_limit)which;
    return code;
}

static enum td_code read_percent(struct plan_loader *l, uint32_t at,
                                 const char *name, unsigned *percent)
{
    uint64_t n = 0;
    enum td_code code = plan_take_count(l, at, name, PERCENT_MAX, &n);

    if (code == TD_OK)
        *percent = (unsigned)n;
    return code;
}

static enum td_code read_warn(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return read_percent(l, at, "warn", &l->plan->budget.warn);
}

static enum td_code read_critical(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return read_percent(l, at, "critical", &l->plan->budget.critical);
}

static enum td_code read_budget(void *self, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {{"tokens", read_tokens},
                                               {"cost", read_cost},
                                               {"wall", read_wall},
                                               {"on", read_on},
                                               {"warn", read_warn},
                                               {"critical", read_critical},
                                               {NULL, NULL}};
    static const struct td_jsonx_shape shape = {keys, "budget has"};
    struct plan_loader *l = self;

    if (!is(l, at, TD_JSON_OBJECT)) {
        (void)plan_refuse(l, at, "budget is an object");
        return td_error_hint(&l->why, "write it like {tokens: 60000, "
                                      "wall: 45m}");
    }
    return plan_read_members(l, at, &shape);
}

static enum td_code read_defaults(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    struct plan_place place = {.task = at};
    enum td_code code;

    if (!is(l, at, TD_JSON_OBJECT))
        return plan_refuse(l, at, "defaults is an object: keys of tasks");
    l->task = &l->defaults;
    l->place = &place;
    l->said = 0;
    code = plan_read_members(l, at, &plan_defaults_shape);
    l->defaults_said = l->said;
    l->defaults_with = place.with;
    return code;
}

static uint64_t told(const struct plan_loader *l)
{
    return l->told.count + l->told.more;
}

static enum td_code read_task(struct plan_loader *l, uint32_t at)
{
    struct td_jsonx_mark mark = td_jsonx_where(&l->doc, at);
    uint64_t before = told(l);
    enum td_code code;

    *l->task = l->defaults;
    l->task->where = (struct plan_mark){mark.line, mark.column};
    l->task->place = (uint32_t)(l->task - l->plan->tasks) + 1;
    l->place->task = at;
    l->place->with = l->defaults_with;
    l->said = l->defaults_said;
    if (!is(l, at, TD_JSON_OBJECT)) {
        (void)plan_refuse(l, at, "a task is an object of keys");
        return td_error_hint(&l->why, "write it like {id: one, run: ls}");
    }
    code = plan_read_members(l, at, &plan_task_shape);
    if (code == TD_OK && !td_jsonx_member(&l->doc, at, "id")) {
        (void)plan_refuse(l, at, "a task has no id");
        code = td_error_hint(&l->why, "give it one that depends_on can name");
    }
    return code || told(l) > before ? code : plan_settle_task(l);
}

static enum td_code read_tasks(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    struct plan *plan = l->plan;
    const struct td_json_value *v = l->doc.json.values;
    uint32_t count = v[at].count;

    if (!is(l, at, TD_JSON_ARRAY)) {
        (void)plan_refuse(l, at, "tasks is a list");
        return td_error_hint(&l->why, "write a line with - id: for each");
    }
    if (count == 0)
        return plan_refuse(l, at, "there is no task in it");
    if (count > PLAN_TASKS_MAX)
        return plan_refuse(l, at, "there are more than %d tasks",
                           PLAN_TASKS_MAX);
    for (plan->ids_size = 2; plan->ids_size < 2 * count;)
        plan->ids_size *= 2;
    l->ids = td_arena_alloc(&plan->arena, plan->ids_size * sizeof(*plan->ids));
    plan->ids = l->ids;
    plan->tasks = td_arena_alloc(&plan->arena, count * sizeof(*plan->tasks));
    l->places = td_arena_alloc(&plan->arena, count * sizeof(*l->places));
    for (uint32_t i = at + 1; i < v[at].next; i = v[i].next) {
        l->task = &plan->tasks[plan->task_count];
        l->place = &l->places[plan->task_count++];
        (void)td_jsonx_settle(&l->r, read_task(l, i));
    }
    return TD_OK;
}

/* In the order in which they are read: tasks name pools. */
static const struct td_jsonx_key keys[] = {
    {"plan", read_version},        {"name", read_name},
    {"workspace", read_workspace}, {"pools", read_pools},
    {"budget", read_budget},       {"defaults", read_defaults},
    {"tasks", read_tasks},         {NULL, NULL},
};

static enum td_code need(struct plan_loader *l, const char *key,
                         const char *hint)
{
    if (td_jsonx_member(&l->doc, 0, key))
        return TD_OK;
    (void)plan_refuse(l, 0, "the key %s is missing", key);
    return td_error_hint(&l->why, "%s", hint);
}

static enum td_code read_plan(struct plan_loader *l)
{
    static const struct td_jsonx_shape shape = {keys, "a plan has"};
    enum td_code code;

    if (!is(l, 0, TD_JSON_OBJECT)) {
        (void)plan_refuse(l, 0, "a plan is an object of keys");
        return td_error_hint(&l->why, "write plan: 1 and below it tasks:");
    }
    (void)td_jsonx_settle(&l->r, need(l, "plan", "write: plan: 1"));
    (void)td_jsonx_settle(&l->r, need(l, "tasks", "write tasks: and a list"));
    code = td_jsonx_read(&l->r, 0, &shape, l);
    return code ? code : plan_check_graph(l);
}

/* "nightly" of "plans/nightly.yaml". */
static const char *name_of(struct td_arena *arena, const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *base = slash ? slash + 1 : file;
    const char *dot = strrchr(base, '.');
    size_t len = dot && dot > base ? (size_t)(dot - base) : strlen(base);

    if (len == 0 || !strcmp(file, "-"))
        return "plan";
    return td_arena_text(arena, td_bytes(base, len));
}

static enum td_code read_document(struct plan_loader *l,
                                  const struct td_jsonx_errors *errors,
                                  struct td_error *err)
{
    struct plan *plan = l->plan;
    enum td_code code;

    l->tell = plan_told_listener(&l->told);
    l->r = (struct td_jsonx_reader){
        .doc = &l->doc, .err = &l->why, .errors = &l->tell};
    l->guesses = PLAN_GUESSES_MAX;
    l->defaults = plan_task_default();
    plan->name = name_of(&plan->arena, plan->file);
    plan->budget = (struct plan_budget){
        .tokens = PLAN_NO_LIMIT, .cost_usd = -1, .wall_ns = PLAN_NO_LIMIT};
    (void)td_jsonx_settle(&l->r, read_plan(l));
    code = plan_told_give(&l->told, plan->file, errors, err);
    td_buf_release(&l->scratch);
    return code;
}

/* What is no document, or no file, is one error. */
static enum td_code tell(enum td_code code, const struct td_error *why,
                         const struct td_jsonx_errors *errors,
                         struct td_error *err)
{
    if (errors)
        errors->report(errors->self, why);
    if (err)
        *err = *why;
    return code;
}

enum td_code plan_parse(struct plan *plan, const char *name,
                        struct td_bytes text,
                        const struct td_jsonx_errors *errors,
                        struct td_error *err)
{
    struct plan_loader l = {.plan = plan};
    struct td_error why = {0};
    enum td_code code = td_jsonx_parse(
        &l.doc, name, td_jsonx_syntax_of(name, text), text, &why);

    plan->file = td_arena_copy(&plan->arena, name);
    if (code == TD_OK) {
        code = read_document(&l, errors, err);
        td_jsonx_release(&l.doc);
    } else {
        code = tell(code, &why, errors, err);
    }
    if (code)
        plan_release(plan);
    return code;
}

enum td_code plan_load(struct plan *plan, const char *path,
                       const struct td_jsonx_errors *errors,
                       struct td_error *err)
{
    struct td_error why = {0};
    struct td_buf file;
    enum td_code code;

    td_buf_init(&file, TD_JSONX_MAX);
    code = td_fs_read(&file, path, &why);
    if (code == TD_OK)
        code = plan_parse(plan, path, td_buf_bytes(&file), errors, err);
    else
        code = tell(code, &why, errors, err);
    td_buf_release(&file);
    return code;
}
