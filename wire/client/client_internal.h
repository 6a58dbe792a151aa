/* wire/client/client_internal.h - what the files of the client share. Nobody
 * else includes it.
 *
 * client.c holds the options, the one timer and the reconnect policy; a link
 * (client_ws.c, client_sse.c, client_sio.c) speaks one protocol over one
 * connection at a time. Every way in from the loop (conn callbacks, the timer,
 * the public calls) is between client_line_enter() and client_line_leave(), so
 * that the owner may free the client inside any callback.
 */
#ifndef WIRE_CLIENT_CLIENT_INTERNAL_H
#define WIRE_CLIENT_CLIENT_INTERNAL_H

#include "core/json_writer.h"
#include "core/rand.h"
#include "wire/client/client.h"
#include "wire/client/http_connection.h"
#include "wire/client/ws_connection.h"
#include "wire/eio/client_session.h"
#include "wire/event/control_payload.h"
#include "wire/http/url.h"
#include "wire/sio/session.h"
#include "wire/sse/sse.h"

#define CLIENT_REDIRECTS_MAX 5
#define CLIENT_CLOSE_NS      (5 * TD_NS_PER_S) /* for the peer's answer */
#define CLIENT_MESSAGE_MAX   ((size_t)128 << 20)

struct client_link {
    /* Begin a connection. An error is final. */
    enum td_code (*start)(struct wire_client *client, struct td_error *err);
    enum td_code (*send)(struct wire_client *client, const struct td_event *ev,
                         struct td_error *err);
    void (*close)(struct wire_client *client); /* client_down() follows */
    void (*drop)(struct wire_client *client);  /* now, without a word */
    void (*pause)(struct wire_client *client, bool paused);
    /* Append what came of a message whose end has not come; false if the
     * connection stands between two. */
    bool (*half)(const struct wire_client *client, struct td_buf *out);
    size_t (*pending)(const struct wire_client *client);
    /* May be NULL: nothing to do by time, or before the loop waits. */
    uint64_t (*due)(const struct wire_client *client);
    void (*tick)(struct wire_client *client, uint64_t now);
    void (*flush)(struct wire_client *client);
    void (*release)(struct wire_client *client);
};

enum client_state {
    CLIENT_CONNECTING,
    CLIENT_READY,
    CLIENT_CLOSING, /* wire_client_close() was called */
    CLIENT_WAITING, /* to reconnect */
    CLIENT_ENDED,
};

struct client_sio {
    struct client_http_line get;
    struct client_http_line post;
    struct td_buf get_body;
    struct td_buf post_body;
    int get_status;
    int post_status;
    struct eio_client *eio;
    struct sio_session *sio;
    struct td_error why;    /* found inside a session: acted on later */
    enum td_code send_code; /* of the parts of one packet */
    unsigned parts;         /* of it that were taken */
    bool full;              /* TD_AGAIN was said */
    bool get_cut;           /* an answer ended within its body */
    bool over;              /* the sessions are only to be freed */
};

struct wire_client {
    struct wire_net *net;
    struct wire_client_options options; /* strings are copies */
    struct wire_client_events events;
    void *ctx;
    const struct client_link *link;
    struct wire_url url;   /* where it connects now: redirects move it */
    char *public_url;      /* the one given, without credentials */
    char *protocols;       /* "a, b" or NULL */
    struct td_buf fields;  /* header lines of every request */
    struct wire_dial dial; /* of url */
    enum client_state state;
    unsigned depth; /* client_line_enter() minus client_line_leave() */
    bool freed;     /* at the last client_line_leave() */
    bool open;      /* an open event was told, and no close event yet */
    bool bad;       /* a bad event was told since */
    bool paused;
    bool close_asked;     /* wire_client_close(): the timer does it */
    bool crossed;         /* redirected to another host: headers stay behind */
    unsigned attempt;     /* of this session, from 1 */
    unsigned failures;    /* in a row */
    uint64_t retry_ns;    /* SSE: the server's reconnection time; 0 = none */
    uint64_t after_ns;    /* the next wait is not shorter: see below */
    uint64_t ready_ns;    /* since when messages can be sent; TD_NEVER */
    uint64_t received_ns; /* last byte from the peer */
    uint64_t limit_ns;    /* of connecting or closing; TD_NEVER */
    uint64_t next_ns;     /* CLIENT_WAITING: when to reconnect */
    struct wire_timer timer;
    struct td_buf json; /* of the event being told */
    struct td_buf text;

