/* A line that was typed: its words, and what they ask for. */
#include "console/words/words.h"
#include "core/clock.h"
#include "tests/suites.h"

#include <stdio.h>
#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* Words with a bar between them; what was quoted begins with Q. */
static void join(struct td_buf *out, const struct words_list *list)
{
    for (size_t i = 0; i < list->len; i++)
        (void)td_buf_addf(out, "%s%s%s", i ? "|" : "",
                          list->quoted[i] ? "Q" : "", list->words[i]);
}

static void a_line_is_parted_into_words(void)
{
    static const struct {
        const char *line;
        const char *words; /* or the error */
    } rows[] = {
        {"", ""},
        {"  \t ", ""},
        {"show tokens", "show|tokens"},
        {"  show   tokens  ", "show|tokens"},
        {"spec answer \"a \\\"b\\\" c\" --x=1", "spec|answer|Qa \"b\" c|--x=1"},
        {"a 'b \"c\" \\n' d", "a|Qb \"c\" \\n|d"},
        {"\"a\\nb\\tc\\\\d\\e\"", "Qa\nb\tc\\d\\e"},
        {"a\\ b c", "a b|c"},
        {"\\--x", "Q--x"},
        {"'--x' --y", "Q--x|--y"},
        {"''", "Q"},
        {"a\"b c\"d", "ab cd"},
        {"a\\", "a\\"},
        {"-5", "-5"},
        {"$HOME * a|b", "$HOME|*|a|b"},
        {"spec answer \"abc", "unclosed \" at column 13"},
        {"'", "unclosed ' at column 1"},
        {"a \"b\\", "unclosed \" at column 3"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct words_list list;
        struct td_error err = {0};
        struct td_buf found = {0};

        if (words_split(&list, td_text(rows[i].line), &err) == TD_OK)
            join(&found, &list);
        else
            (void)td_buf_add_text(&found, err.text);
        if (strcmp(td_buf_str(&found), rows[i].words) != 0)
            printf("\n    %s: %s\n", rows[i].line, td_buf_str(&found));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&found), rows[i].words);
        words_release(&list);
        td_buf_release(&found);
    }
}

