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
#define HEAD_MAX     4096

/* What is left of a body. */
struct parts {
    struct td_bytes rest;     /* begins with the head of a part */
    struct td_bytes boundary; /* "--BOUNDARY" */
};

/* text up to a sign; false: it is not in it. */
static bool cut_at(struct td_bytes *text, const char *sign)
{
    const uint8_t *at =
        text->len ? memmem(text->ptr, text->len, sign, strlen(sign)) : NULL;

    if (at)
        text->len = (size_t)(at - text->ptr);
    return at != NULL;
}

static struct td_bytes behind(struct td_bytes text, size_t len)
{
    return td_bytes(text.ptr + len, text.len - len);
}

static bool begin(struct parts *parts, struct td_bytes body)
{
    struct td_bytes line = body;

    if (body.len < 3 || memcmp(body.ptr, "--", 2) != 0)
        return false;
    line.len = line.len < BOUNDARY_MAX + 2 ? line.len : BOUNDARY_MAX + 2;
    if (!cut_at(&line, "\r\n"))
        return false;
    parts->boundary = line;
    parts->rest = behind(body, line.len + 2);
    return true;
}

/* Where the value of a part ends: at the next boundary that begins a line, or
 * with a body that was cut.
 */
static size_t value_len(const struct parts *parts, struct td_bytes value)
{
    struct td_bytes rest = value;

    while (rest.len) {
        const uint8_t *at = memmem(rest.ptr, rest.len, parts->boundary.ptr,
                                   parts->boundary.len);
        size_t len = at ? (size_t)(at - value.ptr) : value.len;

        if (!at)
            break;
        if (len >= 2 && !memcmp(at - 2, "\r\n", 2))
            return len - 2;
        rest = behind(value, len + 1);
    }
    return value.len;
}

/* The head says `name="..."`, or without quotes. */
static bool is_secret(struct td_bytes head)
{
    static const char sign[] = "name=";
    struct td_bytes name = {0};

    for (size_t i = 0; i + sizeof(sign) <= head.len && !name.ptr; i++)
        if (!strncasecmp((const char *)head.ptr + i, sign, sizeof(sign) - 1) &&
            (i == 0 || strchr("; \t", head.ptr[i - 1])))
            name = behind(head, i + sizeof(sign) - 1);
    if (!name.ptr)
        return false;
    if (*name.ptr == '"') {
        name = behind(name, 1);
        (void)cut_at(&name, "\"");
    } else {
        (void)cut_at(&name, "\r\n");
        (void)cut_at(&name, ";");
    }
    return td_secret_name(name) || td_secret_name(http_pair_member(name));
}

/* The next part: its value, as it stands in the body, and whether it is a
 * secret. False: there is none.
 */
static bool next_part(struct parts *parts, struct td_bytes *value, bool *secret)
{
    struct td_bytes head = parts->rest;
    size_t len;

    head.len = head.len < HEAD_MAX ? head.len : HEAD_MAX;
    if (!cut_at(&head, "\r\n\r\n"))
        return false;
    *value = behind(parts->rest, head.len + 4);
    value->len = value_len(parts, *value);
    *secret =
        is_secret(head) && value->len > 0 && !td_bytes_is(*value, HTTP_HIDDEN);
    len = head.len + 4 + value->len + 2 + parts->boundary.len + 2;
    parts->rest = len < parts->rest.len ? behind(parts->rest, len)
                                        : td_bytes(parts->rest.ptr, 0);
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

    td_buf_clear(&redact->head);
    (void)begin(&parts, ev->payload);
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
