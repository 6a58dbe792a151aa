/* orchestrator/spec/words.h - the words of a description, and phrases in them.
 *
 * A word is letters and digits. For comparing, letters are small and without
 * accents (Latin; letters of other scripts stay as they are), and a hyphen is a
 * word's end that a phrase may do without: "e-commerce" is found by "ecommerce"
 * and by "commerce". Half words are never found: "capital" has no "api".
 */
#ifndef ORCHESTRATOR_SPEC_WORDS_H
#define ORCHESTRATOR_SPEC_WORDS_H

#include "core/buf.h"

#include <stdbool.h>

#define SPEC_WORDS_MAX 1024 /* of one text; what is behind is not looked at */

struct spec_word {
    uint32_t start; /* bytes of the text that it was written with */
    uint32_t end;
    uint32_t at; /* of its compared form in `folded` */
    uint32_t len;
    bool hyphen; /* one stands between it and the next */
};

struct spec_words {
    struct td_buf folded;
    struct spec_word *list;
    size_t len;
};

/* The words of text, which is not kept. *words must be all zeroes. */
void spec_words_of(struct spec_words *words, struct td_bytes text);

/* How many words from the i-th on are the phrase, which is in compared form
 * with one space between its words; 0: none. An s or es more at its end is its
 * plural.
 */
size_t spec_words_match(const struct spec_words *words, size_t i,
                        const char *phrase);

/* True if the phrase is anywhere; *first and *count (or NULL) say where. */
bool spec_words_find(const struct spec_words *words, const char *phrase,
                     size_t *first, size_t *count);

/* Frees everything; all zeroes again. */
void spec_words_release(struct spec_words *words);

#endif
