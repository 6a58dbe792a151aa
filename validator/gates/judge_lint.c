/* Gates of kind lint: findings against the baseline. */
#include "validator/gates/run_internal.h"

#include "core/digest.h"
#include "core/log.h"
#include "core/mem.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FINDINGS_MAX 1000000 /* of one gate */
#define MESSAGE_MAX  1000
#define PRINTED_MAX  65536    /* bytes of a line that make a fingerprint */
#define LINES_LOOKED 100      /* of one entry of the baseline */
#define PRINT_LEN    (2 + 32) /* "1:" and half a SHA-256 in hex */

/* A finding while the report is read; texts are the session's. */
struct remark {
    const char *rule;
    const char *message;
    const char *path; /* of the project, or as the tool calls it */
    bool inside;      /* it is a file of the project */
    enum check_level level;
    uint64_t line;
    uint64_t column;
    bool changed;      /* on a line that changed */
    bool known;        /* in the baseline */
    const char *was;   /* its fingerprint there, if that is another */
    uint64_t was_line; /* found by that line of the baseline's commit; or 0 */
    char fp[PRINT_LEN + 1];
};

struct lint {
    struct gates_session *s;
    struct gates_job *job;
    struct gates_reading reading;
    const char *tool;
    struct remark *list;
    size_t len;
    size_t cap;
    bool full;
    uint64_t broken; /* files that a tool could not look at */
    const char *broken_text;
    uint64_t unresolved;
    uint64_t fresh; /* not in the baseline */
};

static const char *keep(struct lint *l, struct td_bytes text)
{
    struct td_buf clean = {0};
    const char *kept;

    if (text.len > MESSAGE_MAX)
        text.len = MESSAGE_MAX;
    (void)td_text_clean(&clean, text);
    kept = td_arena_text(&l->s->doc->arena, td_buf_bytes(&clean));
    td_buf_release(&clean);
    return kept;
}

static void on_finding(void *self, const struct read_finding *f)
{
    struct lint *l = self;
    const char *path = gates_paths_find(l->s->paths, f->file);
    struct remark *r;

    if (f->broken) {
        l->broken++;
        if (!l->broken_text)
            l->broken_text = keep(l, f->message);
    }
    if (path && !gates_in_scope(l->job->check, path))
        return;
    l->unresolved += !path && f->file.len > 0;
    if (l->len == FINDINGS_MAX) {
        l->full = true;
        return;
    }
    if (l->len == l->cap) {
        l->cap = l->cap * 2 + 64;
        l->list = td_realloc(l->list, l->cap * sizeof(*l->list));
    }
    r = &l->list[l->len++];
    *r = (struct remark){.rule = keep(l, f->rule),
                         .message = keep(l, f->message),
                         .path = path ? path : keep(l, f->file),
                         .inside = path != NULL,
                         .level = f->level,
                         .line = f->line,
                         .column = f->column};
}

/* ---- fingerprints ---- */

/* Without what changes when lines move: quoted words stay, numbers go. */
static void add_normal(struct td_buf *out, const char *message)
{
    for (; *message; message++) {
        if (!isdigit((unsigned char)*message) &&
            !isspace((unsigned char)*message))
            (void)td_buf_add_byte(out, (uint8_t)*message);
    }
}

static void add_source(struct td_buf *out, struct td_bytes line)
{
    for (size_t i = 0; i < line.len && i < PRINTED_MAX; i++) {
        if (!isspace(line.ptr[i]))
            (void)td_buf_add_byte(out, line.ptr[i]);
    }
}

/* Version 1: tool, rule, path and the source line without blanks, or of a
 * finding without a rule its message without numbers. */
