/* render_plan PLAN.json FOLDER: write the output of every task of a blueprint,
 * as the run of a plan would, for tests.
 */
#include "core/fs.h"
#include "core/jsonx_object.h"
#include "orchestrator/blueprint/generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The folders that the path is in. */
static void make_folders(const char *path)
{
    char *copy = strdup(path);

    for (char *p = copy + 1; copy && *p; p++)
        if (*p == '/') {
            *p = '\0';
            (void)mkdir(copy, 0755);
            *p = '/';
        }
    free(copy);
}

static enum td_code render(const struct td_jsonx *plan, uint32_t task,
                           const char *folder, struct td_error *err)
{
    uint32_t with = td_jsonx_member(plan, task, "with");
    uint32_t outputs = td_jsonx_member(plan, task, "outputs");
    char *output = td_jsonx_text(plan, outputs + 1);
    struct td_buf bytes = {0};
    struct td_buf path = {0};
    enum td_code code =
        blue_render_task(&bytes, td_json_raw(&plan->json, with), ".", err);

    (void)td_buf_addf(&path, "%s/%s", folder, output);
    make_folders(td_buf_str(&path));
    if (code == TD_OK)
        code = td_fs_replace(td_buf_str(&path), td_buf_bytes(&bytes), err);
    td_buf_release(&bytes);
    td_buf_release(&path);
    free(output);
    return code;
}

static enum td_code render_all(const struct td_jsonx *plan, const char *folder,
                               struct td_error *err)
{
    const struct td_json_value *v = plan->json.values;
    uint32_t tasks = td_jsonx_member(plan, 0, "tasks");
    enum td_code code = TD_OK;

    for (uint32_t i = tasks + 1; code == TD_OK && i < v[tasks].next;
         i = v[i].next)
        if (td_jsonx_member(plan, i, "provider"))
            code = render(plan, i, folder, err);
    return code;
}

int main(int argc, char **argv)
{
    struct td_jsonx plan = {0};
    struct td_error err = {0};
    enum td_code code;

    if (argc != 3)
        return 2;
    code = td_jsonx_load(&plan, argv[1], &err);
    if (code == TD_OK)
        code = render_all(&plan, argv[2], &err);
    if (code)
        (void)fprintf(stderr, "%s: %s; %s\n", err.where, err.text, err.hint);
    td_jsonx_release(&plan);
    return td_code_exit_status(code);
}
