/* replayer/dialogue/ask.h - a request as it goes to a server.
 *
 * Fields of a connection (Host, lengths, upgrades) are made anew, and of
 * codings only those that can be read here are asked for (wire/http/inflate.h).
 * What the owner adds stands in place of what has its name. A field whose value
 * is not on the tape is left out, unless it is bound.
 */
#ifndef REPLAYER_DIALOGUE_ASK_H
#define REPLAYER_DIALOGUE_ASK_H

#include "replayer/answer/bind.h"
#include "wire/http/url.h"

struct play_ask {
    const struct wire_url *to;
    const char *const *headers; /* "Name: value", NULL-terminated */
    const struct play_binds *binds;
    struct td_bytes method;
    struct td_bytes target;
    const struct play_field *fields;
    uint32_t fields_len;
    struct td_bytes body;
    bool decoded;       /* the body is as it was before its Content-Encoding */
    const char *ws_key; /* it asks for WebSocket */
    /* A field was left out, for its value is not on the tape. */
    void (*left_out)(void *ctx, const char *name);
    /* The same of a value in its "target" or its "body", which goes as it
     * stands there; NULL: never mind. */
    void (*marked)(void *ctx, const char *where);
    void *ctx;
};

/* Whether they may be added. TD_USAGE. */
TD_MUST_CHECK enum td_code play_ask_check(const char *const *headers,
                                          struct td_error *err);

/* Append all of it. TD_USAGE: it cannot be sent (a line end in a field). */
TD_MUST_CHECK enum td_code play_ask_put(struct td_buf *out,
                                        const struct play_ask *ask,
                                        struct td_error *err);

#endif
