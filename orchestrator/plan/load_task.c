/* The keys of a task. */
#include "orchestrator/plan/load_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PHASE_MAX 4

static bool is(const struct plan_loader *l, uint32_t at, enum td_json_kind kind)
{
    return td_jsonx_is(&l->doc, at, kind);
}

/* task_007 as an id must be the seventh task's, whose name on the wire it is.
 */
static bool is_foreign(const struct plan_loader *l, const char *id)
{
    char own[PLAN_TASK_NAME];
    size_t digits;

    if (strncmp(id, "task_", 5) != 0)
        return false;
    digits = strspn(id + 5, "0123456789");
    if (digits < 3 || id[5 + digits] || (digits > 3 && id[5] == '0'))
        return false;
    return strcmp(id, plan_task_name(own, l->task->place)) != 0;
}

static enum td_code read_id(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    const char *id = "";
    uint32_t other;

    if (!is(l, at, TD_JSON_STRING))
        return plan_refuse(l, at, "id is a text");
    if (plan_take_scalar(l, at, &id))
        return TD_USAGE;
    if (!plan_is_id(id)) {
        (void)plan_refuse(l, at, "\"%.80s\" is no id", id);
        return td_error_hint(&l->why, "use a to z, 0 to 9 and _, a letter "
                                      "first");
    }
    if (is_foreign(l, id)) {
        (void)plan_refuse(l, at,
                          "%.80s is what another task is called in "
                          "events, by its place",
                          id);
        return td_error_hint(&l->why, "choose another id");
    }
    l->task->id = id;
    if (plan_ids_add(l, l->task->place - 1, &other))
        return TD_OK;
    l->task->id = "";
    (void)plan_refuse(l, at, "%.80s is also the id of another task (line %u)",
                      id, l->plan->tasks[other].where.line);
    return td_error_hint(&l->why, "give each task an id of its own");
}

static enum td_code read_name(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return plan_take_text(l, at, "name", &l->task->name);
}

static enum td_code read_depends_on(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    if (!is(l, at, TD_JSON_ARRAY)) {
        (void)plan_refuse(l, at, "depends_on is a list of ids");
        return td_error_hint(&l->why, "write it in [ ], or a line each");
    }
    l->place->depends_on = at;
    return TD_OK;
}

static enum td_code read_run(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    struct plan_task *t = l->task;
    const char **argv;

    t->shell = !is(l, at, TD_JSON_ARRAY);
    if (!t->shell) {
        if (l->doc.json.values[at].count == 0)
            return plan_refuse(l, at, "run is empty");
        if (plan_take_words(l, at, "run", plan_take_scalar, &t->run))
            return TD_USAGE;
        return t->run.count == 0 || *t->run.list[0]
                   ? TD_OK
                   : plan_refuse(l, at, "the program of run is an empty text");
    }
    argv = td_arena_alloc(&l->plan->arena, 4 * sizeof(*argv));
    argv[0] = "sh";
    argv[1] = "-euc";
    if (!is(l, at, TD_JSON_STRING))
        return plan_refuse(l, at, "run is a list of texts, or a text for sh");
    if (plan_take_scalar(l, at, &argv[2]))
        return TD_USAGE;
    if (!argv[2][strspn(argv[2], " \t\r\n")])
        return plan_refuse(l, at, "run is empty");
    t->run = (struct plan_words){argv, 3};
    return TD_OK;
}

static enum td_code check_output(struct plan_loader *l, uint32_t at,
                                 const char **out)
{
    static const char own[] = ".tapedeck";
    static const char gates[] = ".tapedeck/gates.yaml"; /* is the project's */
    enum td_code code = plan_take_path(l, at, out);

    if (code)
        return code;
    if (!**out) {
        (void)plan_refuse(l, at, "the whole workspace is no output");
        return td_error_hint(&l->why, "name files, or dir/ in it");
    }
    if (!strncmp(*out, own, sizeof(own) - 1) &&
        strchr("/", (*out)[sizeof(own) - 1]) && strcmp(*out, gates) != 0) {
        (void)plan_refuse(l, at, "tapedeck keeps its own files in .tapedeck");
        return td_error_hint(&l->why, "write to another folder");
    }
    return TD_OK;
}

