/* before: [A, B, ...] - nothing of B comes unless something of A came first. */
#include "validator/engine/run.h"
#include "validator/rule/doubt.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"
#include "validator/verb/verb.h"

#define CHAIN 8 /* selectors of one rule */

enum each {
    EACH_SECOND, /* every B is judged */
    EACH_FIRST,  /* only the first B */
    EACH_PAIR,   /* every B needs an A of its own, since the B before it */
};

/* Masks of roles. */
struct state {
    uint64_t came;    /* so that the next one may rest on it */
    uint64_t judged;  /* at least once */
    uint64_t settled; /* each B holds, whatever comes */
};

static enum td_code read_chain(struct check_rule *rule, struct check_loader *l,
                               uint32_t at)
{
    const struct td_json_value *values = l->doc->json.values;
    enum td_code code = TD_OK;

    if (values[at].kind != TD_JSON_ARRAY || values[at].count < 2 ||
        values[at].count > CHAIN)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "before takes a list of 2 to %d events: [FIRST, "
                             "THEN]",
                             CHAIN);
    for (uint32_t i = at + 1; i < values[at].next && code == TD_OK;
         i = values[i].next)
        code = check_read_role(l, i, rule, false);
    return code;
}

static const char *const modes[] = {"second", "first", "pair", NULL};

/* The body is the mode, an enum each as uint32_t. */
static const struct check_key keys[] = {
    {.name = "before", .kind = CHECK_KEY_OWN, .read = read_chain},
    {.name = "each",
     .kind = CHECK_KEY_CHOICE,
     .choices = modes,
     .what = "each is second, first or pair"},
    {.name = NULL},
};

static void find(struct check_run *run, const struct check_message *m,
                 uint32_t role)
{
    bool pair = *(const uint32_t *)run->rule->body == EACH_PAIR;
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, CHECK_NO_VALUE);
    check_selector_say(run->rule->roles[role - 1].selector, &note.expected,
                       td_bytes(NULL, 0));
    (void)td_buf_add_text(&note.expected, " before ");
    check_selector_say(run->rule->roles[role].selector, &note.expected,
                       m->name);
    (void)td_buf_add_text(&note.found,
                          pair ? "none since the one before" : "none yet");
    check_note_end(&note);
}

static void judge(struct check_run *run, const struct check_message *m,
                  uint32_t role)
{
    enum each each = (enum each) * (const uint32_t *)run->rule->body;
    struct state *s = run->state;

    if (each == EACH_FIRST && (s->judged & CHECK_ROLE(role)))
        return;
    s->judged |= CHECK_ROLE(role);
    if (s->came & CHECK_ROLE(role - 1))
        check_rule_pass(run);
    else
        find(run, m, role);
    if (each == EACH_PAIR)
        s->came &= ~CHECK_ROLE(role - 1);
}

TD_APART static void judge_all(struct check_run *run,
                               const struct check_message *m, uint64_t roles)
{
    enum each each = (enum each) * (const uint32_t *)run->rule->body;
    struct state *s = run->state;

    /* From the end, so that a message is not before itself. */
    while (roles) {
        uint32_t role = 63 - (uint32_t)__builtin_clzll(roles);
        bool rests = role == 0 || (s->came & CHECK_ROLE(role - 1));

        roles &= ~CHECK_ROLE(role);
        if (role > 0)
            judge(run, m, role);
        if (rests)
            s->came |= CHECK_ROLE(role);
    }
    if (each == EACH_SECOND)
        s->settled = s->came & (s->came << 1 | CHECK_ROLE(0));
}

static void on_message(struct check_run *run, const struct check_message *m,
                       uint64_t roles)
{
    const struct state *s = run->state;

    if (roles & ~s->settled) {
        judge_all(run, m, roles);
        return;
    }
    for (uint64_t left = roles & ~CHECK_ROLE(0); left; left &= left - 1)
        check_rule_pass(run);
}

/* [A, B, C]: every C comes after B, and every B after A. */
static void say_before(const struct check_writer *s, uint32_t at)
{
    const struct td_json_value *values = s->doc->json.values;
    uint32_t each = check_say_key(s, "each");
    bool only_first = td_jsonx_is_text(s->doc, each, "first");
    uint32_t last = at + 1;

    for (uint32_t i = values[at + 1].next; i < values[at].next;
         last = i, i = values[i].next) {
        check_say(s, last > at + 1 ? " and " : "");
        check_say(s, only_first ? "the first " : "every ");
        check_say_selector(s, i);
        check_say(s, td_jsonx_is_text(s->doc, each, "pair")
                         ? " comes after its own "
                         : " comes after ");
        check_say_selector(s, last);
    }
}

/* The first of them has none before it. */
static void doubt_before(const struct check_rule *rule,
                         const struct check_doubter *d, uint32_t at)
{
    const struct td_json_value *v = d->doc->json.values;
    uint32_t list = td_jsonx_member(d->doc, at, "before");
    uint32_t last = list + 1;

    (void)rule;
    for (uint32_t i = v[last].next; i < v[list].next; last = i, i = v[i].next)
        check_doubt_same(d, last, i, "the first has none before it");
}

const struct check_verb check_verb_before = {
    .name = "before",
    .keys = keys,
    .say = say_before,
    .doubt = doubt_before,
    .vacuous = "nothing came that must have something before it",
    .body_size = sizeof(uint32_t),
    .state_size = sizeof(struct state),
    .on_message = on_message,
};
