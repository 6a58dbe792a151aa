#include "orchestrator/work/isolate.h"

#include "core/mem.h"
#include "orchestrator/work/place_internal.h"
#include "orchestrator/work/stage.h"
#include "orchestrator/work/swap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct work_room {
    struct work_place *place;
    struct td_buf name; /* in tmp/ */
    char *dir;
    int fd;
};

static enum td_code bring_file(struct work_room *room,
                               const struct work_file *file,
                               struct td_error *err)
{
    struct work_copy copy = {.exec = file->exec};
    enum td_code code;

    copy.from = work_beneath(room->place->root_fd, file->path, O_RDONLY);
    if (copy.from < 0)
        return work_beneath_failed(file->path, errno, err);
    code = work_stage_file(room->place, room->fd, file->path, &copy, err);
    (void)close(copy.from);
    return code;
}

static enum td_code bring_link(struct work_room *room,
                               const struct work_file *file,
                               struct td_error *err)
{
    char text[WORK_PATH_MAX + 1];
    ssize_t n =
        readlinkat(room->place->root_fd, file->path, text, sizeof(text) - 1);

    if (n < 0)
        return td_error_errno(err, TD_IO, file->path, errno,
                              "cannot read the link");
    text[n] = 0;
    return work_stage_link(room->place, room->fd, file->path, text, err);
}

static enum td_code bring_all(struct work_room *room,
                              const struct work_files *inputs,
                              struct td_error *err)
{
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < inputs->count && !code; i++) {
        const struct work_file *file = &inputs->list[i];

        if (file->kind == WORK_FILE)
            code = bring_file(room, file, err);
        else if (file->kind == WORK_LINK)
            code = bring_link(room, file, err);
        else
            code = work_stage_folder(room->place, room->fd, file->path, err);
    }
    return code;
}

static struct work_room *make_room(struct work_place *place, const char *id)
{
    struct work_room *room = td_calloc(1, sizeof(*room));

    room->place = place;
    room->fd = -1;
    (void)td_buf_add_text(&room->name, "room-");
    work_safe_name(&room->name, id);
    return room;
}

static void free_room(struct work_room *room)
{
    td_buf_release(&room->name);
    free(room->dir);
    free(room);
}

static enum td_code find_dir(struct work_room *room, struct td_error *err)
{
    struct td_buf dir = {0};

    (void)td_buf_addf(&dir, "%s/tmp/%s", room->place->state,
                      td_buf_str(&room->name));
    room->dir = realpath(td_buf_str(&dir), NULL);
    td_buf_release(&dir);
    return room->dir ? TD_OK
                     : td_error_errno(err, TD_IO, room->place->state, errno,
                                      "cannot be used");
}

enum td_code work_room_open(struct work_room **out, struct work_place *place,
                            const char *id, const struct work_files *inputs,
                            struct td_error *err)
{
    struct work_room *room = make_room(place, id);
    enum td_code code =
        work_stage_open(&room->fd, place, td_buf_str(&room->name), err);

    *out = NULL;
    if (!code)
        code = bring_all(room, inputs, err);
    if (!code)
        code = find_dir(room, err);
    if (code)
        work_room_close(room);
    else
        *out = room;
    return code;
}

enum td_code work_room_find(struct work_room **out, struct work_place *place,
                            const char *id, struct td_error *err)
{
    struct work_room *room = make_room(place, id);
    enum td_code code =
        work_stage_find(&room->fd, place, td_buf_str(&room->name), err);

    *out = NULL;
    if (!code)
        code = find_dir(room, err);
    if (code)
        work_room_leave(room);
    else
        *out = room;
    return code;
}

enum td_code work_room_make_way(struct work_room *room,
                                const struct plan_words *outputs,
                                struct td_error *err)
{
    struct work_place inner = *room->place;

    inner.root_fd = room->fd;
    return work_make_way(&inner, outputs, err);
}

const char *work_room_dir(const struct work_room *room)
{
    return room->dir;
}

/* A link that is moved alone would lead to another place. */
static enum td_code refuse_links(const struct work_room *room,
                                 const struct work_files *files,
                                 struct td_error *err)
{
    for (uint32_t i = 0; i < files->count; i++) {
        const char *path = files->list[i].path;
        struct stat st;

        if (!strcmp(path, "./"))
            return td_error_set(err, TD_USAGE, ".", 0,
                                "the whole workspace cannot be the output of "
                                "a task with a folder of its own");
        if (files->list[i].kind == WORK_FILE &&
            fstatat(room->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISLNK(st.st_mode)) {
            (void)td_error_set(err, TD_FAILED, path, 0,
                               "is a link, which would lead elsewhere in the "
                               "workspace");
            (void)td_error_hint(err, "write a file");
            return TD_FAILED;
        }
    }
    return TD_OK;
}

enum td_code work_room_commit(struct work_room *room,
                              const struct plan_words *outputs,
                              struct work_files *out, struct td_error *err)
{
    struct work_place inner = *room->place;
    struct work_swap *swap = work_swap_new(room->place, room->fd);
    enum td_code code;

    inner.root_fd = room->fd;
    code = work_outputs(&inner, outputs, out, err);
    if (!code)
        code = refuse_links(room, out, err);
    if (!code) {
        work_swap_in_all(swap, "", out);
        code = work_swap_run(swap, err);
    }
    work_swap_free(swap);
    if (code)
        out->count = 0;
    return code;
}

void work_room_close(struct work_room *room)
{
    if (!room)
        return;
    work_stage_close(room->fd, room->place, td_buf_str(&room->name));
    free_room(room);
}

void work_room_leave(struct work_room *room)
{
    if (!room)
        return;
    if (room->fd >= 0)
        (void)close(room->fd);
    free_room(room);
}
