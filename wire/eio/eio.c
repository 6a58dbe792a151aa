#include "wire/eio/eio.h"

#include "core/b64.h"
#include "core/json.h"
#include "core/json_writer.h"
#include "wire/http/http.h"

#define SEPARATOR       0x1e
#define HANDSHAKE_DEPTH 16
#define MS_MAX          (UINT64_C(1) << 42) /* in ns below 2^63 */

static const char hint[] = "Engine.IO packet";

static bool type_of(uint8_t digit, enum eio_type *type)
{
    if (digit < '0' || digit > '6')
        return false;
    *type = (enum eio_type)(digit - '0');
    return true;
}

enum td_code eio_packet_decode(struct eio_packet *packet, struct td_bytes frame,
                               bool binary, struct td_error *err)
{
    if (binary) {
        *packet = (struct eio_packet){EIO_MESSAGE, true, frame};
        return TD_OK;
    }
    if (frame.len == 0)
        return td_error_set(err, TD_PROTOCOL, hint, 0, "empty packet");
    packet->binary = false;
    packet->data = td_bytes(frame.ptr + 1, frame.len - 1);
    if (!type_of(frame.ptr[0], &packet->type))
        return td_error_set(err, TD_PROTOCOL, hint, 0,
                            "unknown packet type (byte 0x%02x)", frame.ptr[0]);
    return TD_OK;
}

enum td_code eio_packet_encode(struct td_buf *out,
                               const struct eio_packet *packet)
{
    size_t head = packet->binary ? 0 : 1;
    uint8_t *room = td_buf_room(out, packet->data.len + head);

    if (!room)
        return TD_LIMIT;
    if (head)
        room[0] = (uint8_t)('0' + packet->type);
    if (packet->data.len > 0)
        memcpy(room + head, packet->data.ptr, packet->data.len);
    out->len += packet->data.len + head;
    return TD_OK;
}

static enum td_code decode_base64(struct td_bytes text, struct td_buf *scratch,
                                  struct eio_packet *packet,
                                  struct td_error *err)
{
    enum td_code code;

    td_buf_clear(scratch);
    code = td_b64_decode(scratch, text);
    if (code == TD_LIMIT)
        return td_error_set(err, code, hint, 0, "%zu bytes of base64 in one",
                            text.len);
    if (code != TD_OK)
        return td_error_set(err, TD_PROTOCOL, hint, 0,
                            "a binary message is not base64");
    *packet = (struct eio_packet){EIO_MESSAGE, true, td_buf_bytes(scratch)};
    return TD_OK;
}

enum td_code eio_payload_next(struct eio_payload *payload,
                              struct td_buf *scratch, struct eio_packet *packet,
                              struct td_error *err)
{
    struct td_bytes rest = payload->text;
    const uint8_t *end;
    struct td_bytes one;

    if (payload->at > rest.len)
        return TD_END;
    rest = td_bytes(rest.ptr ? rest.ptr + payload->at : NULL,
                    rest.len - payload->at);
    end = rest.len > 0 ? memchr(rest.ptr, SEPARATOR, rest.len) : NULL;
    one = td_bytes(rest.ptr, end ? (size_t)(end - rest.ptr) : rest.len);
    /* Behind the end, not at it: a separator at the end opens an empty packet,
     * which is an error. */
    payload->at += one.len + 1;
    if (one.len > 0 && one.ptr[0] == 'b')
        return decode_base64(td_bytes(one.ptr + 1, one.len - 1), scratch,
                             packet, err);
    return eio_packet_decode(packet, one, false, err);
}

size_t eio_payload_cost(size_t len, const struct eio_packet *packet)
{
    size_t data = packet->data.len;
    size_t separator = len > 0;

    return separator + 1 + (packet->binary ? (data + 2) / 3 * 4 : data);
}

enum td_code eio_payload_add(struct td_buf *body,
                             const struct eio_packet *packet)
{
    uint8_t *room = td_buf_room(body, eio_payload_cost(body->len, packet));

    if (!room)
        return TD_LIMIT;
    if (body->len > 0)
        room[0] = SEPARATOR;
    body->len += body->len > 0 ? 1 : 0;
    if (!packet->binary)
        return eio_packet_encode(body, packet);
    (void)td_buf_add_byte(body, 'b');
    return td_b64_encode(body, packet->data);
}

enum td_code eio_handshake_build(struct td_buf *out,
                                 const struct eio_handshake *handshake)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "sid", handshake->sid);
    td_json_array(&w, "upgrades");
    if (handshake->upgrade_websocket)
        td_json_put_text(&w, NULL, "websocket");
    td_json_array_end(&w);
    td_json_put_u64(&w, "pingInterval", handshake->ping_interval_ns / 1000000);
    td_json_put_u64(&w, "pingTimeout", handshake->ping_timeout_ns / 1000000);
    td_json_put_u64(&w, "maxPayload", handshake->max_payload);
    td_json_object_end(&w);
    return td_json_done(&w);
}

static bool sid_byte(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

static bool read_sid(char *sid, struct td_bytes text)
{
    if (text.len == 0 || text.len > EIO_SID_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!sid_byte(text.ptr[i]))
            return false;
        sid[i] = (char)text.ptr[i];
    }
    sid[text.len] = '\0';
    return true;
}

