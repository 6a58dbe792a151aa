#include "wire/http/http.h"
#include "wire/http/http_internal.h"

#include <inttypes.h>

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool http_same(struct td_bytes a, const char *b)
{
    for (size_t i = 0; i < a.len; i++)
        if (!b[i] || lower(a.ptr[i]) != lower((uint8_t)b[i]))
            return false;
    return !b[a.len];
}

struct td_bytes http_field(const struct http_head *head, const char *name)
{
    for (size_t i = 0; i < head->field_count; i++)
        if (http_same(head->fields[i].name, name))
            return head->fields[i].value;
    return td_bytes(NULL, 0);
}

/* What stands before the next byte `mark` of *list, which is moved behind. */
static struct td_bytes take_until(struct td_bytes *list, char mark)
{
    const uint8_t *at = list->len ? memchr(list->ptr, mark, list->len) : NULL;
    struct td_bytes part =
        td_bytes(list->ptr, at ? (size_t)(at - list->ptr) : list->len);
    size_t used = at ? part.len + 1 : part.len;

    list->ptr += used;
    list->len -= used;
    return part;
}

size_t http_count(const struct http_head *head, const char *name)
{
    size_t n = 0;

    for (size_t i = 0; i < head->field_count; i++)
        n += http_same(head->fields[i].name, name);
    return n;
}

/* Where the first of these bytes outside quotes is, or the end. */
static size_t find_unquoted(struct td_bytes text, const char *marks)
{
    bool quoted = false;
    size_t i = 0;

    for (; i < text.len; i++) {
        uint8_t c = text.ptr[i];

        if (c == '"')
            quoted = !quoted;
        else if (quoted)
            i += c == '\\' && i + 1 < text.len;
        else if (c && strchr(marks, c))
            break;
    }
    return i;
}

struct td_bytes http_next_element(struct td_bytes *list)
{
    size_t len = find_unquoted(*list, ",");
    struct td_bytes whole = td_bytes(list->ptr, len);
    size_t used = len < list->len ? len + 1 : len;

    if (list->len == 0)
        return td_bytes(NULL, 0);
    list->ptr += used;
    list->len -= used;
    return http_trim(td_bytes(whole.ptr, find_unquoted(whole, ";")));
}

static bool list_has(struct td_bytes list, const char *token)
{
    struct td_bytes element;

    while ((element = http_next_element(&list)).ptr)
        if (http_same(element, token))
            return true;
    return false;
}

bool http_has_token(const struct http_head *head, const char *name,
                    const char *token)
{
    for (size_t i = 0; i < head->field_count; i++)
        if (http_same(head->fields[i].name, name) &&
            list_has(head->fields[i].value, token))
            return true;
    return false;
}

bool http_is_type(const struct http_head *head, const char *type)
{
    for (size_t i = 0; i < head->field_count; i++) {
        struct td_bytes value = head->fields[i].value;

        if (!http_same(head->fields[i].name, "Content-Type"))
            continue;
        value.len = find_unquoted(value, ";");
        if (!http_same(http_trim(value), type))
            return false;
    }
    return http_count(head, "Content-Type") > 0;
}

uint64_t http_retry_after(const struct http_head *head)
{
    struct td_bytes digits = http_field(head, "Retry-After");
    uint64_t seconds = 0;

    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
            return 0;
        seconds = seconds * 10 + (unsigned)(digits.ptr[i] - '0');
        seconds = seconds < UINT32_MAX ? seconds : UINT32_MAX;
    }
    return seconds;
}

struct td_bytes http_query(struct td_bytes query, const char *name)
{
    while (query.len > 0) {
        struct td_bytes value = take_until(&query, '&');
        struct td_bytes key = take_until(&value, '=');

        if (td_bytes_is(key, name))
            return td_bytes(value.ptr ? value.ptr : (const uint8_t *)"",
                            value.len);
    }
    return td_bytes(NULL, 0);
}

static bool is_one_line(struct td_bytes text)
{
    return text.len == 0 || (!memchr(text.ptr, '\r', text.len) &&
                             !memchr(text.ptr, '\n', text.len) &&
                             !memchr(text.ptr, '\0', text.len));
}

/* a, b and c, or nothing at all. */
static enum td_code put_three(struct td_buf *out, struct td_bytes a,
                              struct td_bytes b, struct td_bytes c)
{
    size_t had = out->len;

    if (td_buf_add_bytes(out, a) || td_buf_add_bytes(out, b) ||
        td_buf_add_bytes(out, c)) {
        out->len = had;
        return TD_LIMIT;
    }
    return TD_OK;
}

enum td_code http_put_request(struct td_buf *out, const char *method,
                              struct td_bytes target)
{
    if (!http_is_token(td_text(method)) || !is_one_line(target) ||
        target.len == 0 || memchr(target.ptr, ' ', target.len))
        return TD_USAGE;
    if (td_buf_addf(out, "%s ", method))
        return TD_LIMIT;
    return put_three(out, target, td_text(" HTTP/1.1\r\n"), td_bytes("", 0));
}

enum td_code http_put_status(struct td_buf *out, int status)
{
    return td_buf_addf(out, "HTTP/1.1 %d %s\r\n", status, http_reason(status));
}

enum td_code http_put_status_as(struct td_buf *out, int status,
                                struct td_bytes reason)
{
    size_t had = out->len;

    if (!is_one_line(reason))
        return TD_USAGE;
    if (td_buf_addf(out, "HTTP/1.1 %d ", status) ||
        td_buf_add_bytes(out, reason) || td_buf_add_text(out, "\r\n")) {
        out->len = had;
        return TD_LIMIT;
    }
    return TD_OK;
}

enum td_code http_put_field(struct td_buf *out, const char *name,
                            struct td_bytes value)
{
    size_t had = out->len;

    if (!http_is_token(td_text(name)) || !is_one_line(value))
        return TD_USAGE;
    if (put_three(out, td_text(name), td_text(": "), value) ||
        td_buf_add_text(out, "\r\n")) {
        out->len = had;
        return TD_LIMIT;
    }
    return TD_OK;
}

enum td_code http_put_length(struct td_buf *out, uint64_t length)
{
    return td_buf_addf(out, "Content-Length: %" PRIu64 "\r\n", length);
}

enum td_code http_put_end(struct td_buf *out)
{
    return td_buf_add_text(out, "\r\n");
}

enum td_code http_put_chunk(struct td_buf *out, struct td_bytes piece)
{
    if (piece.len == 0)
        return TD_OK;
    if (td_buf_addf(out, "%zx\r\n", piece.len))
        return TD_LIMIT;
    return put_three(out, piece, td_text("\r\n"), td_bytes("", 0));
}

enum td_code http_put_last_chunk(struct td_buf *out)
{
    return td_buf_add_text(out, "0\r\n\r\n");
}

const char *http_reason(int status)
{
    static const struct {
        int status;
        const char *text;
    } rows[] = {
        {100, "Continue"},
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].status == status)
            return rows[i].text;
    return "";
}
