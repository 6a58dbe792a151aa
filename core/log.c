#include "core/log.h"

#include "core/ink.h"
#include "core/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_LEN 4096 /* bytes */

static enum td_log_level max_level = TD_LOG_INFO;
static bool in_color;

void td_log_set_level(enum td_log_level level)
{
    max_level = level;
}

void td_log_set_color(bool on)
{
    in_color = on;
}

static void add_prefix(struct td_buf *line, enum td_log_level level)
{
    switch (level) {
    case TD_LOG_NONE:
        return;
    case TD_LOG_ERROR:
        (void)td_ink(line, TD_INK_BAD, "tapedeck:", in_color);
        break;
    case TD_LOG_WARN:
        (void)td_ink(line, TD_INK_WARN, "tapedeck: warning:", in_color);
        break;
    case TD_LOG_INFO:
        (void)td_buf_add_text(line, "tapedeck:");
        break;
    case TD_LOG_DEBUG:
        (void)td_buf_add_text(line, "tapedeck: debug:");
        break;
    }
    (void)td_buf_add_byte(line, ' ');
}

void td_log(enum td_log_level level, const char *fmt, ...)
{
    struct td_buf line = {0};
    char text[LINE_MAX_LEN];
    va_list ap;
    ssize_t ignored;

    if (level > max_level)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    add_prefix(&line, level);
    (void)td_text_clean(&line, td_text(text));
    (void)td_buf_add_byte(&line, '\n');
    /* Nobody is left to tell when stderr is gone. */
    ignored = write(STDERR_FILENO, line.ptr, line.len);
    (void)ignored;
    td_buf_release(&line);
}

/* Must not reach a terminal. */
static bool is_unwanted(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) || cp == 0x61c ||
           cp == 0x200e || cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

/* Append the sequence of len bytes at p, or the byte there if len is 0. */
static enum td_code add_clean(struct td_buf *out, const uint8_t *p, size_t len)
{
    uint32_t cp;

    if (len == 0)
        return td_buf_addf(out, "\\x%02x", *p);
    if (len > 3)
        return td_buf_add(out, p, len);
    cp = td_utf8_point(p, len);
    if (cp == '\n' || cp == '\t')
        return td_buf_add_byte(out, ' ');
    return is_unwanted(cp) ? td_buf_addf(out, "\\u%04x", cp)
                           : td_buf_add(out, p, len);
}

/* How many characters of ASCII that may reach a terminal it begins with. */
static size_t fine_at(struct td_bytes text)
{
    size_t len = 0;

    while (len < text.len && text.ptr[len] >= 0x20 && text.ptr[len] < 0x7f)
        len++;
    return len;
}

enum td_code td_text_clean(struct td_buf *out, struct td_bytes text)
{
    enum td_code code = TD_OK;

    while (text.len > 0 && !code) {
        size_t len = fine_at(text);

        /* As much as fits, if not all does. */
        if (len == 0 || td_buf_add(out, text.ptr, len)) {
            len = td_utf8_step(text.ptr, text.ptr + text.len);
            code = add_clean(out, text.ptr, len);
            len = len ? len : 1;
        }
        text = td_bytes(text.ptr + len, text.len - len);
    }
    return code;
}

enum td_code td_text_clean_lines(struct td_buf *out, struct td_bytes text)
{
    enum td_code code = TD_OK;

    while (text.len > 0 && !code) {
        const uint8_t *end = memchr(text.ptr, '\n', text.len);
        size_t len = end ? (size_t)(end - text.ptr) : text.len;

        code = td_text_clean(out, td_bytes(text.ptr, len));
        if (end && !code)
            code = td_buf_add_byte(out, '\n');
        len += end != NULL;
        text = td_bytes(text.ptr + len, text.len - len);
    }
    return code;
}
