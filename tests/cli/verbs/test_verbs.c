/* Laws of the verbs' tables, since help, completion and parsing rely on them.
 */
#include "cli/options/args.h"
#include "cli/options/common.h"
#include "cli/options/find_verb.h"
#include "cli/verbs/verbs.h"
#include "tests/suites.h"

#include <string.h>

static bool says(bool ok, const char *verb, const char *option,
                 const char *what)
{
    if (!ok)
        printf("\n    %s --%s: %s", verb, option, what);
    return ok;
}

static bool same_words(const struct cli_option *a, const struct cli_option *b)
{
    return !strcmp(a->name, b->name) || (a->letter && a->letter == b->letter) ||
           (a->alias && !strcmp(a->alias, b->name)) ||
           (b->alias && !strcmp(b->alias, a->name)) ||
           (a->alias && b->alias && !strcmp(a->alias, b->alias));
}

static bool preset_reads(const struct cli_option *option)
{
    uint64_t number;

    return (!option->preset || cli_value_read(option, option->preset, "",
                                              &number, NULL) == TD_OK) &&
           (!option->bare ||
            cli_value_read(option, option->bare, "", &number, NULL) == TD_OK);
}

static void check_option(const char *verb, const struct cli_option *option)
{
    const char *name = option->name;

    CU_ASSERT(says(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
                       strlen(name),
                   verb, name, "name is not in lower case"));
    CU_ASSERT(says(option->help && *option->help, verb, name, "no help"));
    CU_ASSERT(says((option->type == CLI_FLAG) == !option->value, verb, name,
                   "flags have no value name, others have one"));
    CU_ASSERT(says((option->type == CLI_CHOICE) == !!option->choices, verb,
                   name, "choices belong to CLI_CHOICE"));
    CU_ASSERT(says(preset_reads(option), verb, name, "its preset is refused"));
}

static void check_options(const char *verb, const struct cli_option *options)
{
    for (const struct cli_option *a = options; a && a->name; a++) {
        check_option(verb, a);
        for (const struct cli_option *b = a + 1; b->name; b++)
            CU_ASSERT(says(!same_words(a, b), verb, a->name, "twice"));
        for (const struct cli_option *b = cli_common;
             b->name && options != cli_common; b++)
            CU_ASSERT(says(!same_words(a, b), verb, a->name, "is common"));
    }
}

static void every_table_is_sound(void)
{
    check_options("", cli_common);
    for (size_t i = 0; cli_verbs[i]; i++) {
        const struct cli_command *verb = cli_verbs[i];

        CU_ASSERT(says(verb->summary && *verb->summary, verb->name, "",
                       "no summary"));
        CU_ASSERT(says(strlen(verb->summary) <= 66, verb->name, "",
                       "the summary fills more than a line"));
        CU_ASSERT(verb->max_operands < 0 ||
                  verb->min_operands <= verb->max_operands);
        CU_ASSERT_PTR_NOT_NULL(verb->run);
        check_options(verb->name, verb->options);
    }
}

static void verbs_are_found_by_name_and_beginning(void)
{
    const struct cli_command *verb;
    struct td_error err;

    CU_ASSERT_EQUAL(cli_verb_find(&verb, cli_verbs, "help", &err), TD_OK);
    CU_ASSERT_STRING_EQUAL(verb->name, "help");
    CU_ASSERT_EQUAL(cli_verb_find(&verb, cli_verbs, "compl", &err), TD_OK);
    CU_ASSERT_STRING_EQUAL(verb->name, "completion");
    CU_ASSERT_EQUAL(cli_verb_find(&verb, cli_verbs, "hepl", &err), TD_USAGE);
    CU_ASSERT_STRING_EQUAL(err.hint, "did you mean help?");
    CU_ASSERT_EQUAL(cli_verb_find(&verb, cli_verbs, "qqq", &err), TD_USAGE);
    CU_ASSERT_STRING_EQUAL(err.hint, "see: tapedeck help");
    CU_ASSERT_EQUAL(cli_verb_find(&verb, cli_verbs, "", &err), TD_USAGE);
    CU_ASSERT_PTR_NULL(verb);
}

CU_TestInfo cli_verbs_verbs_tests[] = {
    {"every table is sound", every_table_is_sound},
    {"verbs are found by name and beginning",
     verbs_are_found_by_name_and_beginning},
    CU_TEST_INFO_NULL,
};
