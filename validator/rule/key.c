/* The rows of a rule: each key by its kind. */
#include "core/jsonx_object.h"
#include "core/mem.h"
#include "validator/rule/read.h"

#include <inttypes.h>
#include <stdio.h>

/* A rule object, or one in it, while its keys are read. */
struct reading {
    struct check_rule *rule;
    struct check_loader *l;
    void *base;
};

static enum td_code read_count(const struct reading *r,
                               const struct check_key *key, uint32_t at,
                               uint64_t *out)
{
    enum td_code code = check_read_count(r->l, at, key->name, out);

    if (code || !key->most || (*out > 0 && *out <= key->most))
        return code;
    return td_jsonx_fail(r->l->doc, at, TD_USAGE, r->l->err,
                         "%s of a %s is from 1 to %" PRIu64, key->name,
                         r->rule->verb->name, key->most);
}

static enum td_code read_number(const struct reading *r,
                                const struct check_key *key, uint32_t at,
                                struct check_number *out)
{
    struct td_bytes raw = td_json_raw(&r->l->doc->json, at);

    if (!td_jsonx_is(r->l->doc, at, TD_JSON_NUMBER) ||
        !schema_rational_read(&out->value, raw))
        return td_jsonx_fail(r->l->doc, at, TD_USAGE, r->l->err,
                             "%s takes a number", key->name);
    out->text = td_strndup(raw.ptr, raw.len);
    return TD_OK;
}

static enum td_code check_known(const struct reading *r, uint32_t at,
                                const struct check_key *key)
{
    struct td_jsonx_reader reader = {.doc = r->l->doc, .err = r->l->err};
    struct td_jsonx_key names[CHECK_KEYS + 1] = {{NULL, NULL}};
    char owner[64];
    const struct td_jsonx_shape shape = {names, owner};

    for (size_t i = 0; i < CHECK_KEYS && key->keys[i].name; i++)
        names[i].name = key->keys[i].name;
    (void)snprintf(owner, sizeof(owner), "%s has", key->name);
    return td_jsonx_keys(&reader, at, &shape);
}

/* Rows of rows are as deep as their tables. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static enum td_code read_object(const struct reading *r,
                                const struct check_key *key, uint32_t at)
{
    enum td_code code;

    if (!td_jsonx_is(r->l->doc, at, TD_JSON_OBJECT))
        return td_jsonx_fail(r->l->doc, at, TD_USAGE, r->l->err, "%s",
                             key->what);
    code = check_known(r, at, key);
    return code ? code : check_read_keys(r->rule, r->l, at, key->keys, r->base);
}

/* NOLINTNEXTLINE(misc-no-recursion) */
static enum td_code read_key(const struct reading *r,
                             const struct check_key *key, uint32_t at)
{
    struct check_loader *l = r->l;
    void *to = (char *)r->base + key->to;

    switch (key->kind) {
    case CHECK_KEY_LATER:
        break;
    case CHECK_KEY_ROLE:
        return check_read_role(l, at, r->rule, false);
    case CHECK_KEY_FIELD_ROLE:
        return check_read_field_role(l, at, r->rule, false, to);
    case CHECK_KEY_FIELD:
        return check_read_field(l, at, to);
    case CHECK_KEY_FIELDS:
        return check_read_fields(l, at, to);
    case CHECK_KEY_TEXT:
        return check_read_text(l, at, key->what, to);
    case CHECK_KEY_NAMES:
        return check_read_names(l, at, key->what, to);
    case CHECK_KEY_COUNT:
        return read_count(r, key, at, to);
    case CHECK_KEY_DURATION:
        return check_read_duration(l, r->rule, at, to);
    case CHECK_KEY_CHOICE:
        return check_read_choice(l, at, key->choices, key->what, to);
    case CHECK_KEY_FLAG:
        return td_jsonx_flag(l->doc, at, key->name, to, l->err);
    case CHECK_KEY_NUMBER:
        return read_number(r, key, at, to);
    case CHECK_KEY_OBJECT:
        return read_object(r, key, at);
    case CHECK_KEY_OWN:
        return key->read(r->rule, l, at);
    }
    return TD_OK;
}

static enum td_code miss_key(const struct check_loader *l, uint32_t at,
                             const struct check_key *key)
{
    if (!key->need)
        return TD_OK;
    (void)td_jsonx_fail(l->doc, at, TD_USAGE, l->err, "%s", key->need);
    return key->hint ? td_error_hint(l->err, "%s", key->hint) : TD_USAGE;
}

/* What is so whether or not the key is there. */
static void prepare(const struct check_key *key, void *base, bool is_there)
{
    if (key->has)
        *((bool *)base + key->has) = is_there;
    if (key->kind == CHECK_KEY_NUMBER)
        ((struct check_number *)(void *)((char *)base + key->to))->value.den =
            1;
}

/* NOLINTNEXTLINE(misc-no-recursion) */
enum td_code check_read_keys(struct check_rule *rule, struct check_loader *l,
                             uint32_t at, const struct check_key *keys,
                             void *base)
{
    char none; /* of a verb without a body no key has a place */
    const struct reading r = {rule, l, base ? base : &none};
    enum td_code code = TD_OK;

    for (const struct check_key *key = keys; key->name && code == TD_OK;
         key++) {
        uint32_t v = check_read_key(l, at, key->name);

        prepare(key, r.base, v != 0);
        code = v ? read_key(&r, key, v) : miss_key(l, at, key);
    }
    return code;
}
