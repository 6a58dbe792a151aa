/* The fold over the events of an execution, in all three spellings. */
#include "console/marks.h"
#include "console/seen/seen.h"
#include "tests/suites.h"

#include <stdio.h>
#include <string.h>

#define AT(s) "\"timestamp\":\"2026-01-01T00:00:0" s ".000Z\""

static struct seen_fact put(struct seen *s, const char *event)
{
    return seen_put(s, td_text(event));
}

static const char *const emitter[] = {
    "{\"type\":\"execution_started\"," AT(
        "0") ",\"data\":{\"execution_id\":\"x1\",\"total_tasks\":2,\"phases\":["
             "{\"phase\":3,\"name\":\"Execution\",\"task_count\":2}],"
             "\"task_ids\":[\"t1\",\"t2\"],\"seq\":1}}",
    "[\"error\",{\"type\":\"error\"," AT(
        "1") ",\"data\":{\"task_id\":\"t1\",\"task_name\":\"a\",\"error_type\":"
             "\"exit_status\",\"error_message\":\"exit 1\",\"max_retries\":3,"
             "\"will_retry\":true,\"seq\":2}}]",
    "{\"type\":\"progress_update\"," AT(
        "2") ",\"data\":{\"task_id\":\"t1\",\"task_name\":\"a\",\"phase\":3,"
             "\"status\":\"completed\",\"duration_ms\":1500,\"tokens_used\":70,"
             "\"cost_usd\":0.25,\"seq\":3}}",
    "{\"type\":\"artifact_created\"," AT(
        "2") ",\"data\":{\"file_path\":\"src/a.c\",\"artifact_type\":\"file\","
             "\"size_bytes\":10,\"task_id\":\"t1\",\"seq\":4}}",
    "{\"type\":\"wave_completed\"," AT(
        "3") ",\"data\":{\"wave_number\":1,\"tasks_in_wave\":2,"
             "\"successful_tasks\":1,\"duration_ms\":3000,\"seq\":5}}",
    NULL,
};

static void the_events_make_a_state(void)
{
    struct seen *s = seen_new();
    struct seen_fact fact = {0};

    for (size_t i = 0; emitter[i]; i++)
        fact = put(s, emitter[i]);
    CU_ASSERT_EQUAL(fact.kind, SEEN_WAVE_ENDED);
    CU_ASSERT_STRING_EQUAL(s->execution, "x1");
    CU_ASSERT_EQUAL(s->total, 2);
    CU_ASSERT_EQUAL(s->task_count, 2);
    CU_ASSERT_EQUAL(s->tasks[0].state, SEEN_COMPLETED);
    CU_ASSERT_EQUAL(s->tasks[0].errors, 1);
    CU_ASSERT_EQUAL(s->tasks[0].attempts_max, 4);
    CU_ASSERT_EQUAL(s->tasks[1].state, SEEN_WAITING);
    CU_ASSERT_EQUAL(s->phases[3].ended, 1);
    CU_ASSERT_EQUAL(s->retries, 1);
    CU_ASSERT_EQUAL(s->tokens, 70);
    CU_ASSERT_EQUAL(s->artifact_bytes, 10);
    CU_ASSERT_EQUAL(s->waves[0].good, 1);
    CU_ASSERT_EQUAL(s->seq, 5);
    CU_ASSERT_EQUAL(seen_progress(s), 500);
    CU_ASSERT_EQUAL(s->odd, 0);
    seen_free(s);
}

