#include "validator/gates/flaky.h"

#include "core/fs.h"
#include "core/jsonx_object.h"
#include "validator/gates/baseline.h"
#include "validator/gates/date.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    struct td_jsonx doc;
    struct td_jsonx_reader r;
    struct gates_flaky *flaky;
    struct gates_flaky_entry *entry;
    const char *today;
};

static enum td_code take_text(struct reading *g, uint32_t at, const char **out)
{
    char *text;

    if (!td_jsonx_is(&g->doc, at, TD_JSON_STRING))
        return td_jsonx_fail(&g->doc, at, TD_USAGE, g->r.err,
                             "this is no text");
    text = td_jsonx_text(&g->doc, at);
    *out = td_arena_copy(&g->flaky->arena, text);
    free(text);
    return TD_OK;
}

#define TEXT_READER(name)                                                      \
    static enum td_code read_##name(void *self, uint32_t at)                   \
    {                                                                          \
        struct reading *g = self;                                              \
                                                                               \
        return take_text(g, at, &g->entry->name);                              \
    }

TEXT_READER(key)
TEXT_READER(reason)
TEXT_READER(owner)
TEXT_READER(until)

static enum td_code check_entry(struct reading *g, uint32_t at)
{
    const struct gates_flaky_entry *e = g->entry;

    if (!e->key || !e->reason || !e->owner || !e->until)
        return td_jsonx_fail(&g->doc, at, TD_USAGE, g->r.err,
                             "an entry has key, reason, owner and until");
    if (!gates_is_date(e->until))
        return td_jsonx_fail(&g->doc, at, TD_USAGE, g->r.err,
                             "until is a date, as 2026-12-31");
    g->entry->spent = strcmp(g->today, e->until) > 0;
    return TD_OK;
}

static enum td_code read_list(void *self, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {{"key", read_key},
                                               {"reason", read_reason},
                                               {"owner", read_owner},
                                               {"until", read_until},
                                               {NULL, NULL}};
    static const struct td_jsonx_shape shape = {keys, "an entry has"};
    struct reading *g = self;
    const struct td_json_value *v = g->doc.json.values;

    if (v[at].kind != TD_JSON_ARRAY)
        return td_jsonx_fail(&g->doc, at, TD_USAGE, g->r.err,
                             "flaky is a list");
    g->flaky->list =
        td_arena_alloc(&g->flaky->arena, (v[at].count + 1) * sizeof(*g->entry));
    for (uint32_t i = at + 1; i < v[at].next; i = v[i].next) {
        enum td_code code;

        g->entry = &g->flaky->list[g->flaky->len++];
        code = v[i].kind == TD_JSON_OBJECT
                   ? td_jsonx_read(&g->r, i, &shape, g)
                   : td_jsonx_fail(&g->doc, i, TD_USAGE, g->r.err,
                                   "an entry is an object");
        if (code == TD_OK)
            code = check_entry(g, i);
        if (code)
            return code;
    }
    return TD_OK;
}

static enum td_code load(struct td_jsonx *doc, const char *path,
                         struct td_error *err)
{
    struct td_buf text;
    enum td_code code;

    td_buf_init(&text, TD_JSONX_MAX);
    code = td_fs_read_file(&text, path, err);
    if (code == TD_OK)
        code = td_jsonx_parse(doc, path,
                              td_jsonx_syntax_of(path, td_buf_bytes(&text)),
                              td_buf_bytes(&text), err);
    td_buf_release(&text);
    return code;
}

enum td_code gates_flaky_read(struct gates_flaky *flaky, const char *root,
                              const char *path, const char *today,
                              struct td_error *err)
{
    static const struct td_jsonx_key keys[] = {{"flaky", read_list},
                                               {NULL, NULL}};
    static const struct td_jsonx_shape shape = {keys, "the list has"};
    struct reading g = {.flaky = flaky, .today = today};
    const char *full = *path == '/'
                           ? path
                           : td_arena_print(&flaky->arena, "%s/%s", root, path);
    enum td_code code = load(&g.doc, full, err);

    g.r = (struct td_jsonx_reader){.doc = &g.doc, .err = err};
    if (code == TD_OK && !td_jsonx_is(&g.doc, 0, TD_JSON_OBJECT))
        code = td_jsonx_fail(&g.doc, 0, TD_USAGE, err,
                             "this is no object with the key flaky");
    if (code == TD_OK)
        code = td_jsonx_read(&g.r, 0, &shape, &g);
    td_jsonx_release(&g.doc);
    return code;
}

void gates_flaky_release(struct gates_flaky *flaky)
{
    td_arena_release(&flaky->arena);
    *flaky = (struct gates_flaky){0};
}

bool gates_flaky_knows(struct gates_flaky *flaky, const char *key)
{
    for (size_t i = 0; i < flaky->len; i++) {
        if (!strcmp(flaky->list[i].key, key)) {
            flaky->list[i].met = true;
            return !flaky->list[i].spent;
        }
    }
    return false;
}

const char *gates_flaky_remark(const struct gates_flaky *flaky,
                               struct td_arena *arena)
{
    for (size_t i = 0; i < flaky->len; i++) {
        const struct gates_flaky_entry *e = &flaky->list[i];

        if (e->spent)
            return td_arena_print(arena,
                                  "known as flaky until %s only: \"%.200s\" "
                                  "(%.100s)",
                                  e->until, e->key, e->owner);
    }
    for (size_t i = 0; i < flaky->len; i++) {
        const struct gates_flaky_entry *e = &flaky->list[i];

        if (!e->met)
            return td_arena_print(arena,
                                  "listed as flaky, and was not: \"%.200s\" "
                                  "(%.100s)",
                                  e->key, e->owner);
    }
    return NULL;
}
