#include "orchestrator/work/swap.h"

#include "core/mem.h"
#include "orchestrator/work/place_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NO_REPLACE 1U /* RENAME_NOREPLACE and RENAME_EXCHANGE of linux/fs.h */
#define EXCHANGE   2U

struct step {
    char *staged;
    char *path;
    bool out;
    unsigned how; /* of the rename that was made */
    size_t made;  /* bytes of the first folder on its way that was not there */
};

struct work_swap {
    struct work_place *place;
    int stage;
    struct step *steps;
    size_t count;
    size_t done;
};

struct work_swap *work_swap_new(struct work_place *place, int stage)
{
    struct work_swap *swap = td_calloc(1, sizeof(*swap));

    swap->place = place;
    swap->stage = stage;
    return swap;
}

void work_swap_free(struct work_swap *swap)
{
    if (!swap)
        return;
    for (size_t i = 0; i < swap->count; i++) {
        free(swap->steps[i].staged);
        free(swap->steps[i].path);
    }
    free(swap->steps);
    free(swap);
}

/* A folder's path without its last slash. */
static char *copy_path(const char *path)
{
    size_t len = strlen(path);

    return td_strndup(path, len - (len > 1 && path[len - 1] == '/'));
}

static void add(struct work_swap *swap, const char *staged, const char *path,
                bool out)
{
    swap->steps = td_list_room(swap->steps, swap->count, sizeof(*swap->steps));
    swap->steps[swap->count++] =
        (struct step){copy_path(staged), copy_path(path), out, 0, 0};
}

static void work_swap_in(struct work_swap *swap, const char *staged,
                         const char *path)
{
    add(swap, staged, path, false);
}

void work_swap_out(struct work_swap *swap, const char *staged, const char *path)
{
    add(swap, staged, path, true);
}

void work_swap_in_all(struct work_swap *swap, const char *prefix,
                      const struct work_files *files)
{
    const char *folder = NULL; /* in which all comes along */

    for (uint32_t i = 0; i < files->count; i++) {
        const char *path = files->list[i].path;
        char staged[WORK_STAGED_MAX + 2];

        if (folder && !strncmp(path, folder, strlen(folder)))
            continue;
        folder = files->list[i].kind == WORK_FOLDER ? path : NULL;
        (void)snprintf(staged, sizeof(staged), "%s%s", prefix, path);
        work_swap_in(swap, staged, path);
    }
}

/* Both folders of a step, and the names in them. */
struct ends {
    int stage;
    int home;
    const char *staged;
    const char *path;
};

static enum td_code open_ends(const struct work_swap *swap,
                              const struct step *step, struct ends *ends,
                              struct td_error *err)
{
    ends->stage =
        work_parent(swap->place, swap->stage, step->staged, &ends->staged, err);
    ends->home = ends->stage < 0
                     ? -1
                     : work_parent(swap->place, swap->place->root_fd,
                                   step->path, &ends->path, err);
    if (ends->home >= 0)
        return TD_OK;
    if (ends->stage >= 0)
        (void)close(ends->stage);
    return TD_IO;
}

static void close_ends(const struct ends *ends)
{
    (void)close(ends->stage);
    (void)close(ends->home);
}

/* 0 or errno. */
static int move(const struct work_swap *swap, struct step *step,
                const struct ends *ends)
{
    const struct work_calls *calls = swap->place->calls;
    int rc;

    step->how = NO_REPLACE;
    if (step->out)
        return calls->rename(ends->home, ends->path, ends->stage, ends->staged,
                             NO_REPLACE)
                   ? errno
                   : 0;
    step->how = EXCHANGE;
    rc = calls->rename(ends->stage, ends->staged, ends->home, ends->path,
                       EXCHANGE);
    if (rc == 0 || errno != ENOENT)
        return rc ? errno : 0;
    step->how = NO_REPLACE;
    return calls->rename(ends->stage, ends->staged, ends->home, ends->path,
                         NO_REPLACE)
               ? errno
               : 0;
}

/* 0 or errno. */
static int move_back(const struct work_swap *swap, const struct step *step,
                     const struct ends *ends)
{
    const struct work_calls *calls = swap->place->calls;
    int rc;

    if (step->out)
        rc = calls->rename(ends->stage, ends->staged, ends->home, ends->path,
                           NO_REPLACE);
    else
        rc = calls->rename(ends->home, ends->path, ends->stage, ends->staged,
                           step->how);
    return rc ? errno : 0;
}

/* The first folder on the way of a step that is not there; 0: all are. */
static size_t first_missing(const struct work_swap *swap,
                            const struct step *step)
{
    for (const char *slash = strchr(step->path, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        size_t len = (size_t)(slash - step->path);
        char *folder = td_strndup(step->path, len);
        int fd = work_beneath(swap->place->root_fd, folder, O_PATH);

        free(folder);
        if (fd < 0)
            return len;
        (void)close(fd);
    }
    return 0;
}

/* Folders that were made for a step go with it, if nothing else is in them. */
static void unmake(const struct work_swap *swap, const struct step *step)
{
    char *folder = td_strdup(step->path);
    char *slash = strrchr(folder, '/');

    while (step->made && slash && (size_t)(slash - folder) >= step->made) {
        *slash = 0;
        (void)swap->place->calls->unlink(swap->place->root_fd, folder,
                                         AT_REMOVEDIR);
        slash = strrchr(folder, '/');
    }
    free(folder);
}

static enum td_code take_step(struct work_swap *swap, struct td_error *err)
{
    struct step *step = &swap->steps[swap->done];
    struct ends ends;
    enum td_code code;
    int why;

    step->made = first_missing(swap, step);
    code = open_ends(swap, step, &ends, err);
    if (code) {
        unmake(swap, step);
        return code;
    }
    why = move(swap, step, &ends);
    close_ends(&ends);
    if (why)
        unmake(swap, step);
    if (why)
        return td_error_errno(err, TD_IO, step->path, why,
                              "cannot be put in its place");
    swap->done++;
    return TD_OK;
}

static enum td_code sync_steps(const struct work_swap *swap,
                               struct td_error *err)
{
    enum td_code code = TD_OK;

    for (size_t i = 0; i < swap->count && !code; i++) {
        struct ends ends;

        code = open_ends(swap, &swap->steps[i], &ends, err);
        if (code)
            return code;
        if (swap->place->calls->sync(ends.home) != 0)
            code = td_error_errno(err, TD_IO, swap->steps[i].path, errno,
                                  "cannot sync the folder of");
        close_ends(&ends);
    }
    return code;
}

/* Take back what was done; the error that stays says what could not be. */
static void take_back(struct work_swap *swap, struct td_error *err)
{
    while (swap->done > 0) {
        struct step *step = &swap->steps[--swap->done];
        struct ends ends;
        int why = EIO;

        if (!open_ends(swap, step, &ends, NULL)) {
            why = move_back(swap, step, &ends);
            close_ends(&ends);
        }
        if (why)
            (void)td_error_errno(err, TD_IO, step->path, why,
                                 "is changed, as it could not be put back");
        unmake(swap, step);
    }
}

enum td_code work_swap_run(struct work_swap *swap, struct td_error *err)
{
    enum td_code code = TD_OK;

    while (swap->done < swap->count && !code)
        code = take_step(swap, err);
    if (!code)
        code = sync_steps(swap, err);
    if (code)
        take_back(swap, err);
    return code;
}