static void take_print(struct lint *l, const struct remark *r, const char *path,
                       char out[PRINT_LEN + 1])
{
    char hex[TD_SHA256_HEX];
    struct td_buf text = {0};

    (void)td_buf_add_text(&text, l->tool);
    (void)td_buf_add_byte(&text, 0);
    if (*r->rule)
        (void)td_buf_add_text(&text, r->rule);
    else
        add_normal(&text, r->message);
    (void)td_buf_add_byte(&text, 0);
    (void)td_buf_add_text(&text, path);
    (void)td_buf_add_byte(&text, 0);
    if (r->inside)
        add_source(&text,
                   gates_paths_line(l->s->paths, r->path, r->line, NULL));
    td_sha256_hex(hex, td_buf_bytes(&text));
    memcpy(out, "1:", 2);
    memcpy(out + 2, hex, PRINT_LEN - 2);
    out[PRINT_LEN] = '\0';
    td_buf_release(&text);
}

/* Changed lines first, so that what exceeds a count is what is fresh; then as
 * they stand in the project. */
static int compare(const void *x, const void *y)
{
    const struct remark *a = x;
    const struct remark *b = y;
    int order = strcmp(a->path, b->path);

    if (a->changed != b->changed)
        return a->changed ? 1 : -1;
    if (order)
        return order;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    order = strcmp(a->rule, b->rule);
    return order ? order : strcmp(a->message, b->message);
}

/* One remark of a header that several units include is one. */
static bool is_twice(const struct remark *a, const struct remark *b)
{
    return a->line == b->line && a->column == b->column && a->line > 0 &&
           !strcmp(a->path, b->path) && !strcmp(a->rule, b->rule) &&
           !strcmp(a->message, b->message);
}

static void prepare(struct lint *l)
{
    size_t kept = 0;

    for (size_t i = 0; i < l->len; i++) {
        struct remark *r = &l->list[i];
        const struct gates_change *change =
            l->s->has_changes ? gates_change_of(&l->s->changes, r->path) : NULL;

        r->changed = gates_change_has(change, r->line);
        take_print(l, r, r->path, r->fp);
    }
    if (l->len > 0)
        qsort(l->list, l->len, sizeof(*l->list), compare);
    for (size_t i = 0; i < l->len; i++) {
        if (kept == 0 || !is_twice(&l->list[i], &l->list[kept - 1]))
            l->list[kept++] = l->list[i];
    }
    l->len = kept;
}

/* What changed since the baseline was written; without that, what is asked for
 * with --changed-since; or NULL. */
static const struct gates_changes *since_baseline(struct gates_session *s)
{
    const char *commit = s->how->baseline->commit;
    struct gates_changes *changes;

    if (s->asked_since)
        return s->since;
    s->asked_since = true;
    s->since = s->has_changes ? &s->changes : NULL;
    if (!commit || !s->facts.commit)
        return s->since;
    changes = td_arena_alloc(&s->arena, sizeof(*changes));
    if (gates_git_since(changes, &s->arena, s->root, commit, NULL) == TD_OK)
        s->since = changes;
    return s->since;
}

static struct gates_place place_of(const struct lint *l, const struct remark *r)
{
    return (struct gates_place){.fp = r->fp,
                                .was = r->was,
                                .tool = l->tool,
                                .rule = *r->rule ? r->rule : NULL,
                                .path = r->path,
                                .line = r->line};
}

/* By the fingerprint that it had before its file was renamed, or by where it
 * stands: its line was edited. */
static bool was_known(struct lint *l, struct remark *r)
{
    const struct gates_changes *since = since_baseline(l->s);
    const struct gates_change *change =
        since ? gates_change_of(since, r->path) : NULL;
    const struct gates_place place = place_of(l, r);
    const struct gates_known *k;
    char old[sizeof(r->fp)];

    if (!change)
        return false;
    if (change->old) {
        take_print(l, r, change->old, old);
        if (gates_baseline_knows(l->s->how->baseline, old)) {
            r->was = td_arena_copy(&l->s->arena, old);
            return true;
        }
    }
    if (change->all)
        return false;
    k = gates_places_find(l->s->how->baseline, &place, change, &r->was_line);
    r->was = k ? k->fp : NULL;
    return k != NULL;
}

