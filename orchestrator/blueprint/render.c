/* The bytes of one task, from its `with` alone. */
#include "core/digest.h"
#include "core/jsonx_object.h"
#include "orchestrator/blueprint/generate.h"
#include "orchestrator/blueprint/model.h"
#include "orchestrator/blueprint/mustache.h"

#include <stdlib.h>
#include <string.h>

struct request {
    struct td_jsonx doc;
    struct spec spec;
    struct blueprint blueprint;
    struct blue_model model;
    char *blueprint_name;
    char *template;
    char *entity; /* NULL: none */
    char *sha256; /* NULL: not said */
    uint32_t at;  /* of the entity in the model; 0: none */
};

static void release(struct request *q)
{
    blue_model_release(&q->model);
    blue_release(&q->blueprint);
    spec_release(&q->spec);
    free(q->blueprint_name);
    free(q->template);
    free(q->entity);
    free(q->sha256);
    td_jsonx_release(&q->doc);
}

static enum td_code take_text(struct request *q, const char *key, char **out,
                              struct td_error *err)
{
    uint32_t at = td_jsonx_member(&q->doc, 0, key);

    if (!at)
        return TD_OK;
    if (!td_jsonx_is(&q->doc, at, TD_JSON_STRING))
        return td_jsonx_fail(&q->doc, at, TD_USAGE, err, "%s is a text", key);
    *out = td_jsonx_text(&q->doc, at);
    return TD_OK;
}

static enum td_code take_spec(struct request *q, struct td_error *err)
{
    uint32_t at = td_jsonx_member(&q->doc, 0, "spec");

    if (!at)
        return td_jsonx_fail(&q->doc, 0, TD_USAGE, err,
                             "there is no spec in it");
    return spec_parse(&q->spec, "with.spec", td_json_raw(&q->doc.json, at),
                      err);
}

static enum td_code read_with(struct request *q, struct td_bytes with,
                              struct td_error *err)
{
    static const struct td_jsonx_key keys[] = {
        {"blueprint", NULL}, {"template", NULL}, {"entity", NULL},
        {"sha256", NULL},    {"spec", NULL},     {NULL, NULL}};
    static const struct td_jsonx_shape shape = {
        keys, "with of a task of a blueprint has"};
    struct td_jsonx_reader r = {.doc = &q->doc, .err = err};
    enum td_code code =
        td_jsonx_parse(&q->doc, "with", TD_JSONX_JSON, with, err);

    if (code == TD_OK && !td_jsonx_is(&q->doc, 0, TD_JSON_OBJECT))
        code = td_jsonx_fail(&q->doc, 0, TD_USAGE, err, "with is an object");
    if (code == TD_OK)
        code = td_jsonx_keys(&r, 0, &shape);
    if (code == TD_OK)
        code = take_text(q, "blueprint", &q->blueprint_name, err);
    if (code == TD_OK)
        code = take_text(q, "template", &q->template, err);
    if (code == TD_OK)
        code = take_text(q, "entity", &q->entity, err);
    if (code == TD_OK)
        code = take_text(q, "sha256", &q->sha256, err);
    if (code == TD_OK && (!q->blueprint_name || !q->template))
        code = td_jsonx_fail(&q->doc, 0, TD_USAGE, err,
                             "blueprint or template is missing");
    return code ? code : take_spec(q, err);
}

static enum td_code open_request(struct request *q, struct td_bytes with,
                                 const char *folder, struct td_error *err)
{
    enum td_code code = read_with(q, with, err);

    if (code == TD_OK)
        code = blue_load(&q->blueprint, q->blueprint_name, folder, err);
    if (code == TD_OK)
        code = blue_model_make(&q->model, &q->blueprint, &q->spec, err);
    if (code == TD_OK && q->entity) {
        q->at = blue_model_find(&q->model, q->entity);
        if (!q->at)
            code = td_error_set(err, TD_USAGE, "with", 0,
                                "the specification has no entity \"%.80s\"",
                                q->entity);
    }
    return code;
}

static enum td_code check_sum(const struct request *q, struct td_bytes bytes,
                              struct td_error *err)
{
    uint8_t digest[TD_SHA256_LEN];
    struct td_buf hex = {0};
    bool same;

    if (!q->sha256)
        return TD_OK;
    td_sha256(digest, bytes);
    for (size_t i = 0; i < sizeof(digest); i++)
        (void)td_buf_addf(&hex, "%02x", digest[i]);
    same = !strcmp(td_buf_str(&hex), q->sha256);
    td_buf_release(&hex);
    if (same)
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, q->template, 0,
                       "its output is not what the plan says (sha256)");
    return td_error_hint(err, "the blueprint has changed: make the plan again "
                              "with tapedeck plan generate");
}

enum td_code blue_render_task(struct td_buf *out, struct td_bytes with,
                              const char *folder, struct td_error *err)
{
    struct td_error unwanted = {0};
    struct request q = {0};
    struct td_buf text = {0};
    size_t start = out->len;
    enum td_code code;

    err = err ? err : &unwanted;
    code = open_request(&q, with, folder, err);
    if (code == TD_OK)
        code = blue_read(&q.blueprint, q.template, &text, err);
    if (code == TD_OK)
        code = blue_mustache(out, q.template, td_buf_bytes(&text),
                             &(struct blue_view){&q.model.doc, 0, q.at}, err);
    if (code == TD_OK)
        code = check_sum(&q, td_bytes(out->ptr + start, out->len - start), err);
    td_buf_release(&text);
    release(&q);
    return code;
}

enum td_code blue_check_task(struct td_bytes with, const char *folder,
                             struct td_error *err)
{
    struct td_error unwanted = {0};
    struct request q = {0};
    struct td_buf text = {0};
    enum td_code code;

    err = err ? err : &unwanted;
    code = open_request(&q, with, folder, err);
    if (code == TD_OK)
        code = blue_read(&q.blueprint, q.template, &text, err);
    td_buf_release(&text);
    release(&q);
    return code;
}
