/* core/buf.h - bytes that grow up to a limit set when the buffer is born.
 *
 * Growing past the limit changes nothing and returns TD_LIMIT, so that sizes
 * that come from outside cannot exhaust memory. A buffer of all zeroes is
 * valid, empty and may grow to TD_BUF_MAX.
 */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include "core/error.h"
#include "core/event.h"

#define TD_BUF_MAX ((size_t)1 << 30) /* limit of a buffer that names none */

struct td_buf {
    uint8_t *ptr;
    size_t len;
    size_t cap;
    size_t max; /* bytes; 0 = TD_BUF_MAX */
};

/* An empty buffer that may hold max bytes. */
void td_buf_init(struct td_buf *buf, size_t max);

/* Frees the bytes; the buffer is empty and keeps its limit. */
void td_buf_release(struct td_buf *buf);

/* Room for n more bytes behind len, which the caller fills before it adds to
 * buf->len; NULL if that would pass the limit. Valid until the next growth.
 */
TD_MUST_CHECK uint8_t *td_buf_room(struct td_buf *buf, size_t n);

/* Append. TD_OK or TD_LIMIT. */
enum td_code td_buf_add(struct td_buf *buf, const void *ptr, size_t len);
enum td_code td_buf_add_u64(struct td_buf *buf, uint64_t n); /* in decimal */
enum td_code td_buf_addf(struct td_buf *buf, const char *fmt, ...)
    TD_PRINTF(2, 3);

static inline enum td_code td_buf_add_text(struct td_buf *buf, const char *text)
{
    return td_buf_add(buf, text, strlen(text));
}

static inline enum td_code td_buf_add_bytes(struct td_buf *buf,
                                            struct td_bytes bytes)
{
    return td_buf_add(buf, bytes.ptr, bytes.len);
}

static inline enum td_code td_buf_add_byte(struct td_buf *buf, uint8_t byte)
{
    if (buf->len >= buf->cap || buf->len >= (buf->max ? buf->max : TD_BUF_MAX))
        return td_buf_add(buf, &byte, 1);
    buf->ptr[buf->len++] = byte;
    return TD_OK;
}

/* Remove the first n bytes (n <= len). */
void td_buf_drop(struct td_buf *buf, size_t n);

static inline void td_buf_clear(struct td_buf *buf)
{
    buf->len = 0;
}

/* The content; valid until the next change. */
static inline struct td_bytes td_buf_bytes(const struct td_buf *buf)
{
    return td_bytes(buf->ptr, buf->len);
}

/* The content as a NUL-terminated string (the NUL is not counted); valid until
 * the next change. Never NULL.
 */
const char *td_buf_str(struct td_buf *buf);

#endif
