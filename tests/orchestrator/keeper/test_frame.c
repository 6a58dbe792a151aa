/* What client and keeper say survives any cut, and nonsense is refused; lines
 * of keeper.log and /proc are read as they are.
 */
#include "orchestrator/keeper/frame.h"
#include "orchestrator/keeper/ledger.h"
#include "orchestrator/keeper/process.h"
#include "tests/suites.h"

#include <stdlib.h>
#include <string.h>

static void a_frame_comes_byte_by_byte(void)
{
    struct keep_frame f = {.type = KEEP_OUTPUT,
                           .id = td_text("x7/1/1"),
                           .n = {1, 2, 3, 4, 5, 6, 7, UINT64_MAX},
                           .data = td_text("bytes")};
    struct keep_frame got;
    struct td_buf out = {0};
    struct td_bytes in;

    CU_ASSERT_EQUAL_FATAL(keep_frame_put(&out, &f), TD_OK);
    for (size_t len = 0; len < out.len; len++) {
        in = td_bytes(out.ptr, len);
        CU_ASSERT_EQUAL(keep_frame_take(&in, &got, NULL), TD_AGAIN);
        CU_ASSERT_EQUAL(in.len, len);
    }
    in = td_buf_bytes(&out);
    CU_ASSERT_EQUAL_FATAL(keep_frame_take(&in, &got, NULL), TD_OK);
    CU_ASSERT_EQUAL(in.len, 0);
    CU_ASSERT_EQUAL(got.type, KEEP_OUTPUT);
    CU_ASSERT(td_bytes_is(got.id, "x7/1/1") && td_bytes_is(got.data, "bytes"));
    CU_ASSERT(!memcmp(got.n, f.n, sizeof(f.n)));
    td_buf_release(&out);
}

static void what_is_no_frame_is_refused(void)
{
    static const struct {
        size_t at;
        uint8_t value;
    } rows[] = {
        {0, 3},                      /* shorter than any */
        {3, 0x7f},                   /* longer than any */
        {4, 0},                      /* no type */
        {4, 255},  {5, 200}, {8, 1}, /* id longer than the rest, or than any */
        {10, 0},                     /* a NUL in it */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct keep_frame f = {.type = KEEP_STOP, .id = td_text("x7/1/1")};
        struct td_buf out = {0};
        struct td_error err = {0};
        struct td_bytes in;

        CU_ASSERT_EQUAL_FATAL(keep_frame_put(&out, &f), TD_OK);
        out.ptr[rows[i].at] = rows[i].value;
        in = td_buf_bytes(&out);
        CU_ASSERT_EQUAL(keep_frame_take(&in, &f, &err), TD_PROTOCOL);
        CU_ASSERT(err.text[0] != 0);
        td_buf_release(&out);
    }
}

static void a_job_is_the_same_on_the_other_side(void)
{
    char a[] = "sh";
    char b[] = "";
    char c[] = "A=b c";
    char *argv[] = {a, b, NULL};
    char *env[] = {c, NULL};
    struct keep_job job = {.id = "x7/1/1",
                           .argv = argv,
                           .env = env,
                           .dir = "/tmp",
                           .log_max = 5,
                           .grace_ns = 6,
                           .limits = {1, 2, 3, 4},
                           .in = td_bytes("a\0b", 3),
                           .in_open = true,
                           .relay = KEEP_RELAY_ALL};
    struct keep_job got;
    struct keep_frame f;
    struct td_buf out = {0};
    struct td_bytes in;
    char id[KEEP_ID_MAX + 1];

    CU_ASSERT_EQUAL_FATAL(keep_job_put(&out, &job, NULL), TD_OK);
    in = td_buf_bytes(&out);
    CU_ASSERT_EQUAL_FATAL(keep_frame_take(&in, &f, NULL), TD_OK);
    CU_ASSERT_EQUAL_FATAL(keep_job_take(&f, &got, id, NULL), TD_OK);
    CU_ASSERT_STRING_EQUAL(got.id, "x7/1/1");
    CU_ASSERT_STRING_EQUAL(got.argv[0], "sh");
    CU_ASSERT_STRING_EQUAL(got.argv[1], "");
    CU_ASSERT_PTR_NULL(got.argv[2]);
    CU_ASSERT_STRING_EQUAL(got.env[0], c);
    CU_ASSERT_STRING_EQUAL(got.dir, "/tmp");
    CU_ASSERT_PTR_NULL(got.log);
    CU_ASSERT(td_bytes_equal(got.in, job.in) && got.in_open);
    CU_ASSERT(!memcmp(&got.limits, &job.limits, sizeof(got.limits)));
    CU_ASSERT(got.log_max == 5 && got.grace_ns == 6);
    CU_ASSERT_EQUAL(got.relay, KEEP_RELAY_ALL);
    keep_job_release(&got);
    f.n[7] = 9;
    CU_ASSERT_EQUAL(keep_job_take(&f, &got, id, NULL), TD_PROTOCOL);
    td_buf_release(&out);
}

