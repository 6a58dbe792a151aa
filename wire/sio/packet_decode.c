#include "wire/sio/packet.h"

#include "core/b64.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "wire/sio/packet_internal.h"

#include <stdlib.h>

#define MAX_BYTES ((size_t)1000000)

/* The parts of a text packet, as they stand on the wire. */
struct packet {
    enum sio_type type;
    bool exact;   /* these parts alone give the head back */
    size_t count; /* attachments */
    struct td_bytes ns;
    struct td_bytes id; /* digits without leading zeros */
    struct td_bytes data;
};

struct sio_decoder {
    size_t max_bytes;
    struct td_json_doc doc;
    struct td_buf text; /* the text packet while attachments come */
    struct td_buf att;
    struct td_buf escaped; /* the namespace */
    struct td_buf scratch;
    struct packet packet;
    size_t left;  /* attachments still to come */
    size_t bytes; /* of text and attachments so far */
};

static const char where[] = "Socket.IO packet";

static enum td_code bad(struct td_error *err, const char *text)
{
    return td_error_set(err, TD_PROTOCOL, where, 0, "%s", text);
}

static bool is_binary(enum sio_type type)
{
    return type == SIO_BINARY_EVENT || type == SIO_BINARY_ACK;
}

static bool is_event(enum sio_type type)
{
    return type == SIO_EVENT || type == SIO_BINARY_EVENT;
}

static bool is_ack(enum sio_type type)
{
    return type == SIO_ACK || type == SIO_BINARY_ACK;
}

struct sio_decoder *sio_decoder_new(size_t max_bytes)
{
    struct sio_decoder *d = td_calloc(1, sizeof(*d));

    d->max_bytes = max_bytes ? max_bytes : MAX_BYTES;
    return d;
}

void sio_decoder_free(struct sio_decoder *d)
{
    if (!d)
        return;
    td_json_release(&d->doc);
    td_buf_release(&d->text);
    td_buf_release(&d->att);
    td_buf_release(&d->escaped);
    td_buf_release(&d->scratch);
    free(d);
}

size_t sio_decoder_left(const struct sio_decoder *d)
{
    return d->left;
}

struct td_bytes sio_decoder_text(const struct sio_decoder *d)
{
    return td_buf_bytes(&d->text);
}

struct td_bytes sio_decoder_json(const struct sio_decoder *d)
{
    return d->packet.data;
}

static struct td_bytes skip(struct td_bytes text, size_t n)
{
    return td_bytes(text.ptr + n, text.len - n);
}

/* Take the digits at the start of *rest, without leading zeros. */
static struct td_bytes take_digits(struct td_bytes *rest, bool *exact)
{
    size_t len = 0;
    size_t zeros = 0;

    while (len < rest->len && rest->ptr[len] >= '0' && rest->ptr[len] <= '9')
        len++;
    while (zeros + 1 < len && rest->ptr[zeros] == '0')
        zeros++;
    if (zeros > 0)
        *exact = false;
    *rest = skip(*rest, len);
    return td_bytes(rest->ptr - (len - zeros), len - zeros);
}

static enum td_code take_count(struct packet *p, struct td_bytes *rest,
                               struct td_error *err)
{
    struct td_bytes digits = take_digits(rest, &p->exact);

    if (digits.len == 0 || rest->len == 0 || rest->ptr[0] != '-')
        return bad(err, "a binary packet without its number of attachments");
    *rest = skip(*rest, 1);
    for (size_t i = 0; i < digits.len && p->count <= SIO_ATTACHMENTS_MAX; i++)
        p->count = p->count * 10 + (size_t)(digits.ptr[i] - '0');
    if (p->count > SIO_ATTACHMENTS_MAX)
        return td_error_set(err, TD_LIMIT, where, 0, "more than %d attachments",
                            SIO_ATTACHMENTS_MAX);
    return TD_OK;
}

static enum td_code take_ns(struct packet *p, struct td_bytes *rest,
                            struct td_error *err)
{
    const uint8_t *comma;

