/* What has a format and what only looks like it. */
#include "schema/format/format.h"
#include "tests/suites.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

struct row {
    const char *format;
    const char *good[16];
    const char *bad[24];
};

static void expect(const char *format, const char *text, bool want)
{
    schema_format_fn *check = schema_format_find(td_text(format));
    bool got;

    CU_ASSERT_PTR_NOT_NULL_FATAL(check);
    if (!check)
        return;
    got = check(td_text(text));
    if (got != want)
        printf("\n    %s \"%s\": %s\n", format, text, got ? "good" : "bad");
    CU_ASSERT_EQUAL(got, want);
}

static void judge(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; rows[i].good[j]; j++)
            expect(rows[i].format, rows[i].good[j], true);
        for (size_t j = 0; rows[i].bad[j]; j++)
            expect(rows[i].format, rows[i].bad[j], false);
    }
}

static void times_are_those_of_rfc_3339(void)
{
    static const struct row rows[] = {
        {"date",
         {"2024-02-29", "2000-02-29", "0001-12-31", NULL},
         {"2023-02-29", "1900-02-29", "2024-04-31", "2024-13-01", "2024-00-01",
          "2024-1-01", "20240101", "2024-01-01 ", "", NULL}},
        {"time",
         {"00:00:00Z", "12:00:00.000000000000001+23:59", "23:59:60z",
          "05:29:60+05:30", "19:59:60.5-04:00", NULL},
         {"24:00:00Z", "12:00:00", "12:00:00.Z", "12:00:00,5Z", "12:00:61Z",
          "12:59:60Z", "05:29:60-05:30", "12:00:00+24:00", "12:00:00+01:60",
          "12:00:00+0100", "1:00:00Z", "12:00Z", "", NULL}},
        {"date-time",
         {"2024-02-29T00:00:00Z", "2016-12-31t23:59:60z",
          "2017-01-01T08:59:60+09:00", NULL},
         {"2024-02-30T00:00:00Z", "2024-02-29 00:00:00Z", "2024-02-29T",
          "2024-02-29", "2024-02-29T00:00:00", NULL}},
        {"duration",
         {"P3Y6M4DT12H30M5S", "P1W", "PT0S", "P4DT1M", "P1Y", "PT1H2M", NULL},
         {"P", "PT", "P1YT", "P1W1D", "P1Y1W", "P1Y1D", "PT1H1S", "P1M1Y",
          "P1S", "PT1D", "P-1D", "P1.5D", "1D", "p1d", "P1DT", "", NULL}},
    };

    judge(rows, ROWS(rows));
}

static void hosts_and_addresses_are_what_a_resolver_takes(void)
{
    static const struct row rows[] = {
        {"hostname",
         {"a", "example.com", "1a.2b", "a--b", "xn--bcher-kva.example", NULL},
         {"", ".", "a.", ".a", "a..b", "-a", "a-", "a_b", "a b", "b\xC3\xBC",
          "xn--", "xn--a", "xn--zz-----", "xn--7a", "a/b", NULL}},
        {"idn-hostname",
         {"b\303\274cher.example", "\xE4\xBE\x8B\xE3\x80\x82\xE5\xAD\x90",
          "XN--Bcher-Kva", "\xD7\x90\xD7\x91.\xD7\x92", "\xD7\x90.a1", NULL},
         {"", "B\xC3\xBC", "\xC3\xBC-", "-\xC3\xBC", "\xC3\xBC..a",
          "\xE3\x80\x82", "\xD7\x90.1a", "1\xD7\x90", "a\xD7\x90", "u\xCC\x88",
          "\xFF", "\xE2\x98\x83\xEF\xB8\x8F", NULL}},
        {"ipv4",
         {"0.0.0.0", "255.255.255.255", NULL},
         {"256.0.0.1", "1.2.3", "1.2.3.04", "0x7f.0.0.1", "1.2.3.4 ",
          "1.2.3.4.5", "", NULL}},
        {"ipv6",
         {"::", "1:2:3:4:5:6:7:8", "fe80::1", "::ffff:1.2.3.4",
          "FFFF:ffff:ffff:ffff:ffff:ffff:255.255.255.255", NULL},
         {":::", "1::2::3", "1:2:3:4:5:6:7", "::12345", "fe80::1%eth0", "[::1]",
          "1.2.3.4", "::1.2.3", "", NULL}},
    };

    judge(rows, ROWS(rows));
}

