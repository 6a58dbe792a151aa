/* Event streams as rows: what a stream means, however it is cut into pieces,
 * and what is written comes back.
 */
#include "tests/suites.h"
#include "wire/sse/sse.h"

#include <stdio.h>

static enum td_code feed(struct sse_parser *parser, struct td_bytes in,
                         struct td_buf *log)
{
    struct sse_item item;
    enum td_code code;

    while ((code = sse_next(parser, &in, &item, NULL)) == TD_OK) {
        if (item.kind == SSE_EVENT)
            td_buf_addf(log, "%.*s%s%.*s=%.*s|", (int)item.name.len,
                        (const char *)item.name.ptr, item.has_id ? "#" : "~",
                        (int)item.id.len, (const char *)item.id.ptr,
                        (int)item.data.len, (const char *)item.data.ptr);
        else if (item.kind == SSE_ID)
            td_buf_addf(log, "id %.*s|", (int)item.id.len,
                        (const char *)item.id.ptr);
        else
            td_buf_addf(log, "%s%.*s|", item.kind == SSE_RETRY ? "retry " : ":",
                        (int)item.data.len, (const char *)item.data.ptr);
    }
    return code;
}

static void understand(struct td_buf *log, struct td_bytes all, size_t chunk)
{
    struct sse_parser parser;
    enum td_code code = TD_AGAIN;

    sse_parser_init(&parser, 40);
    for (size_t at = 0; at < all.len && code == TD_AGAIN; at += chunk)
        code = feed(
            &parser,
            td_bytes(all.ptr + at, all.len - at < chunk ? all.len - at : chunk),
            log);
    if (code != TD_AGAIN)
        td_buf_addf(log, "!%s", td_code_text(code));
    sse_parser_release(&parser);
}

static void check(const char *name, struct td_bytes stream,
                  const char *expected)
{
    static const size_t chunks[] = {1, 2, 3, 8, 100000};

    for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        struct td_buf log = {0};

        understand(&log, stream, chunks[i]);
        if (strcmp(td_buf_str(&log), expected) != 0)
            printf("\n    %s, pieces of %zu: %s", name, chunks[i],
                   td_buf_str(&log));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&log), expected);
        td_buf_release(&log);
    }
}

#define X40 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void streams_are_understood(void)
{
    static const struct {
        const char *name;
        const char *stream;
        const char *expected;
    } rows[] = {
        {"the standard's first example", "data: YHOO\ndata: +2\ndata: 10\n\n",
         "~=YHOO\n+2\n10|"},
        {"the standard's second example",
         ": test stream\n\ndata: first event\nid: 1\n\n"
         "data:second event\nid\n\ndata:  third event\n\n",
         ":test stream|#1=first event|#=second event|~= third event|"},
        {"the standard's third example",
         "data\n\ndata\ndata\n\ndata:", "~=|~=\n|"},
        {"the standard's fourth example", "data:test\n\ndata: test\n\n",
         "~=test|~=test|"},
        {"names", "event: add\ndata: 1\n\nevent:\ndata: 2\n\n", "add~=1|~=2|"},
        {"the last name counts", "event: a\nevent: b\ndata: 1\n\n", "b~=1|"},
        {"CR", "data: a\rdata: b\r\rdata: c\r\r", "~=a\nb|~=c|"},
        {"CRLF", "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", "~=a\nb|~=c|"},
        {"mixed", "data: a\r\n\rdata: b\n\r\n", "~=a|~=b|"},
        {"CRLF, then LF", "data: a\r\n\ndata: b\r\n\n", "~=a|~=b|"},
        {"BOM",
         "\xef\xbb\xbf"
         "data: a\n\n",
         "~=a|"},
        {"BOM once only",
         "\xef\xbb\xbf\xef\xbb\xbf"
         "data: a\n\n",
         ""},
        {"no BOM later",
         "data: a\n\n\xef\xbb\xbf"
         "data: b\n\n",
         "~=a|"},
        {"an id is kept", "id: 7\ndata: a\n\ndata: b\n\n", "#7=a|~7=b|"},
        {"an id without data is kept", "id: 7\n\ndata: b\n\n", "id 7|~7=b|"},
        {"an id is reset", "id: 7\ndata: a\n\nid\ndata: b\n\ndata: c\n\n",
         "#7=a|#=b|~=c|"},
        {"an id is reset without data", "id: 7\n\nid:\n\n", "id 7|id |"},
        {"the last id of a block counts", "id: 7\nid: 8\n\n", "id 8|"},
        {"a name without data is not", "event: x\n\ndata: b\n\n", "~=b|"},
        {"an event without its end", "data: a\n", ""},
        {"retry", "retry: 3000\ndata: a\n\n", "retry 3000|~=a|"},
        {"retry that is no number", "retry: 3s\nretry:\ndata: a\n\n", "~=a|"},
        {"retry with zeros before it", "retry: 0000000000000000000000003000\n",
         "retry 0000000000000000000000003000|"},
        {"unknown fields", "foo: 1\nDATA: 2\ndata : 3\ndata: a\n\n", "~=a|"},
        {"comment between", "data: a\n:x\ndata: b\n\n", ":x|~=a\nb|"},
        {"colons in the value", "data: a: b:c\n\n", "~=a: b:c|"},
        {"at the limit", "data: " X40 "\n\n", "~=" X40 "|"},
        {"over the limit", "data: " X40 "x\n\n", "!a limit was reached"},
        {"over the limit by a line", "data: " X40 "\ndata\n\n",
         "!a limit was reached"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check(rows[i].name, td_text(rows[i].stream), rows[i].expected);
    check("an id with NUL", td_bytes("id: a\0b\ndata: x\n\n", 17), "~=x|");
}

static void reconnect_keeps_the_last_id_only(void)
{
    struct sse_parser parser = {0};
    struct td_buf log = {0};

    CU_ASSERT_EQUAL(
        feed(&parser, td_text("id: 5\ndata: a\n\nid: 6\ndata: b"), &log),
        TD_AGAIN);
    CU_ASSERT_TRUE(td_bytes_is(sse_last_id(&parser), "5"));
    sse_parser_reconnect(&parser);
    CU_ASSERT_EQUAL(feed(&parser, td_text("data: c\n\n"), &log), TD_AGAIN);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&log), "#5=a|~5=c|");
    td_buf_release(&log);
    sse_parser_release(&parser);
}

