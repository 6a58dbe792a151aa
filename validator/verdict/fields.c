#include "validator/verdict/fields.h"

#include "core/mem.h"
#include "schema/value/pointer.h"

#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 200
#define PATH_MAX_BYTES 200
#define KINDS          (TD_JSON_OBJECT + 1)

struct field {
    char *path;
    uint64_t present; /* events that have it */
    uint64_t last;    /* the latest of them */
    unsigned kinds;   /* a bit for each enum td_json_kind */
    char *samples[VERDICT_FIELDS_SAMPLES];
    size_t samples_len;
};

struct named {
    char name[NAME_MAX_BYTES + 1];
    size_t len;
    uint64_t events;
    uint64_t looked;
    struct field *list;
    size_t list_len;
    uint64_t cut; /* values that found no room in the list */
};

struct verdict_fields {
    struct named *names[VERDICT_FIELDS_NAMES];
    size_t names_len;
    struct td_buf path;
};

struct verdict_fields *verdict_fields_new(void)
{
    return td_calloc(1, sizeof(struct verdict_fields));
}

static void free_named(struct named *n)
{
    for (size_t i = 0; i < n->list_len; i++) {
        for (size_t s = 0; s < n->list[i].samples_len; s++)
            free(n->list[i].samples[s]);
        free(n->list[i].path);
    }
    free(n->list);
    free(n);
}

void verdict_fields_free(struct verdict_fields *fields)
{
    if (!fields)
        return;
    for (size_t i = 0; i < fields->names_len; i++)
        free_named(fields->names[i]);
    td_buf_release(&fields->path);
    free(fields);
}

static struct named *name_of(struct verdict_fields *fields,
                             struct td_bytes name)
{
    struct named *n;

    if (name.len > NAME_MAX_BYTES)
        name.len = NAME_MAX_BYTES;
    for (size_t i = 0; i < fields->names_len; i++) {
        n = fields->names[i];
        if (n->len == name.len && memcmp(n->name, name.ptr, name.len) == 0)
            return n;
    }
    if (fields->names_len == VERDICT_FIELDS_NAMES)
        return NULL;
    n = td_calloc(1, sizeof(*n));
    memcpy(n->name, name.ptr, name.len);
    n->len = name.len;
    return fields->names[fields->names_len++] = n;
}

/* ---- a field ---- */

static struct field *field_of(struct named *n, struct td_buf *path)
{
    struct field *f;

    for (size_t i = 0; i < n->list_len; i++)
        if (strcmp(n->list[i].path, td_buf_str(path)) == 0)
            return &n->list[i];
    if (n->list_len == VERDICT_FIELDS_MOST || path->len > PATH_MAX_BYTES) {
        n->cut++;
        return NULL;
    }
    n->list = td_realloc(n->list, (n->list_len + 1) * sizeof(*n->list));
    f = &n->list[n->list_len++];
    *f = (struct field){.path = td_strdup(td_buf_str(path))};
    return f;
}

static void add_sample(struct field *f, struct td_bytes raw)
{
    struct td_buf text = {0};

    schema_excerpt(&text, raw, VERDICT_FIELDS_TEXT);
    for (size_t i = 0; i < f->samples_len; i++)
        if (strcmp(f->samples[i], td_buf_str(&text)) == 0) {
            td_buf_release(&text);
            return;
        }
    f->samples[f->samples_len++] = td_strdup(td_buf_str(&text));
    td_buf_release(&text);
}

static void see(struct named *n, struct td_buf *path,
                const struct td_json_doc *doc, uint32_t at)
{
    struct field *f = field_of(n, path);
    unsigned kind = doc->values[at].kind;

    if (!f)
        return;
    if (f->last != n->looked) {
        f->last = n->looked;
        f->present++;
    }
    f->kinds |= 1u << kind;
    if (kind < TD_JSON_ARRAY && f->samples_len < VERDICT_FIELDS_SAMPLES)
        add_sample(f, td_json_raw(doc, at));
}

/* ---- the fields of a value ---- */
/* NOLINTBEGIN(misc-no-recursion): at most VERDICT_FIELDS_DEEP deep. */

static void walk(struct verdict_fields *fields, struct named *n,
                 const struct td_json_doc *doc, uint32_t at, unsigned deep);

static void walk_child(struct verdict_fields *fields, struct named *n,
                       const struct td_json_doc *doc, uint32_t at,
                       struct td_bytes key, unsigned deep)
{
    size_t before = fields->path.len;

