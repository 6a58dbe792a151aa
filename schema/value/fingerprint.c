#include "schema/value/fingerprint.h"

#include "schema/value/canonical.h"
#include "schema/value/decimal.h"

#define PLAIN 20 /* digits of a number written out */

/* A number as plain digits: 1, 1.0 and 10e-1 are "1"; empty: it is too long. */
static struct td_bytes plain(struct td_buf *out, struct td_bytes token)
{
    struct schema_decimal d;
    const uint8_t *digit;
    int64_t bottom;

    td_buf_clear(out);
    schema_decimal_read(&d, token);
    bottom = d.top - (int64_t)d.count + 1;
    if (d.top > PLAIN || bottom < -PLAIN)
        return td_bytes(NULL, 0);
    (void)td_buf_add_text(out, d.negative ? "-" : "");
    digit = d.digits;
    for (int64_t i = d.top > 0 ? d.top : 0; i >= (bottom < 0 ? bottom : 0);
         i--) {
        bool there = d.count > 0 && i <= d.top && i >= bottom;

        if (i == -1)
            (void)td_buf_add_byte(out, '.');
        if (there && *digit == '.')
            digit++;
        (void)td_buf_add_byte(out, there ? *digit++ : '0');
    }
    return td_buf_bytes(out);
}

/* True if plain() would change nothing. */
static bool is_plain(const struct td_json_value *v, const uint8_t *token,
                     size_t len)
{
    if (len > PLAIN || (len == 2 && token[0] == '-' && token[1] == '0'))
        return false;
    if (!(v->flags & TD_JSON_NOT_INT))
        return true;
    for (size_t i = 0; i < len; i++) {
        if (token[i] != '.' && token[i] != '-' &&
            (token[i] < '0' || token[i] > '9'))
            return false;
    }
    return token[len - 1] != '0';
}

static uint64_t print_number(struct td_buf *scratch,
                             const struct td_json_doc *doc, uint32_t at)
{
    const struct td_json_value *v = &doc->values[at];
    const uint8_t *text = doc->text.ptr;
    struct td_bytes digits;

    if (is_plain(v, text + v->start, v->end - v->start))
        return schema_fingerprint_text(0, text, v->end, v->end - v->start);
    digits = plain(scratch, td_json_raw(doc, at));
    if (digits.len == 0)
        digits = schema_canonical_text(scratch, doc, at);
    return schema_fingerprint_text(0, digits.ptr, digits.len, digits.len);
}

static uint64_t print_string(struct td_buf *scratch,
                             const struct td_json_doc *doc, uint32_t at)
{
    const struct td_json_value *v = &doc->values[at];
    size_t len = v->end - v->start - 2;
    struct td_bytes text;

    if (!(v->flags & TD_JSON_ESCAPED))
        return schema_fingerprint_text(0, doc->text.ptr, v->end - 1, len);
    td_buf_clear(scratch);
    (void)td_json_unescape(scratch, td_json_inner(doc, at));
    text = td_buf_bytes(scratch);
    return schema_fingerprint_text(0, text.ptr, text.len, text.len);
}

static uint64_t print_leaf(struct td_buf *scratch,
                           const struct td_json_doc *doc, uint32_t at)
{
    uint8_t kind = doc->values[at].kind;
    uint64_t print = kind;

    if (kind == TD_JSON_STRING)
        print ^= print_string(scratch, doc, at);
    else if (kind == TD_JSON_NUMBER)
        print ^= print_number(scratch, doc, at);
    return schema_fingerprint_mix(print);
}

/* NOLINTBEGIN(misc-no-recursion) */

/* A parsed document bounds the depth. */
uint64_t schema_fingerprint_value(struct td_buf *scratch,
                                  const struct td_json_doc *doc, uint32_t at)
{
    const struct td_json_value *v = &doc->values[at];
    uint64_t print = print_leaf(scratch, doc, at);
    uint32_t i = at + 1;

    if (v->kind == TD_JSON_ARRAY) {
        for (; i < v->next; i = doc->values[i].next)
            print = schema_fingerprint_mix(
                print + schema_fingerprint_value(scratch, doc, i));
    } else if (v->kind == TD_JSON_OBJECT) {
        for (; i < v->next; i = doc->values[i + 1].next)
            print += schema_fingerprint_mix(
                print_leaf(scratch, doc, i) +
                3 * schema_fingerprint_value(scratch, doc, i + 1));
    }
    return print;
}

/* NOLINTEND(misc-no-recursion) */
