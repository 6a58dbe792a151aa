/* What the line says. */
#include "replayer/progress.h"
#include "tests/suites.h"

#include <stdio.h>

static void the_line_says_where_how_much_and_how_fast(void)
{
    static const struct {
        const char *wanted;
        struct play_view view;
        unsigned consumers;
        uint64_t last_ns;
        bool keys;
    } rows[] = {
        {"playing 00:00.0  x1  0 messages", {.speed = 1000000}, 0, 0, false},
        {"playing 00:12.3 of 01:01.5, 20 %  x2  1200 messages  3 consumers  "
         "? keys",
         {.at_ns = 12300000000, .events = 1200, .speed = 2000000},
         3,
         61500000000,
         true},
        {"paused  01:01.5 of 01:01.5, 100 %  x0.5  7 messages  1 consumer",
         {.at_ns = 61500000000, .events = 7, .speed = 500000, .paused = true},
         1,
         61500000000,
         false},
        {"waiting 2:00:00.0 of 1:00:00.0, 100 %  full speed  1 message",
         {.at_ns = UINT64_C(7200000000000),
          .events = 1,
          .speed = PLAY_SPEED_MAX,
          .blocked = true},
         0,
         UINT64_C(3600000000000),
         false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play_progress_options options = {.last_ns = rows[i].last_ns,
                                                .keys = rows[i].keys};
        struct play_lateness lateness = {0};
        struct td_buf line = {0};

        CU_ASSERT_EQUAL(play_progress_text(&line, rows[i].view, &lateness,
                                           rows[i].consumers, &options),
                        TD_OK);
        if (!td_bytes_is(td_buf_bytes(&line), rows[i].wanted))
            printf("\n    row %zu: %s\n", i, td_buf_str(&line));
        CU_ASSERT_TRUE(td_bytes_is(td_buf_bytes(&line), rows[i].wanted));
        td_buf_release(&line);
    }
}

CU_TestInfo replayer_progress_tests[] = {
    {"the line says where, how much and how fast",
     the_line_says_where_how_much_and_how_fast},
    CU_TEST_INFO_NULL,
};
