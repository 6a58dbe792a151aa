#include "cli/say.h"

#include "cli/cli.h"
#include "core/buf.h"
#include "core/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define TEXT_MAX 4096 /* bytes of one line */

static const char *verb_name;

void cli_say_verb(const char *verb)
{
    verb_name = verb;
}

static void write_line(const char *text)
{
    struct td_buf line = {0};
    ssize_t ignored;

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
    write_line(text);
}

void cli_complain(const struct td_error *err)
{
    struct td_buf line = {0};

    (void)td_buf_add_text(&line, "tapedeck");
    if (verb_name)
        (void)td_buf_addf(&line, " %s", verb_name);
    if (err->where[0])
        (void)td_buf_addf(&line, ": %s", err->where);
    if (err->offset > 0)
        (void)td_buf_addf(&line, ": byte %" PRIu64, err->offset);
    (void)td_buf_addf(&line, ": %s", err->text);
    if (err->mend[0])
        (void)td_buf_addf(&line, "; %s", err->mend);
    write_line(td_buf_str(&line));
    td_buf_release(&line);
}
