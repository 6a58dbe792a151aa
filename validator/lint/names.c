/* Names that a rule says and the contract does not: events, and fields. */
#include "core/mem.h"
#include "validator/expr/slip.h"
#include "validator/lint/lint_internal.h"
#include "validator/verb/verb.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* A rule that was read once more, with a vocabulary of its own, in which the
 * contract's events come first.
 */
struct reading {
    const struct check_lint *lint;
    uint32_t at; /* the rule */
    struct check_words *words;
    struct check_group_bys group_bys;
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

/* Every message has the member that its name stands in. */
static bool is_name(const struct check_lint *lint, const char *field)
{
    const char *name = lint->contract->name_pointer;
    const char *data = lint->contract->data_pointer;
    size_t len = strlen(data);

    if (!name)
        name = "/type";
    if (strncmp(name, data, len) != 0 || name[len] != '/')
        return false;
    for (name += len + 1; *name && *field; name++, field++) {
        if (*name != *field && !(*name == '/' && *field == '.'))
            return false;
    }
    return *name == *field;
}

/* EVENT.FIELD of an expression is a field, too, and may be this.EVENT.FIELD.
 */
static bool is_missing(const struct reading *r, const char *field)
{
    size_t len = strcspn(field, ".");
    uint32_t event = check_event_find(r->words, td_bytes(field, len));

    if (is_name(r->lint, field) || !is_nowhere(r, field))
        return false;
    return field[len] == '\0' || event >= r->lint->contract->events_len ||
           !may_have(r->lint, check_event_name(r->words, event),
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

/* True if the rule names the event itself: not as one of all, and not in one of
 * the roles `but`, which need no key.
 */
static bool names(const struct reading *r, uint32_t event, uint64_t but)
{
    struct td_bytes name = check_event_name(r->words, event);

    for (uint32_t i = 0; i < r->rule.roles_len; i++) {
        const struct check_selector *s = r->rule.roles[i].selector;
        struct td_bytes text = td_text(s ? check_selector_text(s) : "");

        if (s && !strpbrk(check_selector_text(s), "*!@") &&
            memmem(text.ptr, text.len, name.ptr, name.len) &&
            !(but & CHECK_ROLE(i)) && check_selector_may_match(s, event))
            return true;
    }
    return false;
}

/* A key, of `by` at a place, that one of the rule's events never has: then that
 * one is always passed over.
 */
static void lint_key(const struct reading *r, uint32_t by, uint64_t but,
                     const char *field)
{
    if (field[0] == '/' || is_nowhere(r, field))
        return;
    for (uint32_t e = 0; e < r->lint->contract->events_len; e++) {
        struct td_bytes name = check_event_name(r->words, e);

        if (names(r, e, but) && !may_have(r->lint, name, field))
            check_doubt(&r->lint->to, by,
                        "leave the event out of the rule, or mend the schema",
                        "the schema of \"%.*s\" has no field \"%.80s\": the "
                        "rule passes all of them over",
                        (int)(name.len < 80 ? name.len : 80),
                        (const char *)name.ptr, field);
    }
}

static bool matches_any(const struct reading *r, const struct check_selector *s)
{
    for (uint32_t e = 0; e < check_event_count(r->words); e++) {
        if (check_selector_may_match(s, e))
            return true;
    }
    return check_selector_may_match(s, CHECK_NO_EVENT);
}

/* A selector that takes away all that it has. */
static void lint_empty(const struct reading *r)
{
    for (uint32_t i = 0; i < r->rule.roles_len; i++) {
        const struct check_selector *s = r->rule.roles[i].selector;

        if (s && !matches_any(r, s))
            check_doubt(&r->lint->to, verb_at(r),
                        "an event that is named, and not excepted",
                        "no event can be \"%.80s\"", check_selector_text(s));
    }
}

/* A filter that takes away all, or nothing. */
static void lint_fixed(const struct reading *r)
{
    for (uint32_t i = 0; i < r->rule.roles_len; i++) {
        const struct check_selector *s = r->rule.roles[i].selector;
        enum check_fixed fixed = s ? check_selector_fixed(s) : CHECK_VARIES;

        if (fixed == CHECK_NEVER)
            check_doubt(&r->lint->to, verb_at(r),
                        "mend the filter, or leave the event out",
                        "the filter of \"%.80s\" lets no event through",
                        check_selector_text(s));
        else if (fixed == CHECK_ALWAYS)
            check_doubt(&r->lint->to, verb_at(r), "leave the filter out",
                        "the filter of \"%.80s\" lets every event through",
                        check_selector_text(s));
    }
}

static void lint_by(const struct reading *r)
{
    uint32_t at = td_jsonx_member(r->lint->to.doc, r->at, "by");
    const struct check_group_by *by;

    if (r->rule.by == CHECK_NO_VALUE)
        return;
    by = r->group_bys.list + r->rule.by;
    for (uint32_t i = 0; i < by->len; i++)
        /* who is told but a number has none */
        lint_key(r, at, r->rule.shared_roles | r->rule.heard_roles,
                 check_field_text(r->words, by->fields[i]));
}

/* The `by` of `balanced`, which what it is judged `at` need not have. */
static void lint_balanced(const struct reading *r)
{
    const struct td_jsonx *doc = r->lint->to.doc;
    uint32_t body = td_jsonx_member(doc, r->at, "balanced");
    uint32_t by = body ? td_jsonx_member(doc, body, "by") : 0;
    bool is_list = by && td_jsonx_is(doc, by, TD_JSON_ARRAY);
    uint32_t end = by ? doc->json.values[by].next : 0;

    for (uint32_t at = by + is_list; at < end; at = doc->json.values[at].next) {
        char *field = td_jsonx_text(doc, at);

        lint_key(r, at, CHECK_ROLE(2), field);
        free(field);
    }
}

/* An event whose name the text of value `at` takes apart. */
static void lint_slip(const struct check_lint *lint, uint32_t at,
                      struct td_bytes text, bool filter)
{
    const struct check_contract *c = lint->contract;

    for (uint32_t e = 0; e < c->events_len; e++) {
        struct td_bytes name = c->events[e].name;
        int len = (int)(name.len < 60 ? name.len : 60);
        char hint[160];

        if (!check_slip_is(text, name))
            continue;
        (void)snprintf(hint, sizeof(hint),
                       filter ? "a filter asks the event itself: what another "
                                "one said is for on and expr, as '%.*s'.FIELD"
                              : "if it is the event, quote it: '%.*s'.FIELD",
                       len, (const char *)name.ptr);
        check_doubt(&lint->to, at, hint,
                    "\"%.*s\" is calculated here, and no name of an event", len,
                    (const char *)name.ptr);
    }
}

/* The filters of a selector, one after another. */
static void lint_filters(const struct check_lint *lint, uint32_t at,
                         struct td_bytes text)
{
    const uint8_t *end = text.ptr + text.len;
    const uint8_t *open = memchr(text.ptr, '[', text.len);

    while (open) {
        const uint8_t *close = memchr(open, ']', (size_t)(end - open));
        const uint8_t *stop = close ? close : end;

        lint_slip(lint, at, td_bytes(open, (size_t)(stop - open)), true);
        open = memchr(stop, '[', (size_t)(end - stop));
    }
}

/* All texts of a rule: its expression, and filters wherever they stand. */
static void lint_slips(const struct check_lint *lint, uint32_t rule)
{
    const struct td_json_doc *json = &lint->to.doc->json;
    uint32_t expr = td_jsonx_member(lint->to.doc, rule, "expr");

    for (uint32_t at = rule + 1; at < json->values[rule].next; at++) {
        struct td_buf text = {0};

        if (json->values[at].kind != TD_JSON_STRING)
            continue;
        (void)td_json_unescape(&text, td_json_inner(json, at));
        (void)td_buf_str(&text);
        if (at == expr)
            lint_slip(lint, at, td_buf_bytes(&text), false);
        else
            lint_filters(lint, at, td_buf_bytes(&text));
        td_buf_release(&text);
    }
}

static void copy_sets(struct check_words *to, const struct check_words *from)
{
    for (uint32_t i = 0; i < check_set_count(from); i++) {
        struct td_bytes name = check_set_name(from, i);

        if (!check_set_add(to, name, *check_set_find(from, name)))
            return;
    }
}

void check_lint_names(const struct check_lint *lint, uint32_t at)
{
    struct reading r = {.lint = lint, .at = at, .words = check_words_new()};
    struct td_error err = {0};
    struct schema_set *schemas = schema_set_new(lint->how);
    struct check_loader loader = {.doc = lint->to.doc,
                                  .words = r.words,
                                  .group_bys = &r.group_bys,
                                  .err = &err,
                                  .schemas = schemas};

    lint_slips(lint, at);
    copy_sets(r.words, lint->contract->set.words);
    for (uint32_t e = 0; e < lint->contract->events_len; e++)
        (void)check_event_add(r.words, lint->contract->events[e].name);
    if (lint->contract->events_len > 0 &&
        check_rule_load(&r.rule, &loader, at) == TD_OK) {
        lint_events(&r);
        lint_fields(&r);
        lint_empty(&r);
        lint_fixed(&r);
        lint_by(&r);
        lint_balanced(&r);
    }
    check_rule_release(&r.rule);
    free(r.group_bys.list);
    check_words_free(r.words);
    schema_set_free(schemas);
}

/* True if @NAME stands anywhere in the contract. */
static bool is_used(const struct check_lint *lint, struct td_bytes name)
{
    struct td_bytes rest = td_json_raw(&lint->to.doc->json, 0);
    struct td_buf word = {0};
    bool used = false;

    (void)td_buf_addf(&word, "@%s", (const char *)name.ptr);
    while (!used) {
        const uint8_t *at = memmem(rest.ptr, rest.len, word.ptr, word.len);
        const uint8_t *end = rest.ptr + rest.len;

        if (!at)
            break;
        at += word.len;
        used = at == end || !(isalnum(*at) || *at == '_' || *at == '-');
        rest = td_bytes(at, (size_t)(end - at));
    }
    td_buf_release(&word);
    return used;
}

/* Sets without rules are for those who import them. */
void check_lint_sets(const struct check_lint *lint)
{
    const struct check_words *words = lint->contract->set.words;

    for (uint32_t i = 0;
         i < check_set_count(words) && lint->contract->set.rules_len > 0; i++) {
        struct td_bytes name = check_set_name(words, i);
        const struct check_set *set = check_set_find(words, name);

        if (set->doc == lint->to.doc && !is_used(lint, name))
            check_doubt(&lint->to, set->at, "use it, or leave it out",
                        "nothing uses the set \"%s\"", (const char *)name.ptr);
    }
}
