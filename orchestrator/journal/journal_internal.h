/* orchestrator/journal/journal_internal.h - words that are written and read. */
#ifndef ORCHESTRATOR_JOURNAL_JOURNAL_INTERNAL_H
#define ORCHESTRATOR_JOURNAL_JOURNAL_INTERNAL_H

#include "orchestrator/journal/journal.h"

/* The members that the lines of a word have; each is left out where the
 * event's is not known. */
enum journal_member {
    JOURNAL_TASK = 1 << 0,
    JOURNAL_ATTEMPT = 1 << 1,
    JOURNAL_WAVE = 1 << 2,
    JOURNAL_CAUSE = 1 << 3,
    JOURNAL_FAULT = 1 << 4,
    JOURNAL_STATUS = 1 << 5,
    JOURNAL_AFTER = 1 << 6,
    JOURNAL_UNTIL = 1 << 7,
    JOURNAL_USED = 1 << 8,
    JOURNAL_BUDGET = 1 << 9,
};

struct journal_word {
    enum sched_what what;
    const char *word;
    unsigned members;
};

/* The table; ends with word NULL. */
extern const struct journal_word journal_words[];

extern const char *const journal_budgets[]; /* by enum sched_budget */

#endif