static void a_copy_stands_apart(void)
{
    struct seen *s = seen_new();
    struct seen *copy;

    for (size_t i = 0; emitter[i]; i++)
        (void)put(s, emitter[i]);
    copy = seen_copy(s);
    CU_ASSERT_EQUAL(seen_bytes(copy), seen_bytes(s));
    seen_clear(s);
    CU_ASSERT_STRING_EQUAL(copy->execution, "x1");
    CU_ASSERT_EQUAL(copy->task_count, 2);
    CU_ASSERT_STRING_EQUAL(copy->tasks[0].error, "exit 1");
    CU_ASSERT_EQUAL(seen_find_task(copy, td_text("t2")), 1);
    CU_ASSERT_STRING_EQUAL(copy->artifacts[0].path, "src/a.c");
    CU_ASSERT_STRING_EQUAL(copy->phases[3].name, "Execution");
    CU_ASSERT_EQUAL(copy->log_count, 1);
    CU_ASSERT_STRING_EQUAL(copy->logs[0].text, "exit_status: exit 1, error 1");
    /* Both go on by themselves. */
    (void)put(copy, "{\"type\":\"progress_update\",\"data\":{\"task_id\":"
                    "\"t3\",\"status\":\"completed\",\"seq\":6}}");
    CU_ASSERT_EQUAL(copy->completed, 2);
    CU_ASSERT_EQUAL(s->completed, 0);
    seen_free(copy);
    seen_free(s);
}

/* What a hundred copies of this take is more than there is room for. */
static void marks_have_a_limit(void)
{
    struct console_marks *marks = console_marks_new();
    struct seen *s = seen_new();
    const struct console_mark *mark;
    char event[128];

    for (unsigned i = 1; i <= 10000; i++) {
        (void)snprintf(event, sizeof(event),
                       "{\"type\":\"log_message\",\"data\":{\"message\":"
                       "\"line %u\",\"seq\":%u}}",
                       i, i);
        (void)put(s, event);
    }
    CU_ASSERT_PTR_NULL(console_marks_before(marks, UINT64_MAX));
    for (uint64_t i = 1; i <= 100; i++)
        console_marks_note(marks, s, i * 10, i * MARKS_EVENTS);
    mark = console_marks_before(marks, UINT64_MAX);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mark);
    CU_ASSERT(mark->at_ns > 800 &&
              mark->seq == mark->at_ns / 10 * MARKS_EVENTS);
    CU_ASSERT_EQUAL(mark->seen->seq, 10000);
    CU_ASSERT(seen_bytes(mark->seen) * 100 > MARKS_BYTES);
    mark = console_marks_before(marks, 500);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mark);
    CU_ASSERT(mark->at_ns < 500 && mark->at_ns > 200);
    CU_ASSERT_PTR_NULL(console_marks_before(marks, 10));
    seen_free(s);
    console_marks_free(marks);
}

/* A server that is asked again tells again. */
static void what_was_told_is_not_counted_twice(void)
{
    struct seen *s = seen_new();

    for (size_t i = 0; emitter[i]; i++)
        (void)put(s, emitter[i]);
    for (size_t i = 1; emitter[i]; i++)
        CU_ASSERT_EQUAL(put(s, emitter[i]).kind, SEEN_NOTHING);
    CU_ASSERT_EQUAL(s->events, 5);
    CU_ASSERT_EQUAL(s->artifact_count, 1);
    seen_free(s);
}

static void a_second_beginning_begins_anew(void)
{
    struct seen *s = seen_new();

    for (int round = 0; round < 2; round++)
        for (size_t i = 0; emitter[i]; i++)
            (void)put(s, emitter[i]);
    CU_ASSERT_EQUAL(s->completed, 1);
    CU_ASSERT_EQUAL(s->task_count, 2);
    CU_ASSERT_EQUAL(s->seq, 5);
    seen_free(s);
}

/* Heard live, and once more of who was asked for all of it. Of a server that
 * gives the id again it is another execution. */
static void the_same_beginning_is_heard_once(void)
{
    struct seen *s = seen_new();

    s->again = true;
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; emitter[i]; i++)
            CU_ASSERT_EQUAL(put(s, emitter[i]).kind == SEEN_NOTHING,
                            round == 1);
    CU_ASSERT_EQUAL(s->events, 5);
    CU_ASSERT_EQUAL(put(s, "{\"type\":\"execution_started\"," AT(
                               "9") ",\"data\":{\"execution_id\":\"x1\","
                                    "\"total_tasks\":7,\"seq\":1}}")
                        .kind,
                    SEEN_BEGAN);
    CU_ASSERT_EQUAL(s->total, 7);
    CU_ASSERT_TRUE(s->again);
    seen_free(s);
}

