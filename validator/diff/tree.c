#include "validator/diff/tree_internal.h"

#include "core/mem.h"
#include "schema/value/canonical.h"

#include <stdio.h>
#include <stdlib.h>

struct diff_trees *diff_trees_new(const struct diff *diff)
{
    struct diff_trees *trees =
        (struct diff_trees *)td_calloc(1, sizeof(*trees));

    trees->diff = diff;
    for (int side = 0; side < 2; side++)
        trees->look[side] = diff_look_new(diff->masks, diff->names, diff->key);
    for (uint32_t i = 0; i < diff->masks->fields_len; i++) {
        enum diff_mask_kind kind = diff->masks->fields[i].kind;

        trees->holds |= kind == DIFF_NUMBER_IDS || kind == DIFF_WITHIN ||
                        kind == DIFF_RELATIVE_TIME;
    }
    return trees;
}

void diff_trees_free(struct diff_trees *trees)
{
    if (!trees)
        return;
    diff_look_free(trees->look[0]);
    diff_look_free(trees->look[1]);
    td_buf_release(&trees->path);
    td_buf_release(&trees->scratch);
    free(trees);
}

void diff_tree_release(struct diff_tree *tree)
{
    td_arena_release(&tree->arena);
    free(tree->lines);
    *tree = (struct diff_tree){0};
}

static const struct td_json_value *value(const struct diff_trees *trees,
                                         int side, uint32_t at)
{
    return &trees->view[side].doc->values[at];
}

/* A line, or NULL: there is no room. */
static struct diff_line *add(struct diff_trees *trees, enum diff_line_kind kind,
                             const char *label)
{
    struct diff_tree *tree = trees->tree;
    struct diff_line *line;

    if (tree->len == DIFF_LINES_MAX)
        return NULL;
    tree->lines = (struct diff_line *)td_list_room(tree->lines, tree->len,
                                                   sizeof(*tree->lines));
    line = &tree->lines[tree->len++];
    *line = (struct diff_line){.kind = kind,
                               .depth = trees->depth,
                               .label = td_arena_copy(&tree->arena, label),
                               .hint = ""};
    return line;
}

static struct td_bytes copy(struct diff_tree *tree, struct td_bytes text)
{
    return td_bytes(td_arena_text(&tree->arena, text), text.len);
}

/* A value on one line. */
static struct td_bytes value_text(struct diff_trees *trees, int side,
                                  uint32_t at)
{
    const struct td_json_doc *doc = trees->view[side].doc;
    struct td_bytes raw = td_json_raw(doc, at);

    if (memchr(raw.ptr, '\n', raw.len) || memchr(raw.ptr, '\r', raw.len)) {
        td_buf_clear(&trees->scratch);
        raw = schema_canonical_text(&trees->scratch, doc, at);
    }
    return copy(trees->tree, raw);
}

static void add_change(struct diff_trees *trees, const char *label, uint32_t a,
                       uint32_t b)
{
    struct diff_line *line = add(trees, DIFF_LINE_CHANGE, label);

    trees->tree->changes++;
    if (!line)
        return;
    line->path = td_arena_text(&trees->tree->arena, td_buf_bytes(&trees->path));
    if (a != DIFF_NO_VALUE)
        line->from = value_text(trees, 0, a);
    if (b != DIFF_NO_VALUE)
        line->to = value_text(trees, 1, b);
    if (a != DIFF_NO_VALUE && b != DIFF_NO_VALUE)
        diff_hint(trees, a, b, line);
}

/* What is beside the message: name, direction. */
static void beside(struct diff_trees *trees, const char *path,
                   struct td_bytes from, struct td_bytes to)
{
    struct diff_line *line = add(trees, DIFF_LINE_CHANGE, path);

    trees->tree->changes++;
    if (!line)
        return;
    line->path = line->label;
    line->from = copy(trees->tree, from);
    line->to = copy(trees->tree, to);
}

