#include "wire/http/http.h"
#include "core/hex.h"
#include "core/mem.h"
#include "wire/http/http_internal.h"

#include <stdlib.h>

#define CHUNK_LINE_MAX ((size_t)4096) /* a chunk's size with its extensions */

enum {
    START,      /* an empty line may come before a head */
    HEAD,       /* within a head */
    LENGTH,     /* within a body of known length */
    TO_CLOSE,   /* within a body that ends with the connection */
    CHUNK_SIZE, /* before a chunk */
    CHUNK_DATA, /* within a chunk */
    CHUNK_END,  /* before the CRLF behind a chunk */
    TRAILER,    /* behind the last chunk */
    DONE,       /* all but HTTP_END was handed out */
    BROKEN,
};

void http_parser_init(struct http_parser *parser, enum http_role role,
                      const struct http_limits *limits)
{
    *parser = (struct http_parser){.role = role};
    if (limits)
        parser->limits = *limits;
    if (!parser->limits.line)
        parser->limits.line = HTTP_LINE_MAX;
    if (!parser->limits.head)
        parser->limits.head = HTTP_HEAD_MAX;
    if (!parser->limits.body)
        parser->limits.body = HTTP_BODY_MAX;
}

void http_parser_release(struct http_parser *parser)
{
    td_buf_release(&parser->text);
    td_buf_release(&parser->line);
    td_buf_release(&parser->kept);
    free(parser->head);
    parser->head = NULL;
}

static enum td_code broken(struct http_parser *p, enum td_code code, int status,
                           struct td_error *err, const char *why)
{
    p->status = status;
    p->state = BROKEN;
    return td_error_set(err, code, NULL, 0, "HTTP: %s", why);
}

/* CR only before LF, LF only behind CR, no other control byte but HTAB. */
static bool line_bytes_ok(struct td_bytes text, size_t from)
{
    if (from > 0 && text.ptr[from - 1] == '\r')
        from--;
    for (size_t i = from; i < text.len; i++) {
        uint8_t c = text.ptr[i];

        if ((c >= ' ' && c != 0x7f) || c == '\t')
            continue;
        if (c == '\r' && (i + 1 == text.len || text.ptr[i + 1] == '\n'))
            continue;
        if (c != '\n' || i == 0 || text.ptr[i - 1] != '\r')
            return false;
    }
    return true;
}

/* Move bytes of *in up to the end of a line behind buf. TD_OK: the line is
 * complete; TD_AGAIN; TD_FORMAT: bytes that no line may hold.
 */
static enum td_code take_line(struct td_buf *buf, struct td_bytes *in)
{
    const uint8_t *lf = in->len ? memchr(in->ptr, '\n', in->len) : NULL;
    size_t len = lf ? (size_t)(lf - in->ptr) + 1 : in->len;
    size_t from = buf->len;

    if (td_buf_add(buf, in->ptr, len))
        return TD_LIMIT;
    in->ptr += len;
    in->len -= len;
    if (!line_bytes_ok(td_buf_bytes(buf), from))
        return TD_FORMAT;
    return lf ? TD_OK : TD_AGAIN;
}

static enum td_code head_too_long(struct http_parser *p, struct td_error *err)
{
    if (p->line_start == 0 && p->text.len > p->limits.line + 2)
        return broken(p, TD_LIMIT, 414, err, "the first line is too long");
    if (p->text.len > p->limits.head)
        return broken(p, TD_LIMIT, 431, err, "the head is too long");
    return TD_OK;
}

/* What follows a head. */
static void enter_body(struct http_parser *p)
{
    static const int states[] = {[HTTP_NO_BODY] = DONE,
                                 [HTTP_LENGTH] = LENGTH,
                                 [HTTP_CHUNKED] = CHUNK_SIZE,
                                 [HTTP_TO_CLOSE] = TO_CLOSE};

    p->body = 0;
    p->trailers = 0;
    td_buf_clear(&p->kept);
    p->left = p->head->length;
    p->state = states[p->head->framing];
    if (p->state == LENGTH && p->left == 0)
        p->state = DONE;
    if (p->head->status >= 200)
        p->no_body = false;
}

static enum td_code finish_head(struct http_parser *p, struct http_item *item,
                                struct td_error *err)
{
    enum td_code code;

