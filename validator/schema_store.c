#include "core/mem.h"
#include "validator/schema_int.h"
#include "validator/uri.h"

#include <stdlib.h>

#define DRAFT_7    "http://json-schema.org/draft-07/schema"
#define DRAFT_2020 "https://json-schema.org/draft/2020-12/schema"

/* Keywords whose value is a schema, a list of them, or an object of them. */
static const char *const one[] = {
    "additionalProperties",
    "additionalItems",
    "propertyNames",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "items",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
};
static const char *const lists[] = {"allOf", "anyOf", "oneOf", "prefixItems",
                                    "items"};
static const char *const maps[] = {"properties",   "patternProperties",
                                   "$defs",        "definitions",
                                   "dependencies", "dependentSchemas"};

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

struct scan {
    struct check_schemas *set;
    uint32_t doc;
    struct td_buf todo; /* struct scan_item */
    struct td_error *err;
};

struct scan_item {
    uint32_t at;
    uint32_t resource;
};

static struct td_bytes copy_bytes(struct td_bytes bytes)
{
    return td_bytes(td_strndup(bytes.ptr, bytes.len), bytes.len);
}

static void free_bytes(struct td_bytes *bytes)
{
    free((void *)(uintptr_t)bytes->ptr);
    *bytes = td_bytes(NULL, 0);
}

struct td_bytes schema_copy_text(const struct td_json_doc *doc, uint32_t at)
{
    struct td_buf text = {0};

    (void)td_json_unescape(&text, td_json_inner(doc, at));
    (void)td_buf_str(&text);
    return td_buf_bytes(&text);
}

static uint32_t add_resource(struct check_schemas *set, struct td_bytes uri,
                             struct schema_place place, enum schema_draft draft)
{
    set->resources = td_realloc(set->resources, (set->resources_len + 1) *
                                                    sizeof(*set->resources));
    set->resources[set->resources_len] =
        (struct schema_resource){copy_bytes(check_uri_without_fragment(uri)),
                                 place.doc, place.at, draft};
    return set->resources_len++;
}

static void add_anchor(struct check_schemas *set, uint32_t resource,
                       struct schema_place place, struct td_bytes name)
{
    set->anchors = td_realloc(set->anchors,
                              (set->anchors_len + 1) * sizeof(*set->anchors));
    set->anchors[set->anchors_len++] =
        (struct schema_anchor){copy_bytes(name), resource, place.doc, place.at};
}

/* The string value of a keyword, copied; ptr is NULL if there is none. */
static struct td_bytes keyword_text(const struct td_json_doc *json, uint32_t at,
                                    const char *keyword)
{
    uint32_t value = td_json_member(json, at, td_text(keyword));

    if (value == 0 || json->values[value].kind != TD_JSON_STRING)
        return td_bytes(NULL, 0);
    return schema_copy_text(json, value);
}

static bool draft_of_uri(struct td_bytes uri, enum schema_draft *draft)
{
    uri = check_uri_without_fragment(uri);
    if (td_bytes_is(uri, DRAFT_2020))
        *draft = SCHEMA_DRAFT_2020;
    else if (td_bytes_is(uri, DRAFT_7))
        *draft = SCHEMA_DRAFT_7;
    else
        return false;
    return true;
}

/* What "$schema" at `at` says; *draft stays without it. */
static enum td_code read_draft(struct scan *s, uint32_t at,
                               enum schema_draft *draft)
{
    const struct td_jsonx *x = s->set->docs[s->doc].x;
    struct td_bytes text = keyword_text(&x->json, at, "$schema");
    enum td_code code = TD_OK;

    if (text.ptr && !draft_of_uri(text, draft)) {
        code = td_jsonx_fail(
            x, td_json_member(&x->json, at, td_text("$schema")), TD_USAGE,
            s->err, "the dialect \"%.120s\" is not supported",
            (const char *)text.ptr);
        (void)td_error_mend(s->err, "use %s or %s", DRAFT_2020, DRAFT_7);
    }
    free_bytes(&text);
    return code;
}

/* The same for a schema that starts a document, or stands within another. */
static enum td_code read_root_draft(struct scan *s, uint32_t at,
                                    enum schema_draft *draft)
{
    const char *dialect = s->set->how.dialect;

