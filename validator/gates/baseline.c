#include "validator/gates/baseline.h"

#include "core/fs.h"
#include "core/json_writer.h"
#include "core/jsonx_object.h"
#include "validator/gates/date.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reading {
    struct td_jsonx doc;
    struct td_jsonx_reader r;
    struct gates_baseline *base;
    const char *today;
    bool versioned;
    struct gates_known known;
    struct gates_covered covered;
    struct gates_counted counted;
};

/* Room for one more in an array of the baseline. */
static void *grow(struct gates_baseline *base, void *list, size_t len,
                  size_t *cap, size_t size)
{
    void *more;

    if (len < *cap)
        return list;
    *cap = *cap * 2 + 16;
    more = td_arena_alloc(&base->arena, *cap * size);
    if (len > 0)
        memcpy(more, list, len * size);
    return more;
}

static enum td_code wrong(struct reading *g, uint32_t at, const char *what)
{
    (void)td_jsonx_fail(&g->doc, at, TD_USAGE, g->r.err, "%s", what);
    return td_error_hint(g->r.err,
                         "take the file from git again, or write a new one");
}

static const char *text_of(struct reading *g, uint32_t at)
{
    char *text;
    const char *kept;

    if (!td_jsonx_is(&g->doc, at, TD_JSON_STRING))
        return NULL;
    text = td_jsonx_text(&g->doc, at);
    kept = td_arena_copy(&g->base->arena, text);
    free(text);
    return kept;
}

static enum td_code take_text(struct reading *g, uint32_t at, const char **out)
{
    *out = text_of(g, at);
    if (*out || td_jsonx_is(&g->doc, at, TD_JSON_NULL))
        return TD_OK;
    return wrong(g, at, "this is neither a text nor null");
}

static enum td_code take_count(struct reading *g, uint32_t at, uint64_t *out)
{
    const struct td_json_value *v = &g->doc.json.values[at];
    const struct td_bytes raw = td_json_raw(&g->doc.json, at);
    char digits[24] = "";

    if (v->kind != TD_JSON_NUMBER || (v->flags & TD_JSON_NOT_INT) ||
        raw.ptr[0] == '-' || raw.len > 18)
        return wrong(g, at, "this is no whole number");
    memcpy(digits, raw.ptr, raw.len);
    *out = strtoull(digits, NULL, 10);
    return TD_OK;
}

static enum td_code take_pair(struct reading *g, uint32_t at, uint64_t out[2])
{
    if (!td_jsonx_is(&g->doc, at, TD_JSON_ARRAY) ||
        g->doc.json.values[at].count != 2)
        return wrong(g, at, "this is no pair of numbers");
    if (take_count(g, at + 1, &out[0]) || take_count(g, at + 2, &out[1]))
        return TD_USAGE;
    return out[0] <= out[1] ? TD_OK
                            : wrong(g, at, "the part is more than the whole");
}

static enum td_code read_version(void *self, uint32_t at)
{
    struct reading *g = self;
    uint64_t version;

    g->versioned = true;
    if (take_count(g, at, &version))
        return TD_USAGE;
    if (version == GATES_BASELINE_VERSION)
        return TD_OK;
    (void)td_jsonx_fail(&g->doc, at, TD_USAGE, g->r.err,
                        "a baseline of version %llu is not known here",
                        (unsigned long long)version);
    return td_error_hint(g->r.err, "use the tapedeck that wrote it, or newer");
}

#define TEXT_READER(name, place)                                               \
    static enum td_code read_##name(void *self, uint32_t at)                   \
    {                                                                          \
        struct reading *g = self;                                              \
                                                                               \
        return take_text(g, at, &(place));                                     \
    }