/* "COMMAND [ARGUMENTS] option=value.." of a line, or its error. */
static void comments_begin_at_words(void)
{
    static const struct {
        const char *line;
        const char *kept;
    } rows[] = {
        {"", ""},
        {"# all", ""},
        {"  # all", "  "},
        {"show status # why", "show status "},
        {"show status# x", "show status# x"},
        {"spec \"a # b\" # c", "spec \"a # b\" "},
        {"spec 'it # is' x#y", "spec 'it # is' x#y"},
        {"spec \\# x", "spec \\# x"},
        {"spec \"a \\\" # b", "spec \"a \\\" # b"},
        {"spec \"a\"# b", "spec \"a\"# b"},
        {"spec \"\\", "spec \"\\"},
        {"spec \\", "spec \\"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t at = words_comment(td_text(rows[i].line));

        CU_ASSERT_EQUAL(at, strlen(rows[i].kept));
    }
}

static void read_line(struct td_buf *out, const char *line)
{
    struct words_list list;
    struct words_call call;
    struct td_error err = {0};
    enum td_code code = words_split(&list, td_text(line), &err);

    if (code == TD_OK)
        code = words_read(&call, &list, &err);
    if (code == TD_OK) {
        (void)td_buf_add_text(out, call.command->name);
        for (size_t i = 0; i < call.arg_count; i++)
            (void)td_buf_addf(out, " [%s]", call.args[i]);
        for (size_t i = 0; call.command->options[i].name; i++)
            if (call.options[i])
                (void)td_buf_addf(out, " %s=%s", call.command->options[i].name,
                                  call.options[i]);
    } else {
        (void)td_buf_add_text(out, err.text);
    }
    words_release(&list);
}

static void words_are_a_call(void)
{
    static const struct {
        const char *line;
        const char *call;
    } rows[] = {
        {"q", "exit"},
        {"?", "help"},
        {"/help logs", "help [logs]"},
        {"//s tokens", "show [tokens]"},
        {"exceute", "unknown command \"exceute\"; did you mean \"execute\"? "
                    "(help lists all)"},
        {"exit now", "exit: \"now\" is one word too many; usage: exit"},
        {"help logs plan", "help: \"plan\" is one word too many; usage: help "
                           "[COMMAND|aliases|keys]"},
        {"logs --stats order",
         "logs: \"order\" is one word too many; usage: logs [OPTIONS]"},
        {"spec an API for wine", "spec [an] [API] [for] [wine]"},
        {"xyzzy", "unknown command \"xyzzy\" (help lists all)"},
        {"tokens", "unknown command \"tokens\"; did you mean \"show tokens\"? "
                   "(help lists all)"},
        {"delete", "unknown command \"delete\" (help lists all)"},
        {"pause --attempts 3", "pause: unknown option --attempts; it has none"},
        {"show --raw", "show: --raw is of show artifact"},
        {"show tokens --all", "show: --all is of show artifact or executions"},
        {"s status --since 5m", "show [status] since=5m"},
        {"snapshot --yes", "snapshot: --yes is of snapshot rollback or delete"},
        {"snapshot delete 1 --yes", "snapshot [delete] [1] yes=true"},
        {"logs --level warn --task=T3 --limit 5",
         "logs level=warn task=T3 limit=5"},
        {"logs --levl warn",
         "logs: unknown option --levl; did you mean --level?"},
        {"logs --frobnicate",
         "logs: unknown option --frobnicate (help logs lists them)"},
        {"logs --level loud",
         "logs: --level wants debug, info, warn or error, got \"loud\""},
        {"logs --limit many", "logs: --limit wants 1..100000, got \"many\""},
        {"logs --limit 0", "logs: --limit wants 1..100000, got \"0\""},
        {"logs --limit 99999999999999999999",
         "logs: --limit wants 1..100000, got \"99999999999999999999\""},
        {"logs --limit", "logs: --limit wants N"},
        {"logs --limit 5 --limit 6", "logs: --limit is given twice"},
        {"logs --stats", "logs stats=true"},
        {"logs --stats no", "logs stats=false"},
        {"logs --no-stats", "logs stats=false"},
        {"logs --stats=off", "logs stats=false"},
        {"logs --stats=maybe",
         "logs: --stats wants true or false, got \"maybe\""},
        {"logs --no-level",
         "logs: unknown option --no-level (help logs lists them)"},
        {"logs --stats --query false", "logs query=false stats=true"},
        {"logs --query -- --stats", "logs query=-- stats=true"},
        {"execute -- --odd-name", "execute [--odd-name]"},
        {"execute '--odd-name'", "execute [--odd-name]"},
        {"execute -5", "execute [-5]"},
        {"logs --query=\"a b\"", "logs query=a b"},
        {"logs --query=", "logs query="},
        {"execute --budget-cost 1.50", "execute budget-cost=1.50"},
        {"execute --budget-cost 1.0000001",
         "execute: --budget-cost wants dollars as 2 or 2.50, got "
         "\"1.0000001\""},
        {"execute --budget-cost .5",
         "execute: --budget-cost wants dollars as 2 or 2.50, got \".5\""},
        {"execute --budget-time soon",
         "execute: --budget-time wants a duration as 30s or 1.5h, got "
         "\"soon\""},
    };
    struct td_buf out = {0};

    for (size_t i = 0; i < COUNT(rows); i++) {
        read_line(&out, rows[i].line);
        if (strcmp(td_buf_str(&out), rows[i].call) != 0)
            printf("\n    %s: %s\n", rows[i].line, td_buf_str(&out));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].call);
        td_buf_clear(&out);
    }
    td_buf_release(&out);
}

/* Every example of the help is a line that is taken. */
static void examples_are_true(void)
{
    for (const struct words_command *c = words_commands; c->name; c++) {
        for (const char *at = c->examples; *at;) {
            struct td_bytes line = td_bytes(at, strcspn(at, "\n"));
            struct words_list list;
            struct words_call call;
            struct td_error err = {0};
            enum td_code code = words_split(&list, line, &err);

            if (code == TD_OK)
                code = words_read(&call, &list, &err);
            CU_ASSERT_EQUAL(code, TD_OK);
            CU_ASSERT(code == TD_OK && call.command == c);
            words_release(&list);
            at += line.len + (at[line.len] == '\n');
        }
    }
}

