#include "tape/deflate.h"

#include "core/mem.h"
#include "tape/member.h"

#include <limits.h>
#include <stdlib.h>
#define ZLIB_CONST /* zlib promises not to write to its input */
#include <zlib.h>
#ifdef TD_HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

#define STORED_MAX  ((size_t)65535) /* RFC 1951, 3.2.4 */
#define STORED_HEAD ((size_t)5)
#define OUT_STEP    ((size_t)64 * 1024)
#define INPUT_MAX   ((size_t)1 << 30) /* of one call; counters are 32 bit */
#define RAW_DEFLATE (-15)             /* window bits of zlib: no wrapper */
#define GZIP_ONLY   (16 + 15)
#define MEM_LEVEL   9

struct tape_deflate {
    bool stored;
    unsigned level;
    z_stream zlib;
#ifdef TD_HAVE_ISAL
    struct isal_zstream isal;
    uint8_t level_buf[ISAL_DEF_LVL1_DEFAULT];
#endif
};

static void or_die(int status)
{
    if (status == Z_MEM_ERROR)
        (void)td_realloc(NULL, SIZE_MAX); /* says so and aborts */
}

static bool uses_zlib(const struct tape_deflate *deflate)
{
#ifdef TD_HAVE_ISAL
    return deflate->level > 0;
#else
    (void)deflate;
    return true;
#endif
}

struct tape_deflate *tape_deflate_new(unsigned level)
{
    struct tape_deflate *deflate =
        (struct tape_deflate *)td_calloc(1, sizeof(*deflate));

    deflate->level = level;
    if (uses_zlib(deflate))
        or_die(deflateInit2(&deflate->zlib, level ? (int)level : Z_BEST_SPEED,
                            Z_DEFLATED, RAW_DEFLATE, MEM_LEVEL,
                            Z_DEFAULT_STRATEGY));
#ifdef TD_HAVE_ISAL
    isal_deflate_init(&deflate->isal);
    deflate->isal.level = 1;
    deflate->isal.level_buf = deflate->level_buf;
    deflate->isal.level_buf_size = sizeof(deflate->level_buf);
#endif
    return deflate;
}

void tape_deflate_free(struct tape_deflate *deflate)
{
    if (!deflate)
        return;
    if (uses_zlib(deflate))
        (void)deflateEnd(&deflate->zlib);
    free(deflate);
}

void tape_deflate_begin(struct tape_deflate *deflate, bool stored)
{
    deflate->stored = stored;
    if (stored)
        return;
    if (uses_zlib(deflate))
        (void)deflateReset(&deflate->zlib);
#ifdef TD_HAVE_ISAL
    isal_deflate_reset(&deflate->isal);
#endif
}

static enum td_code add_stored(struct td_buf *out, struct td_bytes text,
                               bool last)
{
    size_t at = 0;

    while (at < text.len || (last && text.len == 0)) {
        size_t n = text.len - at < STORED_MAX ? text.len - at : STORED_MAX;
        uint8_t head[STORED_HEAD] = {last && at + n == text.len};

        tape_put16(head + 1, (uint32_t)n);
        tape_put16(head + 3, ~(uint32_t)n);
        if (td_buf_add(out, head, sizeof(head)) ||
            td_buf_add(out, text.ptr + at, n))
            return TD_LIMIT;
        at += n;
        if (text.len == 0)
            break;
    }
    return TD_OK;
}

static enum td_code add_zlib(struct tape_deflate *own, struct td_buf *out,
                             struct td_bytes text, bool last)
{
    z_stream *z = &own->zlib;

    z->next_in = text.ptr;
    z->avail_in = (uInt)text.len;
    do {
        uint8_t *room = td_buf_room(out, OUT_STEP);

        if (!room)
            return TD_LIMIT;
        z->next_out = room;
        z->avail_out = (uInt)OUT_STEP;
        (void)deflate(z, last ? Z_FINISH : Z_SYNC_FLUSH);
        out->len += OUT_STEP - z->avail_out;
    } while (z->avail_out == 0);
    return TD_OK;
}

#ifdef TD_HAVE_ISAL
static enum td_code add_isal(struct tape_deflate *deflate, struct td_buf *out,
                             struct td_bytes text, bool last)
{
    struct isal_zstream *z = &deflate->isal;

    z->next_in = (uint8_t *)(uintptr_t)text.ptr; /* it only reads there */
    z->avail_in = (uint32_t)text.len;
    z->end_of_stream = last;
    z->flush = last ? NO_FLUSH : SYNC_FLUSH;
    do {
        uint8_t *room = td_buf_room(out, OUT_STEP);

        if (!room)
            return TD_LIMIT;
        z->next_out = room;
        z->avail_out = (uint32_t)OUT_STEP;
        (void)isal_deflate(z);
        out->len += OUT_STEP - z->avail_out;
    } while (z->avail_out == 0);
    return TD_OK;
}
#endif

