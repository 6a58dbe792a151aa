#include "core/b64.h"
#include "core/json.h"
#include "core/simd.h"
#include "tape/line.h"

#define INLINE static inline __attribute__((always_inline))

#define DIGITS_MAX 20
#define WIDE       TD_SIMD_WIDE /* bytes looked at at once */
#define START_MAX  73           /* bytes that quick_start() may look at */

struct cursor {
    const uint8_t *start;
    const uint8_t *at;
    const uint8_t *end;
};

INLINE size_t left(const struct cursor *c)
{
    return (size_t)(c->end - c->at);
}

/* Inlined, so that the length is known and nothing is called. */
INLINE bool take_bytes(struct cursor *c, const char *literal, size_t len)
{
    if (left(c) < len || memcmp(c->at, literal, len) != 0)
        return false;
    c->at += len;
    return true;
}

#define TAKE(c, literal) take_bytes(c, literal, sizeof(literal) - 1)

/* The value of eight digits, the first in the lowest byte: all lanes of a word
 * are joined at once, to twos, fours and all.
 */
INLINE uint64_t value_of(uint64_t digits)
{
    digits = (digits * (10 << 8 | 1) >> 8) & UINT64_C(0x00ff00ff00ff00ff);
    digits = (digits * (100 << 16 | 1) >> 16) & UINT64_C(0x0000ffff0000ffff);
    return digits * (UINT64_C(10000) << 32 | 1) >> 32;
}

/* The value of the digits among the eight bytes at `at` before one that is
 * none; *len is how many they are.
 */
INLINE uint64_t some_digits(const uint8_t *at, unsigned *len)
{
    uint64_t word;
    uint64_t others; /* the top bit of each byte that is no digit, at least up
                        to the first one */
    unsigned bit;

    memcpy(&word, at, sizeof(word));
    word ^= UINT64_C(0x3030303030303030);
    others = ((word + UINT64_C(0x7676767676767676)) | word) &
             UINT64_C(0x8080808080808080);
    *len = 8;
    if (others == 0)
        return value_of(word);
    bit = (unsigned)__builtin_ctzll(others);
    *len = bit / 8;
    if (bit == 7)
        return 0;
    return value_of(word << (71 - bit)); /* zeros in front, others gone */
}

/* A decimal of up to 16 digits; returns the byte behind it, or NULL. */
INLINE const uint8_t *quick_number(const uint8_t *at, uint64_t *out)
{
    static const uint32_t power[] = {1,      10,      100,      1000,     10000,
                                     100000, 1000000, 10000000, 100000000};
    unsigned len;
    unsigned more = 0;
    uint64_t n = some_digits(at, &len);

    if (len == 0 || (*at == '0' && len > 1))
        return NULL;
    if (len == 8) {
        uint64_t low = some_digits(at + 8, &more);

        n = n * power[more] + low;
    }
    *out = n;
    return at + len + more;
}

/* A connection is one digit as a rule. */
INLINE const uint8_t *quick_conn(const uint8_t *at, uint32_t *out)
{
    unsigned digit = (unsigned)at[0] - '0';
    uint64_t n = digit;

    if (digit < 10 && (unsigned)at[1] - '0' > 9)
        at++;
    else
        at = quick_number(at, &n);
    *out = (uint32_t)n;
    return n <= UINT32_MAX ? at : NULL;
}

#define IS(at, literal) (memcmp(at, literal, sizeof(literal) - 1) == 0)

/* What every line starts with, where START_MAX bytes may be looked at. Returns
 * the byte behind it, or NULL if anything is unusual: take_start() then says
 * what.
 */
INLINE const uint8_t *quick_start(const uint8_t *at, struct td_event *ev)
{
    if (!IS(at, "{\"s\":"))
        return NULL;
    at = quick_number(at + 5, &ev->seq);
    if (!at || ev->seq - 1 >= TAPE_INT_MAX || !IS(at, ",\"t\":"))
        return NULL;
    at = quick_number(at + 5, &ev->at_ns);
    if (!at || ev->at_ns > TAPE_INT_MAX)
        return NULL;
    if (IS(at, ",\"d\":\"out\",\"c\":")) {
        ev->dir = TD_DIR_OUT;
        return quick_conn(at + 15, &ev->conn);
    }
    ev->dir = TD_DIR_IN;
    return IS(at, ",\"d\":\"in\",\"c\":") ? quick_conn(at + 14, &ev->conn)
                                          : NULL;
}

