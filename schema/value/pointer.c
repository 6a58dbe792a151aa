#include "schema/value/pointer.h"

#include "core/utf8.h"

/* The child of `parent` that is or contains `at`; *number counts from 0. */
static uint32_t child_with(const struct td_json_doc *doc, uint32_t parent,
                           uint32_t at, uint32_t *number)
{
    uint32_t child = parent + 1;

    for (*number = 0; doc->values[child].next <= at; ++*number)
        child = doc->values[child].next;
    return child;
}

void schema_pointer_token(struct td_buf *out, struct td_bytes name)
{
    (void)td_buf_add_byte(out, '/');
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '~' || name.ptr[i] == '/')
            (void)td_buf_add_text(out, name.ptr[i] == '~' ? "~0" : "~1");
        else
            (void)td_buf_add_byte(out, name.ptr[i]);
    }
}

static void add_name(struct td_buf *out, const struct td_json_doc *doc,
                     uint32_t key)
{
    struct td_buf text = {0};

    (void)td_json_unescape(&text, td_json_inner(doc, key));
    schema_pointer_token(out, td_buf_bytes(&text));
    td_buf_release(&text);
}

void schema_pointer(struct td_buf *out, const struct td_json_doc *doc,
                    uint32_t from, uint32_t at)
{
    uint32_t i = from;

    while (i != at) {
        bool object = doc->values[i].kind == TD_JSON_OBJECT;
        uint32_t number;

        i = child_with(doc, i, at, &number);
        if (!object) {
            (void)td_buf_addf(out, "/%u", number);
            continue;
        }
        /* Keys and values take turns; an even number is a key. */
        add_name(out, doc, number % 2 ? i - 1 : i);
        if (number % 2 == 0)
            return;
    }
}

static void add_characters(struct td_buf *out, struct td_bytes text)
{
    const uint8_t *at = text.ptr;
    const uint8_t *end = text.len ? at + text.len : at;

    if (td_utf8_valid(text)) {
        (void)td_buf_add_bytes(out, text);
        return;
    }
    while (at < end) {
        size_t len = td_utf8_step(at, end);

        if (len > 0)
            (void)td_buf_add(out, at, len);
        else
            (void)td_buf_add_text(out, "\xef\xbf\xbd");
        at += len > 0 ? len : 1;
    }
}

void schema_excerpt(struct td_buf *out, struct td_bytes bytes, size_t max)
{
    size_t len = bytes.len < max ? bytes.len : max;

    while (len < bytes.len && len > 0 && (bytes.ptr[len] & 0xC0) == 0x80)
        len--;
    add_characters(out, td_bytes(bytes.ptr, len));
    if (len < bytes.len)
        (void)td_buf_add_text(out, "...");
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

void schema_excerpt_value(struct td_buf *out, const struct td_json_doc *doc,
                          uint32_t at, size_t max)
{
    struct td_bytes raw = td_json_raw(doc, at);
    size_t end = out->len + max;
    bool text = false;
    bool blank = false;

    for (size_t i = 0; i < raw.len; i++) {
        bool before = blank;

        blank = !text && is_blank(raw.ptr[i]);
        if (blank && before)
            continue;
        if (out->len >= end && (raw.ptr[i] & 0xC0) != 0x80) {
            (void)td_buf_add_text(out, "...");
            return;
        }
        (void)td_buf_add_byte(out, blank ? ' ' : raw.ptr[i]);
        if (text && raw.ptr[i] == '\\')
            (void)td_buf_add_byte(out, raw.ptr[++i]);
        else if (raw.ptr[i] == '"')
            text = !text;
    }
}
