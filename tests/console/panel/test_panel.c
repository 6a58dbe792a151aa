/* What has been seen, as lines: golden screens of one state at four sizes. */
#include "console/panel/panel.h"
#include "core/clock.h"
#include "core/width.h"
#include "tests/suites.h"

#include <stdio.h>
#include <string.h>

#define T(s) "\"timestamp\":\"2026-01-01T00:" s "Z\""
#define ESC  "\\u001b[2J"

static const char *const events[] = {
    "{\"type\":\"execution_started\"," T(
        "00:00.000") ",\"data\":{\"execution_id\":\"x7\",\"plan_id\":\"shop\","
                     "\"total_tasks\":8,\"total_waves\":4,\"phases\":[{"
                     "\"phase\":2,"
                     "\"name\":\"Planning\",\"task_count\":2},{\"phase\":3,"
                     "\"name\":"
                     "\"Execution\",\"task_count\":6}]}}",
    "{\"type\":\"progress_update\"," T(
        "00:01.000") ",\"data\":{\"task_id\":\"T1\",\"task_name\":\"read\","
                     "\"phase\":2,"
                     "\"status\":\"completed\",\"duration_ms\":900}}",
    "{\"type\":\"progress_update\"," T(
        "00:02.000") ",\"data\":{\"task_id\":\"T2\",\"task_name\":\"model\","
                     "\"phase\":2,"
                     "\"status\":\"completed\",\"duration_ms\":950,\"tokens_"
                     "used\":67450,"
                     "\"cost_usd\":0.38}}",
    "{\"type\":\"wave_completed\"," T(
        "00:02.000") ",\"data\":{\"wave_number\":1,\"tasks_in_wave\":2,"
                     "\"successful_tasks\":2,\"duration_ms\":2000}}",
    "{\"type\":\"budget_warning\"," T(
        "00:02.000") ",\"data\":{\"of\":\"tokens\",\"percent\":75,\"limit\":"
                     "89000}}",
    "{\"type\":\"artifact_created\"," T(
        "00:03.000") ",\"data\":{\"file_path\":\"src/deep/down/"
                     "order.c\",\"artifact_type\":"
                     "\"file\",\"size_bytes\":6349,\"task_id\":\"T3\"}}",
    "{\"type\":\"progress_update\"," T(
        "00:03.000") ",\"data\":{\"task_id\":\"T3\",\"task_name\":\"write "
                     "src/order.c\","
                     "\"phase\":3,\"status\":\"completed\",\"duration_ms\":"
                     "4100}}",
    "{\"type\":\"task_started\"," T(
        "00:04.000") ",\"data\":{\"task_id\":\"T4\",\"task_name\":\"compile "
                     "src/商品."
                     "c\",\"provider\":\"shell\",\"phase\":3,\"attempt\":1}}",
    "{\"type\":\"task_started\"," T(
        "00:05.000") ",\"data\":{\"task_id\":\"T5\",\"task_name\":\"" ESC
                     " \xe2\x80\xae"
                     "hostile\",\"provider\":\"openai\",\"attempt\":1}}",
    "{\"type\":\"error\"," T("00:06.000") ",\"data\":{\"task_id\":\"T6\","
                                          "\"task_name\":\"test order_store\","
                                          "\"error_type\":\"test_failed\","
                                          "\"error_message\":\"exit 1\","
                                          "\"max_retries\":3,\"will_retry\":"
                                          "true,\"retry_in_ms\":4500}}",
    "{\"type\":\"approval_request\"," T(
        "00:07.000") ",\"data\":{\"task_id\":\"T7\",\"task_name\":\"apply "
                     "migration\","
                     "\"batch_id\":\"x7/T7\"}}",
    NULL,
};

struct scene {
    struct seen *seen;
    struct text_style style;
    struct panel view;
    struct td_buf out;
};

static void open_scene(struct scene *s, size_t columns, size_t rows)
{
    *s = (struct scene){.seen = seen_new(), .style = {.utf8 = true}};
    for (size_t i = 0; events[i]; i++)
        (void)seen_put(s->seen, td_text(events[i]));
    s->view = (struct panel){.seen = s->seen,
                             .style = &s->style,
                             .columns = columns,
                             .rows = rows,
                             .now_ns = s->seen->last_ns + 2 * TD_NS_PER_S};
}

