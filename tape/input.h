/* tape/input.h - the bytes of a file through a window, read in order.
 *
 * Counts what it asks the kernel for, so that tests can hold seeking to its
 * promise. Works on pipes too, as long as offsets do not go back.
 */
#ifndef TAPE_INPUT_H
#define TAPE_INPUT_H

#include "core/buf.h"
#include "core/error.h"

#include <stdbool.h>

#define TAPE_READ_STEP ((size_t)256 * 1024) /* bytes of one read */

/* Bytes of a file that are read as if they stood elsewhere. */
struct tape_input_span {
    uint64_t at;     /* where they are read */
    uint64_t offset; /* in the file */
    uint64_t length;
};

struct tape_input {
    int fd;
    char *path;
    bool seekable;
    bool terminal; /* its end comes once, and a further read waits again */
    struct td_buf window;
    uint64_t base; /* offset of the window's first byte in the file */
    bool ended;    /* the last read said so; a growing file asks again */
    bool no_wait;  /* what is no plain file gives what it has by now, even if
                      that is less than was asked for and not the end */
    bool failed;
    const volatile int *stop; /* not NULL: reading fails with TD_CANCELLED once
                                 it is not 0 */
    /* Not NULL: called before each read of what is no plain file, from the
     * thread that reads, to wait until fd can be read or *stop is not 0. NULL:
     * the read waits, and is ended by nothing but its bytes. */
    void (*wait)(void *ctx, int fd);
    void *wait_ctx;
    /* Borrowed; by `at`, the first at 0, without a gap. NULL: as the file is.
     * For a file that is seekable. */
    const struct tape_input_span *spans;
    size_t spans_len;
    struct td_error err;
    uint64_t reads; /* calls of read */
    uint64_t bytes; /* that they gave */
};

/* Open path; "-" is stdin. TD_IO. */
TD_MUST_CHECK enum td_code
tape_input_open(struct tape_input *in, const char *path, struct td_error *err);

/* A window of its own on the same file, which must be seekable; fd is -1 if
 * there is no further descriptor.
 */
void tape_input_share(struct tape_input *in, const struct tape_input *other);
void tape_input_close(struct tape_input *in);

/* The bytes from offset on: at least `need`, or fewer at the end of the file,
 * after a read error (in->failed), or with no_wait. Valid until the next call.
 */
struct td_bytes tape_input_at(struct tape_input *in, uint64_t offset,
                              size_t need);

/* Exactly len bytes at offset into to, past the window. False if they are not
 * there.
 */
bool tape_input_read(struct tape_input *in, uint64_t offset, uint8_t *to,
                     size_t len);

/* Bytes of the file now; 0 if it is a pipe. */
uint64_t tape_input_size(const struct tape_input *in);

#endif
