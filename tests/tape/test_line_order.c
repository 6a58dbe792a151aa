/* Lines of text that are not in the order of their numbers. */
#include "tape/gaps.h"
#include "tape/rewrite.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"

#include <stdio.h>
#include <string.h>

/* Where only the lines themselves tell. */
static void lines_out_of_order_are_told(void)
{
    static const struct {
        uint64_t seqs[8];
        uint64_t given;
        uint64_t repeated;
        uint64_t foreign;
        uint64_t missing;
    } rows[] = {
        {{1, 2, 3}, 3, 0, 0, 0},
        {{1, 2, 1, 2, 3}, 3, 2, 0, 0},
        {{1, 2, 2, 3}, 3, 1, 0, 0},
        {{1, 2, 5, 6}, 4, 0, 0, 2},
        {{1, 2, 70, 71, 3, 4}, 6, 0, 2, 0},
        {{1, 2, 70, 4, 5}, 5, 0, 1, 1},
        {{1, 2, 70, 1, 71}, 4, 1, 0, 67},
        {{1, 5, 4, 3, 2, 6}, 6, 0, 3, 0},
        {{1, 3, 5, 2, 4, 2}, 5, 1, 2, 0},
        {{1, 6, 3, 4, 5, 2, 7}, 7, 0, 2, 0},
        {{1, 6, 2, 2}, 3, 1, 1, 0},
    };
    const char *path = test_path("lines.ndjson");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf text = {0};
        struct tape_state state;

        (void)td_buf_add_text(&text, "{\"tape\":1,\"id\":\"x\"}\n");
        for (size_t k = 0; k < 8 && rows[i].seqs[k]; k++)
            (void)td_buf_addf(&text,
                              "{\"s\":%llu,\"t\":1,\"d\":\"in\",\"c\":1,"
                              "\"json\":1}\n",
                              (unsigned long long)rows[i].seqs[k]);
        test_write_file(path, td_buf_bytes(&text));
        CU_ASSERT_EQUAL(test_count_events(path, &state), rows[i].given);
        CU_ASSERT_EQUAL(state.repeated, rows[i].repeated);
        CU_ASSERT_EQUAL(state.foreign, rows[i].foreign);
        CU_ASSERT_EQUAL(state.missing, rows[i].missing);
        CU_ASSERT_EQUAL(state.headless, 0);
        td_buf_release(&text);
    }
}

static void swap(char *a, char *b)
{
    char kept = *a;

    *a = *b;
    *b = kept;
}

/* The next order of those letters; false if this was the last one. */
static bool next_order(char *letters, size_t len)
{
    size_t i = len - 1;
    size_t k = len - 1;

    while (i > 0 && letters[i - 1] >= letters[i])
        i--;
    if (i == 0)
        return false;
    while (letters[k] <= letters[i - 1])
        k--;
    swap(&letters[i - 1], &letters[k]);
    for (k = len - 1; i < k; i++, k--)
        swap(&letters[i], &letters[k]);
    return true;
}

static void add_numbered(struct td_buf *text, unsigned seq)
{
    (void)td_buf_addf(text,
                      "{\"s\":%u,\"t\":%u,\"d\":\"in\",\"c\":1,\"json\":%u}\n",
                      seq, seq, seq);
}

/* Of these lines, each of which is there once, none is left out. */
static void all_are_recovered(const char *name, struct td_buf *text,
                              unsigned events, uint64_t lost)
{
    const char *path = test_path("lines.ndjson");
    const char *to = test_path("recovered.tape.gz");
    struct tape_rewrite how = {
        .kind = TAPE_REWRITE_MEND, .from = path, .to = to, .overwrite = true};
    struct tape_rewritten report;
    struct tape_state state;

    (void)td_buf_addf(text,
                      "{\"end\":{\"how\":\"clean\",\"events\":%u,\"last\":%u,"
                      "\"lost\":0}}\n",
                      events, events);
    test_write_file(path, td_buf_bytes(text));
    td_buf_release(text);
    CU_ASSERT_EQUAL_FATAL(tape_rewrite(&how, &report, NULL), TD_OK);
    (void)test_count_events(to, &state);
    if (report.events != events || report.left_out || state.lost != lost)
        printf("\n    %s: %llu events, %llu left out, %llu lost", name,
               (unsigned long long)report.events,
               (unsigned long long)report.left_out,
               (unsigned long long)state.lost);
    CU_ASSERT_EQUAL(report.events, events);
    CU_ASSERT_EQUAL(report.left_out, 0);
    CU_ASSERT_EQUAL(report.state.repeated, 0);
    CU_ASSERT_EQUAL(state.lost, lost);
}

#define HEADER "{\"tape\":1,\"id\":\"x\"}\n"

static void lines_in_any_order_are_all_recovered(void)
{
    char order[] = "123456";

    do {
        struct td_buf text = {0};

        (void)td_buf_add_text(&text, HEADER);
        for (size_t i = 0; order[i]; i++)
            add_numbered(&text, (unsigned)(order[i] - '0'));
        all_are_recovered(order, &text, 6, 0);
    } while (next_order(order, strlen(order)));
    CU_ASSERT_STRING_EQUAL(order, "654321");
}

/* More gaps than are kept. */
static void many_lines_out_of_order_are_all_recovered(void)
{
    const unsigned most = 4 * (unsigned)TAPE_GAPS_MOST;
    struct td_buf odd = {0};
    struct td_buf inward = {0};
    struct td_buf back = {0};

    (void)td_buf_add_text(&odd, HEADER);
    for (unsigned i = 0; i < most; i++)
        add_numbered(&odd, i < most / 2 ? 2 * i + 1 : 2 * (i - most / 2) + 2);
    all_are_recovered("odd ones first", &odd, most, 0);
    (void)td_buf_add_text(&inward, HEADER);
    for (unsigned i = 0; i < most / 2; i++) {
        add_numbered(&inward, i + 1);
        add_numbered(&inward, most - i);
    }
    all_are_recovered("from both ends", &inward, most, 0);
    for (unsigned i = 0; i < most; i++)
        add_numbered(&back, most - i);
    all_are_recovered("backwards, no header", &back, most, 0);
}

CU_TestInfo tape_line_order_tests[] = {
    {"lines out of order are told", lines_out_of_order_are_told},
    {"lines in any order are all recovered",
     lines_in_any_order_are_all_recovered},
    {"many lines out of order are all recovered",
     many_lines_out_of_order_are_all_recovered},
    CU_TEST_INFO_NULL,
};
