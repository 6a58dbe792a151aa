/* first, last: what the stream begins and ends with. */
#include "validator/pointer.h"
#include "validator/rule.h"

static const char *const no_keys[] = {NULL};

static enum td_code load(struct check_rule *rule, const struct td_jsonx *doc,
                         uint32_t at, struct td_error *err)
{
    (void)rule;
    (void)doc;
    (void)at;
    (void)err;
    return TD_OK;
}

static void judge(struct check_rule_run *run, const struct check_message *m,
                  struct td_bytes name, const char *place)
{
    struct td_buf expected = {0};
    struct td_buf found = {0};

    (void)td_buf_addf(&expected, "\"%.*s\" %s", (int)run->rule->target.len,
                      (const char *)run->rule->target.ptr, place);
    (void)td_buf_add_byte(&found, '"');
    check_excerpt(&found, name, 80);
    (void)td_buf_add_byte(&found, '"');
    check_rule_find(run, m, "", td_buf_str(&expected), td_buf_str(&found));
    td_buf_release(&expected);
    td_buf_release(&found);
}

static void on_first(struct check_rule_run *run, const struct check_message *m)
{
    if (run->state->count++ > 0)
        return;
    if (!check_rule_targets(run->rule, m->name))
        judge(run, m, m->name, "as the first event");
}

static void end_first(struct check_rule_run *run, bool cut)
{
    (void)cut;
    if (run->state->count == 0)
        check_rule_settle(run, CHECK_VACUOUS, "the stream has no events");
}

static void on_last(struct check_rule_run *run, const struct check_message *m)
{
    run->state->count++;
    check_rule_remember(run->state, m);
    td_buf_clear(&run->state->text);
    (void)td_buf_add_bytes(&run->state->text, m->name);
}

static void end_last(struct check_rule_run *run, bool cut)
{
    struct td_bytes name = td_buf_bytes(&run->state->text);

    if (run->state->count == 0)
        check_rule_settle(run, CHECK_VACUOUS, "the stream has no events");
    else if (cut)
        check_rule_settle(run, CHECK_OPEN, "the stream was cut off");
    else if (!check_rule_targets(run->rule, name))
        judge(run, NULL, name, "as the last event");
}

const struct check_verb check_verb_first = {
    .name = "first",
    .keys = no_keys,
    .load = load,
    .on_message = on_first,
    .on_end = end_first,
};

const struct check_verb check_verb_last = {
    .name = "last",
    .keys = no_keys,
    .load = load,
    .on_message = on_last,
    .on_end = end_last,
};
