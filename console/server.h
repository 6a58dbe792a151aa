/* console/server.h - the server of a live run, over Socket.IO.
 *
 * The session is kept: when the connection is lost it is made again for ever,
 * and what was missed is asked for by its seq, so that the fold has no gap.
 */
#ifndef CONSOLE_SERVER_H
#define CONSOLE_SERVER_H

#include "core/json.h"
#include "wire/client/client.h"

struct console_server;

struct console_server_options {
    const char *url;       /* sio://HOST:PORT, also as http:// */
    const char *session;   /* its id */
    const char *token;     /* or NULL */
    const char *execution; /* to look at; NULL: what the session begins */
    uint64_t retry_ns;     /* the first wait before it is tried again; 0: 1 s */
    uint64_t answer_ns;    /* a call is given up when no answer has come for so
                              long; 0: never */
    bool once;             /* a connection that fails or is lost is the end */
};

/* {success, output, error?, exit?, data?} of an ack; texts are escaped bodies
 * of JSON strings. */
struct console_answer {
    bool done;
    enum td_code code; /* why it is not done */
    struct td_bytes output, error;
    const struct td_json_doc *doc; /* NULL: it could not be read */
    uint32_t data;                 /* its place in doc; 0: none */
};

struct console_server_events {
    /* An event of an execution. */
    void (*event)(void *ctx, const struct td_event *ev);
    /* The answer to the call under way. */
    void (*answered)(void *ctx, const struct console_answer *answer);
    /* What the plan of the execution that is followed says of its tasks: the
     * data of `plan tasks` (docs/serve.md). */
    void (*planned)(void *ctx, const struct td_json_doc *doc, uint32_t data);
    /* The server has said which is the last event there is of the execution
     * that is followed; all up to it come. 0: none yet. NULL: not asked. */
    void (*caught_up)(void *ctx, uint64_t to_seq);
    /* What executions the server has, where none is followed: the data of `show
     * executions` of all sessions. NULL: not asked. */
    void (*listed)(void *ctx, const struct td_json_doc *doc, uint32_t data);
    /* The execution cannot be heard. */
    void (*refused)(void *ctx, const struct console_answer *answer);
    /* up: commands can be sent. Else why->code is not TD_OK: it was lost, or
     * could not be reached; it is tried again. */
    void (*changed)(void *ctx, bool up, const struct td_error *why);
};

/* Begin to connect. TD_USAGE: the URL. */
TD_MUST_CHECK enum td_code
console_server_open(struct console_server **out, struct wire_net *net,
                    const struct console_server_options *options,
                    const struct console_server_events *events, void *ctx,
                    struct td_error *err);
void console_server_close(struct console_server *server);

/* Send execute_command with args, one JSON object. One call at a time.
 * TD_AGAIN: not connected, or the last call is not answered yet. */
TD_MUST_CHECK enum td_code console_server_call(struct console_server *server,
                                               const char *command,
                                               struct td_bytes args,
                                               struct td_error *err);

/* Ask what the plan of this execution says of its tasks: `planned` follows, if
 * it can be told. */
void console_server_plan(struct console_server *server, const char *execution);

/* How it stands with a server that is not connected. */
struct console_server_wait {
    const char *why; /* the last attempt failed; "" for the first */
    unsigned tries;  /* that failed in a row */
    uint64_t in_ns;  /* until the next one; 0: it is under way */
};
struct console_server_wait
console_server_waits(const struct console_server *server);

/* Commands can be sent. */
bool console_server_is_up(const struct console_server *server);

/* The execution that is followed; "": none. */
const char *console_server_execution(const struct console_server *server);

/* Hear this execution from behind seq on, now and after each reconnect. */
void console_server_follow(struct console_server *server, const char *execution,
                           uint64_t seq);

#endif
