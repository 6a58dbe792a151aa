#include "core/jsonx.h"

#include "core/fs.h"
#include "core/hash.h"
#include "core/jsonx_internal.h"
#include "core/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct td_jsonx_mark mark_at(struct td_bytes text, size_t offset)
{
    struct td_jsonx_mark mark = {.line = 1, .column = 1};

    for (size_t i = 0; i < offset && i < text.len; i++) {
        mark.column++;
        if (text.ptr[i] == '\n') {
            mark.line++;
            mark.column = 1;
        }
    }
    return mark;
}

/* A document with an error on each of many lines is not read from its start for
 * each.
 */
static void find_lines(struct td_jsonx *doc)
{
    struct td_bytes text = doc->json.text;
    const uint8_t *at = text.ptr;
    const uint8_t *end = text.ptr + text.len;
    uint32_t n = 0;

    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        n++;
        at++;
    }
    doc->lines = td_calloc((size_t)n + 1, sizeof(*doc->lines));
    doc->line_count = n + 1;
    at = text.ptr;
    for (uint32_t i = 1; i <= n; i++) {
        at = (const uint8_t *)memchr(at, '\n', (size_t)(end - at)) + 1;
        doc->lines[i] = (uint32_t)(at - text.ptr);
    }
}

struct td_jsonx_mark td_jsonx_where(const struct td_jsonx *doc, uint32_t i)
{
    uint32_t start = doc->json.values[i].start;
    uint32_t low = 0;
    uint32_t high = doc->line_count;

    if (doc->marks)
        return doc->marks[i];
    if (!doc->lines)
        return mark_at(doc->json.text, start);
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (doc->lines[middle] <= start)
            low = middle;
        else
            high = middle;
    }
    return (struct td_jsonx_mark){low + 1, start - doc->lines[low] + 1, 0};
}

/* Bytes of an escaped string body that make up its first `offset` bytes. */
static size_t written(struct td_bytes inner, size_t offset)
{
    struct td_buf text = {0};
    size_t at = 0;

    while (at < inner.len && text.len < offset) {
        size_t len = 1;

        if (inner.ptr[at] == '\\')
            len = inner.ptr[at + 1] == 'u' ? 6 : 2;
        (void)td_json_unescape(&text, td_bytes(inner.ptr + at, len));
        at += len;
    }
    td_buf_release(&text);
    return at;
}

/* YAML counts columns in characters. */
static uint32_t characters(struct td_bytes text)
{
    uint32_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += (text.ptr[i] & 0xc0) != 0x80;
    return n;
}

struct td_jsonx_mark td_jsonx_inside(const struct td_jsonx *doc, uint32_t i,
                                     size_t offset)
{
    struct td_jsonx_mark mark = td_jsonx_where(doc, i);
    struct td_bytes inner = td_json_inner(&doc->json, i);
    struct td_buf text = {0};

    if (!doc->marks) {
        mark.column += 1 + (uint32_t)written(inner, offset);
    } else if (mark.lead != TD_JSONX_FOLDED) {
        (void)td_json_unescape(&text, inner);
        mark.column += mark.lead;
        mark.column += characters(
            td_bytes(text.ptr, offset < text.len ? offset : text.len));
        td_buf_release(&text);
    }
    return mark;
}

static enum td_code set_error(const struct td_jsonx *doc,
                              struct td_jsonx_mark mark, enum td_code code,
                              struct td_error *err, const char *text)
{
    char where[256];

    (void)snprintf(where, sizeof(where), "%.200s:%u:%u", doc->name, mark.line,
                   mark.column);
    return td_error_set(err, code, where, 0, "%s", text);
}

enum td_code td_jsonx_fail(const struct td_jsonx *doc, uint32_t i,
                           enum td_code code, struct td_error *err,
                           const char *fmt, ...)
{
    char text[320];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return set_error(doc, td_jsonx_where(doc, i), code, err, text);
}

static enum td_code parse_json(struct td_jsonx *doc, struct td_error *err)
{
    struct td_bytes text = td_buf_bytes(&doc->text);
    struct td_error why = {0};
    enum td_code code = td_json_parse(&doc->json, text, TD_JSONX_DEPTH, &why);

    if (code == TD_OK)
        return TD_OK;
    return set_error(doc, mark_at(text, (size_t)why.offset),
                     code == TD_FORMAT ? TD_USAGE : code, err, why.text);
}

