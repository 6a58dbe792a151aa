/* A new name changes the name and nothing else. */
#include "replayer/remap.h"
#include "tests/suites.h"

#include <stdio.h>

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static void only_the_name_changes(void)
{
    static const struct {
        const char *name;
        enum td_form form;
        const char *ev;
        const char *payload;
        const char *ev_after;
        const char *payload_after;
    } rows[] = {
        {"not named", TD_FORM_JSON, "x", "[\"x\",1.10]", "x", "[\"x\",1.10]"},
        {"an argument array", TD_FORM_JSON, "old", "[\"old\",1.10]", "new",
         "[\"new\",1.10]"},
        {"the name alone", TD_FORM_JSON, "old", "[\"old\"]", "new",
         "[\"new\"]"},
        {"white space stays", TD_FORM_JSON, "old", "[ \"old\" , 1]", "new",
         "[ \"new\" , 1]"},
        {"an object keeps its bytes", TD_FORM_JSON, "old", "{\"a\":\"old\"}",
         "new", "{\"a\":\"old\"}"},
        {"another first element", TD_FORM_JSON, "old", "[\"older\"]", "new",
         "[\"older\"]"},
        {"an array cut off", TD_FORM_JSON, "old", "[\"old", "new", "[\"old"},
        {"text", TD_FORM_TEXT, "old", "[\"old\"]", "new", "[\"old\"]"},
        {"an empty payload", TD_FORM_JSON, "old", "", "new", ""},
        {"an escaped name", TD_FORM_JSON, "\\u006fld", "[\"\\u006fld\",2]",
         "new", "[\"new\",2]"},
        {"quotes in the new name", TD_FORM_JSON, "a", "[\"a\"]",
         "say \\\"b\\\"", "[\"say \\\"b\\\"\"]"},
        {"a := in the new name", TD_FORM_JSON, "c", "[\"c\"]", "d:=e",
         "[\"d:=e\"]"},
        {"no name", TD_FORM_JSON, "", "[1]", "", "[1]"},
    };
    struct play_remap *remap = NULL;
    struct td_error err = {0};

    CU_ASSERT_EQUAL_FATAL(
        play_remap_new(&remap, LIST("old:=new", "a:=say \"b\"", "c:=d:=e"),
                       &err),
        TD_OK);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_event ev = {.form = rows[i].form,
                              .name = td_text(rows[i].ev),
                              .payload = td_text(rows[i].payload)};

        CU_ASSERT_EQUAL(play_remap_apply(remap, &ev, &err), TD_OK);
        if (!td_bytes_is(ev.name, rows[i].ev_after) ||
            !td_bytes_is(ev.payload, rows[i].payload_after))
            printf("\n    row \"%s\": %.*s\n", rows[i].name,
                   (int)ev.payload.len, (const char *)ev.payload.ptr);
        CU_ASSERT(td_bytes_is(ev.name, rows[i].ev_after));
        CU_ASSERT(td_bytes_is(ev.payload, rows[i].payload_after));
    }
    play_remap_free(remap);
}

static void a_wrong_rule_is_refused(void)
{
    static const char *const rows[][3] = {
        {"a"}, {"a=b"},     {":=b"},         {"a:="},
        {""},  {"\xff:=b"}, {"a:=\xc0\x80"}, {"a:=b", "a:=c"},
    };
    struct play_remap *remap = NULL;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_error err = {0};

        CU_ASSERT_EQUAL(play_remap_new(&remap, rows[i], &err), TD_USAGE);
        CU_ASSERT_STRING_EQUAL(err.where, "--remap");
    }
}

CU_TestInfo replayer_remap_tests[] = {
    {"only the name changes", only_the_name_changes},
    {"a wrong rule is refused", a_wrong_rule_is_refused},
    CU_TEST_INFO_NULL,
};
