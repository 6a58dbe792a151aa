/* replayer/answer/rpc.h - what one message of a talk is: JSON-RPC 2.0 as MCP
 * and language servers speak it, or anything else.
 *
 *     {"id":1,"method":"m","params":{}}   a request
 *     {"method":"m","params":{}}          a note, which nobody answers
 *     {"id":1,"result":{}}                an answer, or "error"
 *
 * Source: JSON-RPC 2.0, sections 4 and 5; MCP 2025-06-18, "Basic"; LSP 3.17,
 * "Base Protocol". Batches are PLAY_RPC_OTHER.
 */
#ifndef REPLAYER_ANSWER_RPC_H
#define REPLAYER_ANSWER_RPC_H

#include "core/buf.h"
#include "core/json.h"

enum play_rpc_kind {
    PLAY_RPC_REQUEST,
    PLAY_RPC_NOTE,
    PLAY_RPC_ANSWER,
    PLAY_RPC_OTHER, /* no JSON-RPC: a message that is compared as it is */
};

#define PLAY_TOKENS 3 /* that one request may give for what follows it */

/* All borrowed from the document that it was read from. */
struct play_rpc {
    enum play_rpc_kind kind;
    struct td_bytes id;                  /* JSON token; "" none */
    struct td_bytes method;              /* escaped, without quotes; "" none */
    struct td_bytes tokens[PLAY_TOKENS]; /* JSON tokens; "" none. Of a request:
                    what it calls its progress and partial results. Of a note:
                    the first is the one that it is about. */
};

/* doc is used again; rpc lives as long as it and text. */
void play_rpc_read(struct play_rpc *rpc, struct td_json_doc *doc,
                   struct td_bytes text);

/* Append what a message is compared by: of requests and notes method and
 * params, without the ids that each run makes anew (_meta and the tokens; what
 * a cancellation is about); of others the text. doc is that of play_rpc_read().
 */
void play_rpc_compared(struct td_buf *out, const struct play_rpc *rpc,
                       const struct td_json_doc *doc);

/* JSON tokens that stand for others in what is sent. */
struct play_rpc_ids {
    struct td_bytes id;                    /* of an answer */
    struct td_bytes recorded[PLAY_TOKENS]; /* as it is on the tape */
    struct td_bytes live[PLAY_TOKENS];     /* as the caller calls it */
};

/* Append a message of the tape with the caller's ids in it. doc is used again.
 */
void play_rpc_send(struct td_buf *out, struct td_json_doc *doc,
                   struct td_bytes text, const struct play_rpc_ids *ids);

#endif
