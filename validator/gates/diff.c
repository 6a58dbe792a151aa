/* Reading what `git diff -U0` says. */
#include "validator/gates/git.h"

#include <stdlib.h>
#include <string.h>

struct diff {
    struct gates_changes *changes;
    struct td_arena *arena;
    struct td_bytes rest;
    struct gates_change *file; /* that the lines are about, or NULL */
    bool module;               /* it is a commit, not a file */
    size_t cap;
    size_t ranges_cap;
    size_t hunks_cap;
};

static struct td_bytes take_line(struct diff *d)
{
    const uint8_t *end = memchr(d->rest.ptr, '\n', d->rest.len);
    size_t len = end ? (size_t)(end - d->rest.ptr) : d->rest.len;
    struct td_bytes line = td_bytes(d->rest.ptr, len);

    d->rest.ptr += len + (end != NULL);
    d->rest.len -= len + (end != NULL);
    return line;
}

static bool starts(struct td_bytes line, const char *with)
{
    size_t len = strlen(with);

    return line.len >= len && !memcmp(line.ptr, with, len);
}

static bool ends(struct td_bytes line, const char *with)
{
    size_t len = strlen(with);

    return line.len >= len && !memcmp(line.ptr + line.len - len, with, len);
}

/* One character of a C-quoted name; *at is behind the backslash. */
static uint8_t unquote(const uint8_t *p, size_t len, size_t *at)
{
    static const char names[] = "abtnvfr\"\\";
    static const char means[] = "\a\b\t\n\v\f\r\"\\";
    const char *found = memchr(names, p[*at], sizeof(names) - 1);

    if (found) {
        ++*at;
        return (uint8_t)means[found - names];
    }
    if (*at + 3 <= len) {
        *at += 3;
        return (uint8_t)((p[*at - 3] - '0') << 6 | (p[*at - 2] - '0') << 3 |
                         (p[*at - 1] - '0'));
    }
    return p[(*at)++];
}

/* A name as git writes it: as it is, up to a TAB, or C-quoted. */
static const char *take_path(struct diff *d, struct td_bytes name, size_t skip)
{
    struct td_buf text = {0};
    const char *path;

    if (name.len > 0 && name.ptr[0] == '"') {
        for (size_t i = 1; i < name.len && name.ptr[i] != '"';) {
            uint8_t c = name.ptr[i++];

            if (c == '\\' && i < name.len)
                c = unquote(name.ptr, name.len, &i);
            (void)td_buf_add_byte(&text, c);
        }
    } else {
        const uint8_t *tab = memchr(name.ptr, '\t', name.len);

        (void)td_buf_add(&text, name.ptr,
                         tab ? (size_t)(tab - name.ptr) : name.len);
    }
    path = text.len < skip ? ""
                           : td_arena_text(d->arena, td_bytes(text.ptr + skip,
                                                              text.len - skip));
    td_buf_release(&text);
    return path;
}

static struct td_bytes behind(struct td_bytes line, const char *word)
{
    size_t len = strlen(word);

    return td_bytes(line.ptr + len, line.len - len);
}

/* Room for one more in an array of the arena. */
static void *grow(struct td_arena *arena, void *list, size_t len, size_t *cap,
                  size_t size)
{
    void *more;

    if (len < *cap)
        return list;
    *cap = *cap * 2 + 8;
    more = td_arena_alloc(arena, *cap * size);
    if (len > 0)
        memcpy(more, list, len * size);
    return more;
}

static void begin_file(struct diff *d)
{
    struct gates_changes *c = d->changes;

    c->list = grow(d->arena, c->list, c->len, &d->cap, sizeof(*c->list));
    d->file = &c->list[c->len++];
    *d->file = (struct gates_change){.path = ""};
    d->ranges_cap = 0;
    d->hunks_cap = 0;
    d->module = false;
}

static uint64_t take_number(struct td_bytes *line)
{
    uint64_t n = 0;

    while (line->len > 0 && *line->ptr >= '0' && *line->ptr <= '9') {
        n = n * 10 + (uint64_t)(*line->ptr - '0');
        line->ptr++;
        line->len--;
        if (n > UINT32_MAX)
            return UINT32_MAX;
    }
    return n;
}

/* "12,3" or "12" behind a sign. */
static bool take_span(struct td_bytes *line, char sign, uint64_t *from,
                      uint64_t *count)
{
    if (line->len < 2 || *line->ptr != (uint8_t)sign)
        return false;
    line->ptr++;
    line->len--;
    *from = take_number(line);
    *count = 1;
    if (line->len > 0 && *line->ptr == ',') {
        line->ptr++;
        line->len--;
        *count = take_number(line);
    }
    if (line->len == 0 || *line->ptr != ' ')
        return false;
    line->ptr++;
    line->len--;
    return true;
}

