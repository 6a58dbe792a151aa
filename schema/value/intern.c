#include "schema/value/intern.h"

#include "core/mem.h"
#include "schema/value/hash_seed.h"

#include <stdlib.h>

struct schema_key {
    uint8_t *text; /* allocated; kept for the next key of this number */
    size_t size;   /* of that memory */
    size_t len;
    uint64_t hash;
    uint32_t next_free; /* number + 1, while it is not there */
    bool there;
};

void schema_intern_release(struct schema_intern *keys)
{
    for (uint32_t i = 0; i < keys->len; i++)
        free(keys->list[i].text);
    free(keys->list);
    free(keys->slots);
    *keys = (struct schema_intern){0};
}

static uint64_t read_word(const uint8_t *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof(word));
    return word;
}

/* The bytes behind the last whole word, as the end of a word that overlaps it;
 * of shorter texts every byte is somewhere.
 */
static uint64_t read_tail(struct td_bytes text)
{
    const uint8_t *end = text.ptr + text.len;
    uint32_t left;
    uint32_t right;

    if (text.len >= 8)
        return read_word(end - 8);
    if (text.len < 4)
        return text.ptr[0] | (uint32_t)text.ptr[text.len / 2] << 8 |
               (uint32_t)end[-1] << 16;
    memcpy(&left, text.ptr, 4);
    memcpy(&right, end - 4, 4);
    return (uint64_t)left << 32 | right;
}

/* Eight bytes a step: keys are short, and looked up for every message. */
static uint64_t hash(struct td_bytes text)
{
    uint64_t h = schema_hash_seed.start;

    for (size_t i = 0; i + 8 <= text.len; i += 8)
        h = schema_hash_mix(h ^ read_word(text.ptr + i), schema_hash_seed.step);
    if (text.len % 8)
        h = schema_hash_mix(h ^ read_tail(text), schema_hash_seed.step);
    return schema_hash_mix(h ^ text.len, schema_hash_seed.last);
}

static bool is_key(const struct schema_key *key, struct td_bytes text,
                   uint64_t h)
{
    return key->hash == h &&
           td_bytes_equal(td_bytes(key->text, key->len), text);
}

/* The slot of the text, or the free one where it belongs. */
static uint32_t find_slot(const struct schema_intern *keys,
                          struct td_bytes text, uint64_t h)
{
    uint32_t i = (uint32_t)h & keys->mask;

    while (keys->slots[i] && !is_key(&keys->list[keys->slots[i] - 1], text, h))
        i = (i + 1) & keys->mask;
    return i;
}

/* Open addressing, at most half full. */
static void grow_slots(struct schema_intern *keys)
{
    uint32_t slots = keys->slots ? (keys->mask + 1) * 2 : 16;

    schema_hash_seed_draw();
    free(keys->slots);
    keys->slots = td_calloc(slots, sizeof(*keys->slots));
    keys->mask = slots - 1;
    for (uint32_t i = 0; i < keys->len; i++) {
        uint32_t at = (uint32_t)keys->list[i].hash & keys->mask;

        while (keys->slots[at])
            at = (at + 1) & keys->mask;
        if (keys->list[i].there)
            keys->slots[at] = i + 1;
    }
}

/* A number for a key: one that was freed, or a new one. */
static uint32_t take_number(struct schema_intern *keys)
{
    uint32_t key = keys->free - 1;

    if (keys->free) {
        keys->free = keys->list[key].next_free;
        return key;
    }
    keys->list = td_list_room(keys->list, keys->len, sizeof(*keys->list));
    keys->list[keys->len] = (struct schema_key){0};
    return keys->len++;
}

static void set_text(struct schema_key *key, struct td_bytes text, uint64_t h)
{
    if (key->size < text.len || !key->text) {
        key->size = text.len + 8;
        key->text = td_realloc(key->text, key->size);
    }
    if (text.len > 0)
        memcpy(key->text, text.ptr, text.len);
    key->len = text.len;
    key->hash = h;
    key->there = true;
}

uint32_t schema_intern_find(const struct schema_intern *keys,
                            struct td_bytes text)
{
    return keys->slots ? keys->slots[find_slot(keys, text, hash(text))] - 1
                       : SCHEMA_NO_KEY;
}

uint32_t schema_intern_add(struct schema_intern *keys, struct td_bytes text,
                           bool *is_new)
{
    uint32_t slot;
    uint32_t key;
    uint64_t h;

    if (!keys->slots || keys->live == (keys->mask + 1) / 2)
        grow_slots(keys);
    h = hash(text);
    slot = find_slot(keys, text, h);
    if (is_new)
        *is_new = keys->slots[slot] == 0;
    if (keys->slots[slot])
        return keys->slots[slot] - 1;
    key = take_number(keys);
    set_text(&keys->list[key], text, h);
    keys->slots[slot] = key + 1;
    keys->live++;
    return key;
}

/* Close the gap at `hole`, so that what stands behind it is still found. */
static void close_gap(struct schema_intern *keys, uint32_t hole)
{
    uint32_t at = hole;

    for (;;) {
        uint32_t home;

        at = (at + 1) & keys->mask;
        if (keys->slots[at] == 0)
            break;
        home = (uint32_t)keys->list[keys->slots[at] - 1].hash & keys->mask;
        if (((at - home) & keys->mask) < ((at - hole) & keys->mask))
            continue;
        keys->slots[hole] = keys->slots[at];
        hole = at;
    }
    keys->slots[hole] = 0;
}

void schema_intern_remove(struct schema_intern *keys, uint32_t key)
{
    struct schema_key *k = &keys->list[key];

    if (!k->there)
        return;
    close_gap(keys, find_slot(keys, td_bytes(k->text, k->len), k->hash));
    k->there = false;
    k->next_free = keys->free;
    keys->free = key + 1;
    keys->live--;
}

void schema_intern_clear(struct schema_intern *keys)
{
    for (uint32_t i = 0; i < keys->len; i++) {
        keys->list[i].there = false;
        keys->list[i].next_free = i + 1 < keys->len ? i + 2 : 0;
    }
    keys->free = keys->len ? 1 : 0;
    keys->live = 0;
    if (keys->slots)
        memset(keys->slots, 0, ((size_t)keys->mask + 1) * sizeof(*keys->slots));
}

struct td_bytes schema_intern_text(const struct schema_intern *keys,
                                   uint32_t key)
{
    return td_bytes(keys->list[key].text, keys->list[key].len);
}
