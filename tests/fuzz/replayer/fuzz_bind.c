/* What is bound of payloads and heads from outside, and put into texts: what
 * is put in is taken out again, and where nothing is bound nothing changes.
 * Four parts with a zero between them: what was said on the tape, what is said
 * now, what a field has now, and a text.
 */
#include "core/buf.h"
#include "replayer/answer/bind.h"

#include <stdlib.h>

#define HEAD "GET / HTTP/1.1\r\nHost: l\r\nX-Id: "

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct td_bytes next_part(struct td_bytes *rest)
{
    const uint8_t *zero = rest->len ? memchr(rest->ptr, 0, rest->len) : NULL;
    size_t len = zero ? (size_t)(zero - rest->ptr) : rest->len;
    struct td_bytes part = td_bytes(rest->ptr, len);

    len += zero != NULL;
    *rest = td_bytes(rest->ptr + len, rest->len - len);
    return part;
}

static void learn_field(struct play_binds *binds, struct td_bytes value)
{
    const struct play_field recorded[] = {{"x-id", td_text("seven")}};
    struct http_parser parser;
    struct td_buf bytes = {0};
    struct td_bytes in;
    struct http_item item;

    (void)td_buf_add_text(&bytes, HEAD);
    (void)td_buf_add_bytes(&bytes, value);
    (void)td_buf_add_text(&bytes, "\r\n\r\n");
    in = td_buf_bytes(&bytes);
    http_parser_init(&parser, HTTP_REQUESTS, NULL);
    if (!http_next(&parser, &in, &item, NULL) && item.kind == HTTP_HEAD)
        play_binds_learn_head(binds, recorded, 1, item.head);
    http_parser_release(&parser);
    td_buf_release(&bytes);
}

static bool holds(struct td_bytes text, struct td_bytes part)
{
    return part.len > 0 && text.len > 0 &&
           memmem(text.ptr, text.len, part.ptr, part.len);
}

/* Of one value that does not stand in the text yet there is a way back. */
static void there_and_back(struct td_bytes text)
{
    static const char *const words[] = {"/id", NULL};
    struct play_binds binds = {0};
    struct td_buf out = {0};
    struct td_buf back = {0};

    if (play_binds_read(&binds, words, NULL))
        abort();
    play_binds_put(&binds, &out, text);
    if (!td_bytes_equal(td_buf_bytes(&out), text))
        abort();
    td_buf_clear(&out);
    play_binds_learn(&binds, td_text("{\"id\":\"old-7\"}"),
                     td_text("{\"id\":\"fresh_8\"}"));
    play_binds_put(&binds, &out, text);
    play_binds_undo(&binds, &back, td_buf_bytes(&out));
    if (!holds(text, td_text("fresh_8")) &&
        !td_bytes_equal(td_buf_bytes(&back), text))
        abort();
    td_buf_release(&out);
    td_buf_release(&back);
    play_binds_release(&binds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const words[] = {"/id", "/a/0", "header:X-Id", NULL};
    struct td_bytes rest = td_bytes(data, size);
    struct td_bytes recorded = next_part(&rest);
    struct td_bytes live = next_part(&rest);
    struct td_bytes field = next_part(&rest);
    struct play_binds binds = {0};
    struct play_binds own = {0};
    struct td_buf out = {0};

    if (play_binds_read(&binds, words, NULL))
        abort();
    play_binds_learn(&binds, recorded, live);
    learn_field(&binds, field);
    play_binds_keep(&own, &binds);
    own.others = &binds;
    play_binds_put(&own, &out, rest);
    play_binds_undo(&own, &out, rest);
    there_and_back(rest);
    play_binds_release(&own);
    play_binds_release(&binds);
    td_buf_release(&out);
    return 0;
}
