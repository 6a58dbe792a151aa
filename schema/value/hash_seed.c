#include "schema/value/hash_seed.h"

#include "core/rand.h"

#include <pthread.h>

struct schema_hash_seed schema_hash_seed;

static void draw(void)
{
    td_rand_bytes(td_rand_real(), &schema_hash_seed, sizeof(schema_hash_seed));
    schema_hash_seed.step |= 1; /* a factor is not 0 */
    schema_hash_seed.last |= 1;
}

void schema_hash_seed_draw(void)
{
    static pthread_once_t drawn = PTHREAD_ONCE_INIT;

    (void)pthread_once(&drawn, draw);
}
