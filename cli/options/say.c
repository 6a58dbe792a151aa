#include "cli/options/say.h"

#include "cli/options/command.h"
#include "core/buf.h"
#include "core/ink.h"
#include "core/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define TEXT_MAX 4096 /* bytes of one line */

static const char *verb_name;
static bool in_color;

void cli_say_color(bool on)
{
    in_color = on;
}

void cli_say_verb(const char *verb)
{
    verb_name = verb;
}

/* begin is ours and may hold color, text is not. */
static void write_line(const char *begin, const char *text)
{
    struct td_buf line = {0};
    ssize_t ignored;

    (void)td_buf_add_text(&line, begin);
    (void)td_text_clean(&line, td_text(text));
    (void)td_buf_add_byte(&line, '\n');
    /* Nobody is left to tell when stderr is gone. */
    ignored = write(STDERR_FILENO, line.ptr, line.len);
    (void)ignored;
    td_buf_release(&line);
}

void cli_say(const struct cli_args *args, const char *fmt, ...)
{
    char text[TEXT_MAX];
    va_list ap;

    if (cli_quiet(args))
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    write_line("", text);
}

void cli_complain(const struct td_error *err)
{
    struct td_buf begin = {0};
    struct td_buf line = {0};
    char who[64];

    (void)snprintf(who, sizeof(who), "tapedeck%s%s:", verb_name ? " " : "",
                   verb_name ? verb_name : "");
    (void)td_ink(&begin, TD_INK_BAD, who, in_color);
    if (err->where[0])
        (void)td_buf_addf(&line, " %s:", err->where);
    if (err->offset > 0)
        (void)td_buf_addf(&line, " byte %" PRIu64 ":", err->offset);
    (void)td_buf_addf(&line, " %s", err->text);
    if (err->hint[0])
        (void)td_buf_addf(&line, "; %s", err->hint);
    write_line(td_buf_str(&begin), td_buf_str(&line));
    td_buf_release(&begin);
    td_buf_release(&line);
}
