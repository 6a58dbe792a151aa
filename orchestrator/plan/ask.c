#include "orchestrator/plan/ask.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define TOKEN_DIGITS 12 /* of max_tokens */

/* `with` while it is read. */
struct asking {
    struct plan_ask *ask;
    const struct td_jsonx *doc;
    struct td_error *err;
};

static enum td_code fail(const struct asking *a, uint32_t at, const char *why,
                         const char *mend)
{
    (void)td_jsonx_fail(a->doc, at, TD_USAGE, a->err, "%s", why);
    return td_error_hint(a->err, "%s", mend);
}

/* A text that is not empty and has no NUL in it. */
static enum td_code text_at(const struct asking *a, uint32_t at,
                            const char *name, const char **out)
{
    struct td_buf text = {0};
    bool good =
        td_jsonx_is(a->doc, at, TD_JSON_STRING) &&
        td_json_unescape(&text, td_json_inner(&a->doc->json, at)) == TD_OK &&
        text.len && !memchr(text.ptr, 0, text.len);

    if (good)
        *out = td_arena_text(&a->ask->arena, td_buf_bytes(&text));
    td_buf_release(&text);
    if (good)
        return TD_OK;
    (void)td_jsonx_fail(a->doc, at, TD_USAGE, a->err,
                        "%s is a text that is not empty", name);
    return td_error_hint(a->err, "write something between quotes");
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
    struct td_bytes raw = td_json_raw(&a->doc->json, at);
    char digits[TOKEN_DIGITS] = "";

    if (td_jsonx_is(a->doc, at, TD_JSON_NUMBER) && raw.len < TOKEN_DIGITS &&
        raw.ptr[0] != '-' &&
        !(a->doc->json.values[at].flags & TD_JSON_NOT_INT)) {
        memcpy(digits, raw.ptr, raw.len);
        a->ask->max_tokens = strtoull(digits, NULL, 10);
    }
    return a->ask->max_tokens && a->ask->max_tokens <= PLAN_ASK_TOKENS
               ? TD_OK
               : fail(a, at,
                      "max_tokens is a whole number from 1 to 1000000000",
                      "write it without quotes, or leave it out");
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
        return fail(a, at, "output is a file in the workspace",
                    "write a path without a slash in front or behind and "
                    "without ..");
    outputs->list[outputs->count++] = path;
    return TD_OK;
}

static enum td_code read_output(void *self, uint32_t at)
{
    struct asking *a = self;
    const struct td_json_doc *doc = &a->doc->json;
    uint32_t count = 1;
    enum td_code code = TD_OK;

    a->ask->blocks = td_jsonx_is(a->doc, at, TD_JSON_ARRAY);
    if (a->ask->blocks)
        count = doc->values[at].count;
    if (count == 0 || count > PLAN_ASK_OUTPUTS)
        return fail(a, at, "output is a path or a list of 1 to 256 of them",
                    "write output: notes.md");
    a->ask->outputs.list = td_arena_alloc(
        &a->ask->arena, (count + 1) * sizeof(*a->ask->outputs.list));
    if (!a->ask->blocks)
        return read_path(a, at);
    for (uint32_t i = at + 1; i < doc->values[at].next && !code;
         i = doc->values[i].next)
        code = read_path(a, i);
    return code;
}

enum td_code plan_ask_read(struct plan_ask *ask, struct td_jsonx_reader *r,
                           uint32_t at, bool with_tape)
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
    struct asking a = {.ask = ask, .doc = r->doc, .err = r->err};

    memcpy(all, keys, sizeof(keys));
    if (with_tape)
        all[sizeof(keys) / sizeof(*keys) - 2] =
            (struct td_jsonx_key){"tape", read_tape};
    if (!td_jsonx_is(r->doc, at, TD_JSON_OBJECT))
        return fail(&a, at, "with is an object", "write with: {prompt: ...}");
    return td_jsonx_read(r, at, &(struct td_jsonx_shape){all, "with has"}, &a);
}

static bool is_file_name(const char *output)
{
    return is_path(output) && !strpbrk(output, "*?[");
}

enum td_code plan_ask_settle(struct plan_ask *ask,
                             const struct td_jsonx_reader *r, uint32_t at,
                             const struct plan_task *task)
{
    struct asking a = {.ask = ask, .doc = r->doc, .err = r->err};

    if (!ask->prompt && !ask->prompt_file)
        return fail(&a, at, "nothing says what is asked",
                    "add prompt or prompt_file to with");
    if (ask->prompt && ask->prompt_file)
        return fail(&a, at, "with has both prompt and prompt_file",
                    "take one of them away");
    if (ask->outputs.count)
        return TD_OK;
    if (task->outputs.count != 1 || !is_file_name(task->outputs.list[0]))
        return fail(&a, at, "nothing says where the answer goes",
                    "give the task one file as its output, or say it in "
                    "with.output");
    ask->outputs = task->outputs;
    return TD_OK;
}

void plan_ask_release(struct plan_ask *ask)
{
    td_arena_release(&ask->arena);
    *ask = (struct plan_ask){0};
}
