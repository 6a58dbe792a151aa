/* conforms: messages meet a schema, which is more than their event's own. */
#include "schema/schema.h"
#include "validator/engine/run.h"
#include "validator/rule/doubt.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"
#include "validator/verb/verb.h"

#include <stddef.h>

struct body {
    uint32_t field; /* what is judged */
    uint32_t root;  /* of the contract's schemas */
    bool has_field; /* without it the data is judged */
};

/* What is said of a message: the first problem, and how many. */
struct problems {
    struct td_buf expected;
    struct td_buf found;
    uint32_t at;
    uint32_t count;
};

/* "" is the message. */
static enum td_code read_at(struct check_rule *rule, struct check_loader *l,
                            uint32_t at)
{
    struct body *b = rule->body;

    if (!check_read_is(l, at, ""))
        return check_read_field(l, at, &b->field);
    b->field = check_field_add(l->words, CHECK_FIELD_MESSAGE, td_text(""));
    return TD_OK;
}

static enum td_code read_schema(struct check_rule *rule, struct check_loader *l,
                                uint32_t at)
{
    struct body *b = rule->body;

    return schema_set_add(l->schemas, l->doc, at, &b->root, l->err);
}

static const struct check_key keys[] = {
    {.name = "conforms", .kind = CHECK_KEY_ROLE},
    {.name = "at",
     .kind = CHECK_KEY_OWN,
     .has = offsetof(struct body, has_field),
     .read = read_at},
    {.name = "schema",
     .kind = CHECK_KEY_OWN,
     .need = "conforms needs a schema",
     .hint = "write it under `schema`",
     .read = read_schema},
    {.name = NULL},
};

static enum td_code load_conforms(struct check_rule *rule,
                                  struct check_loader *l, uint32_t at)
{
    struct body *b = rule->body;

    (void)at;
    if (!b->has_field)
        b->field = check_field_add(l->words, CHECK_FIELD_DATA, td_text(""));
    return TD_OK;
}

static void on_problem(void *self, const struct schema_problem *problem)
{
    struct problems *p = self;

    if (p->count++ > 0)
        return;
    p->at = problem->at;
    (void)td_buf_add_text(&p->expected, problem->expected);
    (void)td_buf_add_text(&p->found, problem->found);
}

static void give_up(struct check_run *run, const struct check_message *m)
{
    struct td_buf why = {0};

    schema_say_limit(run->schemas, &why);
    check_rule_gave_up(run, m, td_buf_str(&why));
    td_buf_release(&why);
}

/* One finding a message, so that `mostly` counts messages. */
static void find(struct check_run *run, const struct check_message *m,
                 struct schema_value value)
{
    const struct body *b = run->rule->body;
    struct problems p = {.at = value.at};
    struct check_note note;
    enum td_code code;

    if (!check_rule_fail(run))
        return;
    code = schema_explain(run->schemas, b->root, value, on_problem, &p);
    if (code == TD_LIMIT)
        give_up(run, m);
    check_note_begin(&note, run, m, p.at);
    (void)td_buf_add_bytes(&note.expected, td_buf_bytes(&p.expected));
    (void)td_buf_add_bytes(&note.found, td_buf_bytes(&p.found));
    if (p.count > 1)
        (void)td_buf_addf(&note.found, ", and %u more like that", p.count - 1);
    check_note_end(&note);
    td_buf_release(&p.expected);
    td_buf_release(&p.found);
}

static void on_conforms(struct check_run *run, const struct check_message *m,
                        uint64_t roles)
{
    const struct body *b = run->rule->body;
    uint32_t at = check_rule_field(run, m, b->field);
    struct schema_value value = {m->doc, at};
    enum td_code code;

    (void)roles;
    if (at == CHECK_NO_VALUE)
        return;
    code = schema_test(run->schemas, b->root, value);
    if (code == TD_OK)
        check_rule_pass(run);
    else if (code == TD_FAILED)
        find(run, m, value);
    else
        give_up(run, m);
}

static void say_conforms(const struct check_writer *s, uint32_t at)
{
    if (!td_jsonx_is_text(s->doc, check_say_key(s, "at"), "")) {
        if (!check_say_if(s, "the value at ", "at"))
            check_say(s, "the data");
        check_say(s, " of ");
    }
    check_say(s, "every ");
    check_say_selector(s, at);
    check_say(s, " meets a schema");
}

/* true and {} take everything. */
static void doubt_schema(const struct check_rule *rule,
                         const struct check_doubter *d, uint32_t at)
{
    uint32_t schema = td_jsonx_member(d->doc, at, "schema");
    const struct td_json_value *v = &d->doc->json.values[schema];

    (void)rule;
    if (v->kind == TD_JSON_TRUE || (v->kind == TD_JSON_OBJECT && v->count == 0))
        check_doubt(d, schema, "say what must be",
                    "this rule can never fail: its schema takes everything");
}

const struct check_verb check_verb_conforms = {
    .name = "conforms",
    .keys = keys,
    .say = say_conforms,
    .doubt = doubt_schema,
    .body_size = sizeof(struct body),
    .load = load_conforms,
    .on_message = on_conforms,
};
