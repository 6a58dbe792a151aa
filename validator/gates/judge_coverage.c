/* Gates of kind coverage: lines and branches by file, and those that changed.
 */
#include "validator/gates/coverage_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the report says ---- */

/* gcov tells lines that other tools leave out by marks in the source. */
static bool obeys_marks(const struct coverage *c)
{
    return !strcmp(c->job->check->inputs[0].format, "gcov");
}

/* A file that is named for sure is not also what only ends like it: the
 * src/io/mod.rs of a compiler is none of a project's lib/src/io/mod.rs.
 */
static bool belongs_to(struct gates_cover_name *name,
                       struct gates_cover_file *file)
{
    if (name->sure && !file->sure) {
        gates_cover_clear(file);
        file->sure = true;
    }
    return name->sure == file->sure;
}

static void miss(struct coverage *c, struct td_bytes raw,
                 enum gates_path_how how)
{
    c->unresolved++;
    if (how == GATES_PATH_MANY && c->unclear++ == 0)
        c->unclear_name = gates_line(c->s, raw);
}

/* What a report calls a file, or NULL: it is out of scope or not of the
 * project.
 */
static const struct gates_cover_name *file_of(struct coverage *c,
                                              struct td_bytes raw)
{
    bool added;
    struct gates_cover_name *name = gates_cover_name(c->cover, raw, &added);
    enum gates_path_how how;
    const char *path;

    if (!name) {
        c->full = true;
        return NULL;
    }
    if (!added)
        return name->file && name->sure == name->file->sure ? name : NULL;
    path = gates_paths_guess(c->s->paths, raw, &how);
    name->sure = how == GATES_PATH_SURE;
    if (!path)
        miss(c, raw, how);
    else if (gates_in_scope(c->job->check, path))
        name->file = gates_cover_file(c->cover, path);
    if (name->file && obeys_marks(c))
        name->excluded = gates_exclude(&c->cover->arena,
                                       gates_paths_source(c->s->paths, path));
    return name->file && belongs_to(name, name->file) ? name : NULL;
}

static void on_line(void *self, const struct read_line *line)
{
    struct coverage *c = self;
    const struct gates_cover_name *name = file_of(c, line->file);

    if (name && !gates_excludes_line(name->excluded, line->line) &&
        !gates_cover_line(c->cover, name->file, line->line, line->hits > 0))
        c->full = true;
}

static void on_branch(void *self, const struct read_branch *branch)
{
    struct coverage *c = self;
    const struct gates_cover_name *name = file_of(c, branch->file);

    if (name && !gates_excludes_branches(name->excluded, branch->line) &&
        !gates_cover_branch(c->cover, name->file, branch))
        c->full = true;
}

/* ---- limits ---- */

/* A finding for each file or folder that is below its limit, and the worst of
 * them as the measure. */
static void hold_to(struct coverage *c, const char *measure, const char *what,
                    struct verdict_number share, struct verdict_number *worst)
{
    struct td_arena *arena = &c->s->doc->arena;

    if (!share.known)
        return;
    if (!worst->known || share.value < worst->value)
        *worst = share;
    for (size_t i = 0; i < c->job->check->limits_len; i++) {
        const struct gates_limit *limit = &c->job->check->limits[i];
        struct verdict_finding *f;
        struct td_buf text = {0};

        if (strcmp(limit->measure, measure) != 0 ||
            gates_share_reaches(&share, limit->value))
            continue;
        f = gates_find_fault(c->s, c->job->gate->name, "coverage-low",
                             limit->warns ? CHECK_LEVEL_WARN
                                          : CHECK_LEVEL_ERROR);
        if (!f)
            return;
        gates_share_text(&text, share, limit->value);
        f->file = td_arena_copy(arena, what);
        f->message = td_arena_print(arena, "lines %s, at least %.10g %%",
                                    td_buf_str(&text), limit->value);
        td_buf_release(&text);
    }
}

static bool has_limit(const struct gates_check *check, const char *measure)
{
    for (size_t i = 0; i < check->limits_len; i++) {
        if (!strcmp(check->limits[i].measure, measure))
            return true;
    }
    return false;
}

