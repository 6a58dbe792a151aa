/* recorder/source.h - where events come from.
 *
 *     rec_source_url()    WebSocket, Socket.IO, SSE: wire/client
 *     rec_source_lines()  NDJSON from a descriptor
 *     rec_source_child()  NDJSON from the standard output of a program
 *     rec_source_stdio()  both ways between whoever started us and a program
 *     rec_source_proxy()  both ways between HTTP clients and a server
 *     rec_source_call()   one request to a server, and its answer
 *     rec_source_tape()   events of a tape, with their times
 *
 * A source belongs to its recorder as soon as it is open and is freed by
 * rec_close(). What follows the openers is for sources themselves.
 */
#ifndef RECORDER_SOURCE_H
#define RECORDER_SOURCE_H

#include "core/buf.h"
#include "recorder/proxy/tap.h"
#include "wire/client/client.h"
#include "wire/framing/framing.h"
#include "wire/proxy/proxy.h"

#define REC_LINE_MAX ((size_t)128 * 1024 * 1024) /* of one NDJSON line */

struct rec_recorder; /* recorder/recorder.h */

struct rec_source_url_options {
    struct wire_client_options client;
    const char *const *send; /* messages after each connect, NULL-terminated */
};

/* Everything in options is copied or lives as long as the recorder: the caller
 * keeps the strings. Errors of wire_client_open().
 */
TD_MUST_CHECK enum td_code
rec_source_url(struct rec_recorder *rec,
               const struct rec_source_url_options *options,
               struct td_error *err);

/* Takes over fd (unless it is 0). max_line: bytes, 0 = REC_LINE_MAX; a longer
 * line is lost, and said so.
 */
TD_MUST_CHECK enum td_code rec_source_lines(struct rec_recorder *rec, int fd,
                                            size_t max_line,
                                            struct td_error *err);

/* Start argv[0] and record what it writes to its standard output. Its exit
 * status is on the tape (kind "close") and in *status (as a shell would say;
 * -1 while it runs), which must outlive the recorder.
 */
TD_MUST_CHECK enum td_code rec_source_child(struct rec_recorder *rec,
                                            char *const *argv, size_t max_line,
                                            int *status, struct td_error *err);

/* Stand between our standard input and output and those of argv[0], which is
 * started: everything passes at once and unchanged, also the end of a stream,
 * and is recorded on its way: "in" to the program, "out" from it. Its standard
 * error is ours. Status as in rec_source_child(). Standard input and output are
 * taken over. It ends with the program. A message that is longer than
 * max_message passes like any other, and is lost to the tape.
 */
TD_MUST_CHECK enum td_code rec_source_stdio(struct rec_recorder *rec,
                                            char *const *argv,
                                            enum wire_framing framing,
                                            size_t max_message, int *status,
                                            struct td_error *err);

struct rec_source_proxy_options {
    struct proxy_options proxy;
    size_t max_message;     /* bytes of a body, an event or a message */
    char *const *argv;      /* a command around which it stands, or NULL */
    const char *const *env; /* names of variables that hold our address there,
                               each with a path if one is to follow:
                               "BASE=/v1"; NULL-terminated, or NULL */
    /* It listens there, "http://127.0.0.1:4711"; the command has not begun.
     * What it returns is returned. */
    enum td_code (*listening)(void *ctx, const char *url, uint16_t port,
                              struct td_error *err);
    void *ctx;
};

/* Listen, and record what passes to and from the upstream: requests and their
 * answers as exchanges, streams as events. With a command it ends with that,
 * and with its status as in rec_source_child(); the command's standard streams
 * are ours. Strings in options live as long as the recorder. Errors of
 * proxy_open() and of td_proc_spawn().
 */
TD_MUST_CHECK enum td_code
rec_source_proxy(struct rec_recorder *rec,
                 const struct rec_source_proxy_options *options, int *status,
                 struct td_error *err);

