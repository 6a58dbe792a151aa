/* What tasks have made, over HTTP: by the journal, which has a line for every
 * file of a folder, too.
 */
#include "orchestrator/serve/api.h"

#include "core/digest.h"
#include "core/mem.h"
#include "orchestrator/serve/later.h"
#include "orchestrator/work/files.h"
#include "wire/http/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct artifacts {
    const char *path;        /* is looked for; or NULL */
    const char *sha256;      /* the same */
    struct td_buf found;     /* its path, */
    char sum[TD_SHA256_HEX]; /* and its hash */
};

static bool is_wanted(const struct artifacts *a,
                      const struct journal_said *said, const char *path)
{
    return a->sha256 ? td_bytes_is(serve_text(said->doc, said->data, "sha256"),
                                   a->sha256)
                     : a->path && !strcmp(a->path, path);
}

static enum td_code on_said(void *ctx, const struct journal_said *said,
                            struct td_error *err)
{
    struct artifacts *a = ctx;
    struct td_buf path = {0};

    (void)err;
    if (!td_bytes_is(said->type, "artifact_created"))
        return TD_OK;
    if (!td_json_unescape(&path,
                          serve_text(said->doc, said->data, "file_path")) &&
        is_wanted(a, said, td_buf_str(&path))) {
        struct td_bytes sum = serve_text(said->doc, said->data, "sha256");

        td_buf_clear(&a->found);
        (void)td_buf_add_bytes(&a->found, td_buf_bytes(&path));
        (void)snprintf(a->sum, sizeof(a->sum), "%.*s", (int)sum.len,
                       (const char *)sum.ptr);
    }
    td_buf_release(&path);
    return TD_OK;
}

static int digit(uint8_t c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* False: an escape is none, or stands for NUL. */
static bool decode(struct td_bytes text, struct td_buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];

        if (c == '%') {
            if (text.len - i < 3 || digit(text.ptr[i + 1]) < 0 ||
                digit(text.ptr[i + 2]) < 0)
                return false;
            c = (uint8_t)(digit(text.ptr[i + 1]) * 16 + digit(text.ptr[i + 2]));
            i += 2;
        }
        if (c == 0)
            return false;
        (void)td_buf_add(out, &c, 1);
    }
    return out->len > 0;
}

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".json", "application/json"},
        {".pdf", "application/pdf"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".svg", "image/svg+xml"},
        {".gz", "application/gzip"},
        {".zip", "application/zip"},
        {".c", "text/plain; charset=utf-8"},
        {".h", "text/plain; charset=utf-8"},
        {".md", "text/plain; charset=utf-8"},
        {".txt", "text/plain; charset=utf-8"},
        {".csv", "text/csv; charset=utf-8"},
        {".xml", "application/xml"},
        {".yaml", "application/yaml"},
    };
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++)
        if (!strcmp(dot, types[i][0]))
            return types[i][1];
    return "application/octet-stream";
}

/* ---- sending one ---- */

/* It is read and hashed beside the loop, in one pass: what is sent is what was
 * hashed. */
struct sending {
    struct serve_later later;
    int fd;
    uint64_t size;
    struct serve_range range;
    const char *type;
    char id[RUN_ID_SIZE];
    char *path;
    char wanted[TD_SHA256_HEX];
    struct td_buf body;
};

/* The part of a piece that is asked for. */
static void keep(struct sending *s, struct td_bytes piece, uint64_t at)
{
    uint64_t end = s->range.first + s->range.count;
    uint64_t from = at > s->range.first ? at : s->range.first;
    uint64_t to = at + piece.len < end ? at + piece.len : end;

    if (from < to)
        (void)td_buf_add(&s->body, piece.ptr + (from - at),
                         (size_t)(to - from));
}

static bool read_and_hash(struct sending *s, char hex[TD_SHA256_HEX])
{
    struct td_sha256 *sum = td_sha256_new();
    uint8_t digest[TD_SHA256_LEN];
    uint8_t piece[65536];
    uint64_t at = 0;
    ssize_t n;

    while ((n = pread(s->fd, piece, sizeof(piece), (off_t)at)) > 0 &&
           !atomic_load(&s->later.stop)) {
        td_sha256_add(sum, td_bytes(piece, (size_t)n));
        keep(s, td_bytes(piece, (size_t)n), at);
        at += (uint64_t)n;
    }
    td_sha256_end(sum, digest);
    work_hex(hex, digest);
    return n == 0;
}

static void work(struct serve_later *later)
{
    struct sending *s = (struct sending *)later;
    struct serve_answer *answer = &later->answer;
    char hex[TD_SHA256_HEX];

    answer->success = true;
    if (!read_and_hash(s, hex))
        serve_fail(answer, atomic_load(&later->stop) ? 503 : 500,
                   "%s cannot be read", s->path);
    else if (strcmp(hex, s->wanted) != 0)
        serve_fail(answer, 409,
                   "%s is not what %s made any more: its sha256 is %s, and "
                   "was %s",
                   s->path, s->id, hex, s->wanted);
}

static void tell(struct serve_later *later)
{
    struct sending *s = (struct sending *)later;
    const struct serve_ask ask = serve_ask_again(later);
    struct wire_response response = {.body = td_buf_bytes(&s->body)};

    s->range.part = s->range.part && s->body.len > 0;
    if (later->answer.success)
        serve_send_range(&ask, &s->range, s->size, &response, s->type);
    else
        serve_ask_refuse(&ask, later->answer.status,
                         td_buf_str(&later->answer.error));
}

