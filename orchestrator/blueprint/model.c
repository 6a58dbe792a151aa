#include "orchestrator/blueprint/model.h"

#include "core/glob.h"
#include "core/json_writer.h"
#include "core/jsonx_object.h"
#include "core/mem.h"
#include "orchestrator/blueprint/sample.h"
#include "orchestrator/spec/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULTS_MAX 256
#define SLUG_MAX     40 /* bytes of a project's name */

struct maker {
    struct blue_model *model;
    const struct blueprint *blueprint;
    const struct spec *spec;
    struct spec_entities entities;
    struct td_json_writer w;
    struct td_error *err;
};

static void note(struct maker *m, const char *fmt, ...) TD_PRINTF(2, 3);

static void note(struct maker *m, const char *fmt, ...)
{
    struct spec_list *list = &m->model->defaults;
    char line[256];
    va_list ap;

    if (list->len == DEFAULTS_MAX)
        return;
    if (!list->items)
        list->items = td_arena_alloc(&m->model->arena,
                                     DEFAULTS_MAX * sizeof(*list->items));
    va_start(ap, fmt);
    (void)vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    list->items[list->len++] = td_arena_copy(&m->model->arena, line);
}

/* ---- names ---- */

static void put_upper(struct td_json_writer *w, const char *key,
                      const char *name)
{
    char upper[SLUG_MAX + 1];
    size_t len = strnlen(name, SLUG_MAX);

    for (size_t i = 0; i < len; i++)
        upper[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A'
                                                           : name[i]);
    td_json_put_string(w, key, td_bytes(upper, len));
}

/* The words of the description that are ASCII, with _ between them. */
static void put_slug(struct maker *m)
{
    struct spec_words words = {0};
    char slug[SLUG_MAX + 1] = "";
    size_t len = 0;

    spec_words_of(&words, td_text(m->spec->description));
    for (size_t i = 0; i < words.len; i++) {
        const uint8_t *text = words.folded.ptr + words.list[i].at;
        size_t n = words.list[i].len;

        if (len + n + 1 > SLUG_MAX)
            break;
        for (size_t k = 0; k < n; k++)
            if (text[k] >= 0x80)
                n = 0;
        if (n == 0 || (len == 0 && text[0] <= '9'))
            continue;
        if (len > 0)
            slug[len++] = '_';
        memcpy(slug + len, text, n);
        len += n;
    }
    spec_words_release(&words);
    td_json_put_string(&m->w, "name",
                       len ? td_bytes(slug, len) : td_text("project"));
    put_upper(&m->w, "upper", len ? slug : "project");
}

static bool is_reserved(const struct blueprint *b, const char *name)
{
    static const char c_words[] =
        " auto break case char const continue default do double else enum "
        "extern float for goto if inline int long register restrict return "
        "short signed sizeof static struct switch typedef union unsigned void "
        "volatile while bool true false null main ";
    char word[SPEC_NAME_MAX + 3];

    (void)snprintf(word, sizeof(word), " %s ", name);
    if (strstr(c_words, word))
        return true;
    for (size_t i = 0; i < b->reserved.len; i++)
        if (td_glob_name(td_text(b->reserved.items[i]), td_text(name), 0))
            return true;
    return false;
}

static enum td_code check_name(struct maker *m, const char *name)
{
    if (!is_reserved(m->blueprint, name))
        return TD_OK;
    (void)td_error_set(m->err, TD_USAGE, "data", 0,
                       "\"%s\" means something else in what %s makes", name,
                       m->blueprint->name);
    return td_error_hint(m->err, "call it otherwise, as %s_item", name);
}

static enum td_code check_names(struct maker *m)
{
    enum td_code code = TD_OK;

    for (size_t i = 0; code == TD_OK && i < m->entities.len; i++) {
        const struct spec_entity *e = &m->entities.list[i];

        code = check_name(m, e->name);
        for (size_t k = 0; code == TD_OK && k < e->len; k++)
            code = check_name(m, e->fields[k].name);
    }
    return code;
}

/* ---- fields and entities ---- */

static const char *c_type(enum spec_field_type type)
{
    switch (type) {
    case SPEC_INTEGER:
    case SPEC_MONEY:
        return "int64_t";
    case SPEC_NUMBER:
        return "double";
    case SPEC_BOOL:
        return "bool";
    case SPEC_TEXT:
    case SPEC_DATE:
    case SPEC_EMAIL:
    case SPEC_URL:
    case SPEC_FIELD_TYPES:
    default:
        return "char *";
    }
}

/* "title": the name with spaces, as people read it. */
static void put_title(struct td_json_writer *w, const char *name)
{
    char title[SPEC_NAME_MAX + 1];

    (void)snprintf(title, sizeof(title), "%s", name);
    for (char *p = title; *p; p++)
        if (*p == '_')
            *p = ' ';
    td_json_put_text(w, "title", title);
}

