#include "validator/verb/verb.h"

#include "core/mem.h"
#include "core/suggest.h"
#include "schema/value/decimal.h"
#include "validator/rule/read.h"
#include "validator/rule/say.h"

#include <stddef.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define SHOWN  80 /* bytes of a wrong key in an error */

static const struct check_verb *const verbs[] = {
#define CHECK_VERB(name) &check_verb_##name,
    CHECK_VERBS(CHECK_VERB)
#undef CHECK_VERB
};

static const struct check_verb *find_verb(const struct check_loader *l,
                                          uint32_t at)
{
    for (size_t i = 0; i < LEN(verbs); i++) {
        if (check_read_key(l, at, verbs[i]->name))
            return verbs[i];
    }
    return NULL;
}

/* What the rule says, for reports: "count: a", "before: [a, b]". */
static char *describe(const struct check_loader *l, const char *verb,
                      uint32_t at)
{
    const struct td_json_doc *json = &l->doc->json;
    struct td_buf out = {0};
    char *text;

    (void)td_buf_addf(&out, "%s: ", verb);
    if (json->values[at].kind == TD_JSON_STRING)
        (void)td_json_unescape(&out, td_json_inner(json, at));
    else
        (void)td_buf_add_bytes(&out, td_json_raw(json, at));
    text = td_strdup(td_buf_str(&out));
    td_buf_release(&out);
    return text;
}

static enum td_code read_level(struct check_rule *rule, struct check_loader *l,
                               uint32_t at)
{
    static const char *const levels[] = {"error", "warn", "info", NULL};
    uint32_t level = CHECK_LEVEL_ERROR;
    enum td_code code = check_read_choice(
        l, at, levels, "a level is error, warn or info", &level);

    rule->level = (enum check_level)level;
    return code;
}

static enum td_code read_max_keys(struct check_rule *rule,
                                  struct check_loader *l, uint32_t at)
{
    enum td_code code = check_read_count(l, at, "max_keys", &rule->max_keys);

    if (code == TD_OK &&
        (rule->max_keys == 0 || rule->max_keys > UINT32_MAX / 4))
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "max_keys is from 1 to %u", UINT32_MAX / 4);
    return code;
}

/* mostly: above 0, at most 1. */
static enum td_code read_mostly(struct check_rule *rule, struct check_loader *l,
                                uint32_t at)
{
    const struct td_json_doc *json = &l->doc->json;
    struct schema_decimal one;
    struct schema_decimal d;
    bool good = json->values[at].kind == TD_JSON_NUMBER;
    uint64_t place = CHECK_WHOLE;

    schema_decimal_read(&one, td_text("1"));
    if (good) {
        schema_decimal_read(&d, td_json_raw(json, at));
        good = d.count > 0 && d.count <= 9 && !d.negative && d.top >= -9 &&
               schema_decimal_compare(&d, &one) <= 0;
    }
    if (!good)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "mostly is a share above 0 and at most 1, like "
                             "0.95");
    rule->mostly = 0;
    for (int64_t top = d.top; top < 0; top++)
        place /= 10;
    for (uint32_t seen = 0; seen < d.count; d.digits++) {
        if (*d.digits == '.')
            continue;
        rule->mostly += place * (uint64_t)(*d.digits - '0');
        place /= 10;
        seen++;
    }
    return TD_OK;
}

static enum td_code read_missing(struct check_rule *rule,
                                 struct check_loader *l, uint32_t at)
{
    static const char *const modes[] = {"fail", "skip", NULL};
    uint32_t mode = 0;
    enum td_code code =
        check_read_choice(l, at, modes, "missing is fail or skip", &mode);

    rule->missing = mode ? CHECK_MISSING_SKIP : CHECK_MISSING_FAIL;
    return code;
}

static enum td_code read_clock(struct check_rule *rule, struct check_loader *l,
                               uint32_t at)
{
    return check_read_clock(l, at, &rule->time);
}

static bool same_by(const struct check_group_by *a,
                    const struct check_group_by *b)
{
    return a->len == b->len &&
           memcmp(a->fields, b->fields, a->len * sizeof(a->fields[0])) == 0;
}

static enum td_code read_by(struct check_rule *rule, struct check_loader *l,
                            uint32_t at)
{
    struct check_group_by by;
    enum td_code code = check_read_fields(l, at, &by);

    if (code)
        return code;
    if (by.len == 0) {
        rule->every_stream = true;
        return TD_OK;
    }
    for (uint32_t i = 0; i < by.len; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (by.fields[i] == by.fields[k])
                return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                                     "by names a field twice");
        }
    }
    rule->by = 0;
    while (rule->by < l->group_bys->len &&
           !same_by(&l->group_bys->list[rule->by], &by))
        rule->by++;
    if (rule->by < l->group_bys->len)
        return TD_OK;
    l->group_bys->list =
        td_realloc(l->group_bys->list,
                   (l->group_bys->len + 1) * sizeof(*l->group_bys->list));
    l->group_bys->list[l->group_bys->len++] = by;
    return TD_OK;
}

