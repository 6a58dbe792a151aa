#include "core/clock.h"
#include "core/mem.h"
#include "orchestrator/keeper/server.h"
#include "orchestrator/keeper/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STEP     ((size_t)64 * 1024)
#define OUT_FULL ((size_t)512 << 10) /* no more output is put behind it */

/* Who has not been welcomed hears nothing: the welcome is the first frame, and
 * tells all that was before it. */
static void say(struct keep_server *s, const struct keep_frame *f)
{
    if (s->client >= 0 && s->welcome)
        (void)!keep_frame_put(&s->out, f);
}

static void say_spawned(struct keep_server *s, const struct keep_hold *h)
{
    struct keep_frame f = {.type = KEEP_SPAWNED, .id = td_text(h->id)};

    f.n[0] = (uint64_t)h->child.pid;
    f.n[1] = h->child.start;
    f.n[2] = h->in.len;
    say(s, &f);
}

static void say_ended(struct keep_server *s, const struct keep_past *p)
{
    struct keep_frame f = {.type = KEEP_ENDED, .id = td_text(p->id)};

    f.n[0] = (uint64_t)(int64_t)p->end.status;
    f.n[1] = p->end.stopped;
    f.n[2] = p->end.out_bytes;
    f.n[3] = p->end.log_missing;
    f.n[4] = (uint64_t)p->end.log_errnum;
    f.n[5] = p->end.ran_ns;
    say(s, &f);
}

static void say_failed(struct keep_server *s, const char *id,
                       const struct td_error *why)
{
    if (s->client >= 0 && s->welcome)
        keep_error_put(&s->out, KEEP_FAILED, id, why);
}

static void say_past(struct keep_server *s, const struct keep_past *p)
{
    if (p->why)
        say_failed(s, p->id, p->why);
    else
        say_ended(s, p);
}

static void say_waits(struct keep_server *s, const struct keep_waiting *w)
{
    struct keep_frame f = {.type = KEEP_WAITS, .id = td_text(w->id)};

    say(s, &f);
}

static void welcome(struct keep_server *s)
{
    struct keep_frame f = {.type = KEEP_WELCOME, .data = td_text(s->boot)};

    s->welcome = true;
    s->met = true;
    f.n[0] = KEEP_VERSION;
    f.n[1] = (uint64_t)getpid();
    f.n[2] = s->start;
    say(s, &f);
    for (size_t i = 0; i < s->hold_count; i++) {
        struct keep_hold *h = s->holds[i];

        h->pump[0].sent = h->pump[1].sent = 0;
        h->fed = 0; /* what waits is told instead */
        say_spawned(s, h);
    }
    for (size_t i = 0; i < s->queue.count; i++)
        say_waits(s, &s->queue.jobs[i]);
    for (size_t i = 0; i < s->past_count; i++)
        say_past(s, &s->pasts[i]);
    f = (struct keep_frame){.type = KEEP_READY};
    say(s, &f);
    if (s->trouble.code)
        keep_talk_trouble(s);
}

void keep_talk_trouble(struct keep_server *s)
{
    if (s->client >= 0 && s->welcome)
        keep_error_put(&s->out, KEEP_TROUBLE, "", &s->trouble);
}

static struct keep_past *find_past(const struct keep_server *s, const char *id)
{
    for (size_t i = 0; i < s->past_count; i++)
        if (!strcmp(s->pasts[i].id, id))
            return &s->pasts[i];
    return NULL;
}

