#include "schema/value/name_table.h"

#include "core/mem.h"

#include <stdlib.h>

uint64_t schema_long_head(struct td_bytes text)
{
    uint64_t sum = 0;

    for (size_t i = 0; i + 8 < text.len; i += 8) {
        uint64_t word;

        memcpy(&word, text.ptr + i, 8);
        sum = (sum ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        sum ^= sum >> 32;
    }
    return sum;
}

static void put(struct schema_table *t, uint32_t number)
{
    const struct schema_key *key = &t->keys[number];
    uint64_t i = schema_words_hash(key->words, key->text.len);

    while (t->slots[i & t->mask] != 0)
        i++;
    t->slots[i & t->mask] = number + 1;
}

/* At most half of the slots are taken. */
static void grow(struct schema_table *t)
{
    uint32_t slots = t->slots ? (t->mask + 1) * 2 : 4;

    free(t->slots);
    t->slots = td_calloc(slots, sizeof(*t->slots));
    t->keys = td_realloc(t->keys, slots / 2 * sizeof(*t->keys));
    t->mask = slots - 1;
    for (uint32_t i = 0; i < t->len; i++)
        put(t, i);
}

uint32_t schema_table_add(struct schema_table *table, struct td_bytes text)
{
    uint32_t found = schema_table_find(table, text);

    if (found != SCHEMA_NONE)
        return found;
    if (!table->slots || table->len == (table->mask + 1) / 2)
        grow(table);
    table->keys[table->len] = (struct schema_key){
        .text = td_bytes(td_strndup(text.ptr, text.len), text.len),
        .words = schema_words(text),
    };
    put(table, table->len);
    return table->len++;
}

void schema_table_release(struct schema_table *table)
{
    for (uint32_t i = 0; i < table->len; i++)
        free((void *)(uintptr_t)table->keys[i].text.ptr);
    free(table->keys);
    free(table->slots);
    *table = (struct schema_table){0};
}
