/* replayer/dialogue/dialogue.h - the client's side of recorded exchanges,
 * played to a server, and recorded anew: a source of a recorder.
 *
 * The tape is gone through in order. What the client said is said, as far
 * behind what came before as on the tape; what the server said is waited for,
 * by its number and not by what it is: that is compared afterwards. Each
 * exchange has a connection of its own. A server that has ended an exchange is
 * not waited for there any more.
 */
#ifndef REPLAYER_DIALOGUE_DIALOGUE_H
#define REPLAYER_DIALOGUE_DIALOGUE_H

#include "recorder/source.h"
#include "replayer/answer/exchange.h"
#include "replayer/schedule.h"

struct play_dialogue;

struct play_dialogue_options {
    const struct play_exchanges *exchanges;
    const char *to;             /* http://, https://, ws://, wss://; requests go
                                   below its path */
    const char *const *headers; /* "Name: value" for all, or NULL */
    const char *const *binds;   /* replayer/answer/bind.h, or NULL */
    const char *auth;           /* of Socket.IO connects, JSON; or NULL */
    struct wire_tls_options tls;
    uint64_t connect_ns;
    uint64_t answer_ns; /* what is waited for comes by then */
    size_t max_message;
    struct play_pace pace;
    /* Something is not as it should be: a sentence. */
    void (*tell)(void *ctx, const char *text);
    void *ctx;
};

struct play_dialogue_stats {
    uint32_t exchanges; /* asked */
    uint32_t failed;    /* without a connection, or cut off by the server */
    uint32_t unreached; /* of those: without a connection */
    uint32_t late;      /* given up, for what was waited for did not come */
    uint32_t unsaid;    /* messages that there was nobody to say to */
    uint32_t polls;     /* requests that were left out */
    uint32_t framed;    /* conversations that were left behind the handshake,
                           for only an extension can read what was said */
};

/* Everything in options lives as long as the recorder. TD_USAGE: the URL, a
 * word to bind.
 */
TD_MUST_CHECK enum td_code
play_dialogue_open(struct play_dialogue **out, struct rec_recorder *rec,
                   const struct play_dialogue_options *options,
                   struct td_error *err);

/* As long as the recorder lives. */
struct play_dialogue_stats
play_dialogue_stats(const struct play_dialogue *dialogue);

#endif