static void names_have_a_longest_one(void)
{
    char name[] =
        "123456789a123456789b123456789c123456789d123456789e12345678.f."
        "123456789a123456789b123456789c123456789d123456789e12345678.f."
        "123456789a123456789b123456789c123456789d123456789e12345678.f."
        "123456789a123456789b123456789c123456789d123456789e12345678.f."
        "123456789abcdef";

    CU_ASSERT_EQUAL(strlen(name), 259);
    expect("hostname", name, false);
    expect("idn-hostname", name, false);
    name[254] = '\0';
    expect("hostname", name, false);
    expect("idn-hostname", name, false);
    name[253] = '\0';
    expect("hostname", name, true);
    expect("idn-hostname", name, true);
}

static void mail_addresses_are_those_of_smtp(void)
{
    static const struct row rows[] = {
        {"email",
         {"a@b", "a.b+c@example.com", "\"a b\"@example.com",
          "\"\\\"\"@example.com", "\"\"@a", "a@[1.2.3.4]", "a@[ipv6:::1]",
          "a{}|~@x-y.z", NULL},
         {"",           "@",        "a",          "a@",         "@b",
          "a@b@c",      ".a@b",     "a.@b",       "a..b@c",     "a b@c",
          "\"a@b",      "\"a\"b@c", "a@b_c",      "a@-b",       "a@b.",
          "a@[1.2.3]",  "a@[::1]",  "a@[IPv6:1]", "a@[1.2.3.4", "\xC3\xBC@b",
          "a@\xC3\xBC", NULL}},
        {"idn-email",
         {"a@b", "\xC3\xBC@b\303\274cher.example", "\"\xC3\xBC\"@u\xCC\x88.a",
          NULL},
         {"\xC3\xBC", "\xFF@b", "\"\\\xC3\xBC\"@b", "a@\xC3\xBC-", NULL}},
    };
    static const char part[] = "123456789a123456789b123456789c123456789d"
                               "123456789e123456789f123456@b";

    judge(rows, ROWS(rows));
    expect("email", part, false);
    expect("email", part + 2, true);
}

static void uris_follow_their_grammar(void)
{
    static const struct row rows[] = {
        {"uri",
         {"a:", "a:b", "http://a", "HTTP://u:p@h:80/p;a/b?q=/?#f?/", "a:?#",
          "a://", "a://@:", "x+y-z.1:a", "http://[::1]:8/", "a://[v1.~:]",
          "file:///a%20b", "mailto:a@b", NULL},
         {"",
          "a",
          "//a",
          "/a",
          ":a",
          "1a:b",
          "a_b:c",
          "a:b c",
          "a:%",
          "a:%2",
          "a:%2g",
          "a:[",
          "http://[::1",
          "http://::1",
          "http://[::1]a",
          "http://a:b:1",
          "http://a@b@c",
          "http://h:8a",
          "a:#b#c",
          "a:\xC3\xBC",
          "a://[v.a]",
          "a://[v1.]",
          "a:\\b",
          NULL}},
        {"uri-reference",
         {"", "a", "//a", "/a", "?a", "#a", "./a:b", "a/b:c", "http://a",
          "../a", NULL},
         {"1:a", ":a", "a b", "\\a", "#a#b", "//a:b", "/\xC3\xBC", NULL}},
        {"iri",
         {"a:\xC3\xBC", "http://b\xC3\xBC.example/\xF0\x90\x8C\x80",
          "a:?\xEE\x80\x80", NULL},
         {"\xC3\xBC:a", "a:\xEE\x80\x80", "a:?#\xEE\x80\x80", "a:\xFF",
          "a:\xEF\xBF\xBF", "a:\xC2\x80", "\xC3\xBC", NULL}},
        {"iri-reference",
         {"\xC3\xBC", "a:\xC3\xBC", NULL},
         {"<\xC3\xBC>", NULL}},
        {"uri-template",
         {"", "a", "{a}", "a{b}c{+d,e:3,f*}", "{?a.b_c1}", "{%41}", "\xC3\xBC",
          "{a:9999}", "'", "%41", NULL},
         {"{",     "}",    "{}",      "{a",         "{a}}", "{{a}}",
          "{a b}", "{a:}", "{a:0}",   "{a:10000}",  "{a,}", "{,}",
          "{a*b}", "{a.}", "{.a..b}", "{$a}",       "a b",  "%4",
          "<a>",   "\"",   "\xFF",    "{\xC3\xBC}", NULL}},
    };

    judge(rows, ROWS(rows));
}

