/* How a message is told from others whose name is not on the wire. */
#include "validator/asyncapi/asyncapi_internal.h"

#define DEPTH_MAX  8    /* of schemas within schemas that are looked at */
#define VALUES_MAX 1000 /* schemas of one payload that are looked at */
#define TAGS_MAX   64   /* members of one object that must be there */

struct shape {
    struct check_async *a;
    struct schema_builder *out;
    struct td_jsonx_mark mark;
    bool by_tags; /* by members with one value, else by what must be there */
    uint32_t tags;
    uint32_t seen;
};

static const struct td_json_value *values_of(const struct shape *s,
                                             struct check_async_place place)
{
    return check_async_doc(s->a, place)->json.values;
}

/* What a reference leads to; false: nothing that can be seen from here. The
 * schemas say so themselves where that is wrong.
 */
static bool follow(struct shape *s, struct check_async_place *place)
{
    struct td_error *kept = s->a->err;
    struct td_error none = {0};
    enum td_code code;

    s->a->err = &none;
    code = check_async_follow(s->a, place);
    s->a->err = kept;
    return code == TD_OK && check_async_is(s->a, *place, TD_JSON_OBJECT);
}

static void key(struct shape *s, const char *name)
{
    schema_builder_key(s->out, td_text(name), s->mark);
}

/* The one value of a schema; .at is 0 if it may have others. */
static struct check_async_place only_value(const struct shape *s,
                                           struct check_async_place schema)
{
    struct check_async_place own = check_async_member(s->a, schema, "const");
    struct check_async_place list = check_async_member(s->a, schema, "enum");

    if (own.at == 0 && list.at != 0 &&
        check_async_is(s->a, list, TD_JSON_ARRAY) &&
        values_of(s, list)[list.at].count == 1)
        own = (struct check_async_place){list.file, list.at + 1};
    return own;
}

static void put_values(struct shape *s, struct check_async_place schema)
{
    struct check_async_place one = only_value(s, schema);
    struct check_async_place list = check_async_member(s->a, schema, "enum");

    if (one.at != 0) {
        key(s, "enum");
        schema_builder_open(s->out, '[', s->mark);
        schema_builder_copy(s->out, check_async_doc(s->a, one), one.at);
        schema_builder_close(s->out, ']');
        s->tags++;
    } else if (!s->by_tags && check_async_is(s->a, list, TD_JSON_ARRAY)) {
        key(s, "enum");
        schema_builder_copy(s->out, check_async_doc(s->a, list), list.at);
    }
}

/* Whether the object of a schema must have the member. */
static bool must_have(const struct shape *s, struct check_async_place schema,
                      struct td_bytes name)
{
    struct check_async_place list =
        check_async_member(s->a, schema, "required");
    const struct td_json_doc *json = &check_async_doc(s->a, list)->json;

    if (list.at == 0 || !check_async_is(s->a, list, TD_JSON_ARRAY))
        return false;
    for (uint32_t i = list.at + 1; i < json->values[list.at].next;
         i = json->values[i].next) {
        if (json->values[i].kind == TD_JSON_STRING &&
            td_bytes_equal(td_json_inner(json, i), name))
            return true;
    }
    return false;
}

static void put(struct shape *s, struct check_async_place schema, int depth,
                bool whole);

static void copy_key(struct shape *s, const struct td_jsonx *doc, uint32_t at)
{
    struct td_buf name = {0};

    (void)td_json_unescape(&name, td_json_inner(&doc->json, at));
    schema_builder_key(s->out, td_buf_bytes(&name), s->mark);
    td_buf_release(&name);
}

/* The keys of members that have one value, which must be there. */
struct tags {
    uint32_t keys[TAGS_MAX];
    uint32_t len;
};

