#include "wire/http/url.h"
#include "core/hex.h"
#include "core/mem.h"
#include "core/secret_name.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

static const struct wire_url_kind kinds[] = {
    {"ws://", WIRE_SCHEME_WS, false, false},
    {"wss://", WIRE_SCHEME_WS, true, false},
    {"sio://", WIRE_SCHEME_SIO, false, false},
    {"sios://", WIRE_SCHEME_SIO, true, false},
    {"http://", WIRE_SCHEME_HTTP, false, false},
    {"https://", WIRE_SCHEME_HTTP, true, false},
    {"ws+unix:", WIRE_SCHEME_WS, false, true},
    {"sio+unix:", WIRE_SCHEME_SIO, false, true},
    {"http+unix:", WIRE_SCHEME_HTTP, false, true},
};

const struct wire_url_kind *wire_url_kind(struct td_bytes text)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t len = strlen(kinds[i].begin);

        if (text.len >= len &&
            !strncasecmp((const char *)text.ptr, kinds[i].begin, len))
            return &kinds[i];
    }
    return NULL;
}

bool wire_url_is_web(const struct wire_url_kind *kind)
{
    return kind && kind->scheme == WIRE_SCHEME_HTTP && !kind->is_unix;
}

static enum td_code refuse(struct td_error *err, const char *text,
                           const char *why)
{
    struct td_buf shown = {0};

    if (strlen(text) <= WIRE_URL_MAX)
        (void)wire_url_public(&shown, text);
    (void)td_error_set(err, TD_USAGE, td_buf_str(&shown), 0, "%s", why);
    td_buf_release(&shown);
    (void)td_error_hint(err, "write ws://HOST:PORT/PATH, sio://, http://, or "
                             "ws+unix:/SOCKET");
    return TD_USAGE;
}

/* A decimal of 1 to 65535, or 0 where `zero` allows it. */
static bool read_port(struct td_bytes digits, bool zero, uint16_t *port)
{
    unsigned n = 0;

    if (digits.len == 0 || digits.len > 5)
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
            return false;
        n = n * 10 + (unsigned)(digits.ptr[i] - '0');
    }
    *port = (uint16_t)n;
    return n <= UINT16_MAX && (n > 0 || zero);
}

/* Letters, digits and what names and IPv4 addresses are made of; or hex digits,
 * colons and dots (and a zone) between brackets. */
static bool host_bytes_ok(struct td_bytes host, bool ipv6)
{
    const char *more = ipv6 ? ":.%" : "-._~";

    for (size_t i = 0; i < host.len; i++) {
        uint8_t c = host.ptr[i];
        bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                    (c >= 'A' && c <= 'Z') || c >= 0x80;

        if (!word && (c == 0 || !strchr(more, c)))
            return false;
    }
    return host.len > 0 && host.len < 256;
}

/* Split "HOST", "HOST:PORT", "[V6]:PORT"; port.ptr is NULL without a colon. */
static const char *split_authority(struct td_bytes text, struct td_bytes *host,
                                   struct td_bytes *port)
{
    bool ipv6 = text.len > 0 && *text.ptr == '[';
    const uint8_t *end = text.ptr + text.len;
    const uint8_t *stop =
        text.len ? memchr(text.ptr, ipv6 ? ']' : ':', text.len) : NULL;

    if (ipv6 && !stop)
        return "the ] of an IPv6 address is missing";
    *host =
        ipv6 ? td_bytes(text.ptr + 1, (size_t)(stop - text.ptr - 1))
             : td_bytes(text.ptr, stop ? (size_t)(stop - text.ptr) : text.len);
    if (ipv6)
        stop++;
    *port = stop && stop < end ? td_bytes(stop + 1, (size_t)(end - stop - 1))
                               : td_bytes(NULL, 0);
    if (ipv6 && stop < end && *stop != ':')
        return "only a port may follow the ] of an IPv6 address";
    if (host->len > 0 && !host_bytes_ok(*host, ipv6))
        return "a byte that no host name may hold";
    return NULL;
}

/* The zone of an IPv6 address as the system writes it: behind '%', which a URL
 * spells "%25" (RFC 6874, 2). No other host has one.
 */
static void decode_zone(char *host)
{
    char *zone = strstr(host, "%25");

    if (zone && zone[3])
        memmove(zone + 1, zone + 3, strlen(zone + 3) + 1);
}