/* A text as JSON, in the tree. */
static struct td_bytes quoted(struct diff_trees *trees, struct td_bytes text)
{
    td_buf_clear(&trees->scratch);
    (void)td_buf_add_byte(&trees->scratch, '"');
    (void)td_json_escape_any(&trees->scratch, text);
    (void)td_buf_add_byte(&trees->scratch, '"');
    return copy(trees->tree, td_buf_bytes(&trees->scratch));
}

static const struct diff_mask *mask_at(const struct diff_trees *trees,
                                       uint32_t a)
{
    uint32_t mark = diff_look_mask(trees->look[0], a);

    return mark ? &trees->diff->masks->fields[mark - 1] : NULL;
}

static double number(struct diff_trees *trees, int side, uint32_t at)
{
    td_buf_clear(&trees->scratch);
    (void)td_buf_add_bytes(&trees->scratch,
                           td_json_raw(trees->view[side].doc, at));
    return strtod(td_buf_str(&trees->scratch), NULL);
}

/* Of values with one hash: whether what is held of them is alike. */
static bool held_alike(struct diff_trees *trees, const struct diff_mask *mask,
                       uint32_t a, uint32_t b)
{
    const struct diff_finding *finding = trees->finding;
    double away;

    switch ((unsigned)mask->kind) {
    case DIFF_NUMBER_IDS:
        return !trees->diff->held || /* no streams: nothing is known of ids */
               diff_held_same_id(trees->diff->held, mask->ids,
                                 schema_fingerprint_value(
                                     &trees->scratch, trees->view[0].doc, a),
                                 schema_fingerprint_value(
                                     &trees->scratch, trees->view[1].doc, b));
    case DIFF_RELATIVE_TIME:
        return !finding->held ||
               &trees->diff->masks->fields[diff_slot_mask(finding->slot)] !=
                   mask;
    case DIFF_WITHIN:
        away = number(trees, 0, a) - number(trees, 1, b);
        return !(away > mask->unit || away < -mask->unit);
    default:
        return true;
    }
}

static uint32_t next_member(const struct diff_trees *trees, int side,
                            uint32_t key)
{
    return value(trees, side, key + 1)->next;
}

static uint64_t key_hash(struct diff_trees *trees, int side, uint32_t key)
{
    return schema_fingerprint_value(&trees->scratch, trees->view[side].doc,
                                    key) |
           1;
}

/* The key of a member, and its step at the end of the path. */
static char *push_key(struct diff_trees *trees, int side, uint32_t key)
{
    struct td_bytes text;
    char *label;

    td_buf_clear(&trees->scratch);
    (void)td_json_unescape(&trees->scratch,
                           td_json_inner(trees->view[side].doc, key));
    text = td_buf_bytes(&trees->scratch);
    label = td_strndup(text.ptr, text.len);
    (void)td_buf_add_byte(&trees->path, '/');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '~' || text.ptr[i] == '/')
            (void)td_buf_add_text(&trees->path,
                                  text.ptr[i] == '~' ? "~0" : "~1");
        else
            (void)td_buf_add_byte(&trees->path, text.ptr[i]);
    }
    return label;
}

/* Names of the members of an object: the last one of each counts. */
static struct diff_table members_of(struct diff_trees *trees, int side,
                                    uint32_t object)
{
    struct diff_table table = {0};
    bool made;

    for (uint32_t i = object + 1; i < value(trees, side, object)->next;
         i = next_member(trees, side, i))
        diff_table_add(&table, key_hash(trees, side, i), i, &made)->value = i;
    return table;
}

/* The value of the member of that name; DIFF_NO_VALUE: there is none. */
static uint32_t find_member(struct diff_trees *trees,
                            const struct diff_table *members, int side,
                            uint32_t key)
{
    const struct diff_slot *slot =
        diff_table_find(members, key_hash(trees, side, key));

    return slot ? slot->value + 1 : DIFF_NO_VALUE;
}

static void say_more(struct diff_trees *trees, uint32_t more)
{
    struct diff_line *line = more ? add(trees, DIFF_LINE_MORE, "") : NULL;

    if (line)
        line->more = more;
}

/* NOLINTBEGIN(misc-no-recursion): parsed documents bound the depth */

static bool compare(struct diff_trees *trees, const char *label, uint32_t a,
                    uint32_t b);

