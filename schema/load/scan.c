#include "core/mem.h"
#include "schema/load/load.h"
#include "schema/value/uri.h"

#include <stdlib.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

#define DRAFT_2020 "https://json-schema.org/draft/2020-12/schema"

/* Where schemas stand within a schema: as the value of a keyword, in a list, or
 * as the members of an object.
 */
enum shape { ONE = 1, LIST = 2, MAP = 4 };

static const struct {
    const char *keyword;
    unsigned shape;
    unsigned drafts;
} holders[] = {
    {"additionalProperties", ONE, SCHEMA_EVERY},
    {"additionalItems", ONE, SCHEMA_UNTIL(SCHEMA_DRAFT_2019)},
    {"items", ONE | LIST, SCHEMA_UNTIL(SCHEMA_DRAFT_2019)},
    {"items", ONE, SCHEMA_IN(SCHEMA_DRAFT_2020)},
    {"prefixItems", LIST, SCHEMA_IN(SCHEMA_DRAFT_2020)},
    {"propertyNames", ONE, SCHEMA_FROM(SCHEMA_DRAFT_6)},
    {"contains", ONE, SCHEMA_FROM(SCHEMA_DRAFT_6)},
    {"not", ONE, SCHEMA_EVERY},
    {"if", ONE, SCHEMA_FROM(SCHEMA_DRAFT_7)},
    {"then", ONE, SCHEMA_FROM(SCHEMA_DRAFT_7)},
    {"else", ONE, SCHEMA_FROM(SCHEMA_DRAFT_7)},
    {"unevaluatedItems", ONE, SCHEMA_FROM(SCHEMA_DRAFT_2019)},
    {"unevaluatedProperties", ONE, SCHEMA_FROM(SCHEMA_DRAFT_2019)},
    {"contentSchema", ONE, SCHEMA_FROM(SCHEMA_DRAFT_2019)},
    {"allOf", LIST, SCHEMA_EVERY},
    {"anyOf", LIST, SCHEMA_EVERY},
    {"oneOf", LIST, SCHEMA_EVERY},
    {"properties", MAP, SCHEMA_EVERY},
    {"patternProperties", MAP, SCHEMA_EVERY},
    {"definitions", MAP, SCHEMA_EVERY},
    {"$defs", MAP, SCHEMA_EVERY},
    {"dependencies", MAP, SCHEMA_EVERY},
    {"dependentSchemas", MAP, SCHEMA_FROM(SCHEMA_DRAFT_2019)},
};

struct scan {
    struct schema_set *set;
    uint32_t doc;
    struct td_buf todo; /* struct scan_item */
    struct td_error *err;
};

struct scan_item {
    uint32_t at;
    uint32_t resource;
};

static const struct td_jsonx *document(const struct scan *s)
{
    return s->set->docs[s->doc].x;
}

static enum schema_draft draft_of(const struct scan *s, uint32_t resource)
{
    return s->set->dialects[s->set->resources[resource].dialect].draft;
}

/* The string value of a keyword, copied; ptr is NULL if there is none. */
static struct td_bytes keyword_text(const struct scan *s, uint32_t at,
                                    const char *keyword)
{
    const struct td_json_doc *json = &document(s)->json;
    uint32_t value = td_json_member(json, at, td_text(keyword));

    if (value == 0 || json->values[value].kind != TD_JSON_STRING)
        return td_bytes(NULL, 0);
    return schema_copy_text(json, value);
}

/* What "$schema" at `at` says; *dialect stays without it. */
static enum td_code read_dialect(struct scan *s, uint32_t at, uint32_t *dialect)
{
    const struct td_jsonx *x = document(s);
    struct td_bytes text = keyword_text(s, at, "$schema");
    struct td_error why = {0};
    enum td_code code = TD_OK;

    if (text.ptr)
        code = schema_dialect_find(s->set, text, dialect, &why);
    if (code && code != TD_LIMIT) {
        code = td_jsonx_fail(
            x, td_json_member(&x->json, at, td_text("$schema")), TD_USAGE,
            s->err, "the dialect \"%.120s\" is not known: %s%s%.160s",
            (const char *)text.ptr, why.where, why.where[0] ? ": " : "",
            why.text);
        (void)td_error_hint(s->err,
                            "use %s or give its metaschema with "
                            "--schema-map",
                            DRAFT_2020);
    }
    schema_free_bytes(&text);
    return code;
}

enum td_code schema_default_dialect(struct schema_set *set, uint32_t *dialect,
                                    struct td_error *err)
{
    const char *uri = set->how.dialect ? set->how.dialect : DRAFT_2020;
    struct td_error why = {0};

    if (schema_dialect_find(set, td_text(uri), dialect, &why) == TD_OK)
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, "default dialect", 0,
                       "\"%.120s\" is not known: %.160s", uri, why.text);
    return td_error_hint(err, "use %s", DRAFT_2020);
}

/* An $id: a URI, and in drafts up to 7 perhaps an anchor behind it. */
static enum td_code enter_id(struct scan *s, struct scan_item *item,
                             struct td_bytes id)
{
    const struct schema_resource *outer = &s->set->resources[item->resource];
    struct td_bytes fragment = schema_uri_fragment(id);
    bool old = draft_of(s, item->resource) <= SCHEMA_DRAFT_7;
    struct schema_place place = {s->doc, item->at};
    uint32_t dialect = outer->dialect;
    enum td_code code = TD_OK;
    struct td_buf uri = {0};

