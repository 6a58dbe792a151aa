#include "orchestrator/provider/answer.h"

#include <stdio.h>
#include <stdlib.h>

#define TOKEN_DIGITS 15

void prov_answer_release(struct prov_answer *answer)
{
    td_buf_release(&answer->text);
    td_json_release(&answer->doc);
    *answer = (struct prov_answer){0};
}

static enum td_code bad(struct td_error *err, const char *why)
{
    return td_error_set(err, TD_FORMAT, "", 0, "%s", why);
}

/* The member of that name; 0 if there is none, or it is null. */
static uint32_t member(const struct td_json_doc *doc, uint32_t of,
                       const char *name)
{
    uint32_t at = td_json_member(doc, of, td_text(name));

    return at && doc->values[at].kind == TD_JSON_NULL ? 0 : at;
}

static bool is(const struct td_json_doc *doc, uint32_t at,
               enum td_json_kind kind)
{
    return doc->values[at].kind == kind;
}

/* A count of tokens; false: it is none. */
static bool count_of(const struct td_json_doc *doc, uint32_t at, uint64_t *out)
{
    struct td_bytes raw = td_json_raw(doc, at);
    char digits[TOKEN_DIGITS + 1] = "";

    if (!at || !is(doc, at, TD_JSON_NUMBER) || raw.len > TOKEN_DIGITS ||
        raw.ptr[0] == '-' || doc->values[at].flags & TD_JSON_NOT_INT)
        return false;
    memcpy(digits, raw.ptr, raw.len);
    *out = strtoull(digits, NULL, 10);
    return true;
}

static void take_usage(struct prov_answer *answer)
{
    const struct td_json_doc *doc = &answer->doc;
    uint32_t usage = member(doc, 0, "usage");
    uint64_t in;
    uint64_t out;

    if (!usage || !count_of(doc, member(doc, usage, "prompt_tokens"), &in) ||
        !count_of(doc, member(doc, usage, "completion_tokens"), &out))
        return;
    answer->tokens_in = in;
    answer->tokens_out = out;
    answer->has_usage = true;
}

/* Keep what an escaped text says, as far as there is room. */
static void note(struct prov_answer *answer, struct td_bytes inner)
{
    struct td_buf text = {0};
    size_t len;

    (void)td_json_unescape(&text, inner);
    len = text.len < sizeof(answer->note) ? text.len : sizeof(answer->note) - 1;
    if (len)
        memcpy(answer->note, text.ptr, len);
    answer->note[len] = '\0';
    td_buf_release(&text);
}

static enum td_code take_text(struct prov_answer *answer, uint32_t said,
                              struct td_error *err)
{
    const struct td_json_doc *doc = &answer->doc;
    uint32_t content = member(doc, said, "content");
    uint32_t refusal = member(doc, said, "refusal");

    if (refusal && is(doc, refusal, TD_JSON_STRING)) {
        answer->refused = true;
        note(answer, td_json_inner(doc, refusal));
    }
    if (!content)
        return TD_OK;
    if (!is(doc, content, TD_JSON_STRING))
        return bad(err, "the content of an answer is no text");
    answer->text.max = PROV_ANSWER_MAX;
    if (td_json_unescape(&answer->text, td_json_inner(doc, content)))
        return td_error_set(err, TD_LIMIT, "", 0,
                            "the answer is longer than %zu bytes",
                            PROV_ANSWER_MAX);
    return TD_OK;
}

static void take_reason(struct prov_answer *answer, uint32_t choice)
{
    const struct td_json_doc *doc = &answer->doc;
    uint32_t reason = member(doc, choice, "finish_reason");

    if (!reason || !is(doc, reason, TD_JSON_STRING))
        return;
    if (td_json_string_is(doc, reason, td_text("length")))
        answer->cut = true;
    if (td_json_string_is(doc, reason, td_text("content_filter"))) {
        answer->refused = true;
        note(answer, td_text("content_filter"));
    }
}

static enum td_code take_choice(struct prov_answer *answer, const char *key,
                                struct td_error *err)
{
    const struct td_json_doc *doc = &answer->doc;
    uint32_t choices = member(doc, 0, "choices");
    uint32_t said;

    if (!choices)
        return TD_OK;
    if (!is(doc, choices, TD_JSON_ARRAY))
        return bad(err, "\"choices\" is no list");
    if (!doc->values[choices].count)
        return TD_OK;
    if (!is(doc, choices + 1, TD_JSON_OBJECT))
        return bad(err, "a choice is no object");
    answer->has_choice = true;
    take_reason(answer, choices + 1);
    said = member(doc, choices + 1, key);
    return said ? take_text(answer, said, err) : TD_OK;
}

/* The text of {"error":{"message":".."}} or {"error":".."}; empty: none. */
static struct td_bytes error_of(const struct td_json_doc *doc)
{
    uint32_t error = member(doc, 0, "error");
    uint32_t text = error && is(doc, error, TD_JSON_OBJECT)
                        ? member(doc, error, "message")
                        : error;

    if (!text)
        text = error;
    if (!text)
        return td_text("");
    return is(doc, text, TD_JSON_STRING) ? td_json_inner(doc, text)
                                         : td_json_raw(doc, text);
}

static enum td_code take(struct prov_answer *answer, struct td_bytes message,
                         const char *key, struct td_error *err)
{
    struct td_json_doc *doc = &answer->doc;
    enum td_code code = td_json_parse(doc, message, TD_JSON_DEPTH, err);

    if (code)
        return bad(err, "a message of the answer is no JSON");
    if (!is(doc, 0, TD_JSON_OBJECT))
        return bad(err, "a message of the answer is no object");
    if (member(doc, 0, "error")) {
        answer->failed = true;
        note(answer, error_of(doc));
        return TD_OK;
    }
    take_usage(answer);
    return take_choice(answer, key, err);
}

enum td_code prov_answer_take(struct prov_answer *answer,
                              struct td_bytes message, struct td_error *err)
{
    if (td_bytes_is(message, "[DONE]")) {
        answer->done = true;
        return TD_OK;
    }
    return take(answer, message, "delta", err);
}

enum td_code prov_answer_whole(struct prov_answer *answer, struct td_bytes body,
                               struct td_error *err)
{
    enum td_code code = take(answer, body, "message", err);

    answer->done = code == TD_OK;
    return code;
}

static bool failed(struct prov_end *end, enum plan_fault fault,
                   const char *text, const char *note)
{
    end->ok = false;
    end->fault = fault;
    (void)snprintf(end->text, sizeof(end->text), "%s%s%s", text,
                   *note ? ": " : "", note);
    return false;
}

bool prov_answer_judge(const struct prov_answer *answer, struct prov_end *end)
{
    if (answer->failed)
        return failed(end, PLAN_SERVER_ERROR, "the server gave up",
                      answer->note);
    if (answer->refused)
        return failed(end, PLAN_REFUSED, "the answer was refused",
                      answer->note);
    if (answer->cut)
        return failed(end, PLAN_MALFORMED,
                      "the answer was cut off at max_tokens", "");
    if (!answer->done)
        return failed(end, PLAN_DISCONNECTED, "the answer ended before its end",
                      "");
    if (!answer->has_choice)
        return failed(end, PLAN_MALFORMED, "the answer has no choice", "");
    end->ok = true;
    return true;
}

void prov_answer_error(struct td_buf *out, struct td_bytes body)
{
    struct td_json_doc doc = {0};

    if (td_json_parse(&doc, body, TD_JSON_DEPTH, NULL) == TD_OK)
        (void)td_json_unescape(out, error_of(&doc));
    td_json_release(&doc);
}