TEXT_READER(project, g->base->project)
TEXT_READER(commit, g->base->commit)
TEXT_READER(fp, g->known.fp)
TEXT_READER(tool, g->known.tool)
TEXT_READER(rule, g->known.rule)
TEXT_READER(path, g->known.path)
TEXT_READER(known_gate, g->known.gate)
TEXT_READER(note, g->known.note)
TEXT_READER(until, g->known.until)
TEXT_READER(covered_gate, g->covered.gate)
TEXT_READER(format, g->covered.format)
TEXT_READER(counted_gate, g->counted.gate)
TEXT_READER(name, g->counted.name)

static enum td_code read_count(void *self, uint32_t at)
{
    return take_count(self, at, &((struct reading *)self)->known.count);
}

static enum td_code read_places(void *self, uint32_t at)
{
    struct reading *g = self;
    const struct td_json_value *v = g->doc.json.values;
    struct gates_known *k = &g->known;

    if (v[at].kind != TD_JSON_ARRAY)
        return wrong(g, at, "lines are a list of numbers");
    k->lines =
        td_arena_alloc(&g->base->arena, (v[at].count + 1) * sizeof(*k->lines));
    for (uint32_t i = at + 1; i < v[at].next; i = v[i].next) {
        if (take_count(g, i, &k->lines[k->lines_len++]))
            return TD_USAGE;
    }
    return TD_OK;
}

static enum td_code read_instructions(void *self, uint32_t at)
{
    return take_count(self, at,
                      &((struct reading *)self)->counted.instructions);
}

static enum td_code read_lines(void *self, uint32_t at)
{
    return take_pair(self, at, ((struct reading *)self)->covered.lines);
}

static enum td_code read_branches(void *self, uint32_t at)
{
    return take_pair(self, at, ((struct reading *)self)->covered.branches);
}

/* Read each element of a list as an object. */
static enum td_code
read_list(struct reading *g, uint32_t at, const struct td_jsonx_key *keys,
          enum td_code (*take)(struct reading *g, uint32_t at))
{
    const struct td_jsonx_shape shape = {keys, "an entry has"};
    const struct td_json_value *v = g->doc.json.values;

    if (v[at].kind != TD_JSON_ARRAY)
        return wrong(g, at, "this is no list");
    for (uint32_t i = at + 1; i < v[at].next; i = v[i].next) {
        enum td_code code;

        if (v[i].kind != TD_JSON_OBJECT)
            return wrong(g, i, "an entry is an object");
        g->known = (struct gates_known){0};
        g->covered = (struct gates_covered){0};
        g->counted = (struct gates_counted){0};
        code = td_jsonx_read(&g->r, i, &shape, g);
        if (code == TD_OK)
            code = take(g, i);
        if (code)
            return code;
    }
    return TD_OK;
}

static enum td_code take_known(struct reading *g, uint32_t at)
{
    struct gates_known *k = &g->known;

    if (!k->fp || !k->tool || !k->count)
        return wrong(g, at, "a finding has fp, tool and count");
    if (k->lines_len > k->count)
        return wrong(g, at, "a finding has no more lines than its count");
    if (k->until && !gates_is_date(k->until))
        return wrong(g, at, "until is a date, as 2026-12-31");
    k->spent = k->until && strcmp(g->today, k->until) > 0;
    gates_baseline_add(g->base, k);
    return TD_OK;
}

static enum td_code read_findings(void *self, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {
        {"fp", read_fp},           {"tool", read_tool},
        {"rule", read_rule},       {"path", read_path},
        {"count", read_count},     {"note", read_note},
        {"until", read_until},     {"lines", read_places},
        {"gate", read_known_gate}, {NULL, NULL}};

    return read_list(self, at, keys, take_known);
}

static enum td_code take_covered(struct reading *g, uint32_t at)
{
    struct gates_covered *c;

    if (!g->covered.gate || !g->covered.format)
        return wrong(g, at, "coverage has gate, format and lines");
    c = gates_baseline_covered(g->base, g->covered.gate, true);
    *c = g->covered;
    return TD_OK;
}

