/* A body of parts (multipart/form-data, RFC 7578) among which are some whose
 * name gives a credential away.
 *
 *     --BOUNDARY
 *     Content-Disposition: form-data; name="password"
 *
 *     hunter2
 *     --BOUNDARY--
 */
#include "core/hex.h"
#include "core/secret_name.h"
#include "recorder/redact_internal.h"
#include "wire/http/form.h"

#include <strings.h>

#define BOUNDARY_MAX 72 /* RFC 2046: 70 characters, and the dashes */

/* What is left of a body. */
struct parts {
    struct td_bytes rest;     /* begins a line */
    struct td_bytes boundary; /* "--BOUNDARY" */
};

static struct td_bytes behind(struct td_bytes text, size_t len)
{
    return td_bytes(text.ptr + len, text.len - len);
}

/* text up to a sign, if it is in it. */
static void cut_at(struct td_bytes *text, const char *sign)
{
    const uint8_t *at =
        text->len ? memmem(text->ptr, text->len, sign, strlen(sign)) : NULL;

    if (at)
        text->len = (size_t)(at - text->ptr);
}

/* Take the first line off *rest. Some who send forms by hand end lines with
 * "\n" alone, and some servers read that. Returned without its end.
 */
static struct td_bytes take_line(struct td_bytes *rest)
{
    const uint8_t *end = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
    struct td_bytes line = td_bytes(rest->ptr, len);

    *rest = behind(*rest, len + (end != NULL));
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* Other texts have lines of dashes, too: patches, YAML, mail. */
static bool is_disposition(struct td_bytes line)
{
    static const char sign[] = "Content-Disposition:";

    return line.len >= sizeof(sign) - 1 &&
           !strncasecmp((const char *)line.ptr, sign, sizeof(sign) - 1);
}

static bool is_boundary(struct td_bytes *line)
{
    while (line->len && memchr(" \t", line->ptr[line->len - 1], 2))
        line->len--;
    return line->len >= 3 && line->len <= BOUNDARY_MAX &&
           !memcmp(line->ptr, "--", 2);
}

/* The first line that may be a boundary. */
static bool skip_preamble(struct td_bytes *rest)
{
    const uint8_t *at;

    if (rest->len > 1 && !memcmp(rest->ptr, "--", 2))
        return true;
    at = rest->len ? memmem(rest->ptr, rest->len, "\n--", 3) : NULL;
    if (at)
        *rest = behind(*rest, (size_t)(at + 1 - rest->ptr));
    return at != NULL;
}

/* Before the first part there may be a text for readers of mail, which is no
 * form. The line of dashes that the head of a part is behind is the boundary.
 */
static bool begin(struct parts *parts, struct td_bytes body)
{
    struct td_bytes rest = body;
    struct td_bytes first = take_line(&rest);
    bool in_head = false;

    if (first.len && *first.ptr != '-' && memchr(first.ptr, '=', first.len))
        return false;
    while (in_head ? body.len > 0 : skip_preamble(&body)) {
        struct td_bytes line = take_line(&body);

        if (!line.len) {
            in_head = false;
        } else if (is_boundary(&line)) {
            *parts = (struct parts){.rest = body, .boundary = line};
            in_head = true;
        } else if (in_head && is_disposition(line)) {
            return true;
        }
    }
    return false;
}

/* The line that begins here is the boundary, not one that only begins so. */
static bool is_at_boundary(const struct parts *parts)
{
    struct td_bytes rest = parts->rest;

    if (rest.len < parts->boundary.len ||
        memcmp(rest.ptr, parts->boundary.ptr, parts->boundary.len) != 0)
        return false;
    rest = behind(rest, parts->boundary.len);
    return !rest.len || memchr("\r\n \t", *rest.ptr, 4) ||
           (rest.len > 1 && !memcmp(rest.ptr, "--", 2));
}

/* Up to the blank line that ends it. False: there is no further one. */
static bool take_head(struct parts *parts, struct td_bytes *head)
{
    const uint8_t *start = parts->rest.ptr;

    while (parts->rest.len) {
        bool boundary = is_at_boundary(parts);
        struct td_bytes line = take_line(&parts->rest);

        if (boundary) {
            start = parts->rest.ptr;
        } else if (!line.len) {
            *head = td_bytes(start, (size_t)(line.ptr - start));
            return true;
        }
    }
    return false;
}

/* Up to the line end before the next boundary, or to the end of a body that was
 * cut.
 */
static struct td_bytes take_value(struct parts *parts)
{
    struct td_bytes value = parts->rest;
    struct td_bytes last = td_bytes(value.ptr, 0);

