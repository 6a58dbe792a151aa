#include "orchestrator/serve/args.h"

#include "core/json_value.h"
#include "core/suggest.h"
#include "core/take.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SHOWN 40 /* bytes of a value or a name in an error */

static const struct serve_arg_rule request_rule = {SERVE_ARG_REQUEST,
                                                   SERVE_ARG_KEY, 0, 0, NULL};

bool serve_is_key(struct td_bytes text, size_t max)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~' || text.ptr[i] == '"' ||
            text.ptr[i] == '\\')
            return false;
    return text.len <= max;
}

/* ---- kinds ---- */

static bool is_word(struct td_bytes text, const char *words, bool any_case)
{
    while (*words) {
        size_t len = strcspn(words, "|");
        const char *at = (const char *)text.ptr;

        if (text.len == len && (any_case ? strncasecmp(at, words, len)
                                         : memcmp(at, words, len)) == 0)
            return true;
        words += len + (words[len] == '|');
    }
    return false;
}

static bool is_number(struct td_bytes raw, const struct serve_arg_rule *rule)
{
    uint64_t n = 0;

    return td_take_number(&raw, &n) && raw.len == 0 && n >= rule->min &&
           n <= rule->max;
}

static bool fits(const struct serve_call *call, uint32_t at,
                 const struct serve_arg_rule *rule)
{
    enum td_json_kind kind = call->doc->values[at].kind;
    struct td_bytes raw = td_json_raw(call->doc, at);
    bool text = kind == TD_JSON_STRING;
    struct td_bytes inner =
        text ? td_json_inner(call->doc, at) : td_bytes(NULL, 0);
    const bool is[] = {
        [SERVE_ARG_TEXT] = text,
        [SERVE_ARG_FLAG] = kind == TD_JSON_TRUE || kind == TD_JSON_FALSE,
        [SERVE_ARG_NUMBER] = kind == TD_JSON_NUMBER && is_number(raw, rule),
        [SERVE_ARG_WORD] =
            text && rule->words && is_word(inner, rule->words, false),
        [SERVE_ARG_NAME] =
            text && rule->words && is_word(inner, rule->words, true),
        [SERVE_ARG_KEY] =
            text && inner.len && serve_is_key(inner, SERVE_REQUEST_MAX),
        [SERVE_ARG_OBJECT] = kind == TD_JSON_OBJECT,
        [SERVE_ARG_PLAN] = text || kind == TD_JSON_OBJECT,
    };

    return is[rule->kind];
}

static void put_words(struct td_buf *out, const char *words)
{
    while (*words) {
        size_t len = strcspn(words, "|");
        bool last = !strchr(words + len + (words[len] == '|'), '|');

        (void)td_buf_add(out, words, len);
        words += len + (words[len] == '|');
        if (*words)
            (void)td_buf_add_text(out, last ? " or " : ", ");
    }
}

static void put_wanted(struct td_buf *out, const struct serve_arg_rule *rule)
{
    static const char *const kinds[] = {
        [SERVE_ARG_TEXT] = "a text",
        [SERVE_ARG_FLAG] = "true or false",
        [SERVE_ARG_KEY] = "1 to 128 printable ASCII characters without spaces",
        [SERVE_ARG_OBJECT] = "an object",
        [SERVE_ARG_PLAN] = "a path in the workspace, or a plan itself",
    };

    if (rule->kind == SERVE_ARG_NUMBER)
        (void)td_buf_addf(out, "a whole number from %llu to %llu",
                          (unsigned long long)rule->min,
                          (unsigned long long)rule->max);
    else if (rule->words)
        put_words(out, rule->words);
    else
        (void)td_buf_add_text(out, kinds[rule->kind]);
}

static int shown(struct td_bytes raw)
{
    return (int)(raw.len < SHOWN ? raw.len : SHOWN);
}

static void refuse_value(const struct serve_call *call, uint32_t at,
                         const struct serve_arg_rule *rule)
{
    struct td_bytes raw = td_json_raw(call->doc, at);
    struct td_buf wanted = {0};

    put_wanted(&wanted, rule);
    serve_fail(call->answer, 422, "%s: %s, not %.*s%s", rule->name,
               td_buf_str(&wanted), shown(raw), (const char *)raw.ptr,
               raw.len > SHOWN ? ".." : "");
    td_buf_release(&wanted);
}

/* ---- names ---- */

static const struct serve_arg_rule *rule_of(const struct serve_arg_rule *rules,
                                            struct td_bytes name)
{
    for (; rules->name; rules++)
        if (td_bytes_is(name, rules->name))
            return rules;
    return td_bytes_is(name, request_rule.name) ? &request_rule : NULL;
}

static void refuse_name(const struct serve_call *call, const char *what,
                        struct td_bytes name,
                        const struct serve_arg_rule *rules)
{
    char word[SHOWN + 1];
    struct td_suggestion near = {.word = word};

    (void)snprintf(word, sizeof(word), "%.*s", shown(name),
                   (const char *)name.ptr);
    for (; rules->name; rules++)
        td_suggest(&near, rules->name);
    td_suggest(&near, request_rule.name);
    if (near.best && *word)
        serve_fail(call->answer, 422, "%s has no \"%s\"; did you mean %s?",
                   what, word, near.best);
    else
        serve_fail(call->answer, 422, "%s has no \"%s\"", what, word);
}

/* The value behind a name. */
static bool member_fits(const struct serve_call *call, const char *what,
                        uint32_t name, const struct serve_arg_rule *rules)
{
    struct td_bytes text = td_json_inner(call->doc, name);
    const struct serve_arg_rule *rule = rule_of(rules, text);

    if (!rule)
        refuse_name(call, what, text, rules);
    else if (td_json_member(call->doc, call->args, text) != name + 1)
        serve_fail(call->answer, 422, "%s is given twice", rule->name);
    else if (!fits(call, name + 1, rule))
        refuse_value(call, name + 1, rule);
    else
        return true;
    return false;
}

bool serve_args_fit(const struct serve_call *call, const char *what,
                    const struct serve_arg_rule *rules)
{
    const struct td_json_value *values = call->doc->values;

    if (call->args == SERVE_NONE || values[call->args].kind != TD_JSON_OBJECT)
        return true;
    for (uint32_t name = call->args + 1; name < values[call->args].next;
         name = values[name + 1].next)
        if (!member_fits(call, what, name, rules))
            return false;
    return true;
}

/* ---- what was given ---- */

struct td_bytes serve_arg(const struct serve_call *call, const char *name)
{
    return serve_text(call->doc, call->args, name);
}

bool serve_arg_text(const struct serve_call *call, const char *name,
                    struct td_buf *out)
{
    uint32_t at = serve_member(call->doc, call->args, name);

    return at && call->doc->values[at].kind == TD_JSON_STRING &&
           !td_json_unescape(out, td_json_inner(call->doc, at));
}

uint64_t serve_arg_number(const struct serve_call *call, const char *name,
                          uint64_t missing)
{
    (void)td_json_u64(call->doc, serve_member(call->doc, call->args, name),
                      &missing);
    return missing;
}

bool serve_arg_flag(const struct serve_call *call, const char *name)
{
    return td_json_is(call->doc, serve_member(call->doc, call->args, name),
                      TD_JSON_TRUE);
}
