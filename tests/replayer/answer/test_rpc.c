/* What messages are, what they are compared by, and whose ids go out. */
#include "replayer/answer/rpc.h"
#include "tests/suites.h"

static const struct {
    const char *text;
    enum play_rpc_kind kind;
    const char *compared;
} messages[] = {
    {"{\"id\":1,\"method\":\"m\"}", PLAY_RPC_REQUEST, "{\"method\":\"m\"}"},
    {"{\"id\":\"a\",\"method\":\"m\",\"params\":{}}", PLAY_RPC_REQUEST,
     "{\"method\":\"m\"}"},
    {"{\"id\":1,\"method\":\"m\",\"params\":{\"_meta\":{\"progressToken\":1}}}",
     PLAY_RPC_REQUEST, "{\"method\":\"m\"}"},
    {"{\"id\":1,\"method\":\"m\",\"params\":{\"workDoneToken\":1, \"a\" : 1.10}"
     "}",
     PLAY_RPC_REQUEST, "{\"method\":\"m\",\"params\":{\"a\":1.10}}"},
    {"{\"id\":1,\"method\":\"m\",\"params\":[1, 2]}", PLAY_RPC_REQUEST,
     "{\"method\":\"m\",\"params\":[1, 2]}"},
    {"{\"method\":\"n\",\"params\":{\"id\":1}}", PLAY_RPC_NOTE,
     "{\"method\":\"n\",\"params\":{\"id\":1}}"},
    {"{\"method\":\"$/cancelRequest\",\"params\":{\"id\":1}}", PLAY_RPC_NOTE,
     "{\"method\":\"$/cancelRequest\"}"},
    {"{\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1,"
     "\"reason\":\"r\"}}",
     PLAY_RPC_NOTE,
     "{\"method\":\"notifications/cancelled\",\"params\":{\"reason\":\"r\"}}"},
    {"{\"id\":1,\"result\":null}", PLAY_RPC_ANSWER, NULL},
    {"{\"id\":1,\"error\":{}}", PLAY_RPC_ANSWER, NULL},
    {"{\"id\":null,\"result\":1}", PLAY_RPC_OTHER,
     "{\"id\":null,\"result\":1}"},
    {"{\"id\":1,\"method\":2}", PLAY_RPC_OTHER, "{\"id\":1,\"method\":2}"},
    {"[{\"id\":1,\"method\":\"m\"}]", PLAY_RPC_OTHER,
     "[{\"id\":1,\"method\":\"m\"}]"},
    {"not json", PLAY_RPC_OTHER, "not json"},
    {"", PLAY_RPC_OTHER, ""},
};

static void messages_are_what_they_are(void)
{
    struct td_json_doc doc = {0};
    struct td_buf out = {0};
    struct play_rpc rpc;

    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        play_rpc_read(&rpc, &doc, td_text(messages[i].text));
        CU_ASSERT_EQUAL(rpc.kind, messages[i].kind);
        if (!messages[i].compared)
            continue;
        td_buf_clear(&out);
        play_rpc_compared(&out, &rpc, &doc);
        CU_ASSERT(td_bytes_is(td_buf_bytes(&out), messages[i].compared));
    }
    td_json_release(&doc);
    td_buf_release(&out);
}

static const struct {
    const char *recorded;
    const char *sent;
} lines[] = {
    {"{ \"id\" : 1 , \"result\" : 1.10 }", "{ \"id\" : \"x\" , \"result\" : "
                                           "1.10 }"},
    {"{\"method\":\"notifications/progress\",\"params\":{\"progressToken\":7}}",
     "{\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
     "\"live\"}}"},
    {"{\"method\":\"$/progress\",\"params\":{\"token\":7,\"value\":7}}",
     "{\"method\":\"$/progress\",\"params\":{\"token\":\"live\",\"value\":7}}"},
    {"{\"method\":\"$/progress\",\"params\":{\"token\":8}}",
     "{\"method\":\"$/progress\",\"params\":{\"token\":8}}"},
    {"{\"id\":1,\"method\":\"ask\",\"params\":{\"token\":7}}",
     "{\"id\":1,\"method\":\"ask\",\"params\":{\"token\":7}}"},
    {"words", "words"},
};

static void what_is_sent_has_the_callers_ids(void)
{
    const struct play_rpc_ids ids = {.id = td_text("\"x\""),
                                     .recorded = {td_text("7")},
                                     .live = {td_text("\"live\"")}};
    struct td_json_doc doc = {0};
    struct td_buf out = {0};

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        td_buf_clear(&out);
        play_rpc_send(&out, &doc, td_text(lines[i].recorded), &ids);
        CU_ASSERT(td_bytes_is(td_buf_bytes(&out), lines[i].sent));
    }
    td_json_release(&doc);
    td_buf_release(&out);
}

CU_TestInfo replayer_answer_rpc_tests[] = {
    {"messages are what they are", messages_are_what_they_are},
    {"what is sent has the caller's ids", what_is_sent_has_the_callers_ids},
    CU_TEST_INFO_NULL,
};
