/* count: how many events of a name there are. */
#include "validator/rule.h"

static const char *const keys[] = {"exactly", "at_most", "at_least", "between",
                                   NULL};

static enum td_code read_bound(const struct td_jsonx *doc, uint32_t at,
                               uint64_t *bound, struct td_error *err)
{
    struct check_decimal d;
    int64_t n = -1;

    if (doc->json.values[at].kind == TD_JSON_NUMBER) {
        check_decimal_read(&d, td_json_raw(&doc->json, at));
        if (!check_decimal_int64(&d, &n))
            n = -1;
    }
    if (n < 0)
        return td_jsonx_fail(doc, at, TD_USAGE, err,
                             "a count is an integer from 0");
    *bound = (uint64_t)n;
    return TD_OK;
}

static enum td_code read_between(struct check_rule *rule,
                                 const struct td_jsonx *doc, uint32_t at,
                                 struct td_error *err)
{
    enum td_code code;

    if (doc->json.values[at].kind != TD_JSON_ARRAY ||
        doc->json.values[at].count != 2)
        return td_jsonx_fail(doc, at, TD_USAGE, err,
                             "between takes [LEAST, MOST]");
    code = read_bound(doc, at + 1, &rule->low, err);
    if (code == TD_OK)
        code = read_bound(doc, doc->json.values[at + 1].next, &rule->high, err);
    if (code == TD_OK && rule->low > rule->high)
        code = td_jsonx_fail(doc, at, TD_USAGE, err,
                             "the first of the two is the greater one");
    return code;
}

static enum td_code load(struct check_rule *rule, const struct td_jsonx *doc,
                         uint32_t at, struct td_error *err)
{
    enum td_code code = TD_OK;
    int bounds = 0;

    rule->low = 0;
    rule->high = UINT64_MAX;
    for (int i = 0; keys[i] && code == TD_OK; i++) {
        uint32_t v = td_json_member(&doc->json, at, td_text(keys[i]));

        if (v == 0)
            continue;
        bounds++;
        if (!strcmp(keys[i], "between")) {
            code = read_between(rule, doc, v, err);
            continue;
        }
        if (strcmp(keys[i], "at_least") != 0)
            code = read_bound(doc, v, &rule->high, err);
        if (code == TD_OK && strcmp(keys[i], "at_most") != 0)
            code = read_bound(doc, v, &rule->low, err);
    }
    if (code == TD_OK && bounds != 1)
        return td_jsonx_fail(doc, at, TD_USAGE, err,
                             "count needs one of exactly, at_most, at_least "
                             "and between");
    return code;
}

static void judge(struct check_rule_run *run, const struct check_message *m)
{
    const struct check_rule *rule = run->rule;
    struct td_buf expected = {0};
    struct td_buf found = {0};

    if (check_verdict_only_counts(run->verdict, run->index))
        return;
    if (rule->low == rule->high)
        (void)td_buf_addf(&expected, "exactly %llu",
                          (unsigned long long)rule->low);
    else if (rule->high == UINT64_MAX)
        (void)td_buf_addf(&expected, "at least %llu",
                          (unsigned long long)rule->low);
    else if (rule->low == 0)
        (void)td_buf_addf(&expected, "at most %llu",
                          (unsigned long long)rule->high);
    else
        (void)td_buf_addf(&expected, "between %llu and %llu",
                          (unsigned long long)rule->low,
                          (unsigned long long)rule->high);
    if (td_bytes_is(rule->target, "*"))
        (void)td_buf_add_text(&expected, " events");
    else
        (void)td_buf_addf(&expected, " \"%.*s\"", (int)rule->target.len,
                          (const char *)rule->target.ptr);
    (void)td_buf_addf(&found, "%llu", (unsigned long long)run->state->count);
    check_rule_find(run, m, "", td_buf_str(&expected), td_buf_str(&found));
    td_buf_release(&expected);
    td_buf_release(&found);
}

static void on_message(struct check_rule_run *run,
                       const struct check_message *m)
{
    if (!check_rule_targets(run->rule, m->name))
        return;
    if (++run->state->count > run->rule->high)
        judge(run, m);
    check_rule_remember(run->state, m);
}

static void on_end(struct check_rule_run *run, bool cut)
{
    if (run->state->count > run->rule->high)
        return;
    if (run->state->count < run->rule->low && !cut)
        judge(run, NULL);
    else if (cut && (run->state->count < run->rule->low ||
                     run->rule->high != UINT64_MAX))
        check_rule_settle(run, CHECK_OPEN, "the stream was cut off");
}

const struct check_verb check_verb_count = {
    .name = "count",
    .keys = keys,
    .load = load,
    .on_message = on_message,
    .on_end = on_end,
};
