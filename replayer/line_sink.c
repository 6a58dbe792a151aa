#include "replayer/line_sink.h"

#include "core/b64.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "tape/line.h"

#include <stdlib.h>

#define BLOCK ((size_t)64 * 1024) /* bytes that make a write worth while */

struct play_lines {
    int fd;
    const char *name;
    bool envelope;
    struct td_buf buf;
};

struct play_lines *play_lines_new(int fd, const char *name, bool envelope)
{
    struct play_lines *lines = td_calloc(1, sizeof(*lines));

    lines->fd = fd;
    lines->name = name;
    lines->envelope = envelope;
    return lines;
}

void play_lines_free(struct play_lines *lines)
{
    if (!lines)
        return;
    td_buf_release(&lines->buf);
    free(lines);
}

static bool breaks_line(struct td_bytes text)
{
    return text.len && (memchr(text.ptr, '\n', text.len) ||
                        memchr(text.ptr, '\r', text.len));
}

static enum td_code add_string(struct td_buf *out, struct td_bytes text)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_put_string(&w, NULL, text);
    return td_json_done(&w);
}

static enum td_code add_bytes(struct td_buf *out, struct td_bytes bytes)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_b64(&w, "b64", bytes);
    td_json_object_end(&w);
    return td_json_done(&w);
}

/* In JSON a line break stands between tokens only, where a space will do. */
static enum td_code add_on_one_line(struct td_buf *out, struct td_bytes json)
{
    size_t from = out->len;

    if (td_buf_add_bytes(out, json))
        return TD_LIMIT;
    for (size_t i = from; i < out->len; i++)
        if (out->ptr[i] == '\n' || out->ptr[i] == '\r')
            out->ptr[i] = ' ';
    return TD_OK;
}

static enum td_code add_text(struct td_buf *out, struct td_bytes text)
{
    if (!breaks_line(text))
        return td_buf_add_bytes(out, text);
    return td_json_check(text, TD_JSON_DEPTH, NULL)
               ? add_string(out, text)
               : add_on_one_line(out, text);
}

static enum td_code add_payload(struct td_buf *out, const struct td_event *ev)
{
    enum td_code code;

    if (ev->form == TD_FORM_BYTES)
        code = add_bytes(out, ev->payload);
    else if (ev->form == TD_FORM_TEXT)
        code = add_text(out, ev->payload);
    else
        code = td_buf_add_bytes(out, ev->payload);
    return code ? code : td_buf_add_byte(out, '\n');
}

static enum td_code flush(void *self, struct td_error *err)
{
    struct play_lines *lines = self;
    enum td_code code = TD_OK;

    if (lines->buf.len)
        code =
            td_fs_write(lines->fd, td_buf_bytes(&lines->buf), lines->name, err);
    td_buf_clear(&lines->buf);
    return code;
}

static enum td_code put(void *self, const struct td_event *ev,
                        struct td_error *err)
{
    struct play_lines *lines = self;
    enum td_code code = lines->envelope ? tape_line_encode(&lines->buf, ev)
                                        : add_payload(&lines->buf, ev);

    if (code)
        return td_error_set(err, code, lines->name, 0,
                            "event %llu is too large for a line",
                            (unsigned long long)ev->seq);
    return lines->buf.len < BLOCK ? TD_OK : flush(lines, err);
}

struct td_sink play_lines_sink(struct play_lines *lines)
{
    return (struct td_sink){.put = put, .flush = flush, .self = lines};
}
