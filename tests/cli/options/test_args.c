/* From words, environment and presets to the values that a verb asks for. */
#include "cli/options/args.h"
#include "tests/suites.h"

#include <stdlib.h>
#include <string.h>

enum join { LIVE, CATCH_UP };

/* What a verb of these options would have. */
struct settings {
    const char *output;
    bool overwrite;
    const char *const *meta;
    unsigned events;
    uint64_t max_size;
    uint64_t max_gap;
    enum join join;
    uint64_t untouched;
};

static const struct cli_option options[] = {
    {.name = "output",
     CLI_INTO(struct settings, output),
     .letter = 'o',
     .alias = "out",
     .type = CLI_TEXT,
     .value = "FILE",
     .help = "h"},
    {.name = "overwrite",
     CLI_INTO(struct settings, overwrite),
     .type = CLI_FLAG,
     .help = "h"},
    {.name = "meta",
     CLI_INTO(struct settings, meta),
     .type = CLI_LIST,
     .value = "K=V",
     .help = "h"},
    {.name = "events",
     CLI_INTO(struct settings, events),
     .letter = 'n',
     .type = CLI_NUMBER,
     .value = "N",
     .help = "h"},
    {.name = "max-size",
     CLI_INTO(struct settings, max_size),
     .type = CLI_SIZE,
     .value = "SIZE",
     .preset = "1k",
     .help = "h"},
    {.name = "max-gap",
     CLI_INTO(struct settings, max_gap),
     .type = CLI_DURATION,
     .value = "TIME",
     .help = "h"},
    {.name = "join",
     CLI_INTO(struct settings, join),
     .type = CLI_CHOICE,
     .value = "HOW",
     .choices = "live|catch-up",
     .preset = "live",
     .help = "h"},
    {.name = "loop",
     .type = CLI_NUMBER,
     .value = "N",
     .bare = "0",
     .help = "h"},
    {.name = NULL},
};

static const struct cli_command command = {
    .name = "probe",
    .usage = "A [B]",
    .options = options,
    .min_operands = 1,
    .max_operands = 2,
    .takes_command = true,
};

#define MAX_WORDS 8

/* Split at spaces (in *storage) and parse. */
static enum td_code parse(struct cli_args **args, char *storage,
                          struct td_error *err)
{
    char *words[MAX_WORDS + 1] = {NULL};
    static char *kept[MAX_WORDS + 1];
    char *state = NULL;
    size_t n = 0;

    for (char *w = strtok_r(storage, " ", &state); w && n < MAX_WORDS;
         w = strtok_r(NULL, " ", &state))
        words[n++] = w;
    (void)memcpy(kept, words, sizeof(kept));
    return cli_args_parse(args, &command, NULL, kept, err);
}

static void every_way_to_write_an_option(void)
{
    static const char *const rows[] = {
        "a --output x", "a --output=x", "a -o x",  "a -ox",
        "a --out x",    "--out=x a",    "a -qo x",
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[64];
        struct cli_args *args;

        (void)snprintf(line, sizeof(line), "%s", rows[i]);
        CU_ASSERT_EQUAL_FATAL(parse(&args, line, NULL), TD_OK);
        CU_ASSERT_STRING_EQUAL(cli_text(args, "output"), "x");
        CU_ASSERT(cli_given(args, "output"));
        CU_ASSERT_EQUAL(cli_operands(args), 1);
        CU_ASSERT_STRING_EQUAL(cli_operand(args, 0), "a");
        cli_args_free(args);
    }
}

static void values_have_their_types(void)
{
    char line[] = "a --events=7 --max-size=2M --max-gap=1.5s --meta=k=v "
                  "--meta w --overwrite";
    struct cli_args *args;

    CU_ASSERT_EQUAL_FATAL(parse(&args, line, NULL), TD_OK);
    CU_ASSERT_EQUAL(cli_number(args, "events"), 7);
    CU_ASSERT_EQUAL(cli_number(args, "max-size"), 2097152);
    CU_ASSERT_EQUAL(cli_number(args, "max-gap"), UINT64_C(1500000000));
    CU_ASSERT_STRING_EQUAL(cli_list(args, "meta")[0], "k=v");
    CU_ASSERT_STRING_EQUAL(cli_list(args, "meta")[1], "w");
    CU_ASSERT_PTR_NULL(cli_list(args, "meta")[2]);
    CU_ASSERT(cli_flag(args, "overwrite"));
    CU_ASSERT_STRING_EQUAL(cli_text(args, "join"), "live");
    CU_ASSERT(!cli_given(args, "join"));
    CU_ASSERT_PTR_NULL(cli_child(args));
    cli_args_free(args);
}

static void what_is_not_given_is_preset_or_empty(void)
{
    char line[] = "a -";
    struct cli_args *args;

    CU_ASSERT_EQUAL_FATAL(parse(&args, line, NULL), TD_OK);
    CU_ASSERT_PTR_NULL(cli_text(args, "output"));
    CU_ASSERT_EQUAL(cli_number(args, "max-size"), 1024);
    CU_ASSERT_EQUAL(cli_number(args, "events"), 0);
    CU_ASSERT_PTR_NULL(cli_list(args, "meta")[0]);
    CU_ASSERT(!cli_flag(args, "overwrite"));
    CU_ASSERT(!cli_given(args, "loop"));
    CU_ASSERT_STRING_EQUAL(cli_operand(args, 1), "-");
    cli_args_free(args);
}

