/* References in definitions that nobody uses. No node is made of these, but one
 * that leads nowhere is a slip of the pen, found before the definition is used.
 */
#include "schema/load/load.h"
#include "schema/value/uri.h"

/* True if somebody can say whether the reference leads anywhere: what it names
 * is at hand, or a file. An address that was not given may be right.
 */
static bool can_follow(const struct schema_set *set, uint32_t resource,
                       struct td_bytes text)
{
    struct td_bytes base = set->resources[resource].uri;
    struct td_buf uri = {0};
    bool can;

    schema_uri_resolve(&uri, base, text);
    can = schema_store_can_load(
        set, schema_uri_without_fragment(td_buf_bytes(&uri)));
    td_buf_release(&uri);
    return can;
}

static enum td_code follow(struct schema_set *set, struct schema_place place,
                           uint32_t resource, struct td_error *err)
{
    const struct td_json_doc *json = &set->docs[place.doc].x->json;
    struct schema_target target;
    enum td_code code = TD_OK;
    struct td_bytes text;

    if (place.at == 0 || json->values[place.at].kind != TD_JSON_STRING)
        return TD_OK;
    text = schema_copy_text(json, place.at);
    if (can_follow(set, resource, text))
        code = schema_resolve(set, place, resource, &target, err);
    schema_free_bytes(&text);
    return code;
}

/* The references of one schema, which is an object. */
static enum td_code follow_both(struct schema_set *set,
                                struct schema_place place, uint32_t resource,
                                struct td_error *err)
{
    const struct td_json_doc *json = &set->docs[place.doc].x->json;
    uint32_t ref = td_json_member(json, place.at, td_text("$ref"));
    uint32_t dynamic = 0;
    enum td_code code;

    if (set->dialects[set->resources[resource].dialect].draft ==
        SCHEMA_DRAFT_2020)
        dynamic = td_json_member(json, place.at, td_text("$dynamicRef"));
    code = follow(set, (struct schema_place){place.doc, ref}, resource, err);
    return code ? code
                : follow(set, (struct schema_place){place.doc, dynamic},
                         resource, err);
}

enum td_code schema_follow_unused(struct schema_set *set,
                                  struct schema_place place,
                                  struct td_error *err)
{
    uint32_t end = set->docs[place.doc].x->json.values[place.at].next;
    enum td_code code = TD_OK;

    for (uint32_t i = place.at; i < end && code == TD_OK; i++) {
        const struct schema_document *doc = &set->docs[place.doc];

        if (doc->resource_of[i] && !doc->node_of[i] &&
            doc->x->json.values[i].kind == TD_JSON_OBJECT)
            code = follow_both(set, (struct schema_place){place.doc, i},
                               doc->resource_of[i] - 1, err);
    }
    return code;
}
