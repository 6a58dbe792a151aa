/* wire/net/block.h - bytes that several queues share. */
#ifndef WIRE_NET_BLOCK_H
#define WIRE_NET_BLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that several conns send, freed with the last reference. */
struct wire_block {
    uint32_t refs;
    size_t len;
    uint8_t data[];
};

struct wire_block *wire_block_new(size_t len); /* refs 1; data not set */
struct wire_block *wire_block_ref(struct wire_block *block);
void wire_block_unref(struct wire_block *block); /* NULL is fine */

#endif
