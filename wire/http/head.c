#include "wire/http/http_internal.h"
#include "wire/http/url.h"

struct reader {
    struct http_head *head;
    int *status;
    struct td_error *err;
};

static enum td_code refuse(const struct reader *r, int status, const char *why)
{
    *r->status = status;
    return td_error_set(r->err, TD_PROTOCOL, NULL, 0, "HTTP: %s", why);
}

static bool is_token_byte(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

bool http_is_token(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_token_byte(text.ptr[i]))
            return false;
    return text.len > 0;
}

struct td_bytes http_trim(struct td_bytes text)
{
    while (text.len > 0 && (*text.ptr == ' ' || *text.ptr == '\t')) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 &&
           (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* The next line of *text without its CRLF. */
static struct td_bytes take_line(struct td_bytes *text)
{
    const uint8_t *lf = memchr(text->ptr, '\n', text->len);
    size_t len = (size_t)(lf - text->ptr);
    struct td_bytes line = td_bytes(text->ptr, len - 1);

    text->ptr += len + 1;
    text->len -= len + 1;
    return line;
}

/* What stands before the next space of *line, which is moved behind it. */
static struct td_bytes take_word(struct td_bytes *line)
{
    const uint8_t *sp = line->len ? memchr(line->ptr, ' ', line->len) : NULL;
    size_t len = sp ? (size_t)(sp - line->ptr) : line->len;
    size_t used = sp ? len + 1 : len;
    struct td_bytes word = td_bytes(line->ptr, len);

    line->ptr += used;
    line->len -= used;
    return word;
}

/* "HTTP/1.x" */
static enum td_code read_version(const struct reader *r, struct td_bytes word)
{
    const uint8_t *p = word.ptr;

    if (word.len != 8 || memcmp(p, "HTTP/", 5) != 0 || p[5] < '0' ||
        p[5] > '9' || p[6] != '.' || p[7] < '0' || p[7] > '9')
        return refuse(r, 400, "the version is not HTTP/1.1");
    if (p[5] != '1')
        return refuse(r, 505, "only versions 1.x are spoken here");
    r->head->minor = (unsigned)(p[7] - '0');
    return TD_OK;
}

/* What stands behind "http://host" of an absolute form; else the target. */
static struct td_bytes behind_authority(struct td_bytes target)
{
    const struct wire_url_kind *kind = wire_url_kind(target);
    size_t len = wire_url_is_web(kind) ? strlen(kind->begin) : target.len;

    if (target.len <= len)
        return target;
    while (len < target.len && !strchr("/?", target.ptr[len]))
        len++;
    return td_bytes(target.ptr + len, target.len - len);
}

/* The origin form, "*", or the absolute form cut to its path. */
static enum td_code read_target(const struct reader *r, struct td_bytes target)
{
    struct td_bytes rest;
    const uint8_t *mark;

    for (size_t i = 0; i < target.len; i++)
        if (target.ptr[i] <= ' ' || target.ptr[i] >= 0x7f)
            return refuse(r, 400, "a byte that no request target may hold");
    rest = behind_authority(target);
    mark = rest.len ? memchr(rest.ptr, '?', rest.len) : NULL;
    r->head->target = target;
    r->head->path = mark ? td_bytes(rest.ptr, (size_t)(mark - rest.ptr)) : rest;
    r->head->query = td_bytes("", 0);
    if (mark)
        r->head->query =
            td_bytes(mark + 1, (size_t)(rest.ptr + rest.len - mark - 1));
    if (r->head->path.len == 0 && rest.ptr != target.ptr)
        r->head->path = td_text("/");
    if (r->head->path.len == 0 ||
        (*r->head->path.ptr != '/' && !td_bytes_is(rest, "*")))
        return refuse(r, 400, "the request target is not a path");
    return TD_OK;
}

static enum td_code read_request_line(const struct reader *r,
                                      struct td_bytes line)
{
    struct td_bytes target;
    enum td_code code;

    r->head->method = take_word(&line);
    target = take_word(&line);
    if (!http_is_token(r->head->method))
        return refuse(r, 400, "the method is not a token");
    code = read_version(r, line);
    return code ? code : read_target(r, target);
}

static enum td_code read_status_line(const struct reader *r,
                                     struct td_bytes line)
{
    enum td_code code = read_version(r, take_word(&line));
    struct td_bytes digits = take_word(&line);

    if (code)
        return code;
    if (digits.len != 3 || digits.ptr[0] < '1' || digits.ptr[0] > '9')
        return refuse(r, 400, "the status is not three digits");
    r->head->status = 0;
    for (size_t i = 0; i < 3; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
            return refuse(r, 400, "the status is not three digits");
        r->head->status = r->head->status * 10 + (digits.ptr[i] - '0');
    }
    r->head->reason = line;
    return TD_OK;
}

static enum td_code read_field(const struct reader *r, struct td_bytes line)
{
    struct http_head *head = r->head;
    const uint8_t *colon = memchr(line.ptr, ':', line.len);
    struct http_field *field;

    if (*line.ptr == ' ' || *line.ptr == '\t')
        return refuse(r, 400, "a folded field");
    if (!colon)
        return refuse(r, 400, "a field without a colon");
    if (head->field_count == HTTP_FIELDS_MAX)
        return refuse(r, 431, "too many fields");
    field = &head->fields[head->field_count];
    field->name = td_bytes(line.ptr, (size_t)(colon - line.ptr));
    field->value = http_trim(
        td_bytes(colon + 1, (size_t)(line.ptr + line.len - colon - 1)));
    if (!http_is_token(field->name))
        return refuse(r, 400, "a field name that is not a token");
    head->field_count++;
    return TD_OK;
}

static struct td_bytes last_of(struct td_bytes list)
{
    const uint8_t *comma = memrchr(list.ptr, ',', list.len);

    if (!comma)
        return list;
    return http_trim(
        td_bytes(comma + 1, (size_t)(list.ptr + list.len - comma - 1)));
}

/* RFC 9112 section 6.1: only "chunked", once, is a coding we can undo. */
static enum td_code read_codings(const struct reader *r)
{
    struct td_bytes coding = http_field(r->head, "Transfer-Encoding");

    if (r->head->minor == 0)
        return refuse(r, 400, "Transfer-Encoding in HTTP/1.0");
    if (http_count(r->head, "Content-Length") > 0)
        return refuse(r, 400, "Transfer-Encoding beside Content-Length");
    if (http_count(r->head, "Transfer-Encoding") > 1)
        return refuse(r, 400, "Transfer-Encoding twice");
    if (!http_same(last_of(coding), "chunked"))
        return refuse(r, 400, "the last transfer coding is not chunked");
    if (!http_same(coding, "chunked"))
        return refuse(r, 501, "a transfer coding other than chunked");
    r->head->framing = HTTP_CHUNKED;
    return TD_OK;
}

static enum td_code read_length(const struct reader *r)
{
    struct td_bytes digits = http_field(r->head, "Content-Length");
    uint64_t n = 0;

    if (http_count(r->head, "Content-Length") > 1)
        return refuse(r, 400, "Content-Length twice");
    if (digits.len == 0 || digits.len > 18)
        return refuse(r, 400, "Content-Length is not a number we can take");
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
            return refuse(r, 400, "Content-Length is not a number");
        n = n * 10 + (unsigned)(digits.ptr[i] - '0');
    }
    r->head->framing = HTTP_LENGTH;
    r->head->length = n;
    return TD_OK;
}

static enum td_code read_framing(const struct reader *r)
{
    if (http_field(r->head, "Transfer-Encoding").ptr)
        return read_codings(r);
    if (http_field(r->head, "Content-Length").ptr)
        return read_length(r);
    return TD_OK;
}

/* The bytes of a host with a port (RFC 3986, 3.2.2), or none. */
static bool is_authority(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
              (c >= 'A' && c <= 'Z') || strchr("-._~%!$&'()*+,;=:[]", c)))
            return false;
    }
    return true;
}

