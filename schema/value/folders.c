#include "schema/value/folders.h"

#include "core/buf.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

void schema_folders_add(struct schema_folders *folders, const char *folder)
{
    char *real = realpath(folder, NULL);

    if (!real)
        return;
    for (uint32_t i = 0; i < folders->len; i++) {
        if (!strcmp(folders->list[i], real)) {
            free(real);
            return;
        }
    }
    folders->list =
        td_realloc(folders->list, (folders->len + 1) * sizeof(*folders->list));
    folders->list[folders->len++] = real;
}

void schema_folders_add_of(struct schema_folders *folders, const char *file)
{
    const char *slash = strrchr(file, '/');
    char *folder =
        slash ? td_strndup(file, (size_t)(slash - file) + 1) : td_strdup(".");

    schema_folders_add(folders, folder);
    free(folder);
}

void schema_folders_add_all(struct schema_folders *folders,
                            const char *const *list)
{
    for (size_t i = 0; list && list[i]; i++)
        schema_folders_add(folders, list[i]);
}

static bool is_in(const char *folder, const char *path)
{
    size_t len = strlen(folder);

    return !strncmp(path, folder, len) &&
           (path[len] == '/' || folder[len - 1] == '/');
}

/* The real path of the folder that a file is in, with its name behind. */
static char *real_parent(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    char *folder =
        slash ? td_strndup(path, (size_t)(name - path)) : td_strdup(".");
    char *real = realpath(folder, NULL);
    struct td_buf whole = {0};
    char *copy = NULL;

    if (real) {
        (void)td_buf_addf(&whole, "%s/%s", real, name);
        copy = td_strdup(td_buf_str(&whole));
    }
    td_buf_release(&whole);
    free(real);
    free(folder);
    return copy;
}

/* Where a path leads; of a file that is not there, where it would be. */
static char *real_path(const char *path)
{
    char *real = realpath(path, NULL);

    return real ? real : real_parent(path);
}

bool schema_folders_hold(const struct schema_folders *folders, const char *path)
{
    char *real = real_path(path);
    bool holds = false;

    for (uint32_t i = 0; real && i < folders->len; i++)
        holds = holds || is_in(folders->list[i], real);
    free(real);
    return holds;
}

enum td_code schema_folders_check(const struct schema_folders *folders,
                                  const char *path, struct td_error *err)
{
    if (schema_folders_hold(folders, path))
        return TD_OK;
    (void)td_error_set(err, TD_IO, "", 0,
                       "it leads out of the folder of the contract or schema");
    (void)td_error_hint(err, "--allow-refs DIR allows another folder");
    return TD_IO;
}

void schema_folders_release(struct schema_folders *folders)
{
    for (uint32_t i = 0; i < folders->len; i++)
        free(folders->list[i]);
    free(folders->list);
    *folders = (struct schema_folders){0};
}
