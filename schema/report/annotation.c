#include "schema/report/annotation.h"
#include "schema/load/load.h"

#include "schema/value/pointer.h"
#include "schema/value/uri.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Keywords that assert, refer or identify: they leave no annotation here. All
 * others do, known or not, but for those whose kids are listed below.
 */
static const char *const silent[] = {
    "$schema",
    "$id",
    "$ref",
    "$anchor",
    "$dynamicRef",
    "$dynamicAnchor",
    "$recursiveRef",
    "$recursiveAnchor",
    "$vocabulary",
    "$comment",
    "$defs",
    "definitions",
    "type",
    "const",
    "enum",
    "multipleOf",
    "maximum",
    "minimum",
    "maxLength",
    "exclusiveMaximum",
    "minLength",
    "exclusiveMinimum",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxContains",
    "minContains",
    "maxProperties",
    "minProperties",
    "required",
    "dependentRequired",
    "dependencies",
    "dependentSchemas",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "propertyNames",
};

/* Keywords whose annotation is which children they were for. */
static const char *const names[] = {"properties", "patternProperties",
                                    "additionalProperties",
                                    "unevaluatedProperties"};
static const char *const items[] = {"items", "prefixItems", "additionalItems",
                                    "unevaluatedItems", "contains"};
static const char *const texts[] = {"format", "contentEncoding",
                                    "contentMediaType", "contentSchema"};

struct notes {
    const struct schema_run *r;
    const struct schema_unit *unit;
    const struct td_json_doc *schema;
    uint32_t at;  /* the schema */
    uint32_t key; /* the keyword at hand */
    struct td_buf value;
};

static bool is_one_of(const struct notes *n, const char *const *list,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (td_json_string_is(n->schema, n->key, td_text(list[i])))
            return true;
    }
    return false;
}

/* The next kid that the keyword at hand had for a child of the value. */
static uint32_t next_kid(const struct notes *n, uint32_t kid)
{
    for (; kid != SCHEMA_NONE; kid = n->r->units[kid].next) {
        const struct schema_unit *u = &n->r->units[kid];
        uint32_t at = n->r->set->nodes[u->node].place.at;

        if (u->valid && u->at != n->unit->at && at > n->key &&
            at < n->schema->values[n->key + 1].next)
            return kid;
    }
    return SCHEMA_NONE;
}

/* ["a","b"]: the members that the keyword was for. */
static void add_names(struct notes *n)
{
    uint32_t last = 0;

    (void)td_buf_add_byte(&n->value, '[');
    for (uint32_t kid = next_kid(n, n->unit->first_kid); kid != SCHEMA_NONE;
         kid = next_kid(n, n->r->units[kid].next)) {
        uint32_t at = n->r->units[kid].at;

        if (at == last)
            continue;
        (void)td_buf_add_text(&n->value, last ? "," : "");
        (void)td_buf_add_bytes(&n->value, td_json_raw(n->r->doc, at - 1));
        last = at;
    }
    (void)td_buf_add_byte(&n->value, ']');
}

/* true: all that were left, or all there are; else the last index, or for
 * contains a list of them. Nothing if it was for none.
 */
static void add_items(struct notes *n)
{
    static const char *const one[] = {"prefixItems"};
    static const char *const list[] = {"contains"};
    uint32_t count = n->r->doc->values[n->unit->at].count;
    uint32_t kid = next_kid(n, n->unit->first_kid);
    uint32_t number = 0;
    uint32_t hits = 0;
    struct td_buf hit = {0};

    for (uint32_t i = n->unit->at + 1; kid != SCHEMA_NONE && number < count;
         i = n->r->doc->values[i].next) {
        if (n->r->units[kid].at == i) {
            (void)td_buf_addf(&hit, "%s%u", hits++ ? "," : "", number);
            kid = next_kid(n, n->r->units[kid].next);
        }
        number++;
    }
    if (hits == 0 && count > 0 && !is_one_of(n, list, 1)) {
        td_buf_release(&hit);
        return;
    }
    if (is_one_of(n, list, 1) && hits < count)
        (void)td_buf_addf(&n->value, "[%s]", td_buf_str(&hit));
    else if (is_one_of(n, one, 1) && hits < count)
        (void)td_buf_addf(&n->value, "%u", hits - 1);
    else
        (void)td_buf_add_text(&n->value, "true");
    td_buf_release(&hit);
}

