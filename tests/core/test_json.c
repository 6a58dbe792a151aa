/* JSON text in; kinds and extents, or the first wrong byte, out. */
#include "core/json.h"
#include "core/utf8.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define T(s)                                                                   \
    {                                                                          \
        (const uint8_t *)("" s), sizeof(s) - 1                                 \
    }

static const struct {
    struct td_bytes text;
} good[] = {
    {T("0")},
    {T("-0")},
    {T(" 1 ")},
    {T("\t[\r\n]\n")},
    {T("{}")},
    {T("null")},
    {T("true")},
    {T("false")},
    {T("\"\"")},
    {T("-0.0e+00")},
    {T("1E-2")},
    {T("123456789012345678901234567890.5e9999")},
    {T("[1,[2,{\"a\":[]}],{}]")},
    {T("{\"a\":1,\"a\":2}")},
    {T("{\"\":{\"\":{}}}")},
    {T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uFfFf\"")},
    {T("\"\\ud800\"")},
    {T("\"\\udc00\\ud800\"")},
    {T("\"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\"")},
    {T("\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\xe2\x80\xa8\"")},
    {T("\"a string that is longer than any vector register is wide, by far\"")},
    {T("{ \"a\" : [ 1 , 2 ] , \"b\" : null }")},
};

static const struct {
    struct td_bytes text;
    uint64_t offset;
} bad[] = {
    {T(""), 0},
    {T(" "), 1},
    {T("\xef\xbb\xbf{}"), 0},
    {T("1 2"), 2},
    {T("[] x"), 3},
    {T("[1,]"), 3},
    {T("[,1]"), 1},
    {T("[1 2]"), 3},
    {T("[1"), 2},
    {T("["), 1},
    {T("]"), 0},
    {T("[}"), 1},
    {T("{]"), 1},
    {T("[1}"), 2},
    {T("{\"a\":1]"), 6},
    {T("{\"a\":1,}"), 7},
    {T("{\"a\"}"), 4},
    {T("{\"a\" 1}"), 5},
    {T("{\"a\":}"), 5},
    {T("{a:1}"), 1},
    {T("{1:1}"), 1},
    {T("{\"a\":1"), 6},
    {T("{\"a\":1 \"b\":2}"), 7},
    {T("[1]]"), 3},
    {T("nul"), 3},
    {T("nulL"), 3},
    {T("truex"), 4},
    {T("True"), 0},
    {T("NaN"), 0},
    {T("Infinity"), 0},
    {T("'a'"), 0},
    {T("01"), 1},
    {T("-01"), 2},
    {T("-"), 1},
    {T("-a"), 1},
    {T("+1"), 0},
    {T(".5"), 0},
    {T("1."), 2},
    {T("1.e1"), 2},
    {T("1e"), 2},
    {T("1e+"), 3},
    {T("1e1.5"), 3},
    {T("0x10"), 1},
    {T("1\0"), 1},
    {T("\"a"), 2},
    {T("\"a\\"), 3},
    {T("\"\\a\""), 2},
    {T("\"\\\0\""), 2},
    {T("\"\\u12\""), 5},
    {T("\"\\u00g0\""), 5},
    {T("\"\\U0041\""), 2},
    {T("\"a\nb\""), 2},
    {T("\"a\tb\""), 2},
    {T("\"\0\""), 1},
    {T("\"0123456789abcdef\x1f\""), 17},
    {T("\"\x80\""), 1},
    {T("\"\xc0\xaf\""), 1},
    {T("\"\xc1\xbf\""), 1},
    {T("\"\xe0\x9f\xbf\""), 1},
    {T("\"\xed\xa0\x80\""), 1},
    {T("\"\xf0\x8f\xbf\xbf\""), 1},
    {T("\"\xf4\x90\x80\x80\""), 1},
    {T("\"\xf5\x80\x80\x80\""), 1},
    {T("\"\xff\""), 1},
    {T("\"\xe2\x82\""), 1},
    {T("\"\xe2\x82"), 1},
    {T("\"\xc3\xa9\xc3\x28\""), 3},
    {T("[1]//"), 3},
    {T("\x0c[]"), 0},
    {T("[\xc2\xa0]"), 1},
};