static void what_is_too_large_is_told_before_it_is_sent(void)
{
    char *big = calloc(1, KEEP_JOB_MAX + 1);
    char *argv[] = {big, NULL};
    char **many = calloc(KEEP_WORDS + 2, sizeof(char *));
    struct keep_job job = {.id = "x7/1/1", .argv = argv, .dir = "/"};
    struct td_buf out = {0};

    memset(big, 'a', KEEP_JOB_MAX);
    CU_ASSERT_EQUAL(keep_job_put(&out, &job, NULL), TD_LIMIT);
    big[1] = 0;
    CU_ASSERT_EQUAL(keep_job_put(&out, &job, NULL), TD_OK);
    for (int i = 0; i <= KEEP_WORDS; i++)
        many[i] = big;
    job.argv = many;
    CU_ASSERT_EQUAL(keep_job_put(&out, &job, NULL), TD_LIMIT);
    job.argv = argv;
    job.in = td_bytes(big, KEEP_IN_MAX + 1);
    CU_ASSERT_EQUAL(keep_job_put(&out, &job, NULL), TD_LIMIT);
    free(big);
    free(many);
    td_buf_release(&out);
}

static void add(void *ctx, const struct keep_record *r)
{
    if (r->ended)
        (void)td_buf_addf(ctx, "%s=%d ", r->id, r->status);
    else
        (void)td_buf_addf(ctx, "%s@%lld/%llu ", r->id, (long long)r->pid,
                          (unsigned long long)r->start);
}

static void records_are_read_and_the_rest_is_passed_over(void)
{
    static const struct {
        const char *text;
        const char *read;
    } rows[] = {
        {"", ""},
        {"{\"spawned\":\"x7/1/1\",\"pid\":47,\"start\":30}\n", "x7/1/1@47/30 "},
        {"{\"ended\":\"x7/1/1\",\"status\":-9}\n", "x7/1/1=-9 "},
        {"{\"ended\":\"x7/1/1\",\"status\":0}", ""},
        {"{\"ended\":\"x7/1/\n{\"ended\":\"a\",\"status\":3}\n", "a=3 "},
        {"{\"ended\":\"a\",\"status\":256}\n{\"ended\":\"a\"}\n", ""},
        {"{\"ended\":\"a\",\"status\":1.0}\n{\"ended\":7,\"status\":1}\n", ""},
        {"{\"ended\":\"a\\u0000b\",\"status\":1}\n{\"ended\":\"\"}\n", ""},
        {"{\"spawned\":\"a\",\"pid\":1}\n[]\n\n{}\n7\n", ""},
        {"{\"keeper\":1,\"pid\":9,\"start\":8,\"boot\":\"893e\"}\n", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf got = {0};

        keep_ledger_read(td_text(rows[i].text), add, &got);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&got), rows[i].read);
        td_buf_release(&got);
    }
}

static void a_process_may_have_any_name(void)
{
    static const char tail[] =
        " 0 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 309657 2 3";
    static const struct {
        const char *head;
        bool there;
        bool dead;
    } rows[] = {
        {"47 (sh) S 1 46", true, false},
        {"47 (a) Z 9 (b) R 1 46", true, false},
        {"47 (sh) Z 1 46", true, true},
        {"47 () X 1 46", true, true},
        {"47 (sh", false, false},
        {"(sh) S 1 46", false, false},
        {"", false, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct keep_process p = {0};
        char text[200];

        (void)snprintf(text, sizeof(text), "%s%s", rows[i].head, tail);
        CU_ASSERT_EQUAL(keep_process_parse(&p, td_text(text)), rows[i].there);
        CU_ASSERT_EQUAL(p.dead, rows[i].dead);
        CU_ASSERT(!rows[i].there || (p.pid == 47 && p.parent == 1 &&
                                     p.group == 46 && p.start == 309657));
    }
}

static void the_task_is_found_in_an_environment(void)
{
    static const struct {
        struct td_bytes environ;
        const char *task;
    } rows[] = {
#define ROW(text, task) {{(const uint8_t *)(text), sizeof(text) - 1}, task}
        ROW("A=b\0TAPEDECK_TASK=x7/1/1\0C=d\0", "x7/1/1"),
        ROW("TAPEDECK_TASK=x7/1/1", "x7/1/1"),
        ROW("XTAPEDECK_TASK=x7/1/1\0", NULL),
        ROW("A=TAPEDECK_TASK=x7/1/1\0", NULL),
        ROW("TAPEDECK_TASK", NULL),
        ROW("\0\0", NULL),
        ROW("", NULL),
#undef ROW
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf task = {0};

        CU_ASSERT_EQUAL(
            keep_environ_get(&task, rows[i].environ, KEEP_TASK_NAME),
            rows[i].task != NULL);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&task),
                               rows[i].task ? rows[i].task : "");
        td_buf_release(&task);
    }
}

CU_TestInfo orchestrator_keeper_frame_tests[] = {
    {"a frame comes byte by byte", a_frame_comes_byte_by_byte},
    {"what is no frame is refused", what_is_no_frame_is_refused},
    {"a job is the same on the other side",
     a_job_is_the_same_on_the_other_side},
    {"what is too large is told before it is sent",
     what_is_too_large_is_told_before_it_is_sent},
    {"records are read, and the rest is passed over",
     records_are_read_and_the_rest_is_passed_over},
    {"a process may have any name", a_process_may_have_any_name},
    {"the task is found in an environment",
     the_task_is_found_in_an_environment},
    CU_TEST_INFO_NULL,
};