/* NOLINTBEGIN(misc-no-recursion) */
static void put_properties(struct shape *s, struct check_async_place schema,
                           int depth, struct tags *tags)
{
    struct check_async_place all =
        check_async_member(s->a, schema, "properties");
    const struct td_jsonx *doc = check_async_doc(s->a, all);
    const struct td_json_value *v = doc->json.values;

    if (all.at == 0 || !check_async_is(s->a, all, TD_JSON_OBJECT))
        return;
    key(s, "properties");
    schema_builder_open(s->out, '{', s->mark);
    for (uint32_t i = all.at + 1; i < v[all.at].next; i = v[i + 1].next) {
        struct check_async_place one = {all.file, i + 1};
        struct check_async_place end = one;

        if (!follow(s, &end) ||
            (!s->by_tags &&
             !must_have(s, schema, td_json_inner(&doc->json, i))))
            continue;
        if (only_value(s, end).at && tags->len < TAGS_MAX)
            tags->keys[tags->len++] = i;
        copy_key(s, doc, i);
        put(s, one, depth + 1, false);
    }
    schema_builder_close(s->out, '}');
}

static void put_required(struct shape *s, struct check_async_place schema,
                         const struct tags *tags)
{
    struct check_async_place list =
        check_async_member(s->a, schema, "required");
    const struct td_jsonx *doc = check_async_doc(s->a, schema);

    if (!s->by_tags) {
        if (list.at != 0 && check_async_is(s->a, list, TD_JSON_ARRAY)) {
            key(s, "required");
            schema_builder_copy(s->out, doc, list.at);
        }
        return;
    }
    if (tags->len == 0)
        return;
    key(s, "required");
    schema_builder_open(s->out, '[', s->mark);
    for (uint32_t i = 0; i < tags->len; i++)
        schema_builder_copy(s->out, doc, tags->keys[i]);
    schema_builder_close(s->out, ']');
}

/* Any branch will do: the schema says how many may hold. */
static void put_branches(struct shape *s, struct check_async_place schema,
                         int depth, bool whole)
{
    static const char *const words[][2] = {
        {"allOf", "allOf"}, {"anyOf", "anyOf"}, {"oneOf", "oneOf"}};
    bool all_of = false;

    for (size_t w = 0; w < 3; w++) {
        struct check_async_place list =
            check_async_member(s->a, schema, words[w][0]);
        const struct td_json_value *v = values_of(s, list);

        if (list.at == 0 || !check_async_is(s->a, list, TD_JSON_ARRAY) ||
            v[list.at].count == 0)
            continue;
        if (w == 2 && check_async_member(s->a, schema, "anyOf").at)
            continue;
        all_of = w == 0;
        key(s, all_of ? "allOf" : "anyOf");
        schema_builder_open(s->out, '[', s->mark);
        for (uint32_t i = list.at + 1; i < v[list.at].next; i = v[i].next)
            put(s, (struct check_async_place){list.file, i}, depth + 1, whole);
        schema_builder_close(s->out, ']');
    }
}

/* `whole`: it is of the message itself, whose type tells, too. */
static void put(struct shape *s, struct check_async_place schema, int depth,
                bool whole)
{
    struct tags tags = {.len = 0};
    struct check_async_place type;

    schema_builder_open(s->out, '{', s->mark);
    if (depth < DEPTH_MAX && s->seen++ < VALUES_MAX && follow(s, &schema)) {
        type = check_async_member(s->a, schema, "type");
        if (whole && type.at != 0) {
            key(s, "type");
            schema_builder_copy(s->out, check_async_doc(s->a, type), type.at);
        }
        put_values(s, schema);
        put_properties(s, schema, depth, &tags);
        put_required(s, schema, &tags);
        put_branches(s, schema, depth, whole);
    }
    schema_builder_close(s->out, '}');
}
/* NOLINTEND(misc-no-recursion) */

void check_async_shape(struct check_async *a, struct schema_builder *out,
                       const struct check_async_message *m,
                       struct td_jsonx_mark mark)
{
    struct schema_builder probe = {0};
    struct shape s = {.a = a, .out = &probe, .mark = mark, .by_tags = true};

    put(&s, m->payload, 0, true);
    td_buf_release(&probe.text);
    td_buf_release(&probe.marks);
    s.out = out;
    s.by_tags = s.tags > 0;
    s.seen = 0;
    put(&s, m->payload, 0, true);
}