static void good_texts_are_accepted(void)
{
    struct td_json_doc doc = {0};

    for (size_t i = 0; i < ROWS(good); i++) {
        struct td_error err = {0};
        enum td_code code = td_json_parse(&doc, good[i].text, 4, &err);

        if (code)
            printf("\n    row %zu: %s at %llu\n", i, err.text,
                   (unsigned long long)err.offset);
        CU_ASSERT_EQUAL(code, TD_OK);
        CU_ASSERT_EQUAL(td_json_check(good[i].text, 4, NULL), TD_OK);
        CU_ASSERT_EQUAL(doc.values[0].next, doc.len);
    }
    td_json_release(&doc);
}

static void bad_texts_are_refused_where_they_go_wrong(void)
{
    struct td_json_doc doc = {0};

    for (size_t i = 0; i < ROWS(bad); i++) {
        struct td_error a = {0};
        struct td_error b = {0};

        CU_ASSERT_EQUAL(td_json_parse(&doc, bad[i].text, 8, &a), TD_FORMAT);
        CU_ASSERT_EQUAL(td_json_check(bad[i].text, 8, &b), TD_FORMAT);
        if (a.offset != bad[i].offset)
            printf("\n    row %zu (%s): %llu\n", i,
                   (const char *)bad[i].text.ptr, (unsigned long long)a.offset);
        CU_ASSERT_EQUAL(a.offset, bad[i].offset);
        CU_ASSERT_EQUAL(b.offset, bad[i].offset);
        CU_ASSERT_EQUAL(doc.len, 0);
    }
    td_json_release(&doc);
}

static void values_come_with_kind_and_extent(void)
{
    static const struct td_json_value want[] = {
        {0, 38, 10, 3, TD_JSON_OBJECT, 0},
        {1, 4, 2, 0, TD_JSON_STRING, 0},
        {6, 15, 6, 3, TD_JSON_ARRAY, 0},
        {7, 8, 4, 0, TD_JSON_NUMBER, 0},
        {9, 12, 5, 0, TD_JSON_NUMBER, TD_JSON_NOT_INT},
        {13, 14, 6, 0, TD_JSON_NUMBER, 0},
        {16, 22, 7, 0, TD_JSON_STRING, TD_JSON_ESCAPED},
        {23, 25, 8, 0, TD_JSON_OBJECT, 0},
        {26, 31, 9, 0, TD_JSON_STRING, 0},
        {32, 37, 10, 0, TD_JSON_FALSE, 0},
    };
    struct td_json_doc doc = {0};

    CU_ASSERT_EQUAL_FATAL(
        td_json_parse(&doc,
                      td_text("{\"a\": [1,2.5,3],\"\\n\\t\":{},\"cde\":false}"),
                      4, NULL),
        TD_OK);
    CU_ASSERT_EQUAL_FATAL(doc.len, ROWS(want));
    for (uint32_t i = 0; i < doc.len; i++) {
        CU_ASSERT_EQUAL(doc.values[i].start, want[i].start);
        CU_ASSERT_EQUAL(doc.values[i].end, want[i].end);
        CU_ASSERT_EQUAL(doc.values[i].next, want[i].next);
        CU_ASSERT_EQUAL(doc.values[i].count, want[i].count);
        CU_ASSERT_EQUAL(doc.values[i].kind, want[i].kind);
        CU_ASSERT_EQUAL(doc.values[i].flags, want[i].flags);
    }
    CU_ASSERT(td_bytes_is(td_json_raw(&doc, 9), "false"));
    CU_ASSERT(td_bytes_is(td_json_inner(&doc, 8), "cde"));
    td_json_release(&doc);
}

static void depth_is_limited_at_the_level_that_is_too_deep(void)
{
    char text[2 * 5000 + 1];
    struct td_json_doc doc = {0};

    for (unsigned depth = 1; depth <= 5000; depth += depth < 200 ? 1 : 257) {
        struct td_error err = {0};
        struct td_bytes all = td_bytes(text, 2 * (size_t)depth);

        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        if (depth <= TD_JSON_DEPTH_CAP) {
            CU_ASSERT_EQUAL(td_json_parse(&doc, all, depth, NULL), TD_OK);
            CU_ASSERT_EQUAL(td_json_check(all, depth, NULL), TD_OK);
        }
        CU_ASSERT_EQUAL(td_json_parse(&doc, all, depth - 1, &err), TD_LIMIT);
        CU_ASSERT(err.offset < depth);
        CU_ASSERT_EQUAL(td_json_check(all, depth - 1, &err), TD_LIMIT);
    }
    td_json_release(&doc);
}

