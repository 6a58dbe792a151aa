#include "validator/gates/read/reader.h"

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

struct td_bytes read_trim(struct td_bytes text)
{
    while (text.len > 0 && is_blank(text.ptr[0]))
        text = read_after(text, 1);
    while (text.len > 0 && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

bool read_begins(struct td_bytes text, const char *with)
{
    size_t len = strlen(with);

    return text.len >= len && !memcmp(text.ptr, with, len);
}

bool read_ends(struct td_bytes text, const char *with)
{
    size_t len = strlen(with);

    return text.len >= len && !memcmp(text.ptr + text.len - len, with, len);
}

size_t read_find_byte(struct td_bytes text, char byte)
{
    const uint8_t *at = text.len ? memchr(text.ptr, byte, text.len) : NULL;

    return at ? (size_t)(at - text.ptr) : text.len;
}

size_t read_find_text(struct td_bytes text, const char *what)
{
    const uint8_t *at =
        text.len ? memmem(text.ptr, text.len, what, strlen(what)) : NULL;

    return at ? (size_t)(at - text.ptr) : text.len;
}

bool read_is_script(struct td_bytes name)
{
    static const char *const ends[] = {".js", ".mjs", ".cjs",
                                       ".ts", ".mts", ".cts"};

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (read_ends(name, ends[i]))
            return true;
    }
    return false;
}

void read_split(struct td_bytes text, struct td_bytes *first,
                struct td_bytes *rest)
{
    size_t len;

    text = read_trim(text);
    len = read_find_byte(text, '\n');
    *first = read_trim(td_bytes(text.ptr, len));
    *rest = read_after(text, len + 1);
}

const struct td_json_doc *read_line_json(struct read_reader *reader,
                                         struct td_bytes line)
{
    struct td_json_doc *doc = &reader->doc;

    if (line.len == 0 || reader->line_is_cut ||
        td_json_parse(doc, line, READ_DEPTH_MAX, NULL) ||
        doc->values[0].kind != TD_JSON_OBJECT)
        return NULL;
    return doc;
}

uint32_t read_member(const struct td_json_doc *doc, uint32_t from,
                     const char *name)
{
    uint32_t found;

    if (from == UINT32_MAX)
        return UINT32_MAX;
    if (name[0] == '/')
        return td_json_pointer(doc, from, name);
    found = td_json_member(doc, from, td_text(name));
    return found ? found : UINT32_MAX;
}

struct td_bytes read_string(struct read_reader *reader, unsigned kept,
                            const struct td_json_doc *doc, uint32_t index)
{
    struct td_buf *buf = &reader->kept[kept];
    struct td_bytes inner;

    if (index == UINT32_MAX || doc->values[index].kind != TD_JSON_STRING)
        return td_text("");
    inner = td_json_inner(doc, index);
    if (!(doc->values[index].flags & TD_JSON_ESCAPED))
        return inner;
    td_buf_clear(buf);
    if (inner.len > READ_TEXT_MAX) { /* cut where no escape is divided */
        inner.len = READ_TEXT_MAX - 12;
        while (inner.len > 0 && inner.ptr[inner.len] != '\\')
            inner.len--;
        while (inner.len > 0 && inner.ptr[inner.len - 1] == '\\')
            inner.len--;
    }
    (void)td_json_unescape(buf, inner);
    return td_buf_bytes(buf);
}

struct td_bytes read_text(struct read_reader *reader, unsigned kept,
                          const struct td_json_doc *doc, uint32_t from,
                          const char *name)
{
    return read_string(reader, kept, doc, read_member(doc, from, name));
}

bool read_real(const struct td_json_doc *doc, uint32_t from, const char *name,
               double *value)
{
    uint32_t index = read_member(doc, from, name);

    return index != UINT32_MAX && doc->values[index].kind == TD_JSON_NUMBER &&
           read_decimal(td_json_raw(doc, index), value);
}

uint64_t read_count(const struct td_json_doc *doc, uint32_t from,
                    const char *name)
{
    double value;

    if (!read_real(doc, from, name, &value) || value < 0)
        return 0;
    return value < 1.8e19 ? (uint64_t)value : UINT64_MAX;
}

bool read_true(const struct td_json_doc *doc, uint32_t from, const char *name)
{
    uint32_t index = read_member(doc, from, name);

    return index != UINT32_MAX && doc->values[index].kind == TD_JSON_TRUE;
}
