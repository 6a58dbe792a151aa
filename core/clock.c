#include "core/clock.h"

#include "core/take.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define MINUTE (60 * TD_NS_PER_S)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define MAX_NS ((uint64_t)INT64_MAX)

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

struct cursor {
    const char *at;
    const char *end;
};

static bool take(struct cursor *c, const char *any_of)
{
    if (c->at == c->end || !*c->at || !strchr(any_of, *c->at))
        return false;
    c->at++;
    return true;
}

/* Digits behind a decimal point as parts of `unit`; what is smaller than one
 * nanosecond is cut. Without a point the part is 0.
 */
static bool take_fraction(struct cursor *c, uint64_t unit, uint64_t *out)
{
    const char *first;

    *out = 0;
    if (!take(c, "."))
        return true;
    for (first = c->at; c->at < c->end && isdigit((unsigned char)*c->at);
         c->at++) {
        unit /= 10;
        *out += (uint64_t)(*c->at - '0') * unit;
    }
    return c->at > first;
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

struct unit {
    const char *name;
    uint64_t size;
};

static bool find_unit(const struct unit *units, const char *name,
                      uint64_t *size)
{
    for (; units->name; units++) {
        if (!strcmp(units->name, name)) {
            *size = units->size;
            return true;
        }
    }
    return false;
}

static enum td_code scale(uint64_t n, uint64_t unit, uint64_t rest,
                          uint64_t *out)
{
    if (n > MAX_NS / unit || rest > MAX_NS - n * unit)
        return TD_LIMIT;
    *out = n * unit + rest;
    return TD_OK;
}

/* Leading digits as a number that saturates. False if there is none. */
static bool take_number(struct cursor *c, uint64_t *out)
{
    const char *first = c->at;

    *out = 0;
    for (; c->at < c->end && isdigit((unsigned char)*c->at); c->at++) {
        uint64_t digit = (uint64_t)(*c->at - '0');

        *out =
            *out > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *out * 10 + digit;
    }
    return c->at > first;
}

enum td_code td_duration_parse(const char *text, uint64_t *ns)
{
    static const struct unit units[] = {
        {"ns", 1},     {"us", 1000}, {"ms", TD_NS_PER_MS}, {"s", TD_NS_PER_S},
        {"m", MINUTE}, {"h", HOUR},  {"d", DAY},           {NULL, 0},
    };
    struct cursor c = {text, text + strlen(text)};
    struct cursor point;
    uint64_t whole;
    uint64_t part;
    uint64_t unit;

    *ns = 0;
    if (!strcmp(text, "0"))
        return TD_OK;
    if (!take_number(&c, &whole))
        return TD_FORMAT;
    point = c;
    /* The unit stands behind the fraction that is counted in it. */
    if (!take_fraction(&c, 0, &part) || !find_unit(units, c.at, &unit))
        return TD_FORMAT;
    (void)take_fraction(&point, unit, &part);
    return scale(whole, unit, part, ns);
}

enum td_code td_size_parse(const char *text, uint64_t *bytes)
{
    static const struct unit units[] = {
        {"", 1},
        {"B", 1},
        {"k", UINT64_C(1) << 10},
        {"K", UINT64_C(1) << 10},
        {"M", UINT64_C(1) << 20},
        {"G", UINT64_C(1) << 30},
        {"T", UINT64_C(1) << 40},
        {NULL, 0},
    };
    struct cursor c = {text, text + strlen(text)};
    uint64_t whole;
    uint64_t unit;

    if (!take_number(&c, &whole) || !find_unit(units, c.at, &unit))
        return TD_FORMAT;
    return scale(whole, unit, 0, bytes);
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
