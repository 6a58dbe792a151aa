#include "orchestrator/serve/past.h"

#include "core/mem.h"
#include "orchestrator/run/folder.h"
#include "orchestrator/serve/later.h"

#include <stdio.h>
#include <stdlib.h>

struct serve_past {
    struct serve_later later;
    enum serve_past_what what;
    struct serve_journal journal;
    char *path; /* of it */
    char id[RUN_ID_SIZE];
    char *wanted;
    struct run_past state;
    struct td_buf found;
    struct serve_exec *exec; /* that is marked as being read; or NULL */
    struct run_exec *run;
    struct serve_known known; /* of SERVE_PAST_RESUME */
    struct wire_net *net;     /* what it is read by: copies */
    struct run_options how;
    const char *root;
    char *session;
    char *command; /* to be done again, with these: */
    struct td_buf args;
};

/* ---- in the thread ---- */

static enum td_code read_it(struct serve_past *past, struct td_error *err)
{
    switch (past->what) {
    case SERVE_PAST_STATE:
        return run_past_read(&past->state, past->path, err);
    case SERVE_PAST_ARTIFACT:
        return serve_artifact_find(&past->journal, past->wanted, &past->found,
                                   err);
    case SERVE_PAST_RESUME:
        return run_resume_read(&past->run, past->net, past->id, past->root,
                               &past->how, err)
                   ? err->code
                   : serve_look(&past->known, &past->journal, err);
    case SERVE_PAST_RETRY:
        return run_retry_read(&past->run, past->net, past->id, past->root,
                              &past->how, err);
    }
    return TD_OK;
}

static void work(struct serve_later *later)
{
    struct serve_past *past = (struct serve_past *)later;
    struct td_error err;

    if (!read_it(past, &err))
        return;
    serve_fail_by(&later->answer, &err);
    if (past->what == SERVE_PAST_RESUME && run_holder(past->path))
        later->answer.status = 409; /* another process runs it */
}

/* ---- on the loop ---- */

static void ready(struct serve_later *later)
{
    struct serve_past *past = (struct serve_past *)later;
    struct serve_answer *answer = &later->answer;
    struct td_json_doc doc = {0};
    struct serve_call call = {.serve = later->serve,
                              .console = later->console,
                              .session = past->session,
                              .doc = &doc,
                              .answer = answer,
                              .past = past};

    if (past->exec)
        past->exec->read = false;
    if (!answer->success)
        return;
    if (td_json_parse(&doc, td_buf_bytes(&past->args), TD_JSON_DEPTH_ALL, NULL))
        serve_fail(answer, 400, "the args are no JSON");
    else
        serve_command_again(&call, past->command);
    td_json_release(&doc);
}

static void release(struct serve_later *later)
{
    struct serve_past *past = (struct serve_past *)later;
    struct td_error ignored; /* it was only read */

    if (past->exec)
        past->exec->read = false;
    (void)run_close(past->run, &ignored);
    serve_answer_release(&later->answer);
    run_past_release(&past->state);
    td_buf_release(&past->found);
    td_buf_release(&past->args);
    free(past->session);
    free(past->command);
    free(past->wanted);
    free(past->path);
    free(past);
}

static void begin(const struct serve_call *call, const struct serve_exec *exec,
                  enum serve_past_what what, const char *wanted)
{
    struct serve_past *past = td_calloc(1, sizeof(*past));

    past->later.work = work;
    past->later.ready = ready;
    past->later.release = release;
    past->later.answer = *call->answer;
    past->what = what;
    past->path = td_strdup(exec->journal);
    past->journal = serve_journal(exec);
    past->journal.path = past->path;
    past->journal.stop = &past->later.stop;
    past->wanted = td_strdup(wanted ? wanted : "");
    past->net = call->serve->net;
    past->how = call->serve->options.run;
    past->root = call->serve->options.root;
    past->session = td_strdup(call->session);
    past->command = td_strdup(call->command);
    (void)snprintf(past->id, sizeof(past->id), "%s", exec->id);
    if (call->args == SERVE_NONE)
        (void)td_buf_add_text(&past->args, "{}");
    else
        (void)td_buf_add_bytes(&past->args, td_json_raw(call->doc, call->args));
    call->answer->later = &past->later;
}

bool serve_past(const struct serve_call *call, const struct serve_exec *exec,
                enum serve_past_what what, const char *wanted)
{
    if (!call->past)
        begin(call, exec, what, wanted);
    else if (call->past->what != what)
        serve_fail(call->answer, 503, "%s has just ended; ask again", exec->id);
    return call->past && call->past->what == what;
}

bool serve_past_run(const struct serve_call *call, struct serve_exec *exec,
                    enum serve_past_what what)
{
    struct serve_past *past;

    if (!call->past && exec->read) {
        serve_fail(call->answer, 409, "%s is being read for another; ask again",
                   exec->id);
        return false;
    }
    if (serve_past(call, exec, what, NULL))
        return true;
    past = (struct serve_past *)call->answer->later;
    if (past) {
        past->later.must = true;
        past->exec = exec;
        exec->read = true;
    }
    return false;
}

struct run_exec *serve_past_take(const struct serve_call *call)
{
    struct run_exec *run = call->past->run;

    call->past->run = NULL;
    return run;
}

const struct serve_known *serve_past_known(const struct serve_call *call)
{
    return &call->past->known;
}

const struct run_exec *serve_past_found(const struct serve_call *call)
{
    return call->past->run;
}

const struct run_past *serve_past_state(const struct serve_call *call)
{
    return &call->past->state;
}

const char *serve_past_artifact(const struct serve_call *call)
{
    return td_buf_str(&call->past->found);
}

const char *serve_past_id(const struct serve_call *call)
{
    return call->past ? call->past->id : NULL;
}