static void keep_hunk(struct diff *d, const struct gates_hunk *hunk)
{
    struct gates_change *f = d->file;

    f->hunks =
        grow(d->arena, f->hunks, f->hunks_len, &d->hunks_cap, sizeof(*hunk));
    f->hunks[f->hunks_len++] = *hunk;
    if (hunk->count == 0)
        return;
    f->lines =
        grow(d->arena, f->lines, f->len, &d->ranges_cap, sizeof(*f->lines));
    f->lines[f->len++] =
        (struct verdict_range){hunk->from, hunk->from + hunk->count - 1};
}

/* "@@ -1,2 +3,4 @@": its lines are passed over by their number, whatever they
 * look like. */
static bool take_hunk(struct diff *d, struct td_bytes line)
{
    struct gates_hunk hunk = {0};

    line = behind(line, "@@ ");
    if (!d->file || !take_span(&line, '-', &hunk.old_from, &hunk.old_count) ||
        !take_span(&line, '+', &hunk.from, &hunk.count))
        return false;
    if (!d->module)
        keep_hunk(d, &hunk);
    for (uint64_t n = hunk.old_count + hunk.count; n > 0 && d->rest.len > 0;
         n--) {
        if (d->rest.ptr[0] == '\\')
            n++;
        (void)take_line(d);
    }
    return true;
}

/* "Binary files a/NAME and b/NAME differ", one of them /dev/null if it is added
 * or removed: so is text that attributes call -diff, or that has a NUL. Git
 * tells no lines of it, so that all of them have changed.
 */
static void take_binary(struct diff *d, struct td_bytes line)
{
    static const char none[] = "/dev/null and ";
    static const char gone[] = " and /dev/null differ";
    struct td_bytes names = behind(line, "Binary files ");
    size_t half;

    if (names.len < strlen("a/x and b/x differ") || ends(names, gone))
        return;
    names.len -= strlen(" differ");
    half = (names.len - strlen(" and ")) / 2;
    if (starts(names, none))
        names = behind(names, none);
    else if (!memcmp(names.ptr + half, " and ", 5))
        names = td_bytes(names.ptr + half + 5, half);
    d->file->all = true;
    if (!*d->file->path)
        d->file->path = take_path(d, names, 2);
}

static bool take_header(struct diff *d, struct td_bytes line)
{
    if (starts(line, "diff --git ")) {
        begin_file(d);
        return true;
    }
    if (!d->file)
        return line.len == 0;
    if (ends(line, " 160000"))
        d->module = true;
    else if (starts(line, "+++ ") && !starts(line, "+++ /dev/null"))
        d->file->path = take_path(d, behind(line, "+++ "), 2);
    else if (starts(line, "rename from "))
        d->file->old = take_path(d, behind(line, "rename from "), 0);
    else if (starts(line, "rename to "))
        d->file->path = take_path(d, behind(line, "rename to "), 0);
    else if (starts(line, "Binary files "))
        take_binary(d, line);
    else if (starts(line, "@@ "))
        return take_hunk(d, line);
    return true;
}

enum td_code gates_diff_read(struct gates_changes *changes,
                             struct td_arena *arena, struct td_bytes diff,
                             struct td_error *err)
{
    struct diff d = {
        .changes = changes, .arena = arena, .rest = diff, .cap = changes->len};

    while (d.rest.len > 0) {
        if (!take_header(&d, take_line(&d)))
            return td_error_set(err, TD_TOOL, "git diff", 0,
                                "its answer is not understood");
    }
    return TD_OK;
}

/* ---- lines through a diff ---- */

/* The first line of a span, and behind its last. */
static struct verdict_range span(uint64_t from, uint64_t count)
{
    uint64_t first = from + (count == 0);

    return (struct verdict_range){first, first + count};
}

bool gates_change_forward(const struct gates_change *change, uint64_t line,
                          struct verdict_range *now)
{
    uint64_t moved = line;

    for (size_t i = 0; i < change->hunks_len; i++) {
        const struct gates_hunk *h = &change->hunks[i];
        struct verdict_range old = span(h->old_from, h->old_count);
        struct verdict_range new = span(h->from, h->count);

        if (line < old.from)
            break;
        if (line >= old.to) {
            moved = line - old.to + new.to;
            continue;
        }
        *now = (struct verdict_range){new.from, new.to - 1};
        if (h->count == h->old_count)
            now->from = now->to = line - old.from + new.from;
        return h->count > 0;
    }
    *now = (struct verdict_range){moved, moved};
    return true;
}

uint64_t gates_change_back(const struct gates_change *change, uint64_t line)
{
    uint64_t before = line;

    if (change->all)
        return 0;
    for (size_t i = 0; i < change->hunks_len; i++) {
        const struct gates_hunk *h = &change->hunks[i];
        struct verdict_range old = span(h->old_from, h->old_count);
        struct verdict_range new = span(h->from, h->count);

        if (line < new.from)
            break;
        if (line < new.to)
            return 0;
        before = line - new.to + old.to;
    }
    return before;
}
