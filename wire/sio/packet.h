/* wire/sio/packet.h - Socket.IO 5 packets: text and attachments <-> td_event.
 *
 *     <type>[<attachments>-][<namespace>,][<ack id>][<JSON>]
 *
 *     type               as td_event
 *     0 CONNECT          kind "connect", payload the JSON (auth or {"sid":..})
 *     1 DISCONNECT       kind "disconnect"
 *     2 EVENT            plain: name, id, payload = the argument array
 *     3 ACK              plain: ack = the id, payload = the argument array
 *     4 CONNECT_ERROR    kind "connect_error", payload the JSON
 *     5 BINARY_EVENT     as EVENT, att = the attachments as base64
 *     6 BINARY_ACK       as ACK, att likewise
 *
 * The payload is the very bytes of the wire. A packet that this form could not
 * give back byte for byte (white space around the JSON, a line break in it, a
 * namespace "/" that is spelled out, an ack id with leading zeros) is told as
 * TD_FORM_TEXT with the whole packet as payload, name and ack beside it for
 * selection, att as ever; encoding such an event gives the packet back.
 * Source: the Socket.IO protocol, revision 5
 * (github.com/socketio/socket.io-protocol).
 */
#ifndef WIRE_SIO_PACKET_H
#define WIRE_SIO_PACKET_H

#include "core/buf.h"

#include <stdbool.h>

#define SIO_ATTACHMENTS_MAX 1024 /* of one packet */
#define SIO_NS_MAX          1024 /* bytes of a namespace, with its query */
#define SIO_ID_MAX          16   /* digits of an ack id, up to 2^53 - 1 */
#define SIO_DEPTH_MAX       512  /* levels of JSON */

#define SIO_KIND_CONNECT       "connect"
#define SIO_KIND_CONNECT_ERROR "connect_error"
#define SIO_KIND_DISCONNECT    "disconnect"

enum sio_type {
    SIO_CONNECT,
    SIO_DISCONNECT,
    SIO_EVENT,
    SIO_ACK,
    SIO_CONNECT_ERROR,
    SIO_BINARY_EVENT,
    SIO_BINARY_ACK,
};

/* Puts packets together from Engine.IO messages. */
struct sio_decoder;

struct sio_decoder *sio_decoder_new(size_t max_bytes); /* of one whole packet,
                                                          attachments too */
void sio_decoder_free(struct sio_decoder *decoder);    /* NULL is fine */

/* Give it one message. TD_OK: *type and *ev are the packet; ev borrows from
 * data and from the decoder until the next call. TD_AGAIN: attachments are
 * still to come (data was copied). seq, at_ns, conn and dir of *ev are 0.
 *
 * TD_PROTOCOL: it is no packet, it is a binary message nobody announced, a text
 * between attachments, a placeholder that does not match them, a reserved event
 * name, a payload its type does not allow. TD_LIMIT: max_bytes,
 * SIO_ATTACHMENTS_MAX. The connection must be closed after either.
 */
TD_MUST_CHECK enum td_code sio_decode(struct sio_decoder *decoder,
                                      struct td_bytes data, bool binary,
                                      enum sio_type *type, struct td_event *ev,
                                      struct td_error *err);

/* Attachments that the packet under way still lacks. */
size_t sio_decoder_left(const struct sio_decoder *decoder);
/* The text of that packet. Until the next call. */
struct td_bytes sio_decoder_text(const struct sio_decoder *decoder);

/* The JSON of the packet last read, however its event tells it; "" if it has
 * none. Lives as long as the event.
 */
struct td_bytes sio_decoder_json(const struct sio_decoder *decoder);

/* Append the text packet of an event, with payloads of other
 * protocols put into an argument array. JSON is what core/payload.h calls so,
 * also if it could not stand on a tape line as it is.
 *
 *     payload                                    arguments
 *     array that begins with name, or of an ack  the payload
 *     any JSON, name given / not given           [name,JSON] / ["message",JSON]
 *     other text                                 [name,"text"]
 *     bytes                                      [name,{placeholder}]
 *
 * kinds connect, connect_error and disconnect give their packets. *attachments
 * is how many binary messages must follow: sio_attachment(). TD_USAGE: another
 * kind, a reserved name, bad id, ack or att; TD_LIMIT: out is full.
 */
TD_MUST_CHECK enum td_code sio_encode(struct td_buf *out, size_t *attachments,
                                      const struct td_event *ev,
                                      struct td_error *err);

/* Append attachment i (from 0) of an event that sio_encode() took, as bytes;
 * TD_END: there is none.
 */
TD_MUST_CHECK enum td_code sio_attachment(struct td_buf *out,
                                          const struct td_event *ev, size_t i,
                                          struct td_error *err);

/* True if digits (without leading zeros) are an ack id: 0 to 2^53 - 1, what the
 * official peers' numbers hold exactly.
 */
bool sio_id_fits(struct td_bytes digits);

/* True for connect, connect_error, disconnect, disconnecting, newListener and
 * removeListener: no peer may send an event of such a name.
 */
bool sio_name_is_reserved(struct td_bytes name);

#endif
