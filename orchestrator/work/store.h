/* orchestrator/work/store.h - what is known of each task from executions
 * before: its last success, and how long it took.
 *
 * One file a task, replaced whole, only after a success; of tasks that never
 * had a key a line each in a log of the plan (took.h). History goes by the
 * plan's name and the task's id, so tasks may change their places.
 */
#ifndef ORCHESTRATOR_WORK_STORE_H
#define ORCHESTRATOR_WORK_STORE_H

#include "orchestrator/work/key.h"
#include "orchestrator/work/took.h"

/* All zeroes is valid and empty. */
struct work_past {
    struct td_arena arena;
    const char *execution; /* "x6"; NULL: it never ended well */
    struct work_key key;   /* with its parts */
    struct work_files outputs;
    uint64_t took_ns[WORK_TOOK]; /* the last first */
    uint32_t took_count;
};

/* Frees all; *past is empty. */
void work_past_release(struct work_past *past);

/* *past must be all zeroes. A file that is missing or cannot be understood is
 * no past (the latter is warned of). TD_IO.
 */
TD_MUST_CHECK enum td_code work_recall(struct work_place *place,
                                       const char *plan, const char *task,
                                       struct work_past *past,
                                       struct td_error *err);

struct work_success {
    const char *plan;
    const char *task;
    const char *execution;
    const struct work_key
        *key; /* without one (cache: false) it is never fresh */
    const struct work_files *outputs;
    uint64_t took_ns; /* 0: it was cached, and its durations stay */
};

/* TD_IO: nothing is remembered, and what was before stays. */
TD_MUST_CHECK enum td_code work_remember(struct work_place *place,
                                         const struct work_success *success,
                                         struct td_error *err);

/* Middle of the durations; 0: none is known. */
uint64_t work_past_took(const struct work_past *past);

/* What a task is about to do. */
struct work_want {
    const struct work_key *key;
    const struct plan_words *outputs;
};

/* *fresh: the key is that of the past, and every output is there with the same
 * bytes, and none beside them, so the task need not run. `why` (may be NULL)
 * gets a line if it has to. Codes of work_inputs().
 */
TD_MUST_CHECK enum td_code work_fresh(struct work_place *place,
                                      const struct work_past *past,
                                      const struct work_want *want, bool *fresh,
                                      struct td_buf *why, struct td_error *err);

#endif
