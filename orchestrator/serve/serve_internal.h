/* orchestrator/serve/serve_internal.h - the server, for its parts. */
#ifndef ORCHESTRATOR_SERVE_SERVE_INTERNAL_H
#define ORCHESTRATOR_SERVE_SERVE_INTERNAL_H

#include "core/json.h"
#include "core/json_writer.h"
#include "orchestrator/run/folder.h"
#include "orchestrator/serve/serve.h"
#include "replayer/hub.h"
#include "wire/server/request.h"

#define SESSION_MAX 128 /* bytes of a session id */

/* An execution, running or not. */
struct serve_exec {
    struct serve *serve;
    char id[RUN_ID_SIZE]; /* also the name of its group of peers */
    char *journal;
    struct play_hub *hub;          /* NULL until somebody wants its events */
    struct run_exec *run;          /* NULL: it does not run here */
    uint64_t last_seq;             /* of its events */
    bool over;                     /* it ended, and is about to be closed */
    bool finished;                 /* its journal has its last event */
    char status[20];               /* of its end: "completed" .. */
    char session[SESSION_MAX + 1]; /* who began it; "" */
};

/* A peer. */
struct serve_console {
    struct serve *serve;
    struct wire_peer *peer;
    char session[SESSION_MAX + 1]; /* "" if it named none */
    uint64_t resume_from;
    bool extras;
    uint64_t second_ns; /* of the commands that are counted */
    unsigned commands;
    struct serve_console *next;
};

struct serve {
    struct wire_net *net;
    struct serve_options options;
    struct serve_events events;
    void *ctx;
    char *state;
    struct wire_server *server;
    struct serve_exec **execs; /* in the order of their numbers */
    size_t exec_count;
    size_t running;
    struct serve_console *consoles;
    struct wire_timer drain;
    struct wire_timer sweep; /* ended executions are closed from the loop */
    bool draining;
    bool finishing;
    /* For /metrics. */
    uint64_t ended[3]; /* executions: completed, failed, partial_success */
    uint64_t tasks[4]; /* completed, cached, failed, skipped */
    uint64_t retries;
    uint64_t commands;
    uint64_t refused;
};

/* What came of a command; text, data and error are released by who asked. */
struct serve_answer {
    bool success;
    int status;           /* of HTTP */
    struct td_buf output; /* one line for people */
    struct td_buf error;
    struct td_buf data; /* JSON, or empty */
};

/* orchestrator/serve/execs.c */
TD_MUST_CHECK enum td_code serve_execs_open(struct serve *serve,
                                            struct td_error *err);
void serve_execs_close(struct serve *serve);
struct serve_exec *serve_exec_find(const struct serve *serve,
                                   struct td_bytes id);
/* Takes over *plan. session: who asked, or "". */
TD_MUST_CHECK enum td_code
serve_exec_start(struct serve *serve, struct plan *plan, const char *session,
                 struct serve_exec **out, struct td_error *err);
TD_MUST_CHECK enum td_code serve_exec_resume(struct serve_exec *exec,
                                             struct td_error *err);
/* Let the peer have its events from number `from` on. */
TD_MUST_CHECK enum td_code serve_exec_watch(struct serve_exec *exec,
                                            struct wire_peer *peer,
                                            uint64_t from,
                                            struct td_error *err);
/* Close what has ended; leave all that runs for a resume. */
void serve_execs_sweep(struct serve *serve);
void serve_execs_suspend(struct serve *serve);
/* An object about it: id, status, counts. */
void serve_exec_json(const struct serve_exec *exec, struct td_json_writer *w,
                     const char *key);

/* orchestrator/serve/console.c */
/* The consoles of the session that began it hear it from its beginning. */
void serve_watch_session(struct serve *serve, struct serve_exec *exec);
bool serve_admit(void *ctx, struct wire_guest *guest, struct td_buf *refusal);
void serve_joined(void *ctx, struct wire_peer *peer);
void serve_left(void *ctx, struct wire_peer *peer, uint64_t lost,
                const struct td_error *why);
void serve_heard(void *ctx, struct wire_peer *peer, const struct td_event *ev);

/* orchestrator/serve/command.c: args is at `args` of doc, an object, or
 * SERVE_NONE. */
void serve_command(struct serve *serve, struct serve_console *console,
                   struct td_bytes command, const struct td_json_doc *doc,
                   uint32_t args, struct serve_answer *answer);
void serve_answer_release(struct serve_answer *answer);
/* {"success":..,"output":..,"error":..,"data":..} */
void serve_answer_json(const struct serve_answer *answer, struct td_buf *out);
/* It failed: status of HTTP and why. */
void serve_fail(struct serve_answer *answer, int status, const char *fmt, ...)
    TD_PRINTF(3, 4);
void serve_fail_by(struct serve_answer *answer, const struct td_error *why);

/* orchestrator/serve/api.c */
bool serve_request(void *ctx, struct wire_request *request);

/* orchestrator/serve/metrics.c: the text of /metrics (Prometheus 0.0.4). */
void serve_metrics(const struct serve *serve, struct td_buf *out);

/* The value of a member; 0: there is none. The text of a string member; "" if
 * there is none. */
#define SERVE_NONE UINT32_MAX
uint32_t serve_member(const struct td_json_doc *doc, uint32_t object,
                      const char *name);
struct td_bytes serve_text(const struct td_json_doc *doc, uint32_t object,
                           const char *name);

#endif
