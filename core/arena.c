#include "core/arena.h"

#include "core/mem.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 16384
#define ALIGNMENT  alignof(max_align_t)

struct td_arena_block {
    struct td_arena_block *next;
    size_t used;
    size_t size;
    alignas(max_align_t) char bytes[];
};

/* A piece that would waste most of a block gets one of its own. */
static struct td_arena_block *add_block(struct td_arena *arena, size_t size)
{
    size_t room = size > BLOCK_SIZE / 4 ? size : BLOCK_SIZE;
    struct td_arena_block *block = td_calloc(1, sizeof(*block) + room);
    struct td_arena_block **at = &arena->blocks;

    /* The first block is the one that still has room. */
    if (room != BLOCK_SIZE && *at)
        at = &(*at)->next;
    block->size = room;
    block->next = *at;
    *at = block;
    return block;
}

void *td_arena_alloc(struct td_arena *arena, size_t size)
{
    struct td_arena_block *block = arena->blocks;
    size_t room = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *piece;

    if (room < size)
        room = SIZE_MAX; /* td_calloc() refuses it */
    if (!block || block->size - block->used < room)
        block = add_block(arena, room);
    piece = block->bytes + block->used;
    block->used += room;
    arena->bytes += room;
    return piece;
}

char *td_arena_text(struct td_arena *arena, struct td_bytes text)
{
    char *copy = td_arena_alloc(arena, text.len + 1);

    if (text.len)
        memcpy(copy, text.ptr, text.len);
    return copy;
}

char *td_arena_copy(struct td_arena *arena, const char *text)
{
    return text ? td_arena_text(arena, td_text(text)) : NULL;
}

char *td_arena_print(struct td_arena *arena, const char *format, ...)
{
    va_list args;
    va_list again;
    char *text;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    text = td_arena_alloc(arena, len < 0 ? 1 : (size_t)len + 1);
    if (len > 0)
        (void)vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

void td_arena_release(struct td_arena *arena)
{
    while (arena->blocks) {
        struct td_arena_block *next = arena->blocks->next;

        free(arena->blocks);
        arena->blocks = next;
    }
    arena->bytes = 0;
}
