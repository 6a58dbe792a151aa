/* OpenTelemetry log records as OTLP/JSON, a line of LogsData for each batch:
 * what the file exporter of the collector writes and otlpjsonfile reads.
 * Source: opentelemetry-proto, logs/v1; OTLP specification, "JSON Protobuf
 * Encoding"; OpenTelemetry protocol file exporter.
 */
#include "converter/format.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "core/take.h"

#include <math.h>
#include <stdlib.h>

#define BATCH    200 /* records of a line */
#define SEVERITY 9   /* INFO */
/* Levels of a body: each takes three of protobuf's, which stops at 100. */
#define DEPTH  30
#define DIGITS 17 /* that a double holds */

enum left { LEFT_NUMBERS, LEFT_DEEP, LEFT_CUT, LEFTS };

struct otel {
    struct conv_options options;
    struct td_json_doc doc;
    struct td_buf scratch;
    unsigned records; /* of the line at hand */
    struct td_json_writer w;
    uint64_t left[LEFTS];
};

static void *open_otel(struct conv_out *out, const struct conv_options *options)
{
    struct otel *otel = td_calloc(1, sizeof(*otel));

    (void)out;
    otel->options = *options;
    return otel;
}

static void attribute(struct td_json_writer *w, const char *key)
{
    td_json_object(w, NULL);
    td_json_put_text(w, "key", key);
    td_json_object(w, "value");
}

static void attribute_end(struct td_json_writer *w)
{
    td_json_object_end(w);
    td_json_object_end(w);
}

/* The value is a string's body as it stands in JSON. */
static void put_body(struct td_json_writer *w, const char *key,
                     struct td_bytes body)
{
    if (!body.len)
        return;
    attribute(w, key);
    td_json_put_body(w, "stringValue", body);
    attribute_end(w);
}

static void put_text(struct td_json_writer *w, const char *key,
                     const char *text)
{
    attribute(w, key);
    td_json_put_text(w, "stringValue", text);
    attribute_end(w);
}

/* Integers of 64 bits are strings in protobuf's JSON. */
static void put_u64(struct otel *otel, struct td_json_writer *w,
                    const char *key, uint64_t n)
{
    attribute(w, key);
    td_buf_clear(&otel->scratch);
    (void)td_buf_add_u64(&otel->scratch, n);
    td_json_put_body(w, "intValue", td_buf_bytes(&otel->scratch));
    attribute_end(w);
}

static void put_source(struct otel *otel, struct td_json_writer *w)
{
    static const char *const keys[] = {"id", "source", "recorder"};
    static const char *const names[] = {"tapedeck.tape.id", "tapedeck.source",
                                        "tapedeck.recorder"};

    if (td_json_parse(&otel->doc, otel->options.header, TD_JSON_DEPTH, NULL))
        return;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        uint32_t at = td_json_member(&otel->doc, 0, td_text(keys[i]));

        if (at && otel->doc.values[at].kind == TD_JSON_STRING)
            put_body(w, names[i], td_json_inner(&otel->doc, at));
    }
}

static void begin_line(struct otel *otel, struct td_buf *out)
{
    struct td_json_writer *w = &otel->w;

    *w = td_json_writer(out);
    td_json_object(w, NULL);
    td_json_array(w, "resourceLogs");
    td_json_object(w, NULL);
    td_json_object(w, "resource");
    td_json_array(w, "attributes");
    put_text(w, "service.name", "tapedeck");
    put_source(otel, w);
    td_json_array_end(w);
    td_json_object_end(w);
    td_json_array(w, "scopeLogs");
    td_json_object(w, NULL);
    td_json_object(w, "scope");
    td_json_put_text(w, "name", otel->options.program);
    td_json_object_end(w);
    td_json_array(w, "logRecords");
}

static void end_line(struct otel *otel)
{
    struct td_json_writer *w = &otel->w;

    if (!otel->records)
        return;
    td_json_array_end(w);
    td_json_object_end(w);
    td_json_array_end(w);
    td_json_object_end(w);
    td_json_array_end(w);
    td_json_object_end(w);
    (void)td_json_line(w);
    otel->records = 0;
}

