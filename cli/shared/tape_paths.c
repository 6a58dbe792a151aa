#include "cli/shared/tape_paths.h"

#include "core/mem.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool ends_with(const char *name, size_t len, const char *end)
{
    size_t n = strlen(end);

    return len > n && memcmp(name + len - n, end, n) == 0;
}

bool cli_names_tape(const char *name)
{
    size_t len = strlen(name);

    if (name[0] == '.')
        return false;
    if (ends_with(name, len, ".gz"))
        len -= 3;
    return ends_with(name, len, ".tape") || ends_with(name, len, ".ndjson") ||
           ends_with(name, len, ".jsonl");
}

static void add(struct cli_tape_paths *paths, const char *path)
{
    paths->list = (const char **)td_realloc(
        (void *)paths->list, (paths->len + 2) * sizeof(*paths->list));
    paths->list[paths->len++] = path;
    paths->list[paths->len] = NULL;
}

static int by_name(const void *a, const void *b)
{
    const char *const *x = (const char *const *)a;
    const char *const *y = (const char *const *)b;

    return strcmp(*x, *y);
}

/* A pipe or a device, which may have no end. Folders, and links that lead
 * nowhere, are told when they are opened.
 */
static bool is_endless(DIR *dir, const char *name)
{
    struct stat is;

    return fstatat(dirfd(dir), name, &is, 0) == 0 && !S_ISREG(is.st_mode) &&
           !S_ISDIR(is.st_mode);
}

static enum td_code add_all(struct cli_tape_paths *paths, const char *path,
                            DIR *dir, struct td_error *err)
{
    size_t len = strlen(path);
    const char *slash = len > 0 && path[len - 1] == '/' ? "" : "/";
    uint32_t from = paths->len;
    const struct dirent *entry;

    while ((entry = readdir(dir)) != NULL) {
        if (!cli_names_tape(entry->d_name) || is_endless(dir, entry->d_name))
            continue;
        if (paths->len - from == CLI_TAPE_PATHS_MAX)
            return td_error_set(err, TD_LIMIT, path, 0,
                                "more than %d tapes in one folder",
                                CLI_TAPE_PATHS_MAX);
        add(paths, td_arena_print(&paths->arena, "%s%s%s", path, slash,
                                  entry->d_name));
    }
    if (paths->len > from) {
        qsort((void *)(paths->list + from), paths->len - from,
              sizeof(*paths->list), by_name);
        return TD_OK;
    }
    (void)td_error_set(err, TD_USAGE, path, 0, "has no tapes");
    return td_error_hint(err, "a folder stands for the files in it that end "
                              "with .tape, .ndjson or .jsonl, or these and "
                              ".gz");
}

enum td_code cli_tape_paths_add(struct cli_tape_paths *paths, const char *path,
                                struct td_error *err)
{
    struct stat is;
    enum td_code code;
    DIR *dir;

    if (strcmp(path, "-") == 0 || stat(path, &is) != 0 ||
        !S_ISDIR(is.st_mode)) {
        add(paths, path);
        return TD_OK;
    }
    dir = opendir(path);
    if (!dir)
        return td_error_set(err, TD_IO, path, 0, "cannot read the folder: %s",
                            strerror(errno));
    code = add_all(paths, path, dir, err);
    (void)closedir(dir);
    return code;
}

void cli_tape_paths_release(struct cli_tape_paths *paths)
{
    free((void *)paths->list);
    td_arena_release(&paths->arena);
    *paths = (struct cli_tape_paths){.len = 0};
}
