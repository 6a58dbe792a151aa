/* Whatever a network says, no view sends it to the terminal: every text that
 * can come, through every view, in every style. */
#include "console/console_internal.h"
#include "console/prompt.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define TIME        "\"timestamp\":\"2026-01-01T00:00:01.000Z\""

/* As they stand in JSON. */
static const char *const hostile[] = {
    "plain",
    "\\u001b[2J\\u001b[1;1H",
    "\\u001b]52;c;aGk=\\u0007",
    "\\u001b]0;title\\u001b\\\\",
    "\\u001b]8;;file:///etc/passwd\\u001b\\\\x\\u001b]8;;\\u001b\\\\",
    "\\u009b2J\\u009d0;t\\u009c",
    "a\\rb\\nc\\td\\u0008\\u007f",
    "\\u202etxt.exe\\u2066x\\u200f",
    "nul\\u0000behind",
    "\\ud800 lone",
    "\xff\xfe\xc3(",
    "\xc2\x9b"
    "2J",
    "<script>|%s%n\\\\\\\"'",
};

/* @ is the text. */
static const char *const events[] = {
    "{\"type\":\"execution_started\"," TIME
    ",\"data\":{\"execution_id\":\"@\",\"plan_id\":\"@\",\"total_tasks\":4,"
    "\"total_waves\":2,\"task_ids\":[\"@1\",\"@2\"],\"phases\":[{\"phase\":3,"
    "\"name\":\"@\",\"task_count\":4}]}}",
    "{\"type\":\"task_started\"," TIME
    ",\"data\":{\"task_id\":\"@1\",\"task_name\":\"@\",\"provider\":\"@\","
    "\"phase\":3,\"phase_name\":\"@\"}}",
    "{\"type\":\"error\"," TIME
    ",\"data\":{\"task_id\":\"@1\",\"error_type\":\"@\",\"error_message\":"
    "\"@\",\"will_retry\":true,\"retry_in_ms\":9000}}",
    "{\"type\":\"approval_request\"," TIME
    ",\"data\":{\"task_id\":\"@2\",\"task_name\":\"@\",\"batch_id\":\"@\","
    "\"message\":\"@\"}}",
    "{\"type\":\"progress_update\"," TIME
    ",\"data\":{\"task_id\":\"@3\",\"task_name\":\"@\",\"status\":"
    "\"completed\",\"duration_ms\":5,\"tokens_used\":9,\"cost_usd\":0.1}}",
    "{\"type\":\"progress_update\"," TIME
    ",\"data\":{\"task_id\":\"@4\",\"task_name\":\"@\",\"status\":\"failed\"}}",
    "{\"type\":\"artifact_created\"," TIME
    ",\"data\":{\"file_path\":\"@\",\"artifact_type\":\"@\",\"sha256\":\"@@\","
    "\"task_id\":\"@3\",\"size_bytes\":5}}",
    "{\"type\":\"wave_completed\"," TIME
    ",\"data\":{\"wave_number\":1,\"tasks_in_wave\":2,\"successful_tasks\":1}}",
    "{\"type\":\"budget_warning\"," TIME
    ",\"data\":{\"of\":\"tokens\",\"percent\":75,\"limit\":12}}",
    "{\"type\":\"budget_warning\"," TIME
    ",\"data\":{\"of\":\"wall\",\"percent\":90}}",
    "{\"type\":\"phase_started\"," TIME
    ",\"data\":{\"phase\":4,\"name\":\"@\"}}",
    "{\"type\":\"test_started\"," TIME
    ",\"data\":{\"test_name\":\"@\",\"kind\":\"@\"}}",
    "{\"type\":\"test_result\"," TIME
    ",\"data\":{\"test_name\":\"@\",\"passed\":false,\"message\":\"@\"}}",
    "{\"type\":\"log_message\"," TIME
    ",\"data\":{\"level\":\"warn\",\"message\":\"@\",\"task_id\":\"@1\"}}",
    "{\"type\":\"phase_completed\"," TIME
    ",\"data\":{\"phase\":4,\"verdict\":\"@\"}}",
    "{\"type\":\"execution_completed\"," TIME
    ",\"data\":{\"status\":\"@\",\"total_duration_ms\":9}}",
};