    if (!p->head)
        p->head = td_calloc(1, sizeof(*p->head));
    code = http_head_parse(p->head, td_buf_bytes(&p->text), p->role, p->no_body,
                           &p->status, err);
    if (code) {
        p->state = BROKEN;
        return code;
    }
    if (p->head->length > p->limits.body && p->head->framing == HTTP_LENGTH)
        return broken(p, TD_LIMIT, 413, err, "the body is too long");
    enter_body(p);
    *item = (struct http_item){.kind = HTTP_HEAD, .head = p->head};
    return TD_OK;
}

static enum td_code read_head(struct http_parser *p, struct td_bytes *in,
                              struct http_item *item, struct td_error *err)
{
    while (in->len > 0) {
        /* One byte more than allowed is enough to know that it is too much. */
        size_t room = p->limits.head + 1 - p->text.len;
        struct td_bytes part =
            td_bytes(in->ptr, in->len < room ? in->len : room);
        size_t had = part.len;
        enum td_code code = take_line(&p->text, &part);

        in->ptr += had - part.len;
        in->len -= had - part.len;
        if (code == TD_FORMAT)
            return broken(p, TD_PROTOCOL, 400, err,
                          "a line that does not end with CRLF, or with "
                          "control bytes");
        if (head_too_long(p, err))
            return TD_LIMIT;
        if (code != TD_OK)
            continue;
        if (p->text.len - p->line_start > 2) {
            p->line_start = p->text.len;
        } else if (p->line_start > 0) {
            return finish_head(p, item, err);
        } else if (p->state == START) {
            td_buf_clear(&p->text);
        } else {
            return broken(p, TD_PROTOCOL, 400, err, "an empty request line");
        }
        p->state = HEAD;
    }
    return TD_AGAIN;
}

static enum td_code hand_out(struct http_parser *p, struct td_bytes *in,
                             struct http_item *item, struct td_error *err)
{
    /* Up to the limit whatever the pieces: what is understood of a body that is
     * too long must not depend on where it was cut.
     */
    uint64_t most = p->state == TO_CLOSE ? p->limits.body - p->body : p->left;
    size_t len = most < in->len ? (size_t)most : in->len;

    if (in->len == 0)
        return TD_AGAIN;
    if (len == 0)
        return broken(p, TD_LIMIT, 413, err, "the body is too long");
    *item =
        (struct http_item){.kind = HTTP_BODY, .body = td_bytes(in->ptr, len)};
    in->ptr += len;
    in->len -= len;
    p->body += len;
    p->left -= p->state == TO_CLOSE ? 0 : len;
    if (p->left == 0 && p->state == LENGTH)
        p->state = DONE;
    else if (p->left == 0 && p->state == CHUNK_DATA)
        p->state = CHUNK_END;
    item->chunk_ends = p->state == CHUNK_END;
    return TD_OK;
}

/* "1a3f", then perhaps white space and extensions, which say nothing to us. */
static bool read_chunk_size(struct td_bytes line, uint64_t *size)
{
    size_t i = 0;

    *size = 0;
    for (; i < line.len && td_hex_digit(line.ptr[i]) >= 0; i++) {
        if (i == 15)
            return false;
        *size = *size << 4 | (unsigned)td_hex_digit(line.ptr[i]);
    }
    line = http_trim(td_bytes(line.ptr + i, line.len - i));
    return i > 0 && (line.len == 0 || *line.ptr == ';');
}

static enum td_code chunk_line(struct http_parser *p, struct td_bytes *in,
                               struct td_error *err)
{
    enum td_code code = take_line(&p->line, in);
    struct td_bytes line = td_buf_bytes(&p->line);

    if (code == TD_FORMAT || p->line.len > CHUNK_LINE_MAX)
        return broken(p, TD_PROTOCOL, 400, err, "a broken chunk line");
    if (code != TD_OK)
        return TD_AGAIN;
    td_buf_clear(&p->line);
    line.len -= 2;
    if (!read_chunk_size(line, &p->left))
        return broken(p, TD_PROTOCOL, 400, err, "a broken chunk size");
    if (p->left > p->limits.body - p->body)
        return broken(p, TD_LIMIT, 413, err, "the body is too long");
    p->state = p->left > 0 ? CHUNK_DATA : TRAILER;
    return TD_OK;
}

