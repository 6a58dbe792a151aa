#include "core/b64.h"
#include "core/json.h"
#include "core/payload.h"
#include "wire/server/server_internal.h"
#include "wire/sse/sse.h"

#include <inttypes.h>

static struct td_bytes skip_space(struct td_bytes text)
{
    while (text.len > 0 && memchr(" \t\r\n", text.ptr[0], 4))
        text = td_bytes(text.ptr + 1, text.len - 1);
    return text;
}

/* sio_arguments() of JSON with white space where it may be. */
static struct td_bytes arguments_within(const struct td_event *ev)
{
    struct td_json_doc doc = {0};
    struct td_bytes json = td_payload_json(ev);
    struct td_bytes rest = td_bytes(NULL, 0);
    struct td_bytes begin = skip_space(json);
    bool is_array = begin.len > 0 && begin.ptr[0] == '[' &&
                    !td_json_parse(&doc, json, TD_JSON_DEPTH, NULL);
    uint32_t first = is_array && doc.values[0].count > 0;
    uint32_t from = 0;

    if (is_array && ev->ack.len > 0)
        from = doc.values[0].start + 1;
    else if (first && ev->name.len > 0 &&
             (td_bytes_equal(td_json_raw(&doc, 1), ev->name) ||
              (doc.values[1].kind == TD_JSON_STRING &&
               td_bytes_equal(td_json_inner(&doc, 1), ev->name))))
        from = doc.values[1].end;
    if (from > 0) {
        rest = skip_space(td_bytes(json.ptr + from, doc.values[0].end - from));
        if (ev->ack.len == 0 && rest.ptr[0] == ',')
            rest = skip_space(td_bytes(rest.ptr + 1, rest.len - 1));
    }
    td_json_release(&doc);
    return rest;
}

/* The arguments of a Socket.IO event, `["name",A,B]`, as what stands behind the
 * name: `A,B]` or `]`. ptr is NULL if the event is of another kind.
 */
static struct td_bytes sio_arguments(const struct td_event *ev)
{
    size_t head = ev->name.len + 3; /* ["name" */
    const uint8_t *p = ev->payload.ptr;

    if (ev->form == TD_FORM_TEXT && (ev->name.len > 0 || ev->ack.len > 0))
        return arguments_within(ev);
    if (ev->form != TD_FORM_JSON || ev->payload.len < 2 || p[0] != '[')
        return td_bytes(NULL, 0);
    if (ev->ack.len > 0)
        return td_bytes(p + 1, ev->payload.len - 1);
    if (ev->name.len == 0 || ev->payload.len <= head || p[1] != '"' ||
        memcmp(p + 2, ev->name.ptr, ev->name.len) != 0 || p[head - 1] != '"' ||
        (p[head] != ',' && p[head] != ']'))
        return td_bytes(NULL, 0);
    if (p[head] == ',')
        head++;
    return td_bytes(p + head, ev->payload.len - head);
}

/* `"key":VALUE,` or, with quotes, `"key":"VALUE",` - unless it is empty. */
static void put_member(struct td_buf *out, const char *key,
                       struct td_bytes value, const char *quote)
{
    if (value.len == 0)
        return;
    (void)td_buf_addf(out, "\"%s\":%s", key, quote);
    (void)td_buf_add_bytes(out, value);
    (void)td_buf_addf(out, "%s,", quote);
}

enum td_code envelope_ws(struct td_buf *out, enum ws_opcode *opcode,
                         const struct td_event *ev)
{
    struct td_bytes arguments = sio_arguments(ev);

    *opcode = ev->form == TD_FORM_BYTES ? WS_BINARY : WS_TEXT;
    if (!arguments.ptr)
        return td_buf_add_bytes(out, ev->payload);
    (void)td_buf_add_byte(out, '{');
    if (ev->ack.len > 0)
        put_member(out, "ack", ev->ack, "");
    else
        put_member(out, "event", ev->name, "\"");
    put_member(out, "ns", ev->ns, "\"");
    put_member(out, "id", ev->id, "");
    put_member(out, "att", ev->att, "");
    (void)td_buf_add_text(out, "\"args\":[");
    (void)td_buf_add_bytes(out, arguments);
    return td_buf_add_byte(out, '}');
}

static bool fits_field(uint8_t c)
{
    return c != '\n' && c != '\r' && c != '\0';
}

/* The text behind a JSON string body. A byte that no field may hold, and where
 * the escapes are broken each backslash, becomes U+FFFD: half a name is more
 * than none.
 */
