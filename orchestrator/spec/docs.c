#include "orchestrator/spec/docs.h"

#include "core/json_writer.h"
#include "orchestrator/spec/facts.h"

#include <string.h>

typedef void facts_fn(const struct spec *spec, struct spec_facts *facts);

struct section {
    const char *key;   /* in JSON */
    const char *title; /* in Markdown */
    facts_fn *facts;
    const char *none; /* what Markdown says when there are none */
};

static const struct {
    const char *name;
    const char *title;
    struct section sections[6];
} documents[SPEC_DOCS] = {
    [SPEC_SPECIFICATION] = {"specification",
                            "Specification",
                            {{"open", "Not answered", spec_open,
                              "All is answered."},
                             {NULL, NULL, NULL, NULL}}},
    [SPEC_REQUIREMENTS] =
        {"requirements",
         "Requirements analysis",
         {{"functions", "What it must do", spec_functions,
           "Nothing was answered."},
          {"qualities", "What it must keep", spec_qualities,
           "Nothing was answered."},
          {"assumptions", "Assumed", spec_assumptions, "Nothing."},
          {"open", "Not answered", spec_open, "All is answered."},
          {"risks", "Risks", spec_risks, "None that follow from the answers."},
          {NULL, NULL, NULL, NULL}}},
    [SPEC_ARCHITECTURE] = {"architecture",
                           "Architecture sketch",
                           {{"parts", "Parts", spec_parts, ""},
                            {"decisions", "What follows", spec_decisions, ""},
                            {NULL, NULL, NULL, NULL}}},
};

const char *spec_doc_name(enum spec_doc which)
{
    return documents[which].name;
}

/* ---- JSON ---- */

static void put_facts(struct td_json_writer *w, const struct spec *spec,
                      const struct section *section)
{
    struct spec_facts facts = {0};

    section->facts(spec, &facts);
    td_json_array(w, section->key);
    for (size_t i = 0; i < facts.len; i++) {
        td_json_object(w, NULL);
        if (*facts.list[i].id)
            td_json_put_text(w, "id", facts.list[i].id);
        td_json_put_text(w, section->facts == spec_parts ? "name" : "from",
                         facts.list[i].from);
        td_json_put_text(w, "text", facts.list[i].text);
        td_json_object_end(w);
    }
    td_json_array_end(w);
    spec_facts_release(&facts);
}

static void put_items(struct td_json_writer *w, const char *key,
                      const struct spec_list *list)
{
    td_json_array(w, key);
    for (size_t i = 0; i < list->len; i++)
        td_json_put_text(w, NULL, list->items[i]);
    td_json_array_end(w);
}

static void put_answer(struct td_json_writer *w, const struct spec *spec,
                       enum spec_category category)
{
    const struct spec_answer *a = &spec->answers[category];

    td_json_object(w, spec_category_name(category));
    td_json_put_text(w, "text", a->text);
    if (a->list.len > 0)
        put_items(w, "items", &a->list);
    if (category == SPEC_AUTHENTICATION)
        td_json_put_text(w, "auth", spec_auth_name(a->auth));
    if (category == SPEC_SCALES) {
        td_json_put_text(w, "level", spec_level_name(a->level));
        td_json_put_u64(w, "amount", a->amount);
        td_json_put_bool(w, "per_second", a->per_second);
    }
    if (category == SPEC_TIME && a->when == SPEC_DURATION)
        td_json_put_u64(w, "days", a->days);
    if (category == SPEC_TIME && a->when == SPEC_DAY)
        td_json_put_text(w, "date", a->date);
    td_json_object_end(w);
}

