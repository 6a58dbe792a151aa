/* cli/suggest.h - what a mistyped word may have meant.
 *
 *     struct cli_suggest s = {.word = "recrod"};
 *     cli_suggest_offer(&s, "record");  ... for each word that is known
 *     s.best is "record", or NULL when nothing is near
 */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

struct cli_suggest {
    const char *word;
    const char *best; /* borrowed from the offers */
    unsigned cost;    /* edits from word to best */
};

/* Keep candidate if it is nearer than the best so far and near enough: a third
 * of its letters may be wrong (insertion, deletion, change, swap), or word
 * begins it.
 */
void cli_suggest_offer(struct cli_suggest *suggest, const char *candidate);

#endif
