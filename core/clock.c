#include "core/clock.h"

#include "core/take.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
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

uint64_t td_file_ns(void)
{
    return ask(CLOCK_REALTIME_COARSE);
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

enum td_code td_duration_read(struct td_bytes text, uint64_t *ns)
{
    uint64_t sum = 0;
    uint64_t below = TD_NEVER;
    enum td_code code = text.len > 0 ? TD_OK : TD_FORMAT;

    *ns = 0;
    if (td_bytes_is(text, "0"))
        return TD_OK;
    while (!code && text.len > 0) {
        uint64_t part;

        code = td_take_duration(&text, &below, &part);
        if (!code &&
            (__builtin_add_overflow(sum, part, &sum) || sum > INT64_MAX))
            code = TD_LIMIT;
    }
    *ns = code ? 0 : sum;
    return code;
}

enum td_code td_duration_parse(const char *text, uint64_t *ns)
{
    return td_duration_read(td_text(text), ns);
}

enum td_code td_size_parse(const char *text, uint64_t *bytes)
{
    static const struct {
        const char *name;
        unsigned shift;
    } units[] = {
        {"", 0},     {"B", 0},  {"k", 10},   {"K", 10}, {"KiB", 10}, {"M", 20},
        {"MiB", 20}, {"G", 30}, {"GiB", 30}, {"T", 40}, {"TiB", 40},
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

static const struct {
    uint64_t ns;
    const char *name;
} units[] = {
    {1, "ns"},     {1000, "us"}, {TD_NS_PER_MS, "ms"}, {TD_NS_PER_S, "s"},
    {MINUTE, "m"}, {HOUR, "h"},  {DAY, "d"},
};

#define UNIT_S 3

/* Three significant digits, never an exponent, in the unit where they stay
 * below 1000.
 */
static void put_short(char *out, uint64_t ns)
{
    unsigned unit = 0;
    double n = (double)ns;

    while (unit < UNIT_S && n >= 999.5)
        n = (double)ns / (double)units[++unit].ns;
    (void)snprintf(out, TD_AMOUNT_SIZE, n < 99.95 ? "%.3g %s" : "%.0f %s", n,
                   units[unit].name);
}

/* Two units of a minute or more. */
static void put_two(char *out, uint64_t ns)
{
    unsigned unit = ns < HOUR ? UNIT_S + 1 : ns < DAY ? UNIT_S + 2 : UNIT_S + 3;

    (void)snprintf(out, TD_AMOUNT_SIZE, "%" PRIu64 "%s%02" PRIu64 "%s",
                   ns / units[unit].ns, units[unit].name,
                   ns % units[unit].ns / units[unit - 1].ns,
                   units[unit - 1].name);
}

/* A decimal number of seconds or less, or a whole one of what is longer. */
static void put_exact(char *out, uint64_t ns)
{
    unsigned unit = sizeof(units) / sizeof(units[0]) - 1;
    uint64_t rest;
    int len;

    if (ns == 0) {
        (void)snprintf(out, TD_AMOUNT_SIZE, "0%s", units[UNIT_S].name);
        return;
    }
    while (unit > 0 &&
           (units[unit].ns > ns || (unit > UNIT_S && ns % units[unit].ns != 0)))
        unit--;
    rest = ns % units[unit].ns;
    len = snprintf(out, TD_AMOUNT_SIZE, "%" PRIu64, ns / units[unit].ns);
    if (rest > 0) { /* each unit below a second is three digits */
        len += snprintf(out + len, TD_AMOUNT_SIZE - (size_t)len, ".%0*" PRIu64,
                        3 * (int)unit, rest);
        while (out[len - 1] == '0')
            len--;
    }
    (void)snprintf(out + len, TD_AMOUNT_SIZE - (size_t)len, "%s",
                   units[unit].name);
}

const char *td_duration_text(char out[TD_AMOUNT_SIZE], uint64_t ns,
                             enum td_duration_form form)
{
    uint64_t tenths;

    if (form == TD_DURATION_TENTH)
        ns += TD_NS_PER_S / 20 - 1; /* rounded */
    tenths = ns / (TD_NS_PER_S / 10);
    if (form == TD_DURATION_EXACT)
        put_exact(out, ns);
    else if (ns >= MINUTE)
        put_two(out, ns);
    else if (form == TD_DURATION_SHORT)
        put_short(out, ns);
    else if (form == TD_DURATION_TENTH)
        (void)snprintf(out, TD_AMOUNT_SIZE, "%" PRIu64 ".%" PRIu64 "s",
                       tenths / 10, tenths % 10);
    else
        (void)snprintf(out, TD_AMOUNT_SIZE, "%" PRIu64 "s", ns / TD_NS_PER_S);
    return out;
}

enum td_code td_duration_format(struct td_buf *out, uint64_t ns)
{
    char text[TD_AMOUNT_SIZE];

    return td_buf_add_text(out, td_duration_text(text, ns, TD_DURATION_SHORT));
}

const char *td_size_text(char out[TD_AMOUNT_SIZE], uint64_t bytes)
{
    static const char *const names[] = {"B",   "KiB", "MiB", "GiB",
                                        "TiB", "PiB", "EiB"};
    double n = (double)bytes;
    size_t unit = 0;

    /* 1023.95 is told as 1024.0, which is one of the next. */
    for (; n >= (unit ? 1023.95 : 1024); unit++)
        n /= 1024;
    (void)snprintf(out, TD_AMOUNT_SIZE, unit ? "%.1f %s" : "%.0f %s", n,
                   names[unit]);
    return out;
}

enum td_code td_size_format(struct td_buf *out, uint64_t bytes)
{
    char text[TD_AMOUNT_SIZE];

    return td_buf_add_text(out, td_size_text(text, bytes));
}