static const char plan[] =
    "[{\"data\":{\"workspace\":\"@\",\"tasks\":[{\"task_id\":\"@1\",\"id\":"
    "\"@\",\"name\":\"@\",\"depends_on\":[]},{\"task_id\":\"@2\",\"id\":\"@x\","
    "\"name\":\"@\",\"usual_ms\":5,\"depends_on\":[\"@1\"]}]}}]";

/* What a server may answer, and who reads it. */
static const struct {
    console_render *render;
    const char *data;
} answers[] = {
    {NULL, "{}"},
    {console_render_spec,
     "{\"description\":\"@\",\"type\":\"@\",\"matched\":[\"@\",\"@\"],"
     "\"completeness\":20,\"answers\":{\"@\":\"@\"},\"questions\":[{"
     "\"category\":\"@\",\"question\":\"@\",\"required\":true},{\"category\":"
     "\"@\",\"question\":\"@\",\"required\":false}]}"},
    {console_render_ready, "{\"questions\":[{\"category\":\"@\",\"required\":"
                           "true}],\"completeness\":0}"},
    {console_render_snapshots,
     "{\"snapshots\":[{\"place\":1,\"name\":\"@\",\"files\":\"@\",\"bytes\":5,"
     "\"time\":\"@\"}]}"},
    {console_render_executions,
     "{\"executions\":[{\"execution_id\":\"@\",\"state\":\"@\",\"plan\":\"@\","
     "\"total_tasks\":4,\"completed_tasks\":\"@\"}]}"},
    {console_render_lint,
     "{\"errors\":[{\"line\":3,\"column\":\"@\",\"text\":\"@\",\"mend\":\"@\"}]"
     "}"},
    {console_render_text,
     "{\"path\":\"@.c\",\"size\":9,\"text\":\"@\\n/* @ */ \\\"@\\\"\"}"},
    {console_render_text, "{\"path\":\"@.yaml\",\"text\":\"@: @\\n- @ # @\"}"},
    {console_render_text, "{\"path\":\"@.md\",\"text\":\"# @\\n```\\n@\"}"},
    {console_render_verdict,
     "{\"phase\":{\"gates\":[{\"name\":\"@\",\"kind\":\"tests\",\"verdict\":"
     "\"fail\",\"reason\":\"@\",\"ms\":5}],\"findings\":[{\"gate\":\"@\","
     "\"rule\":\"@\",\"message\":\"@\",\"loc\":{\"file\":\"@\",\"line\":\"@\"}}"
     "]},\"stream\":{\"gates\":[{\"name\":\"@\",\"kind\":\"stream\","
     "\"verdict\":"
     "\"@\",\"reason\":\"@\"}]}}"},
    {console_render_tests,
     "{\"phase\":{\"tests\":[{\"key\":\"@.a\",\"result\":\"fail\",\"message\":"
     "\"@\"},{\"key\":\"@.b\",\"result\":\"@\"}],\"coverage\":{\"files\":[{"
     "\"path\":\"@\",\"lines\":[1,2]}]}}}"},
};

/* To be freed. */
static char *filled(const char *text, const char *with)
{
    struct td_buf out = {0};
    char *copy;

    for (; *text; text++) {
        if (*text == '@')
            (void)td_buf_add_text(&out, with);
        else
            (void)td_buf_add_byte(&out, (uint8_t)*text);
    }
    copy = td_strdup(td_buf_str(&out));
    td_buf_release(&out);
    return copy;
}

/* ---- what may reach a terminal ---- */

/* The length of a color, or of one half of a link into the workspace; 0: it is
 * neither. */
static size_t own_sequence(const char *at, const char *workspace)
{
    size_t len = 2;

    if (at[1] == '[') {
        len += strspn(at + len, "0123456789;");
        return at[len] == 'm' ? len + 1 : 0;
    }
    if (strncmp(at, "\x1b]8;;", 5) != 0)
        return 0;
    len = 5;
    if (!strncmp(at + len, "file://", 7) && workspace &&
        !strncmp(at + len + 7, workspace, strlen(workspace)))
        len += 7 + strspn(at + len + 7, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJK"
                                        "LMNOPQRSTUVWXYZ0123456789-._~/%");
    return !strncmp(at + len, "\x1b\\", 2) ? len + 2 : 0;
}

