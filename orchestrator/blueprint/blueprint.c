#include "orchestrator/blueprint/blueprint.h"

#include "core/fs.h"
#include "core/mem.h"
#include "core/suggest.h"
#include "orchestrator/blueprint/embedded.h"
#include "orchestrator/blueprint/mustache.h"
#include "orchestrator/spec/words.h"

#include <stdlib.h>
#include <string.h>

#define HEAD "blueprint.yaml"

const char *blue_builtin(size_t i)
{
    for (const struct blue_file *file = blue_files; file->blueprint; file++)
        if (!strcmp(file->name, HEAD) && i-- == 0)
            return file->blueprint;
    return NULL;
}

void blue_put_builtins(struct td_buf *out)
{
    for (size_t i = 0; blue_builtin(i); i++)
        (void)td_buf_addf(out, "%s%s", i ? ", " : "", blue_builtin(i));
}

static const struct blue_file *find_file(const char *blueprint,
                                         const char *name)
{
    for (const struct blue_file *file = blue_files; file->blueprint; file++)
        if (!strcmp(file->blueprint, blueprint) && !strcmp(file->name, name))
            return file;
    return NULL;
}

/* Names of templates cannot leave the folder. */
static bool plain_name(const char *name)
{
    return *name && *name != '.' && !strchr(name, '/') && strlen(name) < 200;
}

enum td_code blue_read(const struct blueprint *blueprint, const char *file,
                       struct td_buf *out, struct td_error *err)
{
    struct td_buf path = {0};
    enum td_code code;

    if (!plain_name(file)) {
        (void)td_error_set(err, TD_USAGE, blueprint->path, 0,
                           "\"%.100s\" is no name of a template", file);
        return td_error_hint(err, "templates lie beside " HEAD);
    }
    if (!blueprint->folder) {
        const struct blue_file *found = find_file(blueprint->name, file);

        if (!found)
            return td_error_set(err, TD_IO, blueprint->path, 0,
                                "there is no template %.100s", file);
        return td_buf_add(out, found->bytes, found->len);
    }
    (void)td_buf_addf(&path, "%s/%s", blueprint->folder, file);
    out->max = out->len + BLUE_TEMPLATE_MAX;
    code = td_fs_read(out, td_buf_str(&path), err);
    td_buf_release(&path);
    return code;
}

void blue_release(struct blueprint *blueprint)
{
    td_jsonx_release(&blueprint->doc);
    td_arena_release(&blueprint->arena);
    *blueprint = (struct blueprint){0};
}

enum td_code blue_parse(struct blueprint *blueprint, const char *name,
                        struct td_bytes text, struct td_error *err)
{
    struct td_error unwanted = {0};
    enum td_code code;

    err = err ? err : &unwanted;
    if (!blueprint->name)
        blueprint->name = td_arena_copy(&blueprint->arena, name);
    blueprint->path = td_arena_copy(&blueprint->arena, name);
    code = td_jsonx_parse(&blueprint->doc, blueprint->path, TD_JSONX_YAML, text,
                          err);
    if (code == TD_OK)
        code = blue_read_head(blueprint, err);
    if (code)
        blue_release(blueprint);
    return code;
}

/* ---- finding one ---- */

static enum td_code no_blueprint(const char *name, struct td_error *err)
{
    struct td_suggestion near = {.word = name};
    struct td_buf all = {0};
    enum td_code code;

    for (size_t i = 0; blue_builtin(i); i++)
        td_suggest(&near, blue_builtin(i));
    blue_put_builtins(&all);
    (void)td_error_set(err, TD_USAGE, "", 0, "no blueprint \"%.80s\"", name);
    code = near.best ? td_error_hint(err, "did you mean %s?", near.best)
                     : td_error_hint(err,
                                     "there are %s; a folder is written with a "
                                     "slash, as ./mine",
                                     td_buf_str(&all));
    td_buf_release(&all);
    return code;
}

