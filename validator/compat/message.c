/* A message as its side has seen or declared it. */
#include "core/json_writer.h"
#include "validator/compat/compat_internal.h"

#include <math.h>
#include <string.h>

struct making {
    struct td_json_writer w;
    const struct compat_plan *plan;
};

/* at is below node, or it. */
static bool leads_to(const struct audit_node *node, const struct audit_node *at)
{
    while (at && at != node)
        at = at->parent;
    return at != NULL;
}

static bool is_wanted(const struct making *m, const struct audit_node *node)
{
    return node->all.count && (m->plan->all || audit_node_is_required(node) ||
                               leads_to(node, m->plan->at));
}

static bool is_string(const struct audit_word *word)
{
    return word->text[0] == '"';
}

/* A value that was seen or listed, of that kind. */
static const struct audit_word *find_word(const struct audit_node *node,
                                          bool string)
{
    for (uint32_t i = 0; i < node->values.words_len; i++) {
        if (is_string(&node->values.words[i]) == string && !node->values.secret)
            return &node->values.words[i];
    }
    return NULL;
}

static void put_text(struct making *m, const char *key,
                     const struct audit_node *node)
{
    static const struct {
        const char *format;
        const char *text;
    } samples[] = {{"date-time", "2026-01-31T12:00:00Z"},
                   {"date-time without zone", "2026-01-31T12:00:00"},
                   {"date", "2026-01-31"},
                   {"uuid", "00000000-0000-4000-8000-000000000000"},
                   {"email", "a@example.org"},
                   {"ipv4", "192.0.2.1"},
                   {"uri", "https://example.org/"}};
    const struct audit_word *word = find_word(node, true);
    const char *format = audit_values_format(&node->values);
    const char *text = "text";

    if (word) {
        td_json_put_raw(&m->w, key, td_bytes(word->text, word->len));
        return;
    }
    for (size_t i = 0; format && i < sizeof(samples) / sizeof(samples[0]);
         i++) {
        if (strcmp(samples[i].format, format) == 0)
            text = samples[i].text;
    }
    td_json_put_text(&m->w, key, text);
}

static void put_number(struct making *m, const char *key,
                       const struct audit_node *node, bool fraction)
{
    const struct audit_word *word = find_word(node, false);
    double n = node->values.numbers ? node->values.min : 1;
    struct td_buf text = {0};

    if (n - n != 0)
        n = 1;
    if (!fraction && word && !memchr(word->text, '.', word->len)) {
        td_json_put_raw(&m->w, key, td_bytes(word->text, word->len));
        return;
    }
    if (fraction)
        (void)td_buf_addf(&text, "%.0f.5", fabs(floor(n)) < 1e15 ? n : 1);
    else
        (void)td_buf_addf(&text, "%.0f", fabs(n) < 1e15 ? ceil(n) : 1);
    td_json_put_raw(&m->w, key, td_buf_bytes(&text));
    td_buf_release(&text);
}

static int type_of(const struct making *m, const struct audit_node *node)
{
    static const enum audit_type order[] = {
        AUDIT_OBJECT,  AUDIT_ARRAY,  AUDIT_STRING, AUDIT_INTEGER,
        AUDIT_BOOLEAN, AUDIT_NUMBER, AUDIT_NULL};

    if (node == m->plan->at && m->plan->type >= 0)
        return m->plan->type;
    /* What it leads to stands in an object or a list. */
    if (m->plan->at != node && leads_to(node, m->plan->at))
        return leads_to(node->items ? node->items : node, m->plan->at) &&
                       node->items
                   ? AUDIT_ARRAY
                   : AUDIT_OBJECT;
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        if (node->types[order[i]].count)
            return (int)order[i];
    }
    return AUDIT_STRING; /* declared without a type */
}

/* The rest of the name's pointer, as objects. */
static void put_name(struct making *m, const char *pointer)
{
    char key[256];
    unsigned open = 0;

    while (*pointer) {
        size_t len = strcspn(pointer + 1, "/");

        if (len >= sizeof(key))
            break;
        memcpy(key, pointer + 1, len);
        key[len] = '\0';
        pointer += 1 + len;
        if (!*pointer) {
            td_json_put_text(&m->w, key, m->plan->event);
            break;
        }
        td_json_object(&m->w, key);
        open++;
    }
    while (open-- > 0)
        td_json_object_end(&m->w);
}

/* NOLINTBEGIN(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */

static void put_value(struct making *m, const char *key,
                      const struct audit_node *node);

static void put_object(struct making *m, const char *key,
                       const struct audit_node *node)
{
    const char *name = node->parent ? NULL : m->plan->name;
    size_t len = name ? strcspn(name + 1, "/") : 0;

    td_json_object(&m->w, key);
    for (const struct audit_node *c = node->children; c; c = c->next) {
        bool is_name =
            name && strlen(c->name) == len && !memcmp(c->name, name + 1, len);

        if (!is_name && is_wanted(m, c))
            put_value(m, c->name, c);
    }
    if (node->map && (m->plan->all || leads_to(node->map, m->plan->at)))
        put_value(m, "key", node->map);
    if (name)
        put_name(m, name);
    td_json_object_end(&m->w);
}

static void put_list(struct making *m, const char *key,
                     const struct audit_node *node)
{
    const struct audit_node *items = node->items;
    bool any =
        items && items->all.count &&
        (m->plan->all || node->items_least > 0 || leads_to(items, m->plan->at));

    td_json_array(&m->w, key);
    if (any)
        put_value(m, NULL, items);
    td_json_array_end(&m->w);
}

static void put_value(struct making *m, const char *key,
                      const struct audit_node *node)
{
    const struct compat_plan *plan = m->plan;

    if (node == plan->at && plan->word) {
        td_json_put_raw(&m->w, key,
                        td_bytes(plan->word->text, plan->word->len));
        return;
    }
    switch (type_of(m, node)) {
    case AUDIT_OBJECT:
        put_object(m, key, node);
        break;
    case AUDIT_ARRAY:
        put_list(m, key, node);
        break;
    case AUDIT_STRING:
        put_text(m, key, node);
        break;
    case AUDIT_INTEGER:
        put_number(m, key, node, false);
        break;
    case AUDIT_NUMBER:
        put_number(m, key, node, true);
        break;
    case AUDIT_BOOLEAN:
        td_json_put_bool(&m->w, key, true);
        break;
    default:
        td_json_put_null(&m->w, key);
        break;
    }
}

/* NOLINTEND(misc-no-recursion) */

void compat_message(struct td_buf *out, const struct audit_node *root,
                    const struct compat_plan *plan)
{
    struct making m = {.w = td_json_writer(out), .plan = plan};

    put_value(&m, NULL, root);
}