/* Why it cannot be started, before it is tried; TD_OK: it can. */
static enum td_code refuse(const struct keep_server *s, const char *id,
                           struct td_error *err)
{
    if (s->trouble.code) {
        *err = s->trouble;
        return err->code;
    }
    if (s->quit)
        return td_error_set(err, TD_IO, id, 0, "the keeper is about to end");
    if (keep_server_find(s, id) || keep_queue_find(&s->queue, id) ||
        find_past(s, id))
        return td_error_set(err, TD_IO, id, 0, "there is a job of this id");
    if (s->hold_count >= KEEP_RUNNING)
        return td_error_set(err, TD_LIMIT, id, 0, "%d jobs run already",
                            KEEP_RUNNING);
    if (s->hold_count + s->queue.count + s->past_count >= s->jobs_max)
        return td_error_set(err, TD_LIMIT, id, 0,
                            "%zu jobs have not been forgotten", s->jobs_max);
    return TD_OK;
}

static struct keep_past *add_past(struct keep_server *s, const char *id)
{
    struct keep_past *p;

    s->pasts = td_list_room(s->pasts, s->past_count, sizeof(*s->pasts));
    p = &s->pasts[s->past_count++];
    *p = (struct keep_past){.id = td_strdup(id)};
    return p;
}

static void forget(struct keep_server *s, struct keep_past *p)
{
    free(p->id);
    free(p->why);
    memmove(p, p + 1,
            (size_t)(s->pasts + s->past_count - (p + 1)) * sizeof(*p));
    s->past_count--;
}

/* One that waited may fail while nobody listens: it is kept, as an end is. */
static void start_failed(struct keep_server *s, const char *id,
                         const struct td_error *why)
{
    struct keep_past *p = add_past(s, id);

    p->why = td_calloc(1, sizeof(*p->why));
    *p->why = *why;
    keep_ledger_failed(&s->ledger, id, why);
    say_past(s, p);
}

static void start(struct keep_server *s, const struct keep_job *job)
{
    struct td_error err = {0};
    struct keep_hold *h = NULL;

    if (keep_hold_start(&h, job, s->tag, &err)) {
        start_failed(s, job->id, &err);
        return;
    }
    s->holds =
        td_list_room(s->holds, s->hold_count, sizeof(struct keep_hold *));
    s->holds[s->hold_count++] = h;
    keep_ledger_spawned(&s->ledger, job->id, h->child.pid, h->child.start);
    say_spawned(s, h);
}

/* Whether there is room for a job of that weight beside those that run. */
static bool has_room(const struct keep_server *s, uint32_t weight,
                     uint32_t most)
{
    uint64_t used = 0;

    for (size_t i = 0; i < s->hold_count; i++)
        used += s->holds[i]->state == KEEP_GONE ? 0 : s->holds[i]->weight;
    return most == 0 || used == 0 || used + weight <= most;
}

static void spawn(struct keep_server *s, const struct keep_frame *f)
{
    struct td_error err = {0};
    struct keep_job job;
    char id[KEEP_ID_MAX + 1];

    if (keep_job_take(f, &job, id, NULL)) {
        s->leaving = true;
        return;
    }
    /* What did not start may be tried again. */
    if (find_past(s, id) && find_past(s, id)->why)
        forget(s, find_past(s, id));
    if (refuse(s, id, &err))
        say_failed(s, id, &err);
    else if (job.most &&
             (s->queue.count > 0 || !has_room(s, job.weight, job.most)))
        keep_queue_add(&s->queue, f, &job);
    else
        start(s, &job);
    keep_job_release(&job);
}

void keep_talk_start(struct keep_server *s)
{
    while (s->queue.count > 0 && !s->trouble.code &&
           s->hold_count < KEEP_RUNNING &&
           has_room(s, s->queue.jobs->weight, s->queue.jobs->most)) {
        struct td_bytes in = td_buf_bytes(&s->queue.jobs->frame);
        struct keep_frame f;
        struct keep_job job;
        char id[KEEP_ID_MAX + 1];

        /* It was taken once already. */
        if (!keep_frame_take(&in, &f, NULL) &&
            !keep_job_take(&f, &job, id, NULL)) {
            start(s, &job);
            keep_job_release(&job);
        }
        keep_queue_drop(&s->queue, s->queue.jobs);
    }
}