static void compare_member(struct diff_trees *trees, int side, uint32_t key,
                           uint32_t other, uint32_t *equal)
{
    size_t len = trees->path.len;
    char *label = push_key(trees, side, key);

    if (side == 1)
        add_change(trees, label, DIFF_NO_VALUE, key + 1);
    else if (other == DIFF_NO_VALUE)
        add_change(trees, label, key + 1, other);
    else
        *equal += compare(trees, label, key + 1, other);
    trees->path.len = len;
    free(label);
}

static void compare_objects(struct diff_trees *trees, uint32_t a, uint32_t b)
{
    struct diff_table there = members_of(trees, 1, b);
    struct diff_table here = members_of(trees, 0, a);
    uint32_t equal = 0;

    for (uint32_t i = a + 1; i < value(trees, 0, a)->next;
         i = next_member(trees, 0, i))
        compare_member(trees, 0, i, find_member(trees, &there, 0, i), &equal);
    for (uint32_t i = b + 1; i < value(trees, 1, b)->next;
         i = next_member(trees, 1, i)) {
        if (find_member(trees, &here, 1, i) == DIFF_NO_VALUE)
            compare_member(trees, 1, i, DIFF_NO_VALUE, &equal);
    }
    diff_table_release(&there);
    diff_table_release(&here);
    say_more(trees, equal);
}

static void compare_items(struct diff_trees *trees, uint32_t a, uint32_t b,
                          uint32_t number, uint32_t *equal)
{
    size_t len = trees->path.len;
    char label[16];

    (void)snprintf(label, sizeof(label), "%u", number);
    (void)td_buf_addf(&trees->path, "/%s", label);
    if (a == DIFF_NO_VALUE || b == DIFF_NO_VALUE)
        add_change(trees, label, a, b);
    else
        *equal += compare(trees, label, a, b);
    trees->path.len = len;
}

static void compare_lists(struct diff_trees *trees, uint32_t a, uint32_t b)
{
    struct diff_list_pair *pairs;
    const struct diff_mask *mask = mask_at(trees, a);
    uint32_t len = diff_list_align(trees, a, b, mask != NULL, &pairs);
    uint32_t equal = 0;

    for (uint32_t i = 0; i < len; i++)
        compare_items(trees, pairs[i].a, pairs[i].b, pairs[i].number, &equal);
    say_more(trees, equal);
    free(pairs);
}

/* Both are containers of one kind, which are looked into. */
static void compare_inside(struct diff_trees *trees, const char *label,
                           uint32_t a, uint32_t b)
{
    uint32_t changes = trees->tree->changes;
    uint32_t lines = trees->tree->len;

    if (*label && add(trees, DIFF_LINE_ENTER, label))
        trees->depth++;
    else
        label = "";
    if (value(trees, 0, a)->kind == TD_JSON_OBJECT)
        compare_objects(trees, a, b);
    else
        compare_lists(trees, a, b);
    if (*label)
        trees->depth--;
    if (trees->tree->changes == changes)
        trees->tree->len = lines;
}

/* A list whose items are the same in another order is one change. */
static bool is_reordered(struct diff_trees *trees, uint32_t a, uint32_t b)
{
    return value(trees, 0, a)->kind == TD_JSON_ARRAY &&
           diff_look_hash(trees->look[0], a) !=
               diff_look_hash(trees->look[1], b) &&
           diff_same_items(trees, a, b);
}

/* True: nothing differs. */
static bool compare(struct diff_trees *trees, const char *label, uint32_t a,
                    uint32_t b)
{
    const struct diff_mask *mask = mask_at(trees, a);
    uint8_t kind = value(trees, 0, a)->kind;
    uint32_t changes = trees->tree->changes;
    bool same =
        diff_look_hash(trees->look[0], a) == diff_look_hash(trees->look[1], b);
    bool opens = kind == value(trees, 1, b)->kind && kind >= TD_JSON_ARRAY &&
                 (!mask || mask->kind == DIFF_SORT);

    if (same && mask && !opens && !held_alike(trees, mask, a, b))
        same = false;
    else if (opens && (!same || (trees->holds && !mask)) &&
             (mask || !is_reordered(trees, a, b)))
        compare_inside(trees, label, a, b);
    if (!same && trees->tree->changes == changes)
        add_change(trees, label, a, b);
    return trees->tree->changes == changes;
}