static void put_place(struct td_json_writer *w, size_t i, size_t len)
{
    td_json_put_u64(w, "number", i + 1);
    td_json_put_bool(w, "first", i == 0);
    td_json_put_bool(w, "last", i + 1 == len);
}

/* is_text, is_integer ...: one of them is true. */
static void put_kind(struct td_json_writer *w, enum spec_field_type type)
{
    for (unsigned i = 0; i < SPEC_FIELD_TYPES; i++) {
        char key[16];

        (void)snprintf(key, sizeof(key), "is_%s",
                       spec_field_type_word((enum spec_field_type)i));
        td_json_put_bool(w, key, i == type);
    }
}

/* What the blueprint's `fields` says of the type. */
static void put_mapped(struct maker *m, enum spec_field_type type)
{
    const struct td_jsonx *doc = &m->blueprint->doc;
    const struct td_json_value *v = doc->json.values;
    uint32_t at = m->blueprint->map
                      ? td_jsonx_member(doc, m->blueprint->map,
                                        spec_field_type_word(type))
                      : 0;

    for (uint32_t key = at + 1; at && key < v[at].next; key = v[key + 1].next) {
        td_json_put_key_body(&m->w, td_json_inner(&doc->json, key));
        td_json_put_raw(&m->w, NULL, td_json_raw(&doc->json, key + 1));
    }
}

static void put_field(struct maker *m, const struct spec_entity *e, size_t i)
{
    const struct spec_field *f = &e->fields[i];
    struct td_json_writer *w = &m->w;

    td_json_object(w, NULL);
    td_json_put_text(w, "name", f->name);
    put_upper(w, "upper", f->name);
    put_title(w, f->name);
    td_json_put_text(w, "type", spec_field_type_word(f->type));
    put_kind(w, f->type);
    td_json_put_text(w, "c_type", c_type(f->type));
    td_json_put_bool(w, "optional", f->optional);
    td_json_put_bool(w, "required", !f->optional);
    td_json_put_i64(w, "least", f->least);
    td_json_put_i64(w, "most", f->most);
    blue_sample_put(w, f);
    td_json_put_text(w, "entity", e->name);
    put_place(w, i, e->len);
    put_mapped(m, f->type);
    td_json_object_end(w);
}

static void put_entity(struct maker *m, size_t i)
{
    const struct spec_entity *e = &m->entities.list[i];
    struct td_json_writer *w = &m->w;

    td_json_object(w, NULL);
    td_json_put_text(w, "name", e->name);
    put_upper(w, "upper", e->name);
    put_title(w, e->name);
    put_place(w, i, m->entities.len);
    td_json_array(w, "fields");
    for (size_t k = 0; k < e->len; k++)
        put_field(m, e, k);
    td_json_array_end(w);
    td_json_object_end(w);
    if (e->bare)
        note(m, "%s: a field name: text (it was written without fields)",
             e->name);
    else if (e->untyped)
        note(m, "%s: fields without a type are text", e->name);
}

static void note_ranges(struct maker *m)
{
    bool open[SPEC_FIELD_TYPES] = {false};

    for (size_t i = 0; i < m->entities.len; i++)
        for (size_t k = 0; k < m->entities.list[i].len; k++) {
            const struct spec_field *f = &m->entities.list[i].fields[k];

            if (!f->ranged)
                open[f->type] = true;
        }
    if (open[SPEC_TEXT])
        note(m, "text without a range: 1..200 characters, 0..200 if optional");
    if (open[SPEC_INTEGER] || open[SPEC_NUMBER])
        note(m, "numbers without a range: what JSON keeps exactly, 2^53 - 1 "
                "both ways");
    if (open[SPEC_MONEY])
        note(m, "money without a range: whole cents from 0 on");
}

/* ---- the specification ---- */

static void put_list(struct maker *m, const char *key, const char *one,
                     enum spec_category category)
{
    const struct spec_answer *a = &m->spec->answers[category];

    td_json_array(&m->w, key);
    for (size_t i = 0; i < a->list.len; i++) {
        td_json_object(&m->w, NULL);
        td_json_put_text(&m->w, one, a->list.items[i]);
        put_place(&m->w, i, a->list.len);
        td_json_object_end(&m->w);
    }
    td_json_array_end(&m->w);
    if (!a->text)
        note(m, "%s: nobody is named (not answered)", key);
}

