/* The tokens of expressions and selectors, and where they stand. */
#include "validator/expr/lexer.h"
#include "core/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define SHOWN 40 /* bytes of a token in an error */

enum td_code expr_open(struct expr_reader *r, const struct check_env *env,
                       uint32_t at, const char *what, struct td_error *err)
{
    const struct td_json_doc *json = &env->doc->json;
    struct td_buf text = {0};

    *r = (struct expr_reader){.env = env, .at = at, .err = err};
    if (json->values[at].kind != TD_JSON_STRING)
        return td_jsonx_fail(env->doc, at, TD_USAGE, err, "%s", what);
    (void)td_json_unescape(&text, td_json_inner(json, at));
    (void)td_buf_str(&text);
    r->text = td_buf_bytes(&text);
    if (text.len <= CHECK_EXPR_MAX)
        return TD_OK;
    expr_close(r);
    return td_jsonx_fail(env->doc, at, TD_LIMIT, err, "longer than %d bytes",
                         CHECK_EXPR_MAX);
}

void expr_close(struct expr_reader *r)
{
    free((void *)(uintptr_t)r->text.ptr);
    r->text = td_bytes(NULL, 0);
}

enum td_code expr_fail(const struct expr_reader *r, size_t pos, const char *fmt,
                       ...)
{
    struct td_jsonx_mark mark = td_jsonx_inside(r->env->doc, r->at, pos);
    char where[256];
    char text[300];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    (void)snprintf(where, sizeof(where), "%.200s:%u:%u", r->env->doc->name,
                   mark.line, mark.column);
    return td_error_set(r->err, TD_USAGE, where, 0, "%s", text);
}

enum td_code expr_limit(const struct expr_reader *r, const char *what)
{
    (void)expr_fail(r, r->pos, "%s", what);
    if (r->err)
        r->err->code = TD_LIMIT;
    return TD_LIMIT;
}

