/* The numbers of a recording as people and programs read them. */
#include "recorder/record_summary.h"
#include "tests/suites.h"

static void progress_is_short(void)
{
    struct rec_stats stats = {.events = 1234567, .lag_ns = 1250000};
    struct td_buf out = {0};

    stats.output.file_bytes = 5 * 1024 * 1024 + 300 * 1024;
    rec_summary_progress(&out, &stats, 3450.0);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out),
                           "1,234,567 messages, 3.5k/s, lag 1.25 ms, 5.3 MiB");
    td_buf_clear(&out);
    stats.lost = 1000;
    stats.events = 999;
    stats.lag_ns = 0;
    stats.output.file_bytes = 1023;
    rec_summary_progress(&out, &stats, 0.0);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out),
                           "999 messages, 0/s, lag 0 ns, 1023 B, 1,000 lost");
    td_buf_release(&out);
}

static void the_end_is_said_in_text_and_in_json(void)
{
    struct rec_result result = {.stop = REC_STOP_EVENTS, .kept = true};
    struct td_buf out = {0};
    struct td_json_writer w = td_json_writer(&out);
    int status = 3;

    result.stats = (struct rec_stats){.events = 2000,
                                      .payload_bytes = 4096,
                                      .lost = 1,
                                      .redacted = 5,
                                      .withheld = 1,
                                      .conns = 2,
                                      .elapsed_ns = 2 * TD_NS_PER_S};
    result.stats.output = (struct rec_output_stats){
        .lines = 2004, .file_bytes = 2048, .files = 3, .removed = 1};
    td_buf_add_text(&result.path, "a\"b.tape.gz");
    rec_summary_text(&out, &result, NULL);
    CU_ASSERT_STRING_EQUAL(
        td_buf_str(&out),
        "2,000 messages (4.0 KiB) in 2 s, 1.0k/s, 1 lost, 5 values redacted, "
        "1 payload withheld; --max-events was reached; a\"b.tape.gz, 2.0 KiB "
        "in 3 files, the "
        "oldest 1 removed");
    td_buf_clear(&out);
    td_json_object(&w, NULL);
    rec_summary_json(&w, &result, &status);
    td_json_object_end(&w);
    CU_ASSERT_STRING_EQUAL(
        td_buf_str(&out),
        "{\"events\":2000,\"payload_bytes\":4096,\"torn\":false,\"lost\":1,"
        "\"redacted\":5,\"withheld\":1,\"connections\":2,\"seconds\":2.000000,"
        "\"ended\":\"--max-events was reached\",\"file\":\"a\\\"b.tape.gz\","
        "\"files\":3,\"files_removed\":1,\"file_bytes\":2048,\"lines\":2004,"
        "\"child_status\":3}");
    td_buf_release(&out);
    td_buf_release(&result.path);
}

static void what_was_cut_is_counted(void)
{
    struct rec_result result = {.stop = REC_STOP_SIGNAL, .kept = true};
    struct td_buf out = {0};
    struct td_json_writer w = td_json_writer(&out);

    result.stats = (struct rec_stats){.exchanges = 3, .cut = 2};
    rec_summary_text(&out, &result, NULL);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(td_buf_str(&out), ", 0 lost, 2 payloads cut;"));
    td_buf_clear(&out);
    td_json_object(&w, NULL);
    rec_summary_json(&w, &result, NULL);
    td_json_object_end(&w);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(td_buf_str(&out), ",\"exchanges\":3,\"cut\":2,"));
    td_buf_release(&out);
}

static void no_tape_is_said_too(void)
{
    struct rec_result result = {.stop = REC_STOP_ERROR};
    struct td_buf out = {0};

    rec_summary_text(&out, &result, NULL);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out),
                           "0 messages (0 B) in 0 ns, 0/s, 0 lost; an error "
                           "ended it; no tape was kept");
    td_buf_release(&out);
}

CU_TestInfo recorder_record_summary_tests[] = {
    {"progress is short", progress_is_short},
    {"the end is said in text and in JSON",
     the_end_is_said_in_text_and_in_json},
    {"what was cut is counted", what_was_cut_is_counted},
    {"no tape is said too", no_tape_is_said_too},
    CU_TEST_INFO_NULL,
};
