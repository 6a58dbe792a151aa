/* HAR 1.2 of exchanges, with Chromium's members for WebSockets.
 * Source: HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/).
 *
 * What is held: the exchanges under way, and entries that wait for one that has
 * begun before them, up to 64 MiB; beyond that entries are in order of their
 * ends.
 */
#include "converter/format.h"
#include "converter/har_exchange.h"
#include "core/clock.h"
#include "core/mem.h"

#include <stdlib.h>

#define BUCKETS     1024
#define WAITING_MAX ((size_t)64 << 20)

#define OVER_MAX 16

enum left { LEFT_EVENTS, LEFT_OTHER, LEFT_UNASKED, LEFTS };

struct har {
    struct conv_options options;
    struct conv_har_exchange *buckets[BUCKETS];
    struct conv_har_exchange *first; /* in order of their starts */
    struct conv_har_exchange *last;
    struct conv_har_origin origin;
    struct td_json_doc doc;
    size_t waiting; /* bytes of entries that are done */
    /* Sockets behind their "done", whose "close" may come yet; the oldest
     * first. */
    struct conv_har_exchange *over[OVER_MAX];
    size_t over_len;
    bool comma;
    uint64_t left[LEFTS];
    struct conv_har_lost lost;
};

/* ---- the log ---- */

/* The object "har" of the tape's meta, if it was made of one. */
static uint32_t log_of(struct har *har)
{
    uint32_t meta;
    uint32_t log;

    if (td_json_parse(&har->doc, har->options.header, TD_JSON_DEPTH, NULL))
        return UINT32_MAX;
    meta = conv_json_at(&har->doc, 0, "meta");
    log = conv_json_at(&har->doc, meta, "har");
    return conv_json_is(&har->doc, log, TD_JSON_OBJECT) ? log : UINT32_MAX;
}

static void put_creator(struct td_json_writer *w, const char *program)
{
    const char *version = strchr(program, ' ');

    td_json_object(w, "creator");
    td_json_put_string(w, "name",
                       td_bytes(program, version ? (size_t)(version - program)
                                                 : strlen(program)));
    td_json_put_text(w, "version", version ? version + 1 : "");
    td_json_object_end(w);
}

static void *open_har(struct conv_out *out, const struct conv_options *options)
{
    static const char *const but[] = {"entries", NULL};
    struct har *har = td_calloc(1, sizeof(*har));
    struct td_json_writer w = td_json_writer(&out->bytes);
    uint32_t log;

    har->options = *options;
    log = log_of(har);
    td_json_object(&w, NULL);
    td_json_object(&w, "log");
    if (conv_json_at(&har->doc, log, "version") == UINT32_MAX)
        td_json_put_text(&w, "version", "1.2");
    conv_json_members(&w, &har->doc, log, but);
    if (conv_json_at(&har->doc, log, "creator") == UINT32_MAX)
        put_creator(&w, options->program);
    td_json_array(&w, "entries");
    conv_har_origin_read(
        &har->origin,
        conv_json_body(&har->doc, conv_json_at(&har->doc, 0, "source")));
    return har;
}

/* ---- exchanges ---- */

static struct conv_har_exchange **bucket(struct har *har, uint64_t number)
{
    struct conv_har_exchange **at = &har->buckets[number % BUCKETS];

    while (*at && (*at)->number != number)
        at = &(*at)->next_in_bucket;
    return at;
}

static struct conv_har_exchange *begin(struct har *har, uint64_t number,
                                       uint64_t at_ns)
{
    struct conv_har_exchange *x = conv_har_exchange_new(number, at_ns);

    *bucket(har, number) = x;
    if (har->last)
        har->last->next = x;
    else
        har->first = x;
    har->last = x;
    return x;
}

/* The entry of an exchange that waits no more. */
static void put_out(struct har *har, struct conv_har_exchange *x,
                    struct conv_out *out)
{
    if (har->comma)
        (void)td_buf_add_byte(&out->bytes, ',');
    har->comma = true;
    (void)td_buf_add_byte(&out->bytes, '\n');
    (void)td_buf_add_bytes(&out->bytes, td_buf_bytes(&x->entry));
    har->waiting -= x->entry.len;
}

static void drop_first(struct har *har)
{
    struct conv_har_exchange *x = har->first;

    har->first = x->next;
    if (!har->first)
        har->last = NULL;
    conv_har_exchange_free(x);
}

/* Too much waits: half of it goes out, whatever has begun before. */
static void put_half(struct har *har, struct conv_out *out)
{
    struct conv_har_exchange **at = &har->first;

    har->last = NULL;
    while (*at) {
        struct conv_har_exchange *x = *at;

        if (x->done && har->waiting > WAITING_MAX / 2) {
            put_out(har, x, out);
            *at = x->next;
            conv_har_exchange_free(x);
            continue;
        }
        har->last = x;
        at = &x->next;
    }
}

/* Entries in order of their starts, as long as not too much waits. */
static void put_ready(struct har *har, struct conv_out *out)
{
    while (har->first && har->first->done) {
        put_out(har, har->first, out);
        drop_first(har);
    }
    if (har->waiting > WAITING_MAX)
        put_half(har, out);
}

static enum td_code finish(struct har *har, struct conv_har_exchange *x,
                           struct td_error *err)
{
    enum td_code code = conv_har_exchange_end(x, har->options.start_wall_ns,
                                              &har->origin, &har->lost);

