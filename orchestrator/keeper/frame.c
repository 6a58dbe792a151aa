#include "orchestrator/keeper/frame.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define FLAG_OPEN  1U
#define FLAG_LOG   2U
#define FLAG_RELAY 2 /* bits to the left, */
#define RELAY      3U
#define WEIGHT     8
#define WEIGHT_MAX 0xffffffU
#define MOST       32

static void put_number(uint8_t *to, uint64_t n, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (uint8_t)(n >> 8 * i);
}

static uint64_t number(const uint8_t *from, unsigned bytes)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < bytes; i++)
        n |= (uint64_t)from[i] << 8 * i;
    return n;
}

enum td_code keep_frame_put(struct td_buf *out, const struct keep_frame *f)
{
    size_t len = KEEP_FRAME_MIN + f->id.len + f->data.len;
    uint8_t *to =
        len > KEEP_FRAME_MAX ? NULL : td_buf_room(out, KEEP_HEAD + len);

    if (!to)
        return TD_LIMIT;
    put_number(to, len, KEEP_HEAD);
    to[KEEP_HEAD] = (uint8_t)f->type;
    put_number(to + 5, f->id.len, 4);
    to += 9;
    if (f->id.len)
        memcpy(to, f->id.ptr, f->id.len);
    to += f->id.len;
    for (unsigned i = 0; i < KEEP_NUMBERS; i++, to += 8)
        put_number(to, f->n[i], 8);
    if (f->data.len)
        memcpy(to, f->data.ptr, f->data.len);
    out->len += KEEP_HEAD + len;
    return TD_OK;
}

static enum td_code broken(struct td_error *err, const char *why)
{
    return td_error_set(err, TD_PROTOCOL, "keeper", 0, "%s", why);
}

static enum td_code read_body(const uint8_t *at, size_t len,
                              struct keep_frame *f, struct td_error *err)
{
    size_t id = number(at + 1, 4);

    if (at[0] < KEEP_HELLO || at[0] >= KEEP_TYPES)
        return broken(err, "a frame of no known type came");
    if (id > KEEP_ID_MAX || id > len - KEEP_FRAME_MIN || memchr(at + 5, 0, id))
        return broken(err, "a frame with a broken id came");
    *f = (struct keep_frame){.type = (enum keep_type)at[0],
                             .id = td_bytes(at + 5, id)};
    at += 5 + id;
    for (unsigned i = 0; i < KEEP_NUMBERS; i++, at += 8)
        f->n[i] = number(at, 8);
    f->data = td_bytes(at, len - KEEP_FRAME_MIN - id);
    return TD_OK;
}

enum td_code keep_frame_take(struct td_bytes *in, struct keep_frame *frame,
                             struct td_error *err)
{
    size_t len = in->len < KEEP_HEAD ? 0 : number(in->ptr, KEEP_HEAD);
    const uint8_t *at = in->ptr;

    if (in->len < KEEP_HEAD)
        return TD_AGAIN;
    if (len < KEEP_FRAME_MIN || len > KEEP_FRAME_MAX)
        return broken(err, "a frame with a wrong length came");
    if (in->len - KEEP_HEAD < len)
        return TD_AGAIN;
    *in = td_bytes(at + KEEP_HEAD + len, in->len - KEEP_HEAD - len);
    return read_body(at + KEEP_HEAD, len, frame, err);
}

/* Texts with their NUL, of a list that a NULL ends; their number. */
static uint32_t put_list(struct td_buf *out, char *const *list,
                         enum td_code *code)
{
    uint32_t count = 0;

    for (; !*code && list && list[count] && count <= KEEP_WORDS; count++)
        *code = td_buf_add(out, list[count], strlen(list[count]) + 1);
    return count;
}

static enum td_code too_much(struct td_error *err, const char *id,
                             const char *what)
{
    return td_error_set(err, TD_LIMIT, id, 0, "%s", what);
}

static enum td_code check_job(const struct keep_job *job, struct td_error *err)
{
    if (!*job->id || strlen(job->id) > KEEP_ID_MAX)
        return too_much(err, job->id, "its id has no or too many bytes");
    if (!job->argv || !job->argv[0] || !job->dir)
        return td_error_set(err, TD_USAGE, job->id, 0,
                            "it has no command or no folder");
    if (job->in.len > KEEP_IN_MAX)
        return too_much(err, job->id, "its stdin is longer than 1 MiB");
    return TD_OK;
}

enum td_code keep_job_put(struct td_buf *out, const struct keep_job *job,
                          struct td_error *err)
{
    struct td_buf texts = {.max = KEEP_JOB_MAX};
    struct keep_frame f = {.type = KEEP_SPAWN, .id = td_text(job->id)};
    const struct keep_limits *l = &job->limits;
    enum td_code code = check_job(job, err);
    uint64_t argc;
    uint64_t envc;