static void what_is_written_comes_back(void)
{
    static const struct {
        const char *name;
        const char *id;
        const char *data;
        const char *written;
        const char *read;
    } rows[] = {
        {"", NULL, "a", "data: a\n\n", "~=a|"},
        {"", "", "a", "id: \ndata: a\n\n", "#=a|"},
        {"n", "3", "a", "id: 3\nevent: n\ndata: a\n\n", "n#3=a|"},
        {"", NULL, "", "data: \n\n", "~=|"},
        {"", NULL, " a", "data:  a\n\n", "~= a|"},
        {"", NULL, "a\nb", "data: a\ndata: b\n\n", "~=a\nb|"},
        {"", NULL, "a\r\nb\rc\n", "data: a\ndata: b\ndata: c\ndata: \n\n",
         "~=a\nb\nc\n|"},
        {"", NULL, "\n\r\r\n", "data: \ndata: \ndata: \ndata: \n\n",
         "~=\n\n\n|"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf out = {0};

        struct td_bytes id =
            rows[i].id ? td_text(rows[i].id) : td_bytes(NULL, 0);

        CU_ASSERT_EQUAL(
            sse_put(&out, td_text(rows[i].name), id, td_text(rows[i].data)),
            TD_OK);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].written);
        check("written", td_buf_bytes(&out), rows[i].read);
        td_buf_release(&out);
    }
}

static void fields_that_would_break_the_stream_are_refused(void)
{
    struct td_buf out = {0};

    CU_ASSERT_EQUAL(sse_put(&out, td_text("a\nb"), td_text(""), td_text("")),
                    TD_USAGE);
    CU_ASSERT_EQUAL(sse_put(&out, td_text(""), td_text("a\rb"), td_text("")),
                    TD_USAGE);
    CU_ASSERT_EQUAL(
        sse_put(&out, td_text(""), td_bytes("a\0b", 3), td_text("")), TD_USAGE);
    CU_ASSERT_EQUAL(sse_put_id(&out, td_text("a\nb")), TD_USAGE);
    CU_ASSERT_EQUAL(sse_put_id(&out, td_bytes("a\0b", 3)), TD_USAGE);
    CU_ASSERT_EQUAL(out.len, 0);
    CU_ASSERT_EQUAL(sse_put_id(&out, td_text("9")), TD_OK);
    CU_ASSERT_EQUAL(sse_put_id(&out, td_text("")), TD_OK);
    CU_ASSERT_EQUAL(sse_put_retry(&out, 1500), TD_OK);
    CU_ASSERT_EQUAL(sse_put_comment(&out, "alive"), TD_OK);
    check("what is no event", td_buf_bytes(&out),
          "id 9|id |retry 1500|:alive|");
    td_buf_release(&out);
}

CU_TestInfo wire_sse_sse_tests[] = {
    {"streams are understood", streams_are_understood},
    {"reconnect keeps the last id only", reconnect_keeps_the_last_id_only},
    {"what is written comes back", what_is_written_comes_back},
    {"fields that would break the stream are refused",
     fields_that_would_break_the_stream_are_refused},
    CU_TEST_INFO_NULL,
};
