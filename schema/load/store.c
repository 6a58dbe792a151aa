#include "core/hex.h"
#include "core/mem.h"
#include "schema/load/load.h"
#include "schema/value/uri.h"

#include <stdlib.h>

struct td_bytes schema_copy(struct td_bytes bytes)
{
    return td_bytes(td_strndup(bytes.ptr, bytes.len), bytes.len);
}

void schema_free_bytes(struct td_bytes *bytes)
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

uint32_t schema_store_resource(struct schema_set *set, struct td_bytes uri,
                               struct schema_place place, uint32_t dialect)
{
    struct td_bytes name = schema_uri_without_fragment(uri);
    uint32_t number = set->resources_len;

    set->resources = td_list_room(set->resources, set->resources_len,
                                  sizeof(*set->resources));
    set->resources[set->resources_len++] = (struct schema_resource){
        .uri = schema_copy(name), .place = place, .dialect = dialect};
    if (schema_table_add(&set->uris, name) * sizeof(number) ==
        set->uri_owners.len)
        (void)td_buf_add(&set->uri_owners, &number, sizeof(number));
    return number;
}

void schema_store_anchor(struct schema_set *set, uint32_t resource,
                         struct schema_place place, struct td_bytes name,
                         bool dynamic)
{
    set->anchors =
        td_list_room(set->anchors, set->anchors_len, sizeof(*set->anchors));
    set->anchors[set->anchors_len++] =
        (struct schema_anchor){schema_copy(name), resource, place, dynamic};
    set->resources[resource].dynamic |= dynamic;
}

uint32_t schema_store_find(const struct schema_set *set, struct td_bytes uri)
{
    uint32_t found = schema_table_find(&set->uris, uri);
    uint32_t number;

    if (found == SCHEMA_NONE)
        return SCHEMA_NONE;
    memcpy(&number, set->uri_owners.ptr + found * sizeof(number),
           sizeof(number));
    return number;
}

static void release_owned(const struct td_jsonx *x)
{
    struct td_jsonx *own = (struct td_jsonx *)(uintptr_t)x;

    td_jsonx_release(own);
    free(own);
}

/* A document that is no schema has a root for references to begin at. */
static enum td_code add_plain_root(struct schema_set *set, uint32_t doc,
                                   struct td_bytes uri, struct td_error *err)
{
    struct schema_place root = {doc, 0};
    uint32_t dialect;
    enum td_code code = schema_default_dialect(set, &dialect, err);

    if (code == TD_OK)
        set->docs[doc].resource_of[0] =
            schema_store_resource(set, uri, root, dialect) + 1;
    return code;
}

enum td_code schema_store_add(struct schema_set *set,
                              const struct schema_source *source, uint32_t *doc,
                              struct td_error *err)
{
    const struct td_jsonx *x = source->x;
    struct schema_place root = {set->docs_len, 0};
    enum td_code code = TD_OK;

    if (set->docs_len == SCHEMA_FILES) {
        code = td_error_set(err, TD_LIMIT, x->name, 0,
                            "more than %d schema files", SCHEMA_FILES);
        if (source->owned)
            release_owned(x);
        return code;
    }
    set->docs = td_list_room(set->docs, set->docs_len, sizeof(*set->docs));
    set->docs[set->docs_len++] = (struct schema_document){
        .x = x,
        .owned = source->owned,
        .trusted = source->ours,
        .uri = schema_copy(source->uri),
        .resource_of = td_calloc(x->json.len, sizeof(uint32_t)),
        .node_of = td_calloc(x->json.len, sizeof(uint32_t)),
    };
    *doc = root.doc;
    if (source->is_schema)
        code = schema_scan(set, root, source->uri, err);
    else
        code = add_plain_root(set, root.doc, source->uri, err);
    return code;
}

enum td_code schema_store_file(struct schema_set *set, const char *path,
                               struct td_bytes uri, uint32_t *doc,
                               struct td_error *err)
{
    struct td_jsonx *x = td_calloc(1, sizeof(*x));
    struct schema_source source = {
        .x = x, .uri = uri, .owned = true, .is_schema = true};
    enum td_code code = td_jsonx_load(x, path, err);

    schema_options_note(&set->how, path);
    if (code) {
        free(x);
        return code;
    }
    return schema_store_add(set, &source, doc, err);
}

/* A segment of the path is "..", which only an escape like %2e hides: URIs
 * come here resolved.
 */
static bool leads_out(const char *path)
{
    while ((path = strstr(path, "..")) != NULL) {
        if (path[-1] == '/' && (path[2] == '/' || path[2] == 0))
            return true;
        path += 2;
    }
    return false;
}

