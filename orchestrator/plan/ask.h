/* orchestrator/plan/ask.h - what a task asks of a model: the `with` of those
 * whose provider is openai or replay.
 *
 *     prompt        the text; or
 *     prompt_file   a file that has it, from the folder the task works in
 *     system        a text that goes before it
 *     model         else that of the configuration
 *     max_tokens    of the answer; none: the server's
 *     output        a path in the workspace: all of the answer goes there; or a
 *                   list of paths: the n-th block of code that is fenced
 *                   (CommonMark 0.31, 4.5) goes to the n-th. Without it the
 *                   answer goes to the only output of the task.
 *     tape          (replay alone) a tape, from the folder the task works in
 */
#ifndef ORCHESTRATOR_PLAN_ASK_H
#define ORCHESTRATOR_PLAN_ASK_H

#include "core/jsonx_object.h"
#include "orchestrator/plan/plan.h"

#define PLAN_ASK_OUTPUTS 256
#define PLAN_ASK_TOKENS  UINT64_C(1000000000)

/* All zeroes is valid and empty. Belongs to its arena. */
struct plan_ask {
    struct td_arena arena;
    const char *prompt; /* NULL until it is read, if it is in a file */
    const char *prompt_file;
    const char *system;
    const char *model;
    const char *tape;
    uint64_t max_tokens; /* 0: none */
    struct plan_words outputs;
    bool blocks; /* each gets its block of code */
};

/* The keys of the object at `at`; what is wrong has its own place in the
 * document. with_tape: it may name a tape. TD_USAGE.
 */
TD_MUST_CHECK enum td_code plan_ask_read(struct plan_ask *ask,
                                         struct td_jsonx_reader *r, uint32_t at,
                                         bool with_tape);

/* What only all keys and the task together tell: that something is asked, and
 * where the answer goes, which is borrowed of the task if `with` does not say
 * it. `at` is what an error points to. TD_USAGE.
 */
TD_MUST_CHECK enum td_code plan_ask_settle(struct plan_ask *ask,
                                           const struct td_jsonx_reader *r,
                                           uint32_t at,
                                           const struct plan_task *task);

/* Frees everything; all zeroes again. */
void plan_ask_release(struct plan_ask *ask);

#endif
