/* Views of what a plan and a server have told: the estimate, the tree, texts.
 */
#include "console/panel/panel_internal.h"
#include "core/clock.h"
#include "tests/suites.h"

#include <stdio.h>
#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define START       UINT64_C(1767225600000000000) /* 2026-01-01 */

static const struct text_style plain = {.utf8 = true};
static const struct text_style colors = {.utf8 = true, .color = true};

/* Six tasks: a row of four, and two that need nothing; each took 10 s. */
static const char plan[] =
    "{\"workers\":2,\"tasks\":[{\"id\":\"a\",\"usual_ms\":10000},"
    "{\"id\":\"b\",\"usual_ms\":10000,\"depends_on\":[\"a\"]},"
    "{\"id\":\"c\",\"usual_ms\":10000,\"depends_on\":[\"b\"]},"
    "{\"id\":\"d\",\"usual_ms\":10000,\"depends_on\":[\"c\",\"a\"]},"
    "{\"id\":\"e\",\"usual_ms\":10000},"
    "{\"id\":\"f\",\"usual_ms\":10000}]}";

static struct seen *begun(void)
{
    struct seen *s = seen_new();
    struct td_json_doc doc = {0};

    (void)seen_put(
        s, td_text("{\"type\":\"execution_started\",\"timestamp\":"
                   "\"2026-01-01T00:00:00.000Z\",\"data\":{\"execution_id\":"
                   "\"x1\",\"total_tasks\":6}}"));
    CU_ASSERT_EQUAL(td_json_parse(&doc, td_text(plan), TD_JSON_DEPTH_ALL, NULL),
                    TD_OK);
    seen_put_plan(s, &doc, 0);
    td_json_release(&doc);
    return s;
}

static void end_task(struct seen *s, unsigned place)
{
    char event[256];

    (void)snprintf(event, sizeof(event),
                   "{\"type\":\"progress_update\",\"data\":{\"task_id\":"
                   "\"task_%03u\",\"status\":\"completed\","
                   "\"duration_ms\":10000}}",
                   place);
    (void)seen_put(s, td_text(event));
}

/* The longest way to the end, or what is left shared by the workers. */
static void the_end_is_estimated(void)
{
    struct seen *s = begun();
    struct panel v = {.seen = s,
                      .style = &plain,
                      .columns = 80,
                      .rows = 24,
                      .now_ns = START + 20 * TD_NS_PER_S};
    char eta[PANEL_SHORT];

    CU_ASSERT_STRING_EQUAL(panel_eta(eta, &v), ""); /* nothing has ended */
    end_task(s, 5);
    end_task(s, 6);
    CU_ASSERT_STRING_EQUAL(panel_eta(eta, &v), "");
    end_task(s, 1);
    CU_ASSERT_STRING_EQUAL(panel_eta(eta, &v), "eta ~30s"); /* b c d */
    (void)seen_put(s, td_text("{\"type\":\"task_started\",\"timestamp\":"
                              "\"2026-01-01T00:00:16.000Z\",\"data\":{"
                              "\"task_id\":\"task_002\"}}"));
    CU_ASSERT_STRING_EQUAL(panel_eta(eta, &v), "eta ~30s"); /* 26 s */
    v.now_ns += 4 * TD_NS_PER_S;
    CU_ASSERT_STRING_EQUAL(panel_eta(eta, &v), "eta ~25s");
    v.mode = PANEL_TAPE;
    CU_ASSERT_STRING_EQUAL(panel_eta(eta, &v), "");
    v.mode = PANEL_LIVE;
    (void)seen_put(s, td_text("{\"type\":\"approval_request\",\"data\":{"
                              "\"task_id\":\"task_002\"}}"));
    CU_ASSERT_STRING_EQUAL(panel_eta(eta, &v), "waits for you");
    seen_free(s);
}

static void end_at(struct seen *s, unsigned place, unsigned second,
                   const char *type, const char *rest)
{
    char event[256];

    (void)snprintf(event, sizeof(event),
                   "{\"type\":\"%s\",\"timestamp\":"
                   "\"2026-01-01T00:00:%02u.000Z\",\"data\":{\"task_id\":"
                   "\"task_%03u\",%s}}",
                   type, second, place, rest);
    (void)seen_put(s, td_text(event));
}

