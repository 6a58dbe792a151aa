/* What is understood of an answer, and what is refused. */
#include "orchestrator/spec/bank.h"
#include "orchestrator/spec/spec.h"
#include "tests/suites.h"

#include <string.h>

static void begin(struct spec *spec, enum spec_type type)
{
    CU_ASSERT_EQUAL(spec_begin(spec, td_text("a thing"), type, NULL), TD_OK);
}

static const struct {
    const char *text;
    int auth; /* -1: refused */
} auths[] = {{"none", SPEC_NONE},
             {"a JWT", SPEC_TOKEN},
             {"API keys", SPEC_TOKEN},
             {"api-key", SPEC_TOKEN},
             {"OAuth2", SPEC_OAUTH},
             {"Passwords", SPEC_PASSWORD},
             {"contrase\xc3\xb1"
              "a",
              SPEC_PASSWORD},
             {"maybe", -1},
             {"password or token", -1},
             {"?", -1},
             {"nonesuch", -1},
             {"", -1}};

static void understands_auth(void)
{
    struct spec spec = {0};
    struct td_error err;

    begin(&spec, SPEC_API_BACKEND);
    for (size_t i = 0; i < sizeof(auths) / sizeof(auths[0]); i++) {
        enum td_code code = spec_answer(&spec, SPEC_AUTHENTICATION,
                                        td_text(auths[i].text), &err);

        CU_ASSERT_EQUAL(code == TD_OK, auths[i].auth >= 0);
        if (code == TD_OK)
            CU_ASSERT_EQUAL((int)spec.answers[SPEC_AUTHENTICATION].auth,
                            auths[i].auth);
    }
    CU_ASSERT_EQUAL(
        spec_answer(&spec, SPEC_AUTHENTICATION, td_text("maybe"), &err),
        TD_USAGE);
    CU_ASSERT_STRING_EQUAL(err.where, "auth");
    CU_ASSERT_STRING_EQUAL(err.text, "\"maybe\" names no way to sign in");
    CU_ASSERT_STRING_EQUAL(err.hint, "say none, password, token or oauth");
    spec_release(&spec);
}

static const struct {
    const char *text;
    long long amount; /* -1: refused */
    int level;
    int rate;
} scales[] = {
    {"2k", 2000, SPEC_MEDIUM, 0},
    {"50 req/s", 50, SPEC_MEDIUM, 1},
    {"5 requests/s", 5, SPEC_SMALL, 1},
    {"1.5 million users", 1500000, SPEC_MASSIVE, 0},
    {"1,500 users", 1500, SPEC_MEDIUM, 0},
    {"100 users in month 1, 900 in month 6", 900, SPEC_SMALL, 0},
    {"Small", 0, SPEC_SMALL, 0},
    {"massive!", 0, SPEC_MASSIVE, 0},
    {"3 M", 3000000, SPEC_MASSIVE, 0},
    {"20 users' phones", 20, SPEC_SMALL, 0},
    {"99999999999999999999", 9999999999999, SPEC_MASSIVE, 0},
    {"lots", -1, 0, 0},
    {"0", -1, 0, 0},
    {"smallish", -1, 0, 0},
};

static void understands_scale(void)
{
    struct spec spec = {0};

    begin(&spec, SPEC_API_BACKEND);
    for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++) {
        const struct spec_answer *a = &spec.answers[SPEC_SCALES];
        enum td_code code =
            spec_answer(&spec, SPEC_SCALES, td_text(scales[i].text), NULL);

        CU_ASSERT_EQUAL(code == TD_OK, scales[i].amount >= 0);
        if (code)
            continue;
        if ((long long)a->amount != scales[i].amount)
            printf("%s: %llu\n", scales[i].text, (unsigned long long)a->amount);
        CU_ASSERT_EQUAL((long long)a->amount, scales[i].amount);
        CU_ASSERT_EQUAL((int)a->level, scales[i].level);
        CU_ASSERT_EQUAL((int)a->per_second, scales[i].rate);
    }
    spec_release(&spec);
}

static const struct {
    const char *text;
    int when; /* -1: refused */
    unsigned days;
    const char *date;
} times[] = {
    {"asap", SPEC_ASAP, 0, NULL},
    {"as soon as possible", SPEC_ASAP, 0, NULL},
    {"6 weeks", SPEC_DURATION, 42, NULL},
    {"in 3 months", SPEC_DURATION, 90, NULL},
    {"1 year", SPEC_DURATION, 365, NULL},
    {"6-week", SPEC_DURATION, 42, NULL},
    {"by 2026-12-31", SPEC_DAY, 0, "2026-12-31"},
    {"2026-02-30", -1, 0, NULL},
    {"0 weeks", -1, 0, NULL},
    {"when it is done", -1, 0, NULL},
    {"6 sheep", -1, 0, NULL},
};