/* All of it, not only its first unit. */
static void a_duration_may_have_several_units(void)
{
    struct words_list list;
    struct words_call call;

    CU_ASSERT_FATAL(
        !words_split(&list, td_text("execute --budget-time 1h30m"), NULL));
    CU_ASSERT_FATAL(!words_read(&call, &list, NULL));
    CU_ASSERT_EQUAL(words_duration(&call, "budget-time"), 5400 * TD_NS_PER_S);
    CU_ASSERT_EQUAL(words_duration(&call, "none"), 0);
    words_release(&list);
}

static void limits_are_met(void)
{
    struct words_list list;
    struct td_error err = {0};
    struct td_buf line = {0};

    for (int i = 0; i <= WORDS_MAX; i++)
        (void)td_buf_add_text(&line, "a ");
    CU_ASSERT_EQUAL(words_split(&list, td_buf_bytes(&line), &err), TD_USAGE);
    CU_ASSERT_STRING_EQUAL(err.text, "more than 256 words");
    words_release(&list);
    while (line.len <= WORDS_LINE_MAX)
        (void)td_buf_add_text(&line, "aaaaaaaaaaaaaaaa");
    CU_ASSERT_EQUAL(words_split(&list, td_buf_bytes(&line), &err), TD_USAGE);
    words_release(&list);
    td_buf_release(&line);
}

static void things(void *ctx, const char *thing, struct words_menu *menu)
{
    (void)ctx;
    if (!strcmp(thing, "task"))
        words_offer(menu, "compile", "compile src/main.c");
    if (!strcmp(thing, "artifact"))
        words_offer(menu, "src/a b.c", "file");
}

/* "LINE -> CANDIDATES", and what the line is with the first of them. */
static void a_word_is_completed(void)
{
    static const struct {
        const char *line, *candidates, *first;
    } rows[] = {
        {"ex", "execute|exit", "execute"},
        {"", "help|", "help"},
        {"plan w", "why", "plan why"},
        {"plan why ", "compile", "plan why compile"},
        {"p why c", "compile", "p why compile"},
        {"logs --task ", "compile", "logs --task compile"},
        {"logs --task=x --ta", "", NULL},
        {"logs --le", "--level", "logs --level"},
        {"logs --level ", "debug|info|warn|error", "logs --level debug"},
        {"show artifact s", "src/a b.c", "show artifact \"src/a b.c\""},
        {"show artifact \"src/a ", "src/a b.c", "show artifact \"src/a b.c\""},
        {"help spe", "spec", "help spec"},
        {"pause ", "", NULL},
        {"nonsense ", "", NULL},
        {"logs 'unclosed ", "", NULL},
        {"snapshot ro", "rollback", "snapshot rollback"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct words_menu menu;
        struct td_buf all = {0};
        struct td_buf line = {0};
        bool some = words_complete(&menu, td_text(rows[i].line), things, NULL);

        for (size_t k = 0; k < menu.len; k++)
            (void)td_buf_addf(&all, "%s%s", k ? "|" : "", menu.list[k].text);
        if (some)
            words_replace(&menu, td_text(rows[i].line),
                          td_text(menu.list[0].text), &line);
        if (strncmp(td_buf_str(&all), rows[i].candidates,
                    strlen(rows[i].candidates)) != 0)
            printf("\n    %s: %s\n", rows[i].line, td_buf_str(&all));
        CU_ASSERT_EQUAL(strncmp(td_buf_str(&all), rows[i].candidates,
                                strlen(rows[i].candidates)),
                        0);
        CU_ASSERT_EQUAL(some, rows[i].first != NULL);
        if (rows[i].first)
            CU_ASSERT_STRING_EQUAL(td_buf_str(&line), rows[i].first);
        words_menu_release(&menu);
        td_buf_release(&all);
        td_buf_release(&line);
    }
}

CU_TestInfo console_words_words_tests[] = {
    {"a word is completed", a_word_is_completed},
    {"a line is parted into words", a_line_is_parted_into_words},
    {"words are a call", words_are_a_call},
    {"comments begin at words", comments_begin_at_words},
    {"examples are true", examples_are_true},
    {"a duration may have several units", a_duration_may_have_several_units},
    {"limits are met", limits_are_met},
    CU_TEST_INFO_NULL,
};
