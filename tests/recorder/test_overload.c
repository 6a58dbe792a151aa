/* Events that wait are whole and in order, and every loss is said in place. */
#include "recorder/overload.h"
#include "tests/suites.h"

#include <stdio.h>

static struct td_event event(uint32_t conn, uint64_t at_ns, const char *payload)
{
    return (struct td_event){.at_ns = at_ns,
                             .conn = conn,
                             .dir = TD_DIR_OUT,
                             .form = TD_FORM_JSON,
                             .name = td_text("n"),
                             .payload = td_text(payload)};
}

/* Everything that comes out, as "payload payload ...". */
static void take_all(struct rec_overload *load, char *out, size_t size)
{
    struct td_event ev;
    size_t len = 0;

    out[0] = '\0';
    while (rec_overload_next(load, &ev)) {
        len += (size_t)snprintf(out + len, size - len, "%s%u:%.*s",
                                len ? " " : "", ev.conn, (int)ev.payload.len,
                                (const char *)ev.payload.ptr);
        rec_overload_taken(load, &ev);
    }
}

static void each_policy_keeps_and_says_what_it_should(void)
{
#define LOST(policy, n) "{\"count\":" #n ",\"why\":\"overload: " policy "\"}"
    static const struct {
        const char *name;
        enum rec_policy policy;
        enum td_code last;
        uint64_t lost;
        const char *out;
    } rows[] = {
        {"block", REC_BLOCK, TD_OK, 0, "1:[1] 1:[2] 1:[3] 2:[4] 1:[5]"},
        {"drop-new", REC_DROP_NEW, TD_OK, 3,
         "1:[1] 1:[2] 1:" LOST("drop-new", 2) " 2:" LOST("drop-new", 1)},
        {"drop-old", REC_DROP_OLD, TD_OK, 3,
         "1:" LOST("drop-old", 3) " 2:[4] 1:[5]"},
        {"fail", REC_FAIL, TD_LIMIT, 3,
         "1:[1] 1:[2] 1:" LOST("fail", 2) " 2:" LOST("fail", 1)},
    };
    static const uint32_t conns[] = {1, 1, 1, 2, 1};
    static const char *const payloads[] = {"[1]", "[2]", "[3]", "[4]", "[5]"};
    struct td_event one = event(1, 0, "[1]");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rec_overload load;
        char out[512];
        enum td_code code = TD_OK;

        rec_overload_init(&load, rows[i].policy, 2 * rec_queue_cost(&one));
        for (size_t e = 0; e < 5; e++) {
            struct td_event ev = event(conns[e], e, payloads[e]);

            code = rec_overload_put(&load, &ev);
        }
        take_all(&load, out, sizeof(out));
        if (strcmp(out, rows[i].out) != 0)
            printf("\n    row \"%s\": %s\n", rows[i].name, out);
        CU_ASSERT_STRING_EQUAL(out, rows[i].out);
        CU_ASSERT_EQUAL(code, rows[i].last);
        CU_ASSERT_EQUAL(load.lost, rows[i].lost);
        CU_ASSERT_TRUE(rec_overload_empty(&load));
        rec_overload_release(&load);
    }
}

static void drop_new_says_the_loss_before_the_next_event(void)
{
    struct td_event ev = event(1, 0, "[1]");
    struct rec_overload load;
    struct td_event first;
    char out[256];

    rec_overload_init(&load, REC_DROP_NEW, rec_queue_cost(&ev));
    CU_ASSERT_EQUAL(rec_overload_put(&load, &ev), TD_OK);
    CU_ASSERT_EQUAL(rec_overload_put(&load, &ev), TD_OK);
    CU_ASSERT_TRUE(rec_overload_next(&load, &first));
    rec_overload_taken(&load, &first);
    ev = event(1, 9, "[9]");
    CU_ASSERT_EQUAL(rec_overload_put(&load, &ev), TD_OK);
    take_all(&load, out, sizeof(out));
    CU_ASSERT_STRING_EQUAL(out, "1:" LOST("drop-new", 1) " 1:[9]");
    rec_overload_release(&load);
}

static void block_stops_at_half_and_goes_on_at_a_quarter(void)
{
    struct td_event ev = event(1, 0, "[1]");
    struct rec_overload load;
    struct td_event first;

    rec_overload_init(&load, REC_BLOCK, 8 * rec_queue_cost(&ev));
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(rec_overload_put(&load, &ev), TD_OK);
    CU_ASSERT_FALSE(rec_overload_should_stop(&load));
    CU_ASSERT_EQUAL(rec_overload_put(&load, &ev), TD_OK);
    CU_ASSERT_TRUE(rec_overload_should_stop(&load));
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_FALSE(rec_overload_may_go_on(&load));
        CU_ASSERT_TRUE(rec_overload_next(&load, &first));
        rec_overload_taken(&load, &first);
    }
    CU_ASSERT_TRUE(rec_overload_may_go_on(&load));
    rec_overload_release(&load);
}

static void queue_keeps_every_field(void)
{
    struct rec_queue queue;
    struct td_event ev = {.seq = 7,
                          .at_ns = 5,
                          .conn = 3,
                          .dir = TD_DIR_IN,
                          .form = TD_FORM_BYTES,
                          .kind = td_text("ping"),
                          .ns = td_text("/a"),
                          .id = td_text("12"),
                          .ack = td_text("34"),
                          .name = td_text("name"),
                          .att = td_text("[\"AA==\"]"),
                          .payload = td_text("payload")};
    struct td_event got;

    rec_queue_init(&queue, 4096);
    for (int i = 0; i < 1000; i++) {
        rec_queue_add(&queue, &ev);
        if (i >= 3)
            rec_queue_drop(&queue);
    }
    CU_ASSERT_EQUAL(queue.count, 3);
    CU_ASSERT_TRUE_FATAL(rec_queue_first(&queue, &got));
    CU_ASSERT_EQUAL(got.seq, 7);
    CU_ASSERT_EQUAL(got.at_ns, 5);
    CU_ASSERT_EQUAL(got.conn, 3);
    CU_ASSERT_EQUAL(got.dir, TD_DIR_IN);
    CU_ASSERT_EQUAL(got.form, TD_FORM_BYTES);
    CU_ASSERT_TRUE(td_bytes_equal(got.kind, ev.kind));
    CU_ASSERT_TRUE(td_bytes_equal(got.ns, ev.ns));
    CU_ASSERT_TRUE(td_bytes_equal(got.id, ev.id));
    CU_ASSERT_TRUE(td_bytes_equal(got.ack, ev.ack));
    CU_ASSERT_TRUE(td_bytes_equal(got.name, ev.name));
    CU_ASSERT_TRUE(td_bytes_equal(got.att, ev.att));
    CU_ASSERT_TRUE(td_bytes_equal(got.payload, ev.payload));
    CU_ASSERT_TRUE(queue.cap <= 64 * 1024);
    rec_queue_release(&queue);
}

CU_TestInfo recorder_overload_tests[] = {
    {"each policy keeps and says what it should",
     each_policy_keeps_and_says_what_it_should},
    {"drop-new says the loss before the next event",
     drop_new_says_the_loss_before_the_next_event},
    {"block stops at half and goes on at a quarter",
     block_stops_at_half_and_goes_on_at_a_quarter},
    {"a queue keeps every field", queue_keeps_every_field},
    CU_TEST_INFO_NULL,
};
