#include "converter/har_read.h"

#include "converter/har_scan.h"
#include "converter/spool.h"
#include "core/mem.h"
#include "tape/line.h"

#include <inttypes.h>
#include <stdlib.h>

/* So many connections back one is known again. */
#define NAMES_BACK 1024

/* Names of connections, in order of their numbers from 1. */
struct names {
    struct td_buf text;
    struct td_buf ends; /* of size_t: where each ends in text */
};

struct conv_har {
    const char *name;
    struct td_bytes text;
    struct conv_har_log log;
    struct conv_har_counts counts;
    struct conv_spool *spool;
    struct names names;
    struct td_json_doc doc;
    uint64_t start_ns;
    uint64_t last_ns;
};

static uint32_t number_of(struct names *names, struct td_bytes name)
{
    const size_t *ends = (const size_t *)(const void *)names->ends.ptr;
    size_t count = names->ends.len / sizeof(*ends);
    size_t first = count > NAMES_BACK ? count - NAMES_BACK : 0;
    size_t from = first ? ends[first - 1] : 0;

    for (size_t i = first; i < count; i++) {
        if (td_bytes_equal(td_bytes(names->text.ptr + from, ends[i] - from),
                           name))
            return (uint32_t)i + 1;
        from = ends[i];
    }
    (void)td_buf_add_bytes(&names->text, name);
    (void)td_buf_add(&names->ends, &names->text.len, sizeof(size_t));
    return (uint32_t)count + 1;
}

static enum td_code put(void *ctx, const struct td_event *ev,
                        struct td_error *err)
{
    struct conv_har *har = ctx;

    if (ev->at_ns < har->start_ns)
        har->start_ns = ev->at_ns;
    if (ev->at_ns > har->last_ns)
        har->last_ns = ev->at_ns;
    return conv_spool_put(har->spool, ev, err);
}

static enum td_code read_entry(struct conv_har *har, size_t i,
                               struct td_error *err)
{
    const struct conv_har_extent *extents =
        (const struct conv_har_extent *)(const void *)har->log.extents.ptr;
    struct conv_har_extent extent = extents[i];
    struct conv_har_entry how = {.counts = &har->counts,
                                 .put = put,
                                 .ctx = har,
                                 .exchange = i + 1,
                                 .name = har->name};
    struct td_error why = {.code = TD_OK};
    enum td_code code;

    if (extent.len > CONV_HAR_ENTRY_MAX)
        return td_error_set(err, TD_LIMIT, har->name, extent.from,
                            "entry %zu has more than %zu bytes", i + 1,
                            CONV_HAR_ENTRY_MAX);
    code = td_json_parse(&har->doc,
                         td_bytes(har->text.ptr + extent.from, extent.len),
                         TD_JSON_DEPTH_ALL, &why);
    if (!code && har->doc.values[0].kind != TD_JSON_OBJECT)
        code = TD_FORMAT;
    if (code)
        return td_error_set(err, code, har->name, extent.from + why.offset,
                            "no HAR: entry %zu is no JSON object of at most %d "
                            "levels",
                            i + 1, TD_JSON_DEPTH_ALL);
    how.conn = number_of(&har->names, conv_har_entry_connection(&har->doc));
    return conv_har_entry_read(&how, &har->doc, err);
}

static enum td_code read_all(struct conv_har *har, struct td_error *err)
{
    enum td_code code = conv_har_scan(&har->log, har->text, har->name, err);

    for (size_t i = 0; !code && i < conv_har_entries(&har->log); i++)
        code = read_entry(har, i, err);
    if (!code && har->last_ns > har->start_ns &&
        har->last_ns - har->start_ns > TAPE_INT_MAX)
        return td_error_set(err, TD_LIMIT, har->name, 0,
                            "entries are further apart than the 104 days of a "
                            "tape");
    return code ? code : conv_spool_sort(har->spool, err);
}

