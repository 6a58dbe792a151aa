#include "schema/format/format_internal.h"

/* How a component is read. */
struct rules {
    bool iri;          /* characters beyond ASCII may occur */
    const char *extra; /* what it allows besides unreserved and sub-delims */
    bool private_use;  /* iprivate: only in a query */
};

bool schema_is_ucschar(uint32_t c)
{
    if (c < 0x10000)
        return (c >= 0xa0 && c <= 0xd7ff) || (c >= 0xf900 && c <= 0xfdcf) ||
               (c >= 0xfdf0 && c <= 0xffef);
    return c < 0xf0000 && (c & 0xffff) <= 0xfffd &&
           (c < 0xe0000 || c >= 0xe1000);
}

bool schema_is_iprivate(uint32_t c)
{
    return (c >= 0xe000 && c <= 0xf8ff) ||
           (c >= 0xf0000 && c <= 0x10ffff && (c & 0xffff) <= 0xfffd);
}

static bool is_unreserved_or_sub_delim(uint32_t c)
{
    return schema_is_alpha(c) || schema_is_digit(c) ||
           schema_is_in(c, "-._~!$&'()*+,;=");
}

static bool is_component(struct td_bytes text, struct rules rules)
{
    while (text.len > 0) {
        uint32_t c;

        if (schema_next_percent(&text))
            continue;
        c = schema_next_char(&text);
        if (!is_unreserved_or_sub_delim(c) && !schema_is_in(c, rules.extra) &&
            !(rules.iri && schema_is_ucschar(c)) &&
            !(rules.private_use && schema_is_iprivate(c)))
            return false;
    }
    return true;
}

/* Take what stands before the first of the characters, or all. */
static struct td_bytes until(struct td_bytes *text, const char *stops)
{
    size_t at = 0;

    while (at < text->len && !schema_is_in(text->ptr[at], stops))
        at++;
    return schema_cut(text, at);
}

static bool starts_with(struct td_bytes text, const char *start)
{
    size_t n = strlen(start);

    return text.len >= n && !memcmp(text.ptr, start, n);
}

static bool is_scheme(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];

        if (!schema_is_alpha(c) &&
            (i == 0 || (!schema_is_digit(c) && !schema_is_in(c, "+-."))))
            return false;
    }
    return text.len > 0;
}

/* "v1.fe": an address of a kind that is not known yet. */
static bool is_future_address(struct td_bytes text)
{
    size_t digits = 0;

    if (text.len == 0 || (text.ptr[0] | 0x20) != 'v')
        return false;
    (void)schema_cut(&text, 1);
    while (digits < text.len && schema_is_hex(text.ptr[digits]))
        digits++;
    (void)schema_cut(&text, digits);
    if (digits == 0 || text.len < 2 || text.ptr[0] != '.')
        return false;
    (void)schema_cut(&text, 1);
    for (size_t i = 0; i < text.len; i++) {
        if (!is_unreserved_or_sub_delim(text.ptr[i]) && text.ptr[i] != ':')
            return false;
    }
    return true;
}

/* Take the host, whatever is in it, and say if it is one. */
static bool read_host(struct td_bytes *text, bool iri)
{
    struct td_bytes address;

    if (!starts_with(*text, "["))
        return is_component(until(text, ":"), (struct rules){iri, "", false});
    (void)schema_cut(text, 1);
    address = until(text, "]");
    if (schema_cut(text, 1).len == 0)
        return false;
    return schema_is_ipv6(address) || is_future_address(address);
}

static bool is_authority(struct td_bytes text, bool iri)
{
    struct td_bytes rest = text;
    struct td_bytes user = until(&rest, "@");

    if (rest.len > 0) {
        if (!is_component(user, (struct rules){iri, ":", false}))
            return false;
        (void)schema_cut(&rest, 1);
        text = rest;
    }
    if (!read_host(&text, iri))
        return false;
    for (size_t i = 1; i < text.len; i++) {
        if (!schema_is_digit(text.ptr[i]))
            return false;
    }
    return text.len == 0 || text.ptr[0] == ':';
}

/* All that follows the scheme. */
static bool is_rest(struct td_bytes text, bool iri)
{
    const struct rules path_rules = {iri, ":@/", false};
    const struct rules query_rules = {iri, ":@/?", iri};
    const struct rules fragment_rules = {iri, ":@/?", false};
    struct td_bytes path;
    struct td_bytes query;

    if (starts_with(text, "//")) {
        (void)schema_cut(&text, 2);
        if (!is_authority(until(&text, "/?#"), iri))
            return false;
    }
    path = until(&text, "?#");
    query = until(&text, "#");
    (void)schema_cut(&query, 1);
    (void)schema_cut(&text, 1);
    return is_component(path, path_rules) && is_component(query, query_rules) &&
           is_component(text, fragment_rules);
}

/* A colon in the first segment ends a scheme, also where there should be none
 * (RFC 3986 section 4.2).
 */
static bool is_reference(struct td_bytes text, bool iri, bool relative)
{
    struct td_bytes rest = text;
    struct td_bytes scheme = until(&rest, ":/?#");

    if (!starts_with(rest, ":"))
        return relative && is_rest(text, iri);
    (void)schema_cut(&rest, 1);
    return is_scheme(scheme) && is_rest(rest, iri);
}

bool schema_is_uri(struct td_bytes text)
{
    return is_reference(text, false, false);
}

bool schema_is_uri_reference(struct td_bytes text)
{
    return is_reference(text, false, true);
}

bool schema_is_iri(struct td_bytes text)
{
    return is_reference(text, true, false);
}

bool schema_is_iri_reference(struct td_bytes text)
{
    return is_reference(text, true, true);
}
