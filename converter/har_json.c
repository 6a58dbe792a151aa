#include "converter/har_json.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

void conv_json_tight(struct td_buf *out, struct td_bytes json)
{
    const uint8_t *at = json.ptr;
    const uint8_t *end = json.ptr + json.len;

    while (at < end) {
        const uint8_t *from = at;

        while (at < end && !strchr(" \t\r\n\"", *at))
            at++;
        (void)td_buf_add(out, from, (size_t)(at - from));
        if (at == end || *at != '"') {
            at += at < end;
            continue;
        }
        for (from = at++; *at != '"';)
            at += *at == '\\' ? 2 : 1;
        at++;
        (void)td_buf_add(out, from, (size_t)(at - from));
    }
}

void conv_json_put(struct td_json_writer *w, const char *key,
                   struct td_bytes json)
{
    struct td_buf tight = {0};

    conv_json_tight(&tight, json);
    td_json_put_raw(w, key, td_buf_bytes(&tight));
    td_buf_release(&tight);
}

static bool is_one_of(const struct td_json_doc *doc, uint32_t key,
                      const char *const *names)
{
    for (; *names; names++)
        if (td_json_string_is(doc, key, td_text(*names)))
            return true;
    return false;
}

void conv_json_members(struct td_json_writer *w, const struct td_json_doc *doc,
                       uint32_t at, const char *const *except)
{
    const struct td_json_value *v = doc->values;

    if (!conv_json_is(doc, at, TD_JSON_OBJECT))
        return;
    for (uint32_t i = at + 1; i < v[at].next; i = v[i + 1].next) {
        if (is_one_of(doc, i, except))
            continue;
        td_json_put_key_body(w, td_json_inner(doc, i));
        conv_json_put(w, NULL, td_json_raw(doc, i + 1));
    }
}

uint32_t conv_json_at(const struct td_json_doc *doc, uint32_t object,
                      const char *name)
{
    uint32_t at = object == NONE || object >= doc->len
                      ? 0
                      : td_json_member(doc, object, td_text(name));

    return at ? at : NONE;
}

bool conv_json_is(const struct td_json_doc *doc, uint32_t at,
                  enum td_json_kind kind)
{
    return at != NONE && at < doc->len && doc->values[at].kind == kind;
}

struct td_bytes conv_json_body(const struct td_json_doc *doc, uint32_t at)
{
    return conv_json_is(doc, at, TD_JSON_STRING) ? td_json_inner(doc, at)
                                                 : td_bytes("", 0);
}

struct td_bytes conv_json_text(struct td_buf *room,
                               const struct td_json_doc *doc, uint32_t at)
{
    struct td_bytes body = conv_json_body(doc, at);
    size_t from = room->len;

    if (!memchr(body.ptr, '\\', body.len))
        return body;
    if (td_json_unescape(room, body))
        return body;
    return td_bytes(room->ptr + from, room->len - from);
}

uint64_t conv_json_ns(const struct td_json_doc *doc, uint32_t at, double unit)
{
    char digits[64];
    struct td_bytes raw;
    double ns;

    if (!conv_json_is(doc, at, TD_JSON_NUMBER))
        return 0;
    raw = td_json_raw(doc, at);
    if (raw.len >= sizeof(digits))
        return 0;
    memcpy(digits, raw.ptr, raw.len);
    digits[raw.len] = '\0';
    ns = strtod(digits, NULL) * unit;
    return ns > 0 && ns < 1e18 ? (uint64_t)ns : 0;
}

uint64_t conv_json_u64(const struct td_json_doc *doc, uint32_t at,
                       uint64_t other)
{
    struct td_bytes raw = td_bytes("", 0);
    uint64_t n = 0;

    if (conv_json_is(doc, at, TD_JSON_NUMBER) &&
        !(doc->values[at].flags & TD_JSON_NOT_INT))
        raw = td_json_raw(doc, at);
    if (raw.len == 0 || raw.len > 15 || raw.ptr[0] == '-')
        return other;
    for (size_t i = 0; i < raw.len; i++)
        n = n * 10 + (uint64_t)(raw.ptr[i] - '0');
    return n;
}

/* An object of two strings: their places. */
static bool is_pair(const struct td_json_doc *doc, uint32_t at, uint32_t *name,
                    uint32_t *value)
{
    *name = conv_json_at(doc, at, "name");
    *value = conv_json_at(doc, at, "value");
    return conv_json_is(doc, at, TD_JSON_OBJECT) &&
           doc->values[at].count == 2 &&
           conv_json_is(doc, *name, TD_JSON_STRING) &&
           conv_json_is(doc, *value, TD_JSON_STRING);
}

bool conv_json_pairs(struct td_json_writer *w, const char *key,
                     const struct td_json_doc *doc, uint32_t at)
{
    const struct td_json_value *v = doc->values;
    uint32_t name;
    uint32_t value;

    if (!conv_json_is(doc, at, TD_JSON_ARRAY))
        return false;
    for (uint32_t i = at + 1; i < v[at].next; i = v[i].next)
        if (!is_pair(doc, i, &name, &value))
            return false;
    td_json_array(w, key);
    for (uint32_t i = at + 1; i < v[at].next; i = v[i].next) {
        (void)is_pair(doc, i, &name, &value);
        td_json_array(w, NULL);
        td_json_put_body(w, NULL, td_json_inner(doc, name));
        td_json_put_body(w, NULL, td_json_inner(doc, value));
        td_json_array_end(w);
    }
    td_json_array_end(w);
    return true;
}

void conv_json_objects(struct td_json_writer *w, const char *key,
                       const struct td_json_doc *doc, uint32_t at)
{
    const struct td_json_value *v = doc->values;

    td_json_array(w, key);
    for (uint32_t i = at + 1;
         conv_json_is(doc, at, TD_JSON_ARRAY) && i < v[at].next;
         i = v[i].next) {
        if (v[i].kind != TD_JSON_ARRAY || v[i].count != 2)
            continue;
        td_json_object(w, NULL);
        td_json_put_body(w, "name", conv_json_body(doc, i + 1));
        td_json_put_body(w, "value", conv_json_body(doc, v[i + 1].next));
        td_json_object_end(w);
    }
    td_json_array_end(w);
}