/* What it makes would be among them, and what is kept of the run. */
static enum td_code check_input(struct plan_loader *l, uint32_t at,
                                const char **out)
{
    enum td_code code = plan_take_path(l, at, out);

    if (code || **out)
        return code;
    (void)plan_refuse(l, at, "the whole workspace is no input");
    return td_error_hint(&l->why, "name files, dir/ in it, or \"**/*.c\"");
}

static enum td_code check_step(struct plan_loader *l, uint32_t at,
                               const char **out)
{
    return plan_take_text(l, at, "a subtask", out);
}

static enum td_code read_outputs(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    struct td_jsonx_mark mark = td_jsonx_where(
        &l->doc, is(l, at, TD_JSON_ARRAY) && l->doc.json.values[at].count > 0
                     ? at + 1
                     : at);

    l->task->outputs_where = (struct plan_mark){mark.line, mark.column};
    l->place->outputs = at;
    return plan_take_words(l, at, "outputs", check_output, &l->task->outputs);
}

static enum td_code read_subtasks(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return plan_take_words(l, at, "subtasks", check_step, &l->task->subtasks);
}

static enum td_code read_phase(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    uint64_t phase = 0;

    if (!td_bytes_is(td_json_raw(&l->doc.json, at), "0") &&
        plan_take_count(l, at, "phase", PHASE_MAX, &phase)) {
        (void)plan_refuse(l, at, "phase is a number from 0 to %d", PHASE_MAX);
        return td_error_hint(&l->why, "discovery is 0, analysis 1, planning 2, "
                                      "execution 3, validation 4");
    }
    l->task->phase = (uint32_t)phase;
    return TD_OK;
}

static enum td_code read_estimate(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return plan_take_time(l, at, "estimate", &l->task->estimate_ns);
}

static enum td_code read_when(void *self, uint32_t at)
{
    static const char *const words[] = {"success", "always", "failure", NULL};
    struct plan_loader *l = self;
    unsigned when = 0;
    enum td_code code = plan_take_choice(l, at, "when", words, &when);

    l->task->when = (enum plan_when)when;
    return code;
}

static enum td_code read_provider(void *self, uint32_t at)
{
    static const char *const words[] = {"shell",  "command",   "openai",
                                        "replay", "blueprint", NULL};
    struct plan_loader *l = self;
    unsigned provider = 0;
    enum td_code code = plan_take_choice(l, at, "provider", words, &provider);

    l->task->provider = (enum plan_provider)provider;
    return code;
}

static enum td_code read_dir(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    const char *dir;
    size_t len;

    if (plan_take_path(l, at, &dir))
        return TD_USAGE;
    len = strlen(dir);
    if (len > 0 && dir[len - 1] == '/')
        dir = td_arena_text(&l->plan->arena, td_bytes(dir, len - 1));
    l->task->dir = *dir ? dir : ".";
    return TD_OK;
}

/* JSON without white space between its tokens, so that it fits on a line. */
static void squeeze(struct td_buf *out, struct td_bytes json)
{
    bool text = false;

    td_buf_clear(out);
    for (size_t i = 0; i < json.len; i++) {
        if (text && json.ptr[i] == '\\')
            (void)td_buf_add_byte(out, json.ptr[i++]);
        else if (json.ptr[i] == '"')
            text = !text;
        if (text || !strchr(" \t\r\n", json.ptr[i]))
            (void)td_buf_add_byte(out, json.ptr[i]);
    }
}

static enum td_code read_with(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    if (!is(l, at, TD_JSON_OBJECT))
        return plan_refuse(l, at,
                           "with is an object: settings of the "
                           "provider");
    l->place->with = at;
    squeeze(&l->scratch, td_json_raw(&l->doc.json, at));
    l->task->with = td_arena_text(&l->plan->arena, td_buf_bytes(&l->scratch));
    return TD_OK;
}

