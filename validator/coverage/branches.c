/* Alternatives of `oneOf` and `anyOf` in the schemas of events, and which of
 * them values took: the engine's own output says where a value was valid.
 */
#include "core/mem.h"
#include "schema/schema.h"
#include "validator/check/inspect.h"
#include "validator/contract/contract.h"
#include "validator/coverage/coverage_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REFS_MAX 64 /* places that references of a schema lead to */

/* A schema that is walked. */
struct walk {
    struct coverage_branches *branches;
    const struct check_contract_event *event;
    const struct td_json_doc *json;
    uint32_t schema; /* that "#" is */
    uint32_t refs[REFS_MAX];
    uint32_t refs_len;
    struct td_buf path; /* of the schema at hand */
};

static uint32_t member(const struct walk *w, uint32_t at, const char *name)
{
    return td_json_member(w->json, at, td_text(name));
}

static bool is_kind(const struct walk *w, uint32_t at, enum td_json_kind kind)
{
    return at && w->json->values[at].kind == kind;
}

static void add_branch(struct walk *w)
{
    struct coverage_branches *b = w->branches;

    if (b->len == COVERAGE_BRANCHES_MAX)
        return;
    b->list = (struct coverage_branch *)td_list_room(b->list, b->len,
                                                     sizeof(*b->list));
    b->list[b->len++] = (struct coverage_branch){
        .event = w->event,
        .pointer = td_arena_text(&b->arena, td_buf_bytes(&w->path))};
}

/* NOLINTBEGIN(misc-no-recursion): the document and REFS_MAX bound it */

static void walk_schema(struct walk *w, uint32_t at);

static void walk_below(struct walk *w, uint32_t at, const char *key,
                       struct td_bytes name, bool branch)
{
    size_t len = w->path.len;

    (void)td_buf_addf(&w->path, "/%s", key);
    if (name.len)
        (void)td_buf_addf(&w->path, "/%.*s", (int)name.len,
                          (const char *)name.ptr);
    if (branch)
        add_branch(w);
    walk_schema(w, at);
    w->path.len = len;
}

/* Schemas by name: the path has their names as pointers write them. */
static void walk_members(struct walk *w, uint32_t at, const char *key)
{
    for (uint32_t i = at + 1; i < w->json->values[at].next;
         i = w->json->values[i + 1].next) {
        struct td_buf text = {0};
        struct td_buf step = {0};

        (void)td_json_unescape(&text, td_json_inner(w->json, i));
        for (size_t j = 0; j < text.len; j++) {
            if (text.ptr[j] == '~' || text.ptr[j] == '/')
                (void)td_buf_addf(&step, "~%d", text.ptr[j] == '/');
            else
                (void)td_buf_add_byte(&step, text.ptr[j]);
        }
        walk_below(w, i + 1, key, td_buf_bytes(&step), false);
        td_buf_release(&text);
        td_buf_release(&step);
    }
}

static void walk_list(struct walk *w, uint32_t at, const char *key, bool branch)
{
    uint32_t n = 0;
    char number[16];

    for (uint32_t i = at + 1; i < w->json->values[at].next;
         i = w->json->values[i].next) {
        (void)snprintf(number, sizeof(number), "%u", n++);
        walk_below(w, i, key, td_text(number), branch);
    }
}

/* What a reference into the same schema leads to, once. */
static void walk_ref(struct walk *w, uint32_t at)
{
    uint32_t ref = member(w, at, "$ref");
    struct td_buf text = {0};
    uint32_t to = UINT32_MAX;

    if (!is_kind(w, ref, TD_JSON_STRING))
        return;
    (void)td_json_unescape(&text, td_json_inner(w->json, ref));
    if (td_buf_str(&text)[0] == '#')
        to = td_json_pointer(w->json, w->schema, td_buf_str(&text) + 1);
    for (uint32_t i = 0; i < w->refs_len && to != UINT32_MAX; i++)
        to = w->refs[i] == to ? UINT32_MAX : to;
    if (to != UINT32_MAX && w->refs_len < REFS_MAX) {
        struct td_buf path = w->path;

        w->refs[w->refs_len++] = to;
        w->path = (struct td_buf){0};
        (void)td_buf_add_text(&w->path, td_buf_str(&text) + 1);
        walk_schema(w, to);
        td_buf_release(&w->path);
        w->path = path;
    }
    td_buf_release(&text);
}

static void walk_schema(struct walk *w, uint32_t at)
{
    static const char *const lists[] = {"oneOf", "anyOf", "allOf",
                                        "prefixItems"};
    static const char *const maps[] = {"properties", "patternProperties",
                                       "dependentSchemas"};
    static const char *const ones[] = {"items", "additionalProperties",
                                       "contains", "then", "else"};

    /* With an $id it is a resource of its own, that pointers do not reach. */
    if (!is_kind(w, at, TD_JSON_OBJECT) ||
        (at != w->schema && member(w, at, "$id")))
        return;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        uint32_t list = member(w, at, lists[i]);

        if (is_kind(w, list, TD_JSON_ARRAY))
            walk_list(w, list, lists[i], i < 2);
    }
    for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
        uint32_t map = member(w, at, maps[i]);

        if (is_kind(w, map, TD_JSON_OBJECT))
            walk_members(w, map, maps[i]);
    }
    for (size_t i = 0; i < sizeof(ones) / sizeof(ones[0]); i++) {
        uint32_t one = member(w, at, ones[i]);

        if (is_kind(w, one, TD_JSON_OBJECT))
            walk_below(w, one, ones[i], td_bytes("", 0), false);
    }
    walk_ref(w, at);
}

