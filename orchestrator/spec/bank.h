/* orchestrator/spec/bank.h - the application types, the words that tell them,
 * and what each is asked. Data; nothing here is computed.
 */
#ifndef ORCHESTRATOR_SPEC_BANK_H
#define ORCHESTRATOR_SPEC_BANK_H

#include "orchestrator/spec/types.h"

#define SPEC_TYPE_WORDS 20
#define SPEC_QUESTIONS  6 /* a type: the five required, and one that is not */

struct spec_type_word {
    const char *phrase; /* as spec_words_match() takes it; NULL ends */
    int weight;         /* 3 of several words, 2 of a clear one, 1 of one that
                           may mean something else */
};

struct spec_question {
    enum spec_category category;
    const char *text;
};

struct spec_bank {
    const char *name;
    struct spec_type_word words[SPEC_TYPE_WORDS];
    /* In the order in which they are asked. */
    struct spec_question questions[SPEC_QUESTIONS];
};

/* By enum spec_type. */
extern const struct spec_bank spec_banks[SPEC_TYPES];

/* How answers of a category are understood. */
enum spec_form {
    SPEC_LIST,
    SPEC_AUTH,
    SPEC_SCALE,
    SPEC_TIMELINE,
    SPEC_ENTITIES
};

struct spec_category_row {
    const char *name;
    bool required;
    enum spec_form form;
    const char *example; /* an answer that is understood */
};

/* By enum spec_category. */
extern const struct spec_category_row spec_category_rows[SPEC_CATEGORIES];

#endif
