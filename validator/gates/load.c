#include "validator/gates/load_internal.h"

#include "core/fs.h"
#include "core/suggest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum td_code gates_refuse(struct loader *l, uint32_t at, const char *fmt, ...)
{
    char text[sizeof(l->r.err->text)];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    l->refused++;
    return td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err, "%s", text);
}

enum td_code gates_meant(struct loader *l, const char *word,
                         const char *const *known)
{
    struct td_suggestion near = {.word = word};
    struct td_buf list = {0};
    enum td_code code;

    for (size_t i = 0; known[i]; i++)
        td_suggest(&near, known[i]);
    if (near.best)
        return td_error_hint(l->r.err, "did you mean %s?", near.best);
    for (size_t i = 0; known[i]; i++)
        (void)td_buf_addf(&list, "%s%s", i ? ", " : "", known[i]);
    code = td_error_hint(l->r.err, "there %s %.120s",
                         known[0] && !known[1] ? "is" : "are",
                         list.len ? td_buf_str(&list) : "none");
    td_buf_release(&list);
    return code;
}

static enum td_code read_version(void *self, uint32_t at)
{
    struct loader *l = self;

    if (td_bytes_is(td_json_raw(&l->r.doc->json, at), "1"))
        return TD_OK;
    (void)gates_refuse(l, at, "this is no version of gates.yaml that is known");
    return td_error_hint(l->r.err, "write: gates: 1");
}

/* Names become directories and stand in ${NAME.OUT}. */
static bool is_fit_name(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    return len > 0 && !name[len] && name[0] != '-' && len <= GATES_NAME_MAX;
}

static enum td_code read_check(struct loader *l, uint32_t key)
{
    char *name = td_jsonx_text(l->r.doc, key);
    struct gates_check *check = &l->file->checks[l->file->len];
    unsigned refused;
    enum td_code code;

    check->name = td_arena_copy(&l->file->arena, name);
    free(name);
    check->at = key;
    l->check = check;
    if (!is_fit_name(check->name)) {
        (void)gates_refuse(l, key, "\"%.80s\" is no name for a gate",
                           check->name);
        return td_error_hint(l->r.err,
                             "use letters, digits, - and _, at most %d of them",
                             GATES_NAME_MAX);
    }
    l->file->len++;
    if (!td_jsonx_is(l->r.doc, key + 1, TD_JSON_OBJECT))
        return gates_refuse(l, key + 1, "a gate is an object of keys");
    if (!td_jsonx_member(l->r.doc, key + 1, "kind")) {
        (void)gates_refuse(l, key, "the gate %.80s has no kind", check->name);
        return td_error_hint(l->r.err, "write kind: tests, coverage, lint, "
                                       "performance, stream or custom");
    }
    refused = l->refused;
    code = td_jsonx_read(&l->r, key + 1, &gates_check_shape, l);
    /* What a gate lacks is not known before what it has is right. */
    return code || l->refused > refused ? code : gates_settle_check(l);
}

static enum td_code read_checks(void *self, uint32_t at)
{
    struct loader *l = self;
    const struct td_json_value *v = l->r.doc->json.values;

    if (!td_jsonx_is(l->r.doc, at, TD_JSON_OBJECT))
        return gates_refuse(l, at, "checks is an object: a name and a gate");
    if (v[at].count == 0)
        return gates_refuse(l, at, "there is no gate in it");
    if (v[at].count > GATES_CHECKS_MAX)
        return gates_refuse(l, at, "there are more than %d gates",
                            GATES_CHECKS_MAX);
    l->file->checks =
        td_arena_alloc(&l->file->arena, v[at].count * sizeof(*l->check));
    for (uint32_t key = at + 1; key < v[at].next; key = v[key + 1].next) {
        enum td_code code = td_jsonx_settle(&l->r, read_check(l, key));

        if (code)
            return code;
    }
    return TD_OK;
}

static const struct td_jsonx_key keys[] = {
    {"gates", read_version}, {"checks", read_checks}, {NULL, NULL}};

static enum td_code read_file(struct loader *l)
{
    static const struct td_jsonx_shape shape = {keys, "gates.yaml has"};
    enum td_code code;

    if (!td_jsonx_is(l->r.doc, 0, TD_JSON_OBJECT))
        return gates_refuse(l, 0, "gates.yaml is an object of keys");
    code = td_jsonx_read(&l->r, 0, &shape, l);
    for (size_t i = 0; code == TD_OK && keys[i].name; i++) {
        if (!td_jsonx_member(l->r.doc, 0, keys[i].name)) {
            (void)gates_refuse(l, 0, "the key %s is missing", keys[i].name);
            (void)td_error_hint(l->r.err,
                                "write gates: 1 and below it checks:");
            code = td_jsonx_settle(&l->r, TD_USAGE);
        }
    }
    if (code == TD_OK && l->r.first == TD_OK)
        code = td_jsonx_settle(&l->r, gates_check_graph(l));
    return code ? code : l->r.first;
}

/* "." for "gates.yaml" and ".tapedeck/gates.yaml"; "a" for "a/gates.yaml". */
static const char *root_of(struct td_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    static const char state[] = ".tapedeck";
    size_t own = sizeof(state) - 1;

    if (len >= own && !strncmp(path + len - own, state, own) &&
        (len == own || path[len - own - 1] == '/'))
        len -= own + (len > own);
    if (len == 0)
        return *path == '/' ? "/" : ".";
    return td_arena_text(arena, td_bytes(path, len));
}

static enum td_code read_document(struct gates_file *file, const char *path,
                                  const struct td_jsonx_errors *errors,
                                  struct td_error *err)
{
    struct td_error why = {0};
    struct loader l = {.r = {.doc = &file->doc, .err = &why, .errors = errors},
                       .file = file};
    enum td_code code;

    file->path = td_arena_copy(&file->arena, path);
    file->root = root_of(&file->arena, path);
    code = read_file(&l);
    if (code && err)
        *err = l.r.first ? l.r.kept : why;
    return code;
}

enum td_code gates_load(struct gates_file *file, const char *path,
                        const struct td_jsonx_errors *errors,
                        struct td_error *err)
{
    enum td_code code = td_jsonx_load(&file->doc, path, err);

    return code ? code : read_document(file, path, errors, err);
}

enum td_code gates_parse(struct gates_file *file, const char *path,
                         struct td_bytes text,
                         const struct td_jsonx_errors *errors,
                         struct td_error *err)
{
    enum td_code code =
        td_jsonx_parse(&file->doc, path, TD_JSONX_YAML, text, err);

    return code ? code : read_document(file, path, errors, err);
}

void gates_release(struct gates_file *file)
{
    td_jsonx_release(&file->doc);
    td_arena_release(&file->arena);
    *file = (struct gates_file){0};
}

const struct gates_check *gates_find(const struct gates_file *file,
                                     const char *name)
{
    for (size_t i = 0; i < file->len; i++) {
        if (!strcmp(file->checks[i].name, name))
            return &file->checks[i];
    }
    return NULL;
}
