/* Words in schemas that mean nothing there: most are slips of the pen, and a
 * keyword that is not known is passed over.
 */
#include "core/mem.h"
#include "core/suggest.h"
#include "schema/schema_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Keywords, by the drafts that have them. JSON Schema Core and Validation of
 * each draft; annotations count in all of them, and so do those that OpenAPI
 * and AsyncAPI add.
 */
static const struct {
    const char *name;
    unsigned drafts;
    bool note; /* an annotation, or a place for schemas: refuses nothing */
} words[] = {
    {"$schema", SCHEMA_EVERY, true},
    {"$id", SCHEMA_FROM(SCHEMA_DRAFT_6), true},
    {"id", SCHEMA_IN(SCHEMA_DRAFT_4), true},
    {"$ref", SCHEMA_EVERY, true},
    {"$anchor", SCHEMA_FROM(SCHEMA_DRAFT_2019), true},
    {"$dynamicAnchor", SCHEMA_IN(SCHEMA_DRAFT_2020), true},
    {"$dynamicRef", SCHEMA_IN(SCHEMA_DRAFT_2020), false},
    {"$recursiveAnchor", SCHEMA_IN(SCHEMA_DRAFT_2019), true},
    {"$recursiveRef", SCHEMA_IN(SCHEMA_DRAFT_2019), false},
    {"$vocabulary", SCHEMA_FROM(SCHEMA_DRAFT_2019), true},
    {"$comment", SCHEMA_EVERY, true},
    {"$defs", SCHEMA_EVERY, true},
    {"definitions", SCHEMA_EVERY, true},
    {"title", SCHEMA_EVERY, true},
    {"description", SCHEMA_EVERY, true},
    {"default", SCHEMA_EVERY, true},
    {"examples", SCHEMA_EVERY, true},
    {"deprecated", SCHEMA_EVERY, true},
    {"readOnly", SCHEMA_EVERY, true},
    {"writeOnly", SCHEMA_EVERY, true},
    {"example", SCHEMA_EVERY, true},
    {"externalDocs", SCHEMA_EVERY, true},
    {"discriminator", SCHEMA_EVERY, true},
    {"xml", SCHEMA_EVERY, true},
    {"type", SCHEMA_EVERY, false},
    {"enum", SCHEMA_EVERY, false},
    {"const", SCHEMA_FROM(SCHEMA_DRAFT_6), false},
    {"minimum", SCHEMA_EVERY, false},
    {"maximum", SCHEMA_EVERY, false},
    {"exclusiveMinimum", SCHEMA_EVERY, false},
    {"exclusiveMaximum", SCHEMA_EVERY, false},
    {"multipleOf", SCHEMA_EVERY, false},
    {"minLength", SCHEMA_EVERY, false},
    {"maxLength", SCHEMA_EVERY, false},
    {"pattern", SCHEMA_EVERY, false},
    {"format", SCHEMA_EVERY, false},
    {"contentEncoding", SCHEMA_FROM(SCHEMA_DRAFT_7), false},
    {"contentMediaType", SCHEMA_FROM(SCHEMA_DRAFT_7), false},
    {"contentSchema", SCHEMA_FROM(SCHEMA_DRAFT_2019), true},
    {"items", SCHEMA_EVERY, false},
    {"prefixItems", SCHEMA_IN(SCHEMA_DRAFT_2020), false},
    {"additionalItems", SCHEMA_UNTIL(SCHEMA_DRAFT_2019), false},
    {"unevaluatedItems", SCHEMA_FROM(SCHEMA_DRAFT_2019), false},
    {"contains", SCHEMA_FROM(SCHEMA_DRAFT_6), false},
    {"minContains", SCHEMA_FROM(SCHEMA_DRAFT_2019), false},
    {"maxContains", SCHEMA_FROM(SCHEMA_DRAFT_2019), false},
    {"minItems", SCHEMA_EVERY, false},
    {"maxItems", SCHEMA_EVERY, false},
    {"uniqueItems", SCHEMA_EVERY, false},
    {"properties", SCHEMA_EVERY, false},
    {"patternProperties", SCHEMA_EVERY, false},
    {"additionalProperties", SCHEMA_EVERY, false},
    {"unevaluatedProperties", SCHEMA_FROM(SCHEMA_DRAFT_2019), false},
    {"propertyNames", SCHEMA_FROM(SCHEMA_DRAFT_6), false},
    {"required", SCHEMA_EVERY, false},
    {"minProperties", SCHEMA_EVERY, false},
    {"maxProperties", SCHEMA_EVERY, false},
    {"dependencies", SCHEMA_EVERY, false},
    {"dependentRequired", SCHEMA_FROM(SCHEMA_DRAFT_2019), false},
    {"dependentSchemas", SCHEMA_FROM(SCHEMA_DRAFT_2019), false},
    {"allOf", SCHEMA_EVERY, false},
    {"anyOf", SCHEMA_EVERY, false},
    {"oneOf", SCHEMA_EVERY, false},
    {"not", SCHEMA_EVERY, false},
    {"if", SCHEMA_FROM(SCHEMA_DRAFT_7), false},
    {"then", SCHEMA_FROM(SCHEMA_DRAFT_7), false},
    {"else", SCHEMA_FROM(SCHEMA_DRAFT_7), false},
};

static const char *const draft_names[] = {
    [SCHEMA_DRAFT_4] = "draft 4",    [SCHEMA_DRAFT_6] = "draft 6",
    [SCHEMA_DRAFT_7] = "draft 7",    [SCHEMA_DRAFT_2019] = "2019-09",
    [SCHEMA_DRAFT_2020] = "2020-12",
};

