#include "tape/line.h"

#include "core/b64.h"
#include "core/json.h"

/* Room for all that is not borrowed from the event: keys, quotes, numbers. */
#define ENVELOPE_MAX ((size_t)256)
#define DIGITS_MAX   20
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

struct cursor {
    const uint8_t *start;
    const uint8_t *at;
    const uint8_t *end;
};

static size_t left(const struct cursor *c)
{
    return (size_t)(c->end - c->at);
}

static bool take_bytes(struct cursor *c, const char *literal, size_t len)
{
    if (left(c) < len || memcmp(c->at, literal, len) != 0)
        return false;
    c->at += len;
    return true;
}

#define TAKE(c, literal) take_bytes(c, literal, sizeof(literal) - 1)

/* The digits among the next eight bytes, at once: 0 and *at as it was if there
 * are fewer bytes or none is a digit.
 */
static uint64_t take_digits(const uint8_t **at, const uint8_t *end)
{
    uint64_t text;
    uint64_t others; /* the top bit of each byte that is no digit, at least up
                        to the first one */
    unsigned count;

    if (end - *at < 8)
        return 0;
    memcpy(&text, *at, sizeof(text));
    text ^= UINT64_C(0x3030303030303030);
    others = ((text + UINT64_C(0x7676767676767676)) | text) &
             UINT64_C(0x8080808080808080);
    count = others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
    if (count == 0)
        return 0;
    *at += count;
    text <<= (8 - count) * 8; /* zeros in front, others gone */
    text = (text * 10 + (text >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    text = (text * 100 + (text >> 16)) & UINT64_C(0x0000ffff0000ffff);
    return (text * 10000 + (text >> 32)) & UINT32_MAX;
}

/* A decimal without sign or leading zero, from min to max. */
static bool take_number(struct cursor *c, uint64_t min, uint64_t max,
                        uint64_t *out)
{
    const uint8_t *at = c->at;
    uint64_t n = take_digits(&at, c->end);

    while (at < c->end && at - c->at < DIGITS_MAX - 1) {
        unsigned digit = (unsigned)*at - '0';

        if (digit > 9)
            break;
        n = n * 10 + digit;
        at++;
    }
    if (at == c->at || n < min || n > max || (*c->at == '0' && at - c->at > 1))
        return false;
    c->at = at;
    *out = n;
    return true;
}

/* A JSON string behind its opening quote; *out is what stands before the
 * closing one, still escaped.
 */
static bool take_string(struct cursor *c, struct td_bytes *out)
{
    const uint8_t *from = c->at;
    const uint8_t *at = from;

    for (;;) {
        const uint8_t *quote =
            at < c->end
                ? (const uint8_t *)memchr(at, '"', (size_t)(c->end - at))
                : NULL;
        const uint8_t *slash = quote;

        if (!quote)
            return false;
        while (slash > from && slash[-1] == '\\')
            slash--;
        at = quote + 1;
        if ((quote - slash) % 2 == 0) {
            *out = td_bytes(from, (size_t)(quote - from));
            c->at = at;
            return true;
        }
    }
}

/* The extent of any JSON value; what is inside is not looked at. */
static bool take_value(struct cursor *c, struct td_bytes *out)
{
    const uint8_t *from = c->at;
    struct td_bytes ignored;
    size_t depth = 0;

    while (c->at < c->end) {
        uint8_t byte = *c->at;

        if (depth == 0 && c->at > from && (byte == ',' || byte == '}'))
            break;
        c->at++;
        if (byte == '"' && !take_string(c, &ignored))
            return false;
        if (byte == '[' || byte == '{')
            depth++;
        if ((byte == ']' || byte == '}') && depth-- == 0)
            return false;
    }
    *out = td_bytes(from, (size_t)(c->at - from));
    return depth == 0 && out->len > 0;
}

static bool take_dir(struct cursor *c, enum td_dir *dir)
{
    if (TAKE(c, ",\"d\":\"out\"")) {
        *dir = TD_DIR_OUT;
        return true;
    }
    *dir = TD_DIR_IN;
    return TAKE(c, ",\"d\":\"in\"");
}

static bool take_start(struct cursor *c, struct td_event *ev)
{
    uint64_t conn = 0;
    bool ok = TAKE(c, "{\"s\":") && take_number(c, 1, TAPE_INT_MAX, &ev->seq) &&
              TAKE(c, ",\"t\":") &&
              take_number(c, 0, TAPE_INT_MAX, &ev->at_ns) &&
              take_dir(c, &ev->dir) && TAKE(c, ",\"c\":") &&
              take_number(c, 0, UINT32_MAX, &conn);

    ev->conn = (uint32_t)conn;
    return ok;
}

static bool take_optional(struct cursor *c, struct td_event *ev)
{
    if (TAKE(c, ",\"k\":\"") && !take_string(c, &ev->kind))
        return false;
    if (TAKE(c, ",\"ns\":\"") && !take_string(c, &ev->ns))
        return false;
    if (TAKE(c, ",\"id\":") && !take_value(c, &ev->id))
        return false;
    if (TAKE(c, ",\"ack\":") && !take_value(c, &ev->ack))
        return false;
    if (TAKE(c, ",\"ev\":\"") && !take_string(c, &ev->name))
        return false;
    if (TAKE(c, ",\"att\":") && !take_value(c, &ev->att))
        return false;
    return !TAKE(c, ",\"cut\":") || take_number(c, 1, TAPE_INT_MAX, &ev->cut);
}

/* A member of a later version: its key and value are passed over. */
static bool skip_member(struct cursor *c)
{
    struct td_bytes ignored;

    return TAKE(c, ",\"") && take_string(c, &ignored) && TAKE(c, ":") &&
           take_value(c, &ignored);
}

/* The payload is the rest of the line less its closing brace. Bytes that no
 * checksum protects might hold a second member or loose white space there.
 */
static bool take_json(struct cursor *c, struct td_event *ev, bool check)
{
    struct cursor probe = *c;
    struct td_bytes value;

    if (left(c) < 2 || c->end[-1] != '}')
        return false;
    ev->form = TD_FORM_JSON;
    ev->payload = td_bytes(c->at, left(c) - 1);
    if (check && (!take_value(&probe, &value) || probe.at != c->end - 1 ||
                  value.ptr[0] <= ' ' || value.ptr[value.len - 1] <= ' ' ||
                  memchr(value.ptr, '\r', value.len)))
        return false;
    c->at = c->end - 1;
    return true;
}

static bool take_text(struct cursor *c, struct td_event *ev,
                      struct td_buf *scratch)
{
    const uint8_t *from = c->at;

    ev->form = TD_FORM_TEXT;
    if (!take_string(c, &ev->payload))
        return false;
    if (ev->payload.len == 0 || !memchr(from, '\\', ev->payload.len))
        return true;
    td_buf_clear(scratch);
    if (td_json_unescape(scratch, ev->payload)) {
        c->at = from;
        return false;
    }
    ev->payload = td_buf_bytes(scratch);
    return true;
}

static bool take_b64(struct cursor *c, struct td_event *ev,
                     struct td_buf *scratch)
{
    struct td_bytes inner;
    const uint8_t *from = c->at;

    ev->form = TD_FORM_BYTES;
    if (!take_string(c, &inner))
        return false;
    td_buf_clear(scratch);
    if (td_b64_decode(scratch, inner)) {
        c->at = from;
        return false;
    }
    ev->payload = td_buf_bytes(scratch);
    return true;
}

static bool take_payload(struct cursor *c, struct td_event *ev,
                         struct td_buf *scratch, bool check)
{
    for (;;) {
        if (TAKE(c, ",\"json\":"))
            return take_json(c, ev, check);
        if (TAKE(c, ",\"text\":\""))
            return take_text(c, ev, scratch);
        if (TAKE(c, ",\"b64\":\""))
            return take_b64(c, ev, scratch);
        if (!skip_member(c))
            return false;
    }
}

enum tape_line_kind tape_line_kind(struct td_bytes line)
{
    struct cursor c = {line.ptr, line.ptr, line.ptr + line.len};

    if (TAKE(&c, "{\"s\":"))
        return TAPE_LINE_EVENT;
    if (TAKE(&c, "{\"tape\":"))
        return TAPE_LINE_HEADER;
    return TAKE(&c, "{\"end\":") ? TAPE_LINE_END : TAPE_LINE_OTHER;
}

static enum td_code refuse(const struct cursor *c, struct td_error *err,
                           const char *what)
{
    return td_error_set(err, TD_FORMAT, "line", (uint64_t)(c->at - c->start),
                        "%s at byte %llu of the line", what,
                        (unsigned long long)(c->at - c->start));
}

/* Apart from its caller, so that the large error is not cleared for each line
 * of a tape that is trusted.
 */
static enum td_code check_json(struct cursor *c, struct td_bytes line,
                               struct td_error *err)
{
    struct td_error why = {0};

    if (!td_json_check(line, TD_JSON_DEPTH + 1, &why))
        return TD_OK;
    c->at = c->start + why.offset;
    return refuse(c, err, "not JSON");
}

enum td_code tape_line_parse(struct td_event *ev, struct td_bytes line,
                             struct td_buf *scratch, bool check,
                             struct td_error *err)
{
    struct cursor c = {line.ptr, line.ptr, line.ptr + line.len};

    if (line.len > TAPE_LINE_MAX)
        return td_error_set(err, TD_LIMIT, "line", 0, "%zu bytes", line.len);
    memset(ev, 0, sizeof(*ev));
    if (!take_start(&c, ev) || !take_optional(&c, ev))
        return refuse(&c, err, "no event");
    if (!take_payload(&c, ev, scratch, check) || !TAKE(&c, "}") ||
        c.at != c.end)
        return refuse(&c, err, "bad payload");
    return check ? check_json(&c, line, err) : TD_OK;
}
