/* wire/http/inflate.h - bodies as they were before their Content-Encoding
 * (RFC 9110, 8.4.1): gzip and deflate, the latter with or without the zlib
 * header that senders forget (RFC 1950, 1951, 1952).
 */
#ifndef WIRE_HTTP_INFLATE_H
#define WIRE_HTTP_INFLATE_H

#include "core/error.h"
#include "core/event.h"

#include <stdbool.h>

/* What unpacks to more than this, and to more than so many times its size, is
 * a bomb and read no further.
 */
#define HTTP_INFLATE_FREE  ((uint64_t)64 * 1024 * 1024)
#define HTTP_INFLATE_TIMES 100

struct http_inflate;

typedef void http_inflate_fn(void *ctx, struct td_bytes plain);

/* For a value of Content-Encoding; NULL: it is none of these. */
struct http_inflate *http_inflate_new(struct td_bytes coding);
void http_inflate_free(struct http_inflate *inflate); /* NULL is fine */

/* The next bytes; what they give goes to plain() at once, in pieces. TD_FORMAT:
 * they are not of that coding; TD_LIMIT: a bomb. Nothing can be read then.
 */
TD_MUST_CHECK enum td_code http_inflate(struct http_inflate *inflate,
                                        struct td_bytes in,
                                        http_inflate_fn *plain, void *ctx,
                                        struct td_error *err);

/* True if all ended here and should not: its end has not come. */
bool http_inflate_is_within(const struct http_inflate *inflate);

#endif
