#include "validator/diff/table.h"

#include "core/mem.h"

#include <stdlib.h>

#define FIRST_CAP 16

void diff_table_release(struct diff_table *table)
{
    free(table->slots);
    *table = (struct diff_table){0};
}

/* Its slot, or the free one where it belongs. */
static struct diff_slot *probe(const struct diff_table *table, uint64_t hash)
{
    size_t i = hash & (table->cap - 1);

    while (table->slots[i].hash && table->slots[i].hash != hash)
        i = (i + 1) & (table->cap - 1);
    return &table->slots[i];
}

static void grow(struct diff_table *table)
{
    struct diff_table old = *table;

    table->cap = old.cap ? old.cap * 2 : FIRST_CAP;
    table->slots =
        (struct diff_slot *)td_calloc(table->cap, sizeof(*table->slots));
    for (size_t i = 0; i < old.cap; i++) {
        if (old.slots[i].hash)
            *probe(table, old.slots[i].hash) = old.slots[i];
    }
    free(old.slots);
}

struct diff_slot *diff_table_add(struct diff_table *table, uint64_t hash,
                                 uint32_t value, bool *made)
{
    struct diff_slot *slot;

    if (table->len * 4 >= table->cap * 3)
        grow(table);
    slot = probe(table, hash);
    *made = slot->hash == 0;
    if (*made) {
        *slot = (struct diff_slot){hash, value, 0};
        table->len++;
    }
    return slot;
}

struct diff_slot *diff_table_find(const struct diff_table *table, uint64_t hash)
{
    struct diff_slot *slot;

    if (table->cap == 0)
        return NULL;
    slot = probe(table, hash);
    return slot->hash ? slot : NULL;
}
