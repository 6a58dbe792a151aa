/* What belongs to what on a recorded talk, and when it comes again. */
#include "replayer/answer/talk.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define S UINT64_C(1000)

static const char *const both[] = {"in", "out"};

struct spoken {
    uint64_t at_ns;
    enum td_dir dir;
    const char *json;
};

/* One answer, to a question that was put before another one was. */
static const struct spoken talk_lines[] = {
    {1 * S, TD_DIR_OUT, "{\"method\":\"hello\"}"},
    {2 * S, TD_DIR_IN,
     "{\"id\":1,\"method\":\"a\",\"params\":{\"_meta\":{"
     "\"progressToken\":\"p\"}}}"},
    {3 * S, TD_DIR_IN, "{\"id\":2,\"method\":\"b\"}"},
    {4 * S, TD_DIR_OUT,
     "{\"method\":\"notifications/progress\",\"params\":{"
     "\"progressToken\":\"p\"}}"},
    {5 * S, TD_DIR_OUT, "{\"method\":\"note\"}"},
    {6 * S, TD_DIR_OUT, "{\"id\":9,\"method\":\"ask\"}"},
    {20 * S, TD_DIR_IN, "{\"id\":9,\"result\":1}"},
    {23 * S, TD_DIR_OUT, "{\"id\":2,\"result\":\"b\"}"},
    {30 * S, TD_DIR_OUT, "{\"id\":1,\"result\":\"a\"}"},
    {31 * S, TD_DIR_OUT, "{\"method\":\"after\"}"},
    {40 * S, TD_DIR_IN, "{\"id\":3,\"method\":\"c\"}"},
};

/* By turn: nobody's, a, b, c. */
static const struct {
    uint32_t turn;
    uint64_t at_ns;
    uint64_t gap_ns;
    bool gated;
    bool answer;
} wanted[] = {
    {0, 1 * S, 1 * S, false, false},  {1, 4 * S, 2 * S, false, false},
    {1, 30 * S, 26 * S, false, true}, {1, 31 * S, 1 * S, false, false},
    {2, 5 * S, 2 * S, false, false},  {2, 6 * S, 1 * S, false, false},
    {2, 23 * S, 3 * S, true, true},
};

static void write_tape(char *path)
{
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    size_t len = sizeof(talk_lines) / sizeof(talk_lines[0]);

    fprintf(file, "{\"tape\":1,\"id\":\"t\",\"clock\":\"monotonic\"}\n");
    for (size_t i = 0; i < len; i++)
        fprintf(file,
                "{\"s\":%zu,\"t\":%lu,\"d\":\"%s\",\"c\":1,\"json\":%s}\n",
                i + 1, (unsigned long)talk_lines[i].at_ns,
                both[talk_lines[i].dir], talk_lines[i].json);
    fprintf(file,
            "{\"s\":%zu,\"t\":50000,\"d\":\"out\",\"c\":1,\"k\":\"close\","
            "\"json\":{\"reason\":\"exit status 3\",\"status\":3,\"framing\":"
            "\"headers\"}}\n{\"end\":{\"events\":%zu}}\n",
            len + 1, len + 1);
    (void)fclose(file);
}

static void every_line_is_somebodys(void)
{
    char path[] = "/tmp/td_talk_XXXXXX";
    struct play_talk talk = {0};
    size_t len = sizeof(wanted) / sizeof(wanted[0]);

    write_tape(path);
    CU_ASSERT_EQUAL_FATAL(play_talk_load(&talk, path, NULL), TD_OK);
    (void)unlink(path);
    CU_ASSERT_EQUAL(talk.turns_len, 4);
    CU_ASSERT_EQUAL(talk.exchanges, 3);
    CU_ASSERT_EQUAL_FATAL(talk.lines_len, len);
    for (uint32_t i = 0; i < len; i++) {
        CU_ASSERT_EQUAL(talk.lines[i].turn, wanted[i].turn);
        CU_ASSERT_EQUAL(talk.lines[i].at_ns, wanted[i].at_ns);
        CU_ASSERT_EQUAL(talk.lines[i].gap_ns, wanted[i].gap_ns);
        CU_ASSERT_EQUAL(talk.lines[i].gate != PLAY_NONE, wanted[i].gated);
        CU_ASSERT_EQUAL(talk.lines[i].is_answer, wanted[i].answer);
    }
    CU_ASSERT(talk.headers);
    CU_ASSERT(talk.turns[3].last);
    CU_ASSERT_EQUAL(talk.turns[3].end_gap_ns, 10 * S);
    CU_ASSERT_EQUAL(talk.end_status, 3);
    play_talk_release(&talk);
}

CU_TestInfo replayer_answer_talk_tests[] = {
    {"every line is somebody's", every_line_is_somebodys},
    CU_TEST_INFO_NULL,
};