static void what_has_ended_since_is_told_by_its_end(void)
{
    static const struct {
        unsigned second;
        size_t limit;
        const char *lines;
    } rows[] = {
        {
            0,
            9,
            "1 done, 1 failed, 1 to retry\n",
        },
        {20, 9, "0 done, 1 failed, 1 to retry\n"},
        {41, 9, "0 done, 0 failed, 0 to retry\n"},
    };
    struct seen *s = begun();
    const struct panel v = {
        .seen = s, .style = &plain, .columns = 80, .rows = 24};

    end_at(s, 6, 10, "progress_update", "\"status\":\"completed\"");
    end_at(s, 5, 40, "error",
           "\"error_message\":\"no\",\"recoverable\":true,\"max_retries\":2");
    end_at(s, 1, 30, "progress_update", "\"status\":\"failed\"");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct td_buf out = {0};

        panel_since(&out, &v, START + rows[i].second * TD_NS_PER_S,
                    rows[i].limit);
        CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&out), rows[i].lines));
        if (rows[i].second == 20) { /* the newest is the last */
            const char *a = strstr(td_buf_str(&out), "  a ");
            const char *e = strstr(td_buf_str(&out), "  e ");

            CU_ASSERT(a && e && a < e);
            CU_ASSERT_PTR_NULL(strstr(td_buf_str(&out), "  f "));
        }
        td_buf_release(&out);
    }
    seen_free(s);
}

static void the_tree_has_each_task_once(void)
{
    static const struct {
        uint64_t depth;
        size_t limit;
        const char *lines;
    } rows[] = {
        {9, 100,
         "  \xc2\xb7 a\n"
         "  \xe2\x94\x9c\xe2\x94\x80 \xc2\xb7 b\n"
         "  \xe2\x94\x82  \xe2\x94\x94\xe2\x94\x80 \xc2\xb7 c\n"
         "  \xe2\x94\x82     \xe2\x94\x94\xe2\x94\x80 \xc2\xb7 d\n"
         "  \xe2\x94\x94\xe2\x94\x80 \xc2\xb7 d"},
        {0, 100,
         "  \xc2\xb7 a\n"
         "  \xe2\x94\x94\xe2\x94\x80 2 below (--depth 1)\n"
         "  \xc2\xb7 e\n"
         "  \xc2\xb7 f\n"
         "  3 roots, 6 tasks, 4 edges; also --format dot|mermaid|json\n"},
        {9, 1, "  \xc2\xb7 a\n  3 roots, 6 tasks, 4 edges; "},
    };
    struct seen *s = begun();
    const struct panel v = {
        .seen = s, .style = &plain, .columns = 80, .rows = 24};

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct panel_tree which = {
            .from = SEEN_NONE, .depth = rows[i].depth, .limit = rows[i].limit};
        struct td_buf out = {0};
        bool same;

        panel_tree(&out, &v, &which);
        same = !strncmp(td_buf_str(&out), rows[i].lines, strlen(rows[i].lines));
        if (!same)
            printf("\n%s", td_buf_str(&out));
        CU_ASSERT(same);
        td_buf_release(&out);
    }
    seen_free(s);
}

#define GREEN(t)  "\x1b[32m" t "\x1b[0m"
#define CYAN(t)   "\x1b[36m" t "\x1b[0m"
#define YELLOW(t) "\x1b[33m" t "\x1b[0m"
#define BOLD(t)   "\x1b[1m" t "\x1b[0m"

static void languages_have_colors(void)
{
    static const struct {
        const char *path, *text, *line;
    } rows[] = {
        {"a.c", "#include <x>", YELLOW("#include <x>")},
        {"a.h", "return \"a\\\"b\" + 12;",
         CYAN("return") " " GREEN("\"a\\\"b\"") " + " BOLD("12") ";"},
        {"d/CMakeLists.txt", "add_library(x a.c) # why",
         CYAN("add_library") "(x a.c) # why"},
        {"a.yaml", "  - name: true", "  - " BOLD("name") ": " CYAN("true")},
        {"a.json", "{\"a\": null}", "{" GREEN("\"a\"") ": " CYAN("null") "}"},
        {"a.md", "# Title", YELLOW("# Title")},
        {"a.sh", "if x; then echo 'a'; fi",
         CYAN("if") " x; " CYAN("then") " " CYAN("echo") " " GREEN(
             "'a'") "; " CYAN("fi")},
        {"a.bin", "return 12", "return 12"},
        {"a.c", "\tx\x1b[2J", "        x\\x1b[" BOLD("2J")},
    };
    const struct panel v = {.style = &colors, .columns = 80, .rows = 24};

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct panel_text which = {.path = rows[i].path,
                                         .text = td_text(rows[i].text),
                                         .from = 1,
                                         .lines = 9};
        struct td_buf out = {0};
        struct td_buf expected = {0};

        panel_text(&out, &v, &which);
        (void)td_buf_addf(&expected, "   1  %s\n", rows[i].line);
        if (strcmp(td_buf_str(&out), td_buf_str(&expected)) != 0)
            printf("\n%s%s", td_buf_str(&out), td_buf_str(&expected));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), td_buf_str(&expected));
        td_buf_release(&out);
        td_buf_release(&expected);
    }
}

