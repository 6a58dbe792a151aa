/* replayer/answer/exchange.h - requests of a tape, each with what came of it.
 *
 * An answer is its head, then parts in order: a body, or the events of a
 * stream; behind a 101, what both sides said. Each part has its time. Source:
 * docs/tape-format.md, section 3, "Exchanges".
 */
#ifndef REPLAYER_ANSWER_EXCHANGE_H
#define REPLAYER_ANSWER_EXCHANGE_H

#include "core/arena.h"
#include "core/json.h"
#include "tape/state.h"

#define PLAY_EXCHANGES_MAX ((uint32_t)10000000)
#define PLAY_FIELDS_MAX    1000 /* of one head, or trailers */

struct play_field {
    const char *name; /* as sent */
    struct td_bytes value;
};

enum play_part_kind {
    PLAY_PART_BODY,   /* all of it, or a piece */
    PLAY_PART_EVENT,  /* of a stream; a message */
    PLAY_PART_ID,     /* SSE: an id without an event */
    PLAY_PART_RETRY,  /* SSE: its time */
    PLAY_PART_NOTE,   /* SSE: a comment */
    PLAY_PART_OPEN,   /* Engine.IO: its handshake */
    PLAY_PART_PACKET, /* Socket.IO: connect, connect_error, disconnect */
    PLAY_PART_CLOSE,  /* of WebSocket: payload {"code":1000,"reason":""} */
};

struct play_part {
    enum play_part_kind kind;
    enum td_dir dir;
    enum td_form form;
    uint64_t order; /* among all lines of the tape, from 1 */
    uint64_t seq;
    uint64_t at_ns;
    bool called; /* SSE: so by its payload; no name stood in the stream */
    struct td_bytes name; /* as in struct td_event, as are those below */
    struct td_bytes id;
    struct td_bytes payload;
    struct td_bytes packet; /* kind of PLAY_PART_PACKET */
    struct td_bytes ns;
    struct td_bytes ack;
    struct td_bytes att;
};

/* Bytes that came in one piece, where that is not what the parts show. */
struct play_chunk {
    uint64_t at_ns;
    uint64_t len;
};

enum play_stream {
    PLAY_STREAM_NONE, /* a body */
    PLAY_STREAM_SSE,
    PLAY_STREAM_LINES,
    PLAY_STREAM_WS,
};

struct play_exchange {
    uint64_t number;   /* on the tape */
    uint64_t order;    /* of the request, as that of parts */
    uint64_t seq;      /* of the request */
    uint64_t asked_ns; /* when the request had come whole */
    struct td_bytes method;
    struct td_bytes target;
    struct play_field *fields;
    uint32_t fields_len;
    struct td_bytes body;
    bool body_cut; /* the tape has a part of it */

    bool unusable; /* there is one, with a status that HTTP does not have */
    bool framed;   /* behind it are frames that only an extension can read */
    bool answered; /* there is a head */
    int status;
    struct td_bytes reason;
    uint64_t head_order;
    uint64_t head_ns;
    struct play_field *answer_fields;
    uint32_t answer_fields_len;
    enum play_stream stream;
    struct play_part *parts;
    uint32_t parts_len;
    bool coded;    /* parts are as the Content-Encoding has them: the recorder
                      could not read it, or there are none (HEAD, 304) */
    bool part_cut; /* the tape has a part of one of them */
    struct play_chunk *chunks; /* NULL: as the parts are */
    uint32_t chunks_len;
    struct play_field *trailers;
    uint32_t trailers_len;
    const char *cut;    /* how it broke off; NULL: it ended by itself */
    uint64_t end_order; /* 0: its end is not on the tape */
    uint64_t end_ns;
};

/* All zeroes is valid and empty. */
struct play_exchanges {
    struct td_arena arena;
    struct play_exchange *list;
    uint32_t len;
    struct tape_state state;
    const char *upstream; /* that was recorded, as the header has it; or NULL */
    const char *pointer;  /* where its recorder looked for names of events, as
                             the header has it; or NULL */
    bool no_names;        /* it did not look */
};

/* Read a tape. Errors of tape_reader_open(); TD_LIMIT; TD_USAGE: there is no
 * exchange on it. Release also after an error.
 */
TD_MUST_CHECK enum td_code play_exchanges_load(struct play_exchanges *all,
                                               const char *path,
                                               struct td_error *err);
void play_exchanges_release(struct play_exchanges *all);

/* The value of the first field of that name (any case); ptr NULL: none. */
struct td_bytes play_field_value(const struct play_field *fields, uint32_t len,
                                 const char *name);

/* Append a part as the bytes of its stream (not of PLAY_STREAM_WS), with
 * payload in place of its own.
 */
void play_part_encode(struct td_buf *out, enum play_stream stream,
                      const struct play_part *part, struct td_bytes payload);

/* The event that a part is. */
struct td_event play_part_event(const struct play_part *part);

/* A packet of Socket.IO as messages of its WebSocket: text, then its
 * attachments.
 */
void play_packet_put(const struct td_event *ev,
                     void (*put)(void *ctx, enum td_form form,
                                 struct td_bytes message),
                     void *ctx);

#endif
