/* recorder/proxy/messages.h - a WebSocket that passes, as events: its messages
 * in both directions, pings, pongs, and how it was closed (RFC 6455). Where it
 * is one of Socket.IO, its packets are the events (wire/sio/packet.h), and
 * those of Engine.IO of kinds ping, pong and, of what the server says first,
 * "handshake". Where an extension was agreed on, only that could read them:
 * each frame is an event of kind "frame", as it came, and of its goodbyes alone
 * more is known.
 */
#ifndef RECORDER_PROXY_MESSAGES_H
#define RECORDER_PROXY_MESSAGES_H

#include "recorder/proxy/tap.h"
#include "wire/proxy/proxy.h"

#include <stdbool.h>

/* What an Engine.IO server says first; its session id is a credential. */
#define REC_KIND_HANDSHAKE "handshake"

struct rec_messages;

#define REC_KIND_FRAME "frame"

enum rec_messages_kind { REC_WEBSOCKET, REC_SOCKET_IO, REC_FRAMES };

/* voice outlives it. */
struct rec_messages *rec_messages_new(const struct rec_voice *voice,
                                      enum rec_messages_kind kind);
void rec_messages_free(struct rec_messages *m); /* NULL is fine */

/* Bytes that a side sent. What breaks the protocol is an event of kind "bad",
 * and nothing of that side is read any more.
 */
void rec_messages_came(struct rec_messages *m, enum proxy_side side,
                       struct td_bytes bytes);

/* Nothing follows. What a side ended within is an event of kind "bad", and
 * lost.
 */
void rec_messages_end(struct rec_messages *m);

/* True if both sides have said goodbye. */
bool rec_messages_closed(const struct rec_messages *m);

/* Who said so first, and how, as an event of kind "close". False: nobody did.
 */
bool rec_messages_put_close(struct rec_messages *m);

#endif