static void what_is_judged_is_told(void)
{
    struct seen *s = seen_new();

    (void)put(s, emitter[0]);
    (void)put(s, "{\"type\":\"phase_started\",\"data\":{\"phase\":3}}");
    CU_ASSERT_FALSE(s->judging);
    (void)put(s, "{\"type\":\"phase_started\",\"data\":{\"phase\":4}}");
    CU_ASSERT_TRUE(s->judging);
    (void)put(s,
              "{\"type\":\"test_started\",\"data\":{\"test_name\":\"unit\"}}");
    CU_ASSERT_STRING_EQUAL(s->logs[0].text, "gate unit: begins");
    CU_ASSERT_TRUE(s->logs[0].gate && s->logs[0].begins);
    (void)put(s, "{\"type\":\"test_result\",\"data\":{\"test_name\":\"unit\","
                 "\"passed\":true}}");
    CU_ASSERT_STRING_EQUAL(s->logs[1].text, "gate unit: pass");
    CU_ASSERT_FALSE(s->logs[1].begins);
    (void)put(s, "{\"type\":\"phase_completed\",\"data\":{\"phase\":3}}");
    CU_ASSERT_TRUE(s->judging);
    (void)put(s, "{\"type\":\"phase_completed\",\"data\":{\"phase\":4,"
                 "\"verdict\":\"fail\"}}");
    CU_ASSERT_FALSE(s->judging);
    seen_free(s);
}

static void the_other_spellings_are_read(void)
{
    struct seen *s = seen_new();

    (void)put(
        s, "{\"type\":\"execution_started\"," AT(
               "0") ",\"data\":{\"execution_id\":\"d\",\"total_tasks\":1,"
                    "\"phases\":[{\"number\":0,\"name\":\"P\",\"tasks\":1}]}}");
    (void)put(s, "{\"type\":\"error\"," AT(
                     "1") ",\"data\":{\"task_id\":\"t\",\"message\":\"no\","
                          "\"error_type\":\"E\",\"recoverable\":false}}");
    (void)put(
        s,
        "{\"type\":\"artifact_created\"," AT(
            "1") ",\"data\":{\"path\":\"p\",\"size\":7,\"language\":\"c\"}}");
    (void)put(s, "{\"type\":\"wave_completed\"," AT(
                     "1") ",\"data\":{\"wave_number\":1,\"atoms_in_wave\":3,"
                          "\"atoms_completed\":2}}");
    (void)put(s, "{\"type\":\"execution_completed\"," AT(
                     "2") ",\"data\":{\"status\":\"success\",\"duration_ms\":5,"
                          "\"tokens_used\":9,\"cost_usd\":1.5}}");
    CU_ASSERT_EQUAL(s->phases[0].tasks, 1);
    CU_ASSERT_STRING_EQUAL(s->tasks[0].error, "no");
    CU_ASSERT_EQUAL(s->artifacts[0].size, 7);
    CU_ASSERT_EQUAL(s->waves[0].tasks, 3);
    CU_ASSERT_EQUAL(s->waves[0].good, 2);
    CU_ASSERT_STRING_EQUAL(s->status, "completed");
    CU_ASSERT_EQUAL(s->tokens, 9);
    CU_ASSERT(s->cost_known);
    seen_free(s);
}

static void what_is_no_event_is_counted(void)
{
    static const char *const rows[] = {
        "",
        "{",
        "[]",
        "[[]]",
        "7",
        "{}",
        "{\"type\":7,\"data\":{}}",
        "{\"type\":\"error\"}",
        "{\"type\":\"error\",\"data\":[]}",
        "[\"error\"]",
    };
    struct seen *s = seen_new();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(put(s, rows[i]).kind, SEEN_NOTHING);
    CU_ASSERT_EQUAL(s->odd, sizeof(rows) / sizeof(rows[0]));
    (void)put(s, "{\"type\":\"error\",\"data\":{\"task_id\":\"\"}}");
    (void)put(s, "{\"type\":\"progress_update\",\"data\":{\"task_id\":null}}");
    (void)put(s, "{\"type\":\"wave_completed\",\"data\":{\"wave_number\":-1}}");
    (void)put(s, "{\"type\":\"execution_started\",\"data\":{\"phases\":[1,"
                 "{\"phase\":99}],\"task_ids\":[1,{}]}}");
    CU_ASSERT_EQUAL(s->task_count, 0);
    seen_free(s);
}

