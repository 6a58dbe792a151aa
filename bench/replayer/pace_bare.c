/* pace_bare COUNT HZ: how late a bare absolute clock_nanosleep loop is.
 * Prints {"p50_us":X,"p99_us":X}. The yardstick for the player's pacing.
 */
#include "core/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)

static int64_t now_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    size_t count = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
    int64_t hz = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    int64_t *late;
    int64_t start;

    if (count == 0 || hz <= 0) {
        (void)fprintf(stderr, "usage: pace_bare COUNT HZ\n");
        return 2;
    }
    late = td_calloc(count, sizeof(*late));
    (void)prctl(PR_SET_TIMERSLACK, 1);
    start = now_ns() + NS_PER_S / 10;
    for (size_t i = 0; i < count; i++) {
        int64_t due = start + (int64_t)i * NS_PER_S / hz;
        struct timespec at = {due / NS_PER_S, due % NS_PER_S};

        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        late[i] = now_ns() - due;
    }
    qsort(late, count, sizeof(*late), by_value);
    printf("{\"p50_us\":%.1f,\"p99_us\":%.1f}\n", (double)late[count / 2] / 1e3,
           (double)late[count * 99 / 100] / 1e3);
    free(late);
    return 0;
}
