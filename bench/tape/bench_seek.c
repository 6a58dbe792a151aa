/* bench_seek TAPE MIB SEEKS: how much a jump in a large tape costs.
 *
 * Makes a real tape of at least MIB MiB there first, unless there is one: its
 * members are stored, so that it is as large as its text. Then opens it SEEKS
 * times, goes to a time and reads the event there. Prints
 * {"bytes":N,"reads":N,"read_bytes":N,"ms":X}: the size of the file, and the
 * most that any seek asked the kernel for and the median it took, all without
 * what opening does.
 */
#include "core/clock.h"
#include "core/mem.h"
#include "tape/reader.h"
#include "tape/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define STEP_NS   (UINT64_C(100) * 1000) /* between two events */
#define PAD       512                    /* bytes of a payload, about */
#define SEEKS_MAX 10000

static void die(const struct td_error *err)
{
    (void)fprintf(stderr, "bench_seek: %s: %s\n", err->where, err->text);
    exit(4);
}

static uint64_t file_size(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static void make_tape(const char *path, uint64_t bytes)
{
    struct tape_options options = {.overwrite = true,
                                   .stored = true,
                                   .id = "bench",
                                   .member_ns = TD_NEVER};
    struct tape_writer *writer;
    struct td_error err;
    char json[PAD + 64];

    if (tape_writer_open(&writer, path, &options, &err))
        die(&err);
    for (uint64_t n = 0; n * PAD < bytes; n++) {
        int len = snprintf(json, sizeof(json),
                           "{\"n\":%" PRIu64 ",\"pad\":\"%0*d\"}", n, PAD, 0);
        struct td_event ev = {.at_ns = n * STEP_NS,
                              .conn = 1,
                              .dir = TD_DIR_OUT,
                              .form = TD_FORM_JSON,
                              .name = td_text("tick"),
                              .payload = td_bytes(json, (size_t)len)};

        if (tape_writer_put(writer, &ev, &err))
            die(&err);
    }
    if (tape_writer_close(writer, TAPE_END_CLEAN, NULL, &err))
        die(&err);
}

struct cost {
    uint64_t reads;
    uint64_t bytes;
    uint64_t ns[SEEKS_MAX];
};

static void seek_once(const char *path, uint64_t nth, uint64_t of,
                      struct cost *cost)
{
    struct tape_reader *reader;
    struct tape_extent extent;
    struct tape_reads before;
    struct tape_reads after;
    struct td_event ev;
    struct td_error err;
    uint64_t goal;
    uint64_t start;

    if (tape_reader_open(&reader, path, NULL, &err) ||
        tape_reader_extent(reader, &extent, &err))
        die(&err);
    /* A step that shares no factor with the number of seeks: all over it. */
    goal = extent.last_ns / of * (nth * 7919 % of);
    before = tape_reader_reads(reader);
    start = td_mono_ns(td_clock_real());
    if (tape_reader_seek_time(reader, goal, &err) ||
        tape_reader_next(reader, &ev, &err))
        die(&err);
    cost->ns[nth] = td_mono_ns(td_clock_real()) - start;
    after = tape_reader_reads(reader);
    if (ev.at_ns < goal || ev.at_ns >= goal + STEP_NS) {
        (void)fprintf(stderr, "bench_seek: found %" PRIu64 " for %" PRIu64 "\n",
                      ev.at_ns, goal);
        exit(1);
    }
    if (after.reads - before.reads > cost->reads)
        cost->reads = after.reads - before.reads;
    if (after.bytes - before.bytes > cost->bytes)
        cost->bytes = after.bytes - before.bytes;
    tape_reader_close(reader);
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static struct cost cost;
    uint64_t mib = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
    uint64_t seeks = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;

    if (mib == 0 || seeks == 0 || seeks > SEEKS_MAX) {
        (void)fprintf(stderr, "usage: bench_seek TAPE MIB SEEKS\n");
        return 2;
    }
    if (file_size(argv[1]) < mib << 20)
        make_tape(argv[1], mib << 20);
    for (uint64_t i = 0; i < seeks; i++)
        seek_once(argv[1], i, seeks, &cost);
    qsort(cost.ns, seeks, sizeof(cost.ns[0]), by_value);
    printf("{\"bytes\":%" PRIu64 ",\"reads\":%" PRIu64
           ",\"read_bytes\":%" PRIu64 ",\"ms\":%.3f}\n",
           file_size(argv[1]), cost.reads, cost.bytes,
           (double)cost.ns[seeks / 2] / 1e6);
    return 0;
}
