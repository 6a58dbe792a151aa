#include "orchestrator/work/files.h"

#include "core/digest.h"
#include "core/mem.h"
#include "orchestrator/work/files_internal.h"
#include "orchestrator/work/hashes.h"
#include "orchestrator/work/place_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP ((size_t)256 * 1024)

void work_files_release(struct work_files *files)
{
    td_arena_release(&files->arena);
    *files = (struct work_files){0};
}

void work_hex(char out[WORK_HEX], const uint8_t sha256[WORK_SHA256])
{
    for (int i = 0; i < WORK_SHA256; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", sha256[i]);
}

static enum td_code failed(const char *path, const char *what,
                           struct td_error *err)
{
    return td_error_errno(err, TD_IO, path, errno, what);
}

/* The hash of all that is behind fd, and how much that was. */
static enum td_code read_all(int fd, struct work_file *file, uint64_t *total,
                             struct td_error *err)
{
    struct td_sha256 *sum = td_sha256_new();
    uint8_t *bytes = td_calloc(1, STEP);
    ssize_t n = 1;

    *total = 0;
    while (n > 0) {
        n = read(fd, bytes, STEP);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n > 0) {
            td_sha256_add(sum, td_bytes(bytes, (size_t)n));
            *total += (uint64_t)n;
        }
    }
    td_sha256_end(sum, n < 0 ? NULL : file->sha256);
    free(bytes);
    return n < 0 ? failed(file->path, "cannot read", err) : TD_OK;
}

static bool same_times(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size &&
           !memcmp(&a->st_mtim, &b->st_mtim, sizeof(a->st_mtim)) &&
           !memcmp(&a->st_ctim, &b->st_ctim, sizeof(a->st_ctim));
}

/* A file that is open and was looked at. */
static enum td_code hash_open(struct work_place *place, int fd,
                              const struct stat *st, struct work_files *files,
                              struct work_file *file, struct td_error *err)
{
    const uint8_t *known = work_hashes_get(place->hashes, st);
    uint64_t now = td_wall_ns(place->clock);
    uint64_t total;
    struct stat after;
    enum td_code code;

    if (known) {
        memcpy(file->sha256, known, WORK_SHA256);
        file->size = (uint64_t)st->st_size;
        return TD_OK;
    }
    code = read_all(fd, file, &total, err);
    if (code)
        return code;
    file->size = total;
    files->read_bytes += total;
    /* One that is written to while it is read has no hash that lasts. */
    if (fstat(fd, &after) == 0 && same_times(st, &after) &&
        total == (uint64_t)st->st_size)
        work_hashes_put(place->hashes, &after, file->sha256, now);
    return TD_OK;
}

static enum td_code hash_file(struct work_place *place,
                              struct work_files *files, struct work_file *file,
                              bool sync, struct td_error *err)
{
    int fd = work_beneath(place->root_fd, file->path,
                          O_RDONLY | O_NONBLOCK | O_NOCTTY);
    enum td_code code = TD_OK;
    struct stat st;

    if (fd < 0)
        return work_beneath_failed(file->path, errno, err);
    if (fstat(fd, &st) != 0)
        code = failed(file->path, "cannot look at", err);
    else if (!S_ISREG(st.st_mode))
        code = td_error_set(err, TD_FAILED, file->path, 0,
                            "is neither a file nor a folder");
    else if (sync && place->calls->sync(fd) != 0)
        code = failed(file->path, "cannot sync", err);
    if (!code) {
        file->exec = (st.st_mode & S_IXUSR) != 0;
        code = hash_open(place, fd, &st, files, file, err);
    }
    (void)close(fd);
    return code;
}

/* A link to a folder is what it says. */
static enum td_code hash_link(const struct work_place *place,
                              struct work_file *file, struct td_error *err)
{
    char text[WORK_PATH_MAX + 1];
    ssize_t n = readlinkat(place->root_fd, file->path, text, sizeof(text));

    if (n < 0)
        return failed(file->path, "cannot read the link", err);
    file->size = (uint64_t)n;
    td_sha256(file->sha256, td_bytes(text, (size_t)n));
    return TD_OK;
}

