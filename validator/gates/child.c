#include "validator/gates/child.h"

#include "core/clock.h"
#include "core/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define LAST_MAX 200 /* bytes of the last line of a log */

static uint64_t now_ns(void)
{
    return td_mono_ns(td_clock_real());
}

static enum td_code open_log(struct gates_child *child,
                             const struct gates_command *command,
                             struct td_error *err)
{
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
                (command->more ? O_APPEND : O_TRUNC);

    child->log = -1;
    if (!command->log)
        return TD_OK;
    child->log = open(command->log, flags, 0644);
    return child->log >= 0 ? TD_OK
                           : td_error_errno(err, TD_IO, command->log, errno,
                                            "cannot write the log");
}

static void close_log(struct gates_child *child)
{
    if (child->log >= 0)
        (void)close(child->log);
    child->log = -1;
    td_buf_release(&child->tail);
}

enum td_code gates_child_start(struct gates_child *child,
                               const struct gates_command *command,
                               struct td_error *err)
{
    const struct td_proc_options options = {.argv = command->argv,
                                            .env = command->env,
                                            .dir = command->dir,
                                            .in = TD_PROC_NULL,
                                            .out = TD_PROC_PIPE,
                                            .err = TD_PROC_WITH_OUT};
    enum td_code code;

    *child = (struct gates_child){.log = -1};
    code = open_log(child, command, err);
    if (code)
        return code;
    child->started_ns = now_ns();
    child->deadline_ns = command->timeout_ns < TD_NEVER - child->started_ns
                             ? child->started_ns + command->timeout_ns
                             : TD_NEVER;
    if (td_proc_spawn(&child->proc, &options, err)) {
        close_log(child);
        child->proc.pid = 0;
        return TD_TOOL;
    }
    (void)fcntl(child->proc.out, F_SETFL, O_NONBLOCK);
    return TD_OK;
}

/* The last GATES_LOG_TAIL bytes at least, twice as many at most. */
static void keep_tail(struct gates_child *child, struct td_bytes text)
{
    (void)td_buf_add_bytes(&child->tail, text);
    if (child->tail.len > 2 * GATES_LOG_TAIL)
        td_buf_drop(&child->tail, child->tail.len - GATES_LOG_TAIL);
}

static void write_log(struct gates_child *child, struct td_bytes text)
{
    size_t room = 0;

    if (child->log < 0)
        return;
    if (child->written < GATES_LOG_HEAD)
        room = (size_t)(GATES_LOG_HEAD - child->written);
    if (room > text.len)
        room = text.len;
    if (room > 0)
        (void)!td_fs_write(child->log, td_bytes(text.ptr, room), "", NULL);
    child->written += room;
    if (room < text.len)
        keep_tail(child, td_bytes(text.ptr + room, text.len - room));
}

/* Behind the head: how much is left out, and the end. */
static void finish_log(struct gates_child *child)
{
    struct td_buf line = {0};
    size_t cut =
        child->tail.len > GATES_LOG_TAIL ? child->tail.len - GATES_LOG_TAIL : 0;
    uint64_t left = child->seen - child->written - (child->tail.len - cut);

    if (child->log >= 0 && child->tail.len > 0) {
        if (left > 0)
            (void)td_buf_addf(
                &line, "\n[tapedeck: %" PRIu64 " bytes are left out]\n", left);
        (void)!td_fs_write(child->log, td_buf_bytes(&line), "", NULL);
        (void)!td_fs_write(
            child->log, td_bytes(child->tail.ptr + cut, child->tail.len - cut),
            "", NULL);
    }
    td_buf_release(&line);
    close_log(child);
}

void gates_child_listen(struct gates_child *child,
                        void (*hear)(void *self, struct td_bytes text),
                        void *self)
{
    char piece[65536];
    ssize_t n = -1;

    if (child->proc.out < 0)
        return;
    /* Not for ever: others want to be heard too. */
    for (int turn = 0; turn < 16; turn++) {
        n = read(child->proc.out, piece, sizeof(piece));
        if (n <= 0)
            break;
        child->seen += (uint64_t)n;
        write_log(child, td_bytes(piece, (size_t)n));
        if (hear)
            hear(self, td_bytes(piece, (size_t)n));
    }
    if (child->seen > GATES_OUTPUT_MAX && !child->told)
        gates_child_end(child, GATES_FLOODED, false);
    if (n == 0) {
        (void)close(child->proc.out);
        child->proc.out = -1;
    }
}

void gates_child_end(struct gates_child *child, enum gates_fate fate,
                     bool at_once)
{
    if (!child->told)
        child->fate = fate;
    td_proc_signal(&child->proc, at_once ? SIGKILL : SIGTERM);
    if (!child->told)
        child->deadline_ns = now_ns() + GATES_GRACE_NS;
    child->told = true;
}

bool gates_child_look(struct gates_child *child,
                      void (*hear)(void *self, struct td_bytes text),
                      void *self)
{
    bool ended = td_proc_wait(&child->proc, 0, NULL) == TD_OK;

    if (!ended) {
        if (now_ns() >= child->deadline_ns)
            gates_child_end(child, GATES_TIMEOUT, child->told);
        return false;
    }
    child->ended_ns = now_ns();
    gates_child_listen(child, hear, self);
    td_proc_stop(&child->proc, 0);
    finish_log(child);
    return true;
}

bool gates_log_last(const char *log, struct td_buf *out)
{
    uint8_t bytes[4096];
    int fd = open(log, O_RDONLY | O_CLOEXEC);
    off_t end = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
    off_t from = end > (off_t)sizeof(bytes) ? end - (off_t)sizeof(bytes) : 0;
    ssize_t len = end > 0 ? pread(fd, bytes, sizeof(bytes), from) : 0;
    ssize_t begin;

    if (fd >= 0)
        (void)close(fd);
    while (len > 0 && bytes[len - 1] <= ' ')
        len--;
    for (begin = len; begin > 0 && bytes[begin - 1] != '\n';)
        begin--;
    while (begin < len && bytes[begin] <= ' ')
        begin++;
    if (begin >= len)
        return false;
    if (len - begin > LAST_MAX)
        for (len = begin + LAST_MAX; (bytes[len] & 0xc0U) == 0x80U;)
            len--;
    (void)td_buf_add_bytes(out, td_bytes(bytes + begin, (size_t)(len - begin)));
    return true;
}