/* Those whose fingerprint is known count first. */
static void find_known(struct lint *l)
{
    struct gates_baseline *base = l->s->how->baseline;

    for (size_t i = 0; base && i < l->len; i++)
        l->list[i].known = gates_baseline_knows(base, l->list[i].fp);
    for (size_t i = 0; base && i < l->len; i++) {
        if (!l->list[i].known)
            l->list[i].known = was_known(l, &l->list[i]);
    }
}

/* The baseline says that one of the kind stood on this line: git need not be
 * asked. */
static bool stood_here(const struct lint *l, const struct remark *r)
{
    const struct gates_known *k =
        gates_baseline_find(l->s->how->baseline, r->fp);

    for (size_t i = 0; k && i < k->lines_len && i < LINES_LOOKED; i++) {
        if (k->lines[i] == r->line)
            return true;
    }
    return false;
}

/* Where it stood in the commit of the baseline, if that is another place, by
 * the diff since then; NULL: here, or nobody knows. */
static const char *place_before(struct lint *l, const struct remark *r)
{
    const struct gates_changes *since = NULL;
    const struct gates_change *change = NULL;
    uint64_t line = r->was_line;

    if (r->known && l->s->how->baseline->commit && !stood_here(l, r))
        since = since_baseline(l->s);
    if (since && since != &l->s->changes)
        change = gates_change_of(since, r->path);
    if (!change || change->all)
        return NULL;
    if (line == 0 && r->line)
        line = gates_change_back(change, r->line);
    if (line == 0 || (line == r->line && !change->old))
        return NULL;
    return td_arena_print(&l->s->doc->arena, "%s:%" PRIu64,
                          change->old ? change->old : r->path, line);
}

static void tell(struct lint *l, const struct remark *r)
{
    struct verdict_finding *f =
        gates_find_fault(l->s, l->job->gate->name, *r->rule ? r->rule : l->tool,
                         r->known ? CHECK_LEVEL_INFO : r->level);
    struct td_arena *arena = &l->s->doc->arena;

    if (!f)
        return;
    f->state = r->known ? VERDICT_KNOWN : VERDICT_NEW;
    f->fp = td_arena_copy(arena, r->fp);
    f->message = r->message;
    f->file = *r->path ? td_arena_copy(arena, r->path) : NULL;
    f->line = r->line;
    f->column = r->column;
    f->was = place_before(l, r);
    f->repro = l->job->gate->repro;
    if (r->inside && r->line)
        f->excerpt = gates_line(
            l->s, gates_paths_excerpt(l->s->paths, r->path, r->line));
}

/* What a new baseline would have of it. */
static void note(struct lint *l, const struct remark *r)
{
    struct gates_job *job = l->job;
    struct gates_known *k;

    if (job->fresh_len > 0 &&
        !strcmp(job->fresh[job->fresh_len - 1].fp, r->fp)) {
        job->fresh[job->fresh_len - 1].count++;
        return;
    }
    k = &job->fresh[job->fresh_len++];
    *k = (struct gates_known){.fp = td_arena_copy(&l->s->arena, r->fp),
                              .tool = l->tool,
                              .rule = *r->rule ? r->rule : NULL,
                              .path = r->path,
                              .gate = job->gate->name,
                              .count = 1};
}

/* What is known comes behind in the verdict, so that it is cut first. */
static void sort_out(struct lint *l)
{
    struct gates_job *job = l->job;

    find_known(l);
    job->fresh =
        td_arena_alloc(&l->s->arena, (l->len + 1) * sizeof(*job->fresh));
    job->places =
        td_arena_alloc(&l->s->arena, (l->len + 1) * sizeof(*job->places));
    for (size_t i = 0; i < l->len; i++) {
        struct remark *r = &l->list[i];

        job->places[i] = place_of(l, r);
        job->places[i].fp = td_arena_copy(&l->s->arena, r->fp);
        l->fresh += !r->known;
        if (r->known)
            continue;
        tell(l, r);
        note(l, r);
    }
    job->places_len = l->len;
    for (size_t i = 0; i < l->len; i++) {
        if (l->list[i].known)
            tell(l, &l->list[i]);
    }
}

/* ---- judging ---- */