static const char *read_authority(struct wire_url *url, struct td_bytes text)
{
    const uint8_t *at = text.len ? memrchr(text.ptr, '@', text.len) : NULL;
    struct td_bytes host;
    struct td_bytes port;
    const char *why;

    if (at) {
        struct td_buf user = {0};
        enum td_code code = td_percent_decode(
            &user, td_bytes(text.ptr, (size_t)(at - text.ptr)));

        url->user = code ? NULL : td_strdup(td_buf_str(&user));
        td_buf_release(&user);
        if (code)
            return "a broken %-sequence in the user or password";
        text = td_bytes(at + 1, text.len - (size_t)(at + 1 - text.ptr));
    }
    why = split_authority(text, &host, &port);
    if (why)
        return why;
    if (host.len == 0)
        return "the host is missing";
    if (port.ptr && !read_port(port, false, &url->port))
        return "the port is not a number from 1 to 65535";
    url->host = td_strndup(host.ptr, host.len);
    decode_zone(url->host);
    return NULL;
}

/* "/path?query", or nothing. */
static void read_target(struct wire_url *url, struct td_bytes text)
{
    const uint8_t *mark = text.len ? memchr(text.ptr, '?', text.len) : NULL;
    size_t len = mark ? (size_t)(mark - text.ptr) : text.len;

    url->path = len ? td_strndup(text.ptr, len) : td_strdup("/");
    url->query =
        mark ? td_strndup(mark + 1, text.len - len - 1) : td_strdup("");
}

/* "/SOCKET", "/SOCKET:/PATH?QUERY", "/SOCKET?QUERY" */
static const char *read_unix(struct wire_url *url, struct td_bytes text)
{
    size_t len = 0;

    while (len < text.len && text.ptr[len] != ':' && text.ptr[len] != '?')
        len++;
    if (len == 0 || *text.ptr != '/')
        return "the path of the socket does not start with /";
    url->unix_path = td_strndup(text.ptr, len);
    text = td_bytes(text.ptr + len, text.len - len);
    if (text.len > 0 && *text.ptr == ':')
        text = td_bytes(text.ptr + 1, text.len - 1);
    if (text.len > 0 && *text.ptr != '/' && *text.ptr != '?')
        return "the path behind the socket does not start with /";
    read_target(url, text);
    return NULL;
}

static const char *read_rest(struct wire_url *url,
                             const struct wire_url_kind *kind, const char *rest)
{
    size_t len = strcspn(rest, "/?");
    const char *why;

    url->scheme = kind->scheme;
    url->tls = kind->tls;
    if (kind->is_unix)
        return read_unix(url, td_text(rest));
    url->port = kind->tls ? 443 : 80;
    why = read_authority(url, td_bytes(rest, len));
    if (!why)
        read_target(url, td_text(rest + len));
    return why;
}

enum td_code wire_url_parse(struct wire_url *url, const char *text,
                            struct td_error *err)
{
    const struct wire_url_kind *kind = wire_url_kind(td_text(text));
    const char *why;

    *url = (struct wire_url){0};
    if (strlen(text) > WIRE_URL_MAX)
        return refuse(err, text, "the URL is too long");
    for (const char *c = text; *c; c++)
        if ((uint8_t)*c <= ' ' || *c == 0x7f)
            return refuse(err, text, "white space or a control byte in a URL");
    if (!kind)
        return refuse(err, text, "not a URL of a kind known here");
    if (strchr(text, '#'))
        return refuse(err, text, "a URL to connect to has no #fragment");
    why = read_rest(url, kind, text + strlen(kind->begin));
    if (!why)
        return TD_OK;
    wire_url_release(url);
    return refuse(err, text, why);
}

void wire_url_release(struct wire_url *url)
{
    free(url->host);
    free(url->unix_path);
    free(url->user);
    free(url->path);
    free(url->query);
    *url = (struct wire_url){0};
}

enum td_code wire_url_authority(struct td_buf *out, const struct wire_url *url)
{
    enum td_code code;

    if (url->unix_path)
        return td_buf_add_text(out, "localhost");
    code = td_buf_addf(out, strchr(url->host, ':') ? "[%.*s]" : "%.*s",
                       (int)strcspn(url->host, "%"), url->host);
    if (code == TD_OK && url->port != (url->tls ? 443 : 80))
        code = td_buf_addf(out, ":%u", url->port);
    return code;
}

enum td_code wire_url_put(struct td_buf *out, const char *text)
{
    enum td_code code = TD_OK;

    for (; *text && !code; text++)
        code = (uint8_t)*text < 0x80
                   ? td_buf_add_byte(out, (uint8_t)*text)
                   : td_buf_addf(out, "%%%02X", (uint8_t)*text);
    return code;
}

enum td_code wire_url_target(struct td_buf *out, const struct wire_url *url)
{
    enum td_code code = wire_url_put(out, url->path);

    if (*url->query && !code)
        code = td_buf_add_byte(out, '?');
    return code ? code : wire_url_put(out, url->query);
}

/* Whether it begins with "scheme:". */
static bool has_scheme(struct td_bytes text)
{
    size_t i = 0;

    for (; i < text.len && text.ptr[i] != ':'; i++)
        if (!isalnum(text.ptr[i]) && !strchr("+-.", text.ptr[i]))
            return false;
    return i > 0 && i < text.len && isalpha(text.ptr[0]);
}

