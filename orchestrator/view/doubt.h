/* orchestrator/view/doubt.h - what is doubtful in a plan that is not wrong. */
#ifndef ORCHESTRATOR_VIEW_DOUBT_H
#define ORCHESTRATOR_VIEW_DOUBT_H

#include "core/buf.h"
#include "orchestrator/plan/plan.h"

enum doubt_kind {
    DOUBT_NO_OUTPUTS, /* it always runs */
    DOUBT_REDUNDANT,  /* a dependency that another dependency needs anyway */
    DOUBT_UNORDERED,  /* it reads what another writes and does not need it */
    DOUBT_OVERLAP,    /* a pattern takes in what another task writes */
    DOUBT_HEAVY,      /* weight above the workers: it runs alone */
    DOUBT_POOL,       /* a pool that no task uses */
    DOUBT_NO_TIMEOUT, /* a task that talks to others, without a limit */
    DOUBT_SECRET,     /* a variable of such a name, with its value */
    DOUBT_KINDS
};

struct doubt {
    enum doubt_kind kind;
    uint32_t task;    /* UINT32_MAX: of the plan */
    const char *text; /* one line */
};

struct doubts {
    struct td_arena arena;
    struct doubt *list; /* in the order of the file, then of the kinds */
    uint32_t count;
    bool cut; /* the plan is so large that not all was looked at */
};

/* *out must be all zeroes; to be released. */
void doubts_find(struct doubts *out, const struct plan *plan, uint32_t workers);
void doubts_release(struct doubts *doubts);

/* "no_outputs", "redundant" ... */
const char *doubt_word(enum doubt_kind kind);

#endif
