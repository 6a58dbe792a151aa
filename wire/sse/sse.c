#include "wire/sse/sse.h"

#include <inttypes.h>

#define BOM "\xef\xbb\xbf"

void sse_parser_init(struct sse_parser *parser, size_t max_event)
{
    *parser = (struct sse_parser){.max_event = max_event};
}

void sse_parser_release(struct sse_parser *parser)
{
    td_buf_release(&parser->line);
    td_buf_release(&parser->data);
    td_buf_release(&parser->name);
    td_buf_release(&parser->id);
    td_buf_release(&parser->last_id);
}

static enum td_code too_long(struct td_error *err, const char *what)
{
    return td_error_set(err, TD_LIMIT, NULL, 0, "SSE: %s is too long", what);
}

static size_t max_event(const struct sse_parser *p)
{
    return p->max_event ? p->max_event : SSE_EVENT_MAX;
}

/* Cut the next line from *in: TD_OK and *line, which points into *in or, if it
 * began earlier, into p->line. The LF of a CRLF is taken with the next line.
 */
static enum td_code take_line(struct sse_parser *p, struct td_bytes *in,
                              struct td_bytes *line, struct td_error *err)
{
    const uint8_t *lf;
    const uint8_t *cr;
    size_t len;

    if (in->len == 0)
        return TD_AGAIN;
    if (p->cr && *in->ptr == '\n')
        *in = td_bytes(in->ptr + 1, in->len - 1);
    p->cr = false;
    if (in->len == 0)
        return TD_AGAIN;
    lf = memchr(in->ptr, '\n', in->len);
    len = lf ? (size_t)(lf - in->ptr) : in->len;
    cr = memchr(in->ptr, '\r', len);
    len = cr ? (size_t)(cr - in->ptr) : len;
    if (len > max_event(p) + SSE_FIELD_MAX - p->line.len)
        return too_long(err, "a line");
    *line = td_bytes(in->ptr, len);
    if (!lf && !cr) {
        (void)td_buf_add_bytes(&p->line, *line);
        *in = td_bytes(in->ptr + len, 0);
        return TD_AGAIN;
    }
    p->cr = cr;
    *in = td_bytes(in->ptr + len + 1, in->len - len - 1);
    if (p->line.len > 0) {
        (void)td_buf_add_bytes(&p->line, *line);
        *line = td_buf_bytes(&p->line);
    }
    return TD_OK;
}

static enum td_code set_field(struct td_buf *field, struct td_bytes value,
                              struct td_error *err)
{
    if (value.len > SSE_FIELD_MAX)
        return too_long(err, "an id or event name");
    td_buf_clear(field);
    return td_buf_add_bytes(field, value);
}

/* Digits only, or the field is ignored. What is past 64 bits counts as the most
 * that fits.
 */
static bool read_retry(struct td_bytes value, uint64_t *ms)
{
    *ms = 0;
    for (size_t i = 0; i < value.len; i++) {
        unsigned digit = (unsigned)(value.ptr[i] - '0');

        if (value.ptr[i] < '0' || value.ptr[i] > '9')
            return false;
        *ms = *ms > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *ms * 10 + digit;
    }
    return value.len > 0;
}

static enum td_code add_data(struct sse_parser *p, struct td_bytes value,
                             struct td_error *err)
{
    if (value.len + p->has_data > max_event(p) - p->data.len)
        return too_long(err, "an event");
    if (p->has_data)
        (void)td_buf_add_byte(&p->data, '\n');
    p->has_data = true;
    return td_buf_add_bytes(&p->data, value);
}

/* TD_OK: the field made an item; TD_AGAIN: it did not. */
static enum td_code take_field(struct sse_parser *p, struct td_bytes name,
                               struct td_bytes value, struct sse_item *item,
                               struct td_error *err)
{
    enum td_code code = TD_OK;

    if (td_bytes_is(name, "data")) {
        code = add_data(p, value, err);
    } else if (td_bytes_is(name, "event")) {
        code = set_field(&p->name, value, err);
    } else if (td_bytes_is(name, "id")) {
        if (value.len > 0 && memchr(value.ptr, '\0', value.len))
            return TD_AGAIN;
        p->has_id = true;
        code = set_field(&p->id, value, err);
    } else if (td_bytes_is(name, "retry") &&
               read_retry(value, &item->retry_ms)) {
        item->kind = SSE_RETRY;
        item->data = value;
        return TD_OK;
    }
    return code ? code : TD_AGAIN;
}

/* An empty line: the event is dispatched if it has data; its id counts without
 * any too.
 */
static enum td_code dispatch(struct sse_parser *p, struct sse_item *item)
{
    if (p->has_id) {
        td_buf_clear(&p->last_id);
        (void)td_buf_add_bytes(&p->last_id, td_buf_bytes(&p->id));
    }
    p->clear = true;
    item->id = td_buf_bytes(&p->last_id);
    item->has_id = p->has_id;
    item->kind = p->has_data ? SSE_EVENT : SSE_ID;
    if (!p->has_data)
        return p->has_id ? TD_OK : TD_AGAIN;
    item->name = td_buf_bytes(&p->name);
    item->data = td_buf_bytes(&p->data);
    return TD_OK;
}

static enum td_code take(struct sse_parser *p, struct td_bytes line,
                         struct sse_item *item, struct td_error *err)
{
    const uint8_t *colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;
    struct td_bytes name = line;
    struct td_bytes value = td_bytes("", 0);

