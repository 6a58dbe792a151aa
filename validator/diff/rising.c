#include "validator/diff/align_internal.h"

#include "core/mem.h"

#include <stdlib.h>

/* The first of `tails` whose b is not below that of pair i. */
static uint32_t find_tail(const struct diff_pair *pairs, const uint32_t *tails,
                          uint32_t len, uint32_t i)
{
    uint32_t low = 0;

    while (low < len) {
        uint32_t middle = low + (len - low) / 2;

        if (pairs[tails[middle]].b < pairs[i].b)
            low = middle + 1;
        else
            len = middle;
    }
    return low;
}

/* The longest rising row by patience: before[i] is the pair in front of pair i
 * in the longest row that ends with it.
 */
uint32_t diff_align_rising(struct diff_pair *pairs, uint32_t len)
{
    uint32_t *tails = (uint32_t *)td_calloc((size_t)len + 1, sizeof(*tails));
    uint32_t *before = (uint32_t *)td_calloc((size_t)len + 1, sizeof(*before));
    uint32_t best = 0;
    uint32_t at;

    for (uint32_t i = 0; i < len; i++) {
        uint32_t tail = find_tail(pairs, tails, best, i);

        before[i] = tail > 0 ? tails[tail - 1] : UINT32_MAX;
        tails[tail] = i;
        best += tail == best;
    }
    at = best > 0 ? tails[best - 1] : UINT32_MAX;
    for (uint32_t i = best; i-- > 0; at = before[at])
        tails[i] = at;
    for (uint32_t i = 0; i < best; i++)
        pairs[i] = pairs[tails[i]];
    free(tails);
    free(before);
    return best;
}
