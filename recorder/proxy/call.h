/* recorder/proxy/call.h - a request that is made here, and its answer, on a
 * tape as an exchange (recorder/proxy/exchange.h).
 *
 * It has a connection of its own. Behind a 101 it is a client of WebSocket:
 * pings are answered, and with sio those of Engine.IO, and a goodbye is.
 */
#ifndef RECORDER_PROXY_CALL_H
#define RECORDER_PROXY_CALL_H

#include "recorder/proxy/tap.h"
#include "wire/http/http.h"
#include "wire/net/transport.h"
#include "wire/ws/frame.h"

#define REC_CALL_LEFT  "closed by client" /* as rec_call_leave() says */
#define REC_CALL_RESET "reset by upstream"
#define REC_CALL_NONE  "no connection" /* ": " and why */

struct rec_call;

/* All may be NULL but done, which is the last call. None of them may free the
 * call.
 */
struct rec_call_events {
    /* The final head of the answer, or a 101. */
    void (*head)(void *ctx, const struct http_head *head);
    /* A piece of its body, without the framing. */
    void (*body)(void *ctx, struct td_bytes piece);
    /* What the server says behind a 101: a message, ping, pong or goodbye,
     * which is answered already where that is to be. */
    void (*message)(void *ctx, const struct ws_message *message);
    /* cut: NULL, or how else than in order it ended. */
    void (*done)(void *ctx, const char *cut);
};

struct rec_call_options {
    struct rec_tap *tap; /* outlives the call */
    uint32_t conn;       /* on the tape */
    const struct wire_dial *dial;
    struct td_bytes request; /* all of it, as it is sent */
    const char *ws_key;      /* it asks for WebSocket, with that key; or NULL */
    const char *ws_protocols;  /* and offers these, "a, b"; or NULL */
    bool sio;                  /* and for Socket.IO there */
    const char *const *hidden; /* "Name: value": fields whose values are not for
                                  the tape, but Accept, Content and User-Agent;
                                  or NULL */
};

/* Send a request. TD_PROTOCOL: it is none; TD_IO, TD_USAGE: as wire_connect().
 */
TD_MUST_CHECK enum td_code rec_call_open(struct rec_call **out,
                                         struct wire_net *net,
                                         const struct rec_call_options *options,
                                         const struct rec_call_events *events,
                                         void *ctx, struct td_error *err);

/* Behind a 101: say one message, or goodbye. Nothing happens if it is over. */
void rec_call_say(struct rec_call *call, enum ws_opcode opcode,
                  struct td_bytes payload);
void rec_call_say_close(struct rec_call *call, uint16_t code,
                        const char *reason);

/* Stop or go on reading. */
void rec_call_pause(struct rec_call *call, bool paused);

/* Go, whatever is still to come: done() is called, from inside. Not from within
 * a function of the call's events or of its tap.
 */
void rec_call_leave(struct rec_call *call, const char *cut);

/* Without a word. NULL is fine. */
void rec_call_free(struct rec_call *call);

#endif