struct rec_source_call_options {
    const char *url; /* as it may be shown */
    const struct wire_dial *dial;
    struct td_bytes request;   /* all of it, as it is sent */
    const char *const *hidden; /* of recorder/proxy/call.h */
    size_t max_message;
    uint64_t before; /* exchanges on the tape that are not its own */
};

/* Ask once, and record the request and its answer as an exchange. An answer
 * that is none of success (2xx), or breaks off, is recorded and an error.
 * Errors of rec_call_open(); the source stays with the recorder then, too.
 */
TD_MUST_CHECK enum td_code
rec_source_call(struct rec_recorder *rec,
                const struct rec_source_call_options *options,
                struct td_error *err);

/* Record a tape again, at once and with its own times. */
TD_MUST_CHECK enum td_code rec_source_tape(struct rec_recorder *rec,
                                           const char *path,
                                           struct td_error *err);

/* ---- for sources ---- */

struct rec_source;

struct rec_source_ops {
    /* Stop or go on reading. */
    void (*pause)(struct rec_source *source, bool paused);
    /* Close in order; rec_source_over() follows, perhaps from inside. */
    void (*stop)(struct rec_source *source);
    /* Its time to do so is over: record how what is still open ends here; no
     * event follows. NULL: there is nothing to say. */
    void (*leave)(struct rec_source *source);
    /* Free, whatever its state. */
    void (*free)(struct rec_source *source);
};

/* The first member of every source; zeroes but ops before rec_source_add(). */
struct rec_source {
    const struct rec_source_ops *ops;
    struct rec_recorder *rec;
    struct rec_source *next;
    struct td_sink sink; /* where its events go, once it was added */
    uint32_t conn;       /* number of the connection that is open; 0 = none */
    bool over;
    bool own_time;  /* at_ns of its events is already on the tape's scale */
    bool own_conns; /* it has many: events bring the number of theirs */
};

/* Takes over a source that was filled in; called by its constructor.
 *
 * source->sink records an event (its conn and seq are ignored). Kind "open"
 * begins a connection, "close" without a namespace ends it. With own_time its
 * conn is a number from rec_source_conn(). TD_OK: it was taken. TD_END: this
 * recording takes no more of its kind; what became of that the recorder knows,
 * and stop() is called where the source has to do with it. Never TD_AGAIN:
 * pause() comes in time, and what a source has in its hands then is taken.
 */
void rec_source_add(struct rec_recorder *rec, struct rec_source *source);

/* The loop of the recorder. */
struct wire_net *rec_net(const struct rec_recorder *rec);

/* A connection number that is free; the source then has it. With own_time or
 * own_conns only: others get theirs by themselves.
 */
uint32_t rec_source_conn(struct rec_source *source);

/* The time that an event recorded now gets. */
uint64_t rec_source_now(const struct rec_source *source);

/* Exchanges were begun, so many in all: for the summary. */
void rec_source_exchanges(struct rec_source *source, uint64_t count);

/* Record an event with a JSON payload and nothing else, if any are taken. */
void rec_source_say(struct rec_source *source, const char *kind,
                    struct td_bytes json);

/* Record {"name":"text"} of one of the connections of a source with own_conns.
 */
void rec_source_tell(struct rec_source *source, uint32_t conn, const char *kind,
                     const char *name, const char *text);

/* Where exchanges go that are of this source, which was added. */
struct rec_tap rec_source_tap(struct rec_source *source, size_t max_message);

/* Record that a connection is open: {"source":"exec:node"}. */
void rec_source_opened(struct rec_source *source, const char *scheme,
                       const char *name);

/* Count events that were lost inside the source, and say so on the tape. */
void rec_source_lost(struct rec_source *source, uint64_t count,
                     const char *why);

/* The source has ended; the last call for it. why NULL or TD_OK: in order. */
void rec_source_over(struct rec_source *source, const struct td_error *why);

#endif
