/* core/arena.h - many small pieces that are freed together.
 *
 *     struct td_arena arena = {0};
 *     char *name = td_arena_text(&arena, td_text("unit"));
 *     ...
 *     td_arena_release(&arena);
 *
 * Pieces never move. Allocation does not fail (core/mem.h).
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include "core/buf.h"

#include <stddef.h>

struct td_arena_block;

struct td_arena {
    struct td_arena_block *blocks;
    size_t bytes; /* handed out so far */
};

/* Zeroed memory of that size, aligned for any type. */
void *td_arena_alloc(struct td_arena *arena, size_t size);

/* A NUL-terminated copy. */
char *td_arena_text(struct td_arena *arena, struct td_bytes text);

/* A copy of a NUL-terminated text; NULL of NULL. */
char *td_arena_copy(struct td_arena *arena, const char *text);

/* A text made as by printf(). */
char *td_arena_print(struct td_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Free all; *arena is empty. */
void td_arena_release(struct td_arena *arena);

#endif
