#include "orchestrator/blueprint/read.h"

#include "core/jsonx_object.h"

#include <stdlib.h>
#include <string.h>

struct loader {
    struct blueprint *b;
    struct td_jsonx_reader r;
    bool has_tasks;
};

static enum td_code refuse(struct loader *l, uint32_t at, const char *text,
                           const char *hint)
{
    (void)td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err, "%s", text);
    return td_error_hint(l->r.err, "%s", hint);
}

static enum td_code read_version(void *self, uint32_t at)
{
    struct loader *l = self;

    if (td_bytes_is(td_json_raw(&l->r.doc->json, at), "1"))
        return TD_OK;
    return refuse(l, at, "this is no version of a blueprint that is known",
                  "write: blueprint: 1");
}

static enum td_code read_text(struct loader *l, uint32_t at, const char **out)
{
    char *text;

    if (!td_jsonx_is(l->r.doc, at, TD_JSON_STRING))
        return refuse(l, at, "this is no text", "put it into quotes");
    text = td_jsonx_text(l->r.doc, at);
    *out = td_arena_copy(&l->b->arena, text);
    free(text);
    return TD_OK;
}

static enum td_code read_summary(void *self, uint32_t at)
{
    struct loader *l = self;

    return read_text(l, at, &l->b->summary);
}

static enum td_code read_entities(void *self, uint32_t at)
{
    struct loader *l = self;
    struct spec_entities parsed = {0};
    struct td_error why = {0};
    enum td_code code = read_text(l, at, &l->b->entities);

    if (code == TD_OK && spec_entities_parse(&parsed, &l->b->arena,
                                             td_text(l->b->entities), &why))
        code = refuse(l, at, why.text, why.hint);
    return code;
}

static enum td_code read_list(struct loader *l, uint32_t at,
                              struct spec_list *list)
{
    const struct td_json_value *v = l->r.doc->json.values;
    enum td_code code = TD_OK;

    if (!td_jsonx_is(l->r.doc, at, TD_JSON_ARRAY))
        return refuse(l, at, "this is no list", "write [a, b]");
    if (v[at].count > BLUE_WORDS_MAX)
        return refuse(l, at, "more than 128 items", "leave some away");
    *list = (struct spec_list){
        td_arena_alloc(&l->b->arena,
                       ((size_t)v[at].count + 1) * sizeof(*list->items)),
        0};
    for (uint32_t i = at + 1; code == TD_OK && i < v[at].next; i = v[i].next)
        code = read_text(l, i, &list->items[list->len++]);
    return code;
}

static enum td_code read_types(void *self, uint32_t at)
{
    struct loader *l = self;

    return read_list(l, at, &l->b->types);
}

static enum td_code read_words(void *self, uint32_t at)
{
    struct loader *l = self;

    return read_list(l, at, &l->b->words);
}

static enum td_code read_reserved(void *self, uint32_t at)
{
    struct loader *l = self;

    return read_list(l, at, &l->b->reserved);
}

static enum td_code read_object(struct loader *l, uint32_t at, uint32_t *out)
{
    if (!td_jsonx_is(l->r.doc, at, TD_JSON_OBJECT))
        return refuse(l, at, "this is no object", "write key: value");
    *out = at;
    return TD_OK;
}

static enum td_code read_auth(void *self, uint32_t at)
{
    struct loader *l = self;
    static const struct td_jsonx_key known[] = {{"none", NULL},
                                                {"password", NULL},
                                                {"token", NULL},
                                                {"oauth", NULL},
                                                {NULL, NULL}};
    static const struct td_jsonx_shape shape = {known, "auth has"};
    const struct td_json_value *v = l->r.doc->json.values;
    enum td_code code = read_object(l, at, &l->b->auth);

    if (code == TD_OK)
        code = td_jsonx_keys(&l->r, at, &shape);
    for (uint32_t key = at + 1; code == TD_OK && key < v[at].next;
         key = v[key + 1].next)
        if (!td_jsonx_is(l->r.doc, key + 1, TD_JSON_STRING))
            code = refuse(l, key + 1, "this is no text",
                          "write what is taken for it, as oauth: token");
    return code;
}

