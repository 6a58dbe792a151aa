/* The writer of HTML: no text becomes anything but text. */
#include "reports/html_writer.h"
#include "tests/suites.h"

#include <string.h>

struct row {
    const char *text;
    size_t len; /* 0: up to its NUL */
    const char *html;
    const char *attribute;
};

static const struct row rows[] = {
    {"plain\ttext\n", 0, "plain\ttext\n", "plain\ttext\n"},
    {"</script><!--&'\"", 0, "&lt;/script&gt;&lt;!--&amp;&#39;&quot;",
     "&lt;/script&gt;&lt;!--&amp;&#39;&quot;"},
    {"a\0b", 3,
     "a\xe2\x90\x80"
     "b",
     NULL},
    {"\033[31m", 0, "\xe2\x90\x9b[31m", "\xe2\x90\x9b[31m"},
    {"\177", 0, "\xe2\x90\xa1", "U+007F"},
    {"\xc2\x85", 0, "<b class=\"u\">U+0085</b>", "U+0085"},
    {"\xe2\x80\xae", 0, "<b class=\"u\">U+202E</b>", "U+202E"},
    {"\xf3\xa0\x81\x81", 0, "<b class=\"u\">U+E0041</b>", "U+E0041"},
    {"\xc3\xa9\xf0\x9f\x98\x80", 0, "\xc3\xa9\xf0\x9f\x98\x80",
     "\xc3\xa9\xf0\x9f\x98\x80"},
    {"x\xff", 0, "x\xef\xbf\xbd", "x\xef\xbf\xbd"},
    {"\xed\xa0\x80", 0, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
};

static void test_texts(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        struct td_buf out = {0};
        struct report_tags w = {.out = &out};

        report_put_bytes(&w, row->len ? td_bytes(row->text, row->len)
                                      : td_text(row->text));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), row->html);
        if (row->attribute) {
            td_buf_clear(&out);
            report_tag(&w, "p", "title", row->text, NULL);
            td_buf_drop(&out, strlen("<p title=\""));
            CU_ASSERT_EQUAL(out.len, strlen(row->attribute) + 2);
            CU_ASSERT_EQUAL(
                memcmp(out.ptr, row->attribute, strlen(row->attribute)), 0);
        }
        td_buf_release(&out);
    }
}

/* An element in the text of a picture would end the picture, and one in a title
 * would be read as it stands.
 */
static void test_only_text(void)
{
    struct td_buf out = {0};
    struct report_tags w = {.out = &out};

    report_tag(&w, "text", NULL);
    report_put(&w, "\xe2\x80\xae<");
    report_tag(&w, "title", NULL);
    report_put(&w, "\xe2\x80\xae");
    report_end(&w);
    report_end(&w);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out),
                           "<text>[U+202E]&lt;<title>[U+202E]</title></text>");
    CU_ASSERT_EQUAL(w.shown, 2);
    td_buf_release(&out);
}

static void test_elements(void)
{
    struct td_buf out = {0};
    struct report_tags w = {.out = &out};

    report_tag(&w, "p", "class", "x", "id", NULL, "open", "", NULL);
    report_void(&w, "br", NULL);
    report_leaff(&w, "b", NULL, "%d<", 7);
    report_payload(&w, "i", "\xc3\xa9\xc3\xa9", 3);
    report_end(&w);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out),
                           "<p class=\"x\" open><br><b>7&lt;</b>"
                           "<i class=\"p\"><bdi>\xc3\xa9</bdi>"
                           "<i class=\"cut\"> ... 2 bytes more</i></i></p>");
    CU_ASSERT_EQUAL(w.code, TD_OK);
    td_buf_release(&out);
}

static void test_limit(void)
{
    struct td_buf out;
    struct report_tags w = {.out = &out};

    td_buf_init(&out, 4);
    report_tag(&w, "p", NULL);
    report_put(&w, "long");
    report_end(&w);
    CU_ASSERT_EQUAL(w.code, TD_LIMIT);
    td_buf_release(&out);
}

CU_TestInfo reports_html_writer_tests[] = {
    {"texts", test_texts},       {"only text", test_only_text},
    {"elements", test_elements}, {"limit", test_limit},
    CU_TEST_INFO_NULL,
};