static bool is_status_expected(const struct lint *l)
{
    const struct gates_check *c = l->job->check;
    int status = l->job->gate->exit;

    return c->run.len == 0 || gates_exit_is(&c->clean, status, 0) ||
           (l->len > 0 && gates_exit_is(&c->found, status, 1));
}

/* A tool that could not look, or that says nothing of having looked. */
static const char *what_is_wrong(struct lint *l)
{
    const struct gates_check *c = l->job->check;
    struct td_arena *arena = &l->s->arena;

    if (l->full)
        return "there are more than a million findings";
    if (!is_status_expected(l))
        return td_arena_print(arena,
                              "exit status %d is neither that of a clean run "
                              "nor that of findings (exits)",
                              l->job->gate->exit);
    if (l->broken > 0)
        return td_arena_print(
            arena, "%s%s", "the tool could not look at all: ", l->broken_text);
    if (l->len == 0 && c->must_see == 0 && !l->reading.has_work &&
        c->run.len == 0)
        return "no finding, and no sign that the tool looked at anything";
    if (l->reading.files < c->must_see)
        return td_arena_print(
            arena, "the tool looked at %" PRIu64 " files, must_see is %" PRIu64,
            l->reading.files, c->must_see);
    if (l->unresolved > 0 && l->unresolved == l->len)
        return "no file of the report is one of the project: see dir and roots";
    return NULL;
}

static bool has_limit(const struct gates_check *check)
{
    for (size_t i = 0; i < check->limits_len; i++) {
        if (!check->limits[i].warns)
            return true;
    }
    return false;
}

/* An empty report is clean if the tool says that it looked. */
static void accept_clean(struct lint *l)
{
    if (!l->reading.trouble || !l->reading.empty || l->reading.hollow ||
        (!l->reading.has_work && l->job->check->run.len == 0))
        return;
    l->reading.trouble = NULL;
    for (struct verdict_input *i = l->job->gate->inputs; i; i = i->next)
        i->state = "ok";
}

/* The first baseline takes what there is. */
static bool is_first(const struct lint *l)
{
    const struct gates_options *how = l->s->how;

    return how->update && how->baseline && !how->baseline->exists;
}

static void judge_fresh(struct lint *l)
{
    struct gates_session *s = l->s;
    struct gates_job *job = l->job;
    const struct verdict_number none = {0};

    if (l->fresh > 0 && is_first(l)) {
        job->gate->warned = true;
        gates_conclude(s, job, CHECK_PASS,
                       "there is no baseline yet: %" PRIu64
                       " finding%s written into it",
                       l->fresh, l->fresh == 1 ? " is" : "s are");
        return;
    }
    gates_limit_apply(s->doc, job->gate, job->check, "new",
                      gates_number((double)l->fresh), none);
    if (!has_limit(job->check) && l->fresh > 0)
        gates_conclude(s, job, CHECK_FAIL, "%" PRIu64 " finding%s not known",
                       l->fresh, l->fresh == 1 ? " is" : "s are");
}

static void judge(struct lint *l)
{
    struct gates_session *s = l->s;
    struct gates_job *job = l->job;
    const struct verdict_number none = {0};
    const char *wrong;

    prepare(l);
    sort_out(l);
    accept_clean(l);
    if (l->reading.trouble && !gates_weigh(s, job, &l->reading, 0))
        return;
    wrong = what_is_wrong(l);
    if (wrong) {
        gates_conclude(s, job, CHECK_ERROR, "%s", wrong);
        return;
    }
    judge_fresh(l);
    gates_limit_apply(s->doc, job->gate, job->check, "total",
                      gates_number((double)l->len), none);
    gates_judge_measures(s, job);
}

void gates_judge_lint(struct gates_session *s, struct gates_job *job)
{
    struct lint l = {.s = s, .job = job};

    l.reading.sink = (struct read_sink){.self = &l, .finding = on_finding};
    l.tool = job->check->inputs[0].format;
    gates_paths_from(s->paths, job->check->dir, &job->check->roots);
    job->tool = l.tool;
    if (gates_read_inputs(s, job, &l.reading))
        judge(&l);
    free(l.list);
}
