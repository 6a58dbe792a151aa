#include "validator/gates/paths.h"

#include "core/hash.h"
#include "core/mem.h"
#include "validator/gates/git.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLOTS_FIRST  256
#define SOURCE_MAX   ((size_t)64 << 20) /* bytes of one file */
#define KNOWN_MAX    1000000            /* paths that are remembered */
#define SOURCES_MAX  4096               /* sources that are; half are used */
#define SOURCES_SIZE ((size_t)8 << 20)  /* bytes of them */

struct known {
    const char *raw;  /* NULL: free */
    const char *path; /* NULL: no file of the project */
    enum gates_path_how how;
};

/* A source that was read, until there are too many. Each gate looks whether it
 * is still the same, since commands may change sources. */
struct source {
    char *path; /* NULL: free */
    uint8_t *text;
    size_t len;
    size_t *lines; /* where each begins */
    size_t lines_len;
    unsigned gate;  /* the last one that asked */
    struct stat st; /* when it was read */
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
    char *folder;           /* the last one that a file was looked for in */
    char *folder_real;      /* the same without links; NULL: there is none */
    struct source *sources; /* SOURCES_MAX slots, or NULL */
    size_t sources_len;
    size_t sources_size;
    unsigned gate;      /* how many have begun */
    struct td_buf read; /* one of them, while it is read */
    struct td_buf full; /* where it is */
};

struct gates_paths *gates_paths_new(const char *root)
{
    struct gates_paths *paths = td_calloc(1, sizeof(*paths));

    paths->root = td_strdup(root);
    paths->dir = ".";
    td_buf_init(&paths->read, SOURCE_MAX);
    return paths;
}

static void forget_sources(struct gates_paths *paths)
{
    for (size_t i = 0; paths->sources && i < SOURCES_MAX; i++) {
        free(paths->sources[i].path);
        free(paths->sources[i].lines);
        free(paths->sources[i].text);
    }
    free(paths->sources);
    paths->sources = NULL;
    paths->sources_len = 0;
    paths->sources_size = 0;
}

