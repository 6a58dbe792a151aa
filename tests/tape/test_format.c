/* The specification says what the code does: its example is a real tape. */
#include "tests/suites.h"
#include "tests/support/tapes.h"

#include <stdio.h>
#include <stdlib.h>

#define HEX_COLUMN 10 /* where the bytes of a row begin */
#define ROW_BYTES  16

static void example_tape(struct td_buf *out)
{
    struct tape_options options = test_tape_options();
    const char *path = test_path("example.tape.gz");
    struct tape_writer *writer;
    struct td_event ev = {
        .at_ns = 1500,
        .conn = 1,
        .dir = TD_DIR_OUT,
        .form = TD_FORM_JSON,
        .name = td_text("pong"),
        .payload = td_text("[\"pong\",1.10]"),
    };

    options.id = "example";
    options.source = NULL;
    options.stored = true;
    CU_ASSERT_EQUAL_FATAL(tape_writer_open(&writer, path, &options, NULL),
                          TD_OK);
    CU_ASSERT_EQUAL(tape_writer_put(writer, &ev, NULL), TD_OK);
    CU_ASSERT_EQUAL(tape_writer_close(writer, TAPE_END_CLEAN, NULL, NULL),
                    TD_OK);
    test_read_file(path, out);
}

/* "00000010: 1f 8b ...  text": the bytes of one row. */
static void add_row(struct td_buf *out, const char *row, const char *end)
{
    const char *at = row + HEX_COLUMN;

    for (int i = 0; i < ROW_BYTES && at + 2 <= end && at[0] != ' '; i++) {
        char digits[3] = {at[0], at[1], '\0'};

        (void)td_buf_add_byte(out, (uint8_t)strtoul(digits, NULL, 16));
        at += 3;
    }
}

static void hex_block(const char *text, struct td_buf *out)
{
    const char *row = strstr(text, "```hex\n");

    memset(out, 0, sizeof(*out));
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    for (row = strchr(row, '\n') + 1; *row != '`'; row = strchr(row, '\n') + 1)
        add_row(out, row, strchr(row, '\n'));
}

static void the_example_of_the_specification_is_what_is_written(void)
{
    struct td_buf doc;
    struct td_buf said;
    struct td_buf tape;

    example_tape(&tape);
    test_read_file(TD_SOURCE_DIR "/docs/tape-format.md", &doc);
    hex_block(td_buf_str(&doc), &said);
    CU_ASSERT_EQUAL(said.len, tape.len);
    CU_ASSERT(td_bytes_equal(td_buf_bytes(&said), td_buf_bytes(&tape)));
    td_buf_release(&doc);
    td_buf_release(&said);
    td_buf_release(&tape);
}

CU_TestInfo tape_format_tests[] = {
    {"the example of the specification is what is written",
     the_example_of_the_specification_is_what_is_written},
    CU_TEST_INFO_NULL,
};