/* A decimal without sign or leading zero, from min to max. */
static bool take_number(struct cursor *c, uint64_t min, uint64_t max,
                        uint64_t *out)
{
    unsigned len = 0;
    uint64_t n = left(c) >= 8 ? some_digits(c->at, &len) : 0;
    const uint8_t *at = c->at + len;

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

/* A short string that has no escaped quote; else false and nothing is taken. */
INLINE bool quick_string(struct cursor *c, struct td_bytes *out)
{
    const uint8_t *at = c->at;

    for (int i = 0; i < 2 && c->end - at >= WIDE; i++, at += WIDE) {
        td_simd16 bytes = td_simd_load(at);
        td_simd16 quotes = td_simd_equal(bytes, td_simd_fill('"'));
        unsigned mask = td_simd_mask(quotes);

        if (mask == 0)
            continue;
        at += __builtin_ctz(mask);
        if (at[-1] == '\\')
            return false;
        *out = td_bytes(c->at, (size_t)(at - c->at));
        c->at = at + 1;
        return true;
    }
    return false;
}

/* A JSON string behind its opening quote; *out is what stands before the
 * closing one, still escaped.
 */
static bool take_string(struct cursor *c, struct td_bytes *out)
{
    const uint8_t *from = c->at;
    const uint8_t *at = from;

    if (quick_string(c, out))
        return true;
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
    if (TAKE(c, ",\"x\":") && !take_number(c, 1, TAPE_INT_MAX, &ev->exchange))
        return false;
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

/* The payload is the rest of the line less its closing brace. */
INLINE bool find_json(const struct cursor *c, struct td_event *ev)
{
    if (left(c) < 2 || c->end[-1] != '}')
        return false;
    ev->form = TD_FORM_JSON;
    ev->payload = td_bytes(c->at, left(c) - 1);
    return true;
}

/* Bytes that no checksum protects might hold a second member or loose white
 * space in what is found so.
 */
static bool take_json(struct cursor *c, struct td_event *ev, bool check)
{
    struct cursor probe = *c;
    struct td_bytes value;

    if (!find_json(c, ev))
        return false;
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

/* From `at`, where the optional members begin; NULL: from the start. */
static __attribute__((noinline)) enum td_code
parse_any(struct td_event *ev, struct td_bytes line, const uint8_t *at,
          struct td_buf *scratch, bool check, struct td_error *err)
{
    struct cursor c = {line.ptr, at ? at : line.ptr, line.ptr + line.len};

    if ((!at && !take_start(&c, ev)) || !take_optional(&c, ev))
        return refuse(&c, err, "no event");
    if (!take_payload(&c, ev, scratch, check) || !TAKE(&c, "}") ||
        c.at != c.end)
        return refuse(&c, err, "bad payload");
    return check ? check_json(&c, line, err) : TD_OK;
}

/* Field by field what a line may lack: that is a few wide moves. */
INLINE void clear_optional(struct td_event *ev)
{
    const struct td_bytes none = {0};

    ev->kind = none;
    ev->ns = none;
    ev->id = none;
    ev->ack = none;
    ev->name = none;
    ev->att = none;
    ev->cut = 0;
    ev->exchange = 0;
}

/* The rest of the line of a plain message of JSON: a name at most, and the
 * payload, which a checksum vouches for. False: it is another.
 */
INLINE bool quick_rest(const uint8_t *at, const uint8_t *end,
                       struct td_event *ev)
{
    struct cursor c = {at, at, end};

    if (TAKE(&c, ",\"ev\":\"") && !quick_string(&c, &ev->name))
        return false;
    return TAKE(&c, ",\"json\":") && find_json(&c, ev);
}

enum td_code tape_line_parse(struct td_event *ev, struct td_bytes line,
                             struct td_buf *scratch, bool check,
                             struct td_error *err)
{
    const uint8_t *at = NULL;

    if (line.len > TAPE_LINE_MAX)
        return td_error_set(err, TD_LIMIT, "line", 0, "%zu bytes", line.len);
    clear_optional(ev);
    if (line.len >= START_MAX)
        at = quick_start(line.ptr, ev);
    if (at && !check && quick_rest(at, line.ptr + line.len, ev))
        return TD_OK;
    return parse_any(ev, line, at, scratch, check, err);
}
