/* wire/ws/handshake.h - from HTTP to WebSocket (RFC 6455 section 4). */
#ifndef WIRE_WS_HANDSHAKE_H
#define WIRE_WS_HANDSHAKE_H

#include "wire/http/http.h"

#define WS_KEY_LEN    24 /* base64 of 16 random bytes */
#define WS_ACCEPT_LEN 28 /* base64 of a SHA-1 */

/* A fresh Sec-WebSocket-Key, with its NUL. */
void ws_key_new(char key[WS_KEY_LEN + 1]);

/* Sec-WebSocket-Accept for a key, with its NUL. */
void ws_accept_key(char accept[WS_ACCEPT_LEN + 1], struct td_bytes key);

/* Append the fields of a client's request (not the first line, Host or the
 * end): Upgrade, Connection, key, version, and protocols (comma-separated, or
 * NULL).
 */
enum td_code ws_put_request_fields(struct td_buf *out, const char *key,
                                   const char *protocols);

/* Check the answer to a request with that key. TD_PROTOCOL says what is wrong:
 * status, version, Upgrade, Connection, accept key, an extension or a protocol
 * that was not offered, one of them twice. protocols as above.
 */
TD_MUST_CHECK enum td_code ws_check_response(const struct http_head *head,
                                             const char *key,
                                             const char *protocols,
                                             struct td_error *err);

/* True if a request asks for WebSocket at all (Upgrade: websocket). */
bool ws_is_upgrade(const struct http_head *head);

/* Check a client's request: 101, or the status to refuse it with: 400, 405 or
 * 426 (answer with Sec-WebSocket-Version: 13).
 */
int ws_check_request(const struct http_head *head, const char **why);

/* Append the 101 response to a request that is in order, but for its end
 * (http_put_end()). protocol is chosen if the client offers it, or else (ptr
 * NULL too) the first that it offers: clients drop a server that chooses none.
 */
enum td_code ws_put_response(struct td_buf *out, const struct http_head *head,
                             struct td_bytes protocol);

#endif
