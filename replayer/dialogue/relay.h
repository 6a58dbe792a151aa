/* replayer/dialogue/relay.h - requests that a server passes on to another, and
 * records: a source of a recorder. Answers pass as they come, and so do the
 * messages of a WebSocket, both ways.
 */
#ifndef REPLAYER_DIALOGUE_RELAY_H
#define REPLAYER_DIALOGUE_RELAY_H

#include "recorder/source.h"
#include "wire/server/request.h"

struct play_relay;

struct play_relay_options {
    const char *to; /* http:// or https://; requests go below its path */
    struct wire_tls_options tls;
    uint64_t connect_ns;
    size_t max_message; /* that is recorded whole */
    uint64_t before;    /* the highest number of an exchange on the tape */
};

/* Options live as long as the recorder. TD_USAGE: the URL. */
TD_MUST_CHECK enum td_code
play_relay_open(struct play_relay **out, struct rec_recorder *rec,
                const struct play_relay_options *options, struct td_error *err);

/* Pass a request on; it is the relay's from now on. */
void play_relay_ask(struct play_relay *relay, struct wire_request *request);

/* Peers of the server may be ready again. */
void play_relay_drained(struct play_relay *relay);

/* Requests by now. */
uint32_t play_relay_count(const struct play_relay *relay);

#endif
