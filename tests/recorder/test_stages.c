/* The stages of a recording: each is a sink around a sink, TD_AGAIN always
 * means not taken, and nothing is lost or told twice on the way.
 */
#include "recorder/limit_stage.h"
#include "recorder/overload.h"
#include "recorder/redact.h"
#include "recorder/snapshot.h"
#include "tests/suites.h"

/* Takes as many events as it has room for, and writes their payloads down. */
struct shelf {
    unsigned room;
    unsigned offered;
    struct td_buf seen;
};

static enum td_code put(void *self, const struct td_event *ev,
                        struct td_error *err)
{
    struct shelf *shelf = self;

    (void)err;
    shelf->offered++;
    if (!shelf->room)
        return TD_AGAIN;
    shelf->room--;
    td_buf_add_bytes(&shelf->seen, ev->payload);
    td_buf_add_byte(&shelf->seen, ' ');
    return TD_OK;
}

static struct td_sink shelf_sink(struct shelf *shelf)
{
    return (struct td_sink){.put = put, .self = shelf};
}

static struct td_event message(const char *payload)
{
    return (struct td_event){.conn = 1,
                             .dir = TD_DIR_OUT,
                             .form = TD_FORM_JSON,
                             .payload = td_text(payload)};
}

static enum td_code put_message(struct td_sink sink, const char *payload)
{
    struct td_event ev = message(payload);

    return td_sink_put(sink, &ev, NULL);
}

static void what_is_not_taken_waits_in_order(void)
{
    static const char *const payloads[] = {"1", "2", "3", "4"};
    struct shelf shelf = {.room = 1};
    struct rec_overload load;
    struct td_sink sink;

    rec_overload_init(&load, REC_BLOCK, 4096);
    sink = rec_overload_sink(&load, shelf_sink(&shelf));
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(put_message(sink, payloads[i]), TD_OK);
    CU_ASSERT_EQUAL(shelf.offered, 2); /* behind one that waits none is tried */
    CU_ASSERT_EQUAL(td_sink_flush(sink, NULL), TD_AGAIN);
    shelf.room = 2;
    CU_ASSERT_EQUAL(td_sink_flush(sink, NULL), TD_AGAIN);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&shelf.seen), "1 2 3 ");
    shelf.room = 2;
    CU_ASSERT_EQUAL(td_sink_flush(sink, NULL), TD_OK);
    CU_ASSERT_EQUAL(put_message(sink, "5"), TD_OK);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&shelf.seen), "1 2 3 4 5 ");
    rec_overload_release(&load);
    td_buf_release(&shelf.seen);
}

static void a_policy_that_fails_says_so(void)
{
    struct shelf shelf = {0};
    struct td_event ev = message("1");
    struct td_error err = {0};
    struct rec_overload load;
    struct td_sink sink;

    rec_overload_init(&load, REC_FAIL, rec_queue_cost(&ev));
    sink = rec_overload_sink(&load, shelf_sink(&shelf));
    CU_ASSERT_EQUAL(td_sink_put(sink, &ev, &err), TD_OK);
    CU_ASSERT_EQUAL(td_sink_put(sink, &ev, &err), TD_LIMIT);
    CU_ASSERT_EQUAL(err.code, TD_LIMIT);
    CU_ASSERT_EQUAL(load.lost, 1);
    rec_overload_release(&load);
    td_buf_release(&shelf.seen);
}

static void facts_are_redacted_on_the_way(void)
{
    struct shelf shelf = {.room = 2};
    struct rec_redact *redact = NULL;
    struct td_event open = message("{\"token\":\"s3cret\"}");
    struct td_sink sink;

    open.kind = td_text(TD_KIND_OPEN);
    CU_ASSERT_EQUAL_FATAL(rec_redact_open(&redact, NULL, NULL), TD_OK);
    sink = rec_redact_sink(redact, shelf_sink(&shelf));
    CU_ASSERT_EQUAL(td_sink_put(sink, &open, NULL), TD_OK);
    CU_ASSERT_EQUAL(put_message(sink, "{\"token\":\"3\"}"), TD_OK);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&shelf.seen),
                           "{\"token\":\"[redacted]\"} {\"token\":\"3\"} ");
    CU_ASSERT_EQUAL(put_message(sink, "4"), TD_AGAIN);
    rec_redact_close(redact);
    td_buf_release(&shelf.seen);
}

static void what_was_not_taken_counts_for_no_limit(void)
{
    struct shelf shelf = {.room = 1};
    struct rec_limit_stage stage = {.limits = {.max_events = 2},
                                    .next = shelf_sink(&shelf)};
    struct td_sink sink = rec_limit_stage_sink(&stage);
    struct td_event marker = message("{}");

    marker.kind = td_text(TD_KIND_MARKER);
    CU_ASSERT_EQUAL(put_message(sink, "11"), TD_OK);
    CU_ASSERT_EQUAL(put_message(sink, "22"), TD_AGAIN);
    CU_ASSERT_EQUAL(stage.events, 1);
    CU_ASSERT_EQUAL(stage.stop, REC_STOP_NONE);
    shelf.room = 2;
    CU_ASSERT_EQUAL(td_sink_put(sink, &marker, NULL), TD_OK);
    CU_ASSERT_EQUAL(stage.events, 1);
    CU_ASSERT_EQUAL(put_message(sink, "22"), TD_OK);
    CU_ASSERT_EQUAL(stage.events, 2);
    CU_ASSERT_EQUAL(stage.payload_bytes, 4);
    CU_ASSERT_EQUAL(stage.stop, REC_STOP_EVENTS);
    td_buf_release(&shelf.seen);
}

static void a_snapshot_is_copied_and_stays(void)
{
    struct rec_snapshot snapshot;
    struct td_sink sink;

    rec_snapshot_init(&snapshot, 10, 4096);
    sink = rec_snapshot_sink(&snapshot);
    for (uint64_t at = 0; at <= 20; at += 5) {
        struct td_event ev = message("1");

        ev.at_ns = at;
        CU_ASSERT_EQUAL(td_sink_put(sink, &ev, NULL), TD_OK);
    }
    CU_ASSERT_EQUAL(rec_snapshot_began_ns(&snapshot), 10);
    for (int i = 0; i < 2; i++) {
        struct shelf shelf = {.room = 3};

        CU_ASSERT_EQUAL(rec_snapshot_copy(&snapshot, shelf_sink(&shelf), NULL),
                        TD_OK);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&shelf.seen), "1 1 1 ");
        td_buf_release(&shelf.seen);
    }
    rec_snapshot_release(&snapshot);
}

CU_TestInfo recorder_stages_tests[] = {
    {"what is not taken waits in order", what_is_not_taken_waits_in_order},
    {"a policy that fails says so", a_policy_that_fails_says_so},
    {"facts are redacted on the way", facts_are_redacted_on_the_way},
    {"what was not taken counts for no limit",
     what_was_not_taken_counts_for_no_limit},
    {"a snapshot is copied and stays", a_snapshot_is_copied_and_stays},
    CU_TEST_INFO_NULL};
