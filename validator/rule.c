#include "validator/rule.h"

#include "core/mem.h"
#include "validator/pointer.h"

#include <stdlib.h>

#define LEN(a)  (sizeof(a) / sizeof((a)[0]))
#define EXCERPT 160 /* bytes of a message in a finding */

static const struct check_verb *const verbs[] = {
    &check_verb_first,
    &check_verb_last,
    &check_verb_count,
    &check_verb_monotonic,
};

/* Verbs and keys of the contract format that this version does not know. */
static const char *const later[] = {
    "step",       "constant", "on",       "contiguous", "before",
    "response",   "absent",   "sequence", "unique",     "no_duplicate",
    "gap",        "rate",     "latency",  "states",     "expr",
    "clock_skew", "by",       "when",     "mostly",     "equals",
};

static const char *const common[] = {"id", "level", "note", "max_report"};

static bool is_listed(const struct td_jsonx *doc, uint32_t key,
                      const char *const *names, size_t len)
{
    for (size_t i = 0; i < len && names[i]; i++) {
        if (td_json_string_is(&doc->json, key, td_text(names[i])))
            return true;
    }
    return false;
}

static const struct check_verb *find_verb(const struct td_jsonx *doc,
                                          uint32_t at)
{
    for (size_t i = 0; i < LEN(verbs); i++) {
        if (td_json_member(&doc->json, at, td_text(verbs[i]->name)))
            return verbs[i];
    }
    return NULL;
}

/* Every key must be the verb's, one of its own, or one that all rules have. */
static enum td_code check_keys(const struct check_verb *verb,
                               const struct td_jsonx *doc, uint32_t at,
                               struct td_error *err)
{
    const struct td_json_doc *json = &doc->json;

    for (uint32_t key = at + 1; key < json->values[at].next;
         key = json->values[key + 1].next) {
        struct td_bytes name = td_json_inner(json, key);

        if (is_listed(doc, key, later, LEN(later)))
            return td_jsonx_fail(doc, key, TD_USAGE, err,
                                 "\"%.*s\" in a rule is not supported by this "
                                 "version",
                                 (int)name.len, (const char *)name.ptr);
        if (verb && !td_json_string_is(json, key, td_text(verb->name)) &&
            !is_listed(doc, key, verb->keys, SIZE_MAX) &&
            !is_listed(doc, key, common, LEN(common)))
            return td_jsonx_fail(
                doc, key, TD_USAGE, err,
                "a rule with \"%s\" has no key \"%.*s\"", verb->name,
                (int)(name.len < 80 ? name.len : 80), (const char *)name.ptr);
    }
    return TD_OK;
}

static enum td_code read_level(struct check_rule *rule,
                               const struct td_jsonx *doc, uint32_t at,
                               struct td_error *err)
{
    uint32_t v = td_json_member(&doc->json, at, td_text("level"));

    rule->level = CHECK_LEVEL_ERROR;
    if (v == 0)
        return TD_OK;
    for (int i = CHECK_LEVEL_ERROR; i <= CHECK_LEVEL_INFO; i++) {
        rule->level = (enum check_level)i;
        if (doc->json.values[v].kind == TD_JSON_STRING &&
            td_json_string_is(&doc->json, v,
                              td_text(check_level_text(rule->level))))
            return TD_OK;
    }
    return td_jsonx_fail(doc, v, TD_USAGE, err,
                         "a level is error, warn or info");
}

static enum td_code read_common(struct check_rule *rule,
                                const struct td_jsonx *doc, uint32_t at,
                                struct td_error *err)
{
    const struct td_json_doc *json = &doc->json;
    uint32_t id = td_json_member(json, at, td_text("id"));
    uint32_t max = td_json_member(json, at, td_text("max_report"));
    struct td_buf text = {0};
    struct check_decimal d;
    int64_t n;

    if (id == 0 || json->values[id].kind != TD_JSON_STRING)
        return td_jsonx_fail(doc, id ? id : at, TD_USAGE, err,
                             "a rule needs an id, which is text");
    (void)td_json_unescape(&text, td_json_inner(json, id));
    rule->id = td_strdup(td_buf_str(&text));
    td_buf_release(&text);
    rule->max_report = UINT64_MAX;
    if (max) {
        if (json->values[max].kind == TD_JSON_NUMBER)
            check_decimal_read(&d, td_json_raw(json, max));
        if (json->values[max].kind != TD_JSON_NUMBER ||
            !check_decimal_int64(&d, &n) || n < 0)
            return td_jsonx_fail(doc, max, TD_USAGE, err,
                                 "max_report is an integer from 0");
        rule->max_report = (uint64_t)n;
    }
    return read_level(rule, doc, at, err);
}