    while (parts->rest.len && !is_at_boundary(parts))
        last = take_line(&parts->rest);
    value.len = parts->rest.len ? (size_t)(last.ptr + last.len - value.ptr)
                                : (size_t)(parts->rest.ptr - value.ptr);
    return value;
}

static bool is_of_form(struct td_bytes head)
{
    while (head.len)
        if (is_disposition(take_line(&head)))
            return true;
    return false;
}

/* A parameter `name="..."`, or without quotes; `name*=UTF-8''...` with bytes as
 * "%70" (RFC 8187); `name*0*=...; name*1=...` in pieces (RFC 2231).
 */
struct said {
    struct td_bytes value; /* and what is behind it */
    bool coded;
    bool first; /* of pieces, or the only one */
};

static size_t skip(struct td_bytes text, size_t at, const char *bytes)
{
    while (at < text.len && text.ptr[at] && strchr(bytes, text.ptr[at]))
        at++;
    return at;
}

/* One that begins at `at`. What looks like that within the name of a file
 * counts, too.
 */
static bool read_name(struct said *said, struct td_bytes head, size_t at)
{
    static const char sign[] = "name";
    const size_t len = sizeof(sign) - 1;
    size_t digits;
    size_t end;

    if ((at > 0 && !memchr("; \t", head.ptr[at - 1], 3)) ||
        head.len - at < len ||
        strncasecmp((const char *)head.ptr + at, sign, len) != 0)
        return false;
    digits = skip(head, at + len, "*");
    end = skip(head, digits, "0123456789");
    said->first =
        end == digits || (end == digits + 1 && head.ptr[digits] == '0');
    end = skip(head, end, "*");
    said->coded = head.ptr[end - 1] == '*';
    end = skip(head, end, " \t");
    if (end == head.len || head.ptr[end] != '=')
        return false;
    said->value = behind(head, skip(head, end + 1, " \t"));
    return true;
}

/* Append the value as it is meant. */
static void add_value(struct td_buf *out, const struct said *said)
{
    struct td_bytes value = said->value;
    const uint8_t *quote;

    if (value.len && *value.ptr == '"') {
        value = behind(value, 1);
        cut_at(&value, "\"");
    } else {
        cut_at(&value, "\n");
        cut_at(&value, "\r");
        cut_at(&value, ";");
    }
    for (int i = 0; said->coded && said->first && i < 2; i++) {
        quote = value.len ? memchr(value.ptr, '\'', value.len) : NULL;
        value = behind(value, quote ? (size_t)(quote + 1 - value.ptr) : 0);
    }
    if (!said->coded || td_percent_decode(out, value))
        (void)td_buf_add_bytes(out, value);
}

static bool is_secret(struct td_bytes head)
{
    struct td_buf name = {0};
    struct said said;
    bool secret = false;

    if (!is_of_form(head))
        return false;
    for (size_t i = 0; i < head.len && !secret; i++) {
        if (!read_name(&said, head, i))
            continue;
        if (said.first)
            td_buf_clear(&name);
        add_value(&name, &said);
        secret = td_secret_name(td_buf_bytes(&name)) ||
                 td_secret_name(http_pair_member(td_buf_bytes(&name)));
    }
    td_buf_release(&name);
    return secret;
}

/* The next part: its value, as it stands in the body, and whether it is a
 * secret. False: there is none.
 */
static bool next_part(struct parts *parts, struct td_bytes *value, bool *secret)
{
    struct td_bytes head;

    if (!take_head(parts, &head))
        return false;
    *value = take_value(parts);
    *secret =
        value->len > 0 && !td_bytes_is(*value, HTTP_HIDDEN) && is_secret(head);
    return true;
}

bool redact_is_parts(const struct td_event *ev)
{
    struct parts parts;
    struct td_bytes value;
    bool secret = false;

    if (ev->form == TD_FORM_JSON || !td_bytes_is(ev->kind, TD_KIND_BODY) ||
        !begin(&parts, ev->payload))
        return false;
    while (!secret && next_part(&parts, &value, &secret))
        continue;
    return secret;
}

void redact_parts(struct rec_redact *redact, struct td_event *ev)
{
    struct parts parts;
    struct td_bytes value;
    const uint8_t *copied = ev->payload.ptr;
    bool secret;

    if (!begin(&parts, ev->payload))
        return;
    td_buf_clear(&redact->head);
    while (next_part(&parts, &value, &secret)) {
        if (!secret)
            continue;
        (void)td_buf_add(&redact->head, copied, (size_t)(value.ptr - copied));
        (void)td_buf_add_text(&redact->head, HTTP_HIDDEN);
        copied = value.ptr + value.len;
        redact->values++;
    }
    (void)td_buf_add(&redact->head, copied,
                     (size_t)(ev->payload.ptr + ev->payload.len - copied));
    ev->payload = td_buf_bytes(&redact->head);
}
