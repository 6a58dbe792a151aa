#include "replayer/schedule.h"

#include <string.h>

__extension__ typedef unsigned __int128 play_wide;

#define LATEST (TD_NEVER - 1) /* a time that overflows is this late */

/* a * b / c, LATEST if that does not fit */
static uint64_t scale(uint64_t a, uint64_t b, uint64_t c)
{
    play_wide x = (play_wide)a * b / c;

    return x > LATEST ? LATEST : (uint64_t)x;
}

bool play_millionths_parse(const char *text, uint64_t *out)
{
    uint64_t value = 0;
    uint64_t unit = PLAY_SPEED_ONE;
    bool point = false;
    bool digits = false;

    for (; *text; text++) {
        if (*text == '.' && !point) {
            point = true;
            continue;
        }
        if (*text < '0' || *text > '9' || (point && unit == 1))
            return false;
        digits = true;
        if (point)
            unit /= 10;
        value = point ? value + unit * (uint64_t)(*text - '0')
                      : value * 10 + PLAY_SPEED_ONE * (uint64_t)(*text - '0');
        if (value > PLAY_SPEED_HIGHEST)
            return false;
    }
    *out = value;
    return digits;
}

enum td_code play_speed_parse(const char *text, uint64_t *speed,
                              struct td_error *err)
{
    if (!strcmp(text, "max")) {
        *speed = PLAY_SPEED_MAX;
        return TD_OK;
    }
    if (play_millionths_parse(text, speed) && *speed >= PLAY_SPEED_LOWEST)
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, "--speed", 0,
                       "\"%s\" is no speed from 0.001 to 1000000", text);
    return td_error_hint(err, "2 is twice as fast, 0.5 half as fast, max as "
                              "fast as it is taken");
}

enum td_code play_eps_parse(const char *text, uint64_t *eps,
                            struct td_error *err)
{
    if (play_millionths_parse(text, eps) && *eps >= PLAY_SPEED_LOWEST)
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, "--eps", 0,
                       "\"%s\" is no number from 0.001 to 1000000", text);
    return td_error_hint(err, "give events a second, or --speed max");
}

uint64_t play_pace_gap(const struct play_pace *pace, uint64_t gap_ns)
{
    if (pace->speed == PLAY_SPEED_MAX)
        return 0;
    if (pace->max_gap_ns && gap_ns > pace->max_gap_ns)
        gap_ns = pace->max_gap_ns;
    return (uint64_t)((play_wide)gap_ns * PLAY_SPEED_ONE / pace->speed);
}

void play_schedule_start(struct play_schedule *s, const struct play_pace *pace,
                         uint64_t now_ns)
{
    *s = (struct play_schedule){.pace = *pace, .anchor_ns = now_ns};
}

static bool at_full_speed(const struct play_schedule *s)
{
    return s->pace.eps == 0 && s->pace.speed == PLAY_SPEED_MAX;
}

static uint64_t rate(const struct play_schedule *s)
{
    return s->pace.eps ? s->pace.eps : s->pace.speed;
}

/* Real nanoseconds that one unit of pos takes at rate 1. */
static uint64_t unit(const struct play_schedule *s)
{
    return (s->pace.eps ? TD_NS_PER_S : 1) * PLAY_SPEED_ONE;
}

static uint64_t gap_to(const struct play_schedule *s, uint64_t tape_ns)
{
    uint64_t gap = tape_ns > s->tape_ns ? tape_ns - s->tape_ns : 0;

    if (s->pace.max_gap_ns && gap > s->pace.max_gap_ns)
        gap = s->pace.max_gap_ns;
    return gap;
}

void play_schedule_next(struct play_schedule *s, uint64_t tape_ns)
{
    if (s->begun && s->pace.eps)
        s->pos++;
    else if (s->begun && !s->joined)
        s->pos += gap_to(s, tape_ns);
    s->begun = true;
    s->joined = false;
    s->tape_ns = tape_ns;
}

uint64_t play_schedule_due(const struct play_schedule *s)
{
    uint64_t away;

    if (s->paused)
        return TD_NEVER;
    if (at_full_speed(s))
        return s->hold_ns;
    if (s->pos < s->anchor_pos) {
        away = scale(s->anchor_pos - s->pos, unit(s), rate(s));
        return away < s->anchor_ns ? s->anchor_ns - away : 0;
    }
    away = scale(s->pos - s->anchor_pos, unit(s), rate(s));
    return away < LATEST - s->anchor_ns ? s->anchor_ns + away : LATEST;
}

/* The position that is playing at now. */
static uint64_t head(const struct play_schedule *s, uint64_t now_ns)
{
    if (at_full_speed(s))
        return s->pos;
    if (s->paused || now_ns <= s->anchor_ns)
        return s->anchor_pos;
    return s->anchor_pos + scale(now_ns - s->anchor_ns, rate(s), unit(s));
}

uint64_t play_schedule_tape_ns(const struct play_schedule *s, uint64_t now_ns)
{
    uint64_t at = head(s, now_ns);
    uint64_t left = s->pos > at && !s->pace.eps ? s->pos - at : 0;

    return s->tape_ns > left ? s->tape_ns - left : 0;
}

/* Anchor the place that is playing now at the time now. */
static void anchor_here(struct play_schedule *s, uint64_t now_ns)
{
    s->anchor_pos = head(s, now_ns);
    if (at_full_speed(s) || s->paused || now_ns > s->anchor_ns)
        s->anchor_ns = now_ns;
}

void play_schedule_pause(struct play_schedule *s, uint64_t now_ns)
{
    anchor_here(s, now_ns);
    s->paused = true;
}

void play_schedule_resume(struct play_schedule *s, uint64_t now_ns)
{
    if (s->paused && now_ns > s->anchor_ns)
        s->anchor_ns = now_ns;
    s->paused = false;
}

void play_schedule_step(struct play_schedule *s)
{
    s->anchor_pos = s->pos;
}

static uint64_t clamp_rate(uint64_t x)
{
    if (x < PLAY_SPEED_LOWEST)
        return PLAY_SPEED_LOWEST;
    return x > PLAY_SPEED_HIGHEST ? PLAY_SPEED_HIGHEST : x;
}

void play_schedule_faster(struct play_schedule *s, uint64_t now_ns,
                          unsigned percent)
{
    if (at_full_speed(s))
        return;
    anchor_here(s, now_ns);
    if (s->pace.eps)
        s->pace.eps = clamp_rate(scale(s->pace.eps, percent, 100));
    else
        s->pace.speed = clamp_rate(scale(s->pace.speed, percent, 100));
}

void play_schedule_seek(struct play_schedule *s, uint64_t now_ns,
                        uint64_t tape_ns)
{
    s->anchor_ns = now_ns;
    s->anchor_pos = s->pace.eps && s->begun ? s->pos + 1 : s->pos;
    s->tape_ns = tape_ns;
    s->joined = false;
}

void play_schedule_loop(struct play_schedule *s, uint64_t now_ns,
                        uint64_t delay_ns)
{
    s->joined = true;
    if (at_full_speed(s))
        s->hold_ns = delay_ns < LATEST - now_ns ? now_ns + delay_ns : LATEST;
    else
        s->anchor_ns =
            delay_ns < LATEST - s->anchor_ns ? s->anchor_ns + delay_ns : LATEST;
}
