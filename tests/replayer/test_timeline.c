/* Which events a source gives, from which part of which tapes. */
#include "replayer/range.h"
#include "replayer/timeline.h"
#include "tests/suites.h"
#include "tests/support/made_tape.h"

#include "core/clock.h"

#include <stdio.h>

#define S         TD_NS_PER_S
#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char *main_tape(void)
{
    static const struct made_event events[] = {
        {.at_ns = 0, .name = "a"},
        {.at_ns = 1 * S, .name = "b"},
        {.at_ns = 2 * S, .kind = "marker", .payload = "{\"name\":\"mid\"}"},
        {.at_ns = 2 * S, .name = "c", .in = true},
        {.at_ns = 4 * S, .name = "d"},
        {.at_ns = 4 * S, .name = "e"},
        {.at_ns = 9 * S, .kind = "marker", .payload = "{\"name\":\"end\"}"},
        {.at_ns = 10 * S, .name = "f"},
    };

    return made_tape("source-main", 0, events, 8);
}

/* Append the names of all events that are left, "|" for the end. */
static void names(struct td_buf *out, struct play_source *source)
{
    struct td_event ev;
    struct td_error err;
    enum td_code code;

    while (!(code = play_source_next(source, &ev, &err)))
        (void)td_buf_add_bytes(out, ev.name.len ? ev.name : td_text("-"));
    (void)td_buf_add_text(out, code == TD_END ? "|" : err.text);
}

static void a_window_holds_what_lies_between_its_places(void)
{
    static const struct {
        const char *start;
        const char *end;
        const char *gives;
        enum td_code code;
    } rows[] = {
        {NULL, NULL, "ab-cde-f|", TD_OK},
        {"+1s", NULL, "b-cde-f|", TD_OK},
        {"+1s", "+4s", "b-cde|", TD_OK},
        {NULL, "+3s", "ab-c|", TD_OK},
        {"+11s", NULL, "|", TD_OK},
        {"seq:4", "seq:5", "cd|", TD_OK},
        {"seq:99", NULL, "|", TD_OK},
        {"marker:mid", "marker:end", "-cde-|", TD_OK},
        {"40%", NULL, "de-f|", TD_OK},
        {"50%", "100%", "-f|", TD_OK},
        {NULL, "10%", "ab|", TD_OK},
        {"2026-01-01T00:00:04Z", NULL, "de-f|", TD_OK},
        {"2025-01-01T00:00:00Z", "2026-01-01T01:00:01+01:00", "ab|", TD_OK},
        {"seq:3", "+4s", "-cde|", TD_OK},
        {"+4s", "+1s", "", TD_USAGE},
        {"seq:4", "seq:3", "", TD_USAGE},
        {"marker:none", NULL, "", TD_USAGE},
    };
    const char *tape = main_tape();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play_source_options options = {.paths = LIST(tape)};
        struct play_source *source = NULL;
        struct play_bound start;
        struct play_bound end;
        struct td_buf got = {0};
        struct td_error err;
        enum td_code code;

        CU_ASSERT(!play_bound_parse(&start, "--start", rows[i].start, &err));
        CU_ASSERT(!play_bound_parse(&end, "--end", rows[i].end, &err));
        code = play_window_find(&options.window, &start, &end, options.paths,
                                &err);
        CU_ASSERT_EQUAL(code, rows[i].code);
        if (code)
            continue;
        CU_ASSERT_EQUAL_FATAL(play_source_open(&source, &options, &err), TD_OK);
        names(&got, source);
        CU_ASSERT_EQUAL(play_source_rewind(source, &err), TD_OK);
        if (strcmp(td_buf_str(&got), rows[i].gives) != 0)
            printf("\n    row %zu: %s\n", i, td_buf_str(&got));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&got), rows[i].gives);
        td_buf_clear(&got);
        names(&got, source); /* a second pass is the same */
        CU_ASSERT_STRING_EQUAL(td_buf_str(&got), rows[i].gives);
        play_source_close(source);
        td_buf_release(&got);
    }
}