/* The value of the annotation at hand; empty if there is none. */
static void add_value(struct notes *n)
{
    enum td_json_kind kind =
        (enum td_json_kind)n->r->doc->values[n->unit->at].kind;
    bool no_content =
        td_json_string_is(n->schema, n->key, td_text("contentSchema")) &&
        !td_json_member(n->schema, n->at, td_text("contentMediaType"));

    if (is_one_of(n, silent, LEN(silent)) || no_content)
        return;
    if (is_one_of(n, names, LEN(names))) {
        if (kind == TD_JSON_OBJECT)
            add_names(n);
    } else if (is_one_of(n, items, LEN(items))) {
        if (kind == TD_JSON_ARRAY)
            add_items(n);
    } else if (kind == TD_JSON_STRING || !is_one_of(n, texts, LEN(texts))) {
        (void)td_buf_add_bytes(&n->value, td_json_raw(n->schema, n->key + 1));
    }
}

void schema_notes(const struct schema_run *r, uint32_t unit,
                  schema_note_fn *note, void *self)
{
    const struct schema_node *node = &r->set->nodes[r->units[unit].node];
    struct notes n = {.r = r, .unit = &r->units[unit]};
    const struct schema_dialect *d =
        &r->set->dialects[r->set->resources[node->resource].dialect];
    uint32_t at = node->place.at;

    n.schema = schema_doc_of(r->set, r->units[unit].node);
    n.at = at;
    if (n.schema->values[at].kind != TD_JSON_OBJECT ||
        (d->draft <= SCHEMA_DRAFT_7 &&
         td_json_member(n.schema, at, td_text("$ref"))))
        return;
    for (n.key = at + 1; n.key < n.schema->values[at].next;
         n.key = n.schema->values[n.key + 1].next) {
        td_buf_clear(&n.value);
        add_value(&n);
        if (n.value.len > 0)
            note(self, n.unit, n.key, td_buf_bytes(&n.value));
    }
    td_buf_release(&n.value);
}

/* Units lie within each other no deeper than they ran. */
/* NOLINTNEXTLINE(misc-no-recursion) */
void schema_add_path(struct td_buf *out, const struct schema_run *r,
                     uint32_t unit)
{
    const struct schema_unit *u = &r->units[unit];
    const struct schema_op *op;
    const struct schema_node *parent;
    const struct td_json_doc *doc;
    uint32_t to;

    if (u->parent == SCHEMA_NONE)
        return;
    schema_add_path(out, r, u->parent);
    op = &r->set->ops[u->op];
    parent = &r->set->nodes[r->units[u->parent].node];
    doc = schema_doc_of(r->set, r->units[u->parent].node);
    to = op->kind == SCHEMA_REF || op->kind == SCHEMA_DYNAMIC
             ? op->at
             : r->set->nodes[u->node].place.at;
    schema_pointer(out, doc, parent->place.at, to);
}

void schema_add_location(struct td_buf *out, const struct schema_run *r,
                         uint32_t node, uint32_t at)
{
    const struct schema_node *n = &r->set->nodes[node];
    const struct schema_resource *resource = &r->set->resources[n->resource];
    struct td_buf pointer = {0};

    (void)td_buf_add_bytes(out, resource->uri);
    (void)td_buf_add_byte(out, '#');
    schema_pointer(&pointer, schema_doc_of(r->set, node), resource->place.at,
                   at);
    schema_uri_encode(out, td_buf_bytes(&pointer));
    td_buf_release(&pointer);
}

uint32_t schema_failed_key(const struct schema_run *r,
                           const struct schema_unit *unit,
                           struct schema_failure failure)
{
    const struct schema_op *op = &r->set->ops[failure.op];
    const struct td_json_doc *doc = schema_doc_of(r->set, unit->node);
    uint32_t at = op->kind == SCHEMA_OBJECT ? op->members->required_at : op->at;
    uint32_t key = r->set->nodes[unit->node].place.at + 1;

    /* dependentRequired fails within its value. */
    while (doc->values[key + 1].next <= at)
        key = doc->values[key + 1].next;
    return key;
}
