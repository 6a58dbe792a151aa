/* orchestrator/serve/serve_internal.h - the server, for its parts. */
#ifndef ORCHESTRATOR_SERVE_SERVE_INTERNAL_H
#define ORCHESTRATOR_SERVE_SERVE_INTERNAL_H

#include "core/json.h"
#include "core/json_writer.h"
#include "core/suggest.h"
#include "orchestrator/journal/fold.h"
#include "orchestrator/run/folder.h"
#include "orchestrator/serve/extras.h"
#include "orchestrator/serve/rate.h"
#include "orchestrator/serve/serve.h"
#include "replayer/hub.h"
#include "wire/server/request.h"

#include <stdatomic.h>

#define SESSION_MAX       128         /* bytes of a session id */
#define SERVE_REQUEST_MAX 128         /* of the id of a request */
#define SERVE_SPEC        "spec.json" /* in the state folder, as the verb spec */

/* What is known of an execution by its journal. */
struct serve_known {
    uint64_t last_seq;             /* of its events */
    struct serve_flow flow;        /* where the flow with extras stands */
    bool finished;                 /* its journal has its last event */
    bool torn;                     /* its writer was killed */
    char status[20];               /* of its end: "completed" .. */
    char verdict[16];              /* of its validate phase: "pass" ..; "" */
    int exit;                      /* its exit status; -1: unknown */
    char session[SESSION_MAX + 1]; /* who began it; "" */
    char request[SERVE_REQUEST_MAX + 1]; /* by which request_id; "" */
    char request_hash[RUN_HASH_SIZE];
};

/* An execution, running or not. */
struct serve_exec {
    struct serve *serve;
    char id[RUN_ID_SIZE]; /* also the name of its group of peers */
    char *journal;
    struct play_hub *hub;        /* NULL until somebody wants its events */
    struct play_hub *full;       /* with extras; the same */
    char *full_name;             /* the group of its peers */
    struct run_exec *run;        /* NULL: it does not run here */
    struct serve_follow *follow; /* of its logs; NULL: not needed so far */
    struct serve_known known;
    bool over; /* it ended, and is about to be closed */
    bool read; /* to go on, or to be begun once more */
};

/* A peer. */
struct serve_console {
    struct serve *serve;
    struct wire_peer *peer;
    char session[SESSION_MAX + 1]; /* "" if it named none */
    uint64_t resume_from;
    bool extras;
    bool live; /* logs, too (follow.h) */
    struct serve_rate rate;
    struct serve_console *next;
};

#define SERVE_RETRIES 3 /* attempts 2, 3, and 4 and more */

/* Sums for /metrics, of what has ended, since the server began. */
struct serve_sums {
    uint64_t attempt_ns; /* of attempts, */
    uint64_t attempts;   /* and how many */
    uint64_t execution_ns;
    uint64_t tokens;
    double cost_usd;
    uint64_t retries[SERVE_RETRIES]; /* attempts after a first one */
    uint64_t retried[2];             /* tasks of more than one: well, not */
    uint64_t lagged; /* times that a peer did not read in time */
};

struct serve_again;
struct serve_later;

struct serve {
    struct wire_net *net;
    struct serve_options options;
    struct serve_events events;
    void *ctx;
    char *state;
    int lock;                 /* of the state folder */
    struct work_place *place; /* of the workspace */
    struct wire_server *server;
    struct serve_exec **execs; /* in the order of their numbers */
    size_t exec_count;
    size_t running;
    struct serve_console *consoles;
    size_t live;        /* of these */
    struct td_buf said; /* an event in the dialect of consoles, */
    char said_id[48];   /* and its id, a JSON string */
    size_t put; /* bytes of events since slow consoles were looked for */
    struct wire_timer drain;
    struct wire_timer sweep;   /* ended executions are closed from the loop */
    struct serve_again *again; /* answers to requests; NULL: none */
    struct serve_rates rates;  /* of commands over HTTP */
    struct serve_later *later; /* answers that are worked out; the first */
    struct wire_watch *later_watch; /* NULL: there was none so far */
    int later_fd;                   /* what it watches */
    bool draining;
    bool finishing;
    /* For /metrics. */
    uint64_t ended[3]; /* executions: completed, failed, partial_success */
    uint64_t tasks[4]; /* completed, cached, failed, skipped */
    uint64_t retries;
    uint64_t infra; /* failures that were none of a task's */
    uint64_t commands;
    uint64_t refused;
    struct serve_sums sums;
};

/* What came of a command; text, data and error are released by who asked. */
struct serve_answer {
    bool success;
    int status;           /* of HTTP */
    struct td_buf output; /* one line for people */
    struct td_buf error;
    struct td_buf data; /* JSON, or empty */
    /* Not NULL: none of these is there yet; who asked begins it (later.h). */
    struct serve_later *later;
};

/* orchestrator/serve/execs.c */
TD_MUST_CHECK enum td_code serve_execs_open(struct serve *serve,
                                            struct td_error *err);
void serve_execs_close(struct serve *serve);
struct serve_exec *serve_exec_find(const struct serve *serve,
                                   struct td_bytes id);
/* Takes over *plan. how: also who asked, with a session. */
TD_MUST_CHECK enum td_code serve_exec_start(struct serve *serve,
                                            struct plan *plan,
                                            const struct run_options *how,
                                            struct serve_exec **out,
                                            struct td_error *err);
/* Its plan as a fresh execution (run_retry()). past: by run_retry_read(), which
 * stays the caller's. */
TD_MUST_CHECK enum td_code serve_exec_retry(struct serve *serve,
                                            const struct run_exec *past,
                                            const struct run_options *how,
                                            struct serve_exec **out,
                                            struct td_error *err);