static void a_place_that_is_none_is_refused(void)
{
    static const char *const rows[] = {"",
                                       "10s",
                                       "+",
                                       "+x",
                                       "seq:",
                                       "seq:0",
                                       "seq:-1",
                                       "seq:x",
                                       "marker:",
                                       "101%",
                                       "%",
                                       "-1%",
                                       "50%%",
                                       "2026-01-01",
                                       "noon",
                                       "1.1.1%",
                                       "seq:99999999999999999999"};
    struct play_bound bound;
    struct td_error err;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum td_code code = play_bound_parse(&bound, "--start", rows[i], &err);

        if (code != TD_USAGE)
            printf("\n    row \"%s\"\n", rows[i]);
        CU_ASSERT_EQUAL(code, TD_USAGE);
        CU_ASSERT_STRING_EQUAL(err.where, "--start");
        CU_ASSERT(err.hint[0]);
    }
}

static void several_tapes_share_one_timeline(void)
{
    static const struct made_event first[] = {
        {.at_ns = 0, .name = "a"},
        {.at_ns = 2 * S, .name = "b"},
        {.at_ns = 4 * S, .name = "c"},
    };
    static const struct made_event second[] = {
        {.at_ns = 0, .name = "x"}, /* at 2 s of the first */
        {.at_ns = 1 * S, .name = "y"},
        {.at_ns = 9 * S, .name = "z"},
    };
    const char *one = made_tape("source-one", 0, first, 3);
    const char *two = made_tape("source-two", 2 * S, second, 3);
    struct play_source_options options = {.paths = LIST(two, one),
                                          .window = PLAY_WINDOW_ALL};
    struct play_source *source = NULL;
    struct td_buf got = {0};
    struct td_error err;

    CU_ASSERT_EQUAL_FATAL(play_source_open(&source, &options, &err), TD_OK);
    names(&got, source);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&got), "axbycz|");
    CU_ASSERT_EQUAL(play_source_place(source).at_ns, 11 * S);
    CU_ASSERT_EQUAL(play_source_seek(source, 3 * S, &err), TD_OK);
    td_buf_clear(&got);
    names(&got, source);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&got), "ycz|");
    play_source_close(source);
    td_buf_release(&got);
}

static void selection_and_new_names_are_part_of_it(void)
{
    struct play_select_options what = {.excludes = LIST("e")};
    struct play_source_options options = {.paths = LIST(main_tape()),
                                          .remap = LIST("d:=dd", "e:=x"),
                                          .window = PLAY_WINDOW_ALL};
    struct play_source *source = NULL;
    struct play_source *again = NULL;
    struct td_buf got = {0};
    struct td_error err;

    CU_ASSERT_EQUAL_FATAL(play_select_new(&options.select, &what, &err), TD_OK);
    CU_ASSERT_EQUAL_FATAL(play_source_open(&source, &options, &err), TD_OK);
    names(&got, source);
    CU_ASSERT_EQUAL(play_source_again(&again, source, &err), TD_OK);
    names(&got, again);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&got), "abddf|abddf|");
    CU_ASSERT_EQUAL(play_source_seen(source).read, 8);
    CU_ASSERT_EQUAL(play_source_seen(source).taken, 4);
    td_buf_clear(&got);
    CU_ASSERT(!play_source_damage(source, &got));
    play_source_close(source);
    play_source_close(again);
    play_select_free(options.select);
    td_buf_release(&got);
}

static void a_tape_that_is_not_there_says_so(void)
{
    struct play_source_options options = {.paths = LIST("/no/such.tape.gz"),
                                          .window = PLAY_WINDOW_ALL};
    struct play_source *source = NULL;
    struct td_error err;

    CU_ASSERT_EQUAL(play_source_open(&source, &options, &err), TD_IO);
    CU_ASSERT_STRING_EQUAL(err.where, "/no/such.tape.gz");
}

CU_TestInfo replayer_timeline_tests[] = {
    {"a window holds what lies between its places",
     a_window_holds_what_lies_between_its_places},
    {"a place that is none is refused", a_place_that_is_none_is_refused},
    {"several tapes share one timeline", several_tapes_share_one_timeline},
    {"selection and new names are part of it",
     selection_and_new_names_are_part_of_it},
    {"a tape that is not there says so", a_tape_that_is_not_there_says_so},
    CU_TEST_INFO_NULL,
};