    *draft = SCHEMA_DRAFT_2020;
    if (dialect && !draft_of_uri(td_text(dialect), draft)) {
        (void)td_error_set(s->err, TD_USAGE, "default dialect", 0,
                           "\"%.120s\" is not supported", dialect);
        (void)td_error_mend(s->err, "use %s or %s", DRAFT_2020, DRAFT_7);
        return TD_USAGE;
    }
    return read_draft(s, at, draft);
}

static enum td_code enter_id(struct scan *s, struct scan_item *item,
                             struct td_bytes id)
{
    const struct schema_resource *outer = &s->set->resources[item->resource];
    enum schema_draft draft = outer->draft;
    struct schema_place place = {s->doc, item->at};
    struct td_buf uri = {0};
    enum td_code code;

    if (draft == SCHEMA_DRAFT_7 && id.len > 0 && id.ptr[0] == '#') {
        add_anchor(s->set, item->resource, place,
                   td_bytes(id.ptr + 1, id.len - 1));
        return TD_OK;
    }
    code = read_draft(s, item->at, &draft);
    check_uri_resolve(&uri, outer->uri, id);
    /* A root whose $id is the URI it was loaded from is one resource. */
    if (code == TD_OK &&
        (outer->at != item->at ||
         !td_bytes_equal(outer->uri,
                         check_uri_without_fragment(td_buf_bytes(&uri)))))
        item->resource = add_resource(s->set, td_buf_bytes(&uri), place, draft);
    td_buf_release(&uri);
    return code;
}

static enum td_code enter_schema(struct scan *s, struct scan_item *item)
{
    struct schema_document *doc = &s->set->docs[s->doc];
    const struct td_json_doc *json = &doc->x->json;
    enum schema_draft draft = s->set->resources[item->resource].draft;
    bool ref = td_json_member(json, item->at, td_text("$ref")) != 0;
    struct td_bytes id = keyword_text(json, item->at, "$id");
    enum td_code code = TD_OK;

    if (id.ptr && !(ref && draft == SCHEMA_DRAFT_7))
        code = enter_id(s, item, id);
    free_bytes(&id);
    doc->resource_of[item->at] = item->resource + 1;
    for (int i = 0; i < 2 && draft == SCHEMA_DRAFT_2020; i++) {
        struct td_bytes name =
            keyword_text(json, item->at, i ? "$dynamicAnchor" : "$anchor");

        if (name.ptr)
            add_anchor(s->set, item->resource,
                       (struct schema_place){s->doc, item->at}, name);
        free_bytes(&name);
    }
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
    const struct td_json_doc *json = &s->set->docs[s->doc].x->json;
    uint32_t object = json->values[at].kind == TD_JSON_OBJECT;

    for (uint32_t i = at + 1 + object; i < json->values[at].next;
         i = json->values[i].next + object)
        plan(s, i, resource);
}

static void plan_within(struct scan *s, struct scan_item item)
{
    const struct td_json_doc *json = &s->set->docs[s->doc].x->json;

    for (size_t i = 0; i < LEN(one); i++) {
        uint32_t v = td_json_member(json, item.at, td_text(one[i]));

        if (v && json->values[v].kind == TD_JSON_OBJECT)
            plan(s, v, item.resource);
    }
    for (size_t i = 0; i < LEN(lists); i++) {
        uint32_t v = td_json_member(json, item.at, td_text(lists[i]));

        if (v && json->values[v].kind == TD_JSON_ARRAY)
            plan_children(s, v, item.resource);
    }
    for (size_t i = 0; i < LEN(maps); i++) {
        uint32_t v = td_json_member(json, item.at, td_text(maps[i]));

        if (v && json->values[v].kind == TD_JSON_OBJECT)
            plan_children(s, v, item.resource);
    }
}

static enum td_code scan_all(struct scan *s)
{
    enum td_code code = TD_OK;

    while (s->todo.len > 0 && code == TD_OK) {
        const struct td_json_doc *json = &s->set->docs[s->doc].x->json;
        struct scan_item item;

        s->todo.len -= sizeof(item);
        memcpy(&item, s->todo.ptr + s->todo.len, sizeof(item));
        if (json->values[item.at].kind != TD_JSON_OBJECT)
            continue;
        code = enter_schema(s, &item);
        plan_within(s, item);
    }
    return code;
}

