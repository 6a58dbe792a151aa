/* core/hash.h - a hash for tables in memory.
 *
 * FNV-1a of 64 bits (Fowler, Noll and Vo). Somebody who chooses the texts can
 * make them collide: tables that take texts from outside have a limit. Its
 * lowest bits are the weak ones of short texts; td_hash() has stirred them.
 */
#ifndef CORE_HASH_H
#define CORE_HASH_H

#include "core/event.h"

static inline uint64_t td_fnv1a(struct td_bytes text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ text.ptr[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* Never 0, so that 0 may mean a place that is free. */
static inline uint64_t td_hash(struct td_bytes text)
{
    uint64_t hash = td_fnv1a(text);

    hash ^= hash >> 32;
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 29;
    return hash ? hash : 1;
}

#endif
