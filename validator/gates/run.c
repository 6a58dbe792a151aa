#include "validator/gates/run_internal.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/rand.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TICK_MS 200 /* at most between two looks at clock and stop */

static uint64_t now_ns(void)
{
    return td_mono_ns(td_clock_real());
}

/* .tapedeck/out with a .gitignore for all that is in it, and its lock. */
static enum td_code open_state(struct gates_session *s, struct td_error *err)
{
    const char *state = td_arena_print(&s->arena, "%s/.tapedeck", s->root);
    const char *out = td_arena_print(&s->arena, "%s/out", state);
    const char *ignore = td_arena_print(&s->arena, "%s/.gitignore", out);
    const char *lock = td_arena_print(&s->arena, "%s/.lock", out);
    enum td_code code = gates_make_dir(state, err);

    if (code == TD_OK)
        code = gates_make_dir(out, err);
    if (code == TD_OK && access(ignore, F_OK) != 0)
        code = td_fs_replace(ignore, td_text("*\n"), err);
    if (code)
        return code;
    code = td_fs_create(&s->lock, lock, TD_FS_KEEP, err);
    if (code) {
        s->lock = -1;
        (void)td_error_hint(err, "do gates of this project run elsewhere?");
    }
    return code;
}

/* ---- all of them ---- */

/* A gate that must not run because of this one. */
static bool blocks_others(const struct gates_job *job)
{
    return job->gate->outcome == CHECK_FAIL ||
           job->gate->outcome == CHECK_ERROR ||
           job->gate->outcome == CHECK_SKIPPED;
}

static bool is_ready(struct gates_session *s, struct gates_job *job)
{
    for (size_t n = 0; n < job->check->needs.len; n++) {
        const char *name = job->check->needs.list[n];

        if (gates_job_of(s, name, strlen(name))->phase != GATES_DONE)
            return false;
    }
    return true;
}

static const struct gates_job *what_blocks(struct gates_session *s,
                                           const struct gates_job *job)
{
    for (size_t n = 0; n < job->check->needs.len; n++) {
        const char *name = job->check->needs.list[n];
        const struct gates_job *need = gates_job_of(s, name, strlen(name));

        if (blocks_others(need))
            return need;
    }
    return NULL;
}

struct load {
    unsigned running;
    bool exclusive;
};

static struct load load_of(const struct gates_session *s)
{
    struct load load = {0};

    for (size_t i = 0; i < s->len; i++) {
        if (s->jobs[i].phase != GATES_RUNNING)
            continue;
        load.running++;
        load.exclusive |= s->jobs[i].check->pool == GATES_EXCLUSIVE;
    }
    return load;
}

static bool has_room(const struct gates_session *s, const struct gates_job *job)
{
    struct load load = load_of(s);

    if (load.exclusive)
        return false;
    if (job->check->pool == GATES_EXCLUSIVE)
        return load.running == 0;
    return load.running < s->how->jobs;
}

bool gates_is_told_to_end(const struct gates_session *s)
{
    return s->how->stop && *s->how->stop > 0;
}

/* Begin or skip what can be; true: something changed without a wait. */
static bool start_some(struct gates_session *s)
{
    bool changed = false;

    for (size_t i = 0; i < s->len; i++) {
        struct gates_job *job = &s->jobs[i];
        const struct gates_job *block;

        if (job->phase != GATES_WAITING)
            continue;
        if (gates_is_told_to_end(s)) {
            gates_conclude(s, job, CHECK_SKIPPED, "cancelled before it ran");
            gates_job_finish(s, job);
            continue;
        }
        if (!is_ready(s, job))
            continue;
        block = what_blocks(s, job);
        if (block) {
            gates_conclude(s, job, CHECK_SKIPPED, "its need %s: %s",
                           block->check->name,
                           check_outcome_text(block->gate->outcome));
            gates_job_finish(s, job);
        } else if (has_room(s, job)) {
            gates_job_begin(s, job);
        } else {
            continue;
        }
        changed = changed || job->phase == GATES_DONE;
    }
    return changed;
}

static void stop_all(struct gates_session *s)
{
    for (size_t i = 0; i < s->len; i++) {
        struct gates_job *job = &s->jobs[i];
        bool at_once = *s->how->stop > 1;

        if (job->phase == GATES_RUNNING && (!job->child.told || at_once))
            gates_child_end(&job->child, GATES_STOPPED, at_once);
    }
}

static void look_at_all(struct gates_session *s)
{
    for (size_t i = 0; i < s->len; i++) {
        struct gates_pair f = {s, &s->jobs[i]};

        if (s->jobs[i].phase == GATES_RUNNING &&
            gates_child_look(&s->jobs[i].child, gates_job_hear, &f))
            gates_job_ended(s, &s->jobs[i]);
    }
}

/* Wait until a command writes or ends, or a moment has passed. */
static void wait_for_some(struct gates_session *s)
{
    struct pollfd *p = td_calloc(2 * s->len + 1, sizeof(*p));
    nfds_t len = 0;

    for (size_t i = 0; i < s->len; i++) {
        const struct gates_child *child = &s->jobs[i].child;

        if (s->jobs[i].phase != GATES_RUNNING)
            continue;
        p[len++] = (struct pollfd){.fd = child->proc.pidfd, .events = POLLIN};
        p[len++] = (struct pollfd){.fd = child->proc.out, .events = POLLIN};
    }
    if (len > 0)
        (void)poll(p, len, TICK_MS);
    for (size_t i = 0; i < s->len; i++) {
        struct gates_pair f = {s, &s->jobs[i]};

        if (s->jobs[i].phase == GATES_RUNNING)
            gates_child_listen(&s->jobs[i].child, gates_job_hear, &f);
    }
    free(p);
}