/* Kinds of containers must not be mixed up across the words of the bitmap. */
static void check_remembers_the_kind_of_every_level(void)
{
    char text[7 * 130];
    size_t len = 0;

    for (int i = 0; i < 130; i++) {
        memcpy(text + len, i % 3 ? "{\"\":" : "[", i % 3 ? 4 : 1);
        len += i % 3 ? 4 : 1;
    }
    text[len++] = '1';
    for (int i = 129; i >= 0; i--)
        text[len++] = i % 3 ? '}' : ']';
    CU_ASSERT_EQUAL(td_json_check(td_bytes(text, len), 130, NULL), TD_OK);
    text[len - 66] = text[len - 66] == ']' ? '}' : ']';
    CU_ASSERT_EQUAL(td_json_check(td_bytes(text, len), 130, NULL), TD_FORMAT);
}

static void every_cut_of_a_text_is_refused_at_its_end(void)
{
    static const char text[] =
        "{\"type\":\"progress\",\"data\":[1.5e3,true,{\"\\u00e9\":\"\xc3\xa9 "
        "and more text behind it, a full register\"},null]}";
    struct td_json_doc doc = {0};

    for (size_t len = 0; len < sizeof(text) - 1; len++) {
        struct td_error err = {0};
        /* A copy of exact size, so that reading behind it is caught. */
        char *copy = malloc(len + 1);

        memcpy(copy, text, len);
        CU_ASSERT_EQUAL(td_json_parse(&doc, td_bytes(copy, len), 8, &err),
                        TD_FORMAT);
        CU_ASSERT(err.offset + 1 >= len);
        free(copy);
    }
    td_json_release(&doc);
}

static void line_texts_have_no_white_space_around_and_no_breaks(void)
{
    static const struct {
        const char *text;
        bool fits;
    } rows[] = {
        {"[1]", true},
        {"{\"a\": [ ] }", true},
        {" 1", false},
        {"1\t", false},
        {"[\n]", false},
        {"[\r]", false},
        {"\"\\n\"", true},
        {"", false},
        {"1 2", false},
        {"\"\xff\"", false},
        {"\"\xe2\x80\xa8\"", true},
    };

    for (size_t i = 0; i < ROWS(rows); i++)
        CU_ASSERT_EQUAL(td_json_fits_line(td_text(rows[i].text)), rows[i].fits);
}

/* jq 1.6 stops at these, and at all that stands behind them on a tape. */
static void what_a_common_reader_stops_at_suits_no_line(void)
{
    static const struct {
        const char *text;
        bool suits;
    } rows[] = {
        {"{\"a\":\"\\n\\u00e9\\ud7ff\\ue000\"}", true},
        {"[\"\\ud83d\\ude00\",\"\\uD83D\\uDE00\"]", true},
        {"[\"\\\\ud83d\"]", true},
        {"[\"\\ud83d\"]", false},
        {"[\"\\uDBFFx\"]", false},
        {"[\"\\ud83d\\n\"]", false},
        {"[\"\\ud83d\\ud83d\\ude00\"]", false},
        {"[\"\\ud83d\\ude00\\ude00\"]", false},
        {"[\"\\udfff\"]", false},
        {"{\"\\ud83d\":1}", false},
        {" [1]", false},
    };

    for (size_t i = 0; i < ROWS(rows); i++)
        CU_ASSERT_EQUAL(td_json_suits_line(td_text(rows[i].text)),
                        rows[i].suits);
}

static void deep_texts_suit_no_line_though_they_fit(void)
{
    for (size_t depth = 120; depth < 140; depth++) {
        char text[512] = "";

        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        CU_ASSERT_EQUAL(td_json_suits_line(td_text(text)),
                        depth <= TD_JSON_DEPTH_ALL);
        CU_ASSERT(td_json_fits_line(td_text(text)));
    }
}

