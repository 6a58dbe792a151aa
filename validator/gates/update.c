/* What became better beside the baseline, and what a run changes in it. */
#include "validator/gates/run_internal.h"

#include <inttypes.h>
#include <string.h>

/* What was judged; what could not be judged says nothing of the project. */
static bool was_judged(const struct gates_job *job)
{
    return job->gate->outcome != CHECK_ERROR &&
           job->gate->outcome != CHECK_SKIPPED;
}

/* Did every gate that reads this tool run? Else what it did not see may still
 * be there. */
static bool all_ran(const struct gates_session *s, const char *tool)
{
    for (size_t i = 0; i < s->file->len; i++) {
        const struct gates_check *c = &s->file->checks[i];
        const struct gates_job *job = NULL;

        if (c->kind != VERDICT_LINT || strcmp(c->inputs[0].format, tool) != 0)
            continue;
        for (size_t k = 0; k < s->len; k++)
            job = s->jobs[k].check == c ? &s->jobs[k] : job;
        if (!job || !was_judged(job))
            return false;
    }
    return true;
}

static bool reads(const struct gates_job *job, const char *tool)
{
    return job->tool && !strcmp(job->tool, tool);
}

/* The gate that found it, or, where that is not known or no more, the first of
 * the tool that speaks of its file. */
static const struct gates_job *job_of(const struct gates_session *s,
                                      const struct gates_known *k)
{
    const struct gates_job *scoped = NULL;
    const struct gates_job *first = NULL;

    for (size_t i = 0; i < s->len; i++) {
        const struct gates_job *job = &s->jobs[i];

        if (!reads(job, k->tool))
            continue;
        if (k->gate && !strcmp(job->gate->name, k->gate))
            return job;
        if (!scoped && k->path && gates_in_scope(job->check, k->path))
            scoped = job;
        first = first ? first : job;
    }
    return scoped ? scoped : first;
}

static void tell_gone(struct gates_session *s, const char *tool)
{
    const struct gates_baseline *base = s->how->baseline;
    struct td_arena *arena = &s->doc->arena;

    for (size_t i = 0; i < base->known_len; i++) {
        const struct gates_known *k = &base->known[i];
        const struct gates_job *job = job_of(s, k);
        struct verdict_finding *f;

        if (k->spent || k->seen >= k->count || strcmp(k->tool, tool) != 0 ||
            !job)
            continue;
        f = gates_find_fault(s, job->gate->name, k->rule ? k->rule : k->tool,
                             CHECK_LEVEL_INFO);
        if (!f)
            return;
        f->state = VERDICT_FIXED;
        f->fp = td_arena_copy(arena, k->fp);
        f->file = td_arena_copy(arena, k->path);
        f->message = k->count == 1
                         ? "it is no longer found"
                         : td_arena_print(arena,
                                          "%" PRIu64 " of %" PRIu64
                                          " are no longer found",
                                          k->count - k->seen, k->count);
    }
}

static bool is_first_of_tool(const struct gates_session *s, size_t job)
{
    for (size_t i = 0; i < job; i++) {
        if (reads(&s->jobs[i], s->jobs[job].tool))
            return false;
    }
    return true;
}

void gates_tell_fixed(struct gates_session *s)
{
    struct gates_baseline *base = s->how->baseline;

    if (!base)
        return;
    gates_baseline_settle(base);
    for (size_t i = 0; i < s->len; i++) {
        if (s->jobs[i].tool && is_first_of_tool(s, i) &&
            all_ran(s, s->jobs[i].tool))
            tell_gone(s, s->jobs[i].tool);
    }
}