static void understands_time(void)
{
    struct spec spec = {0};

    begin(&spec, SPEC_API_BACKEND);
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        const struct spec_answer *a = &spec.answers[SPEC_TIME];
        enum td_code code =
            spec_answer(&spec, SPEC_TIME, td_text(times[i].text), NULL);

        if ((code == TD_OK) != (times[i].when >= 0))
            printf("%s\n", times[i].text);
        CU_ASSERT_EQUAL(code == TD_OK, times[i].when >= 0);
        if (code)
            continue;
        CU_ASSERT_EQUAL((int)a->when, times[i].when);
        CU_ASSERT_EQUAL(a->days, times[i].days);
        if (times[i].date)
            CU_ASSERT_STRING_EQUAL(a->date, times[i].date);
    }
    spec_release(&spec);
}

static const struct {
    const char *text;
    size_t items; /* 0: refused */
    const char *last;
} lists[] = {
    {"a, b and c", 3, "c"}, {"shop owners", 1, "shop owners"},
    {"a;b\nc", 3, "c"},     {"uno y dos.", 2, "dos"},
    {", ,x, ?,", 1, "x"},   {"sand and band", 2, "band"},
    {"-", 0, NULL},         {"  ", 0, NULL},
};

static void understands_lists(void)
{
    struct spec spec = {0};

    begin(&spec, SPEC_WEB_APP);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const struct spec_list *list = &spec.answers[SPEC_FEATURES].list;
        enum td_code code =
            spec_answer(&spec, SPEC_FEATURES, td_text(lists[i].text), NULL);

        CU_ASSERT_EQUAL(code == TD_OK, lists[i].items > 0);
        if (code)
            continue;
        CU_ASSERT_EQUAL(list->len, lists[i].items);
        CU_ASSERT_STRING_EQUAL(list->items[list->len - 1], lists[i].last);
    }
    spec_release(&spec);
}

static const struct {
    const char *text;
    const char *where; /* NULL: understood */
    const char *hint;  /* part of it */
} entities[] = {
    {"wine(name: text), order(total: money)", NULL, NULL},
    {"Wine( Name : TEXT 1..80 , year: integer 1900..2100 optional )", NULL,
     NULL},
    {"wine; order", NULL, NULL},
    {"a(b: number -10..10)", NULL, NULL},
    {"wine(name: txt)", "data:12", "did you mean text"},
    {"wine(name: colour)", "data:12", "there are text"},
    {"wine(name: text", "data:16", "wine(name"},
    {"wine(name: text) order", "data:18", "wine(name"},
    {"wine()", "data:6", "a letter"},
    {"9wine", "data:1", "a letter"},
    {"wine(id: integer)", "data:6", "otherwise"},
    {"wine(a: text, A: text)", "data:15", "of its own"},
    {"wine, wine", "data:7", "of its own"},
    {"wine(a: text 9..1)", "data:14", "smaller"},
    {"wine(a: money -1..5)", "data:15", "integer"},
    {"wine(a: bool 0..1)", "data:14", "text, integer"},
    {"wine(a: text 1..99999)", "data:14", "0..10000"},
    {"wine(a: integer 1..9007199254740992)", "data:17", "2^53"},
    {"wine(a: text often)", "data:14", "optional"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "data:1", "32"},
};

static void understands_entities(void)
{
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
        struct spec spec = {0};
        struct td_error err = {0};
        enum td_code code;

        begin(&spec, SPEC_API_BACKEND);
        code = spec_answer(&spec, SPEC_DATA, td_text(entities[i].text), &err);
        CU_ASSERT_EQUAL(code, entities[i].where ? TD_USAGE : TD_OK);
        if (entities[i].where) {
            if (strcmp(err.where, entities[i].where) != 0)
                printf("%s: %s\n", entities[i].text, err.where);
            CU_ASSERT_STRING_EQUAL(err.where, entities[i].where);
            CU_ASSERT_PTR_NOT_NULL(strstr(err.hint, entities[i].hint));
        }
        spec_release(&spec);
    }
}

