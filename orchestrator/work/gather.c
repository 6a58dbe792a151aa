#include "orchestrator/work/files_internal.h"

#include "core/glob.h"
#include "core/mem.h"
#include "orchestrator/work/place_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PARTS_MAX 64 /* of a pattern */

struct gather {
    const struct work_place *place;
    struct work_files *out;
    struct work_file *list; /* grows here, and is copied when it is whole */
    size_t count;
    struct td_error *err;
    unsigned depth;
};

/* A path while it is made longer and shorter. */
struct path {
    char text[WORK_PATH_MAX + 1];
    size_t len;
};

static enum td_code refuse(struct gather *g, const char *path, const char *why,
                           const char *mend)
{
    (void)td_error_set(g->err, TD_FAILED, path, 0, "%s", why);
    (void)td_error_hint(g->err, "%s", mend);
    return TD_FAILED;
}

static enum td_code add(struct gather *g, const char *path, enum work_kind kind)
{
    if (g->count >= WORK_FILES_MAX)
        return td_error_set(g->err, TD_LIMIT, path, 0,
                            "is one of more than %d files", WORK_FILES_MAX);
    g->list = td_list_room(g->list, g->count, sizeof(*g->list));
    g->list[g->count++] = (struct work_file){
        .path = td_arena_copy(&g->out->arena, path), .kind = kind};
    return TD_OK;
}

static void add_missing(struct work_files *out, const char *name)
{
    const char **list =
        td_arena_alloc(&out->arena, (out->missing_count + 1) * sizeof(*list));

    for (uint32_t i = 0; i < out->missing_count; i++)
        list[i] = out->missing[i];
    list[out->missing_count++] = td_arena_copy(&out->arena, name);
    out->missing = list;
}

/* Append a part; false: the path is too long. */
static bool deeper(struct path *path, const char *part)
{
    size_t len = strlen(part);
    size_t slash = path->len > 0;

    if (path->len + slash + len > WORK_PATH_MAX)
        return false;
    if (slash)
        path->text[path->len] = '/';
    memcpy(path->text + path->len + slash, part, len + 1);
    path->len += slash + len;
    return true;
}

static void back(struct path *path, size_t len)
{
    path->len = len;
    path->text[len] = 0;
}

static const char *shown(const struct path *path)
{
    return path->len ? path->text : ".";
}

/* What a path leads to, through links. -1 and errno. */
static int look(const struct gather *g, const char *path, struct stat *st)
{
    int fd = work_beneath(g->place->root_fd, path, O_PATH);
    int rc = fd < 0 ? -1 : fstat(fd, st);

    if (fd >= 0)
        (void)close(fd);
    return rc;
}

static bool is_state(const struct gather *g, const struct stat *st)
{
    return st->st_dev == g->place->state_dev &&
           st->st_ino == g->place->state_ino;
}

