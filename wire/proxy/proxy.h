/* wire/proxy/proxy.h - between clients and one server: HTTP/1.1 on both sides,
 * the bytes as they come, and a word about each to whoever watches.
 *
 *     client === link: one connection === the one made for it === upstream
 *
 * A client's connection has one of its own to the upstream, so that whatever
 * one side does (keep alive, send ahead, close, end half, reset) the other side
 * does, and no two clients share a stream. Bodies pass byte for byte, their
 * chunks too, and nothing is kept: who does not read is not sent to, and the
 * other side feels it. Of a request's head four fields change: Host names the
 * upstream, Accept-Encoding only what can be read here (gzip, deflate,
 * identity), and Upgrade to something else than WebSocket and
 * Sec-WebSocket-Extensions go (the last unless keep_extensions). Answers pass
 * unchanged.
 *
 * What is no HTTP for sure (wire/http/http.h) passes in no direction: a client
 * is answered 4xx or 5xx and the connection ended; where the upstream broke it,
 * 502, or a reset if the answer had begun. Refused are a Host that is none of
 * ours (wire/server/access.h) or the upstream's, an absolute target of another
 * host, CONNECT, and requests of this proxy itself (508).
 */
#ifndef WIRE_PROXY_PROXY_H
#define WIRE_PROXY_PROXY_H

#include "wire/http/http.h"
#include "wire/net/transport.h"

#define PROXY_LINKS_MAX 8192                /* clients at once; more get 503 */
#define PROXY_AHEAD_MAX 64                  /* requests sent before an answer */
#define PROXY_LINE_MAX  ((size_t)32 * 1024) /* bytes of a first line */
#define PROXY_HEAD_MAX  ((size_t)128 * 1024) /* bytes of a head */

#define PROXY_ROUTES_MAX 64 /* servers */

#define PROXY_STOPPED "the recording has ended" /* as proxy_stop() says */

struct proxy;

enum proxy_side { PROXY_CLIENT, PROXY_UPSTREAM };

/* What happens, in order. The pointers that opened() and request() return come
 * back as link and exchange; all else is borrowed for the call. No callback may
 * free the proxy.
 */
struct proxy_events {
    void *(*opened)(void *ctx, const char *peer);
    void *(*request)(void *ctx, void *link, const struct http_head *head);
    /* The head of an answer, 1xx too. own: it is the proxy's, not the
     * upstream's. */
    void (*response)(void *ctx, void *exchange, const struct http_head *head,
                     bool own);
    /* A piece of the body that side sends, without the framing. ends: of a
     * chunk; true for all of bodies without chunks. */
    void (*body)(void *ctx, void *exchange, enum proxy_side side,
                 struct td_bytes piece, bool ends);
    /* It is whole; trailers by http_next_trailer(). */
    void (*whole)(void *ctx, void *exchange, enum proxy_side side,
                  const struct http_parser *parser);
    /* Behind a 101: bytes of another protocol. */
    void (*data)(void *ctx, void *exchange, enum proxy_side side,
                 struct td_bytes bytes);
    /* The exchange is over, the last of it. cut: NULL, or how else than in
     * order: "reset by upstream". */
    void (*done)(void *ctx, void *exchange, const char *cut);
    /* Bytes of that side that are no HTTP; the link ends. None if they are the
     * rest of a head that came in pieces. */
    void (*bad)(void *ctx, void *link, enum proxy_side side,
                struct td_bytes bytes, const struct td_error *why);
    /* The last call for the link. */
    void (*closed)(void *ctx, void *link, const char *reason);
    /* All links are gone after proxy_stop(). */
    void (*stopped)(void *ctx);
};

struct proxy_options {
    struct wire_bind bind;
    const char *to; /* http:// or https://, with a path if requests go below
                       it; ws:// and wss:// mean the same. NULL: only for
                       those of paths */
    const char *const *paths; /* "/v1=http://...": others for requests at that
                                 path and below; the longest counts. NULL-
                                 terminated, or NULL */
    struct wire_tls_options tls; /* for https */
    uint64_t connect_ns;         /* 0 = 10 s */
    bool keep_extensions;        /* offers of WebSocket extensions pass */
};

/* Listen. Everything in options is copied, but for the strings of bind and tls.
 * TD_USAGE: a URL that is none of these, or the proxy's own address; TD_IO.
 */
TD_MUST_CHECK enum td_code proxy_open(struct proxy **out, struct wire_net *net,
                                      const struct proxy_options *options,
                                      const struct proxy_events *events,
                                      void *ctx, struct td_error *err);
uint16_t proxy_port(const struct proxy *proxy);

/* Stop or go on reading, on all sides. */
void proxy_pause(struct proxy *proxy, bool paused);

/* Take no more clients and end all links in order, those that ask for nothing
 * without waiting for the peer's end; stopped() follows, not from
 * inside. */
void proxy_stop(struct proxy *proxy);

/* Whatever its state, without a further callback. NULL is fine. */
void proxy_free(struct proxy *proxy);

#endif
