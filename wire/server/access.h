/* wire/server/access.h - whom a server admits: by Host, Origin and a token.
 *
 * Any page in a browser may send requests to any address. What keeps a foreign
 * page from reading the answers is that its origin is refused, and, where the
 * page has given its own name our address (DNS rebinding), that this name is
 * none of ours. Neither keeps out a program, so a server that other machines
 * reach asks for a token, or says that everybody may read.
 *
 *     Host     checked where only this machine reaches the port: "localhost",
 *              a name below it, an address of 127.0.0.0/8, [::1], or the host
 *              of a listed origin; with any port, for it may be forwarded
 *     Origin   none (no browser), one of the machine itself (the same names,
 *              any port), the one the request is sent to (equal to its Host),
 *              or a listed one
 *     token    as `Authorization: Bearer TOKEN`, as the query parameter
 *              `token`, or in Socket.IO's auth payload as its member `token`
 *
 * Sources: RFC 6454 (origins), RFC 6761 6.3 (localhost), RFC 6750 (Bearer),
 * WHATWG Fetch (Origin, CORS), W3C Fetch Metadata (Sec-Fetch-Site).
 */
#ifndef WIRE_SERVER_ACCESS_H
#define WIRE_SERVER_ACCESS_H

#include "wire/http/http.h"
#include "wire/net/transport.h"

#define WIRE_TOKEN_MAX 1024 /* bytes */

/* All borrowed as long as the server lives. */
struct wire_access {
    const char *const *origins; /* listed ones: "https://app.example", "null",
                                   or "*" for any origin and any Host;
                                   NULL-terminated; NULL = none */
    const char *token;          /* what all must bear; NULL = nothing */
    bool everybody;             /* no token although others reach the port */
};

enum wire_token { WIRE_TOKEN_NONE, WIRE_TOKEN_WRONG, WIRE_TOKEN_RIGHT };

/* True if only this machine reaches it: a Unix socket, "localhost" or a
 * loopback address. */
bool wire_bind_is_local(const struct wire_bind *bind);

/* TD_USAGE: others reach the port and there is neither a token nor the word
 * that everybody may read; an origin that no browser sends; a token of other
 * bytes than visible ASCII, or too long.
 */
TD_MUST_CHECK enum td_code wire_access_check(const struct wire_access *access,
                                             const struct wire_bind *bind,
                                             struct td_error *err);

/* "SCHEME://HOST[:PORT]", "file://", "null" or "*". */
bool wire_is_origin(const char *text);

/* 0 if the request may go on, or the status to refuse it with: 400 a Host that
 * is none, 403 a Host or Origin that is not admitted. local: as
 * wire_bind_is_local(), and over TCP. *why is static.
 */
int wire_access_request(const struct wire_access *access, bool local,
                        const struct http_head *head, const char **why);

/* True if a browser says that a foreign page sent this, and the page says not
 * which: it will not be able to read the answer.
 */
bool wire_is_blind(const struct wire_access *access,
                   const struct http_head *head);

/* The token that a request bears, or a Socket.IO auth payload. RIGHT also where
 * none is asked for. Compared in constant time.
 */
enum wire_token wire_access_token(const struct wire_access *access,
                                  const struct http_head *head);
enum wire_token wire_access_auth(const struct wire_access *access,
                                 struct td_bytes json);

#endif
