#include "tests/support/schema_oracle.h"

#include <stdio.h>
#include <stdlib.h>

/* Children that were evaluated, a bit each. */
typedef uint64_t seen_set;

static bool valid(const struct schema_oracle *o, uint32_t s, uint32_t v,
                  seen_set *seen);

static uint32_t word(const struct schema_oracle *o, uint32_t s,
                     const char *name)
{
    return td_json_member(o->schema, s, td_text(name));
}

static const struct td_json_value *value(const struct schema_oracle *o,
                                         uint32_t v)
{
    return &o->doc->values[v];
}

/* In quarters, so that all of them are whole. */
static long number(const struct td_json_doc *doc, uint32_t at)
{
    struct td_bytes raw = td_json_raw(doc, at);
    char text[64];

    (void)snprintf(text, sizeof(text), "%.*s", (int)raw.len,
                   (const char *)raw.ptr);
    return (long)(strtod(text, NULL) * 4);
}

static void string(const struct td_json_doc *doc, uint32_t at, char out[256])
{
    struct td_buf text = {0};

    (void)td_json_unescape(&text, td_json_inner(doc, at));
    (void)snprintf(out, 256, "%s", td_buf_str(&text));
    td_buf_release(&text);
}

static bool same_string(const struct td_json_doc *a, uint32_t x,
                        const struct td_json_doc *b, uint32_t y)
{
    char one[256];
    char two[256];

    string(a, x, one);
    string(b, y, two);
    return !strcmp(one, two);
}

static bool same(const struct td_json_doc *a, uint32_t x,
                 const struct td_json_doc *b, uint32_t y)
{
    const struct td_json_value *p = &a->values[x];
    const struct td_json_value *q = &b->values[y];

    if (p->kind != q->kind || p->count != q->count)
        return false;
    if (p->kind == TD_JSON_NUMBER)
        return number(a, x) == number(b, y);
    if (p->kind == TD_JSON_STRING)
        return same_string(a, x, b, y);
    if (p->kind == TD_JSON_ARRAY) {
        uint32_t j = y + 1;

        for (uint32_t i = x + 1; i < p->next; i = a->values[i].next) {
            if (!same(a, i, b, j))
                return false;
            j = b->values[j].next;
        }
    }
    for (uint32_t i = x + 1; p->kind == TD_JSON_OBJECT && i < p->next;
         i = a->values[i + 1].next) {
        char name[256];
        uint32_t j;

        string(a, i, name);
        j = td_json_member(b, y, td_text(name));
        if (j == 0 || !same(a, i + 1, b, j))
            return false;
    }
    return true;
}

static bool is_type(const struct schema_oracle *o, uint32_t type, uint32_t v)
{
    static const char *const names[] = {
        "null", "boolean", "boolean", "number", "string", "array", "object"};
    uint8_t kind = value(o, v)->kind;

    if (td_json_string_is(o->schema, type, td_text("integer")))
        return kind == TD_JSON_NUMBER && number(o->doc, v) % 4 == 0;
    return td_json_string_is(o->schema, type, td_text(names[kind]));
}

static bool type_holds(const struct schema_oracle *o, uint32_t at, uint32_t v)
{
    const struct td_json_value *t = &o->schema->values[at];

    if (t->kind == TD_JSON_STRING)
        return is_type(o, at, v);
    for (uint32_t i = at + 1; i < t->next; i++) {
        if (is_type(o, i, v))
            return true;
    }
    return false;
}

static bool listed(const struct schema_oracle *o, uint32_t at, uint32_t v)
{
    for (uint32_t i = at + 1; i < o->schema->values[at].next;
         i = o->schema->values[i].next) {
        if (same(o->schema, i, o->doc, v))
            return true;
    }
    return false;
}

static bool matches(const char *pattern, const char *text)
{
    size_t len = strlen(pattern);
    size_t have = strlen(text);

    if (pattern[0] == '^')
        return !strncmp(text, pattern + 1, len - 1);
    if (len > 0 && pattern[len - 1] == '$')
        return have >= len - 1 &&
               !strncmp(text + have - (len - 1), pattern, len - 1);
    return strstr(text, pattern) != NULL;
}

