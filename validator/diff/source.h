/* validator/diff/source.h - the messages of a stream: a tape's or NDJSON's.
 *
 * Messages are the plain events of a tape; what else is on it (connections that
 * open and close, pings) is passed over. Of NDJSON each line that is not blank
 * is a message.
 *
 * DIFF_ANSWERS: what a server of exchanges said, and nothing else. Of each
 * answer "response" {"status":200,"content-type":"..."}, "body", the events of
 * its stream, "close" and packets of Socket.IO, "cut" {"cut":"..."} if it broke
 * off and not because the client went. Each exchange is a connection. Not those
 * of Engine.IO's long polling, whose number is a matter of time.
 */
#ifndef VALIDATOR_DIFF_SOURCE_H
#define VALIDATOR_DIFF_SOURCE_H

#include "tape/reader.h"

struct diff_source;

enum diff_what { DIFF_EVENTS, DIFF_ANSWERS };

/* One message; all is borrowed until the next. */
struct diff_message {
    uint64_t seq; /* on the tape, or the line, from 1 */
    bool has_t;
    uint64_t at_ns;
    uint32_t conn; /* 0: NDJSON */
    enum td_dir dir;
    struct td_bytes name; /* escaped, as the transport gave it; "" none */
    struct td_bytes payload;
    struct td_bytes att;
    uint64_t cut;
    bool asks; /* for a Socket.IO ack */
    bool acks;
};

/* Open a file, which is read twice and so no pipe. TD_USAGE: it is one; TD_IO;
 * TD_FORMAT: it is empty, or no stream.
 */
TD_MUST_CHECK enum td_code diff_source_open(struct diff_source **out,
                                            const char *path,
                                            enum diff_what what,
                                            struct td_error *err);
/* NULL is fine. */
void diff_source_close(struct diff_source *source);

/* The next message; TD_END. TD_FORMAT, TD_LIMIT, TD_IO. */
TD_MUST_CHECK enum td_code diff_source_next(struct diff_source *source,
                                            struct diff_message *m,
                                            struct td_error *err);

/* Go on at the message of that number, which is further on. False, and nothing
 * has happened: only a tape of one recording that has an index can do so.
 */
bool diff_source_skip(struct diff_source *source, uint64_t seq);

/* What is known of a tape by now; all zeroes of NDJSON. */
struct tape_state diff_source_state(const struct diff_source *source);

#endif
