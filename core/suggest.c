#include "core/suggest.h"

#include <stddef.h>
#include <string.h>

#define WORD_MAX 32 /* letters; nothing here is longer */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance: three rows of the table are enough. */
static unsigned distance(const char *a, const char *b)
{
    unsigned rows[3][WORD_MAX + 1];
    size_t len = strlen(b);

    for (size_t j = 0; j <= len; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; a[i - 1]; i++) {
        unsigned *now = rows[i % 3];
        const unsigned *up = rows[(i + 2) % 3];
        const unsigned *two_up = rows[(i + 1) % 3];

        now[0] = (unsigned)i;
        for (size_t j = 1; j <= len; j++) {
            unsigned change = up[j - 1] + (a[i - 1] != b[j - 1]);

            now[j] = least(least(up[j], now[j - 1]) + 1, change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], two_up[j - 2] + 1);
        }
    }
    return rows[strlen(a) % 3][len];
}

void td_suggest(struct td_suggestion *suggest, const char *candidate)
{
    size_t len = strlen(suggest->word);
    size_t allowed = (strlen(candidate) + 2) / 3;
    unsigned cost;

    if (len > WORD_MAX || strlen(candidate) > WORD_MAX || len == 0)
        return;
    cost = distance(suggest->word, candidate);
    if (len >= 3 && !strncmp(candidate, suggest->word, len))
        cost = 1;
    if (cost <= allowed && (!suggest->best || cost < suggest->cost)) {
        suggest->best = candidate;
        suggest->cost = cost;
    }
}
