/* orchestrator/provider/ask.h - the question of a task
 * (orchestrator/plan/ask.h) as it is sent to a model.
 */
#ifndef ORCHESTRATOR_PROVIDER_ASK_H
#define ORCHESTRATOR_PROVIDER_ASK_H

#include "core/json_writer.h"
#include "orchestrator/plan/ask.h"

#define PROV_PROMPT_MAX ((size_t)16 << 20) /* bytes of a prompt */

/* The question of a task. model: of one that names none, or NULL. with_tape: it
 * may name a tape. TD_USAGE, with the task's id and "with" as where.
 */
TD_MUST_CHECK enum td_code prov_ask_of(struct plan_ask *ask,
                                       const struct plan_task *task,
                                       const char *model, bool with_tape,
                                       struct td_error *err);

/* Read prompt_file, if there is one, from the folder. It must be UTF-8. TD_IO,
 * TD_LIMIT, TD_FORMAT.
 */
TD_MUST_CHECK enum td_code prov_ask_read(struct plan_ask *ask, const char *dir,
                                         struct td_error *err);

/* The body of the request. options: it asks for usage in the stream. */
enum td_code prov_ask_body(struct td_buf *out, const struct plan_ask *ask,
                           double temperature, bool options);

/* A guess at tokens of so many bytes: a fourth, up. */
uint64_t prov_tokens_guess(size_t bytes);

/* The guess for the question. */
uint64_t prov_ask_tokens(const struct plan_ask *ask);

#endif
