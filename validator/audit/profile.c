#include "validator/audit/profile.h"

#include "core/mem.h"
#include "validator/audit/profile_internal.h"
#include "validator/check/inspect.h"
#include "validator/contract/contract.h"

#include <math.h>
#include <stdlib.h>

static const char *const type_texts[] = {
#define TYPE_TEXT(name, text) text,
    AUDIT_TYPES(TYPE_TEXT)
#undef TYPE_TEXT
};

const char *audit_type_text(enum audit_type type)
{
    return type_texts[type];
}

struct audit_profile *audit_profile_new(const char *name)
{
    struct audit_profile *profile =
        (struct audit_profile *)td_calloc(1, sizeof(*profile));

    audit_values_prepare();
    profile->pointer = name;
    profile->shapes = td_json_shapes_new(TD_JSON_DEPTH);
    profile->generation = 1;
    return profile;
}

/* NOLINTNEXTLINE(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */
static void release_below(struct audit_node *node)
{
    audit_node_release(node);
    for (struct audit_node *child = node->children; child; child = child->next)
        release_below(child);
    if (node->items)
        release_below(node->items);
    if (node->map)
        release_below(node->map);
}

void audit_profile_free(struct audit_profile *profile)
{
    if (!profile)
        return;
    for (uint32_t i = 0; i < profile->events_len; i++) {
        audit_seen_release(&profile->events[i]->seen);
        release_below(&profile->events[i]->root);
    }
    for (int i = 0; i < AUDIT_SHAPES; i++)
        free((void *)profile->cache[i].nodes);
    free((void *)profile->unknown.nodes);
    td_json_shapes_free(profile->shapes);
    td_json_release(&profile->doc);
    td_buf_release(&profile->name);
    free((void *)profile->events);
    free(profile->names);
    free(profile->members);
    td_arena_release(&profile->arena);
    free(profile);
}

/* A message. */

static enum audit_type type_of(const struct td_json_value *v)
{
    static const uint8_t types[] = {
        [TD_JSON_NULL] = AUDIT_NULL,     [TD_JSON_FALSE] = AUDIT_BOOLEAN,
        [TD_JSON_TRUE] = AUDIT_BOOLEAN,  [TD_JSON_NUMBER] = AUDIT_INTEGER,
        [TD_JSON_STRING] = AUDIT_STRING, [TD_JSON_ARRAY] = AUDIT_ARRAY,
        [TD_JSON_OBJECT] = AUDIT_OBJECT,
    };

    return v->kind == TD_JSON_NUMBER && v->flags & TD_JSON_NOT_INT
               ? AUDIT_NUMBER
               : (enum audit_type)types[v->kind];
}

static void see_list(struct audit_node *node, uint32_t count)
{
    if (node->types[AUDIT_ARRAY].count == 1 || count < node->items_least)
        node->items_least = count;
    if (count > node->items_most)
        node->items_most = count;
}

static void see(struct audit_profile *profile, struct audit_node *node,
                uint32_t at, struct audit_place place)
{
    const struct td_json_value *v = &profile->doc.values[at];
    enum audit_type type = type_of(v);

    audit_see(&node->all, place);
    audit_see(&node->types[type], place);
    if (type == AUDIT_ARRAY)
        see_list(node, v->count);
    else if (type >= AUDIT_INTEGER && type <= AUDIT_STRING)
        audit_values_add(&node->values, &profile->doc, at, node->secret, place);
}

static struct td_bytes member_name(struct audit_profile *profile, uint32_t key)
{
    struct td_bytes inner = td_json_inner(&profile->doc, key);

    if (!(profile->doc.values[key].flags & TD_JSON_ESCAPED))
        return inner;
    td_buf_clear(&profile->name);
    (void)td_json_unescape(&profile->name, inner);
    return td_buf_bytes(&profile->name);
}

/* NOLINTBEGIN(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */

static void place_below(struct audit_profile *profile,
                        struct audit_shape *shape, struct audit_node *node,
                        uint32_t at);

static void place_value(struct audit_profile *profile,
                        struct audit_shape *shape, struct audit_node *node,
                        uint32_t at)
{
    shape->nodes[at] = node;
    if (node)
        place_below(profile, shape, node, at);
}

/* Find the place of each value below one that has its own. */
static void place_below(struct audit_profile *profile,
                        struct audit_shape *shape, struct audit_node *node,
                        uint32_t at)
{
    const struct td_json_value *values = profile->doc.values;
    bool is_list = values[at].kind == TD_JSON_ARRAY;

    if (node->depth == AUDIT_DEPTH_MAX)
        return;
    for (uint32_t i = at + 1; i < values[at].next;) {
        struct audit_node *child =
            is_list ? audit_tree_items(profile, node)
                    : audit_tree_member(profile, node, member_name(profile, i));

        i += !is_list;
        place_value(profile, shape, child, i);
        i = values[i].next;
    }
}

/* NOLINTEND(misc-no-recursion) */

static void place_all(struct audit_profile *profile, struct audit_shape *shape,
                      struct audit_event *event, uint32_t root)
{
    uint32_t len = profile->doc.len;