static void call_off(struct keep_server *s, struct keep_waiting *w)
{
    struct td_error err = {0};

    (void)td_error_set(&err, TD_IO, w->id, 0, "it was stopped while it waited");
    err.errnum = ECANCELED;
    say_failed(s, w->id, &err);
    keep_queue_drop(&s->queue, w);
}

void keep_talk_call_off(struct keep_server *s)
{
    while (s->queue.count > 0)
        call_off(s, s->queue.jobs);
}

static void taken(struct keep_hold *h, const struct keep_frame *f)
{
    if (f->n[0] == KEEP_OUT || f->n[0] == KEEP_ERR)
        keep_pump_taken(&h->pump[f->n[0] - KEEP_OUT], f->n[1]);
}

/* What is said of one job. */
static void hear_of(struct keep_server *s, const struct keep_frame *f,
                    uint64_t now)
{
    char id[KEEP_ID_MAX + 1];
    struct keep_hold *h = keep_server_find(s, keep_frame_id(f, id));

    if (f->type == KEEP_FORGET && find_past(s, id))
        forget(s, find_past(s, id));
    if ((f->type == KEEP_STOP || f->type == KEEP_CALL_OFF) &&
        keep_queue_find(&s->queue, id))
        call_off(s, keep_queue_find(&s->queue, id));
    if (!h)
        return;
    if (f->type == KEEP_TAKEN)
        taken(h, f);
    if (f->type == KEEP_STOP)
        keep_hold_stop(h, f->n[0] ? 0 : f->n[1] ? f->n[1] : KEEP_GRACE, now);
    /* More than may wait is not of our client's making. */
    if (f->type == KEEP_FEED && h->in.len + f->data.len > 2 * KEEP_IN_MAX)
        s->leaving = true;
    else if (f->type == KEEP_FEED || f->type == KEEP_FEED_END)
        keep_hold_feed(h, f->data, f->type == KEEP_FEED_END);
}

static void hear(struct keep_server *s, const struct keep_frame *f,
                 uint64_t now)
{
    if (!s->welcome) {
        if (f->type == KEEP_HELLO && f->n[0] == KEEP_VERSION &&
            td_bytes_is(f->id, s->id))
            welcome(s);
        else
            s->leaving = true;
        return;
    }
    if (f->type == KEEP_SPAWN)
        spawn(s, f);
    else if (f->type == KEEP_QUIT)
        keep_server_quit(s, f->n[0] != 0, now);
    else
        hear_of(s, f, now);
}

static void hear_all(struct keep_server *s, uint64_t now)
{
    struct td_bytes in = td_buf_bytes(&s->in);
    struct keep_frame f;
    enum td_code code = TD_OK;

    while (!s->leaving && !(code = keep_frame_take(&in, &f, NULL)))
        hear(s, &f, now);
    if (code && code != TD_AGAIN)
        s->leaving = true;
    td_buf_drop(&s->in, s->in.len - in.len);
}

void keep_talk_read(struct keep_server *s, uint64_t now)
{
    uint8_t *room = td_buf_room(&s->in, STEP);
    ssize_t n = room ? read(s->client, room, STEP) : 0;

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) {
        s->leaving = true;
        return;
    }
    s->in.len += (size_t)n;
    hear_all(s, now);
}

static void tell_output(struct keep_server *s, struct keep_hold *h, int i)
{
    struct keep_pump *pump = &h->pump[i];
    struct keep_frame f = {.type = KEEP_OUTPUT, .id = td_text(h->id)};

    if (!pump->relay || pump->sent == pump->kept.len || s->out.len > OUT_FULL)
        return;
    f.n[0] = (uint64_t)(KEEP_OUT + i);
    f.data = td_bytes(pump->kept.ptr + pump->sent, pump->kept.len - pump->sent);
    say(s, &f);
    pump->sent = pump->kept.len;
}

