#include "core/clock.h"

#include "core/take.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#define MINUTE (60 * TD_NS_PER_S)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static uint64_t ask(clockid_t id)
{
    struct timespec ts;

    (void)clock_gettime(id, &ts);
    return (uint64_t)ts.tv_sec * TD_NS_PER_S + (uint64_t)ts.tv_nsec;
}

static uint64_t real_mono(const struct td_clock *clock)
{
    (void)clock;
    return ask(CLOCK_MONOTONIC);
}

static uint64_t real_wall(const struct td_clock *clock)
{
    (void)clock;
    return ask(CLOCK_REALTIME);
}

static uint64_t virtual_mono(const struct td_clock *clock)
{
    return clock->virtual_mono_ns;
}

static uint64_t virtual_wall(const struct td_clock *clock)
{
    return clock->virtual_wall_ns;
}

const struct td_clock *td_clock_real(void)
{
    static const struct td_clock real = {real_mono, real_wall, 0, 0};

    return &real;
}

void td_clock_virtual(struct td_clock *clock, uint64_t mono_ns,
                      uint64_t wall_ns)
{
    *clock = (struct td_clock){virtual_mono, virtual_wall, mono_ns, wall_ns};
}

void td_clock_advance(struct td_clock *clock, uint64_t ns)
{
    clock->virtual_mono_ns += ns;
    clock->virtual_wall_ns += ns;
}

enum td_code td_time_format(struct td_buf *out, uint64_t wall_ns)
{
    time_t seconds = (time_t)(wall_ns / TD_NS_PER_S);
    struct tm tm;
    char text[32];

    (void)gmtime_r(&seconds, &tm);
    (void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    return td_buf_addf(out, "%s.%09uZ", text,
                       (unsigned)(wall_ns % TD_NS_PER_S));
}

enum td_code td_time_parse(struct td_bytes text, uint64_t *wall_ns)
{
    struct td_moment m;
    int64_t ns;

    if (!td_take_moment(&text, "tT ", &m) || text.len > 0 ||
        !td_moment_ns(&m, &ns) || ns < 0)
        return TD_FORMAT;
    *wall_ns = (uint64_t)ns;
    return TD_OK;
}

enum td_code td_duration_parse(const char *text, uint64_t *ns)
{
    struct td_bytes rest = td_text(text);
    uint64_t n = 0;
    enum td_code code = TD_OK;

    if (strcmp(text, "0") != 0) {
        code = td_take_duration(&rest, &n);
        if (code == TD_OK && rest.len > 0)
            code = TD_FORMAT;
    }
    *ns = code ? 0 : n;
    return code;
}

enum td_code td_size_parse(const char *text, uint64_t *bytes)
{
    static const struct {
        const char *name;
        unsigned shift;
    } units[] = {
        {"", 0},   {"B", 0},  {"k", 10}, {"K", 10},
        {"M", 20}, {"G", 30}, {"T", 40},
    };
    struct td_bytes rest = td_text(text);
    uint64_t n;

    if (!td_take_number(&rest, &n))
        return TD_FORMAT;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (!td_bytes_is(rest, units[i].name))
            continue;
        if (n > (uint64_t)INT64_MAX >> units[i].shift)
            return TD_LIMIT;
        *bytes = n << units[i].shift;
        return TD_OK;
    }
    return TD_FORMAT;
}

/* Three significant digits, never an exponent. */
static enum td_code add_short(struct td_buf *out, uint64_t ns, uint64_t unit,
                              const char *name)
{
    double n = (double)ns / (double)unit;

    return td_buf_addf(out, n < 99.95 ? "%.3g %s" : "%.0f %s", n, name);
}

enum td_code td_duration_format(struct td_buf *out, uint64_t ns)
{
    if (ns < 1000)
        return add_short(out, ns, 1, "ns");
    if (ns < TD_NS_PER_MS)
        return add_short(out, ns, 1000, "us");
    if (ns < TD_NS_PER_S)
        return add_short(out, ns, TD_NS_PER_MS, "ms");
    if (ns < MINUTE)
        return add_short(out, ns, TD_NS_PER_S, "s");
    if (ns < HOUR)
        return td_buf_addf(out, "%um%02us", (unsigned)(ns / MINUTE),
                           (unsigned)(ns % MINUTE / TD_NS_PER_S));
    if (ns < DAY)
        return td_buf_addf(out, "%uh%02um", (unsigned)(ns / HOUR),
                           (unsigned)(ns % HOUR / MINUTE));
    return td_buf_addf(out, "%ud%02uh", (unsigned)(ns / DAY),
                       (unsigned)(ns % DAY / HOUR));
}