static enum td_code load_selector(struct check_selector **out,
                                  struct check_loader *l, uint32_t at)
{
    struct check_selector *selector = NULL;
    enum td_code code =
        check_selector_load(&selector, l->words, l->doc, at, l->err);

    if (code == TD_OK)
        *out = selector;
    return code;
}

static enum td_code read_ends(struct check_rule *rule, struct check_loader *l,
                              uint32_t at)
{
    return load_selector(&rule->ends, l, at);
}

/* {between: [A, B]} or {after: A, until: B}. */
static enum td_code read_stretch(struct check_rule *rule,
                                 struct check_loader *l, uint32_t from,
                                 uint32_t to)
{
    enum td_code code = load_selector(&rule->opens, l, from);

    return code ? code : load_selector(&rule->closes, l, to);
}

static enum td_code bad_scope(struct check_loader *l, uint32_t at)
{
    return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                         "when is {after: A}, {before: B}, {between: [A, B]}, "
                         "{after: A, until: B} or globally");
}

static enum td_code read_when(struct check_rule *rule, struct check_loader *l,
                              uint32_t at)
{
    const struct td_json_value *v = &l->doc->json.values[at];
    uint32_t after;
    uint32_t before;
    uint32_t between;
    uint32_t until;

    if (check_read_is(l, at, "globally"))
        return TD_OK;
    if (v->kind != TD_JSON_OBJECT)
        return bad_scope(l, at);
    after = check_read_key(l, at, "after");
    before = check_read_key(l, at, "before");
    between = check_read_key(l, at, "between");
    until = check_read_key(l, at, "until");
    if (after && until && v->count == 2) {
        rule->scope = CHECK_AFTER_UNTIL;
        return read_stretch(rule, l, after, until);
    }
    if (v->count != 1)
        return bad_scope(l, at);
    if (after) {
        rule->scope = CHECK_AFTER;
        return load_selector(&rule->opens, l, after);
    }
    if (before) {
        rule->scope = CHECK_BEFORE;
        return load_selector(&rule->closes, l, before);
    }
    if (!between || l->doc->json.values[between].kind != TD_JSON_ARRAY ||
        l->doc->json.values[between].count != 2)
        return bad_scope(l, at);
    rule->scope = CHECK_BETWEEN;
    return read_stretch(rule, l, between + 1,
                        l->doc->json.values[between + 1].next);
}

/* Keys that every rule may have, in the order in which they are read: durations
 * need the clock.
 */
static const struct check_key common[] = {
    {.name = "id",
     .kind = CHECK_KEY_TEXT,
     .to = offsetof(struct check_rule, id),
     .what = "a rule needs an id, which is text",
     .need = "a rule needs an id, which is text"},
    {.name = "level", .kind = CHECK_KEY_OWN, .read = read_level},
    {.name = "note",
     .kind = CHECK_KEY_TEXT,
     .to = offsetof(struct check_rule, note),
     .what = "a note is text"},
    {.name = "max_report",
     .kind = CHECK_KEY_COUNT,
     .to = offsetof(struct check_rule, max_report)},
    {.name = "by", .kind = CHECK_KEY_OWN, .read = read_by},
    {.name = "when", .kind = CHECK_KEY_OWN, .read = read_when},
    {.name = "mostly", .kind = CHECK_KEY_OWN, .read = read_mostly},
    {.name = "missing", .kind = CHECK_KEY_OWN, .read = read_missing},
    {.name = "profile",
     .kind = CHECK_KEY_NAMES,
     .to = offsetof(struct check_rule, profiles),
     .what = "profile takes the name of a profile or a list of them"},
    {.name = "dialect",
     .kind = CHECK_KEY_NAMES,
     .to = offsetof(struct check_rule, dialects),
     .what = "dialect takes the name of a dialect or a list of them"},
    {.name = "clock", .kind = CHECK_KEY_OWN, .read = read_clock},
    {.name = "ends", .kind = CHECK_KEY_OWN, .read = read_ends},
    {.name = "max_keys", .kind = CHECK_KEY_OWN, .read = read_max_keys},
    {.name = NULL},
};

static bool is_listed(const struct check_loader *l, uint32_t key,
                      const struct check_key *keys)
{
    while (keys->name && !check_read_is(l, key, keys->name))
        keys++;
    return keys->name != NULL;
}

static bool is_verb(const struct check_loader *l, uint32_t key)
{
    for (size_t i = 0; i < LEN(verbs); i++) {
        if (check_read_is(l, key, verbs[i]->name))
            return true;
    }
    return false;
}

/* A key that the rule cannot have: what was meant, or what there is. */
static enum td_code wrong_key(const struct check_verb *verb,
                              struct check_loader *l, uint32_t key)
{
    struct td_buf name = {0};
    struct td_buf own = {0};
    struct td_suggestion near = {0};