static void a_bare_option_takes_no_word(void)
{
    char bare[] = "--loop a";
    char joined[] = "--loop=3 a";
    struct cli_args *args;

    CU_ASSERT_EQUAL_FATAL(parse(&args, bare, NULL), TD_OK);
    CU_ASSERT(cli_given(args, "loop"));
    CU_ASSERT_EQUAL(cli_number(args, "loop"), 0);
    CU_ASSERT_EQUAL(cli_operands(args), 1);
    cli_args_free(args);
    CU_ASSERT_EQUAL_FATAL(parse(&args, joined, NULL), TD_OK);
    CU_ASSERT_EQUAL(cli_number(args, "loop"), 3);
    cli_args_free(args);
}

static void words_behind_two_dashes_are_the_child(void)
{
    char line[] = "-q -- make -j2 --help";
    struct cli_args *args;

    CU_ASSERT_EQUAL_FATAL(parse(&args, line, NULL), TD_OK);
    CU_ASSERT_EQUAL(cli_operands(args), 0);
    CU_ASSERT_STRING_EQUAL(cli_child(args)[0], "make");
    CU_ASSERT_STRING_EQUAL(cli_child(args)[2], "--help");
    CU_ASSERT_PTR_NULL(cli_child(args)[3]);
    CU_ASSERT(cli_quiet(args));
    CU_ASSERT(!cli_wants_help(args));
    cli_args_free(args);
}

static void flags_beat_environment_beats_presets(void)
{
    static const struct {
        const char *of_verb;
        const char *general;
        const char *line;
        uint64_t size;
    } rows[] = {
        {"", "", "a", 1024},
        {"", "2k", "a", 2048},
        {"3k", "2k", "a", 3072},
        {"3k", "2k", "a --max-size 4k", 4096},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[64];
        struct cli_args *args;

        (void)setenv("TAPEDECK_PROBE_MAX_SIZE", rows[i].of_verb, 1);
        (void)setenv("TAPEDECK_MAX_SIZE", rows[i].general, 1);
        (void)snprintf(line, sizeof(line), "%s", rows[i].line);
        CU_ASSERT_EQUAL_FATAL(parse(&args, line, NULL), TD_OK);
        CU_ASSERT_EQUAL(cli_number(args, "max-size"), rows[i].size);
        cli_args_free(args);
    }
    (void)unsetenv("TAPEDECK_PROBE_MAX_SIZE");
    (void)unsetenv("TAPEDECK_MAX_SIZE");
}

static void a_flag_of_the_environment_can_be_turned_off(void)
{
    char on[] = "a";
    char off[] = "a --no-overwrite";
    struct cli_args *args;

    (void)setenv("TAPEDECK_OVERWRITE", "yes", 1);
    CU_ASSERT_EQUAL_FATAL(parse(&args, on, NULL), TD_OK);
    CU_ASSERT(cli_flag(args, "overwrite"));
    cli_args_free(args);
    CU_ASSERT_EQUAL_FATAL(parse(&args, off, NULL), TD_OK);
    CU_ASSERT(!cli_flag(args, "overwrite"));
    cli_args_free(args);
    (void)unsetenv("TAPEDECK_OVERWRITE");
}

static void of_flags_the_last_one_counts(void)
{
    char line[] = "a --overwrite --overwrite -q -q --no-overwrite";
    struct cli_args *args;

    CU_ASSERT_EQUAL_FATAL(parse(&args, line, NULL), TD_OK);
    CU_ASSERT(!cli_flag(args, "overwrite"));
    CU_ASSERT(cli_quiet(args));
    cli_args_free(args);
}