/* Make the schema at `at` a resource and look through it. */
static enum td_code scan_from(struct scan *s, struct td_bytes uri, uint32_t at)
{
    enum schema_draft draft;
    enum td_code code = read_root_draft(s, at, &draft);
    struct schema_place place = {s->doc, at};

    plan(s, at, add_resource(s->set, uri, place, draft));
    if (code == TD_OK)
        code = scan_all(s);
    td_buf_release(&s->todo);
    return code;
}

enum td_code schema_store_scan(struct check_schemas *set,
                               struct schema_place place, struct td_error *err)
{
    struct scan s = {.set = set, .doc = place.doc, .err = err};
    struct td_buf uri = {0};
    enum td_code code;

    (void)td_buf_add_bytes(&uri, set->docs[place.doc].uri);
    (void)td_buf_addf(&uri, "?inline=%u", place.at);
    code = scan_from(&s, td_buf_bytes(&uri), place.at);
    td_buf_release(&uri);
    return code;
}

static enum td_code add_document(struct check_schemas *set,
                                 const struct td_jsonx *x, bool owned,
                                 struct td_bytes uri, struct td_error *err)
{
    if (set->docs_len == CHECK_SCHEMA_FILES)
        return td_error_set(err, TD_LIMIT, x->name, 0,
                            "more than %d schema files", CHECK_SCHEMA_FILES);
    set->docs = td_realloc(set->docs, (set->docs_len + 1) * sizeof(*set->docs));
    set->docs[set->docs_len++] = (struct schema_document){
        x, owned, copy_bytes(uri),
        td_calloc(x->json.len, sizeof(*set->docs->resource_of))};
    return TD_OK;
}

static void release_owned(const struct td_jsonx *x)
{
    struct td_jsonx *own = (struct td_jsonx *)(uintptr_t)x;

    td_jsonx_release(own);
    free(own);
}

enum td_code schema_store_add(struct check_schemas *set,
                              const struct td_jsonx *x, bool owned,
                              struct td_bytes uri, uint32_t *doc,
                              struct td_error *err)
{
    struct scan s = {.set = set, .doc = set->docs_len, .err = err};
    enum td_code code = add_document(set, x, owned, uri, err);

    if (code) {
        if (owned)
            release_owned(x);
        return code;
    }
    *doc = s.doc;
    return scan_from(&s, uri, 0);
}

enum td_code schema_store_file(struct check_schemas *set, const char *path,
                               struct td_bytes uri, uint32_t *doc,
                               struct td_error *err)
{
    struct td_jsonx *x = td_calloc(1, sizeof(*x));
    enum td_code code = td_jsonx_load(x, path, err);

    if (code) {
        free(x);
        return code;
    }
    return schema_store_add(set, x, true, uri, doc, err);
}

/* The path of a URI, if it is a file's or the map names it. */
static bool path_of(const struct check_schemas *set, struct td_bytes uri,
                    struct td_buf *path)
{
    const struct check_schema_map *m = set->how.map;

    for (; m && m->prefix; m++) {
        size_t len = strlen(m->prefix);

        if (uri.len < len || memcmp(uri.ptr, m->prefix, len) != 0)
            continue;
        (void)td_buf_addf(path, "%s/", m->folder);
        return check_uri_decode(path, td_bytes(uri.ptr + len, uri.len - len));
    }
    if (uri.len < 7 || memcmp(uri.ptr, "file://", 7) != 0)
        return false;
    return check_uri_decode(path, td_bytes(uri.ptr + 7, uri.len - 7));
}

enum td_code schema_store_load(struct check_schemas *set, struct td_bytes uri,
                               uint32_t *doc, struct td_error *err)
{
    struct td_buf path = {0};
    enum td_code code;

    for (*doc = 0; *doc < set->docs_len; ++*doc) {
        if (td_bytes_equal(set->docs[*doc].uri, uri))
            return TD_OK;
    }
    if (path_of(set, uri, &path))
        code = schema_store_file(set, td_buf_str(&path), uri, doc, err);
    else
        code = td_error_set(err, TD_IO, "", 0, "no given file has the URI");
    td_buf_release(&path);
    return code;
}