    if (rest->len == 0 || rest->ptr[0] != '/')
        return TD_OK;
    comma = memchr(rest->ptr, ',', rest->len);
    p->ns =
        td_bytes(rest->ptr, comma ? (size_t)(comma - rest->ptr) : rest->len);
    *rest = skip(*rest, comma ? p->ns.len + 1 : p->ns.len);
    if (p->ns.len > SIO_NS_MAX)
        return td_error_set(err, TD_LIMIT, where, 0, "a namespace of %zu bytes",
                            p->ns.len);
    if (!td_utf8_valid(p->ns))
        return bad(err, "the namespace is not UTF-8");
    if (!comma || p->ns.len == 1)
        p->exact = false;
    if (p->ns.len == 1)
        p->ns.len = 0;
    return TD_OK;
}

static enum td_code take_head(struct packet *p, struct td_bytes text,
                              struct td_error *err)
{
    enum td_code code = TD_OK;

    if (text.len == 0 || text.ptr[0] < '0' || text.ptr[0] > '6')
        return bad(err, "it does not begin with a packet type");
    *p = (struct packet){.type = (enum sio_type)(text.ptr[0] - '0'),
                         .exact = true};
    text = skip(text, 1);
    if (is_binary(p->type))
        code = take_count(p, &text, err);
    if (code == TD_OK)
        code = take_ns(p, &text, err);
    if (code != TD_OK)
        return code;
    p->id = take_digits(&text, &p->exact);
    p->data = text;
    if (!sio_id_fits(p->id))
        return bad(err, "an ack id past 2^53 - 1");
    if (p->id.len > 0 && !is_event(p->type) && !is_ack(p->type))
        p->exact = false;
    return TD_OK;
}

/* Whether the first argument may be an event's name; *name is how it is
 * spelled.
 */
static enum td_code take_name(struct sio_decoder *d, struct td_bytes *name,
                              struct td_error *err)
{
    const struct td_json_value *first = &d->doc.values[1];

    if (d->doc.values[0].count == 0 ||
        (first->kind != TD_JSON_STRING && first->kind != TD_JSON_NUMBER))
        return bad(err, "an event without a name");
    if (first->kind == TD_JSON_NUMBER) {
        *name = td_json_raw(&d->doc, 1);
        return TD_OK;
    }
    *name = td_json_inner(&d->doc, 1);
    td_buf_clear(&d->scratch);
    if (first->flags & TD_JSON_ESCAPED)
        (void)td_json_unescape(&d->scratch, *name);
    if (sio_name_is_reserved((first->flags & TD_JSON_ESCAPED)
                                 ? td_buf_bytes(&d->scratch)
                                 : *name))
        return bad(err, "an event with a reserved name");
    return TD_OK;
}

static enum td_code check_arguments(struct sio_decoder *d,
                                    const struct packet *p,
                                    struct td_bytes *name, struct td_error *err)
{
    enum td_code code = TD_OK;

    if (p->data.len == 0 || d->doc.values[0].kind != TD_JSON_ARRAY)
        return bad(err, "the arguments are not an array");
    if (is_ack(p->type) && p->id.len == 0)
        return bad(err, "an ack of nothing");
    if (is_event(p->type))
        code = take_name(d, name, err);
    if (code == TD_OK && is_binary(p->type))
        code = sio_places_check(&d->doc, p->count, err);
    return code;
}

/* Whether the payload is of a kind that the packet type allows. */
static enum td_code check_payload(struct sio_decoder *d, const struct packet *p,
                                  struct td_bytes *name, struct td_error *err)
{
    enum td_json_kind kind = TD_JSON_NULL;

    if (p->data.len > 0) {
        if (td_json_parse(&d->doc, p->data, SIO_DEPTH_MAX, NULL) != TD_OK)
            return bad(err, "the payload is not JSON");
        kind = (enum td_json_kind)d->doc.values[0].kind;
    }
    if (is_event(p->type) || is_ack(p->type))
        return check_arguments(d, p, name, err);
    if (p->type == SIO_DISCONNECT && p->data.len > 0)
        return bad(err, "a disconnect with a payload");
    if (p->data.len > 0 && kind != TD_JSON_OBJECT &&
        (p->type == SIO_CONNECT || kind != TD_JSON_STRING))
        return bad(err, "the payload is not an object");
    return TD_OK;
}

/* Whether the payload may stand on a tape line as it is. It is valid JSON, so
 * white space is all that can be wrong.
 */
static bool fits_line(struct td_bytes json)
{
    return json.ptr[0] > ' ' && json.ptr[json.len - 1] > ' ' &&
           !memchr(json.ptr, '\n', json.len) &&
           !memchr(json.ptr, '\r', json.len);
}

