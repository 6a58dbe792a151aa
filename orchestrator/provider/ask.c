#include "orchestrator/provider/ask.h"

#include "core/fs.h"
#include "core/jsonx_object.h"
#include "core/utf8.h"

#include <stdio.h>
#include <string.h>

#define GUESS_BYTES 4 /* of a token */

enum td_code prov_ask_of(struct plan_ask *ask, const struct plan_task *task,
                         const char *model, bool with_tape,
                         struct td_error *err)
{
    struct td_error local = {.code = TD_OK};
    struct td_jsonx doc = {0};
    struct td_jsonx_reader r = {.doc = &doc, .err = err ? err : &local};
    enum td_code code =
        td_jsonx_parse(&doc, "with", TD_JSONX_JSON,
                       td_text(task->with ? task->with : "{}"), r.err);

    if (!code)
        code = plan_ask_read(ask, &r, 0, with_tape);
    if (!code)
        code = plan_ask_settle(ask, &r, 0, task);
    if (!code && !ask->model)
        ask->model = td_arena_copy(&ask->arena, model);
    if (!code && !ask->model) {
        (void)td_error_set(r.err, TD_USAGE, "", 0, "no model is named");
        code = td_error_hint(r.err, "add model to with, or to the "
                                    "configuration of the provider");
    }
    td_jsonx_release(&doc);
    if (!code)
        return TD_OK;
    plan_ask_release(ask);
    (void)snprintf(r.err->where, sizeof(r.err->where), "%s: with", task->id);
    return code;
}

enum td_code prov_ask_read(struct plan_ask *ask, const char *dir,
                           struct td_error *err)
{
    struct td_buf text = {.max = PROV_PROMPT_MAX};
    char *path;
    enum td_code code;

    if (!ask->prompt_file || ask->prompt)
        return TD_OK;
    path = *ask->prompt_file == '/'
               ? td_arena_copy(&ask->arena, ask->prompt_file)
               : td_arena_print(&ask->arena, "%s/%s", dir, ask->prompt_file);
    code = td_fs_read(&text, path, err);
    if (!code &&
        (!td_utf8_valid(td_buf_bytes(&text)) || memchr(text.ptr, 0, text.len)))
        code = td_error_set(err, TD_FORMAT, path, 0, "is no UTF-8 text");
    if (!code)
        ask->prompt = td_arena_text(&ask->arena, td_buf_bytes(&text));
    td_buf_release(&text);
    return code;
}

static void put_message(struct td_json_writer *w, const char *role,
                        const char *text)
{
    if (!text)
        return;
    td_json_object(w, NULL);
    td_json_put_text(w, "role", role);
    td_json_put_text(w, "content", text);
    td_json_object_end(w);
}

enum td_code prov_ask_body(struct td_buf *out, const struct plan_ask *ask,
                           double temperature, bool options)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "model", ask->model);
    td_json_array(&w, "messages");
    put_message(&w, "system", ask->system);
    put_message(&w, "user", ask->prompt);
    td_json_array_end(&w);
    if (ask->max_tokens)
        td_json_put_u64(&w, "max_tokens", ask->max_tokens);
    td_json_put_fixed(&w, "temperature", temperature, 2);
    td_json_put_bool(&w, "stream", true);
    if (options) {
        td_json_object(&w, "stream_options");
        td_json_put_bool(&w, "include_usage", true);
        td_json_object_end(&w);
    }
    td_json_object_end(&w);
    return td_json_done(&w);
}

uint64_t prov_tokens_guess(size_t bytes)
{
    return (bytes + GUESS_BYTES - 1) / GUESS_BYTES;
}

uint64_t prov_ask_tokens(const struct plan_ask *ask)
{
    return prov_tokens_guess((ask->prompt ? strlen(ask->prompt) : 0) +
                             (ask->system ? strlen(ask->system) : 0));
}
