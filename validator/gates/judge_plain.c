/* Gates of kinds custom and stream: an exit status, and a tape. */
#include "validator/gates/run_internal.h"

#include "core/fs.h"
#include "validator/verdict/stream.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_listed(const struct gates_exits *exits, int status)
{
    return exits->len > 0 && gates_exit_is(exits, status, -1);
}

void gates_judge_custom(struct gates_session *s, struct gates_job *job)
{
    const struct gates_check *c = job->check;
    int status = job->gate->exit;

    if (gates_exit_is(&c->clean, status, 0))
        return;
    if (c->found.len > 0 && !is_listed(&c->found, status))
        gates_conclude(s, job, CHECK_ERROR,
                       "exit status %d is neither clean nor found (exits)",
                       status);
    else
        gates_conclude(s, job, CHECK_FAIL, "exit status %d", status);
}

/* "sed -n 5p '/srv/my project/run.ndjson'" is "sed -n 5p 'run.ndjson'" for
 * who stands in the project's root. One that would begin with a - there stays.
 */
static const char *show_from_root(const struct gates_session *s,
                                  const char *command)
{
    size_t len = strlen(s->root);
    const char *at = command ? strstr(command, s->root) : NULL;

    if (!at || at == command || !strchr(" '", at[-1]) || at[len] != '/' ||
        strchr("-' ", at[len + 1]))
        return command;
    return td_arena_print(&s->doc->arena, "%.*s%s", (int)(at - command),
                          command, at + len + 1);
}

/* A file of the project is named from the project's root, as by every gate. */
static void name_from_root(const struct gates_session *s,
                           struct verdict_finding *f, struct verdict_rule *r)
{
    for (; f; f = f->next) {
        f->file = gates_from_root(s, f->file);
        f->repro = show_from_root(s, f->repro);
    }
    for (; r; r = r->next)
        r->where = gates_from_root(s, r->where);
}

/* The gate of a stream is made by verdict_add_stream(); ours has its place in
 * the order of the run already, and takes over what that one says. */
static struct verdict_gate *take_verdict(void *to,
                                         const struct check_verdict *v)
{
    struct gates_pair *pair = to;
    struct verdict_document *doc = pair->s->doc;
    struct verdict_gate **end = doc->gates_end;
    struct verdict_finding **found = doc->findings_end;
    struct verdict_gate *gate = pair->job->gate;
    const struct verdict_gate *made =
        verdict_add_stream(doc, pair->job->check->name, v);

    gate->outcome = made->outcome;
    gate->reason = made->reason;
    gate->rules = made->rules;
    gate->events = made->events;
    gate->lossy = made->lossy;
    gate->timeline = made->timeline;
    gate->names = made->names;
    gate->latencies = made->latencies;
    *end = NULL;
    doc->gates_end = end;
    name_from_root(pair->s, *found, gate->rules);
    return gate;
}

/* A pipe may be waited for without end; what the gate's command did not write
 * is of an earlier run. */
static bool is_fit(struct gates_session *s, struct gates_job *job,
                   const char *path, bool is_written)
{
    struct td_error err = {0};
    struct stat st = {0};
    bool is_old;
    int fd;

    if (td_fs_open_file(&fd, path, &err)) {
        gates_conclude(s, job, CHECK_ERROR, "%s: %s", gates_from_root(s, path),
                       err.text);
        return false;
    }
    is_old = is_written && fstat(fd, &st) == 0 && !gates_is_of_run(job, &st);
    (void)close(fd);
    if (is_old)
        gates_conclude(s, job, CHECK_ERROR, "%s: " GATES_NOT_OF_RUN,
                       gates_from_root(s, path));
    return !is_old;
}

static bool is_of_shelf(const char *contract)
{
    return !strncmp(contract, "std:", 4);
}

static void judge_tape(struct gates_session *s, struct gates_job *job,
                       const char *tape, const char *contract)
{
    struct gates_pair pair = {s, job};
    const struct gates_taker taker = {take_verdict, &pair};
    struct td_error err = {0};

    if (s->how->stream(s->how->stream_self, tape, contract, &taker, &err))
        gates_conclude(s, job, CHECK_ERROR, "%s%s%s%s%s",
                       gates_from_root(s, err.where), *err.where ? ": " : "",
                       err.text, *err.hint ? "; " : "", err.hint);
    for (struct verdict_input *i = job->gate->inputs; i; i = i->next)
        i->path = gates_from_root(s, i->path);
}

void gates_judge_stream(struct gates_session *s, struct gates_job *job)
{
    const struct gates_check *c = job->check;
    const char *tape = gates_fill(s, job, c->tape);
    const char *contract = c->contract ? gates_fill(s, job, c->contract) : NULL;

    if (!tape || (c->contract && !contract))
        return;
    if (c->run.len > 0 && !gates_exit_is(&c->clean, job->gate->exit, 0)) {
        gates_conclude(s, job, CHECK_ERROR, "exit status %d", job->gate->exit);
        return;
    }
    if (*tape != '/')
        tape = td_arena_print(&s->arena, "%s/%s", s->root, tape);
    if (contract && *contract != '/' && !is_of_shelf(contract))
        contract = td_arena_print(&s->arena, "%s/%s", s->root, contract);
    if (!s->how->stream)
        gates_conclude(s, job, CHECK_SKIPPED, "streams are not judged here");
    else if (is_fit(s, job, tape, true) &&
             (!contract || is_of_shelf(contract) ||
              is_fit(s, job, contract, false)))
        judge_tape(s, job, tape, contract);
}
