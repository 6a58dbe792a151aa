/* Requests and responses as rows: bytes in, what was understood out, however
 * the bytes are cut into pieces.
 */
#include "tests/suites.h"
#include "wire/http/http.h"

#include <stdio.h>

#define H "Host: a\r\n"

/* Append what the parser makes of one piece. False when it is broken. */
static bool feed(struct http_parser *parser, struct td_bytes in,
                 struct td_buf *log)
{
    struct http_item item;
    enum td_code code;

    while ((code = http_next(parser, &in, &item, NULL)) == TD_OK) {
        if (item.kind == HTTP_BODY)
            td_buf_add_bytes(log, item.body);
        else if (item.kind == HTTP_END)
            td_buf_add_text(log, "|");
        else if (parser->role == HTTP_REQUESTS)
            td_buf_addf(log, "%.*s %.*s%s%s:", (int)item.head->method.len,
                        (const char *)item.head->method.ptr,
                        (int)item.head->path.len,
                        (const char *)item.head->path.ptr,
                        item.head->keep_alive ? "" : " close",
                        item.head->expect_continue ? " expect" : "");
        else
            td_buf_addf(log, "%d%s:", item.head->status,
                        item.head->keep_alive ? "" : " close");
    }
    if (code == TD_AGAIN)
        return true;
    td_buf_addf(log, "!%d", parser->status);
    return false;
}

/* What is understood of text in pieces of `chunk` bytes. */
static void understand(struct td_buf *log, enum http_role role,
                       const char *text, size_t chunk)
{
    static const struct http_limits limits = {200, 400, 50};
    struct td_bytes all = td_text(text);
    struct http_parser parser;
    bool ok = true;

    http_parser_init(&parser, role, &limits);
    for (size_t at = 0; ok && at < all.len; at += chunk)
        ok = feed(
            &parser,
            td_bytes(all.ptr + at, all.len - at < chunk ? all.len - at : chunk),
            log);
    if (ok && http_parser_finish(&parser, NULL) != TD_END)
        td_buf_add_text(log, "...");
    http_parser_release(&parser);
}

static void check(enum http_role role, const char *name, const char *text,
                  const char *expected)
{
    static const size_t chunks[] = {1, 2, 3, 7, 64, 100000};

    for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        struct td_buf log = {0};

        understand(&log, role, text, chunks[i]);
        if (strcmp(td_buf_str(&log), expected) != 0)
            printf("\n    %s, pieces of %zu: %s", name, chunks[i],
                   td_buf_str(&log));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&log), expected);
        td_buf_release(&log);
    }
}

