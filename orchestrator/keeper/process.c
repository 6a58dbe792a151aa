#include "orchestrator/keeper/process.h"

#include "core/mem.h"
#include "core/take.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP        ((size_t)16 * 1024)
#define ENVIRON_MAX ((size_t)8 << 20)
#define PARENT      4 /* fields of stat, from 1 */
#define GROUP       5
#define START       22

/* What is in /proc/PID/NAME; false: nothing can be read. */
static bool slurp(struct td_buf *out, pid_t pid, const char *name)
{
    char path[64];
    int fd;
    ssize_t n;

    td_buf_clear(out);
    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    do {
        uint8_t *room = td_buf_room(out, STEP);

        n = room ? read(fd, room, STEP) : 0;
        out->len += n > 0 ? (size_t)n : 0;
    } while (n > 0 || (n < 0 && errno == EINTR));
    (void)close(fd);
    return n == 0 && out->len > 0;
}

/* Cut what stands before the next space. */
static struct td_bytes word(struct td_bytes *text)
{
    const uint8_t *space = text->len ? memchr(text->ptr, ' ', text->len) : NULL;
    size_t len = space ? (size_t)(space - text->ptr) : text->len;
    struct td_bytes out = td_bytes(text->ptr, len);

    *text = td_bytes(text->ptr + len + (space ? 1 : 0),
                     text->len - len - (space ? 1 : 0));
    return out;
}

bool keep_process_parse(struct keep_process *out, struct td_bytes stat)
{
    uint64_t fields[START + 1] = {0};
    const uint8_t *behind = stat.len ? memrchr(stat.ptr, ')', stat.len) : NULL;
    struct td_bytes rest;
    struct td_bytes state;

    /* The name may hold anything, also ") ". */
    if (!behind || !td_take_number(&stat, &fields[1]) ||
        stat.ptr + stat.len < behind + 2)
        return false;
    rest = td_bytes(behind + 2, (size_t)(stat.ptr + stat.len - behind - 2));
    state = word(&rest);
    for (int i = PARENT; i <= START; i++) {
        struct td_bytes digits = word(&rest);

        if (!td_take_number(&digits, &fields[i]) &&
            (i == PARENT || i == GROUP || i == START))
            return false;
    }
    *out = (struct keep_process){.pid = (pid_t)fields[1],
                                 .parent = (pid_t)fields[PARENT],
                                 .group = (pid_t)fields[GROUP],
                                 .start = fields[START],
                                 .dead = td_bytes_is(state, "Z") ||
                                         td_bytes_is(state, "X")};
    return true;
}

bool keep_process_look(struct keep_process *out, pid_t pid)
{
    struct td_buf text = {0};
    bool there = slurp(&text, pid, "stat") &&
                 keep_process_parse(out, td_buf_bytes(&text)) &&
                 out->pid == pid;

    td_buf_release(&text);
    return there;
}

bool keep_environ_get(struct td_buf *out, struct td_bytes text,
                      const char *name)
{
    size_t want = strlen(name);

    td_buf_clear(out);
    while (text.len > 0) {
        const uint8_t *end = memchr(text.ptr, 0, text.len);
        size_t len = end ? (size_t)(end - text.ptr) : text.len;

        if (len > want && text.ptr[want] == '=' &&
            !memcmp(text.ptr, name, want))
            return !td_buf_add(out, text.ptr + want + 1, len - want - 1);
        len += end ? 1 : 0;
        text = td_bytes(text.ptr + len, text.len - len);
    }
    return false;
}

bool keep_process_task(struct td_buf *out, pid_t pid, const char *tag)
{
    struct td_buf text = {.max = ENVIRON_MAX};
    bool there = slurp(&text, pid, "environ");

    if (there && tag)
        there = keep_environ_get(out, td_buf_bytes(&text), KEEP_HOME_NAME) &&
                td_bytes_is(td_buf_bytes(out), tag);
    there = there && keep_environ_get(out, td_buf_bytes(&text), KEEP_TASK_NAME);
    td_buf_release(&text);
    return there;
}

bool keep_tag(char out[KEEP_TAG], int dir)
{
    struct stat st;

    if (fstat(dir, &st) != 0)
        return false;
    (void)snprintf(out, KEEP_TAG, "%llu:%llu", (unsigned long long)st.st_dev,
                   (unsigned long long)st.st_ino);
    return true;
}

enum td_code keep_process_all(bool (*each)(void *ctx,
                                           const struct keep_process *process),
                              void *ctx, struct td_error *err)
{
    DIR *dir = opendir("/proc");
    struct dirent *entry;
    bool more = true;

    if (!dir)
        return td_error_errno(err, TD_IO, "/proc", errno,
                              "cannot look for processes");
    while (more && (entry = readdir(dir)) != NULL) {
        struct keep_process process;
        long pid = isdigit((unsigned char)entry->d_name[0])
                       ? strtol(entry->d_name, NULL, 10)
                       : 0;

        if (pid > 0 && pid != getpid() &&
            keep_process_look(&process, (pid_t)pid))
            more = each(ctx, &process);
    }
    (void)closedir(dir);
    return TD_OK;
}

struct list {
    pid_t *pids;
    size_t count;
};

static void add(struct list *list, pid_t pid)
{
    list->pids = td_list_room(list->pids, list->count, sizeof(*list->pids));
    list->pids[list->count++] = pid;
}

static bool add_child(void *ctx, const struct keep_process *process)
{
    if (process->parent == getpid())
        add(ctx, process->pid);
    return true;
}

pid_t *keep_process_children(size_t *count)
{
    struct list list = {0};
    struct td_buf text = {0};
    char name[64];

    /* Kernels without CONFIG_PROC_CHILDREN have no such file; of no children it
     * is empty. */
    (void)snprintf(name, sizeof(name), "task/%d/children", (int)getpid());
    if (slurp(&text, getpid(), name)) {
        struct td_bytes rest = td_buf_bytes(&text);

        while (rest.len > 0) {
            struct td_bytes digits = word(&rest);
            uint64_t pid;

            if (td_take_number(&digits, &pid))
                add(&list, (pid_t)pid);
        }
    } else if (access("/proc/thread-self/children", F_OK) != 0) {
        (void)!keep_process_all(add_child, &list, NULL);
    }
    td_buf_release(&text);
    *count = list.count;
    return list.pids;
}

bool keep_process_signal(const struct keep_process *process, int signal)
{
    struct keep_process now;
    int fd = pidfd_open(process->pid, 0);
    bool sent = false;

    if (fd < 0)
        return false;
    if (keep_process_look(&now, process->pid) && now.start == process->start)
        sent = pidfd_send_signal(fd, signal, NULL, 0) == 0;
    (void)close(fd);
    return sent;
}