static bool numbers_hold(const struct schema_oracle *o, uint32_t s, uint32_t v)
{
    uint32_t at;
    long n;

    if (value(o, v)->kind != TD_JSON_NUMBER)
        return true;
    n = number(o->doc, v);
    if ((at = word(o, s, "minimum")) && n < number(o->schema, at))
        return false;
    if ((at = word(o, s, "maximum")) && n > number(o->schema, at))
        return false;
    if ((at = word(o, s, "exclusiveMinimum")) && n <= number(o->schema, at))
        return false;
    if ((at = word(o, s, "exclusiveMaximum")) && n >= number(o->schema, at))
        return false;
    at = word(o, s, "multipleOf");
    return !at || n % number(o->schema, at) == 0;
}

/* Whether a count is within the keyword's number, which is whole. */
static bool at_most(const struct schema_oracle *o, uint32_t at, long count)
{
    return !at || count * 4 <= number(o->schema, at);
}

static bool at_least(const struct schema_oracle *o, uint32_t at, long count)
{
    return !at || count * 4 >= number(o->schema, at);
}

static bool strings_hold(const struct schema_oracle *o, uint32_t s, uint32_t v)
{
    char text[256];
    char pattern[256];
    uint32_t at;
    long count = 0;

    if (value(o, v)->kind != TD_JSON_STRING)
        return true;
    string(o->doc, v, text);
    for (const char *c = text; *c; c++)
        count += ((unsigned char)*c & 0xC0) != 0x80;
    if (!at_least(o, word(o, s, "minLength"), count) ||
        !at_most(o, word(o, s, "maxLength"), count))
        return false;
    if (!(at = word(o, s, "pattern")))
        return true;
    string(o->schema, at, pattern);
    return matches(pattern, text);
}

static bool counts_hold(const struct schema_oracle *o, uint32_t s, uint32_t v)
{
    const struct td_json_value *p = value(o, v);
    bool object = p->kind == TD_JSON_OBJECT;
    uint32_t at;

    if (p->kind != TD_JSON_OBJECT && p->kind != TD_JSON_ARRAY)
        return true;
    if (!at_least(o, word(o, s, object ? "minProperties" : "minItems"),
                  p->count) ||
        !at_most(o, word(o, s, object ? "maxProperties" : "maxItems"),
                 p->count))
        return false;
    at = word(o, s, "uniqueItems");
    if (object || !at || o->schema->values[at].kind != TD_JSON_TRUE)
        return true;
    for (uint32_t i = v + 1; i < p->next; i = value(o, i)->next) {
        for (uint32_t j = v + 1; j < i; j = value(o, j)->next) {
            if (same(o->doc, i, o->doc, j))
                return false;
        }
    }
    return true;
}

static bool leaves_hold(const struct schema_oracle *o, uint32_t s, uint32_t v)
{
    uint32_t at;

    if ((at = word(o, s, "type")) && !type_holds(o, at, v))
        return false;
    if ((at = word(o, s, "const")) && !same(o->schema, at, o->doc, v))
        return false;
    if ((at = word(o, s, "enum")) && !listed(o, at, v))
        return false;
    return numbers_hold(o, s, v) && strings_hold(o, s, v) &&
           counts_hold(o, s, v);
}

/* One member: true if some keyword spoke of it; *good is what it said. */
static bool member_holds(const struct schema_oracle *o, uint32_t s,
                         uint32_t key, bool *good)
{
    uint32_t properties = word(o, s, "properties");
    uint32_t patterns = word(o, s, "patternProperties");
    uint32_t rest = word(o, s, "additionalProperties");
    bool spoken = false;
    char name[256];
    uint32_t at;

    string(o->doc, key, name);
    at = properties ? td_json_member(o->schema, properties, td_text(name)) : 0;
    if (at) {
        spoken = true;
        *good &= valid(o, at, key + 1, NULL);
    }
    for (uint32_t i = patterns + 1;
         patterns && i < o->schema->values[patterns].next;
         i = o->schema->values[i + 1].next) {
        char pattern[256];

        string(o->schema, i, pattern);
        if (!matches(pattern, name))
            continue;
        spoken = true;
        *good &= valid(o, i + 1, key + 1, NULL);
    }
    if (!spoken && rest) {
        spoken = true;
        *good &= valid(o, rest, key + 1, NULL);
    }
    return spoken;
}

