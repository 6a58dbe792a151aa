#include "validator/check/declared.h"

#include "schema/value/pointer.h"
#include "validator/verdict/fields.h"
#include "validator/verdict/lens.h"

struct walk {
    const struct td_json_doc *json;
    struct verdict_lens *lens;
    struct td_bytes name; /* of the event */
    struct td_buf path;
};

static bool is_object(const struct walk *w, uint32_t at)
{
    return w->json->values[at].kind == TD_JSON_OBJECT;
}

/* The kinds that one word of `type` lets in. */
static unsigned kind_of(const struct walk *w, uint32_t at)
{
    static const struct {
        const char *word;
        unsigned kinds;
    } rows[] = {
        {"null", 1u << TD_JSON_NULL},
        {"boolean", 1u << TD_JSON_FALSE | 1u << TD_JSON_TRUE},
        {"number", 1u << TD_JSON_NUMBER},
        {"integer", 1u << TD_JSON_NUMBER},
        {"string", 1u << TD_JSON_STRING},
        {"array", 1u << TD_JSON_ARRAY},
        {"object", 1u << TD_JSON_OBJECT},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (w->json->values[at].kind == TD_JSON_STRING &&
            td_json_string_is(w->json, at, td_text(rows[i].word)))
            return rows[i].kinds;
    return 0;
}

static unsigned kinds_of(const struct walk *w, uint32_t schema)
{
    uint32_t type = td_json_member(w->json, schema, td_text("type"));
    unsigned kinds = 0;

    if (!type || w->json->values[type].kind != TD_JSON_ARRAY)
        return type ? kind_of(w, type) : 0;
    for (uint32_t i = type + 1; i < w->json->values[type].next;
         i = w->json->values[i].next)
        kinds |= kind_of(w, i);
    return kinds;
}

/* NOLINTBEGIN(misc-no-recursion): as deep as the document. */

static void walk(struct walk *w, uint32_t schema, unsigned deep);

static void walk_child(struct walk *w, uint32_t schema, struct td_bytes key,
                       unsigned deep)
{
    size_t before = w->path.len;

    if (deep == VERDICT_FIELDS_DEEP)
        return;
    schema_pointer_token(&w->path, key);
    verdict_lens_expect(w->lens, w->name, td_buf_str(&w->path),
                        is_object(w, schema) ? kinds_of(w, schema) : 0);
    walk(w, schema, deep + 1);
    w->path.len = before;
    (void)td_buf_str(&w->path);
}

static void walk_properties(struct walk *w, uint32_t list, unsigned deep)
{
    for (uint32_t key = list + 1; key < w->json->values[list].next;
         key = w->json->values[key + 1].next) {
        struct td_buf name = {0};

        (void)td_json_unescape(&name, td_json_inner(w->json, key));
        /* false: it may not be there */
        if (w->json->values[key + 1].kind != TD_JSON_FALSE)
            walk_child(w, key + 1, td_buf_bytes(&name), deep);
        td_buf_release(&name);
    }
}

static void walk(struct walk *w, uint32_t schema, unsigned deep)
{
    static const char *const lists[] = {"allOf", "anyOf", "oneOf"};
    uint32_t at;

    if (!is_object(w, schema))
        return;
    at = td_json_member(w->json, schema, td_text("properties"));
    if (at && is_object(w, at))
        walk_properties(w, at, deep);
    at = td_json_member(w->json, schema, td_text("items"));
    if (at && is_object(w, at))
        walk_child(w, at, td_text("*"), deep);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        at = td_json_member(w->json, schema, td_text(lists[i]));
        if (!at || w->json->values[at].kind != TD_JSON_ARRAY)
            continue;
        for (uint32_t part = at + 1; part < w->json->values[at].next;
             part = w->json->values[part].next)
            walk(w, part, deep);
    }
}

/* NOLINTEND(misc-no-recursion) */

static void tell(const struct check_contract_event *e,
                 struct verdict_lens *lens)
{
    struct walk w = {.lens = lens, .name = e->name};
    bool renamed = e->aliases && !e->on_wire;
    uint32_t schema;

    verdict_lens_expect(lens, e->name, NULL, 0);
    if (!e->doc || e->form != CHECK_FORM_JSON || renamed)
        return;
    w.json = &e->doc->json;
    schema = td_json_member(w.json, e->source, td_text("schema"));
    if (schema)
        walk(&w, schema, 0);
    td_buf_release(&w.path);
}

void check_declared_tell(const struct check_contract *contract,
                         const char *dialect, struct verdict_lens *lens)
{
    const struct check_contract_event *events =
        check_contract_events(contract, dialect);

    for (uint32_t i = 0; i < contract->events_len; i++)
        tell(&events[i], lens);
}