static enum td_code read_coverage(void *self, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {{"gate", read_covered_gate},
                                               {"format", read_format},
                                               {"lines", read_lines},
                                               {"branches", read_branches},
                                               {NULL, NULL}};

    return read_list(self, at, keys, take_covered);
}

static enum td_code take_counted(struct reading *g, uint32_t at)
{
    if (!g->counted.gate || !g->counted.name)
        return wrong(g, at, "instructions have gate, name and a number");
    gates_baseline_counted(g->base, g->counted.gate, g->counted.name, true)
        ->instructions = g->counted.instructions;
    return TD_OK;
}

static enum td_code read_counted(void *self, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {
        {"gate", read_counted_gate},
        {"name", read_name},
        {"instructions", read_instructions},
        {NULL, NULL}};

    return read_list(self, at, keys, take_counted);
}

static enum td_code read_file(struct reading *g)
{
    static const struct td_jsonx_key keys[] = {{"baseline", read_version},
                                               {"project", read_project},
                                               {"commit", read_commit},
                                               {"findings", read_findings},
                                               {"coverage", read_coverage},
                                               {"instructions", read_counted},
                                               {NULL, NULL}};
    static const struct td_jsonx_shape shape = {keys, "a baseline has"};
    enum td_code code;
    uint32_t version = td_jsonx_member(&g->doc, 0, "baseline");

    if (!td_jsonx_is(&g->doc, 0, TD_JSON_OBJECT) || !version)
        return wrong(g, 0, "this is no baseline");
    /* A newer one may have keys that are not known. */
    code = read_version(g, version);
    return code ? code : td_jsonx_read(&g->r, 0, &shape, g);
}

static int compare_known(const void *x, const void *y)
{
    const struct gates_known *a = x;
    const struct gates_known *b = y;

    return strcmp(a->fp, b->fp);
}

static enum td_code check_project(const struct gates_baseline *base,
                                  const char *path, const char *first,
                                  struct td_error *err)
{
    if (!first || !base->project || !strcmp(first, base->project))
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, path, 0,
                       "this baseline is of another project: it begins with "
                       "commit %.12s, this one with %.12s",
                       base->project, first);
    return td_error_hint(err, "write one here with --update-baseline");
}

enum td_code gates_baseline_parse(struct gates_baseline *base, const char *name,
                                  struct td_bytes text, const char *first,
                                  const char *today, struct td_error *err)
{
    struct reading g = {.base = base, .today = today};
    enum td_code code;

    g.r = (struct td_jsonx_reader){.doc = &g.doc, .err = err};
    code = td_jsonx_parse(&g.doc, name, TD_JSONX_JSON, text, err);
    if (code)
        (void)td_error_hint(
            err, memmem(text.ptr, text.len, "\n>>>>>>> ", 9)
                     ? "these are marks of a merge: take one side of it, and "
                       "then --update-baseline"
                     : "half a file? take it from git again");
    if (code == TD_OK)
        code = read_file(&g);
    if (code == TD_OK)
        code = check_project(base, name, first, err);
    gates_baseline_settle(base);
    base->exists = code == TD_OK;
    td_jsonx_release(&g.doc);
    return code;
}

enum td_code gates_baseline_read(struct gates_baseline *base, const char *path,
                                 const char *first, const char *today,
                                 struct td_error *err)
{
    struct td_buf text = {0};
    enum td_code code;

    if (access(path, F_OK) != 0)
        return TD_OK;
    td_buf_init(&text, GATES_BASELINE_MAX);
    code = td_fs_read_file(&text, path, err);
    if (code == TD_OK)
        code = gates_baseline_parse(base, path, td_buf_bytes(&text), first,
                                    today, err);
    td_buf_release(&text);
    return code;
}

