/* The keys of rules: values of the fields in `by`, each a small number while a
 * rule has a state for it.
 */
#include "core/mem.h"
#include "schema/value/canonical.h"
#include "schema/value/hash_seed.h"
#include "validator/engine/engine_internal.h"

#include <stdlib.h>

static void remember_dead(struct check_engine *f, struct engine_keys *keys,
                          uint32_t key)
{
    struct dead_key dead = {keys, key};

    (void)td_buf_add(&f->dead, &dead, sizeof(dead));
}

void engine_hold_key(struct engine_keys *keys, uint32_t key)
{
    keys->refs[key]++;
}

void engine_let_key(struct check_engine *f, struct engine_keys *keys,
                    uint32_t key)
{
    if (--keys->refs[key] == 0)
        remember_dead(f, keys, key);
}

void engine_drop_dead(struct check_engine *f)
{
    for (size_t i = 0; i < f->dead.len; i += sizeof(struct dead_key)) {
        struct dead_key dead;

        memcpy(&dead, f->dead.ptr + i, sizeof(dead));
        if (dead.keys->refs[dead.key] > 0)
            continue;
        schema_intern_remove(&dead.keys->keys, dead.key);
        dead.keys->text = td_bytes(NULL, 0);
    }
    td_buf_clear(&f->dead);
}

void engine_clear_keys(struct engine_keys *keys)
{
    schema_intern_clear(&keys->keys);
    keys->text = td_bytes(NULL, 0);
    for (uint32_t k = 0; k < keys->refs_len; k++)
        keys->refs[k] = 0;
}

void engine_release_keys(struct engine_keys *keys)
{
    schema_intern_release(&keys->keys);
    free(keys->refs);
}

/* A key of several fields, as a list of them. False: one is missing. */
static bool write_list(struct check_engine *f, const struct check_group_by *by)
{
    td_buf_clear(&f->key);
    for (uint32_t i = 0; i < by->len; i++) {
        uint32_t at = check_field_at(f->fields, by->fields[i]);

        if (at == CHECK_NO_VALUE)
            return false;
        (void)td_buf_add_byte(&f->key, i ? ',' : '[');
        schema_canonical(&f->key, f->doc, at);
    }
    (void)td_buf_add_byte(&f->key, ']');
    return true;
}

/* True if the fields stand in the message as in the list that is the last key:
 * then they are canonical, too.
 */
static bool is_last_list(struct check_engine *f, const struct engine_keys *keys)
{
    const uint8_t *at = keys->text.ptr;
    const uint8_t *end = at + keys->text.len;

    for (uint32_t i = 0; i < keys->by->len; i++) {
        uint32_t field = check_field_at(f->fields, keys->by->fields[i]);
        struct td_bytes raw;

        if (field == CHECK_NO_VALUE)
            return false;
        raw = td_json_raw(f->doc, field);
        if ((size_t)(end - at) < raw.len + 2 || *at != (i ? ',' : '[') ||
            !schema_same_bytes(at + 1, raw.ptr, raw.len))
            return false;
        at += 1 + raw.len;
    }
    return at + 1 == end;
}

/* Room to count the instances of the key. */
static void need_refs(struct engine_keys *keys, uint32_t key)
{
    uint32_t len = keys->refs_len ? keys->refs_len * 2 : 16;

    if (key < keys->refs_len)
        return;
    keys->refs = td_realloc(keys->refs, len * sizeof(*keys->refs));
    memset(keys->refs + keys->refs_len, 0,
           (len - keys->refs_len) * sizeof(*keys->refs));
    keys->refs_len = len;
}

TD_APART static uint32_t look_up(struct check_engine *f,
                                 struct engine_keys *keys, struct td_bytes text)
{
    bool is_new = false;
    uint32_t key = schema_intern_add(&keys->keys, text, &is_new);

    need_refs(keys, key);
    if (is_new) /* unless an instance takes it */
        remember_dead(f, keys, key);
    keys->last = key;
    keys->text = schema_intern_text(&keys->keys, key);
    keys->at = key;
    return key;
}

TD_APART static uint32_t find_list(struct check_engine *f,
                                   struct engine_keys *keys)
{
    if (keys->text.ptr && is_last_list(f, keys))
        return keys->at = keys->last;
    keys->at = SCHEMA_NO_KEY;
    return write_list(f, keys->by) ? look_up(f, keys, td_buf_bytes(&f->key))
                                   : SCHEMA_NO_KEY;
}

TD_APART static uint32_t find_value(struct check_engine *f,
                                    struct engine_keys *keys, uint32_t at)
{
    return look_up(f, keys, schema_canonical_text(&f->key, f->doc, at));
}

/* What reads as the text of a canonical key is that key. */
uint32_t engine_find_key(struct check_engine *f, struct engine_keys *keys)
{
    const struct td_json_value *v;
    uint32_t at;

    keys->message = f->messages;
    if (keys->by->len > 1)
        return find_list(f, keys);
    at = check_field_at(f->fields, keys->by->fields[0]);
    if (at == CHECK_NO_VALUE)
        return keys->at = SCHEMA_NO_KEY;
    v = &f->doc->values[at];
    if (v->end - v->start != keys->text.len ||
        !schema_same_bytes(f->doc->text.ptr + v->start, keys->text.ptr,
                           keys->text.len))
        return find_value(f, keys, at);
    return keys->at = keys->last;
}
