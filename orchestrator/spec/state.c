/* A specification as JSON, and back. */
#include "core/fs.h"
#include "core/json_writer.h"
#include "core/jsonx_object.h"
#include "orchestrator/spec/spec.h"

#include <stdlib.h>
#include <string.h>

static void write_list(struct td_json_writer *w, const char *key,
                       const struct spec_list *list)
{
    td_json_array(w, key);
    for (size_t i = 0; i < list->len; i++)
        td_json_put_text(w, NULL, list->items[i]);
    td_json_array_end(w);
}

void spec_write(const struct spec *spec, struct td_buf *out)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "spec", 1);
    td_json_put_text(&w, "description", spec->description);
    td_json_put_text(&w, "type", spec_type_name(spec->type));
    td_json_put_bool(&w, "chosen", spec->chosen);
    if (spec->focus)
        td_json_put_text(&w, "focus", spec_focus_name(spec->focus));
    write_list(&w, "matched", &spec->matched);
    td_json_object(&w, "answers");
    for (unsigned i = 0; i < SPEC_CATEGORIES; i++)
        if (spec->answers[i].text)
            td_json_put_text(&w, spec_category_name((enum spec_category)i),
                             spec->answers[i].text);
    td_json_object_end(&w);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

struct loader {
    struct spec *spec;
    struct td_jsonx_reader r;
    enum spec_type type;
    enum spec_focus focus;
    bool chosen;
    char *description;
    uint32_t answers;
};

static enum td_code read_version(void *self, uint32_t at)
{
    struct loader *l = self;

    if (td_bytes_is(td_json_raw(&l->r.doc->json, at), "1"))
        return TD_OK;
    return td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err,
                         "this is no version of a specification that is known");
}

static enum td_code read_description(void *self, uint32_t at)
{
    struct loader *l = self;

    if (!td_jsonx_is(l->r.doc, at, TD_JSON_STRING))
        return td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err,
                             "a description is a text");
    free(l->description);
    l->description = td_jsonx_text(l->r.doc, at);
    return TD_OK;
}

static enum td_code read_type(void *self, uint32_t at)
{
    struct loader *l = self;

    for (unsigned i = 0; i < SPEC_TYPES; i++)
        if (td_jsonx_is(l->r.doc, at, TD_JSON_STRING) &&
            td_jsonx_is_text(l->r.doc, at, spec_type_name((enum spec_type)i))) {
            l->type = (enum spec_type)i;
            return TD_OK;
        }
    return td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err,
                         "this is no application type");
}

static enum td_code read_focus(void *self, uint32_t at)
{
    struct loader *l = self;

    for (unsigned i = 0; i < SPEC_FOCUSES; i++)
        if (td_jsonx_is_text(l->r.doc, at,
                             spec_focus_name((enum spec_focus)i))) {
            l->focus = (enum spec_focus)i;
            return TD_OK;
        }
    return td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err,
                         "this is nothing that may matter most");
}

static enum td_code read_chosen(void *self, uint32_t at)
{
    struct loader *l = self;

    return td_jsonx_flag(l->r.doc, at, "chosen", &l->chosen, l->r.err);
}

static enum td_code read_answers(void *self, uint32_t at)
{
    struct loader *l = self;

    if (!td_jsonx_is(l->r.doc, at, TD_JSON_OBJECT))
        return td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err,
                             "answers are an object of texts");
    l->answers = at;
    return TD_OK;
}

/* An answer's error tells the place in the file beside the category. */
static enum td_code refuse_answer(struct loader *l, uint32_t at,
                                  const struct td_error *why)
{
    char text[sizeof(why->text)];
    char hint[sizeof(why->hint)];

    memcpy(text, why->text, sizeof(text));
    memcpy(hint, why->hint, sizeof(hint));
    (void)td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err, "%.300s", text);
    return td_error_hint(l->r.err, "%s", hint);
}

static enum td_code take_answer(struct loader *l, uint32_t key)
{
    struct td_error why = {0};
    char *name = td_jsonx_text(l->r.doc, key);
    enum spec_category category = spec_category_of(name);
    char *text = NULL;
    enum td_code code;

    if (category == SPEC_CATEGORIES) {
        code = spec_no_category(name, &why);
    } else if (!td_jsonx_is(l->r.doc, key + 1, TD_JSON_STRING)) {
        code = td_error_set(&why, TD_USAGE, "", 0, "an answer is a text");
    } else {
        text = td_jsonx_text(l->r.doc, key + 1);
        code = spec_answer(l->spec, category, td_text(text), &why);
    }
    if (code)
        code =
            refuse_answer(l, category == SPEC_CATEGORIES ? key : key + 1, &why);
    free(text);
    free(name);
    return code;
}

static const struct td_jsonx_key keys[] = {
    {"spec", read_version},    {"description", read_description},
    {"type", read_type},       {"chosen", read_chosen},
    {"focus", read_focus},     {"matched", NULL},
    {"answers", read_answers}, {NULL, NULL}};

static enum td_code read_document(struct loader *l)
{
    static const struct td_jsonx_shape shape = {keys, "a specification has"};
    const struct td_json_value *v = l->r.doc->json.values;
    enum td_code code;

    if (!td_jsonx_is(l->r.doc, 0, TD_JSON_OBJECT))
        return td_jsonx_fail(l->r.doc, 0, TD_USAGE, l->r.err,
                             "a specification is an object of keys");
    code = td_jsonx_read(&l->r, 0, &shape, l);
    if (code == TD_OK && !l->description)
        code = td_jsonx_fail(l->r.doc, 0, TD_USAGE, l->r.err,
                             "the key description is missing");
    if (code == TD_OK)
        code = spec_begin(l->spec, td_text(l->description),
                          l->chosen ? l->type : SPEC_TYPES, l->r.err);
    l->spec->focus = l->focus;
    if (code == TD_OK && l->answers)
        for (uint32_t key = l->answers + 1;
             code == TD_OK && key < v[l->answers].next; key = v[key + 1].next)
            code = take_answer(l, key);
    return code;
}

static enum td_code read_spec(struct spec *spec, const struct td_jsonx *doc,
                              struct td_error *err)
{
    struct td_error unwanted = {0};
    struct loader l = {.spec = spec,
                       .r = {.doc = doc, .err = err ? err : &unwanted},
                       .type = SPEC_TYPES};
    enum td_code code = read_document(&l);

    if (code)
        spec_release(spec);
    free(l.description);
    return code;
}

enum td_code spec_parse(struct spec *spec, const char *name,
                        struct td_bytes text, struct td_error *err)
{
    struct td_jsonx doc = {0};
    enum td_code code = td_jsonx_parse(&doc, name, TD_JSONX_JSON, text, err);

    if (code == TD_OK)
        code = read_spec(spec, &doc, err);
    td_jsonx_release(&doc);
    return code;
}

enum td_code spec_load(struct spec *spec, const char *path,
                       struct td_error *err)
{
    struct td_buf text = {0};
    enum td_code code;

    td_buf_init(&text, SPEC_FILE_MAX);
    code = td_fs_read(&text, path, err);
    if (code == TD_OK)
        code = spec_parse(spec, path, td_buf_bytes(&text), err);
    td_buf_release(&text);
    return code;
}