static enum td_code read_map(void *self, uint32_t at)
{
    struct loader *l = self;
    static const struct td_jsonx_key known[] = {
        {"text", NULL},  {"integer", NULL}, {"number", NULL},
        {"money", NULL}, {"bool", NULL},    {"date", NULL},
        {"email", NULL}, {"url", NULL},     {NULL, NULL}};
    static const struct td_jsonx_shape shape = {known, "fields has"};
    const struct td_json_value *v = l->r.doc->json.values;
    enum td_code code = read_object(l, at, &l->b->map);

    if (code == TD_OK)
        code = td_jsonx_keys(&l->r, at, &shape);
    for (uint32_t key = at + 1; code == TD_OK && key < v[at].next;
         key = v[key + 1].next)
        if (!td_jsonx_is(l->r.doc, key + 1, TD_JSON_OBJECT))
            code = refuse(l, key + 1, "this is no object",
                          "write the members of a field of that type");
    return code;
}

/* ---- tasks ---- */

static const struct td_jsonx_key task_keys[] = {
    {"id", NULL},       {"each", NULL},     {"template", NULL},
    {"output", NULL},   {"name", NULL},     {"phase", NULL},
    {"estimate", NULL}, {"subtasks", NULL}, {"depends_on", NULL},
    {"when", NULL},     {"run", NULL},      {"dir", NULL},
    {"env", NULL},      {"inputs", NULL},   {"outputs", NULL},
    {"isolate", NULL},  {"cache", NULL},    {"timeout", NULL},
    {"retry", NULL},    {"pool", NULL},     {"weight", NULL},
    {"limits", NULL},   {"approval", NULL}, {"soft_fail", NULL},
    {"grace", NULL},    {"log", NULL},      {"depth", NULL},
    {"focus", NULL},    {NULL, NULL}};

const char *const blue_level_words[] = {"standard", "light", "deep", NULL};

/* Without either it is there always. */
static enum td_code read_wanted(struct loader *l, struct blue_task *task)
{
    uint32_t depth = td_jsonx_member(l->r.doc, task->at, "depth");
    uint32_t focus = td_jsonx_member(l->r.doc, task->at, "focus");

    task->always = !depth && !focus;
    task->depth = depth ? BLUE_STANDARD : BLUE_DEEP;
    if (depth && td_jsonx_is_text(l->r.doc, depth, "deep"))
        task->depth = BLUE_DEEP;
    else if (depth && !td_jsonx_is_text(l->r.doc, depth, "standard"))
        return refuse(l, depth,
                      "this is no depth from which on a task is there",
                      "write standard or deep");
    if (!focus)
        return TD_OK;
    for (unsigned i = SPEC_GENERAL + 1; i < SPEC_FOCUSES; i++)
        if (td_jsonx_is_text(l->r.doc, focus,
                             spec_focus_name((enum spec_focus)i)))
            return read_text(l, focus, &task->focus);
    return refuse(l, focus, "this is nothing that a task may look at",
                  "write security, performance or accessibility");
}

static enum td_code read_each(struct loader *l, struct blue_task *task)
{
    uint32_t each = td_jsonx_member(l->r.doc, task->at, "each");

    task->each = each != 0;
    if (each && !td_jsonx_is_text(l->r.doc, each, "entities"))
        return refuse(l, each, "a task can be there once for each entity only",
                      "write each: entities");
    return TD_OK;
}

static enum td_code read_template(struct loader *l, struct blue_task *task)
{
    uint32_t file = td_jsonx_member(l->r.doc, task->at, "template");
    uint32_t run = td_jsonx_member(l->r.doc, task->at, "run");

