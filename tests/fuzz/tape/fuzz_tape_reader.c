/* Any file is read to its end: members, index, footer, streams, text. The
 * checksums of heads are made right first, or nothing behind them is reached.
 */
#include "core/mem.h"
#include "tape/member.h"
#include "tape/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define FIXED     16
#define FIXED_CRC 124

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void mend_heads(uint8_t *data, size_t size)
{
    size_t at = 0;

    for (;;) {
        at += tape_signature_find(td_bytes(data + at, size - at));
        if (size - at < TAPE_HEAD_LEN)
            return;
        tape_put32(data + at + FIXED_CRC,
                   tape_crc(0, td_bytes(data + at + FIXED, FIXED_CRC - FIXED)));
        at += TAPE_HEAD_LEN;
    }
}

static void read_file(const char *path)
{
    struct tape_reader *reader;
    struct tape_extent extent;
    struct td_error err;
    struct td_event ev;

    if (tape_reader_open(&reader, path, NULL, &err))
        return;
    while (!tape_reader_next(reader, &ev, &err))
        continue;
    if (!tape_reader_seek_time(reader, 1000, &err) &&
        (tape_reader_next(reader, &ev, &err) || ev.at_ns < 1000))
        abort();
    if (tape_reader_seek_seq(reader, 2, &err) ||
        tape_reader_seek_marker(reader, td_text("a"), &err) ||
        tape_reader_extent(reader, &extent, &err))
        err.code = TD_OK;
    tape_reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = memfd_create("tape", MFD_CLOEXEC);
    uint8_t *own = (uint8_t *)td_calloc(size + 1, 1);

    if (fd < 0)
        abort();
    memcpy(own, data, size);
    mend_heads(own, size);
    if (write(fd, own, size) != (ssize_t)size)
        abort();
    free(own);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    read_file(path);
    (void)close(fd);
    return 0;
}
