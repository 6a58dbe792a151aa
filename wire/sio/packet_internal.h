/* wire/sio/packet_internal.h - the places of attachments within a Socket.IO
 * payload.
 *
 * A place is an object {"_placeholder":true,"num":N}, N from 0, anywhere in
 * the payload. Source: the Socket.IO protocol, revision 5, "Binary event".
 */
#ifndef WIRE_SIO_PACKET_INTERNAL_H
#define WIRE_SIO_PACKET_INTERNAL_H

#include "core/json.h"

/* TD_OK if the document has exactly one place for each of count attachments
 * (at most SIO_ATTACHMENTS_MAX) and no other; else TD_PROTOCOL.
 */
TD_MUST_CHECK enum td_code sio_places_check(const struct td_json_doc *doc,
                                            size_t count, struct td_error *err);

#endif