void gates_paths_free(struct gates_paths *paths)
{
    if (!paths)
        return;
    free(paths->root);
    free(paths->slots);
    free(paths->folder);
    free(paths->folder_real);
    forget_sources(paths);
    td_buf_release(&paths->read);
    td_buf_release(&paths->full);
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
    free(paths->folder);
    paths->folder = NULL;
    paths->gate++;
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

/* Without links, or NULL. Reports name many files of a folder one after the
 * other, so that the last answer is kept.
 */
static const char *real_folder(struct gates_paths *paths, const char *folder)
{
    if (!paths->folder || strcmp(paths->folder, folder) != 0) {
        free(paths->folder);
        free(paths->folder_real);
        paths->folder = td_strdup(folder);
        paths->folder_real = realpath(folder, NULL);
    }
    return paths->folder_real;
}

/* Valid until the next call. */
static char *join(struct gates_paths *paths, const char *dir, const char *path)
{
    struct td_buf *full = &paths->full;

    td_buf_clear(full);
    if (*dir != '/') {
        (void)td_buf_add_text(full, paths->root);
        (void)td_buf_add_byte(full, '/');
    }
    (void)td_buf_add_text(full, dir);
    (void)td_buf_add_byte(full, '/');
    (void)td_buf_add_text(full, path);
    (void)td_buf_str(full);
    return (char *)full->ptr;
}

/* The regular file that a path leads to once links are followed, in real. */
static bool real_file(struct gates_paths *paths, char *path,
                      char real[static PATH_MAX], struct stat *st)
{
    char *leaf = strrchr(path, '/') + 1;
    const char *folder;
    size_t len;

    if (!*leaf || !strcmp(leaf, ".") || !strcmp(leaf, ".."))
        return false;
    leaf[-1] = '\0';
    folder = real_folder(paths, *path ? path : "/");
    leaf[-1] = '/';
    len = folder ? strlen(folder) : 0;
    if (!folder || len + 1 + strlen(leaf) >= PATH_MAX)
        return false;
    memcpy(real, folder, len);
    real[len] = '/';
    memcpy(real + len + 1, leaf, strlen(leaf) + 1);
    if (lstat(real, st) != 0 ||
        (S_ISLNK(st->st_mode) &&
         (!realpath(path, real) || stat(real, st) != 0)))
        return false;
    return S_ISREG(st->st_mode);
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
           a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* The source of that path, or the free slot for it. */
static struct source *source_slot(struct gates_paths *paths, const char *path)
{
    size_t i = (size_t)td_hash(td_text(path)) & (SOURCES_MAX - 1);

    if (!paths->sources)
        paths->sources = td_calloc(SOURCES_MAX, sizeof(*paths->sources));
    while (paths->sources[i].path && strcmp(paths->sources[i].path, path) != 0)
        i = (i + 1) & (SOURCES_MAX - 1);
    return &paths->sources[i];
}

/* What an earlier gate read of it still holds, if it is the same file: it need
 * not be looked at once more.
 */
static void note_seen(struct gates_paths *paths, const char *path,
                      const struct stat *st)
{
    struct source *s = paths->sources ? source_slot(paths, path) : NULL;

    if (s && s->path && is_same_file(st, &s->st))
        s->gate = paths->gate;
}

/* root/dir/path, if it is a file there once links are followed. */
static const char *try_under(struct gates_paths *paths, const char *dir,
                             const char *path)
{
    char real[PATH_MAX];
    struct stat st;
    const char *found;

    if (*path == '/') {
        td_buf_clear(&paths->full);
        (void)td_buf_add_text(&paths->full, path);
        (void)td_buf_str(&paths->full);
    } else {
        (void)join(paths, dir, path);
    }
    if (!real_file(paths, (char *)paths->full.ptr, real, &st) ||
        !below(paths, real))
        return NULL;
    found = td_arena_copy(&paths->arena, below(paths, real));
    note_seen(paths, found, &st);
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

/* A file of that name is here, and it is not this one of the project: a header
 * of the system, a library. One of the same length is a copy, as what is
 * installed or in a sandbox is.
 */
static bool is_another(struct gates_paths *paths, const char *path,
                       const char *found)
{
    struct stat there;
    struct stat own;

    return *path == '/' && stat(path, &there) == 0 && S_ISREG(there.st_mode) &&
           stat(join(paths, paths->root, found), &own) == 0 &&
           there.st_size != own.st_size;
}

/* Without git there is no list of files: the end has to stand below the root.
 */
static const char *try_ends(struct gates_paths *paths, const char *path,
                            enum gates_path_how *how)
{
    ask_git(paths);
    for (const char *tail = path; *tail;) {
        bool many = false;
        const char *found;

        while (*tail == '/')
            tail++;
        found = paths->files.len > 0 ? only_end(paths, tail, &many)
                                     : try_under(paths, ".", tail);
        if (many && tail == path)
            *how = GATES_PATH_MANY;
        else if (found && tail != path && strcmp(found, tail) != 0)
            *how = GATES_PATH_LIKELY;
        if (found || many)
            return found && !is_another(paths, path, found) ? found : NULL;
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

const char *gates_paths_guess(struct gates_paths *paths, struct td_bytes raw,
                              enum gates_path_how *how)
{
    struct known *slot;
    const char *path;
    char *text;

    *how = GATES_PATH_SURE;
    if (raw.len == 0 || raw.len >= PATH_MAX || memchr(raw.ptr, 0, raw.len))
        return NULL;
    make_room(paths);
    slot = slot_of(paths, raw);
    if (slot->raw) {
        *how = slot->how;
        return slot->path;
    }
    text = plain(raw);
    path = look_for(paths, text);
    normalize(text);
    if (!path && *text)
        path = try_ends(paths, text, how);
    free(text);
    if (paths->used < KNOWN_MAX) {
        slot->raw = td_arena_text(&paths->arena, raw);
        slot->path = path;
        slot->how = *how;
        paths->used++;
    }
    return path;
}

const char *gates_paths_find(struct gates_paths *paths, struct td_bytes raw)
{
    enum gates_path_how how;

    return gates_paths_guess(paths, raw, &how);
}

static void find_lines(struct source *s)
{
    size_t cap = 0;

    for (size_t at = 0; at < s->len;) {
        const uint8_t *end = memchr(s->text + at, '\n', s->len - at);

        if (s->lines_len == cap) {
            cap = cap * 2 + 64;
            s->lines = td_realloc(s->lines, cap * sizeof(*s->lines));
        }
        s->lines[s->lines_len++] = at;
        at = end ? (size_t)(end - s->text) + 1 : s->len;
    }
}

/* One read is all of a file that nobody writes to: stat told how long it is. */
static bool read_whole(struct td_buf *out, const char *path, struct stat *st)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    uint8_t *room;
    ssize_t len = -1;

    if (fd < 0)
        return false;
    if (fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_size >= 0 &&
        (room = td_buf_room(out, (size_t)st->st_size)))
        len = read(fd, room, (size_t)st->st_size);
    (void)close(fd);
    out->len = len > 0 ? (size_t)len : 0;
    return len >= 0;
}

static void read_source(struct gates_paths *paths, struct source *s)
{
    td_buf_clear(&paths->read);
    s->st = (struct stat){0};
    if (!read_whole(&paths->read, join(paths, paths->root, s->path), &s->st))
        td_buf_clear(&paths->read);
    s->len = paths->read.len;
    s->text = td_calloc(s->len + 1, 1);
    if (s->len > 0)
        memcpy(s->text, paths->read.ptr, s->len);
    find_lines(s);
    paths->sources_size += s->len;
}

static void read_again(struct gates_paths *paths, struct source *s)
{
    free(s->text);
    free(s->lines);
    paths->sources_size -= s->len;
    s->lines = NULL;
    s->lines_len = 0;
    read_source(paths, s);
}

/* Is it what was read for an earlier gate? */
static bool is_current(struct gates_paths *paths, struct source *s)
{
    struct stat st;

    if (s->gate == paths->gate)
        return true;
    s->gate = paths->gate;
    return stat(join(paths, paths->root, s->path), &st) == 0 &&
           is_same_file(&st, &s->st);
}

static const struct source *source_of(struct gates_paths *paths,
                                      const char *path)
{
    struct source *s = source_slot(paths, path);

    if (s->path && !is_current(paths, s))
        read_again(paths, s);
    if (s->path)
        return s;
    if (paths->sources_len >= SOURCES_MAX / 2 ||
        paths->sources_size > SOURCES_SIZE) {
        forget_sources(paths);
        s = source_slot(paths, path);
    }
    s->path = td_strdup(path);
    s->gate = paths->gate;
    read_source(paths, s);
    paths->sources_len++;
    return s;
}

struct td_bytes gates_paths_source(struct gates_paths *paths, const char *path)
{
    const struct source *s = source_of(paths, path);

    return td_bytes(s->text, s->len);
}

struct td_bytes gates_paths_line(struct gates_paths *paths, const char *path,
                                 uint64_t line, uint64_t *lines)
{
    const struct source *s = source_of(paths, path);
    size_t from;
    size_t end;

    if (lines)
        *lines = s->lines_len;
    if (line == 0 || line > s->lines_len)
        return td_bytes("", 0);
    from = s->lines[line - 1];
    end = line < s->lines_len ? s->lines[line] : s->len;
    while (end > from && (s->text[end - 1] == '\n' || s->text[end - 1] == '\r'))
        end--;
    return td_bytes(s->text + from, end - from);
}

struct td_bytes gates_paths_excerpt(struct gates_paths *paths, const char *path,
                                    uint64_t line)
{
    struct td_bytes text = gates_paths_line(paths, path, line, NULL);
    size_t len = text.len < GATES_EXCERPT_MAX ? text.len : GATES_EXCERPT_MAX;

    while (len > 0 && len < text.len && (text.ptr[len] & 0xc0) == 0x80)
        len--;
    return td_bytes(text.ptr, len);
}
