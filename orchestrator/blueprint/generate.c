#include "orchestrator/blueprint/generate.h"

#include "core/digest.h"
#include "core/json_writer.h"
#include "core/jsonx_object.h"
#include "orchestrator/blueprint/depth.h"
#include "orchestrator/blueprint/model.h"
#include "orchestrator/blueprint/mustache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct maker {
    struct blue_plan *plan;
    const struct blueprint *b;
    const char *focus; /* NULL: nothing in particular */
    struct blue_model model;
    struct td_buf spec; /* as JSON */
    struct td_json_writer w;
    uint32_t entity; /* at hand, in the model; 0: none */
    struct blue_depth depth;
    struct td_error *err;
};

/* ---- texts with names in them ---- */

/* The text at `at` of blueprint.yaml, rendered and appended. */
static enum td_code render(struct maker *m, uint32_t at, struct td_buf *out)
{
    const struct td_jsonx *doc = &m->b->doc;
    struct blue_view view = {&m->model.doc, 0, m->entity};
    struct td_error why = {0};
    char *text = td_jsonx_text(doc, at);
    enum td_code code = blue_mustache(out, "", td_text(text), &view, &why);

    free(text);
    if (code)
        (void)td_jsonx_fail(doc, at, code, m->err, "%s", why.text);
    return code ? td_error_hint(m->err, "%s", why.hint) : TD_OK;
}

static enum td_code put_value(struct maker *m, const char *key, uint32_t at);

static enum td_code put_text(struct maker *m, const char *key, uint32_t at)
{
    struct td_buf text = {0};
    enum td_code code = render(m, at, &text);

    if (code == TD_OK)
        td_json_put_string(&m->w, key, td_buf_bytes(&text));
    td_buf_release(&text);
    return code;
}

/* As deep as what is read, which has a bound. */
/* NOLINTBEGIN(misc-no-recursion) */
static enum td_code put_members(struct maker *m, const char *key, uint32_t at)
{
    const struct td_json_value *v = m->b->doc.json.values;
    enum td_code code = TD_OK;

    td_json_object(&m->w, key);
    for (uint32_t k = at + 1; code == TD_OK && k < v[at].next;
         k = v[k + 1].next) {
        td_json_put_key_body(&m->w, td_json_inner(&m->b->doc.json, k));
        code = put_value(m, NULL, k + 1);
    }
    td_json_object_end(&m->w);
    return code;
}

static enum td_code put_items(struct maker *m, const char *key, uint32_t at)
{
    const struct td_json_value *v = m->b->doc.json.values;
    enum td_code code = TD_OK;

    td_json_array(&m->w, key);
    for (uint32_t i = at + 1; code == TD_OK && i < v[at].next; i = v[i].next)
        code = put_value(m, NULL, i);
    td_json_array_end(&m->w);
    return code;
}

static enum td_code put_value(struct maker *m, const char *key, uint32_t at)
{
    if (td_jsonx_is(&m->b->doc, at, TD_JSON_STRING))
        return put_text(m, key, at);
    if (td_jsonx_is(&m->b->doc, at, TD_JSON_OBJECT))
        return put_members(m, key, at);
    if (td_jsonx_is(&m->b->doc, at, TD_JSON_ARRAY))
        return put_items(m, key, at);
    td_json_put_raw(&m->w, key, td_json_raw(&m->b->doc.json, at));
    return TD_OK;
}
/* NOLINTEND(misc-no-recursion) */

/* ---- lists of ids and paths: an item may become any number of them ---- */

static void put_words(struct maker *m, struct td_buf *text, bool ids)
{
    char *at = (char *)(uintptr_t)td_buf_str(text);

    while (*at) {
        size_t len = strcspn(at, " \t\r\n");

        if (len > 0)
            td_json_put_string(&m->w, NULL, td_bytes(at, len));
        if (len > 0 && ids)
            blue_depth_edge(&m->depth, td_bytes(at, len));
        at += len;
        at += strspn(at, " \t\r\n");
    }
}

static enum td_code put_list(struct maker *m, const char *key, uint32_t at)
{
    const struct td_json_value *v = m->b->doc.json.values;
    enum td_code code = TD_OK;