enum td_code expr_no_message(const struct expr_reader *r, size_t pos)
{
    (void)expr_fail(r, pos, "there is no message here that could be asked");
    return td_error_hint(r->err, "ask what came: EVENT.FIELD, first, last, "
                                 "count, sum or distinct");
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of a name; all that is not ASCII may be part of one. */
static bool is_name(uint8_t c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '$' ||
           c >= 0x80;
}

static uint8_t byte(const struct expr_reader *r, size_t pos)
{
    return pos < r->text.len ? r->text.ptr[pos] : 0;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_digits(const struct expr_reader *r, size_t pos)
{
    while (is_digit(byte(r, pos)))
        pos++;
    return pos;
}

/* A number as JSON writes it; a zero in front of digits is no part of one. */
static size_t end_of_number(const struct expr_reader *r, size_t pos)
{
    size_t exponent;

    pos = byte(r, pos) == '0' ? pos + 1 : skip_digits(r, pos);
    if (byte(r, pos) == '.' && is_digit(byte(r, pos + 1)))
        pos = skip_digits(r, pos + 1);
    if ((byte(r, pos) | 0x20) != 'e')
        return pos;
    exponent = pos + 1;
    if (byte(r, exponent) == '+' || byte(r, exponent) == '-')
        exponent++;
    return is_digit(byte(r, exponent)) ? skip_digits(r, exponent) : pos;
}

/* Behind the closing quote; 0 if there is none. */
static size_t end_of_string(const struct expr_reader *r, size_t pos)
{
    uint8_t quote = byte(r, pos++);

    while (pos < r->text.len && byte(r, pos) != quote)
        pos += byte(r, pos) == '\\' ? 2 : 1;
    return pos < r->text.len ? pos + 1 : 0;
}

static void read_sign(const struct expr_reader *r, struct expr_token *t)
{
    static const uint8_t two[][2] = {{'=', '='}, {'!', '='}, {'<', '='},
                                     {'>', '='}, {'~', '='}, {'&', '&'},
                                     {'|', '|'}};
    uint8_t a = byte(r, t->from);
    uint8_t b = byte(r, t->from + 1);

    t->kind = EXPR_SIGN;
    t->to = t->from + 1;
    t->sign = a;
    for (size_t i = 0; i < sizeof(two) / sizeof(two[0]); i++) {
        if (a == two[i][0] && b == two[i][1]) {
            t->to++;
            t->sign = EXPR_TWO(a, b);
        }
    }
    if (a == 0 || (t->sign == a && !strchr("()[]{}.,?:+-*/%<>!|", a)))
        t->kind = EXPR_BAD;
}

struct expr_token expr_peek(const struct expr_reader *r)
{
    struct expr_token t = {.kind = EXPR_END, .from = r->pos};
    uint8_t c;

    while (t.from < r->text.len && is_space(byte(r, t.from)))
        t.from++;
    t.to = t.from;
    if (t.from >= r->text.len)
        return t;
    c = byte(r, t.from);
    if (is_digit(c)) {
        t.kind = EXPR_NUMBER;
        t.to = end_of_number(r, t.from);
        if (is_digit(byte(r, t.to)) || is_name(byte(r, t.to)))
            t.kind = EXPR_BAD;
    } else if (is_name(c)) {
        t.kind = EXPR_NAME;
        while (is_name(byte(r, t.to)) || is_digit(byte(r, t.to)))
            t.to++;
    } else if (c == '\'' || c == '"') {
        t.to = end_of_string(r, t.from);
        t.kind = t.to ? EXPR_STRING : EXPR_BAD;
    } else {
        read_sign(r, &t);
    }
    return t;
}

void expr_take(struct expr_reader *r, const struct expr_token *t)
{
    r->pos = t->to;
}

bool expr_accept(struct expr_reader *r, uint16_t sign)
{
    struct expr_token t = expr_peek(r);

    if (t.kind != EXPR_SIGN || t.sign != sign)
        return false;
    expr_take(r, &t);
    return true;
}

enum td_code expr_expect(struct expr_reader *r, uint16_t sign,
                         const char *after)
{
    char wanted[80];
    struct expr_token t;

    if (expr_accept(r, sign))
        return TD_OK;
    t = expr_peek(r);
    (void)snprintf(wanted, sizeof(wanted), "\"%c\" after %s", sign, after);
    return expr_unexpected(r, &t, wanted);
}

static enum td_code bad_token(const struct expr_reader *r,
                              const struct expr_token *t)
{
    uint8_t c = byte(r, t->from);

    if (c == '\'' || c == '"')
        return expr_fail(r, t->from, "the text that begins here has no end");
    if (c == '=') {
        (void)expr_fail(r, t->from, "there is no \"=\" in an expression");
        return td_error_hint(r->err, "write == to compare");
    }
    if (c == '&') {
        (void)expr_fail(r, t->from, "there is no \"&\" in an expression");
        return td_error_hint(r->err, "write && or the word and");
    }
    if (is_digit(c))
        return expr_fail(r, t->from, "this is not written as a number");
    if (c < ' ' || c == 0x7f)
        return expr_fail(r, t->from, "there is no byte 0x%02x in an expression",
                         c);
    return expr_fail(r, t->from, "there is no \"%c\" in an expression", c);
}

enum td_code expr_unexpected(const struct expr_reader *r,
                             const struct expr_token *t, const char *wanted)
{
    size_t len = t->to - t->from;

    if (t->kind == EXPR_BAD)
        return bad_token(r, t);
    if (t->kind == EXPR_END)
        return expr_fail(r, t->from, "expected %s, but the text ends here",
                         wanted);
    return expr_fail(r, t->from, "expected %s, found %.*s%s", wanted,
                     (int)(len < SHOWN ? len : SHOWN),
                     (const char *)r->text.ptr + t->from,
                     len < SHOWN ? "" : "...");
}

struct td_bytes expr_slice(const struct expr_reader *r, size_t from, size_t to)
{
    return td_bytes(r->text.ptr + from, to - from);
}

bool expr_is(const struct expr_reader *r, const struct expr_token *t,
             const char *text)
{
    return td_bytes_is(expr_slice(r, t->from, t->to), text);
}

/* \uXXXX whose backslash is at pos: the bytes it takes, with the second half of
 * a surrogate pair.
 */
static size_t unicode_length(const struct expr_reader *r, size_t pos)
{
    bool high = (byte(r, pos + 2) | 0x20) == 'd' && byte(r, pos + 3) &&
                strchr("89abAB", byte(r, pos + 3));

    if (high && byte(r, pos + 6) == '\\' && byte(r, pos + 7) == 'u')
        return 12;
    return 6;
}

/* One escape; *pos is its backslash, and is moved behind it. */
static enum td_code unescape(const struct expr_reader *r, size_t *pos,
                             struct td_buf *out)
{
    static const char from[] = "nrtbf\\'\"/";
    static const char to[] = "\n\r\t\b\f\\'\"/";
    size_t start = *pos;
    uint8_t c = byte(r, start + 1);
    const char *known = c ? strchr(from, c) : NULL;

    *pos += 2;
    if (known) {
        (void)td_buf_add_byte(out, (uint8_t)to[known - from]);
        return TD_OK;
    }
    if (c != 'u')
        return expr_fail(r, start, "there is no escape \\%c in a text",
                         c >= ' ' && c < 0x7f ? c : '?');
    *pos = start + unicode_length(r, start);
    if (*pos < r->text.len &&
        td_json_unescape(out, expr_slice(r, start, *pos)) == TD_OK)
        return TD_OK;
    return expr_fail(r, start, "\\u takes four hexadecimal digits");
}

enum td_code expr_string(const struct expr_reader *r,
                         const struct expr_token *t, struct td_buf *out)
{
    enum td_code code = TD_OK;
    size_t pos = t->from + 1;

    while (pos < t->to - 1 && code == TD_OK) {
        if (byte(r, pos) == '\\')
            code = unescape(r, &pos, out);
        else
            (void)td_buf_add_byte(out, byte(r, pos++));
    }
    return code;
}
