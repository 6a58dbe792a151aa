/* The folder, the file, and the lock beside it. */
#include "console/store/store_internal.h"
#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TRIES  20
#define TRY_NS (10 * TD_NS_PER_MS)

static enum td_code cannot(struct td_error *err, const char *path, int errnum)
{
    return td_error_set(err, TD_IO, path, 0,
                        "session store: cannot be written: %s",
                        strerror(errnum));
}

/* XDG: a path that is not absolute is to be ignored. */
static enum td_code default_path(struct td_buf *out, struct td_error *err)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");

    if (state && *state == '/')
        return td_buf_addf(out, "%s/tapedeck/console.db", state);
    if (home && *home == '/')
        return td_buf_addf(out, "%s/.local/state/tapedeck/console.db", home);
    return td_error_set(err, TD_IO, "", 0,
                        "session store: there is no home for it");
}

/* Every folder in front of the last part of the path; ours are for us. */
static enum td_code make_folders(char *path, struct td_error *err)
{
    enum td_code code = TD_OK;

    for (char *at = strchr(path + 1, '/'); at && code == TD_OK;
         at = strchr(at + 1, '/')) {
        *at = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            code = cannot(err, path, errno);
        *at = '/';
    }
    return code;
}

enum td_code store_place(char **path, const char *asked, struct td_error *err)
{
    struct td_buf text = {0};
    enum td_code code =
        asked ? td_buf_add_text(&text, asked) : default_path(&text, err);

    *path = td_strdup(td_buf_str(&text));
    td_buf_release(&text);
    return code ? code : make_folders(*path, err);
}

enum td_code store_touch(const char *path, struct td_error *err)
{
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    enum td_code code = TD_OK;

    if (fd < 0 || fstat(fd, &st) != 0)
        code = cannot(err, path, errno);
    else if ((st.st_mode & 0077) && fchmod(fd, 0600) != 0)
        code = cannot(err, path, errno);
    /* SQLite's own locks are of the process: this may only be closed before
     * it has opened the file. */
    if (fd >= 0)
        (void)close(fd);
    return code;
}

static void wait_a_little(void)
{
    const struct timespec pause = {.tv_nsec = TRY_NS};

    (void)nanosleep(&pause, NULL);
}

enum td_code store_lock(int *fd, const char *path, bool *alone,
                        struct td_error *err)
{
    struct td_buf name = {0};
    int tries = 0;
    enum td_code code = TD_OK;

    (void)td_buf_addf(&name, "%s.lock", path);
    *fd = open(td_buf_str(&name), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0)
        code = cannot(err, td_buf_str(&name), errno);
    td_buf_release(&name);
    if (code)
        return code;
    *alone = flock(*fd, LOCK_EX | LOCK_NB) == 0;
    while (!*alone && flock(*fd, LOCK_SH | LOCK_NB) != 0) {
        if (++tries == TRIES)
            return td_error_set(err, TD_IO, path, 0,
                                "session store: another console holds it");
        wait_a_little();
    }
    return TD_OK;
}

void store_share(int fd)
{
    (void)flock(fd, LOCK_SH | LOCK_NB);
}

enum td_code store_set_aside(const char *path, struct td_error *err)
{
    static const char *const parts[] = {"", "-wal", "-shm"};
    enum td_code code = TD_OK;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        struct td_buf from = {0};
        struct td_buf to = {0};

        (void)td_buf_addf(&from, "%s%s", path, parts[i]);
        (void)td_buf_addf(&to, "%s.broken%s", path, parts[i]);
        if (rename(td_buf_str(&from), td_buf_str(&to)) != 0 &&
            errno != ENOENT && code == TD_OK)
            code = cannot(err, path, errno);
        td_buf_release(&from);
        td_buf_release(&to);
    }
    return code;
}
