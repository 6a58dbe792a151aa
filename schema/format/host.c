#include "schema/format/format_internal.h"

#include <arpa/inet.h>

#define LABEL_MAX 63
#define NAME_MAX  253

/* Whether the C library reads the text as an address of a family. */
static bool is_address(struct td_bytes text, int family)
{
    char copy[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (text.len == 0 || text.len >= sizeof(copy) ||
        memchr(text.ptr, 0, text.len))
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return inet_pton(family, copy, &address) == 1;
}

bool schema_is_ipv4(struct td_bytes text)
{
    return is_address(text, AF_INET);
}

bool schema_is_ipv6(struct td_bytes text)
{
    return is_address(text, AF_INET6);
}

static bool is_ldh_label(struct td_bytes label)
{
    if (label.len == 0 || label.len > LABEL_MAX || label.ptr[0] == '-' ||
        label.ptr[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++) {
        uint8_t c = label.ptr[i];

        if (!schema_is_alpha(c) && !schema_is_digit(c) && c != '-')
            return false;
    }
    return true;
}

/* Bytes of a full stop at the start of text: "." or, if `wide`, also one of
 * those that RFC 3490 section 3.1 takes for it (U+3002, U+FF0E, U+FF61).
 */
static size_t dot_here(struct td_bytes text, bool wide)
{
    static const char *const dots[] = {"\xE3\x80\x82", "\xEF\xBC\x8E",
                                       "\xEF\xBD\xA1"};

    if (text.ptr[0] == '.')
        return 1;
    for (size_t i = 0; wide && i < 3; i++) {
        if (text.len >= 3 && !memcmp(text.ptr, dots[i], 3))
            return 3;
    }
    return 0;
}

/* Take a label and the dot behind it, if there is one; *more tells. */
static struct td_bytes next_label(struct td_bytes *text, bool wide, bool *more)
{
    struct td_bytes label = *text;
    size_t dot = 0;

    while (text->len > 0 && !(dot = dot_here(*text, wide)))
        (void)schema_cut(text, 1);
    label.len -= text->len;
    (void)schema_cut(text, dot);
    *more = dot > 0;
    return label;
}

bool schema_is_ldh_name(struct td_bytes text)
{
    bool more = text.len <= NAME_MAX;
    bool good = more;

    while (good && more)
        good = is_ldh_label(next_label(&text, false, &more));
    return good;
}

static bool is_a_label(struct td_bytes label)
{
    return label.len > 4 && (label.ptr[0] | 0x20) == 'x' &&
           (label.ptr[1] | 0x20) == 'n' && label.ptr[2] == '-' &&
           label.ptr[3] == '-';
}

static bool is_ascii(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= 0x80)
            return false;
    }
    return true;
}

/* A name as it is read: its U-labels, and how long its A-labels are. */
struct name {
    struct td_buf shown;
    size_t len;
    bool compose;
};

static bool add_label(struct name *name, struct td_bytes label)
{
    size_t len = is_ldh_label(label) ? label.len : 0;

    if (is_ascii(label) && !is_a_label(label))
        (void)td_buf_add_bytes(&name->shown, label);
    else
        len = schema_idn_label(label, name->compose, &name->shown);
    name->len += len;
    return len > 0;
}

/* A name with A-labels; if `wide` with U-labels too. */
static bool is_host(struct td_bytes text, bool wide, bool compose)
{
    struct name name = {.compose = compose};
    bool more = true;
    bool good = true;

    while (good && more && name.len <= NAME_MAX) {
        struct td_bytes label = next_label(&text, wide, &more);

        good = (wide || is_ascii(label)) && add_label(&name, label);
        if (more)
            (void)td_buf_add_byte(&name.shown, '.');
        name.len += more;
    }
    good = good && name.len <= NAME_MAX &&
           schema_idn_bidi(td_buf_bytes(&name.shown));
    td_buf_release(&name.shown);
    return good;
}

bool schema_is_hostname(struct td_bytes text)
{
    return is_host(text, false, false);
}

bool schema_is_idn_hostname(struct td_bytes text)
{
    return is_host(text, true, false);
}

bool schema_is_idn_name(struct td_bytes text)
{
    return is_host(text, true, true);
}
