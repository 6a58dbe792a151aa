/* core/suggest.h - what a mistyped word may have meant.
 *
 *     struct td_suggestion s = {.word = "recrod"};
 *     td_suggest(&s, "record");  ... for each word that is known
 *     s.best is "record", or NULL when nothing is near
 */
#ifndef CORE_SUGGEST_H
#define CORE_SUGGEST_H

#include "core/event.h"

struct td_suggestion {
    const char *word;
    const char *best; /* borrowed from the offers */
    unsigned cost;    /* edits from word to best */
};

/* Keep candidate if it is nearer than the best so far and near enough: a third
 * of its letters may be wrong (insertion, deletion, change, swap), or word
 * begins it.
 */
void td_suggest(struct td_suggestion *suggest, const char *candidate);

/* Letters to insert, delete, change or swap to make b of a; of long words the
 * first 32 bytes count.
 */
unsigned td_word_distance(struct td_bytes a, struct td_bytes b);

#endif
