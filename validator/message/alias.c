#include "validator/message/alias.h"

#include "core/mem.h"
#include "schema/value/canonical.h"
#include "validator/message/alias_internal.h"

#include <stdlib.h>

struct reader {
    struct check_aliases *a;
    const struct td_jsonx *doc;
    struct td_error *err;
};

/* A path while it is read: the scope it ends in, and its names from there. */
struct place {
    uint32_t scope;
    uint32_t node;
    struct alias_path path;
};

static uint32_t add_node(struct check_aliases *a, uint32_t scope)
{
    a->nodes = td_realloc(a->nodes, (a->len + 1) * sizeof(*a->nodes));
    a->nodes[a->len] = (struct alias_node){.child = ALIAS_NONE,
                                           .sibling = ALIAS_NONE,
                                           .element = ALIAS_NONE,
                                           .scope = scope,
                                           .alias_of = ALIAS_NONE};
    return a->len++;
}

struct check_aliases *check_aliases_new(void)
{
    struct check_aliases *a = td_calloc(1, sizeof(*a));

    (void)add_node(a, 0);
    return a;
}

static void release_path(struct alias_path *path)
{
    for (uint32_t i = 0; i < path->len; i++)
        free((void *)(uintptr_t)path->names[i].ptr);
    free(path->names);
    *path = (struct alias_path){0};
}

static void release_node(struct alias_node *n)
{
    free((void *)(uintptr_t)n->name.ptr);
    release_path(&n->path);
    for (uint32_t i = 0; i < n->aliases_len; i++)
        release_path(&n->aliases[i]);
    free(n->aliases);
    for (uint32_t i = 0; i < n->words_len; i++) {
        td_buf_release(&n->words[i].wire);
        td_buf_release(&n->words[i].own);
    }
    free(n->words);
}

void check_aliases_free(struct check_aliases *aliases)
{
    if (!aliases)
        return;
    for (uint32_t i = 0; i < aliases->len; i++)
        release_node(&aliases->nodes[i]);
    free(aliases->nodes);
    free(aliases);
}

uint32_t alias_child(const struct check_aliases *a, uint32_t node,
                     struct td_bytes name)
{
    uint32_t child = a->nodes[node].child;

    while (child != ALIAS_NONE && !td_bytes_equal(a->nodes[child].name, name))
        child = a->nodes[child].sibling;
    return child;
}

uint32_t alias_find(const struct td_json_doc *doc, uint32_t at,
                    const struct alias_path *path)
{
    for (uint32_t i = 0; i < path->len; i++) {
        at = td_json_member(doc, at, path->names[i]);
        if (at == 0)
            return 0;
    }
    return at;
}

static enum td_code fail(const struct reader *r, uint32_t at, const char *why)
{
    return td_jsonx_fail(r->doc, at, TD_USAGE, r->err, "%s", why);
}

static enum td_code too_many(const struct reader *r, uint32_t at)
{
    return td_jsonx_fail(r->doc, at, TD_LIMIT, r->err,
                         "more than %d names of fields for one event, or %d "
                         "in one path",
                         CHECK_ALIASES_MAX, CHECK_ALIAS_DEPTH);
}

static uint32_t need_child(struct check_aliases *a, uint32_t node,
                           uint32_t scope, struct td_bytes name)
{
    uint32_t child = alias_child(a, node, name);

    if (child != ALIAS_NONE)
        return child;
    child = add_node(a, scope);
    a->nodes[child].name = td_bytes(td_strndup(name.ptr, name.len), name.len);
    a->nodes[child].sibling = a->nodes[node].child;
    a->nodes[node].child = child;
    return child;
}

/* Step into one name of a path, perhaps with [] behind it. */
static bool step(const struct reader *r, struct place *p, struct td_bytes name)
{
    bool list = name.len > 2 && !memcmp(name.ptr + name.len - 2, "[]", 2);
    struct alias_path *path = &p->path;

    if (list)
        name.len -= 2;
    if (name.len == 0 || r->a->len >= CHECK_ALIASES_MAX - 1 ||
        path->len == CHECK_ALIAS_DEPTH)
        return false;
    p->node = need_child(r->a, p->node, p->scope, name);
    if (list) {
        uint32_t node = p->node;

        if (r->a->nodes[node].element == ALIAS_NONE) {
            uint32_t element = add_node(r->a, r->a->len);

            r->a->nodes[node].element = element;
        }
        p->node = p->scope = r->a->nodes[node].element;
        release_path(path);
        return true;
    }
    path->names =
        td_realloc(path->names, (path->len + 1) * sizeof(*path->names));
    path->names[path->len++] =
        td_bytes(td_strndup(name.ptr, name.len), name.len);
    return true;
}

static enum td_code read_path(const struct reader *r, uint32_t at,
                              struct place *p)
{
    struct td_buf text = {0};
    struct td_bytes rest;
    bool good = true;

