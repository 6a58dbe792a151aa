/* Where the streams of models and agents have text in pieces. */
#include "recorder/redact_internal.h"

static const struct {
    const char *name;
    const char *rule;
} rules[] = {
    /* Chat Completions, the older Completions, Responses and Realtime */
    {"openai", "stream /choices/*/delta/content by /choices/*/index"},
    {"openai", "stream /choices/*/delta/reasoning_content by "
               "/choices/*/index"},
    {"openai", "stream /choices/*/delta/refusal by /choices/*/index"},
    {"openai", "stream /choices/*/delta/tool_calls/*/function/arguments by "
               "/choices/*/index /choices/*/delta/tool_calls/*/index"},
    {"openai", "stream /choices/*/delta/function_call/arguments by "
               "/choices/*/index"},
    {"openai", "stream /choices/*/text by /choices/*/index"},
    {"openai", "stream /delta by /type /item_id /content_index "
               "/summary_index"},
    /* Messages */
    {"anthropic", "stream /delta/text by /index"},
    {"anthropic", "stream /delta/thinking by /index"},
    {"anthropic", "stream /delta/partial_json by /index"},
    {"anthropic", "stream /completion"},
    /* content, arguments of tools, results, thoughts */
    {"ag-ui", "stream /delta by /type /messageId /toolCallId"},
    /* progress, logs */
    {"mcp", "stream /params/message by /method /params/progressToken"},
    {"mcp", "stream /params/data by /method /params/logger"},
};

const char *redact_presets(void)
{
    return "openai, anthropic, ag-ui and mcp";
}

enum td_code redact_preset(struct td_bytes name, redact_take take, void *ctx,
                           bool *known)
{
    enum td_code code = TD_OK;

    *known = false;
    for (size_t i = 0; code == TD_OK && i < sizeof(rules) / sizeof(*rules);
         i++) {
        if (!td_bytes_is(name, rules[i].name))
            continue;
        *known = true;
        code = take(ctx, td_text(rules[i].rule));
    }
    return code;
}
