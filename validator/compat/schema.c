/* What tapes were like, as a JSON Schema: types, members that were always
 * there, choices. Members that it does not name are allowed.
 */
#include "core/json_writer.h"
#include "validator/compat/compat_internal.h"

#define CHOICES      8  /* values of a choice, at most */
#define CHOICE_SHARE 10 /* times that each was seen, at least */

static bool is_choice(const struct audit_node *node)
{
    const struct audit_values *values = &node->values;

    return !values->sketch && !values->secret && !values->numbers &&
           values->words_len > 1 && values->words_len <= CHOICES &&
           values->strings >= (uint64_t)CHOICE_SHARE * values->words_len &&
           node->all.count == node->types[AUDIT_STRING].count &&
           !audit_node_is_volatile(node);
}

static void put_types(struct td_json_writer *w, const struct audit_node *node)
{
    td_json_array(w, "type");
    for (int i = 0; i < AUDIT_TYPES_LEN; i++) {
        if (node->types[i].count &&
            (i != AUDIT_INTEGER || !node->types[AUDIT_NUMBER].count))
            td_json_put_text(w, NULL, audit_type_text((enum audit_type)i));
    }
    td_json_array_end(w);
}

/* NOLINTBEGIN(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */

static void put_schema(struct td_json_writer *w, const char *key,
                       const struct audit_node *node);

static void put_members(struct td_json_writer *w, const struct audit_node *node)
{
    td_json_object(w, "properties");
    for (const struct audit_node *c = node->children; c; c = c->next) {
        if (c->all.count)
            put_schema(w, c->name, c);
    }
    td_json_object_end(w);
    td_json_array(w, "required");
    for (const struct audit_node *c = node->children; c; c = c->next) {
        if (audit_node_is_required(c))
            td_json_put_text(w, NULL, c->name);
    }
    td_json_array_end(w);
}

static void put_schema(struct td_json_writer *w, const char *key,
                       const struct audit_node *node)
{
    td_json_object(w, key);
    if (!node->recursive) {
        put_types(w, node);
        if (is_choice(node)) {
            td_json_array(w, "enum");
            for (uint32_t i = 0; i < node->values.words_len; i++)
                td_json_put_raw(w, NULL,
                                td_bytes(node->values.words[i].text,
                                         node->values.words[i].len));
            td_json_array_end(w);
        }
        if (node->children)
            put_members(w, node);
        if (node->map)
            put_schema(w, "additionalProperties", node->map);
        if (node->items && node->items->all.count)
            put_schema(w, "items", node->items);
    }
    td_json_object_end(w);
}

/* NOLINTEND(misc-no-recursion) */

void compat_schema(struct td_buf *out, const struct audit_node *node)
{
    struct td_json_writer w = td_json_writer(out);

    put_schema(&w, NULL, node);
}
