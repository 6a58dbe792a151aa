#include "validator/diff/look_internal.h"

#include "core/mem.h"
#include "schema/regex/pattern.h"
#include "schema/value/fingerprint.h"
#include "schema/value/timestamp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TYPES_MAX 16 /* kinds of items of one list that are told apart */

struct diff_look *diff_look_new(const struct diff_masks *masks,
                                struct diff_names *names, const char *key)
{
    struct diff_look *look = (struct diff_look *)td_calloc(1, sizeof(*look));

    schema_hash_seed_draw();
    look->masks = masks;
    look->names = names;
    look->key = key;
    look->shapes = td_json_shapes_new(TD_JSON_DEPTH);
    look->memory = schema_pattern_memory_new();
    return look;
}

static void place_release(struct diff_shape_place *place)
{
    free(place->marks);
    free(place->keys);
}

void diff_look_free(struct diff_look *look)
{
    if (!look)
        return;
    for (int i = 0; i < DIFF_LOOK_PLACES; i++)
        place_release(&look->places[i]);
    place_release(&look->unknown);
    td_json_shapes_free(look->shapes);
    td_json_release(&look->doc);
    schema_pattern_memory_free(look->memory);
    td_arena_release(&look->keys);
    td_buf_release(&look->scratch);
    td_buf_release(&look->name);
    free(look->held);
    free(look);
}

uint32_t diff_look_mask(const struct diff_look *look, uint32_t at)
{
    return look->place->marks ? look->place->marks[at] : 0;
}

/* Hashes. */

static uint64_t salted(uint64_t salt, uint64_t hash)
{
    return schema_fingerprint_mix(hash ^ (salt << 56) ^ salt);
}

/* true and false are one kind. */
static uint64_t kind_hash(const struct td_json_doc *doc, uint32_t at)
{
    uint8_t kind = doc->values[at].kind;

    return salted(1, kind == TD_JSON_FALSE ? TD_JSON_TRUE : kind);
}

static uint64_t plain_hash(struct diff_look *look, uint32_t at)
{
    return schema_fingerprint_value(&look->scratch, &look->doc, at);
}

/* Names of members are the same in all documents of a shape. */
static void hash_keys(struct diff_look *look, struct diff_shape_place *place)
{
    if (place->keys_len < look->doc.len) {
        place->keys = (uint64_t *)td_realloc(
            place->keys, look->doc.len * sizeof(*place->keys));
        place->keys_len = look->doc.len;
    }
    for (uint32_t at = 0; at < look->doc.len; at++) {
        const struct td_json_value *v = &look->doc.values[at];

        if (v->kind != TD_JSON_OBJECT)
            continue;
        for (uint32_t i = at + 1; i < v->next; i = look->doc.values[i + 1].next)
            place->keys[i] = plain_hash(look, i);
    }
}

/* NOLINTBEGIN(misc-no-recursion): a parsed document bounds the depth */

static uint64_t type_hash(struct diff_look *look, uint32_t at);

/* The kinds of its items, each once, in any order. */
static uint64_t items_type(struct diff_look *look, uint32_t at)
{
    uint64_t seen[TYPES_MAX];
    uint64_t sum = 0;
    uint32_t len = 0;

    for (uint32_t i = at + 1; i < look->doc.values[at].next;
         i = look->doc.values[i].next) {
        uint64_t one = type_hash(look, i);
        uint32_t j = 0;

        while (j < len && seen[j] != one)
            j++;
        if (j < len || len == TYPES_MAX)
            continue;
        seen[len++] = one;
        sum += one;
    }
    return sum;
}

static uint64_t type_hash(struct diff_look *look, uint32_t at)
{
    const struct td_json_value *v = &look->doc.values[at];
    uint64_t sum = kind_hash(&look->doc, at);

    if (v->kind == TD_JSON_ARRAY)
        return salted(2, sum + items_type(look, at));
    if (v->kind != TD_JSON_OBJECT)
        return sum;
    for (uint32_t i = at + 1; i < v->next; i = look->doc.values[i + 1].next)
        sum += schema_fingerprint_mix(look->place->keys[i] +
                                      3 * type_hash(look, i + 1));
    return sum;
}

static uint64_t value_hash(struct diff_look *look, uint32_t at, uint64_t path);

