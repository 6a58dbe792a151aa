#include "schema/format/format_internal.h"

#include "schema/regex/pattern.h"

static bool is_uuid(struct td_bytes text)
{
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    if (text.len != sizeof(shape) - 1)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (shape[i] == 'x' ? !schema_is_hex(text.ptr[i]) : text.ptr[i] != '-')
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

    while (digits < text.len && schema_is_digit(text.ptr[digits]))
        digits++;
    if (digits == 0 || (digits > 1 && text.ptr[0] == '0'))
        return false;
    (void)schema_cut(&text, digits);
    return td_bytes_is(text, "#") || is_json_pointer(text);
}

static bool is_regex(struct td_bytes text)
{
    return schema_pattern_syntax(text, NULL) == TD_OK;
}

schema_format_fn *schema_format_find(struct td_bytes name)
{
    static const struct {
        const char *name;
        schema_format_fn *check;
    } formats[] = {
        {"date-time", schema_is_date_time},
        {"date", schema_is_date},
        {"time", schema_is_time},
        {"duration", schema_is_duration},
        {"email", schema_is_email},
        {"idn-email", schema_is_idn_email},
        {"hostname", schema_is_hostname},
        {"host-name", schema_is_hostname},
        {"idn-hostname", schema_is_idn_hostname},
        {"ipv4", schema_is_ipv4},
        {"ip-address", schema_is_ipv4},
        {"ipv6", schema_is_ipv6},
        {"uri", schema_is_uri},
        {"uri-reference", schema_is_uri_reference},
        {"iri", schema_is_iri},
        {"iri-reference", schema_is_iri_reference},
        {"uri-template", schema_is_uri_template},
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
