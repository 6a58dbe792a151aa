/* plan generate: a specification and a blueprint become a plan. */
#include "cli/shared/tape_output.h"
#include "cli/verbs/plan.h"
#include "core/fs.h"
#include "orchestrator/blueprint/generate.h"

#include <errno.h>
#include <string.h>

/* What is worked on. */
struct work {
    const struct cli_args *args;
    struct spec spec;
    struct blueprint blueprint;
    struct blue_plan plan;
    struct td_buf matched; /* words that chose the blueprint */
};

static enum td_code choose(struct work *w, struct td_error *err)
{
    const char *name = cli_text(w->args, "blueprint");
    enum td_code code = TD_OK;

    if (!name)
        code = blue_choose(&name, &w->spec, &w->matched, err);
    return code ? code : blue_load(&w->blueprint, name, ".", err);
}

static bool wants_json(const struct cli_args *args, const char *path)
{
    size_t len = strlen(path);

    if (!strcmp(path, "-"))
        return cli_json(args);
    return len > 5 && !strcmp(path + len - 5, ".json");
}

static void tell_json(const struct work *w, const char *path,
                      struct td_buf *out)
{
    struct td_json_writer j = td_json_writer(out);

    td_json_object(&j, NULL);
    td_json_put_text(&j, "plan", path);
    td_json_put_text(&j, "blueprint", w->plan.blueprint);
    td_json_put_string(&j, "matched", td_buf_bytes(&w->matched));
    td_json_put_u64(&j, "tasks", w->plan.tasks);
    td_json_put_u64(&j, "waves", w->plan.waves);
    td_json_put_u64(&j, "files", w->plan.files);
    td_json_array(&j, "defaults");
    for (size_t i = 0; i < w->plan.defaults.len; i++)
        td_json_put_text(&j, NULL, w->plan.defaults.items[i]);
    td_json_array_end(&j);
    td_json_object_end(&j);
    (void)td_json_line(&j);
}

/* On stdout, or, if the plan goes there, on stderr. */
static enum td_code tell(struct work *w, const char *path, struct td_error *err)
{
    struct td_buf out = {0};
    enum td_code code = TD_OK;

    (void)td_buf_addf(&out,
                      "%s: %zu tasks in %zu waves, %zu files, by the "
                      "blueprint %s",
                      !strcmp(path, "-") ? "plan" : path, w->plan.tasks,
                      w->plan.waves, w->plan.files, w->plan.blueprint);
    if (w->matched.len > 0)
        (void)td_buf_addf(&out, " (%s)", td_buf_str(&w->matched));
    for (size_t i = 0; i < w->plan.defaults.len; i++)
        (void)td_buf_addf(&out, "\ndefault: %s", w->plan.defaults.items[i]);
    if (!strcmp(path, "-")) {
        for (char *line = (char *)(uintptr_t)td_buf_str(&out); line;) {
            char *end = strchr(line, '\n');

            if (end)
                *end++ = '\0';
            cli_say(w->args, "%s", line);
            line = end;
        }
    } else if (cli_json(w->args)) {
        td_buf_clear(&out);
        tell_json(w, path, &out);
        code = cli_print(&out, err);
    } else {
        (void)td_buf_add_text(&out, "\n");
        code = cli_print(&out, err);
    }
    td_buf_release(&out);
    return code;
}

/* Nothing is written unless all of it may be. */
static enum td_code write_plan(struct work *w, struct td_error *err)
{
    const char *path = cli_text(w->args, "output");
    bool render = cli_text(w->args, "render") != NULL;
    struct td_buf yaml = {0};
    struct td_buf *text = &w->plan.json;
    enum td_code code = TD_OK;

    if (!wants_json(w->args, path)) {
        blue_plan_yaml(&w->plan, &yaml);
        text = &yaml;
    }
    code = cli_may_replace(w->args, path, td_buf_bytes(text), err);
    if (code == TD_OK && render)
        code =
            cli_plan_render(w->args, td_buf_bytes(&w->plan.json), false, err);
    if (code == TD_OK)
        code = td_fs_replace(path, td_buf_bytes(text), err);
    td_buf_release(&yaml);
    if (code == TD_OK && render)
        code = cli_plan_render(w->args, td_buf_bytes(&w->plan.json), true, err);
    return code ? code : tell(w, path, err);
}

enum td_code cli_plan_generate(const struct cli_args *args,
                               struct td_error *err)
{
    struct work w = {.args = args};
    const char *path = cli_text(args, "spec");
    enum td_code code = spec_load(&w.spec, path, err);

    if (code == TD_IO && err->errnum == ENOENT)
        (void)td_error_hint(err, "begin one: tapedeck spec \"API for wine\"");
    if (code == TD_OK)
        code = choose(&w, err);
    w.blueprint.focus = cli_text(args, "focus");
    if (code == TD_OK)
        code = blue_generate(&w.plan, &w.blueprint, &w.spec, err);
    if (code == TD_OK)
        code = write_plan(&w, err);
    blue_plan_release(&w.plan);
    blue_release(&w.blueprint);
    spec_release(&w.spec);
    td_buf_release(&w.matched);
    return code;
}
