/* Comma-separated values, RFC 4180: a head, then a row an event. */
#include "converter/format.h"
#include "core/b64.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/mem.h"

#include <inttypes.h>
#include <stdlib.h>

#define HEAD                                                                   \
    "seq,seconds,time,dir,conn,kind,namespace,id,ack,event,attachments,cut,"   \
    "bytes,form,payload\r\n"

struct csv {
    uint64_t start_wall_ns;
    struct td_buf scratch;
};

static void *open_csv(struct conv_out *out, const struct conv_options *options)
{
    struct csv *csv = td_calloc(1, sizeof(*csv));

    csv->start_wall_ns = options->start_wall_ns;
    (void)td_buf_add_text(&out->bytes, HEAD);
    return csv;
}

static bool needs_quotes(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr(",\"\r\n", text.ptr[i]) && text.ptr[i])
            return true;
    return text.len > 0 &&
           (text.ptr[0] == ' ' || text.ptr[text.len - 1] == ' ');
}

static void add_field(struct td_buf *out, struct td_bytes text)
{
    if (!needs_quotes(text)) {
        (void)td_buf_add_bytes(out, text);
        return;
    }
    (void)td_buf_add_byte(out, '"');
    while (text.len > 0) {
        const uint8_t *quote = memchr(text.ptr, '"', text.len);
        size_t n = quote ? (size_t)(quote - text.ptr) + 1 : text.len;

        (void)td_buf_add(out, text.ptr, n);
        if (quote)
            (void)td_buf_add_byte(out, '"');
        text = td_bytes(text.ptr + n, text.len - n);
    }
    (void)td_buf_add_byte(out, '"');
}

static void next_field(struct td_buf *out, struct td_bytes text)
{
    (void)td_buf_add_byte(out, ',');
    add_field(out, text);
}

/* What stands escaped on a tape. */
static void next_escaped(struct csv *csv, struct td_buf *out,
                         struct td_bytes inner)
{
    td_buf_clear(&csv->scratch);
    if (td_json_unescape(&csv->scratch, inner))
        next_field(out, inner);
    else
        next_field(out, td_buf_bytes(&csv->scratch));
}

static void next_number(struct td_buf *out, uint64_t n)
{
    (void)td_buf_add_byte(out, ',');
    (void)td_buf_add_u64(out, n);
}

static void add_when(const struct csv *csv, struct td_buf *out,
                     const struct td_event *ev)
{
    (void)td_buf_add_u64(out, ev->seq);
    (void)td_buf_addf(out, ",%" PRIu64 ".%09" PRIu64 ",",
                      ev->at_ns / TD_NS_PER_S, ev->at_ns % TD_NS_PER_S);
    (void)td_time_format(out, csv->start_wall_ns + ev->at_ns);
    next_field(out, td_text(ev->dir == TD_DIR_IN ? "in" : "out"));
    next_number(out, ev->conn);
}

static void add_payload(struct td_buf *out, const struct td_event *ev)
{
    static const char *const forms[] = {[TD_FORM_TEXT] = "text",
                                        [TD_FORM_JSON] = "json",
                                        [TD_FORM_BYTES] = "base64"};

    next_number(out, ev->payload.len);
    next_field(out, td_text(forms[ev->form]));
    if (ev->form != TD_FORM_BYTES) {
        next_field(out, ev->payload);
        return;
    }
    (void)td_buf_add_byte(out, ',');
    (void)td_b64_encode(out, ev->payload);
}

static enum td_code put(void *self, struct conv_out *to,
                        const struct td_event *ev, struct td_error *err)
{
    struct csv *csv = self;
    struct td_buf *out = &to->bytes;
    bool quoted = ev->id.len > 1 && ev->id.ptr[0] == '"';

    (void)err;
    add_when(csv, out, ev);
    next_escaped(csv, out, ev->kind);
    next_escaped(csv, out, ev->ns);
    next_escaped(csv, out,
                 quoted ? td_bytes(ev->id.ptr + 1, ev->id.len - 2) : ev->id);
    next_field(out, ev->ack);
    next_escaped(csv, out, ev->name);
    next_field(out, ev->att);
    next_number(out, ev->cut);
    add_payload(out, ev);
    (void)td_buf_add_text(out, "\r\n");
    return TD_OK;
}

static void free_csv(void *self)
{
    td_buf_release(&((struct csv *)self)->scratch);
    free(self);
}

const struct conv_format_ops conv_csv = {
    .name = "csv",
    .suffix = ".csv",
    .open = open_csv,
    .put = put,
    .free = free_csv,
};