static void pointers_find_their_value(void)
{
    static const char text[] =
        "{\"a\":5,\"a\":{\"b\":[10,[20,30],{\"c/d\":1,\"~\":2,\"\":3}]},"
        "\"\\u0061\\u00e9\":4,\"\\ud83d\\ude00\":6,\"x\\ny\":7}";
    static const struct {
        const char *pointer;
        const char *raw; /* NULL: none */
    } rows[] = {
        {"", text},
        {"/a/b/0", "10"},
        {"/a/b/1/1", "30"},
        {"/a/b/1", "[20,30]"},
        {"/a/b/2/c~1d", "1"},
        {"/a/b/2/~0", "2"},
        {"/a/b/2/", "3"},
        {"/a\xc3\xa9", "4"},
        {"/\xf0\x9f\x98\x80", "6"},
        {"/x\ny", "7"},
        {"a", NULL},
        {"/b", NULL},
        {"/a/b/3", NULL},
        {"/a/b/-", NULL},
        {"/a/b/01", NULL},
        {"/a/b/1x", NULL},
        {"/a/b/99999999999999999999", NULL},
        {"/a/b/2/~2", NULL},
        {"/a/b/2/~", NULL},
        {"/a/b/0/x", NULL},
        {"/a/b/2/c", NULL},
    };
    struct td_json_doc doc = {0};

    CU_ASSERT_EQUAL_FATAL(td_json_parse(&doc, td_text(text), 8, NULL), TD_OK);
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint32_t at = td_json_pointer(&doc, 0, rows[i].pointer);

        if (!rows[i].raw)
            CU_ASSERT_EQUAL(at, UINT32_MAX);
        if (rows[i].raw && at < doc.len)
            CU_ASSERT(td_bytes_is(td_json_raw(&doc, at), rows[i].raw));
        CU_ASSERT_EQUAL(at < doc.len, rows[i].raw != NULL);
    }
    CU_ASSERT_EQUAL(td_json_member(&doc, 3, td_text("a")), 0);
    td_json_release(&doc);
}

static void unescape_and_escape_agree(void)
{
    static const struct {
        const char *inner;
        struct td_bytes text;
        const char *again;
    } rows[] = {
        {"plain", T("plain"), "plain"},
        {"\\\"\\\\\\/\\b\\f\\n\\r\\t", T("\"\\/\b\f\n\r\t"),
         "\\\"\\\\/\\b\\f\\n\\r\\t"},
        {"\\u0000\\u001F", T("\0\x1f"), "\\u0000\\u001f"},
        {"\\u00e9\\u20AC", T("\xc3\xa9\xe2\x82\xac"), "\xc3\xa9\xe2\x82\xac"},
        {"\\ud83d\\ude00!", T("\xf0\x9f\x98\x80!"), "\xf0\x9f\x98\x80!"},
        {"\\ud83d", T("\xef\xbf\xbd"), "\xef\xbf\xbd"},
        {"\\ude00\\ud83d", T("\xef\xbf\xbd\xef\xbf\xbd"),
         "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\\ud83d\\u0041", T("\xef\xbf\xbd\x41"), "\xef\xbf\xbd\x41"},
        {"\x7f", T("\x7f"), "\x7f"},
        {"", T(""), ""},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_buf text = {0};
        struct td_buf again = {0};

        CU_ASSERT_EQUAL(td_json_unescape(&text, td_text(rows[i].inner)), TD_OK);
        CU_ASSERT(td_bytes_equal(td_buf_bytes(&text), rows[i].text));
        CU_ASSERT_EQUAL(td_json_escape(&again, td_buf_bytes(&text)), TD_OK);
        CU_ASSERT(td_bytes_is(td_buf_bytes(&again), rows[i].again));
        td_buf_release(&text);
        td_buf_release(&again);
    }
}

static void unescape_refuses_what_is_no_escape_and_keeps_limits(void)
{
    static const char *const rows[] = {"\\", "\\x", "\\u", "\\u12g4", "\\u123"};
    struct td_buf out = {0};

    for (size_t i = 0; i < ROWS(rows); i++)
        CU_ASSERT_EQUAL(td_json_unescape(&out, td_text(rows[i])), TD_FORMAT);
    td_buf_release(&out);
    td_buf_init(&out, 3);
    CU_ASSERT_EQUAL(td_json_unescape(&out, td_text("\\nabc")), TD_LIMIT);
    CU_ASSERT_EQUAL(td_json_escape(&out, td_text("a\nbc")), TD_LIMIT);
    td_buf_release(&out);
}