/* NOLINTEND(misc-no-recursion) */

void coverage_branches_find(struct coverage_branches *branches,
                            const struct check_options *how)
{
    const struct check_contract_event *events =
        check_contract_events(how->contract, how->dialect);

    for (uint32_t i = 0; i < how->contract->events_len; i++) {
        struct walk w = {.branches = branches, .event = &events[i]};

        if (!events[i].doc || events[i].form != CHECK_FORM_JSON)
            continue;
        w.json = &events[i].doc->json;
        w.schema = member(&w, events[i].source, "schema");
        if (w.schema)
            walk_schema(&w, w.schema);
        td_buf_release(&w.path);
    }
}

/* What the tapes took. */

struct taking {
    struct coverage_branches *branches;
    struct check_inspector inspector;
    struct td_buf out;
    struct td_json_doc doc;
};

static bool is_wanted(const struct coverage_branches *b,
                      const struct check_contract_event *event)
{
    for (uint32_t i = 0; i < b->len; i++) {
        if (b->list[i].event == event && !b->list[i].taken)
            return true;
    }
    return false;
}

/* The text of a pointer in a URI. */
static void add_decoded(struct td_buf *out, struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        char hex[3] = {0};

        if (text.ptr[i] == '%' && i + 2 < text.len) {
            memcpy(hex, text.ptr + i + 1, 2);
            (void)td_buf_add_byte(out, (uint8_t)strtoul(hex, NULL, 16));
            i += 2;
        } else {
            (void)td_buf_add_byte(out, text.ptr[i]);
        }
    }
}

static void take_pointer(struct coverage_branches *b,
                         const struct check_contract_event *event,
                         const char *pointer)
{
    for (uint32_t i = 0; i < b->len; i++) {
        if (b->list[i].event == event &&
            strcmp(b->list[i].pointer, pointer) == 0)
            b->list[i].taken = true;
    }
}

/* The place of detail i: its pointer, if it is in the schema of the first one.
 */
static bool read_place(const struct taking *t, uint32_t i, struct td_buf *base,
                       struct td_buf *pointer)
{
    uint32_t at = td_json_member(&t->doc, i, td_text("schemaLocation"));
    struct td_bytes text;
    const uint8_t *hash;

    if (!at)
        return false;
    text = td_json_inner(&t->doc, at);
    hash = (const uint8_t *)memchr(text.ptr, '#', text.len);
    if (!hash)
        return false;
    if (!base->len)
        (void)td_buf_add(base, text.ptr, (size_t)(hash - text.ptr));
    if (!td_bytes_equal(td_buf_bytes(base),
                        td_bytes(text.ptr, (size_t)(hash - text.ptr))))
        return false;
    td_buf_clear(pointer);
    add_decoded(pointer,
                td_bytes(hash + 1, text.len - (size_t)(hash + 1 - text.ptr)));
    return true;
}

static void take_details(struct taking *t,
                         const struct check_contract_event *event)
{
    const struct td_json_doc *doc = &t->doc;
    uint32_t list = td_json_member(doc, 0, td_text("details"));
    struct td_buf base = {0};
    struct td_buf pointer = {0};

    if (!list || doc->values[list].kind != TD_JSON_ARRAY)
        return;
    for (uint32_t i = list + 1; i < doc->values[list].next;
         i = doc->values[i].next) {
        uint32_t valid = td_json_member(doc, i, td_text("valid"));

        if (read_place(t, i, &base, &pointer) && valid &&
            doc->values[valid].kind == TD_JSON_TRUE)
            take_pointer(t->branches, event, td_buf_str(&pointer));
    }
    td_buf_release(&base);
    td_buf_release(&pointer);
}

static void take(void *self, const struct audit_message *m)
{
    struct taking *t = (struct taking *)self;
    struct check_view view;
    struct check_message value;

    check_inspect(&t->inspector, m->payload, m->name, CHECK_WAY_ANY, &view);
    if (!view.json || !view.event || !view.doc || view.data == CHECK_NO_VALUE ||
        !is_wanted(t->branches, view.event))
        return;
    value = (struct check_message){
        .doc = view.doc, .at = view.at, .data = view.data};
    if (!view.event->on_wire)
        check_message_rename(&value, view.event->aliases,
                             &t->inspector.renaming);
    td_buf_clear(&t->out);
    if (schema_output(t->inspector.event_run, view.event->root,
                      (struct schema_value){value.doc, value.data},
                      SCHEMA_OUTPUT_LIST, &t->out) == TD_LIMIT)
        return;
    if (td_json_parse(&t->doc, td_buf_bytes(&t->out), TD_JSON_DEPTH, NULL))
        return;
    take_details(t, view.event);
}

enum td_code coverage_branches_take(struct coverage_branches *branches,
                                    const struct check_options *how,
                                    struct audit_tapes *tapes,
                                    struct td_error *err)
{
    struct taking t = {.branches = branches};
    enum td_code code = TD_OK;

    if (!branches->len)
        return TD_OK;
    check_inspector_init(&t.inspector, how);
    for (uint32_t i = 0; i < tapes->len && !code; i++)
        code = audit_read(i, &tapes->list[i], take, &t, err);
    check_inspector_release(&t.inspector);
    td_buf_release(&t.out);
    td_json_release(&t.doc);
    return code;
}

void coverage_branches_release(struct coverage_branches *branches)
{
    free(branches->list);
    td_arena_release(&branches->arena);
    *branches = (struct coverage_branches){0};
}
