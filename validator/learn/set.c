#include "validator/learn/set.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 64

static uint64_t *slot_of(const struct learn_set *set, uint64_t hash)
{
    uint64_t i = hash;

    while (set->slots[i % set->cap] && set->slots[i % set->cap] != hash)
        i++;
    return &set->slots[i % set->cap];
}

static void grow(struct learn_set *set)
{
    struct learn_set old = *set;

    set->cap = old.cap ? old.cap * 4 : FIRST_SLOTS;
    set->slots = (uint64_t *)td_calloc(set->cap, sizeof(*set->slots));
    for (uint32_t i = 0; i < old.cap; i++) {
        if (old.slots[i])
            *slot_of(set, old.slots[i]) = old.slots[i];
    }
    free(old.slots);
}

bool learn_set_add(struct learn_set *set, uint64_t hash)
{
    uint64_t *slot;

    hash = hash ? hash : 1;
    if (set->len * 2 >= set->cap)
        grow(set);
    slot = slot_of(set, hash);
    if (*slot)
        return false;
    if (set->len == LEARN_SET_MAX) {
        set->full = true;
        return true;
    }
    *slot = hash;
    set->len++;
    return true;
}

bool learn_set_has(const struct learn_set *set, uint64_t hash)
{
    return set->cap && *slot_of(set, hash ? hash : 1) != 0;
}

bool learn_set_within(const struct learn_set *part,
                      const struct learn_set *whole)
{
    for (uint32_t i = 0; i < part->cap; i++) {
        if (part->slots[i] && !learn_set_has(whole, part->slots[i]))
            return false;
    }
    return true;
}

void learn_set_clear(struct learn_set *set)
{
    if (set->len)
        memset(set->slots, 0, set->cap * sizeof(*set->slots));
    set->len = 0;
    set->full = false;
}

void learn_set_release(struct learn_set *set)
{
    free(set->slots);
    *set = (struct learn_set){0};
}
