#include "validator/asyncapi/asyncapi_internal.h"

#include "core/hex.h"
#include "core/jsonx_object.h"
#include "schema/value/json_builder.h"
#include "schema/value/uri.h"

#include <stdarg.h>
#include <stdio.h>

#define HOPS_MAX 100 /* references that lead to references */

const struct td_jsonx *check_async_doc(const struct check_async *a,
                                       struct check_async_place place)
{
    return &a->files[place.file];
}

enum td_code check_async_fail(struct check_async *a,
                              struct check_async_place place, const char *fmt,
                              ...)
{
    char text[300];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    return td_jsonx_fail(check_async_doc(a, place), place.at, TD_USAGE, a->err,
                         "%s", text);
}

bool check_async_is(const struct check_async *a, struct check_async_place place,
                    enum td_json_kind kind)
{
    return td_jsonx_is(check_async_doc(a, place), place.at, kind);
}

struct check_async_place check_async_member(const struct check_async *a,
                                            struct check_async_place object,
                                            const char *name)
{
    return (struct check_async_place){
        object.file,
        td_jsonx_member(check_async_doc(a, object), object.at, name)};
}

/* The path of a URI of a file, or of one that the map names. */
static bool path_of(const struct check_async *a, struct td_bytes uri,
                    struct td_buf *path, bool *mapped)
{
    const struct schema_map *m = a->map;
    size_t len;

    for (; m && m->prefix; m++) {
        len = strlen(m->prefix);
        if (uri.len < len || memcmp(uri.ptr, m->prefix, len) != 0)
            continue;
        *mapped = true;
        (void)td_buf_addf(path, "%s/", m->folder);
        return !td_percent_decode(path, td_bytes(uri.ptr + len, uri.len - len));
    }
    len = strlen("file://");
    if (uri.len < len || memcmp(uri.ptr, "file://", len) != 0)
        return false;
    return !td_percent_decode(path, td_bytes(uri.ptr + len, uri.len - len));
}

static bool is_file(const struct check_async *a, uint32_t file,
                    struct td_bytes uri)
{
    struct td_buf own = {0};
    bool same;

    schema_uri_of_path(&own, a->files[file].name);
    same = td_bytes_equal(td_buf_bytes(&own), uri);
    td_buf_release(&own);
    return same;
}

/* The file that a reference at `place` names, read if it is a new one. */
static enum td_code open_file(struct check_async *a,
                              struct check_async_place place,
                              struct td_bytes uri, uint32_t *file)
{
    struct td_buf path = {0};
    struct td_buf known = {0};
    bool mapped = false;
    enum td_code code = TD_OK;

    if (!path_of(a, uri, &path, &mapped)) {
        (void)check_async_fail(a, place,
                               "the reference leads to \"%.*s\", and nothing "
                               "is fetched",
                               (int)(uri.len < 150 ? uri.len : 150),
                               (const char *)uri.ptr);
        code = td_error_hint(a->err, "give it with --schema-map");
    } else {
        schema_uri_of_path(&known, td_buf_str(&path));
        *file = 0;
        while (*file < a->files_len && !is_file(a, *file, td_buf_bytes(&known)))
            ++*file;
    }
    if (code == TD_OK && !mapped &&
        !schema_folders_hold(&a->folders, td_buf_str(&path))) {
        (void)check_async_fail(a, place,
                               "the reference leads out of the folder of the "
                               "document");
        code = td_error_hint(a->err, "--allow-refs DIR allows another folder");
    }
    if (code == TD_OK && *file == CHECK_ASYNCAPI_FILES)
        code = check_async_fail(a, place, "more than %d files",
                                CHECK_ASYNCAPI_FILES);
    if (code == TD_OK && *file == a->files_len) {
        schema_options_note(a->how, td_buf_str(&path));
        code = td_jsonx_load(&a->files[*file], td_buf_str(&path), a->err);
        a->files_len += code == TD_OK;
        if (code == TD_OK)
            schema_builder_mark(&a->files[*file]);
    }
    td_buf_release(&known);
    td_buf_release(&path);
    return code;
}

static enum td_code go_to(struct check_async *a, struct check_async_place ref,
                          struct td_bytes text, struct check_async_place *to)
{
    struct td_bytes file = schema_uri_without_fragment(text);
    struct td_buf base = {0};
    struct td_buf uri = {0};
    struct td_buf pointer = {0};
    enum td_code code = TD_OK;

    to->file = ref.file;
    if (file.len > 0) {
        schema_uri_of_path(&base, check_async_doc(a, ref)->name);
        schema_uri_resolve(&uri, td_buf_bytes(&base), file);
        code = open_file(a, ref, td_buf_bytes(&uri), &to->file);
    }
    if (code == TD_OK) {
        to->at = UINT32_MAX;
        if (!td_percent_decode(&pointer, schema_uri_fragment(text)))
            to->at = td_json_pointer(&check_async_doc(a, *to)->json, 0,
                                     td_buf_str(&pointer));
        if (to->at == UINT32_MAX)
            code = check_async_fail(
                a, ref, "the reference \"%.*s\" leads nowhere",
                (int)(text.len < 150 ? text.len : 150), (const char *)text.ptr);
    }
    td_buf_release(&base);
    td_buf_release(&uri);
    td_buf_release(&pointer);
    return code;
}

enum td_code check_async_follow(struct check_async *a,
                                struct check_async_place *place)
{
    struct td_buf text = {0};
    enum td_code code = TD_OK;
    int hops = 0;

    while (code == TD_OK) {
        struct check_async_place ref = check_async_member(a, *place, "$ref");

        if (ref.at == 0 || !check_async_is(a, ref, TD_JSON_STRING))
            break;
        if (++hops > HOPS_MAX) {
            code = check_async_fail(a, ref, "the references lead in a circle");
            break;
        }
        td_buf_clear(&text);
        (void)td_json_unescape(
            &text, td_json_inner(&check_async_doc(a, ref)->json, ref.at));
        code = go_to(a, ref, td_buf_bytes(&text), place);
    }
    td_buf_release(&text);
    return code;
}
