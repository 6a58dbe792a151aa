/* replayer/answer/http_internal.h - what the files of http.h share. Nobody else
 * includes it.
 *
 *     http.c          the server: which exchange a request is, and what is not
 *                     on the tape
 *     http_answer.c   one answer: its head, parts and end in time
 *     http_faults.c   what goes wrong with it on purpose
 *     http_cors.c     what pages of other origins need to read answers
 *     http_unpack.c   the body of a request, as it was before its coding
 *     http_talk.c     one conversation over WebSocket
 *     http_packets.c  what of it is Socket.IO's
 */
#ifndef REPLAYER_ANSWER_HTTP_INTERNAL_H
#define REPLAYER_ANSWER_HTTP_INTERNAL_H

#include "replayer/answer/http.h"
#include "replayer/answer/miss.h"
#include "replayer/faults.h"
#include "wire/server/request.h"
#include "wire/sio/packet.h"

struct play_http_answer;
struct play_http_talk;

/* Of an exchange. */
struct play_http_refusals {
    uint64_t chosen; /* play_fault_rules_choose() */
    uint64_t count;  /* by now */
};

struct play_http {
    struct play_http_options how;
    struct wire_net *net;
    struct wire_server *server;
    struct play_match *match;
    struct play_key key; /* of what is being looked at */
    struct td_json_doc doc;
    struct td_buf text;
    struct td_buf bound;     /* a payload with what is bound in it */
    struct td_buf undone[2]; /* target and body as the tape says them */
    struct td_buf body; /* of the request that is being looked at, unpacked */
    struct play_http_answer *answers;
    struct play_http_talk *talks;
    struct td_arena arena; /* names and texts of recorded requests */
    struct play_rpc *rpcs; /* of their bodies */
    struct play_http_refusals *refusals; /* of each; NULL: none on purpose */
    uint32_t said;                       /* requests by now */
    bool closing;
    struct play_http_stats stats;
};

/* A payload of the tape with what is bound in it, until the next call. */
struct td_bytes play_http_bound(struct play_http *http,
                                const struct play_binds *binds,
                                enum td_form form, struct td_bytes payload);

/* What is said now as the tape says it; in *out if that is something else. */
struct td_bytes play_http_undone(struct play_binds *binds, struct td_buf *out,
                                 struct td_bytes text);

/* Tell of a miss, and count it in *count. */
void play_http_tell_miss(struct play_http *http, const struct play_miss *miss,
                         uint32_t *count);

/* *body as the recorder would have it on the tape: unpacked into *out, if its
 * Content-Encoding is one that it reads and it is whole; else as it came.
 * TD_LIMIT: it unpacks to more than max.
 */
TD_MUST_CHECK enum td_code play_http_unpack(struct td_buf *out,
                                            const struct http_head *head,
                                            struct td_bytes *body, size_t max);

/* Fields of an answer that are sent as they were: not those of the connection,
 * nor those that the coding of the body, which is decoded on the tape, makes
 * wrong. asked: to a page of another origin, with its CORS fields in place of
 * those on the tape; NULL: as they were. Free the list.
 */
struct wire_response_field *play_http_fields(const struct play_exchange *x,
                                             const struct http_head *asked,
                                             size_t *count);

/* Whether a page of another origin than this server's sent it; the server has
 * admitted it. Whether a browser asks first if it may, and the answer to that:
 * it may.
 */
bool play_http_is_foreign(const struct http_head *head);
bool play_http_is_preflight(const struct http_head *head);
void play_http_answer_preflight(struct wire_request *request);

/* The CORS fields of an answer: whether a field is one, and those that are
 * right, which point into the head. Returns their number.
 */
#define PLAY_CORS_FIELDS 3
bool play_http_is_cors(const char *name);
size_t play_http_put_cors(struct wire_response_field *fields,
                          const struct http_head *head);

/* Begin an answer: the request is its own from now on. live: what its body
 * says, in JSON-RPC. */
void play_http_answer_begin(struct play_http *http,
                            struct wire_request *request, uint32_t exchange,
                            const struct play_rpc *live);
void play_http_answer_free(
    struct play_http_answer *answer); /* without a word */

/* Answer a handshake, from inside `request`. Its peers have read. */
void play_http_talk_begin(struct play_http *http, struct wire_request *request,
                          uint32_t exchange);
void play_http_talk_drained(struct play_http *http);
/* Messages that nobody has said by now; the next in the list. */
uint32_t play_http_talk_unsaid(const struct play_http_talk *talk);
struct play_http_talk *play_http_talk_next(const struct play_http_talk *talk);
void play_http_talk_free(struct play_http_talk *talk); /* without a word */

/* ---- http_faults.c ---- */

/* Which exchanges will be refused. */
void play_http_faults_open(struct play_http *http);

/* Refuse a request of an exchange that was taken, if a fault says so; the
 * exchange may be asked for again.
 */
bool play_http_refuse_on_purpose(struct play_http *http,
                                 struct wire_request *request, uint32_t at);

/* The faults of one answer or talk; all zeroes is none, with stage NULL. */
struct play_http_wrong {
    struct play_faults *stage;
    const struct play_exchange *x;
    struct td_sink sink;
    struct td_buf payload; /* of what is offered */
    uint64_t slice;        /* of a body, bytes at once; 0: all */
    uint32_t came;         /* index of the part that came out last */
    bool offered;          /* once at least */
    bool cut;              /* it is to break off */
    bool finished;
    bool asked; /* whether it is drained, just now */
    bool drained;
    void (*go_on)(void *ctx);
    void *ctx;
};

/* Stand before next, if there are faults. go_on: after a TD_AGAIN, or a false
 * of play_http_wrong_finish(); all may be released there.
 */
void play_http_wrong_begin(struct play_http_wrong *wrong,
                           const struct play_http *http,
                           const struct play_exchange *x, struct td_sink next,
                           void (*go_on)(void *ctx), void *ctx);
void play_http_wrong_release(struct play_http_wrong *wrong);

/* What a part says goes its way, or TD_AGAIN: it is to be put once more. Look
 * at cut then. What comes out in next is a part again.
 */
enum td_code play_http_wrong_put(struct play_http_wrong *wrong,
                                 const struct play_part *part,
                                 struct td_bytes payload);
struct play_part play_http_wrong_part(struct play_http_wrong *wrong,
                                      const struct td_event *ev);

/* All parts are put; true: nothing is held back. */
bool play_http_wrong_finish(struct play_http_wrong *wrong);

/* ---- http_packets.c ---- */

/* Whether an exchange speaks Socket.IO behind its 101. */
bool play_packets_are_spoken(const struct play_exchange *x);

/* Send a part; an ack bears that id instead of its own. */
void play_packets_send(struct wire_peer *peer, const struct play_part *part,
                       struct td_bytes ack);
void play_packets_ping(struct wire_peer *peer);

/* How often the client waits to be pinged, as the handshake says. */
uint64_t play_packets_interval(const struct play_exchange *x);

/* What a client said: TD_OK, *ev is a packet, until the next call; TD_AGAIN:
 * nothing that the tape has (a pong, a half packet), it was answered if
 * need be; TD_PROTOCOL: no packet.
 */
TD_MUST_CHECK enum td_code play_packets_read(struct wire_peer *peer,
                                             struct sio_decoder *decoder,
                                             const struct td_event *raw,
                                             struct td_event *ev);

#endif
