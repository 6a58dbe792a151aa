#include "orchestrator/keeper/hold.h"

#include "core/clock.h"
#include "core/mem.h"
#include "orchestrator/keeper/process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEP       ((size_t)64 * 1024)
#define LOOK_FIRST (2 * TD_NS_PER_MS)
#define LOOK_LAST  (500 * TD_NS_PER_MS)

static void take_over(struct keep_hold *h, const struct keep_job *job)
{
    h->pump[0] = (struct keep_pump){.fd = h->child.out,
                                    .relay = job->relay != KEEP_RELAY_NONE};
    h->pump[1] = (struct keep_pump){.fd = h->child.err,
                                    .relay = job->relay == KEEP_RELAY_ALL};
    h->in_fd = h->child.in;
    h->in_open = true;
    h->weight = job->weight;
    h->grace_ns = job->grace_ns;
    h->kill_at = TD_NEVER;
    h->look_at = TD_NEVER;
    keep_hold_feed(h, job->in, !job->in_open);
}

enum td_code keep_hold_start(struct keep_hold **out, const struct keep_job *job,
                             const char *tag, struct td_error *err)
{
    struct keep_hold *h = td_calloc(1, sizeof(*h));
    enum td_code code = TD_OK;

    (void)snprintf(h->id, sizeof(h->id), "%s", job->id);
    h->in_fd = h->pump[0].fd = h->pump[1].fd = -1;
    if (job->log)
        code = keep_joblog_open(&h->log, job->log, job->log_max, err);
    h->began_ns = td_mono_ns(td_clock_real());
    if (!code)
        code = keep_child_start(&h->child, job, tag, err);
    if (code) {
        keep_hold_free(h);
        return code;
    }
    take_over(h, job);
    *out = h;
    return TD_OK;
}

void keep_hold_free(struct keep_hold *h)
{
    keep_close_fd(&h->in_fd);
    for (int i = 0; i < 2; i++) {
        keep_close_fd(&h->pump[i].fd);
        td_buf_release(&h->pump[i].kept);
    }
    td_buf_release(&h->in);
    keep_joblog_close(h->log);
    free(h);
}

static void end_input(struct keep_hold *h)
{
    h->fed += h->in.len;
    td_buf_release(&h->in);
    keep_close_fd(&h->in_fd);
}

void keep_hold_feed(struct keep_hold *h, struct td_bytes bytes, bool last)
{
    if (h->in_open && h->in_fd >= 0)
        (void)td_buf_add_bytes(&h->in, bytes);
    else
        h->fed += bytes.len;
    if (last)
        h->in_open = false;
    keep_hold_write(h);
}

void keep_hold_write(struct keep_hold *h)
{
    while (h->in_fd >= 0 && h->in.len > 0) {
        ssize_t n = write(h->in_fd, h->in.ptr, h->in.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0) {
            end_input(h);
            return;
        }
        h->fed += (uint64_t)n;
        td_buf_drop(&h->in, (size_t)n);
    }
    if (!h->in_open)
        end_input(h);
}

bool keep_pump_wants(const struct keep_pump *pump)
{
    return pump->fd >= 0 && pump->kept.len < KEEP_WINDOW;
}

void keep_hold_read(struct keep_hold *h, enum keep_stream stream)
{
    struct keep_pump *pump = &h->pump[stream - KEEP_OUT];
    uint8_t bytes[STEP];
    size_t room = pump->relay ? KEEP_WINDOW - pump->kept.len : STEP;
    ssize_t n = read(pump->fd, bytes, room < STEP ? room : STEP);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) {
        keep_close_fd(&pump->fd);
        return;
    }
    h->end.out_bytes += (uint64_t)n;
    if (h->log)
        keep_joblog_add(h->log, td_bytes(bytes, (size_t)n));
    else
        h->end.log_missing += (uint64_t)n;
    if (pump->relay)
        (void)td_buf_add(&pump->kept, bytes, (size_t)n);
}

void keep_pump_taken(struct keep_pump *pump, uint64_t bytes)
{
    size_t n = bytes < pump->sent ? (size_t)bytes : pump->sent;

    td_buf_drop(&pump->kept, n);
    pump->sent -= n;
}

static void signal_group(struct keep_hold *h, int signal)
{
    (void)kill(-h->child.pid, signal);
    /* One that is stopped hears of it when it goes on. */
    if (signal == SIGTERM)
        (void)kill(-h->child.pid, SIGCONT);
}

void keep_hold_stop(struct keep_hold *h, uint64_t grace_ns, uint64_t now)
{
    uint64_t grace = grace_ns == KEEP_GRACE ? h->grace_ns : grace_ns;
    uint64_t at = grace < TD_NEVER - now ? now + grace : TD_NEVER - 1;

    if (h->state == KEEP_GONE)
        return;
    h->end.stopped = h->end.stopped || h->state == KEEP_RUNS;
    if (h->kill_at == TD_NEVER && grace_ns)
        signal_group(h, SIGTERM);
    if (at < h->kill_at)
        h->kill_at = at;
    h->look_at = h->look_at < h->kill_at ? h->look_at : h->kill_at;
}

