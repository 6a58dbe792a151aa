/* What a process of the provider "command" says, as rows, however it is cut. */
#include "orchestrator/provider/talk.h"
#include "tests/suites.h"

#include <stdio.h>

static void progress(void *ctx, double share)
{
    td_buf_addf(ctx, "progress %.2f;", share);
}

static void artifact(void *ctx, struct td_bytes path)
{
    td_buf_addf(ctx, "artifact %.*s;", (int)path.len, (const char *)path.ptr);
}

static void usage(void *ctx, const struct prov_usage *usage)
{
    td_buf_addf(ctx, "usage %u %u %.2f%s%s;", (unsigned)usage->tokens_in,
                (unsigned)usage->tokens_out, usage->cost_usd,
                usage->model ? " " : "", usage->model ? usage->model : "");
}

static void error(void *ctx, enum plan_fault fault, uint64_t retry_after_ns,
                  struct td_bytes message)
{
    td_buf_addf(ctx, "error %s %u %.*s;", plan_fault_word(fault),
                (unsigned)(retry_after_ns / 1000000), (int)message.len,
                (const char *)message.ptr);
}

static void result(void *ctx, struct td_bytes json)
{
    td_buf_addf(ctx, "result %.*s;", (int)json.len, (const char *)json.ptr);
}

static const struct prov_talk_events events = {progress, artifact, usage, error,
                                               result};

static const char *const rows[][2] = {
    {"{\"progress\":0.4}\n{\"progress\":null}\n{\"progress\":2}\n",
     "progress 0.40;progress -1.00;progress -1.00;3/0"},
    {"{\"artifact\":\"e\\u0301\"}\r\n{\"artifact\":7}\n",
     "artifact e\xcc\x81;2/0"},
    {"{\"usage\":{\"tokens_in\":9}}\n{\"usage\":{\"tokens_in\":4,"
     "\"tokens_out\":2,\"cost_usd\":0.5}}\n{\"usage\":{\"cost_usd\":null}}\n",
     "usage 9 0 -1.00;usage 9 2 0.50;usage 9 2 0.50;3/0"},
    /* A name stays until there is another; what is no name is none. */
    {"{\"usage\":{\"tokens_in\":1,\"model\":\"m-1\"}}\n"
     "{\"usage\":{\"tokens_in\":2}}\n{\"usage\":{\"model\":7}}\n"
     "{\"usage\":{\"model\":\"m-2\"}}\n",
     "usage 1 0 -1.00 m-1;usage 2 0 -1.00 m-1;usage 2 0 -1.00 m-1;"
     "usage 2 0 -1.00 m-2;4/0"},
    {"{\"error\":{\"class\":\"rate_limited\",\"retry_after\":2.5,"
     "\"message\":\"wait\"}}\n",
     "error rate_limited 2500 wait;1/0"},
    {"{\"error\":{\"class\":\"cancelled\"}}\n{\"error\":{\"retry_after\":-1}}\n"
     "{\"error\":{\"class\":\"no such\"}}\n{\"error\":\"text\"}\n",
     "error exit_status 0 ;error exit_status 0 ;error exit_status 0 ;4/0"},
    {"{\"result\":{\"f1\":0.9}}\n{\"result\":1}\n", "result {\"f1\":0.9};2/0"},
    {"{\"progress\":1,\"artifact\":\"a\",\"other\":[]}",
     "progress 1.00;artifact a;1/0"},
    {"hello\n\n[]\n{\"progress\":0.5\n{\"progress\":0.5}\n",
     "progress 0.50;5/4"},
    {"{\"artifact\":\"\xff\"}\n", "1/1"},
};

static void hear(struct td_buf *out, struct td_bytes all, size_t piece)
{
    struct prov_talk talk = {0};
    const bool stop = false;

    while (all.len) {
        size_t len = all.len < piece ? all.len : piece;

        prov_talk_push(&talk, td_bytes(all.ptr, len), &events, out, &stop);
        all = td_bytes(all.ptr + len, all.len - len);
    }
    prov_talk_end(&talk, &events, out, &stop);
    td_buf_addf(out, "%u/%u", (unsigned)talk.lines, (unsigned)talk.bad);
    prov_talk_release(&talk);
}

static void lines(void)
{
    static const size_t pieces[] = {1, 2, 7, 1000};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        for (size_t k = 0; k < 4; k++) {
            struct td_buf out = {0};

            hear(&out, td_text(rows[i][0]), pieces[k]);
            if (strcmp(td_buf_str(&out), rows[i][1]) != 0)
                printf("\n    row %zu: %s", i, td_buf_str(&out));
            CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i][1]);
            td_buf_release(&out);
        }
}

/* A line that is too long is passed over, the next one is read. */
static void long_line(void)
{
    struct td_buf in = {0};
    struct td_buf out = {0};

    for (size_t i = 0; i < PROV_LINE_MAX; i += 8)
        td_buf_addf(&in, "%s", "xxxxxxxx");
    td_buf_addf(&in, "x\n{\"progress\":0.5}\n");
    hear(&out, td_buf_bytes(&in), 4096);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), "progress 0.50;2/1");
    td_buf_clear(&out);
    hear(&out, td_buf_bytes(&in), in.len);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), "progress 0.50;2/1");
    td_buf_release(&in);
    td_buf_release(&out);
}

static void stop_at_once(void *ctx, double share)
{
    *(bool *)ctx = share > 0;
}

/* Once it is to stop, nothing more of what came is told. */
static void stops(void)
{
    static const struct prov_talk_events stopping = {.progress = stop_at_once};
    struct prov_talk talk = {0};
    bool stop = false;

    prov_talk_push(&talk, td_text("{\"progress\":1,\"artifact\":\"a\"}\n{}\n"),
                   &stopping, &stop, &stop);
    CU_ASSERT_EQUAL(talk.lines, 1);
    prov_talk_release(&talk);
}

static void first_line(void)
{
    const char *words[] = {"a\nb", NULL};
    const struct plan_task task = {.place = 8,
                                   .id = "eval",
                                   .name = "Eval \"it\"",
                                   .with = "{\"n\":1.10}",
                                   .outputs = {words, 1}};
    const struct prov_job job = {.id = "x7/8/2",
                                 .task = &task,
                                 .attempt = 2,
                                 .dir = "/w",
                                 .key = "5f",
                                 .temperature = 0.5};
    struct td_buf out = {0};

    CU_ASSERT_EQUAL(prov_talk_task(&out, &job), TD_OK);
    CU_ASSERT_STRING_EQUAL(
        td_buf_str(&out),
        "{\"schema\":1,\"task\":{\"id\":\"eval\",\"task\":\"task_008\","
        "\"name\":\"Eval \\\"it\\\"\",\"attempt_id\":\"x7/8/2\",\"attempt\":2,"
        "\"key\":\"5f\",\"dir\":\"/w\",\"temperature\":0.5,"
        "\"with\":{\"n\":1.10},\"inputs\":[],\"outputs\":[\"a\\nb\"]}}\n");
    td_buf_release(&out);
}

CU_TestInfo orchestrator_provider_talk_tests[] = {
    {"lines", lines},  {"a line too long", long_line},
    {"stops", stops},  {"the first line", first_line},
    CU_TEST_INFO_NULL,
};
