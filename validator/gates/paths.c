#include "validator/gates/paths.h"

#include "core/fs.h"
#include "core/hash.h"
#include "core/mem.h"
#include "validator/gates/git.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SLOTS_FIRST 256
#define SOURCE_MAX  ((size_t)64 << 20) /* bytes of one file */
#define KNOWN_MAX   1000000            /* paths that are remembered */

struct known {
    const char *raw;  /* NULL: free */
    const char *path; /* NULL: no file of the project */
};

struct gates_paths {
    char *root;
    struct td_arena arena;
    const char *dir;
    struct verdict_words roots;
    bool has_files;
    struct verdict_words files; /* of git, sorted */
    const char **by_end;        /* the same, sorted by their ends */
    struct known *slots;
    size_t slots_len;
    size_t used;
    char *source_path;
    struct td_buf source;
    size_t *lines; /* where each begins */
    size_t lines_len;
};

struct gates_paths *gates_paths_new(const char *root)
{
    struct gates_paths *paths = td_calloc(1, sizeof(*paths));

    paths->root = td_strdup(root);
    paths->dir = ".";
    td_buf_init(&paths->source, SOURCE_MAX);
    return paths;
}

void gates_paths_free(struct gates_paths *paths)
{
    if (!paths)
        return;
    free(paths->root);
    free(paths->slots);
    free(paths->source_path);
    free(paths->lines);
    td_buf_release(&paths->source);
    td_arena_release(&paths->arena);
    free(paths);
}

void gates_paths_from(struct gates_paths *paths, const char *dir,
                      const struct verdict_words *roots)
{
    free(paths->slots);
    paths->slots = NULL;
    paths->slots_len = 0;
    paths->used = 0;
    paths->dir = dir ? dir : ".";
    paths->roots = *roots;
}

static struct known *slot_of(struct gates_paths *paths, struct td_bytes raw)
{
    size_t i = (size_t)td_hash(raw) & (paths->slots_len - 1);

    while (paths->slots[i].raw && !td_bytes_is(raw, paths->slots[i].raw))
        i = (i + 1) & (paths->slots_len - 1);
    return &paths->slots[i];
}

static void make_room(struct gates_paths *paths)
{
    struct known *old = paths->slots;
    size_t len = paths->slots_len;

    if (paths->used * 2 < len)
        return;
    paths->slots_len = len ? len * 2 : SLOTS_FIRST;
    paths->slots = td_calloc(paths->slots_len, sizeof(*paths->slots));
    for (size_t i = 0; i < len; i++) {
        if (old[i].raw)
            *slot_of(paths, td_text(old[i].raw)) = old[i];
    }
    free(old);
}

/* Parts "." and ".." and empty ones undone; "" if it goes above its start. */
static void normalize(char *path)
{
    char *to = path;
    char *from = path;
    char *start = path + (*path == '/');

    to = start;
    while (*from) {
        size_t len = strcspn(from, "/");

        if (len == 2 && !strncmp(from, "..", 2)) {
            if (to == start) {
                *path = '\0';
                return;
            }
            while (to > start && *--to != '/')
                ;
        } else if (len > 0 && !(len == 1 && *from == '.')) {
            if (to > start)
                *to++ = '/';
            memmove(to, from, len);
            to += len;
        }
        from += len;
        from += *from == '/';
    }
    *to = '\0';
}

/* As a path of this system: without scheme and drive, with / . */
static char *plain(struct td_bytes raw)
{
    char *text;

    if (raw.len > 7 && !memcmp(raw.ptr, "file://", 7))
        raw = td_bytes(raw.ptr + 7, raw.len - 7);
    if (raw.len > 2 && isalpha(raw.ptr[0]) && raw.ptr[1] == ':' &&
        (raw.ptr[2] == '/' || raw.ptr[2] == '\\'))
        raw = td_bytes(raw.ptr + 2, raw.len - 2);
    text = td_strndup(raw.ptr, raw.len);
    for (char *c = text; *c; c++)
        *c = *c == '\\' ? '/' : *c;
    return text;
}

/* The part below the root of an absolute path, or NULL. */
static const char *below(const struct gates_paths *paths, const char *path)
{
    size_t len = strlen(paths->root);

    if (len == 1 && *path == '/')
        return path + 1;
    return !strncmp(path, paths->root, len) && path[len] == '/' ? path + len + 1
                                                                : NULL;
}

/* root/dir/path, if it is a file there once links are followed. */
static const char *try_under(struct gates_paths *paths, const char *dir,
                             const char *path)
{
    struct td_buf full = {0};
    char real[PATH_MAX];
    const char *found = NULL;
    struct stat st;

    if (*path == '/')
        (void)td_buf_add_text(&full, path);
    else if (*dir == '/')
        (void)td_buf_addf(&full, "%s/%s", dir, path);
    else
        (void)td_buf_addf(&full, "%s/%s/%s", paths->root, dir, path);
    if (realpath(td_buf_str(&full), real) && stat(real, &st) == 0 &&
        S_ISREG(st.st_mode) && below(paths, real))
        found = td_arena_copy(&paths->arena, below(paths, real));
    td_buf_release(&full);
    return found;
}

