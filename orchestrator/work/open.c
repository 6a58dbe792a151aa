#include "core/buf.h"
#include "core/log.h"
#include "core/mem.h"
#include "orchestrator/work/hashes.h"
#include "orchestrator/work/place_internal.h"
#include "orchestrator/work/took.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int call_open(int dir, const char *path, int flags, mode_t mode)
{
    return openat(dir, path, flags, mode);
}

static int call_rename(int from_dir, const char *from, int to_dir,
                       const char *to, unsigned flags)
{
    return renameat2(from_dir, from, to_dir, to, flags);
}

static int no_sync(int fd)
{
    (void)fd;
    return 0;
}

static const struct work_calls system_calls = {
    .open = call_open,
    .write = write,
    .sync = fsync,
    .rename = call_rename,
    .mkdir = mkdirat,
    .unlink = unlinkat,
    .chmod = fchmod,
};

static const struct work_calls lazy_calls = {
    .open = call_open,
    .write = write,
    .sync = no_sync,
    .rename = call_rename,
    .mkdir = mkdirat,
    .unlink = unlinkat,
    .chmod = fchmod,
};

static enum td_code failed(const char *path, const char *what,
                           struct td_error *err)
{
    return td_error_errno(err, TD_IO, path, errno, what);
}

static enum td_code open_state(struct work_place *p, const char *state,
                               struct td_error *err)
{
    struct td_buf path = {0};
    struct stat st;

    if (state)
        (void)td_buf_add_text(&path, state);
    else
        (void)td_buf_addf(&path, "%s/" WORK_STATE, p->root);
    p->state = td_strdup(td_buf_str(&path));
    td_buf_release(&path);
    if (!p->look && p->calls->mkdir(AT_FDCWD, p->state, 0777) != 0 &&
        errno != EEXIST)
        return failed(p->state, "cannot make the folder", err);
    p->state_fd = open(p->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p->state_fd < 0 && p->look && errno == ENOENT)
        return TD_OK;
    if (p->state_fd < 0 || fstat(p->state_fd, &st) != 0)
        return failed(p->state, "cannot use the folder", err);
    p->state_dev = st.st_dev;
    p->state_ino = st.st_ino;
    return TD_OK;
}

enum td_code work_open(struct work_place **out,
                       const struct work_options *options, struct td_error *err)
{
    struct work_place *p = td_calloc(1, sizeof(*p));
    enum td_code code;

    *out = NULL;
    p->calls = options->calls     ? options->calls
               : options->no_sync ? &lazy_calls
                                  : &system_calls;
    p->clock = options->clock ? options->clock : td_clock_real();
    p->look = options->look;
    p->state_fd = -1;
    p->root_fd = open(options->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    p->root = p->root_fd < 0 ? NULL : realpath(options->root, NULL);
    code = p->root ? open_state(p, options->state, err)
                   : failed(options->root, "cannot use the folder", err);
    if (!code)
        code = work_hashes_load(&p->hashes, p, err);
    if (code) {
        work_close(p);
        return code;
    }
    *out = p;
    return TD_OK;
}

void work_close(struct work_place *p)
{
    struct td_error err = {0};

    if (!p)
        return;
    if (p->hashes && !p->look && work_hashes_save(p->hashes, p, &err))
        td_log(TD_LOG_WARN, "%s: %s; the next run reads all its inputs again",
               err.where, err.text);
    work_hashes_free(p->hashes);
    work_tooks_free(p->tooks);
    if (p->state_fd >= 0)
        (void)close(p->state_fd);
    if (p->root_fd >= 0)
        (void)close(p->root_fd);
    free(p->root);
    free(p->state);
    free(p);
}

const char *work_root(const struct work_place *place)
{
    return place->root;
}
