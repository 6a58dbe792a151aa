#include "schema/value/canonical.h"

#include "core/mem.h"
#include "schema/value/decimal.h"

#include <inttypes.h>
#include <stdlib.h>

#define INT_DIGITS 18 /* what schema_decimal_int64() takes */
#define FEW        32 /* members sorted without memory of their own */

/* A few digits and nothing else. */
static bool is_plain_number(const struct td_json_value *v, struct td_bytes raw)
{
    return !(v->flags & TD_JSON_NOT_INT) && raw.ptr[0] != '-' &&
           raw.len <= INT_DIGITS;
}

static void add_number(struct td_buf *out, const struct td_json_value *v,
                       struct td_bytes raw)
{
    struct schema_decimal d;
    int64_t n;

    if (is_plain_number(v, raw)) {
        (void)td_buf_add_bytes(out, raw);
        return;
    }
    schema_decimal_read(&d, raw);
    if (schema_decimal_int64(&d, &n)) {
        (void)td_buf_addf(out, "%" PRId64, n);
        return;
    }
    (void)td_buf_add_text(out, d.negative ? "-" : "");
    for (uint32_t i = 0, seen = 0; seen < d.count; i++) {
        if (d.digits[i] == '.')
            continue;
        (void)td_buf_add_byte(out, d.digits[i]);
        if (++seen == 1 && d.count > 1)
            (void)td_buf_add_byte(out, '.');
    }
    (void)td_buf_addf(out, "e%" PRId64, d.top);
}

static void add_string(struct td_buf *out, const struct td_json_doc *doc,
                       uint32_t at)
{
    struct td_buf text = {0};

    if (!(doc->values[at].flags & TD_JSON_ESCAPED)) {
        (void)td_buf_add_bytes(out, td_json_raw(doc, at));
        return;
    }
    (void)td_json_unescape(&text, td_json_inner(doc, at));
    (void)td_buf_add_byte(out, '"');
    (void)td_json_escape(out, td_buf_bytes(&text));
    (void)td_buf_add_byte(out, '"');
    td_buf_release(&text);
}

/* <0, 0 or >0: the texts of two keys. */
static int compare_keys(const struct td_json_doc *doc, uint32_t a, uint32_t b)
{
    struct td_buf left = {0};
    struct td_buf right = {0};
    struct td_bytes x = td_json_inner(doc, a);
    struct td_bytes y = td_json_inner(doc, b);
    int by;

    if ((doc->values[a].flags | doc->values[b].flags) & TD_JSON_ESCAPED) {
        (void)td_json_unescape(&left, x);
        (void)td_json_unescape(&right, y);
        x = td_buf_bytes(&left);
        y = td_buf_bytes(&right);
    }
    by = x.len && y.len ? memcmp(x.ptr, y.ptr, x.len < y.len ? x.len : y.len)
                        : 0;
    if (by == 0)
        by = (x.len > y.len) - (x.len < y.len);
    td_buf_release(&left);
    td_buf_release(&right);
    return by;
}

/* Equal keys keep their order. */
static int order(const void *a, const void *b, void *doc)
{
    uint32_t x;
    uint32_t y;
    int by;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    by = compare_keys(doc, x, y);
    return by ? by : (x > y) - (x < y);
}

static void sort(const struct td_json_doc *doc, uint32_t *keys, uint32_t count)
{
    if (count > FEW) {
        qsort_r(keys, count, sizeof(*keys), order, (void *)(uintptr_t)doc);
        return;
    }
    for (uint32_t i = 1; i < count; i++) {
        uint32_t key = keys[i];
        uint32_t k = i;

        for (; k > 0 && compare_keys(doc, keys[k - 1], key) > 0; k--)
            keys[k] = keys[k - 1];
        keys[k] = key;
    }
}

/* True if a value is written as it would be here. */
static bool is_canonical(const struct td_json_doc *doc, uint32_t at)
{
    const struct td_json_value *v = &doc->values[at];

    switch ((enum td_json_kind)v->kind) {
    case TD_JSON_STRING:
        return !(v->flags & TD_JSON_ESCAPED);
    case TD_JSON_NUMBER:
        return is_plain_number(v, td_json_raw(doc, at));
    case TD_JSON_ARRAY:
    case TD_JSON_OBJECT:
        return false;
    case TD_JSON_NULL:
    case TD_JSON_FALSE:
    case TD_JSON_TRUE:
        break;
    }
    return true;
}

struct td_bytes schema_canonical_text(struct td_buf *room,
                                      const struct td_json_doc *doc,
                                      uint32_t at)
{
    if (is_canonical(doc, at))
        return td_json_raw(doc, at);
    td_buf_clear(room);
    schema_canonical(room, doc, at);
    return td_buf_bytes(room);
}

/* A parsed document bounds the depth. */
/* NOLINTBEGIN(misc-no-recursion) */

static void add_object(struct td_buf *out, const struct td_json_doc *doc,
                       uint32_t at)
{
    uint32_t count = doc->values[at].count;
    uint32_t few[FEW];
    uint32_t *keys = count > FEW ? td_calloc(count, sizeof(*keys)) : few;
    uint32_t key = at + 1;

    for (uint32_t i = 0; i < count; i++) {
        keys[i] = key;
        key = doc->values[key + 1].next;
    }
    sort(doc, keys, count);
    for (uint32_t i = 0; i < count; i++) {
        (void)td_buf_add_byte(out, i ? ',' : '{');
        add_string(out, doc, keys[i]);
        (void)td_buf_add_byte(out, ':');
        schema_canonical(out, doc, keys[i] + 1);
    }
    (void)td_buf_add_text(out, count ? "}" : "{}");
    if (keys != few)
        free(keys);
}

static void add_array(struct td_buf *out, const struct td_json_doc *doc,
                      uint32_t at)
{
    uint32_t i = at + 1;

    (void)td_buf_add_byte(out, '[');
    for (; i < doc->values[at].next; i = doc->values[i].next) {
        (void)td_buf_add_text(out, i > at + 1 ? "," : "");
        schema_canonical(out, doc, i);
    }
    (void)td_buf_add_byte(out, ']');
}

void schema_canonical(struct td_buf *out, const struct td_json_doc *doc,
                      uint32_t at)
{
    const struct td_json_value *v = &doc->values[at];

    switch ((enum td_json_kind)v->kind) {
    case TD_JSON_STRING:
        add_string(out, doc, at);
        break;
    case TD_JSON_NUMBER:
        add_number(out, v, td_json_raw(doc, at));
        break;
    case TD_JSON_ARRAY:
        add_array(out, doc, at);
        break;
    case TD_JSON_OBJECT:
        add_object(out, doc, at);
        break;
    case TD_JSON_NULL:
    case TD_JSON_FALSE:
    case TD_JSON_TRUE:
        (void)td_buf_add_bytes(out, td_json_raw(doc, at));
        break;
    }
}

/* NOLINTEND(misc-no-recursion) */