    (void)td_json_unescape(&name, td_json_inner(&l->doc->json, key));
    near.word = td_buf_str(&name);
    (void)td_jsonx_fail(l->doc, key, TD_USAGE, l->err,
                        "a rule with \"%s\" has no key \"%.*s\"", verb->name,
                        SHOWN, near.word);
    for (size_t i = 1; verb->keys[i].name; i++) {
        td_suggest(&near, verb->keys[i].name);
        (void)td_buf_addf(&own, "%s%s", i > 1 ? ", " : "", verb->keys[i].name);
    }
    for (size_t i = 0; common[i].name; i++)
        td_suggest(&near, common[i].name);
    if (is_verb(l, key))
        (void)td_error_hint(l->err, "a rule has one verb: make two of it");
    else if (near.best)
        (void)td_error_hint(l->err, "did you mean %s?", near.best);
    else if (own.len > 0)
        (void)td_error_hint(l->err, "beside what every rule may have it has %s",
                            td_buf_str(&own));
    else
        (void)td_error_hint(l->err, "it has only what every rule may have");
    td_buf_release(&own);
    td_buf_release(&name);
    return TD_USAGE;
}

/* Every key must be the verb's, one of its own, or one that all rules have. */
static enum td_code check_keys(const struct check_verb *verb,
                               struct check_loader *l, uint32_t at)
{
    const struct td_json_doc *json = &l->doc->json;

    for (uint32_t key = at + 1; key < json->values[at].next;
         key = json->values[key + 1].next) {
        if (!is_listed(l, key, verb->keys) && !is_listed(l, key, common))
            return wrong_key(verb, l, key);
    }
    return TD_OK;
}

/* The verb that a key of the rule was meant to be, or NULL. */
static const char *near_verb(const struct check_loader *l, uint32_t at)
{
    const struct td_json_doc *json = &l->doc->json;
    const char *best = NULL;

    for (uint32_t key = at + 1; key < json->values[at].next && !best;
         key = json->values[key + 1].next) {
        struct td_buf name = {0};
        struct td_suggestion near = {0};

        (void)td_json_unescape(&name, td_json_inner(json, key));
        near.word = td_buf_str(&name);
        for (size_t i = 0; i < LEN(verbs) && !is_listed(l, key, common); i++)
            td_suggest(&near, verbs[i]->name);
        best = near.best;
        td_buf_release(&name);
    }
    return best;
}

static enum td_code no_verb(struct check_loader *l, uint32_t at)
{
    const char *near = near_verb(l, at);
    struct td_buf names = {0};

    if (near) {
        (void)td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                            "no verb among the keys of the rule");
        return td_error_hint(l->err, "did you mean %s?", near);
    }
    for (size_t i = 0; i < LEN(verbs); i++)
        (void)td_buf_addf(&names, "%s%s", i ? ", " : "", verbs[i]->name);
    (void)td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                        "no verb among the keys of the rule: it needs one of "
                        "%s",
                        td_buf_str(&names));
    td_buf_release(&names);
    return TD_USAGE;
}

/* What the verb says of every rule that has it, and then its keys. */
static enum td_code load_verb(struct check_rule *rule, struct check_loader *l,
                              uint32_t at)
{
    const struct check_verb *verb = rule->verb;
    enum td_code code;

    if (verb->body_size > 0)
        rule->body = td_calloc(1, verb->body_size);
    rule->state_size = verb->state_size;
    rule->shared_size = verb->shared_size;
    rule->timed = verb->timed;
    if (verb->hears_all)
        (void)check_rule_listen(rule, NULL, false);
    code = check_read_keys(rule, l, at, verb->keys, rule->body);
    return code || !verb->load ? code : verb->load(rule, l, at);
}

enum td_code check_rule_load(struct check_rule *rule, struct check_loader *l,
                             uint32_t at)
{
    enum td_code code;

    if (l->doc->json.values[at].kind != TD_JSON_OBJECT)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "a rule is an object");
    *rule = (struct check_rule){
        .verb = find_verb(l, at),
        .level = CHECK_LEVEL_ERROR,
        .max_report = UINT64_MAX,
        .mostly = CHECK_WHOLE,
        .by = CHECK_NO_VALUE,
        .max_keys = CHECK_RULE_KEYS,
        .time = {.field = CHECK_NO_VALUE},
    };
    if (!rule->verb)
        return no_verb(l, at);
    code = check_keys(rule->verb, l, at);
    if (code)
        return code;
    rule->what =
        describe(l, rule->verb->name, check_read_key(l, at, rule->verb->name));
    code = check_read_keys(rule, l, at, common, rule);
    return code ? code : load_verb(rule, l, at);
}

void check_verb_say(const struct check_writer *s)
{
    uint32_t at = 0;

    for (size_t i = 0; i < LEN(verbs) && !at; i++) {
        at = check_say_key(s, verbs[i]->name);
        if (at)
            verbs[i]->say(s, at);
    }
}
