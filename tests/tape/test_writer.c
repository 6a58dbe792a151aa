/* What is written can be read, whole, by anything that reads gzip. */
#include "core/mem.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"

#include "tape/line.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static void a_tape_gives_back_what_was_put_on_it(void)
{
    static const size_t members[] = {1, 1000, 0};

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const char *path = test_path("plain.tape.gz");
        struct tape_state state;

        test_tape(path, 5000, members[i]);
        CU_ASSERT_EQUAL(test_count_events(path, &state), 5000);
        CU_ASSERT(state.indexed);
        CU_ASSERT(state.ended);
        CU_ASSERT_FALSE(state.torn);
        CU_ASSERT_EQUAL(state.segments, 1);
        CU_ASSERT_EQUAL(state.bad_members, 0);
        CU_ASSERT_EQUAL(state.bad_lines, 0);
        CU_ASSERT_EQUAL(state.missing, 0);
    }
}

static void equal_input_gives_equal_bytes(void)
{
    struct td_buf a;
    struct td_buf b;

    test_tape(test_path("a.tape.gz"), 3000, 20000);
    test_tape(test_path("b.tape.gz"), 3000, 20000);
    test_read_file(test_path("a.tape.gz"), &a);
    test_read_file(test_path("b.tape.gz"), &b);
    CU_ASSERT(td_bytes_equal(td_buf_bytes(&a), td_buf_bytes(&b)));
    td_buf_release(&a);
    td_buf_release(&b);
}

/* So much at once that the second thread deflates ahead. */
static void write_burst(const char *path, bool one_thread)
{
    struct tape_options options = test_tape_options();
    struct tape_writer *writer;
    struct td_error err = {0};

    options.one_thread = one_thread;
    options.member_text = 64 * 1024;
    options.member_ns = TD_NEVER;
    CU_ASSERT_FATAL(!tape_writer_open(&writer, path, &options, &err));
    for (uint64_t n = 1; n <= 100000; n++) {
        struct td_event ev = test_tick(n);

        CU_ASSERT_FATAL(!tape_writer_put(writer, &ev, &err));
    }
    CU_ASSERT(!tape_writer_close(writer, TAPE_END_CLEAN, NULL, &err));
}

static void threads_give_the_same_bytes(void)
{
    struct td_buf alone;
    struct td_buf burst;

    write_burst(test_path("a.tape.gz"), true);
    test_read_file(test_path("a.tape.gz"), &alone);
    for (int i = 0; i < 5; i++) {
        write_burst(test_path("b.tape.gz"), false);
        test_read_file(test_path("b.tape.gz"), &burst);
        CU_ASSERT(td_bytes_equal(td_buf_bytes(&alone), td_buf_bytes(&burst)));
        td_buf_release(&burst);
    }
    td_buf_release(&alone);
}

static void two_writers_cannot_have_one_tape(void)
{
    struct tape_options options = test_tape_options();
    const char *path = test_path("locked.tape.gz");
    struct tape_writer *first;
    struct tape_writer *second;
    struct td_error err = {0};

    CU_ASSERT_EQUAL_FATAL(tape_writer_open(&first, path, &options, &err),
                          TD_OK);
    CU_ASSERT_EQUAL(tape_writer_open(&second, path, &options, &err), TD_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.where, "locked.tape.gz"));
    CU_ASSERT(err.hint[0] != '\0');
    CU_ASSERT_EQUAL(tape_writer_close(first, TAPE_END_CLEAN, NULL, &err),
                    TD_OK);
    options.overwrite = false;
    CU_ASSERT_EQUAL(tape_writer_open(&second, path, &options, &err), TD_IO);
    CU_ASSERT(err.hint[0] != '\0');
}

static void append_makes_a_further_segment(void)
{
    struct tape_options options = test_tape_options();
    const char *path = test_path("append.tape.gz");
    struct tape_writer *writer;
    struct tape_state state;
    struct td_error err = {0};
    struct td_event ev;

    test_tape(path, 100, 0);
    ev = test_tick(3);
    options.append = true;
    CU_ASSERT_EQUAL_FATAL(tape_writer_open(&writer, path, &options, &err),
                          TD_OK);
    CU_ASSERT_EQUAL(tape_writer_put(writer, &ev, &err), TD_OK);
    CU_ASSERT_EQUAL(tape_writer_close(writer, TAPE_END_CLEAN, NULL, &err),
                    TD_OK);
    CU_ASSERT_EQUAL(test_count_events(path, &state), 101);
    CU_ASSERT_EQUAL(state.segments, 2);
    CU_ASSERT(state.indexed);
    CU_ASSERT(state.ended);
    CU_ASSERT_EQUAL(state.missing, 0);
}

static void what_was_flushed_can_be_read_while_it_is_written(void)
{
    struct tape_options options = test_tape_options();
    const char *path = test_path("live.tape.gz");
    struct tape_writer *writer;
    struct tape_state state;
    struct td_error err = {0};

    options.one_thread = false;
    CU_ASSERT_EQUAL_FATAL(tape_writer_open(&writer, path, &options, &err),
                          TD_OK);
    for (uint64_t n = 1; n <= 20; n++) {
        struct td_event ev = test_tick(n);

        CU_ASSERT_EQUAL(tape_writer_put(writer, &ev, &err), TD_OK);
        CU_ASSERT_EQUAL(tape_writer_flush(writer, &err), TD_OK);
        CU_ASSERT_EQUAL(test_count_events(path, &state), n);
        CU_ASSERT(state.torn);
        CU_ASSERT_EQUAL(state.bad_members + state.bad_lines, 0);
    }
    CU_ASSERT_EQUAL(tape_writer_close(writer, TAPE_END_CLEAN, NULL, &err),
                    TD_OK);
    CU_ASSERT_EQUAL(test_count_events(path, &state), 20);
    CU_ASSERT_FALSE(state.torn);
    CU_ASSERT_EQUAL(state.members, 3);
}