static bool is_int64(struct td_bytes raw)
{
    bool minus = raw.len > 0 && raw.ptr[0] == '-';
    struct td_bytes digits = minus ? td_bytes(raw.ptr + 1, raw.len - 1) : raw;
    uint64_t n;

    /* -0 is another number than 0. */
    return td_take_number(&digits, &n) && digits.len == 0 && (n || !minus) &&
           n <= (uint64_t)INT64_MAX + (minus ? 1 : 0);
}

/* Whether a reader's double stands for the same number. */
static bool is_double(struct otel *otel, struct td_bytes raw)
{
    unsigned digits = 0;

    for (size_t i = 0; i < raw.len && (raw.ptr[i] | 0x20) != 'e'; i++)
        if (raw.ptr[i] >= '0' && raw.ptr[i] <= '9' &&
            (digits > 0 || raw.ptr[i] != '0'))
            digits++;
    td_buf_clear(&otel->scratch);
    (void)td_buf_add_bytes(&otel->scratch, raw);
    return digits <= DIGITS &&
           isfinite(strtod(td_buf_str(&otel->scratch), NULL));
}

static void put_number(struct otel *otel, struct td_json_writer *w, uint32_t i)
{
    struct td_bytes raw = td_json_raw(&otel->doc, i);

    if (is_int64(raw)) {
        td_json_put_body(w, "intValue", raw);
    } else if (is_double(otel, raw)) {
        td_json_put_raw(w, "doubleValue", raw);
    } else {
        otel->left[LEFT_NUMBERS]++;
        td_json_put_body(w, "stringValue", raw);
    }
}

/* Containers that are open, innermost last, and where each ends. */
struct level {
    uint32_t end;
    bool is_object;
};

static void open_container(struct td_json_writer *w, bool is_object)
{
    td_json_object(w, is_object ? "kvlistValue" : "arrayValue");
    td_json_array(w, "values");
}

/* Close the containers that end before value i. */
static unsigned close_until(struct td_json_writer *w,
                            const struct level *levels, unsigned depth,
                            uint32_t i)
{
    while (depth > 0 && i >= levels[depth - 1].end) {
        td_json_array_end(w);
        td_json_object_end(w);
        td_json_object_end(w);
        depth--;
        if (depth > 0 && levels[depth - 1].is_object)
            td_json_object_end(w);
    }
    return depth;
}

static void put_scalar(struct otel *otel, struct td_json_writer *w, uint32_t i)
{
    switch ((enum td_json_kind)otel->doc.values[i].kind) {
    case TD_JSON_TRUE:
    case TD_JSON_FALSE:
        td_json_put_bool(w, "boolValue",
                         otel->doc.values[i].kind == TD_JSON_TRUE);
        break;
    case TD_JSON_NUMBER:
        put_number(otel, w, i);
        break;
    case TD_JSON_STRING:
        td_json_put_body(w, "stringValue", td_json_inner(&otel->doc, i));
        break;
    case TD_JSON_NULL:
    case TD_JSON_ARRAY:
    case TD_JSON_OBJECT:
        break;
    }
}

/* The document as an AnyValue, of which null is the empty one. */
static void put_json(struct otel *otel, struct td_json_writer *w)
{
    const struct td_json_doc *doc = &otel->doc;
    struct level levels[DEPTH + 1];
    unsigned depth = 0;
    uint32_t i = 0;

    while (i < doc->len) {
        bool keyed = depth > 0 && levels[depth - 1].is_object;
        const struct td_json_value *v;

        if (keyed) {
            td_json_object(w, NULL);
            td_json_put_body(w, "key", td_json_inner(doc, i++));
        }
        v = &doc->values[i];
        td_json_object(w, depth == 0 ? "body" : keyed ? "value" : NULL);
        if (v->kind == TD_JSON_OBJECT || v->kind == TD_JSON_ARRAY) {
            levels[depth++] =
                (struct level){v->next, v->kind == TD_JSON_OBJECT};
            open_container(w, v->kind == TD_JSON_OBJECT);
        } else {
            put_scalar(otel, w, i);
            td_json_object_end(w);
            if (keyed)
                td_json_object_end(w);
        }
        depth = close_until(w, levels, depth, ++i);
    }
}

