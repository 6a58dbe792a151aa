#include "core/mem.h"
#include "schema/compile/compile.h"
#include "schema/load/load.h"

#include <stdlib.h>

static void free_members(struct schema_members *m)
{
    if (!m)
        return;
    for (uint32_t i = 0; i < m->patterns_len; i++)
        schema_pattern_free(m->patterns[i].pattern);
    schema_table_release(&m->table);
    free(m->names);
    free(m->patterns);
    free(m);
}

void schema_op_release(struct schema_op *op)
{
    schema_free_bytes(&op->name);
    schema_pattern_free(op->pattern);
    free_members(op->members);
    if (op->texts)
        schema_table_release(op->texts);
    free(op->texts);
    schema_tag_free(op->tag);
}

/* The entry of a name, made when it is a new one. There is room for all names
 * of the schema.
 */
static struct schema_name *name_entry(struct schema_compiler *c,
                                      struct schema_members *m, uint32_t at)
{
    struct td_bytes text = schema_copy_text(c->json, at);
    uint32_t before = m->table.len;
    uint32_t number = schema_table_add(&m->table, text);

    schema_free_bytes(&text);
    if (number == before)
        m->names[number] = (struct schema_name){.node = SCHEMA_NONE, .at = at};
    return &m->names[number];
}

static enum td_code add_required(struct schema_compiler *c,
                                 struct schema_members *m)
{
    uint32_t at = m->required_at;

    if (c->json->values[at].kind != TD_JSON_ARRAY)
        return schema_wrong(c, at, "an array of names");
    for (uint32_t i = at + 1; i < c->json->values[at].next;
         i = c->json->values[i].next) {
        struct schema_name *name;

        if (c->json->values[i].kind != TD_JSON_STRING)
            return schema_wrong(c, i, "an array of names, which are strings");
        name = name_entry(c, m, i);
        name->at = i;
        if (!name->required)
            name->required = ++m->required;
        if (name->required <= 64)
            name->bit = UINT64_C(1) << (name->required - 1);
    }
    return TD_OK;
}

static void add_properties(struct schema_compiler *c, struct schema_members *m)
{
    uint32_t at = m->names_at;

    for (uint32_t key = at + 1; key < c->json->values[at].next;
         key = c->json->values[key + 1].next) {
        uint32_t node = schema_node_at(c, key + 1);

        name_entry(c, m, key)->node = node;
    }
}

static enum td_code add_patterns(struct schema_compiler *c,
                                 struct schema_members *m)
{
    uint32_t at = m->patterns_at;
    enum td_code code = TD_OK;

    m->patterns =
        td_calloc((size_t)c->json->values[at].count + 1, sizeof(*m->patterns));
    for (uint32_t key = at + 1; key < c->json->values[at].next && code == TD_OK;
         key = c->json->values[key + 1].next) {
        struct schema_member_pattern *p = &m->patterns[m->patterns_len];

        code = schema_compile_pattern(c, key, &p->pattern);
        p->node = schema_node_at(c, key + 1);
        m->patterns_len += code == TD_OK;
    }
    return code;
}

static enum td_code need_object(struct schema_compiler *c, uint32_t at)
{
    if (at == 0 || c->json->values[at].kind == TD_JSON_OBJECT)
        return TD_OK;
    return schema_wrong(c, at, "an object of schemas");
}

static struct schema_members *find_keywords(const struct schema_compiler *c)
{
    struct schema_members *m = td_calloc(1, sizeof(*m));

    m->rest = SCHEMA_NONE;
    if (c->words & SCHEMA_APPLICATOR) {
        m->names_at = schema_keyword(c, "properties");
        m->patterns_at = schema_keyword(c, "patternProperties");
        m->rest_at = schema_keyword(c, "additionalProperties");
    }
    if (c->words & SCHEMA_VALIDATION)
        m->required_at = schema_keyword(c, "required");
    return m;
}

static uint32_t first_of(const struct schema_members *m)
{
    if (m->names_at)
        return m->names_at;
    if (m->patterns_at)
        return m->patterns_at;
    return m->rest_at ? m->rest_at : m->required_at;
}

enum td_code schema_compile_members(struct schema_compiler *c)
{
    struct schema_members *m = find_keywords(c);
    const struct td_json_value *values = c->json->values;
    struct schema_op *op;
    enum td_code code;

    if (!first_of(m)) {
        free_members(m);
        return TD_OK;
    }
    op = schema_add_op(c->set, SCHEMA_OBJECT, first_of(m));
    op->members = m;
    code = need_object(c, m->names_at);
    if (code == TD_OK)
        code = need_object(c, m->patterns_at);
    if (code)
        return code;
    m->names = td_calloc((m->names_at ? values[m->names_at].count : 0) +
                             (size_t)values[m->required_at].count + 1,
                         sizeof(*m->names));
    if (m->rest_at)
        m->rest = schema_node_at(c, m->rest_at);
    if (m->names_at)
        add_properties(c, m);
    if (m->patterns_at)
        code = add_patterns(c, m);
    if (code == TD_OK && m->required_at)
        code = add_required(c, m);
    m->others = m->patterns_len > 0 || m->rest != SCHEMA_NONE;
    m->guess = c->set->guesses;
    c->set->guesses += m->table.len + 1;
    return code;
}