static void a_bad_call_is_refused_and_mended(void)
{
    static const struct {
        const char *line;
        const char *where;
        const char *text;
        const char *hint;
    } rows[] = {
        {"a --overwite", "--overwite", "no such option",
         "did you mean --overwrite?"},
        {"a --zebra", "--zebra", "no such option", "see: tapedeck help probe"},
        {"a -x", "-x", "no such option", "see: tapedeck help probe"},
        {"a --no-output", "--no-output", "no such option",
         "see: tapedeck help probe"},
        {"a --overwrite=1", "--overwrite", "takes no value",
         "write --overwrite or --no-overwrite"},
        {"a --output", "--output", "needs a value", "write --output FILE"},
        {"a -o", "-o", "needs a value", "write -o FILE"},
        {"a -o y -o x", "-o", "is given twice, and takes one value",
         "leave one of them out"},
        {"a --events=1 -n 1", "-n", "is given twice, and takes one value",
         "leave one of them out"},
        {"a --loop --loop", "--loop", "is given twice, and takes one value",
         "leave one of them out"},
        {"a -n x", "-n", "\"x\" is not a whole number", "write it like 1000"},
        {"a -n 18446744073709551616", "-n", "18446744073709551616 is too large",
         "choose 0 to 18446744073709551615"},
        {"a -n=-1", "-n", "\"=-1\" is not a whole number",
         "write it like 1000"},
        {"a -n -1", "-n", "-1 is too small",
         "choose 0 to 18446744073709551615"},
        {"a -n=", "-n", "\"=\" is not a whole number", "write it like 1000"},
        {"a --max-size=1X", "--max-size", "\"1X\" is not a size",
         "write it like 64k, 10M or 1G"},
        {"a --max-gap soon", "--max-gap", "\"soon\" is not a duration",
         "write it like 250ms, 2s or 1h30m"},
        {"a --max-gap 5", "--max-gap", "\"5\" is not a duration",
         "add the unit: 5ms, 5s or 5m"},
        {"a --join l", "--join", "\"l\" is not one of the choices",
         "choose live|catch-up"},
        {"a --join=", "--join", "\"\" is not one of the choices",
         "choose live|catch-up"},
        {"", "", "an operand is missing", "usage: tapedeck probe A [B]"},
        {"a b c", "c", "is one operand too many",
         "usage: tapedeck probe A [B]"},
        {"a --", "--", "no command behind it", "write -- COMMAND ARGUMENTS..."},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[64];
        struct cli_args *args;
        struct td_error err = {0};

        (void)snprintf(line, sizeof(line), "%s", rows[i].line);
        CU_ASSERT_EQUAL(parse(&args, line, &err), TD_USAGE);
        CU_ASSERT_PTR_NULL(args);
        CU_ASSERT_STRING_EQUAL(err.where, rows[i].where);
        CU_ASSERT_STRING_EQUAL(err.text, rows[i].text);
        CU_ASSERT_STRING_EQUAL(err.hint, rows[i].hint);
    }
}

static void help_comes_before_all_errors(void)
{
    static const char *const rows[] = {"--help", "--nonsense -h", "a b c -h"};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[64];
        struct cli_args *args;

        (void)snprintf(line, sizeof(line), "%s", rows[i]);
        CU_ASSERT_EQUAL_FATAL(parse(&args, line, NULL), TD_OK);
        CU_ASSERT(cli_wants_help(args));
        cli_args_free(args);
    }
}

static void values_are_stored_where_the_rows_say(void)
{
    char words[] = "a -ox --overwrite --meta=k=v --events=7 --max-gap=2s "
                   "--join=catch-up";
    struct settings s = {.untouched = 5};
    struct cli_args *args;

    CU_ASSERT_EQUAL_FATAL(parse(&args, words, NULL), TD_OK);
    cli_store(args, &s);
    CU_ASSERT_STRING_EQUAL(s.output, "x");
    CU_ASSERT_TRUE(s.overwrite);
    CU_ASSERT_STRING_EQUAL(s.meta[0], "k=v");
    CU_ASSERT_PTR_NULL(s.meta[1]);
    CU_ASSERT_EQUAL(s.events, 7);
    CU_ASSERT_EQUAL(s.max_size, 1024);
    CU_ASSERT_EQUAL(s.max_gap, 2000000000);
    CU_ASSERT_EQUAL(s.join, CATCH_UP);
    CU_ASSERT_EQUAL(s.untouched, 5);
    cli_args_free(args);
}

static void what_is_not_given_is_stored_as_preset_or_empty(void)
{
    char words[] = "a";
    struct settings s = {.output = "y", .overwrite = true, .join = CATCH_UP};
    struct cli_args *args;

    CU_ASSERT_EQUAL_FATAL(parse(&args, words, NULL), TD_OK);
    cli_store(args, &s);
    CU_ASSERT_PTR_NULL(s.output);
    CU_ASSERT_FALSE(s.overwrite);
    CU_ASSERT_PTR_NULL(s.meta[0]);
    CU_ASSERT_EQUAL(s.events, 0);
    CU_ASSERT_EQUAL(s.max_size, 1024);
    CU_ASSERT_EQUAL(s.join, LIVE);
    cli_args_free(args);
}

CU_TestInfo cli_options_args_tests[] = {
    {"every way to write an option", every_way_to_write_an_option},
    {"values have their types", values_have_their_types},
    {"what is not given is preset or empty",
     what_is_not_given_is_preset_or_empty},
    {"a bare option takes no word", a_bare_option_takes_no_word},
    {"words behind two dashes are the child",
     words_behind_two_dashes_are_the_child},
    {"flags beat environment beats presets",
     flags_beat_environment_beats_presets},
    {"a flag of the environment can be turned off",
     a_flag_of_the_environment_can_be_turned_off},
    {"of flags the last one counts", of_flags_the_last_one_counts},
    {"a bad call is refused and mended", a_bad_call_is_refused_and_mended},
    {"values are stored where the rows say",
     values_are_stored_where_the_rows_say},
    {"what is not given is stored as preset or empty",
     what_is_not_given_is_stored_as_preset_or_empty},
    {"help comes before all errors", help_comes_before_all_errors},
    CU_TEST_INFO_NULL,
};
