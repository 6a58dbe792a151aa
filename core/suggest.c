#include "core/suggest.h"

#include <stddef.h>
#include <string.h>

#define WORD_MAX 32 /* letters; nothing here is longer */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance: three rows of the table are enough. */
unsigned td_word_distance(struct td_bytes a, struct td_bytes b)
{
    unsigned rows[3][WORD_MAX + 1];
    size_t alen = a.len < WORD_MAX ? a.len : WORD_MAX;
    size_t len = b.len < WORD_MAX ? b.len : WORD_MAX;

    for (size_t j = 0; j <= len; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= alen; i++) {
        unsigned *now = rows[i % 3];
        const unsigned *up = rows[(i + 2) % 3];
        const unsigned *two_up = rows[(i + 1) % 3];
        uint8_t c = a.ptr[i - 1];

        now[0] = (unsigned)i;
        for (size_t j = 1; j <= len; j++) {
            unsigned change = up[j - 1] + (c != b.ptr[j - 1]);

            now[j] = least(least(up[j], now[j - 1]) + 1, change);
            if (i > 1 && j > 1 && c == b.ptr[j - 2] &&
                a.ptr[i - 2] == b.ptr[j - 1])
                now[j] = least(now[j], two_up[j - 2] + 1);
        }
    }
    return rows[alen % 3][len];
}

void td_suggest(struct td_suggestion *suggest, const char *candidate)
{
    size_t len = strlen(suggest->word);
    size_t allowed = (strlen(candidate) + 2) / 3;
    unsigned cost;

    if (len > WORD_MAX || strlen(candidate) > WORD_MAX || len == 0)
        return;
    cost = td_word_distance(td_text(suggest->word), td_text(candidate));
    if (len >= 3 && !strncmp(candidate, suggest->word, len))
        cost = 1;
    if (cost <= allowed && (!suggest->best || cost < suggest->cost)) {
        suggest->best = candidate;
        suggest->cost = cost;
    }
}