static bool all_there(const struct schema_oracle *o, uint32_t list, uint32_t v)
{
    for (uint32_t i = list + 1; i < o->schema->values[list].next; i++) {
        char name[256];

        string(o->schema, i, name);
        if (!td_json_member(o->doc, v, td_text(name)))
            return false;
    }
    return true;
}

static bool dependencies_hold(const struct schema_oracle *o, uint32_t at,
                              uint32_t v, seen_set *seen)
{
    bool good = true;

    for (uint32_t i = at + 1; at && i < o->schema->values[at].next;
         i = o->schema->values[i + 1].next) {
        char name[256];

        string(o->schema, i, name);
        if (!td_json_member(o->doc, v, td_text(name)))
            continue;
        if (o->schema->values[i + 1].kind == TD_JSON_ARRAY)
            good &= all_there(o, i + 1, v);
        else
            good &= valid(o, i + 1, v, seen);
    }
    return good;
}

static bool objects_hold(const struct schema_oracle *o, uint32_t s, uint32_t v,
                         seen_set *seen)
{
    uint32_t required = word(o, s, "required");
    uint32_t names = word(o, s, "propertyNames");
    unsigned n = 0;
    bool good = true;

    if (value(o, v)->kind != TD_JSON_OBJECT)
        return true;
    for (uint32_t key = v + 1; key < value(o, v)->next;
         key = value(o, key + 1)->next) {
        if (member_holds(o, s, key, &good))
            *seen |= UINT64_C(1) << n;
        if (names)
            good &= valid(o, names, key, NULL);
        n++;
    }
    if (required)
        good &= all_there(o, required, v);
    if (o->draft == 7)
        return good & dependencies_hold(o, word(o, s, "dependencies"), v, seen);
    good &= dependencies_hold(o, word(o, s, "dependentRequired"), v, seen);
    return good & dependencies_hold(o, word(o, s, "dependentSchemas"), v, seen);
}

/* Element i of a list of schemas, or 0. */
static uint32_t schema_of_item(const struct schema_oracle *o, uint32_t list,
                               unsigned i)
{
    uint32_t at = list + 1;

    if (!list || i >= o->schema->values[list].count)
        return 0;
    while (i-- > 0)
        at = o->schema->values[at].next;
    return at;
}

static bool contains_holds(const struct schema_oracle *o, uint32_t s,
                           uint32_t v, seen_set *seen)
{
    uint32_t contains = word(o, s, "contains");
    uint32_t min = o->draft == 7 ? 0 : word(o, s, "minContains");
    uint32_t max = o->draft == 7 ? 0 : word(o, s, "maxContains");
    long hits = 0;
    unsigned n = 0;

    if (!contains)
        return true;
    for (uint32_t i = v + 1; i < value(o, v)->next; i = value(o, i)->next) {
        if (valid(o, contains, i, NULL)) {
            hits++;
            if (o->draft == 2020)
                *seen |= UINT64_C(1) << n;
        }
        n++;
    }
    return (min ? at_least(o, min, hits) : hits > 0) && at_most(o, max, hits);
}

static bool arrays_hold(const struct schema_oracle *o, uint32_t s, uint32_t v,
                        seen_set *seen)
{
    uint32_t items = word(o, s, "items");
    uint32_t prefix = o->draft == 2020 ? word(o, s, "prefixItems") : 0;
    bool old = o->draft != 2020 && items &&
               o->schema->values[items].kind == TD_JSON_ARRAY;
    uint32_t rest = old ? word(o, s, "additionalItems") : items;
    unsigned n = 0;
    bool good = true;

    if (value(o, v)->kind != TD_JSON_ARRAY)
        return true;
    for (uint32_t i = v + 1; i < value(o, v)->next; i = value(o, i)->next) {
        uint32_t at = schema_of_item(o, old ? items : prefix, n);

        if (!at)
            at = rest;
        if (at) {
            good &= valid(o, at, i, NULL);
            *seen |= UINT64_C(1) << n;
        }
        n++;
    }
    return good & contains_holds(o, s, v, seen);
}

