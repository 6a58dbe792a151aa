/* wire/http/url.h - the endpoints of the command line (RFC 3986).
 *
 *     ws://[USER[:PASSWORD]@]HOST[:PORT][/PATH][?QUERY]
 *     wss://  sio://  sios://  http://  https://   the same
 *     ws+unix:/SOCKET[:/PATH][?QUERY]              a Unix socket; also
 *     sio+unix:  http+unix:                        the form npm ws reads
 *
 * HOST is a name, an IPv4 address, [IPv6] or [IPv6%25ZONE]. A fragment is not
 * sent and not allowed. The path of a Socket.IO URL is its namespace.
 *
 * Where to listen is HOST:PORT, [IPv6]:PORT, :PORT (127.0.0.1) or unix:/SOCKET.
 */
#ifndef WIRE_HTTP_URL_H
#define WIRE_HTTP_URL_H

#include "core/buf.h"
#include "core/error.h"
#include "core/event.h"

#include <stdbool.h>

#define WIRE_URL_MAX 8192 /* bytes */

enum wire_scheme { WIRE_SCHEME_WS, WIRE_SCHEME_SIO, WIRE_SCHEME_HTTP };

/* What the beginning of a URL says. */
struct wire_url_kind {
    const char *begin; /* "ws://", "ws+unix:" */
    enum wire_scheme scheme;
    bool tls;
    bool is_unix;
};

/* The kind of a URL, in letters of any case; NULL if it is of none above. */
const struct wire_url_kind *wire_url_kind(struct td_bytes text);

/* "http://" and "https://" alone. */
bool wire_url_is_web(const struct wire_url_kind *kind);

/* Strings are NUL-terminated and freed by wire_url_release(). */
struct wire_url {
    enum wire_scheme scheme;
    bool tls;
    char *host; /* without brackets, zone behind '%'; NULL if unix_path */
    uint16_t port;
    char *unix_path; /* or NULL */
    char *user;      /* "name:password", percent-decoded; or NULL. Secret */
    char *path;      /* as sent, starts with '/' */
    char *query;     /* as sent, without '?'; "" if there is none. May hold
                        secrets */
};

/* Errors: TD_USAGE, which name the URL without its credentials. */
TD_MUST_CHECK enum td_code
wire_url_parse(struct wire_url *url, const char *text, struct td_error *err);
void wire_url_release(struct wire_url *url);

/* Append "HOST:PORT" for a Host field: brackets for IPv6, no zone, which means
 * something on this machine only (RFC 6874, 4), no default port, "localhost"
 * for a Unix socket.
 */
enum td_code wire_url_authority(struct td_buf *out, const struct wire_url *url);

/* Append "/path?query"; bytes outside ASCII, which no request may hold, are
 * percent-encoded. And the same of any part of it.
 */
enum td_code wire_url_target(struct td_buf *out, const struct wire_url *url);
enum td_code wire_url_put(struct td_buf *out, const char *text);

/* Append the URL that a reference in an answer from an http URL leads to
 * (section 5.2), without its fragment. It may be of any scheme, and may not be
 * a URL that wire_url_parse() takes.
 */
void wire_url_resolve(struct td_buf *out, const struct wire_url *base,
                      struct td_bytes ref);

/* Append a URL as it may be shown and stored: without user and password, and
 * with "***" for the values of query parameters that name a secret (auth,
 * token, key, password, secret, signature and the like). Works on any text,
 * also on one that wire_url_parse() refuses.
 */
enum td_code wire_url_public(struct td_buf *out, const char *text);

/* Read where to listen. *host and *unix_path go to free(); *host is NULL for
 * the default. TD_USAGE.
 */
TD_MUST_CHECK enum td_code wire_url_listen(const char *text, char **host,
                                           uint16_t *port, char **unix_path,
                                           struct td_error *err);

#endif