    *p = (struct place){0};
    if (r->doc->json.values[at].kind != TD_JSON_STRING)
        return fail(r, at, "a field is text like path or stats.total");
    (void)td_json_unescape(&text, td_json_inner(&r->doc->json, at));
    rest = td_buf_bytes(&text);
    while (good) {
        const uint8_t *dot = rest.len ? memchr(rest.ptr, '.', rest.len) : NULL;
        size_t len = dot ? (size_t)(dot - rest.ptr) : rest.len;

        good = step(r, p, td_bytes(rest.ptr, len));
        if (!dot)
            break;
        rest = td_bytes(dot + 1, rest.len - len - 1);
    }
    td_buf_release(&text);
    if (good && p->path.len > 0)
        return TD_OK;
    release_path(&p->path);
    if (r->a->len >= CHECK_ALIASES_MAX - 1)
        return too_many(r, at);
    return fail(r, at,
                "a field is text like path, stats.total or "
                "phases[].name, and ends in a name");
}

static bool lies_above(const struct alias_path *a, const struct alias_path *b)
{
    for (uint32_t i = 0; i < a->len; i++) {
        if (i == b->len || !td_bytes_equal(a->names[i], b->names[i]))
            return false;
    }
    return true;
}

/* Why this cannot be an alias of field `own`; NULL: it can. */
static const char *refuse(const struct reader *r, uint32_t own,
                          const struct place *p)
{
    const struct alias_node *n = &r->a->nodes[own];
    const struct alias_node *other = &r->a->nodes[p->node];

    if (p->scope != n->scope)
        return "a field and its aliases go through the same lists";
    if (lies_above(&p->path, &n->path))
        return "an alias cannot be what contains the field, or itself";
    if (other->aliases_len > 0 ||
        (other->alias_of != ALIAS_NONE && other->alias_of != own))
        return "this is already a field of its own, or an alias of another";
    return NULL;
}

static enum td_code add_alias(const struct reader *r, uint32_t own, uint32_t at)
{
    struct place p;
    const char *why;
    struct alias_node *n;
    enum td_code code = read_path(r, at, &p);

    if (code)
        return code;
    why = refuse(r, own, &p);
    if (why) {
        release_path(&p.path);
        return fail(r, at, why);
    }
    n = &r->a->nodes[own];
    r->a->nodes[p.node].alias_of = own;
    n->aliases =
        td_realloc(n->aliases, (n->aliases_len + 1) * sizeof(*n->aliases));
    n->aliases[n->aliases_len++] = p.path;
    return TD_OK;
}

static enum td_code read_field(const struct reader *r, uint32_t key)
{
    const struct td_json_value *v = r->doc->json.values;
    bool list = v[key + 1].kind == TD_JSON_ARRAY;
    uint32_t end = v[key + 1].next;
    struct place p;
    enum td_code code = read_path(r, key, &p);

    if (code)
        return code;
    if (r->a->nodes[p.node].alias_of != ALIAS_NONE) {
        release_path(&p.path);
        return fail(r, key, "this is already an alias of another field");
    }
    release_path(&r->a->nodes[p.node].path);
    r->a->nodes[p.node].path = p.path;
    for (uint32_t i = key + (list ? 2 : 1); i < end && code == TD_OK;
         i = v[i].next)
        code = add_alias(r, p.node, i);
    return code;
}

static enum td_code read_object(const struct reader *r, uint32_t at,
                                enum td_code (*read)(const struct reader *,
                                                     uint32_t),
                                const char *what)
{
    const struct td_json_value *v = r->doc->json.values;
    enum td_code code = TD_OK;

    if (v[at].kind != TD_JSON_OBJECT)
        return fail(r, at, what);
    for (uint32_t key = at + 1; key < v[at].next && code == TD_OK;
         key = v[key + 1].next)
        code = read(r, key);
    return code;
}

enum td_code check_aliases_read(struct check_aliases *aliases,
                                const struct td_jsonx *doc, uint32_t at,
                                struct td_error *err)
{
    struct reader r = {aliases, doc, err};

    return read_object(&r, at, read_field,
                       "aliases is an object: the contract's name of a field, "
                       "then other names of it");
}

static enum td_code read_words(const struct reader *r, uint32_t key)
{
    const struct td_json_value *v = r->doc->json.values;
    struct alias_node *n;
    struct place p;
    enum td_code code = read_path(r, key, &p);

    if (code)
        return code;
    release_path(&p.path);
    if (v[key + 1].kind != TD_JSON_OBJECT)
        return fail(r, key + 1,
                    "the values of a field are an object: what is on the wire, "
                    "then what the contract calls it");
    n = &r->a->nodes[p.node];
    for (uint32_t i = key + 2; i < v[key + 1].next; i = v[i + 1].next) {
        struct alias_word *word;

        if (n->words_len == CHECK_ALIAS_EXAMPLES)
            return td_jsonx_fail(r->doc, i, TD_LIMIT, r->err,
                                 "more than %d values of one field",
                                 CHECK_ALIAS_EXAMPLES);
        n->words = td_realloc(n->words, (n->words_len + 1) * sizeof(*n->words));
        word = &n->words[n->words_len++];
        *word = (struct alias_word){0};
        schema_canonical(&word->wire, &r->doc->json, i);
        schema_canonical(&word->own, &r->doc->json, i + 1);
    }
    return TD_OK;
}

enum td_code check_values_read(struct check_aliases *aliases,
                               const struct td_jsonx *doc, uint32_t at,
                               struct td_error *err)
{
    struct reader r = {aliases, doc, err};

    return read_object(&r, at, read_words,
                       "values is an object: a field, then what its values "
                       "mean");
}
