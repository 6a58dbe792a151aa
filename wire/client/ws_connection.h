/* wire/client/ws_connection.h - one WebSocket of a client: conn, handshake,
 * frames.
 *
 * Life: client_ws_line_open() -> opened() -> message()* -> gone(), or only
 * gone(). The line is held by its owner and may be opened again after gone() or
 * client_ws_line_drop(). Every call is allowed inside every callback; the
 * line's memory must outlive the outermost call.
 */
#ifndef WIRE_CLIENT_WS_CONNECTION_H
#define WIRE_CLIENT_WS_CONNECTION_H

#include "wire/http/http.h"
#include "wire/net/transport.h"
#include "wire/ws/frame.h"
#include "wire/ws/handshake.h"

struct client_ws_line_events {
    /* Around all that comes from the loop. heard: bytes of the peer's. */
    void (*enter)(void *ctx, bool received);
    void (*leave)(void *ctx);
    /* 101 came and is right. */
    void (*opened)(void *ctx, const struct http_head *head);
    /* Data, ping, pong. */
    void (*message)(void *ctx, const struct ws_message *message);
    /* The ping that was just told got this pong. */
    void (*ponged)(void *ctx, struct td_bytes payload);
    /* The peer broke a protocol with these bytes; gone() follows. */
    void (*bad)(void *ctx, struct td_bytes bytes, const struct td_error *why);
    void (*drained)(void *ctx);
    /* The last call; line->close_code and close_reason tell the rest. why is
     * TD_OK after a closing handshake; TD_IO, TD_TIMEOUT, TD_PROTOCOL. */
    void (*gone)(void *ctx, const struct td_error *why);
};

enum client_ws_line_state {
    WS_LINE_IDLE,
    WS_LINE_DIALLING,
    WS_LINE_HANDSHAKE,
    WS_LINE_OPEN,
    WS_LINE_CLOSING, /* a close frame was sent or came */
};

/* Private, but for what is said at gone(). All zeroes is valid: idle. */
struct client_ws_line {
    const struct client_ws_line_events *events;
    void *ctx;
    struct wire_conn *conn;
    enum client_ws_line_state state;
    uint16_t close_code; /* WS_CODE_ABNORMAL if no close frame came */
    char close_reason[WS_REASON_MAX + 1];
    int status;             /* of the handshake's answer; 0 = none came */
    uint64_t retry_after_s; /* which it asked for */
    bool congested;
    bool paused; /* by the owner */
    /* Choked: the server asks for answers and does not read them, so it is not
     * read (wire/limits.h). */
    bool choked;
    bool mute;          /* answers are not sent any more */
    size_t answers;     /* bytes of them that may wait */
    struct td_buf rest; /* frames that came and are not read yet */
    struct wire_net *net;
    struct wire_timer stall;
    uint64_t stall_seen; /* bytes that had reached the server then */
    char key[WS_KEY_LEN + 1];
    const char *protocols; /* offered; borrowed */
    struct td_buf request;
    struct td_buf out;
    struct http_parser parser;
    struct ws_decoder decoder;
    struct ws_keys keys;
};

struct client_ws_line_target {
    const struct wire_dial *dial; /* copied by the transport */
    const char *target;           /* "/path?query" */
    struct td_bytes fields;       /* whole header lines: Host and others */
    const char *protocols;        /* "a, b" or NULL; outlives the line */
    size_t max_message;
};

/* Start connecting. TD_USAGE, TD_IO as wire_connect(). */
TD_MUST_CHECK enum td_code
client_ws_line_open(struct client_ws_line *line, struct wire_net *net,
                    const struct client_ws_line_target *target,
                    struct td_error *err);

/* Send one message or control frame. TD_OK, or TD_FULL: stop until
 * drained(); TD_IO: not open.
 */
enum td_code client_ws_line_send(struct client_ws_line *line,
                                 enum ws_opcode opcode,
                                 struct td_bytes payload);

/* Send a close frame; gone() follows when the peer has answered. */
void client_ws_line_close(struct client_ws_line *line, uint16_t code,
                          const char *reason);

/* Let go of the conn now, without gone(). A close frame that was sent still
 * reaches the peer, and all before it. */
void client_ws_line_drop(struct client_ws_line *line);

void client_ws_line_pause(struct client_ws_line *line, bool paused);
size_t client_ws_line_pending(const struct client_ws_line *line);
void client_ws_line_release(
    struct client_ws_line *line); /* drops and frees buffers */

#endif
