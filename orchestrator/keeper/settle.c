#include "core/clock.h"
#include "core/fs.h"
#include "core/mem.h"
#include "orchestrator/keeper/keeper.h"
#include "orchestrator/keeper/process.h"
#include "orchestrator/keeper/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#define BOOT_FILE "/proc/sys/kernel/random/boot_id"

enum td_code keep_boot_id(char out[KEEP_BOOT_LEN + 1], struct td_error *err)
{
    struct td_buf text = {.max = 4096};
    enum td_code code = td_fs_read(&text, BOOT_FILE, err);

    if (!code && text.len < KEEP_BOOT_LEN)
        code = td_error_set(err, TD_IO, BOOT_FILE, 0, "is too short");
    if (!code) {
        memcpy(out, text.ptr, KEEP_BOOT_LEN);
        out[KEEP_BOOT_LEN] = 0;
    }
    td_buf_release(&text);
    return code;
}

/* Looks through /proc. */
struct look {
    const char *prefix;
    const char *tag; /* NULL: of any folder */
    struct td_buf task;
    int waiting;    /* a pidfd of one that was signalled; -1: none was */
    pid_t pid;      /* of it */
    uint32_t found; /* in this look */
    struct keep_process *killed;
    uint32_t killed_count;
};

/* A process that takes its time to die is found again. */
static void count(struct look *look, const struct keep_process *p)
{
    for (uint32_t i = 0; i < look->killed_count; i++)
        if (look->killed[i].pid == p->pid && look->killed[i].start == p->start)
            return;
    look->killed =
        td_list_room(look->killed, look->killed_count, sizeof(*look->killed));
    look->killed[look->killed_count++] = *p;
}

/* Whether this process descends from it. */
static bool is_ancestor(pid_t pid)
{
    struct keep_process p = {.parent = getppid()};

    while (p.parent > 1 && p.parent != pid)
        if (!keep_process_look(&p, p.parent))
            return false;
    return p.parent == pid;
}

static bool is_meant(struct look *look, const struct keep_process *p)
{
    return !p->dead && keep_process_task(&look->task, p->pid, look->tag) &&
           !strncmp(td_buf_str(&look->task), look->prefix,
                    strlen(look->prefix)) &&
           !is_ancestor(p->pid);
}

static bool kill_one(void *ctx, const struct keep_process *p)
{
    struct look *look = ctx;
    struct keep_process now;
    int fd;

    if (!is_meant(look, p))
        return true;
    fd = pidfd_open(p->pid, 0);
    /* Looked at again: behind the pidfd the number is this process's. */
    if (fd < 0 || !keep_process_look(&now, p->pid) || now.start != p->start ||
        !is_meant(look, &now)) {
        if (fd >= 0)
            (void)close(fd);
        return true;
    }
    look->found++;
    count(look, p);
    look->pid = p->pid;
    (void)pidfd_send_signal(fd, SIGKILL, NULL, 0);
    if (look->waiting >= 0)
        (void)close(look->waiting);
    look->waiting = fd;
    return true;
}

/* Until one of those that were killed is gone; then another look is worth it.
 * A process that does not end soon is looked for again all the same. */
static void wait_for_one(const struct look *look)
{
    struct pollfd p = {.fd = look->waiting, .events = POLLIN};

    (void)poll(&p, 1, 100);
}

static bool same_boot(const char *boot, enum td_code *code,
                      struct td_error *err)
{
    char now[KEEP_BOOT_LEN + 1];

    if (!boot)
        return true;
    *code = keep_boot_id(now, err);
    return !*code && !strcmp(now, boot);
}

static enum td_code settle(struct look *look, const char *boot,
                           uint64_t wait_ns, uint32_t *killed,
                           struct td_error *err)
{
    const struct td_clock *clock = td_clock_real();
    uint64_t start = td_mono_ns(clock);
    enum td_code code = TD_OK;
    bool done = !same_boot(boot, &code, err);

    while (!done && !code) {
        look->found = 0;
        code = keep_process_all(kill_one, look, err);
        done = look->found == 0;
        if (!code && !done && td_mono_ns(clock) - start >= wait_ns)
            code =
                td_error_set(err, TD_TIMEOUT, look->prefix, 0,
                             "process %d of it does not end", (int)look->pid);
        else if (!code && !done)
            wait_for_one(look);
    }
    if (killed)
        *killed = look->killed_count;
    if (look->waiting >= 0)
        (void)close(look->waiting);
    td_buf_release(&look->task);
    free(look->killed);
    return code;
}

enum td_code keep_settle(const char *dir, const char *prefix, const char *boot,
                         uint64_t wait_ns, uint32_t *killed,
                         struct td_error *err)
{
    int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    char tag[KEEP_TAG];
    struct look look = {.prefix = prefix, .tag = tag, .waiting = -1};

    if (fd < 0 || !keep_tag(tag, fd)) {
        enum td_code code =
            td_error_errno(err, TD_IO, dir, errno, "cannot be used");

        keep_close_fd(&fd);
        return code;
    }
    (void)close(fd);
    return settle(&look, boot, wait_ns, killed, err);
}
