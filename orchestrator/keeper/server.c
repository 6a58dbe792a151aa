#include "orchestrator/keeper/server.h"

#include "core/clock.h"
#include "core/mem.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define IN_FULL ((size_t)4 << 20)  /* no more is read from who does not read */
#define ARRIVAL (10 * TD_NS_PER_S) /* that the first client has at least */
#define FIRST   3                  /* places in the list for others than jobs */
#define EACH    3                  /* and for each job */

struct keep_hold *keep_server_find(const struct keep_server *s, const char *id)
{
    for (size_t i = 0; i < s->hold_count; i++)
        if (!strcmp(s->holds[i]->id, id))
            return s->holds[i];
    return NULL;
}

void keep_server_quit(struct keep_server *s, bool at_once, uint64_t now)
{
    s->quit = true;
    keep_talk_call_off(s);
    for (size_t i = 0; i < s->hold_count; i++)
        keep_hold_stop(s->holds[i], at_once ? 0 : KEEP_GRACE, now);
}

/* Descriptors in fixed places: signals, listener, client, and three a job. */
static size_t list_fds(const struct keep_server *s, struct pollfd *p)
{
    size_t n = 0;

    p[n++] = (struct pollfd){s->signals, POLLIN, 0};
    p[n++] = (struct pollfd){s->client < 0 ? s->listener : -1, POLLIN, 0};
    p[n++] = (struct pollfd){s->client,
                             (short)((s->out.len < IN_FULL ? POLLIN : 0) |
                                     (s->out.len > 0 ? POLLOUT : 0)),
                             0};
    for (size_t i = 0; i < s->hold_count; i++) {
        const struct keep_hold *h = s->holds[i];

        for (int k = 0; k < 2; k++)
            p[n++] = (struct pollfd){
                keep_pump_wants(&h->pump[k]) ? h->pump[k].fd : -1, POLLIN, 0};
        p[n++] = (struct pollfd){h->in.len > 0 ? h->in_fd : -1, POLLOUT, 0};
    }
    return n;
}