static bool beats(const struct keep_hold *h)
{
    return h->end.out_bytes != h->beat_told && !h->pump[1].relay;
}

static void tell_one(struct keep_server *s, struct keep_hold *h, uint64_t now)
{
    struct keep_frame f = {.id = td_text(h->id)};

    if (h->fed) {
        f.type = KEEP_FED;
        f.n[0] = h->fed;
        say(s, &f);
        h->fed = 0;
    }
    tell_output(s, h, 0);
    tell_output(s, h, 1);
    if (!beats(h) || now < h->beat_at)
        return;
    f.type = KEEP_BEAT;
    f.n[0] = h->beat_told = h->end.out_bytes;
    h->beat_at = now + KEEP_BEAT_NS;
    say(s, &f);
}

/* Its last word is said; from here on it is a past. */
static void bury(struct keep_server *s, struct keep_hold *h)
{
    struct keep_past *p;

    if (h->log) {
        keep_joblog_finish(h->log);
        h->end.log_missing = keep_joblog_missing(h->log);
        h->end.log_errnum = keep_joblog_errnum(h->log);
    }
    p = add_past(s, h->id);
    p->end = h->end;
    keep_hold_free(h);
    say_ended(s, p);
}

void keep_talk_tell(struct keep_server *s, uint64_t now)
{
    size_t left = 0;

    for (size_t i = 0; i < s->hold_count; i++) {
        struct keep_hold *h = s->holds[i];

        if (s->client >= 0 && s->welcome)
            tell_one(s, h, now);
        if (h->kept && keep_hold_is_dry(h))
            bury(s, h);
        else
            s->holds[left++] = h;
    }
    /* A list that shrank is grown by doubling at powers of two again. */
    if (left != s->hold_count) {
        struct keep_hold **holds = NULL;

        for (size_t i = 0; i < left; i++) {
            holds = td_list_room(holds, i, sizeof(struct keep_hold *));
            holds[i] = s->holds[i];
        }
        free(s->holds);
        s->holds = holds;
        s->hold_count = left;
    }
}

uint64_t keep_talk_due(const struct keep_server *s)
{
    uint64_t due = TD_NEVER;

    for (size_t i = 0; i < s->hold_count && s->client >= 0; i++)
        if (beats(s->holds[i]) && s->holds[i]->beat_at < due)
            due = s->holds[i]->beat_at;
    return due;
}

void keep_talk_write(struct keep_server *s)
{
    while (s->client >= 0 && s->out.len > 0) {
        ssize_t n = send(s->client, s->out.ptr, s->out.len,
                         MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            s->leaving = s->leaving || errno != EAGAIN;
            return;
        }
        td_buf_drop(&s->out, (size_t)n);
    }
}

void keep_talk_accept(struct keep_server *s)
{
    int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return;
    if (!keep_socket_is_ours(fd)) {
        (void)close(fd);
        return;
    }
    s->client = fd;
    s->in.max = KEEP_FRAME_MAX + KEEP_HEAD + STEP;
}

void keep_talk_drop(struct keep_server *s)
{
    keep_close_fd(&s->client);
    td_buf_release(&s->in);
    td_buf_release(&s->out);
    s->welcome = false;
    s->leaving = false;
}

/* The last words have to get through; a client that does not read has had its
 * chance. */
void keep_talk_bye(struct keep_server *s)
{
    struct keep_frame f = {.type = KEEP_BYE};
    struct timeval patience = {.tv_sec = 1};

    if (s->client < 0)
        return;
    say(s, &f);
    (void)fcntl(s->client, F_SETFL, 0);
    (void)setsockopt(s->client, SOL_SOCKET, SO_SNDTIMEO, &patience,
                     sizeof(patience));
    while (s->out.len > 0) {
        ssize_t n = send(s->client, s->out.ptr, s->out.len, MSG_NOSIGNAL);

        if (n <= 0)
            return;
        td_buf_drop(&s->out, (size_t)n);
    }
}
