/* Application types are found by whole words. */
#include "orchestrator/spec/spec.h"
#include "orchestrator/spec/words.h"
#include "tests/suites.h"

#include <string.h>

static const struct {
    const char *text;
    const char *type;
    const char *first; /* what matched first, as written; NULL: nothing */
} types[] = {
    {"API for wine", "api_backend", "API"},
    {"a REST API for a wine shop", "api_backend", "REST"},
    {"Quiero un e-commerce", "ecommerce", "e-commerce"},
    {"E\xe2\x80\x91"
     "Commerce with carts",
     "ecommerce",
     "E\xe2\x80\x91"
     "Commerce"},
    {"capital therapist", "other", NULL},
    {"una aplicaci\xc3\xb3n m\xc3\xb3vil", "mobile_app", "aplicaci\xc3\xb3n"},
    {"APLICACIO\xcc\x81N M\xc3\x93VIL", "mobile_app", "APLICACIO\xcc\x81N"},
    {"web-app for dentists", "web_app", "web-app"},
    {"a mobile app with an API", "mobile_app", "mobile"},
    {"React Native client", "mobile_app", "React"},
    {"a react page", "web_app", "react"},
    {"SaaS with subscriptions", "saas_platform", "SaaS"},
    {"dashboards for sales", "dashboard", "dashboards"},
    {"a webhook bridge", "integration", "webhook"},
    {"apis and endpoints", "api_backend", "apis"},
    {"a storefront", "other", NULL},
    {"app", "web_app", "app"},
    {"an app for phones", "mobile_app", "app"},
    {"spec show me a dashboard", "dashboard", "dashboard"},
    {"tool for the command line", "other", NULL},
};

static void finds_the_type(void)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct spec spec = {0};
        struct td_error err;

        CU_ASSERT_EQUAL(
            spec_begin(&spec, td_text(types[i].text), SPEC_TYPES, &err), TD_OK);
        if (strcmp(spec_type_name(spec.type), types[i].type) != 0)
            printf("%s: %s\n", types[i].text, spec_type_name(spec.type));
        CU_ASSERT_STRING_EQUAL(spec_type_name(spec.type), types[i].type);
        CU_ASSERT_EQUAL(spec.matched.len > 0, types[i].first != NULL);
        if (spec.matched.len > 0 && types[i].first)
            CU_ASSERT_STRING_EQUAL(spec.matched.items[0], types[i].first);
        spec_release(&spec);
    }
}

static void a_type_may_be_chosen(void)
{
    struct spec spec = {0};

    CU_ASSERT_EQUAL(spec_begin(&spec, td_text("API"), SPEC_OTHER, NULL), TD_OK);
    CU_ASSERT_EQUAL(spec.type, SPEC_OTHER);
    CU_ASSERT_TRUE(spec.chosen);
    CU_ASSERT_EQUAL(spec.also.len, 1);
    spec_release(&spec);
}

static void refuses_what_is_no_description(void)
{
    static const char *const rows[] = {"", "  ", "?!", "-", "\xff\xfe", "\xc3"};
    struct spec spec = {0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CU_ASSERT_EQUAL(spec_begin(&spec, td_text(rows[i]), SPEC_TYPES, NULL),
                        TD_USAGE);
        spec_release(&spec);
    }
}

static const struct {
    const char *text;
    const char *phrase;
    int found;
} phrases[] = {
    {"e-commerce", "ecommerce", 1},
    {"e commerce", "ecommerce", 0},
    {"e-commerce", "commerce", 1},
    {"e commerce", "e commerce", 1},
    {"React Native", "react native", 1},
    {"reactnative", "react native", 0},
    {"shops", "shop", 1},
    {"shopping", "shop", 0},
    {"na\xc3\xafve", "naive", 1},
    {"Stra\xc3\x9f"
     "e",
     "strase", 1},
    {"\xc5\x81\xc3\xb3\x64\xc5\xba", "lodz", 1},
    {"", "a", 0},
    {"\xd0\xb0pi", "api", 0},
    {"api\xe2\x80\x93server", "api", 1},
};

static void compares_whole_words(void)
{
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
        struct spec_words words = {0};

        spec_words_of(&words, td_text(phrases[i].text));
        if (spec_words_find(&words, phrases[i].phrase, NULL, NULL) !=
            (bool)phrases[i].found)
            printf("%s / %s\n", phrases[i].text, phrases[i].phrase);
        CU_ASSERT_EQUAL(spec_words_find(&words, phrases[i].phrase, NULL, NULL),
                        (bool)phrases[i].found);
        spec_words_release(&words);
    }
}

CU_TestInfo orchestrator_spec_words_tests[] = {
    {"finds the type", finds_the_type},
    {"a type may be chosen", a_type_may_be_chosen},
    {"refuses what is no description", refuses_what_is_no_description},
    {"compares whole words", compares_whole_words},
    CU_TEST_INFO_NULL,
};