static void put_payload(struct otel *otel, struct td_json_writer *w,
                        const struct td_event *ev)
{
    if (ev->form == TD_FORM_JSON) {
        if (!td_json_parse(&otel->doc, ev->payload, DEPTH, NULL)) {
            put_json(otel, w);
            return;
        }
        otel->left[LEFT_DEEP]++;
    }
    td_json_object(w, "body");
    if (ev->form == TD_FORM_BYTES)
        td_json_put_b64(w, "bytesValue", ev->payload);
    else
        td_json_put_string(w, "stringValue", ev->payload);
    td_json_object_end(w);
}

static void put_attributes(struct otel *otel, struct td_json_writer *w,
                           const struct td_event *ev)
{
    bool quoted = ev->id.len > 1 && ev->id.ptr[0] == '"';

    td_json_array(w, "attributes");
    put_u64(otel, w, "tapedeck.seq", ev->seq);
    put_u64(otel, w, "tapedeck.time_ns", ev->at_ns);
    put_u64(otel, w, "tapedeck.connection", ev->conn);
    put_text(w, "tapedeck.direction", ev->dir == TD_DIR_IN ? "in" : "out");
    put_body(w, "tapedeck.kind", ev->kind);
    put_body(w, "tapedeck.namespace", ev->ns);
    put_body(w, "tapedeck.id",
             quoted ? td_bytes(ev->id.ptr + 1, ev->id.len - 2) : ev->id);
    put_body(w, "tapedeck.ack", ev->ack);
    if (ev->cut)
        put_u64(otel, w, "tapedeck.cut_bytes", ev->cut);
    if (ev->att.len) {
        attribute(w, "tapedeck.attachments");
        td_json_put_string(w, "stringValue", ev->att);
        attribute_end(w);
    }
    td_json_array_end(w);
}

static enum td_code put(void *self, struct conv_out *to,
                        const struct td_event *ev, struct td_error *err)
{
    struct otel *otel = self;
    struct td_json_writer *w = &otel->w;
    struct td_buf time = {0};

    (void)err;
    if (!otel->records)
        begin_line(otel, &to->bytes);
    (void)td_buf_add_u64(&time, otel->options.start_wall_ns + ev->at_ns);
    td_json_object(w, NULL);
    td_json_put_body(w, "timeUnixNano", td_buf_bytes(&time));
    td_json_put_body(w, "observedTimeUnixNano", td_buf_bytes(&time));
    td_json_put_u64(w, "severityNumber", SEVERITY);
    if (ev->name.len)
        td_json_put_body(w, "eventName", ev->name);
    put_attributes(otel, w, ev);
    put_payload(otel, w, ev);
    td_json_object_end(w);
    td_buf_release(&time);
    otel->left[LEFT_CUT] += ev->cut > 0;
    if (++otel->records == BATCH)
        end_line(otel);
    return TD_OK;
}

static void end(void *self, struct conv_out *out)
{
    (void)out;
    end_line(self);
}

static size_t left_out(const void *self, struct conv_left *list)
{
    static const char *const what[LEFTS] = {
        [LEFT_NUMBERS] = "numbers that no double holds, as text",
        [LEFT_DEEP] = "payloads of more than 30 levels, as text",
        [LEFT_CUT] = "payloads that were cut when recorded"};
    const struct otel *otel = self;
    size_t n = 0;

    for (int i = 0; i < LEFTS; i++)
        if (otel->left[i])
            list[n++] = (struct conv_left){what[i], otel->left[i]};
    return n;
}

static void free_otel(void *self)
{
    struct otel *otel = self;

    td_json_release(&otel->doc);
    td_buf_release(&otel->scratch);
    free(otel);
}

const struct conv_format_ops conv_otel = {
    .name = "otel",
    .suffix = ".otlp.jsonl",
    .open = open_otel,
    .put = put,
    .end = end,
    .left_out = left_out,
    .free = free_otel,
};
