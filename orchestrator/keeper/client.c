#include "core/clock.h"
#include "core/mem.h"
#include "orchestrator/keeper/frame.h"
#include "orchestrator/keeper/keeper.h"
#include "orchestrator/keeper/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STEP     ((size_t)64 * 1024)
#define READ_MAX 16                /* steps of one keep_read() */
#define OUT_FULL ((size_t)4 << 20) /* no more jobs are put behind it */

/* What is known of the stdin of a job that runs. */
struct meal {
    char *id;
    uint64_t waits; /* bytes that the job has not read */
    bool asked;     /* somebody waits for room */
};

struct keep_client {
    int fd;
    int64_t pid;
    struct keep_events events;
    void *ctx;
    struct td_buf in;
    struct td_buf out;
    struct meal *meals;
    size_t meal_count;
    bool bye; /* the keeper has said that it ends */
};

static struct meal *find_meal(const struct keep_client *c, const char *id)
{
    for (size_t i = 0; i < c->meal_count; i++)
        if (!strcmp(c->meals[i].id, id))
            return &c->meals[i];
    return NULL;
}

static struct meal *make_meal(struct keep_client *c, const char *id)
{
    struct meal *m = find_meal(c, id);

    if (m)
        return m;
    c->meals = td_realloc(c->meals, (c->meal_count + 1) * sizeof(*c->meals));
    m = &c->meals[c->meal_count++];
    *m = (struct meal){.id = td_strdup(id)};
    return m;
}

static void end_meal(struct keep_client *c, const char *id)
{
    struct meal *m = find_meal(c, id);

    if (!m)
        return;
    free(m->id);
    *m = c->meals[--c->meal_count];
}

/* Send what waits, as far as it goes; a broken connection is seen when reading.
 */