static bool is_link(const struct gather *g, const char *path)
{
    struct stat st;

    /* Only the last part: what is before it was opened beneath the root. */
    return fstatat(g->place->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISLNK(st.st_mode);
}

/* A folder's names, sorted by their bytes. */
struct names {
    char **list;
    size_t count;
};

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_names(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
    *names = (struct names){0};
}

static bool is_shown(const struct path *path, const char *name)
{
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           (path->len > 0 || strcmp(name, WORK_STATE) != 0);
}

static enum td_code read_names(struct gather *g, const struct path *path,
                               struct names *names)
{
    int fd =
        work_beneath(g->place->root_fd, shown(path), O_RDONLY | O_DIRECTORY);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *e;

    *names = (struct names){0};
    if (!dir) {
        int why = errno;

        if (fd >= 0)
            (void)close(fd);
        return work_beneath_failed(shown(path), why, g->err);
    }
    while (names->count <= WORK_FILES_MAX && (e = readdir(dir)) != NULL)
        if (is_shown(path, e->d_name)) {
            names->list =
                td_list_room(names->list, names->count, sizeof(char *));
            names->list[names->count++] = td_strdup(e->d_name);
        }
    (void)closedir(dir);
    if (names->count)
        qsort(names->list, names->count, sizeof(char *), by_bytes);
    return TD_OK;
}

/* A file may be called *, though no plan can name just this one. */
static bool untold(struct gather *g, const struct path *path)
{
    return work_name_check(path->text, WORK_PATTERN, NULL) &&
           refuse(g, path->text, "has a name that may not be told",
                  "rename it: no control characters, UTF-8");
}

static enum td_code tree(struct gather *g, struct path *path);

/* As deep as what is looked at, to WORK_DEPTH. */
/* NOLINTBEGIN(misc-no-recursion) */
/* One thing in a tree. */
static enum td_code leaf(struct gather *g, struct path *path)
{
    struct stat st;

    if (untold(g, path))
        return TD_FAILED;
    if (look(g, path->text, &st) != 0) {
        if (errno == ENOENT)
            return refuse(g, path->text, "is a link to nothing", "remove it");
        return work_beneath_failed(path->text, errno, g->err);
    }
    if (S_ISREG(st.st_mode))
        return add(g, path->text, WORK_FILE);
    if (!S_ISDIR(st.st_mode))
        return refuse(g, path->text, "is neither a file nor a folder",
                      "remove it, or name the files one by one");
    if (is_state(g, &st))
        return TD_OK;
    return is_link(g, path->text) ? add(g, path->text, WORK_LINK)
                                  : tree(g, path);
}

/* Everything in the folder. */
static enum td_code tree(struct gather *g, struct path *path)
{
    struct names names;
    size_t len = path->len;
    enum td_code code;

    if (++g->depth > WORK_DEPTH)
        return td_error_set(g->err, TD_LIMIT, path->text, 0,
                            "is deeper than %d folders", WORK_DEPTH);
    code = read_names(g, path, &names);
    for (size_t i = 0; i < names.count && !code; i++) {
        if (!deeper(path, names.list[i]))
            code = td_error_set(g->err, TD_LIMIT, path->text, 0,
                                "holds a path of more than %d bytes",
                                WORK_PATH_MAX);
        else
            code = leaf(g, path);
        back(path, len);
    }
    free_names(&names);
    g->depth--;
    return code;
}
/* NOLINTEND(misc-no-recursion) */

/* "model/", or "model" that a pattern with a last slash has found. */
static enum td_code whole_tree(struct gather *g, struct path *path)
{
    char text[WORK_PATH_MAX + 2];
    enum td_code code;

    memcpy(text, path->text, path->len);
    memcpy(text + path->len, "/", 2);
    code = add(g, path->len ? text : "./", WORK_FOLDER);
    return code ? code : tree(g, path);
}

static enum td_code plain(struct gather *g, const char *name)
{
    size_t len = strlen(name);
    bool folder = name[len - 1] == '/' || !strcmp(name, ".");
    struct path path = {.len = 0};
    struct stat st;

    if (strcmp(name, ".") != 0) {
        path.len = len - (name[len - 1] == '/');
        memcpy(path.text, name, path.len);
    }
    if (look(g, shown(&path), &st) != 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            return work_beneath_failed(name, errno, g->err);
        add_missing(g->out, name);
        return TD_OK;
    }
    if (folder && !S_ISDIR(st.st_mode))
        return refuse(g, name, "is no folder", "take the last / away");
    if (folder)
        return whole_tree(g, &path);
    if (S_ISDIR(st.st_mode))
        return refuse(g, name, "is a folder", "write a / behind it");
    if (!S_ISREG(st.st_mode))
        return refuse(g, name, "is neither a file nor a folder", "name a file");
    return add(g, name, WORK_FILE);
}

/* A pattern by its parts. Which of them may come next is a set of bits, so that
 * a folder is read once, however many ** lead to it. */
struct pattern {
    struct td_bytes parts[PARTS_MAX];
    unsigned count;
    bool tail; /* a slash behind them: all that is in what they find */
};

static bool split(struct pattern *p, const char *text)
{
    struct td_bytes rest = td_text(text);
    bool more = true;

    *p = (struct pattern){.count = 0};
    while (more) {
        struct td_bytes part = td_glob_part(&rest, &more);

        if (!more && part.len == 0)
            p->tail = true;
        else if (p->count == PARTS_MAX)
            return false;
        else
            p->parts[p->count++] = part;
    }
    return true;
}

static bool is_deep(const struct pattern *p, unsigned i)
{
    return td_bytes_is(p->parts[i], "**");
}

/* What a name may be. */
struct found {
    uint64_t by_name; /* what may come in it, if it is a folder */
    uint64_t by_deep; /* the same, if it is no link */
    bool file;        /* it is one that was meant */
    bool whole;       /* all that is in it is */
};

/* With what may come where a ** is nothing. */
static uint64_t closed(const struct pattern *p, uint64_t states)
{
    for (unsigned i = 0; i + 1 < p->count; i++)
        if (is_deep(p, i) && (states >> i & 1))
            states |= UINT64_C(2) << i;
    return states;
}

static void step(struct found *f, const struct pattern *p, unsigned i,
                 const char *name)
{
    bool last = i + 1 == p->count;

    if (is_deep(p, i)) {
        if (name[0] == '.')
            return;
        f->by_deep |= UINT64_C(1) << i;
        f->file = f->file || (last && !p->tail);
    } else if (td_glob_name(p->parts[i], td_text(name), 0)) {
        f->file = f->file || (last && !p->tail);
        f->whole = f->whole || (last && p->tail);
        f->by_name |= last ? 0 : UINT64_C(2) << i;
    }
}

static bool ends_deep(const struct pattern *p, uint64_t states)
{
    return p->tail && is_deep(p, p->count - 1) &&
           (states >> (p->count - 1) & 1);
}

static enum td_code match(struct gather *g, struct path *path,
                          const struct pattern *p, uint64_t states);

/* NOLINTBEGIN(misc-no-recursion) */
static enum td_code matched(struct gather *g, struct path *path,
                            const struct pattern *p, const struct found *f)
{
    bool named = f->file || f->whole || f->by_name;
    uint64_t states = f->by_name;
    struct stat st;

    if (named && untold(g, path))
        return TD_FAILED;
    if (look(g, path->text, &st) != 0) {
        if (named && errno == ENOENT && is_link(g, path->text))
            return refuse(g, path->text, "is a link to nothing", "remove it");
        return !named || errno == ENOENT
                   ? TD_OK
                   : work_beneath_failed(path->text, errno, g->err);
    }
    if (S_ISREG(st.st_mode))
        return f->file ? add(g, path->text, WORK_FILE) : TD_OK;
    if (!S_ISDIR(st.st_mode) || is_state(g, &st))
        return TD_OK;
    if (f->whole)
        return whole_tree(g, path);
    if (!is_link(g, path->text))
        states |= f->by_deep;
    return states ? match(g, path, p, states) : TD_OK;
}

/* Each name of the folder that fits one of the states. */
static enum td_code match_names(struct gather *g, struct path *path,
                                const struct pattern *p, uint64_t states)
{
    struct names names;
    size_t len = path->len;
    enum td_code code = read_names(g, path, &names);

    for (size_t n = 0; n < names.count && !code; n++) {
        struct found f = {0};

        for (unsigned i = 0; i < p->count; i++)
            if (states >> i & 1)
                step(&f, p, i, names.list[n]);
        if ((f.file || f.whole || f.by_name || f.by_deep) &&
            deeper(path, names.list[n]))
            code = matched(g, path, p, &f);
        back(path, len);
    }
    free_names(&names);
    return code;
}

static enum td_code match(struct gather *g, struct path *path,
                          const struct pattern *p, uint64_t states)
{
    enum td_code code = TD_LIMIT;

    states = closed(p, states);
    if (ends_deep(p, states))
        return whole_tree(g, path);
    if (++g->depth > WORK_DEPTH)
        (void)td_error_set(g->err, TD_LIMIT, path->text, 0,
                           "is deeper than %d folders", WORK_DEPTH);
    else
        code = match_names(g, path, p, states);
    g->depth--;
    return code;
}
/* NOLINTEND(misc-no-recursion) */

static int by_path(const void *a, const void *b)
{
    const struct work_file *x = a;
    const struct work_file *y = b;

    return strcmp(x->path, y->path);
}

/* Sorted, each once, into the arena. */
static void settle(struct gather *g)
{
    struct work_files *out = g->out;

    if (g->count)
        qsort(g->list, g->count, sizeof(*g->list), by_path);
    out->list =
        td_arena_alloc(&out->arena, (g->count + 1) * sizeof(*out->list));
    for (size_t i = 0; i < g->count; i++)
        if (!out->count ||
            strcmp(out->list[out->count - 1].path, g->list[i].path) != 0)
            out->list[out->count++] = g->list[i];
}

static enum td_code one_name(struct gather *g, const char *name, bool strict)
{
    enum td_code code = work_name_check(name, WORK_PATTERN, g->err);
    size_t before = g->count;
    struct path path = {.len = 0};
    struct pattern pattern;

    if (code)
        return code;
    if (!work_is_pattern(name))
        return plain(g, name);
    if (!split(&pattern, name))
        return td_error_set(g->err, TD_LIMIT, name, 0, "has more than %d parts",
                            PARTS_MAX);
    code = match(g, &path, &pattern, 1);
    if (!code && strict && g->count == before)
        add_missing(g->out, name);
    return code;
}

enum td_code work_gather(const struct work_place *place,
                         const struct plan_words *names, bool strict,
                         struct work_files *out, struct td_error *err)
{
    struct gather g = {.place = place, .out = out, .err = err};
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < names->count && !code; i++)
        code = one_name(&g, names->list[i], strict);
    settle(&g);
    free(g.list);
    return code;
}
