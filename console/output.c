#include "console/output.h"

#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATIENCE_MS 1000
#define PATH_ROOM   32

struct console_output {
    int fd;
    bool own;
    struct td_buf left;
    size_t taken; /* bytes of left */
};

/* An open file of its own: that it does not block is nothing that other
 * programs on this terminal see. */
static int open_again(int fd)
{
    char path[PATH_ROOM];

    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

struct console_output *console_output_open(int fd)
{
    struct console_output *output = td_calloc(1, sizeof(*output));

    output->fd = isatty(fd) ? open_again(fd) : -1;
    output->own = output->fd >= 0;
    if (!output->own)
        output->fd = fd;
    return output;
}

void console_output_close(struct console_output *output)
{
    if (!output)
        return;
    if (output->own)
        (void)close(output->fd);
    td_buf_release(&output->left);
    free(output);
}

bool console_output_is_behind(const struct console_output *output)
{
    return output->left.len > output->taken;
}

enum td_code console_output_go_on(struct console_output *output,
                                  struct td_error *err)
{
    while (console_output_is_behind(output)) {
        ssize_t n = write(output->fd, output->left.ptr + output->taken,
                          output->left.len - output->taken);

        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0 || (n < 0 && errno == EAGAIN))
            return TD_OK;
        if (n < 0)
            return td_error_errno(err, TD_IO, "terminal", errno,
                                  "cannot write");
        output->taken += (size_t)n;
    }
    td_buf_clear(&output->left);
    output->taken = 0;
    return TD_OK;
}

enum td_code console_output_put(struct console_output *output,
                                struct td_buf *bytes, struct td_error *err)
{
    (void)td_buf_add_bytes(&output->left, td_buf_bytes(bytes));
    td_buf_release(bytes);
    return console_output_go_on(output, err);
}

void console_output_finish(struct console_output *output)
{
    struct pollfd fd = {.fd = output->fd, .events = POLLOUT};

    while (console_output_is_behind(output) && poll(&fd, 1, PATIENCE_MS) > 0 &&
           !(fd.revents & (POLLERR | POLLHUP)))
        if (console_output_go_on(output, NULL))
            return;
}
