#include "wire/sio/packet.h"

#include "core/b64.h"
#include "core/json.h"
#include "wire/sio/packet_internal.h"

static const char where[] = "Socket.IO event";

bool sio_id_fits(struct td_bytes digits)
{
    static const char max[] = "9007199254740991";

    return digits.len < SIO_ID_MAX ||
           (digits.len == SIO_ID_MAX &&
            memcmp(digits.ptr, max, SIO_ID_MAX) <= 0);
}

static enum td_code unusable(struct td_error *err, const char *text)
{
    return td_error_set(err, TD_USAGE, where, 0, "%s", text);
}

bool sio_name_is_reserved(struct td_bytes name)
{
    static const char *const names[] = {
        "connect",       "connect_error", "disconnect",
        "disconnecting", "newListener",   "removeListener",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (td_bytes_is(name, names[i]))
            return true;
    return false;
}

/* The same for a name that is still escaped. */
static bool is_reserved(struct td_bytes inner)
{
    struct td_buf name = {0};
    bool reserved;

    if (inner.len == 0 || !memchr(inner.ptr, '\\', inner.len))
        return sio_name_is_reserved(inner);
    reserved = td_json_unescape(&name, inner) == TD_OK &&
               sio_name_is_reserved(td_buf_bytes(&name));
    td_buf_release(&name);
    return reserved;
}

/* True if payload is [" name " and , or ] - as recorded events are. */
static bool begins_with(struct td_bytes payload, struct td_bytes name)
{
    const uint8_t *p = payload.ptr;
    size_t n = name.len;

    return payload.len >= n + 4 && p[0] == '[' && p[1] == '"' &&
           (n == 0 || !memcmp(p + 2, name.ptr, n)) && p[n + 2] == '"' &&
           (p[n + 3] == ',' || p[n + 3] == ']');
}

/* Whether text, of an event that has a name or is an ack, may be JSON that
 * could not stand on a tape line as it is.
 */
static bool may_be_array(const struct td_event *ev)
{
    size_t i = 0;

    while (i < ev->payload.len && memchr(" \t\r\n", ev->payload.ptr[i], 4))
        i++;
    return i < ev->payload.len && ev->payload.ptr[i] == '[' &&
           (ev->name.len > 0 || ev->ack.len > 0);
}

/* Whether string i is the name, however either is escaped. */
static bool is_name(const struct td_json_doc *doc, uint32_t i,
                    struct td_bytes name)
{
    struct td_buf plain = {0};
    bool same = td_bytes_equal(td_json_inner(doc, i), name);

    if (!same && memchr(name.ptr, '\\', name.len)) {
        same = td_json_unescape(&plain, name) == TD_OK &&
               td_json_string_is(doc, i, td_buf_bytes(&plain));
        td_buf_release(&plain);
    }
    return same;
}

/* Whether the payload is an argument array already: with the name first, or
 * any array if it is an ack. doc is filled if it had to be read.
 */
static bool is_arguments(const struct td_event *ev, struct td_json_doc *doc)
{
    const struct td_json_value *first;

    if (ev->form == TD_FORM_BYTES ||
        (ev->form == TD_FORM_TEXT && !may_be_array(ev)))
        return false;
    if (ev->form == TD_FORM_JSON && ev->ack.len == 0 &&
        begins_with(ev->payload, ev->name))
        return true;
    if (td_json_parse(doc, ev->payload, SIO_DEPTH_MAX, NULL) != TD_OK ||
        doc->values[0].kind != TD_JSON_ARRAY)
        return false;
    if (ev->ack.len > 0)
        return true;
    first = &doc->values[1];
    if (doc->values[0].count == 0)
        return false;
    if (first->kind == TD_JSON_NUMBER)
        return td_bytes_equal(td_json_raw(doc, 1), ev->name);
    return first->kind == TD_JSON_STRING && is_name(doc, 1, ev->name);
}

static bool is_digits(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return sio_id_fits(text) && (text.len < 2 || text.ptr[0] != '0');
}

/* How many strings the array of attachments has; SIZE_MAX if it is none. */
static size_t count_attachments(struct td_bytes att)
{
    struct td_json_doc doc = {0};
    size_t count = SIZE_MAX;

    if (td_json_parse(&doc, att, 2, NULL) == TD_OK &&
        doc.values[0].kind == TD_JSON_ARRAY)
        count = doc.values[0].count;
    for (uint32_t i = 1; i < doc.len; i++)
        if (doc.values[i].kind != TD_JSON_STRING)
            count = SIZE_MAX;
    td_json_release(&doc);
    return count;
}

static enum td_code put_ns(struct td_buf *out, struct td_bytes ns,
                           struct td_error *err)
{
    size_t start = out->len;
    enum td_code code;

    if (ns.len == 0)
        return TD_OK;
    if (ns.ptr[0] != '/' || ns.len > SIO_NS_MAX * 6)
        return unusable(err, "a namespace that does not begin with /");
    code = memchr(ns.ptr, '\\', ns.len) ? td_json_unescape(out, ns)
                                        : td_buf_add_bytes(out, ns);
    if (code == TD_FORMAT ||
        (code == TD_OK && memchr(out->ptr + start, ',', out->len - start)))
        return unusable(err, "a namespace that no packet can carry");
    if (code != TD_OK)
        return code;
    return td_buf_add_byte(out, ',');
}

static enum td_code put_head(struct td_buf *out, enum sio_type type,
                             size_t attachments, const struct td_event *ev,
                             struct td_error *err)
{
    enum td_code code = td_buf_add_byte(out, (uint8_t)('0' + type));

    if (code == TD_OK && (type == SIO_BINARY_EVENT || type == SIO_BINARY_ACK))
        code = td_buf_addf(out, "%zu-", attachments);
    if (code == TD_OK)
        code = put_ns(out, ev->ns, err);
    if (code == TD_OK)
        code = td_buf_add_bytes(out, ev->ack.len > 0 ? ev->ack : ev->id);
    return code;
}

/* The payload as one argument: JSON as it is (core/payload.h), text as a
 * string, bytes as the place of the one attachment.
 */
static enum td_code put_argument(struct td_buf *out, const struct td_event *ev)
{
    static const char place[] = "{\"_placeholder\":true,\"num\":0}";
    enum td_code code;

    if (ev->form == TD_FORM_BYTES)
        return td_buf_add_text(out, place);
    if (ev->form == TD_FORM_JSON ||
        td_json_check(ev->payload, SIO_DEPTH_MAX - 1, NULL) == TD_OK)
        return td_buf_add_bytes(out, ev->payload);
    code = td_buf_add_byte(out, '"');
    if (code == TD_OK)
        code = td_json_escape(out, ev->payload);
    return code == TD_OK ? td_buf_add_byte(out, '"') : code;
}

static enum td_code put_wrapped(struct td_buf *out, const struct td_event *ev)
{
    enum td_code code = td_buf_add_byte(out, '[');

    if (code == TD_OK && ev->ack.len == 0) {
        (void)td_buf_add_byte(out, '"');
        (void)td_buf_add_bytes(out, ev->name.len > 0 ? ev->name
                                                     : td_text("message"));
        code = td_buf_add_text(out, "\",");
    }
    if (code == TD_OK)
        code = put_argument(out, ev);
    return code == TD_OK ? td_buf_add_byte(out, ']') : code;
}

static enum td_code check_places(const struct td_event *ev,
                                 struct td_json_doc *doc, size_t count,
                                 struct td_error *err)
{
    if (doc->len == 0 &&
        td_json_parse(doc, ev->payload, SIO_DEPTH_MAX, NULL) != TD_OK)
        return unusable(err, "the payload is not JSON");
    if (sio_places_check(doc, count, NULL) != TD_OK)
        return unusable(err, "its placeholders do not fit its attachments");
    return TD_OK;
}

/* The number of attachments and what type the packet has. */
static enum td_code find_type(const struct td_event *ev,
                              struct td_json_doc *doc, bool whole,
                              enum sio_type *type, size_t *count,
                              struct td_error *err)
{
    bool ack = ev->ack.len > 0;
    bool binary = ev->att.len > 0 || ev->form == TD_FORM_BYTES;

    *count = 0;
    *type = ack ? SIO_ACK : SIO_EVENT;
    if (!binary)
        return TD_OK;
    *type = ack ? SIO_BINARY_ACK : SIO_BINARY_EVENT;
    if (ev->form == TD_FORM_BYTES) {
        *count = 1;
        return ev->att.len > 0 ? unusable(err, "bytes with attachments")
                               : TD_OK;
    }
    *count = count_attachments(ev->att);
    if (*count > SIO_ATTACHMENTS_MAX || !whole)
        return unusable(err, "attachments that no packet can carry");
    return check_places(ev, doc, *count, err);
}

static enum td_code put_message(struct td_buf *out, size_t *attachments,
                                const struct td_event *ev, struct td_error *err)
{
    struct td_json_doc doc = {0};
    bool whole = is_arguments(ev, &doc);
    enum sio_type type;
    enum td_code code = find_type(ev, &doc, whole, &type, attachments, err);

    td_json_release(&doc);
    if (code == TD_OK)
        code = put_head(out, type, *attachments, ev, err);
    if (code == TD_OK)
        code =
            whole ? td_buf_add_bytes(out, ev->payload) : put_wrapped(out, ev);
    return code;
}

/* Whether a text payload is a whole packet (see the top of sio.h), and how many
 * attachments it announces.
 */
static bool is_packet(const struct td_event *ev, size_t *attachments)
{
    struct sio_decoder *decoder;
    struct td_event seen;
    enum sio_type type;
    enum td_code code;
    bool same;

    if (ev->form != TD_FORM_TEXT || ev->payload.len < 2 ||
        ev->payload.ptr[0] < '0' || ev->payload.ptr[0] > '6')
        return false;
    decoder = sio_decoder_new(ev->payload.len);
    code = sio_decode(decoder, ev->payload, false, &type, &seen, NULL);
    *attachments = sio_decoder_left(decoder);
    same = (code == TD_OK || code == TD_AGAIN) &&
           td_bytes_equal(seen.name, ev->name) &&
           td_bytes_equal(seen.ack, ev->ack) &&
           td_bytes_equal(seen.kind, ev->kind);
    sio_decoder_free(decoder);
    return same;
}

static enum td_code put_kind(struct td_buf *out, const struct td_event *ev,
                             struct td_error *err)
{
    enum sio_type type = SIO_CONNECT;
    enum td_code code;

    if (td_bytes_is(ev->kind, SIO_KIND_CONNECT_ERROR))
        type = SIO_CONNECT_ERROR;
    else if (td_bytes_is(ev->kind, SIO_KIND_DISCONNECT))
        type = SIO_DISCONNECT;
    else if (!td_bytes_is(ev->kind, SIO_KIND_CONNECT))
        return unusable(err, "no packet carries an event of this kind");
    code = put_head(out, type, 0, &(struct td_event){.ns = ev->ns}, err);
    return code == TD_OK ? td_buf_add_bytes(out, ev->payload) : code;
}

static enum td_code put_packet(struct td_buf *out, size_t *attachments,
                               const struct td_event *ev, struct td_error *err)
{
    *attachments = 0;
    if (is_packet(ev, attachments))
        return td_buf_add_bytes(out, ev->payload);
    if (ev->kind.len > 0)
        return put_kind(out, ev, err);
    if (!is_digits(ev->id) || !is_digits(ev->ack))
        return unusable(err, "an ack id that is no whole number below 10^15");
    if (ev->ack.len == 0 && is_reserved(ev->name))
        return unusable(err, "its name is reserved");
    return put_message(out, attachments, ev, err);
}

enum td_code sio_encode(struct td_buf *out, size_t *attachments,
                        const struct td_event *ev, struct td_error *err)
{
    size_t start = out->len;
    enum td_code code = put_packet(out, attachments, ev, err);

    if (code == TD_OK)
        return TD_OK;
    out->len = start;
    if (code == TD_LIMIT)
        return td_error_set(err, code, where, 0, "the packet is too long");
    return code;
}

/* String i of an array of strings without escapes, between its quotes. */
static bool string_at(struct td_bytes att, size_t i, struct td_bytes *out)
{
    const uint8_t *at = att.ptr;
    const uint8_t *end = att.ptr + att.len;

    for (;; i--) {
        const uint8_t *open =
            at < end ? memchr(at, '"', (size_t)(end - at)) : NULL;
        const uint8_t *close =
            open ? memchr(open + 1, '"', (size_t)(end - open - 1)) : NULL;

        if (!close)
            return false;
        *out = td_bytes(open + 1, (size_t)(close - open - 1));
        if (i == 0)
            return true;
        at = close + 1;
    }
}

enum td_code sio_attachment(struct td_buf *out, const struct td_event *ev,
                            size_t i, struct td_error *err)
{
    struct td_bytes text;
    enum td_code code;

    if (ev->form == TD_FORM_BYTES)
        return i == 0 ? td_buf_add_bytes(out, ev->payload) : TD_END;
    if (!string_at(ev->att, i, &text))
        return TD_END;
    code = td_b64_decode(out, text);
    if (code == TD_FORMAT)
        return unusable(err, "an attachment that is not base64");
    return code;
}