static void other_formats(void)
{
    static const struct row rows[] = {
        {"uuid",
         {"123e4567-E89B-12d3-a456-426614174000", NULL},
         {"123e4567-e89b-12d3-a456-42661417400", "",
          "123e4567-e89b-12d3-a456-42661417400g",
          "{123e4567-e89b-12d3-a456-42661417400}",
          "123e4567ee89b-12d3-a456-426614174000", NULL}},
        {"json-pointer",
         {"", "/", "/a/b", "//", "/~0~1", "/\xC3\xBC ", NULL},
         {"a", "#", "/~", "/~2", "/a~", NULL}},
        {"relative-json-pointer",
         {"0", "1/a", "10#", "0/", NULL},
         {"", "#", "/a", "01", "-1", "1##", "1#/", "1a", "1/~", NULL}},
        {"regex",
         {"", "a|b", "^\\d{2,}$", "[^]", "(?<n>a)\\k<n>", NULL},
         {"(", ")", "[", "a**", "\\", NULL}},
    };

    judge(rows, ROWS(rows));
}

static void a_nul_byte_ends_nothing(void)
{
    static const char *const formats[] = {
        "date", "time",  "hostname", "idn-hostname", "ipv4",
        "ipv6", "email", "uri",      "uri-template", "uuid",
    };
    static const char *const texts[] = {
        "2024-01-01", "12:00:00Z", "a",   "a",   "1.2.3.4",
        "::1",        "a@b",       "a:b", "{a}", NULL,
    };

    for (size_t i = 0; texts[i]; i++) {
        size_t len = strlen(texts[i]);
        schema_format_fn *check = schema_format_find(td_text(formats[i]));

        CU_ASSERT_TRUE(check(td_bytes(texts[i], len)));
        CU_ASSERT_FALSE(check(td_bytes(texts[i], len + 1)));
    }
    CU_ASSERT_FALSE(schema_format_find(td_text("uuid"))(td_bytes(NULL, 0)));
    CU_ASSERT_TRUE(schema_format_find(td_text("regex"))(td_bytes(NULL, 0)));
}

static void unknown_names_have_no_checker(void)
{
    CU_ASSERT_PTR_NULL(schema_format_find(td_text("color")));
    CU_ASSERT_PTR_NULL(schema_format_find(td_text("")));
    CU_ASSERT_PTR_NULL(schema_format_find(td_bytes("uuid4", 3)));
}

CU_TestInfo schema_format_format_tests[] = {
    {"times are those of RFC 3339", times_are_those_of_rfc_3339},
    {"hosts and addresses are what a resolver takes",
     hosts_and_addresses_are_what_a_resolver_takes},
    {"names have a longest one", names_have_a_longest_one},
    {"mail addresses are those of SMTP", mail_addresses_are_those_of_smtp},
    {"URIs follow their grammar", uris_follow_their_grammar},
    {"uuid, pointers, regex", other_formats},
    {"a NUL byte ends nothing", a_nul_byte_ends_nothing},
    {"unknown names have no checker", unknown_names_have_no_checker},
    CU_TEST_INFO_NULL,
};
