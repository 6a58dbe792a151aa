#include "tape/line.h"

#include "core/b64.h"
#include "core/json.h"
#include "core/utf8.h"

/* Room for all that is not borrowed from the event: keys, quotes, numbers. */
#define ENVELOPE_MAX ((size_t)256)
#define EIGHT_DIGITS UINT64_C(100000000)

struct out {
    uint8_t *at;
};

static void put(struct out *out, const void *ptr, size_t len)
{
    memcpy(out->at, ptr, len);
    out->at += len;
}

/* A literal of known length, so that the copy becomes a few moves. */
#define PUT(out, literal) put(out, literal, sizeof(literal) - 1)

/* Eight digits of n, which is below 10^8, the first in the lowest byte: all
 * lanes of a word are divided at once, down to fours, twos and ones.
 */
static uint64_t eight_digits(uint64_t n)
{
    uint64_t fours = n / 10000 | n % 10000 << 32;
    /* x * 10486 >> 20 is x / 100 for x < 10^4. */
    uint64_t hundreds = (fours * 10486 >> 20) & UINT64_C(0x0000007f0000007f);
    uint64_t twos = hundreds | (fours - hundreds * 100) << 16;
    /* x * 103 >> 10 is x / 10 for x < 100. */
    uint64_t tens = (twos * 103 >> 10) & UINT64_C(0x000f000f000f000f);

    return tens | (twos - tens * 10) << 8;
}

static void put_word(struct out *out, uint64_t digits, unsigned skip)
{
    uint64_t text = (digits | UINT64_C(0x3030303030303030)) >> skip * 8;

    memcpy(out->at, &text, sizeof(text)); /* the room is larger than needed */
    out->at += sizeof(text) - skip;
}

/* The first digits of a number: n is below 10^8. */
static void put_first(struct out *out, uint64_t n)
{
    uint64_t digits = eight_digits(n);

    put_word(out, digits, n > 0 ? (unsigned)__builtin_ctzll(digits) / 8 : 7);
}

static void put_rest(struct out *out, uint64_t n)
{
    put_word(out, eight_digits(n % EIGHT_DIGITS), 0);
}

static void put_number(struct out *out, uint64_t n)
{
    if (n < 10) { /* most connections */
        *out->at++ = (uint8_t)('0' + n);
        return;
    }
    if (n < EIGHT_DIGITS) {
        put_first(out, n);
        return;
    }
    if (n < EIGHT_DIGITS * EIGHT_DIGITS) {
        put_first(out, n / EIGHT_DIGITS);
    } else {
        put_first(out, n / EIGHT_DIGITS / EIGHT_DIGITS);
        put_rest(out, n / EIGHT_DIGITS);
    }
    put_rest(out, n);
}

/* Inlined, so that the length of the key is known. */
static inline __attribute__((always_inline)) void
put_raw(struct out *out, const char *key, struct td_bytes value)
{
    if (value.len == 0)
        return;
    put(out, key, strlen(key));
    put(out, value.ptr, value.len);
}

static inline __attribute__((always_inline)) void
put_quoted(struct out *out, const char *key, struct td_bytes value)
{
    if (value.len == 0)
        return;
    put_raw(out, key, value);
    *out->at++ = '"';
}

static void put_envelope(struct out *out, const struct td_event *ev)
{
    PUT(out, "{\"s\":");
    put_number(out, ev->seq);
    PUT(out, ",\"t\":");
    put_number(out, ev->at_ns);
    if (ev->dir == TD_DIR_IN)
        PUT(out, ",\"d\":\"in\",\"c\":");
    else
        PUT(out, ",\"d\":\"out\",\"c\":");
    put_number(out, ev->conn);
    if (ev->exchange > 0) {
        PUT(out, ",\"x\":");
        put_number(out, ev->exchange);
    }
    put_quoted(out, ",\"k\":\"", ev->kind);
    put_quoted(out, ",\"ns\":\"", ev->ns);
    put_raw(out, ",\"id\":", ev->id);
    put_raw(out, ",\"ack\":", ev->ack);
    put_quoted(out, ",\"ev\":\"", ev->name);
    put_raw(out, ",\"att\":", ev->att);
    if (ev->cut > 0) {
        PUT(out, ",\"cut\":");
        put_number(out, ev->cut);
    }
}

static enum td_code add_payload(struct td_buf *buf, const struct td_event *ev)
{
    enum td_code code;

    if (ev->form == TD_FORM_TEXT && td_utf8_valid(ev->payload)) {
        code = td_buf_add_text(buf, ",\"text\":\"");
        if (!code)
            code = td_json_escape(buf, ev->payload);
    } else {
        code = td_buf_add_text(buf, ",\"b64\":\"");
        if (!code)
            code = td_b64_encode(buf, ev->payload);
    }
    return code ? code : td_buf_add(buf, "\"}\n", 3);
}

/* Envelope and, for JSON, the payload go straight into room that is large
 * enough for both; what must be escaped or encoded grows behind it.
 */
enum td_code tape_line_encode(struct td_buf *buf, const struct td_event *ev)
{
    size_t before = buf->len;
    size_t need = ENVELOPE_MAX + ev->kind.len + ev->ns.len + ev->id.len +
                  ev->ack.len + ev->name.len + ev->att.len + ev->payload.len;
    struct out out = {td_buf_room(buf, need)};
    enum td_code code = TD_OK;

    if (!out.at || need - ENVELOPE_MAX > TAPE_LINE_MAX)
        return TD_LIMIT;
    put_envelope(&out, ev);
    if (ev->form == TD_FORM_JSON) {
        put_raw(&out, ",\"json\":", ev->payload);
        PUT(&out, "}\n");
        buf->len = (size_t)(out.at - buf->ptr);
    } else {
        buf->len = (size_t)(out.at - buf->ptr);
        code = add_payload(buf, ev);
    }
    if (!code && buf->len - before > TAPE_LINE_MAX + 1)
        code = TD_LIMIT;
    if (code)
        buf->len = before;
    return code;
}