enum td_code conv_har_open(struct conv_har **out, struct td_bytes text,
                           const char *name, struct td_error *err)
{
    struct conv_har *har = td_calloc(1, sizeof(*har));
    enum td_code code;

    har->name = name;
    har->text = text;
    har->start_ns = UINT64_MAX;
    har->spool = conv_spool_new();
    code = read_all(har, err);
    if (code) {
        conv_har_close(har);
        return code;
    }
    if (har->start_ns == UINT64_MAX)
        har->start_ns = 0;
    *out = har;
    return TD_OK;
}

void conv_har_close(struct conv_har *har)
{
    if (!har)
        return;
    conv_har_log_release(&har->log);
    conv_spool_free(har->spool);
    td_buf_release(&har->names.text);
    td_buf_release(&har->names.ends);
    td_json_release(&har->doc);
    free(har);
}

uint64_t conv_har_start_wall(const struct conv_har *har)
{
    return har->start_ns;
}

const struct conv_har_counts *conv_har_counts(const struct conv_har *har)
{
    return &har->counts;
}

struct td_bytes conv_har_log(const struct conv_har *har)
{
    return td_buf_bytes(&har->log.rest);
}

enum td_code conv_har_next(struct conv_har *har, struct td_event *ev,
                           struct td_error *err)
{
    enum td_code code = conv_spool_next(har->spool, ev, err);

    if (!code)
        ev->at_ns -= har->start_ns;
    return code;
}

/* ---- what came of it ---- */

static const char *s(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static void say_left(struct td_buf *out, bool *any, uint64_t n,
                     const char *what, const char *rest)
{
    if (n == 0)
        return;
    (void)td_buf_addf(out, "%s%" PRIu64 " %s%s%s",
                      *any ? ", " : "; left out: ", n, what, s(n), rest);
    *any = true;
}

void conv_har_say(const struct conv_har_counts *c, struct td_buf *out)
{
    bool any = false;

    (void)td_buf_addf(out, "%" PRIu64 " exchange%s", c->exchanges,
                      s(c->exchanges));
    if (c->sockets)
        (void)td_buf_addf(
            out, ", %" PRIu64 " WebSocket%s (%" PRIu64 " message%s)",
            c->sockets, s(c->sockets), c->messages, s(c->messages));
    if (c->streams)
        (void)td_buf_addf(out,
                          ", %" PRIu64 " event stream%s (%" PRIu64 " event%s)",
                          c->streams, s(c->streams), c->events, s(c->events));
    if (c->missing == 1)
        say_left(out, &any, 1, "body that the HAR does not hold", "");
    else if (c->missing > 1)
        (void)td_buf_addf(
            out, "; left out: %" PRIu64 " bodies that the HAR does not hold",
            c->missing);
    any = c->missing > 0;
    say_left(out, &any, c->params, "form",
             " of which the HAR holds parameters, not bytes");
    say_left(out, &any, c->cut, "end", " of bodies over 128 MiB");
    if (c->no_b64)
        (void)td_buf_addf(
            out, "; kept as text: %" PRIu64 " that should be base64 and %s not",
            c->no_b64, c->no_b64 == 1 ? "is" : "are");
}

void conv_har_json(const struct conv_har_counts *c, struct td_json_writer *w)
{
    td_json_put_u64(w, "exchanges", c->exchanges);
    td_json_put_u64(w, "websockets", c->sockets);
    td_json_put_u64(w, "messages", c->messages);
    td_json_put_u64(w, "streams", c->streams);
    td_json_put_u64(w, "stream_events", c->events);
    td_json_put_u64(w, "no_base64", c->no_b64);
    td_json_object(w, "left_out");
    td_json_put_u64(w, "bodies", c->missing);
    td_json_put_u64(w, "forms", c->params);
    td_json_put_u64(w, "ends_of_bodies", c->cut);
    td_json_object_end(w);
}
