#include "validator/gates/limit.h"

#include "core/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct gates_measure tests[] = {
    {"failed", "tests that failed", '1', GATES_AT_MOST, false},
    {"skipped", "tests that were skipped", '1', GATES_AT_MOST, false},
    {"flaky", "tests that passed only when run again", '1', GATES_AT_MOST,
     false},
    {"count", "tests", '1', GATES_AT_LEAST, false},
    {NULL, NULL, 0, GATES_AT_MOST, false}};

static const struct gates_measure coverage[] = {
    {"lines", "of the lines are covered", '%', GATES_AT_LEAST, true},
    {"branches", "of the branches are taken", '%', GATES_AT_LEAST, true},
    {"changed", "of the changed lines are covered", '%', GATES_AT_LEAST, false},
    {"file", "of the lines of every file are covered", '%', GATES_AT_LEAST,
     false},
    {"folder", "of the lines of every folder are covered", '%', GATES_AT_LEAST,
     false},
    {NULL, NULL, 0, GATES_AT_MOST, false}};

static const struct gates_measure lint[] = {
    {"new", "findings that are not in the baseline", '1', GATES_AT_MOST, false},
    {"total", "findings", '1', GATES_AT_MOST, false},
    {NULL, NULL, 0, GATES_AT_MOST, false}};

static const struct gates_measure performance[] = {
    {"slower", "of b against a", '%', GATES_AT_MOST, false},
    {"time", "as median of each benchmark", 't', GATES_AT_MOST, false},
    {"instructions", "more instructions than in the baseline", '%',
     GATES_AT_MOST, true},
    {NULL, NULL, 0, GATES_AT_MOST, false}};

static const struct gates_measure none[] = {
    {NULL, NULL, 0, GATES_AT_MOST, false}};

const struct gates_measure *gates_measures(enum verdict_kind kind)
{
    switch (kind) {
    case VERDICT_TESTS:
        return tests;
    case VERDICT_COVERAGE:
        return coverage;
    case VERDICT_LINT:
        return lint;
    case VERDICT_PERFORMANCE:
        return performance;
    case VERDICT_STREAM:
    case VERDICT_CUSTOM:
        break;
    }
    return none;
}

const struct gates_measure *gates_measure(enum verdict_kind kind,
                                          const char *name)
{
    const struct gates_measure *m = gates_measures(kind);
    size_t len = strlen(name);

    if (kind == VERDICT_COVERAGE && len > 1 && name[len - 1] == '/')
        name = "folder";
    while (m->name && strcmp(m->name, name) != 0)
        m++;
    return m->name ? m : NULL;
}

static const char *skip_op(struct gates_limit *limit, const char *text)
{
    if (!strncmp(text, ">=", 2) || !strncmp(text, "<=", 2)) {
        limit->op = *text == '>' ? GATES_AT_LEAST : GATES_AT_MOST;
        text += 2;
    }
    while (*text == ' ')
        text++;
    return text;
}

