#include "orchestrator/run/wants.h"

#include "core/json.h"
#include "core/take.h"

#include <stdio.h>
#include <string.h>

void run_wants_put(struct td_json_writer *w, const struct run_options *options)
{
    const struct run_asked *asked = &options->asked;

    td_json_put_u64(w, "workers", options->workers);
    if (options->own_workers)
        td_json_put_u64(w, "max_workers", options->own_workers);
    td_json_put_bool(w, "waves", options->waves);
    td_json_put_bool(w, "fail_fast", options->fail_fast);
    td_json_put_bool(w, "no_cache", options->no_cache);
    td_json_put_bool(w, "validate", !options->no_validate);
    td_json_put_bool(w, "auto_approve", options->auto_approve);
    if (*options->model)
        td_json_put_text(w, "model", options->model);
    if (asked->session && *asked->session)
        td_json_put_text(w, "session", asked->session);
    if (!asked->request.len)
        return;
    td_json_put_string(w, "request_id", asked->request);
    td_json_put_text(w, "request_sha256", asked->hash);
}

static bool is_true(const struct td_json_doc *doc, const char *name)
{
    uint32_t at = td_json_member(doc, 0, td_text(name));

    return at && doc->values[at].kind == TD_JSON_TRUE;
}

static uint32_t workers_of(const struct td_json_doc *doc)
{
    uint32_t at = td_json_member(doc, 0, td_text("max_workers"));
    struct td_bytes raw = at ? td_json_raw(doc, at) : td_text("");
    uint64_t n = 0;

    return td_take_number(&raw, &n) && raw.len == 0 && n <= RUN_WORKERS_MAX
               ? (uint32_t)n
               : 0;
}

static void take_model(char model[RUN_MODEL_SIZE],
                       const struct td_json_doc *doc)
{
    uint32_t at = td_json_member(doc, 0, td_text("model"));
    struct td_buf text = {0};

    if (at && doc->values[at].kind == TD_JSON_STRING)
        (void)td_json_unescape(&text, td_json_inner(doc, at));
    (void)snprintf(model, RUN_MODEL_SIZE, "%s", td_buf_str(&text));
    td_buf_release(&text);
}

void run_wants_take(struct run_options *options, struct td_bytes object)
{
    struct td_json_doc doc = {0};

    if (!td_json_parse(&doc, object, TD_JSON_DEPTH_ALL, NULL)) {
        options->waves = is_true(&doc, "waves");
        options->fail_fast = is_true(&doc, "fail_fast");
        options->no_cache = is_true(&doc, "no_cache");
        options->no_validate = !is_true(&doc, "validate");
        options->auto_approve = is_true(&doc, "auto_approve");
        if (!options->own_workers)
            options->own_workers = workers_of(&doc);
        if (!*options->model)
            take_model(options->model, &doc);
    }
    if (options->own_workers)
        options->workers = options->own_workers;
    td_json_release(&doc);
}

void run_wants_copy(struct run_options *to, const struct run_options *from)
{
    to->waves = from->waves;
    to->fail_fast = from->fail_fast;
    to->auto_approve = from->auto_approve;
    to->own_workers = from->own_workers;
    to->workers = from->workers;
    memcpy(to->model, from->model, sizeof(to->model));
}