static void utf8_is_judged_at_every_offset(void)
{
    char text[64 + 8];

    for (size_t i = 0; i < ROWS(good); i++)
        CU_ASSERT(td_utf8_valid(good[i].text));
    for (size_t at = 0; at < 40; at++) {
        memset(text, 'x', sizeof(text));
        memcpy(text + at, "\xe2\x82\xac", 3);
        CU_ASSERT(td_utf8_valid(td_bytes(text, at + 3)));
        CU_ASSERT(td_utf8_valid(td_bytes(text, sizeof(text))));
        CU_ASSERT(!td_utf8_valid(td_bytes(text, at + 2)));
        CU_ASSERT(!td_utf8_valid(td_bytes(text, at + 1)));
        text[at + 2] = 'x';
        CU_ASSERT(!td_utf8_valid(td_bytes(text, sizeof(text))));
    }
    CU_ASSERT(td_utf8_valid(td_bytes(NULL, 0)));
}

static void a_code_point_is_read_as_it_is_written(void)
{
    static const uint32_t points[] = {0,      1,       'a',     0x7f,    0x80,
                                      0x7ff,  0x800,   0x20ac,  0xd7ff,  0xe000,
                                      0xffff, 0x10000, 0x1f600, 0x10ffff};

    for (size_t i = 0; i < ROWS(points); i++) {
        uint8_t text[4];
        size_t len = td_utf8_put(text, points[i]);

        CU_ASSERT_EQUAL(td_utf8_step(text, text + len), len);
        CU_ASSERT_EQUAL(td_utf8_point(text, len), points[i]);
    }
}

/* Editors write one where nobody sees it. */
static void a_byte_order_mark_is_named(void)
{
    struct td_json_doc doc = {0};
    struct td_error err;

    CU_ASSERT_EQUAL(td_json_parse(&doc, td_text("\xEF\xBB\xBF{}"), 8, &err),
                    TD_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "byte order mark"));
    CU_ASSERT_EQUAL(td_json_parse(&doc, td_text("\xEF\xBB{}"), 8, &err),
                    TD_FORMAT);
    CU_ASSERT_PTR_NULL(strstr(err.text, "byte order mark"));
    td_json_release(&doc);
}

/* The rows with sequences cut short are those of Unicode, table 3-8. */
static void what_is_ill_formed_is_replaced_and_no_more(void)
{
    static const struct {
        const char *text;
        const char *mended;
    } rows[] = {
        {"plain", "plain"},
        {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
         "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"\xff", "\xef\xbf\xbd"},
        {"a\xe4"
         "b\xc3\xa4",
         "a\xef\xbf\xbd"
         "b\xc3\xa4"},
        {"\xe2\x82", "\xef\xbf\xbd"},
        {"\xe2\x82x", "\xef\xbf\xbdx"},
        {"\xf0\x9f\x98", "\xef\xbf\xbd"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xf4\x91", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf"
         "A",
         "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
         "A"},
        {"\"\x80\n", "\\\"\xef\xbf\xbd\\n"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf out = {0};

        CU_ASSERT_EQUAL(td_json_escape_any(&out, td_text(rows[i].text)), TD_OK);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].mended);
        td_buf_release(&out);
    }
}

CU_TestInfo core_json_tests[] = {
    {"a code point is read as it is written",
     a_code_point_is_read_as_it_is_written},
    {"good texts are accepted", good_texts_are_accepted},
    {"bad texts are refused where they go wrong",
     bad_texts_are_refused_where_they_go_wrong},
    {"values come with kind and extent", values_come_with_kind_and_extent},
    {"depth is limited at the level that is too deep",
     depth_is_limited_at_the_level_that_is_too_deep},
    {"check remembers the kind of every level",
     check_remembers_the_kind_of_every_level},
    {"every cut of a text is refused at its end",
     every_cut_of_a_text_is_refused_at_its_end},
    {"line texts have no white space around and no breaks",
     line_texts_have_no_white_space_around_and_no_breaks},
    {"what a common reader stops at suits no line",
     what_a_common_reader_stops_at_suits_no_line},
    {"deep texts suit no line though they fit",
     deep_texts_suit_no_line_though_they_fit},
    {"a byte order mark is named", a_byte_order_mark_is_named},
    {"pointers find their value", pointers_find_their_value},
    {"unescape and escape agree", unescape_and_escape_agree},
    {"unescape refuses what is no escape and keeps limits",
     unescape_refuses_what_is_no_escape_and_keeps_limits},
    {"utf8 is judged at every offset", utf8_is_judged_at_every_offset},
    {"what is ill-formed is replaced and no more",
     what_is_ill_formed_is_replaced_and_no_more},
    CU_TEST_INFO_NULL,
};
