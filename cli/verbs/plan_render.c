/* plan generate --render: what templates make, without a run. */
#include "cli/shared/tape_output.h"
#include "cli/verbs/plan.h"
#include "core/fs.h"
#include "core/jsonx_object.h"
#include "orchestrator/blueprint/generate.h"

#include <stdlib.h>
#include <sys/stat.h>

/* The folders that the path is in; what fails is told when it is written. */
static void make_folders(struct td_buf *path)
{
    for (size_t i = 1; i < path->len; i++)
        if (path->ptr[i] == '/') {
            path->ptr[i] = '\0';
            (void)mkdir((const char *)path->ptr, 0755);
            path->ptr[i] = '/';
        }
}

/* What there is to do with a file: look whether it may be written, or write. */
struct rendering {
    const struct cli_args *args;
    const char *dir;
    bool write;
};

static enum td_code put(const struct rendering *r, struct td_buf *path,
                        struct td_bytes bytes, struct td_error *err)
{
    if (!r->write)
        return cli_may_replace(r->args, td_buf_str(path), bytes, err);
    make_folders(path);
    return td_fs_replace(td_buf_str(path), bytes, err);
}

static enum td_code render_task(const struct td_jsonx *doc, uint32_t task,
                                const struct rendering *r, struct td_error *err)
{
    uint32_t with = td_jsonx_member(doc, task, "with");
    uint32_t outputs = td_jsonx_member(doc, task, "outputs");
    char *output = td_jsonx_text(doc, outputs + 1);
    struct td_buf bytes = {0};
    struct td_buf path = {0};
    enum td_code code =
        blue_render_task(&bytes, td_json_raw(&doc->json, with), ".", err);

    (void)td_buf_addf(&path, "%s/%s", r->dir, output);
    (void)td_buf_str(&path);
    if (code == TD_OK)
        code = put(r, &path, td_buf_bytes(&bytes), err);
    td_buf_release(&bytes);
    td_buf_release(&path);
    free(output);
    return code;
}

static enum td_code render_all(const struct td_jsonx *doc,
                               const struct rendering *r, struct td_error *err)
{
    const struct td_json_value *v = doc->json.values;
    uint32_t tasks = td_jsonx_member(doc, 0, "tasks");
    enum td_code code = TD_OK;

    for (uint32_t i = tasks + 1; code == TD_OK && i < v[tasks].next;
         i = v[i].next)
        if (td_jsonx_member(doc, i, "with"))
            code = render_task(doc, i, r, err);
    return code;
}

enum td_code cli_plan_render(const struct cli_args *args, struct td_bytes plan,
                             bool write, struct td_error *err)
{
    struct rendering r = {args, cli_text(args, "render"), write};
    struct td_jsonx doc = {0};
    enum td_code code = td_jsonx_parse(&doc, "plan", TD_JSONX_JSON, plan, err);

    if (code == TD_OK)
        code = render_all(&doc, &r, err);
    td_jsonx_release(&doc);
    return code;
}
