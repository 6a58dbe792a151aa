/* monotonic: a number of an event goes one way. */
#include "core/mem.h"
#include "validator/pointer.h"
#include "validator/rule.h"

static const char *const keys[] = {"mode", NULL};

static const struct {
    const char *name;
    int direction;
    bool strict;
} modes[] = {
    {"non-decreasing", 1, false},
    {"increasing", 1, true},
    {"non-increasing", -1, false},
    {"decreasing", -1, true},
};

/* EVENT.a.b: the target becomes EVENT, the field /a/b. */
static bool split_target(struct check_rule *rule)
{
    const uint8_t *dot = memchr(rule->target.ptr, '.', rule->target.len);
    struct td_buf field = {0};

    if (!dot || dot + 1 == rule->target.ptr + rule->target.len)
        return false;
    for (const uint8_t *c = dot; c < rule->target.ptr + rule->target.len; c++) {
        if (*c == '.')
            (void)td_buf_add_byte(&field, '/');
        else if (*c == '~' || *c == '/')
            (void)td_buf_add_text(&field, *c == '~' ? "~0" : "~1");
        else
            (void)td_buf_add_byte(&field, *c);
    }
    rule->field = td_strdup(td_buf_str(&field));
    td_buf_release(&field);
    rule->target.len = (size_t)(dot - rule->target.ptr);
    return true;
}

static enum td_code load(struct check_rule *rule, const struct td_jsonx *doc,
                         uint32_t at, struct td_error *err)
{
    uint32_t mode = td_json_member(&doc->json, at, td_text("mode"));
    size_t i = 0;

    if (!split_target(rule))
        return td_jsonx_fail(
            doc, td_json_member(&doc->json, at, td_text("monotonic")), TD_USAGE,
            err, "monotonic takes EVENT.FIELD");
    while (mode && i < sizeof(modes) / sizeof(modes[0]) &&
           (doc->json.values[mode].kind != TD_JSON_STRING ||
            !td_json_string_is(&doc->json, mode, td_text(modes[i].name))))
        i++;
    if (i == sizeof(modes) / sizeof(modes[0]))
        return td_jsonx_fail(doc, mode, TD_USAGE, err,
                             "a mode is non-decreasing, increasing, "
                             "non-increasing or decreasing");
    rule->direction = modes[i].direction;
    rule->strict = modes[i].strict;
    return TD_OK;
}

static void judge(struct check_rule_run *run, const struct check_message *m,
                  uint32_t at, const char *what, struct td_bytes than)
{
    struct td_buf path = {0};
    struct td_buf expected = {0};
    struct td_buf found = {0};

    if (check_verdict_only_counts(run->verdict, run->index))
        return;
    check_pointer(&path, m->doc, m->at, at);
    (void)td_buf_add_text(&expected, what);
    check_excerpt(&expected, than, 80);
    check_excerpt(&found, td_json_raw(m->doc, at), 80);
    check_rule_find(run, m, td_buf_str(&path), td_buf_str(&expected),
                    td_buf_str(&found));
    td_buf_release(&path);
    td_buf_release(&expected);
    td_buf_release(&found);
}

static void compare(struct check_rule_run *run, const struct check_message *m,
                    uint32_t at)
{
    const struct check_rule *rule = run->rule;
    struct td_bytes before = td_buf_bytes(&run->state->text);
    struct check_decimal a;
    struct check_decimal b;
    int order;

    check_decimal_read(&a, before);
    check_decimal_read(&b, td_json_raw(m->doc, at));
    order = check_decimal_compare(&b, &a) * rule->direction;
    if (order > 0 || (order == 0 && !rule->strict))
        return;
    if (rule->direction > 0)
        judge(run, m, at, rule->strict ? "more than " : "at least ", before);
    else
        judge(run, m, at, rule->strict ? "less than " : "at most ", before);
}

static void on_message(struct check_rule_run *run,
                       const struct check_message *m)
{
    uint32_t at;

    if (m->data == UINT32_MAX || !check_rule_targets(run->rule, m->name))
        return;
    at = td_json_pointer(m->doc, m->data, run->rule->field);
    if (at == UINT32_MAX)
        return;
    if (m->doc->values[at].kind != TD_JSON_NUMBER) {
        judge(run, m, at, "a number", td_bytes(NULL, 0));
        return;
    }
    if (run->state->count++ > 0)
        compare(run, m, at);
    check_rule_remember(run->state, m);
    td_buf_clear(&run->state->text);
    (void)td_buf_add_bytes(&run->state->text, td_json_raw(m->doc, at));
}

static void on_end(struct check_rule_run *run, bool cut)
{
    (void)cut;
    if (run->state->count < 2)
        check_rule_settle(run, CHECK_VACUOUS,
                          "fewer than two events have the field");
}

const struct check_verb check_verb_monotonic = {
    .name = "monotonic",
    .keys = keys,
    .load = load,
    .on_message = on_message,
    .on_end = on_end,
};
