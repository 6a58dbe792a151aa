/* One event in, one line out, and back; or the offset of the first wrong byte.
 */
#include "tape/line.h"
#include "tests/suites.h"

#include <stdio.h>

#define HEAD "{\"s\":7,\"t\":1500,\"d\":\"out\",\"c\":2"
#define PING HEAD ",\"ev\":\"ping\""

static struct td_event plain(enum td_form form, struct td_bytes payload)
{
    return (struct td_event){.seq = 7,
                             .at_ns = 1500,
                             .conn = 2,
                             .dir = TD_DIR_OUT,
                             .form = form,
                             .payload = payload};
}

static bool same_event(const struct td_event *a, const struct td_event *b)
{
    return a->seq == b->seq && a->at_ns == b->at_ns && a->conn == b->conn &&
           a->dir == b->dir && a->form == b->form && a->cut == b->cut &&
           a->exchange == b->exchange && td_bytes_equal(a->kind, b->kind) &&
           td_bytes_equal(a->ns, b->ns) && td_bytes_equal(a->id, b->id) &&
           td_bytes_equal(a->ack, b->ack) && td_bytes_equal(a->name, b->name) &&
           td_bytes_equal(a->att, b->att) &&
           td_bytes_equal(a->payload, b->payload);
}

static void encode_writes_the_keys_in_their_order(void)
{
    struct td_event ev = plain(TD_FORM_JSON, td_text("[1.10]"));
    struct td_event back;
    struct td_buf out = {0};
    struct td_buf scratch = {0};

    CU_ASSERT_EQUAL(tape_line_encode(&out, &ev), TD_OK);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), HEAD ",\"json\":[1.10]}\n");
    ev.kind = td_text("open");
    ev.ns = td_text("/chat");
    ev.id = td_text("\"a\"");
    ev.ack = td_text("12");
    ev.name = td_text("a\\\"b");
    ev.att = td_text("[\"AAE=\"]");
    ev.cut = 9;
    ev.exchange = 31;
    td_buf_clear(&out);
    CU_ASSERT_EQUAL(tape_line_encode(&out, &ev), TD_OK);
    CU_ASSERT_STRING_EQUAL(
        td_buf_str(&out),
        HEAD ",\"x\":31,\"k\":\"open\",\"ns\":\"/"
             "chat\",\"id\":\"a\",\"ack\":12,\"ev\":"
             "\"a\\\"b\",\"att\":[\"AAE=\"],\"cut\":9,\"json\":[1.10]}\n");
    CU_ASSERT_EQUAL(tape_line_parse(&back, td_bytes(out.ptr, out.len - 1),
                                    &scratch, true, NULL),
                    TD_OK);
    CU_ASSERT(same_event(&ev, &back));
    td_buf_release(&out);
    td_buf_release(&scratch);
}