static void extras_tell_what_runs(void)
{
    struct seen *s = seen_new();

    (void)put(s, emitter[0]);
    (void)put(
        s, "{\"type\":\"task_started\"," AT(
               "1") ",\"data\":{\"task_id\":\"t2\",\"attempt\":1,\"provider\":"
                    "\"shell\",\"seq\":1,\"sub\":1}}");
    CU_ASSERT_EQUAL(s->tasks[1].state, SEEN_RUNNING);
    CU_ASSERT_STRING_EQUAL(s->tasks[1].provider, "shell");
    CU_ASSERT_EQUAL(s->counts[SEEN_RUNNING], 1);
    (void)put(
        s, "{\"type\":\"approval_request\"," AT(
               "1") ",\"data\":{\"task_id\":\"t1\",\"batch_id\":\"x1/t1\"}}");
    CU_ASSERT_EQUAL(s->tasks[0].state, SEEN_ASKING);
    CU_ASSERT_STRING_EQUAL(s->tasks[0].batch, "x1/t1");
    (void)put(s,
              "{\"type\":\"log_message\"," AT(
                  "1") ",\"data\":{\"level\":\"warning\",\"message\":\"hm\"}}");
    CU_ASSERT_EQUAL(s->log_count, 1);
    CU_ASSERT_EQUAL(s->logs[0].level, SEEN_WARN);
    seen_free(s);
}

#define RUNS(sub)                                                              \
    "{\"type\":\"task_started\"," AT("1") ",\"data\":{\"task_id\":\"t1\","     \
                                          "\"task_name\":\"read\","            \
                                          "\"attempt\":1,\"max_attempts\":2,"  \
                                          "\"seq\":1,\"sub\":" sub "}}"

/* Its history is sent again to one that asks for all behind an event. */
static void an_extra_is_heard_once(void)
{
    struct seen *s = seen_new();

    (void)put(s, emitter[0]);
    CU_ASSERT_EQUAL(put(s, RUNS("1")).kind, SEEN_TASK_BEGAN);
    CU_ASSERT_EQUAL(put(s, RUNS("1")).kind, SEEN_NOTHING);
    CU_ASSERT_EQUAL(put(s, RUNS("2")).kind, SEEN_TASK_BEGAN);
    CU_ASSERT_STRING_EQUAL(s->tasks[0].name, "read");
    seen_free(s);
}

static void what_is_used_is_a_sum_of_attempts(void)
{
#define USED(n)                                                                \
    "{\"type\":\"context_update\",\"data\":{\"task_id\":\"t1\"," n "}}"
    struct seen *s = seen_new();

    (void)put(s, emitter[0]);
    (void)put(s, RUNS("1"));
    (void)put(s, USED("\"total_tokens\":10,\"cost_usd\":0.5"));
    (void)put(s, USED("\"total_tokens\":30,\"cost_usd\":1.5"));
    CU_ASSERT_EQUAL(s->tokens, 30);
    (void)put(s, RUNS("2"));
    (void)put(s, USED("\"total_tokens\":5,\"cost_usd\":0.25"));
    CU_ASSERT_EQUAL(s->tokens, 35);
    CU_ASSERT_DOUBLE_EQUAL(s->cost, 1.75, 1e-9);
    (void)put(s, "{\"type\":\"progress_update\",\"data\":{\"task_id\":\"t1\","
                 "\"status\":\"completed\",\"tokens_used\":36,"
                 "\"cost_usd\":2.0}}");
    CU_ASSERT_EQUAL(s->tokens, 36);
    CU_ASSERT_DOUBLE_EQUAL(s->cost, 2.0, 1e-9);
    seen_free(s);
}