/* What the blueprint takes for the auth of the specification. */
static void put_auth(struct maker *m)
{
    const struct spec_answer *a = &m->spec->answers[SPEC_AUTHENTICATION];
    const struct td_jsonx *doc = &m->blueprint->doc;
    const char *said = spec_auth_name(a->text ? a->auth : SPEC_NONE);
    uint32_t at =
        m->blueprint->auth ? td_jsonx_member(doc, m->blueprint->auth, said) : 0;
    char *taken = at ? td_jsonx_text(doc, at) : td_strdup(said);

    td_json_object(&m->w, "auth");
    td_json_put_text(&m->w, "name", taken);
    td_json_put_text(&m->w, "said", said);
    for (unsigned i = SPEC_NONE; i <= SPEC_OAUTH; i++) {
        const char *name = spec_auth_name((enum spec_auth)i);

        td_json_put_bool(&m->w, name, !strcmp(name, taken));
    }
    td_json_object_end(&m->w);
    if (!a->text)
        note(m, "auth: none (not answered)");
    else if (strcmp(taken, said) != 0)
        note(m, "auth: %s (%s does not make %s)", taken, m->blueprint->name,
             said);
    free(taken);
}

static void put_scale(struct maker *m)
{
    static const uint64_t connections[] = {64, 256, 1024, 4096};
    const struct spec_answer *a = &m->spec->answers[SPEC_SCALES];

    td_json_object(&m->w, "scale");
    td_json_put_text(&m->w, "level", spec_level_name(a->level));
    td_json_put_text(&m->w, "said", a->text ? a->text : "small");
    td_json_put_u64(&m->w, "amount", a->amount);
    td_json_put_bool(&m->w, "per_second", a->per_second);
    td_json_put_u64(&m->w, "connections", connections[a->level]);
    td_json_object_end(&m->w);
    if (!a->text)
        note(m, "scale: small (not answered)");
}

static void put_timeline(struct maker *m)
{
    const struct spec_answer *a = &m->spec->answers[SPEC_TIME];

    td_json_put_text(&m->w, "timeline", a->text ? a->text : "");
    if (!a->text)
        note(m, "timeline: none (not answered)");
}

static void write_model(struct maker *m)
{
    struct td_json_writer *w = &m->w;

    td_json_object(w, NULL);
    td_json_object(w, "project");
    put_slug(m);
    td_json_put_text(w, "title", m->spec->description);
    td_json_put_text(w, "type", spec_type_name(m->spec->type));
    td_json_put_text(w, "blueprint", m->blueprint->name);
    td_json_object_end(w);
    put_list(m, "users", "user", SPEC_USERS);
    put_list(m, "features", "feature", SPEC_FEATURES);
    put_auth(m);
    put_scale(m);
    put_timeline(m);
    td_json_array(w, "entities");
    for (size_t i = 0; i < m->entities.len; i++)
        put_entity(m, i);
    td_json_array_end(w);
    note_ranges(m);
    td_json_object_end(w);
}

static enum td_code take_entities(struct maker *m)
{
    const struct spec_answer *a = &m->spec->answers[SPEC_DATA];
    struct td_error unwanted;

    if (a->text) {
        m->entities = a->entities;
        return TD_OK;
    }
    if (!m->blueprint->entities)
        return TD_OK;
    note(m, "data: %s (not answered)", m->blueprint->entities);
    return spec_entities_parse(&m->entities, &m->model->arena,
                               td_text(m->blueprint->entities), &unwanted);
}

enum td_code blue_model_make(struct blue_model *model,
                             const struct blueprint *blueprint,
                             const struct spec *spec, struct td_error *err)
{
    struct maker m = {
        .model = model, .blueprint = blueprint, .spec = spec, .err = err};
    enum td_code code;

    td_buf_init(&model->text, BLUE_MODEL_MAX);
    m.w = td_json_writer(&model->text);
    code = take_entities(&m);
    if (code == TD_OK)
        code = check_names(&m);
    if (code == TD_OK) {
        write_model(&m);
        code = td_json_done(&m.w);
        if (code)
            (void)td_error_set(err, code, "specification", 0,
                               "the model of it is too large");
    }
    if (code == TD_OK)
        code = td_json_parse(&model->doc, td_buf_bytes(&model->text),
                             TD_JSON_DEPTH, err);
    if (code)
        blue_model_release(model);
    return code;
}

static uint32_t entities_of(const struct blue_model *model)
{
    return td_json_member(&model->doc, 0, td_text("entities"));
}

uint32_t blue_model_entity(const struct blue_model *model, size_t i)
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%zu", i);

    return td_json_element(&model->doc, entities_of(model),
                           td_bytes(digits, (size_t)len));
}

uint32_t blue_model_find(const struct blue_model *model, const char *name)
{
    const struct td_json_value *v = model->doc.values;
    uint32_t at = entities_of(model);

    for (uint32_t i = at + 1; i < v[at].next; i = v[i].next)
        if (td_json_string_is(&model->doc,
                              td_json_member(&model->doc, i, td_text("name")),
                              td_text(name)))
            return i;
    return 0;
}

void blue_model_release(struct blue_model *model)
{
    td_json_release(&model->doc);
    td_buf_release(&model->text);
    td_arena_release(&model->arena);
    *model = (struct blue_model){0};
}