    if (shape->nodes_len < len) {
        shape->nodes = (struct audit_node **)td_realloc(
            (void *)shape->nodes, len * sizeof(*shape->nodes));
        shape->nodes_len = len;
    }
    do {
        shape->generation = profile->generation;
        memset((void *)shape->nodes, 0, len * sizeof(*shape->nodes));
        place_value(profile, shape, &event->root, root);
    } while (shape->generation != profile->generation);
    shape->shape = profile->doc.shape;
    shape->event = event;
    shape->root = root;
}

static struct audit_shape *shape_of(struct audit_profile *profile,
                                    struct audit_event *event, uint32_t root)
{
    uint64_t number = profile->doc.shape;
    struct audit_shape *shape =
        &profile->cache[(number + (uintptr_t)event / 64) % AUDIT_SHAPES];

    if (!number)
        shape = &profile->unknown;
    else if (shape->shape == number && shape->event == event &&
             shape->root == root && shape->generation == profile->generation)
        return shape;
    place_all(profile, shape, event, root);
    return shape;
}

/* Values without a place: keys, and what was left out. */
static void count_left_out(struct audit_profile *profile,
                           const struct audit_shape *shape, uint32_t at)
{
    const struct td_json_value *v = &profile->doc.values[at];
    uint32_t inside = v->next - at - 1;

    if (!inside || v->kind < TD_JSON_ARRAY)
        return;
    if (shape->nodes[at]->depth == AUDIT_DEPTH_MAX)
        profile->left.deep += v->count;
    else if (v->kind == TD_JSON_ARRAY && !shape->nodes[at]->items)
        profile->left.fields += v->count;
}

static void see_all(struct audit_profile *profile, struct audit_event *event,
                    uint32_t root, struct audit_place place)
{
    const struct audit_shape *shape = shape_of(profile, event, root);
    uint32_t end = profile->doc.values[root].next;

    for (uint32_t at = root; at < end; at++) {
        const struct td_json_value *v = &profile->doc.values[at];

        if (shape->nodes[at]) {
            see(profile, shape->nodes[at], at, place);
            count_left_out(profile, shape, at);
        } else if (at > root && profile->fields >= AUDIT_FIELDS_MAX &&
                   v->kind != TD_JSON_STRING) {
            profile->left.fields++;
        }
    }
}

/* Its name and where the message begins. */
static const struct audit_where *where_of(struct audit_profile *profile,
                                          bool given)
{
    const struct td_json_doc *doc = &profile->doc;
    struct audit_where *where = &profile->wheres[doc->shape % AUDIT_SHAPES];

    if (doc->shape && where->shape == doc->shape && where->given == given)
        return where;
    where->shape = doc->shape;
    where->given = given;
    /* Socket.IO: ["name", MESSAGE, ...]. */
    where->root = given && doc->values[0].kind == TD_JSON_ARRAY &&
                          doc->values[0].count >= 2
                      ? doc->values[1].next
                      : 0;
    where->name = td_json_pointer(
        doc, where->root, profile->pointer ? profile->pointer : "/type");
    return where;
}

static struct td_bytes text_of(struct audit_profile *profile,
                               struct td_bytes inner)
{
    if (!inner.len || !memchr(inner.ptr, '\\', inner.len))
        return inner;
    td_buf_clear(&profile->name);
    (void)td_json_unescape(&profile->name, inner);
    return td_buf_bytes(&profile->name);
}

static struct td_bytes name_of(struct audit_profile *profile,
                               const struct audit_where *where,
                               struct td_bytes given)
{
    if (given.len && !profile->pointer)
        return text_of(profile, given);
    if (where->name == UINT32_MAX ||
        profile->doc.values[where->name].kind != TD_JSON_STRING)
        return td_bytes("", 0);
    return text_of(profile, td_json_inner(&profile->doc, where->name));
}

/* What the contract calls it, else its name; where is NULL if it is no JSON. */
static struct td_bytes event_of(struct audit_profile *profile,
                                const struct audit_where *where,
                                const struct audit_message *m)
{
    if (m->view && m->view->event)
        return m->view->event->name;
    return where ? name_of(profile, where, m->name) : text_of(profile, m->name);
}

static void leave_out(struct audit_profile *profile, struct td_bytes name)
{
    profile->left.messages++;
    audit_sketch_add(profile->unnamed, audit_print(name));
}

static void see_event(struct audit_event *event, const struct audit_message *m)
{
    audit_see(&event->seen, m->place);
    event->bytes += m->payload.len;
    if (m->payload.len <= event->bytes_most)
        return;
    event->bytes_most = m->payload.len;
    event->largest = m->place;
}

static void add_plain(struct audit_event *event, uint64_t count,
                      struct audit_place first)
{
    if (count > 0 &&
        (event->plain == 0 || audit_place_is_before(first, event->plain_at)))
        event->plain_at = first;
    event->plain += count;
}