/* Go on with one that was cut short. run: by run_resume_read(); it is taken
 * over, also on error. known: by serve_look() behind it. TD_USAGE: it has
 * ended, by another process, and is known to have. */
TD_MUST_CHECK enum td_code serve_exec_resume(struct serve_exec *exec,
                                             struct run_exec *run,
                                             const struct serve_known *known,
                                             struct td_error *err);
/* Where a peer begins to hear: from event number `from` on; one that asks for
 * extras has those behind `from` - 1 too, but the first `sub` of them. */
struct serve_from {
    uint64_t from; /* 0 and 1: all */
    uint64_t sub;
};

/* Let the peer have its events. */
TD_MUST_CHECK enum td_code serve_exec_watch(struct serve_exec *exec,
                                            struct wire_peer *peer,
                                            struct serve_from from,
                                            struct td_error *err);
/* A journal to be read, also from another thread. */
struct serve_journal {
    const char *path; /* borrowed */
    const struct td_clock *clock;
    const atomic_bool *stop; /* ends the reading; NULL: nothing does */
};
struct serve_journal serve_journal(const struct serve_exec *exec);
/* TD_LIMIT: it was stopped. */
TD_MUST_CHECK enum td_code
serve_journal_check(const struct serve_journal *journal, struct td_error *err);
/* orchestrator/serve/known.c: what it tells, also from another thread. Codes of
 * journal_fold(); TD_LIMIT as above. */
TD_MUST_CHECK enum td_code serve_look(struct serve_known *out,
                                      const struct serve_journal *journal,
                                      struct td_error *err);
/* Its execution events, one by one. seq: of the last; or NULL. Codes of
 * journal_fold(); TD_LIMIT: it was stopped. */
typedef enum td_code serve_said_fn(void *ctx, const struct journal_said *said,
                                   struct td_error *err);
TD_MUST_CHECK enum td_code serve_fold(const struct serve_journal *journal,
                                      serve_said_fn *said, void *ctx,
                                      uint64_t *seq, struct td_error *err);
/* To all that have the flow. Who does not take it so fast reads it from the
 * journal from now on, at its own pace, until it has all. */
void serve_put(struct serve *serve, struct play_hub *hub,
               const struct td_event *ev);
/* It wants no more; it has gone. */
void serve_exec_leave(struct serve_exec *exec, struct wire_peer *peer);
void serve_exec_gone(struct serve_exec *exec, struct wire_peer *peer);
/* orchestrator/serve/full.c: the flow with extras. */
TD_MUST_CHECK enum td_code serve_full_watch(struct serve_exec *exec,
                                            struct wire_peer *peer,
                                            struct serve_from from,
                                            struct td_error *err);
/* A line of the journal was committed. */
void serve_full_line(struct serve_exec *exec, const struct td_event *ev);
/* Its plan, for its flow. ctx: it. */
const struct plan *serve_full_plan(void *ctx);
void serve_full_close(struct serve_exec *exec);
/* An event as consoles hear it; good until the next one. number:
 * SERVE_NUMBER(), of which its id for EventSources is made, "3" or "3.1". */
void serve_translate(struct serve *serve, struct td_event *ev, uint64_t number);
/* Close what has ended; leave all that runs
 * for a resume. */
void serve_execs_sweep(struct serve *serve);
void serve_execs_suspend(struct serve *serve);
/* An object about it: id, status, counts. */
void serve_exec_json(const struct serve_exec *exec, struct td_json_writer *w,
                     const char *key);

/* orchestrator/serve/server.c: nothing is under way any more that it waited
 * for? */
void serve_idle(struct serve *serve);

/* orchestrator/serve/console.c */
/* The consoles of the session that began it hear it from its beginning. */
void serve_watch_session(struct serve *serve, struct serve_exec *exec);
bool serve_has_stream(void *ctx, struct td_bytes query);
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
/* A word that may be none; td_suggest() its `near` each that there is. */
struct serve_word {
    char text[41];
    struct td_suggestion near;
};
void serve_word_init(struct serve_word *word, struct td_bytes name);
/* It failed: there is no such `what`, say "command"; with the nearest. */
void serve_fail_word(struct serve_answer *answer, int status, const char *what,
                     const struct serve_word *word);
/* It failed: there is none of this id, or none was named (404). */
void serve_no_execution(struct serve_answer *answer, struct td_bytes id);

/* orchestrator/serve/api_artifacts.c */
/* The path of the artifact that is called so, or has this "sha256:HASH"; it is
 * appended to *found, nothing if there is none. Codes of serve_fold(). */
TD_MUST_CHECK enum td_code
serve_artifact_find(const struct serve_journal *journal, const char *wanted,
                    struct td_buf *found, struct td_error *err);

/* orchestrator/serve/api.c */
bool serve_request(void *ctx, struct wire_request *request);
void serve_request_gone(void *ctx, struct wire_request *request);

/* orchestrator/serve/metrics.c: what happened is counted; an execution has
 * ended; the text of /metrics (Prometheus 0.0.4). */
void serve_count(struct serve_exec *exec, const struct run_news *news);
void serve_count_end(struct serve_exec *exec);
void serve_metrics(const struct serve *serve, struct td_buf *out);

/* The value of a member; 0: there is none. The text of a string member; "" if
 * there is none. */
#define SERVE_NONE UINT32_MAX
uint32_t serve_member(const struct td_json_doc *doc, uint32_t object,
                      const char *name);
struct td_bytes serve_text(const struct td_json_doc *doc, uint32_t object,
                           const char *name);
/* The same of a whole number; 0. */
uint64_t serve_number(const struct td_json_doc *doc, uint32_t object,
                      const char *name);

#endif
