/* Alternatives of which another one takes every value: of `oneOf` such a one is
 * never the only one that holds, of `anyOf` it is never needed.
 *
 * Only what is sure is said: one takes all that the other takes if each of its
 * keywords is one of type, enum, const, required and properties that the other
 * narrows, or is the same in both.
 */
#include "validator/lint/lint_internal.h"

#include "schema/schema.h"

#include <string.h>

#define DEPTH 32

struct shadows {
    const struct check_lint *lint;
    const struct td_json_doc *json;
    struct schema_equal_memory memory;
};

static uint32_t member(const struct shadows *s, uint32_t at, const char *key)
{
    return td_json_member(s->json, at, td_text(key));
}

static bool is_kind(const struct shadows *s, uint32_t at,
                    enum td_json_kind kind)
{
    return at && s->json->values[at].kind == kind;
}

static bool same(struct shadows *s, uint32_t a, uint32_t b)
{
    return a && b &&
           schema_equal(&s->memory, (struct schema_value){s->json, a},
                        (struct schema_value){s->json, b});
}

/* Value b, or each item of it, is a, or an item of it. */
static bool is_one_of(struct shadows *s, uint32_t a, uint32_t b)
{
    const struct td_json_value *v = s->json->values;

    if (v[a].kind != TD_JSON_ARRAY)
        return same(s, a, b);
    for (uint32_t i = a + 1; i < v[a].next; i = v[i].next) {
        if (same(s, i, b))
            return true;
    }
    return false;
}

/* All values of b's enum or const are in a's enum; of b's own type words. */
static bool all_in(struct shadows *s, uint32_t a, uint32_t b)
{
    const struct td_json_value *v = s->json->values;

    if (v[b].kind != TD_JSON_ARRAY)
        return is_one_of(s, a, b);
    for (uint32_t i = b + 1; i < v[b].next; i = v[i].next) {
        if (!is_one_of(s, a, i))
            return false;
    }
    return true;
}

static bool has_word(const struct shadows *s, uint32_t type, const char *word)
{
    const struct td_json_value *v = s->json->values;

    if (v[type].kind == TD_JSON_STRING)
        return td_json_string_is(s->json, type, td_text(word));
    for (uint32_t i = type + 1; i < v[type].next; i = v[i].next) {
        if (v[i].kind == TD_JSON_STRING &&
            td_json_string_is(s->json, i, td_text(word)))
            return true;
    }
    return false;
}

/* The value is of one of the type's words; a number that may be whole is not
 * looked at.
 */
static bool is_of(const struct shadows *s, uint32_t type, uint32_t value)
{
    static const char *const words[] = {
        [TD_JSON_NULL] = "null",     [TD_JSON_FALSE] = "boolean",
        [TD_JSON_TRUE] = "boolean",  [TD_JSON_NUMBER] = "number",
        [TD_JSON_STRING] = "string", [TD_JSON_ARRAY] = "array",
        [TD_JSON_OBJECT] = "object"};

    return has_word(s, type, words[s->json->values[value].kind]);
}

/* Without a type of its own, the values that it lists. */
static bool takes_values(const struct shadows *s, uint32_t a, uint32_t schema)
{
    const struct td_json_value *v = s->json->values;
    uint32_t only = member(s, schema, "const");
    uint32_t list = member(s, schema, "enum");

    if (only)
        return is_of(s, a, only);
    if (!is_kind(s, list, TD_JSON_ARRAY))
        return false;
    for (uint32_t i = list + 1; i < v[list].next; i = v[i].next) {
        if (!is_of(s, a, i))
            return false;
    }
    return true;
}

static bool takes_types(struct shadows *s, uint32_t a, uint32_t schema)
{
    static const char *const words[] = {
        "null", "boolean", "integer", "number", "string", "array", "object"};
    uint32_t b = member(s, schema, "type");

    for (size_t i = 0; b && i < sizeof(words) / sizeof(words[0]); i++) {
        bool wide =
            has_word(s, a, words[i]) || (i == 2 && has_word(s, a, "number"));

        if (has_word(s, b, words[i]) && !wide)
            return false;
    }
    return b != 0 || takes_values(s, a, schema);
}

static bool is_note(struct td_bytes key)
{
    static const char *const notes[] = {
        "title",   "description", "$comment",    "examples",
        "default", "$defs",       "definitions", "deprecated"};

    for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
        if (td_bytes_is(key, notes[i]))
            return true;
    }
    return false;
}

/* NOLINTBEGIN(misc-no-recursion): DEPTH bounds it */

static bool takes_all(struct shadows *s, uint32_t a, uint32_t b,
                      unsigned depth);

static bool takes_properties(struct shadows *s, uint32_t a, uint32_t schema,
                             unsigned depth)
{
    const struct td_json_value *v = s->json->values;
    uint32_t b = member(s, schema, "properties");

    if (!is_kind(s, a, TD_JSON_OBJECT) || !is_kind(s, b, TD_JSON_OBJECT))
        return false;
    for (uint32_t key = a + 1; key < v[a].next; key = v[key + 1].next) {
        uint32_t twin = td_json_member(s->json, b, td_json_inner(s->json, key));

        if (!twin || !takes_all(s, key + 1, twin, depth - 1))
            return false;
    }
    return true;
}

