/* core/rand.h - random bytes, from the kernel or repeatable for tests. */
#ifndef CORE_RAND_H
#define CORE_RAND_H

#include <stddef.h>
#include <stdint.h>

struct td_rand {
    void (*fill)(struct td_rand *rand, uint8_t *to, size_t len);
    uint64_t state; /* used by td_rand_seeded only */
};

/* getrandom(2). Static; never freed; may be used from any thread. */
struct td_rand *td_rand_real(void);

/* The same bytes for the same seed (splitmix64); not fit for secrets. */
void td_rand_seeded(struct td_rand *rand, uint64_t seed);

static inline void td_rand_bytes(struct td_rand *rand, void *to, size_t len)
{
    rand->fill(rand, (uint8_t *)to, len);
}

/* A UUID of version 4 (RFC 4122 section 4.4) in lower case. */
#define TD_UUID_SIZE 37 /* bytes, with the NUL */
void td_uuid4(struct td_rand *rand, char out[TD_UUID_SIZE]);

#endif
