#include "core/mem.h"
#include "orchestrator/work/blob.h"
#include "orchestrator/work/files_internal.h"
#include "orchestrator/work/place_internal.h"
#include "orchestrator/work/snapshot.h"
#include "orchestrator/work/stage.h"
#include "orchestrator/work/swap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STAGE "rollback"
#define NEW   "new/"
#define OLD   "old/"

static enum td_code check_contents(struct work_place *place,
                                   const struct work_files *files,
                                   struct td_error *err)
{
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < files->count && !code; i++)
        if (files->list[i].kind == WORK_FILE)
            code = work_blob_check(place, files->list[i].sha256, err);
    return code;
}

static enum td_code stage_one(struct work_place *place, int stage,
                              const struct work_file *file,
                              struct td_error *err)
{
    char path[WORK_STAGED_MAX + 2];
    struct work_copy copy = {.exec = file->exec, .sync = true};
    enum td_code code;

    (void)snprintf(path, sizeof(path), NEW "%s", file->path);
    if (file->kind == WORK_FOLDER)
        return work_stage_folder(place, stage, path, err);
    copy.from = work_blob_open(place, file->sha256, err);
    if (copy.from < 0)
        return TD_FORMAT;
    code = work_stage_file(place, stage, path, &copy, err);
    (void)close(copy.from);
    return code;
}

static bool is_in(const char *path, const char *folder)
{
    return folder && !strncmp(path, folder, strlen(folder));
}

/* What is there now and was not then, but for what is in a folder that is
 * exchanged, or goes, as a whole. Both lists are sorted, and a folder is in
 * front of what is in it. */
static void move_out(struct work_swap *swap, const struct work_files *now,
                     const struct work_files *then)
{
    const char *folder = NULL;

    for (uint32_t i = 0; i < now->count; i++) {
        const struct work_file *file = &now->list[i];
        char staged[WORK_STAGED_MAX + 2];

        if (is_in(file->path, folder))
            continue;
        folder = file->kind == WORK_FOLDER ? file->path : NULL;
        if (work_files_find(then, file->path))
            continue;
        (void)snprintf(staged, sizeof(staged), OLD "%s", file->path);
        work_swap_out(swap, staged, file->path);
    }
}

static enum td_code exchange(struct work_place *place, int stage,
                             const struct work_snapshot *s,
                             struct td_error *err)
{
    struct work_files now = {0};
    struct work_swap *swap = work_swap_new(place, stage);
    enum td_code code = work_gather(place, &s->names, false, &now, err);

    if (!code) {
        move_out(swap, &now, &s->files);
        work_swap_in_all(swap, NEW, &s->files);
        code = work_swap_run(swap, err);
    }
    work_swap_free(swap);
    work_files_release(&now);
    return code;
}

static enum td_code go_back(struct work_place *place,
                            const struct work_snapshot *s, struct td_error *err)
{
    int stage;
    enum td_code code = work_stage_open(&stage, place, STAGE, err);

    for (uint32_t i = 0; i < s->files.count && !code; i++)
        code = stage_one(place, stage, &s->files.list[i], err);
    if (!code)
        code = exchange(place, stage, s, err);
    work_stage_close(stage, place, STAGE);
    return code;
}

enum td_code work_snapshot_rollback(struct work_place *place, const char *name,
                                    struct td_error *err)
{
    struct work_snapshot s = {0};
    enum td_code code = work_snapshot_show(place, name, &s, err);

    if (!code && work_files_find(&s.files, "./"))
        code = td_error_set(err, TD_USAGE, name, 0,
                            "is of the whole workspace, which cannot be "
                            "exchanged");
    if (!code)
        code = check_contents(place, &s.files, err);
    if (!code)
        code = go_back(place, &s, err);
    work_snapshot_release(&s);
    return code;
}
