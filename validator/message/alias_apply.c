/* Renaming the data of an event, and the way back for findings. */
#include "schema/value/canonical.h"
#include "schema/value/pointer.h"
#include "validator/message/alias_internal.h"

/* One event that is rewritten. Values that move are those of aliases whose own
 * field is not there.
 */
struct writer {
    const struct check_aliases *a;
    const struct td_json_doc *doc;
    struct td_buf *out;
    uint32_t moved[CHECK_ALIASES_MAX]; /* by own node: the value; 0: none */
    bool changed;
};

static void write_value(struct writer *w, uint32_t node, uint32_t at);

/* What moves within a scope whose object is `at`. */
static void find_moves(struct writer *w, uint32_t scope, uint32_t at)
{
    for (uint32_t i = 0; i < w->a->len; i++) {
        const struct alias_node *n = &w->a->nodes[i];

        if (n->scope != scope || n->aliases_len == 0)
            continue;
        w->moved[i] = 0;
        if (alias_find(w->doc, at, &n->path))
            continue;
        for (uint32_t k = 0; k < n->aliases_len && !w->moved[i]; k++)
            w->moved[i] = alias_find(w->doc, at, &n->aliases[k]);
    }
}

/* The contract's aliases bound the depth, and a parsed document does. */
/* NOLINTBEGIN(misc-no-recursion) */

/* True if something moves to the node or below. */
static bool receives(const struct writer *w, uint32_t node)
{
    const struct alias_node *n = &w->a->nodes[node];

    if (n->aliases_len > 0 && w->moved[node])
        return true;
    for (uint32_t c = n->child; c != ALIAS_NONE; c = w->a->nodes[c].sibling) {
        if (receives(w, c))
            return true;
    }
    return false;
}

static void write_name(struct writer *w, struct td_bytes name, bool first)
{
    (void)td_buf_add_text(w->out, first ? "\"" : ",\"");
    (void)td_json_escape(w->out, name);
    (void)td_buf_add_text(w->out, "\":");
}

/* Members that the object on the wire lacks: those that move here, and objects
 * that something moves into.
 */
static void write_missing(struct writer *w, uint32_t node, uint32_t at,
                          bool first)
{
    uint32_t c = w->a->nodes[node].child;

    for (; c != ALIAS_NONE; c = w->a->nodes[c].sibling) {
        const struct alias_node *n = &w->a->nodes[c];

        if ((at != ALIAS_NONE && td_json_member(w->doc, at, n->name)) ||
            !receives(w, c))
            continue;
        write_name(w, n->name, first);
        first = false;
        w->changed = true;
        if (n->aliases_len > 0 && w->moved[c]) {
            write_value(w, c, w->moved[c]);
            continue;
        }
        (void)td_buf_add_byte(w->out, '{');
        write_missing(w, c, ALIAS_NONE, true);
        (void)td_buf_add_byte(w->out, '}');
    }
}

static uint32_t node_of_key(const struct writer *w, uint32_t node, uint32_t key)
{
    uint32_t c = w->a->nodes[node].child;

    while (c != ALIAS_NONE &&
           !td_json_string_is(w->doc, key, w->a->nodes[c].name))
        c = w->a->nodes[c].sibling;
    return c;
}

/* True if the member is an alias whose value goes elsewhere. */
static bool leaves(const struct writer *w, uint32_t node, uint32_t at)
{
    return node != ALIAS_NONE && w->a->nodes[node].alias_of != ALIAS_NONE &&
           w->moved[w->a->nodes[node].alias_of] == at;
}

static void write_object(struct writer *w, uint32_t node, uint32_t at)
{
    const struct td_json_value *v = w->doc->values;
    bool first = true;

    (void)td_buf_add_byte(w->out, '{');
    for (uint32_t key = at + 1; key < v[at].next; key = v[key + 1].next) {
        uint32_t child = node_of_key(w, node, key);

        if (leaves(w, child, key + 1))
            continue;
        (void)td_buf_add_text(w->out, first ? "" : ",");
        (void)td_buf_add_bytes(w->out, td_json_raw(w->doc, key));
        (void)td_buf_add_byte(w->out, ':');
        write_value(w, child, key + 1);
        first = false;
    }
    write_missing(w, node, at, first);
    (void)td_buf_add_byte(w->out, '}');
}

static void write_elements(struct writer *w, uint32_t element, uint32_t at)
{
    const struct td_json_value *v = w->doc->values;

    (void)td_buf_add_byte(w->out, '[');
    for (uint32_t i = at + 1; i < v[at].next; i = v[i].next) {
        (void)td_buf_add_text(w->out, i > at + 1 ? "," : "");
        find_moves(w, element, i);
        write_value(w, element, i);
    }
    (void)td_buf_add_byte(w->out, ']');
}

/* Another word for the value, if there is one. */
static bool write_word(struct writer *w, const struct alias_node *n,
                       uint32_t at)
{
    size_t from = w->out->len;

    if (n->words_len == 0)
        return false;
    schema_canonical(w->out, w->doc, at);
    for (uint32_t i = 0; i < n->words_len; i++) {
        struct td_bytes seen = {w->out->ptr + from, w->out->len - from};

        if (!td_bytes_equal(td_buf_bytes(&n->words[i].wire), seen))
            continue;
        w->out->len = from;
        w->changed = true;
        (void)td_buf_add_bytes(w->out, td_buf_bytes(&n->words[i].own));
        return true;
    }
    w->out->len = from;
    return false;
}

