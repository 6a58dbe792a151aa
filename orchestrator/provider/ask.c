#include "orchestrator/provider/ask.h"

#include "core/fs.h"
#include "core/jsonx_object.h"
#include "core/utf8.h"

#include <stdio.h>
#include <stdlib.h>

#define GUESS_BYTES  4  /* of a token */
#define TOKEN_DIGITS 12 /* of max_tokens */

/* `with` while it is read. */
struct asking {
    struct prov_ask *ask;
    struct td_jsonx doc;
    struct td_error *err;
};

static enum td_code fail(const struct asking *a, const char *why)
{
    return td_error_set(a->err, TD_USAGE, "", 0, "%s", why);
}

/* A text that is not empty and has no NUL in it. */
static enum td_code text_at(const struct asking *a, uint32_t at,
                            const char *name, const char **out)
{
    struct td_buf text = {0};
    bool good =
        td_jsonx_is(&a->doc, at, TD_JSON_STRING) &&
        td_json_unescape(&text, td_json_inner(&a->doc.json, at)) == TD_OK &&
        text.len && !memchr(text.ptr, 0, text.len);

    if (good)
        *out = td_arena_text(&a->ask->arena, td_buf_bytes(&text));
    td_buf_release(&text);
    return good ? TD_OK
                : td_error_set(a->err, TD_USAGE, "", 0,
                               "%s is a text that is not empty", name);
}

static enum td_code read_prompt(void *self, uint32_t at)
{
    struct asking *a = self;

    return text_at(a, at, "prompt", &a->ask->prompt);
}

static enum td_code read_prompt_file(void *self, uint32_t at)
{
    struct asking *a = self;

    return text_at(a, at, "prompt_file", &a->ask->prompt_file);
}

static enum td_code read_system(void *self, uint32_t at)
{
    struct asking *a = self;

    return text_at(a, at, "system", &a->ask->system);
}

static enum td_code read_model(void *self, uint32_t at)
{
    struct asking *a = self;

    return text_at(a, at, "model", &a->ask->model);
}

static enum td_code read_tape(void *self, uint32_t at)
{
    struct asking *a = self;

    return text_at(a, at, "tape", &a->ask->tape);
}

static enum td_code read_max_tokens(void *self, uint32_t at)
{
    struct asking *a = self;
    struct td_bytes raw = td_json_raw(&a->doc.json, at);
    char digits[TOKEN_DIGITS] = "";

    if (td_jsonx_is(&a->doc, at, TD_JSON_NUMBER) && raw.len < TOKEN_DIGITS &&
        raw.ptr[0] != '-' &&
        !(a->doc.json.values[at].flags & TD_JSON_NOT_INT)) {
        memcpy(digits, raw.ptr, raw.len);
        a->ask->max_tokens = strtoull(digits, NULL, 10);
    }
    return a->ask->max_tokens && a->ask->max_tokens <= PROV_TOKENS_MAX
               ? TD_OK
               : fail(a, "max_tokens is a whole number from 1 to 1000000000");
}

/* A path in the workspace, that does not lead out of it. */
static bool is_path(const char *path)
{
    struct td_bytes rest = td_text(path);

    if (*path == '/' || path[rest.len - 1] == '/')
        return false;
    for (size_t i = 0; i < rest.len; i++)
        if (rest.ptr[i] < ' ' || rest.ptr[i] == 0x7f)
            return false;
    while (rest.len) {
        const uint8_t *slash = memchr(rest.ptr, '/', rest.len);
        size_t len = slash ? (size_t)(slash - rest.ptr) : rest.len;

        if (td_bytes_is(td_bytes(rest.ptr, len), ".."))
            return false;
        rest.ptr += len + (slash != NULL);
        rest.len -= len + (slash != NULL);
    }
    return true;
}

static enum td_code read_path(struct asking *a, uint32_t at)
{
    struct plan_words *outputs = &a->ask->outputs;
    const char *path = "";
    enum td_code code = text_at(a, at, "a path in output", &path);

    if (code)
        return code;
    if (!is_path(path))
        return fail(a, "output is a file in the workspace");
    outputs->list[outputs->count++] = path;
    return TD_OK;
}

static enum td_code read_output(void *self, uint32_t at)
{
    struct asking *a = self;
    const struct td_json_doc *doc = &a->doc.json;
    uint32_t count = 1;
    enum td_code code = TD_OK;