static void flush(struct keep_client *c)
{
    while (c->out.len > 0) {
        ssize_t n =
            send(c->fd, c->out.ptr, c->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return;
        td_buf_drop(&c->out, (size_t)n);
    }
}

static void say(struct keep_client *c, const struct keep_frame *f)
{
    (void)!keep_frame_put(&c->out, f);
    flush(c);
}

static void say_of(struct keep_client *c, enum keep_type type, const char *id,
                   uint64_t n)
{
    struct keep_frame f = {.type = type, .id = td_text(id)};

    f.n[0] = n;
    if (f.id.len <= KEEP_ID_MAX)
        say(c, &f);
}

static enum td_code no_answer(struct td_error *err)
{
    (void)td_error_set(err, TD_TIMEOUT, KEEP_SOCKET, 0,
                       "the keeper does not answer");
    (void)td_error_hint(err, "is another client attached to it?");
    return TD_TIMEOUT;
}

static enum td_code wait_fd(int fd, uint64_t until)
{
    uint64_t now = td_mono_ns(td_clock_real());
    struct pollfd p = {.fd = fd, .events = POLLIN};
    uint64_t ms = until > now ? (until - now) / TD_NS_PER_MS + 1 : 0;
    int n = poll(&p, 1, ms > INT32_MAX ? INT32_MAX : (int)ms);

    if (n > 0 || (n < 0 && errno == EINTR))
        return TD_OK;
    return TD_TIMEOUT;
}

/* Exactly len bytes: what is behind them is for keep_read(), which is called
 * when there is something to read. */
static enum td_code receive(struct keep_client *c, size_t len, uint64_t until,
                            struct td_error *err)
{
    size_t want = c->in.len + len;

    while (c->in.len < want) {
        uint8_t *room = td_buf_room(&c->in, want - c->in.len);
        ssize_t n = room ? recv(c->fd, room, want - c->in.len, 0) : 0;

        if (n == 0 || (n < 0 && errno == ECONNRESET))
            return TD_END;
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return td_error_errno(err, TD_IO, KEEP_SOCKET, errno,
                                  "cannot read");
        c->in.len += n > 0 ? (size_t)n : 0;
        if (n < 0 && wait_fd(c->fd, until))
            return no_answer(err);
    }
    return TD_OK;
}

static enum td_code read_welcome(struct keep_client *c, uint64_t until,
                                 struct td_error *err)
{
    struct td_bytes in;
    struct keep_frame f;
    enum td_code code = receive(c, KEEP_HEAD, until, err);
    size_t len = code ? 0
                      : (size_t)c->in.ptr[0] | (size_t)c->in.ptr[1] << 8 |
                            (size_t)c->in.ptr[2] << 16;

    if (!code)
        code = receive(c, len, until, err);
    if (code)
        return code;
    in = td_buf_bytes(&c->in);
    if (keep_frame_take(&in, &f, NULL) || f.type != KEEP_WELCOME ||
        f.n[0] != KEEP_VERSION || f.data.len != KEEP_BOOT_LEN)
        return td_error_set(err, TD_PROTOCOL, KEEP_SOCKET, 0,
                            "this keeper is of another version");
    c->pid = (int64_t)f.n[1];
    td_buf_clear(&c->in);
    return TD_OK;
}

static enum td_code greet(struct keep_client *c, const struct keep_home *home,
                          uint64_t wait_ns, struct td_error *err)
{
    struct keep_frame hello = {.type = KEEP_HELLO, .id = td_text(home->id)};
    uint64_t now = td_mono_ns(td_clock_real());

    hello.n[0] = KEEP_VERSION;
    if (!keep_socket_is_ours(c->fd))
        return td_error_set(err, TD_PROTOCOL, KEEP_SOCKET, 0,
                            "the keeper is another user's");
    say(c, &hello);
    return read_welcome(c, wait_ns > TD_NEVER - now ? TD_NEVER : now + wait_ns,
                        err);
}

enum td_code keep_attach(struct keep_client **out, const struct keep_home *home,
                         const struct keep_events *events, void *ctx,
                         uint64_t wait_ns, struct td_error *err)
{
    int dir = open(home->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct keep_client *c;
    enum td_code code;

    *out = NULL;
    if (dir < 0)
        return td_error_errno(err, TD_IO, home->dir, errno, "cannot be used");
    c = td_calloc(1, sizeof(*c));
    c->events = *events;
    c->ctx = ctx;
    code = keep_socket_connect(&c->fd, dir, err);
    (void)close(dir);
    if (!code)
        code = greet(c, home, wait_ns, err);
    if (code) {
        keep_detach(c);
        return code;
    }
    *out = c;
    return TD_OK;
}

void keep_detach(struct keep_client *c)
{
    if (!c)
        return;
    if (c->fd >= 0)
        (void)close(c->fd);
    for (size_t i = 0; i < c->meal_count; i++)
        free(c->meals[i].id);
    free(c->meals);
    td_buf_release(&c->in);
    td_buf_release(&c->out);
    free(c);
}

int keep_fd(const struct keep_client *c)
{
    return c->fd;
}

bool keep_wants_write(const struct keep_client *c)
{
    return c->out.len > 0;
}

static void hear_spawned(struct keep_client *c, const struct keep_frame *f,
                         const char *id)
{
    /* Of a job of ours what waits is counted from the beginning. */
    if (!find_meal(c, id))
        make_meal(c, id)->waits = f->n[2];
    if (c->events.spawned)
        c->events.spawned(c->ctx, id, (int64_t)f->n[0], f->n[1]);
}

static void hear_failed(struct keep_client *c, const struct keep_frame *f,
                        const char *id)
{
    struct td_error why;

    keep_error_take(f, &why);
    if (f->type == KEEP_TROUBLE) {
        if (c->events.trouble)
            c->events.trouble(c->ctx, &why);
        return;
    }
    end_meal(c, id);
    if (c->events.failed)
        c->events.failed(c->ctx, id, &why);
}

static void hear_output(struct keep_client *c, const struct keep_frame *f,
                        const char *id)
{
    struct keep_frame taken = {.type = KEEP_TAKEN, .id = f->id};

    if (c->events.output && (f->n[0] == KEEP_OUT || f->n[0] == KEEP_ERR))
        c->events.output(c->ctx, id, (enum keep_stream)f->n[0], f->data);
    taken.n[0] = f->n[0];
    taken.n[1] = f->data.len;
    say(c, &taken);
}

static void hear_fed(struct keep_client *c, const struct keep_frame *f,
                     const char *id)
{
    struct meal *m = find_meal(c, id);

    if (!m)
        return;
    m->waits -= f->n[0] < m->waits ? f->n[0] : m->waits;
    if (!m->asked || m->waits > KEEP_IN_MAX / 2)
        return;
    m->asked = false;
    if (c->events.hungry)
        c->events.hungry(c->ctx, id);
}

static void hear_ended(struct keep_client *c, const struct keep_frame *f,
                       const char *id)
{
    struct keep_end end = {.status = (int)(int64_t)f->n[0],
                           .stopped = f->n[1] != 0,
                           .out_bytes = f->n[2],
                           .log_missing = f->n[3],
                           .log_errnum = (int)f->n[4],
                           .ran_ns = f->n[5]};

    end_meal(c, id);
    if (c->events.ended)
        c->events.ended(c->ctx, id, &end);
}

static void hear(struct keep_client *c, const struct keep_frame *f)
{
    char id[KEEP_ID_MAX + 1];

    (void)keep_frame_id(f, id);
    if (f->type == KEEP_SPAWNED)
        hear_spawned(c, f, id);
    else if (f->type == KEEP_FAILED || f->type == KEEP_TROUBLE)
        hear_failed(c, f, id);
    else if (f->type == KEEP_OUTPUT)
        hear_output(c, f, id);
    else if (f->type == KEEP_FED)
        hear_fed(c, f, id);
    else if (f->type == KEEP_ENDED)
        hear_ended(c, f, id);
    else if (f->type == KEEP_BEAT && c->events.beat)
        c->events.beat(c->ctx, id, f->n[0]);
    else if (f->type == KEEP_WAITS && c->events.waits)
        c->events.waits(c->ctx, id);
    else if (f->type == KEEP_READY && c->events.ready)
        c->events.ready(c->ctx);
    else if (f->type == KEEP_BYE)
        c->bye = true;
}

static enum td_code hear_all(struct keep_client *c, struct td_error *err)
{
    struct td_bytes in = td_buf_bytes(&c->in);
    struct keep_frame f;
    enum td_code code;

    while (!(code = keep_frame_take(&in, &f, err)))
        hear(c, &f);
    td_buf_drop(&c->in, c->in.len - in.len);
    return code == TD_AGAIN ? TD_OK : code;
}

/* One read; TD_AGAIN: there is nothing. */
static enum td_code read_step(struct keep_client *c, struct td_error *err)
{
    uint8_t *room = td_buf_room(&c->in, STEP);
    ssize_t n = room ? recv(c->fd, room, STEP, MSG_DONTWAIT) : 0;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return TD_AGAIN;
    if (n > 0) {
        c->in.len += (size_t)n;
        return hear_all(c, err);
    }
    if (c->bye)
        return TD_END;
    (void)td_error_set(err, TD_IO, KEEP_SOCKET, 0,
                       "the keeper, process %lld, is gone", (long long)c->pid);
    (void)td_error_hint(err, "its jobs are ended by a resume");
    return TD_IO;
}

enum td_code keep_read(struct keep_client *c, struct td_error *err)
{
    enum td_code code = TD_OK;

    flush(c);
    for (int i = 0; i < READ_MAX && !code; i++)
        code = read_step(c, err);
    return code == TD_AGAIN ? TD_OK : code;
}

enum td_code keep_spawn(struct keep_client *c, const struct keep_job *job,
                        struct td_error *err)
{
    enum td_code code;

    if (c->out.len > OUT_FULL)
        return TD_AGAIN;
    code = keep_job_put(&c->out, job, err);
    if (code)
        return code;
    make_meal(c, job->id)->waits = job->in.len;
    flush(c);
    return TD_OK;
}

enum td_code keep_feed(struct keep_client *c, const char *id,
                       struct td_bytes bytes, struct td_error *err)
{
    struct keep_frame f = {.type = KEEP_FEED, .id = td_text(id), .data = bytes};
    struct meal *m = find_meal(c, id);

    if (bytes.len > KEEP_IN_MAX)
        return td_error_set(err, TD_LIMIT, id, 0,
                            "more than 1 MiB of stdin at once");
    if (!m)
        return TD_OK;
    if (m->waits + bytes.len > KEEP_IN_MAX) {
        m->asked = true;
        return TD_AGAIN;
    }
    m->waits += bytes.len;
    say(c, &f);
    if (m->waits <= KEEP_IN_MAX / 2)
        return TD_OK;
    m->asked = true;
    return TD_FULL;
}

void keep_feed_end(struct keep_client *c, const char *id)
{
    say_of(c, KEEP_FEED_END, id, 0);
}

void keep_stop(struct keep_client *c, const char *id, uint64_t grace_ns)
{
    struct keep_frame f = {.type = KEEP_STOP, .id = td_text(id)};

    f.n[0] = grace_ns == 0;
    f.n[1] = grace_ns == KEEP_GRACE ? 0 : grace_ns;
    if (f.id.len <= KEEP_ID_MAX)
        say(c, &f);
}

void keep_call_off(struct keep_client *c, const char *id)
{
    say_of(c, KEEP_CALL_OFF, id, 0);
}

void keep_forget(struct keep_client *c, const char *id)
{
    say_of(c, KEEP_FORGET, id, 0);
}

void keep_quit(struct keep_client *c, bool at_once)
{
    say_of(c, KEEP_QUIT, "", at_once);
}
