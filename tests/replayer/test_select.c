/* Which events a selection takes, as rows. */
#include "replayer/select.h"
#include "tests/suites.h"

#include <stdio.h>

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct td_event event(enum td_dir dir, const char *kind, const char *ns,
                             const char *name, uint32_t conn)
{
    return (struct td_event){.dir = dir,
                             .kind = td_text(kind),
                             .ns = td_text(ns),
                             .name = td_text(name),
                             .conn = conn};
}

static bool takes_event(struct play_select *select, const struct td_event *ev)
{
    bool takes = false;

    CU_ASSERT_EQUAL(play_select_takes(select, ev, &takes, NULL), TD_OK);
    return takes;
}

/* The events every row is asked about; a row lists those it takes. */
static void a_selection_takes_what_it_says(void)
{
    const struct td_event all[] = {
        event(TD_DIR_OUT, "", "", "task", 1),                /* 0 */
        event(TD_DIR_IN, "", "", "task", 1),                 /* 1 */
        event(TD_DIR_OUT, "", "/admin", "task_done", 2),     /* 2 */
        event(TD_DIR_OUT, "", "", "", 1),                    /* 3 */
        event(TD_DIR_OUT, "open", "", "", 3),                /* 4 */
        event(TD_DIR_OUT, "", "", "t\\u0061sk", 1),          /* 5 */
        event(TD_DIR_IN, "marker", "", "", 1),               /* 6 */
        event(TD_DIR_OUT, "", "\\u002fadmin", "bye", 70000), /* 7 */
    };
    const struct {
        const char *name;
        const char *takes;
        const char *const *events;
        const char *const *excludes;
        const char *const *regexes;
        const char *const *namespaces;
        const char *const *conns;
        enum play_dirs dirs;
        bool all_kinds;
    } rows[] = {
        {"the default is what the system sent", "02357", NULL, NULL, NULL, NULL,
         NULL, PLAY_DIRS_OUT, false},
        {"what it got", "1", NULL, NULL, NULL, NULL, NULL, PLAY_DIRS_IN, false},
        {"both", "012357", NULL, NULL, NULL, NULL, NULL, PLAY_DIRS_BOTH, false},
        {"any kind", "01234567", NULL, NULL, NULL, NULL, NULL, PLAY_DIRS_BOTH,
         true},
        {"a name, escaped or not", "05", LIST("task"), NULL, NULL, NULL, NULL,
         PLAY_DIRS_OUT, false},
        {"two names", "057", LIST("task", "bye"), NULL, NULL, NULL, NULL,
         PLAY_DIRS_OUT, false},
        {"not a name", "237", NULL, LIST("task"), NULL, NULL, NULL,
         PLAY_DIRS_OUT, false},
        {"an expression", "2", NULL, NULL, LIST("^task_"), NULL, NULL,
         PLAY_DIRS_OUT, false},
        {"an expression anywhere", "025", NULL, NULL, LIST("as+k"), NULL, NULL,
         PLAY_DIRS_OUT, false},
        {"an expression or a name", "27", LIST("bye"), NULL, LIST("done$"),
         NULL, NULL, PLAY_DIRS_OUT, false},
        {"an expression that takes the empty name", "3", NULL, NULL, LIST("^$"),
         NULL, NULL, PLAY_DIRS_OUT, false},
        {"an expression but not a name", "2", NULL, LIST("task"), LIST("task"),
         NULL, NULL, PLAY_DIRS_OUT, false},
        {"the main namespace", "035", NULL, NULL, NULL, LIST("/"), NULL,
         PLAY_DIRS_OUT, false},
        {"another namespace", "27", NULL, NULL, NULL, LIST("/admin"), NULL,
         PLAY_DIRS_OUT, false},
        {"connections", "27", NULL, NULL, NULL, NULL, LIST("2", "70000"),
         PLAY_DIRS_OUT, false},
        {"nothing", "", LIST("x"), NULL, NULL, LIST("/y"), NULL, PLAY_DIRS_OUT,
         false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play_select_options options = {rows[i].events,
                                              rows[i].excludes,
                                              rows[i].regexes,
                                              rows[i].namespaces,
                                              rows[i].conns,
                                              rows[i].dirs,
                                              rows[i].all_kinds,
                                              false,
                                              false};
        struct play_select *select = NULL;
        char takes[16] = "";
        size_t n = 0;

        CU_ASSERT_EQUAL_FATAL(play_select_new(&select, &options, NULL), TD_OK);
        for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
            if (takes_event(select, &all[k]))
                takes[n++] = (char)('0' + k);
        if (strcmp(takes, rows[i].takes) != 0)
            printf("\n    row \"%s\": takes %s\n", rows[i].name, takes);
        CU_ASSERT_STRING_EQUAL(takes, rows[i].takes);
        play_select_free(select);
    }
}

static void acks_may_be_left_out(void)
{
    struct play_select_options options = {.no_acks = true};
    struct td_event ev = event(TD_DIR_OUT, "", "", "", 1);
    struct play_select *select = NULL;

    CU_ASSERT_EQUAL_FATAL(play_select_new(&select, &options, NULL), TD_OK);
    CU_ASSERT(takes_event(select, &ev));
    ev.ack = td_text("7");
    CU_ASSERT(!takes_event(select, &ev));
    play_select_free(select);
}

static void ids_alone_are_taken_if_asked_for(void)
{
    struct td_event ev = event(TD_DIR_OUT, "", "", "", 1);

    ev.kind = td_text(TD_KIND_ID);
    for (int asked = 0; asked < 2; asked++) {
        struct play_select_options options = {.sse_ids = asked == 1};
        struct play_select *select = NULL;

        CU_ASSERT_EQUAL_FATAL(play_select_new(&select, &options, NULL), TD_OK);
        ev.kind = td_text(TD_KIND_ID);
        CU_ASSERT_EQUAL(takes_event(select, &ev), asked == 1);
        ev.kind = td_text(TD_KIND_RETRY);
        CU_ASSERT(!takes_event(select, &ev));
        play_select_free(select);
    }
}

static void a_wrong_criterion_is_refused(void)
{
    static char longest[PLAY_REGEX_MAX + 2];
    static const char *const conns[] = {"0",  "-1",          "1x", "",
                                        " 1", "99999999999", "+1"};
    static const struct {
        const char *text;
        uint64_t offset;
        const char *says;
    } regexes[] = {
        {"(", 0, "\"(\": this ( has no )"},
        {"x[a", 1, "\"x[a\": this [ has no ]"},
        {"a\\", 1, "\"a\\\": a backslash at the end escapes nothing"},
        {"a**", 2, "\"a**\": there is nothing before it to repeat"},
        {"a[[:alpha:]]", 2,
         "\"a[[:alpha:]]\": [:alpha:] is of POSIX, not of ECMA-262, which has "
         "\\d, \\w, \\s, [a-z] and \\p{L}"},
        {longest, 0, "the expression is longer than 1024 bytes"},
    };
    struct play_select *select = NULL;
    struct td_error err;

    memset(longest, 'a', sizeof(longest) - 1);
    for (size_t i = 0; i < sizeof(conns) / sizeof(conns[0]); i++) {
        struct play_select_options options = {.conns = LIST(conns[i])};

        CU_ASSERT_EQUAL(play_select_new(&select, &options, &err), TD_USAGE);
        CU_ASSERT_STRING_EQUAL(err.where, "--conn");
    }
    for (size_t i = 0; i < sizeof(regexes) / sizeof(regexes[0]); i++) {
        struct play_select_options options = {.regexes = LIST(regexes[i].text)};

        CU_ASSERT_EQUAL(play_select_new(&select, &options, &err), TD_USAGE);
        CU_ASSERT_STRING_EQUAL(err.where, "--regex");
        CU_ASSERT_STRING_EQUAL(err.text, regexes[i].says);
        CU_ASSERT_EQUAL(err.offset, regexes[i].offset);
    }
}

static void expressions_are_those_of_ecma_262(void)
{
    static const struct {
        const char *regex;
        const char *name; /* as on the tape, escaped */
        bool takes;
    } rows[] = {
        {"^task_\\d+$", "task_12", true},
        {"^task_\\d+$", "task_\\u0031", true},
        {"^task_\\d+$", "task_\xE0\xA7\xA8", false},
        {"task", "Task", false},
        {"(?<=:)done", "job:done", true},
        {"(?<=:)done", "job.done", false},
        {"^(?!ping)", "ping", false},
        {"^(?!ping)", "pong", true},
        {"^(.)\\1$", "aa", true},
        {"^(.)\\1$", "ab", false},
        {"^\\p{L}+$", "\xC3\xA9t\xC3\xA9", true},
        {"^\\p{L}+$", "a1", false},
        {"^.$", "\\ud83d\\udc32", true},
        {"^\\u{1F432}$", "\\ud83d\\udc32", true},
        {"^b", "a\\nb", false},
        {"b",
         "\xFF"
         "b",
         true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play_select_options options = {.regexes = LIST(rows[i].regex)};
        struct td_event ev = event(TD_DIR_OUT, "", "", rows[i].name, 1);
        struct play_select *select = NULL;

        CU_ASSERT_EQUAL_FATAL(play_select_new(&select, &options, NULL), TD_OK);
        if (takes_event(select, &ev) != rows[i].takes)
            printf("\n    %s on %s\n", rows[i].regex, rows[i].name);
        CU_ASSERT_EQUAL(takes_event(select, &ev), rows[i].takes);
        play_select_free(select);
    }
}

static void an_expression_without_end_is_an_error(void)
{
    static const char name[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!";
    struct play_select_options options = {.regexes = LIST("^(a+)+$")};
    struct td_event ev = event(TD_DIR_OUT, "", "", name, 1);
    struct play_select *select = NULL;
    struct td_error err = {0};
    bool takes = true;

    CU_ASSERT_EQUAL_FATAL(play_select_new(&select, &options, NULL), TD_OK);
    ev.seq = 17;
    CU_ASSERT_EQUAL(play_select_takes(select, &ev, &takes, &err), TD_LIMIT);
    CU_ASSERT_FALSE(takes);
    CU_ASSERT_STRING_EQUAL(err.where, "--regex");
    CU_ASSERT_STRING_EQUAL(err.text,
                           "\"^(a+)+$\" takes too many steps on the name of "
                           "event 17, "
                           "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\"");
    /* What another criterion leaves out is not asked about. */
    ev.dir = TD_DIR_IN;
    CU_ASSERT_FALSE(takes_event(select, &ev));
    play_select_free(select);
}

CU_TestInfo replayer_select_tests[] = {
    {"a selection takes what it says", a_selection_takes_what_it_says},
    {"acks may be left out", acks_may_be_left_out},
    {"ids alone are taken if asked for", ids_alone_are_taken_if_asked_for},
    {"a wrong criterion is refused", a_wrong_criterion_is_refused},
    {"expressions are those of ECMA-262", expressions_are_those_of_ecma_262},
    {"an expression without end is an error",
     an_expression_without_end_is_an_error},
    CU_TEST_INFO_NULL,
};