/* Append a path that begins with '/' without "." and ".." (5.2.4). */
static void put_without_dots(struct td_buf *out, struct td_bytes path)
{
    size_t start = out->len;
    size_t i = 0;

    while (i < path.len) {
        size_t from = ++i; /* behind the slash */
        struct td_bytes part;

        while (i < path.len && path.ptr[i] != '/')
            i++;
        part = td_bytes(path.ptr + from, i - from);
        if (td_bytes_is(part, ".."))
            while (out->len > start && out->ptr[--out->len] != '/')
                ;
        if (!td_bytes_is(part, "..") && !td_bytes_is(part, ".")) {
            (void)td_buf_add_byte(out, '/');
            (void)td_buf_add_bytes(out, part);
        } else if (i == path.len) {
            (void)td_buf_add_byte(out, '/');
        }
    }
}

/* The path and query that a reference without authority leads to (5.2.2). */
static void put_merged(struct td_buf *out, const struct wire_url *base,
                       struct td_bytes ref)
{
    struct td_buf whole = {0};
    struct td_bytes all;
    const uint8_t *mark;
    size_t len = strlen(base->path);

    if (ref.len > 0 && *ref.ptr == '/')
        len = 0;
    else if (ref.len > 0 && *ref.ptr != '?')
        len = (size_t)(strrchr(base->path, '/') - base->path) + 1;
    (void)td_buf_add(&whole, base->path, len);
    (void)td_buf_add_bytes(&whole, ref);
    if (ref.len == 0 && *base->query)
        (void)td_buf_addf(&whole, "?%s", base->query);
    all = td_buf_bytes(&whole);
    mark = memchr(all.ptr, '?', all.len);
    len = mark ? (size_t)(mark - all.ptr) : all.len;
    put_without_dots(out, td_bytes(all.ptr, len));
    (void)td_buf_add(out, all.ptr + len, all.len - len);
    td_buf_release(&whole);
}

void wire_url_resolve(struct td_buf *out, const struct wire_url *base,
                      struct td_bytes ref)
{
    const uint8_t *mark = ref.len ? memchr(ref.ptr, '#', ref.len) : NULL;

    if (mark)
        ref.len = (size_t)(mark - ref.ptr);
    if (has_scheme(ref)) {
        (void)td_buf_add_bytes(out, ref);
    } else if (ref.len > 1 && !memcmp(ref.ptr, "//", 2)) {
        (void)td_buf_addf(out, "http%s:", base->tls ? "s" : "");
        (void)td_buf_add_bytes(out, ref);
    } else {
        if (base->unix_path)
            (void)td_buf_addf(out, "http+unix:%s:", base->unix_path);
        else
            (void)td_buf_addf(out, "http%s://", base->tls ? "s" : "");
        if (!base->unix_path)
            (void)wire_url_authority(out, base);
        put_merged(out, base, ref);
    }
}

/* Whether a query parameter's name says that its value is a secret: where it
 * might, nobody misses what is not shown.
 */
static bool is_secret(struct td_bytes name)
{
    static const char *const parts[] = {"auth",   "token", "key",  "pass",
                                        "secret", "sig",   "cred", "session",
                                        "jwt",    "bearer"};

    for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
        size_t len = strlen(parts[k]);

        for (size_t i = 0; i + len <= name.len; i++)
            if (!strncasecmp((const char *)name.ptr + i, parts[k], len))
                return true;
    }
    return td_secret_field(name);
}

#define NESTED_MAX 8 /* URLs in parameters of URLs that are looked into */

/* Percent-encoding taken off as often as it was put on. */
static void decode_all(struct td_buf *text, struct td_bytes value)
{
    struct td_buf plain = {0};
    bool more = true;

    (void)td_buf_add_bytes(text, value);
    for (unsigned i = 0; more && i < NESTED_MAX; i++) {
        td_buf_clear(&plain);
        more = text->len > 0 && memchr(text->ptr, '%', text->len) &&
               !td_percent_decode(&plain, td_buf_bytes(text));
        if (more) {
            td_buf_clear(text);
            (void)td_buf_add_bytes(text, td_buf_bytes(&plain));
        }
    }
    td_buf_release(&plain);
}

/* NOLINTBEGIN(misc-no-recursion): NESTED_MAX bounds it */

static enum td_code put_public(struct td_buf *out, const char *text,
                               unsigned depth);

/* Whether something is encoded still: deeper than anybody looks, or what cannot
 * be decoded.
 */
static bool is_encoded(struct td_bytes text)
{
    for (size_t i = 0; i + 2 < text.len; i++)
        if (text.ptr[i] == '%' && isxdigit(text.ptr[i + 1]) &&
            isxdigit(text.ptr[i + 2]))
            return true;
    return false;
}

