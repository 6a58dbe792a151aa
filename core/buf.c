#include "core/buf.h"

#include "core/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_CAP 64

void td_buf_init(struct td_buf *buf, size_t max)
{
    *buf = (struct td_buf){.max = max};
}

void td_buf_release(struct td_buf *buf)
{
    free(buf->ptr);
    td_buf_init(buf, buf->max);
}

static void grow(struct td_buf *buf, size_t need)
{
    size_t cap = buf->cap ? buf->cap : FIRST_CAP;

    while (cap < need)
        cap *= 2;
    buf->ptr = td_realloc(buf->ptr, cap);
    buf->cap = cap;
}

static size_t max_of(const struct td_buf *buf)
{
    return buf->max ? buf->max : TD_BUF_MAX;
}

/* Bytes that may be written behind len without growing. */
static size_t spare(const struct td_buf *buf)
{
    size_t end = buf->cap < max_of(buf) ? buf->cap : max_of(buf);

    return end > buf->len ? end - buf->len : 0;
}

uint8_t *td_buf_room(struct td_buf *buf, size_t n)
{
    if (n > max_of(buf) || buf->len > max_of(buf) - n)
        return NULL;
    if (buf->len + n > buf->cap || !buf->ptr)
        grow(buf, buf->len + n);
    return buf->ptr + buf->len;
}

enum td_code td_buf_add(struct td_buf *buf, const void *ptr, size_t len)
{
    uint8_t *room =
        len < spare(buf) ? buf->ptr + buf->len : td_buf_room(buf, len);

    if (!room)
        return TD_LIMIT;
    if (len > 0)
        memcpy(room, ptr, len);
    buf->len += len;
    return TD_OK;
}

enum td_code td_buf_add_u64(struct td_buf *buf, uint64_t n)
{
    char digits[20]; /* 2^64 has as many */
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return td_buf_add(buf, digits + at, sizeof(digits) - at);
}

enum td_code td_buf_addf(struct td_buf *buf, const char *fmt, ...)
{
    va_list ap;
    va_list again;
    uint8_t *room;
    int len;

    va_start(ap, fmt);
    va_copy(again, ap);
    /* Most texts fit in what is there, and so are made once. */
    len = vsnprintf(spare(buf) > 0 ? (char *)buf->ptr + buf->len : NULL,
                    spare(buf), fmt, ap);
    va_end(ap);
    if (len >= 0 && (size_t)len < spare(buf)) {
        va_end(again);
        buf->len += (size_t)len;
        return TD_OK;
    }
    /* One more for the NUL that vsnprintf writes and len does not count. */
    room = len < 0 ? NULL : td_buf_room(buf, (size_t)len + 1);
    if (room) {
        (void)vsnprintf((char *)room, (size_t)len + 1, fmt, again);
        buf->len += (size_t)len;
    }
    va_end(again);
    return room ? TD_OK : TD_LIMIT;
}

void td_buf_drop(struct td_buf *buf, size_t n)
{
    buf->len -= n;
    if (n > 0 && buf->len > 0)
        memmove(buf->ptr, buf->ptr + n, buf->len);
}

const char *td_buf_str(struct td_buf *buf)
{
    if (buf->len + 1 > buf->cap)
        grow(buf, buf->len + 1);
    buf->ptr[buf->len] = '\0';
    return (const char *)buf->ptr;
}
