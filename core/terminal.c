#include "core/terminal.h"

#include "core/width.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* What is shown of text: the last column stays free, where some terminals
 * already wrap.
 */
static struct td_bytes fit(int fd, struct td_bytes text)
{
    struct winsize size;
    unsigned columns = ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;

    if (columns > 0 && text.len >= columns)
        text.len = columns - 1;
    return text;
}

static bool write_all(int fd, struct td_bytes text)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.ptr, text.len);

        if (n < 0 && errno != EINTR)
            return false;
        text.ptr += n > 0 ? n : 0;
        text.len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* It would not take anything now: nobody waits for it to draw. */
static bool is_held(int fd)
{
    struct pollfd one = {.fd = fd, .events = POLLOUT};

    return poll(&one, 1, 0) == 0;
}

bool td_term_draws(int fd)
{
    const char *term = getenv("TERM");

    return isatty(fd) && !(term && !strcmp(term, "dumb"));
}

bool td_term_line(int fd, struct td_bytes text)
{
    struct td_buf line = {0};
    bool there;

    if (text.len && is_held(fd))
        return true;
    /* CR, and EL (ECMA-48 8.3.41): erase to the end of the line. */
    (void)td_buf_add_text(&line, "\r");
    (void)td_buf_add_bytes(&line, fit(fd, text));
    (void)td_buf_add_text(&line, "\033[K");
    there = write_all(fd, td_buf_bytes(&line));
    td_buf_release(&line);
    return there;
}

struct td_term_size td_term_size(int fd)
{
    struct td_term_size out = {80, 24};
    struct winsize size;

    if (ioctl(fd, TIOCGWINSZ, &size) != 0)
        return out;
    if (size.ws_col > 0)
        out.columns = size.ws_col;
    if (size.ws_row > 0)
        out.rows = size.ws_row;
    return out;
}

/* To the first column of the block's first line, as it is wrapped now, and wipe
 * to the end of the screen (CUU, ED: ECMA-48 8.3.22, 8.3.39). */
static void add_wipe(struct td_buf *out, const struct td_term_block *block,
                     unsigned columns)
{
    unsigned rows = 0;

    for (unsigned i = 0; i < block->count; i++)
        rows +=
            block->widths[i] ? (block->widths[i] + columns - 1) / columns : 1;
    (void)td_buf_add_text(out, "\r");
    if (rows > 1)
        (void)td_buf_addf(out, "\033[%uA", rows - 1);
    (void)td_buf_add_text(out, "\033[J");
}

bool td_term_block(int fd, struct td_term_block *block, struct td_bytes text)
{
    static const unsigned most =
        sizeof(block->widths) / sizeof(block->widths[0]);
    unsigned columns = td_term_size(fd).columns;
    struct td_buf out = {0};
    bool there;

    if (text.len && is_held(fd))
        return true;
    if (block->count > 0)
        add_wipe(&out, block, columns);
    block->count = 0;
    while (text.len > 0 && block->count < most) {
        const uint8_t *feed = memchr(text.ptr, '\n', text.len);
        size_t len = feed ? (size_t)(feed - text.ptr) : text.len;
        struct td_bytes line = td_bytes(text.ptr, len);

        line.len = td_width_fit(line, columns - 1);
        if (block->count > 0)
            (void)td_buf_add_byte(&out, '\n');
        (void)td_buf_add_bytes(&out, line);
        block->widths[block->count++] = (unsigned)td_width(line);
        len += feed != NULL;
        text = td_bytes(text.ptr + len, text.len - len);
    }
    there = write_all(fd, td_buf_bytes(&out));
    td_buf_release(&out);
    return there;
}
