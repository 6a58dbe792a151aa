#include "wire/net/block.h"

#include "core/mem.h"

#include <stdlib.h>

struct wire_block *wire_block_new(size_t len)
{
    struct wire_block *block = td_realloc(NULL, sizeof(*block) + len);

    block->refs = 1;
    block->len = len;
    return block;
}

struct wire_block *wire_block_ref(struct wire_block *block)
{
    block->refs++;
    return block;
}

void wire_block_unref(struct wire_block *block)
{
    if (block && --block->refs == 0)
        free(block);
}