    task->output = td_jsonx_member(l->r.doc, task->at, "output");
    if (!file && !run)
        return refuse(l, task->at, "this task does nothing",
                      "give it a template and an output, or a run");
    if (file && run)
        return refuse(l, run, "a task has a template or a run, not both",
                      "make two tasks of it");
    if ((file != 0) != (task->output != 0))
        return refuse(l, task->at, "a template and its output go together",
                      "write template: FILE, output: PATH");
    if (!file)
        return TD_OK;
    if (td_jsonx_member(l->r.doc, task->at, "outputs"))
        return refuse(l, task->at, "the output of a template is its only one",
                      "leave outputs away");
    if (!td_jsonx_is(l->r.doc, task->output, TD_JSON_STRING))
        return refuse(l, task->output, "an output is a path", "as src/x.c");
    return read_text(l, file, &task->file);
}

static enum td_code read_task(struct loader *l, uint32_t at)
{
    static const struct td_jsonx_shape shape = {task_keys, "a task has"};
    struct blue_task *task = &l->b->tasks[l->b->len++];
    uint32_t id;
    enum td_code code;

    task->at = at;
    if (!td_jsonx_is(l->r.doc, at, TD_JSON_OBJECT))
        return refuse(l, at, "a task is an object of keys", "as {id: x, ...}");
    code = td_jsonx_keys(&l->r, at, &shape);
    if (code)
        return code;
    id = td_jsonx_member(l->r.doc, at, "id");
    if (!id || !td_jsonx_is(l->r.doc, id, TD_JSON_STRING))
        return refuse(l, id ? id : at, "a task has an id, which is a text",
                      "write id: model_{{name}}");
    code = read_each(l, task);
    if (code == TD_OK)
        code = read_wanted(l, task);
    return code ? code : read_template(l, task);
}

static enum td_code read_tasks(void *self, uint32_t at)
{
    struct loader *l = self;
    const struct td_json_value *v = l->r.doc->json.values;
    enum td_code code = TD_OK;

    if (!td_jsonx_is(l->r.doc, at, TD_JSON_ARRAY))
        return refuse(l, at, "tasks are a list", "write - {id: x, ...}");
    if (v[at].count == 0 || v[at].count > BLUE_TASKS_MAX)
        return refuse(l, at, "this is no number of tasks",
                      "1 to 512 are possible");
    l->has_tasks = true;
    l->b->tasks =
        td_arena_alloc(&l->b->arena, v[at].count * sizeof(*l->b->tasks));
    for (uint32_t i = at + 1; code == TD_OK && i < v[at].next; i = v[i].next)
        code = read_task(l, i);
    return code;
}

static const struct td_jsonx_key keys[] = {{"blueprint", read_version},
                                           {"summary", read_summary},
                                           {"types", read_types},
                                           {"words", read_words},
                                           {"entities", read_entities},
                                           {"reserved", read_reserved},
                                           {"auth", read_auth},
                                           {"fields", read_map},
                                           {"pools", NULL},
                                           {"defaults", NULL},
                                           {"budget", NULL},
                                           {"tasks", read_tasks},
                                           {NULL, NULL}};

enum td_code blue_read_head(struct blueprint *blueprint, struct td_error *err)
{
    static const struct td_jsonx_shape shape = {keys, "blueprint.yaml has"};
    struct loader l = {.b = blueprint,
                       .r = {.doc = &blueprint->doc, .err = err}};
    enum td_code code;

    if (!td_jsonx_is(l.r.doc, 0, TD_JSON_OBJECT))
        return refuse(&l, 0, "blueprint.yaml is an object of keys",
                      "write blueprint: 1 and below it tasks:");
    code = td_jsonx_read(&l.r, 0, &shape, &l);
    if (code == TD_OK && !td_jsonx_member(l.r.doc, 0, "blueprint"))
        code = refuse(&l, 0, "the key blueprint is missing",
                      "write: blueprint: 1");
    if (code == TD_OK && !l.has_tasks)
        code = refuse(&l, 0, "the key tasks is missing",
                      "write tasks: and below it - {id: x, ...}");
    return code;
}