/* The path of a URI within a folder of the map; false: there is none. */
static bool path_within(const struct schema_map *m, struct td_bytes rest,
                        struct td_buf *path)
{
    size_t from = strlen(m->folder);

    (void)td_buf_addf(path, rest.len == 0 ? "%s" : "%s/", m->folder);
    return !td_percent_decode(path, rest) &&
           !leads_out(td_buf_str(path) + from);
}

/* The path of a URI, if it is a file's or the map names it. */
static bool path_of(const struct schema_set *set, struct td_bytes uri,
                    struct td_buf *path, const char **folder)
{
    const struct schema_map *m = set->how.map;

    for (; m && m->prefix; m++) {
        size_t len = strlen(m->prefix);

        if (uri.len < len || memcmp(uri.ptr, m->prefix, len) != 0)
            continue;
        *folder = m->folder;
        return path_within(m, td_bytes(uri.ptr + len, uri.len - len), path);
    }
    if (uri.len < 7 || memcmp(uri.ptr, "file://", 7) != 0)
        return false;
    return !td_percent_decode(path, td_bytes(uri.ptr + 7, uri.len - 7));
}

/* A file of the map stays in its folder, unless it is named itself; any other
 * in the folders of the set.
 */
static enum td_code check_path(const struct schema_set *set, const char *path,
                               const char *folder, struct td_error *err)
{
    struct schema_folders own = {0};
    bool holds;

    if (!folder)
        return schema_folders_check(&set->folders, path, err);
    if (!strcmp(folder, path))
        return TD_OK;
    schema_folders_add(&own, folder);
    holds = schema_folders_hold(&own, path);
    schema_folders_release(&own);
    if (holds)
        return TD_OK;
    return td_error_set(err, TD_IO, "", 0,
                        "it leads out of the folder that the map names");
}

enum td_code schema_store_read(const struct schema_set *set,
                               struct td_bytes uri, struct td_jsonx *x,
                               struct td_error *err)
{
    struct td_bytes ours = schema_meta_text(uri);
    struct td_buf path = {0};
    const char *folder = NULL;
    struct td_bytes name;
    enum td_code code;

    if (ours.ptr) {
        name = schema_copy(uri);
        code =
            td_jsonx_parse(x, (const char *)name.ptr, TD_JSONX_JSON, ours, err);
        schema_free_bytes(&name);
        return code;
    }
    if (!path_of(set, uri, &path, &folder))
        code = td_error_set(err, TD_IO, "", 0, "no given file has the URI");
    else
        code = check_path(set, td_buf_str(&path), folder, err);
    if (code == TD_OK) {
        schema_options_note(&set->how, td_buf_str(&path));
        code = td_jsonx_load(x, td_buf_str(&path), err);
    }
    td_buf_release(&path);
    return code;
}

bool schema_store_can_load(const struct schema_set *set, struct td_bytes uri)
{
    const char *folder = NULL;
    struct td_buf path = {0};
    bool can = schema_store_find(set, uri) != SCHEMA_NONE;

    if (!can && set->docs_len < SCHEMA_FILES)
        can = schema_meta_text(uri).ptr || path_of(set, uri, &path, &folder);
    td_buf_release(&path);
    return can;
}

enum td_code schema_store_load(struct schema_set *set, struct td_bytes uri,
                               uint32_t *doc, struct td_error *err)
{
    struct schema_source source = {.uri = uri,
                                   .owned = true,
                                   .ours = schema_meta_text(uri).ptr != NULL,
                                   .is_schema = true};
    struct td_jsonx *x;
    enum td_code code;

    for (*doc = 0; *doc < set->docs_len; ++*doc) {
        if (td_bytes_equal(set->docs[*doc].uri, uri))
            return TD_OK;
    }
    x = td_calloc(1, sizeof(*x));
    code = schema_store_read(set, uri, x, err);
    if (code) {
        free(x);
        return code;
    }
    source.x = x;
    return schema_store_add(set, &source, doc, err);
}

void schema_store_release(struct schema_set *set)
{
    for (uint32_t i = 0; i < set->docs_len; i++) {
        if (set->docs[i].owned)
            release_owned(set->docs[i].x);
        schema_free_bytes(&set->docs[i].uri);
        free(set->docs[i].resource_of);
        free(set->docs[i].node_of);
    }
    for (uint32_t i = 0; i < set->resources_len; i++)
        schema_free_bytes(&set->resources[i].uri);
    for (uint32_t i = 0; i < set->anchors_len; i++)
        schema_free_bytes(&set->anchors[i].name);
    schema_table_release(&set->uris);
    td_buf_release(&set->uri_owners);
    free(set->docs);
    free(set->resources);
    free(set->anchors);
}
