#include "tape/place.h"

#include "core/fs.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE_BITS 0777

enum td_code tape_place_choose(struct tape_place *place, const char *to,
                               bool may_replace, struct td_error *err)
{
    size_t len;
    struct stat st;
    bool is_there;

    if (!strcmp(to, "-"))
        return TD_OK;
    is_there = stat(to, &st) == 0;
    if (is_there && S_ISDIR(st.st_mode))
        return td_error_set(err, TD_IO, to, 0, "is a directory, not a file");
    if (!may_replace && access(to, F_OK) == 0) {
        (void)td_error_set(err, TD_IO, to, 0, "the file exists already");
        return td_error_hint(err, "choose another name or use --overwrite");
    }
    if (is_there && !S_ISREG(st.st_mode)) {
        (void)td_error_set(err, TD_IO, to, 0,
                           "is no file that could be replaced");
        return td_error_hint(err, "write to it by -o - > %.200s", to);
    }
    place->mode = is_there ? st.st_mode & MODE_BITS : 0;
    place->target = is_there ? realpath(to, NULL) : NULL;
    if (!place->target)
        place->target = td_strndup(to, strlen(to));
    len = strlen(place->target) + sizeof(".part");
    place->part = (char *)td_calloc(len, 1);
    (void)snprintf(place->part, len, "%s.part", place->target);
    return TD_OK;
}

enum td_code tape_place_sync(const struct tape_place *place,
                             struct td_error *err)
{
    int fd;
    enum td_code code = td_fs_open(&fd, place->part, err);

    if (code)
        return code;
    code = td_fs_sync(fd, place->part, err);
    (void)close(fd);
    return code;
}

enum td_code tape_place_rename(const struct tape_place *place,
                               struct td_error *err)
{
    if (rename(place->part, place->target) != 0) {
        (void)td_error_set(err, TD_IO, place->target, 0, "cannot be replaced");
        return td_error_hint(err, "the rewritten tape is %s", place->part);
    }
    td_fs_settle(place->target);
    return TD_OK;
}

void tape_place_release(struct tape_place *place)
{
    free(place->target);
    free(place->part);
    *place = (struct tape_place){0};
}