/* Digits with at most one point: no sign, no exponent, no inf. */
static bool is_decimal(const char *text, const char *end)
{
    size_t digits = strspn(text, "0123456789");
    const char *rest = text + digits;

    if (digits == 0)
        return false;
    if (*rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    return rest == end && rest[-1] != '.';
}

static const char *read_time(struct gates_limit *limit, const char *text)
{
    uint64_t ns;

    if (td_duration_parse(text, &ns))
        return "a time is written as 250ms, 2s or 1m";
    limit->value = (double)ns;
    return NULL;
}

#define SHARE_DIGITS 9 /* behind the point; compare_share() counts in them */

#define TEXTS "a limit is written as 5, \"<= 5\", \">= 90%\" or ratchet"

static const char *read_number(struct gates_limit *limit, char unit,
                               const char *text)
{
    size_t len = strlen(text);
    bool percent = len > 0 && text[len - 1] == '%';
    const char *end = text + len - percent;
    const char *point = strchr(text, '.');

    if (!is_decimal(text, end) || len > 20)
        return TEXTS;
    if (percent && point && end - point > SHARE_DIGITS + 1)
        return "a share is written with at most 9 digits behind the point";
    if (percent != (unit == '%'))
        return unit == '%' ? "this measure is a share: write it with %"
                           : "this measure is a count: write it without %";
    limit->value = strtod(text, NULL);
    if (unit == '1' && limit->value != floor(limit->value))
        return "this measure is a count: write a whole number";
    return NULL;
}

/* "ratchet" was read; what a share may fall by is behind it. */
static const char *read_ratchet(struct gates_limit *limit,
                                const struct gates_measure *measure,
                                const char *text)
{
    static const char within[] = " within ";

    if (!measure->ratchet || strchr(limit->measure, '/'))
        return "this measure has no baseline to compare with";
    limit->op = GATES_RATCHET;
    limit->value = 0;
    if (!*text)
        return NULL;
    if (measure->bare != GATES_AT_LEAST)
        return "only a share of coverage may be within: write the limit alone";
    if (strncmp(text, within, sizeof(within) - 1) != 0)
        return "a ratchet is written as ratchet or \"ratchet within 0.2%\"";
    return read_number(limit, measure->unit, text + sizeof(within) - 1);
}

const char *gates_limit_read(struct gates_limit *limit,
                             const struct gates_measure *measure,
                             const char *text)
{
    static const char ratchet[] = "ratchet";

    limit->op = measure->bare;
    if (!strncmp(text, ratchet, sizeof(ratchet) - 1))
        return read_ratchet(limit, measure, text + sizeof(ratchet) - 1);
    text = skip_op(limit, text);
    if (measure->unit == 't')
        return read_time(limit, text);
    return read_number(limit, measure->unit, text);
}

struct verdict_number gates_number(double value)
{
    return (struct verdict_number){.known = true, .value = value};
}

struct verdict_number gates_share(uint64_t part, uint64_t whole)
{
    return (struct verdict_number){
        .known = whole > 0,
        .value = whole ? 100.0 * (double)part / (double)whole : 0,
        .part = part,
        .whole = whole};
}

/* part / whole against percent / 100, in parts of a percent that any limit is
 * whole in, so that 90 % of 10 lines are 9 lines and no rounding decides.
 */
static int compare_share(const struct verdict_number *share, double percent)
{
    __extension__ typedef unsigned __int128 wide;
    const uint64_t parts = 1000000000;
    const double most = 1000; /* percent; no share is above 100 */
    uint64_t limit = (uint64_t)llround(fmin(percent, most) * (double)parts);
    wide have = (wide)share->part * 100 * parts;
    wide want = (wide)share->whole * limit;

    return have < want ? -1 : have > want;
}

bool gates_share_reaches(const struct verdict_number *share, double percent)
{
    return compare_share(share, percent) >= 0;
}

/* The share did not fall by more than `within`, or no more is uncovered than
 * before: deleting covered code is no fault. Without a `within` fractions are
 * compared exactly.
 */
static bool holds_ratchet(const struct verdict_number *value,
                          const struct verdict_number *base, double within)
{
    __extension__ typedef unsigned __int128 wide;

    if (!base->known)
        return true;
    if (value->whole == 0 || base->whole == 0)
        return value->value <= base->value;
    if (within > 0 && gates_share_reaches(value, fmax(base->value - within, 0)))
        return true;
    return (wide)value->part * base->whole >= (wide)base->part * value->whole ||
           value->whole - value->part <= base->whole - base->part;
}

static bool holds(const struct gates_limit *limit,
                  const struct verdict_number *value,
                  const struct verdict_number *base)
{
    int order;

    if (!value->known)
        return true;
    if (limit->op == GATES_RATCHET)
        return holds_ratchet(value, base, limit->value);
    order = value->whole
                ? compare_share(value, limit->value)
                : (value->value > limit->value) - (value->value < limit->value);
    return limit->op == GATES_AT_LEAST ? order >= 0 : order <= 0;
}

static const char *unit_of(const struct gates_check *check, const char *measure)
{
    const struct gates_measure *m = gates_measure(check->kind, measure);

    if (!m || m->unit == '1')
        return "1";
    return m->unit == '%' ? "%" : "ns";
}

static const char *op_text(enum gates_op op)
{
    static const char *const texts[] = {"<=", ">=", "ratchet"};

    return texts[op];
}

void gates_limit_apply(struct verdict_document *doc, struct verdict_gate *gate,
                       const struct gates_check *check, const char *measure,
                       struct verdict_number value, struct verdict_number base)
{
    struct verdict_measure *m = NULL;

    for (size_t i = 0; i < check->limits_len; i++) {
        const struct gates_limit *limit = &check->limits[i];

        if (strcmp(limit->measure, measure) != 0)
            continue;
        m = verdict_add_measure(doc, gate);
        m->op = op_text(limit->op);
        if (limit->op != GATES_RATCHET || limit->value > 0)
            m->limit = gates_number(limit->value);
        m->warns = limit->warns;
        m->holds = holds(limit, &value, &base);
        m->id = td_arena_copy(&doc->arena, measure);
        m->value = value;
        m->base = base;
        m->unit = unit_of(check, measure);
    }
    if (m || !value.known)
        return;
    m = verdict_add_measure(doc, gate);
    m->id = td_arena_copy(&doc->arena, measure);
    m->value = value;
    m->base = base;
    m->unit = unit_of(check, measure);
    m->holds = true;
}

void gates_percent_text(struct td_buf *out, double percent, double limit)
{
    char have[64];
    char want[64];
    int digits = 1;

    do {
        (void)snprintf(have, sizeof(have), "%.*f", digits, percent);
        (void)snprintf(want, sizeof(want), "%.*f", digits, limit);
    } while (!strcmp(have, want) && percent != limit && ++digits < 10);
    (void)td_buf_addf(out, "%s %%", have);
}

void gates_share_text(struct td_buf *out, struct verdict_number share,
                      double limit)
{
    gates_percent_text(out, share.value, limit);
    (void)td_buf_addf(out, " (%llu of %llu)", (unsigned long long)share.part,
                      (unsigned long long)share.whole);
}