static enum td_code load_folder(struct blueprint *b, const char *name,
                                const char *base, struct td_error *err)
{
    struct td_buf text = {0};
    const char *path;
    char *real;
    enum td_code code;

    b->folder = *name == '/' || !strcmp(base, ".")
                    ? td_arena_copy(&b->arena, name)
                    : td_arena_print(&b->arena, "%s/%s", base, name);
    path = td_arena_print(&b->arena, "%s/" HEAD, b->folder);
    real = realpath(b->folder, NULL);
    if (real)
        b->folder = td_arena_copy(&b->arena, real);
    free(real);
    td_buf_init(&text, BLUE_TEMPLATE_MAX);
    code = td_fs_read(&text, path, err);
    if (code)
        blue_release(b);
    else
        code = blue_parse(b, path, td_buf_bytes(&text), err);
    td_buf_release(&text);
    return code;
}

/* Every template that a task names is there. */
static enum td_code check_templates(struct blueprint *b, struct td_error *err)
{
    enum td_code code = TD_OK;

    for (size_t i = 0; code == TD_OK && i < b->len; i++) {
        struct td_buf text = {0};
        struct td_error why = {0};

        if (!b->tasks[i].file)
            continue;
        if (blue_read(b, b->tasks[i].file, &text, &why))
            code =
                td_jsonx_fail(&b->doc, b->tasks[i].at, TD_USAGE, err,
                              "there is no template %.100s", b->tasks[i].file);
        td_buf_release(&text);
    }
    return code;
}

enum td_code blue_load(struct blueprint *blueprint, const char *name,
                       const char *base, struct td_error *err)
{
    const struct blue_file *file = find_file(name, HEAD);
    enum td_code code;

    if (!file && !strpbrk(name, "/."))
        return no_blueprint(name, err);
    blueprint->name = td_arena_copy(&blueprint->arena, name);
    if (file)
        code = blue_parse(blueprint,
                          td_arena_print(&blueprint->arena, "%s/" HEAD, name),
                          td_bytes(file->bytes, file->len), err);
    else
        code = load_folder(blueprint, name, base, err);
    if (code == TD_OK)
        code = check_templates(blueprint, err);
    if (code)
        blue_release(blueprint);
    return code;
}

/* ---- choosing one ---- */

static bool has(const struct spec_list *list, const char *item)
{
    for (size_t i = 0; i < list->len; i++)
        if (!strcmp(list->items[i], item))
            return true;
    return false;
}

/* How well it suits; 0: not at all. What matched is put to *words. */
static unsigned suits(const struct blueprint *b, const struct spec *spec,
                      const struct spec_words *said, struct td_buf *words)
{
    unsigned count = 0;

    if (!has(&b->types, spec_type_name(spec->type)))
        return 0;
    for (size_t i = 0; i < b->words.len; i++) {
        size_t first;
        size_t n;

        if (!spec_words_find(said, b->words.items[i], &first, &n))
            continue;
        (void)td_buf_addf(
            words, "%s%.*s", count ? ", " : "",
            (int)(said->list[first + n - 1].end - said->list[first].start),
            spec->description + said->list[first].start);
        count++;
    }
    return b->words.len == 0 ? 1 : count;
}

static enum td_code none_suits(const struct spec *spec, struct td_error *err)
{
    struct td_buf all = {0};
    enum td_code code;

    blue_put_builtins(&all);
    (void)td_error_set(err, TD_USAGE, "", 0, "no blueprint for %s",
                       spec_type_name(spec->type));
    code = td_error_hint(err, "choose: --blueprint %s", td_buf_str(&all));
    td_buf_release(&all);
    return code;
}

enum td_code blue_choose(const char **name, const struct spec *spec,
                         struct td_buf *words, struct td_error *err)
{
    struct spec_words said = {0};
    unsigned best = 0;
    enum td_code code = TD_OK;

    spec_words_of(&said, td_text(spec->description));
    for (size_t i = 0; code == TD_OK && blue_builtin(i); i++) {
        struct blueprint b = {0};
        struct td_buf matched = {0};
        unsigned n;

        code = blue_load(&b, blue_builtin(i), ".", err);
        n = code == TD_OK ? suits(&b, spec, &said, &matched) : 0;
        if (n > best) {
            best = n;
            *name = blue_builtin(i);
            td_buf_clear(words);
            (void)td_buf_add_bytes(words, td_buf_bytes(&matched));
        }
        td_buf_release(&matched);
        blue_release(&b);
    }
    spec_words_release(&said);
    if (code == TD_OK && best == 0)
        code = none_suits(spec, err);
    return code;
}
