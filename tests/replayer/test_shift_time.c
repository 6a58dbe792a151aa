/* Timestamps move as they are written; all else stays. */
#include "replayer/shift_time.h"
#include "tests/suites.h"

#include <stdio.h>

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define S         TD_NS_PER_S
#define DAY       (86400 * (int64_t)S)

static void a_timestamp_keeps_how_it_is_written(void)
{
    static const struct {
        const char *text;
        int64_t by_ns;
        const char *after; /* NULL: it is none */
    } rows[] = {
        {"2026-01-31T12:00:00Z", DAY, "2026-02-01T12:00:00Z"},
        {"2026-01-31T12:00:00Z", 1999999999, "2026-01-31T12:00:01Z"},
        {"2026-01-31T12:00:00.5Z", 1999999999, "2026-01-31T12:00:02.4Z"},
        {"2026-01-31T12:00:00.50Z", -10000000, "2026-01-31T12:00:00.49Z"},
        {"2024-02-28T23:59:59.999999999+05:30", 1,
         "2024-02-29T00:00:00.000000000+05:30"},
        {"2026-01-31t12:00:00.1234567890123z", 1,
         "2026-01-31t12:00:00.1234567900123z"},
        {"2026-01-31 12:00:00-08:00", DAY, "2026-02-01 12:00:00-08:00"},
        {"2026-01-31T12:00:00", DAY, NULL},
        {"2026-01-31T12:00:00.Z", DAY, NULL},
        {"2026-01-31T12:00:00+0200", DAY, NULL},
        {"2026-01-31T12:00:00ZZ", DAY, NULL},
        {"2026-13-31T12:00:00Z", DAY, NULL},
        {"2026-01-31", DAY, NULL},
        {"1970-01-01T00:00:00Z", -DAY, NULL},
        {"1769860800", DAY, "1769947200"},
        {"1769860800", -1, "1769860799"},
        {"1769860800", 999999999, "1769860800"},
        {"1769860800.125", 1000000, "1769860800.126"},
        {"1769860800.1250000009", 1, "1769860800.1250000019"},
        {"1769860800125", 999999, "1769860800125"},
        {"1769860800125.75", 10000, "1769860800125.76"},
        {"1769860800125.1234567", 1, "1769860800125.1234577"},
        {"1769860800125000", 1000, "1769860800125001"},
        {"1769860800125000000", 1, "1769860800125000001"},
        {"1769860800125000000.5", 1, "1769860800125000001.5"},
        {"999999999", (int64_t)S, "1000000000"},
        {"42", DAY, NULL},
        {"20260131", DAY, NULL},
        {"50000000000", DAY, NULL},
        {"99999999999999999999", DAY, NULL},
        {"9223372036854775800", DAY, NULL},
        {"1769860800.", DAY, NULL},
        {"1.7698608e9", DAY, NULL},
        {"-1769860800", DAY, NULL},
        {"01769860800", DAY, NULL},
        {"1769860800s", DAY, NULL},
        {"", DAY, NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf out = {0};
        bool is = play_shift_text(&out, td_text(rows[i].text), rows[i].by_ns);
        bool fits = rows[i].after
                        ? is && td_bytes_is(td_buf_bytes(&out), rows[i].after)
                        : !is && out.len == 0;

        if (!fits)
            printf("\n    \"%s\" became \"%s\"\n", rows[i].text,
                   td_buf_str(&out));
        CU_ASSERT(fits);
        td_buf_release(&out);
    }
}

struct moved {
    const char *name;
    enum td_form form;
    const char *payload;
    const char *after;
};

static void apply(const char *const *pointers, const struct moved *row)
{
    struct td_clock clock;
    struct play_shift *shift = NULL;
    struct play_shift_room room = {0};
    struct td_event ev = {.form = row->form,
                          .name = td_text(row->name),
                          .payload = td_text(row->payload)};
    struct td_error err = {0};

    td_clock_virtual(&clock, 0, 1769860810 * S);
    CU_ASSERT_EQUAL_FATAL(play_shift_new(&shift, pointers, &clock, &err),
                          TD_OK);
    play_shift_apply(shift, &room, &ev, 1769860800 * S);
    if (!td_bytes_is(ev.payload, row->after))
        printf("\n    %s became %.*s\n", row->payload, (int)ev.payload.len,
               (const char *)ev.payload.ptr);
    CU_ASSERT(td_bytes_is(ev.payload, row->after));
    play_shift_release(&room);
    play_shift_free(shift);
}

static void only_what_is_named_moves(void)
{
    static const struct moved rows[] = {
        {"", TD_FORM_JSON, "{ \"t\" : 1769860800, \"u\":1769860800}",
         "{ \"t\" : 1769860810, \"u\":1769860800}"},
        {"", TD_FORM_JSON, "{\"t\":\"1769860800\",\"t\":1769860801.0}",
         "{\"t\":\"1769860810\",\"t\":1769860811.0}"},
        {"", TD_FORM_JSON, "{\"l\":[{\"at\":1769860800},{\"at\":7},{}]}",
         "{\"l\":[{\"at\":1769860810},{\"at\":7},{}]}"},
        {"", TD_FORM_JSON, "{\"a/b\":[5,1769860800000,1.10]}",
         "{\"a/b\":[5,1769860810000,1.10]}"},
        {"e", TD_FORM_JSON, "[\"e\",{\"t\":1769860800},{\"t\":1769860800}]",
         "[\"e\",{\"t\":1769860810},{\"t\":1769860800}]"},
        {"e", TD_FORM_TEXT, "2/n,7[\"e\",{\"t\":1769860800}]",
         "2/n,7[\"e\",{\"t\":1769860810}]"},
        {"", TD_FORM_TEXT, "\r\n{\"t\":1769860800}\n",
         "\r\n{\"t\":1769860810}\n"},
        {"", TD_FORM_TEXT, "{\"t\":1769860800", "{\"t\":1769860800"},
        {"", TD_FORM_JSON, "{\"t\":\"17\\u0036 9860800\"}",
         "{\"t\":\"17\\u0036 9860800\"}"},
        {"", TD_FORM_JSON, "{\"t\":{\"t\":1769860800}}",
         "{\"t\":{\"t\":1769860800}}"},
        {"", TD_FORM_JSON, "3", "3"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        apply(LIST("/t", "/l/*/at", "/a~1b/1"), &rows[i]);
}

static void the_distance_is_that_of_the_first_event(void)
{
    static const char *const pointers[] = {"/t", "/x", NULL};
    struct td_clock clock;
    struct play_shift *shift = NULL;
    struct play_shift_room room = {0};
    struct td_event ev = {.payload = td_text("{\"t\":1769860805}")};
    struct td_buf said = {0};
    struct td_error err = {0};

    ev.form = TD_FORM_JSON;
    td_clock_virtual(&clock, 0, 1769860810 * S);
    CU_ASSERT_EQUAL_FATAL(play_shift_new(&shift, pointers, &clock, &err),
                          TD_OK);
    for (unsigned i = 0; i < 3; i++) {
        struct td_event own = ev;

        if (i == 2)
            play_shift_restart(shift);
        play_shift_apply(shift, &room, &own, (1769860800 + i) * S);
        CU_ASSERT(td_bytes_is(own.payload, i < 2 ? "{\"t\":1769860815}"
                                                 : "{\"t\":1769860833}"));
        td_clock_advance(&clock, 10 * S);
    }
    play_shift_say(shift, &room, &said);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&said),
                           "3 timestamps moved by 28 s; /x names nothing\n");
    td_buf_release(&said);
    play_shift_release(&room);
    play_shift_free(shift);
}

static void a_wrong_pointer_is_refused(void)
{
    struct play_shift *shift = NULL;
    struct td_error err = {0};

    CU_ASSERT_EQUAL(play_shift_new(&shift, LIST("t"), td_clock_real(), &err),
                    TD_USAGE);
    CU_ASSERT_STRING_EQUAL(err.where, "--shift-time");
}

CU_TestInfo replayer_shift_time_tests[] = {
    {"a timestamp keeps how it is written",
     a_timestamp_keeps_how_it_is_written},
    {"only what is named moves", only_what_is_named_moves},
    {"the distance is that of the first event",
     the_distance_is_that_of_the_first_event},
    {"a wrong pointer is refused", a_wrong_pointer_is_refused},
    CU_TEST_INFO_NULL,
};