static uint64_t list_hash(struct diff_look *look, uint32_t at, uint64_t path,
                          bool sorted)
{
    uint64_t within = schema_fingerprint_mix(path + 7);
    uint64_t hash = salted(3, 0);

    for (uint32_t i = at + 1; i < look->doc.values[at].next;
         i = look->doc.values[i].next) {
        uint64_t one = value_hash(look, i, within);

        hash = sorted ? hash + schema_fingerprint_mix(one)
                      : schema_fingerprint_mix(hash + one);
    }
    return hash;
}

static uint64_t object_hash(struct diff_look *look, uint32_t at, uint64_t path)
{
    uint64_t hash = salted(4, 0);

    for (uint32_t i = at + 1; i < look->doc.values[at].next;
         i = look->doc.values[i + 1].next) {
        uint64_t key = look->place->keys[i];

        hash += schema_fingerprint_mix(
            key +
            3 * value_hash(look, i + 1, schema_fingerprint_mix(path ^ key)));
    }
    return hash;
}

static double number_at(const struct diff_look *look, uint32_t at)
{
    struct td_bytes raw = td_json_raw(&look->doc, at);
    char text[64];

    if (raw.len >= sizeof(text))
        return nan("");
    memcpy(text, raw.ptr, raw.len);
    text[raw.len] = '\0';
    return strtod(text, NULL);
}

static void hold(struct diff_look *look, uint32_t mark, uint64_t path,
                 uint64_t value)
{
    if (!look->holds)
        return;
    if (look->held_len == look->held_cap) {
        look->held_cap = look->held_cap ? look->held_cap * 2 : 16;
        look->held = (struct diff_held *)td_realloc(
            look->held, look->held_cap * sizeof(*look->held));
    }
    look->held[look->held_len] =
        (struct diff_held){.slot = ((mark - 1) << 22) | (uint32_t)(path >> 42),
                           .order = look->held_len,
                           .value = value};
    look->held_len++;
}