static bool is_busy(const struct keep_server *s)
{
    if (s->queue.count)
        return true;
    for (size_t i = 0; i < s->hold_count; i++)
        if (s->holds[i]->state != KEEP_GONE || !s->holds[i]->kept)
            return true;
    return false;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t linger_ns(const struct keep_server *s)
{
    return s->met || s->linger_ns > ARRIVAL ? s->linger_ns : ARRIVAL;
}

static uint64_t next_due(const struct keep_server *s)
{
    uint64_t due = least(least(keep_talk_due(s), s->retry_at),
                         s->trouble.code ? TD_NEVER : s->ledger.sync_at);

    for (size_t i = 0; i < s->hold_count; i++)
        due = least(due, keep_hold_due(s->holds[i]));
    if (s->client < 0 && !is_busy(s))
        due = least(due, s->idle_since + linger_ns(s));
    return due;
}

static int poll_ms(uint64_t now, uint64_t due)
{
    uint64_t ms;

    if (due == TD_NEVER)
        return -1;
    if (due <= now)
        return 0;
    ms = (due - now + TD_NS_PER_MS - 1) / TD_NS_PER_MS;
    return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

static void take_signals(struct keep_server *s, uint64_t now)
{
    struct signalfd_siginfo info;

    while (read(s->signals, &info, sizeof(info)) == sizeof(info))
        if (info.ssi_signo != SIGCHLD)
            keep_server_quit(s, false, now);
    for (size_t i = 0; i < s->hold_count; i++)
        keep_hold_look(s->holds[i], now);
}

static void pump(struct keep_server *s, const struct pollfd *p, size_t count)
{
    /* Jobs that the client has just started are not in the list yet. */
    for (size_t i = 0; FIRST + EACH * (i + 1) <= count; i++) {
        const struct pollfd *q = p + FIRST + EACH * i;
        struct keep_hold *h = s->holds[i];

        for (int k = 0; k < 2; k++)
            if (q[k].revents && h->pump[k].fd == q[k].fd &&
                keep_pump_wants(&h->pump[k]))
                keep_hold_read(h, (enum keep_stream)(KEEP_OUT + k));
        if (q[2].revents)
            keep_hold_write(h);
    }
}

static bool is_main(const void *ctx, pid_t pid)
{
    const struct keep_server *s = ctx;

    for (size_t i = 0; i < s->hold_count; i++)
        if (s->holds[i]->state != KEEP_GONE && s->holds[i]->child.pid == pid)
            return true;
    return false;
}

static void step(struct keep_server *s, uint64_t now)
{
    struct keep_family family = {.is_main = is_main, .ctx = s, .tag = s->tag};
    size_t live = 0;

    for (size_t i = 0; i < s->hold_count; i++)
        live += s->holds[i]->state != KEEP_GONE;
    for (size_t i = 0; i < s->hold_count; i++) {
        struct keep_hold *h = s->holds[i];

        family.alone = live == 1;
        live -= h->state != KEEP_GONE;
        keep_hold_step(h, &family, now);
        live += h->state != KEEP_GONE;
        if (h->state == KEEP_GONE && !h->noted) {
            keep_ledger_ended(&s->ledger, h->id, h->end.status);
            h->noted = true;
        }
    }
}

/* Ends are told once they are written. Who hears of them puts them on a disk
 * himself; without him it is up to this process. */
static void keep(struct keep_server *s, uint64_t now)
{
    if (s->trouble.code && now < s->retry_at)
        return;
    keep_ledger_pace(&s->ledger, s->client >= 0 && !s->leaving, now);
    if (keep_ledger_flush(&s->ledger, now, &s->trouble)) {
        s->retry_at = now + TD_NS_PER_S;
        keep_talk_trouble(s);
        return;
    }
    s->trouble = (struct td_error){0};
    s->retry_at = TD_NEVER;
    for (size_t i = 0; i < s->hold_count; i++)
        s->holds[i]->kept = s->holds[i]->noted;
}

static bool is_done(const struct keep_server *s, uint64_t now)
{
    if (s->quit && s->trouble.code)
        return true; /* what is not on disk now will not be */
    if (is_busy(s))
        return false;
    if (s->quit)
        return s->hold_count == 0 || s->client < 0;
    return s->client < 0 && now - s->idle_since >= linger_ns(s);
}

/* Nobody is told any more: what he was may be on no disk yet. */
static void leave(struct keep_server *s, uint64_t now)
{
    keep_talk_drop(s);
    keep_ledger_pace(&s->ledger, false, now);
}

/* One turn; false: it was the last. */
static bool turn(struct keep_server *s, struct pollfd *p)
{
    const struct td_clock *clock = td_clock_real();
    uint64_t now = td_mono_ns(clock);
    size_t count = list_fds(s, p);
    int ready = poll(p, count, poll_ms(now, next_due(s)));

    now = td_mono_ns(clock);
    if (ready > 0) {
        if (p[0].revents)
            take_signals(s, now);
        pump(s, p, count);
        if (p[1].revents)
            keep_talk_accept(s);
        if (p[2].revents & (POLLIN | POLLHUP | POLLERR))
            keep_talk_read(s, now);
    }
    step(s, now);
    keep_talk_start(s);
    keep(s, now);
    keep_talk_tell(s, now);
    keep_talk_write(s);
    if (s->leaving)
        leave(s, now);
    if (s->client >= 0 || is_busy(s))
        s->idle_since = now;
    return !is_done(s, now);
}

void keep_server_run(struct keep_server *s)
{
    struct pollfd *p =
        td_calloc(FIRST + EACH * (size_t)KEEP_RUNNING, sizeof(*p));

    s->idle_since = td_mono_ns(td_clock_real());
    s->retry_at = TD_NEVER;
    while (turn(s, p))
        ;
    keep_talk_bye(s);
    keep_ledger_pace(&s->ledger, false, 0);
    (void)!keep_ledger_flush(&s->ledger, 0, &s->trouble);
    free(p);
}
