/* core/digest.h - digests, from a crypto library: of a WebSocket handshake,
 * of files, of secrets to be compared.
 */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include "core/event.h"

#include <stdbool.h>

#define TD_SHA1_LEN 20 /* bytes */

/* SHA-1 (FIPS 180-4) of data. Not for security: RFC 6455 asks for it. */
void td_sha1(uint8_t digest[TD_SHA1_LEN], struct td_bytes data);

#define TD_SHA256_LEN 32 /* bytes */

/* SHA-256 (FIPS 180-4) of data. */
void td_sha256(uint8_t digest[TD_SHA256_LEN], struct td_bytes data);

#define TD_SHA256_HEX 65 /* chars, the NUL among them */

/* The same as lower-case digits. */
void td_sha256_hex(char hex[TD_SHA256_HEX], struct td_bytes data);

/* SHA-256 of bytes that come in pieces. */
struct td_sha256;

/* One to which pieces are added, and which td_sha256_end() takes. */
struct td_sha256 *td_sha256_new(void);
void td_sha256_add(struct td_sha256 *sum, struct td_bytes piece);

/* The digest of the pieces so far; more may come. */
void td_sha256_so_far(const struct td_sha256 *sum,
                      uint8_t digest[TD_SHA256_LEN]);

/* The digest of all pieces; the sum is freed. digest may be NULL. */
void td_sha256_end(struct td_sha256 *sum, uint8_t digest[TD_SHA256_LEN]);

/* HMAC-SHA-256 (RFC 2104): who lacks the key cannot make the same. */
void td_hmac_sha256(uint8_t digest[TD_SHA256_LEN], struct td_bytes key,
                    struct td_bytes data);

/* True if both are the same bytes. The time it takes does not depend on how
 * many of them are equal.
 */
bool td_same_secret(struct td_bytes a, struct td_bytes b);

#endif
