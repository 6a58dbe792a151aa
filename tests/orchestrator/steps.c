/* tests/orchestrator/steps.c - a wall clock that is set at every look:
 * preloaded, it goes an hour forth, two back, three forth, and so on for a day,
 * and never the same way for two processes. Other clocks are as they are.
 */
#include <dlfcn.h>
#include <stddef.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define HOUR 3600

static long step(void)
{
    static unsigned looks;
    unsigned n =
        __atomic_add_fetch(&looks, 1, __ATOMIC_RELAXED) + (unsigned)getpid();
    long hours = (long)(n % 24);

    return (n % 2 ? hours : -hours) * HOUR;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    int rc;

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    rc = real(clock, now);
    if (rc == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += step();
    return rc;
}

time_t time(time_t *out)
{
    struct timespec now;
    time_t seconds;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    seconds = now.tv_sec;
    if (out)
        *out = seconds;
    return seconds;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec at;

    (void)zone;
    (void)clock_gettime(CLOCK_REALTIME, &at);
    now->tv_sec = at.tv_sec;
    now->tv_usec = at.tv_nsec / 1000;
    return 0;
}