/* Keyword `key` of a takes all that schema b does. */
static bool takes_keyword(struct shadows *s, uint32_t key, uint32_t b,
                          unsigned depth)
{
    struct td_bytes name = td_json_inner(s->json, key);
    uint32_t twin = td_json_member(s->json, b, name);
    uint32_t values = member(s, b, "const");

    values = values ? values : member(s, b, "enum");
    if (is_note(name))
        return true;
    if (td_bytes_is(name, "type"))
        return takes_types(s, key + 1, b);
    if (td_bytes_is(name, "enum"))
        return values && all_in(s, key + 1, values);
    if (td_bytes_is(name, "required"))
        return is_kind(s, twin, TD_JSON_ARRAY) && all_in(s, twin, key + 1);
    if (td_bytes_is(name, "properties"))
        return takes_properties(s, key + 1, b, depth);
    return same(s, key + 1, twin);
}

/* Whatever b takes, a does. */
static bool takes_all(struct shadows *s, uint32_t a, uint32_t b, unsigned depth)
{
    const struct td_json_value *v = s->json->values;

    if (v[a].kind == TD_JSON_TRUE || v[b].kind == TD_JSON_FALSE)
        return true;
    if (!depth || v[a].kind != TD_JSON_OBJECT || v[b].kind != TD_JSON_OBJECT)
        return false;
    for (uint32_t key = a + 1; key < v[a].next; key = v[key + 1].next) {
        if (!takes_keyword(s, key, b, depth))
            return false;
    }
    return true;
}

static void look_at(struct shadows *s, uint32_t list, bool one)
{
    const struct td_json_value *v = s->json->values;
    uint32_t number = 0;

    for (uint32_t b = list + 1; b < v[list].next; b = v[b].next, number++) {
        uint32_t other = 0;

        for (uint32_t a = list + 1; a < v[list].next; a = v[a].next, other++) {
            /* Of two that are the same the later one is told of. */
            if (a == b || !takes_all(s, a, b, DEPTH) ||
                (b < a && takes_all(s, b, a, DEPTH)))
                continue;
            check_doubt(&s->lint->to, b,
                        one ? "narrow the other one, or take this one away"
                            : "leave it out, or narrow the other one",
                        one ? "alternative %u is never the only one: "
                              "alternative %u takes all that it does"
                            : "alternative %u is never needed: alternative "
                              "%u takes all that it does",
                        number, other);
            break;
        }
    }
}

/* Below a schema; values that are data are passed over. */
static void walk(struct shadows *s, uint32_t at, unsigned depth)
{
    const struct td_json_value *v = s->json->values;
    bool object = v[at].kind == TD_JSON_OBJECT;

    if (!depth || v[at].kind < TD_JSON_ARRAY)
        return;
    for (uint32_t i = at + 1; i < v[at].next;) {
        struct td_bytes key =
            object ? td_json_inner(s->json, i) : td_bytes("", 0);
        bool one = td_bytes_is(key, "oneOf");

        i += object;
        if ((one || td_bytes_is(key, "anyOf")) && is_kind(s, i, TD_JSON_ARRAY))
            look_at(s, i, one);
        if (!td_bytes_is(key, "enum") && !td_bytes_is(key, "const") &&
            !td_bytes_is(key, "examples") && !td_bytes_is(key, "default"))
            walk(s, i, depth - 1);
        i = v[i].next;
    }
}

/* NOLINTEND(misc-no-recursion) */

/* The schemas of the events of a contract, or of a dialect. */
static void walk_events(struct shadows *s, uint32_t at)
{
    const struct td_json_value *v = s->json->values;
    uint32_t events = member(s, at, "events");

    if (!is_kind(s, events, TD_JSON_OBJECT))
        return;
    for (uint32_t key = events + 1; key < v[events].next;
         key = v[key + 1].next) {
        uint32_t schema = is_kind(s, key + 1, TD_JSON_OBJECT)
                              ? member(s, key + 1, "schema")
                              : 0;

        if (schema)
            walk(s, schema, DEPTH);
    }
}

void check_lint_branches(const struct check_lint *lint)
{
    struct shadows s = {.lint = lint, .json = &lint->to.doc->json};
    const struct td_json_value *v = s.json->values;
    uint32_t dialects = member(&s, 0, "dialects");
    uint32_t rules = member(&s, 0, "rules");

    walk_events(&s, 0);
    for (uint32_t key = dialects + 1;
         is_kind(&s, dialects, TD_JSON_OBJECT) && key < v[dialects].next;
         key = v[key + 1].next) {
        if (is_kind(&s, key + 1, TD_JSON_OBJECT))
            walk_events(&s, key + 1);
    }
    for (uint32_t i = rules + 1;
         is_kind(&s, rules, TD_JSON_ARRAY) && i < v[rules].next;
         i = v[i].next) {
        uint32_t schema = member(&s, i, "schema");

        if (schema)
            walk(&s, schema, DEPTH);
    }
    schema_equal_release(&s.memory);
}