/* Who hears of it, and the schema at hand. */
struct words {
    const struct schema_set *set;
    const struct td_jsonx *x;
    const struct schema_dialect *dialect;
    bool hidden; /* $ref hides what stands beside it */
    void (*report)(void *self, const struct td_error *what);
    void *self;
};

static const char *nearest(const char *name, enum schema_draft draft)
{
    struct td_suggestion near = {.word = name};

    for (size_t i = 0; i < LEN(words); i++) {
        if (words[i].drafts & SCHEMA_IN(draft))
            td_suggest(&near, words[i].name);
    }
    return near.best;
}

static void tell(const struct words *w, uint32_t key, const char *why,
                 const char *hint)
{
    struct td_error what = {0};
    struct td_buf name = {0};

    (void)td_json_unescape(&name, td_json_inner(&w->x->json, key));
    (void)td_jsonx_fail(w->x, key, TD_OK, &what, "\"%.80s\" %s",
                        td_buf_str(&name), why);
    if (hint)
        (void)td_error_hint(&what, "%s", hint);
    w->report(w->self, &what);
    td_buf_release(&name);
}

static void tell_unknown(const struct words *w, uint32_t key)
{
    struct td_buf name = {0};
    char hint[80] = "leave it out, or begin it with x- if it is a note";
    const char *near;

    (void)td_json_unescape(&name, td_json_inner(&w->x->json, key));
    near = nearest(td_buf_str(&name), w->dialect->draft);
    if (near)
        (void)snprintf(hint, sizeof(hint), "did you mean %s?", near);
    tell(w, key, "is no keyword of JSON Schema and refuses nothing", hint);
    td_buf_release(&name);
}

static void tell_draft(const struct words *w, uint32_t key, unsigned drafts)
{
    char why[100];
    char hint[80];
    int draft = 0;

    while (!(drafts & SCHEMA_IN(draft)))
        draft++;
    (void)snprintf(why, sizeof(why),
                   "is no keyword of %s, which this schema is of",
                   draft_names[w->dialect->draft]);
    (void)snprintf(hint, sizeof(hint), "say $schema of %s%s",
                   draft_names[draft],
                   drafts & SCHEMA_IN(SCHEMA_DRAFT_2020) ? " or later" : "");
    tell(w, key, why, hint);
}

/* An annotation that nobody else reads. */
static bool is_note(struct td_bytes name)
{
    return name.len > 1 && (name.ptr[0] | 0x20) == 'x' && name.ptr[1] == '-';
}

static void look_at_word(const struct words *w, uint32_t key)
{
    const struct td_json_doc *json = &w->x->json;

    for (size_t i = 0; i < LEN(words); i++) {
        if (!td_json_string_is(json, key, td_text(words[i].name)))
            continue;
        if (!(words[i].drafts & SCHEMA_IN(w->dialect->draft)))
            tell_draft(w, key, words[i].drafts);
        else if (w->hidden && !words[i].note)
            tell(w, key, "stands beside $ref and does not count before 2019-09",
                 "put both into allOf");
        return;
    }
    if (!is_note(td_json_inner(json, key)))
        tell_unknown(w, key);
}

static void look_at_schema(struct words *w, uint32_t at)
{
    const struct td_json_doc *json = &w->x->json;
    uint32_t ref = td_json_member(json, at, td_text("$ref"));

    w->hidden = ref && json->values[ref].kind == TD_JSON_STRING &&
                w->dialect->draft <= SCHEMA_DRAFT_7;
    for (uint32_t key = at + 1; key < json->values[at].next;
         key = json->values[key + 1].next)
        look_at_word(w, key);
}

static int compare_places(const void *a, const void *b)
{
    const struct schema_node *x = *(const struct schema_node *const *)a;
    const struct schema_node *y = *(const struct schema_node *const *)b;

    if (x->place.doc != y->place.doc)
        return x->place.doc < y->place.doc ? -1 : 1;
    return x->place.at < y->place.at ? -1 : x->place.at > y->place.at;
}

/* Nodes in the order of documents and lines; the caller frees the list. */
static const struct schema_node **in_order(const struct schema_set *set)
{
    const struct schema_node **list =
        td_calloc((size_t)set->nodes_len + 1, sizeof(const void *));

    for (uint32_t i = 0; i < set->nodes_len; i++)
        list[i] = &set->nodes[i];
    qsort(list, set->nodes_len, sizeof(const void *), compare_places);
    return list;
}

void schema_set_doubts(const struct schema_set *set,
                       void (*report)(void *self, const struct td_error *),
                       void *self)
{
    const struct schema_node **list = in_order(set);
    struct words w = {.set = set, .report = report, .self = self};

    for (uint32_t i = 0; i < set->nodes_len; i++) {
        const struct schema_document *doc = &set->docs[list[i]->place.doc];

        w.x = doc->x;
        w.dialect = &set->dialects[set->resources[list[i]->resource].dialect];
        if (!w.dialect->open && !schema_meta_text(doc->uri).ptr &&
            (list[i]->place.at > 0 ||
             schema_check_kind(w.x, w.x, 0, NULL) == TD_OK) &&
            w.x->json.values[list[i]->place.at].kind == TD_JSON_OBJECT)
            look_at_schema(&w, list[i]->place.at);
    }
    free(list);
}
