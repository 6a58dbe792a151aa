/* Files over HTTP: journals, logs, and what they have in common with artifacts.
 */
#include "orchestrator/serve/api.h"

#include "core/take.h"
#include "wire/http/http.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- sending ---- */

/* "bytes=0-99", "bytes=100-", "bytes=-100" (RFC 9110, 14.1.2). False: it is
 * outside of the file. What is none of these is passed over, as it may be. */
bool serve_read_range(struct td_bytes field, uint64_t size,
                      struct serve_range *out)
{
    struct td_bytes rest = field;
    uint64_t a = 0;
    uint64_t b = UINT64_MAX;
    bool from;

    *out = (struct serve_range){.count = size};
    if (rest.len < 7 || memcmp(rest.ptr, "bytes=", 6) != 0)
        return true;
    rest = td_bytes(rest.ptr + 6, rest.len - 6);
    from = td_take_number(&rest, &a);
    if (!rest.len || rest.ptr[0] != '-')
        return true;
    rest = td_bytes(rest.ptr + 1, rest.len - 1);
    if ((rest.len && !td_take_number(&rest, &b)) || rest.len ||
        (!from && b == UINT64_MAX) || b < a)
        return true;
    if (!from) {
        a = b < size ? size - b : 0;
        b = UINT64_MAX;
    }
    if (a >= size)
        return false;
    b = b < size - 1 ? b : size - 1;
    *out = (struct serve_range){.first = a, .count = b - a + 1, .part = true};
    return true;
}

static bool read_all(int fd, const struct serve_range *range,
                     struct td_buf *body)
{
    uint8_t piece[65536];
    uint64_t at = range->first;
    uint64_t end = range->first + range->count;

    while (at < end) {
        size_t want =
            end - at < sizeof(piece) ? (size_t)(end - at) : sizeof(piece);
        ssize_t n = pread(fd, piece, want, (off_t)at);

        if (n < 0)
            return false;
        if (n == 0)
            break; /* it was cut meanwhile */
        (void)td_buf_add(body, piece, (size_t)n);
        at += (uint64_t)n;
    }
    return true;
}

/* What a browser makes of it is kept from us: it is a page of a task's, not one
 * of ours. */
void serve_send_range(const struct serve_ask *ask,
                      const struct serve_range *range, uint64_t size,
                      struct wire_response *response, const char *type)
{
    char where[80] = "";
    struct wire_response_field fields[] = {
        {"Content-Type", td_text(type)},
        {"Accept-Ranges", td_text("bytes")},
        {"X-Content-Type-Options", td_text("nosniff")},
        {"Content-Security-Policy", td_text("sandbox")},
        {"Content-Range", td_text(where)},
    };
    struct td_error err;

    (void)snprintf(where, sizeof(where), "bytes %llu-%llu/%llu",
                   (unsigned long long)range->first,
                   (unsigned long long)(range->first + response->body.len - 1),
                   (unsigned long long)size);
    fields[4].value = td_text(where);
    response->status = range->part ? 206 : 200;
    response->fields = fields;
    response->field_count = range->part ? 5 : 4;
    if (wire_request_answer(ask->request, response, &err))
        wire_request_abort(ask->request);
    response->fields = NULL;
    response->field_count = 0;
}

static void send_fd(const struct serve_ask *ask, int fd, uint64_t size,
                    const char *type)
{
    struct td_buf body = {.max = SERVE_FILE_BYTES};
    struct wire_response response = {.status = 200};
    struct serve_range range;

    if (!serve_read_range(http_field(ask->info->head, "range"), size, &range)) {
        serve_ask_refuse(ask, 416, "the range is behind its end");
    } else if (range.count > SERVE_FILE_BYTES) {
        serve_ask_refuse(ask, 413, "more than 64 MiB; ask for a range of it");
    } else if (!read_all(fd, &range, &body)) {
        serve_ask_refuse(ask, 500, "it cannot be read");
    } else {
        response.body = td_buf_bytes(&body);
        range.part = range.part && body.len > 0;
        serve_send_range(ask, &range, size, &response, type);
    }
    td_buf_release(&body);
}

/* A file of the state folder. */
static void send_ours(const struct serve_ask *ask, const char *path,
                      const char *type)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        serve_ask_refuse(ask, 404, "there is no such file");
    else
        send_fd(ask, fd, (uint64_t)st.st_size, type);
    if (fd >= 0)
        (void)close(fd);
}

/* ---- the journal and logs ---- */

void serve_ask_tape(const struct serve_ask *ask)
{
    send_ours(ask, ask->exec->journal, "application/gzip");
}

/* A word of [a-z0-9_], as ids of tasks are: no path. */
static bool is_word(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!((text.ptr[i] >= 'a' && text.ptr[i] <= 'z') ||
              (text.ptr[i] >= '0' && text.ptr[i] <= '9') || text.ptr[i] == '_'))
            return false;
    return text.len > 0 && text.len <= PLAN_ID_MAX;
}

void serve_ask_log(const struct serve_ask *ask, struct td_bytes task)
{
    struct td_buf path = {0};

    if (!is_word(task)) {
        serve_ask_refuse(ask, 404, "there is no such task");
        return;
    }
    (void)td_buf_addf(&path, "%s/%s/logs/%.*s.log", ask->serve->state,
                      ask->exec->id, (int)task.len, (const char *)task.ptr);
    send_ours(ask, td_buf_str(&path), "text/plain; charset=utf-8");
    td_buf_release(&path);
}
