#include "orchestrator/spec/show.h"

#include <string.h>

static void add_list(struct td_buf *out, const struct spec_list *list)
{
    for (size_t i = 0; i < list->len; i++)
        (void)td_buf_addf(out, "%s%s", i ? ", " : "", list->items[i]);
}

void spec_show_line(const struct spec *spec, struct td_buf *out)
{
    enum spec_category category;
    const char *question = spec_next(spec, &category);

    (void)td_buf_add_text(out, spec_type_name(spec->type));
    if (spec->matched.len > 0) {
        (void)td_buf_add_text(out, " (");
        add_list(out, &spec->matched);
        (void)td_buf_add_text(out, ")");
    } else if (!spec->chosen) {
        (void)td_buf_add_text(out, " (no word told a type)");
    }
    (void)td_buf_addf(out, "; %u %%; %s\n", spec_completeness(spec),
                      question ? question : "all is answered");
}

static void show_fields(const struct spec_entity *e, struct td_buf *out)
{
    for (size_t i = 0; i < e->len; i++) {
        const struct spec_field *f = &e->fields[i];

        (void)td_buf_addf(out, "%s%s %s", i ? ", " : ": ", f->name,
                          spec_field_type_word(f->type));
        if (f->ranged)
            (void)td_buf_addf(out, " %lld..%lld", (long long)f->least,
                              (long long)f->most);
        if (f->optional)
            (void)td_buf_add_text(out, " optional");
    }
}

static void show_category(const struct spec *spec, enum spec_category category,
                          struct td_buf *out)
{
    const struct spec_answer *a = &spec->answers[category];
    const char *question = spec_question(spec->type, category);

    if (!a->text && !question)
        return;
    (void)td_buf_addf(out, "  %-9s %s%s\n", spec_category_name(category),
                      a->text ? "" : "? ", a->text ? a->text : question);
    for (size_t i = 0; i < a->entities.len; i++) {
        (void)td_buf_addf(out, "  %9s %s", "", a->entities.list[i].name);
        show_fields(&a->entities.list[i], out);
        (void)td_buf_add_text(out, "\n");
    }
}

void spec_show_text(const struct spec *spec, struct td_buf *out)
{
    (void)td_buf_addf(out, "%s\n", spec->description);
    spec_show_line(spec, out);
    if (spec->focus)
        (void)td_buf_addf(out, "focus: %s\n", spec_focus_name(spec->focus));
    for (unsigned i = 0; i < SPEC_CATEGORIES; i++)
        show_category(spec, (enum spec_category)i, out);
    if (spec->also.len > 0) {
        (void)td_buf_add_text(out, "words of other types: ");
        add_list(out, &spec->also);
        (void)td_buf_add_text(out, "\n");
    }
}

void spec_show_missing(const struct spec *spec, struct td_buf *out)
{
    for (unsigned i = 0; i <= SPEC_TIME; i++)
        if (!spec->answers[i].text)
            (void)td_buf_addf(out, "%s%s", out->len ? ", " : "",
                              spec_category_name((enum spec_category)i));
}

void spec_show_answer(const struct spec *spec, enum spec_category category,
                      struct td_buf *out)
{
    const struct spec_answer *a = &spec->answers[category];

    if (category == SPEC_DATA)
        (void)td_buf_addf(out, "%zu entit%s", a->entities.len,
                          a->entities.len == 1 ? "y" : "ies");
    else if (category == SPEC_AUTHENTICATION)
        (void)td_buf_addf(out, "auth: %s", spec_auth_name(a->auth));
    else if (category == SPEC_SCALES && a->amount > 0)
        (void)td_buf_addf(out, "scale: %s, %llu%s", spec_level_name(a->level),
                          (unsigned long long)a->amount,
                          a->per_second ? " a second" : "");
    else if (category == SPEC_SCALES)
        (void)td_buf_addf(out, "scale: %s", spec_level_name(a->level));
    else if (category == SPEC_TIME && a->when == SPEC_DURATION)
        (void)td_buf_addf(out, "timeline: %llu days",
                          (unsigned long long)a->days);
    else if (category == SPEC_TIME)
        (void)td_buf_addf(out, "timeline: %s", a->date ? a->date : "asap");
    else
        (void)td_buf_addf(out, "%s: %zu", spec_category_name(category),
                          a->list.len);
    (void)td_buf_addf(out, "; %u %%\n", spec_completeness(spec));
}

/* ---- JSON ---- */

static void put_list(struct td_json_writer *w, const char *key,
                     const struct spec_list *list)
{
    td_json_array(w, key);
    for (size_t i = 0; i < list->len; i++)
        td_json_put_text(w, NULL, list->items[i]);
    td_json_array_end(w);
}

static void put_entities(struct td_json_writer *w,
                         const struct spec_entities *all)
{
    td_json_array(w, "entities");
    for (size_t i = 0; i < all->len; i++) {
        td_json_object(w, NULL);
        td_json_put_text(w, "name", all->list[i].name);
        td_json_array(w, "fields");
        for (size_t k = 0; k < all->list[i].len; k++) {
            const struct spec_field *f = &all->list[i].fields[k];

            td_json_object(w, NULL);
            td_json_put_text(w, "name", f->name);
            td_json_put_text(w, "type", spec_field_type_word(f->type));
            td_json_put_bool(w, "optional", f->optional);
            td_json_put_i64(w, "least", f->least);
            td_json_put_i64(w, "most", f->most);
            td_json_object_end(w);
        }
        td_json_array_end(w);
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

static void put_questions(struct td_json_writer *w, const struct spec *spec)
{
    td_json_array(w, "questions");
    for (unsigned i = 0; i < SPEC_CATEGORIES; i++) {
        const char *text = spec_question(spec->type, (enum spec_category)i);

        if (!text || spec->answers[i].text)
            continue;
        td_json_object(w, NULL);
        td_json_put_text(w, "category",
                         spec_category_name((enum spec_category)i));
        td_json_put_text(w, "question", text);
        td_json_put_bool(w, "required", i <= SPEC_TIME);
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

void spec_show_json(const struct spec *spec, struct td_json_writer *w,
                    const char *key)
{
    td_json_object(w, key);
    td_json_put_text(w, "description", spec->description);
    td_json_put_text(w, "type", spec_type_name(spec->type));
    td_json_put_text(w, "focus", spec_focus_name(spec->focus));
    put_list(w, "matched", &spec->matched);
    put_list(w, "also", &spec->also);
    td_json_put_u64(w, "completeness", spec_completeness(spec));
    td_json_put_bool(w, "ready", spec_ready(spec));
    td_json_object(w, "answers");
    for (unsigned i = 0; i < SPEC_CATEGORIES; i++)
        if (spec->answers[i].text)
            td_json_put_text(w, spec_category_name((enum spec_category)i),
                             spec->answers[i].text);
    td_json_object_end(w);
    put_entities(w, &spec->answers[SPEC_DATA].entities);
    put_questions(w, spec);
    td_json_object_end(w);
}