/* What a peer may send, and what must come back. */
static void every_payload_comes_back_byte_for_byte(void)
{
#define ROW(form, literal)                                                     \
    {                                                                          \
        form, literal, sizeof(literal) - 1                                     \
    }
    static const struct {
        enum td_form form;
        const char *bytes;
        size_t len;
    } rows[] = {
        ROW(TD_FORM_JSON, "null"),
        ROW(TD_FORM_JSON, "1.10"),
        ROW(TD_FORM_JSON, "-0"),
        ROW(TD_FORM_JSON, "9007199254740993"),
        ROW(TD_FORM_JSON, "{\"a\":1,\"a\":2}"),
        ROW(TD_FORM_JSON, "{\"a\": \"\\/\\ud800\\u0000\"}"),
        ROW(TD_FORM_JSON, "\"\xe2\x80\xa8\xe2\x80\xa9\""),
        ROW(TD_FORM_JSON, "[1e400,-1E-400,1e2]"),
        ROW(TD_FORM_JSON, "\"}\""),
        ROW(TD_FORM_JSON, "\"\\\"}\""),
        ROW(TD_FORM_TEXT, ""),
        ROW(TD_FORM_TEXT, "[1,"),
        ROW(TD_FORM_TEXT, "{\n  \"pretty\": [\r\n]\n}"),
        ROW(TD_FORM_TEXT, "\"quoted\" \\ \b\f\n\r\t \x01\x1f\x7f"),
        ROW(TD_FORM_TEXT, "\\ud800 \\u0000 \\n"),
        ROW(TD_FORM_TEXT, "nul\0nul"),
        ROW(TD_FORM_TEXT, "\xf0\x9f\x98\x80 \xe2\x80\xa8 \xef\xbb\xbf"),
        ROW(TD_FORM_BYTES, ""),
        ROW(TD_FORM_BYTES, "\0"),
        ROW(TD_FORM_BYTES, "\xff\xfe\xed\xa0\x80"),
        ROW(TD_FORM_BYTES, "any text"),
    };
#undef ROW
    struct td_buf out = {0};
    struct td_buf scratch = {0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_event ev =
            plain(rows[i].form, td_bytes(rows[i].bytes, rows[i].len));
        struct td_event back;

        td_buf_clear(&out);
        CU_ASSERT_EQUAL_FATAL(tape_line_encode(&out, &ev), TD_OK);
        CU_ASSERT_PTR_NULL(memchr(out.ptr, '\n', out.len - 1));
        for (int check = 0; check < 2; check++) {
            CU_ASSERT_EQUAL_FATAL(
                tape_line_parse(&back, td_bytes(out.ptr, out.len - 1), &scratch,
                                check, NULL),
                TD_OK);
            if (!same_event(&ev, &back))
                printf("\n    row %zu: %.*s", i, (int)out.len, out.ptr);
            CU_ASSERT(same_event(&ev, &back));
        }
    }
    td_buf_release(&out);
    td_buf_release(&scratch);
}

static void text_that_is_not_utf8_is_kept_as_bytes(void)
{
    struct td_event ev = plain(TD_FORM_TEXT, td_text("a\xff"));
    struct td_event back;
    struct td_buf out = {0};
    struct td_buf scratch = {0};

    CU_ASSERT_EQUAL_FATAL(tape_line_encode(&out, &ev), TD_OK);
    CU_ASSERT_EQUAL_FATAL(tape_line_parse(&back, td_bytes(out.ptr, out.len - 1),
                                          &scratch, true, NULL),
                          TD_OK);
    CU_ASSERT_EQUAL(back.form, TD_FORM_BYTES);
    CU_ASSERT(td_bytes_equal(back.payload, ev.payload));
    td_buf_release(&out);
    td_buf_release(&scratch);
}

static void parse_passes_over_keys_of_later_versions(void)
{
    static const char *const lines[] = {
        HEAD ",\"zz\":1,\"json\":[1]}",
        HEAD ",\"zz\":{\"json\":[\"}\\\"\"]},\"yy\":\",\",\"json\":[1]}",
        PING ",\"zz\":null,\"json\":[1]}",
    };
    struct td_buf scratch = {0};

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct td_event ev;

        CU_ASSERT_EQUAL(
            tape_line_parse(&ev, td_text(lines[i]), &scratch, true, NULL),
            TD_OK);
        CU_ASSERT(td_bytes_is(ev.payload, "[1]"));
    }
    td_buf_release(&scratch);
}