static void write_known(struct td_json_writer *w, const struct gates_known *k)
{
    td_json_object(w, NULL);
    td_json_put_text(w, "fp", k->fp);
    td_json_put_text(w, "tool", k->tool);
    td_json_put_text_or_null(w, "rule", k->rule);
    td_json_put_text_or_null(w, "path", k->path);
    if (k->gate)
        td_json_put_text(w, "gate", k->gate);
    td_json_put_u64(w, "count", k->count);
    if (k->lines_len > 0) {
        td_json_array(w, "lines");
        for (size_t i = 0; i < k->lines_len; i++)
            td_json_put_u64(w, NULL, k->lines[i]);
        td_json_array_end(w);
    }
    if (k->note)
        td_json_put_text(w, "note", k->note);
    if (k->until)
        td_json_put_text(w, "until", k->until);
    td_json_object_end(w);
}

static void write_covered(struct td_json_writer *w,
                          const struct gates_covered *c)
{
    td_json_object(w, NULL);
    td_json_put_text(w, "gate", c->gate);
    td_json_put_text(w, "format", c->format);
    td_json_array(w, "lines");
    td_json_put_u64(w, NULL, c->lines[0]);
    td_json_put_u64(w, NULL, c->lines[1]);
    td_json_array_end(w);
    td_json_array(w, "branches");
    td_json_put_u64(w, NULL, c->branches[0]);
    td_json_put_u64(w, NULL, c->branches[1]);
    td_json_array_end(w);
    td_json_object_end(w);
}

static void write_counted(struct td_json_writer *w,
                          const struct gates_counted *c)
{
    td_json_object(w, NULL);
    td_json_put_text(w, "gate", c->gate);
    td_json_put_text(w, "name", c->name);
    td_json_put_u64(w, "instructions", c->instructions);
    td_json_object_end(w);
}

/* Each entry begins a line, so that a diff and a merge speak of entries. */
#define WRITE_LIST(w, out, key, list, len, write)                              \
    do {                                                                       \
        td_json_array(w, key);                                                 \
        for (size_t i = 0; i < (len); i++) {                                   \
            (void)td_buf_add_text(out, "\n");                                  \
            write(w, &(list)[i]);                                              \
        }                                                                      \
        td_json_array_end(w);                                                  \
    } while (0)

enum td_code gates_baseline_text(struct gates_baseline *base,
                                 struct td_buf *out)
{
    struct td_json_writer w = td_json_writer(out);

    gates_baseline_settle(base);
    td_json_object(&w, NULL);
    td_json_put_u64(&w, "baseline", GATES_BASELINE_VERSION);
    td_json_put_text_or_null(&w, "project", base->project);
    td_json_put_text_or_null(&w, "commit", base->commit);
    WRITE_LIST(&w, out, "findings", base->known, base->known_len, write_known);
    WRITE_LIST(&w, out, "coverage", base->covered, base->covered_len,
               write_covered);
    WRITE_LIST(&w, out, "instructions", base->counted, base->counted_len,
               write_counted);
    td_json_object_end(&w);
    return td_json_line(&w);
}

enum td_code gates_baseline_write(struct gates_baseline *base, const char *path,
                                  struct td_error *err)
{
    struct td_buf out = {0};
    enum td_code code = gates_baseline_text(base, &out);

    if (code == TD_OK)
        code = td_fs_replace(path, td_buf_bytes(&out), err);
    td_buf_release(&out);
    return code;
}

void gates_baseline_release(struct gates_baseline *base)
{
    td_arena_release(&base->arena);
    *base = (struct gates_baseline){0};
}

struct gates_known *gates_baseline_find(struct gates_baseline *base,
                                        const char *fp)
{
    const struct gates_known key = {.fp = fp};

    gates_baseline_settle(base);
    return base->known_len == 0 ? NULL
                                : bsearch(&key, base->known, base->known_len,
                                          sizeof(*base->known), compare_known);
}

bool gates_baseline_knows(struct gates_baseline *base, const char *fp)
{
    struct gates_known *k = gates_baseline_find(base, fp);

    if (!k)
        return false;
    k->seen++;
    return !k->spent && k->seen <= k->count;
}

