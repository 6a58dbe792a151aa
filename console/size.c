#include "console/size.h"

bool console_size_stands(struct console_size *size, int fd, size_t width,
                         uint64_t now_ns)
{
    struct td_term_size now = td_term_size(fd);

    if (width && width < now.columns)
        now.columns = (unsigned)width;
    if (now.columns != size->now.columns || now.rows != size->now.rows) {
        size->now = now;
        size->since_ns = now_ns;
    }
    return now_ns - size->since_ns >= CONSOLE_SIZE_QUIET_NS;
}