    *bucket(har, x->number) = x->next_in_bucket;
    x->done = true;
    har->waiting += x->entry.len;
    return code ? td_error_set(err, code, NULL, 0,
                               "exchange %llu is too long for a HAR",
                               (unsigned long long)x->number)
                : TD_OK;
}

static enum td_code finish_over(struct har *har, size_t i, struct td_error *err)
{
    struct conv_har_exchange *x = har->over[i];

    har->over_len--;
    memmove(&har->over[i], &har->over[i + 1],
            (har->over_len - i) * sizeof(struct conv_har_exchange *));
    return finish(har, x, err);
}

/* Nothing follows on a connection on which something else does. */
static enum td_code look_over(struct har *har, const struct td_event *ev,
                              struct td_error *err)
{
    enum td_code code = TD_OK;

    for (size_t i = har->over_len; !code && i > 0; i--)
        if (har->over[i - 1]->conn == ev->conn &&
            har->over[i - 1]->number != ev->exchange)
            code = finish_over(har, i - 1, err);
    return code;
}

static bool is_over(const struct har *har, const struct conv_har_exchange *x,
                    size_t *at)
{
    for (*at = 0; *at < har->over_len; (*at)++)
        if (har->over[*at] == x)
            return true;
    return false;
}

/* The exchange of an event; NULL: it has none in a HAR, and is counted. */
static enum td_code choose(struct har *har, const struct td_event *ev,
                           struct conv_har_exchange **x, struct td_error *err)
{
    bool begins = td_bytes_is(ev->kind, TD_KIND_REQUEST);
    enum td_code code = TD_OK;
    size_t at;

    *x = *bucket(har, ev->exchange);
    if (*x && begins) { /* of another recording on the same tape */
        if (is_over(har, *x, &at)) {
            code = finish_over(har, at, err);
        } else {
            har->lost.unended++;
            code = finish(har, *x, err);
        }
        *x = NULL;
    } else if (*x && is_over(har, *x, &at) &&
               !td_bytes_is(ev->kind, TD_KIND_CLOSE)) {
        *x = NULL;
    }
    if (!code && begins)
        *x = begin(har, ev->exchange, ev->at_ns);
    else if (!*x)
        har->left[LEFT_UNASKED]++;
    return code;
}

/* What "done", or the "close" of a socket behind it, leads to. */
static enum td_code settle(struct har *har, struct conv_har_exchange *x,
                           const struct td_event *ev, struct td_error *err)
{
    enum td_code code = TD_OK;
    size_t at;

    if (is_over(har, x, &at))
        return finish_over(har, at, err);
    if (!td_bytes_is(ev->kind, TD_KIND_DONE))
        return TD_OK;
    if (!x->socket)
        return finish(har, x, err);
    if (har->over_len == OVER_MAX)
        code = finish_over(har, 0, err);
    har->over[har->over_len++] = x;
    return code;
}

static enum td_code put(void *self, struct conv_out *out,
                        const struct td_event *ev, struct td_error *err)
{
    struct har *har = self;
    struct conv_har_exchange *x = NULL;
    enum td_code code = look_over(har, ev, err);

    if (ev->exchange == 0)
        har->left[td_event_is_plain(ev) ? LEFT_EVENTS : LEFT_OTHER]++;
    else if (!code)
        code = choose(har, ev, &x, err);
    if (!code && x) {
        code = conv_har_exchange_put(x, ev, har->options.start_wall_ns,
                                     &har->lost);
        if (code)
            return td_error_set(err, code, NULL, 0,
                                "event %llu is too much for a HAR",
                                (unsigned long long)ev->seq);
        code = settle(har, x, ev, err);
    }
    put_ready(har, out);
    return code;
}

static void end(void *self, struct conv_out *out)
{
    struct har *har = self;

    while (har->over_len > 0)
        (void)finish_over(har, 0, NULL);
    for (struct conv_har_exchange *x = har->first; x; x = x->next) {
        if (x->done)
            continue;
        har->lost.unended++;
        (void)finish(har, x, NULL);
    }
    put_ready(har, out);
    (void)td_buf_add_text(&out->bytes, "\n]}}\n");
}

static size_t left_out(const void *self, struct conv_left *list)
{
    const struct har *har = self;
    const struct conv_left all[] = {
        {"events of no exchange, left out", har->left[LEFT_EVENTS]},
        {"lines that are no event and of no exchange, left out",
         har->left[LEFT_OTHER]},
        {"events of an exchange without its request, left out",
         har->left[LEFT_UNASKED]},
        {"exchanges without an end", har->lost.unended},
        {"interim answers, left out", har->lost.interim},
        {"trailers, left out", har->lost.trailers},
        {"times of transfer chunks, left out", har->lost.chunks},
        {"ends of bodies that the tape does not hold", har->lost.cut},
        {"Socket.IO packets, told as their payload", har->lost.packets},
        {"events that their stream cannot hold, left out", har->lost.odd},
        {"events without a place in their exchange, left out",
         har->lost.others},
    };
    size_t n = 0;

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (all[i].count > 0 && n < CONV_LEFT_MAX)
            list[n++] = all[i];
    return n;
}

static void free_har(void *self)
{
    struct har *har = self;

    while (har->first)
        drop_first(har);
    td_json_release(&har->doc);
    conv_har_origin_release(&har->origin);
    free(har);
}

const struct conv_format_ops conv_har_format = {
    .name = "har",
    .suffix = ".har",
    .open = open_har,
    .put = put,
    .end = end,
    .left_out = left_out,
    .free = free_har,
};
