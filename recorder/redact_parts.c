/* A body of parts (multipart/form-data, RFC 7578) among which are some whose
 * name gives a credential away.
 *
 *     --BOUNDARY
 *     Content-Disposition: form-data; name="password"
 *
 *     hunter2
 *     --BOUNDARY--
 */
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

static bool begin(struct parts *parts, struct td_bytes body)
{
    struct td_bytes line;

    while (body.len && memchr("\r\n", *body.ptr, 2))
        body = behind(body, 1);
    line = take_line(&body);
    while (line.len && memchr(" \t", line.ptr[line.len - 1], 2))
        line.len--;
    if (line.len < 3 || line.len > BOUNDARY_MAX || memcmp(line.ptr, "--", 2))
        return false;
    *parts = (struct parts){.rest = body, .boundary = line};
    return true;
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

static bool names_secret(struct td_bytes name)
{
    if (name.len && *name.ptr == '"') {
        name = behind(name, 1);
        cut_at(&name, "\"");
    } else {
        cut_at(&name, "\n");
        cut_at(&name, "\r");
        cut_at(&name, ";");
    }
    return td_secret_name(name) || td_secret_name(http_pair_member(name));
}

/* Other texts begin with dashes, too: patches, YAML, mail. */
static bool is_of_form(struct td_bytes head)
{
    static const char sign[] = "Content-Disposition:";
    const size_t len = sizeof(sign) - 1;

    while (head.len) {
        struct td_bytes line = take_line(&head);

        if (line.len > len && !strncasecmp((const char *)line.ptr, sign, len))
            return true;
    }
    return false;
}

/* The head says `name="..."`, or without quotes. What looks like that within
 * the name of a file counts, too.
 */
static bool is_secret(struct td_bytes head)
{
    static const char sign[] = "name=";
    const size_t len = sizeof(sign) - 1;

    if (!is_of_form(head))
        return false;
    for (size_t i = 0; i + len < head.len; i++)
        if (!strncasecmp((const char *)head.ptr + i, sign, len) &&
            (i == 0 || memchr("; \t", head.ptr[i - 1], 3)) &&
            names_secret(behind(head, i + len)))
            return true;
    return false;
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
