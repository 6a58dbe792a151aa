#include "validator/audit/declare.h"

#include "schema/report/follow.h"
#include "validator/audit/profile_internal.h"

#define OBJECTS  2      /* of each place */
#define REFS_MAX 32     /* references in a row and below each other */
#define WORK_MAX 100000 /* schemas that are looked at, of an event */

/* Where a reference leads. */
struct target {
    const struct td_json_doc *json;
    uint32_t at;
};

struct declaring {
    struct audit_profile *profile;
    const struct schema_set *schemas;
    const struct td_json_doc *json; /* that the schema at hand stands in */
    struct target refs[REFS_MAX];   /* of those that are followed */
    unsigned depth;
    uint32_t work;
};

static void see(struct audit_seen *seen, uint64_t count)
{
    if (seen->count < count)
        seen->count = count;
}

static void see_as(struct audit_node *node, enum audit_type type)
{
    see(&node->types[type], OBJECTS);
}

static uint32_t member(const struct declaring *d, uint32_t at, const char *name)
{
    return td_json_member(d->json, at, td_text(name));
}

static bool is_kind(const struct declaring *d, uint32_t at,
                    enum td_json_kind kind)
{
    return at && d->json->values[at].kind == kind;
}

/* One word of `type`. */
static void declare_word(const struct declaring *d, struct audit_node *node,
                         uint32_t at)
{
    for (int i = 0; i < AUDIT_TYPES_LEN; i++) {
        enum audit_type type = (enum audit_type)i;

        if (is_kind(d, at, TD_JSON_STRING) &&
            td_json_string_is(d->json, at, td_text(audit_type_text(type))))
            see_as(node, type);
    }
    if (node->types[AUDIT_NUMBER].count)
        see_as(node, AUDIT_INTEGER);
}

static void declare_type(const struct declaring *d, struct audit_node *node,
                         uint32_t schema)
{
    uint32_t type = member(d, schema, "type");

    if (!is_kind(d, type, TD_JSON_ARRAY)) {
        declare_word(d, node, type);
        return;
    }
    for (uint32_t i = type + 1; i < d->json->values[type].next;
         i = d->json->values[i].next)
        declare_word(d, node, i);
}

/* A value that the schema lists. */
static void declare_value(const struct declaring *d, struct audit_node *node,
                          uint32_t at)
{
    static const enum audit_type types[] = {
        [TD_JSON_NULL] = AUDIT_NULL,     [TD_JSON_FALSE] = AUDIT_BOOLEAN,
        [TD_JSON_TRUE] = AUDIT_BOOLEAN,  [TD_JSON_NUMBER] = AUDIT_INTEGER,
        [TD_JSON_STRING] = AUDIT_STRING, [TD_JSON_ARRAY] = AUDIT_ARRAY,
        [TD_JSON_OBJECT] = AUDIT_OBJECT};
    uint8_t kind = d->json->values[at].kind;

    see_as(node, types[kind]);
    if (kind == TD_JSON_STRING || kind == TD_JSON_NUMBER)
        audit_values_add(&node->values, d->json, at, false,
                         (struct audit_place){0});
}

static void declare_values(const struct declaring *d, struct audit_node *node,
                           uint32_t schema)
{
    uint32_t list = member(d, schema, "enum");
    uint32_t only = member(d, schema, "const");

    if (only)
        declare_value(d, node, only);
    if (!is_kind(d, list, TD_JSON_ARRAY))
        return;
    for (uint32_t i = list + 1; i < d->json->values[list].next;
         i = d->json->values[i].next)
        declare_value(d, node, i);
}

static bool is_required(const struct declaring *d, uint32_t schema,
                        struct td_bytes name)
{
    uint32_t list = member(d, schema, "required");

    if (!is_kind(d, list, TD_JSON_ARRAY))
        return false;
    for (uint32_t i = list + 1; i < d->json->values[list].next;
         i = d->json->values[i].next) {
        if (td_json_string_is(d->json, i, name))
            return true;
    }
    return false;
}

/* NOLINTBEGIN(misc-no-recursion): REFS_MAX and the document bound it */

static void declare(struct declaring *d, struct audit_node *node,
                    uint32_t schema, bool sure);

static void declare_child(struct declaring *d, struct audit_node *child,
                          uint32_t schema, bool required)
{
    if (!child || child->depth >= AUDIT_DEPTH_MAX)
        return;
    see(&child->all, required ? OBJECTS : 1);
    declare(d, child, schema, true);
}

static void declare_properties(struct declaring *d, struct audit_node *node,
                               uint32_t schema, bool sure)
{
    uint32_t list = member(d, schema, "properties");

    if (!is_kind(d, list, TD_JSON_OBJECT))
        return;
    see_as(node, AUDIT_OBJECT);
    for (uint32_t key = list + 1; key < d->json->values[list].next;
         key = d->json->values[key + 1].next) {
        struct td_buf text = {0};
        struct td_bytes name;

        (void)td_json_unescape(&text, td_json_inner(d->json, key));
        name = td_buf_bytes(&text);
        /* false: it may not be there */
        if (d->json->values[key + 1].kind != TD_JSON_FALSE)
            declare_child(d, audit_tree_member(d->profile, node, name), key + 1,
                          sure && is_required(d, schema, name));
        td_buf_release(&text);
    }
}

