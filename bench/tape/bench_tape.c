/* How fast a tape is written and scanned, and how small it gets.
 *
 *     bench_tape FILE TAPE [ROUNDS]
 *
 * FILE: one JSON event a line, as gen_events makes them. Prints one JSON object
 * a measurement; the text is in memory before the clock starts.
 */
#include "core/clock.h"
#include "core/fs.h"
#include "core/mem.h"
#include "tape/reader.h"
#include "tape/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

struct lines {
    struct td_buf text;
    struct td_bytes *list;
    size_t len;
};

static void die(const struct td_error *err)
{
    (void)fprintf(stderr, "bench_tape: %s: %s\n", err->where, err->text);
    exit(4);
}

static void read_lines(struct lines *lines, const char *path)
{
    struct td_error err;
    size_t cap = 0;

    td_buf_init(&lines->text, 0);
    if (td_fs_read(&lines->text, path, &err))
        die(&err);
    for (size_t at = 0; at < lines->text.len;) {
        const uint8_t *from = lines->text.ptr + at;
        const uint8_t *end =
            (const uint8_t *)memchr(from, '\n', lines->text.len - at);
        size_t len = end ? (size_t)(end - from) : lines->text.len - at;

        if (lines->len == cap) {
            cap = cap ? cap * 2 : 1024;
            lines->list = (struct td_bytes *)td_realloc(
                lines->list, cap * sizeof(*lines->list));
        }
        lines->list[lines->len++] = td_bytes(from, len);
        at += len + 1;
    }
}

static void print(const char *what, const struct lines *lines, uint64_t ns,
                  uint64_t file_bytes)
{
    double seconds = (double)ns / (double)TD_NS_PER_S;

    (void)printf("{\"bench\":\"%s\",\"events\":%zu,\"seconds\":%.4f,"
                 "\"events_per_s\":%.0f,\"text_mb_per_s\":%.1f,"
                 "\"file_bytes\":%" PRIu64 ",\"ratio\":%.2f}\n",
                 what, lines->len, seconds, (double)lines->len / seconds,
                 (double)lines->text.len / seconds / 1e6, file_bytes,
                 (double)lines->text.len / (double)file_bytes);
    (void)fflush(stdout);
}

static uint64_t write_tape(const struct lines *lines, const char *path,
                           bool patient, struct tape_totals *totals)
{
    struct tape_options options = {.overwrite = true,
                                   .patient = patient,
                                   .id = "bench",
                                   .member_ns = TD_NEVER};
    struct tape_writer *writer;
    struct td_error err;
    uint64_t start = td_mono_ns(td_clock_real());

    if (tape_writer_open(&writer, path, &options, &err))
        die(&err);
    for (size_t i = 0; i < lines->len; i++) {
        struct td_event ev = {.at_ns = i * 1000,
                              .conn = 1,
                              .dir = TD_DIR_OUT,
                              .form = TD_FORM_JSON,
                              .name = td_text("progress_update"),
                              .payload = lines->list[i]};

        if (tape_writer_put(writer, &ev, &err))
            die(&err);
    }
    *totals = tape_writer_totals(writer);
    if (tape_writer_close(writer, TAPE_END_CLEAN, NULL, &err))
        die(&err);
    return td_mono_ns(td_clock_real()) - start;
}

static uint64_t scan_tape(const struct lines *lines, const char *path,
                          unsigned threads)
{
    struct tape_read_options how = {.threads = threads};
    struct tape_reader *reader;
    struct td_event ev;
    struct td_error err;
    uint64_t start = td_mono_ns(td_clock_real());
    uint64_t count = 0;
    enum td_code code = tape_reader_open(&reader, path, &how, &err);

    while (!code && !(code = tape_reader_next(reader, &ev, &err)))
        count++;
    if (code != TD_END)
        die(&err);
    tape_reader_close(reader);
    if (count != lines->len) {
        (void)fprintf(stderr, "bench_tape: %" PRIu64 " events came back\n",
                      count);
        exit(1);
    }
    return td_mono_ns(td_clock_real()) - start;
}

static uint64_t file_size(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size = -1;

    if (file && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    if (file)
        (void)fclose(file);
    return size > 0 ? (uint64_t)size : 0;
}

/* The yardstick for the ratio: zlib level 1 on the payloads as one stream. */
static void zlib_yardstick(const struct lines *lines)
{
    uLongf size = compressBound((uLong)lines->text.len);
    Bytef *out = (Bytef *)td_calloc(size, 1);
    uint64_t start = td_mono_ns(td_clock_real());

    if (compress2(out, &size, lines->text.ptr, (uLong)lines->text.len, 1) ==
        Z_OK)
        print("zlib-1 of the payloads", lines,
              td_mono_ns(td_clock_real()) - start, size);
    free(out);
}

int main(int argc, char **argv)
{
    struct lines lines = {0};
    struct tape_totals totals;
    int rounds = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 3;

    if (argc < 3) {
        (void)fprintf(stderr, "usage: bench_tape FILE TAPE [ROUNDS]\n");
        return 2;
    }
    read_lines(&lines, argv[1]);
    zlib_yardstick(&lines);
    for (int i = 0; i < rounds; i++) {
        uint64_t ns = write_tape(&lines, argv[2], false, &totals);

        print("tape write, stored when behind", &lines, ns, file_size(argv[2]));
        ns = write_tape(&lines, argv[2], true, &totals);
        print("tape write", &lines, ns, file_size(argv[2]));
        ns = scan_tape(&lines, argv[2], 0);
        print("tape scan", &lines, ns, file_size(argv[2]));
        ns = scan_tape(&lines, argv[2], 1);
        print("tape scan, inflating on a thread", &lines, ns,
              file_size(argv[2]));
    }
    td_buf_release(&lines.text);
    free(lines.list);
    return 0;
}