static void a_part_of_a_text_is_shown(void)
{
    static const struct {
        uint64_t from, lines;
        bool raw;
        const char *shown;
    } rows[] = {
        {1, 9, false, "   1  a\n   2  b\n   3  c\n"},
        {2, 1, false,
         "   2  b\n  (1 more lines: --lines N, --from N, --all, --raw)\n"},
        {0, 2, true, "b\nc\n"},
        {9, 2, false, ""},
    };
    const struct panel v = {.style = &plain, .columns = 80, .rows = 24};

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct panel_text which = {.path = "x",
                                         .text = td_text("a\nb\nc\n"),
                                         .from = rows[i].from,
                                         .lines = rows[i].lines,
                                         .raw = rows[i].raw};
        struct td_buf out = {0};

        panel_text(&out, &v, &which);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].shown);
        td_buf_release(&out);
    }
}

static void fail_task(struct seen *s, const char *task, const char *why)
{
    char event[256];

    (void)snprintf(event, sizeof(event),
                   "{\"type\":\"error\",\"data\":{\"task_id\":\"%s\","
                   "\"error_type\":\"%s\",\"error_message\":\"m\"}}",
                   task, why);
    (void)seen_put(s, td_text(event));
    (void)snprintf(event, sizeof(event),
                   "{\"type\":\"progress_update\",\"data\":{\"task_id\":"
                   "\"%s\",\"status\":\"failed\",\"duration_ms\":0}}",
                   task);
    (void)seen_put(s, td_text(event));
}

/* A task that never ran, or was told to end, is not called one that failed. */
static void what_was_skipped_has_not_failed(void)
{
    static const struct {
        const char *state, *has, *has_not;
    } rows[] = {
        {"failed", "a ", "b "},
        {"skipped", "b ", "a "},
        {"cancelled", "c ", "a "},
    };
    struct seen *s = begun();
    struct panel v = {.seen = s, .style = &plain, .columns = 60, .rows = 24};
    struct td_buf out = {0};

    fail_task(s, "task_001", "exit_status");
    fail_task(s, "task_002", "dependency_error");
    fail_task(s, "task_003", "cancelled");
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct panel_tasks which = {.state = rows[i].state, .limit = 9};

        td_buf_clear(&out);
        panel_tasks(&out, &v, &which);
        CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&out), rows[i].state));
        CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&out), rows[i].has));
        CU_ASSERT_PTR_NULL(strstr(td_buf_str(&out), rows[i].has_not));
        CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&out), "1 of 6 tasks"));
    }
    td_buf_clear(&out);
    panel_errors(&out, &v, 9);
    CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&out), "b  skipped\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&out), "a  failed, attempt 1\n"));
    td_buf_release(&out);
    seen_free(s);
}

/* How many tasks did not have to run is told by the end of an execution. */
static void what_is_unchanged_is_counted(void)
{
    struct seen *s = begun();
    struct panel v = {.seen = s, .style = &plain, .columns = 60, .rows = 24};
    struct td_buf out = {0};

    panel_stats(&out, &v);
    CU_ASSERT_PTR_NULL(strstr(td_buf_str(&out), "cache"));
    (void)seen_put(s, td_text("{\"type\":\"execution_completed\",\"data\":"
                              "{\"status\":\"completed\",\"final_stats\":"
                              "{\"cached_tasks\":4}}}"));
    td_buf_clear(&out);
    panel_stats(&out, &v);
    CU_ASSERT_PTR_NOT_NULL(strstr(
        td_buf_str(&out), "  cache      4 tasks unchanged (plan why ID)\n"));
    td_buf_release(&out);
    seen_free(s);
}

CU_TestInfo console_panel_views_tests[] = {
    {"the end is estimated", the_end_is_estimated},
    {"what has ended since is told by its end",
     what_has_ended_since_is_told_by_its_end},
    {"the tree has each task once", the_tree_has_each_task_once},
    {"languages have colors", languages_have_colors},
    {"what was skipped has not failed", what_was_skipped_has_not_failed},
    {"what is unchanged is counted", what_is_unchanged_is_counted},
    {"a part of a text is shown", a_part_of_a_text_is_shown},
    CU_TEST_INFO_NULL,
};