static bool is_over(const struct gates_session *s)
{
    for (size_t i = 0; i < s->len; i++) {
        if (s->jobs[i].phase != GATES_DONE)
            return false;
    }
    return true;
}

static void go(struct gates_session *s)
{
    const struct gates_listener *to = &s->how->listener;

    for (;;) {
        while (start_some(s))
            ;
        if (is_over(s))
            return;
        if (load_of(s).running == 0 && gates_settle_held(s))
            continue;
        wait_for_some(s);
        if (gates_is_told_to_end(s))
            stop_all(s);
        look_at_all(s);
        if (to->tick)
            to->tick(to->self);
    }
}

static void add_job(struct gates_session *s, const struct gates_check *check)
{
    struct gates_job *job = &s->jobs[s->len++];
    struct verdict_gate *gate = verdict_add_gate(s->doc);

    job->check = check;
    job->gate = gate;
    job->out =
        td_arena_print(&s->arena, "%s/.tapedeck/out/%s", s->root, check->name);
    job->log = td_arena_print(&s->arena, "%s.log", job->out);
    job->child = (struct gates_child){.log = -1};
    gate->name = td_arena_copy(&s->doc->arena, check->name);
    gate->kind = check->kind;
    gate->outcome = CHECK_PASS;
    gate->needs.len = check->needs.len;
    gate->needs.list = td_arena_alloc(
        &s->doc->arena, (check->needs.len + 1) * sizeof(*gate->needs.list));
    for (size_t i = 0; i < check->needs.len; i++)
        gate->needs.list[i] =
            td_arena_copy(&s->doc->arena, check->needs.list[i]);
    s->measured += check->kind == VERDICT_PERFORMANCE && check->a.len > 0;
}

static enum td_code add_jobs(struct gates_session *s, struct td_error *err)
{
    const struct gates_check **order;
    size_t len;
    enum td_code code = gates_order(s->how, &s->arena, &order, &len, err);

    if (code)
        return code;
    s->jobs = td_arena_alloc(&s->arena, (len + 1) * sizeof(*s->jobs));
    for (size_t i = 0; i < len; i++)
        add_job(s, order[i]);
    return TD_OK;
}

static enum td_code find_root(struct gates_session *s, struct td_error *err)
{
    char real[PATH_MAX];

    if (!realpath(s->file->root, real))
        return td_error_errno(err, TD_IO, s->file->root, errno,
                              "cannot find the project");
    s->root = td_arena_copy(&s->arena, real);
    s->paths = gates_paths_new(s->root);
    return TD_OK;
}

static enum td_code find_changes(struct gates_session *s, struct td_error *err)
{
    const char *ref = s->how->changed_since;
    enum td_code code;

    if (s->how->facts)
        s->facts = *s->how->facts;
    else
        gates_git_facts(&s->facts, &s->arena, s->root);
    s->doc->run.commit = td_arena_copy(&s->doc->arena, s->facts.commit);
    s->doc->run.project =
        td_arena_copy(&s->doc->arena, strrchr(s->root, '/') + 1);
    s->doc->run.prefix = td_arena_copy(&s->doc->arena, s->facts.prefix);
    s->doc->run.dirty = s->facts.dirty;
    if (!ref)
        return TD_OK;
    code = gates_git_changes(&s->changes, &s->arena, s->root, ref, false, err);
    if (code == TD_OK)
        code = gates_git_changes(&s->with_blanks, &s->arena, s->root, ref, true,
                                 err);
    s->has_changes = code == TD_OK;
    s->doc->run.base = td_arena_copy(&s->doc->arena, s->changes.base);
    return code;
}

enum td_code gates_run(struct verdict_document *doc,
                       const struct gates_options *how, struct td_error *err)
{
    struct gates_session s = {
        .how = how, .file = how->file, .doc = doc, .lock = -1};
    uint64_t begun = now_ns();
    char id[TD_UUID_SIZE];
    enum td_code code = find_root(&s, err);

    td_uuid4(td_rand_real(), id);
    doc->run.id = td_arena_copy(&doc->arena, id);
    doc->run.at_ns = td_wall_ns(td_clock_real());
    doc->run.strict = how->strict;
    if (code == TD_OK)
        code = find_changes(&s, err);
    if (code == TD_OK)
        code = add_jobs(&s, err);
    if (code == TD_OK)
        code = open_state(&s, err);
    if (code == TD_OK)
        go(&s);
    if (code == TD_OK && !gates_is_told_to_end(&s))
        gates_tell_fixed(&s);
    verdict_sort(doc);
    if (code == TD_OK && !gates_is_told_to_end(&s))
        gates_update(&s);
    doc->run.ms = (now_ns() - begun) / TD_NS_PER_MS;
    if (s.lock >= 0)
        (void)close(s.lock);
    gates_paths_free(s.paths);
    td_arena_release(&s.arena);
    return code;
}
