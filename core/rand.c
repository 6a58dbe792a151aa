#include "core/rand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void fill_real(struct td_rand *rand, uint8_t *to, size_t len)
{
    (void)rand;
    while (len > 0) {
        ssize_t n = getrandom(to, len, 0);

        if (n > 0) {
            to += n;
            len -= (size_t)n;
        } else if (errno != EINTR) {
            /* Ids and masks that an attacker can guess are worse than none. */
            (void)fprintf(stderr, "getrandom: %s\n", strerror(errno));
            abort();
        }
    }
}

/* Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014. */
static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void fill_seeded(struct td_rand *rand, uint8_t *to, size_t len)
{
    while (len > 0) {
        uint64_t word = splitmix64(&rand->state);
        size_t n = len < sizeof(word) ? len : sizeof(word);

        memcpy(to, &word, n);
        to += n;
        len -= n;
    }
}

struct td_rand *td_rand_real(void)
{
    static struct td_rand real = {fill_real, 0};

    return &real;
}

void td_rand_seeded(struct td_rand *rand, uint64_t seed)
{
    *rand = (struct td_rand){fill_seeded, seed};
}

void td_uuid4(struct td_rand *rand, char out[TD_UUID_SIZE])
{
    uint8_t b[16];

    td_rand_bytes(rand, b, sizeof(b));
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40); /* version */
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80); /* variant */
    (void)snprintf(out, TD_UUID_SIZE,
                   "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
                   "%02x%02x%02x%02x%02x%02x",
                   b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9],
                   b[10], b[11], b[12], b[13], b[14], b[15]);
}