void audit_profile_add(struct audit_profile *profile,
                       const struct audit_message *m)
{
    bool json = td_json_shapes_parse(profile->shapes, &profile->doc, m->payload,
                                     NULL) == TD_OK;
    const struct audit_where *where =
        json ? where_of(profile, m->name.len > 0) : NULL;
    struct td_bytes name = event_of(profile, where, m);
    struct audit_event *event = audit_tree_event(profile, name);

    profile->messages++;
    if (!event) {
        leave_out(profile, name);
        return;
    }
    event->told =
        event->told || (m->view && m->view->event && m->view->event->has_match);
    see_event(event, m);
    audit_again_see(profile, event, m);
    if (json)
        see_all(profile, event, where->root, m->place);
    else
        add_plain(event, 1, m->place);
}

const struct audit_event *audit_profile_visit(struct audit_profile *profile,
                                              const struct audit_message *m,
                                              audit_visit_fn *visit, void *self)
{
    const struct audit_where *where;
    const struct audit_shape *shape;
    struct audit_event *event;

    if (td_json_shapes_parse(profile->shapes, &profile->doc, m->payload, NULL))
        return NULL;
    where = where_of(profile, m->name.len > 0);
    event = audit_tree_event(profile, event_of(profile, where, m));
    if (!event)
        return NULL;
    shape = shape_of(profile, event, where->root);
    for (uint32_t at = where->root; at < profile->doc.values[where->root].next;
         at++) {
        if (shape->nodes[at])
            visit(self, shape->nodes[at], &profile->doc, at);
    }
    return event;
}

/* All of it. */

static void merge_event(struct audit_profile *profile, struct audit_event *from)
{
    struct audit_event *to = audit_tree_event(profile, td_text(from->name));

    if (!to) {
        leave_out(profile, td_text(from->name));
        profile->left.messages += from->seen.count - 1;
        return;
    }
    if (from->bytes_most > to->bytes_most) {
        to->bytes_most = from->bytes_most;
        to->largest = from->largest;
    }
    to->told = to->told || from->told;
    to->bytes += from->bytes;
    add_plain(to, from->plain, from->plain_at);
    audit_again_add(to, from->again, from->again_at);
    audit_seen_add(&to->seen, &from->seen);
    audit_tree_add(profile, &to->root, &from->root);
}

void audit_profile_merge(struct audit_profile *profile,
                         struct audit_profile *from)
{
    profile->messages += from->messages;
    profile->left.messages += from->left.messages;
    profile->left.fields += from->left.fields;
    profile->left.deep += from->left.deep;
    for (uint32_t i = 0; i < AUDIT_REGISTERS; i++) {
        if (profile->unnamed[i] < from->unnamed[i])
            profile->unnamed[i] = from->unnamed[i];
    }
    for (uint32_t i = 0; i < from->events_len; i++)
        merge_event(profile, from->events[i]);
    audit_again_merge(profile, from);
}

static int by_name(const void *a, const void *b)
{
    const struct audit_event *const *x = (const struct audit_event *const *)a;
    const struct audit_event *const *y = (const struct audit_event *const *)b;

    return strcmp((*x)->name, (*y)->name);
}

void audit_profile_close(struct audit_profile *profile)
{
    profile->left.names = audit_sketch_count(profile->unnamed);
    if (profile->events_len)
        qsort((void *)profile->events, profile->events_len,
              sizeof(struct audit_event *), by_name);
}

uint32_t audit_profile_events(const struct audit_profile *profile)
{
    return profile->events_len;
}

const struct audit_event *audit_profile_event(const struct audit_profile *p,
                                              uint32_t i)
{
    return p->events[i];
}

const struct audit_event *audit_profile_find(const struct audit_profile *p,
                                             const char *name)
{
    for (uint32_t i = 0; i < p->events_len; i++) {
        if (!strcmp(p->events[i]->name, name))
            return p->events[i];
    }
    return NULL;
}

struct audit_left_out audit_profile_left_out(const struct audit_profile *p)
{
    return p->left;
}

uint64_t audit_profile_messages(const struct audit_profile *profile)
{
    return profile->messages;
}

struct audit_node *audit_node_child(const struct audit_node *node,
                                    const char *name)
{
    struct audit_node *child = node->children;

    while (child && strcmp(child->name, name) != 0)
        child = child->next;
    return child;
}

/* NOLINTNEXTLINE(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */
void audit_node_path(struct td_buf *out, const struct audit_node *node)
{
    if (!node->parent)
        return;
    audit_node_path(out, node->parent);
    (void)td_buf_add_byte(out, '/');
    (void)td_buf_add_text(out, node->name);
}

bool audit_node_is_volatile(const struct audit_node *node)
{
    const struct audit_values *values = &node->values;
    uint32_t tapes = audit_seen_tapes(&node->all);

    if (values->strings && audit_values_format(values))
        return true;
    if (tapes < 2 || values->words_len < tapes)
        return false;
    for (uint32_t i = 0; i < values->words_len; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (values->words[i].first.tape == values->words[j].first.tape)
                return false;
        }
    }
    return true;
}

bool audit_node_is_required(const struct audit_node *child)
{
    return child->parent && !child->recursive && !child->parent->recursive &&
           child->all.count >= child->parent->types[AUDIT_OBJECT].count;
}
