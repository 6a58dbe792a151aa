/* A due time comes from one anchor: no drift, no overflow, order kept. */
#include "replayer/schedule.h"
#include "tests/suites.h"

#include <stdio.h>

#define MS TD_NS_PER_MS
#define S  TD_NS_PER_S

static const struct play_pace as_recorded = {.speed = PLAY_SPEED_ONE};

/* A small generator with a fixed seed: failures repeat. */
static uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void speeds_are_read_exactly(void)
{
    static const struct {
        const char *text;
        enum td_code code;
        uint64_t speed;
    } rows[] = {
        {"1", TD_OK, PLAY_SPEED_ONE},
        {"2", TD_OK, 2 * PLAY_SPEED_ONE},
        {"0.5", TD_OK, PLAY_SPEED_ONE / 2},
        {".25", TD_OK, PLAY_SPEED_ONE / 4},
        {"1.000001", TD_OK, PLAY_SPEED_ONE + 1},
        {"0.001", TD_OK, PLAY_SPEED_LOWEST},
        {"1000000", TD_OK, PLAY_SPEED_HIGHEST},
        {"max", TD_OK, PLAY_SPEED_MAX},
        {"0", TD_USAGE, 0},
        {"0.0009", TD_USAGE, 0},
        {"1000000.1", TD_USAGE, 0},
        {"99999999999999999999999999", TD_USAGE, 0},
        {"-1", TD_USAGE, 0},
        {"1e3", TD_USAGE, 0},
        {"2x", TD_USAGE, 0},
        {"1.2.3", TD_USAGE, 0},
        {"1.0000001", TD_USAGE, 0},
        {".", TD_USAGE, 0},
        {"", TD_USAGE, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t speed = 0;
        struct td_error err = {0};
        enum td_code code = play_speed_parse(rows[i].text, &speed, &err);

        if (code != rows[i].code || (!code && speed != rows[i].speed))
            printf("\n    row \"%s\": %s, %llu\n", rows[i].text,
                   td_code_text(code), (unsigned long long)speed);
        CU_ASSERT_EQUAL(code, rows[i].code);
        CU_ASSERT(code || speed == rows[i].speed);
        CU_ASSERT(!code || err.hint[0]);
    }
}

static void due_times_follow_the_pace(void)
{
    static const struct {
        const char *name;
        struct play_pace pace;
        uint64_t tape[4]; /* event times */
        uint64_t due[4];  /* after the start */
    } rows[] = {
        {"as recorded",
         {PLAY_SPEED_ONE, 0, 0},
         {5 * S, 6 * S, 6 * S, 9 * S},
         {0, S, S, 4 * S}},
        {"twice as fast",
         {2 * PLAY_SPEED_ONE, 0, 0},
         {0, S, 2 * S, 3 * S},
         {0, S / 2, S, 3 * S / 2}},
        {"a third",
         {333333, 0, 0},
         {0, 333333, 666666, 999999},
         {0, 1000000, 2000000, 3000000}},
        {"gaps are cut before the speed",
         {2 * PLAY_SPEED_ONE, 0, S},
         {0, 10 * S, 10 * S + MS, 99 * S},
         {0, S / 2, S / 2 + MS / 2, S + MS / 2}},
        {"time that goes back has no distance",
         {PLAY_SPEED_ONE, 0, 0},
         {8 * S, 9 * S, S, 2 * S},
         {0, S, S, 2 * S}},
        {"events a second",
         {PLAY_SPEED_ONE, 4 * PLAY_SPEED_ONE, 0},
         {0, 0, 77 * S, 78 * S},
         {0, S / 4, S / 2, 3 * S / 4}},
        {"one event in ten seconds",
         {PLAY_SPEED_ONE, PLAY_SPEED_ONE / 10, 0},
         {0, 1, 2, 3},
         {0, 10 * S, 20 * S, 30 * S}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play_schedule s;

        play_schedule_start(&s, &rows[i].pace, 1000);
        for (size_t k = 0; k < 4; k++) {
            play_schedule_next(&s, rows[i].tape[k]);
            if (play_schedule_due(&s) != 1000 + rows[i].due[k])
                printf("\n    row \"%s\", event %zu: %llu\n", rows[i].name, k,
                       (unsigned long long)play_schedule_due(&s) - 1000);
            CU_ASSERT_EQUAL(play_schedule_due(&s), 1000 + rows[i].due[k]);
        }
    }
}

static void random_tapes_never_drift(void)
{
    uint64_t seed = 88172645463325252u;

    for (int round = 0; round < 200; round++) {
        uint64_t speed = PLAY_SPEED_LOWEST + random_next(&seed) % 20000000;
        struct play_pace pace = {.speed = speed};
        struct play_schedule s;
        uint64_t t = random_next(&seed) % S;
        uint64_t first = t;
        uint64_t last_due = 0;

        play_schedule_start(&s, &pace, 7);
        for (int k = 0; k < 500; k++) {
            long double exact;

            play_schedule_next(&s, t);
            exact = 7.0L + (long double)(t - first) * 1e6L / (long double)speed;
            CU_ASSERT((long double)play_schedule_due(&s) <= exact);
            CU_ASSERT((long double)play_schedule_due(&s) > exact - 1.001L);
            CU_ASSERT(play_schedule_due(&s) >= last_due);
            last_due = play_schedule_due(&s);
            t += random_next(&seed) % 3 ? random_next(&seed) % S : 0;
        }
    }
}

static void no_length_overflows(void)
{
    static const struct {
        struct play_pace pace;
        uint64_t tape_ns;
    } rows[] = {
        {{PLAY_SPEED_LOWEST, 0, 0}, UINT64_C(1) << 53},
        {{PLAY_SPEED_LOWEST, 0, 0}, UINT64_MAX},
        {{PLAY_SPEED_HIGHEST, 0, 0}, UINT64_MAX},
        {{PLAY_SPEED_ONE, 0, 0}, UINT64_MAX},
    };
    struct play_schedule s;
    struct play_pace slow = {.speed = PLAY_SPEED_ONE,
                             .eps = PLAY_SPEED_HIGHEST};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        play_schedule_start(&s, &rows[i].pace, 5 * S);
        play_schedule_next(&s, 0);
        play_schedule_next(&s, rows[i].tape_ns);
        CU_ASSERT(play_schedule_due(&s) > 5 * S);
        CU_ASSERT(play_schedule_due(&s) < TD_NEVER);
        play_schedule_pause(&s, 6 * S);
        play_schedule_resume(&s, 7 * S);
        CU_ASSERT(play_schedule_due(&s) > 6 * S);
        CU_ASSERT(play_schedule_due(&s) < TD_NEVER);
    }
    play_schedule_start(&s, &slow, 0);
    play_schedule_next(&s, 0);
    s.pos = UINT64_C(1) << 40; /* events: a million a second for 12 days */
    CU_ASSERT_EQUAL(play_schedule_due(&s), (UINT64_C(1) << 40) * 1000);
}

static void full_speed_is_always_due(void)
{
    struct play_pace pace = {.speed = PLAY_SPEED_MAX};
    struct play_schedule s;

    play_schedule_start(&s, &pace, 3 * S);
    play_schedule_next(&s, 0);
    play_schedule_next(&s, UINT64_MAX);
    CU_ASSERT_EQUAL(play_schedule_due(&s), 0);
    play_schedule_faster(&s, 4 * S, 110);
    CU_ASSERT_EQUAL(play_schedule_due(&s), 0);
    play_schedule_loop(&s, 4 * S, S);
    CU_ASSERT_EQUAL(play_schedule_due(&s), 5 * S);
    play_schedule_pause(&s, 4 * S);
    CU_ASSERT_EQUAL(play_schedule_due(&s), TD_NEVER);
}

static void a_pause_shifts_what_follows(void)
{
    struct play_schedule s;

    play_schedule_start(&s, &as_recorded, 0);
    play_schedule_next(&s, 0);
    play_schedule_next(&s, 10 * S);
    play_schedule_pause(&s, 4 * S);
    CU_ASSERT_EQUAL(play_schedule_due(&s), TD_NEVER);
    play_schedule_pause(&s, 5 * S); /* twice changes nothing */
    play_schedule_resume(&s, 100 * S);
    CU_ASSERT_EQUAL(play_schedule_due(&s), 106 * S);
    play_schedule_resume(&s, 101 * S);
    CU_ASSERT_EQUAL(play_schedule_due(&s), 106 * S);
}

static void a_late_player_stays_as_late_over_a_pause(void)
{
    struct play_schedule s;

    play_schedule_start(&s, &as_recorded, 0);
    play_schedule_next(&s, 0);
    play_schedule_next(&s, 2 * S);
    play_schedule_pause(&s, 5 * S); /* three seconds behind */
    play_schedule_resume(&s, 20 * S);
    CU_ASSERT_EQUAL(play_schedule_due(&s), 17 * S);
}

static void a_step_puts_the_tape_at_the_event(void)
{
    struct play_schedule s;

    play_schedule_start(&s, &as_recorded, 0);
    play_schedule_next(&s, 0);
    play_schedule_next(&s, 10 * S);
    play_schedule_pause(&s, S);
    play_schedule_step(&s);
    play_schedule_next(&s, 12 * S);
    CU_ASSERT_EQUAL(play_schedule_due(&s), TD_NEVER);
    play_schedule_resume(&s, 50 * S);
    CU_ASSERT_EQUAL(play_schedule_due(&s), 52 * S);
}

static void a_change_of_speed_keeps_the_place(void)
{
    struct play_schedule s;

    play_schedule_start(&s, &as_recorded, 0);
    play_schedule_next(&s, 0);
    play_schedule_next(&s, 10 * S);
    play_schedule_faster(&s, 4 * S, 200); /* 6 s are left: 3 s */
    CU_ASSERT_EQUAL(play_schedule_due(&s), 7 * S);
    play_schedule_faster(&s, 5 * S, 25); /* 4 s are left at half speed: 8 s */
    CU_ASSERT_EQUAL(play_schedule_due(&s), 13 * S);
    for (int i = 0; i < 200; i++)
        play_schedule_faster(&s, 5 * S, 110);
    CU_ASSERT_EQUAL(s.pace.speed, PLAY_SPEED_HIGHEST);
    for (int i = 0; i < 400; i++)
        play_schedule_faster(&s, 5 * S, 90);
    CU_ASSERT_EQUAL(s.pace.speed, PLAY_SPEED_LOWEST);
}

static void a_seek_measures_from_its_target(void)
{
    struct play_schedule s;

    play_schedule_start(&s, &as_recorded, 0);
    play_schedule_next(&s, 0);
    play_schedule_next(&s, 10 * S);
    play_schedule_seek(&s, 3 * S, 60 * S);
    play_schedule_next(&s, 61 * S);
    CU_ASSERT_EQUAL(play_schedule_due(&s), 4 * S);
    play_schedule_seek(&s, 3 * S, 20 * S); /* back */
    play_schedule_next(&s, 25 * S);
    CU_ASSERT_EQUAL(play_schedule_due(&s), 8 * S);
}

static void a_loop_starts_after_its_delay(void)
{
    struct play_schedule s;

    play_schedule_start(&s, &as_recorded, 0);
    for (uint64_t pass = 0; pass < 1000; pass++) {
        play_schedule_next(&s, 3 * S);
        CU_ASSERT_EQUAL(play_schedule_due(&s), pass * (2 * S + 7));
        play_schedule_next(&s, 5 * S);
        CU_ASSERT_EQUAL(play_schedule_due(&s), pass * (2 * S + 7) + 2 * S);
        play_schedule_loop(&s, play_schedule_due(&s) + 123, 7);
    }
}

CU_TestInfo replayer_schedule_tests[] = {
    {"speeds are read exactly", speeds_are_read_exactly},
    {"due times follow the pace", due_times_follow_the_pace},
    {"random tapes never drift", random_tapes_never_drift},
    {"no length overflows", no_length_overflows},
    {"full speed is always due", full_speed_is_always_due},
    {"a pause shifts what follows", a_pause_shifts_what_follows},
    {"a late player stays as late over a pause",
     a_late_player_stays_as_late_over_a_pause},
    {"a step puts the tape at the event", a_step_puts_the_tape_at_the_event},
    {"a change of speed keeps the place", a_change_of_speed_keeps_the_place},
    {"a seek measures from its target", a_seek_measures_from_its_target},
    {"a loop starts after its delay", a_loop_starts_after_its_delay},
    CU_TEST_INFO_NULL,
};
