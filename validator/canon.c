#include "validator/canon.h"

#include "core/mem.h"
#include "validator/decimal.h"

#include <inttypes.h>
#include <stdlib.h>

#define INT_DIGITS 18 /* what check_decimal_int64() takes */

static void add_number(struct td_buf *out, const struct td_json_value *v,
                       struct td_bytes raw)
{
    struct check_decimal d;
    int64_t n;

    if (!(v->flags & TD_JSON_NOT_INT) && raw.ptr[0] != '-' &&
        raw.len <= INT_DIGITS) {
        (void)td_buf_add_bytes(out, raw);
        return;
    }
    check_decimal_read(&d, raw);
    if (check_decimal_int64(&d, &n)) {
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

/* A member's canonical text; where it begins and ends in a shared buffer. */
struct part {
    const struct td_buf *text;
    size_t from;
    size_t to;
};

static int order(const void *a, const void *b)
{
    const struct part *p = a;
    const struct part *q = b;
    size_t len =
        p->to - p->from < q->to - q->from ? p->to - p->from : q->to - q->from;
    int by = memcmp(p->text->ptr + p->from, q->text->ptr + q->from, len);

    if (by != 0)
        return by;
    return (p->to - p->from > len) - (q->to - q->from > len);
}

static void add_object(struct td_buf *out, const struct td_json_doc *doc,
                       uint32_t at)
{
    uint32_t count = doc->values[at].count;
    struct part *parts = td_calloc((size_t)count + 1, sizeof(*parts));
    struct td_buf text = {0};
    uint32_t key = at + 1;

    for (uint32_t i = 0; i < count; i++) {
        parts[i] = (struct part){.text = &text, .from = text.len};
        add_string(&text, doc, key);
        (void)td_buf_add_byte(&text, ':');
        check_canon(&text, doc, key + 1);
        parts[i].to = text.len;
        key = doc->values[key + 1].next;
    }
    qsort(parts, count, sizeof(*parts), order);
    for (uint32_t i = 0; i < count; i++) {
        (void)td_buf_add_byte(out, i ? ',' : '{');
        (void)td_buf_add(out, text.ptr + parts[i].from,
                         parts[i].to - parts[i].from);
    }
    (void)td_buf_add_text(out, count ? "}" : "{}");
    td_buf_release(&text);
    free(parts);
}

static void add_array(struct td_buf *out, const struct td_json_doc *doc,
                      uint32_t at)
{
    uint32_t i = at + 1;

    (void)td_buf_add_byte(out, '[');
    for (; i < doc->values[at].next; i = doc->values[i].next) {
        (void)td_buf_add_text(out, i > at + 1 ? "," : "");
        check_canon(out, doc, i);
    }
    (void)td_buf_add_byte(out, ']');
}

void check_canon(struct td_buf *out, const struct td_json_doc *doc, uint32_t at)
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