static struct td_bytes escape_ns(struct sio_decoder *d, struct td_bytes ns)
{
    bool plain = true;

    for (size_t i = 0; i < ns.len && plain; i++)
        plain = ns.ptr[i] >= ' ' && ns.ptr[i] != '"' && ns.ptr[i] != '\\';
    if (plain)
        return ns;
    td_buf_clear(&d->escaped);
    (void)td_json_escape(&d->escaped, ns);
    return td_buf_bytes(&d->escaped);
}

static struct td_bytes kind_of(enum sio_type type)
{
    if (type == SIO_CONNECT)
        return td_text(SIO_KIND_CONNECT);
    if (type == SIO_CONNECT_ERROR)
        return td_text(SIO_KIND_CONNECT_ERROR);
    if (type == SIO_DISCONNECT)
        return td_text(SIO_KIND_DISCONNECT);
    return td_bytes(NULL, 0);
}

/* Read a text packet into d->packet and *ev, all but the attachments. */
static enum td_code read_text(struct sio_decoder *d, struct td_bytes text,
                              struct td_event *ev, struct td_error *err)
{
    struct packet *p = &d->packet;
    struct td_bytes name = {0};
    enum td_code code = take_head(p, text, err);

    if (code == TD_OK)
        code = check_payload(d, p, &name, err);
    if (code != TD_OK)
        return code;
    *ev = (struct td_event){
        .form = TD_FORM_JSON,
        .kind = kind_of(p->type),
        .ns = escape_ns(d, p->ns),
        .name = name,
        .payload = p->data,
    };
    if (is_event(p->type))
        ev->id = p->id;
    if (is_ack(p->type))
        ev->ack = p->id;
    if (!p->exact || (p->data.len > 0 && !fits_line(p->data))) {
        ev->form = TD_FORM_TEXT;
        ev->payload = text;
    } else if (p->data.len == 0) {
        ev->form = TD_FORM_TEXT;
    }
    return TD_OK;
}

static enum td_code take_text(struct sio_decoder *d, struct td_bytes text,
                              enum sio_type *type, struct td_event *ev,
                              struct td_error *err)
{
    enum td_code code;

    if (text.len > d->max_bytes)
        return td_error_set(err, TD_LIMIT, where, 0,
                            "%zu bytes, %zu are allowed", text.len,
                            d->max_bytes);
    code = read_text(d, text, ev, err);
    if (code != TD_OK)
        return code;
    *type = d->packet.type;
    d->left = d->packet.count;
    if (d->left == 0) {
        if (is_binary(*type))
            ev->att = td_text("[]");
        return TD_OK;
    }
    td_buf_clear(&d->text);
    td_buf_clear(&d->att);
    (void)td_buf_add_bytes(&d->text, text);
    d->bytes = text.len;
    return TD_AGAIN;
}

static enum td_code take_attachment(struct sio_decoder *d, struct td_bytes data,
                                    enum sio_type *type, struct td_event *ev,
                                    struct td_error *err)
{
    enum td_code code;

    if (data.len > d->max_bytes - d->bytes)
        return td_error_set(err, TD_LIMIT, where, 0,
                            "more than %zu bytes with its attachments",
                            d->max_bytes);
    d->bytes += data.len;
    (void)td_buf_add_text(&d->att, d->att.len == 0 ? "[\"" : ",\"");
    if (td_b64_encode(&d->att, data) != TD_OK)
        return td_error_set(err, TD_LIMIT, where, 0, "too many bytes");
    (void)td_buf_add_byte(&d->att, '"');
    if (--d->left > 0)
        return TD_AGAIN;
    (void)td_buf_add_byte(&d->att, ']');
    code = read_text(d, td_buf_bytes(&d->text), ev, err);
    *type = d->packet.type;
    ev->att = td_buf_bytes(&d->att);
    return code;
}

enum td_code sio_decode(struct sio_decoder *d, struct td_bytes data,
                        bool binary, enum sio_type *type, struct td_event *ev,
                        struct td_error *err)
{
    if (binary && d->left == 0)
        return bad(err, "a binary message that no packet announced");
    if (!binary && d->left > 0)
        return bad(err, "a text message where an attachment was announced");
    return binary ? take_attachment(d, data, type, ev, err)
                  : take_text(d, data, type, ev, err);
}
