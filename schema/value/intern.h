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

#define CHECK_NO_KEY UINT32_MAX

/* All zeroes is valid and empty. */
struct check_keys {
    struct check_key *list;
    uint32_t len;  /* of list; numbers are below */
    uint32_t live; /* keys that are there */
    uint32_t free; /* number + 1 of one that is not, which names the next */
    uint32_t *slots;
    uint32_t mask;
};

/* Frees everything; the table is empty. */
void check_keys_release(struct check_keys *keys);

/* The number of this text, or CHECK_NO_KEY. */
uint32_t check_keys_find(const struct check_keys *keys, struct td_bytes text);

/* The same; a text that is new is copied, and gets a number that was freed or
 * the next one. is_new may be NULL.
 */
uint32_t check_keys_add(struct check_keys *keys, struct td_bytes text,
                        bool *is_new);

/* Forget a key; its number is free. Nothing happens if it is not there. */
void check_keys_remove(struct check_keys *keys, uint32_t key);

/* Forget all keys, but keep the memory. */
void check_keys_clear(struct check_keys *keys);

/* Its text; lives until the key is removed, or all are. */
struct td_bytes check_keys_text(const struct check_keys *keys, uint32_t key);

#endif
