#include "reports/xml_writer.h"

#include "core/log.h"
#include "core/utf8.h"

#include <string.h>

/* U+FFFE and U+FFFF, the only ones of three bytes that XML lacks. */
static bool is_no_character(const uint8_t *p, size_t len)
{
    return len == 3 && p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe;
}

static const char *reference(uint8_t byte, bool attribute)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>': /* ends a section in "]]>" */
        return "&gt;";
    case '"':
        return attribute ? "&quot;" : NULL;
    case '\n':
        return attribute ? "&#10;" : "\n";
    case '\t':
        return attribute ? "&#9;" : "\t";
    default:
        return NULL;
    }
}

/* How many bytes at p stand for themselves wherever they stand. */
static size_t plain_at(const uint8_t *p)
{
    const uint8_t *at = p;

    while (*at >= ' ' && *at < 0x7f && *at != '&' && *at != '<' && *at != '>' &&
           *at != '"')
        at++;
    return (size_t)(at - p);
}

static void add(struct td_buf *out, const char *text, bool attribute)
{
    const uint8_t *p = (const uint8_t *)text;
    const uint8_t *end = p + strlen(text);

    while (p < end) {
        size_t plain = plain_at(p);
        size_t len = plain ? plain : td_utf8_step(p, end);
        const char *instead = plain ? NULL : reference(*p, attribute);

        if (plain)
            (void)td_buf_add(out, p, plain);
        else if (instead)
            (void)td_buf_add_text(out, instead);
        else if (is_no_character(p, len))
            (void)td_buf_addf(out, "\\uff%02x", 0xc0u | (p[2] & 0x3fu));
        else
            (void)td_text_clean(out, td_bytes(p, len ? len : 1));
        p += len ? len : 1;
    }
}

void report_xml_text(struct td_buf *out, const char *text)
{
    add(out, text, false);
}

void report_xml_attribute(struct td_buf *out, const char *name,
                          const char *text)
{
    if (!text)
        return;
    (void)td_buf_add_byte(out, ' ');
    (void)td_buf_add_text(out, name);
    (void)td_buf_add_text(out, "=\"");
    add(out, text, true);
    (void)td_buf_add_byte(out, '"');
}