static enum td_code hash_all(struct work_place *place, struct work_files *files,
                             bool sync, struct td_error *err)
{
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < files->count && !code; i++) {
        struct work_file *file = &files->list[i];

        if (file->kind == WORK_FILE)
            code = hash_file(place, files, file, sync, err);
        else if (file->kind == WORK_LINK)
            code = hash_link(place, file, err);
    }
    return code;
}

enum td_code work_inputs(struct work_place *place,
                         const struct plan_words *names, struct work_files *out,
                         struct td_error *err)
{
    enum td_code code = work_gather(place, names, false, out, err);

    return code ? code : hash_all(place, out, false, err);
}

static enum td_code sync_folder(const struct work_place *place,
                                const char *path, struct td_error *err)
{
    int fd = work_beneath(place->root_fd, path, O_RDONLY | O_DIRECTORY);
    enum td_code code = TD_OK;

    if (fd < 0)
        return work_beneath_failed(path, errno, err);
    if (place->calls->sync(fd) != 0)
        code = failed(path, "cannot sync", err);
    (void)close(fd);
    return code;
}

/* The folder of a path, of a folder itself; 0 bytes: the workspace. */
static size_t folder_len(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? (size_t)(slash - path) : 0;
}

/* Each folder on the way of each path. They are sorted, so what a path has in
 * common with the one before was synced with that. */
static enum td_code sync_folders(const struct work_place *place,
                                 const struct work_files *files,
                                 struct td_error *err)
{
    char folder[WORK_PATH_MAX + 1];
    const char *before = "";
    enum td_code code = files->count ? sync_folder(place, ".", err) : TD_OK;

    for (uint32_t i = 0; i < files->count && !code; i++) {
        const char *path = files->list[i].path;

        for (size_t len = folder_len(path); len > 0 && !code;
             len = folder_len(folder)) {
            (void)snprintf(folder, sizeof(folder), "%.*s", (int)len, path);
            if (!strncmp(before, folder, len) && before[len] == '/')
                break;
            code = sync_folder(place, folder, err);
        }
        before = path;
    }
    return code;
}

enum td_code work_outputs(struct work_place *place,
                          const struct plan_words *names,
                          struct work_files *out, struct td_error *err)
{
    enum td_code code = work_gather(place, names, true, out, err);

    if (!code && out->missing_count) {
        (void)td_error_set(err, TD_FAILED, out->missing[0], 0,
                           work_is_pattern(out->missing[0])
                               ? "no file is called so"
                               : "is not there");
        (void)td_error_hint(err, "write it, or mend outputs");
        code = TD_FAILED;
    }
    if (!code)
        code = hash_all(place, out, true, err);
    if (!code)
        code = sync_folders(place, out, err);
    if (code)
        out->count = 0; /* nothing is to be told */
    return code;
}

const struct work_file *work_files_find(const struct work_files *files,
                                        const char *path)
{
    uint32_t low = 0;
    uint32_t high = files->count;

    while (low < high) {
        uint32_t at = low + (high - low) / 2;
        int order = strcmp(files->list[at].path, path);

        if (order == 0)
            return &files->list[at];
        if (order < 0)
            low = at + 1;
        else
            high = at;
    }
    return NULL;
}

/* The path as far as it has no glob, without a slash behind it. */
static void plain_part(struct td_buf *out, const char *path)
{
    size_t len = strcspn(path, "*?[");

    td_buf_clear(out);
    if (path[len])
        while (len > 0 && path[len - 1] != '/')
            len--;
    else if (len > 0 && path[len - 1] == '/')
        len--;
    (void)td_buf_add(out, path, len);
    if (path[len] && len > 0 && path[len - 1] == '/')
        (void)td_buf_add_text(out, "x"); /* any name in that folder */
}

enum td_code work_make_way(struct work_place *place,
                           const struct plan_words *outputs,
                           struct td_error *err)
{
    struct td_buf path = {0};
    const char *leaf;
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < outputs->count && !code; i++) {
        int fd;

        plain_part(&path, outputs->list[i]);
        if (!strchr(td_buf_str(&path), '/'))
            continue;
        fd = work_parent(place, place->root_fd, td_buf_str(&path), &leaf, err);
        if (fd >= 0)
            (void)close(fd);
        else if (err->errnum != ENOTDIR && err->errnum != EEXIST)
            code = err->code;
    }
    td_buf_release(&path);
    return code;
}