static bool is_direction(const uint8_t *at, size_t len)
{
    if (len == 2)
        return at[0] == 0xc2 && at[1] < 0xa0;
    return len == 3 && at[0] == 0xe2 &&
           ((at[1] == 0x80 && (at[2] == 0x8e || at[2] == 0x8f ||
                               (at[2] >= 0xa8 && at[2] <= 0xae))) ||
            (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9));
}

static bool is_safe(const struct td_buf *text, bool ascii,
                    const char *workspace)
{
    const uint8_t *end = text->ptr + text->len;

    for (const uint8_t *at = text->ptr; at < end;) {
        size_t step = td_utf8_step(at, end);

        if (*at == 0x1b) {
            step = own_sequence((const char *)at, workspace);
        } else if ((*at < ' ' && *at != '\n') || *at == 0x7f ||
                   (ascii && *at > 0x7f) || is_direction(at, step)) {
            step = 0;
        }
        if (step == 0)
            return false;
        at += step;
    }
    return true;
}

/* ---- through every view ---- */

static void draw_all(struct td_buf *out, const struct panel *v)
{
    static void (*const views[])(struct td_buf *, const struct panel *) = {
        panel_block,  panel_status,   panel_timeline, panel_stats,
        panel_tokens, panel_overview, panel_results,  panel_logs_stats};
    const struct panel_tasks tasks = {.limit = 100};
    const struct panel_logs logs = {.limit = 100};
    const struct panel_tree tree = {
        .from = SEEN_NONE, .depth = 9, .limit = 100};

    for (size_t i = 0; i < COUNT(views); i++)
        views[i](out, v);
    panel_tasks(out, v, &tasks);
    panel_artifacts(out, v, false, 100);
    panel_artifacts(out, v, true, 100);
    panel_logs(out, v, &logs);
    panel_errors(out, v, 100);
    panel_tree(out, v, &tree);
    for (uint32_t i = 0; i < v->seen->task_count; i++)
        panel_question(out, v, &v->seen->tasks[i]);
    for (uint32_t i = 0; i < v->seen->artifact_count; i++)
        panel_artifact_head(out, v, &v->seen->artifacts[i]);
}

struct scene {
    struct console *c;
    struct td_buf above;
    struct prompt *prompt;
};

static void check(struct scene *s, const char *text)
{
    bool safe = is_safe(&s->above, !s->c->options.style.utf8,
                        s->c->workspace ? s->c->workspace : NULL);

    if (!safe)
        printf("\n    %s: %s\n", text, td_buf_str(&s->above));
    CU_ASSERT(safe);
    td_buf_clear(&s->above);
}

static void put_event(struct scene *s, const char *json)
{
    struct panel v = console_view(s->c);
    struct seen_fact fact = seen_put(s->c->seen, td_text(json));

    s->c->now_ns = s->c->seen->last_ns + TD_NS_PER_S;
    panel_fact(&s->above, &v, &fact);
    panel_plain(&s->above, &v, &fact);
    draw_all(&s->above, &v);
}

static void put_plan(struct scene *s, const char *with)
{
    char *json = filled(plan, with);
    struct td_json_doc doc = {0};

    if (td_json_parse(&doc, td_text(json), TD_JSON_DEPTH_ALL, NULL) == TD_OK)
        console_planned(s->c, &doc, td_json_member(&doc, 1, td_text("data")));
    td_json_release(&doc);
    free(json);
}

static void put_answer(struct scene *s, size_t which, const char *with,
                       bool done)
{
    char *json = filled(answers[which].data, with);
    struct td_json_doc doc = {0};
    struct td_error err = {0};
    struct console_answer answer = {
        .done = done, .output = td_text(with), .error = td_text(with)};

    if (td_json_parse(&doc, td_text(json), TD_JSON_DEPTH_ALL, NULL) == TD_OK)
        answer.doc = &doc;
    s->c->asked = (struct console_asked){.command = "spec",
                                         .render = answers[which].render,
                                         .text = td_strdup("order"),
                                         .kind = td_strdup("all"),
                                         .lines = 100,
                                         .from = 1,
                                         .stats = true};
    (void)!console_answered(s->c, &answer, &err);
    (void)!console_print(s->c, &err);
    (void)td_buf_add_text(&s->above, err.text);
    td_json_release(&doc);
    free(json);
}