static enum td_code chunk_end(struct http_parser *p, struct td_bytes *in,
                              struct td_error *err)
{
    enum td_code code = take_line(&p->line, in);

    if (code == TD_FORMAT || p->line.len > 2)
        return broken(p, TD_PROTOCOL, 400, err, "a chunk without its CRLF");
    if (code != TD_OK)
        return TD_AGAIN;
    td_buf_clear(&p->line);
    p->state = CHUNK_SIZE;
    return TD_OK;
}

static bool is_trailer(struct td_bytes line)
{
    const uint8_t *colon = memchr(line.ptr, ':', line.len);

    return colon &&
           http_is_token(td_bytes(line.ptr, (size_t)(colon - line.ptr)));
}

static enum td_code trailer(struct http_parser *p, struct td_bytes *in,
                            struct td_error *err)
{
    size_t had = p->line.len;
    enum td_code code = take_line(&p->line, in);
    struct td_bytes line = td_buf_bytes(&p->line);

    p->trailers += p->line.len - had;
    if (code == TD_FORMAT)
        return broken(p, TD_PROTOCOL, 400, err, "a broken trailer");
    if (p->trailers > p->limits.head)
        return broken(p, TD_LIMIT, 431, err, "the trailers are too long");
    if (code != TD_OK)
        return TD_AGAIN;
    td_buf_clear(&p->line);
    if (line.len == 2)
        p->state = DONE;
    else if (!is_trailer(line))
        return broken(p, TD_PROTOCOL, 400, err, "a broken trailer");
    else if (p->keep_trailers)
        (void)td_buf_add_bytes(&p->kept, line);
    return TD_OK;
}

/* One step: an item (*ready), or a state further. */
static enum td_code step(struct http_parser *p, struct td_bytes *in,
                         struct http_item *item, bool *ready,
                         struct td_error *err)
{
    *ready = true;
    switch (p->state) {
    case START:
    case HEAD:
        return read_head(p, in, item, err);
    case LENGTH:
    case TO_CLOSE:
    case CHUNK_DATA:
        return hand_out(p, in, item, err);
    case DONE:
        *item = (struct http_item){.kind = HTTP_END};
        p->state = START;
        p->line_start = 0;
        td_buf_clear(&p->text);
        return TD_OK;
    case BROKEN:
        return broken(p, TD_PROTOCOL, p->status, err, "the stream is broken");
    default:
        break;
    }
    *ready = false;
    if (in->len == 0)
        return TD_AGAIN;
    if (p->state == CHUNK_SIZE)
        return chunk_line(p, in, err);
    return p->state == CHUNK_END ? chunk_end(p, in, err) : trailer(p, in, err);
}

enum td_code http_next(struct http_parser *parser, struct td_bytes *in,
                       struct http_item *item, struct td_error *err)
{
    enum td_code code;
    bool ready;

    do {
        code = step(parser, in, item, &ready, err);
    } while (code == TD_OK && !ready);
    return code;
}

enum td_code http_parser_finish(struct http_parser *parser,
                                struct td_error *err)
{
    if (!http_parser_busy(parser) || parser->state == TO_CLOSE)
        return TD_END;
    return td_error_set(err, TD_PROTOCOL, NULL, 0,
                        "HTTP: the connection ended within a message");
}

struct td_bytes http_head_text(const struct http_parser *parser)
{
    return td_buf_bytes(&parser->text);
}

bool http_next_trailer(const struct http_parser *parser, size_t *at,
                       struct http_field *field)
{
    struct td_bytes text = td_buf_bytes(&parser->kept);
    const uint8_t *line;
    const uint8_t *lf;
    const uint8_t *colon;

    if (*at >= text.len)
        return false;
    line = text.ptr + *at;
    lf = memchr(line, '\n', text.len - *at);
    colon = memchr(line, ':', (size_t)(lf - line));
    field->name = td_bytes(line, (size_t)(colon - line));
    field->value =
        http_trim(td_bytes(colon + 1, (size_t)(lf - 1 - (colon + 1))));
    *at += (size_t)(lf + 1 - line);
    return true;
}

bool http_parser_busy(const struct http_parser *parser)
{
    return parser->state != START || parser->text.len > 0;
}

void http_parser_expect_no_body(struct http_parser *parser)
{
    parser->no_body = true;
}
