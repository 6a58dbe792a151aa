/* schema/value/intern.h - texts that come and go, each a small number while it
 * lives: keys of rules, values that were seen.
 *
 * Whoever sends the texts cannot make them collide: they are hashed with what
 * each process draws at random. Numbers do not depend on it.
 */
#ifndef SCHEMA_VALUE_INTERN_H
#define SCHEMA_VALUE_INTERN_H

#include "core/buf.h"

#include <stdbool.h>

#define SCHEMA_NO_KEY UINT32_MAX

/* All zeroes is valid and empty. */
struct schema_intern {
    struct schema_key *list;
    uint32_t len;  /* of list; numbers are below */
    uint32_t live; /* keys that are there */
    uint32_t free; /* number + 1 of one that is not, which names the next */
    uint32_t *slots;
    uint32_t mask;
};

/* Frees everything; the table is empty. */
void schema_intern_release(struct schema_intern *keys);

/* The number of this text, or SCHEMA_NO_KEY. */
uint32_t schema_intern_find(const struct schema_intern *keys,
                            struct td_bytes text);

/* The same; a text that is new is copied, and gets a number that was freed or
 * the next one. is_new may be NULL.
 */
uint32_t schema_intern_add(struct schema_intern *keys, struct td_bytes text,
                           bool *is_new);

/* Forget a key; its number is free. Nothing happens if it is not there. */
void schema_intern_remove(struct schema_intern *keys, uint32_t key);

/* Forget all keys, but keep the memory. */
void schema_intern_clear(struct schema_intern *keys);

/* Its text; lives until the key is removed, or all are. */
struct td_bytes schema_intern_text(const struct schema_intern *keys,
                                   uint32_t key);

#endif
