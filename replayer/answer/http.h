/* replayer/answer/http.h - the server of recorded exchanges, played from their
 * tape over HTTP, event streams and WebSocket.
 *
 * A request is looked for among those of the tape (replayer/answer/key.h,
 * match.h); its answer then comes again, with its times: the head, a body or
 * the events of a stream, and its end, also where that was a failure. A request
 * that is not on the tape is answered with 501 and told. Behind a handshake of
 * WebSocket, what the client says must be what it said on the tape; then what
 * followed it there is sent, and anything else closes it with code 1008.
 */
#ifndef REPLAYER_ANSWER_HTTP_H
#define REPLAYER_ANSWER_HTTP_H

#include "core/json_writer.h"
#include "replayer/answer/bind.h"
#include "replayer/answer/exchange.h"
#include "replayer/answer/key.h"
#include "replayer/fault_rules.h"
#include "replayer/schedule.h"
#include "wire/server/server.h"

struct play_http_options {
    const struct play_exchanges *exchanges;
    const struct diff_masks *masks;
    const struct play_keys *keys;    /* that have learned of the exchanges */
    struct play_pace pace;           /* but for eps */
    struct play_binds *binds;        /* what clients make anew */
    struct play_fault_rules *faults; /* what goes wrong on purpose; or NULL */
    bool repeat; /* past the last of equal requests, that one again */
    const struct wire_server_options *server;
    /* Something is not on the tape; text has lines for people, LF at its end.
     */
    void (*missed)(void *ctx, struct td_bytes text);
    /* A request that is not on the tape is that function's, which sets its ctx
     * (replayer/answer/owner.h). NULL: it is a miss. */
    void (*relay)(void *ctx, struct wire_request *request);
    /* Peers of it may be ready again. */
    void (*relay_drained)(void *ctx);
    /* As wire_server_events.refused. */
    void (*refused)(void *ctx, const char *address, int status,
                    const char *why);
    void *ctx;
};

struct play_http_stats {
    uint32_t unknown; /* requests */
    uint32_t strange; /* messages of WebSocket that were not said on the tape */
    uint32_t refused; /* requests that were not let in */
    uint32_t unsaid;  /* messages of conversations that began and that nobody
                         said */
};

struct play_http;

/* Options are borrowed. Errors of wire_server_open(); TD_LIMIT. */
TD_MUST_CHECK enum td_code
play_http_open(struct play_http **out, struct wire_net *net,
               const struct play_http_options *options, struct td_error *err);

/* End at once. NULL is fine. */
void play_http_close(struct play_http *http);

/* Where it listens. */
uint16_t play_http_port(const struct play_http *http);

/* Counts by now. */
struct play_http_stats play_http_stats(const struct play_http *http);

/* Append what came of it, in one line without LF. Returns how many exchanges
 * were unused.
 */
uint32_t play_http_summary(const struct play_http *http, struct td_buf *out);

/* Write the same as members of the object at hand:
 * {"exchanges":7,"answered":6,"unused_count":1,"unused":[5],
 * "requests_unknown":1,"messages_unknown":0,"messages_unsaid":0,"refused":0}
 */
void play_http_json(const struct play_http *http, struct td_json_writer *w);

#endif