static enum td_code judge_request(const struct reader *r)
{
    struct http_head *head = r->head;
    size_t hosts = http_count(head, "Host");
    struct td_bytes expect = http_field(head, "Expect");

    if (hosts > 1 || (hosts == 0 && head->minor > 0))
        return refuse(r, 400, "not exactly one Host field");
    if (!is_authority(http_field(head, "Host")))
        return refuse(r, 400, "a Host that is no host");
    if (expect.ptr && head->minor > 0) {
        if (!http_same(expect, "100-continue"))
            return refuse(r, 417, "an expectation other than 100-continue");
        head->expect_continue = true;
    }
    return TD_OK;
}

static void judge_response(struct http_head *head, bool no_body)
{
    if (no_body || head->status < 200 || head->status == 204 ||
        head->status == 304)
        head->framing = HTTP_NO_BODY;
    else if (head->framing == HTTP_NO_BODY)
        head->framing = HTTP_TO_CLOSE;
    if (head->framing == HTTP_TO_CLOSE)
        head->keep_alive = false;
}

static enum td_code read_head(const struct reader *r, struct td_bytes text,
                              enum http_role role)
{
    struct td_bytes line = take_line(&text);
    enum td_code code = role == HTTP_REQUESTS ? read_request_line(r, line)
                                              : read_status_line(r, line);

    while (code == TD_OK && (line = take_line(&text)).len > 0)
        code = read_field(r, line);
    if (code == TD_OK)
        code = read_framing(r);
    if (code == TD_OK && role == HTTP_REQUESTS)
        code = judge_request(r);
    return code;
}

enum td_code http_head_parse(struct http_head *head, struct td_bytes text,
                             enum http_role role, bool no_body, int *status,
                             struct td_error *err)
{
    struct reader r = {head, status, err};
    enum td_code code;

    head->field_count = 0;
    head->framing = HTTP_NO_BODY;
    head->length = 0;
    head->expect_continue = false;
    code = read_head(&r, text, role);
    if (code)
        return code;
    head->keep_alive = head->minor > 0
                           ? !http_has_token(head, "Connection", "close")
                           : http_has_token(head, "Connection", "keep-alive");
    if (role == HTTP_RESPONSES)
        judge_response(head, no_body);
    return TD_OK;
}
