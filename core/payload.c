#include "core/payload.h"

static struct td_bytes skip(struct td_bytes text, size_t n)
{
    return td_bytes(text.ptr + n, text.len - n);
}

static struct td_bytes skip_digits(struct td_bytes text)
{
    while (text.len > 0 && (unsigned)(text.ptr[0] - '0') < 10)
        text = skip(text, 1);
    return text;
}

static struct td_bytes skip_space(struct td_bytes text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t' ||
                            text.ptr[0] == '\r' || text.ptr[0] == '\n'))
        text = skip(text, 1);
    return text;
}

/* <type>[<attachments>-][<namespace>,][<ack id>] */
static struct td_bytes skip_head(struct td_bytes text)
{
    struct td_bytes rest = skip(text, 1);
    struct td_bytes count = skip_digits(rest);

    if (text.ptr[0] >= '5' && count.len > 0 && count.ptr[0] == '-')
        rest = skip(count, 1);
    if (rest.len > 0 && rest.ptr[0] == '/') {
        const uint8_t *comma = memchr(rest.ptr, ',', rest.len);

        rest = skip(rest, comma ? (size_t)(comma - rest.ptr) + 1 : rest.len);
    }
    return skip_digits(rest);
}

/* Whether arguments begin with the name, which is a string or a number. */
static bool begins_with(struct td_bytes array, struct td_bytes name)
{
    struct td_bytes first = skip_space(skip(array, 1));
    bool quoted = first.len > 0 && first.ptr[0] == '"';

    if (quoted)
        first = skip(first, 1);
    return name.len > 0 && first.len > name.len &&
           !memcmp(first.ptr, name.ptr, name.len) &&
           (!quoted || first.ptr[name.len] == '"');
}

struct td_bytes td_payload_behind_head(const struct td_event *ev)
{
    struct td_bytes rest = skip_head(ev->payload);
    struct td_bytes json = skip_space(rest);
    bool is_it = json.len > 0;

    if (is_it && !td_event_is_plain(ev))
        is_it = json.ptr[0] == '{' || json.ptr[0] == '"';
    else if (is_it)
        is_it = json.ptr[0] == '[' &&
                (ev->ack.len > 0 || begins_with(json, ev->name));
    return is_it ? rest : ev->payload;
}
