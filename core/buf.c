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

uint8_t *td_buf_room(struct td_buf *buf, size_t n)
{
    size_t max = buf->max ? buf->max : TD_BUF_MAX;

    if (n > max || buf->len > max - n)
        return NULL;
    if (buf->len + n > buf->cap || !buf->ptr)
        grow(buf, buf->len + n);
    return buf->ptr + buf->len;
}

enum td_code td_buf_add(struct td_buf *buf, const void *ptr, size_t len)
{
    uint8_t *room = td_buf_room(buf, len);

    if (!room)
        return TD_LIMIT;
    if (len > 0)
        memcpy(room, ptr, len);
    buf->len += len;
    return TD_OK;
}

enum td_code td_buf_add_text(struct td_buf *buf, const char *text)
{
    return td_buf_add(buf, text, strlen(text));
}

enum td_code td_buf_addf(struct td_buf *buf, const char *fmt, ...)
{
    va_list ap;
    va_list again;
    uint8_t *room;
    int len;

    va_start(ap, fmt);
    va_copy(again, ap);
    len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
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
