#include "wire/http/inflate.h"

#include "core/mem.h"
#include "wire/http/http.h"

#include <stdlib.h>
#include <zlib.h>

#define PIECE       ((size_t)32 * 1024)
#define GZIP_BITS   (15 + 16)
#define ZLIB_BITS   15
#define RAW_BITS    (-15)
#define HEADER_SIZE 2 /* bytes of zlib's */

struct http_inflate {
    z_stream z;
    bool gzip;
    bool begun;
    bool within; /* bytes came, and the end that they need has not */
    bool over;   /* behind the end of a deflate body */
    uint8_t start[HEADER_SIZE];
    size_t start_len;
    uint64_t in;
    uint64_t out;
};

struct http_inflate *http_inflate_new(struct td_bytes coding)
{
    bool gzip = http_same(coding, "gzip") || http_same(coding, "x-gzip");
    struct http_inflate *self;

    if (!gzip && !http_same(coding, "deflate"))
        return NULL;
    self = td_calloc(1, sizeof(*self));
    self->gzip = gzip;
    return self;
}

void http_inflate_free(struct http_inflate *self)
{
    if (!self)
        return;
    if (self->begun)
        (void)inflateEnd(&self->z);
    free(self);
}

/* Whether these bytes can be the header of zlib: the method is deflate, and
 * both together are a multiple of 31.
 */
static bool is_zlib(const uint8_t *start)
{
    return (start[0] & 0x0fU) == 8 && (start[0] * 256U + start[1]) % 31 == 0;
}

static enum td_code broken(struct td_error *err, const char *why)
{
    return td_error_set(err, TD_FORMAT, NULL, 0, "Content-Encoding: %s", why);
}

static enum td_code begin(struct http_inflate *self, struct td_error *err)
{
    int bits = self->gzip             ? GZIP_BITS
               : is_zlib(self->start) ? ZLIB_BITS
                                      : RAW_BITS;

    if (inflateInit2(&self->z, bits) != Z_OK)
        return broken(err, "zlib does not start");
    self->begun = true;
    return TD_OK;
}

/* What stands behind the end: another member of gzip, or nothing of ours. */
static void end_member(struct http_inflate *self)
{
    self->within = self->gzip && self->z.avail_in > 0;
    if (self->gzip)
        (void)inflateReset(&self->z);
    else
        self->over = true;
}

static enum td_code run(struct http_inflate *self, struct td_bytes in,
                        http_inflate_fn *plain, void *ctx, struct td_error *err)
{
    uint8_t piece[PIECE];
    z_stream *z = &self->z;

    z->next_in = (Bytef *)(uintptr_t)in.ptr;
    z->avail_in = (uInt)in.len;
    do {
        int result;
        size_t n;

        z->next_out = piece;
        z->avail_out = sizeof(piece);
        result = inflate(z, Z_SYNC_FLUSH);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            return broken(err, z->msg ? z->msg : "the bytes are damaged");
        n = sizeof(piece) - z->avail_out;
        self->out += n;
        if (n > 0)
            plain(ctx, td_bytes(piece, n));
        if (result == Z_STREAM_END)
            end_member(self);
        if (self->out > HTTP_INFLATE_FREE &&
            self->out / HTTP_INFLATE_TIMES > self->in)
            return td_error_set(err, TD_LIMIT, NULL, 0,
                                "Content-Encoding: it unpacks to more than %d "
                                "times its size",
                                HTTP_INFLATE_TIMES);
        if (result == Z_BUF_ERROR)
            break;
    } while ((z->avail_in > 0 || z->avail_out == 0) && !self->over);
    return TD_OK;
}

enum td_code http_inflate(struct http_inflate *self, struct td_bytes in,
                          http_inflate_fn *plain, void *ctx,
                          struct td_error *err)
{
    enum td_code code = TD_OK;

    self->in += in.len;
    self->within = self->within || (in.len > 0 && !self->over);
    while (!self->gzip && in.len > 0 && self->start_len < HEADER_SIZE) {
        self->start[self->start_len++] = *in.ptr;
        in = td_bytes(in.ptr + 1, in.len - 1);
        if (self->start_len < HEADER_SIZE)
            continue;
        code = begin(self, err);
        if (!code)
            code =
                run(self, td_bytes(self->start, HEADER_SIZE), plain, ctx, err);
    }
    if (!code && self->gzip && !self->begun)
        code = begin(self, err);
    if (code || in.len == 0 || self->over)
        return code;
    return run(self, in, plain, ctx, err);
}

bool http_inflate_is_within(const struct http_inflate *self)
{
    return self->within;
}