/* Of older senders: for the log, and nothing is counted by them. */
static void what_older_senders_tell_is_logged(void)
{
    static const struct {
        const char *event;
        const char *text; /* NULL: there is none */
    } rows[] = {
        {"{\"type\":\"pipeline_update\",\"data\":{\"phase\":3,"
         "\"progress\":1,\"total\":9,\"total_tasks\":9,\"completed_tasks\":1,"
         "\"phase_status\":\"running\",\"current_task\":\"parse\"}}",
         "running: parse"},
        {"{\"type\":\"pipeline_update\","
         "\"data\":{\"message\":\"slow\",\"level\":\"warn\"}}",
         "slow"},
        {"{\"type\":\"pipeline_update\",\"data\":{\"phase\":3}}", NULL},
        {"{\"type\":\"snapshot_created\","
         "\"data\":{\"snapshot_id\":\"s7\",\"name\":\"before\"}}",
         "snapshot before"},
        {"{\"type\":\"snapshot_created\",\"data\":{}}", NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct seen *s = seen_new();
        struct seen_fact fact = put(s, rows[i].event);

        CU_ASSERT_EQUAL(fact.kind, rows[i].text ? SEEN_LOGGED : SEEN_NOTHING);
        CU_ASSERT_EQUAL(s->log_count, rows[i].text ? 1 : 0);
        if (rows[i].text && s->log_count)
            CU_ASSERT_STRING_EQUAL(s->logs[0].text, rows[i].text);
        CU_ASSERT_EQUAL(s->completed, 0);
        seen_free(s);
    }
}

static void the_oldest_log_lines_go(void)
{
    struct seen *s = seen_new();

    for (uint32_t i = 0; i < SEEN_LOGS + 5; i++)
        (void)put(s, "{\"type\":\"log_message\",\"data\":{\"message\":\"m\"}}");
    CU_ASSERT_EQUAL(s->log_count, SEEN_LOGS);
    CU_ASSERT_EQUAL(s->logs_dropped, 5);
    seen_free(s);
    s = seen_new();
    seen_keep_logs(s, 3);
    for (uint32_t i = 0; i < 5; i++)
        (void)put(s, "{\"type\":\"log_message\",\"data\":{\"message\":\"m\"}}");
    CU_ASSERT_EQUAL(s->log_count, 3);
    CU_ASSERT_EQUAL(s->logs_dropped, 2);
    seen_clear(s);
    CU_ASSERT_EQUAL(s->logs_max, 3);
    seen_free(s);
}

static struct seen_fact put_log(struct seen *s, const char *time,
                                const char *message)
{
    struct td_buf event = {0};
    struct seen_fact fact;

    (void)td_buf_addf(&event,
                      "{\"type\":\"log_message\",\"timestamp\":\"%s\",\"data\":"
                      "{\"message\":\"%s\"}}",
                      time, message);
    fact = seen_put(s, td_buf_bytes(&event));
    td_buf_release(&event);
    return fact;
}

/* Times of the same minute, of others, and odd ones in between, of events of
 * one shape. */
static void times_are_what_is_written(void)
{
    static const struct {
        const char *time;
        uint64_t ms; /* since the year 2026 began; 0 after 1: none */
    } times[] = {
        {"2026-01-01T00:00:01.000Z", 1000},
        {"2026-01-01T00:00:59.999Z", 59999},
        {"2026-01-01T00:00:02.5Z", 2500},
        {"2026-01-01T00:00:03Z", 3000},
        {"2026-01-01T00:01:00.001Z", 60001},
        {"2026-01-01T00:01:61.001Z", 0},
        {"2026-01-01T00:01:0x.001Z", 0},
        {"2026-01-01T00:01:02,001Z", 0},
        {"2026-01-01T00:01:02.001X", 0},
        {"2026-01-01T00:01:02.0010", 0},
        {"2026-01-01T00:01:02.004Z", 62004},
        {"2026-01-01T01:01:02.00+01:00", 62000},
        {"2026-13-01T00:01:02.004Z", 0},
        {"2026-01-01T00:01:05.000Z", 65000},
        {"", 0},
    };
    const uint64_t year = UINT64_C(1767225600000000000);
    struct seen *s = seen_new();

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        uint64_t ns =
            times[i].ms ? year + times[i].ms * UINT64_C(1000000) : UINT64_C(0);

        CU_ASSERT_EQUAL(put_log(s, times[i].time, "x").kind, SEEN_LOGGED);
        CU_ASSERT_EQUAL(s->logs[i].wall_ns, ns);
    }
    CU_ASSERT_EQUAL(s->odd, 0);
    seen_free(s);
}

