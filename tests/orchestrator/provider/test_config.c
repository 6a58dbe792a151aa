/* The configuration of providers, as rows. */
#include "orchestrator/provider/config.h"
#include "orchestrator/provider/openai.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"

#include <stdio.h>
#include <stdlib.h>

static void whole(void)
{
    static const char text[] = "openai:\n"
                               "  url: HTTPS://models.example:8443/v1//\n"
                               "  key_file: conf.key\n"
                               "  model: small\n"
                               "  ca: /etc/ca.pem\n"
                               "  idle: 1500ms\n"
                               "  prices:\n"
                               "    small: {in: 0.15, out: 0.6}\n"
                               "    \"large one\": {in: 30, out: 60}\n";
    struct prov_config config = {0};
    struct td_error err = {0};
    struct plan_task task = {.id = "notes",
                             .with = "{\"prompt\":\"a\",\"output\":\"b\"}"};

    test_write_file(test_path("conf.key"), td_text("sk-1\r\n"));
    test_write_file(test_path("conf.yaml"), td_text(text));
    CU_ASSERT_EQUAL_FATAL(
        prov_config_load(&config, test_path("conf.yaml"), &err), TD_OK);
    CU_ASSERT_STRING_EQUAL(config.url, "HTTPS://models.example:8443/v1");
    CU_ASSERT_STRING_EQUAL(config.key, "sk-1");
    CU_ASSERT_STRING_EQUAL(config.model, "small");
    CU_ASSERT_STRING_EQUAL(config.ca, "/etc/ca.pem");
    CU_ASSERT_EQUAL(config.idle_ns, 1500000000);
    CU_ASSERT_EQUAL(config.price_count, 2);
    CU_ASSERT_DOUBLE_EQUAL(prov_price_of(&config, "large one")->out, 60, 1e-9);
    CU_ASSERT_PTR_NULL(prov_price_of(&config, "small one"));
    CU_ASSERT_EQUAL(prov_openai_check_price(&config, &task, NULL), TD_OK);
    task.with = "{\"model\":\"small one\",\"prompt\":\"a\",\"output\":\"b\"}";
    CU_ASSERT_EQUAL(prov_openai_check_price(&config, &task, &err), TD_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "the model small one has no"));
    prov_config_release(&config);
    CU_ASSERT_PTR_NULL(config.key);
}

static void key_of_environment(void)
{
    struct prov_config config = {0};

    CU_ASSERT_EQUAL(setenv("TD_TEST_KEY", "sk-2", 1), 0);
    CU_ASSERT_EQUAL(prov_config_parse(&config, "a.yaml",
                                      td_text("openai: {key_env: TD_TEST_KEY}"),
                                      NULL),
                    TD_OK);
    CU_ASSERT_STRING_EQUAL(config.key, "sk-2");
    CU_ASSERT_STRING_EQUAL(config.url, PROV_URL);
    CU_ASSERT_EQUAL(config.idle_ns, PROV_IDLE_NS);
    prov_config_release(&config);
    unsetenv("TD_TEST_KEY");
}

static void nothing_said(void)
{
    struct prov_config config = {0};

    unsetenv("OPENAI_API_KEY");
    CU_ASSERT_EQUAL(prov_config_default(&config, NULL), TD_OK);
    CU_ASSERT_PTR_NULL(config.key);
    CU_ASSERT_STRING_EQUAL(config.url, PROV_URL);
    prov_config_release(&config);
    setenv("OPENAI_API_KEY", "sk 3\n", 1);
    CU_ASSERT_EQUAL(prov_config_default(&config, NULL), TD_USAGE);
    setenv("OPENAI_API_KEY", "sk-3\n", 1);
    CU_ASSERT_EQUAL(prov_config_default(&config, NULL), TD_OK);
    CU_ASSERT_STRING_EQUAL(config.key, "sk-3");
    prov_config_release(&config);
    unsetenv("OPENAI_API_KEY");
}

static const struct {
    const char *text;
    enum td_code code;
    const char *where;
    const char *why;
} wrong[] = {
    {"openai: {url: ftp://a/v1}", TD_USAGE, "a.yaml:1:15",
     "url is http://HOST[:PORT][/PATH], or https"},
    {"openai: {url: \"http://\"}", TD_USAGE, "a.yaml:1:15",
     "url is http://HOST[:PORT][/PATH], or https"},
    {"openai: {url: \"file:///etc/passwd\"}", TD_USAGE, "a.yaml:1:15",
     "url is http://HOST[:PORT][/PATH], or https"},
    {"openai: {url: \"http://a/v1?b=c\"}", TD_USAGE, "a.yaml:1:15",
     "url is http://HOST[:PORT][/PATH], or https"},
    {"openai: {url: \"http://a/\\u000d\\u000ab\"}", TD_USAGE, "a.yaml:1:15",
     "url is http://HOST[:PORT][/PATH], or https"},
    {"openai: {url: \"http://u:pw@a/v1\"}", TD_USAGE, "a.yaml:1:15",
     "credentials do not belong into url; use key_file"},
    {"openai: {key_env: TD_TEST_NO_KEY}", TD_USAGE, "a.yaml:1:19",
     "the variable of the key has no key in it"},
    {"openai: {key_env: A, key_file: b}", TD_USAGE, "a.yaml:1:19",
     "say key_file or key_env, not both"},
    {"openai: {key_file: /nowhere/key}", TD_IO, "/nowhere/key",
     "cannot open: No such file or directory"},
    {"openai: {idle: 0}", TD_USAGE, "a.yaml:1:16",
     "idle is a time above 0, as 60s"},
    {"openai: {idle: soon}", TD_USAGE, "a.yaml:1:16",
     "idle is a time above 0, as 60s"},
    {"openai: {prices: {a: {in: 1}}}", TD_USAGE, "a.yaml:1:22",
     "a price has in and out, in dollars for a million tokens"},
    {"openai: {prices: {a: {in: -1, out: 1}}}", TD_USAGE, "a.yaml:1:27",
     "a price is from 0 to 1000000000"},
    {"openai: {prices: [1]}", TD_USAGE, "a.yaml:1:18",
     "prices has at most 1000 models, each with a price"},
    {"openai: {modle: a}", TD_USAGE, "a.yaml:1:10",
     "openai has no key \"modle\""},
    {"claude: {}", TD_USAGE, "a.yaml:1:1", "providers have no key \"claude\""},
};

static void mistakes(void)
{
    unsetenv("TD_TEST_NO_KEY");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct prov_config config = {0};
        struct td_error err = {0};

        CU_ASSERT_EQUAL(
            prov_config_parse(&config, "a.yaml", td_text(wrong[i].text), &err),
            wrong[i].code);
        if (strcmp(err.text, wrong[i].why) || strcmp(err.where, wrong[i].where))
            printf("\n    row %zu: %s: %s", i, err.where, err.text);
        CU_ASSERT_STRING_EQUAL(err.text, wrong[i].why);
        CU_ASSERT_STRING_EQUAL(err.where, wrong[i].where);
    }
}

CU_TestInfo orchestrator_provider_config_tests[] = {
    {"all of it", whole},
    {"a key of the environment", key_of_environment},
    {"nothing said", nothing_said},
    {"mistakes", mistakes},
    CU_TEST_INFO_NULL,
};
