/* Blocks of code in the text of an answer (CommonMark 0.31, section 4.5). */
#include "orchestrator/provider/answer.h"

#define INDENT 3 /* spaces that a fence may be moved in */
#define FENCE  3 /* the least length of one */

/* Cut a line off, without its end. */
static struct td_bytes next_line(struct td_bytes *text)
{
    const uint8_t *end = memchr(text->ptr, '\n', text->len);
    size_t len = end ? (size_t)(end - text->ptr) : text->len;
    struct td_bytes line = td_bytes(text->ptr, len);

    text->ptr += len + (end != NULL);
    text->len -= len + (end != NULL);
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

static bool is_blank(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != ' ' && text.ptr[i] != '\t')
            return false;
    return true;
}

/* A fence that begins the line: its length, its byte, what is behind it. 0:
 * none does. */
static size_t fence_of(struct td_bytes line, uint8_t *byte,
                       struct td_bytes *info)
{
    size_t at = 0;
    size_t from;

    while (at < line.len && at <= INDENT && line.ptr[at] == ' ')
        at++;
    if (at > INDENT || at == line.len ||
        (line.ptr[at] != '`' && line.ptr[at] != '~'))
        return 0;
    *byte = line.ptr[at];
    from = at;
    while (at < line.len && line.ptr[at] == *byte)
        at++;
    *info = td_bytes(line.ptr + at, line.len - at);
    return at - from < FENCE ? 0 : at - from;
}

static bool opens(struct td_bytes line, uint8_t *byte, size_t *len)
{
    struct td_bytes info;

    *len = fence_of(line, byte, &info);
    return *len &&
           (*byte == '~' || info.len == 0 || !memchr(info.ptr, '`', info.len));
}

static bool closes(struct td_bytes line, uint8_t byte, size_t len)
{
    struct td_bytes info;
    uint8_t other;
    size_t has = fence_of(line, &other, &info);

    return has >= len && other == byte && is_blank(info);
}

/* The block behind a fence, which text is moved behind. */
static struct td_bytes inside(struct td_bytes *text, uint8_t byte, size_t len)
{
    const uint8_t *start = text->ptr;

    while (text->len) {
        const uint8_t *line = text->ptr;

        if (closes(next_line(text), byte, len))
            return td_bytes(start, (size_t)(line - start));
    }
    return td_bytes(start, (size_t)(text->ptr - start));
}

bool prov_answer_block(struct td_bytes text, uint32_t n, struct td_bytes *out)
{
    while (text.len) {
        uint8_t byte = 0;
        size_t len;

        if (!opens(next_line(&text), &byte, &len))
            continue;
        *out = inside(&text, byte, len);
        if (n-- == 0)
            return true;
    }
    return false;
}
