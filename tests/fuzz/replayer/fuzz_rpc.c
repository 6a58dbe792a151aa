/* A message from outside: what it is compared by is a message that is compared
 * by the same, and nothing but an id or a token changes in what is sent.
 */
#include "replayer/answer/rpc.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_compared(const struct play_rpc *rpc,
                           const struct td_json_doc *doc)
{
    struct td_json_doc again = {0};
    struct td_buf once = {0};
    struct td_buf twice = {0};
    struct play_rpc other;

    play_rpc_compared(&once, rpc, doc);
    play_rpc_read(&other, &again, td_buf_bytes(&once));
    if (rpc->kind <= PLAY_RPC_NOTE && other.kind != PLAY_RPC_NOTE)
        abort();
    play_rpc_compared(&twice, &other, &again);
    if (!td_bytes_equal(td_buf_bytes(&once), td_buf_bytes(&twice)))
        abort();
    td_buf_release(&once);
    td_buf_release(&twice);
    td_json_release(&again);
}

static void check_sent(const struct play_rpc *rpc, struct td_bytes text)
{
    const struct play_rpc_ids ids = {.id = td_text("\"live\""),
                                     .recorded = {rpc->tokens[0]},
                                     .live = {td_text("\"live\"")}};
    struct td_json_doc doc = {0};
    struct td_buf out = {0};
    struct play_rpc sent;

    play_rpc_send(&out, &doc, text, &ids);
    play_rpc_read(&sent, &doc, td_buf_bytes(&out));
    if (sent.kind != rpc->kind)
        abort();
    if (rpc->kind == PLAY_RPC_ANSWER && !td_bytes_is(sent.id, "\"live\""))
        abort();
    if (rpc->kind == PLAY_RPC_NOTE && rpc->tokens[0].len &&
        !td_bytes_is(sent.tokens[0], "\"live\""))
        abort();
    if ((rpc->kind == PLAY_RPC_REQUEST || rpc->kind == PLAY_RPC_OTHER) &&
        !td_bytes_equal(td_buf_bytes(&out), text))
        abort();
    td_buf_release(&out);
    td_json_release(&doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_json_doc doc = {0};
    struct td_bytes text = td_bytes(data, size);
    struct play_rpc rpc;

    play_rpc_read(&rpc, &doc, text);
    check_compared(&rpc, &doc);
    check_sent(&rpc, text);
    td_json_release(&doc);
    return 0;
}