static void update_findings(struct gates_session *s, struct gates_job *job,
                            bool first)
{
    struct gates_baseline *base = s->how->baseline;

    gates_places_move(base, job->places, job->places_len);
    for (size_t i = 0; i < job->places_len; i++) {
        struct gates_known *k = gates_baseline_find(base, job->places[i].fp);

        if (k)
            k->gate = td_arena_copy(&base->arena, job->gate->name);
    }
    if (all_ran(s, job->tool))
        gates_baseline_tighten(base, job->tool);
    if (!first && !s->how->accept)
        return;
    for (size_t i = 0; i < job->fresh_len; i++) {
        struct gates_known known = job->fresh[i];

        known.fp = td_arena_copy(&base->arena, known.fp);
        known.tool = td_arena_copy(&base->arena, known.tool);
        known.rule = td_arena_copy(&base->arena, known.rule);
        known.path = td_arena_copy(&base->arena, known.path);
        known.gate = td_arena_copy(&base->arena, known.gate);
        known.note = td_arena_copy(&base->arena, s->how->accept);
        known.until = td_arena_copy(&base->arena, s->how->until);
        known.seen = known.count;
        gates_baseline_add(base, &known);
    }
}

static bool is_better(const uint64_t now[2], const uint64_t before[2])
{
    struct verdict_number share = gates_share(now[0], now[1]);
    struct verdict_number was = gates_share(before[0], before[1]);

    return !was.known || (share.known && share.value > was.value);
}

static void update_covered(struct gates_session *s, struct gates_job *job)
{
    struct gates_baseline *base = s->how->baseline;
    const struct gates_covered *now = &job->covered;
    struct gates_covered *was = gates_baseline_covered(base, now->gate, true);
    bool anew =
        s->how->accept || !was->format || strcmp(was->format, now->format) != 0;

    was->format = td_arena_copy(&base->arena, now->format);
    if (anew || is_better(now->lines, was->lines))
        memcpy(was->lines, now->lines, sizeof(was->lines));
    if (anew || is_better(now->branches, was->branches))
        memcpy(was->branches, now->branches, sizeof(was->branches));
}

/* What was not measured is gone. */
static void drop_counted(struct gates_baseline *base,
                         const struct gates_job *job)
{
    size_t kept = 0;

    for (size_t i = 0; i < base->counted_len; i++) {
        if (!gates_is_missing(job, &base->counted[i]))
            base->counted[kept++] = base->counted[i];
    }
    base->counted_len = kept;
}

static void update_counted(struct gates_session *s, struct gates_job *job)
{
    drop_counted(s->how->baseline, job);
    for (size_t i = 0; i < job->counted_len; i++) {
        const struct gates_counted *now = &job->counted[i];
        struct gates_counted *was = gates_baseline_counted(
            s->how->baseline, now->gate, now->name, true);

        if (s->how->accept || was->instructions == 0 ||
            now->instructions < was->instructions)
            was->instructions = now->instructions;
    }
}

/* Where findings stand in the commit that the baseline will name. */
static void update_places(struct gates_session *s)
{
    struct gates_changes changes = {0};

    gates_places_forget(s->how->baseline);
    if (!s->facts.commit ||
        gates_git_since(&changes, &s->arena, s->root, s->facts.commit, NULL))
        return;
    for (size_t i = 0; i < s->len; i++) {
        for (size_t k = 0; k < s->jobs[i].places_len; k++) {
            const struct gates_place *place = &s->jobs[i].places[k];
            const struct gates_change *change =
                gates_change_of(&changes, place->path);

            gates_places_note(s->how->baseline, place->fp,
                              change ? gates_change_back(change, place->line)
                                     : place->line);
        }
    }
}

void gates_update(struct gates_session *s)
{
    struct gates_baseline *base = s->how->baseline;
    bool first;

    if (!base || (!s->how->update && !s->how->accept))
        return;
    first = !base->exists;
    for (size_t i = 0; i < s->len; i++) {
        struct gates_job *job = &s->jobs[i];

        if (job->tool && was_judged(job))
            update_findings(s, job, first);
        /* A ratchet of another tool ends as an error, and begins anew here. */
        if (job->has_covered)
            update_covered(s, job);
        if (was_judged(job))
            update_counted(s, job);
    }
    update_places(s);
    base->project = td_arena_copy(&base->arena, s->facts.first ? s->facts.first
                                                               : base->project);
    base->commit = td_arena_copy(&base->arena, s->facts.commit);
}
