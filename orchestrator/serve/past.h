/* orchestrator/serve/past.h - what a command needs of a whole journal, which
 * may have a million events: read in a thread, and then the command is done.
 *
 *     if (!serve_past(call, exec, SERVE_PAST_STATE, NULL))
 *         return;                 it will be called again, or has failed
 *     ... serve_past_state(call) ...
 *
 * Orders that need it are carried out also if who gave them has gone meanwhile.
 */
#ifndef ORCHESTRATOR_SERVE_PAST_H
#define ORCHESTRATOR_SERVE_PAST_H

#include "orchestrator/run/look.h"
#include "orchestrator/serve/call.h"

enum serve_past_what {
    SERVE_PAST_STATE,    /* of one that does not run here */
    SERVE_PAST_ARTIFACT, /* the path that `wanted` names, if there is one */
    SERVE_PAST_RESUME,   /* run_resume_read(), serve_look() */
    SERVE_PAST_RETRY     /* run_retry_read() */
};

/* True: it is there. False: the answer comes later, behind a second call of the
 * command for the same execution; or there is an error in it. */
bool serve_past(const struct serve_call *call, const struct serve_exec *exec,
                enum serve_past_what what, const char *wanted);

/* The same for an order, SERVE_PAST_RESUME or SERVE_PAST_RETRY: one at a time
 * for an execution, others are refused until it is carried out. */
bool serve_past_run(const struct serve_call *call, struct serve_exec *exec,
                    enum serve_past_what what);
/* Behind it: what was read, which is the caller's now, or stays here. */
struct run_exec *serve_past_take(const struct serve_call *call);
const struct serve_known *serve_past_known(const struct serve_call *call);
const struct run_exec *serve_past_found(const struct serve_call *call);

/* Behind serve_past(): its plan and state; the path, "" if there is none. */
const struct run_past *serve_past_state(const struct serve_call *call);
const char *serve_past_artifact(const struct serve_call *call);
/* The execution that is meant: also if others began meanwhile. NULL: call is
 * the first. */
const char *serve_past_id(const struct serve_call *call);

#endif