    if (!td_jsonx_is(&m->b->doc, at, TD_JSON_ARRAY))
        return td_jsonx_fail(&m->b->doc, at, TD_USAGE, m->err, "%s is a list",
                             key);
    td_json_array(&m->w, key);
    for (uint32_t i = at + 1; code == TD_OK && i < v[at].next; i = v[i].next) {
        struct td_buf text = {0};

        if (!td_jsonx_is(&m->b->doc, i, TD_JSON_STRING))
            code = td_jsonx_fail(&m->b->doc, i, TD_USAGE, m->err,
                                 "this is no text");
        else
            code = render(m, i, &text);
        if (code == TD_OK)
            put_words(m, &text, !strcmp(key, "depends_on"));
        td_buf_release(&text);
    }
    td_json_array_end(&m->w);
    return code;
}

/* ---- tasks ---- */

static bool fit_id(const char *id)
{
    return *id >= 'a' && *id <= 'z' &&
           !id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

static enum td_code put_id(struct maker *m, uint32_t at)
{
    struct td_buf id = {0};
    enum td_code code = render(m, at, &id);

    if (code == TD_OK && !fit_id(td_buf_str(&id))) {
        (void)td_jsonx_fail(&m->b->doc, at, TD_USAGE, m->err,
                            "\"%.100s\" is no id of a task", td_buf_str(&id));
        code = td_error_hint(m->err, "a small letter, then small letters, "
                                     "digits and _");
    }
    if (code == TD_OK && !blue_depth_task(&m->depth, td_buf_bytes(&id))) {
        (void)td_jsonx_fail(&m->b->doc, at, TD_USAGE, m->err,
                            "there is a task \"%.100s\" already",
                            td_buf_str(&id));
        code = td_error_hint(m->err, "with each: entities, put {{name}} into "
                                     "the id");
    }
    td_json_put_string(&m->w, "id", td_buf_bytes(&id));
    td_buf_release(&id);
    return code;
}

static void put_sum(struct maker *m, struct td_bytes bytes)
{
    uint8_t digest[TD_SHA256_LEN];
    char hex[2 * TD_SHA256_LEN + 1];

    td_sha256(digest, bytes);
    for (size_t i = 0; i < sizeof(digest); i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    td_json_put_text(&m->w, "sha256", hex);
}

static void put_entity(struct maker *m)
{
    uint32_t name = td_json_member(&m->model.doc, m->entity, td_text("name"));

    td_json_put_raw(&m->w, "entity", td_json_raw(&m->model.doc, name));
}

/* Paths stay in the workspace, and one task writes each. */
static enum td_code check_path(struct maker *m, uint32_t at,
                               const struct td_buf *path)
{
    struct td_bytes p = td_buf_bytes(path);
    bool inside = p.len > 0 && p.ptr[0] != '/' && p.ptr[p.len - 1] != '/';

    for (size_t i = 0; i < p.len; i++) {
        inside = inside && p.ptr[i] > ' ' && p.ptr[i] != 0x7f;
        if (p.ptr[i] == '.' && i + 1 < p.len && p.ptr[i + 1] == '.')
            inside = false;
    }
    if (!inside) {
        (void)td_jsonx_fail(&m->b->doc, at, TD_USAGE, m->err,
                            "this is no path in the workspace");
        return td_error_hint(m->err, "write one without spaces and \"..\", as "
                                     "src/{{name}}.c");
    }
    if (blue_depth_path(&m->depth, p))
        return TD_OK;
    (void)td_jsonx_fail(&m->b->doc, at, TD_USAGE, m->err,
                        "two tasks write %.*s",
                        (int)(p.len < 100 ? p.len : 100), (const char *)p.ptr);
    return td_error_hint(m->err, "give each file a path of its own, or call an "
                                 "entity otherwise");
}

static enum td_code put_output(struct maker *m, uint32_t at)
{
    struct td_buf path = {0};
    enum td_code code = render(m, at, &path);

    if (code == TD_OK)
        code = check_path(m, at, &path);
    td_json_put_string(&m->w, NULL, td_buf_bytes(&path));
    td_buf_release(&path);
    return code;
}

static enum td_code put_template(struct maker *m, const struct blue_task *task)
{
    struct td_buf text = {0};
    struct td_buf bytes = {0};
    struct blue_view view = {&m->model.doc, 0, m->entity};
    enum td_code code = blue_read(m->b, task->file, &text, m->err);

    if (code == TD_OK)
        code = blue_mustache(&bytes, task->file, td_buf_bytes(&text), &view,
                             m->err);
    td_json_put_text(&m->w, "provider", "blueprint");
    td_json_object(&m->w, "with");
    td_json_put_text(&m->w, "blueprint",
                     m->b->folder ? m->b->folder : m->b->name);
    td_json_put_text(&m->w, "template", task->file);
    if (m->entity)
        put_entity(m);
    put_sum(m, td_buf_bytes(&bytes));
    td_json_put_raw(&m->w, "spec", td_buf_bytes(&m->spec));
    td_json_object_end(&m->w);
    td_json_array(&m->w, "outputs");
    if (code == TD_OK)
        code = put_output(m, task->output);
    td_json_array_end(&m->w);
    td_buf_release(&text);
    td_buf_release(&bytes);
    m->plan->files++;
    return code;
}

/* The keys of a task that the plan has as well, in the plan's order. */
static enum td_code put_keys(struct maker *m, const struct blue_task *task)
{
    static const struct {
        const char *name;
        bool words;
    } keys[] = {{"name", false},     {"phase", false},     {"estimate", false},
                {"subtasks", false}, {"depends_on", true}, {"when", false},
                {"run", false},      {"dir", false},       {"env", false},
                {"inputs", true},    {"outputs", true},    {"isolate", false},
                {"cache", false},    {"timeout", false},   {"retry", false},
                {"pool", false},     {"weight", false},    {"limits", false},
                {"approval", false}, {"soft_fail", false}, {"grace", false},
                {"log", false}};
    enum td_code code = TD_OK;

    for (size_t i = 0; code == TD_OK && i < sizeof(keys) / sizeof(keys[0]);
         i++) {
        uint32_t at = td_jsonx_member(&m->b->doc, task->at, keys[i].name);

        if (at)
            code = keys[i].words ? put_list(m, keys[i].name, at)
                                 : put_value(m, keys[i].name, at);
    }
    return code;
}

static enum td_code put_task(struct maker *m, const struct blue_task *task)
{
    enum td_code code;

    if (m->plan->tasks++ == BLUE_PLAN_TASKS_MAX)
        return td_error_set(m->err, TD_LIMIT, m->b->path, 0,
                            "more than %d tasks come of it",
                            BLUE_PLAN_TASKS_MAX);
    td_json_object(&m->w, NULL);
    code = put_id(m, td_jsonx_member(&m->b->doc, task->at, "id"));
    if (code == TD_OK)
        code = put_keys(m, task);
    if (code == TD_OK && task->file)
        code = put_template(m, task);
    td_json_object_end(&m->w);
    return code;
}

static enum td_code put_each(struct maker *m, const struct blue_task *task)
{
    enum td_code code = TD_OK;

    if (!blue_model_entity(&m->model, 0)) {
        (void)td_error_set(m->err, TD_USAGE, "", 0,
                           "the specification has no entities, and %s makes "
                           "something of each",
                           m->b->name);
        return td_error_hint(m->err, "say them: tapedeck spec answer data "
                                     "\"wine(name: text), order(total: "
                                     "money)\"");
    }
    for (size_t i = 0;
         code == TD_OK && (m->entity = blue_model_entity(&m->model, i)); i++)
        code = put_task(m, task);
    m->entity = 0;
    return code;
}

static bool is_wanted(const struct maker *m, const struct blue_task *task)
{
    static const int ranks[] = {
        [BLUE_LIGHT] = 0, [BLUE_STANDARD] = 1, [BLUE_DEEP] = 2};

    return task->always || ranks[task->depth] <= ranks[m->b->wanted] ||
           (task->focus && m->focus && !strcmp(task->focus, m->focus));
}

static enum td_code put_tasks(struct maker *m)
{
    enum td_code code = TD_OK;

    td_json_array(&m->w, "tasks");
    for (size_t i = 0; code == TD_OK && i < m->b->len; i++)
        if (is_wanted(m, &m->b->tasks[i]))
            code = m->b->tasks[i].each ? put_each(m, &m->b->tasks[i])
                                       : put_task(m, &m->b->tasks[i]);
    td_json_array_end(&m->w);
    return code;
}

/* ---- the plan ---- */

static void put_name(struct maker *m)
{
    uint32_t at = td_json_pointer(&m->model.doc, 0, "/project/name");
    struct td_bytes name = td_json_inner(&m->model.doc, at);

    td_json_put_body(&m->w, "name", name);
    m->plan->name = td_arena_text(&m->plan->arena, name);
}

static enum td_code put_plan(struct maker *m)
{
    static const char *const passed[] = {"pools", "defaults", "budget"};
    enum td_code code = TD_OK;

    td_json_object(&m->w, NULL);
    td_json_put_u64(&m->w, "plan", 1);
    put_name(m);
    td_json_put_text(&m->w, "workspace", "new");
    for (size_t i = 0; code == TD_OK && i < 3; i++) {
        uint32_t at = td_jsonx_member(&m->b->doc, 0, passed[i]);

        if (at)
            code = put_value(m, passed[i], at);
    }
    if (code == TD_OK)
        code = put_tasks(m);
    td_json_object_end(&m->w);
    if (code == TD_OK && td_json_line(&m->w) != TD_OK)
        code = td_error_set(m->err, TD_LIMIT, m->b->path, 0,
                            "the plan is too large");
    return code;
}

static bool has_focus(const struct blueprint *b, const char *focus)
{
    for (size_t i = 0; i < b->len; i++)
        if (b->tasks[i].focus && !strcmp(b->tasks[i].focus, focus))
            return true;
    return false;
}

static void keep_defaults(struct maker *m)
{
    struct spec_list *list = &m->plan->defaults;

    list->items = td_arena_alloc(&m->plan->arena, (m->model.defaults.len + 2) *
                                                      sizeof(*list->items));
    for (size_t i = 0; i < m->model.defaults.len; i++)
        list->items[list->len++] =
            td_arena_copy(&m->plan->arena, m->model.defaults.items[i]);
    if (m->focus && !has_focus(m->b, m->focus))
        list->items[list->len++] = td_arena_print(
            &m->plan->arena,
            "focus: %s has no task for %s; the plan is the usual one",
            m->b->name, m->focus);
}

static enum td_code count_waves(struct maker *m)
{
    const char *missing;
    enum td_code code = TD_OK;

    m->plan->waves = blue_depth_waves(&m->depth, &missing);
    if (m->plan->waves == 0)
        code = td_error_set(m->err, TD_USAGE, m->b->path, 0,
                            missing ? "no task \"%.100s\", which another "
                                      "depends on"
                                    : "its tasks depend on each other in a "
                                      "ring%.0s",
                            missing ? missing : "");
    return code;
}

/* Of the call, or else of the specification. */
static const char *focus_of(const struct blueprint *b, const struct spec *spec)
{
    const char *focus = b->focus ? b->focus : spec_focus_name(spec->focus);

    return strcmp(focus, spec_focus_name(SPEC_GENERAL)) ? focus : NULL;
}

enum td_code blue_generate(struct blue_plan *plan,
                           const struct blueprint *blueprint,
                           const struct spec *spec, struct td_error *err)
{
    struct td_error unwanted = {0};
    struct maker m = {.plan = plan,
                      .b = blueprint,
                      .focus = focus_of(blueprint, spec),
                      .err = err ? err : &unwanted};
    enum td_code code;

    td_buf_init(&plan->json, (size_t)64 << 20);
    m.w = td_json_writer(&plan->json);
    plan->blueprint = td_arena_copy(&plan->arena, blueprint->name);
    spec_write(spec, &m.spec);
    m.spec.len--; /* its LF */
    code = blue_model_make(&m.model, blueprint, spec, m.err);
    if (code == TD_OK) {
        keep_defaults(&m);
        code = put_plan(&m);
    }
    if (code == TD_OK)
        code = count_waves(&m);
    blue_depth_release(&m.depth);
    blue_model_release(&m.model);
    td_buf_release(&m.spec);
    if (code)
        blue_plan_release(plan);
    return code;
}

void blue_plan_release(struct blue_plan *plan)
{
    td_buf_release(&plan->json);
    td_arena_release(&plan->arena);
    *plan = (struct blue_plan){0};
}
