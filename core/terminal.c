#include "core/terminal.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum td_code td_ink(struct td_buf *out, enum td_ink ink, const char *text,
                    bool on)
{
    /* SGR, ECMA-48 8.3.117. */
    static const char *const begins[] = {
        [TD_INK_BAD] = "\033[31m",
        [TD_INK_GOOD] = "\033[32m",
        [TD_INK_WARN] = "\033[33m",
    };

    return td_buf_addf(out, "%s%s%s", on ? begins[ink] : "", text,
                       on ? "\033[m" : "");
}

/* What is shown of text: the last column stays free, where some terminals
 * already wrap.
 */
static struct td_bytes fit(int fd, struct td_bytes text)
{
    struct winsize size;

    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 &&
        text.len >= size.ws_col)
        text.len = size.ws_col - 1u;
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

bool td_term_line(int fd, struct td_bytes text)
{
    struct td_buf line = {0};
    bool there;

    /* CR, and EL (ECMA-48 8.3.41): erase to the end of the line. */
    (void)td_buf_add_text(&line, "\r");
    (void)td_buf_add_bytes(&line, fit(fd, text));
    (void)td_buf_add_text(&line, "\033[K");
    there = write_all(fd, td_buf_bytes(&line));
    td_buf_release(&line);
    return there;
}
