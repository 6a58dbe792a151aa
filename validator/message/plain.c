#include "validator/message/plain.h"

#include "core/b64.h"
#include "core/hex.h"
#include "core/jsonx_object.h"
#include "core/mem.h"

#include <inttypes.h>
#include <stdlib.h>

#define SHOWN 24 /* bytes of a message in a finding */

/* Pairs of hexadecimal digits, with blanks between pairs. */
static bool read_hex(struct td_buf *out, struct td_bytes text)
{
    size_t i = 0;

    while (i < text.len) {
        int high = td_hex_digit(text.ptr[i]);
        int low = i + 1 < text.len ? td_hex_digit(text.ptr[i + 1]) : -1;

        if (text.ptr[i] == ' ') {
            i++;
            continue;
        }
        if (high < 0 || low < 0)
            return false;
        (void)td_buf_add_byte(out, (uint8_t)(high * 16 + low));
        i += 2;
    }
    return true;
}

static enum td_code read_bytes(struct td_bytes *out, const struct td_jsonx *x,
                               uint32_t at, struct td_error *err)
{
    struct td_buf bytes = {0};

    if (x->json.values[at].kind != TD_JSON_STRING ||
        !read_hex(&bytes, td_json_inner(&x->json, at))) {
        td_buf_release(&bytes);
        return td_jsonx_fail(x, at, TD_USAGE, err,
                             "bytes are written as pairs of hexadecimal "
                             "digits in quotes, like \"89 50 4e 47\"");
    }
    *out = td_bytes(
        td_strndup(bytes.ptr ? (const char *)bytes.ptr : "", bytes.len),
        bytes.len);
    td_buf_release(&bytes);
    return TD_OK;
}

static enum td_code read_length(uint64_t *out, const struct td_jsonx *x,
                                uint32_t at, struct td_error *err)
{
    struct td_bytes raw = td_json_raw(&x->json, at);
    char digits[20] = "";
    size_t i = 0;

    for (; i < raw.len && i + 1 < sizeof(digits); i++)
        digits[i] = (char)raw.ptr[i];
    if (x->json.values[at].kind != TD_JSON_NUMBER || i < raw.len ||
        strspn(digits, "0123456789") != raw.len)
        return td_jsonx_fail(x, at, TD_USAGE, err,
                             "a length is a number of bytes");
    *out = strtoull(digits, NULL, 10);
    return TD_OK;
}

struct reading {
    struct td_jsonx_reader r;
    struct check_plain *plain;
};

static enum td_code read_const(void *self, uint32_t at)
{
    struct reading *l = self;

    return read_bytes(&l->plain->all, l->r.doc, at, l->r.err);
}

static enum td_code read_prefix(void *self, uint32_t at)
{
    struct reading *l = self;

    return read_bytes(&l->plain->prefix, l->r.doc, at, l->r.err);
}

static enum td_code read_exact(void *self, uint32_t at)
{
    struct reading *l = self;
    enum td_code code = read_length(&l->plain->min, l->r.doc, at, l->r.err);

    if (code == TD_OK)
        l->plain->max = l->plain->min;
    return code;
}

static enum td_code read_min(void *self, uint32_t at)
{
    struct reading *l = self;

    return read_length(&l->plain->min, l->r.doc, at, l->r.err);
}

static enum td_code read_max(void *self, uint32_t at)
{
    struct reading *l = self;

    return read_length(&l->plain->max, l->r.doc, at, l->r.err);
}

static const struct td_jsonx_key keys[] = {
    {"const", read_const},    {"prefix", read_prefix},  {"length", read_exact},
    {"min_length", read_min}, {"max_length", read_max}, {NULL, NULL}};

enum td_code check_plain_read(struct check_plain *plain,
                              const struct td_jsonx *x, uint32_t at,
                              struct td_error *err)
{
    const struct td_json_value *v = x->json.values;
    const struct td_jsonx_shape shape = {keys, "bytes have"};
    struct reading l = {.r = {.doc = x, .err = err}, .plain = plain};
    enum td_code code;

    *plain = (struct check_plain){.max = UINT64_MAX};
    if (v[at].kind == TD_JSON_TRUE)
        return TD_OK;
    if (v[at].kind != TD_JSON_OBJECT)
        return td_jsonx_fail(x, at, TD_USAGE, err,
                             "bytes is true, or an object like "
                             "{prefix: \"89 50\"}");
    code = td_jsonx_read(&l.r, at, &shape, &l);
    if (code == TD_OK && plain->min > plain->max)
        code = td_jsonx_fail(x, at, TD_USAGE, err,
                             "the least length is above the greatest");
    return code;
}

void check_plain_release(struct check_plain *plain)
{
    free((void *)(uintptr_t)plain->all.ptr);
    free((void *)(uintptr_t)plain->prefix.ptr);
    *plain = (struct check_plain){.max = UINT64_MAX};
}

bool check_plain_holds(const struct check_plain *plain, struct td_bytes bytes)
{
    if (plain->all.ptr && !td_bytes_equal(plain->all, bytes))
        return false;
    return bytes.len >= plain->min && bytes.len <= plain->max &&
           bytes.len >= plain->prefix.len &&
           td_bytes_equal(plain->prefix,
                          td_bytes(bytes.ptr, plain->prefix.len));
}

static void add_hex(struct td_buf *out, struct td_bytes bytes)
{
    for (size_t i = 0; i < bytes.len && i < SHOWN; i++)
        (void)td_buf_addf(out, "%02x", bytes.ptr[i]);
    if (bytes.len > SHOWN)
        (void)td_buf_add_text(out, "...");
}

void check_plain_say(struct td_buf *out, const struct check_plain *plain)
{
    if (plain->all.ptr) {
        (void)td_buf_add_text(out, "the bytes ");
        add_hex(out, plain->all);
        return;
    }
    if (plain->min == plain->max)
        (void)td_buf_addf(out, "exactly %" PRIu64 " ", plain->min);
    else if (plain->max != UINT64_MAX)
        (void)td_buf_addf(out, "%" PRIu64 " to %" PRIu64 " ", plain->min,
                          plain->max);
    else if (plain->min > 0)
        (void)td_buf_addf(out, "at least %" PRIu64 " ", plain->min);
    (void)td_buf_add_text(out, "bytes");
    if (plain->prefix.len == 0)
        return;
    (void)td_buf_add_text(out, " that begin with ");
    add_hex(out, plain->prefix);
}

void check_plain_found(struct td_buf *out, struct td_bytes bytes)
{
    (void)td_buf_addf(out, "%zu byte%s", bytes.len, bytes.len == 1 ? "" : "s");
    (void)td_buf_add_text(out, bytes.len ? ": " : "");
    add_hex(out, bytes);
}

void check_plain_json(struct td_buf *out, struct td_bytes message, bool text)
{
    (void)td_buf_add_byte(out, '"');
    if (text)
        (void)td_json_escape(out, message);
    else
        (void)td_b64_encode(out, message);
    (void)td_buf_add_byte(out, '"');
}