static void release(struct serve_later *later)
{
    struct sending *s = (struct sending *)later;

    serve_answer_release(&later->answer);
    td_buf_release(&s->body);
    (void)close(s->fd);
    free(s->path);
    free(s);
}

/* The descriptor is taken over. */
static void begin(const struct serve_ask *ask, int fd, uint64_t size,
                  const struct artifacts *found)
{
    struct sending *s = td_calloc(1, sizeof(*s));
    const char *path = (const char *)found->found.ptr;
    struct td_error err;

    s->later = (struct serve_later){.work = work,
                                    .release = release,
                                    .tell = tell,
                                    .request = ask->request};
    s->fd = fd;
    s->size = size;
    s->type = type_of(path);
    s->path = td_strdup(path);
    s->body.max = SERVE_FILE_BYTES;
    memcpy(s->id, ask->exec->id, sizeof(s->id));
    memcpy(s->wanted, found->sum, sizeof(s->wanted));
    if (!serve_read_range(http_field(ask->info->head, "range"), size,
                          &s->range)) {
        release(&s->later);
        serve_ask_refuse(ask, 416, "the range is behind its end");
    } else if (s->range.count > SERVE_FILE_BYTES) {
        release(&s->later);
        serve_ask_refuse(ask, 413, "more than 64 MiB; ask for a range of it");
    } else if (serve_later_begin(ask->serve, &s->later, &err)) {
        serve_ask_refuse(ask, err.code == TD_LIMIT ? 503 : 500, err.text);
    }
}

static void send_artifact(const struct serve_ask *ask, struct artifacts *found)
{
    struct serve *serve = ask->serve;
    struct run_exec *looked = NULL;
    struct run_exec *run = ask->exec->run;
    struct td_error err;
    uint64_t size;
    int fd;

    if (!run && run_peek(&looked, serve->net, ask->exec->id,
                         serve->options.root, &serve->options.run, &err)) {
        serve_ask_refuse(ask, 500, err.text);
        return;
    }
    if (work_open_file(&fd, &size, run_place(run ? run : looked),
                       td_buf_str(&found->found), &err))
        serve_ask_refuse(ask, 404, err.text);
    else
        begin(ask, fd, size, found);
    (void)run_close(looked, &err);
}

static enum td_code find(const struct serve_journal *journal,
                         const char *wanted, struct artifacts *found,
                         struct td_error *err)
{
    static const char hash[] = "sha256:";

    if (!strncmp(wanted, hash, sizeof(hash) - 1))
        found->sha256 = wanted + sizeof(hash) - 1;
    else
        found->path = wanted;
    return serve_fold(journal, on_said, found, NULL, err);
}

enum td_code serve_artifact_find(const struct serve_journal *journal,
                                 const char *wanted, struct td_buf *found,
                                 struct td_error *err)
{
    struct artifacts a = {.path = NULL};
    enum td_code code = find(journal, wanted, &a, err);

    (void)td_buf_add_bytes(found, td_buf_bytes(&a.found));
    td_buf_release(&a.found);
    return code;
}

/* It is looked for beside the loop, too: a journal may be long. */
struct seeking {
    struct serve_later later;
    struct serve_journal journal;
    struct artifacts found;
    char *path; /* of the journal */
    char id[RUN_ID_SIZE];
    struct td_buf wanted;
};

static void seek(struct serve_later *later)
{
    struct seeking *s = (struct seeking *)later;
    struct td_error err;

    if (find(&s->journal, td_buf_str(&s->wanted), &s->found, &err))
        serve_fail_by(&later->answer, &err);
    else if (s->found.found.len == 0)
        serve_fail(&later->answer, 404, "there is no such artifact");
}

static void tell_sought(struct serve_later *later)
{
    struct seeking *s = (struct seeking *)later;
    struct serve_ask ask = serve_ask_again(later);

    ask.exec = serve_exec_find(ask.serve, td_text(s->id));
    if (later->answer.success && ask.exec)
        send_artifact(&ask, &s->found);
    else
        serve_ask_refuse(&ask, later->answer.status,
                         td_buf_str(&later->answer.error));
}

static void release_sought(struct serve_later *later)
{
    struct seeking *s = (struct seeking *)later;

    serve_answer_release(&later->answer);
    td_buf_release(&s->found.found);
    td_buf_release(&s->wanted);
    free(s->path);
    free(s);
}

void serve_ask_artifact(const struct serve_ask *ask, struct td_bytes path)
{
    struct seeking *s = td_calloc(1, sizeof(*s));
    struct td_error err;

    s->later = (struct serve_later){.work = seek,
                                    .release = release_sought,
                                    .tell = tell_sought,
                                    .request = ask->request,
                                    .answer = {.success = true, .status = 200}};
    s->path = td_strdup(ask->exec->journal);
    s->journal = serve_journal(ask->exec);
    s->journal.path = s->path;
    s->journal.stop = &s->later.stop;
    memcpy(s->id, ask->exec->id, sizeof(s->id));
    if (!decode(path, &s->wanted)) {
        release_sought(&s->later);
        serve_ask_refuse(ask, 404, "there is no such artifact");
    } else if (serve_later_begin(ask->serve, &s->later, &err)) {
        serve_ask_refuse(ask, err.code == TD_LIMIT ? 503 : 500, err.text);
    }
}
