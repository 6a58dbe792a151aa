/* Messages of WebSockets, as Chromium's DevTools and Playwright write them:
 *
 *     {"type":"send","time":1700000000.123,"opcode":1,"data":"..."}
 *
 * time: seconds since 1970. opcode: of RFC 6455, 1 text, 2 bytes in base64, 8
 * close, 9 ping, 10 pong.
 */
#include "converter/har_body.h"

#include "core/b64.h"
#include "core/clock.h"

#include <inttypes.h>

#define DIGITS 9 /* of a second */

/* Nanoseconds of a plain decimal number. False: it has an exponent, a sign, or
 * more digits than that.
 */
static bool seconds(struct td_bytes raw, uint64_t *ns)
{
    size_t digits = 0;
    bool point = false;

    *ns = 0;
    for (size_t i = 0; i < raw.len; i++) {
        uint8_t c = raw.ptr[i];

        if (c == '.' && !point && i > 0) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9' || *ns > UINT64_MAX / 100 || digits == DIGITS)
            return false;
        *ns = *ns * 10 + (uint64_t)(c - '0');
        digits += point;
    }
    for (; digits < DIGITS; digits++) {
        if (*ns > UINT64_MAX / 100)
            return false;
        *ns *= 10;
    }
    return raw.len > 0;
}

static void put_seconds(struct td_json_writer *w, uint64_t ns)
{
    struct td_buf text = {0};

    (void)td_buf_addf(&text, "%" PRIu64 ".%09" PRIu64, ns / TD_NS_PER_S,
                      ns % TD_NS_PER_S);
    while (text.ptr[text.len - 1] == '0')
        text.len--;
    text.len -= text.ptr[text.len - 1] == '.';
    td_json_put_raw(w, "time", td_buf_bytes(&text));
    td_buf_release(&text);
}

static const struct {
    uint64_t opcode;
    const char *kind;
} kinds[] = {{8, TD_KIND_CLOSE}, {9, TD_KIND_PING}, {10, TD_KIND_PONG}};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

bool conv_har_put_message(struct td_json_writer *w, const struct td_event *ev,
                          uint64_t wall_ns)
{
    bool bytes = ev->form == TD_FORM_BYTES;
    uint64_t opcode = bytes ? 2 : 1;

    for (size_t i = 0; i < KINDS; i++)
        if (td_bytes_is(ev->kind, kinds[i].kind))
            opcode = kinds[i].opcode;
    if (opcode < 8 && !td_event_is_plain(ev))
        return false;
    td_json_object(w, NULL);
    td_json_put_text(w, "type", ev->dir == TD_DIR_IN ? "send" : "receive");
    put_seconds(w, wall_ns);
    td_json_put_u64(w, "opcode", opcode);
    if (opcode == 2)
        td_json_put_b64(w, "data", ev->payload);
    else
        td_json_put_string(w, "data", ev->payload);
    td_json_object_end(w);
    return true;
}

struct message {
    uint32_t type, time, opcode, data;
};

static struct message look(const struct td_json_doc *doc, uint32_t at)
{
    return (struct message){
        conv_json_at(doc, at, "type"), conv_json_at(doc, at, "time"),
        conv_json_at(doc, at, "opcode"), conv_json_at(doc, at, "data")};
}

static uint64_t time_of(const struct td_json_doc *doc, uint32_t at)
{
    uint64_t ns = 0;

    if (conv_json_is(doc, at, TD_JSON_NUMBER) &&
        seconds(td_json_raw(doc, at), &ns) && ns < INT64_MAX / 2)
        return ns;
    return conv_json_ns(doc, at, 1e9);
}

uint64_t conv_har_first_message(const struct td_json_doc *doc, uint32_t at)
{
    if (doc->values[at].count == 0)
        return UINT64_MAX;
    return time_of(doc, look(doc, at + 1).time);
}

/* Its payload, in room where it is not as it stands in the HAR; false: it is no
 * base64, which it should be.
 */
static bool read_data(struct td_event *ev, struct td_buf *room,
                      const struct td_json_doc *doc, struct message m,
                      uint64_t opcode)
{
    struct td_bytes body = conv_json_body(doc, m.data);

    td_buf_clear(room);
    if (opcode == 2 && !td_b64_decode(room, body)) {
        ev->payload = td_buf_bytes(room);
        ev->form = TD_FORM_BYTES;
        return true;
    }
    td_buf_clear(room);
    ev->payload = conv_json_text(room, doc, m.data);
    conv_har_settle(ev);
    return opcode != 2;
}

enum td_code conv_har_messages(const struct td_json_doc *doc, uint32_t at,
                               enum td_code (*put)(void *ctx,
                                                   struct td_event *ev),
                               void *ctx, uint64_t *no_b64)
{
    const struct td_json_value *v = doc->values;
    struct td_buf room = {0};
    uint64_t last_ns = 0;
    enum td_code code = TD_OK;

    for (uint32_t i = at + 1; !code && i < v[at].next; i = v[i].next) {
        struct message m = look(doc, i);
        uint64_t opcode = conv_json_u64(doc, m.opcode, 1);
        struct td_event ev = {.at_ns = time_of(doc, m.time)};

        ev.at_ns = ev.at_ns < last_ns ? last_ns : ev.at_ns;
        last_ns = ev.at_ns;
        ev.dir = td_bytes_is(conv_json_body(doc, m.type), "send") ? TD_DIR_IN
                                                                  : TD_DIR_OUT;
        for (size_t k = 0; k < KINDS; k++)
            if (opcode == kinds[k].opcode)
                ev.kind = td_text(kinds[k].kind);
        *no_b64 += !read_data(&ev, &room, doc, m, opcode);
        (void)conv_har_cut(&ev);
        code = put(ctx, &ev);
    }
    td_buf_release(&room);
    return code;
}

static bool is_exact(const struct td_json_doc *doc, uint32_t at,
                     uint64_t *last_ns)
{
    struct message m = look(doc, at);
    uint64_t opcode = conv_json_u64(doc, m.opcode, 0);
    struct td_bytes type = conv_json_body(doc, m.type);
    struct td_buf room = {0};
    uint64_t ns = 0;
    bool is = doc->values[at].count == 4 &&
              (td_bytes_is(type, "send") || td_bytes_is(type, "receive")) &&
              conv_json_is(doc, m.data, TD_JSON_STRING) &&
              conv_json_is(doc, m.time, TD_JSON_NUMBER) &&
              (opcode == 1 || opcode == 2 || (opcode >= 8 && opcode <= 10)) &&
              seconds(td_json_raw(doc, m.time), &ns) && ns >= *last_ns &&
              !td_json_has_half_pair(td_json_inner(doc, m.data));

    if (is && opcode == 2)
        is = !td_b64_decode(&room, conv_json_body(doc, m.data));
    td_buf_release(&room);
    *last_ns = ns;
    return is;
}

bool conv_har_messages_exact(const struct td_json_doc *doc, uint32_t at,
                             uint64_t from_ns)
{
    const struct td_json_value *v = doc->values;

    for (uint32_t i = at + 1; i < v[at].next; i = v[i].next)
        if (!conv_json_is(doc, i, TD_JSON_OBJECT) ||
            !is_exact(doc, i, &from_ns))
            return false;
    return true;
}