struct key {
    uint64_t hash;
    uint32_t index;
};

static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a;
    const struct key *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static uint64_t hash_of(const struct td_json_doc *json, uint32_t key,
                        struct td_buf *scratch)
{
    td_buf_clear(scratch);
    (void)td_json_unescape(scratch, td_json_inner(json, key));
    return td_hash(td_buf_bytes(scratch));
}

static enum td_code check_object(const struct td_jsonx *doc, uint32_t object,
                                 struct td_buf *scratch, struct td_error *err)
{
    const struct td_json_doc *json = &doc->json;
    uint32_t count = json->values[object].count;
    struct key *keys = td_calloc(count, sizeof(*keys));
    uint32_t key = object + 1;
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < count; i++) {
        keys[i] = (struct key){hash_of(json, key, scratch), key};
        key = json->values[key + 1].next;
    }
    qsort(keys, count, sizeof(*keys), compare_keys);
    for (uint32_t i = 1; i < count && code == TD_OK; i++) {
        if (keys[i].hash != keys[i - 1].hash)
            continue;
        (void)hash_of(json, keys[i].index, scratch);
        if (td_json_string_is(json, keys[i - 1].index, td_buf_bytes(scratch)))
            code = td_jsonx_fail(doc, keys[i].index, TD_USAGE, err,
                                 "the key \"%.80s\" stands here for the second "
                                 "time (first in line %u)",
                                 td_buf_str(scratch),
                                 td_jsonx_where(doc, keys[i - 1].index).line);
    }
    free(keys);
    return code;
}

static enum td_code check_keys(const struct td_jsonx *doc, struct td_error *err)
{
    struct td_buf scratch = {0};
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < doc->json.len && code == TD_OK; i++) {
        if (doc->json.values[i].kind == TD_JSON_OBJECT &&
            doc->json.values[i].count > 1)
            code = check_object(doc, i, &scratch, err);
    }
    td_buf_release(&scratch);
    return code;
}

enum td_code td_jsonx_parse(struct td_jsonx *doc, const char *name,
                            enum td_jsonx_syntax syntax, struct td_bytes text,
                            struct td_error *err)
{
    enum td_code code;

    doc->name = td_strdup(name);
    td_buf_init(&doc->text, TD_JSONX_MAX);
    if (text.len > TD_JSONX_MAX)
        code = td_error_set(err, TD_LIMIT, name, 0, "longer than %zu bytes",
                            TD_JSONX_MAX);
    else if (syntax == TD_JSONX_YAML)
        code = td_jsonx_from_yaml(doc, text, err);
    else
        code = td_buf_add_bytes(&doc->text, text);
    if (code == TD_OK)
        code = parse_json(doc, err);
    if (code == TD_OK && !doc->marks)
        find_lines(doc);
    if (code == TD_OK)
        code = check_keys(doc, err);
    if (code)
        td_jsonx_release(doc);
    return code;
}

enum td_jsonx_syntax td_jsonx_syntax_of(const char *path, struct td_bytes text)
{
    size_t len = strlen(path);
    size_t at = 0;

    if (len > 5 && !strcmp(path + len - 5, ".json"))
        return TD_JSONX_JSON;
    if ((len > 5 && !strcmp(path + len - 5, ".yaml")) ||
        (len > 4 && !strcmp(path + len - 4, ".yml")))
        return TD_JSONX_YAML;
    while (at < text.len && strchr(" \t\r\n", text.ptr[at]) && text.ptr[at])
        at++;
    return at < text.len && (text.ptr[at] == '{' || text.ptr[at] == '[')
               ? TD_JSONX_JSON
               : TD_JSONX_YAML;
}

enum td_code td_jsonx_load(struct td_jsonx *doc, const char *path,
                           struct td_error *err)
{
    struct td_buf file;
    enum td_code code;

    td_buf_init(&file, TD_JSONX_MAX);
    code = td_fs_read(&file, path, err);
    if (code == TD_OK)
        code = td_jsonx_parse(doc, path,
                              td_jsonx_syntax_of(path, td_buf_bytes(&file)),
                              td_buf_bytes(&file), err);
    td_buf_release(&file);
    return code;
}

void td_jsonx_release(struct td_jsonx *doc)
{
    td_json_release(&doc->json);
    td_buf_release(&doc->text);
    free(doc->marks);
    free(doc->lines);
    free(doc->name);
    *doc = (struct td_jsonx){0};
}
