/* replayer/answer/key.h - what a request of HTTP is compared by.
 *
 *     method, path, query, body     parts of it; query: all parameters, in any
 *                                   order, but for `t` beside `EIO`, which
 *                                   Engine.IO makes anew each time
 *     query:NAME                    one parameter
 *     header:NAME                   one field
 *
 * The body is compared as a message (replayer/answer/match.h), all else is its
 * name. Of JSON-RPC, which MCP speaks over HTTP, the body is compared as
 * replayer/answer/rpc.h says, and the method belongs to the name.
 */
#ifndef REPLAYER_ANSWER_KEY_H
#define REPLAYER_ANSWER_KEY_H

#include "replayer/answer/match.h"
#include "replayer/answer/rpc.h"

#define PLAY_KEYS_DEFAULT "method,path,query,body,header:range"
#define PLAY_KEYS_MAX     64  /* named ones */
#define PLAY_PARAMS_MAX   256 /* parameters of a query that are looked at */

struct play_names {
    char **list;
    uint32_t len;
};

/* All zeroes is valid: nothing counts. */
struct play_keys {
    bool method;
    bool path;
    bool query;
    bool body;
    char *words; /* the names are in it */
    const char *params[PLAY_KEYS_MAX];
    uint32_t params_len;
    const char *fields[PLAY_KEYS_MAX];
    uint32_t fields_len;
    bool fields_redacted[PLAY_KEYS_MAX]; /* their values are not on the tape */
    struct play_names
        redacted; /* parameters whose values are not on the tape */
    struct play_names redacted_pairs; /* the same of forms in bodies */
};

/* Read the list, with "," between. TD_USAGE: it names none, or one that there
 * is not. Release also after an error.
 */
TD_MUST_CHECK enum td_code
play_keys_read(struct play_keys *keys, const char *text, struct td_error *err);
void play_keys_release(struct play_keys *keys);

/* Append the same list without the body; nothing if that leaves nothing, or if
 * the body is not in it.
 */
void play_keys_bodiless(struct td_buf *out, const struct play_keys *keys);

/* A request of the tape: parameters of its target, and pairs of its body if
 * that is a form, that are redacted are no part of any key from now on, but
 * that they are there.
 */
void play_keys_learn(struct play_keys *keys, struct td_bytes target,
                     struct td_bytes body);

/* A field of a request of the tape: if it is redacted, no value of that field
 * is told.
 */
void play_keys_learn_field(struct play_keys *keys, const char *name,
                           struct td_bytes value);

/* A request; the fields are asked for one by one: ptr NULL, it has none. */
struct play_asked {
    struct td_bytes method;
    struct td_bytes target;
    struct td_bytes body;
    struct td_bytes (*field)(const void *ctx, const char *name);
    const void *ctx;
};

/* Make its key: *said points into name and text, or to the body. shown is the
 * name as it may be told: of secrets, "***" for their values. *rpc is of
 * kind PLAY_RPC_OTHER unless the body is JSON-RPC 2.0; its bytes are of the
 * body. doc is used.
 */
struct play_key {
    struct td_buf name;
    struct td_buf shown; /* of a request of HTTP */
    struct td_buf text;
    struct td_json_doc doc;
    struct play_said said;
    struct play_rpc rpc;
};
void play_key_make(struct play_key *key, const struct play_keys *keys,
                   const struct play_asked *asked);

/* The same of one message of a conversation. */
void play_key_message(struct play_key *key, struct td_bytes message,
                      bool binary);
/* The same of one packet of Socket.IO. What a client says of itself to connect
 * is no part of it, nor the id that an ack has to bear.
 */
void play_key_packet(struct play_key *key, const struct td_event *ev);
void play_key_release(struct play_key *key);

#endif