static void keeps_what_entities_say(void)
{
    struct spec spec = {0};
    const struct spec_entities *e = &spec.answers[SPEC_DATA].entities;

    begin(&spec, SPEC_API_BACKEND);
    CU_ASSERT_EQUAL(
        spec_answer(&spec, SPEC_DATA, td_text(entities[1].text), NULL), TD_OK);
    CU_ASSERT_EQUAL(e->len, 1);
    CU_ASSERT_STRING_EQUAL(e->list[0].name, "wine");
    CU_ASSERT_EQUAL(e->list[0].fields[0].most, 80);
    CU_ASSERT_FALSE(e->list[0].fields[0].optional);
    CU_ASSERT_EQUAL(e->list[0].fields[1].least, 1900);
    CU_ASSERT_TRUE(e->list[0].fields[1].optional);
    spec_release(&spec);
}

/* Every type can become ready, and its completeness goes by the formula. */
static void every_type_can_become_ready(void)
{
    for (unsigned type = 0; type < SPEC_TYPES; type++) {
        struct spec spec = {0};
        enum spec_category category;
        unsigned asked = 0;
        unsigned expected = 0;

        begin(&spec, (enum spec_type)type);
        CU_ASSERT_EQUAL(spec_completeness(&spec), 0);
        while (spec_next(&spec, &category)) {
            const struct spec_category_row *row = &spec_category_rows[category];

            CU_ASSERT_FALSE(spec_completeness(&spec) == 100);
            CU_ASSERT_EQUAL(
                spec_answer(&spec, category, td_text(row->example), NULL),
                TD_OK);
            expected += row->required ? 16 : 20;
            CU_ASSERT_EQUAL(spec_completeness(&spec), expected);
            if (++asked > SPEC_CATEGORIES)
                break;
        }
        CU_ASSERT_TRUE(spec_ready(&spec));
        CU_ASSERT_EQUAL(spec_completeness(&spec), 100);
        spec_release(&spec);
    }
}

static void is_the_same_after_loading(void)
{
    struct spec spec = {0};
    struct spec again = {0};
    struct td_buf a = {0};
    struct td_buf b = {0};

    CU_ASSERT_EQUAL(spec_begin(&spec, td_text("API for \"wine\"\n\xc3\xa9"),
                               SPEC_TYPES, NULL),
                    TD_OK);
    for (unsigned i = 0; i < SPEC_CATEGORIES; i++)
        CU_ASSERT_EQUAL(spec_answer(&spec, (enum spec_category)i,
                                    td_text(spec_category_rows[i].example),
                                    NULL),
                        TD_OK);
    spec_write(&spec, &a);
    CU_ASSERT_EQUAL(spec_parse(&again, "x", td_buf_bytes(&a), NULL), TD_OK);
    spec_write(&again, &b);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&a), td_buf_str(&b));
    td_buf_release(&a);
    td_buf_release(&b);
    spec_release(&spec);
    spec_release(&again);
}

static const struct {
    const char *text;
    const char *where;
    const char *hint;
} files[] = {
    {"{\"spec\":2,\"description\":\"x\"}", "f:1:9", ""},
    {"[]", "f:1:1", ""},
    {"{\"spec\":1}", "f:1:1", ""},
    {"{\"spec\":1,\"descripton\":\"x\"}", "f:1:11", "description"},
    {"{\"description\":\"x\",\"type\":\"tank\"}", "f:1:27", ""},
    {"{\"description\":\"x\",\"answers\":{\"user\":\"a\"}}", "f:1:31",
     "did you mean users?"},
    {"{\"description\":\"x\",\n\"answers\":{\"auth\":\"no way, token\"}}",
     "f:2:19", "say one"},
    {"{\"description\":\"x\",\"answers\":{\"auth\":1}}", "f:1:38", ""},
    {"{\"description\":\"?\"}", "description", "sentence"},
};

static void refuses_files_with_a_place(void)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct spec spec = {0};
        struct td_error err = {0};

        CU_ASSERT_EQUAL(spec_parse(&spec, "f", td_text(files[i].text), &err),
                        TD_USAGE);
        if (strcmp(err.where, files[i].where) != 0)
            printf("%s: %s %s\n", files[i].text, err.where, err.text);
        CU_ASSERT_STRING_EQUAL(err.where, files[i].where);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.hint, files[i].hint));
        CU_ASSERT_PTR_NULL(spec.description);
    }
}

CU_TestInfo orchestrator_spec_answer_tests[] = {
    {"understands auth", understands_auth},
    {"understands scale", understands_scale},
    {"understands time", understands_time},
    {"understands lists", understands_lists},
    {"understands entities", understands_entities},
    {"keeps what entities say", keeps_what_entities_say},
    {"every type can become ready", every_type_can_become_ready},
    {"is the same after loading", is_the_same_after_loading},
    {"refuses files with a place", refuses_files_with_a_place},
    CU_TEST_INFO_NULL,
};
