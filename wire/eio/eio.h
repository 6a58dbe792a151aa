/* wire/eio/eio.h - Engine.IO 4 packets and payloads: bytes <-> packets.
 *
 *     digit  packet   who sends it       data
 *     0      open     server, once       JSON handshake
 *     1      close    both               none
 *     2      ping     server (client: "probe" while upgrading)
 *     3      pong     client (server: "probe" while upgrading)
 *     4      message  both               any text
 *     5      upgrade  client             none
 *     6      noop     server             none
 *
 * On a WebSocket a text frame is one packet, digit first, and a binary frame
 * is one message of bytes. A polling body is packets joined by 0x1e, where a
 * message of bytes is "b" and base64. Source: the Engine.IO protocol,
 * revision 4 (github.com/socketio/engine.io-protocol).
 */
#ifndef WIRE_EIO_EIO_H
#define WIRE_EIO_EIO_H

#include "core/buf.h"

#include <stdbool.h>

#define EIO_PING_INTERVAL_MS 25000 /* defaults of the reference server */
#define EIO_PING_TIMEOUT_MS  20000
#define EIO_MAX_PAYLOAD      1000000 /* bytes of a POST body or a message */
#define EIO_UPGRADE_MS       10000
#define EIO_SID_MAX          64 /* bytes of a session id that is accepted */
#define EIO_HANDSHAKE_MAX    65536

enum eio_type {
    EIO_OPEN,
    EIO_CLOSE,
    EIO_PING,
    EIO_PONG,
    EIO_MESSAGE,
    EIO_UPGRADE,
    EIO_NOOP,
};

enum eio_transport { EIO_POLLING, EIO_WEBSOCKET };

struct eio_packet {
    enum eio_type type;
    bool binary;          /* a message of bytes */
    struct td_bytes data; /* borrowed */
};

/* Read one WebSocket message. data points into frame. TD_PROTOCOL: empty, or
 * an unknown digit.
 */
TD_MUST_CHECK enum td_code eio_packet_decode(struct eio_packet *packet,
                                             struct td_bytes frame, bool binary,
                                             struct td_error *err);

/* Append the packet as a WebSocket message holds it: digit and data, or the
 * bare bytes of a binary message. TD_OK or TD_LIMIT.
 */
enum td_code eio_packet_encode(struct td_buf *out,
                               const struct eio_packet *packet);

/* Walks the packets of one polling body. text is borrowed. */
struct eio_payload {
    struct td_bytes text;
    size_t at; /* bytes consumed */
};

/* The next packet, or TD_END. A binary message is decoded into *scratch
 * (cleared first), everything else points into the body. TD_PROTOCOL: an empty
 * packet (an empty body is one), an unknown digit, base64 that is not;
 * TD_LIMIT: scratch is full.
 */
TD_MUST_CHECK enum td_code eio_payload_next(struct eio_payload *payload,
                                            struct td_buf *scratch,
                                            struct eio_packet *packet,
                                            struct td_error *err);

/* Append a packet to a polling body, 0x1e before it if it is not the first.
 * TD_OK or TD_LIMIT (nothing added).
 */
enum td_code eio_payload_add(struct td_buf *body,
                             const struct eio_packet *packet);

/* Bytes that eio_payload_add() would add to a body of len bytes. */
size_t eio_payload_cost(size_t len, const struct eio_packet *packet);

/* The data of an open packet. Times in ns; sid is NUL-terminated and made of
 * URL-safe bytes (letters, digits, - . _ ~).
 */
struct eio_handshake {
    char sid[EIO_SID_MAX + 1];
    bool upgrade_websocket; /* "upgrades" has "websocket" */
    uint64_t ping_interval_ns;
    uint64_t ping_timeout_ns;
    size_t max_payload; /* bytes; 0 = not said */
};

/* Append {"sid":"...","upgrades":["websocket"],"pingInterval":...,
 * "pingTimeout":...,"maxPayload":...}.
 */
enum td_code eio_handshake_build(struct td_buf *out,
                                 const struct eio_handshake *handshake);

/* Read one. TD_PROTOCOL: no JSON object, no usable sid, or times that are not
 * positive whole milliseconds. Unknown members are ignored.
 */
TD_MUST_CHECK enum td_code eio_handshake_parse(struct eio_handshake *handshake,
                                               struct td_bytes json,
                                               struct td_error *err);

/* Why a server refuses a request. The number is "code" in its body. */
#define EIO_REFUSALS(X)                                                        \
    X(UNKNOWN_TRANSPORT, 0, 400, "Transport unknown")                          \
    X(UNKNOWN_SID, 1, 400, "Session ID unknown")                               \
    X(BAD_HANDSHAKE_METHOD, 2, 400, "Bad handshake method")                    \
    X(BAD_REQUEST, 3, 400, "Bad request")                                      \
    X(FORBIDDEN, 4, 403, "Forbidden")                                          \
    X(UNSUPPORTED_VERSION, 5, 400, "Unsupported protocol version")

enum eio_refusal {
    EIO_ACCEPTED = -1,
#define EIO_REFUSAL_ENUM(name, code, status, text) EIO_##name = code,
    EIO_REFUSALS(EIO_REFUSAL_ENUM)
#undef EIO_REFUSAL_ENUM
};

int eio_refusal_status(enum eio_refusal refusal); /* of HTTP */

/* Append {"code":1,"message":"Session ID unknown"}. */
enum td_code eio_refusal_body(struct td_buf *out, enum eio_refusal refusal);

/* The query of a request: "EIO=4&transport=polling&sid=...&t=...". */
struct eio_query {
    struct td_bytes version;   /* borrowed from the query, "" = not there */
    struct td_bytes transport; /* the same */
    struct td_bytes sid;       /* the same */
};

/* What stands in a query; keys that are not there stay "". */
struct eio_query eio_query_parse(struct td_bytes query);

/* Whether the request may go on. method is "GET", "POST", ...; upgrade: it
 * asks for a WebSocket; known: a session with this sid exists, whose transport
 * is `active`. The owner has answered OPTIONS before.
 */
enum eio_refusal eio_query_check(const struct eio_query *query,
                                 struct td_bytes method, bool upgrade,
                                 bool known, enum eio_transport active);

#endif
