/* Read one foreign report to its end, as a gate does but for its judgement.
 *
 * usage: read_report FORMAT FILE
 * Prints {"leaves":N,"state":N,"seconds":S,"rss_kib":N}.
 */
#include "validator/gates/read/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define PIECE ((size_t)256 << 10)

static uint64_t sum; /* so that nothing is left out */

static void on_test(void *self, const struct read_test *test)
{
    (void)self;
    sum += test->name.len + (uint64_t)test->result;
}

static void on_line(void *self, const struct read_line *line)
{
    (void)self;
    sum += line->hits > 0;
}

static void on_branch(void *self, const struct read_branch *branch)
{
    (void)self;
    sum += branch->taken > 0;
}

static double now(void)
{
    struct timespec at;

    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void read_all(const struct read_format *format, FILE *file,
                     struct read_end *end)
{
    static uint8_t piece[PIECE];
    const struct read_sink sink = {
        .test = on_test, .line = on_line, .branch = on_branch};
    struct read_reader *reader = format->open(&sink);
    size_t len;

    while ((len = fread(piece, 1, PIECE, file)) > 0 &&
           format->put(reader, td_bytes(piece, len)) == TD_OK)
        ;
    format->end(reader, end);
}

int main(int argc, char **argv)
{
    const struct read_format *format = argc == 3 ? read_find(argv[1]) : NULL;
    FILE *file = format ? fopen(argv[2], "rb") : NULL;
    struct read_end end;
    struct rusage usage;
    double start = now();

    if (!file) {
        (void)fprintf(stderr, "usage: read_report FORMAT FILE\n");
        return EXIT_FAILURE;
    }
    read_all(format, file, &end);
    (void)fclose(file);
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)printf("{\"leaves\":%llu,\"state\":%d,\"seconds\":%.6f,"
                 "\"rss_kib\":%ld,\"sum\":%llu}\n",
                 (unsigned long long)end.leaves, (int)end.state, now() - start,
                 usage.ru_maxrss, (unsigned long long)sum);
    return end.state == READ_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
