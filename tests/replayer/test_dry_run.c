/* A dry run says what a replay would do, and what is odd on the tape. */
#include "replayer/dry_run.h"
#include "tests/suites.h"
#include "tests/support/made_tape.h"

#define S TD_NS_PER_S

static void it_predicts_events_and_duration(void)
{
    static const struct made_event events[] = {
        {.at_ns = 1 * S, .name = "a"},
        {.at_ns = 2 * S, .name = "b"},
        {.at_ns = 32 * S, .name = "a"},
    };
    static const struct {
        struct play_pace pace;
        uint64_t passes;
        uint64_t delay_ns;
        uint64_t events;
        const char *duration; /* ns */
    } rows[] = {
        {{PLAY_SPEED_ONE, 0, 0}, 1, 0, 3, "31000000000,"},
        {{2 * PLAY_SPEED_ONE, 0, 0}, 1, 0, 3, "15500000000,"},
        {{PLAY_SPEED_ONE, 0, S}, 1, 0, 3, "2000000000,"},
        {{PLAY_SPEED_ONE, 0, 0}, 3, S, 9, "95000000000,"},
        {{PLAY_SPEED_ONE, 2 * PLAY_SPEED_ONE, 0}, 2, 0, 6, "2500000000,"},
        {{PLAY_SPEED_MAX, 0, 0}, 1, 0, 3, "null,"},
        {{PLAY_SPEED_ONE, 0, 0}, 0, 0, 3, "null,"},
    };
    static const char key[] = "\"duration_ns\":";
    const char *paths[] = {made_tape("dry-run", 0, events, 3), NULL};
    struct play_source_options from = {.paths = paths,
                                       .window = PLAY_WINDOW_ALL};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play_source *source = NULL;
        struct play_dry_run *run = NULL;
        struct td_buf out = {0};
        struct td_error err;
        const char *said;

        CU_ASSERT_EQUAL_FATAL(play_source_open(&source, &from, &err), TD_OK);
        CU_ASSERT_EQUAL_FATAL(play_dry_run(&run, source, &rows[i].pace,
                                           rows[i].passes, rows[i].delay_ns,
                                           &err),
                              TD_OK);
        CU_ASSERT_EQUAL(play_dry_run_events(run), rows[i].events);
        CU_ASSERT(play_dry_run_whole(run));
        CU_ASSERT_EQUAL(play_dry_run_json(run, &out), TD_OK);
        CU_ASSERT_PTR_NOT_NULL(
            strstr(td_buf_str(&out), "\"names\":{\"a\":2,\"b\":1}"));
        CU_ASSERT_PTR_NOT_NULL(strstr(
            td_buf_str(&out), "\"gaps\":1,\"longest_gap_ns\":30000000000,"
                              "\"longest_gap_seq\":3,\"time_goes_back\":0"));
        said = strstr(td_buf_str(&out), key);
        CU_ASSERT_PTR_NOT_NULL_FATAL(said);
        CU_ASSERT(!strncmp(said + strlen(key), rows[i].duration,
                           strlen(rows[i].duration)));
        play_dry_run_free(run);
        play_source_close(source);
        td_buf_release(&out);
    }
}

CU_TestInfo replayer_dry_run_tests[] = {
    {"it predicts events and duration", it_predicts_events_and_duration},
    CU_TEST_INFO_NULL,
};