/* One shape, of which each has its own type. */
static void events_of_one_shape_keep_their_types(void)
{
    static const struct {
        const char *event;
        enum seen_kind kind;
    } events[] = {
        {"{\"type\":\"log_message\",\"data\":{\"message\":\"a\"}}",
         SEEN_LOGGED},
        {"{\"type\":\"pipeline_update\",\"data\":{\"message\":\"b\"}}",
         SEEN_LOGGED},
        {"{\"type\":\"nobody_knows_it\",\"data\":{\"message\":\"c\"}}",
         SEEN_NOTHING},
        {"{\"type\":\"a_type_that_is_longer_than_any\",\"data\":"
         "{\"message\":\"c\"}}",
         SEEN_NOTHING},
        {"{\"type\":\"\",\"data\":{\"message\":\"c\"}}", SEEN_NOTHING},
        {"{\"type\":\"log_message\",\"data\":{\"message\":\"d\"}}",
         SEEN_LOGGED},
        {"{\"type\":\"log_message\",\"data\":{\"message\":1}}", SEEN_NOTHING},
        {"{\"type\":\"log_message\",\"data\":{\"message\":\"\\u0065\"}}",
         SEEN_LOGGED},
    };
    static const char *const texts[] = {"a", "b", "d", "e"};
    struct seen *s = seen_new();

    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
            CU_ASSERT_EQUAL(put(s, events[i].event).kind, events[i].kind);
    CU_ASSERT_EQUAL(s->log_count, 12);
    for (uint32_t i = 0; i < s->log_count; i++)
        CU_ASSERT_STRING_EQUAL(s->logs[i].text, texts[i % 4]);
    seen_free(s);
}

/* The ring's lines are written in the room of those that have gone. */
static void lines_of_all_lengths_take_each_others_room(void)
{
    char text[4096];
    struct seen *s = seen_new();

    for (uint32_t i = 0; i < 3 * SEEN_LOGS; i++) {
        size_t len = (i * 7919U) % (i % 100 ? 40 : 200);

        memset(text, 'a' + (int)(i % 26), len);
        text[len] = '\0';
        (void)put_log(s, "2026-01-01T00:00:01.000Z", text);
        if (strcmp(s->logs[i % SEEN_LOGS].text, text) != 0)
            CU_FAIL("a line is not as it came");
    }
    CU_ASSERT_EQUAL(seen_logged(s), 3 * SEEN_LOGS);
    seen_free(s);
}

static void launch(struct seen *s, unsigned task)
{
    char line[40];

    (void)snprintf(line, sizeof(line), "{\"task\":%u,\"attempt\":1}", task);
    (void)seen_put_line(s, td_text("launch"), td_text(line));
}

static void end(struct seen *s, unsigned task)
{
    char event[160];

    (void)snprintf(event, sizeof(event),
                   "{\"type\":\"progress_update\",\"data\":{\"task_id\":"
                   "\"task_%03u\",\"status\":\"completed\"}}",
                   task);
    (void)seen_put(s, td_text(event));
}