static void put_fields(struct td_json_writer *w, const struct spec_entity *e)
{
    td_json_array(w, "fields");
    for (size_t k = 0; k < e->len; k++) {
        const struct spec_field *f = &e->fields[k];

        td_json_object(w, NULL);
        td_json_put_text(w, "name", f->name);
        td_json_put_text(w, "type", spec_field_type_word(f->type));
        td_json_put_bool(w, "optional", f->optional);
        if (f->most != 0 || f->least != 0) {
            td_json_put_i64(w, "least", f->least);
            td_json_put_i64(w, "most", f->most);
        }
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

static void put_entities(struct td_json_writer *w, const struct spec *spec)
{
    const struct spec_entities *data = &spec->answers[SPEC_DATA].entities;

    td_json_array(w, "entities");
    for (size_t i = 0; i < data->len; i++) {
        td_json_object(w, NULL);
        td_json_put_text(w, "name", data->list[i].name);
        put_fields(w, &data->list[i]);
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

void spec_doc_json(const struct spec *spec, enum spec_doc which,
                   struct td_buf *out)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "document", documents[which].name);
    td_json_put_text(&w, "description", spec->description);
    td_json_put_text(&w, "type", spec_type_name(spec->type));
    put_items(&w, "matched", &spec->matched);
    td_json_put_u64(&w, "completeness", spec_completeness(spec));
    td_json_put_bool(&w, "ready", spec_ready(spec));
    if (which == SPEC_SPECIFICATION) {
        td_json_object(&w, "answers");
        for (unsigned i = 0; i < SPEC_CATEGORIES; i++)
            if (spec->answers[i].text)
                put_answer(&w, spec, (enum spec_category)i);
        td_json_object_end(&w);
    }
    if (which != SPEC_REQUIREMENTS)
        put_entities(&w, spec);
    for (const struct section *s = documents[which].sections; s->key; s++)
        put_facts(&w, spec, s);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

/* ---- Markdown ---- */

/* Text that somebody wrote, on one line and without markup of its own. */
static void add_plain(struct td_buf *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\`*_{}[]<>#|~", *text))
            (void)td_buf_add_text(out, "\\");
        (void)td_buf_add_byte(out, (uint8_t)(*text == '\n' ? ' ' : *text));
    }
}

static void add_facts(struct td_buf *out, const struct spec *spec,
                      const struct section *section)
{
    struct spec_facts facts = {0};

    section->facts(spec, &facts);
    (void)td_buf_addf(out, "\n## %s\n\n", section->title);
    if (facts.len == 0)
        (void)td_buf_addf(out, "%s\n", section->none);
    for (size_t i = 0; i < facts.len; i++) {
        const struct spec_fact *f = &facts.list[i];
        bool part = section->facts == spec_parts;

        (void)td_buf_addf(out, "- %s%s", f->id, *f->id ? " " : "");
        add_plain(out, part ? f->from : f->text);
        (void)td_buf_add_text(out, part ? ": " : " (");
        add_plain(out, part ? f->text : f->from);
        (void)td_buf_add_text(out, part ? "\n" : ")\n");
    }
    spec_facts_release(&facts);
}

static void add_answers(struct td_buf *out, const struct spec *spec)
{
    (void)td_buf_add_text(out, "\n## Answered\n\n");
    for (unsigned i = 0; i < SPEC_CATEGORIES; i++) {
        if (!spec->answers[i].text)
            continue;
        (void)td_buf_addf(out,
                          "- %s: ", spec_category_name((enum spec_category)i));
        add_plain(out, spec->answers[i].text);
        (void)td_buf_add_text(out, "\n");
    }
}

static void add_entities(struct td_buf *out, const struct spec *spec)
{
    const struct spec_entities *data = &spec->answers[SPEC_DATA].entities;

    for (size_t i = 0; i < data->len; i++) {
        const struct spec_entity *e = &data->list[i];

        (void)td_buf_addf(out,
                          "\n### %s\n\n| field | type | least | most | |\n"
                          "|---|---|---|---|---|\n",
                          e->name);
        for (size_t k = 0; k < e->len; k++) {
            const struct spec_field *f = &e->fields[k];

            (void)td_buf_addf(out, "| %s | %s | ", f->name,
                              spec_field_type_word(f->type));
            if (f->least != 0 || f->most != 0)
                (void)td_buf_addf(out, "%lld | %lld", (long long)f->least,
                                  (long long)f->most);
            else
                (void)td_buf_add_text(out, " | ");
            (void)td_buf_addf(out, " | %s |\n",
                              f->optional ? "may be missing" : "");
        }
    }
}

/* The parts in a row, and the data, as Mermaid draws them. */
static void add_pictures(struct td_buf *out, const struct spec *spec)
{
    const struct spec_entities *data = &spec->answers[SPEC_DATA].entities;
    struct spec_facts parts = {0};

    spec_parts(spec, &parts);
    (void)td_buf_add_text(out, "\n```mermaid\nflowchart LR\n  caller");
    for (size_t i = 0; i < parts.len; i++)
        (void)td_buf_addf(out, " --> p%zu[\"%s\"]", i + 1, parts.list[i].from);
    (void)td_buf_add_text(out, "\n```\n");
    spec_facts_release(&parts);
    if (data->len == 0)
        return;
    (void)td_buf_add_text(out, "\n```mermaid\nerDiagram\n");
    for (size_t i = 0; i < data->len; i++) {
        (void)td_buf_addf(out, "  %s {\n    integer id PK\n",
                          data->list[i].name);
        for (size_t k = 0; k < data->list[i].len; k++)
            (void)td_buf_addf(
                out, "    %s %s\n",
                spec_field_type_word(data->list[i].fields[k].type),
                data->list[i].fields[k].name);
        (void)td_buf_add_text(out, "  }\n");
    }
    (void)td_buf_add_text(out, "```\n");
}

void spec_doc_markdown(const struct spec *spec, enum spec_doc which,
                       struct td_buf *out)
{
    (void)td_buf_addf(out, "# %s\n\n", documents[which].title);
    add_plain(out, spec->description);
    (void)td_buf_addf(out, "\n\nType %s; %u %% complete; %s.\n",
                      spec_type_name(spec->type), spec_completeness(spec),
                      spec_ready(spec) ? "ready" : "not ready");
    if (which == SPEC_SPECIFICATION)
        add_answers(out, spec);
    for (const struct section *s = documents[which].sections; s->key; s++)
        add_facts(out, spec, s);
    if (which == SPEC_ARCHITECTURE)
        add_pictures(out, spec);
    if (which == SPEC_SPECIFICATION &&
        spec->answers[SPEC_DATA].entities.len > 0) {
        (void)td_buf_add_text(out, "\n## Data\n");
        add_entities(out, spec);
    }
}