static struct td_bytes field_text(struct td_buf *scratch, struct td_bytes inner)
{
    struct td_buf text = {0};
    struct td_bytes from = inner;
    bool whole;

    if (inner.len == 0 || !memchr(inner.ptr, '\\', inner.len))
        return inner;
    whole = td_json_unescape(&text, inner) == TD_OK;
    if (whole)
        from = td_buf_bytes(&text);
    td_buf_clear(scratch);
    for (size_t i = 0; i < from.len; i++) {
        uint8_t c = from.ptr[i];

        if (!fits_field(c) || (!whole && c == '\\'))
            (void)td_buf_add_text(scratch, "\xef\xbf\xbd");
        else
            (void)td_buf_add_byte(scratch, c);
    }
    td_buf_release(&text);
    return td_buf_bytes(scratch);
}

/* The id that ev brings; ptr is NULL if it has none. */
static struct td_bytes own_sse_id(struct td_buf *scratch,
                                  const struct td_event *ev)
{
    if (ev->id.len < 2 || *ev->id.ptr != '"')
        return td_bytes(NULL, 0);
    return field_text(scratch, td_bytes(ev->id.ptr + 1, ev->id.len - 2));
}

struct td_bytes wire_sse_id(struct td_buf *scratch, const struct td_event *ev)
{
    struct td_bytes own = own_sse_id(scratch, ev);

    if (own.ptr || ev->seq == 0)
        return own;
    td_buf_clear(scratch);
    (void)td_buf_addf(scratch, "tape:%" PRIu64 "-%" PRIu64, ev->at_ns, ev->seq);
    return td_buf_bytes(scratch);
}

static void sse_data(struct td_buf *data, const struct td_event *ev)
{
    struct td_bytes arguments = sio_arguments(ev);

    if (arguments.ptr) {
        (void)td_buf_add_byte(data, '[');
        (void)td_buf_add_bytes(data, arguments);
    } else if (ev->form == TD_FORM_BYTES) {
        (void)td_b64_encode(data, ev->payload);
    } else {
        (void)td_buf_add_bytes(data, ev->payload);
    }
}

enum td_code envelope_sse(struct td_buf *out, const struct td_event *ev,
                          bool id_for_all)
{
    struct td_buf name = {0};
    struct td_buf id = {0};
    struct td_buf data = {0};
    struct td_bytes shown = field_text(&name, ev->name);
    struct td_bytes shown_id =
        id_for_all ? wire_sse_id(&id, ev) : own_sse_id(&id, ev);
    enum td_code code;

    if (ev->form == TD_FORM_BYTES && shown.len == 0)
        shown = td_text("binary");
    sse_data(&data, ev);
    if (td_bytes_is(ev->kind, TD_KIND_ID))
        code = sse_put_id(out, shown_id);
    else
        code = sse_put(out, shown, shown_id, td_buf_bytes(&data));
    td_buf_release(&name);
    td_buf_release(&id);
    td_buf_release(&data);
    return code;
}

/* A JSON string body that holds what field_text() must replace. */
static bool is_changed(struct td_bytes inner)
{
    struct td_buf text = {0};
    bool is;

    if (inner.len == 0 || !memchr(inner.ptr, '\\', inner.len))
        return false;
    is =
        td_json_unescape(&text, inner) != TD_OK || td_json_has_half_pair(inner);
    for (size_t i = 0; i < text.len && !is; i++)
        is = !fits_field(text.ptr[i]);
    td_buf_release(&text);
    return is;
}

const char *envelope_sse_changes(const struct td_event *ev)
{
    bool quoted = ev->id.len >= 2 && *ev->id.ptr == '"';

    if (is_changed(ev->name))
        return "a line break, NUL or half a surrogate pair in its name arrives "
               "as U+FFFD";
    if (quoted && is_changed(td_bytes(ev->id.ptr + 1, ev->id.len - 2)))
        return "a line break, NUL or half a surrogate pair in its id arrives "
               "as U+FFFD";
    if (ev->att.len > 0)
        return "its attachments are not sent";
    if (ev->form != TD_FORM_BYTES && ev->payload.len > 0 &&
        memchr(ev->payload.ptr, '\r', ev->payload.len))
        return "a CR in its data arrives as LF";
    return NULL;
}

struct td_event envelope_sio(const struct td_event *ev)
{
    struct td_event own = *ev;

    if (own.id.len > 0 && *own.id.ptr == '"')
        own.id = td_bytes(NULL, 0);
    return own;
}