static void parse_refuses_a_bad_line_and_says_where(void)
{
    static const struct {
        const char *name;
        const char *line;
        uint64_t offset; /* bytes */
    } rows[] = {
        {"empty", "", 0},
        {"sequence 0", "{\"s\":0,\"t\":1}", 5},
        {"leading zero", "{\"s\":07,\"t\":1}", 5},
        {"time below 0", "{\"s\":7,\"t\":-1}", 11},
        {"time of 2^53", "{\"s\":7,\"t\":9007199254740992}", 11},
        {"time of 10^30", "{\"s\":7,\"t\":1000000000000000000000000000000}",
         11},
        {"unknown direction", "{\"s\":7,\"t\":1,\"d\":\"up\"}", 12},
        {"no payload", PING "}", 43},
        {"payload cut off", PING ",\"json\":[1}", 51},
        {"payload empty", PING ",\"json\":}", 51},
        {"spaces around", PING ",\"json\": 1}", 51},
        {"two payloads", PING ",\"text\":\"\",\"b64\":\"\"}", 53},
        {"second payload", PING ",\"json\":1,\"b64\":\"\"}", 51},
        {"text without end", PING ",\"text\":\"a}", 52},
        {"wrong base64", PING ",\"b64\":\"A\"}", 51},
        {"bytes behind the end", PING ",\"text\":\"\"} ", 54},
        {"a control byte", PING ",\"text\":\"\x01\"}", 52},
    };
    struct td_buf scratch = {0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_event ev;
        struct td_error err = {0};
        enum td_code code =
            tape_line_parse(&ev, td_text(rows[i].line), &scratch, true, &err);

        if (code != TD_FORMAT || err.offset != rows[i].offset)
            printf("\n    row \"%s\": %s at %llu\n", rows[i].name,
                   td_code_text(code), (unsigned long long)err.offset);
        CU_ASSERT_EQUAL(code, TD_FORMAT);
        CU_ASSERT_EQUAL(err.offset, rows[i].offset);
    }
    td_buf_release(&scratch);
}

#define LONG                                                                   \
    "\"a payload long enough that the reader may look at many bytes at once, " \
    "wherever it is\""

/* Short lines and long ones are looked at in different ways. */
static void numbers_are_read_alike_in_short_and_long_lines(void)
{
    static const struct {
        const char *start;
        uint64_t seq, at_ns, conn;
        uint64_t offset; /* bytes; 0 = it is right */
    } rows[] = {
        {"{\"s\":1,\"t\":0,\"d\":\"in\",\"c\":0", 1, 0, 0, 0},
        {"{\"s\":12345678,\"t\":1234567,\"d\":\"out\",\"c\":12", 12345678,
         1234567, 12, 0},
        {"{\"s\":123456789,\"t\":123456789012345,\"d\":\"in\",\"c\":7",
         123456789, 123456789012345, 7, 0},
        {"{\"s\":9007199254740991,\"t\":9007199254740991,\"d\":\"out\","
         "\"c\":4294967295",
         TAPE_INT_MAX, TAPE_INT_MAX, UINT32_MAX, 0},
        {"{\"s\":0,\"t\":0,\"d\":\"in\",\"c\":0", 0, 0, 0, 5},
        {"{\"s\":,\"t\":0,\"d\":\"in\",\"c\":0", 0, 0, 0, 5},
        {"{\"s\":01,\"t\":0,\"d\":\"in\",\"c\":0", 0, 0, 0, 5},
        {"{\"s\":9007199254740992,\"t\":0,\"d\":\"in\",\"c\":0", 0, 0, 0, 5},
        {"{\"s\":10000000000000000,\"t\":0,\"d\":\"in\",\"c\":0", 0, 0, 0, 5},
        {"{\"s\":7,\"t\":,\"d\":\"in\",\"c\":0", 0, 0, 0, 11},
        {"{\"s\":7,\"t\":00,\"d\":\"in\",\"c\":0", 0, 0, 0, 11},
        {"{\"s\":7,\"t\":9007199254740992,\"d\":\"in\",\"c\":0", 0, 0, 0, 11},
        {"{\"s\":7,\"t\":12x,\"d\":\"in\",\"c\":0", 0, 0, 0, 13},
        {"{\"s\":7,\"t\":1,\"d\":\"in\",\"c\":", 0, 0, 0, 26},
        {"{\"s\":7,\"t\":1,\"d\":\"in\",\"c\":01", 0, 0, 0, 26},
        {"{\"s\":7,\"t\":1,\"d\":\"in\",\"c\":4294967296", 0, 0, 0, 26},
    };
    static const char *const rests[] = {",\"json\":1}", ",\"json\":" LONG "}"};
    char line[256];
    struct td_buf scratch = {0};

    for (size_t i = 0; i < 4 * sizeof(rows) / sizeof(rows[0]); i++) {
        size_t row = i / 4;
        struct td_event ev;
        struct td_error err = {0};
        enum td_code code;

        (void)snprintf(line, sizeof(line), "%s%s", rows[row].start,
                       rests[i % 2]);
        code = tape_line_parse(&ev, td_text(line), &scratch, i / 2 % 2, &err);
        if (err.offset != rows[row].offset)
            printf("\n    %s: at %llu", line, (unsigned long long)err.offset);
        CU_ASSERT_EQUAL(code, rows[row].offset ? TD_FORMAT : TD_OK);
        CU_ASSERT_EQUAL(err.offset, rows[row].offset);
        CU_ASSERT(code ||
                  (ev.seq == rows[row].seq && ev.at_ns == rows[row].at_ns &&
                   ev.conn == rows[row].conn));
    }
    td_buf_release(&scratch);
}

