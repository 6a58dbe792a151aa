#include "tests/support/work_scene.h"

#include "core/fs.h"
#include "core/proc.h"
#include "tests/suites.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned fail_at;
static unsigned calls;
static int fail_errnum;

void work_scene_fail(unsigned n, int errnum)
{
    fail_at = n;
    calls = 0;
    fail_errnum = errnum;
}

unsigned work_scene_calls(void)
{
    return calls;
}

static bool fails(void)
{
    if (++calls != fail_at)
        return false;
    errno = fail_errnum;
    return true;
}

static int fail_open(int dir, const char *path, int flags, mode_t mode)
{
    return fails() ? -1 : openat(dir, path, flags, mode);
}

/* A disk that gets full takes a part first. */
static ssize_t fail_write(int fd, const void *bytes, size_t len)
{
    if (fails())
        return -1;
    return write(fd, bytes, len > 1 ? len / 2 : len);
}

static int fail_sync(int fd)
{
    return fails() ? -1 : fsync(fd);
}

static int fail_rename(int from_dir, const char *from, int to_dir,
                       const char *to, unsigned flags)
{
    return fails() ? -1 : renameat2(from_dir, from, to_dir, to, flags);
}

static int fail_mkdir(int dir, const char *path, mode_t mode)
{
    return fails() ? -1 : mkdirat(dir, path, mode);
}

static int fail_chmod(int fd, mode_t mode)
{
    return fails() ? -1 : fchmod(fd, mode);
}

static int fail_unlink(int dir, const char *path, int flags)
{
    return fails() ? -1 : unlinkat(dir, path, flags);
}

static const struct work_calls failing = {
    .open = fail_open,
    .write = fail_write,
    .sync = fail_sync,
    .rename = fail_rename,
    .mkdir = fail_mkdir,
    .unlink = fail_unlink,
    .chmod = fail_chmod,
};

static void open_place(struct work_scene *s)
{
    struct work_options o = {
        .root = s->dir, .calls = &failing, .clock = &s->clock};
    struct td_error err = {0};

    CU_ASSERT_EQUAL_FATAL(work_open(&s->place, &o, &err), TD_OK);
}

void work_scene_open(struct work_scene *s)
{
    memset(s, 0, sizeof(*s));
    work_scene_fail(0, 0);
    (void)snprintf(s->dir, sizeof(s->dir), "/tmp/tapedeck-work.XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(s->dir));
    td_clock_virtual(&s->clock, 0,
                     td_wall_ns(td_clock_real()) + 3600 * TD_NS_PER_S);
    open_place(s);
}

void work_scene_again(struct work_scene *s)
{
    work_close(s->place);
    open_place(s);
}

void work_scene_close(struct work_scene *s)
{
    work_scene_fail(0, 0);
    work_close(s->place);
    work_scene_run(s, "rm -rf \"$PWD\"");
}

void work_scene_write(const struct work_scene *s, const char *path,
                      const char *text)
{
    char full[512];
    FILE *file;

    (void)snprintf(full, sizeof(full), "%s/%s", s->dir, path);
    for (char *at = strchr(full + strlen(s->dir) + 1, '/'); at;
         at = strchr(at + 1, '/')) {
        *at = 0;
        (void)mkdir(full, 0777);
        *at = '/';
    }
    file = fopen(full, "we");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

void work_scene_script(const struct work_scene *s, const char *path,
                       const char *text)
{
    char full[512];

    work_scene_write(s, path, text);
    (void)snprintf(full, sizeof(full), "%s/%s", s->dir, path);
    CU_ASSERT_EQUAL(chmod(full, 0755), 0);
}

bool work_scene_is(const struct work_scene *s, const char *path,
                   const char *text)
{
    char full[512];
    struct td_buf got = {0};
    bool same;

    (void)snprintf(full, sizeof(full), "%s/%s", s->dir, path);
    if (td_fs_read(&got, full, NULL))
        same = !text;
    else
        same = text && !strcmp(td_buf_str(&got), text);
    td_buf_release(&got);
    return same;
}

static void run(const struct work_scene *s, const char *script,
                struct td_buf *out)
{
    char sh[] = "sh";
    char c[] = "-c";
    char *text = strdup(script);
    char *argv[] = {sh, c, text, NULL};
    struct td_proc_options o = {
        .argv = argv, .dir = s->dir, .out = out ? TD_PROC_PIPE : TD_PROC_NULL};
    struct td_proc proc;

    CU_ASSERT_EQUAL_FATAL(td_proc_spawn(&proc, &o, NULL), TD_OK);
    while (out) {
        uint8_t *room = td_buf_room(out, 65536);
        ssize_t n = room ? read(proc.out, room, 65536) : 0;

        if (n <= 0)
            break;
        out->len += (size_t)n;
    }
    CU_ASSERT_EQUAL(td_proc_wait(&proc, TD_NEVER, NULL), TD_OK);
    CU_ASSERT_EQUAL(td_proc_exit_status(&proc), 0);
    td_proc_stop(&proc, 0);
    free(text);
}

void work_scene_run(const struct work_scene *s, const char *script)
{
    run(s, script, NULL);
}

void work_scene_all(const struct work_scene *s, struct td_buf *out)
{
    run(s,
        "find . -path ./.tapedeck -prune -o -printf '%P %y %m\\n' "
        "| LC_ALL=C sort; find . -path ./.tapedeck -prune -o -type f -print | "
        "LC_ALL=C sort | xargs -r cat",
        out);
}