static void type(struct scene *s, const char *keys)
{
    for (; *keys; keys++)
        (void)prompt_feed(s->prompt, (uint8_t)*keys);
    (void)prompt_draw(s->prompt, &s->above);
}

static void everything(struct scene *s, const char *with)
{
    for (size_t i = 0; i < COUNT(events); i++) {
        char *json = filled(events[i], with);

        put_event(s, json);
        check(s, events[i]);
        free(json);
        if (i == 0)
            put_plan(s, with);
    }
    for (size_t i = 0; i < COUNT(answers); i++)
        for (int done = 0; done < 2; done++) {
            put_answer(s, i, with, done);
            check(s, answers[i].data);
        }
    type(s, "show artifact \t\t\x15plan why \t\t\x15"
            "approve \t\t");
    check(s, "the menu");
    type(s, "\x15\x1b[200~\x9b\x1b]0;x\x07\x1b[201~");
    check(s, "a paste");
}

static void no_text_of_the_network_reaches_the_terminal(void)
{
    static const struct text_style styles[] = {
        {.utf8 = true},
        {.utf8 = true, .color = true, .links = true},
        {.utf8 = false, .color = true, .links = true},
    };

    for (size_t h = 0; h < COUNT(hostile); h++)
        for (size_t i = 0; i < COUNT(styles); i++)
            for (size_t columns = 20; columns <= 140; columns += 40) {
                struct console_options options = {.style = styles[i],
                                                  .columns = columns,
                                                  .rows = 40,
                                                  .near = true};
                struct scene s = {.c = console_new(&options)};

                s.c->above = &s.above;
                s.prompt = prompt_new(s.c);
                everything(&s, hostile[h]);
                prompt_free(s.prompt);
                console_free(s.c);
                td_buf_release(&s.above);
            }
}

/* ---- links ---- */

static void links_lead_into_the_workspace_only(void)
{
    char folder[] = "/tmp/td-links-XXXXXX";
    struct td_buf path = {0};
    struct seen seen = {.task_count = 0};
    const struct text_style style = {.utf8 = true, .links = true};
    struct panel v = {.seen = &seen, .style = &style, .columns = 80};
    static const struct {
        const char *path;
        bool link;
    } rows[] = {
        {"a file.c", true},       {"out", false},
        {"../etc/passwd", false}, {"/etc/passwd", false},
        {"none", false},          {"", false},
        {"sub", false},           {"sub/../a file.c", true},
    };

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    v.workspace = folder;
    (void)td_buf_addf(&path, "%s/a file.c", folder);
    CU_ASSERT_EQUAL(td_fs_replace(td_buf_str(&path), td_text("x"), NULL),
                    TD_OK);
    td_buf_clear(&path);
    (void)td_buf_addf(&path, "%s/out", folder);
    CU_ASSERT_EQUAL(symlink("/etc/passwd", td_buf_str(&path)), 0);
    td_buf_clear(&path);
    (void)td_buf_addf(&path, "%s/sub", folder);
    CU_ASSERT_EQUAL(mkdir(td_buf_str(&path), 0700), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char name[64];
        const struct seen_artifact a = {
            .path = name, .type = name, .task = SEEN_NONE};
        struct td_buf out = {0};

        (void)snprintf(name, sizeof(name), "%s", rows[i].path);
        panel_artifact_head(&out, &v, &a);
        CU_ASSERT_EQUAL(strstr(td_buf_str(&out), "\x1b]8;;file://") != NULL,
                        rows[i].link);
        CU_ASSERT(is_safe(&out, false, folder));
        td_buf_release(&out);
    }
    CU_ASSERT_EQUAL(rmdir(td_buf_str(&path)), 0);
    td_buf_clear(&path);
    (void)td_buf_addf(&path, "%s/out", folder);
    (void)unlink(td_buf_str(&path));
    td_buf_clear(&path);
    (void)td_buf_addf(&path, "%s/a file.c", folder);
    (void)unlink(td_buf_str(&path));
    (void)rmdir(folder);
    td_buf_release(&path);
}

CU_TestInfo console_safe_tests[] = {
    {"no text of the network reaches the terminal",
     no_text_of_the_network_reaches_the_terminal},
    {"links lead into the workspace only", links_lead_into_the_workspace_only},
    CU_TEST_INFO_NULL,
};
