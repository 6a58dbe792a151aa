#include "validator/gates/capture.h"

#include "core/clock.h"
#include "core/proc.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CAPTURE_NS   (120 * TD_NS_PER_S)
#define CAPTURE_TALK ((size_t)4096)

static size_t name_len(const char *entry)
{
    return strcspn(entry, "=");
}

static bool is_replaced(const char *entry, const struct verdict_words *more)
{
    size_t len = name_len(entry);

    for (size_t i = 0; i < more->len; i++) {
        if (name_len(more->list[i]) == len &&
            !strncmp(entry, more->list[i], len))
            return true;
    }
    return false;
}

char *const *gates_environment(struct td_arena *arena,
                               const struct verdict_words *more)
{
    size_t count = 0;
    size_t len = 0;
    char **list;

    while (environ[count])
        count++;
    list = td_arena_alloc(arena, (count + more->len + 1) * sizeof(*list));
    for (size_t i = 0; i < count; i++) {
        if (!is_replaced(environ[i], more))
            list[len++] = environ[i];
    }
    for (size_t i = 0; i < more->len; i++)
        list[len++] = td_arena_copy(arena, more->list[i]);
    return list;
}

/* In a hook git says where its repository is, and so that its worktree is
 * whatever folder it is started in: in a project that is a part of a repository
 * each file would be another one. Who says where the worktree is means it.
 */
static char *const *without_hook(struct td_arena *arena, char *const *env)
{
    static const char *of_hook[] = {"GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX",
                                    "GIT_COMMON_DIR"};
    const struct verdict_words names = {of_hook, 4};
    size_t count = 0;
    size_t len = 0;
    char **list;

    if (getenv("GIT_WORK_TREE"))
        return env;
    while (env[count])
        count++;
    list = td_arena_alloc(arena, (count + 1) * sizeof(*list));
    for (size_t i = 0; i < count; i++) {
        if (!is_replaced(env[i], &names))
            list[len++] = env[i];
    }
    return list;
}

/* Take what is there. false: the pipe is at its end, or out is full. */
static bool take(int fd, struct td_buf *out, bool *full)
{
    char piece[16384];
    ssize_t n = read(fd, piece, sizeof(piece));

    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    if (n == 0)
        return false;
    *full = td_buf_add(out, piece, (size_t)n) != TD_OK;
    return !*full;
}

static enum td_code listen_to(struct td_proc *proc, struct td_buf *out,
                              struct td_buf *talk, struct td_error *err)
{
    uint64_t end = td_mono_ns(td_clock_real()) + CAPTURE_NS;
    struct pollfd p[2] = {{.fd = proc->out, .events = POLLIN},
                          {.fd = proc->err, .events = POLLIN}};
    bool full = false;
    bool ignored = false;

    while (p[0].fd >= 0 || p[1].fd >= 0) {
        if (td_mono_ns(td_clock_real()) >= end)
            return td_error_set(err, TD_TOOL, "", 0,
                                "it went on for two minutes");
        if (poll(p, 2, 1000) <= 0)
            continue;
        if (p[0].revents && !take(p[0].fd, out, &full))
            p[0].fd = -1;
        if (full)
            return td_error_set(err, TD_TOOL, "", 0, "it says too much");
        if (p[1].revents && !take(p[1].fd, talk, &ignored) && !ignored)
            p[1].fd = -1;
    }
    return TD_OK;
}

enum td_code gates_capture(const char *dir, const char *const *argv,
                           struct td_buf *out, struct td_buf *talk, int *status,
                           struct td_error *err)
{
    static const char *plain[] = {"LC_ALL=C", "GIT_OPTIONAL_LOCKS=0",
                                  "GIT_PAGER=cat"};
    const struct verdict_words more = {plain, 3};
    struct td_arena arena = {0};
    struct td_buf unheard = {0};
    struct td_proc proc;
    struct td_proc_options options = {.dir = dir,
                                      .in = TD_PROC_NULL,
                                      .out = TD_PROC_PIPE,
                                      .err = TD_PROC_PIPE};
    struct td_error why = {0};
    enum td_code code;

    td_buf_init(&unheard, CAPTURE_TALK);
    options.argv = (char *const *)(uintptr_t)argv;
    options.env = without_hook(&arena, gates_environment(&arena, &more));
    code = td_proc_spawn(&proc, &options, &why) ? TD_TOOL : TD_OK;
    if (code == TD_OK) {
        code = listen_to(&proc, out, talk ? talk : &unheard, &why);
        if (code == TD_OK)
            code = td_proc_wait(&proc, CAPTURE_NS, &why) ? TD_TOOL : TD_OK;
        *status = td_proc_exit_status(&proc);
        td_proc_stop(&proc, 0);
    }
    if (code)
        (void)td_error_set(err, TD_TOOL, argv[0], 0, "%s", why.text);
    td_buf_release(&unheard);
    td_arena_release(&arena);
    return code;
}
