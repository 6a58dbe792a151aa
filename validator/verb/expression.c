/* on: what an expression says of each event. */
#include "core/mem.h"
#include "validator/engine/run.h"
#include "validator/expr/aggregate.h"
#include "validator/expr/expr.h"
#include "validator/expr/fixed.h"
#include "validator/rule/doubt.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"
#include "validator/verb/verb.h"

#include <stdlib.h>

#define TARGET CHECK_ROLE(0)

struct body {
    struct check_aggregates *aggregates;
    struct check_expr *expr;
    char *tolerance;
    uint64_t own; /* role of what the tallies of a key listen to, or 0 */
    struct check_group_by by; /* fields of the key */
};

struct state {
    struct check_aggregate *aggregate; /* NULL: nothing was heard yet */
};

static enum td_code read_tolerance(struct check_rule *rule,
                                   struct check_loader *l, uint32_t at)
{
    const struct td_json_doc *json = &l->doc->json;
    struct td_bytes raw = td_json_raw(json, at);
    struct body *b = rule->body;

    if (json->values[at].kind != TD_JSON_NUMBER || raw.ptr[0] == '-')
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "tol is a number from 0");
    b->tolerance = td_strndup(raw.ptr, raw.len);
    return TD_OK;
}

static const struct check_key keys[] = {
    {.name = "on", .kind = CHECK_KEY_ROLE},
    {.name = "expr", .need = "on needs expr: what must be true of the event"},
    {.name = "tol", .kind = CHECK_KEY_OWN, .read = read_tolerance},
    {.name = NULL},
};

/* Listen to what the expression asks of the past. Messages without the key are
 * of all keys, and what a scope has not seen came perhaps before it.
 */
static void listen(struct check_rule *rule, struct body *b)
{
    struct check_selector *own = check_aggregates_selector(b->aggregates);

    if (!own)
        return;
    b->own = CHECK_ROLE(check_rule_listen(rule, own, false));
    if (rule->by == CHECK_NO_VALUE && rule->scope == CHECK_GLOBALLY)
        return;
    rule->shared_size = sizeof(struct state);
    (void)check_rule_listen(rule, check_aggregates_selector(b->aggregates),
                            true);
}

static enum td_code load(struct check_rule *rule, struct check_loader *l,
                         uint32_t at)
{
    struct body *b = rule->body;
    struct check_env env = {.words = l->words,
                            .doc = l->doc,
                            .events = l->events,
                            .target = rule->roles[0].selector};
    enum td_code code;

    b->aggregates = env.aggregates = check_aggregates_new();
    if (b->tolerance)
        env.tolerance = td_text(b->tolerance);
    if (rule->by != CHECK_NO_VALUE)
        b->by = l->group_bys->list[rule->by];
    code =
        check_expr_load(&b->expr, &env, check_read_key(l, at, "expr"), l->err);
    rule->timed = check_aggregates_timed(b->aggregates);
    if (code == TD_OK)
        listen(rule, b);
    return code;
}

static void unload(struct check_rule *rule)
{
    struct body *b = rule->body;

    if (!b)
        return;
    check_expr_free(b->expr);
    check_aggregates_free(b->aggregates);
    free(b->tolerance);
}

static void hear(const struct body *b, struct state *s, struct check_eval *eval)
{
    if (!s->aggregate)
        s->aggregate = check_aggregate_new(b->aggregates);
    check_aggregate_observe(s->aggregate, eval);
}

static bool has_key(const struct check_run *run)
{
    const struct check_group_by *by =
        &((const struct body *)run->rule->body)->by;

    for (uint32_t i = 0; i < by->len; i++) {
        if (check_field_at(run->fields, by->fields[i]) == CHECK_NO_VALUE)
            return false;
    }
    return by->len > 0;
}

static void set_time(struct check_run *run, const struct check_message *m)
{
    bool counts = run->rule->time.clock == CHECK_CLOCK_SEQUENCE;
    int64_t at = 0;

    if (!run->rule->timed)
        return;
    if (check_rule_time(run, m, &at))
        check_eval_time(run->eval, at, counts ? 1 : 1000000);
    else
        check_eval_time(run->eval, 0, 0);
}

static void find(struct check_run *run, const struct check_message *m,
                 bool undefined)
{
    const struct body *b = run->rule->body;
    uint32_t field = check_expr_field(b->expr);
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m,
                     field == CHECK_NO_VALUE
                         ? CHECK_NO_VALUE
                         : check_field_at(run->fields, field));
    (void)td_buf_add_text(&note.expected, check_expr_text(b->expr));
    if (b->tolerance)
        (void)td_buf_addf(&note.expected, " (tol %s)", b->tolerance);
    if (undefined)
        check_eval_reason(run->eval, &note.found);
    if (undefined && check_expr_slip(b->expr))
        (void)td_buf_addf(&note.found,
                          "; the event is written in quotes: '%s'.FIELD",
                          check_expr_slip(b->expr));
    if (!undefined)
        check_expr_explain(b->expr, run->eval, &note.found);
    check_note_end(&note);
}

static void judge(struct check_run *run, const struct check_message *m)
{
    const struct body *b = run->rule->body;
    enum check_answer answer = check_expr_test(b->expr, run->eval);
    const char *gave_up = check_eval_gave_up(run->eval);

    if (gave_up)
        check_rule_gave_up(run, m, gave_up);
    else if (answer == CHECK_YES)
        check_rule_pass(run);
    else if (answer == CHECK_NO || run->rule->missing != CHECK_MISSING_SKIP)
        find(run, m, answer == CHECK_UNDEFINED);
}

static void on_message(struct check_run *run, const struct check_message *m,
                       uint64_t roles)
{
    const struct body *b = run->rule->body;
    struct state *whole = run->shared;
    struct state *own = run->state;

    set_time(run, m);
    if (!own) {
        if (!has_key(run))
            hear(b, whole, run->eval);
        return;
    }
    if (roles & b->own)
        hear(b, own, run->eval);
    if (!(roles & TARGET))
        return;
    check_eval_key(run->eval, check_rule_key(run));
    check_eval_aggregate(run->eval, own->aggregate,
                         whole ? whole->aggregate : NULL);
    judge(run, m);
}

static void clear(const struct check_rule *rule, void *state)
{
    struct state *s = state;

    (void)rule;
    check_aggregate_free(s->aggregate);
}

static void doubt_on(const struct check_rule *rule,
                     const struct check_doubter *d, uint32_t at)
{
    const struct body *b = rule->body;
    enum check_fixed fixed = check_expr_fixed(b->expr);
    uint32_t expr = td_jsonx_member(d->doc, at, "expr");

    if (fixed == CHECK_ALWAYS)
        check_doubt(d, expr, "compare with what may differ",
                    "the rule can never fail: this is always true");
    else if (fixed == CHECK_NEVER)
        check_doubt(d, expr, "say what may be true",
                    "this rule fails wherever such an event comes: this is "
                    "never true");
}

static void say_on(const struct check_writer *s, uint32_t at)
{
    check_say(s, "in every ");
    check_say_selector(s, at);
    (void)check_say_if(s, ", ", "expr");
    (void)check_say_if(s, ", give or take ", "tol");
}

const struct check_verb check_verb_on = {
    .name = "on",
    .keys = keys,
    .say = say_on,
    .doubt = doubt_on,
    .vacuous = "nothing matched, or its fields are always missing",
    .body_size = sizeof(struct body),
    .state_size = sizeof(struct state),
    .load = load,
    .unload = unload,
    .on_message = on_message,
    .clear = clear,
    .clear_shared = clear,
};