static int by_slot(const void *a, const void *b)
{
    const struct diff_held *x = (const struct diff_held *)a;
    const struct diff_held *y = (const struct diff_held *)b;

    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static bool time_at(struct diff_look *look, uint32_t at, int64_t *ns)
{
    const struct td_json_value *v = &look->doc.values[at];

    if (v->kind == TD_JSON_STRING)
        return schema_timestamp_read(td_json_inner(&look->doc, at), ns);
    return v->kind == TD_JSON_NUMBER &&
           (schema_timestamp_number(td_json_raw(&look->doc, at), 1000, ns) ||
            schema_timestamp_number(td_json_raw(&look->doc, at), 1, ns));
}

static bool matches(struct diff_look *look, const struct diff_mask *mask,
                    uint32_t at)
{
    struct td_bytes text = td_json_inner(&look->doc, at);

    if (look->doc.values[at].flags & TD_JSON_ESCAPED) {
        td_buf_clear(&look->scratch);
        (void)td_json_unescape(&look->scratch, text);
        text = td_buf_bytes(&look->scratch);
    }
    return schema_pattern_match(mask->pattern, look->memory, text) ==
           SCHEMA_MATCH;
}

/* Of a number that is masked; too large a one counts as it is. */
static uint64_t number_hash(struct diff_look *look, uint32_t at, uint32_t mark,
                            uint64_t path)
{
    const struct diff_mask *mask = &look->masks->fields[mark - 1];
    double n = number_at(look, at);
    uint64_t bits;

    if (mask->kind == DIFF_ROUND)
        n = round(n / mask->unit) + 0.0; /* no -0 */
    if (!isfinite(n))
        return plain_hash(look, at);
    memcpy(&bits, &n, sizeof(bits));
    if (mask->kind == DIFF_ROUND)
        return salted(5, schema_fingerprint_mix(bits));
    hold(look, mark, path, bits);
    return salted(6, 0);
}

static uint64_t masked_hash(struct diff_look *look, uint32_t at, uint32_t mark,
                            uint64_t path)
{
    const struct diff_mask *mask = &look->masks->fields[mark - 1];
    uint8_t kind = look->doc.values[at].kind;
    bool text = kind == TD_JSON_STRING;
    int64_t ns;

    if (mask->kind == DIFF_IGNORE)
        return kind_hash(&look->doc, at);
    if (mask->kind == DIFF_TYPE_ONLY)
        return type_hash(look, at);
    if (mask->kind == DIFF_SORT && kind == TD_JSON_ARRAY)
        return salted(7, list_hash(look, at, path, true));
    if (mask->kind == DIFF_NUMBER_IDS && (text || kind == TD_JSON_NUMBER)) {
        hold(look, mark, path, plain_hash(look, at));
        return salted(8, kind);
    }
    if (mask->kind == DIFF_RELATIVE_TIME && time_at(look, at, &ns)) {
        hold(look, mark, path, (uint64_t)ns);
        return salted(9, kind);
    }
    if (mask->kind == DIFF_PATTERN && text && matches(look, mask, at))
        return salted(10, 0);
    if ((mask->kind == DIFF_ROUND || mask->kind == DIFF_WITHIN) &&
        kind == TD_JSON_NUMBER)
        return number_hash(look, at, mark, path);
    return plain_hash(look, at);
}

static uint64_t value_hash(struct diff_look *look, uint32_t at, uint64_t path)
{
    uint32_t mark = diff_look_mask(look, at);

    if (mark > 0)
        return masked_hash(look, at, mark, path);
    if (at == look->name_at)
        return salted(16, 0);
    if (look->doc.values[at].kind == TD_JSON_OBJECT)
        return object_hash(look, at, path);
    if (look->doc.values[at].kind == TD_JSON_ARRAY)
        return list_hash(look, at, path, false);
    return plain_hash(look, at);
}

/* NOLINTEND(misc-no-recursion) */

uint64_t diff_look_hash(struct diff_look *look, uint32_t at)
{
    return value_hash(look, at, 0);
}

/* Where things are. */

uint32_t diff_field_find(const struct td_json_doc *doc, uint32_t root,
                         const char *field)
{
    char pointer[sizeof("/data/") + DIFF_POINTER_MAX];
    uint32_t at;

    if (field[0] == '/')
        return td_json_pointer(doc, root, field);
    (void)snprintf(pointer, sizeof(pointer), "/data/%s", field);
    for (char *dot = pointer; (dot = strchr(dot, '.'));)
        *dot = '/';
    at = td_json_pointer(doc, root, pointer + strlen("/data"));
    return at == DIFF_NO_VALUE ? td_json_pointer(doc, root, pointer) : at;
}

/* Socket.IO: ["name", MESSAGE, ...]. */
static uint32_t root_of(const struct td_json_doc *doc, struct td_bytes given)
{
    return given.len > 0 && doc->values[0].kind == TD_JSON_ARRAY &&
                   doc->values[0].count >= 2 &&
                   doc->values[1].kind == TD_JSON_STRING &&
                   td_bytes_equal(td_json_inner(doc, 1), given)
               ? 2
               : 0;
}

static void fill_place(struct diff_look *look, struct diff_shape_place *place)
{
    const struct diff_identity *identity =
        &diff_names_at(look->names, place->name)->identity;

    for (uint32_t i = 0; i < identity->len; i++)
        place->identity[i] =
            diff_field_find(&look->doc, place->root, identity->fields[i]);
    place->key = look->key ? diff_field_find(&look->doc, place->root, look->key)
                           : DIFF_NO_VALUE;
    place->type = td_json_pointer(&look->doc, place->root, "/type");
    diff_look_mark_all(look, place);
    hash_keys(look, place);
}

/* Of the document at hand. */
static const struct diff_shape_place *find_place(struct diff_look *look,
                                                 uint32_t name, uint32_t root)
{
    uint64_t shape = look->doc.shape;
    struct diff_shape_place *place =
        shape ? &look->places[(shape + name * 31) % DIFF_LOOK_PLACES]
              : &look->unknown;

    if (shape && place->shape == shape && place->name == name &&
        place->root == root)
        return place;
    place->shape = shape;
    place->name = name;
    place->root = root;
    fill_place(look, place);
    return place;
}

/* The name that the transport gave, or /type. */
static struct td_bytes name_of(struct diff_look *look,
                               const struct diff_message *m, uint32_t root,
                               bool json)
{
    struct td_bytes inner = m->name;

    if (inner.len == 0 && json) {
        uint32_t at = td_json_pointer(&look->doc, root, "/type");

        if (at != DIFF_NO_VALUE && look->doc.values[at].kind == TD_JSON_STRING)
            inner = td_json_inner(&look->doc, at);
    }
    if (inner.len == 0 || !memchr(inner.ptr, '\\', inner.len))
        return inner;
    td_buf_clear(&look->name);
    (void)td_json_unescape(&look->name, inner);
    return td_buf_bytes(&look->name);
}

static uint64_t bytes_hash(struct td_bytes bytes)
{
    return bytes.len ? schema_fingerprint_text(bytes.len, bytes.ptr, bytes.len,
                                               bytes.len)
                     : 0;
}

/* What is no JSON, under the mask of the whole message. */
static uint64_t raw_hash(struct diff_look *look, struct td_bytes payload)
{
    struct diff_place whole = {.len = 0};
    uint32_t mark = diff_masks_at(look->masks, &whole);
    const struct diff_mask *mask = mark ? &look->masks->fields[mark - 1] : NULL;

    if (mask && (mask->kind == DIFF_IGNORE || mask->kind == DIFF_TYPE_ONLY))
        return salted(11, 0);
    if (mask && mask->kind == DIFF_PATTERN &&
        schema_pattern_match(mask->pattern, look->memory,
                             schema_pattern_text(&look->scratch, payload)) ==
            SCHEMA_MATCH)
        return salted(12, 0);
    return salted(13, bytes_hash(payload));
}

/* What comes with a message. */
static uint64_t around_hash(struct diff_look *look,
                            const struct diff_message *m, uint32_t root)
{
    uint64_t hash = (uint64_t)m->dir | (m->asks ? 2 : 0) | (m->acks ? 4 : 0);

    hash = salted(14, hash + (m->cut << 4));
    if (m->att.len)
        hash = schema_fingerprint_mix(hash + bytes_hash(m->att));
    if (root > 0) {
        for (uint32_t i = look->doc.values[root].next;
             i < look->doc.values[0].next; i = look->doc.values[i].next)
            hash = schema_fingerprint_mix(hash + plain_hash(look, i));
    }
    return hash;
}

static void see_identity(struct diff_look *look, struct diff_view *view)
{
    const struct diff_identity *identity =
        &diff_names_at(look->names, view->name)->identity;

    for (uint32_t i = 0; view->doc && i < identity->len; i++) {
        uint32_t at = look->place->identity[i];

        view->identified |= at != DIFF_NO_VALUE;
        view->id = schema_fingerprint_mix(
            view->id + (at == DIFF_NO_VALUE ? 5 : value_hash(look, at, 0)));
    }
}

static void see_key(struct diff_look *look, struct diff_view *view)
{
    uint32_t at = view->doc ? look->place->key : DIFF_NO_VALUE;
    uint32_t mark;

    if (at == DIFF_NO_VALUE)
        return;
    mark = diff_look_mask(look, at);
    view->key = plain_hash(look, at);
    view->key_renamed =
        mark && look->masks->fields[mark - 1].kind == DIFF_NUMBER_IDS;
}

static void see_value(struct diff_look *look, const struct diff_message *m,
                      struct diff_view *view)
{
    look->held_len = 0;
    look->holds = true;
    view->hash = around_hash(look, m, view->root) +
                 (view->doc ? value_hash(look, view->root, 0)
                            : raw_hash(look, m->payload));
    look->holds = false;
    if (look->held_len > 1)
        qsort(look->held, look->held_len, sizeof(*look->held), by_slot);
    view->held = look->held;
    view->held_len = look->held_len;
}

/* Where things are, and whether /type says the name. */
static void see_name(struct diff_look *look, const struct diff_view *view)
{
    uint32_t at;

    look->place = find_place(look, view->name, view->root);
    at = look->place->type;
    if (at != DIFF_NO_VALUE && look->doc.values[at].kind == TD_JSON_STRING &&
        td_json_string_is(&look->doc, at,
                          diff_names_at(look->names, view->name)->text))
        look->name_at = at;
}

enum td_code diff_look(struct diff_look *look, const struct diff_message *m,
                       struct diff_view *view, struct td_error *err)
{
    bool json =
        !td_json_shapes_parse(look->shapes, &look->doc, m->payload, NULL);
    uint32_t root = json ? root_of(&look->doc, m->name) : 0;
    enum td_code code;

    *view = (struct diff_view){.doc = json ? &look->doc : NULL, .root = root};
    code = diff_names_add(look->names, name_of(look, m, root, json),
                          &view->name, err);
    if (code)
        return code;
    look->name_at = DIFF_NO_VALUE;
    if (json)
        see_name(look, view);
    see_value(look, m, view);
    view->id = salted(15, view->name);
    see_identity(look, view);
    see_key(look, view);
    return TD_OK;
}