static void close_scene(struct scene *s, const char *expected)
{
    const char *found = td_buf_str(&s->out);
    struct td_bytes text = td_buf_bytes(&s->out);
    size_t most = s->view.columns > 1 ? s->view.columns : 2;

    if (strcmp(found, expected) != 0)
        printf("\n--- expected\n%s--- found\n%s", expected, found);
    CU_ASSERT_STRING_EQUAL(found, expected);
    for (size_t at = 0; at < text.len;) {
        size_t len = (size_t)((const uint8_t *)memchr(text.ptr + at, '\n',
                                                      text.len - at) -
                              text.ptr) -
                     at;

        CU_ASSERT(td_width(td_bytes(text.ptr + at, len)) < most);
        at += len + 1;
    }
    td_buf_release(&s->out);
    seen_free(s->seen);
}

static void block(size_t columns, size_t rows, const char *expected)
{
    struct scene s;

    open_scene(&s, columns, rows);
    panel_block(&s.out, &s.view);
    close_scene(&s, expected);
}

static void the_block_fits_the_terminal(void)
{
    block(
        80, 24,
        "── x7  live "
        "───────────────────────────────────────────────────────────────────\n"
        "shop █████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 37.5%  3/8  wave "
        "2/4  00:09\n"
        " ✓ Planning  ▶ Execution 1/6\n"
        " ? T7 apply migration                              approve x7/T7 "
        "[y/n/show]  2s\n"
        " ↻ T6 test order_store: attempt 1 of 4, exit 1 (test_failed)      "
        "again in 1.5s\n"
        " ▶ T4 compile src/商品.c                                             "
        "shell   5s\n"
        " ▶ T5 \\x1b[2J \\u202ehostile                                         "
        "openai   4s\n"
        " artifacts 1  tokens 67,450/89,000 (75%)  cost $0.38  errors 1\n");
    block(
        120, 40,
        "── x7  live "
        "──────────────────────────────────────────────────────────────────────"
        "─────────────────────────────────────\n"
        "shop "
        "████████████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░"
        "░░░░░░░░░░░░░░░░ 37.5%  3/8  wave 2/4  00:09\n"
        " ✓ Planning     2/2   "
        "████████████████████████████████████████████████████████████ 100.0%\n"
        " ▶ Execution    1/6   "
        "█████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  16.6%\n"
        " waves  1 ✓2\n"
        " ? T7 apply migration                                                 "
        "              approve x7/T7 [y/n/show]  waits  2s\n"
        " ↻ T6 test order_store: attempt 1 of 4, exit 1 (test_failed)          "
        "                                    again in 1.5s\n"
        " ▶ T4 compile src/商品.c                                              "
        "                                       shell   5s\n"
        " ▶ T5 \\x1b[2J \\u202ehostile                                         "
        "                                        openai   4s\n"
        " artifacts 1 (6.2 KiB)   last src/deep/down/order.c\n"
        " tokens ██████████████████████░░░░░░░░ 67,450/89,000 (75%)    cost "
        "$0.38\n"
        " errors 1, retries 1, failed 0, skipped 0\n");
    block(40, 12,
          "shop ██████░░░░░░░░░░ 37.5%  3/8  00:09\n"
          " ? T7 apply migration        [y/n/show]\n"
          " ↻ T6 test order_store 2/4      in 1.5s\n"
          " ▶ T4 compile src/商品.c             5s\n"
          " ▶ T5 \\x1b[2J \\u202ehostile          4s\n"
          " 75% tokens  1 file  errors 1\n");
    block(20, 5, "shop  37.5%  3/8  …\n");
}

/* The last row of a task says how many have none. */
static void tasks_without_a_row_are_counted(void)
{
    struct scene s;
    char event[128];

    open_scene(&s, 50, 14);
    for (int i = 0; i < 100; i++) {
        (void)snprintf(
            event, sizeof(event),
            "{\"type\":\"task_started\",\"data\":{\"task_id\":\"R%d\"}}", i);
        (void)seen_put(s.seen, td_text(event));
    }
    panel_block(&s.out, &s.view);
    CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&s.out), " ? T7"));
    CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&s.out), "  +99\n"));
    CU_ASSERT_EQUAL(s.seen->counts[SEEN_RUNNING], 102);
    close_scene(&s, td_buf_str(&s.out));
}