static void a_disk_that_is_full_is_said_once_with_the_path(void)
{
    struct tape_options options = test_tape_options();
    struct tape_writer *writer;
    struct td_error err = {0};

    options.append = true;
    CU_ASSERT_EQUAL(tape_writer_open(&writer, "/dev/full", &options, &err),
                    TD_IO);
    CU_ASSERT_STRING_EQUAL(err.where, "/dev/full");
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "No space left"));
    CU_ASSERT(err.hint[0] != '\0');
}

/* A limit on the size of files stands in for a disk that fills up while the
 * tape is written.
 */
static void nothing_flushed_is_lost_when_the_disk_fills_up(void)
{
    struct tape_options options = test_tape_options();
    const char *path = test_path("full.tape.gz");
    struct rlimit old;
    struct tape_writer *writer;
    struct tape_state state;
    struct td_error err = {0};
    enum td_code code = TD_OK;
    uint64_t flushed = 0;

    CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &old), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    options.one_thread = false;
    CU_ASSERT_EQUAL_FATAL(tape_writer_open(&writer, path, &options, &err),
                          TD_OK);
    {
        struct rlimit small = {.rlim_cur = 20000, .rlim_max = old.rlim_max};

        CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &small), 0);
    }
    for (uint64_t n = 1; n <= 100000 && !code; n++) {
        struct td_event ev = test_tick(n);

        code = tape_writer_put(writer, &ev, &err);
        if (!code && n % 50 == 0 && !(code = tape_writer_flush(writer, &err)))
            flushed = n;
    }
    CU_ASSERT_EQUAL(code, TD_IO);
    CU_ASSERT_STRING_EQUAL(err.where, path);
    CU_ASSERT(err.hint[0] != '\0');
    CU_ASSERT_EQUAL(tape_writer_close(writer, TAPE_END_ERROR, NULL, &err),
                    TD_IO);
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &old), 0);
    (void)signal(SIGXFSZ, SIG_DFL);
    CU_ASSERT(flushed > 0);
    CU_ASSERT(test_count_events(path, &state) >= flushed);
    CU_ASSERT(state.torn);
    CU_ASSERT_EQUAL(state.bad_members + state.bad_lines, 0);
}

/* 100 MB in one message, and one byte more than a tape takes. */
static void a_message_of_100_mb_is_kept_whole(void)
{
    struct tape_options options = test_tape_options();
    const char *path = test_path("huge.tape.gz");
    size_t len = 100 * 1024 * 1024;
    uint8_t *bytes = (uint8_t *)td_calloc(TAPE_PAYLOAD_MAX + 1, 1);
    struct td_event ev = {.form = TD_FORM_BYTES,
                          .payload = td_bytes(bytes, len)};
    struct tape_writer *writer;
    struct tape_reader *reader;
    struct td_error err = {0};

    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(i * i >> 7);
    CU_ASSERT_EQUAL_FATAL(tape_writer_open(&writer, path, &options, &err),
                          TD_OK);
    CU_ASSERT_EQUAL(tape_writer_put(writer, &ev, &err), TD_OK);
    ev.payload.len = TAPE_PAYLOAD_MAX + 1;
    CU_ASSERT_EQUAL(tape_writer_put(writer, &ev, &err), TD_LIMIT);
    CU_ASSERT(err.hint[0] != '\0');
    CU_ASSERT_EQUAL(tape_writer_close(writer, TAPE_END_CLEAN, NULL, &err),
                    TD_OK);
    CU_ASSERT_EQUAL_FATAL(tape_reader_open(&reader, path, NULL, &err), TD_OK);
    CU_ASSERT_EQUAL_FATAL(tape_reader_next(reader, &ev, &err), TD_OK);
    CU_ASSERT(td_bytes_equal(ev.payload, td_bytes(bytes, len)));
    CU_ASSERT_EQUAL(tape_reader_next(reader, &ev, &err), TD_END);
    CU_ASSERT_FALSE(tape_reader_state(reader).torn);
    tape_reader_close(reader);
    free(bytes);
}

CU_TestInfo tape_writer_tests[] = {
    {"a tape gives back what was put on it",
     a_tape_gives_back_what_was_put_on_it},
    {"equal input gives equal bytes", equal_input_gives_equal_bytes},
    {"threads give the same bytes", threads_give_the_same_bytes},
    {"two writers cannot have one tape", two_writers_cannot_have_one_tape},
    {"append makes a further segment", append_makes_a_further_segment},
    {"what was flushed can be read while it is written",
     what_was_flushed_can_be_read_while_it_is_written},
    {"a disk that is full is said once, with the path",
     a_disk_that_is_full_is_said_once_with_the_path},
    {"nothing flushed is lost when the disk fills up",
     nothing_flushed_is_lost_when_the_disk_fills_up},
    {"a message of 100 MB is kept whole", a_message_of_100_mb_is_kept_whole},
    CU_TEST_INFO_NULL,
};