static void requests_are_understood(void)
{
    static const struct {
        const char *name;
        const char *text;
        const char *expected;
    } rows[] = {
        {"a plain one", "GET /x?y=1 HTTP/1.1\r\n" H "\r\n", "GET /x:|"},
        {"two in one go",
         "GET / HTTP/1.1\r\n" H "\r\nGET /b HTTP/1.1\r\n" H "\r\n",
         "GET /:|GET /b:|"},
        {"an empty line before", "\r\nGET / HTTP/1.1\r\n" H "\r\n", "GET /:|"},
        {"a body",
         "POST / HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhelloGET / "
         "HTTP/1.1\r\n" H "\r\n",
         "POST /:hello|GET /:|"},
        {"a body of nothing",
         "POST / HTTP/1.1\r\n" H "content-length:0\r\n\r\n", "POST /:|"},
        {"chunks",
         "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
         "3\r\nabc\r\n0A;x=\"y\"\r\n0123456789\r\n0\r\nT: v\r\n\r\n",
         "POST /:abc0123456789|"},
        {"close", "GET / HTTP/1.1\r\n" H "Connection: x, Close\r\n\r\n",
         "GET / close:|"},
        {"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "GET / close:|"},
        {"HTTP/1.0 kept", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
         "GET /:|"},
        {"expects",
         "POST / HTTP/1.1\r\n" H
         "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
         "POST / expect:x|"},
        {"the absolute form", "GET http://h:1/p?q HTTP/1.1\r\n" H "\r\n",
         "GET /p:|"},
        {"the absolute form without a path",
         "GET http://h HTTP/1.1\r\n" H "\r\n", "GET /:|"},
        {"the absolute form with a query alone (RFC 9112, 3.2.2)",
         "GET http://h?a/b HTTP/1.1\r\n" H "\r\n", "GET /:|"},
        {"the absolute form over TLS", "GET HTTPS://h/p HTTP/1.1\r\n" H "\r\n",
         "GET /p:|"},
        {"a host with a port", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
         "GET /:|"},
        {"an empty host (RFC 9112, 3.2)", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
         "GET /:|"},
        {"tabs around values (RFC 9110, 5.6.3)",
         "GET / HTTP/1.1\r\nHost:\ta\t \r\nConnection:\tx\t,\tclose\t\r\n"
         "\r\n",
         "GET / close:|"},
        {"a token within quotes (RFC 9110, 5.6.4)",
         "GET / HTTP/1.1\r\n" H "Connection: x;y=\"a\\\",close,\"\r\n\r\n",
         "GET /:|"},
        {"asterisk", "OPTIONS * HTTP/1.1\r\n" H "\r\n", "OPTIONS *:|"},
        {"cut within the head", "GET / HT", "..."},
        {"cut within the body",
         "POST / HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhel",
         "POST /:hel..."},
        {"cut within the chunks",
         "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3\r\nab",
         "POST /:ab..."},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check(HTTP_REQUESTS, rows[i].name, rows[i].text, rows[i].expected);
}

#define POST   "POST / HTTP/1.1\r\n" H
#define CHUNKS POST "Transfer-Encoding: chunked\r\n\r\n"
#define X50    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void broken_requests_get_their_status(void)
{
    static const struct {
        const char *name;
        const char *text;
        const char *expected;
    } rows[] = {
        {"TLS on a plain port", "\x16\x03\x01\x02", "!400"},
        {"two empty lines before", "\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n",
         "!400"},
        {"bare LF", "GET / HTTP/1.1\nHost: a\n\n", "!400"},
        {"bare CR", "GET / HTTP/1.1\r" H "\r\n", "!400"},
        {"a control byte", "GET / HTTP/1.1\r\nHost: a\x01\r\n\r\n", "!400"},
        {"no version", "GET /\r\n\r\n", "!400"},
        {"another version", "GET / HTTP/2.0\r\n" H "\r\n", "!505"},
        {"not a version", "GET / HTTPS/1.1\r\n" H "\r\n", "!400"},
        {"two spaces", "GET  / HTTP/1.1\r\n" H "\r\n", "!400"},
        {"a space in the target", "GET /a b HTTP/1.1\r\n" H "\r\n", "!400"},
        {"not a path", "GET a HTTP/1.1\r\n" H "\r\n", "!400"},
        {"not a method", "G@T / HTTP/1.1\r\n" H "\r\n", "!400"},
        {"no host", "GET / HTTP/1.1\r\n\r\n", "!400"},
        {"two hosts", "GET / HTTP/1.1\r\n" H H "\r\n", "!400"},
        {"a folded field", "GET / HTTP/1.1\r\n" H "A: b\r\n c\r\n\r\n", "!400"},
        {"a folded first field", "GET / HTTP/1.1\r\n A: b\r\n" H "\r\n",
         "!400"},
        {"a space before the colon", "GET / HTTP/1.1\r\n" H "A : b\r\n\r\n",
         "!400"},
        {"no colon", "GET / HTTP/1.1\r\n" H "A\r\n\r\n", "!400"},
        {"no name", "GET / HTTP/1.1\r\n" H ": b\r\n\r\n", "!400"},
        {"two lengths", POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
         "!400"},
        {"a list of lengths", POST "Content-Length: 1, 1\r\n\r\nx", "!400"},
        {"a signed length", POST "Content-Length: +1\r\n\r\nx", "!400"},
        {"a negative length", POST "Content-Length: -1\r\n\r\nx", "!400"},
        {"an empty length", POST "Content-Length:\r\n\r\nx", "!400"},
        {"a length past 64 bits",
         POST "Content-Length: 18446744073709551617\r\n\r\nx", "!400"},
        {"length and chunks",
         POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0",
         "!400"},
        {"chunks twice",
         POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: "
              "chunked\r\n\r\n0",
         "!400"},
        {"another coding", POST "Transfer-Encoding: gzip, chunked\r\n\r\n",
         "!501"},
        {"chunked not last", POST "Transfer-Encoding: chunked, gzip\r\n\r\n",
         "!400"},
        {"not chunked at all", POST "Transfer-Encoding: xchunked\r\n\r\n",
         "!400"},
        {"chunks in 1.0",
         "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n"
         "\r\n",
         "!400"},
        {"no chunk size", CHUNKS "\r\n", "POST /:!400"},
        {"not a chunk size", CHUNKS "xyz\r\n", "POST /:!400"},
        {"a chunk size with a prefix", CHUNKS "0x1\r\na\r\n", "POST /:!400"},
        {"a chunk size past 60 bits", CHUNKS "1234567890123456\r\n",
         "POST /:!400"},
        {"a chunk too short", CHUNKS "4\r\nabc\r\n0\r\n\r\n",
         "POST /:abc\r!400"},
        {"a chunk line with LF only", CHUNKS "1\nx\r\n", "POST /:!400"},
        {"a trailer without a colon", CHUNKS "0\r\nabc\r\n\r\n", "POST /:!400"},
        {"another expectation", POST "Expect: cake\r\n\r\n", "!417"},
        {"a long target", "GET /" X50 X50 X50 X50 " HTTP/1.1\r\n" H "\r\n",
         "!414"},
        {"a long head",
         "GET / HTTP/1.1\r\n" H "A: " X50 X50 X50 "\r\nB: " X50 X50 X50
         "\r\nC: " X50 X50 "\r\n\r\n",
         "!431"},
        {"a long body", POST "Content-Length: 51\r\n\r\n", "!413"},
        {"long chunks", CHUNKS "32\r\n" X50 "\r\n1\r\nx\r\n",
         "POST /:" X50 "!413"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check(HTTP_REQUESTS, rows[i].name, rows[i].text, rows[i].expected);
}

static void hosts_and_versions_are_judged(void)
{
    static const struct {
        const char *name;
        const char *text;
        const char *expected;
    } rows[] = {
        {"a host with a path (RFC 9112, 3.2)",
         "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "!400"},
        {"a host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "!400"},
        {"a host that is two", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "!400"},
        {"lower case version (RFC 9112, 2.3)", "GET / http/1.1\r\n" H "\r\n",
         "!400"},
        {"a version of two digits", "GET / HTTP/1.10\r\n" H "\r\n", "!400"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check(HTTP_REQUESTS, rows[i].name, rows[i].text, rows[i].expected);
}

static void responses_are_understood(void)
{
    static const struct {
        const char *name;
        const char *text;
        const char *expected;
    } rows[] = {
        {"a body", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "200:ok|"},
        {"no reason", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", "200:ok|"},
        {"an empty reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
         "200:|"},
        {"until close", "HTTP/1.1 200 OK\r\n\r\nabc", "200 close:abc"},
        {"until close, as long as may be", "HTTP/1.1 200 OK\r\n\r\n" X50,
         "200 close:" X50},
        {"until close, a byte too long", "HTTP/1.1 200 OK\r\n\r\n" X50 "y",
         "200 close:" X50 "!413"},
        {"no content", "HTTP/1.1 204 No Content\r\n\r\n", "204:|"},
        {"not modified keeps its length",
         "HTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\n", "304:|"},
        {"continue, then the answer",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
         "1\r\n\r\nx",
         "100:|200:x|"},
        {"early hints, then the answer (RFC 9110, 15.2)",
         "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 3\r\n\r\n"
         "HTTP/1.1 102 x\r\n\r\nHTTP/1.1 204 x\r\n\r\n",
         "103:|102:|204:|"},
        {"no content whatever it says (RFC 9112, 6.3)",
         "HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 x\r\n"
         "Content-Length: 0\r\n\r\n",
         "204:|200:|"},
        {"two lengths (RFC 9110, 8.6)",
         "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
         "!400"},
        {"length and chunks (RFC 9112, 6.1)",
         "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
         "Transfer-Encoding: chunked\r\n\r\n",
         "!400"},
        {"chunks in 1.0 (RFC 9112, 6.1)",
         "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "!400"},
        {"HTTP/2 (RFC 9112, 2.3)", "HTTP/2 200 OK\r\n\r\n", "!400"},
        {"version 2.0", "HTTP/2.0 200 OK\r\n\r\n", "!505"},
        {"1.0 closes", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx",
         "200 close:x|"},
        {"chunks",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"
         "1\r\nb\r\n0\r\n\r\n",
         "200:ab|"},
        {"a short status", "HTTP/1.1 20 OK\r\n\r\n", "!400"},
        {"not a status", "HTTP/1.1 2x0 OK\r\n\r\n", "!400"},
        {"another protocol", "SSH-2.0-x\r\n\r\n", "!400"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check(HTTP_RESPONSES, rows[i].name, rows[i].text, rows[i].expected);
}

/* The head of a response with these fields. */
static const struct http_head *head_of(struct http_parser *parser,
                                       struct td_buf *text, const char *fields)
{
    struct http_item item = {0};
    struct td_bytes in;

    http_parser_release(parser);
    http_parser_init(parser, HTTP_RESPONSES, NULL);
    td_buf_clear(text);
    td_buf_addf(text, "HTTP/1.1 200 OK\r\n%s\r\n", fields);
    in = td_buf_bytes(text);
    CU_ASSERT_EQUAL_FATAL(http_next(parser, &in, &item, NULL), TD_OK);
    return item.head;
}

#define TYPE "Content-Type: text/event-stream"

static void media_types_are_compared_without_parameters(void)
{
    static const struct {
        const char *fields;
        bool is;
    } rows[] = {
        {TYPE "\r\n", true},
        {TYPE "\t;\tcharset=utf-8\r\n", true},
        {TYPE " ; charset=\"a;b\"\r\n", true},
        {TYPE ";\r\n", true},
        {"content-type:\tTEXT/Event-Stream\t\r\n", true},
        {TYPE "\r\n" TYPE ";charset=utf-8\r\n", true},
        {TYPE "\r\nContent-Type: text/html\r\n", false},
        {"Content-Type: text/event-streams\r\n", false},
        {"Content-Type: text/html;x=\"text/event-stream\"\r\n", false},
        {"Content-Type:\r\n", false},
        {"", false},
    };
    struct http_parser parser = {0};
    struct td_buf text = {0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(http_is_type(head_of(&parser, &text, rows[i].fields),
                                     "text/event-stream"),
                        rows[i].is);
    td_buf_release(&text);
    http_parser_release(&parser);
}

static void retry_after_is_seconds(void)
{
    static const struct {
        const char *fields;
        uint64_t seconds;
    } rows[] = {
        {"Retry-After: 120\r\n", 120},
        {"retry-after:\t0005\t\r\n", 5},
        {"Retry-After: 99999999999999999999999\r\n", UINT32_MAX},
        {"Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n", 0},
        {"Retry-After: -1\r\n", 0},
        {"", 0},
    };
    struct http_parser parser = {0};
    struct td_buf text = {0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(
            http_retry_after(head_of(&parser, &text, rows[i].fields)),
            rows[i].seconds);
    td_buf_release(&text);
    http_parser_release(&parser);
}

static void answer_to_head_has_no_body(void)
{
    struct http_parser parser;
    struct td_buf log = {0};

    http_parser_init(&parser, HTTP_RESPONSES, NULL);
    http_parser_expect_no_body(&parser);
    CU_ASSERT_TRUE(feed(&parser,
                        td_text("HTTP/1.1 100 Continue\r\n\r\n"
                                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
                                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"
                                "x"),
                        &log));
    CU_ASSERT_STRING_EQUAL(td_buf_str(&log), "100:|200:|200:x|");
    td_buf_release(&log);
    http_parser_release(&parser);
}

static void what_follows_an_upgrade_is_left(void)
{
    struct td_bytes in = td_text("HTTP/1.1 101 x\r\nUpgrade: w\r\n\r\n\x81\1x");
    struct http_parser parser;
    struct http_item item;

    http_parser_init(&parser, HTTP_RESPONSES, NULL);
    CU_ASSERT_EQUAL(http_next(&parser, &in, &item, NULL), TD_OK);
    CU_ASSERT_EQUAL(item.head->status, 101);
    CU_ASSERT_EQUAL(http_next(&parser, &in, &item, NULL), TD_OK);
    CU_ASSERT_EQUAL(item.kind, HTTP_END);
    CU_ASSERT_EQUAL(in.len, 3);
    http_parser_release(&parser);
}

static void too_many_fields_are_refused(void)
{
    struct td_buf text = {0};
    struct td_buf log = {0};
    struct http_parser parser;

    http_parser_init(&parser, HTTP_REQUESTS, NULL);
    td_buf_add_text(&text, "GET / HTTP/1.1\r\n" H);
    for (int i = 0; i < HTTP_FIELDS_MAX; i++)
        td_buf_addf(&text, "A%d: b\r\n", i);
    td_buf_add_text(&text, "\r\n");
    CU_ASSERT_FALSE(feed(&parser, td_buf_bytes(&text), &log));
    CU_ASSERT_STRING_EQUAL(td_buf_str(&log), "!431");
    td_buf_release(&text);
    td_buf_release(&log);
    http_parser_release(&parser);
}

static void writers_refuse_what_would_split_a_head(void)
{
    struct td_buf out = {0};

    CU_ASSERT_EQUAL(http_put_request(&out, "GET", td_text("/a")), TD_OK);
    CU_ASSERT_EQUAL(http_put_field(&out, "A", td_text("b")), TD_OK);
    CU_ASSERT_EQUAL(http_put_field(&out, "A", td_text("b\r\nC: d")), TD_USAGE);
    CU_ASSERT_EQUAL(http_put_field(&out, "A:", td_text("b")), TD_USAGE);
    CU_ASSERT_EQUAL(http_put_request(&out, "GET", td_text("/a b")), TD_USAGE);
    CU_ASSERT_EQUAL(http_put_end(&out), TD_OK);
    CU_ASSERT_EQUAL(http_put_chunk(&out, td_text("0123456789")), TD_OK);
    CU_ASSERT_EQUAL(http_put_chunk(&out, td_text("")), TD_OK);
    CU_ASSERT_EQUAL(http_put_last_chunk(&out), TD_OK);
    CU_ASSERT_STRING_EQUAL(
        td_buf_str(&out),
        "GET /a HTTP/1.1\r\nA: b\r\n\r\na\r\n0123456789\r\n0\r\n\r\n");
    td_buf_release(&out);
}

static void query_parameters_are_found(void)
{
    static const struct {
        const char *query;
        const char *value; /* NULL = none */
    } rows[] = {
        {"EIO=4&sid=abc", "abc"},
        {"sid=", ""},
        {"sid", ""},
        {"", NULL},
        {"asid=1&b=2", NULL},
        {"a=sid&sid=x=y", "x=y"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_bytes value = http_query(td_text(rows[i].query), "sid");

        CU_ASSERT_EQUAL(value.ptr == NULL, rows[i].value == NULL);
        if (rows[i].value)
            CU_ASSERT_TRUE(td_bytes_is(value, rows[i].value));
    }
}

/* "3+2+|X=1;Y=b;" of the chunks' sizes, and of the trailers. */
static void chunks_and_trailers_of(struct td_buf *log, const char *text,
                                   size_t piece)
{
    struct http_parser parser;
    struct http_item item;
    struct http_field field;
    struct td_bytes all = td_text(text);
    size_t at = 0;
    size_t size = 0;

    http_parser_init(&parser, HTTP_REQUESTS, NULL);
    parser.keep_trailers = true;
    for (size_t from = 0; from < all.len; from += piece) {
        struct td_bytes in = td_bytes(
            all.ptr + from, all.len - from < piece ? all.len - from : piece);

        while (http_next(&parser, &in, &item, NULL) == TD_OK) {
            size += item.kind == HTTP_BODY ? item.body.len : 0;
            if (item.kind != HTTP_BODY || !item.chunk_ends)
                continue;
            td_buf_addf(log, "%zu+", size);
            size = 0;
        }
    }
    CU_ASSERT_EQUAL(http_parser_finish(&parser, NULL), TD_END);
    while (http_next_trailer(&parser, &at, &field))
        td_buf_addf(log, "%.*s=%.*s;", (int)field.name.len,
                    (const char *)field.name.ptr, (int)field.value.len,
                    (const char *)field.value.ptr);
    http_parser_release(&parser);
}

static void chunks_and_trailers_are_kept(void)
{
    static const struct {
        const char *name;
        const char *text;
        const char *wanted;
    } rows[] = {
        {"two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "3+2+"},
        {"trailers", "1\r\na\r\n0\r\nX: 1\r\ny:  b \r\nX:\r\n\r\n",
         "1+X=1;y=b;X=;"},
        {"nothing", "0\r\n\r\n", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (size_t piece = 1; piece < 40; piece++) {
            struct td_buf text = {0};
            struct td_buf log = {0};

            td_buf_addf(&text,
                        "POST / HTTP/1.1\r\n" H
                        "Transfer-Encoding: chunked\r\n\r\n%s",
                        rows[i].text);
            chunks_and_trailers_of(&log, td_buf_str(&text), piece);
            if (strcmp(td_buf_str(&log), rows[i].wanted) != 0)
                printf("\n    row \"%s\" in pieces of %zu: %s\n", rows[i].name,
                       piece, td_buf_str(&log));
            CU_ASSERT_STRING_EQUAL(td_buf_str(&log), rows[i].wanted);
            td_buf_release(&text);
            td_buf_release(&log);
        }
}

CU_TestInfo wire_http_http_tests[] = {
    {"chunks and trailers are kept", chunks_and_trailers_are_kept},
    {"hosts and versions are judged", hosts_and_versions_are_judged},
    {"media types are compared without parameters",
     media_types_are_compared_without_parameters},
    {"retry-after is seconds", retry_after_is_seconds},
    {"requests are understood", requests_are_understood},
    {"broken requests get their status", broken_requests_get_their_status},
    {"responses are understood", responses_are_understood},
    {"the answer to HEAD has no body", answer_to_head_has_no_body},
    {"what follows an upgrade is left", what_follows_an_upgrade_is_left},
    {"too many fields are refused", too_many_fields_are_refused},
    {"writers refuse what would split a head",
     writers_refuse_what_would_split_a_head},
    {"query parameters are found", query_parameters_are_found},
    CU_TEST_INFO_NULL,
};
