/* Names that a rule says and the contract does not: events, and fields. */
#include "core/mem.h"
#include "validator/expr/slip.h"
#include "validator/lint/lint_internal.h"
#include "validator/verb/verb.h"

#include <stdio.h>
#include <stdlib.h>

/* A rule that was read once more, with a vocabulary of its own, in which the
 * contract's events come first.
 */
struct reading {
    const struct check_lint *lint;
    uint32_t at; /* the rule */
    struct check_words *words;
    struct check_rule rule;
};

static uint32_t verb_at(const struct reading *r)
{
    uint32_t at = td_jsonx_member(r->lint->to.doc, r->at, r->rule.verb->name);

    return at ? at : r->at;
}

static void lint_events(const struct reading *r)
{
    uint32_t known = r->lint->contract->events_len;

    for (uint32_t e = known; e < check_event_count(r->words); e++) {
        struct td_bytes name = check_event_name(r->words, e);

        check_doubt(&r->lint->to, verb_at(r),
                    "name it under events, or mend the "
                    "spelling",
                    "the contract has no event \"%.*s\"",
                    (int)(name.len < 80 ? name.len : 80),
                    (const char *)name.ptr);
    }
}

/* True if the rule speaks of the event in any way. */
static bool speaks_of(const struct reading *r, uint32_t event)
{
    struct td_bytes text = td_json_raw(&r->lint->to.doc->json, r->at);
    struct td_bytes name = check_event_name(r->words, event);

    for (uint32_t i = 0; i < r->rule.roles_len; i++) {
        const struct check_selector *s = r->rule.roles[i].selector;

        if (!s || check_selector_may_match(s, event))
            return true;
    }
    return memmem(text.ptr, text.len, name.ptr, name.len) != NULL;
}

/* True if the object of an event, here or in a dialect, speaks of the field: in
 * its schema, or as one that has other names. 0: there is no such object.
 */
static bool speaks(const struct check_lint *lint, uint32_t event,
                   const char *field)
{
    uint32_t schema =
        event ? td_jsonx_member(lint->to.doc, event, "schema") : 0;
    uint32_t aliases =
        event ? td_jsonx_member(lint->to.doc, event, "aliases") : 0;

    return (aliases && td_jsonx_member(lint->to.doc, aliases, field)) ||
           (schema && check_schema_may_have(lint->to.doc, schema, field));
}

/* What object `at`, the contract or a dialect, has under events: NAME. */
static uint32_t event_at(const struct check_lint *lint, uint32_t at,
                         struct td_bytes name)
{
    uint32_t events = td_jsonx_member(lint->to.doc, at, "events");

    return events ? td_json_member(&lint->to.doc->json, events, name) : 0;
}

/* True if the event may have the field, as far as the contract and its dialects
 * tell.
 */
static bool may_have(const struct check_lint *lint, struct td_bytes name,
                     const char *field)
{
    const struct td_json_doc *json = &lint->to.doc->json;
    uint32_t event = event_at(lint, 0, name);
    uint32_t dialects = td_jsonx_member(lint->to.doc, 0, "dialects");

    if (!event || !td_jsonx_member(lint->to.doc, event, "schema") ||
        speaks(lint, event, field))
        return true;
    for (uint32_t key = dialects + 1;
         dialects && key < json->values[dialects].next;
         key = json->values[key + 1].next) {
        if (speaks(lint, event_at(lint, key + 1, name), field))
            return true;
    }
    return false;
}

/* True if no event that the rule speaks of has the field. */
static bool is_nowhere(const struct reading *r, const char *field)
{
    bool any = false;

    for (uint32_t e = 0; e < r->lint->contract->events_len; e++) {
        if (!speaks_of(r, e))
            continue;
        if (may_have(r->lint, check_event_name(r->words, e), field))
            return false;
        any = true;
    }
    return any;
}

/* EVENT.FIELD of an expression is a field, too: then that event must have it.
 */
static bool is_missing(const struct reading *r, const char *field)
{
    size_t len = strcspn(field, ".");
    uint32_t event = check_event_find(r->words, td_bytes(field, len));

    if (field[len] == '\0' || event >= r->lint->contract->events_len)
        return is_nowhere(r, field);
    return !may_have(r->lint, check_event_name(r->words, event),
                     field + len + 1);
}

static void lint_fields(const struct reading *r)
{
    for (uint32_t f = 0; f < check_field_count(r->words); f++) {
        const char *field = check_field_text(r->words, f);

        if (field[0] == '/' || !is_missing(r, field))
            continue;
        check_doubt(&r->lint->to, verb_at(r),
                    "mend the spelling, or the schema",
                    "no schema of an event of this rule has the field "
                    "\"%.80s\"",
                    field);
    }
}

/* An expression of constants is as true of one event as of any other. */
static void lint_constant(const struct reading *r)
{
    uint32_t expr = td_jsonx_member(r->lint->to.doc, r->at, "expr");
    struct td_bytes text;

    if (expr == 0 || check_field_count(r->words) > 0)
        return;
    text = td_json_raw(&r->lint->to.doc->json, expr);
    /* what is not a field may still ask for the past, the time or the key */
    if (!memchr(text.ptr, '(', text.len) &&
        !memmem(text.ptr, text.len, "now", 3) &&
        !memmem(text.ptr, text.len, "key", 3))
        check_doubt(&r->lint->to, expr, "name a field of the event",
                    "this expression does not look at the event");
}

/* An event whose name the expression at `at` takes apart. */
static void lint_slips(const struct check_lint *lint, uint32_t at)
{
    const struct check_contract *c = lint->contract;
    struct td_buf text = {0};

    if (at == 0 || lint->to.doc->json.values[at].kind != TD_JSON_STRING)
        return;
    (void)td_json_unescape(&text, td_json_inner(&lint->to.doc->json, at));
    for (uint32_t e = 0; e < c->events_len; e++) {
        struct td_bytes name = c->events[e].name;
        char hint[120];

        if (!check_slip_is(td_buf_bytes(&text), name))
            continue;
        (void)snprintf(hint, sizeof(hint),
                       "if it is the event, quote it: "
                       "'%.*s'.FIELD",
                       (int)(name.len < 60 ? name.len : 60),
                       (const char *)name.ptr);
        check_doubt(&lint->to, at, hint,
                    "\"%.*s\" is calculated here, and no name of an event",
                    (int)(name.len < 60 ? name.len : 60),
                    (const char *)name.ptr);
    }
    td_buf_release(&text);
}

void check_lint_names(const struct check_lint *lint, uint32_t at)
{
    struct reading r = {.lint = lint, .at = at, .words = check_words_new()};
    struct check_group_bys group_bys = {0};
    struct td_error err = {0};
    struct schema_set *schemas = schema_set_new(lint->how);
    struct check_loader loader = {.doc = lint->to.doc,
                                  .words = r.words,
                                  .group_bys = &group_bys,
                                  .err = &err,
                                  .schemas = schemas};

    lint_slips(lint, td_jsonx_member(lint->to.doc, at, "expr"));
    for (uint32_t e = 0; e < lint->contract->events_len; e++)
        (void)check_event_add(r.words, lint->contract->events[e].name);
    if (lint->contract->events_len > 0 &&
        check_rule_load(&r.rule, &loader, at) == TD_OK) {
        lint_events(&r);
        lint_fields(&r);
        lint_constant(&r);
    }
    check_rule_release(&r.rule);
    free(group_bys.list);
    check_words_free(r.words);
    schema_set_free(schemas);
}