    if (schema_uri_without_fragment(id).len > 0) {
        code = read_dialect(s, item->at, &dialect);
        schema_uri_resolve(&uri, outer->uri, id);
        /* A root whose $id is the URI it was loaded from is one resource. */
        if (code == TD_OK &&
            (outer->place.at != item->at ||
             !td_bytes_equal(outer->uri,
                             schema_uri_without_fragment(td_buf_bytes(&uri)))))
            item->resource = schema_store_resource(s->set, td_buf_bytes(&uri),
                                                   place, dialect);
        td_buf_release(&uri);
    }
    if (old && fragment.len > 0)
        schema_store_anchor(s->set, item->resource, place, fragment, false);
    return code;
}

static void enter_anchors(struct scan *s, const struct scan_item *item)
{
    const struct td_json_doc *json = &document(s)->json;
    enum schema_draft draft = draft_of(s, item->resource);
    struct schema_place place = {s->doc, item->at};
    uint32_t recursive =
        td_json_member(json, item->at, td_text("$recursiveAnchor"));
    bool is_root = s->set->resources[item->resource].place.at == item->at;

    if (draft < SCHEMA_DRAFT_2019)
        return;
    for (int i = 0; i < 2; i++) {
        struct td_bytes name =
            keyword_text(s, item->at, i ? "$dynamicAnchor" : "$anchor");

        if (name.ptr && (i == 0 || draft == SCHEMA_DRAFT_2020))
            schema_store_anchor(s->set, item->resource, place, name, i == 1);
        schema_free_bytes(&name);
    }
    if (draft == SCHEMA_DRAFT_2019 && is_root && recursive &&
        json->values[recursive].kind == TD_JSON_TRUE)
        schema_store_anchor(s->set, item->resource, place, td_bytes("", 0),
                            true);
}

static enum td_code enter_schema(struct scan *s, struct scan_item *item)
{
    const struct td_json_doc *json = &document(s)->json;
    enum schema_draft draft = draft_of(s, item->resource);
    bool ref = td_json_member(json, item->at, td_text("$ref")) != 0;
    struct td_bytes id =
        keyword_text(s, item->at, draft == SCHEMA_DRAFT_4 ? "id" : "$id");
    enum td_code code = TD_OK;

    if (id.ptr && !(ref && draft <= SCHEMA_DRAFT_7))
        code = enter_id(s, item, id);
    schema_free_bytes(&id);
    s->set->docs[s->doc].resource_of[item->at] = item->resource + 1;
    if (code == TD_OK)
        enter_anchors(s, item);
    return code;
}

static void plan(struct scan *s, uint32_t at, uint32_t resource)
{
    struct scan_item item = {at, resource};

    (void)td_buf_add(&s->todo, &item, sizeof(item));
}

/* All values of an array, or all member values of an object. */
static void plan_children(struct scan *s, uint32_t at, uint32_t resource)
{
    const struct td_json_doc *json = &document(s)->json;
    uint32_t object = json->values[at].kind == TD_JSON_OBJECT;

    for (uint32_t i = at + 1 + object; i < json->values[at].next;
         i = json->values[i].next + object)
        plan(s, i, resource);
}

static void plan_within(struct scan *s, struct scan_item item)
{
    const struct td_json_doc *json = &document(s)->json;
    enum schema_draft draft = draft_of(s, item.resource);

    for (size_t i = 0; i < LEN(holders); i++) {
        uint32_t v;

        if (!(holders[i].drafts & SCHEMA_IN(draft)))
            continue;
        v = td_json_member(json, item.at, td_text(holders[i].keyword));
        if (v == 0)
            continue;
        if (json->values[v].kind == TD_JSON_ARRAY && holders[i].shape & LIST)
            plan_children(s, v, item.resource);
        if (json->values[v].kind != TD_JSON_OBJECT)
            continue;
        if (holders[i].shape & MAP)
            plan_children(s, v, item.resource);
        else if (holders[i].shape & ONE)
            plan(s, v, item.resource);
    }
}

static enum td_code scan_all(struct scan *s)
{
    const struct td_json_doc *json = &document(s)->json;
    enum td_code code = TD_OK;

    while (s->todo.len > 0 && code == TD_OK) {
        struct scan_item item;

        s->todo.len -= sizeof(item);
        memcpy(&item, s->todo.ptr + s->todo.len, sizeof(item));
        if (json->values[item.at].kind != TD_JSON_OBJECT)
            continue;
        code = enter_schema(s, &item);
        if (code == TD_OK)
            plan_within(s, item);
    }
    return code;
}

enum td_code schema_scan(struct schema_set *set, struct schema_place place,
                         struct td_bytes uri, struct td_error *err)
{
    struct scan s = {.set = set, .doc = place.doc, .err = err};
    uint32_t resource;
    uint32_t dialect;
    enum td_code code = schema_default_dialect(set, &dialect, err);

    if (code == TD_OK)
        code = read_dialect(&s, place.at, &dialect);
    if (code)
        return code;
    resource = schema_store_resource(set, uri, place, dialect);
    set->docs[place.doc].resource_of[place.at] = resource + 1;
    plan(&s, place.at, resource);
    code = scan_all(&s);
    td_buf_release(&s.todo);
    return code;
}