static void a_terminal_of_ascii_gets_ascii(void)
{
    struct scene s;

    open_scene(&s, 80, 24);
    s.style.utf8 = false;
    panel_block(&s.out, &s.view);
    for (size_t i = 0; i < s.out.len; i++)
        CU_ASSERT(s.out.ptr[i] < 0x7f);
    CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&s.out), "\\u5546\\u54c1"));
    td_buf_release(&s.out);
    seen_free(s.seen);
}

/* Each size in turn: nothing is wider than it may be, nothing is too high. */
static void every_size_is_kept(void)
{
    for (size_t columns = 1; columns <= 140; columns++) {
        for (size_t rows = 1; rows <= 50; rows += 7) {
            struct scene s;
            size_t lines = 0;

            open_scene(&s, columns, rows);
            panel_block(&s.out, &s.view);
            for (size_t i = 0; i < s.out.len; i++)
                lines += s.out.ptr[i] == '\n';
            CU_ASSERT(lines <= (rows / 2 ? rows / 2 : 1));
            panel_status(&s.out, &s.view);
            panel_timeline(&s.out, &s.view);
            panel_stats(&s.out, &s.view);
            close_scene(&s, td_buf_str(&s.out));
        }
    }
}

static void plain_lines_have_no_sequence(void)
{
    struct scene s;

    open_scene(&s, 80, 24);
    seen_clear(s.seen);
    for (size_t i = 0; events[i]; i++) {
        struct seen_fact fact = seen_put(s.seen, td_text(events[i]));

        panel_plain(&s.out, &s.view, &fact);
    }
    close_scene(&s,
                "x7 shop: 8 tasks, 4 waves\n"
                "[1/8] ok      T1 read 0.9s\n"
                "[2/8] ok      T2 model 0.9s\n"
                "[2/8] alert   tokens 67,450/89,000 (75%)\n"
                "[3/8] ok      T3 write src/order.c 4.1s\n"
                "[3/8] retry   T6 test order_store attempt 1 of 4, "
                "test_failed: exit 1\n"
                "[3/8] approve T7 apply migration (console: approve x7/T7)\n");
}

/* How many of the facts each verbosity tells, in both ways of telling. */
static void facts_are_told_by_how_grave_they_are(void)
{
    static const struct {
        enum panel_told told;
        const char *has, *lacks;
    } rows[] = {
        {PANEL_TOLD_DEBUG, "[3/8] start   T4", "no such"},
        {PANEL_TOLD_INFO, "ok      T1", "start"},
        {PANEL_TOLD_WARN, "retry   T6", "ok      T1"},
        {PANEL_TOLD_ERROR, "approve T7", "retry   T6"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;
        struct td_buf above = {0};

        open_scene(&s, 80, 24);
        seen_clear(s.seen);
        s.view.told = rows[i].told;
        for (size_t e = 0; events[e]; e++) {
            struct seen_fact fact = seen_put(s.seen, td_text(events[e]));

            panel_plain(&s.out, &s.view, &fact);
            panel_fact(&above, &s.view, &fact);
        }
        CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&s.out), rows[i].has));
        CU_ASSERT_PTR_NULL(strstr(td_buf_str(&s.out), rows[i].lacks));
        CU_ASSERT_EQUAL(strstr(td_buf_str(&above), "▶ T4") != NULL,
                        rows[i].told == PANEL_TOLD_DEBUG);
        CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&above), "waits for approve"));
        td_buf_release(&above);
        close_scene(&s, td_buf_str(&s.out));
    }
}

CU_TestInfo console_panel_panel_tests[] = {
    {"the block fits the terminal", the_block_fits_the_terminal},
    {"a terminal of ASCII gets ASCII", a_terminal_of_ascii_gets_ascii},
    {"every size is kept", every_size_is_kept},
    {"plain lines have no sequence", plain_lines_have_no_sequence},
    {"facts are told by how grave they are",
     facts_are_told_by_how_grave_they_are},
    {"tasks without a row are counted", tasks_without_a_row_are_counted},
    CU_TEST_INFO_NULL,
};
