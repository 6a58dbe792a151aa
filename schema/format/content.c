#include "schema/format/content.h"

#include "core/b64.h"
#include "core/json.h"

#include <strings.h>

/* Decode digits of `bits` each, padded with = to groups of `group`. */
static bool decode_digits(struct td_buf *out, struct td_bytes text,
                          const char *digits, unsigned bits, size_t group)
{
    uint32_t held = 0;
    unsigned count = 0;
    size_t len = text.len;

    if (len % group != 0)
        return false;
    while (len > 0 && text.len - len < group - 1 && text.ptr[len - 1] == '=')
        len--;
    for (size_t i = 0; i < len; i++) {
        const char *digit = text.ptr[i] ? strchr(digits, text.ptr[i]) : NULL;

        if (!digit)
            return false;
        held = held << bits | (uint32_t)(digit - digits) % (1U << bits);
        count += bits;
        if (count >= 8) {
            count -= 8;
            (void)td_buf_add_byte(out, (uint8_t)(held >> count));
            held &= (1U << count) - 1;
        }
    }
    /* What is left is less than a digit, and zero. */
    return held == 0 && count < bits;
}

static bool decode_base32(struct td_buf *out, struct td_bytes text)
{
    return decode_digits(out, text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, 8);
}

/* The second sixteen digits have the values of the first. */
static bool decode_base16(struct td_buf *out, struct td_bytes text)
{
    return decode_digits(out, text, "0123456789ABCDEF0123456789abcdef", 4, 2);
}

static bool decode_base64(struct td_buf *out, struct td_bytes text)
{
    return td_b64_decode(out, text) == TD_OK;
}

typedef bool decode_fn(struct td_buf *out, struct td_bytes text);

static bool is_encoded(struct td_bytes text, decode_fn *decode)
{
    struct td_buf out = {0};
    bool good = decode(&out, text);

    td_buf_release(&out);
    return good;
}

static bool is_json(struct td_bytes text)
{
    return td_json_check(text, TD_JSON_DEPTH, NULL) == TD_OK;
}

static bool holds_json(struct td_bytes text, decode_fn *decode)
{
    struct td_buf out = {0};
    bool good = !decode(&out, text) || is_json(td_buf_bytes(&out));

    td_buf_release(&out);
    return good;
}

#define ENCODING(name)                                                         \
    static bool is_##name(struct td_bytes text)                                \
    {                                                                          \
        return is_encoded(text, decode_##name);                                \
    }                                                                          \
    static bool is_##name##_json(struct td_bytes text)                         \
    {                                                                          \
        return holds_json(text, decode_##name);                                \
    }

ENCODING(base64)
ENCODING(base32)
ENCODING(base16)

static const struct {
    const char *name;
    schema_format_fn *encoded;
    schema_format_fn *json;
} encodings[] = {
    {"base64", is_base64, is_base64_json},
    {"base32", is_base32, is_base32_json},
    {"base16", is_base16, is_base16_json},
};

/* Names of encodings are the same in any case (RFC 2045 section 6.1). */
static bool is_named(struct td_bytes text, const char *name)
{
    return text.len == strlen(name) &&
           !strncasecmp((const char *)text.ptr, name, text.len);
}

schema_format_fn *schema_content_encoding(struct td_bytes encoding)
{
    for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
        if (is_named(encoding, encodings[i].name))
            return encodings[i].encoded;
    }
    return NULL;
}

/* application/json, or a type that ends in +json, before any parameter. */
static bool is_json_type(struct td_bytes type)
{
    const uint8_t *cut = type.len ? memchr(type.ptr, ';', type.len) : NULL;

    if (cut)
        type.len = (size_t)(cut - type.ptr);
    while (type.len > 0 && type.ptr[type.len - 1] == ' ')
        type.len--;
    return is_named(type, "application/json") ||
           (type.len > 5 &&
            is_named(td_bytes(type.ptr + type.len - 5, 5), "+json"));
}

schema_format_fn *schema_content_media(struct td_bytes encoding,
                                       struct td_bytes type)
{
    if (!is_json_type(type))
        return NULL;
    if (encoding.len == 0)
        return is_json;
    for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
        if (is_named(encoding, encodings[i].name))
            return encodings[i].json;
    }
    return NULL;
}
