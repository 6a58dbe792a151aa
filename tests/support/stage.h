/* tests/support/stage.h - one wire/server, scripted clients, and what was said,
 * over transport_mem and a virtual clock.
 */
#ifndef TESTS_SUPPORT_STAGE_H
#define TESTS_SUPPORT_STAGE_H

#include "core/buf.h"
#include "wire/server/server.h"
#include "wire/ws/frame.h"

/* A client that sends bytes and keeps what comes. */
struct raw {
    struct wire_conn *conn;
    struct td_buf got;
    bool closed;
};

/* One server, up to eight raw clients, and all that the server said. */
struct stage {
    struct td_clock clock;
    struct wire_net *net;
    struct wire_server *server;
    const char *host; /* where it listens */
    struct wire_peer *peers[8];
    unsigned joined;
    unsigned left;
    uint64_t lost;
    unsigned drained;
    int refused; /* the last status that somebody was refused with */
    bool done;
    bool asks; /* admits to a namespace are told; one with another
                  auth than {"a":1} is refused */
    struct wire_request *open[8]; /* for an owner of requests */
    unsigned asked;
    struct td_buf log;
    struct raw raws[8];
    unsigned raw_count;
};

/* chunk as wire_mem_open(); options NULL: messages of at most 1000 bytes. */
void stage_set_up(struct stage *st, size_t chunk,
                  const struct wire_server_options *options);
/* The same with an owner of requests: that part of `requests`, whose ctx is st.
 */
void stage_set_up_owner(struct stage *st, size_t chunk,
                        const struct wire_server_options *options,
                        const struct wire_server_events *requests);
void stage_tear_down(struct stage *st);

/* Turns until `ns` have passed, or 10 ms. */
void stage_run_for(struct stage *st, uint64_t ns);
void stage_settle(struct stage *st);

struct raw *stage_dial(struct stage *st);

/* Send, and settle: bytes as they are, or one masked frame. */
void stage_say(struct stage *st, struct raw *raw, const char *text);
void stage_say_frame(struct stage *st, struct raw *raw, enum ws_opcode opcode,
                     const char *text);

/* An event as a tape tells it; send it to all and settle. */
struct td_event stage_event(enum td_form form, const char *name,
                            const char *payload);
void stage_broadcast(struct stage *st, const struct td_event *ev);

/* For wire_server_finish(). */
void stage_on_done(void *ctx);

/* Whether part is in text (prints both if not), and how often. */
bool stage_has(struct td_buf *text, const char *part);
unsigned stage_count(const struct td_buf *text, const char *part);

#define H "Host: localhost\r\n"

/* The fields of a WebSocket handshake, to the end of the head. */
#define WS_FIELDS                                                              \
    H "Upgrade: websocket\r\nConnection: Upgrade\r\n"                          \
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                        \
      "Sec-WebSocket-Version: 13\r\n\r\n"
#define WS_GET "GET /any HTTP/1.1\r\n" WS_FIELDS
#define SIO_GET                                                                \
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n" WS_FIELDS

#endif