/* More of those that are known, or others in place of what has expired. */
static void merge(struct gates_known *into, const struct gates_known *more)
{
    into->count = (into->spent ? 0 : into->count) + more->count;
    into->seen = (into->spent ? 0 : into->seen) + more->seen;
    into->lines = NULL;
    into->lines_len = 0;
    into->gate = more->gate ? more->gate : into->gate;
    into->note = more->note;
    into->until = more->until;
    into->spent = more->spent;
}

/* Of one fingerprint those that were added first come first. */
static int compare_order(const void *x, const void *y)
{
    const struct gates_known *a = x;
    const struct gates_known *b = y;
    int order = compare_known(a, b);

    return order ? order : a->order < b->order ? -1 : 1;
}

void gates_baseline_settle(struct gates_baseline *base)
{
    size_t kept = 0;

    if (!base->unsettled)
        return;
    base->unsettled = false;
    for (size_t i = 0; i < base->known_len; i++)
        base->known[i].order = i;
    if (base->known_len > 0)
        qsort(base->known, base->known_len, sizeof(*base->known),
              compare_order);
    for (size_t i = 0; i < base->known_len; i++) {
        const struct gates_known *k = &base->known[i];

        if (k->count == 0)
            continue;
        if (kept > 0 && !strcmp(base->known[kept - 1].fp, k->fp))
            merge(&base->known[kept - 1], k);
        else
            base->known[kept++] = *k;
    }
    base->known_len = kept;
}

void gates_baseline_add(struct gates_baseline *base,
                        const struct gates_known *known)
{
    struct gates_known *last =
        base->known_len > 0 ? &base->known[base->known_len - 1] : NULL;
    int order = last ? strcmp(last->fp, known->fp) : -1;

    if (order == 0) {
        merge(last, known);
        return;
    }
    base->unsettled |= order > 0;
    base->known = grow(base, base->known, base->known_len, &base->known_cap,
                       sizeof(*base->known));
    base->known[base->known_len++] = *known;
}

struct gates_covered *gates_baseline_covered(struct gates_baseline *base,
                                             const char *gate, bool add)
{
    for (size_t i = 0; i < base->covered_len; i++) {
        if (!strcmp(base->covered[i].gate, gate))
            return &base->covered[i];
    }
    if (!add)
        return NULL;
    base->covered = grow(base, base->covered, base->covered_len,
                         &base->covered_cap, sizeof(*base->covered));
    base->covered[base->covered_len] =
        (struct gates_covered){.gate = td_arena_copy(&base->arena, gate)};
    return &base->covered[base->covered_len++];
}

struct gates_counted *gates_baseline_counted(struct gates_baseline *base,
                                             const char *gate, const char *name,
                                             bool add)
{
    for (size_t i = 0; i < base->counted_len; i++) {
        if (!strcmp(base->counted[i].gate, gate) &&
            !strcmp(base->counted[i].name, name))
            return &base->counted[i];
    }
    if (!add)
        return NULL;
    base->counted = grow(base, base->counted, base->counted_len,
                         &base->counted_cap, sizeof(*base->counted));
    base->counted[base->counted_len] =
        (struct gates_counted){.gate = td_arena_copy(&base->arena, gate),
                               .name = td_arena_copy(&base->arena, name)};
    return &base->counted[base->counted_len++];
}

void gates_baseline_tighten(struct gates_baseline *base, const char *tool)
{
    size_t kept = 0;

    gates_baseline_settle(base);
    for (size_t i = 0; i < base->known_len; i++) {
        struct gates_known *k = &base->known[i];

        if (!strcmp(k->tool, tool) && k->seen < k->count)
            k->count = k->seen;
        if (k->lines_len > k->count)
            k->lines_len = (size_t)k->count;
        if (k->count > 0)
            base->known[kept++] = *k;
    }
    base->known_len = kept;
}
