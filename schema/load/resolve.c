#include "core/hex.h"
#include "schema/load/load.h"
#include "schema/value/uri.h"

/* Values and anchors looked at while references are followed: no schema that a
 * person or a tool writes comes near it.
 */
#define STEPS_MAX UINT64_C(200000000)

uint32_t schema_resource_of(struct schema_set *set, struct schema_place place)
{
    const struct schema_document *doc = &set->docs[place.doc];
    const struct td_json_value *values = doc->x->json.values;
    uint32_t found = doc->resource_of[0];
    uint32_t i = 0;

    while (i != place.at) {
        uint32_t child = i + 1;

        for (; values[child].next <= place.at; set->steps++)
            child = values[child].next;
        i = child;
        if (doc->resource_of[i])
            found = doc->resource_of[i];
    }
    return found - 1;
}

static bool find_anchor(const struct schema_set *set, uint32_t resource,
                        struct td_bytes name, struct schema_target *target)
{
    for (uint32_t i = 0; i < set->anchors_len; i++) {
        const struct schema_anchor *a = &set->anchors[i];

        if (a->resource != resource || a->name.len == 0 ||
            !td_bytes_equal(a->name, name))
            continue;
        target->place = a->place;
        target->anchored = true;
        target->dynamic |= a->dynamic;
    }
    return target->anchored;
}

bool schema_dynamic_anchor(const struct schema_set *set, uint32_t resource,
                           struct td_bytes name, struct schema_place *place)
{
    for (uint32_t i = 0; i < set->anchors_len; i++) {
        const struct schema_anchor *a = &set->anchors[i];

        if (a->resource == resource && a->dynamic &&
            td_bytes_equal(a->name, name)) {
            *place = a->place;
            return true;
        }
    }
    return false;
}

static bool find_in_resource(const struct schema_set *set, uint32_t resource,
                             struct td_buf *fragment,
                             struct schema_target *target)
{
    const struct schema_resource *r = &set->resources[resource];
    const char *text = td_buf_str(fragment);

    target->place = r->place;
    if (text[0] != '\0' && text[0] != '/')
        return find_anchor(set, resource, td_buf_bytes(fragment), target);
    target->place.at =
        td_json_pointer(&set->docs[r->place.doc].x->json, r->place.at, text);
    return target->place.at != UINT32_MAX;
}

/* The resource of a URI, loading the file it names if need be. */
static enum td_code need_resource(struct schema_set *set,
                                  struct schema_place place,
                                  struct td_bytes uri, uint32_t *resource,
                                  struct td_error *err)
{
    const struct td_jsonx *x = set->docs[place.doc].x;
    struct td_error why = {0};
    enum td_code code;
    uint32_t doc;

    *resource = schema_store_find(set, uri);
    if (*resource != SCHEMA_NONE)
        return TD_OK;
    if (set->docs_len == SCHEMA_FILES)
        return td_jsonx_fail(x, place.at, TD_LIMIT, err,
                             "more than %d schema files", SCHEMA_FILES);
    code = schema_store_load(set, uri, &doc, &why);
    if (code == TD_USAGE || code == TD_LIMIT) {
        if (err)
            *err = why;
        return code;
    }
    if (code) {
        (void)td_jsonx_fail(x, place.at, TD_USAGE, err,
                            "cannot follow the reference to \"%.*s\": %.120s",
                            (int)(uri.len < 120 ? uri.len : 120),
                            (const char *)uri.ptr, why.text);
        (void)td_error_hint(err, "%s",
                            why.hint[0] ? why.hint
                                        : "give it with --schema-map; schemas "
                                          "are never fetched from a network");
        return TD_USAGE;
    }
    *resource = set->docs[doc].resource_of[0] - 1;
    return TD_OK;
}

enum td_code schema_resolve(struct schema_set *set, struct schema_place place,
                            uint32_t resource, struct schema_target *target,
                            struct td_error *err)
{
    const struct td_jsonx *x = set->docs[place.doc].x;
    struct td_bytes text = schema_copy_text(&x->json, place.at);
    struct td_bytes base = set->resources[resource].uri;
    struct td_buf uri = {0};
    struct td_buf fragment = {0};
    uint32_t found = resource;
    enum td_code code = TD_OK;

    *target = (struct schema_target){0};
    set->steps += set->anchors_len;
    if (set->steps > STEPS_MAX)
        code = td_jsonx_fail(x, place.at, TD_LIMIT, err,
                             "too many references over too large a schema, up "
                             "to this one");
    schema_uri_resolve(&uri, base, text);
    if (code == TD_OK &&
        !td_bytes_equal(schema_uri_without_fragment(td_buf_bytes(&uri)), base))
        code = need_resource(set, place,
                             schema_uri_without_fragment(td_buf_bytes(&uri)),
                             &found, err);
    if (code == TD_OK &&
        (td_percent_decode(&fragment, schema_uri_fragment(text)) ||
         !find_in_resource(set, found, &fragment, target))) {
        code = td_jsonx_fail(x, place.at, TD_USAGE, err,
                             "the reference \"%.120s\" leads nowhere",
                             (const char *)text.ptr);
        (void)td_error_hint(err, "point it at a schema that is there");
    }
    if (code == TD_OK && target->place.at == 0)
        code =
            schema_check_kind(set->docs[target->place.doc].x, x, place.at, err);
    td_buf_release(&uri);
    td_buf_release(&fragment);
    schema_free_bytes(&text);
    return code;
}
