#include "orchestrator/provider/processes.h"

#include "core/log.h"
#include "core/mem.h"
#include "orchestrator/provider/attempt.h"
#include "orchestrator/provider/processes_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define SETTLE_NS (5 * TD_NS_PER_S) /* to kill what a keeper left */

struct prov_processes {
    struct wire_net *net;
    struct keep_client *client; /* NULL: the keeper is gone */
    char *id;                   /* of the execution */
    char *dir;                  /* its folder */
    int epoll_fd;
    bool writing; /* the set waits for room, too */
    struct wire_watch *watch;
    const struct prov_keeper_events *events;
    void *ctx;
    struct process_run *runs;
    struct process_kind shell;
    struct process_kind command;
};

struct wire_net *process_net(const struct prov_processes *p)
{
    return p->net;
}

struct keep_client *process_client(const struct prov_processes *p)
{
    return p->client;
}

struct process_kind *process_kind_of(struct prov_processes *p, bool talks)
{
    return talks ? &p->command : &p->shell;
}

void process_watch(struct prov_processes *p)
{
    bool wants = p->client && keep_wants_write(p->client);
    struct epoll_event event = {.events = EPOLLIN};

    if (!p->client || wants == p->writing)
        return;
    if (wants)
        event.events |= EPOLLOUT;
    p->writing = wants;
    (void)epoll_ctl(p->epoll_fd, EPOLL_CTL_MOD, keep_fd(p->client), &event);
}

void process_enlist(struct prov_processes *p, struct process_run *run)
{
    run->next = p->runs;
    p->runs = run;
}

void process_delist(struct prov_processes *p, struct process_run *run)
{
    struct process_run **at = &p->runs;

    while (*at && *at != run)
        at = &(*at)->next;
    if (*at)
        *at = run->next;
}

/* The attempt of that id that is under way. */
static struct process_run *find(struct prov_processes *p, const char *id)
{
    struct process_run *run = p->runs;

    while (run && (run->base.ending || strcmp(run->base.job->id, id) != 0))
        run = run->next;
    return run;
}

static void on_spawned(void *ctx, const char *id, int64_t pid, uint64_t start)
{
    struct process_run *run = find(ctx, id);

    if (run)
        process_spawned(run, pid, start);
}

static void on_waits(void *ctx, const char *id)
{
    struct process_run *run = find(ctx, id);

    if (run)
        run->seen = true;
}

static void on_failed(void *ctx, const char *id, const struct td_error *why)
{
    struct prov_processes *p = ctx;
    struct process_run *run = find(p, id);

    if (run)
        process_failed(run, why);
    /* If that gets lost with this process, it fails once more. */
    keep_forget(p->client, id);
}

static void on_output(void *ctx, const char *id, enum keep_stream stream,
                      struct td_bytes bytes)
{
    struct process_run *run = find(ctx, id);

    if (run && stream == KEEP_OUT)
        process_said(run, bytes);
}

static void on_beat(void *ctx, const char *id, uint64_t bytes)
{
    struct process_run *run = find(ctx, id);

    (void)bytes;
    if (run)
        prov_run_alive(&run->base, -1);
}

static void on_ended(void *ctx, const char *id, const struct keep_end *end)
{
    struct prov_processes *p = ctx;
    struct process_run *run = find(p, id);

    if (run)
        process_ended(run, end);
    else if (p->events && p->events->stray)
        p->events->stray(p->ctx, id, end);
}

static void on_ready(void *ctx)
{
    struct prov_processes *p = ctx;

    for (struct process_run *run = p->runs; run; run = run->next)
        if (run->adopted && !run->seen)
            /* Who began it was killed before the keeper heard of it. */
            process_never_began(run, "the keeper does not know of it");
    if (p->events && p->events->ready)
        p->events->ready(p->ctx);
}