/* NOLINTEND(misc-no-recursion) */

static struct td_bytes direction(const struct diff_message *m)
{
    return td_text(m->dir == TD_DIR_IN ? "\"in\"" : "\"out\"");
}

/* All that belongs to a message and is not in it. */
static void compare_beside(struct diff_trees *trees,
                           const struct diff_message *a,
                           const struct diff_message *b)
{
    const struct diff_names *names = trees->diff->names;
    uint32_t name[2] = {trees->view[0].name, trees->view[1].name};

    if (name[0] != name[1])
        beside(trees, "(name)",
               quoted(trees, diff_names_at(names, name[0])->text),
               quoted(trees, diff_names_at(names, name[1])->text));
    if (a->dir != b->dir)
        beside(trees, "(direction)", direction(a), direction(b));
    if (!td_bytes_equal(a->att, b->att))
        beside(trees, "(attachments)", a->att, b->att);
    if (a->asks != b->asks)
        beside(trees, "(asks for an ack)", td_text(a->asks ? "true" : "false"),
               td_text(b->asks ? "true" : "false"));
    if (a->acks != b->acks)
        beside(trees, "(is an ack)", td_text(a->acks ? "true" : "false"),
               td_text(b->acks ? "true" : "false"));
}

void diff_tree_make(struct diff_trees *trees,
                    const struct diff_finding *finding,
                    const struct diff_message *a, const struct diff_message *b,
                    struct diff_tree *tree)
{
    struct td_error err;

    diff_tree_release(tree);
    trees->tree = tree;
    trees->finding = finding;
    trees->depth = 0;
    td_buf_clear(&trees->path);
    /* Their names were there before: nothing can fail. */
    if (diff_look(trees->look[0], a, &trees->view[0], &err) ||
        diff_look(trees->look[1], b, &trees->view[1], &err))
        return;
    compare_beside(trees, a, b);
    if (trees->view[0].doc && trees->view[1].doc)
        (void)compare(trees, "", trees->view[0].root, trees->view[1].root);
    else if (!td_bytes_equal(a->payload, b->payload))
        beside(trees, "(payload)", quoted(trees, a->payload),
               quoted(trees, b->payload));
    if (tree->changes == 0 && finding->kind == DIFF_CHANGED)
        beside(trees, "(payload)", quoted(trees, a->payload),
               quoted(trees, b->payload));
}

static void add_field(struct diff_trees *trees, struct td_buf *out,
                      const char *field, uint32_t at)
{
    struct td_bytes raw = td_json_raw(trees->view[0].doc, at);
    const char *slash = strrchr(field, '/');
    bool cut = raw.len > DIFF_TITLE_MAX;

    (void)td_buf_addf(out, "%s=%.*s%s", slash ? slash + 1 : field,
                      cut ? DIFF_TITLE_MAX : (int)raw.len,
                      (const char *)raw.ptr, cut ? "..." : "");
}

void diff_title(struct diff_trees *trees, const struct diff_message *m,
                struct td_buf *out)
{
    struct diff_view *view = &trees->view[0];
    const struct diff_name *name;
    struct td_error err;
    bool any = false;

    if (diff_look(trees->look[0], m, view, &err))
        return;
    name = diff_names_at(trees->diff->names, view->name);
    if (name->text.len)
        (void)td_buf_add_bytes(out, name->text);
    else
        (void)td_buf_add_text(out, "(no name)");
    for (uint32_t i = 0; view->doc && i < name->identity.len; i++) {
        const char *field = name->identity.fields[i];
        uint32_t at = diff_field_find(view->doc, view->root, field);

        if (at == DIFF_NO_VALUE)
            continue;
        (void)td_buf_add_text(out, any ? ", " : "[");
        add_field(trees, out, field, at);
        any = true;
    }
    (void)td_buf_add_text(out, any ? "]" : "");
}
