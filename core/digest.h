/* core/digest.h - digests, from a crypto library: of a WebSocket handshake, and
 * of a file that a tape names.
 */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include "core/event.h"

#define WIRE_SHA1_LEN 20 /* bytes */

/* SHA-1 (FIPS 180-4) of data. Not for security: RFC 6455 asks for it. */
void wire_sha1(uint8_t digest[WIRE_SHA1_LEN], struct td_bytes data);

#define WIRE_SHA256_LEN 32 /* bytes */

/* SHA-256 (FIPS 180-4) of data. */
void wire_sha256(uint8_t digest[WIRE_SHA256_LEN], struct td_bytes data);

#endif