static void a_name_of_any_length_ends_at_its_own_quote(void)
{
    static const char text[] =
        "a_name_that_is_longer_than_what_is_looked_at_at_once";
    struct td_buf out = {0};
    struct td_buf scratch = {0};

    for (size_t i = 0; i < 2 * sizeof(text); i++) {
        char name[sizeof(text) + 2];
        size_t len = i / 2;
        struct td_event ev = plain(TD_FORM_JSON, td_text(LONG));
        struct td_event back;

        (void)snprintf(name, sizeof(name), "%.*s%s", (int)len, text,
                       i % 2 ? "\\\"" : "\\\\");
        ev.name = td_text(name);
        td_buf_clear(&out);
        CU_ASSERT_EQUAL(tape_line_encode(&out, &ev), TD_OK);
        CU_ASSERT_EQUAL(tape_line_parse(&back, td_bytes(out.ptr, out.len - 1),
                                        &scratch, false, NULL),
                        TD_OK);
        CU_ASSERT(same_event(&ev, &back));
        ev.name.len = len;
        td_buf_clear(&out);
        CU_ASSERT_EQUAL(tape_line_encode(&out, &ev), TD_OK);
        CU_ASSERT_EQUAL(tape_line_parse(&back, td_bytes(out.ptr, out.len - 1),
                                        &scratch, false, NULL),
                        TD_OK);
        CU_ASSERT(same_event(&ev, &back));
    }
    td_buf_release(&out);
    td_buf_release(&scratch);
}

static void lines_are_told_apart_by_their_first_bytes(void)
{
    CU_ASSERT_EQUAL(tape_line_kind(td_text("{\"s\":1")), TAPE_LINE_EVENT);
    CU_ASSERT_EQUAL(tape_line_kind(td_text("{\"tape\":1}")), TAPE_LINE_HEADER);
    CU_ASSERT_EQUAL(tape_line_kind(td_text("{\"end\":{}}")), TAPE_LINE_END);
    CU_ASSERT_EQUAL(tape_line_kind(td_text("{\"s\"")), TAPE_LINE_OTHER);
    CU_ASSERT_EQUAL(tape_line_kind(td_text("")), TAPE_LINE_OTHER);
}

CU_TestInfo tape_line_tests[] = {
    {"encode writes the keys in their order",
     encode_writes_the_keys_in_their_order},
    {"every payload comes back byte for byte",
     every_payload_comes_back_byte_for_byte},
    {"text that is not UTF-8 is kept as bytes",
     text_that_is_not_utf8_is_kept_as_bytes},
    {"parse passes over keys of later versions",
     parse_passes_over_keys_of_later_versions},
    {"parse refuses a bad line and says where",
     parse_refuses_a_bad_line_and_says_where},
    {"numbers are read alike in short and long lines",
     numbers_are_read_alike_in_short_and_long_lines},
    {"a name of any length ends at its own quote",
     a_name_of_any_length_ends_at_its_own_quote},
    {"lines are told apart by their first bytes",
     lines_are_told_apart_by_their_first_bytes},
    CU_TEST_INFO_NULL,
};
