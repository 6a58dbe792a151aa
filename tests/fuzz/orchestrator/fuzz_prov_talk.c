/* What a process says is heard the same, however it is cut into pieces (the
 * first byte says how), and is within its bounds.
 */
#include "orchestrator/provider/talk.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void progress(void *ctx, double share)
{
    if (!(share <= 1 && (share >= 0 || share < -0.5)))
        abort();
    td_buf_addf(ctx, "p%.6f ", share);
}

static void artifact(void *ctx, struct td_bytes path)
{
    td_buf_add_bytes(ctx, path);
}

static void usage(void *ctx, const struct prov_usage *usage)
{
    td_buf_addf(ctx, "u%llu %llu %.3f ", (unsigned long long)usage->tokens_in,
                (unsigned long long)usage->tokens_out, usage->cost_usd);
}

static void error(void *ctx, enum plan_fault fault, uint64_t retry_after_ns,
                  struct td_bytes message)
{
    if (fault > PLAN_REFUSED || fault == PLAN_SIGNAL ||
        retry_after_ns > 86400 * UINT64_C(1000000000))
        abort();
    td_buf_addf(ctx, "e%d %llu ", (int)fault,
                (unsigned long long)retry_after_ns);
    td_buf_add_bytes(ctx, message);
}

static void result(void *ctx, struct td_bytes json)
{
    if (td_json_check(json, TD_JSON_DEPTH, NULL))
        abort();
    td_buf_add_bytes(ctx, json);
}

static void hear(struct td_buf *log, struct td_bytes all, size_t chunk)
{
    static const struct prov_talk_events events = {progress, artifact, usage,
                                                   error, result};
    const bool stop = false;
    struct prov_talk talk = {0};

    while (all.len > 0) {
        size_t len = all.len < chunk ? all.len : chunk;

        prov_talk_push(&talk, td_bytes(all.ptr, len), &events, log, &stop);
        all = td_bytes(all.ptr + len, all.len - len);
    }
    prov_talk_end(&talk, &events, log, &stop);
    if (talk.bad > talk.lines)
        abort();
    td_buf_addf(log, "%u/%u", (unsigned)talk.lines, (unsigned)talk.bad);
    prov_talk_release(&talk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_buf whole = {0};
    struct td_buf pieces = {0};

    if (size == 0)
        return 0;
    hear(&whole, td_bytes(data + 1, size - 1), size);
    hear(&pieces, td_bytes(data + 1, size - 1), *data % 16U + 1);
    if (!td_bytes_equal(td_buf_bytes(&whole), td_buf_bytes(&pieces)))
        abort();
    td_buf_release(&whole);
    td_buf_release(&pieces);
    return 0;
}
