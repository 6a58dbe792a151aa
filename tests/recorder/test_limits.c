/* A limit ends a recording at the event or the moment it names. */
#include "recorder/limits.h"
#include "tests/suites.h"

#include <stdio.h>

static void events_reach_limits(void)
{
    static const char *const until[] = {"done", "failed", NULL};
    static const struct {
        const char *name;
        struct rec_limits limits;
        const char *kind;
        const char *event;
        uint64_t events;
        enum rec_stop stop;
    } rows[] = {
        {"no limits", {0}, "", "done", 1000, REC_STOP_NONE},
        {"another name", {.until = until}, "", "go", 1, REC_STOP_NONE},
        {"no name", {.until = until}, "", "", 1, REC_STOP_NONE},
        {"a part of the name", {.until = until}, "", "don", 1, REC_STOP_NONE},
        {"the first name", {.until = until}, "", "done", 1, REC_STOP_UNTIL},
        {"the last name", {.until = until}, "", "failed", 1, REC_STOP_UNTIL},
        {"one to go", {.max_events = 5}, "", "a", 4, REC_STOP_NONE},
        {"the last event", {.max_events = 5}, "", "a", 5, REC_STOP_EVENTS},
        {"not plain", {.max_events = 5}, "ping", "a", 5, REC_STOP_NONE},
        {"a close of that name",
         {.until = until},
         "close",
         "done",
         5,
         REC_STOP_NONE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_event ev = {.kind = td_text(rows[i].kind),
                              .name = td_text(rows[i].event)};
        enum rec_stop stop =
            rec_limits_event(&rows[i].limits, &ev, rows[i].events);

        if (stop != rows[i].stop)
            printf("\n    row \"%s\": %s\n", rows[i].name, rec_stop_text(stop));
        CU_ASSERT_EQUAL(stop, rows[i].stop);
    }
}

static void time_reaches_limits_when_it_said_it_would(void)
{
    static const struct {
        struct rec_limits limits;
        uint64_t last_ns;
        uint64_t due;
        enum rec_stop stop;
    } rows[] = {
        {{0}, 7, UINT64_MAX, REC_STOP_NONE},
        {{.max_ns = 100}, 7, 100, REC_STOP_DURATION},
        {{.idle_ns = 50}, 0, 50, REC_STOP_IDLE},
        {{.idle_ns = 50}, 7, 57, REC_STOP_IDLE},
        {{.max_ns = 100, .idle_ns = 50}, 7, 57, REC_STOP_IDLE},
        {{.max_ns = 100, .idle_ns = 50}, 90, 100, REC_STOP_DURATION},
        {{.idle_ns = UINT64_MAX}, 7, UINT64_MAX, REC_STOP_NONE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct rec_limits *limits = &rows[i].limits;
        uint64_t due = rec_limits_due(limits, rows[i].last_ns);

        CU_ASSERT_EQUAL(due, rows[i].due);
        CU_ASSERT_EQUAL(rec_limits_time(limits, due - 1, rows[i].last_ns),
                        REC_STOP_NONE);
        if (due != UINT64_MAX)
            CU_ASSERT_EQUAL(rec_limits_time(limits, due, rows[i].last_ns),
                            rows[i].stop);
    }
}

CU_TestInfo recorder_limits_tests[] = {
    {"events reach limits", events_reach_limits},
    {"time reaches limits when it said it would",
     time_reaches_limits_when_it_said_it_would},
    CU_TEST_INFO_NULL,
};
