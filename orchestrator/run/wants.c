#include "orchestrator/run/wants.h"

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

static bool is_true(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

void run_wants_take(struct run_options *options, const json_t *object)
{
    json_int_t workers =
        json_integer_value(json_object_get(object, "max_workers"));
    const char *model = json_string_value(json_object_get(object, "model"));

    if (object) {
        options->waves = is_true(object, "waves");
        options->fail_fast = is_true(object, "fail_fast");
        options->no_cache = is_true(object, "no_cache");
        options->no_validate = !is_true(object, "validate");
        options->auto_approve = is_true(object, "auto_approve");
    }
    if (model && !*options->model)
        (void)snprintf(options->model, sizeof(options->model), "%s", model);
    if (!options->own_workers && workers > 0 && workers <= RUN_WORKERS_MAX)
        options->own_workers = (uint32_t)workers;
    if (options->own_workers)
        options->workers = options->own_workers;
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