/* Four are launched at once, and two workers take them in that order. */
static void what_is_launched_ahead_is_ready(void)
{
    struct seen *s = seen_new();
    struct seen *apart;

    (void)seen_put_line(s, td_text("created"),
                        td_text("{\"plan\":{\"tasks\":[{\"id\":\"a\"},"
                                "{\"id\":\"b\"},{\"id\":\"c\"},"
                                "{\"id\":\"d\"}]},\"options\":{"
                                "\"workers\":8,\"max_workers\":2}}"));
    (void)seen_put(s, td_text("{\"type\":\"execution_started\",\"timestamp\":"
                              "\"2026-01-01T00:00:00.000Z\",\"data\":{"
                              "\"execution_id\":\"x1\",\"total_tasks\":4}}"));
    for (unsigned i = 1; i <= 4; i++)
        launch(s, i);
    CU_ASSERT_EQUAL(s->counts[SEEN_RUNNING], 2);
    CU_ASSERT_EQUAL(s->tasks[2].state, SEEN_READY);
    CU_ASSERT_EQUAL(s->tasks[3].state, SEEN_READY);
    end(s, 2);
    CU_ASSERT_EQUAL(s->tasks[2].state, SEEN_RUNNING);
    CU_ASSERT_EQUAL(s->tasks[3].state, SEEN_READY);
    apart = seen_copy(s);
    (void)seen_put_line(s, td_text("resumed"), td_text("{\"segment\":1}"));
    CU_ASSERT_EQUAL(s->tasks[3].state, SEEN_WAITING);
    launch(s, 4);
    CU_ASSERT_EQUAL(s->tasks[3].state, SEEN_RUNNING);
    end(apart, 4); /* it was quicker than the events */
    end(apart, 1);
    CU_ASSERT_EQUAL(apart->counts[SEEN_READY], 0);
    CU_ASSERT_EQUAL(apart->counts[SEEN_RUNNING], 1);
    CU_ASSERT_EQUAL(apart->counts[SEEN_COMPLETED], 3);
    seen_free(s);
    seen_free(apart);
}

/* One that waits in the keeper begins with its process. */
static void what_waits_begins_with_its_process(void)
{
    struct seen *s = seen_new();
    struct seen_fact fact;

    (void)seen_put_line(
        s, td_text("created"),
        td_text("{\"plan\":{\"tasks\":[{\"id\":\"a\"}]},\"options\":{}}"));
    (void)seen_put(s, td_text("{\"type\":\"execution_started\",\"timestamp\":"
                              "\"2026-01-01T00:00:00.000Z\",\"data\":{"
                              "\"execution_id\":\"x1\",\"total_tasks\":1}}"));
    fact = seen_put_line(s, td_text("launch"),
                         td_text("{\"task\":1,\"attempt\":2,\"waits\":true}"));
    CU_ASSERT_EQUAL(fact.kind, SEEN_NOTHING);
    CU_ASSERT_EQUAL(s->counts[SEEN_RUNNING], 0);
    fact = seen_put_line(
        s, td_text("spawned"),
        td_text("{\"task\":1,\"pid\":7,\"start\":1,\"attempt\":2}"));
    CU_ASSERT_EQUAL(fact.kind, SEEN_TASK_BEGAN);
    CU_ASSERT_EQUAL(s->counts[SEEN_RUNNING], 1);
    CU_ASSERT_EQUAL(s->tasks[0].attempt, 2);
    /* the process of one that did not wait: its launch was the beginning */
    fact = seen_put_line(s, td_text("spawned"),
                         td_text("{\"task\":1,\"pid\":8,\"start\":1}"));
    CU_ASSERT_EQUAL(fact.kind, SEEN_NOTHING);
    seen_free(s);
}

CU_TestInfo console_seen_seen_tests[] = {
    {"the events make a state", the_events_make_a_state},
    {"a copy stands apart", a_copy_stands_apart},
    {"marks have a limit", marks_have_a_limit},
    {"what was told is not counted twice", what_was_told_is_not_counted_twice},
    {"a second beginning begins anew", a_second_beginning_begins_anew},
    {"the other spellings are read", the_other_spellings_are_read},
    {"what is no event is counted", what_is_no_event_is_counted},
    {"extras tell what runs", extras_tell_what_runs},
    {"an extra is heard once", an_extra_is_heard_once},
    {"the same beginning is heard once", the_same_beginning_is_heard_once},
    {"what is judged is told", what_is_judged_is_told},
    {"what is used is a sum of attempts", what_is_used_is_a_sum_of_attempts},
    {"what older senders tell is logged", what_older_senders_tell_is_logged},
    {"the oldest log lines go", the_oldest_log_lines_go},
    {"times are what is written", times_are_what_is_written},
    {"events of one shape keep their types",
     events_of_one_shape_keep_their_types},
    {"lines of all lengths take each other's room",
     lines_of_all_lengths_take_each_others_room},
    {"what is launched ahead is ready", what_is_launched_ahead_is_ready},
    {"what waits begins with its process", what_waits_begins_with_its_process},
    CU_TEST_INFO_NULL,
};
