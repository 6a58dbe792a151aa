/* schema/value/name_table.h - texts to numbers, for the names of a schema.
 *
 * A text of up to 16 bytes is compared as two words that overlap, so looking
 * one up has no loop and no call.
 */
#ifndef SCHEMA_VALUE_NAME_TABLE_H
#define SCHEMA_VALUE_NAME_TABLE_H

#include "core/event.h"

#include <stdbool.h>

#define SCHEMA_NONE UINT32_MAX /* no such text, no node, ... */

/* The first and the last eight bytes of a text, or as many as there are: with
 * the length they are all of a text of up to 16 bytes. Of a longer one, head is
 * a sum of all that comes before tail.
 */
struct schema_words {
    uint64_t head;
    uint64_t tail;
};

struct schema_key {
    struct td_bytes text; /* allocated */
    struct schema_words words;
};

/* Texts numbered from 0 in the order they came. All zeroes is empty. */
struct schema_table {
    struct schema_key *keys;
    uint32_t *slots; /* open addressing: number + 1 */
    uint32_t len;
    uint32_t mask; /* slots - 1 */
};

/* The number of a text, which is copied if it is a new one. */
uint32_t schema_table_add(struct schema_table *table, struct td_bytes text);

/* Frees everything; *table is empty. */
void schema_table_release(struct schema_table *table);

/* The head of a text of more than 16 bytes. */
uint64_t schema_long_head(struct td_bytes text);

/* Copies of fixed size: this runs for every member of every event. */
static inline struct schema_words schema_words(struct td_bytes text)
{
    struct schema_words w = {0, 0};

    if (text.len >= 8) {
        memcpy(&w.head, text.ptr, 8);
        memcpy(&w.tail, text.ptr + text.len - 8, 8);
        if (text.len > 16)
            w.head = schema_long_head(text);
    } else if (text.len >= 4) {
        memcpy(&w.head, text.ptr, 4);
        memcpy(&w.tail, text.ptr + text.len - 4, 4);
    } else if (text.len > 0) {
        w.head = text.ptr[0];
        w.tail = (uint64_t)text.ptr[text.len / 2] << 8 | text.ptr[text.len - 1];
    }
    return w;
}

static inline uint64_t schema_words_hash(struct schema_words w, size_t len)
{
    uint64_t n = (w.head ^ len) * UINT64_C(0x9E3779B97F4A7C15);

    n = (w.tail + (n >> 32)) * UINT64_C(0xC2B2AE3D27D4EB4F);
    return n ^ n >> 29;
}

static inline bool schema_key_is(const struct schema_key *key,
                                 struct schema_words w, struct td_bytes text)
{
    return key->words.head == w.head && key->words.tail == w.tail &&
           key->text.len == text.len &&
           (text.len <= 16 || !memcmp(key->text.ptr, text.ptr, text.len));
}

/* The number of a text, or SCHEMA_NONE. */
static inline uint32_t schema_table_find(const struct schema_table *table,
                                         struct td_bytes text)
{
    struct schema_words w;
    uint64_t i;

    if (table->len == 0)
        return SCHEMA_NONE;
    w = schema_words(text);
    for (i = schema_words_hash(w, text.len);; i++) {
        uint32_t slot = table->slots[i & table->mask];

        if (slot == 0)
            return SCHEMA_NONE;
        if (schema_key_is(&table->keys[slot - 1], w, text))
            return slot - 1;
    }
}

#endif
