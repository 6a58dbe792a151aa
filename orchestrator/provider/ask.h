/* orchestrator/provider/ask.h - what a task asks of a model: its `with`.
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
#ifndef ORCHESTRATOR_PROVIDER_ASK_H
#define ORCHESTRATOR_PROVIDER_ASK_H

#include "core/arena.h"
#include "core/json_writer.h"
#include "orchestrator/plan/plan.h"

#define PROV_PROMPT_MAX  ((size_t)16 << 20) /* bytes of a prompt */
#define PROV_OUTPUTS_MAX 256
#define PROV_TOKENS_MAX  UINT64_C(1000000000)

/* All zeroes is valid and empty. Belongs to its arena. */
struct prov_ask {
    struct td_arena arena;
    const char *prompt; /* NULL until prov_ask_read(), if it is in a file */
    const char *prompt_file;
    const char *system;
    const char *model;
    const char *tape;
    uint64_t max_tokens; /* 0: none */
    struct plan_words outputs;
    bool blocks; /* each gets its block of code */
};

/* Read it. model: of a task that names none, or NULL. with_tape: it may name a
 * tape. TD_USAGE, with the task's id and "with" as where.
 */
TD_MUST_CHECK enum td_code prov_ask_of(struct prov_ask *ask,
                                       const struct plan_task *task,
                                       const char *model, bool with_tape,
                                       struct td_error *err);
void prov_ask_release(struct prov_ask *ask);

/* Read prompt_file, if there is one, from the folder. It must be UTF-8. TD_IO,
 * TD_LIMIT, TD_FORMAT.
 */
TD_MUST_CHECK enum td_code prov_ask_read(struct prov_ask *ask, const char *dir,
                                         struct td_error *err);

/* The body of the request. options: it asks for usage in the stream. */
enum td_code prov_ask_body(struct td_buf *out, const struct prov_ask *ask,
                           double temperature, bool options);

/* A guess at tokens of so many bytes: a fourth, up. */
uint64_t prov_tokens_guess(size_t bytes);

/* The guess for the question. */
uint64_t prov_ask_tokens(const struct prov_ask *ask);

#endif
