/* A packed body from outside: what it unpacks to stays within its bound, and
 * the pieces in which it comes change nothing.
 */
#include "wire/http/inflate.h"

#include "core/buf.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct heard {
    struct td_buf text; /* the first of it */
    uint64_t len;
};

static void on_plain(void *ctx, struct td_bytes plain)
{
    struct heard *heard = ctx;
    size_t room = 65536 - heard->text.len;

    if (plain.len == 0)
        abort();
    heard->len += plain.len;
    (void)td_buf_add(&heard->text, plain.ptr,
                     plain.len < room ? plain.len : room);
}

/* How it ended: broken, whole, or within. */
static int hear(struct heard *heard, const char *coding, struct td_bytes bytes,
                size_t piece)
{
    struct http_inflate *inflate = http_inflate_new(td_text(coding));
    struct td_error why = {0};
    enum td_code code = TD_OK;
    uint64_t in = bytes.len;
    int end;

    while (bytes.len && !code) {
        size_t n = bytes.len < piece ? bytes.len : piece;

        code = http_inflate(inflate, td_bytes(bytes.ptr, n), on_plain, heard,
                            &why);
        bytes = td_bytes(bytes.ptr + n, bytes.len - n);
    }
    if (code && code != TD_FORMAT && code != TD_LIMIT)
        abort();
    if (heard->len > HTTP_INFLATE_FREE + 65536 &&
        heard->len / HTTP_INFLATE_TIMES > in + 65536)
        abort();
    end = code ? (int)code : http_inflate_is_within(inflate) ? -1 : 0;
    http_inflate_free(inflate);
    return end;
}

/* The first byte says which coding and how large the pieces are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const codings[] = {"gzip", "deflate"};
    struct heard whole = {0};
    struct heard pieces = {0};
    const char *coding;
    size_t piece;
    int a;
    int b;

    if (size < 1)
        return 0;
    coding = codings[data[0] & 1];
    piece = (data[0] >> 1) + 1U;
    a = hear(&whole, coding, td_bytes(data + 1, size - 1), size);
    b = hear(&pieces, coding, td_bytes(data + 1, size - 1), piece);
    /* How much comes before a fault shows is up to zlib. */
    if (a != b ||
        (!a && (whole.len != pieces.len || whole.text.len != pieces.text.len ||
                (whole.text.len && memcmp(whole.text.ptr, pieces.text.ptr,
                                          whole.text.len) != 0))))
        abort();
    td_buf_release(&whole.text);
    td_buf_release(&pieces.text);
    return 0;
}
