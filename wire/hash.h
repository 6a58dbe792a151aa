/* wire/hash.h - what a WebSocket handshake needs from a crypto library. */
#ifndef WIRE_HASH_H
#define WIRE_HASH_H

#include "core/event.h"

#define WIRE_SHA1_LEN 20 /* bytes */

/* SHA-1 (FIPS 180-4) of data. Not for security: RFC 6455 asks for it. */
void wire_sha1(uint8_t digest[WIRE_SHA1_LEN], struct td_bytes data);

#endif
