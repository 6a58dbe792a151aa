/* wire/net/tls.h - TLS as a codec: bytes of the peer in, plain bytes out, and
 * the other way round. No I/O.
 *
 * At least TLS 1.2, no renegotiation, ALPN "http/1.1". Clients send the server
 * name (SNI) and check the certificate's chain, dates and host name or address
 * (RFC 6125) unless told to be insecure.
 *
 *     peer -> tls_push() -> tls_handshake(), tls_read() -> owner
 *     owner -> tls_write(), tls_close() -> tls_pull() -> peer
 */
#ifndef WIRE_NET_TLS_H
#define WIRE_NET_TLS_H

#include "core/error.h"
#include "core/event.h"
#include "wire/net/tls_options.h"

struct tls_context; /* certificates and rules, for many codecs */
struct tls_codec;   /* one conn */

/* TD_USAGE: a file cannot be read or does not fit; err says which. */
TD_MUST_CHECK enum td_code
tls_client_context(const struct wire_tls_options *options,
                   struct tls_context **out, struct td_error *err);
TD_MUST_CHECK enum td_code
tls_server_context(const struct wire_tls_options *options,
                   struct tls_context **out, struct td_error *err);

/* NULL is fine; codecs made from it go on. */
void tls_context_free(struct tls_context *context);

/* A client to host (a name or an address), or a server (host NULL). */
struct tls_codec *tls_codec_new(struct tls_context *context, const char *host);
void tls_codec_free(struct tls_codec *codec); /* NULL is fine */

/* Bytes from the peer; kept until handshake and read have used them. */
void tls_push(struct tls_codec *codec, struct td_bytes bytes);

/* Go on with the handshake. TD_OK it is done; TD_AGAIN more bytes are needed;
 * TD_PROTOCOL it failed: an alert may be there to be pulled. */
TD_MUST_CHECK enum td_code tls_handshake(struct tls_codec *codec,
                                         struct td_error *err);

/* Up to size plain bytes. TD_OK *len > 0; TD_AGAIN more bytes are needed;
 * TD_END the peer closed in order (close_notify); TD_PROTOCOL. */
TD_MUST_CHECK enum td_code tls_read(struct tls_codec *codec, uint8_t *to,
                                    size_t size, size_t *len,
                                    struct td_error *err);

/* Encrypt all bytes, after the handshake. TD_OK or TD_PROTOCOL. */
TD_MUST_CHECK enum td_code
tls_write(struct tls_codec *codec, struct td_bytes bytes, struct td_error *err);

/* Say close_notify: no bytes follow. */
void tls_close(struct tls_codec *codec);

/* Take up to size bytes for the peer; 0 when there are none. */
size_t tls_pull(struct tls_codec *codec, uint8_t *to, size_t size);

#endif