static void process_ended(struct keep_hold *h, const siginfo_t *how,
                          uint64_t now)
{
    h->end.status =
        how->si_code == CLD_EXITED ? how->si_status : -how->si_status;
    h->end.ran_ns = now > h->began_ns ? now - h->began_ns : 0;
    h->state = KEEP_CLEARS;
    h->look_at = now;
    h->look_ns = LOOK_FIRST;
    if (h->kill_at == TD_NEVER)
        h->kill_at = now + h->grace_ns;
}

void keep_hold_look(struct keep_hold *h, uint64_t now)
{
    siginfo_t how;

    memset(&how, 0, sizeof(how));
    if (h->state == KEEP_CLEARS)
        h->look_at = now;
    if (h->state == KEEP_RUNS &&
        waitid(P_PID, (id_t)h->child.pid, &how, WEXITED | WNOHANG | WNOWAIT) ==
            0 &&
        how.si_pid == h->child.pid)
        process_ended(h, &how, now);
}

/* A look for what is left of a job. */
struct hunt {
    const struct keep_hold *hold;
    const struct keep_family *family;
    struct td_buf task;
    int signal; /* 0: only look */
    size_t found;
};

static bool is_left(struct hunt *hunt, const struct keep_process *p)
{
    const struct keep_hold *h = hunt->hold;

    if (p->dead || hunt->family->is_main(hunt->family->ctx, p->pid))
        return false;
    if (p->group == h->child.pid)
        return true;
    if (hunt->family->alone && p->parent == getpid())
        return true;
    return keep_process_task(&hunt->task, p->pid, hunt->family->tag) &&
           !strcmp(td_buf_str(&hunt->task), h->id);
}

static bool hunt_one(void *ctx, const struct keep_process *p)
{
    struct hunt *hunt = ctx;

    if (!is_left(hunt, p))
        return true;
    hunt->found++;
    if (hunt->signal && keep_process_signal(p, hunt->signal) &&
        hunt->signal == SIGTERM)
        (void)keep_process_signal(p, SIGCONT);
    return true;
}

/* Whether there is a child that is no job's process. If there is none, nothing
 * is left of any job whose process has ended: what it leaves behind has this
 * process as its parent, or one that is left behind itself. */
static bool has_strays(const struct keep_family *family)
{
    size_t count;
    pid_t *pids = keep_process_children(&count);
    bool strays = false;

    for (size_t i = 0; i < count && !strays; i++)
        strays = !family->is_main(family->ctx, pids[i]) &&
                 waitpid(pids[i], NULL, WNOHANG) == 0;
    free(pids);
    return strays;
}

/* Processes that are left, after they were signalled; unknown: as if one was.
 */
static size_t hunt_all(struct keep_hold *h, const struct keep_family *family,
                       int signal)
{
    struct hunt hunt = {.hold = h, .family = family, .signal = signal};

    if (!has_strays(family))
        return 0;
    if (keep_process_all(hunt_one, &hunt, NULL))
        hunt.found = 1;
    td_buf_release(&hunt.task);
    return hunt.found;
}

/* A pipe may still be open in a process that is none of the job's; it is not
 * waited for. */
static void drain(struct keep_hold *h)
{
    for (int i = 0; i < 2; i++) {
        struct keep_pump *pump = &h->pump[i];
        uint64_t before;

        do {
            before = h->end.out_bytes;
            if (keep_pump_wants(pump))
                keep_hold_read(h, (enum keep_stream)(KEEP_OUT + i));
        } while (h->end.out_bytes != before);
        if (pump->kept.len < KEEP_WINDOW)
            keep_close_fd(&pump->fd);
    }
}

static void be_gone(struct keep_hold *h)
{
    (void)waitpid(h->child.pid, NULL, 0);
    h->state = KEEP_GONE;
    h->look_at = TD_NEVER;
    end_input(h);
    h->in_open = false;
    drain(h);
}

void keep_hold_step(struct keep_hold *h, const struct keep_family *family,
                    uint64_t now)
{
    bool late = now >= h->kill_at;
    int signal = late ? SIGKILL : h->asked ? 0 : SIGTERM;

    if (h->state == KEEP_GONE) {
        drain(h);
        return;
    }
    if (now < h->look_at)
        return;
    if (late)
        signal_group(h, SIGKILL);
    if (h->state == KEEP_RUNS) {
        /* SIGCHLD tells of its end; what left its group goes with it. */
        h->look_at = TD_NEVER;
        return;
    }
    if (hunt_all(h, family, signal) == 0) {
        be_gone(h);
        return;
    }
    h->asked = true;
    h->look_ns = h->look_ns * 2 < LOOK_LAST ? h->look_ns * 2 : LOOK_LAST;
    h->look_at = now + h->look_ns;
    if (!late && h->kill_at < h->look_at)
        h->look_at = h->kill_at;
}

uint64_t keep_hold_due(const struct keep_hold *h)
{
    return h->state == KEEP_GONE ? TD_NEVER : h->look_at;
}

bool keep_hold_is_dry(const struct keep_hold *h)
{
    return h->state == KEEP_GONE && h->pump[0].fd < 0 && h->pump[1].fd < 0 &&
           h->pump[0].kept.len == 0 && h->pump[1].kept.len == 0;
}
