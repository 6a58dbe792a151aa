#include "replayer/answer/http_internal.h"
#include "wire/http/inflate.h"

#define SLICE ((size_t)64 * 1024)

struct unpacking {
    struct td_buf *out;
    size_t max;
    bool too_long;
};

static void on_plain(void *ctx, struct td_bytes plain)
{
    struct unpacking *u = ctx;

    u->too_long |= plain.len > u->max - u->out->len;
    if (!u->too_long)
        (void)td_buf_add_bytes(u->out, plain);
}

static enum td_code unpack(struct unpacking *u, struct http_inflate *inflate,
                           struct td_bytes body)
{
    enum td_code code = TD_OK;
    struct td_error err;

    for (size_t at = 0; at < body.len && !code && !u->too_long; at += SLICE) {
        size_t left = body.len - at;

        code = http_inflate(
            inflate, td_bytes(body.ptr + at, left < SLICE ? left : SLICE),
            on_plain, u, &err);
    }
    if (u->too_long)
        return TD_LIMIT;
    return !code && http_inflate_is_within(inflate) ? TD_FORMAT : code;
}

enum td_code play_http_unpack(struct td_buf *out, const struct http_head *head,
                              struct td_bytes *body, size_t max)
{
    struct unpacking u = {.out = out, .max = max};
    struct http_inflate *inflate = NULL;
    enum td_code code;

    if (http_count(head, "Content-Encoding") == 1)
        inflate = http_inflate_new(http_field(head, "Content-Encoding"));
    if (!inflate)
        return TD_OK;
    td_buf_clear(out);
    code = unpack(&u, inflate, *body);
    http_inflate_free(inflate);
    if (!code)
        *body = td_buf_bytes(out);
    return code == TD_LIMIT ? TD_LIMIT : TD_OK;
}
