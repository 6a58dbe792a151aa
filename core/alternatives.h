/* core/alternatives.h - one of many things was expected: the few of them that
 * are nearest to what came, and how many more there are.
 *
 *     struct td_alternatives a = {.near = found};
 *     td_alternatives_add(&a, text);     ... for each that would have done
 *     td_alternatives_say(&a, out, "\"", " or ");
 *
 * Up to TD_ALTERNATIVES are said as they came, of more the nearest first (as
 * they came, if nothing did).
 */
#ifndef CORE_ALTERNATIVES_H
#define CORE_ALTERNATIVES_H

#include "core/buf.h"

#include <stdint.h>

#define TD_ALTERNATIVES 5

struct td_alternative {
    struct td_bytes text; /* borrowed */
    unsigned cost;
};

/* All zeroes but `near` is valid and empty; nothing is to be freed. */
struct td_alternatives {
    struct td_bytes near; /* what came; borrowed; may be empty */
    struct td_alternative best[TD_ALTERNATIVES]; /* of more: nearest first */
    uint32_t len;                                /* of all that were added */
};

/* One more; the text stays until they are said. */
void td_alternatives_add(struct td_alternatives *all, struct td_bytes text);

/* Append them: each between two of `quote`, `last` in front of the last of
 * them, commas between the others; of more than TD_ALTERNATIVES `"a", "b", "c",
 * "d", "e" or 12 more`.
 */
void td_alternatives_say(const struct td_alternatives *all, struct td_buf *out,
                         const char *quote, const char *last);

#endif