    a->ask->blocks = td_jsonx_is(&a->doc, at, TD_JSON_ARRAY);
    if (a->ask->blocks)
        count = doc->values[at].count;
    if (count == 0 || count > PROV_OUTPUTS_MAX)
        return fail(a, "output is a path or a list of 1 to 256 of them");
    a->ask->outputs.list = td_arena_alloc(
        &a->ask->arena, (count + 1) * sizeof(*a->ask->outputs.list));
    if (!a->ask->blocks)
        return read_path(a, at);
    for (uint32_t i = at + 1; i < doc->values[at].next && !code;
         i = doc->values[i].next)
        code = read_path(a, i);
    return code;
}

static enum td_code read_keys(struct asking *a, bool with_tape)
{
    static const struct td_jsonx_key keys[] = {
        {"prompt", read_prompt},
        {"prompt_file", read_prompt_file},
        {"system", read_system},
        {"model", read_model},
        {"max_tokens", read_max_tokens},
        {"output", read_output},
        {NULL, NULL},
        {NULL, NULL}};
    struct td_jsonx_key all[sizeof(keys) / sizeof(*keys)];
    struct td_jsonx_reader reader = {.doc = &a->doc, .err = a->err};

    memcpy(all, keys, sizeof(keys));
    if (with_tape)
        all[sizeof(keys) / sizeof(*keys) - 2] =
            (struct td_jsonx_key){"tape", read_tape};
    return td_jsonx_read(&reader, 0, &(struct td_jsonx_shape){all, "with has"},
                         a);
}

static bool is_file_name(const char *output)
{
    return is_path(output) && !strpbrk(output, "*?[");
}

/* Where the answer goes when `with` does not say. */
static enum td_code settle_output(struct asking *a,
                                  const struct plan_task *task)
{
    if (a->ask->outputs.count)
        return TD_OK;
    if (task->outputs.count != 1 || !is_file_name(task->outputs.list[0])) {
        (void)fail(a, "nothing says where the answer goes");
        return td_error_hint(a->err, "give the task one file as its output, or "
                                     "say it in with.output");
    }
    a->ask->outputs = task->outputs;
    return TD_OK;
}

static enum td_code settle(struct asking *a, const struct plan_task *task,
                           const char *model)
{
    if (!a->ask->prompt == !a->ask->prompt_file)
        return fail(a, "say what is asked: prompt, or prompt_file");
    if (!a->ask->model)
        a->ask->model = td_arena_copy(&a->ask->arena, model);
    if (!a->ask->model) {
        (void)fail(a, "no model is named");
        return td_error_hint(a->err, "add model to with, or to the "
                                     "configuration of the provider");
    }
    return settle_output(a, task);
}

enum td_code prov_ask_of(struct prov_ask *ask, const struct plan_task *task,
                         const char *model, bool with_tape,
                         struct td_error *err)
{
    struct td_error local = {.code = TD_OK};
    struct asking a = {.ask = ask, .err = err ? err : &local};
    enum td_code code =
        td_jsonx_parse(&a.doc, "with", TD_JSONX_JSON,
                       td_text(task->with ? task->with : "{}"), a.err);

    if (!code && !td_jsonx_is(&a.doc, 0, TD_JSON_OBJECT))
        code = fail(&a, "with is an object");
    if (!code)
        code = read_keys(&a, with_tape);
    if (!code)
        code = settle(&a, task, model);
    td_jsonx_release(&a.doc);
    if (!code)
        return TD_OK;
    prov_ask_release(ask);
    (void)snprintf(a.err->where, sizeof(a.err->where), "%s: with", task->id);
    return code;
}

void prov_ask_release(struct prov_ask *ask)
{
    td_arena_release(&ask->arena);
    *ask = (struct prov_ask){0};
}

enum td_code prov_ask_read(struct prov_ask *ask, const char *dir,
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

enum td_code prov_ask_body(struct td_buf *out, const struct prov_ask *ask,
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

uint64_t prov_ask_tokens(const struct prov_ask *ask)
{
    return prov_tokens_guess((ask->prompt ? strlen(ask->prompt) : 0) +
                             (ask->system ? strlen(ask->system) : 0));
}
