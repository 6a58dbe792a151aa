#include "replayer/answer/rpc.h"

#include "core/json_writer.h"

#include <string.h>

/* Where requests say how they call what follows them. */
static const char *const request_tokens[PLAY_TOKENS] = {
    "/params/_meta/progressToken", /* MCP */
    "/params/workDoneToken",       /* LSP */
    "/params/partialResultToken",
};

/* Where notes say of what they are. */
static const char *const note_tokens[] = {
    "/params/progressToken", /* MCP: notifications/progress */
    "/params/token",         /* LSP: $/progress */
};

/* Members of params that each run makes anew. */
static const struct {
    const char *method; /* NULL: of all */
    const char *name;
} volatile_names[] = {
    {NULL, "_meta"},
    {NULL, "progressToken"},
    {NULL, "workDoneToken"},
    {NULL, "partialResultToken"},
    {"notifications/cancelled", "requestId"},
    {"$/cancelRequest", "id"},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOWHERE  UINT32_MAX

/* Ids and tokens are strings or numbers. */
static bool is_token(const struct td_json_doc *doc, uint32_t at)
{
    return at != NOWHERE && (doc->values[at].kind == TD_JSON_STRING ||
                             doc->values[at].kind == TD_JSON_NUMBER);
}

static struct td_bytes token_at(const struct td_json_doc *doc,
                                const char *pointer)
{
    uint32_t at = td_json_pointer(doc, 0, pointer);

    return is_token(doc, at) ? td_json_raw(doc, at) : td_bytes("", 0);
}

static void read_tokens(struct play_rpc *rpc, const struct td_json_doc *doc)
{
    if (rpc->kind == PLAY_RPC_REQUEST)
        for (size_t i = 0; i < PLAY_TOKENS; i++)
            rpc->tokens[i] = token_at(doc, request_tokens[i]);
    for (size_t i = 0; rpc->kind == PLAY_RPC_NOTE && i < COUNT(note_tokens) &&
                       !rpc->tokens[0].len;
         i++)
        rpc->tokens[0] = token_at(doc, note_tokens[i]);
}

void play_rpc_read(struct play_rpc *rpc, struct td_json_doc *doc,
                   struct td_bytes text)
{
    uint32_t method;
    bool answers;

    *rpc = (struct play_rpc){.kind = PLAY_RPC_OTHER};
    if (td_json_parse(doc, text, TD_JSON_DEPTH, NULL))
        doc->text = text;
    if (!doc->len || doc->values[0].kind != TD_JSON_OBJECT)
        return;
    method = td_json_member(doc, 0, td_text("method"));
    rpc->id = token_at(doc, "/id");
    if (method && doc->values[method].kind == TD_JSON_STRING) {
        rpc->method = td_json_inner(doc, method);
        rpc->kind = rpc->id.len ? PLAY_RPC_REQUEST : PLAY_RPC_NOTE;
    }
    answers = td_json_member(doc, 0, td_text("result")) ||
              td_json_member(doc, 0, td_text("error"));
    if (!method && answers && rpc->id.len)
        rpc->kind = PLAY_RPC_ANSWER;
    read_tokens(rpc, doc);
}

static bool is_volatile(const struct td_json_doc *doc, uint32_t key,
                        struct td_bytes method)
{
    for (size_t i = 0; i < COUNT(volatile_names); i++) {
        const char *of = volatile_names[i].method;

        if ((!of || td_bytes_is(method, of)) &&
            td_json_string_is(doc, key, td_text(volatile_names[i].name)))
            return true;
    }
    return false;
}

static uint32_t count_lasting(const struct td_json_doc *doc, uint32_t params,
                              struct td_bytes method)
{
    uint32_t count = 0;

    for (uint32_t i = params + 1; i < doc->values[params].next;
         i = doc->values[i + 1].next)
        count += !is_volatile(doc, i, method);
    return count;
}

/* Nothing to say is not said: without members params are left out. */
static void put_params(struct td_json_writer *w, const struct td_json_doc *doc,
                       uint32_t params, struct td_bytes method)
{
    if (doc->values[params].kind != TD_JSON_OBJECT) {
        td_json_put_raw(w, "params", td_json_raw(doc, params));
        return;
    }
    if (!count_lasting(doc, params, method))
        return;
    td_json_object(w, "params");
    for (uint32_t i = params + 1; i < doc->values[params].next;
         i = doc->values[i + 1].next) {
        if (is_volatile(doc, i, method))
            continue;
        td_json_put_key_body(w, td_json_inner(doc, i));
        td_json_put_raw(w, NULL, td_json_raw(doc, i + 1));
    }
    td_json_object_end(w);
}

void play_rpc_compared(struct td_buf *out, const struct play_rpc *rpc,
                       const struct td_json_doc *doc)
{
    struct td_json_writer w = td_json_writer(out);
    uint32_t params;

    if (rpc->kind != PLAY_RPC_REQUEST && rpc->kind != PLAY_RPC_NOTE) {
        (void)td_buf_add_bytes(out, doc->text);
        return;
    }
    params = td_json_member(doc, 0, td_text("params"));
    td_json_object(&w, NULL);
    td_json_put_body(&w, "method", rpc->method);
    if (params)
        put_params(&w, doc, params, rpc->method);
    td_json_object_end(&w);
}

/* The token that stands for that of the tape; "": it stays. */
static struct td_bytes live_token(const struct play_rpc_ids *ids,
                                  struct td_bytes token)
{
    for (size_t i = 0; i < PLAY_TOKENS; i++)
        if (token.len && td_bytes_equal(ids->recorded[i], token))
            return ids->live[i];
    return td_bytes("", 0);
}

void play_rpc_send(struct td_buf *out, struct td_json_doc *doc,
                   struct td_bytes text, const struct play_rpc_ids *ids)
{
    struct play_rpc rpc;
    struct td_bytes from;
    struct td_bytes to;
    size_t before;

    play_rpc_read(&rpc, doc, text);
    from = rpc.kind == PLAY_RPC_ANSWER ? rpc.id : rpc.tokens[0];
    to = rpc.kind == PLAY_RPC_ANSWER ? ids->id : live_token(ids, from);
    if (rpc.kind == PLAY_RPC_REQUEST || !to.len) {
        (void)td_buf_add_bytes(out, text);
        return;
    }
    before = (size_t)(from.ptr - text.ptr);
    (void)td_buf_add(out, text.ptr, before);
    (void)td_buf_add_bytes(out, to);
    (void)td_buf_add(out, from.ptr + from.len, text.len - before - from.len);
}
