#include "schema/format/format_internal.h"

#include "core/utf8.h"
#include "schema/regex/pattern.h"

struct td_bytes check_cut(struct td_bytes *text, size_t n)
{
    struct td_bytes head = *text;

    if (n < text->len)
        head.len = n;
    if (head.len > 0)
        text->ptr += head.len;
    text->len -= head.len;
    return head;
}

uint32_t check_next_char(struct td_bytes *text)
{
    size_t n = td_utf8_step(text->ptr, text->ptr + text->len);
    uint32_t c = text->ptr[0];

    if (n > 1)
        c &= 0x7FU >> n;
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (text->ptr[i] & 0x3FU);
    (void)check_cut(text, n ? n : 1);
    return n ? c : UINT32_MAX;
}

bool check_next_percent(struct td_bytes *text)
{
    if (text->len < 3 || text->ptr[0] != '%' || !check_is_hex(text->ptr[1]) ||
        !check_is_hex(text->ptr[2]))
        return false;
    (void)check_cut(text, 3);
    return true;
}

static bool is_uuid(struct td_bytes text)
{
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    if (text.len != sizeof(shape) - 1)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (shape[i] == 'x' ? !check_is_hex(text.ptr[i]) : text.ptr[i] != '-')
            return false;
    }
    return true;
}

static bool is_json_pointer(struct td_bytes text)
{
    if (text.len > 0 && text.ptr[0] != '/')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '~' && (i + 1 == text.len || text.ptr[i + 1] < '0' ||
                                   text.ptr[i + 1] > '1'))
            return false;
    }
    return true;
}

/* How many steps up, without leading zeros, then "#" or a pointer. */
static bool is_relative_json_pointer(struct td_bytes text)
{
    size_t digits = 0;

    while (digits < text.len && check_is_digit(text.ptr[digits]))
        digits++;
    if (digits == 0 || (digits > 1 && text.ptr[0] == '0'))
        return false;
    (void)check_cut(&text, digits);
    return td_bytes_is(text, "#") || is_json_pointer(text);
}

static bool is_regex(struct td_bytes text)
{
    return check_pattern_syntax(text, NULL) == TD_OK;
}

check_format_fn *check_format_find(struct td_bytes name)
{
    static const struct {
        const char *name;
        check_format_fn *check;
    } formats[] = {
        {"date-time", check_is_date_time},
        {"date", check_is_date},
        {"time", check_is_time},
        {"duration", check_is_duration},
        {"email", check_is_email},
        {"idn-email", check_is_idn_email},
        {"hostname", check_is_hostname},
        {"host-name", check_is_hostname},
        {"idn-hostname", check_is_idn_hostname},
        {"ipv4", check_is_ipv4},
        {"ip-address", check_is_ipv4},
        {"ipv6", check_is_ipv6},
        {"uri", check_is_uri},
        {"uri-reference", check_is_uri_reference},
        {"iri", check_is_iri},
        {"iri-reference", check_is_iri_reference},
        {"uri-template", check_is_uri_template},
        {"uuid", is_uuid},
        {"json-pointer", is_json_pointer},
        {"relative-json-pointer", is_relative_json_pointer},
        {"regex", is_regex},
    };

    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (td_bytes_is(name, formats[i].name))
            return formats[i].check;
    }
    return NULL;
}
