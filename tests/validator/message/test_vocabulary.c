/* The words of a contract: each once; fields are found as RFC 6901 says. */
#include "core/json_shape.h"
#include "tests/suites.h"
#include "validator/message/vocabulary.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static void events_get_one_index_each(void)
{
    struct check_words *words = check_words_new();
    char name[20];

    CU_ASSERT_EQUAL(check_event_find(words, td_text("a")), CHECK_NO_EVENT);
    CU_ASSERT_EQUAL(check_event_add(words, td_bytes(NULL, 0)), 0);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 1; i < 1000; i++) {
            (void)snprintf(name, sizeof(name), "event_%u", i);
            CU_ASSERT_EQUAL(check_event_add(words, td_text(name)), i);
        }
    }
    CU_ASSERT_EQUAL(check_event_count(words), 1000);
    CU_ASSERT_EQUAL(check_event_find(words, td_text("event_7")), 7);
    CU_ASSERT_EQUAL(check_event_find(words, td_text("event_")), CHECK_NO_EVENT);
    CU_ASSERT_EQUAL(check_event_find(words, td_bytes(NULL, 0)), 0);
    CU_ASSERT(td_bytes_is(check_event_name(words, 999), "event_999"));
    check_words_free(words);
}

static void equal_paths_are_one_field(void)
{
    struct check_words *words = check_words_new();
    uint32_t a = check_field_read(words, td_text("a.b"));

    CU_ASSERT_EQUAL(check_field_add(words, CHECK_FIELD_DATA, td_text("/a/b")),
                    a);
    CU_ASSERT_NOT_EQUAL(check_field_read(words, td_text("/a/b")), a);
    CU_ASSERT_EQUAL(
        check_field_add(words, CHECK_FIELD_MESSAGE, td_text("/a/b")),
        check_field_read(words, td_text("/a/b")));
    CU_ASSERT_EQUAL(check_field_count(words), 2);
    CU_ASSERT_STRING_EQUAL(check_field_text(words, a), "a.b");
    CU_ASSERT_STRING_EQUAL(check_field_text(words, 1), "/a/b");
    check_words_free(words);
}

static void what_names_no_field_is_told(void)
{
    static const char *const rows[] = {"", ".", "a.", ".a", "a..b"};
    struct check_words *words = check_words_new();

    for (size_t i = 0; i < ROWS(rows); i++)
        CU_ASSERT_EQUAL(check_field_read(words, td_text(rows[i])),
                        CHECK_NO_VALUE);
    CU_ASSERT_EQUAL(check_field_count(words), 0);
    check_words_free(words);
}

static void fields_are_found_in_each_message(void)
{
    static const char *const lines[] = {
        "{\"data\":{\"a\":1,\"a\":2,\"x~y/z\":[10,{\"b\":3}]},\"a\":4}",
        "{\"a\":5,\"data\":{\"\":6,\"\\u0061\":7,\"a.b\":8}}",
        "{\"data\":[9]}",
    };
    static const struct {
        const char *field;
        const char *found[3]; /* a line each; "" = nothing */
    } rows[] = {
        {"a", {"2", "7", ""}},
        {"/a", {"4", "5", ""}},
        {"x~y/z.1.b", {"3", "", ""}},
        {"x~y/z.01", {"", "", ""}},
        {"x~y/z.2", {"", "", ""}},
        {"0", {"", "", "9"}},
        {"/data/x~0y~1z/0", {"10", "", ""}},
        {"/data/", {"", "6", ""}},
        {"/data/a.b", {"", "8", ""}},
        {"a.b", {"", "", ""}},
    };
    struct check_words *words = check_words_new();
    struct check_field_cache *cache;
    struct td_json_doc doc = {0};

    for (uint32_t i = 0; i < ROWS(rows); i++)
        CU_ASSERT_EQUAL(check_field_read(words, td_text(rows[i].field)), i);
    cache = check_field_cache_new(words);
    for (size_t l = 0; l < ROWS(lines); l++) {
        struct check_message m = {.doc = &doc};

        CU_ASSERT_EQUAL_FATAL(
            td_json_parse(&doc, td_text(lines[l]), TD_JSON_DEPTH, NULL), TD_OK);
        m.data = td_json_pointer(&doc, 0, "/data");
        check_field_begin(cache, &m);
        for (uint32_t i = 0; i < 2 * ROWS(rows); i++) {
            const char *found = rows[i / 2].found[l];
            uint32_t at = check_field_at(cache, i / 2);

            CU_ASSERT_EQUAL(at == CHECK_NO_VALUE, found[0] == '\0');
            if (at != CHECK_NO_VALUE)
                CU_ASSERT(td_bytes_is(td_json_raw(&doc, at), found));
        }
    }
    check_field_cache_free(cache);
    check_words_free(words);
    td_json_release(&doc);
}

/* The place of `n` in messages of one shape says nothing about those of others.
 */
static void other_shapes_are_other_places(void)
{
    static const char *const lines[] = {
        "{\"n\":1,\"x\":5}", "{\"m\":7,\"x\":5}", "{}", "{\"m\":2,\"n\":3}"};
    struct check_words *words = check_words_new();
    uint32_t event = check_event_add(words, td_text("e"));
    uint32_t n = check_field_read(words, td_text("n"));
    struct check_field_cache *cache = check_field_cache_new(words);
    struct td_json_shapes *shapes = td_json_shapes_new(TD_JSON_DEPTH);
    struct td_json_doc doc = {0};
    static const uint32_t found[] = {2, CHECK_NO_VALUE, CHECK_NO_VALUE, 4};

    for (size_t i = 0; i < 4 * ROWS(lines); i++) {
        struct check_message m = {.doc = &doc, .event = event};

        CU_ASSERT_EQUAL_FATAL(
            td_json_shapes_parse(shapes, &doc, td_text(lines[i % 4]), NULL),
            TD_OK);
        check_field_begin(cache, &m);
        CU_ASSERT_EQUAL(check_field_at(cache, n), found[i % 4]);
    }
    CU_ASSERT(doc.shape > 0);
    td_json_shapes_free(shapes);
    check_field_cache_free(cache);
    check_words_free(words);
    td_json_release(&doc);
}

CU_TestInfo validator_message_vocabulary_tests[] = {
    {"events get one index each", events_get_one_index_each},
    {"equal paths are one field", equal_paths_are_one_field},
    {"what names no field is told", what_names_no_field_is_told},
    {"fields are found in each message", fields_are_found_in_each_message},
    {"other shapes are other places", other_shapes_are_other_places},
    CU_TEST_INFO_NULL,
};