static bool may_be_url(struct td_bytes text)
{
    return text.len > 0 && (memchr(text.ptr, '?', text.len) ||
                            memchr(text.ptr, '#', text.len) ||
                            memmem(text.ptr, text.len, "://", 3));
}

/* Whether the value of a parameter is a URL that says more than is shown, or
 * might be one.
 */
static bool hides_url(struct td_bytes value, unsigned depth)
{
    struct td_buf text = {0};
    struct td_buf shown = {0};
    bool hides;

    decode_all(&text, value);
    hides = is_encoded(td_buf_bytes(&text)) || depth == NESTED_MAX;
    if (!hides && may_be_url(td_buf_bytes(&text)))
        hides = put_public(&shown, td_buf_str(&text), depth + 1) ||
                !td_bytes_equal(td_buf_bytes(&shown), td_buf_bytes(&text));
    td_buf_release(&text);
    td_buf_release(&shown);
    return hides;
}

/* One "name=value" of a query. */
static enum td_code put_parameter(struct td_buf *out, struct td_bytes pair,
                                  unsigned depth)
{
    const uint8_t *equals = pair.len ? memchr(pair.ptr, '=', pair.len) : NULL;
    size_t len = equals ? (size_t)(equals - pair.ptr) : pair.len;

    if (!equals ||
        (!is_secret(td_bytes(pair.ptr, len)) &&
         !hides_url(td_bytes(equals + 1, pair.len - len - 1), depth)))
        return td_buf_add_bytes(out, pair);
    if (td_buf_add(out, pair.ptr, len))
        return TD_LIMIT;
    return td_buf_add_text(out, "=***");
}

/* It is for pages alone, and may be an access token whole. */
static enum td_code put_fragment(struct td_buf *out, const char *fragment)
{
    if (!*fragment)
        return TD_OK;
    return td_buf_add_text(out, fragment[1] ? "#***" : "#");
}

static enum td_code put_query(struct td_buf *out, const char *query,
                              unsigned depth)
{
    enum td_code code = TD_OK;

    while (code == TD_OK) {
        size_t len = strcspn(query, "&#");

        code = put_parameter(out, td_bytes(query, len), depth);
        query += len;
        if (code || *query != '&')
            break;
        code = td_buf_add_byte(out, '&');
        query++;
    }
    return code ? code : put_fragment(out, query);
}

/* Where the host begins: behind the last '@' of the authority. A password with
 * a raw '/' or '?' in it ends the authority too early, and then what looks like
 * a port is none: the last '@' of all counts.
 */
static const char *skip_user(const char *start)
{
    size_t len = strcspn(start, "/?#");
    const char *at = len ? memrchr(start, '@', len) : NULL;
    const char *colon = memchr(start, ':', len);

    if (!at && colon && *start != '[' &&
        strspn(colon + 1, "0123456789") < len - (size_t)(colon + 1 - start))
        at = strrchr(start, '@');
    return at ? at + 1 : start;
}

static enum td_code put_public(struct td_buf *out, const char *text,
                               unsigned depth)
{
    const char *slashes = strstr(text, "://");
    const char *start = slashes ? slashes + 3 : text;
    const char *rest = slashes ? skip_user(start) : start;
    size_t len = strcspn(rest, "?#");

    if (td_buf_add(out, text, (size_t)(start - text)) ||
        td_buf_add(out, rest, len))
        return TD_LIMIT;
    if (rest[len] != '?')
        return put_fragment(out, rest + len);
    if (td_buf_add_byte(out, '?'))
        return TD_LIMIT;
    return put_query(out, rest + len + 1, depth);
}

/* NOLINTEND(misc-no-recursion) */

enum td_code wire_url_public(struct td_buf *out, const char *text)
{
    return put_public(out, text, 0);
}

enum td_code wire_url_listen(const char *text, char **host, uint16_t *port,
                             char **unix_path, struct td_error *err)
{
    struct td_bytes name;
    struct td_bytes digits;
    const char *why;

    *host = NULL;
    *port = 0;
    *unix_path = NULL;
    if (!strncmp(text, "unix:", 5) && text[5]) {
        *unix_path = td_strdup(text + 5);
        return TD_OK;
    }
    why = split_authority(td_text(text), &name, &digits);
    if (!why && !digits.ptr)
        why = "the port is missing";
    if (!why && !read_port(digits, true, port))
        why = "the port is not a number from 0 to 65535";
    if (why) {
        (void)td_error_set(err, TD_USAGE, text, 0, "%s", why);
        (void)td_error_hint(err, "write HOST:PORT, [IPv6]:PORT, :PORT or "
                                 "unix:/SOCKET");
        return TD_USAGE;
    }
    if (name.len > 0)
        *host = td_strndup(name.ptr, name.len);
    return TD_OK;
}