/* The verb's value: an event name, "*", or (monotonic) EVENT.FIELD. */
static enum td_code read_target(struct check_rule *rule,
                                const struct td_jsonx *doc, uint32_t at,
                                struct td_error *err)
{
    uint32_t v = td_json_member(&doc->json, at, td_text(rule->verb->name));
    struct td_buf text = {0};
    struct td_buf what = {0};

    if (doc->json.values[v].kind != TD_JSON_STRING)
        return td_jsonx_fail(doc, v, TD_USAGE, err,
                             "\"%s\" takes the name of an event",
                             rule->verb->name);
    (void)td_json_unescape(&text, td_json_inner(&doc->json, v));
    if (strpbrk(td_buf_str(&text), "[]|{}, ")) {
        td_buf_release(&text);
        return td_jsonx_fail(doc, v, TD_USAGE, err,
                             "filters and alternatives of events are not "
                             "supported by this version");
    }
    (void)td_buf_addf(&what, "%s: %s", rule->verb->name, td_buf_str(&text));
    rule->what = td_strdup(td_buf_str(&what));
    rule->target = td_bytes(td_strndup(text.ptr, text.len), text.len);
    td_buf_release(&what);
    td_buf_release(&text);
    return TD_OK;
}

enum td_code check_rule_load(struct check_rule *rule,
                             const struct td_jsonx *doc, uint32_t at,
                             struct td_error *err)
{
    enum td_code code;

    if (doc->json.values[at].kind != TD_JSON_OBJECT)
        return td_jsonx_fail(doc, at, TD_USAGE, err, "a rule is an object");
    rule->verb = find_verb(doc, at);
    code = check_keys(rule->verb, doc, at, err);
    if (code)
        return code;
    if (!rule->verb)
        return td_jsonx_fail(doc, at, TD_USAGE, err,
                             "no verb among the keys of the rule: it needs "
                             "first, last, count or monotonic");
    code = read_common(rule, doc, at, err);
    if (code == TD_OK)
        code = read_target(rule, doc, at, err);
    return code == TD_OK ? rule->verb->load(rule, doc, at, err) : code;
}

void check_rule_release(struct check_rule *rule)
{
    free(rule->id);
    free(rule->what);
    free((void *)(uintptr_t)rule->target.ptr);
    free(rule->field);
}

bool check_rule_targets(const struct check_rule *rule, struct td_bytes name)
{
    return td_bytes_is(rule->target, "*") || td_bytes_equal(rule->target, name);
}

void check_rule_remember(struct check_rule_state *state,
                         const struct check_message *m)
{
    state->last = (struct check_witness){m->seq, m->has_t, m->t_ns};
}

void check_rule_find(struct check_rule_run *run, const struct check_message *m,
                     const char *path, const char *expected, const char *found)
{
    struct td_buf excerpt = {0};
    struct check_finding f = {.rule = run->index,
                              .expected = (char *)(uintptr_t)expected,
                              .found = (char *)(uintptr_t)found,
                              .path = (char *)(uintptr_t)path};

    if (run->state->last.seq)
        f.witness[f.witnesses++] = run->state->last;
    if (m) {
        f.seq = m->seq;
        f.has_t = m->has_t;
        f.t_ns = m->t_ns;
        f.witness[f.witnesses++] =
            (struct check_witness){m->seq, m->has_t, m->t_ns};
        check_excerpt(&excerpt, td_json_raw(m->doc, m->at), EXCERPT);
    }
    f.excerpt = (char *)(uintptr_t)td_buf_str(&excerpt);
    check_verdict_find(run->verdict, &f);
    td_buf_release(&excerpt);
}

void check_rule_settle(struct check_rule_run *run, enum check_outcome outcome,
                       const char *reason)
{
    struct check_result *result = &run->verdict->rules[run->index];

    if (result->outcome == CHECK_FAIL)
        return;
    result->outcome = outcome;
    free(result->reason);
    result->reason = td_strdup(reason);
}
