/* wire/proxy/proxy_internal.h - the inside of a proxy: proxy.c is its port,
 * link.c a client's connection and the upstream's, from_client.c and
 * from_upstream.c the bytes that come there, request.c what becomes of a
 * request's head, route.c whom it is for, answer.c what the proxy says itself.
 */
#ifndef WIRE_PROXY_PROXY_INTERNAL_H
#define WIRE_PROXY_PROXY_INTERNAL_H

#include "wire/http/url.h"
#include "wire/proxy/proxy.h"
#include "wire/server/access.h"

struct proxy_link;

/* A server, and the requests that are for it. */
struct proxy_route {
    char *path; /* at and below which they are; "" = all others */
    size_t len; /* of it */
    char *shown;
    struct wire_url url;
    struct wire_dial dial;
    struct td_buf authority; /* for Host */
    struct td_buf prefix;    /* of its path, before every target; or "" */
    bool extensions;         /* offers of them pass */
};

struct proxy {
    struct wire_net *net;
    struct wire_listener *listener; /* NULL once it is stopped */
    struct proxy_events events;
    void *ctx;
    struct wire_tls_options tls;
    struct proxy_route routes[PROXY_ROUTES_MAX];
    size_t routes_len;
    struct wire_access access; /* who asks for a name that is ours */
    bool local;                /* only this machine reaches the port */
    bool paused;
    bool stopping;
    struct wire_timer gone; /* tells stopped() */
    struct proxy_link *links;
    unsigned count; /* of them */
};

/* A request and its answer. */
struct proxy_exchange {
    struct proxy_exchange *next;
    void *mine;    /* the owner's; NULL = never told */
    bool head;     /* asked with HEAD */
    bool upgrade;  /* asks for WebSocket */
    bool asked;    /* the request is whole */
    bool begun;    /* the head of the final answer came */
    bool answered; /* the answer is whole */
    int own;       /* status of the proxy's own answer; 0 = it asks on */
    char why[320]; /* with it */
};

struct proxy_link {
    struct proxy *proxy;
    struct proxy_link *prev;
    struct proxy_link *next;
    void *mine;
    const struct proxy_route *route; /* of the upstream, or the next one */
    struct wire_conn *client;        /* NULL once it is closed */
    struct wire_conn *upstream; /* NULL before the first request, or closed */
    bool dialled;
    bool up; /* the upstream's conn has been open */
    struct http_parser requests;
    struct http_parser responses;
    struct proxy_exchange *first; /* without its whole answer, in order */
    struct proxy_exchange *last;
    struct proxy_exchange *asking; /* its request is being read, or NULL */
    struct proxy_exchange *tunnel; /* another protocol passes, or NULL */
    unsigned ahead;                /* exchanges from first to last */
    struct td_buf held;            /* what came behind a wish to upgrade, or
                                      behind `moving` */
    struct td_buf moving;   /* a head for another server, when all before it are
                               answered; or "" */
    struct wire_timer slow; /* for a request's head to come */
    bool in_answer;         /* its head passed, its end has not */
    bool interim;           /* that head is a 1xx */
    bool waits;             /* an upgrade is not answered yet */
    bool deaf;              /* no request is read any more */
    bool known;             /* the client is not the proxy itself */
    bool upstream_full;
    bool client_full;
    bool client_ended;
    bool ending; /* was told to close */
    char reason[128];
};

/* ---- link.c ---- */

/* A client has come. */
void proxy_link_open(struct proxy *proxy, struct wire_conn *client);

/* Whom to read, by all that speaks against it. */
void proxy_link_read(struct proxy_link *link);

/* In order, as far as it still can be: what is queued still goes. But who asks
 * for nothing is not waited for until it closes, too. */
void proxy_link_stop(struct proxy_link *link, const char *reason);

/* At once; both sides see a reset. */
void proxy_link_reset(struct proxy_link *link, const char *reason);
void proxy_link_free(struct proxy_link *link);

/* Write, and stop reading the other side if that is too much. */
void proxy_to_client(struct proxy_link *link, struct td_bytes bytes);
void proxy_to_upstream(struct proxy_link *link, struct td_bytes bytes);

/* A new one at the end; mine is NULL. */
struct proxy_exchange *proxy_exchange_new(struct proxy_link *link);

/* The first has its answer: it is over once its request is, too. */
void proxy_exchange_pop(struct proxy_link *link);

/* It ends here. */
void proxy_exchange_done(struct proxy_link *link, struct proxy_exchange *x,
                         const char *cut);

/* The proxy answers the first exchange itself, and ends the link. */
void proxy_link_answer(struct proxy_link *link, int status, const char *why);

/* The first may be one that the proxy answers itself. */
void proxy_link_next(struct proxy_link *link);

/* The first exchange, which asks for another protocol, has its answer. to: it
 * passes from now on.
 */
void proxy_link_switched(struct proxy_link *link, bool to);

/* All before the request that is being read are answered: if it is for another
 * server, that is the upstream from now on. */
void proxy_link_move(struct proxy_link *link);

/* Connect to the upstream. */
void proxy_link_dial(struct proxy_link *link);

/* ---- from_client.c, from_upstream.c ---- */

/* What may be shown of bytes that break HTTP. Within a head they may begin in
 * the middle of a credential, whose name came before: none. */
static inline struct td_bytes proxy_shown(struct td_bytes in, bool within_head)
{
    return td_bytes(in.ptr, within_head ? 0 : in.len);
}

/* Bytes came from there. */
void proxy_from_client(struct proxy_link *link, struct td_bytes in);
void proxy_from_upstream(struct proxy_link *link, struct td_bytes in);

/* The upstream sends no more: an answer without a length is whole by that. */
void proxy_upstream_ended(struct proxy_link *link);

/* ---- route.c ---- */

/* TD_USAGE. */
TD_MUST_CHECK enum td_code
proxy_routes_read(struct proxy *proxy, const struct proxy_options *options,
                  struct td_error *err);
void proxy_routes_release(struct proxy *proxy);

/* Fill *err with why a URL is none to pass to: TD_USAGE. */
TD_MUST_CHECK enum td_code proxy_route_refuse(const char *url, const char *why,
                                              struct td_error *err);

/* The server for a path, or NULL. */
const struct proxy_route *proxy_route_of(const struct proxy *proxy,
                                         struct td_bytes path);

/* ---- request.c ---- */

/* 0, or the status to refuse it with, and why. route NULL: there is none. */
int proxy_judge(const struct proxy_link *link, const struct proxy_route *route,
                const struct http_head *head, char *why, size_t size);

/* Append the head as the upstream gets it. */
void proxy_put_request(struct td_buf *out, const struct proxy_route *route,
                       const struct http_head *head);

/* ---- answer.c ---- */

/* Append a whole answer of the proxy's own, the last of its connection. */
void proxy_put_answer(struct td_buf *out, int status, const char *why,
                      bool head);

/* Tell the owner of such an answer. */
void proxy_tell_answer(const struct proxy *proxy, void *exchange,
                       struct td_bytes answer, bool head);

#endif