enum td_code tape_deflate_add(struct tape_deflate *deflate, struct td_buf *out,
                              struct td_bytes text, bool last)
{
    if (text.len > INPUT_MAX)
        return TD_LIMIT;
    if (deflate->stored)
        return add_stored(out, text, last);
#ifdef TD_HAVE_ISAL
    if (!uses_zlib(deflate))
        return add_isal(deflate, out, text, last);
#endif
    return add_zlib(deflate, out, text, last);
}

static void inflate_begin(z_stream *z, int window_bits)
{
    memset(z, 0, sizeof(*z));
    or_die(inflateInit2(z, window_bits));
}

bool tape_inflate_whole(struct td_bytes body, uint8_t *text, size_t text_len)
{
    if (body.len > INPUT_MAX || text_len > INPUT_MAX)
        return false;
#ifdef TD_HAVE_ISAL
    struct inflate_state z;

    isal_inflate_init(&z);
    z.next_in = (uint8_t *)(uintptr_t)body.ptr; /* it only reads there */
    z.avail_in = (uint32_t)body.len;
    z.next_out = text;
    z.avail_out = (uint32_t)text_len;
    return isal_inflate_stateless(&z) == ISAL_DECOMP_OK && z.avail_out == 0 &&
           z.avail_in == 0;
#else
    z_stream z;
    int status;

    inflate_begin(&z, RAW_DEFLATE);
    z.next_in = body.ptr;
    z.avail_in = (uInt)body.len;
    z.next_out = text;
    z.avail_out = (uInt)text_len;
    status = inflate(&z, Z_FINISH);
    (void)inflateEnd(&z);
    return status == Z_STREAM_END && z.avail_out == 0 && z.avail_in == 0;
#endif
}

/* One step of zlib's inflate into text, at most `most` bytes. */
static enum tape_inflated step(z_stream *z, struct td_buf *text, size_t most)
{
    size_t n = most < OUT_STEP ? most : OUT_STEP;
    uint8_t *room = n > 0 ? td_buf_room(text, n) : NULL;
    int status;

    if (!room)
        return TAPE_INFLATED_FULL;
    z->next_out = room;
    z->avail_out = (uInt)n;
    status = inflate(z, Z_SYNC_FLUSH);
    text->len += n - z->avail_out;
    if (status == Z_STREAM_END)
        return TAPE_INFLATED_END;
    if (status != Z_OK && status != Z_BUF_ERROR)
        return TAPE_INFLATED_BAD;
    return z->avail_out == 0 ? TAPE_INFLATED_FULL : TAPE_INFLATED_MORE;
}

/* The limit of text need not be a multiple of the step. */
static size_t room_left(const struct td_buf *text)
{
    return (text->max ? text->max : TD_BUF_MAX) - text->len;
}

enum tape_inflated tape_inflate_some(struct td_bytes input, struct td_buf *text,
                                     size_t *used)
{
    z_stream z;
    enum tape_inflated state;

    inflate_begin(&z, RAW_DEFLATE);
    z.next_in = input.ptr;
    z.avail_in = (uInt)(input.len < INPUT_MAX ? input.len : INPUT_MAX);
    do {
        state = step(&z, text, room_left(text));
    } while (state == TAPE_INFLATED_FULL && room_left(text) > 0);
    *used = (size_t)(z.next_in - input.ptr);
    (void)inflateEnd(&z);
    return state;
}

struct tape_gunzip {
    z_stream zlib;
    bool ended; /* the next bytes begin a member */
};

struct tape_gunzip *tape_gunzip_new(void)
{
    struct tape_gunzip *gunzip =
        (struct tape_gunzip *)td_calloc(1, sizeof(*gunzip));

    inflate_begin(&gunzip->zlib, GZIP_ONLY);
    return gunzip;
}

void tape_gunzip_free(struct tape_gunzip *gunzip)
{
    if (!gunzip)
        return;
    (void)inflateEnd(&gunzip->zlib);
    free(gunzip);
}

enum tape_inflated tape_gunzip_add(struct tape_gunzip *gunzip,
                                   struct td_bytes input, struct td_buf *text,
                                   size_t most, size_t *used)
{
    z_stream *z = &gunzip->zlib;
    size_t before = text->len;
    enum tape_inflated state;

    if (gunzip->ended)
        (void)inflateReset(z);
    z->next_in = input.ptr;
    z->avail_in = (uInt)(input.len < INPUT_MAX ? input.len : INPUT_MAX);
    do {
        size_t left = most - (text->len - before);
        size_t room = room_left(text);

        state = step(z, text, left < room ? left : room);
    } while (state == TAPE_INFLATED_FULL && text->len - before < most &&
             room_left(text) > 0);
    gunzip->ended = state == TAPE_INFLATED_END;
    *used = (size_t)(z->next_in - input.ptr);
    return state;
}
