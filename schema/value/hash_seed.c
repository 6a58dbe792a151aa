#include "schema/value/hash_seed.h"

#include "core/rand.h"

#include <pthread.h>

struct check_secret check_secret;

static void draw(void)
{
    td_rand_bytes(td_rand_real(), &check_secret, sizeof(check_secret));
    check_secret.step |= 1; /* a factor is not 0 */
    check_secret.last |= 1;
}

void check_secret_draw(void)
{
    static pthread_once_t drawn = PTHREAD_ONCE_INIT;

    (void)pthread_once(&drawn, draw);
}