/* How many of a list hold; what those have evaluated counts. */
static unsigned hits_of(const struct schema_oracle *o, uint32_t list,
                        uint32_t v, seen_set *seen)
{
    unsigned hits = 0;

    for (uint32_t i = list + 1; i < o->schema->values[list].next;
         i = o->schema->values[i].next) {
        seen_set own = 0;

        if (!valid(o, i, v, &own))
            continue;
        hits++;
        *seen |= own;
    }
    return hits;
}

static bool branches_hold(const struct schema_oracle *o, uint32_t s, uint32_t v,
                          seen_set *seen)
{
    uint32_t condition = word(o, s, "if");
    seen_set own = 0;
    uint32_t branch;

    if (!condition)
        return true;
    branch = word(o, s, valid(o, condition, v, &own) ? "then" : "else");
    *seen |= own;
    return !branch || valid(o, branch, v, seen);
}

static bool same_value_holds(const struct schema_oracle *o, uint32_t s,
                             uint32_t v, seen_set *seen)
{
    seen_set none = 0;
    bool good = true;
    uint32_t at;

    if ((at = word(o, s, "allOf")))
        good &= hits_of(o, at, v, seen) == o->schema->values[at].count;
    if ((at = word(o, s, "anyOf")))
        good &= hits_of(o, at, v, seen) > 0;
    if ((at = word(o, s, "oneOf")))
        good &= hits_of(o, at, v, seen) == 1;
    if ((at = word(o, s, "not")))
        good &= !valid(o, at, v, &none);
    return good & branches_hold(o, s, v, seen);
}

/* What nobody has evaluated. */
static bool rest_holds(const struct schema_oracle *o, uint32_t s, uint32_t v,
                       seen_set *seen)
{
    bool object = value(o, v)->kind == TD_JSON_OBJECT;
    uint32_t at =
        word(o, s, object ? "unevaluatedProperties" : "unevaluatedItems");
    unsigned n = 0;
    bool good = true;

    if (o->draft == 7 || !at || value(o, v)->kind < TD_JSON_ARRAY)
        return true;
    for (uint32_t i = v + 1 + object; i < value(o, v)->next;
         i = value(o, i)->next + object) {
        if (!(*seen >> n & 1))
            good &= valid(o, at, i, NULL);
        *seen |= UINT64_C(1) << n;
        n++;
    }
    return good;
}

static bool reference_holds(const struct schema_oracle *o, uint32_t ref,
                            uint32_t v, seen_set *seen)
{
    char text[256];

    string(o->schema, ref, text);
    return valid(o, td_json_pointer(o->schema, 0, text + 1), v, seen);
}

static bool valid(const struct schema_oracle *o, uint32_t s, uint32_t v,
                  seen_set *seen)
{
    uint32_t ref = word(o, s, "$ref");
    seen_set own = 0;
    bool good = true;

    if (o->schema->values[s].kind != TD_JSON_OBJECT)
        return o->schema->values[s].kind == TD_JSON_TRUE;
    if (ref)
        good &= reference_holds(o, ref, v, &own);
    if (!ref || o->draft != 7) {
        good &= leaves_hold(o, s, v);
        good &= objects_hold(o, s, v, &own);
        good &= arrays_hold(o, s, v, &own);
        good &= same_value_holds(o, s, v, &own);
        good &= rest_holds(o, s, v, &own);
    }
    if (seen && good)
        *seen |= own;
    return good;
}

bool schema_oracle(const struct schema_oracle *o, uint32_t schema, uint32_t at)
{
    return valid(o, schema, at, NULL);
}