    if (code)
        return code;
    code = td_buf_add(&texts, job->dir, strlen(job->dir) + 1);
    if (!code)
        code = td_buf_add(&texts, job->log ? job->log : "",
                          job->log ? strlen(job->log) + 1 : 1);
    argc = put_list(&texts, job->argv, &code);
    envc = put_list(&texts, job->env, &code);
    if (code || argc + envc > KEEP_WORDS) {
        td_buf_release(&texts);
        return too_much(err, job->id,
                        "its command and environment are too long");
    }
    texts.max = 0;
    (void)td_buf_add_bytes(&texts, job->in);
    f.data = td_buf_bytes(&texts);
    f.n[0] = job->log_max;
    f.n[1] = job->grace_ns;
    f.n[2] = l->cpu_ns;
    f.n[3] = l->memory;
    f.n[4] = l->files;
    f.n[5] = l->procs;
    f.n[6] = (job->in_open ? FLAG_OPEN : 0) | (job->log ? FLAG_LOG : 0) |
             (uint64_t)job->relay << FLAG_RELAY |
             (uint64_t)(job->weight < WEIGHT_MAX ? job->weight : WEIGHT_MAX)
                 << WEIGHT |
             (uint64_t)job->most << MOST;
    f.n[7] = argc | envc << 32;
    code = keep_frame_put(out, &f);
    td_buf_release(&texts);
    return code ? too_much(err, job->id, "it is too long") : TD_OK;
}

/* Cut a text with its NUL off data; NULL: there is none. */
static char *take_text(struct td_bytes *data)
{
    const uint8_t *text = data->ptr;
    const uint8_t *end = data->len ? memchr(text, 0, data->len) : NULL;

    if (!end)
        return NULL;
    data->len -= (size_t)(end - text) + 1;
    data->ptr = end + 1;
    /* A list of arguments is not const for exec(3), which writes nothing. */
    return (char *)(uintptr_t)text;
}

static char **take_list(struct td_bytes *data, uint64_t count, bool *bad)
{
    char **list = td_calloc((size_t)count + 1, sizeof(*list));

    for (uint64_t i = 0; i < count && !*bad; i++) {
        list[i] = take_text(data);
        *bad = !list[i];
    }
    return list;
}

enum td_code keep_job_take(const struct keep_frame *frame, struct keep_job *job,
                           char id[KEEP_ID_MAX + 1], struct td_error *err)
{
    struct td_bytes data = frame->data;
    uint64_t argc = frame->n[7] & UINT32_MAX;
    uint64_t envc = frame->n[7] >> 32;
    uint64_t relay = frame->n[6] >> FLAG_RELAY & RELAY;
    bool bad = false;

    *job = (struct keep_job){.id = keep_frame_id(frame, id)};
    if (!frame->id.len || argc < 1 || argc + envc > KEEP_WORDS ||
        relay > KEEP_RELAY_ALL)
        return broken(err, "a job with broken numbers came");
    job->dir = take_text(&data);
    job->log = take_text(&data);
    bad = !job->dir || !job->log;
    job->argv = take_list(&data, argc, &bad);
    job->env = take_list(&data, envc, &bad);
    job->in = data;
    job->log = frame->n[6] & FLAG_LOG ? job->log : NULL;
    job->log_max = frame->n[0];
    job->grace_ns = frame->n[1];
    job->limits = (struct keep_limits){frame->n[2], frame->n[3], frame->n[4],
                                       frame->n[5]};
    job->in_open = frame->n[6] & FLAG_OPEN;
    job->relay = (enum keep_relay)relay;
    job->weight = (uint32_t)(frame->n[6] >> WEIGHT & WEIGHT_MAX);
    job->weight += job->weight == 0;
    job->most = (uint32_t)(frame->n[6] >> MOST);
    if (!bad && data.len <= KEEP_IN_MAX)
        return TD_OK;
    keep_job_release(job);
    return broken(err, "a job with broken texts came");
}

void keep_job_release(struct keep_job *job)
{
    free((void *)(uintptr_t)job->argv);
    free((void *)(uintptr_t)job->env);
    job->argv = NULL;
    job->env = NULL;
}

void keep_error_put(struct td_buf *out, enum keep_type type, const char *id,
                    const struct td_error *why)
{
    struct td_buf texts = {0};
    struct keep_frame f = {.type = type, .id = td_text(id)};

    (void)td_buf_add(&texts, why->where, strlen(why->where) + 1);
    (void)td_buf_add(&texts, why->text, strlen(why->text) + 1);
    (void)td_buf_add(&texts, why->hint, strlen(why->hint) + 1);
    f.n[0] = why->code;
    f.n[1] = (uint64_t)why->errnum;
    f.data = td_buf_bytes(&texts);
    (void)!keep_frame_put(out, &f);
    td_buf_release(&texts);
}

void keep_error_take(const struct keep_frame *frame, struct td_error *why)
{
    struct td_bytes data = frame->data;
    const char *where = take_text(&data);
    const char *text = take_text(&data);
    const char *hint = take_text(&data);

    *why = (struct td_error){0};
    if (!where || !text || !hint)
        return;
    (void)td_error_set(why, frame->n[0] == TD_LIMIT ? TD_LIMIT : TD_IO, where,
                       0, "%s", text);
    (void)td_error_hint(why, "%s", hint);
    why->errnum = frame->n[1] <= 4095 ? (int)frame->n[1] : 0;
}

const char *keep_frame_id(const struct keep_frame *frame,
                          char id[KEEP_ID_MAX + 1])
{
    memcpy(id, frame->id.ptr, frame->id.len);
    id[frame->id.len] = 0;
    return id;
}