const struct schema_resource *
schema_store_resource(const struct check_schemas *set,
                      struct schema_place place)
{
    const struct schema_document *doc = &set->docs[place.doc];
    const struct td_json_value *values = doc->x->json.values;
    uint32_t found = doc->resource_of[0];
    uint32_t i = 0;

    while (i != place.at) {
        uint32_t child = i + 1;

        while (values[child].next <= place.at)
            child = values[child].next;
        i = child;
        if (doc->resource_of[i])
            found = doc->resource_of[i];
    }
    if (found)
        return &set->resources[found - 1];
    for (i = 0; set->resources[i].doc != place.doc; i++)
        continue;
    return &set->resources[i];
}

static uint32_t find_resource(const struct check_schemas *set,
                              struct td_bytes uri)
{
    for (uint32_t i = 0; i < set->resources_len; i++) {
        if (td_bytes_equal(set->resources[i].uri, uri))
            return i;
    }
    return SCHEMA_NONE;
}

static bool find_in_resource(const struct check_schemas *set, uint32_t resource,
                             const char *fragment, struct schema_place *target)
{
    const struct schema_resource *r = &set->resources[resource];

    *target = (struct schema_place){r->doc, r->at};
    if (fragment[0] == '\0' || fragment[0] == '/') {
        target->at =
            td_json_pointer(&set->docs[r->doc].x->json, r->at, fragment);
        return target->at != UINT32_MAX;
    }
    for (uint32_t i = 0; i < set->anchors_len; i++) {
        const struct schema_anchor *a = &set->anchors[i];

        if (a->resource == resource && td_bytes_is(a->name, fragment)) {
            *target = (struct schema_place){a->doc, a->at};
            return true;
        }
    }
    return false;
}

/* The resource of a URI, loading the file it names if need be. */
static enum td_code need_resource(struct check_schemas *set,
                                  struct schema_place place,
                                  struct td_bytes uri, uint32_t *resource,
                                  struct td_error *err)
{
    const struct td_jsonx *x = set->docs[place.doc].x;
    struct td_error why = {0};
    enum td_code code;
    uint32_t doc;

    *resource = find_resource(set, uri);
    if (*resource != SCHEMA_NONE)
        return TD_OK;
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
        (void)td_error_mend(err, "give it with --schema-map; schemas are never "
                                 "fetched from a network");
        return TD_USAGE;
    }
    for (*resource = 0; set->resources[*resource].doc != doc; ++*resource)
        continue;
    return TD_OK;
}

enum td_code schema_store_resolve(struct check_schemas *set,
                                  struct schema_place place,
                                  struct schema_place *target,
                                  struct td_error *err)
{
    const struct td_jsonx *x = set->docs[place.doc].x;
    struct td_bytes text = schema_copy_text(&x->json, place.at);
    struct td_buf uri = {0};
    struct td_buf fragment = {0};
    uint32_t resource = 0;
    enum td_code code;

    check_uri_resolve(&uri, schema_store_resource(set, place)->uri, text);
    code = need_resource(set, place,
                         check_uri_without_fragment(td_buf_bytes(&uri)),
                         &resource, err);
    if (code == TD_OK &&
        (!check_uri_decode(&fragment, check_uri_fragment(text)) ||
         !find_in_resource(set, resource, td_buf_str(&fragment), target)))
        code = td_jsonx_fail(x, place.at, TD_USAGE, err,
                             "the reference \"%.120s\" leads nowhere",
                             (const char *)text.ptr);
    td_buf_release(&uri);
    td_buf_release(&fragment);
    free_bytes(&text);
    return code;
}

void schema_store_release(struct check_schemas *set)
{
    for (uint32_t i = 0; i < set->docs_len; i++) {
        if (set->docs[i].owned)
            release_owned(set->docs[i].x);
        free_bytes(&set->docs[i].uri);
        free(set->docs[i].resource_of);
    }
    for (uint32_t i = 0; i < set->resources_len; i++)
        free_bytes(&set->resources[i].uri);
    for (uint32_t i = 0; i < set->anchors_len; i++)
        free_bytes(&set->anchors[i].name);
    free(set->docs);
    free(set->resources);
    free(set->anchors);
}