    if (line.len == 0)
        return dispatch(p, item);
    if (colon) {
        name.len = (size_t)(colon - line.ptr);
        value = td_bytes(colon + 1, line.len - name.len - 1);
        if (value.len > 0 && *value.ptr == ' ')
            value = td_bytes(value.ptr + 1, value.len - 1);
    }
    if (colon != line.ptr)
        return take_field(p, name, value, item, err);
    item->kind = SSE_COMMENT;
    item->data = value;
    return TD_OK;
}

static void forget_event(struct sse_parser *p)
{
    td_buf_clear(&p->data);
    td_buf_clear(&p->name);
    td_buf_clear(&p->id);
    p->has_data = false;
    p->has_id = false;
    p->clear = false;
}

enum td_code sse_next(struct sse_parser *parser, struct td_bytes *in,
                      struct sse_item *item, struct td_error *err)
{
    enum td_code code;

    do {
        struct td_bytes line;

        if (parser->clear)
            forget_event(parser);
        if (parser->line_done)
            td_buf_clear(&parser->line);
        parser->line_done = false;
        code = take_line(parser, in, &line, err);
        if (code != TD_OK)
            return code;
        parser->line_done = true;
        if (!parser->begun && line.len >= 3 && !memcmp(line.ptr, BOM, 3))
            line = td_bytes(line.ptr + 3, line.len - 3);
        parser->begun = true;
        *item = (struct sse_item){.kind = SSE_EVENT};
        code = take(parser, line, item, err);
    } while (code == TD_AGAIN);
    return code;
}

bool sse_is_within(const struct sse_parser *parser)
{
    bool half_line = parser->line.len > 0 && !parser->line_done;
    bool fields = parser->has_data || parser->has_id || parser->name.len > 0;

    return half_line || (fields && !parser->clear);
}

void sse_parser_reconnect(struct sse_parser *parser)
{
    forget_event(parser);
    td_buf_clear(&parser->line);
    parser->line_done = false;
    parser->begun = false;
    parser->cr = false;
}

struct td_bytes sse_last_id(const struct sse_parser *parser)
{
    return td_buf_bytes(&parser->last_id);
}

static bool has_byte(struct td_bytes text, int byte)
{
    return text.len > 0 && memchr(text.ptr, byte, text.len);
}

static enum td_code put_line(struct td_buf *out, const char *name,
                             struct td_bytes value)
{
    if (td_buf_add_text(out, name) || td_buf_add_bytes(out, value))
        return TD_LIMIT;
    return td_buf_add_byte(out, '\n');
}

/* The bytes of *data before its first line break, which is taken off. */
static struct td_bytes next_line(struct td_bytes *data, bool *more)
{
    const uint8_t *lf = data->len ? memchr(data->ptr, '\n', data->len) : NULL;
    size_t len = lf ? (size_t)(lf - data->ptr) : data->len;
    const uint8_t *cr = len ? memchr(data->ptr, '\r', len) : NULL;
    struct td_bytes line = td_bytes(data->ptr, len);
    size_t used = lf ? len + 1 : len;

    if (cr) {
        line.len = (size_t)(cr - data->ptr);
        used = line.len + (lf == cr + 1 ? 2 : 1);
    }
    *more = lf || cr;
    data->ptr += used;
    data->len -= used;
    return line;
}

static enum td_code put_data(struct td_buf *out, struct td_bytes data)
{
    bool more = true;

    while (more) {
        struct td_bytes line = next_line(&data, &more);

        if (put_line(out, "data: ", line))
            return TD_LIMIT;
    }
    return td_buf_add_byte(out, '\n');
}

static bool fits_line(struct td_bytes text)
{
    return !has_byte(text, '\n') && !has_byte(text, '\r');
}

enum td_code sse_put(struct td_buf *out, struct td_bytes name,
                     struct td_bytes id, struct td_bytes data)
{
    size_t had = out->len;

    if (!fits_line(name) || !fits_line(id) || has_byte(id, '\0'))
        return TD_USAGE;
    if ((id.ptr && put_line(out, "id: ", id)) ||
        (name.len > 0 && put_line(out, "event: ", name)) ||
        put_data(out, data)) {
        out->len = had;
        return TD_LIMIT;
    }
    return TD_OK;
}

enum td_code sse_put_id(struct td_buf *out, struct td_bytes id)
{
    size_t had = out->len;

    if (!fits_line(id) || has_byte(id, '\0'))
        return TD_USAGE;
    if (!put_line(out, "id: ", id) && !td_buf_add_byte(out, '\n'))
        return TD_OK;
    out->len = had;
    return TD_LIMIT;
}

enum td_code sse_put_retry(struct td_buf *out, uint64_t ms)
{
    return td_buf_addf(out, "retry: %" PRIu64 "\n\n", ms);
}

enum td_code sse_put_comment(struct td_buf *out, const char *text)
{
    return td_buf_addf(out, ": %s\n\n", text);
}

enum td_code sse_put_half(struct td_buf *out, const struct sse_parser *parser)
{
    bool kept = !parser->clear;
    enum td_code code = TD_OK;

    if (kept && parser->has_id)
        code = put_line(out, "id: ", td_buf_bytes(&parser->id));
    if (!code && kept && parser->name.len > 0)
        code = put_line(out, "event: ", td_buf_bytes(&parser->name));
    if (!code && kept && parser->has_data) {
        code = put_data(out, td_buf_bytes(&parser->data));
        out->len -= !code; /* the empty line would be its end */
    }
    if (!code && !parser->line_done)
        code = td_buf_add_bytes(out, td_buf_bytes(&parser->line));
    return code;
}