static void on_trouble(void *ctx, const struct td_error *why)
{
    struct prov_processes *p = ctx;

    if (p->events && p->events->trouble)
        p->events->trouble(p->ctx, why);
}

static void let_go(struct prov_processes *p)
{
    if (p->watch)
        wire_watch_close(p->watch);
    p->watch = NULL;
    if (p->client)
        keep_detach(p->client);
    p->client = NULL;
}

/* The keeper is gone, and with it who would clear away behind its jobs. */
static void gone(struct prov_processes *p, const struct td_error *why)
{
    char prefix[KEEP_ID_MAX + 2];
    struct td_error err = *why;
    enum td_code code;

    let_go(p);
    if (p->events && p->events->gone)
        p->events->gone(p->ctx, why);
    (void)snprintf(prefix, sizeof(prefix), "%s/", p->id);
    code = keep_settle(p->dir, prefix, NULL, SETTLE_NS, NULL, &err);
    if (code)
        td_log(TD_LOG_WARN, "%s: %s", p->id, err.text);
    for (struct process_run *run = p->runs; run; run = run->next)
        process_lost(run, &err);
}

/* Those for which there was no room. */
static void spawn_waiting(struct prov_processes *p)
{
    for (struct process_run *run = p->runs; run; run = run->next)
        if (run->waits && !run->base.ending)
            process_spawn_again(run);
}

static void ready(void *ctx, int fd)
{
    struct prov_processes *p = ctx;
    struct td_error err = {0};
    enum td_code code = keep_read(p->client, &err);

    (void)fd;
    if (code) {
        err.code = code;
        gone(p, &err);
        return;
    }
    spawn_waiting(p);
    process_watch(p);
}

static enum td_code watch(struct prov_processes *p, struct td_error *err)
{
    struct epoll_event event = {.events = EPOLLIN};

    p->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (p->epoll_fd < 0 ||
        epoll_ctl(p->epoll_fd, EPOLL_CTL_ADD, keep_fd(p->client), &event))
        return td_error_errno(err, TD_IO, "", errno, "cannot watch the keeper");
    return wire_watch_fd(p->net, p->epoll_fd, ready, p, &p->watch, err);
}

enum td_code prov_processes_open(struct prov_processes **out,
                                 struct wire_net *net,
                                 const struct keep_home *home,
                                 const struct prov_keeper_events *events,
                                 void *ctx, struct td_error *err)
{
    static const struct keep_events told = {
        .spawned = on_spawned,
        .waits = on_waits,
        .failed = on_failed,
        .output = on_output,
        .beat = on_beat,
        .ended = on_ended,
        .ready = on_ready,
        .trouble = on_trouble,
    };
    struct prov_processes *p = td_calloc(1, sizeof(*p));
    enum td_code code;

    *p = (struct prov_processes){.net = net,
                                 .id = td_strdup(home->id),
                                 .dir = td_strdup(home->dir),
                                 .epoll_fd = -1,
                                 .events = events,
                                 .ctx = ctx,
                                 .shell = {p, false},
                                 .command = {p, true}};
    code = keep_attach(&p->client, home, &told, p, PROV_ATTACH_NS, err);
    if (!code)
        code = watch(p, err);
    process_watch(p);
    if (code)
        prov_processes_close(p);
    else
        *out = p;
    return code;
}

void prov_processes_close(struct prov_processes *p)
{
    if (!p)
        return;
    while (p->runs)
        p->runs->base.release(&p->runs->base);
    let_go(p);
    if (p->epoll_fd >= 0)
        (void)close(p->epoll_fd);
    free(p->id);
    free(p->dir);
    free(p);
}

void prov_processes_forget(struct prov_processes *p, const char *id)
{
    if (p->client)
        keep_forget(p->client, id);
    process_watch(p);
}

void prov_processes_quit(struct prov_processes *p, bool at_once)
{
    if (p->client)
        keep_quit(p->client, at_once);
    process_watch(p);
}