    struct client_ws_line ws;     /* ws, and sio after its upgrade */
    struct client_http_line http; /* sse */
    struct sse_parser sse;
    bool sse_seen; /* the stream has named an event id */
    unsigned redirects;
    struct client_sio sio;
};

extern const struct client_link client_link_ws;
extern const struct client_link client_link_sse;
extern const struct client_link client_link_sio;

/* Copies of all strings and lists, and their end. */
void client_options_copy(struct wire_client_options *to,
                         const struct wire_client_options *from);
void client_options_release(struct wire_client_options *options);

/* "a, b" of the subprotocols, for free(); NULL if there is none. */
char *client_protocols(const struct wire_client_options *options);

/* True if the owner has a header of that name (any case). */
bool client_has_header(const struct wire_client_options *options,
                       const char *name);

/* Set client->dial and client->fields for client->url. own: with the owner's
 * headers. TD_USAGE.
 */
void client_set_dial(struct wire_client *client);
TD_MUST_CHECK enum td_code client_put_fields(struct wire_client *client,
                                             bool own, struct td_error *err);

/* What lines of all kinds call with the client as ctx. */
void client_line_enter(void *ctx, bool received);
void client_line_leave(void *ctx);
void client_line_bad(void *ctx, struct td_bytes bytes,
                     const struct td_error *why);

/* Tell the owner; dir, at_ns are filled in here. */
void client_tell(struct wire_client *client, struct td_event *ev);
/* The same of what the client itself has sent. */
void client_tell_own(struct wire_client *client, struct td_event *ev);
void client_tell_kind(struct wire_client *client, const char *kind,
                      enum td_form form, struct td_bytes payload);

/* The connection is up: begin the payload of its `open` in client->json with
 * the facts that all have, write those of the link behind them, and tell it.
 */
struct td_json_writer client_open_facts(struct wire_client *client,
                                        const char *transport);
void client_tell_open(struct wire_client *client, struct td_json_writer *facts);
void client_tell_bad(struct wire_client *client, struct td_bytes bytes,
                     const struct td_error *why);

/* A message does not come to its end: what came of it is kept, as `bad`, and it
 * is counted.
 */
void client_tell_half(struct wire_client *client, struct td_bytes bytes,
                      const char *why);

/* Messages can be sent. */
void client_ready(struct wire_client *client);

/* wire_client_send() may go on. */
void client_drained(struct wire_client *client);

/* The connection is over: tell `close` if `open` was told, then reconnect or
 * end. code: as a WebSocket close code. may_retry: another attempt makes sense.
 */
void client_down(struct wire_client *client, const struct td_error *why,
                 unsigned code, const char *reason, bool may_retry);

/* A closing handshake is the end of a WebSocket; set *why unless its code says
 * that it is in order (1000, 1001, none).
 */
void client_judge_close(const struct wire_client *client,
                        const struct client_ws_line *line,
                        struct td_error *why);

/* True if a failed HTTP status may be gone with the next attempt. */
bool client_status_passes(int status);

/* A refusal asked for so many seconds (Retry-After) before the next attempt. */
void client_retry_after(struct wire_client *client, uint64_t seconds);

/* Go to another URL from now on: header lines and dial follow. Credentials and
 * the owner's headers stay behind if host, port or TLS change.
 */
TD_MUST_CHECK enum td_code client_move(struct wire_client *client,
                                       struct td_bytes location,
                                       struct td_error *err);

/* Socket.IO, between client_sio.c (namespaces) and client_eio.c (transports).
 */

/* A fresh Engine.IO session in client->sio.eio, which begins at once. */
void client_eio_new(struct wire_client *client);

/* It is open: ask for every namespace. */
void client_sio_join_all(struct wire_client *client);

/* True if the sessions wait to be freed: what they call is of no interest. */
bool client_sio_over(const struct wire_client *client);

/* client_down() unless it is over. What client_sio_fail() was told before is
 * why, whatever came behind it. */
void client_sio_down(struct wire_client *client, const struct td_error *why,
                     bool may_retry);

/* The same, once the session that calls has returned. */
void client_sio_fail(struct wire_client *client, const struct td_error *why);

#endif
