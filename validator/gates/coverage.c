/* What a gate of kind coverage has to say of files and their lines. */
#include "validator/gates/coverage_internal.h"

#include <inttypes.h>
#include <string.h>

#define RANGES_MAX 1000 /* of one file in the verdict */
#define FILES_TOLD 20000

/* ---- what changed ---- */

static const struct gates_changes *changes_of(const struct coverage *c)
{
    return c->job->check->whitespace ? &c->s->with_blanks : &c->s->changes;
}

struct ranges {
    struct verdict_range *list;
    size_t len;
    size_t cap;
    struct td_arena *arena;
};

static void add_to_ranges(struct ranges *r, uint64_t line, uint64_t before)
{
    if (r->len > 0 && r->list[r->len - 1].to == before && before > 0) {
        r->list[r->len - 1].to = line;
        return;
    }
    if (r->len == RANGES_MAX)
        return;
    if (r->len == r->cap) {
        struct verdict_range *more;

        r->cap = r->cap * 2 + 8;
        more = td_arena_alloc(r->arena, r->cap * sizeof(*more));
        if (r->len > 0)
            memcpy(more, r->list, r->len * sizeof(*more));
        r->list = more;
    }
    r->list[r->len++] = (struct verdict_range){line, line};
}

/* One file of the verdict while its lines are walked. */
struct telling {
    struct coverage *c;
    struct verdict_file *to;
    const struct gates_change *change;
    struct ranges uncovered;
    struct ranges changed;
    uint64_t before;         /* the uncovered line before, if it is the last */
    uint64_t before_changed; /* the same of changed ones */
};

static void tell_line(void *self, uint64_t line, bool hit)
{
    struct telling *t = self;
    bool changed = gates_change_has(t->change, line);

    t->to->lines[1]++;
    t->to->lines[0] += hit;
    t->c->to->changed[1] += changed;
    t->c->to->changed[0] += changed && hit;
    if (hit) {
        t->before = 0;
        t->before_changed = 0;
        return;
    }
    add_to_ranges(&t->uncovered, line, t->before);
    t->before = line;
    if (!changed)
        return;
    add_to_ranges(&t->changed, line, t->before_changed);
    t->before_changed = line;
}

static void tell_uncovered(struct telling *t)
{
    struct gates_session *s = t->c->s;
    struct td_arena *arena = &s->doc->arena;

    for (size_t i = 0; i < t->changed.len; i++) {
        const struct verdict_range *r = &t->changed.list[i];
        struct verdict_finding *f = gates_find_fault(
            s, t->c->job->gate->name, "uncovered-change", CHECK_LEVEL_WARN);

        if (!f)
            return;
        f->file = t->to->path;
        f->line = r->from;
        f->message =
            r->from == r->to
                ? td_arena_print(
                      arena, "changed line %" PRIu64 " is not covered", r->from)
                : td_arena_print(arena,
                                 "changed lines %" PRIu64 " to %" PRIu64
                                 " are not covered",
                                 r->from, r->to);
        f->excerpt =
            gates_line(s, gates_paths_excerpt(s->paths, t->to->path, r->from));
    }
}

#define SOURCE_LINES 200 /* changed lines of a file whose text is told */

static void copy_source(struct telling *t)
{
    struct gates_session *s = t->c->s;
    struct td_arena *arena = &s->doc->arena;
    uint64_t count = 0;
    size_t len = 0;

    for (size_t i = 0; i < t->changed.len; i++)
        count += t->changed.list[i].to - t->changed.list[i].from + 1;
    if (count == 0 || count > SOURCE_LINES)
        return;
    t->to->source = td_arena_alloc(arena, count * sizeof(*t->to->source));
    for (size_t i = 0; i < t->changed.len; i++)
        for (uint64_t n = t->changed.list[i].from; n <= t->changed.list[i].to;
             n++)
            t->to->source[len++] = td_arena_text(
                arena, gates_paths_excerpt(s->paths, t->to->path, n));
}

static void tell_file(struct coverage *c, struct gates_cover_file *file,
                      struct verdict_file *to)
{
    struct telling t = {.c = c, .to = to};
    uint64_t lines = 0;

    t.uncovered.arena = t.changed.arena = &c->s->doc->arena;
    to->path = td_arena_copy(&c->s->doc->arena, file->path);
    if (c->s->has_changes)
        t.change = gates_change_of(changes_of(c), file->path);
    gates_cover_lines(file, tell_line, &t);
    gates_cover_branches(file, to->branches);
    (void)gates_paths_line(c->s->paths, file->path, 1, &lines);
    if (file->last > lines && lines > 0) {
        c->beyond++;
        c->beyond_path = file->path;
    }
    to->uncovered = t.uncovered.list;
    to->uncovered_len = t.uncovered.len;
    to->changed = t.changed.list;
    to->changed_len = t.changed.len;
    copy_source(&t);
    tell_uncovered(&t);
}

/* Does a name look like source that coverage is measured of? Those that the
 * report has say which. */
static bool has_known_end(const struct gates_cover *cover, const char *path)
{
    const char *dot = strrchr(path, '.');

    if (!dot || strchr(dot, '/'))
        return false;
    for (const struct gates_cover_file *f = cover->files; f; f = f->next) {
        const char *end = strrchr(f->path, '.');

        if (end && !strcmp(end, dot))
            return true;
    }
    return false;
}

static void find_unmeasured(struct coverage *c)
{
    const struct gates_changes *changes = changes_of(c);
    struct verdict_words *names = &c->to->unmeasured;
    struct td_arena *arena = &c->s->doc->arena;

    names->list =
        td_arena_alloc(arena, (changes->len + 1) * sizeof(*names->list));
    for (size_t i = 0; i < changes->len; i++) {
        const struct gates_change *change = &changes->list[i];

        if ((change->len > 0 || change->all) && *change->path &&
            gates_in_scope(c->job->check, change->path) &&
            has_known_end(c->cover, change->path) &&
            !gates_cover_has(c->cover, change->path))
            names->list[names->len++] = td_arena_copy(arena, change->path);
    }
}

void gates_coverage_tell(struct coverage *c)
{
    struct verdict_file **end = &c->to->files;
    uint64_t told = 0;

    for (struct gates_cover_file *f = c->cover->files; f; f = f->next) {
        struct verdict_file *file =
            td_arena_alloc(&c->s->doc->arena, sizeof(*file));

        tell_file(c, f, file);
        for (int i = 0; i < 2; i++) {
            c->to->lines[i] += file->lines[i];
            c->to->branches[i] += file->branches[i];
        }
        if (++told > FILES_TOLD)
            continue;
        *end = file;
        end = &file->next;
    }
    c->to->has_changed = c->s->has_changes;
    if (c->s->has_changes)
        find_unmeasured(c);
}