static enum td_code check_env(struct plan_loader *l, uint32_t at,
                              const char **out)
{
    size_t len;

    if (!is(l, at, TD_JSON_STRING))
        return plan_refuse(l, at, "env is a list of NAME and NAME=value");
    if (plan_take_scalar(l, at, out))
        return TD_USAGE;
    len = strspn(*out, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                       "0123456789_");
    if (len > 0 && !isdigit((unsigned char)**out) && strchr("=", (*out)[len]))
        return TD_OK;
    (void)plan_refuse(l, at, "\"%.60s\" is no variable", *out);
    return td_error_hint(&l->why, "write NAME to pass it on, or NAME=value");
}

static size_t name_len(const char *variable)
{
    return strcspn(variable, "=");
}

static int compare_names(const void *a, const void *b)
{
    const char *x = *(const char *const *)a;
    const char *y = *(const char *const *)b;
    size_t len = name_len(x) < name_len(y) ? name_len(x) : name_len(y);
    int order = memcmp(x, y, len);

    if (order == 0)
        order = (name_len(x) > len) - (name_len(y) > len);
    return order;
}

/* A variable that is there twice would depend on who reads it. */
static enum td_code check_names(struct plan_loader *l, uint32_t at,
                                const struct plan_words *env)
{
    const char **sorted;
    enum td_code code = TD_OK;

    if (env->count < 2)
        return TD_OK;
    sorted = td_arena_alloc(&l->plan->arena, env->count * sizeof(*sorted));
    memcpy(sorted, env->list, env->count * sizeof(*sorted));
    qsort(sorted, env->count, sizeof(*sorted), compare_names);
    for (uint32_t i = 1; i < env->count && code == TD_OK; i++) {
        if (compare_names(&sorted[i - 1], &sorted[i]) == 0)
            code = plan_refuse(
                l, at, "%.*s is in env twice",
                (int)(name_len(sorted[i]) < 80 ? name_len(sorted[i]) : 80),
                sorted[i]);
    }
    return code;
}

static enum td_code read_env(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    struct plan_words env = {0};
    enum td_code code = plan_take_words(l, at, "env", check_env, &env);

    if (code)
        return code;
    l->task->env = env;
    return check_names(l, at, &env);
}

static enum td_code read_inputs(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return plan_take_words(l, at, "inputs", check_input, &l->task->inputs);
}

static enum td_code read_isolate(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    l->said |= PLAN_SAID_ISOLATE;
    return plan_take_flag(l, at, "isolate", &l->task->isolate);
}

static enum td_code read_cache(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    l->said |= PLAN_SAID_CACHE;
    return plan_take_flag(l, at, "cache", &l->task->cache);
}

/* The first are of one task only; the others may stand in `defaults` too. */
static const struct td_jsonx_key keys[] = {
    {"id", read_id},
    {"depends_on", read_depends_on},
    {"run", read_run},
    {"outputs", read_outputs},
    {"subtasks", read_subtasks},
    {"name", read_name},
    {"phase", read_phase},
    {"estimate", read_estimate},
    {"when", read_when},
    {"provider", read_provider},
    {"dir", read_dir},
    {"with", read_with},
    {"env", read_env},
    {"inputs", read_inputs},
    {"isolate", read_isolate},
    {"cache", read_cache},
    {"timeout", plan_read_timeout},
    {"retry", plan_read_retry},
    {"pool", plan_read_pool},
    {"weight", plan_read_weight},
    {"limits", plan_read_limits},
    {"approval", plan_read_approval},
    {"soft_fail", plan_read_soft_fail},
    {"grace", plan_read_grace},
    {"log", plan_read_log},
    {NULL, NULL},
};

#define OWN_KEYS 6

const struct td_jsonx_shape plan_task_shape = {keys, "a task has"};
const struct td_jsonx_shape plan_defaults_shape = {keys + OWN_KEYS,
                                                   "defaults have"};