/* A whole number of a member; 0 if it is absent or anything else. */
static uint64_t read_number(const struct td_json_doc *doc, const char *name)
{
    uint32_t i = td_json_member(doc, 0, td_text(name));
    struct td_bytes raw = i ? td_json_raw(doc, i) : td_text("");
    uint64_t n = 0;

    if (!i || doc->values[i].kind != TD_JSON_NUMBER)
        return 0;
    for (size_t at = 0; at < raw.len; at++) {
        unsigned digit = (unsigned)raw.ptr[at] - '0';

        if (digit > 9 || n > MS_MAX)
            return 0;
        n = n * 10 + digit;
    }
    return n > MS_MAX ? 0 : n;
}

static bool read_upgrades(const struct td_json_doc *doc)
{
    uint32_t i = td_json_member(doc, 0, td_text("upgrades"));

    if (!i || doc->values[i].kind != TD_JSON_ARRAY)
        return false;
    for (uint32_t k = i + 1; k < doc->values[i].next; k = doc->values[k].next)
        if (td_bytes_is(td_json_raw(doc, k), "\"websocket\""))
            return true;
    return false;
}

static enum td_code read_handshake(struct eio_handshake *handshake,
                                   const struct td_json_doc *doc,
                                   struct td_error *err)
{
    static const char where[] = "Engine.IO handshake";
    uint32_t sid = td_json_member(doc, 0, td_text("sid"));

    *handshake = (struct eio_handshake){
        .upgrade_websocket = read_upgrades(doc),
        .ping_interval_ns = read_number(doc, "pingInterval") * 1000000,
        .ping_timeout_ns = read_number(doc, "pingTimeout") * 1000000,
        .max_payload = (size_t)read_number(doc, "maxPayload"),
    };
    if (!sid || doc->values[sid].kind != TD_JSON_STRING ||
        !read_sid(handshake->sid, td_json_inner(doc, sid)))
        return td_error_set(err, TD_PROTOCOL, where, 0,
                            "no session id of 1 to %d URL-safe bytes",
                            EIO_SID_MAX);
    if (!handshake->ping_interval_ns || !handshake->ping_timeout_ns)
        return td_error_set(err, TD_PROTOCOL, where, 0,
                            "pingInterval and pingTimeout must be positive "
                            "whole milliseconds");
    return TD_OK;
}

enum td_code eio_handshake_parse(struct eio_handshake *handshake,
                                 struct td_bytes json, struct td_error *err)
{
    static const char where[] = "Engine.IO handshake";
    struct td_json_doc doc = {0};
    enum td_code code;

    if (json.len > EIO_HANDSHAKE_MAX)
        return td_error_set(err, TD_PROTOCOL, where, 0, "%zu bytes long",
                            json.len);
    if (td_json_parse(&doc, json, HANDSHAKE_DEPTH, NULL) != TD_OK)
        code = td_error_set(err, TD_PROTOCOL, where, 0, "not JSON");
    else
        code = read_handshake(handshake, &doc, err);
    td_json_release(&doc);
    return code;
}

int eio_refusal_status(enum eio_refusal refusal)
{
    switch (refusal) {
    case EIO_ACCEPTED:
        return 200;
#define STATUS(name, code, status, text)                                       \
    case EIO_##name:                                                           \
        return status;
        EIO_REFUSALS(STATUS)
#undef STATUS
    }
    return 400;
}

static const char *refusal_text(enum eio_refusal refusal)
{
    switch (refusal) {
    case EIO_ACCEPTED:
        break;
#define TEXT(name, code, status, text)                                         \
    case EIO_##name:                                                           \
        return text;
        EIO_REFUSALS(TEXT)
#undef TEXT
    }
    return "OK";
}

enum td_code eio_refusal_body(struct td_buf *out, enum eio_refusal refusal)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "code", (uint64_t)refusal);
    td_json_put_text(&w, "message", refusal_text(refusal));
    td_json_object_end(&w);
    return td_json_done(&w);
}

struct eio_query eio_query_parse(struct td_bytes query)
{
    return (struct eio_query){
        .version = http_query(query, "EIO"),
        .transport = http_query(query, "transport"),
        .sid = http_query(query, "sid"),
    };
}

static enum eio_refusal check_handshake(const struct eio_query *query,
                                        struct td_bytes method, bool upgrade)
{
    if (!td_bytes_is(method, "GET"))
        return EIO_BAD_HANDSHAKE_METHOD;
    if (upgrade != td_bytes_is(query->transport, "websocket"))
        return EIO_BAD_REQUEST;
    if (!td_bytes_is(query->version, "4"))
        return EIO_UNSUPPORTED_VERSION;
    return EIO_ACCEPTED;
}

enum eio_refusal eio_query_check(const struct eio_query *query,
                                 struct td_bytes method, bool upgrade,
                                 bool known, enum eio_transport active)
{
    bool websocket = td_bytes_is(query->transport, "websocket");

    if (!websocket && !td_bytes_is(query->transport, "polling"))
        return EIO_UNKNOWN_TRANSPORT;
    if (query->sid.len == 0)
        return check_handshake(query, method, upgrade);
    if (!known)
        return EIO_UNKNOWN_SID;
    if (upgrade != websocket || (!upgrade && active != EIO_POLLING))
        return EIO_BAD_REQUEST;
    if (!td_bytes_is(method, "GET") &&
        (upgrade || !td_bytes_is(method, "POST")))
        return EIO_BAD_REQUEST;
    return EIO_ACCEPTED;
}