/* Members that must be there and are not described. */
static void declare_required(struct declaring *d, struct audit_node *node,
                             uint32_t schema, bool sure)
{
    uint32_t list = member(d, schema, "required");

    if (!sure || !is_kind(d, list, TD_JSON_ARRAY))
        return;
    for (uint32_t i = list + 1; i < d->json->values[list].next;
         i = d->json->values[i].next) {
        struct td_buf name = {0};
        struct audit_node *child;

        if (d->json->values[i].kind != TD_JSON_STRING)
            continue;
        (void)td_json_unescape(&name, td_json_inner(d->json, i));
        child = audit_tree_member(d->profile, node, td_buf_bytes(&name));
        if (child)
            see(&child->all, OBJECTS);
        td_buf_release(&name);
    }
}

static void declare_inside(struct declaring *d, struct audit_node *node,
                           uint32_t schema)
{
    uint32_t items = member(d, schema, "items");
    uint32_t more = member(d, schema, "additionalProperties");

    if (is_kind(d, items, TD_JSON_OBJECT)) {
        see_as(node, AUDIT_ARRAY);
        declare_child(d, audit_tree_items(d->profile, node), items, true);
    }
    if (member(d, schema, "patternProperties") ||
        is_kind(d, more, TD_JSON_OBJECT))
        node->open = true;
}

static void declare_parts(struct declaring *d, struct audit_node *node,
                          uint32_t schema, bool sure)
{
    static const char *const lists[] = {"allOf", "anyOf", "oneOf"};

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        uint32_t list = member(d, schema, lists[i]);

        if (!is_kind(d, list, TD_JSON_ARRAY))
            continue;
        for (uint32_t part = list + 1; part < d->json->values[list].next;
             part = d->json->values[part].next)
            declare(d, node, part, sure && i == 0);
    }
}

/* Whether the schema stands in itself: what is below is as what is above. */
static bool is_within(const struct declaring *d, struct target schema)
{
    for (unsigned i = 0; i < d->depth; i++) {
        if (d->refs[i].json == schema.json && d->refs[i].at == schema.at)
            return true;
    }
    return false;
}

static void declare_ref(struct declaring *d, struct audit_node *node,
                        uint32_t schema, bool sure)
{
    const struct td_json_doc *from = d->json;
    struct target to = {.json = from};

    if (!is_kind(d, member(d, schema, "$ref"), TD_JSON_STRING))
        return;
    to.at = schema_follow(d->schemas, &to.json, schema);
    if (to.at != UINT32_MAX && d->depth < REFS_MAX && !is_within(d, to)) {
        d->refs[d->depth++] = to;
        d->json = to.json;
        declare(d, node, to.at, sure);
        d->json = from;
        d->depth--;
    } else {
        node->open = true;
    }
}

/* sure: the schema holds, it is not one of several. */
static void declare(struct declaring *d, struct audit_node *node,
                    uint32_t schema, bool sure)
{
    if (d->json->values[schema].kind != TD_JSON_OBJECT ||
        d->work++ >= WORK_MAX) {
        node->open = true;
        return;
    }
    declare_type(d, node, schema);
    declare_values(d, node, schema);
    declare_properties(d, node, schema, sure);
    declare_required(d, node, schema, sure);
    declare_inside(d, node, schema);
    declare_parts(d, node, schema, sure);
    declare_ref(d, node, schema, sure);
}

/* NOLINTEND(misc-no-recursion) */

/* The place of data; what is on the way to it may have more members. */
static struct audit_node *
find_data(struct declaring *d, struct audit_node *root, const char *pointer)
{
    while (root && *pointer == '/') {
        size_t len = strcspn(pointer + 1, "/");

        root->open = true;
        see(&root->all, OBJECTS);
        see_as(root, AUDIT_OBJECT);
        root = audit_tree_member(d->profile, root, td_bytes(pointer + 1, len));
        pointer += 1 + len;
    }
    if (root)
        see(&root->all, OBJECTS);
    return root;
}

static void declare_event(struct audit_profile *profile,
                          const struct check_contract *contract,
                          const struct check_contract_event *e)
{
    struct audit_event *event = audit_tree_event(profile, e->name);
    struct declaring d = {.profile = profile, .schemas = contract->set.schemas};
    bool renamed = e->aliases && !e->on_wire;
    struct audit_node *data;
    uint32_t schema;

    if (!event)
        return;
    see(&event->seen, e->optional ? 1 : OBJECTS);
    event->root.open = true;
    if (!e->doc || e->form != CHECK_FORM_JSON || renamed)
        return;
    d.json = &e->doc->json;
    schema = member(&d, e->source, "schema");
    data = find_data(&d, &event->root, contract->data_pointer);
    if (!data || !schema)
        return;
    data->open = false;
    declare(&d, data, schema, true);
}

struct audit_profile *audit_declare(const struct check_contract *contract,
                                    const char *dialect)
{
    struct audit_profile *profile = audit_profile_new(NULL);
    const struct check_contract_event *events =
        check_contract_events(contract, dialect);

    for (uint32_t i = 0; i < contract->events_len; i++)
        declare_event(profile, contract, &events[i]);
    audit_profile_close(profile);
    return profile;
}
