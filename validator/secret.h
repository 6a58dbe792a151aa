/* validator/secret.h - hashing what a sender chooses, so that it cannot choose
 * the hashes as well: with numbers that are drawn at random, once a process.
 *
 *     check_secret_draw();                        before the first hash
 *     h = check_secret.start;
 *     h = check_secret_mix(h ^ word, check_secret.step);  each word
 *     h = check_secret_mix(h ^ len, check_secret.last);
 *
 * Between any two words stands a product with a factor that nobody outside
 * knows, and half of it is folded onto the other, so no step can be undone.
 * Hashes are not for the outside: not to be shown, nor to give an order.
 */
#ifndef VALIDATOR_SECRET_H
#define VALIDATOR_SECRET_H

#include <stdint.h>

struct check_secret {
    uint64_t start;
    uint64_t step; /* a factor; odd */
    uint64_t last; /* another */
};

extern struct check_secret check_secret;

/* Draw it, unless it was; from any thread. */
void check_secret_draw(void);

__extension__ typedef unsigned __int128 check_wide;

static inline uint64_t check_secret_mix(uint64_t n, uint64_t factor)
{
    check_wide product = (check_wide)n * factor;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

#endif