static void write_value(struct writer *w, uint32_t node, uint32_t at)
{
    const struct alias_node *n = node == ALIAS_NONE ? NULL : &w->a->nodes[node];
    uint8_t kind = w->doc->values[at].kind;

    if (n && write_word(w, n, at))
        return;
    if (n && n->child != ALIAS_NONE && kind == TD_JSON_OBJECT)
        write_object(w, node, at);
    else if (n && n->element != ALIAS_NONE && kind == TD_JSON_ARRAY)
        write_elements(w, n->element, at);
    else
        (void)td_buf_add_bytes(w->out, td_json_raw(w->doc, at));
}

/* NOLINTEND(misc-no-recursion) */

bool check_aliases_apply(const struct check_aliases *aliases,
                         const struct td_json_doc *doc, uint32_t data,
                         struct td_buf *out)
{
    struct writer w = {.a = aliases, .doc = doc, .out = out};

    find_moves(&w, 0, data);
    write_value(&w, 0, data);
    return w.changed;
}

/* The way back: a pointer into the renamed data, name by name. */
struct walker {
    const struct check_aliases *a;
    const struct td_json_doc *doc;
    struct td_buf *out;
    size_t from;    /* of *out: where the scope begins */
    uint32_t start; /* the scope's object */
    uint32_t node;  /* ALIAS_NONE: nothing known of it */
    uint32_t at;    /* on the wire; ALIAS_NONE: not there */
};

/* The field moved: where it came from. */
static bool walk_back(struct walker *w, const struct alias_node *n)
{
    if (alias_find(w->doc, w->start, &n->path))
        return false;
    for (uint32_t k = 0; k < n->aliases_len; k++) {
        uint32_t at = alias_find(w->doc, w->start, &n->aliases[k]);

        if (at == 0)
            continue;
        w->at = at;
        w->out->len = w->from;
        for (uint32_t i = 0; i < n->aliases[k].len; i++)
            schema_pointer_token(w->out, n->aliases[k].names[i]);
        return true;
    }
    return false;
}

static uint32_t nth(const struct td_json_doc *doc, uint32_t list,
                    struct td_bytes token)
{
    uint32_t i = list + 1;
    uint32_t n = 0;

    for (size_t k = 0; k < token.len && n < doc->values[list].count; k++)
        n = n * 10 + (uint32_t)(token.ptr[k] - '0');
    while (n-- > 0 && i < doc->values[list].next)
        i = doc->values[i].next;
    return i < doc->values[list].next ? i : ALIAS_NONE;
}

static void walk_element(struct walker *w, struct td_bytes token)
{
    schema_pointer_token(w->out, token);
    w->at = nth(w->doc, w->at, token);
    w->start = w->at;
    w->from = w->out->len;
    if (w->node != ALIAS_NONE)
        w->node = w->a->nodes[w->node].element;
}

static void walk_name(struct walker *w, struct td_bytes name)
{
    if (w->node != ALIAS_NONE)
        w->node = alias_child(w->a, w->node, name);
    if (w->node != ALIAS_NONE && w->a->nodes[w->node].aliases_len > 0 &&
        w->start != ALIAS_NONE && walk_back(w, &w->a->nodes[w->node]))
        return;
    schema_pointer_token(w->out, name);
    if (w->at != ALIAS_NONE)
        w->at = td_json_member(w->doc, w->at, name);
    if (w->at == 0)
        w->at = ALIAS_NONE;
}

static struct td_bytes unescape(struct td_buf *out, struct td_bytes token)
{
    td_buf_clear(out);
    for (size_t i = 0; i < token.len; i++) {
        bool escaped = token.ptr[i] == '~' && i + 1 < token.len;

        i += escaped;
        (void)td_buf_add_byte(out, !escaped              ? token.ptr[i]
                                   : token.ptr[i] == '1' ? '/'
                                                         : '~');
    }
    return td_buf_bytes(out);
}

void check_aliases_wire(const struct check_aliases *aliases,
                        const struct td_json_doc *doc, uint32_t data,
                        struct td_bytes pointer, struct td_buf *out)
{
    struct walker w = {.a = aliases,
                       .doc = doc,
                       .out = out,
                       .from = out->len,
                       .start = data,
                       .at = data};
    struct td_buf token = {0};

    while (pointer.len > 0) {
        const uint8_t *slash =
            pointer.len > 1 ? memchr(pointer.ptr + 1, '/', pointer.len - 1)
                            : NULL;
        size_t len = slash ? (size_t)(slash - pointer.ptr) : pointer.len;
        struct td_bytes name =
            unescape(&token, td_bytes(pointer.ptr + 1, len - 1));

        if (w.at != ALIAS_NONE && doc->values[w.at].kind == TD_JSON_ARRAY)
            walk_element(&w, name);
        else
            walk_name(&w, name);
        pointer = td_bytes(pointer.ptr + len, pointer.len - len);
    }
    td_buf_release(&token);
}