static struct verdict_number share_below(const struct coverage *c,
                                         const char *folder, bool deep)
{
    uint64_t lines[2] = {0};
    size_t len = strlen(folder);

    for (const struct verdict_file *f = c->to->files; f; f = f->next) {
        if (strncmp(f->path, folder, len) != 0 ||
            (!deep && strchr(f->path + len, '/')))
            continue;
        lines[0] += f->lines[0];
        lines[1] += f->lines[1];
    }
    return gates_share(lines[0], lines[1]);
}

static void judge_files(struct coverage *c)
{
    struct verdict_number worst = {0};
    const struct verdict_number none = {0};

    if (!has_limit(c->job->check, "file"))
        return;
    for (const struct verdict_file *f = c->to->files; f; f = f->next)
        hold_to(c, "file", f->path, gates_share(f->lines[0], f->lines[1]),
                &worst);
    gates_limit_apply(c->s->doc, c->job->gate, c->job->check, "file", worst,
                      none);
}

static size_t folder_len(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Files are sorted, but those of a folder need not stand together: "a/b/x" is
 * between "a/a" and "a/c". The first of each folder speaks for it. */
static bool is_first_of_folder(const struct coverage *c,
                               const struct verdict_file *file)
{
    size_t len = folder_len(file->path);

    for (const struct verdict_file *f = c->to->files; f != file; f = f->next) {
        if (folder_len(f->path) == len && !strncmp(f->path, file->path, len))
            return false;
    }
    return true;
}

static void judge_folders(struct coverage *c)
{
    struct verdict_number worst = {0};
    const struct verdict_number none = {0};
    struct td_arena *arena = &c->s->arena;

    if (!has_limit(c->job->check, "folder"))
        return;
    for (const struct verdict_file *f = c->to->files; f; f = f->next) {
        const char *folder;

        if (!is_first_of_folder(c, f))
            continue;
        folder = td_arena_text(arena, td_bytes(f->path, folder_len(f->path)));
        hold_to(c, "folder", *folder ? folder : "./",
                share_below(c, folder, false), &worst);
    }
    gates_limit_apply(c->s->doc, c->job->gate, c->job->check, "folder", worst,
                      none);
}

static void judge_named_folders(struct coverage *c)
{
    const struct verdict_number none = {0};
    const struct gates_check *check = c->job->check;

    for (size_t i = 0; i < check->limits_len; i++) {
        const char *name = check->limits[i].measure;
        bool seen = false;

        if (!strchr(name, '/'))
            continue;
        for (size_t k = 0; k < i; k++)
            seen = seen || !strcmp(check->limits[k].measure, name);
        if (seen)
            continue;
        if (!share_below(c, name, true).known)
            gates_conclude(c->s, c->job, CHECK_ERROR,
                           "no file below %s is in the report", name);
        gates_limit_apply(c->s->doc, c->job->gate, check, name,
                          share_below(c, name, true), none);
    }
}

/* Lines without which the gate would have passed are its errors. */
static void blame_changed(struct coverage *c, struct verdict_number changed)
{
    const struct gates_check *check = c->job->check;
    bool fails = false;

    for (size_t i = 0; i < check->limits_len; i++) {
        const struct gates_limit *limit = &check->limits[i];

        fails = fails || (!limit->warns && limit->op == GATES_AT_LEAST &&
                          !strcmp(limit->measure, "changed") && changed.known &&
                          !gates_share_reaches(&changed, limit->value));
    }
    for (struct verdict_finding *f = fails ? c->s->doc->findings : NULL; f;
         f = f->next)
        if (!strcmp(f->gate, c->job->gate->name) &&
            !strcmp(f->rule, "uncovered-change"))
            f->level = CHECK_LEVEL_ERROR;
}

static void judge_changed(struct coverage *c)
{
    const struct gates_check *check = c->job->check;
    const struct verdict_number none = {0};
    struct gates_session *s = c->s;
    struct verdict_number changed;

    if (!s->has_changes)
        return;
    changed = gates_share(c->to->changed[0], c->to->changed[1]);
    gates_limit_apply(s->doc, c->job->gate, check, "changed", changed, none);
    blame_changed(c, changed);
    for (size_t i = 0; i < c->to->unmeasured.len; i++) {
        struct verdict_finding *f;

        if (check->unmeasured == GATES_UNMEASURED_TELL)
            break;
        f = gates_find_fault(s, c->job->gate->name, "unmeasured",
                             check->unmeasured == GATES_UNMEASURED_FAIL
                                 ? CHECK_LEVEL_ERROR
                                 : CHECK_LEVEL_WARN);
        if (!f)
            break;
        f->file = c->to->unmeasured.list[i];
        f->message = "it has changed, and the report does not know it";
    }
}

/* A ratchet compares numbers of one tool only. */
static bool is_same_tool(struct coverage *c, const struct gates_covered *base,
                         const struct gates_reading *reading)
{
    if (!base || !strcmp(base->format, reading->format))
        return true;
    gates_conclude(c->s, c->job, CHECK_ERROR,
                   "the baseline was measured with %s and this with %s, which "
                   "count differently: --update-baseline begins anew",
                   base->format, reading->format);
    return false;
}

static bool wants_base(const struct gates_check *check)
{
    for (size_t i = 0; i < check->limits_len; i++) {
        if (check->limits[i].op == GATES_RATCHET)
            return true;
    }
    return false;
}

static void judge_totals(struct coverage *c,
                         const struct gates_reading *reading)
{
    struct gates_session *s = c->s;
    struct verdict_number lines = gates_share(c->to->lines[0], c->to->lines[1]);
    struct verdict_number branches =
        gates_share(c->to->branches[0], c->to->branches[1]);
    struct verdict_number base[2] = {0};
    const struct gates_covered *before = NULL;

    if (s->how->baseline)
        before = gates_baseline_covered(s->how->baseline, c->job->check->name,
                                        false);
    if (wants_base(c->job->check) && !is_same_tool(c, before, reading))
        return;
    if (before && !strcmp(before->format, reading->format)) {
        base[0] = gates_share(before->lines[0], before->lines[1]);
        base[1] = gates_share(before->branches[0], before->branches[1]);
    }
    gates_limit_apply(s->doc, c->job->gate, c->job->check, "lines", lines,
                      base[0]);
    gates_limit_apply(s->doc, c->job->gate, c->job->check, "branches", branches,
                      base[1]);
    if (wants_base(c->job->check) && !before) {
        c->job->gate->warned = true;
        gates_conclude(s, c->job, CHECK_PASS,
                       s->how->update
                           ? "there is no baseline yet: this run is written "
                             "into it"
                           : "there is no baseline to hold it to yet: "
                             "--update-baseline writes it");
    }
}

/* Why there is nothing that a limit could be about; NULL: there is. */
static const char *why_nothing(const struct coverage *c,
                               const struct gates_limit *limit)
{
    if (!strcmp(limit->measure, "branches") && c->to->branches[1] == 0)
        return "the report has no branches: is its tool told to record them?";
    if (strcmp(limit->measure, "changed") != 0)
        return NULL;
    if (!c->s->has_changes)
        return "only changed lines are judged, and --changed-since was not "
               "given";
    return c->to->changed[1] == 0 ? "no line that changed is measured" : NULL;
}

/* A tool that no longer records branches tightens no ratchet. */
static bool lost_branches(struct coverage *c)
{
    for (const struct verdict_measure *m = c->job->gate->measures; m;
         m = m->next) {
        if (strcmp(m->id, "branches") != 0 || !m->base.known || !m->op ||
            c->to->branches[1] > 0)
            continue;
        gates_conclude(c->s, c->job, CHECK_ERROR,
                       "the report has no branches, and the baseline has");
        return true;
    }
    return false;
}

/* Limits without anything that they could be about. That nothing changed is
 * usual; that branches are missing beside lines is remarked.
 */
static void judge_vacuous(struct coverage *c)
{
    const struct gates_check *check = c->job->check;
    const char *first = NULL;
    bool branches = false;
    size_t empty = 0;

    for (size_t i = 0; i < check->limits_len; i++) {
        const char *why = why_nothing(c, &check->limits[i]);

        branches = branches || (why && check->limits[i].measure[0] == 'b');
        first = first ? first : why;
        empty += why != NULL;
    }
    if (c->job->gate->outcome != CHECK_PASS || empty == 0 || lost_branches(c))
        return;
    if (empty == check->limits_len) {
        gates_conclude(c->s, c->job, CHECK_VACUOUS, "%s", first);
    } else if (branches) {
        c->job->gate->warned = true;
        gates_conclude(c->s, c->job, CHECK_PASS,
                       "the report has no branches, for which there is a "
                       "limit");
    }
}

static void judge_unmeasured(struct coverage *c)
{
    const struct verdict_words *names = &c->to->unmeasured;
    enum gates_unmeasured how = c->job->check->unmeasured;

    if (names->len == 0 || how == GATES_UNMEASURED_TELL ||
        c->job->gate->outcome == CHECK_ERROR)
        return;
    if (how == GATES_UNMEASURED_FAIL)
        c->job->gate->outcome = CHECK_FAIL;
    gates_remark(c->s, c->job, "%zu changed file%s not in the report: %s%s",
                 names->len, names->len == 1 ? " is" : "s are", names->list[0],
                 names->len > 1 ? ", ..." : "");
}

/* What could be about several files is counted for none. */
static void judge_unclear(struct coverage *c)
{
    if (c->unclear > 0 && c->job->gate->outcome != CHECK_ERROR)
        gates_remark(c->s, c->job,
                     "%" PRIu64 " file%s of the report may be several of the "
                     "project: %.300s: see dir and roots",
                     c->unclear, c->unclear == 1 ? "" : "s", c->unclear_name);
}

/* Reports that cannot be true. */
static bool is_sane(struct coverage *c, const struct gates_reading *reading)
{
    const struct gates_check *check = c->job->check;
    uint64_t files = 0;
    const char *wrong = NULL;

    for (const struct verdict_file *f = c->to->files; f; f = f->next)
        files++;
    if (c->full)
        wrong = "the report is larger than can be held";
    else if (files == 0 && c->unresolved > 0)
        wrong =
            "no file of the report is one of the project: see dir and roots";
    else if (files == 0)
        wrong = "no file of the report is in scope: see include and exclude";
    else if (c->to->lines[0] == 0)
        wrong = "not one line was hit: the report is of no run";
    else if (files < check->must_see)
        wrong = "fewer files are in the report than must_see says";
    if (wrong)
        gates_conclude(c->s, c->job, CHECK_ERROR, "%s", wrong);
    else if (c->beyond > 0)
        gates_conclude(c->s, c->job, CHECK_ERROR,
                       "%s ends before a line that the report has: the source "
                       "has changed since",
                       c->beyond_path);
    (void)reading;
    return !wrong && c->beyond == 0;
}

/* What would be the baseline now. */
static void note_base(struct coverage *c, const struct gates_reading *reading)
{
    struct gates_covered *now = &c->job->covered;

    c->job->has_covered = true;
    now->gate = c->job->check->name;
    now->format = reading->format;
    memcpy(now->lines, c->to->lines, sizeof(now->lines));
    memcpy(now->branches, c->to->branches, sizeof(now->branches));
}

static void judge(struct coverage *c, struct gates_reading *reading)
{
    if (!gates_read_inputs(c->s, c->job, reading))
        return;
    gates_cover_sort(c->cover);
    if (!gates_weigh(c->s, c->job, reading, 0))
        return;
    c->to = verdict_add_coverage(c->s->doc);
    c->to->gate = c->job->gate->name;
    gates_coverage_tell(c);
    if (!is_sane(c, reading))
        return;
    judge_totals(c, reading);
    judge_changed(c);
    judge_files(c);
    judge_folders(c);
    judge_named_folders(c);
    judge_vacuous(c);
    if (c->job->gate->outcome == CHECK_PASS)
        gates_judge_measures(c->s, c->job);
    judge_unmeasured(c);
    judge_unclear(c);
    note_base(c, reading);
}

void gates_judge_coverage(struct gates_session *s, struct gates_job *job)
{
    struct coverage c = {.s = s, .job = job, .cover = gates_cover_new()};
    struct gates_reading reading = {
        .sink = {.self = &c, .line = on_line, .branch = on_branch}};

    gates_paths_from(s->paths, job->check->dir, &job->check->roots);
    judge(&c, &reading);
    gates_cover_free(c.cover);
}
