/* orchestrator/serve/serve.h - executions, served: to consoles over Socket.IO,
 * WebSocket and event streams, to programs over HTTP.
 *
 *     /socket.io/        consoles: docs/serve.md has events and commands
 *     /ws?execution=x7&from=3      the events of an execution, as envelopes
 *     /events?execution=x7         the same; Last-Event-ID goes on behind one
 *     /api/executions...           JSON (docs/openapi.json)
 *     /healthz /metrics /openapi.json
 *
 * One workspace and one state folder. Everything that a console hears is in the
 * journal of its execution first; one that comes late, comes back or is slow
 * gets it from there, without a gap and nothing twice.
 */
#ifndef ORCHESTRATOR_SERVE_SERVE_H
#define ORCHESTRATOR_SERVE_SERVE_H

#include "orchestrator/run/exec.h"
#include "orchestrator/serve/dialect.h"
#include "wire/server/server.h"

#define SERVE_EXECUTIONS 10000 /* that are known at a time */
#define SERVE_RUNNING    100   /* that run at a time */
#define SERVE_RATE       20    /* commands a second and console */
#define SERVE_HTTP_RATE  100   /* the same over HTTP, from an address */

struct serve;

struct serve_options {
    struct wire_bind bind;
    struct wire_access access;
    const char *root;           /* the workspace */
    const char *state;          /* NULL: ".tapedeck" in it */
    struct run_options run;     /* of what is started here */
    enum serve_dialect dialect; /* of what consoles hear */
    uint64_t drain_ns; /* how long what runs may go on after serve_drain() */
};

struct serve_events {
    /* A line for whoever runs the server: what began, ended, was refused. */
    void (*said)(void *ctx, const char *line);
    /* Drained: nothing runs, every console has been told. Or why->code. */
    void (*done)(void *ctx, const struct td_error *why);
};

/* Listen, and go on with every execution of the state folder that was cut
 * short. TD_USAGE; TD_IO, also if another process serves that folder. */
TD_MUST_CHECK enum td_code serve_open(struct serve **out, struct wire_net *net,
                                      const struct serve_options *options,
                                      const struct serve_events *events,
                                      void *ctx, struct td_error *err);

/* The port it got. */
uint16_t serve_port(const struct serve *serve);

/* No more executions begin; those that run have drain_ns, then they are left as
 * they are, for a resume. `done` follows. Once more: at once. */
void serve_drain(struct serve *serve);

/* NULL is fine. */
void serve_free(struct serve *serve);

#endif
