/* Encoded texts, and JSON within them. */
#include "schema/format/content.h"
#include "tests/suites.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static void encodings_are_those_of_rfc_4648(void)
{
    static const struct {
        const char *encoding;
        const char *good[8];
        const char *bad[10];
    } rows[] = {
        {"base64",
         {"", "Zg==", "Zm8=", "Zm9v", "+/+/", NULL},
         {"Zg", "Zg=", "Zg===", "Zh==", "Z===", "Zm9v\n", "_-_-", " ", NULL}},
        {"Base32",
         {"", "MY======", "MZXQ====", "MZXW6===", "MZXW6YQ=", "MZXW6YTB", NULL},
         {"MY", "MY=====", "MZ======", "M=======", "MZX=====", "MZXW6Y==",
          "my======", "1Y======", "========", NULL}},
        {"base16",
         {"", "00", "fF", "0123456789abcdef", NULL},
         {"0", "0g", "0=", "==", "00 0", NULL}},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        schema_format_fn *check =
            schema_content_encoding(td_text(rows[i].encoding));

        CU_ASSERT_PTR_NOT_NULL_FATAL(check);
        if (!check)
            return;
        for (size_t j = 0; rows[i].good[j]; j++)
            CU_ASSERT_TRUE(check(td_text(rows[i].good[j])));
        for (size_t j = 0; rows[i].bad[j]; j++) {
            if (check(td_text(rows[i].bad[j])))
                printf("\n    %s: \"%s\"\n", rows[i].encoding, rows[i].bad[j]);
            CU_ASSERT_FALSE(check(td_text(rows[i].bad[j])));
        }
        CU_ASSERT_FALSE(check(td_bytes("AAAAAAA\0", 8)));
    }
}

static void json_is_found_within(void)
{
    static const struct {
        const char *encoding;
        const char *type;
        const char *text;
        bool good;
    } rows[] = {
        {"", "application/json", "{\"a\":[]}", true},
        {"", "application/json", "{:}", false},
        {"", "Application/JSON ; charset=utf-8", "", false},
        {"", "application/geo+json", "nope", false},
        {"base64", "application/json", "e30=", true},
        {"base64", "application/json", "ezp9", false},
        {"base64", "application/json", "no base64", true},
        {"base32", "application/json", "PN6Q====", true},
        {"base32", "application/json", "PM======", false},
        {"base16", "application/json", "7b7D", true},
        {"base16", "application/json", "7b", false},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        schema_format_fn *check = schema_content_media(
            td_text(rows[i].encoding), td_text(rows[i].type));

        CU_ASSERT_PTR_NOT_NULL_FATAL(check);
        if (!check)
            return;
        CU_ASSERT_EQUAL(check(td_text(rows[i].text)), rows[i].good);
    }
}

static void what_is_not_known_is_not_checked(void)
{
    CU_ASSERT_PTR_NULL(schema_content_encoding(td_text("quoted-printable")));
    CU_ASSERT_PTR_NULL(schema_content_encoding(td_text("")));
    CU_ASSERT_PTR_NULL(schema_content_media(td_text(""), td_text("text/html")));
    CU_ASSERT_PTR_NULL(schema_content_media(td_text(""), td_text("+json")));
    CU_ASSERT_PTR_NULL(
        schema_content_media(td_text("7bit"), td_text("application/json")));
}

CU_TestInfo schema_format_content_tests[] = {
    {"encodings are those of RFC 4648", encodings_are_those_of_rfc_4648},
    {"JSON is found within", json_is_found_within},
    {"what is not known is not checked", what_is_not_known_is_not_checked},
    CU_TEST_INFO_NULL,
};