static int compare_ends(const void *x, const void *y)
{
    const char *a = *(const char *const *)x;
    const char *b = *(const char *const *)y;
    size_t i = strlen(a);
    size_t k = strlen(b);

    while (i > 0 && k > 0) {
        if (a[i - 1] != b[k - 1])
            return (unsigned char)a[i - 1] < (unsigned char)b[k - 1] ? -1 : 1;
        i--;
        k--;
    }
    return (i > 0) - (k > 0);
}

static void ask_git(struct gates_paths *paths)
{
    if (paths->has_files)
        return;
    paths->has_files = true;
    paths->files = gates_git_files(&paths->arena, paths->root);
    paths->by_end = td_arena_alloc(&paths->arena, (paths->files.len + 1) *
                                                      sizeof(*paths->by_end));
    for (size_t i = 0; i < paths->files.len; i++)
        paths->by_end[i] = paths->files.list[i];
    if (paths->files.len > 0)
        qsort(paths->by_end, paths->files.len, sizeof(*paths->by_end),
              compare_ends);
}

static bool ends_in(const char *path, const char *tail)
{
    size_t len = strlen(path);
    size_t end = strlen(tail);

    return len >= end && !strcmp(path + len - end, tail) &&
           (len == end || path[len - end - 1] == '/');
}

/* The only file that ends in this, or NULL; *many: there are several. */
static const char *only_end(const struct gates_paths *paths, const char *tail,
                            bool *many)
{
    size_t low = 0;
    size_t high = paths->files.len;
    const char *found = NULL;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (compare_ends(&paths->by_end[mid], &tail) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < paths->files.len && !*many; low++) {
        const char *path = paths->by_end[low];
        size_t len = strlen(tail);

        if (strlen(path) < len || strcmp(path + strlen(path) - len, tail) != 0)
            break;
        if (!ends_in(path, tail))
            continue;
        *many = found != NULL;
        found = path;
    }
    return *many ? NULL : found;
}

/* Without git there is no list of files: the end has to stand below the root.
 */
static const char *try_ends(struct gates_paths *paths, const char *path)
{
    ask_git(paths);
    for (const char *tail = path; *tail;) {
        bool many = false;
        const char *found;

        while (*tail == '/')
            tail++;
        found = paths->files.len > 0 ? only_end(paths, tail, &many)
                                     : try_under(paths, ".", tail);
        if (found || many)
            return found;
        tail += strcspn(tail, "/");
    }
    return NULL;
}

static const char *look_for(struct gates_paths *paths, const char *path)
{
    const char *found = NULL;

    if (*path)
        found = try_under(paths, paths->dir, path);
    if (!found && *path)
        found = try_under(paths, ".", path);
    for (size_t i = 0; *path && !found && i < paths->roots.len; i++)
        found = try_under(paths, paths->roots.list[i], path);
    return found;
}

const char *gates_paths_find(struct gates_paths *paths, struct td_bytes raw)
{
    struct known *slot;
    const char *path;
    char *text;

    if (raw.len == 0 || raw.len >= PATH_MAX || memchr(raw.ptr, 0, raw.len))
        return NULL;
    make_room(paths);
    slot = slot_of(paths, raw);
    if (slot->raw)
        return slot->path;
    text = plain(raw);
    path = look_for(paths, text);
    normalize(text);
    if (!path && *text)
        path = try_ends(paths, text);
    free(text);
    if (paths->used < KNOWN_MAX) {
        slot->raw = td_arena_text(&paths->arena, raw);
        slot->path = path;
        paths->used++;
    }
    return path;
}

static void find_lines(struct gates_paths *paths)
{
    size_t cap = 0;

    paths->lines_len = 0;
    for (size_t at = 0; at < paths->source.len;) {
        const uint8_t *end =
            memchr(paths->source.ptr + at, '\n', paths->source.len - at);

        if (paths->lines_len == cap) {
            cap = cap * 2 + 1024;
            paths->lines =
                td_realloc(paths->lines, cap * sizeof(*paths->lines));
        }
        paths->lines[paths->lines_len++] = at;
        at = end ? (size_t)(end - paths->source.ptr) + 1 : paths->source.len;
    }
}

static void load_source(struct gates_paths *paths, const char *path)
{
    struct td_buf full = {0};
    struct stat st;

    if (paths->source_path && !strcmp(paths->source_path, path))
        return;
    free(paths->source_path);
    paths->source_path = td_strdup(path);
    td_buf_clear(&paths->source);
    (void)td_buf_addf(&full, "%s/%s", paths->root, path);
    if (stat(td_buf_str(&full), &st) == 0 && S_ISREG(st.st_mode) &&
        td_fs_read(&paths->source, td_buf_str(&full), NULL))
        td_buf_clear(&paths->source);
    td_buf_release(&full);
    find_lines(paths);
}

struct td_bytes gates_paths_line(struct gates_paths *paths, const char *path,
                                 uint64_t line, uint64_t *lines)
{
    size_t from;
    size_t end;

    load_source(paths, path);
    if (lines)
        *lines = paths->lines_len;
    if (line == 0 || line > paths->lines_len)
        return td_bytes("", 0);
    from = paths->lines[line - 1];
    end = line < paths->lines_len ? paths->lines[line] : paths->source.len;
    while (end > from && (paths->source.ptr[end - 1] == '\n' ||
                          paths->source.ptr[end - 1] == '\r'))
        end--;
    return td_bytes(paths->source.ptr + from, end - from);
}
