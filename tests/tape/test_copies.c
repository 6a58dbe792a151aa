/* Recordings that stand in a file more than once, and what recover keeps. */
#include "core/hash.h"
#include "tape/member.h"
#include "tape/rewrite.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"

#include <stdio.h>
#include <string.h>

#define EVENTS 32

/* Members: 0 header, 1 to 8 of 4 events each, 9 end, 10 index, 11 footer. */
#define WHOLE "abcdefghijkl"

static void make(const char *path, struct td_buf *tape, size_t at[14])
{
    size_t len = 0;

    test_tape(path, EVENTS, 500);
    test_read_file(path, tape);
    for (at[0] = 0; at[len] < tape->len; len++)
        at[len + 1] = at[len] + tape_get32(tape->ptr + at[len] + 20);
    CU_ASSERT_EQUAL_FATAL(len, strlen(WHOLE));
}

/* The file of the members that the letters stand for; "~" changes a byte of
 * what the one before it holds.
 */
static void put_together(const char *path, const char *letters)
{
    size_t at[14];
    struct td_buf tape = {0};
    struct td_buf out = {0};

    make(test_path("whole.tape.gz"), &tape, at);
    for (; *letters; letters++) {
        size_t i = (size_t)(*letters - 'a');

        if (*letters == '~')
            out.ptr[out.len - 20] ^= 0x55;
        else
            (void)td_buf_add(&out, tape.ptr + at[i], at[i + 1] - at[i]);
    }
    test_write_file(path, td_buf_bytes(&out));
    td_buf_release(&out);
    td_buf_release(&tape);
}

static struct td_buf end_of(const char *path)
{
    struct tape_reader *reader;
    struct td_event ev;
    struct td_buf end = {0};

    CU_ASSERT_FATAL(!tape_reader_open(&reader, path, NULL, NULL));
    while (!tape_reader_next(reader, &ev, NULL))
        ;
    (void)td_buf_add_bytes(&end, tape_reader_end(reader));
    tape_reader_close(reader);
    return end;
}

static void of_copies_the_one_that_has_all_is_kept(void)
{
    static const struct {
        const char *name;
        const char *members;
        uint64_t events;
        uint64_t copies;
        uint64_t left_out;
        uint64_t twice; /* of the fresh tape */
        uint64_t lost;
        bool clean; /* its end is that of the recording */
    } rows[] = {
        {"two of a kind", WHOLE WHOLE, 32, 1, 32, 0, 0, true},
        {"three of a kind", WHOLE WHOLE WHOLE, 32, 2, 64, 0, 0, true},
        {"a torn one first", "abcd" WHOLE, 32, 1, 12, 0, 0, true},
        {"a torn one last", WHOLE "abcd", 32, 1, 12, 0, 0, true},
        {"two torn ones",
         "abc"
         "abcd",
         12, 1, 8, 0, 0, false},
        {"torn ones around", "abc" WHOLE "abcde", 32, 2, 24, 0, 0, true},
        {"a header alone", "a" WHOLE, 32, 1, 0, 0, 0, true},
        {"without its end", "abcdefghi" WHOLE, 32, 1, 32, 0, 0, true},
        {"its end only behind", WHOLE "abcdefghi", 32, 1, 32, 0, 0, true},
        {"each has what the other has not", "abc~d" WHOLE, 40, 0, 0, 1, 4,
         true},
    };
    const char *path = test_path("copies.tape.gz");
    const char *to = test_path("kept.tape.gz");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct tape_rewrite how = {.kind = TAPE_REWRITE_MEND,
                                         .from = path,
                                         .to = to,
                                         .overwrite = true};
        struct tape_rewritten got;
        struct tape_state state;
        struct td_buf end;
        uint64_t given;

        put_together(path, rows[i].members);
        CU_ASSERT_EQUAL_FATAL(tape_rewrite(&how, &got, NULL), TD_OK);
        given = test_count_events(to, &state);
        if (got.events != rows[i].events || got.copies != rows[i].copies ||
            got.left_out != rows[i].left_out)
            printf("\n    %s: %llu events, %llu copies, %llu left out",
                   rows[i].name, (unsigned long long)got.events,
                   (unsigned long long)got.copies,
                   (unsigned long long)got.left_out);
        CU_ASSERT_EQUAL(got.events, rows[i].events);
        CU_ASSERT_EQUAL(got.copies, rows[i].copies);
        CU_ASSERT_EQUAL(got.left_out, rows[i].left_out);
        CU_ASSERT(got.state.twice > 0);
        CU_ASSERT(given >= rows[i].events);
        CU_ASSERT_EQUAL(state.twice, rows[i].twice);
        CU_ASSERT_EQUAL(state.lost, rows[i].lost);
        end = end_of(to);
        CU_ASSERT_EQUAL(strstr(td_buf_str(&end), "\"clean\"") != NULL,
                        rows[i].clean);
        CU_ASSERT_EQUAL(strstr(td_buf_str(&end), " left out") != NULL,
                        rows[i].left_out > 0);
        td_buf_release(&end);
    }
}

/* Of these two lines the hash for tables in memory is the same: who writes what
 * is recorded can make such lines in no time.
 */
#define HEADER                                                                 \
    "{\"tape\":1,\"id\":\"2c3491e8-c5b9-4e7d-8c6c-d35bfac90fb1\","             \
    "\"start\":\"2026-11-30T13:27:38.000000000Z\",\"source\":\"-\"}\n"
#define ONE                                                                    \
    "{\"s\":1,\"t\":0,\"d\":\"in\",\"c\":1,\"text\":\"wt99nyz7oz7onw\"}\n"
#define OTHER                                                                  \
    "{\"s\":1,\"t\":0,\"d\":\"in\",\"c\":1,\"text\":\"zaI689eZ574jsp\"}\n"
#define END "{\"end\":{\"how\":\"clean\",\"events\":1,\"last\":0,\"lost\":0}}\n"

static void lines_that_were_made_to_collide_are_two(void)
{
    static const char *const texts[] = {
        HEADER ONE END HEADER OTHER END, /* copies that differ */
        ONE OTHER,                       /* recordings without headers */
    };
    const char *path = test_path("collide.ndjson");
    const char *to = test_path("both.tape.gz");
    const struct tape_rewrite how = {
        .kind = TAPE_REWRITE_MEND, .from = path, .to = to, .overwrite = true};
    const struct td_bytes one = td_bytes(ONE, sizeof(ONE) - 2);
    const struct td_bytes other = td_bytes(OTHER, sizeof(OTHER) - 2);

    CU_ASSERT_EQUAL_FATAL(td_hash(one), td_hash(other));
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct tape_rewritten got;

        test_write_file(path, td_text(texts[i]));
        CU_ASSERT_EQUAL_FATAL(tape_rewrite(&how, &got, NULL), TD_OK);
        CU_ASSERT_EQUAL(got.events, 2);
        CU_ASSERT_EQUAL(got.copies, 0);
        CU_ASSERT_EQUAL(got.left_out, 0);
    }
}

CU_TestInfo tape_copies_tests[] = {
    {"of copies the one that has all is kept",
     of_copies_the_one_that_has_all_is_kept},
    {"lines that were made to collide are two",
     lines_that_were_made_to_collide_are_two},
    CU_TEST_INFO_NULL,
};