    schema_pointer_token(&fields->path, key);
    walk(fields, n, doc, at, deep + 1);
    fields->path.len = before;
}

static void walk(struct verdict_fields *fields, struct named *n,
                 const struct td_json_doc *doc, uint32_t at, unsigned deep)
{
    const struct td_json_value *v = &doc->values[at];
    uint32_t child = at + 1;

    if (deep > 0)
        see(n, &fields->path, doc, at);
    if (deep == VERDICT_FIELDS_DEEP)
        return;
    for (uint32_t i = 0; i < v->count; i++) {
        bool member = v->kind == TD_JSON_OBJECT;
        uint32_t value = member ? child + 1 : child;

        walk_child(fields, n, doc, value,
                   member ? td_json_inner(doc, child) : td_text("*"), deep);
        child = doc->values[value].next;
    }
}

/* NOLINTEND(misc-no-recursion) */

void verdict_fields_put(struct verdict_fields *fields, struct td_bytes name,
                        const struct td_json_doc *doc, uint32_t at)
{
    struct named *n = name_of(fields, name);

    if (!n)
        return;
    n->events++;
    if (n->events > VERDICT_FIELDS_ALL && n->events % VERDICT_FIELDS_EVERY)
        return;
    n->looked++;
    if (!doc)
        return;
    td_buf_clear(&fields->path);
    walk(fields, n, doc, at, 0);
}

void verdict_fields_expect(struct verdict_fields *fields, struct td_bytes name,
                           const char *path, unsigned kinds)
{
    struct named *n = name_of(fields, name);
    struct field *f;
    uint64_t cut;

    if (!n || !path)
        return;
    td_buf_clear(&fields->path);
    (void)td_buf_add_text(&fields->path, path);
    cut = n->cut;
    f = field_of(n, &fields->path);
    n->cut = cut; /* counts values */
    if (f && f->present == 0)
        f->kinds |= kinds;
}

/* ---- what was seen ---- */

static void give_types(struct verdict_field *to, const struct field *f,
                       struct td_arena *arena)
{
    static const char *const words[KINDS] = {
        [TD_JSON_NULL] = "null",     [TD_JSON_FALSE] = "false",
        [TD_JSON_TRUE] = "true",     [TD_JSON_NUMBER] = "number",
        [TD_JSON_STRING] = "string", [TD_JSON_ARRAY] = "array",
        [TD_JSON_OBJECT] = "object"};

    to->types.list = td_arena_alloc(arena, KINDS * sizeof(*to->types.list));
    for (unsigned kind = 0; kind < KINDS; kind++)
        if (f->kinds >> kind & 1)
            to->types.list[to->types.len++] = words[kind];
}

static void give_fields(struct verdict_name *to, const struct named *n,
                        struct td_arena *arena)
{
    struct verdict_field **end = &to->fields;

    for (size_t i = 0; i < n->list_len; i++, end = &(*end)->next) {
        const struct field *f = &n->list[i];

        *end = td_arena_alloc(arena, sizeof(**end));
        (*end)->path = td_arena_copy(arena, f->path);
        (*end)->present = f->present;
        give_types(*end, f, arena);
        (*end)->samples.len = f->samples_len;
        (*end)->samples.list =
            td_arena_alloc(arena, f->samples_len * sizeof(char *));
        for (size_t s = 0; s < f->samples_len; s++)
            (*end)->samples.list[s] = td_arena_copy(arena, f->samples[s]);
    }
}

static int more_first(const void *one, const void *other)
{
    const struct named *a = *(const struct named *const *)one;
    const struct named *b = *(const struct named *const *)other;

    if (a->events != b->events)
        return a->events < b->events ? 1 : -1;
    return strcmp(a->name, b->name);
}

struct verdict_name *verdict_fields_make(const struct verdict_fields *fields,
                                         struct td_arena *arena)
{
    const struct named *names[VERDICT_FIELDS_NAMES] = {NULL};
    struct verdict_name *first = NULL;
    struct verdict_name **end = &first;

    for (size_t i = 0; i < fields->names_len; i++)
        names[i] = fields->names[i];
    qsort(names, fields->names_len, sizeof(names[0]), more_first);
    for (size_t i = 0; i < fields->names_len; i++, end = &(*end)->next) {
        *end = td_arena_alloc(arena, sizeof(**end));
        (*end)->name = td_arena_copy(arena, names[i]->name);
        (*end)->events = names[i]->events;
        (*end)->looked = names[i]->looked;
        (*end)->cut = names[i]->cut;
        give_fields(*end, names[i], arena);
    }
    return first;
}
